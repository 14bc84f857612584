#include "eval/baseline.h"

#include "core/json.h"
#include "core/mem.h"
#include "core/size.h"
#include "dataprep/caption_group.h"
#include "dataprep/hash_index.h"
#include "dataprep/pack.h"
#include "model/text/tokenizer.h"

#include <string.h>

cad_status cad_baseline_reference(void *ctx, const cad_suite_row *row, cad_answer_text *out)
{
    (void)ctx;
    out->text = row->reference;
    out->len = row->reference ? strlen(row->reference) : 0;
    return CAD_OK;
}

struct cad_bbox_cube {
    const cad_suite_row *first; /* rows lie in one array, so a row's index names its box */
    const char **text;          /* (n) */
    size_t n;
};

static cad_status box_program(const char *record, cad_arena *arena, const char **out)
{
    json_t *r;
    double b[6];
    CAD_TRY(cad_json_parse(record, strlen(record), "scores.jsonl", &r));
    const json_t *box = json_object_get(r, "bbox");
    bool there = json_array_size(box) == 6;
    for (size_t i = 0; there && i < 6; i++)
        b[i] = json_number_value(json_array_get(box, i));
    json_decref(r);
    *out = NULL;
    if (!there)
        return CAD_OK;
    cad_buf t = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (int i = 0; s == CAD_OK && i < 3; i++) {
        s = cad_buf_str(&t, i ? " " : "C ");
        if (s == CAD_OK)
            s = cad_buf_number(&t, b[i + 3] - b[i]);
    }
    for (int i = 0; s == CAD_OK && i < 3; i++) {
        s = cad_buf_str(&t, i ? " " : "\nT 0 ");
        if (s == CAD_OK)
            s = cad_buf_number(&t, b[i]);
    }
    if (s == CAD_OK)
        s = cad_arena_strdup(arena, t.data, t.len, out);
    cad_buf_deinit(&t);
    return s;
}

cad_status cad_bbox_cube_create(const cad_answers *reference, cad_arena *arena, cad_bbox_cube **out)
{
    cad_bbox_cube *c;
    size_t samples = (size_t)reference->samples;
    CAD_TRY(cad_arena_zalloc(arena, 1, sizeof *c, "boxes", &c));
    c->first = reference->suite->row;
    c->n = reference->n / samples;
    CAD_TRY(cad_arena_zalloc(arena, c->n, sizeof *c->text, "boxes", &c->text));
    for (size_t i = 0; i < c->n; i++) { /* all samples of a reference are the same */
        const char *record = reference->slot[i * samples].record;
        if (record)
            CAD_TRY(box_program(record, arena, &c->text[i]));
    }
    *out = c;
    return CAD_OK;
}

cad_status cad_baseline_bbox_cube(void *ctx, const cad_suite_row *row, cad_answer_text *out)
{
    const cad_bbox_cube *c = ctx;
    size_t i = (size_t)(row - c->first);
    out->text = i < c->n ? c->text[i] : NULL;
    out->len = out->text ? strlen(out->text) : 0;
    return CAD_OK;
}

struct cad_retrieval_copy {
    cad_pack *pack;
    cad_tokenizer *tokenizer;
    cad_rag_encoder *own, *encoder; /* own: NULL where that of the run serves */
    cad_rag_rows rows;              /* of the pack */
    float *vector;
    cad_arena *arena;
};

static cad_status read_captions(cad_retrieval_copy *r, const char ***out)
{
    const char **caption;
    size_t n = r->pack->n_rows;
    CAD_TRY(cad_arena_zalloc(r->arena, n, sizeof *caption, "captions", &caption));
    for (size_t i = 0; i < n; i++) {
        size_t len;
        const char *text = cad_pack_caption(r->pack, i, &len);
        CAD_TRY(cad_arena_strdup(r->arena, text, len, &caption[i]));
    }
    *out = caption;
    return CAD_OK;
}

/* Rows that the index has get their vectors from there; the others are counted and moved to the front of `rest`. */
static cad_status take_vectors(cad_retrieval_copy *r, const cad_rag_rows *indexed, const char *const *caption, size_t *rest,
                               size_t *n_rest)
{
    cad_hash_index at = CAD_HASH_INDEX_INIT;
    cad_status s = CAD_OK;
    for (int64_t k = 0; s == CAD_OK && k < indexed->n; k++) {
        uint64_t *row;
        bool is_new;
        s = cad_hash_index_at(&at, cad_hash_index_key(indexed->id[k], strlen(indexed->id[k])), (uint64_t)k, &is_new, &row);
    }
    for (size_t i = 0; s == CAD_OK && i < r->pack->n_rows; i++) {
        size_t len, dim = (size_t)r->rows.dim;
        const char *id = cad_pack_id(r->pack, i, &len);
        const uint64_t *row = cad_hash_index_find(&at, cad_hash_index_key(id, len));
        if (row && !strcmp(indexed->caption[*row], caption[i]))
            memcpy(r->vector + i * dim, indexed->vector + *row * dim, dim * sizeof *r->vector);
        else
            rest[(*n_rest)++] = i;
    }
    cad_hash_index_deinit(&at);
    return s;
}

static cad_status encode_rest(cad_retrieval_copy *r, const char *const *caption, const size_t *rest, size_t n)
{
    const char **some;
    float *vector;
    size_t dim = (size_t)r->rows.dim;
    if (!n)
        return CAD_OK;
    CAD_TRY(cad_arena_zalloc(r->arena, n, sizeof *some, "captions", &some));
    for (size_t i = 0; i < n; i++)
        some[i] = caption[rest[i]];
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_mul(n, dim), sizeof *vector), "caption vectors", &vector));
    cad_status s = cad_rag_encode(r->encoder, some, (int64_t)n, vector);
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        memcpy(r->vector + rest[i] * dim, vector + i * dim, dim * sizeof *vector);
    cad_mem_free(vector);
    return s;
}

static cad_status find_vectors(cad_retrieval_copy *r, const cad_retriever *run)
{
    static const cad_rag_rows none = {.n = 0};
    const char **caption;
    size_t n = r->pack->n_rows, n_rest = 0, *rest;
    if (!run)
        CAD_TRY(cad_rag_encoder_create(CAD_RAG_BY_HASH, NULL, &r->own));
    r->encoder = run ? cad_retriever_encoder(run) : r->own;
    r->rows = (cad_rag_rows){.n = (int64_t)n, .dim = cad_rag_encoder_dim(r->encoder)};
    CAD_TRY(read_captions(r, &caption));
    CAD_TRY(cad_arena_zalloc(r->arena, n, sizeof *rest, "captions", &rest));
    CAD_TRY(
        cad_mem_alloc(cad_size_mul(cad_size_mul(n, (size_t)r->rows.dim), sizeof *r->vector), "caption vectors", &r->vector));
    r->rows.vector = r->vector;
    CAD_TRY(take_vectors(r, run ? cad_rag_index_rows(cad_retriever_index(run)) : &none, caption, rest, &n_rest));
    return encode_rest(r, caption, rest, n_rest);
}

cad_status cad_retrieval_copy_create(const char *pack_path, const char *tokenizer_json, const cad_retriever *run,
                                     cad_arena *arena, cad_retrieval_copy **out)
{
    cad_retrieval_copy *r;
    CAD_TRY(cad_mem_alloc(sizeof *r, "retrieval baseline", &r));
    r->arena = arena;
    cad_status s = cad_tokenizer_load(tokenizer_json, &r->tokenizer);
    cad_pack_want want = {0};
    if (s == CAD_OK)
        want.tokenizer_xxh3 = cad_tokenizer_hash(r->tokenizer);
    if (s == CAD_OK)
        s = cad_pack_open(pack_path, &want, &r->pack);
    if (s == CAD_OK)
        s = find_vectors(r, run);
    if (s != CAD_OK) {
        cad_retrieval_copy_destroy(r);
        return s;
    }
    *out = r;
    return CAD_OK;
}

const cad_rag_encoder *cad_retrieval_copy_encoder(const cad_retrieval_copy *r)
{
    return r->encoder;
}

/* The program of a row: its targets without the end token. */
static cad_status program_of(cad_retrieval_copy *r, size_t row, const char **out, size_t *len)
{
    const cad_pack *p = r->pack;
    const uint32_t *tokens = p->tokens + p->row_offset[row];
    cad_buf text = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (uint64_t i = p->span_offset[row]; s == CAD_OK && i < p->span_offset[row + 1]; i++)
        s = cad_tokenizer_decode(r->tokenizer, tokens + p->span[i][0], p->span[i][1] - p->span[i][0], true, &text);
    if (s == CAD_OK)
        s = cad_arena_strdup(r->arena, cad_buf_cstr(&text), text.len, out);
    *len = text.len;
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_baseline_retrieval_copy(void *ctx, const cad_suite_row *row, cad_answer_text *out)
{
    cad_retrieval_copy *r = ctx;
    const cad_rag_rule nearest = {.k = 1, .ties = CAD_RAG_TIE_FIRST, .min_score = -1};
    cad_rag_hit hit;
    int64_t n = 0;
    float *vector;
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)r->rows.dim, sizeof *vector), "caption vector", &vector));
    cad_status s = cad_rag_encode(r->encoder, &row->prompt, 1, vector);
    const cad_rag_rows query = {.vector = vector, .n = 1, .dim = r->rows.dim};
    if (s == CAD_OK)
        s = cad_rag_rank(&r->rows, &query, &nearest, &hit, &n);
    cad_mem_free(vector);
    CAD_TRY(s);
    return n > 0 ? program_of(r, (size_t)hit.row, &out->text, &out->len) : CAD_OK;
}

cad_status cad_retrieval_copy_overlap(const cad_retrieval_copy *r, const cad_suite *suite, int64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < suite->n; i++) {
        uint64_t h[2]; /* as rows of either kind are told */
        for (size_t step = 0; step < 2; step++)
            CAD_TRY(cad_caption_key(step, suite->row[i].prompt, &h[step]));
        bool found = false;
        for (size_t k = 0; k < r->pack->n_rows && !found; k++)
            found = r->pack->caption_hash[k] == h[0] || r->pack->caption_hash[k] == h[1];
        *out += found;
    }
    return CAD_OK;
}

void cad_retrieval_copy_destroy(cad_retrieval_copy *r)
{
    if (!r)
        return;
    cad_mem_free(r->vector);
    cad_rag_encoder_destroy(r->own);
    cad_pack_close(r->pack);
    cad_tokenizer_destroy(r->tokenizer);
    cad_mem_free(r);
}
