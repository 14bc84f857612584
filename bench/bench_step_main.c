/* What a core reads, writes and checks of STEP text a second, and how many files a second round and reorder make of a tree.
 *
 *     bench_step PARTS BYTES ROUNDS OUT_DIR
 *
 * PARTS parts of the generator, plates with four holes of 13 KB each, become the tree OUT_DIR/in; one file of at least BYTES,
 * OUT_DIR/big.step, holds their instances one behind the other under new ids.  On both: tokens with their numbers converted;
 * the model; its canonical text; the checks of entities and geometry, each by the CPU time of the one thread that works, the
 * fastest of ROUNDS.  The tree rounded and ordered by both profiles, with two threads and by the clock on the wall, from files
 * to files in a folder that is new each time: OUT_DIR/steplm.1, OUT_DIR/strict.1 and so on.  OUT_DIR/ours.json tells all. */
#include "bench/bench_rows.h"
#include "cad/step/step_check.h"
#include "cad/step/step_lex.h"
#include "cad/step/step_write.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/threads.h"
#include "dataprep/stage_tree.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SEED = 7, THREADS = 2, DIGITS = 6, MAX_PARTS = 1000000 };

typedef struct texts {
    cad_buf *item;
    int64_t n;
    size_t bytes;
} texts;

/* Seconds of the fastest round, and what the others are to agree on. */
typedef struct rates {
    double lex, parse, write, check;
    int64_t tokens, instances, findings;
} rates;

typedef struct bench {
    int64_t n, rounds;
    size_t big_bytes;
    const char *dir;
    cad_arena *arena;
    texts parts, big;
} bench;

static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- the input ---- */

static cad_status write_part(const bench *b, int64_t i, const cad_buf *text)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/in/%08lld", b->dir, (long long)i + 1);
    if (s == CAD_OK)
        s = cad_fs_mkdirs(path.data);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "/%08lld_part.step", (long long)i + 1);
    if (s == CAD_OK)
        s = cad_fs_write_many(path.data, text->data, text->len);
    cad_buf_deinit(&path);
    return s;
}

static cad_status make_parts(bench *b)
{
    static const char *const families = "plate_4", *const units[] = {"mm"};
    cad_synth_opts o;
    CAD_TRY(cad_synth_step_opts_make(SEED, (cad_synth_names){&families, 1}, (cad_synth_names){units, 1}, &o));
    CAD_TRY(cad_mem_alloc((size_t)b->n * sizeof *b->parts.item, "parts", &b->parts.item));
    for (; b->parts.n < b->n; b->parts.n++) {
        cad_buf *text = &b->parts.item[b->parts.n];
        cad_row row;
        cad_frame mark = cad_arena_mark(b->arena);
        CAD_TRY(cad_synth_step_row(&o, (uint64_t)b->parts.n, b->arena, &row));
        CAD_TRY(cad_buf_str(text, row.target));
        cad_arena_rewind(b->arena, mark);
        CAD_TRY(write_part(b, b->parts.n, text));
        b->parts.bytes += text->len;
    }
    return CAD_OK;
}

/* The instances of a part, `shift` added to their ids; *last becomes the largest.  No string of the generator holds a #. */
static cad_status add_shifted(const cad_buf *text, int64_t shift, int64_t *last, cad_buf *out)
{
    const char *p = strstr(text->data, "DATA;\n") + 6, *end = strstr(p, "ENDSEC;");
    for (const char *id; (id = memchr(p, '#', (size_t)(end - p))) != NULL;) {
        char *behind;
        int64_t k = strtoll(id + 1, &behind, 10) + shift;
        *last = k > *last ? k : *last;
        CAD_TRY(cad_buf_add(out, p, (size_t)(id - p)));
        CAD_TRY(cad_buf_printf(out, "#%lld", (long long)k));
        p = behind;
    }
    return cad_buf_add(out, p, (size_t)(end - p));
}

static cad_status make_big(bench *b)
{
    const cad_buf *first = &b->parts.item[0];
    cad_buf *out, path = CAD_BUF_INIT;
    int64_t last = 0;
    CAD_TRY(cad_mem_alloc(sizeof *b->big.item, "large file", &b->big.item));
    b->big.n = 1;
    out = b->big.item;
    CAD_TRY(cad_buf_add(out, first->data, (size_t)(strstr(first->data, "DATA;\n") + 6 - first->data)));
    for (int64_t i = 0; out->len < b->big_bytes; i++)
        CAD_TRY(add_shifted(&b->parts.item[i % b->n], last, &last, out));
    CAD_TRY(cad_buf_str(out, "ENDSEC;\nEND-ISO-10303-21;\n"));
    b->big.bytes = out->len;
    cad_status s = cad_buf_printf(&path, "%s/big.step", b->dir);
    if (s == CAD_OK)
        s = cad_fs_write_many(path.data, out->data, out->len);
    cad_buf_deinit(&path);
    return s;
}

/* ---- one core ---- */

static cad_status lex(const texts *t, rates *r)
{
    cad_step_limits limits = {0};
    cad_step_diags diags = {0};
    limits.string = limits.keyword = limits.id_digits = CAD_STEP_ID_DIGITS * 1000;
    r->tokens = 0;
    double begin = cpu_now();
    for (int64_t i = 0; i < t->n; i++) {
        cad_step_lexer l;
        cad_step_token token;
        cad_step_lexer_init(&l, t->item[i].data, (uint32_t)t->item[i].len, &diags, &limits);
        do {
            CAD_TRY(cad_step_lex(&l, &token));
            r->tokens++;
        } while (token.kind != CAD_STEP_TOK_END);
    }
    r->lex = fmin(r->lex, cpu_now() - begin);
    return CAD_OK;
}

/* Model, text and findings of each file; what is asked of one must not wait for the cache of another, so they take turns. */
static cad_status model(const texts *t, cad_buf *out, rates *r)
{
    double parse = 0, write = 0, check = 0;
    r->instances = r->findings = 0;
    for (int64_t i = 0; i < t->n; i++) {
        cad_step *m;
        double at[4] = {cpu_now()};
        CAD_TRY(cad_step_read(t->item[i].data, t->item[i].len, &(cad_step_opts){0}, &m));
        at[1] = cpu_now();
        cad_buf_clear(out);
        cad_status s = cad_step_write(m, &(cad_step_write_opts){.plain = true}, out);
        at[2] = cpu_now();
        if (s == CAD_OK)
            s = cad_step_check(m, &(cad_step_check_opts){.geometry = true});
        at[3] = cpu_now();
        r->instances += m->n;
        r->findings += m->diags.n_errors + m->diags.n_warnings;
        cad_step_close(m);
        CAD_TRY(s);
        parse += at[1] - at[0] + (cpu_now() - at[3]);
        write += at[2] - at[1];
        check += at[3] - at[2];
    }
    r->parse = fmin(r->parse, parse);
    r->write = fmin(r->write, write);
    r->check = fmin(r->check, check);
    return CAD_OK;
}

static cad_status one_core(const bench *b, const texts *t, json_t *out, const char *name)
{
    cad_buf text = CAD_BUF_INIT;
    rates r = {.lex = INFINITY, .parse = INFINITY, .write = INFINITY, .check = INFINITY};
    cad_status s = CAD_OK;
    for (int64_t i = 0; s == CAD_OK && i < b->rounds; i++) {
        s = lex(t, &r);
        if (s == CAD_OK)
            s = model(t, &text, &r);
    }
    cad_buf_deinit(&text);
    CAD_TRY(s);
    double mb = (double)t->bytes * 1e-6;
    json_object_set_new(out, name,
                        json_pack("{s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f}", "bytes", (json_int_t)t->bytes, "tokens",
                                  (json_int_t)r.tokens, "instances", (json_int_t)r.instances, "findings",
                                  (json_int_t)r.findings, "lex", mb / r.lex, "parse", mb / r.parse, "write", mb / r.write,
                                  "check", mb / r.check));
    return CAD_OK;
}

/* ---- the tree ---- */

static cad_status tree(const bench *b, bool steplm, int64_t round, double *best)
{
    cad_buf in = CAD_BUF_INIT, out = CAD_BUF_INIT;
    cad_stage_tree_result r;
    cad_frame mark = cad_arena_mark(b->arena);
    cad_status s = cad_buf_printf(&in, "%s/in", b->dir);
    if (s == CAD_OK)
        s = cad_buf_printf(&out, "%s/%s.%lld", b->dir, steplm ? "steplm" : "strict", (long long)round);
    if (s == CAD_OK)
        s = cad_stage_tree(&(cad_stage_tree_args){.in = in.data,
                                                  .out = out.data,
                                                  .round = steplm ? CAD_TREE_ROUND_steplm : CAD_TREE_ROUND_relative,
                                                  .order = steplm ? CAD_TREE_ORDER_steplm : CAD_TREE_ORDER_dfs,
                                                  .digits = DIGITS},
                           b->arena, &r);
    if (s == CAD_OK)
        *best = fmax(*best, (double)r.files / r.seconds);
    cad_arena_rewind(b->arena, mark);
    cad_buf_deinit(&in);
    cad_buf_deinit(&out);
    return s;
}

static cad_status run(bench *b)
{
    double steplm = 0, strict = 0;
    json_t *o = json_object();
    cad_buf path = CAD_BUF_INIT;
    CAD_TRY(cad_arena_create("bench", (size_t)4 << 30, &b->arena));
    CAD_TRY(make_parts(b));
    CAD_TRY(make_big(b));
    CAD_TRY(one_core(b, &b->parts, o, "parts"));
    CAD_TRY(one_core(b, &b->big, o, "big"));
    CAD_TRY(cad_threads_init(THREADS));
    for (int64_t i = 1; i <= b->rounds; i++) {
        CAD_TRY(tree(b, true, i, &steplm));
        CAD_TRY(tree(b, false, i, &strict));
    }
    json_object_set_new(o, "steplm", json_real(steplm));
    json_object_set_new(o, "strict", json_real(strict));
    CAD_TRY(cad_buf_printf(&path, "%s/ours.json", b->dir));
    cad_status s = bench_write_json(o, path.data);
    cad_buf_deinit(&path);
    return s;
}

static void release(texts *t)
{
    for (int64_t i = 0; t->item && i < t->n; i++)
        cad_buf_deinit(&t->item[i]);
    cad_mem_free(t->item);
}

int main(int argc, char **argv)
{
    bench b = {0};
    cad_status s = argc == 5 ? CAD_OK : cad_fail(CAD_EUSAGE, "bench_step PARTS BYTES ROUNDS OUT_DIR");
    if (s == CAD_OK) {
        b = (bench){.n = atoll(argv[1]), .big_bytes = (size_t)atoll(argv[2]), .rounds = atoll(argv[3]), .dir = argv[4]};
        s = b.n > 0 && b.n <= MAX_PARTS ? run(&b) : cad_fail(CAD_EUSAGE, "1 to %d parts", MAX_PARTS);
    }
    if (s != CAD_OK)
        fprintf(stderr, "bench_step: error: %s\n", cad_error_text());
    release(&b.parts);
    release(&b.big);
    cad_arena_destroy(b.arena);
    return cad_status_exit_code(s);
}
