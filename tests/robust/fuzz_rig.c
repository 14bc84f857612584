#include "tests/robust/fuzz_rig.h"

#include "cad/ir/ir.h"
#include "core/log.h"
#include "tests/train/train_tmp.h"

#include <sys/resource.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#define ASAN 1
#else
#define ASAN 0
#endif

cad_arena *arena;

/* What parsers of numbers, strings, JSON, INI and binary heads may trip over. */
static const char *const piece[] = {"0",
                                    "-1",
                                    "1e999",
                                    "-0",
                                    "nan",
                                    "2147483647",
                                    "2147483648",
                                    "4294967296",
                                    "9223372036854775807",
                                    "9223372036854775808",
                                    "18446744073709551615",
                                    "1e-320",
                                    "0.1e",
                                    "\"",
                                    "\\",
                                    "\\u0000",
                                    "\\ud800",
                                    "\xC0\xAF",
                                    "\xED\xA0\x80",
                                    "\xEF\xBB\xBF",
                                    "\xFF",
                                    "{",
                                    "}",
                                    "[",
                                    "]",
                                    "[[[[[[[[",
                                    ":",
                                    ",",
                                    "=",
                                    ";",
                                    "#",
                                    "\n",
                                    "\r\n",
                                    "\t",
                                    " ",
                                    "null",
                                    "true",
                                    "{}",
                                    "[]",
                                    "\"\"",
                                    "${HOME}",
                                    "${",
                                    "..",
                                    "/",
                                    "{caption}",
                                    "{output}",
                                    "((((((((",
                                    "(?:a*)*"};
enum { PIECES = sizeof piece / sizeof *piece };

static void add(cad_buf *b, const char *data, size_t len)
{
    ok(cad_buf_add(b, data, len));
}

static void mutate(cad_rng *r, const fuzz_target *t, const cad_buf *from, cad_buf *out)
{
    const cad_buf *o = &t->seed[cad_rng_range(r, 0, (int64_t)t->n_seeds - 1)];
    size_t at = (size_t)cad_rng_range(r, 0, (int64_t)from->len), rest = from->len - at;
    size_t len = (size_t)cad_rng_range(r, 0, rest < 40 ? (int64_t)rest : 40);
    cad_buf_clear(out);
    add(out, from->data, at);
    switch (cad_rng_range(r, 0, 6)) {
    case 0: { /* another byte, or another bit of it */
        unsigned char c = (unsigned char)cad_rng_u32(r);
        if (rest && cad_rng_chance(r, 0.5))
            c = (unsigned char)((unsigned char)from->data[at] ^ (1u << cad_rng_range(r, 0, 7)));
        add(out, (const char *)&c, 1);
        len = rest ? 1 : 0;
        break;
    }
    case 1: { /* a piece in the place of a part */
        const char *p = piece[cad_rng_range(r, 0, PIECES - 1)];
        add(out, p, strlen(p));
        len = len > 8 ? 0 : len;
        break;
    }
    case 2: /* a part twice */
        add(out, from->data + at, len);
        len = 0;
        break;
    case 3: { /* a part of another seed */
        size_t begin = (size_t)cad_rng_range(r, 0, (int64_t)o->len);
        size_t n = (size_t)cad_rng_range(r, 0, (int64_t)(o->len - begin) < 200 ? (int64_t)(o->len - begin) : 200);
        add(out, o->data + begin, n);
        break;
    }
    case 4: /* cut off */
        len = rest;
        break;
    case 5: { /* a number of a head */
        uint64_t v = cad_rng_chance(r, 0.5) ? (uint64_t)1 << cad_rng_range(r, 0, 63) : (uint64_t)cad_rng_range(r, 0, 70000);
        v -= cad_rng_chance(r, 0.5) ? 1 : 0;
        size_t n = rest < 8 ? rest : cad_rng_chance(r, 0.5) ? 8 : rest < 4 ? rest : 4;
        add(out, (const char *)&v, n);
        len = n;
        break;
    }
    default: /* taken out */
        break;
    }
    add(out, from->data + at + len, rest - len);
}

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static long grown(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

static bool one(const fuzz_target *t, uint64_t number, const char *data, size_t len)
{
    bool parsed = false;
    char *copy = malloc(len ? len : 1); /* an exact copy: AddressSanitizer sees a read past its end */
    assert_non_null(copy);
    memcpy(copy, data, len);
    double start = cpu();
    cad_status s = t->run(t->ctx, copy, len, &parsed);
    double took = cpu() - start;
    free(copy);
    if (s == CAD_EINTERNAL || s == CAD_EINVAL || s == CAD_ENOMEM || (s != CAD_OK && !*cad_error_text()))
        fail_msg("%s, case %llu: %s: %s", t->name, (unsigned long long)number, cad_status_name(s), cad_error_text());
    if (took > (ASAN ? 10.0 : 1.0))
        fail_msg("%s, case %llu: %.1f s of CPU", t->name, (unsigned long long)number, took);
    return parsed && s == CAD_OK;
}

void fuzz(const fuzz_target *t)
{
    for (size_t i = 0; i < t->n_seeds; i++)
        if (!one(t, i, cad_buf_cstr(&t->seed[i]), t->seed[i].len))
            fail_msg("%s: seed %zu is refused: %s", t->name, i, cad_error_text());
    long before = grown();
    int cases = fuzz_cases(t->cases), parsed = 0;
    cad_buf text = CAD_BUF_INIT, next = CAD_BUF_INIT;
    for (int i = 0; i < cases; i++) {
        cad_rng r = cad_rng_make(20261122, t->name, (uint64_t)i);
        const cad_buf *seed = &t->seed[cad_rng_range(&r, 0, (int64_t)t->n_seeds - 1)];
        cad_buf_clear(&text);
        add(&text, seed->data, seed->len);
        for (int64_t n = cad_rng_range(&r, 1, 4); n > 0; n--) {
            mutate(&r, t, &text, &next);
            cad_buf swap = text;
            text = next;
            next = swap;
        }
        parsed += one(t, (uint64_t)i, cad_buf_cstr(&text), text.len);
    }
    cad_buf_deinit(&text);
    cad_buf_deinit(&next);
    print_message("%s: %d of %d mutants parse\n", t->name, parsed, cases);
    assert_true(parsed < cases);
    if (!ASAN && grown() - before > 256 << 10)
        fail_msg("%s: grown by %ld KiB", t->name, grown() - before);
}

const char *fuzz_path(const char *name)
{
    static char dir[4096], path[4][4200];
    static int turn;
    if (!*dir)
        train_tmp("fuzz", dir);
    if (!name) { /* the end */
        ok(cad_fs_remove_tree(dir));
        return NULL;
    }
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

/* Not by core/fs, whose syncs would be most of the time. */
void fuzz_file(const char *path, const char *data, size_t len)
{
    remove(path); /* some file systems write a file out at once when it is cut off and written again */
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

cad_status fuzz_program(const char *text, size_t len)
{
    static cad_diags d;
    cad_ir *ir;
    cad_diags_init(&d, arena);
    CAD_TRY(cad_ir_parse(text, len, CAD_IR_DIALECT_cadlm, arena, &d, &ir));
    CAD_TRY(cad_ir_check(ir, &d));
    return d.n_errors ? cad_fail(CAD_EPARSE, "%s", d.item[0].message) : CAD_OK;
}

int fuzz_begin(const char *name, size_t bytes)
{
    cad_log_set_level(CAD_LOG_ERROR);
    return cad_arena_create(name, bytes, &arena) == CAD_OK ? 0 : 1;
}

int fuzz_end(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    (void)fuzz_path(NULL);
    return 0;
}
