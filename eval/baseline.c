#include "eval/baseline.h"

#include "core/json.h"
#include "core/mem.h"
#include "dataprep/caption_group.h"
#include "dataprep/pack.h"
#include "model/rag/rag_index.h"
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
    cad_rag_encoder *encoder;
    cad_rag_index *index;
    const char **caption;
    cad_arena *arena;
};

static cad_status build_index(cad_retrieval_copy *r)
{
    size_t n = r->pack->n_rows;
    CAD_TRY(cad_arena_zalloc(r->arena, n, sizeof *r->caption, "captions", &r->caption));
    for (size_t i = 0; i < n; i++) {
        size_t len;
        const char *text = cad_pack_caption(r->pack, i, &len);
        CAD_TRY(cad_arena_strdup(r->arena, text, len, &r->caption[i]));
    }
    CAD_TRY(cad_rag_encoder_create(CAD_RAG_BY_HASH, NULL, &r->encoder));
    return cad_rag_index_create(r->encoder, r->caption, (int64_t)n, &r->index);
}

cad_status cad_retrieval_copy_create(const char *pack_path, const char *tokenizer_json, cad_arena *arena,
                                     cad_retrieval_copy **out)
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
        s = build_index(r);
    if (s != CAD_OK) {
        cad_retrieval_copy_destroy(r);
        return s;
    }
    *out = r;
    return CAD_OK;
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
    CAD_TRY(cad_rag_index_search(r->index, r->encoder, row->prompt, &nearest, &hit, &n));
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
    cad_rag_index_destroy(r->index);
    cad_rag_encoder_destroy(r->encoder);
    cad_pack_close(r->pack);
    cad_tokenizer_destroy(r->tokenizer);
    cad_mem_free(r);
}
