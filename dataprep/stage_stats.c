#include "dataprep/stage_stats.h"

#include "core/fs.h"
#include "core/mem.h"
#include "core/progress.h"
#include "core/stop_signal.h"
#include "core/threads.h"
#include "dataprep/captions_csv.h"
#include "dataprep/corpus_row.h"
#include "dataprep/model_text.h"
#include "dataprep/row_sources.h"
#include "dataprep/row_tokens.h"
#include "dataprep/row_window.h"
#include "dataprep/stage_split.h"
#include "dataprep/stats_gather.h"
#include "dataprep/stats_lists.h"
#include "dataprep/stats_rag.h"
#include "dataprep/stats_row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WINDOW = 512, GRAIN = 4, LIMITS = 4 };
static const size_t SCRATCH = (size_t)1 << 30;
static const double SIZE_UNIT = 1e6, SIZE_MOST = 1e12; /* sizes are counted in nm; larger ones are none */
static const struct {
    const char *name;
    int64_t tokens;
} ABOVE[LIMITS] = {{"2k", 2048}, {"4k", 4096}, {"8k", 8192}, {"16k", 16384}};

/* A row of the window. */
typedef struct slot {
    cad_stats_row row;
    cad_status failed;
    cad_buf error;
} slot;

typedef struct split {
    int64_t rows;
    cad_hash_index captions, geometries;
} split;

typedef struct job {
    const cad_stage_stats_args *args;
    cad_progress *progress;
    slot slot[WINDOW];
    int64_t count, rows, broken, steps, without;
    const char *in;                   /* the corpus at hand */
    cad_row_coder coder;              /* of its rows */
    cad_row_sources from;             /* what they retrieved from; empty without retrieval */
    cad_arena *names;                 /* its paths */
    split split[CAD_SPLIT_COUNT + 1]; /* the last: before a split */
    cad_sentences captions;
    cad_numbers instances, faces, bytes, sizes, prompt, retrieved, answer, whole;
    cad_stats_rag rag;
    json_t *kinds, *families, *units, *types;
    cad_stats_lists lists;
} job;

/* ---- rows, by any thread ---- */

static void look_at_some(void *ctx, int64_t begin, int64_t end)
{
    job *j = ctx;
    cad_arena *a = NULL;
    cad_status made = cad_arena_create("stats", SCRATCH, &a);
    for (int64_t k = begin; k < end && cad_stop_abandoned() == CAD_OK; k++) {
        slot *s = &j->slot[k];
        cad_frame mark = made == CAD_OK ? cad_arena_mark(a) : (cad_frame){0};
        s->failed = made != CAD_OK ? made : s->row.step ? cad_stats_row_step(&s->row, a) : CAD_OK;
        if (s->failed == CAD_OK && j->args->tokenizer)
            s->failed = cad_stats_row_tokens(&s->row, &j->coder, j->in, a);
        if (s->failed != CAD_OK && cad_buf_str(&s->error, cad_error_text()) != CAD_OK)
            cad_buf_deinit(&s->error);
        if (made == CAD_OK)
            cad_arena_rewind(a, mark);
    }
    cad_arena_destroy(a);
}

/* ---- in order ---- */

static cad_status add_types(job *j, const cad_stats_row *s)
{
    const int64_t *n = (const int64_t *)(const void *)s->counts.data;
    const char *name = s->types.data;
    for (size_t k = 0; k < s->counts.len / sizeof *n; k++, name += strlen(name) + 1)
        if (json_object_set_new(j->types, name, json_integer(json_integer_value(json_object_get(j->types, name)) + n[k])))
            CAD_FAIL(CAD_ENOMEM, "%s: no memory for its types", j->args->in);
    return CAD_OK;
}

static cad_status add_step(job *j, const cad_stats_row *s)
{
    char unit[32];
    j->steps++;
    j->broken += s->broken;
    snprintf(unit, sizeof unit, "%.9g", s->unit);
    if (cad_count_in(j->units, s->unit > 0 ? unit : "no solid"))
        CAD_FAIL(CAD_ENOMEM, "%s: no memory for its units", j->args->in);
    CAD_TRY(cad_numbers_add(&j->instances, s->instances));
    CAD_TRY(cad_numbers_add(&j->faces, s->faces));
    if (s->size > 0 && s->size < SIZE_MOST)
        CAD_TRY(cad_numbers_add(&j->sizes, llround(s->size * SIZE_UNIT)));
    CAD_TRY(cad_numbers_add(&j->bytes, (int64_t)strlen(s->target)));
    return add_types(j, s);
}

static cad_status add_tokens(job *j, const cad_stats_row *s)
{
    j->without += s->without;
    if (s->without)
        return CAD_OK;
    CAD_TRY(cad_numbers_add(&j->prompt, s->prompt));
    CAD_TRY(cad_numbers_add(&j->retrieved, s->retrieved));
    CAD_TRY(cad_numbers_add(&j->answer, s->answer));
    return cad_numbers_add(&j->whole, s->whole);
}

static cad_status add_row(job *j, const slot *s, cad_arena *a, const char *where)
{
    cad_row row = {0};
    uint64_t *at = NULL;
    bool is_new = false;
    int k = 0;
    CAD_TRY(cad_row_parse(s->row.o, where, a, &row));
    while (k < CAD_SPLIT_COUNT && strcmp(row.split, cad_split_name[k]) != 0)
        k++;
    split *p = &j->split[k];
    p->rows++;
    if (row.caption_hash)
        CAD_TRY(cad_hash_index_at(&p->captions, row.caption_hash, 0, &is_new, &at));
    if (row.geometry_hash)
        CAD_TRY(cad_hash_index_at(&p->geometries, row.geometry_hash, 0, &is_new, &at));
    CAD_TRY(cad_sentences_add(&j->captions, row.caption));
    CAD_TRY(cad_stats_rag_add(&j->rag, s->row.o));
    if (cad_count_in(j->kinds, *row.kind ? row.kind : "ir") || (*row.family && cad_count_in(j->families, row.family)))
        CAD_FAIL(CAD_ENOMEM, "%s: no memory for its families", j->args->in);
    j->rows++;
    return CAD_OK;
}

static void clear(job *j)
{
    for (int64_t k = 0; k < j->count; k++) {
        cad_stats_row_deinit(&j->slot[k].row);
        cad_buf_deinit(&j->slot[k].error);
    }
    memset(j->slot, 0, sizeof j->slot);
    j->count = 0;
}

static cad_status fill(job *j, cad_corpus_reader *r, cad_arena *a, bool *more)
{
    size_t bytes = 0;
    while (*more && cad_row_window_takes(j->count, WINDOW, bytes)) {
        slot *s = &j->slot[j->count];
        const char *where = NULL;
        CAD_TRY(cad_corpus_next_object(r, &s->row.o, &where, more));
        if (!*more)
            break;
        j->count++;
        cad_frame mark = cad_arena_mark(a);
        CAD_TRY(add_row(j, s, a, where));
        cad_arena_rewind(a, mark);
        const char *kind = json_string_value(json_object_get(s->row.o, "kind"));
        s->row.target = json_string_value(json_object_get(s->row.o, "target"));
        s->row.step = kind && !strcmp(kind, "step");
        s->row.model_text = cad_model_text_is(cad_corpus_header(r));
        bytes += 1024 + strlen(s->row.target);
    }
    return CAD_OK;
}

static cad_status do_window(job *j, cad_corpus_reader *r, cad_arena *a, bool *more)
{
    CAD_TRY(fill(j, r, a, more));
    cad_parallel_for(j->count, GRAIN, look_at_some, j);
    if (cad_stop_abandoned() != CAD_OK)
        CAD_FAIL(CAD_EINTR, "interrupted");
    for (int64_t k = 0; k < j->count; k++) {
        const slot *s = &j->slot[k];
        if (s->failed != CAD_OK)
            return cad_fail(s->failed, "%s", cad_buf_cstr(&s->error));
        if (s->row.step)
            CAD_TRY(add_step(j, &s->row));
        if (j->args->tokenizer)
            CAD_TRY(add_tokens(j, &s->row));
    }
    cad_progress_show(j->progress, j->rows, NULL);
    return CAD_OK;
}

static cad_status read_rows(job *j, cad_corpus_reader *r)
{
    cad_arena *a = NULL;
    CAD_TRY(cad_arena_create("row", SCRATCH, &a));
    cad_status s = CAD_OK;
    for (bool more = true; s == CAD_OK && more;) {
        s = do_window(j, r, a, &more);
        clear(j);
    }
    cad_arena_destroy(a);
    return s;
}

/* How cadprep pack would make its rows, but for the longest that it lets in. */
static cad_status set_coder(job *j, const char *path)
{
    const cad_stage_stats_args *a = j->args;
    const cad_tokenizer *t = a->tokenizer;
    if (!t)
        return CAD_OK;
    CAD_TRY(cad_row_sources_fit(a->tpl, a->rag));
    if (a->rag)
        CAD_TRY(cad_row_sources_open(path, j->names, &j->from));
    j->coder = (cad_row_coder){.tpl = a->tpl,
                               .tokenizer = t,
                               .payloads = j->from.payloads,
                               .k = j->from.k,
                               .bos = a->bos ? cad_tokenizer_bos(t) : -1,
                               .eos = a->eos ? cad_tokenizer_eos(t) : -1,
                               .max_tokens = INT64_MAX,
                               .retrieved_tokens = a->retrieved_tokens,
                               .whole = a->steplm};
    return CAD_OK;
}

static cad_status read_corpus(job *j, const char *path)
{
    cad_corpus_reader *r = NULL;
    j->in = path;
    CAD_TRY(cad_corpus_open(path, &r));
    cad_status s = set_coder(j, path);
    if (s == CAD_OK)
        s = read_rows(j, r);
    cad_row_sources_close(&j->from);
    cad_corpus_close(r);
    return s;
}

/* ---- the report ---- */

static int put(json_t *o, const char *key, json_t *v)
{
    return v ? json_object_set_new(o, key, v) : 0;
}

static int put_counts(json_t *o, const char *key, json_t *counts)
{
    return json_object_size(counts) ? put(o, key, json_incref(counts)) : 0;
}

static json_t *splits_of(const job *j)
{
    json_t *o = json_object();
    for (int k = 0; k <= CAD_SPLIT_COUNT; k++) {
        const split *s = &j->split[k];
        if (s->rows)
            put(o, k < CAD_SPLIT_COUNT ? cad_split_name[k] : "",
                json_pack("{sI, sI, sI}", "rows", (json_int_t)s->rows, "captions", (json_int_t)s->captions.n, "geometries",
                          (json_int_t)s->geometries.n));
    }
    return o;
}

static json_t *steps_of(job *j)
{
    json_t *o = json_pack("{sI, sI, sO, sO}", "rows", (json_int_t)j->steps, "broken", (json_int_t)j->broken, "units_mm",
                          j->units, "types", j->types);
    put(o, "instances", cad_numbers_quantiles(&j->instances));
    put(o, "faces", cad_numbers_quantiles(&j->faces));
    put(o, "size_mm", cad_numbers_quantiles(&j->sizes));
    put(o, "bytes", cad_numbers_quantiles(&j->bytes));
    return o;
}

static json_t *tokens_of_rows(job *j)
{
    json_t *o = json_pack("{ss, ss}", "tokenizer", j->args->tokenizer_name, "template", j->args->tpl->name),
           *above = json_object();
    int64_t all = cad_numbers_sum(&j->whole), rows = j->rows - j->without;
    int64_t loss = j->args->loss_on_all ? all - rows : cad_numbers_sum(&j->answer);
    for (int k = 0; k < LIMITS; k++)
        put(above, ABOVE[k].name, json_integer(cad_numbers_above(&j->whole, ABOVE[k].tokens)));
    put(o, "above", above);
    put(o, "loss_share", json_real(all > 0 ? (double)loss / (double)all : 0));
    put(o, "prompt", cad_numbers_quantiles(&j->prompt));
    if (j->args->rag) {
        put(o, "retrieved", cad_numbers_quantiles(&j->retrieved));
        put(o, "without", json_integer(j->without));
    }
    put(o, "answer", cad_numbers_quantiles(&j->answer));
    put(o, "row", cad_numbers_quantiles(&j->whole));
    return o;
}

static cad_status report(job *j, json_t **out)
{
    json_t *o = json_pack("{sI}", "rows", (json_int_t)j->rows);
    int bad = !o || put(o, "kinds", json_incref(j->kinds)) || put(o, "splits", splits_of(j)) ||
              put(o, "captions", cad_sentences_facts(&j->captions));
    if (json_object_size(j->families))
        bad = bad || put(o, "families", json_incref(j->families));
    if (j->steps)
        bad = bad || put(o, "step", steps_of(j));
    if (j->args->tokenizer)
        bad = bad || put(o, "tokens", tokens_of_rows(j));
    bad = bad || put(o, "retrieval", cad_stats_rag_facts(&j->rag)) || put_counts(o, "status", j->lists.status) ||
          put_counts(o, "misfits", j->lists.misfits) || put_counts(o, "digits", j->lists.digits);
    if (bad) {
        json_decref(o);
        CAD_FAIL(CAD_ENOMEM, "%s: no memory for the report", j->args->in);
    }
    *out = o;
    return CAD_OK;
}

static cad_status of_list(const cad_stage_stats_args *args, json_t **out)
{
    cad_captions c;
    cad_sentences said = {0};
    json_t *values = json_object();
    int64_t describable = 0;
    cad_status s = cad_captions_read(args->in, &c);
    for (uint32_t i = 0; s == CAD_OK && i < c.n; i++) {
        if (!cad_captions_describable(&c, i))
            continue;
        describable++;
        s = cad_sentences_add(&said, cad_captions_text(&c, i));
    }
    for (uint32_t k = 1; s == CAD_OK && k < c.n_values; k++)
        put(values, c.value[k].text, json_integer(c.value[k].rows));
    json_t *o = s == CAD_OK ? json_pack("{s{sI, sI, sO}}", "list", "rows", (json_int_t)c.n, "describable",
                                        (json_int_t)describable, "values", values)
                            : NULL;
    if (s == CAD_OK && (!o || put(o, "captions", cad_sentences_facts(&said))))
        s = cad_fail(CAD_ENOMEM, "%s: no memory for the report", args->in);
    json_decref(values);
    cad_sentences_deinit(&said);
    cad_captions_deinit(&c);
    if (s == CAD_OK)
        *out = o;
    else
        json_decref(o);
    return s;
}

static cad_status read_all(job *j)
{
    const char *in = j->args->in;
    char path[4200];
    if (!cad_fs_is_dir(in)) {
        CAD_TRY(read_corpus(j, in));
        return cad_stats_lists_read(&j->lists, in);
    }
    for (int k = 0; k < CAD_SPLIT_COUNT; k++) {
        snprintf(path, sizeof path, "%s/%s.jsonl", in, cad_split_name[k]);
        if (cad_fs_is_file(path))
            CAD_TRY(read_corpus(j, path));
    }
    return cad_stats_lists_read(&j->lists, in);
}

static void release(job *j)
{
    json_t *objects[] = {j->kinds, j->families, j->units, j->types};
    cad_numbers *numbers[] = {&j->instances, &j->faces, &j->bytes, &j->sizes, &j->prompt, &j->retrieved, &j->answer, &j->whole};
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        json_decref(objects[i]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        cad_numbers_deinit(numbers[i]);
    for (int k = 0; k <= CAD_SPLIT_COUNT; k++) {
        cad_hash_index_deinit(&j->split[k].captions);
        cad_hash_index_deinit(&j->split[k].geometries);
    }
    cad_sentences_deinit(&j->captions);
    cad_stats_rag_deinit(&j->rag);
    cad_stats_lists_deinit(&j->lists);
    cad_progress_destroy(j->progress);
    cad_arena_destroy(j->names);
    cad_mem_free(j);
}

cad_status cad_stage_stats(const cad_stage_stats_args *args, json_t **out)
{
    job *j = NULL;
    if (cad_captions_is(args->in))
        return of_list(args, out);
    CAD_TRY(cad_mem_alloc(sizeof *j, "stats", &j));
    j->args = args;
    j->kinds = json_object();
    j->families = json_object();
    j->units = json_object();
    j->types = json_object();
    j->sizes.unit = SIZE_UNIT;
    cad_status s = cad_stats_lists_init(&j->lists);
    if (s == CAD_OK)
        s = cad_arena_create("stats names", 1 << 20, &j->names);
    if (s == CAD_OK)
        s = cad_progress_create("stats", 0, 0, 0, &j->progress);
    if (s == CAD_OK)
        cad_progress_work(j->progress, "rows");
    cad_stop_abandon_catch();
    if (s == CAD_OK)
        s = read_all(j);
    cad_stop_abandon_release();
    if (s == CAD_OK && j->rows == 0)
        s = cad_fail(CAD_ENOTFOUND, "%s: zero rows", args->in);
    if (s == CAD_OK)
        s = report(j, out);
    release(j);
    return s;
}
