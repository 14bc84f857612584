#include "dataprep/retriever.h"

#include "core/fs.h"
#include "core/mem.h"
#include "core/path.h"
#include "core/utf8.h"
#include "dataprep/payloads.h"
#include "dataprep/rag_current.h"
#include "dataprep/retrieved_cut.h"
#include "dataprep/stage_split.h"
#include "model/decoder/checkpoint_parts.h"
#include "model/rag/rag_index.h"
#include "model/text/template.h"

#include <stdio.h>
#include <string.h>

enum { STEPLM_HITS = 5 }; /* shared/spec/step-llm.md 5 */

struct cad_retriever {
    cad_rag_index *index;
    cad_rag_encoder *encoder;
    cad_payloads *payloads;
    bool placed; /* they are numbered as the rows of the index */
    cad_rag_rule rule;
    cad_tokenizer *tokenizer; /* with max_tokens */
    int64_t max_tokens;       /* of the slot; 0: any number */
    bool steplm;
    char path[4200]; /* of the index */
};

static cad_status open_index(cad_retriever *r, const char *path, const char *learnt_with)
{
    int n = snprintf(r->path, sizeof r->path, cad_fs_is_dir(path) ? "%s/" CAD_RAG_INDEX_NAME : "%s", path);
    if (n < 0 || (size_t)n >= sizeof r->path)
        CAD_FAIL(CAD_EINVAL, "path too long: %s", path);
    if (!cad_fs_exists(r->path))
        CAD_FAIL(CAD_ENOTFOUND, "%s: no such retrieval index\nhint: cadprep rag build DIR, then --rag=DIR", r->path);
    CAD_TRY(cad_rag_index_open(r->path, &r->index));
    const char *xxh3 = cad_rag_index_info(r->index)->xxh3;
    if (learnt_with && *learnt_with && strcmp(xxh3, learnt_with) != 0)
        CAD_FAIL(CAD_EDATA, "%s: the index is %s; the model learnt with %s\nhint: --rag=%s takes it all the same", r->path,
                 xxh3, learnt_with, r->path);
    return CAD_OK;
}

/* Whether the index tells where the rows of these corpora stand: of these, byte for byte. */
static cad_status knows(const cad_rag_info *info, const char *const *list, size_t n, bool *out)
{
    char hex[CAD_HASH_HEX];
    *out = info->place && info->n_files == n;
    for (size_t i = 0; *out && i < n; i++) {
        if (!strcmp(cad_path_base(list[i]), info->file[i].name))
            CAD_TRY(cad_fs_hash(list[i], hex));
        else
            *hex = '\0';
        *out = !strcmp(hex, info->file[i].xxh3);
    }
    return CAD_OK;
}

/* Only where it does not know are all rows read, to be found by their ids, and compared with those that were indexed. */
static cad_status open_corpora(cad_retriever *r, const char *const *list, size_t n)
{
    const cad_rag_info *info = cad_rag_index_info(r->index);
    CAD_TRY(knows(info, list, n, &r->placed));
    if (r->placed)
        CAD_TRY(cad_payloads_open_placed(list, n, info->place, cad_rag_index_rows(r->index)->n, &r->payloads));
    else
        CAD_TRY(cad_payloads_open(list, n, &r->payloads));
    return cad_rag_current(r->index, r->path, r->placed ? NULL : r->payloads);
}

/* The corpora that the rows of the index came from: train, or all splits, of its folder. */
static cad_status open_payloads(cad_retriever *r)
{
    char path[CAD_PAYLOAD_FILES][4300];
    const char *list[CAD_PAYLOAD_FILES];
    size_t n = 0;
    cad_buf dir = CAD_BUF_INIT;
    bool all = !strcmp(cad_rag_index_info(r->index)->scope, "all");
    cad_status s = cad_path_parent(r->path, &dir);
    for (int k = 0; s == CAD_OK && k < (all ? CAD_SPLIT_COUNT : 1); k++) {
        snprintf(path[n], sizeof path[n], "%.4200s/%s.jsonl", dir.data, cad_split_name[k]);
        if (cad_fs_exists(path[n])) {
            list[n] = path[n];
            n++;
        }
    }
    if (s == CAD_OK && n == 0)
        s = cad_fail(CAD_EDATA, "%s: no %s beside it, which holds the texts of its rows", r->path,
                     all ? "train.jsonl, val.jsonl or test.jsonl" : "train.jsonl");
    if (s == CAD_OK)
        s = open_corpora(r, list, n);
    cad_buf_deinit(&dir);
    return s;
}

/* The encoder that made the index; its weights, where it has some, lie at rag.encoder_path. */
static cad_status open_encoder(cad_retriever *r, const char *dir)
{
    const cad_rag_info *info = cad_rag_index_info(r->index);
    bool minilm = !strcmp(info->encoder, "minilm");
    if (minilm && !*dir)
        CAD_FAIL(CAD_ECONFIG,
                 "rag.encoder_path is not set; %s was made by encoder minilm with weights %s, expected their folder\nhint: "
                 "--set=rag.encoder_path=DIR",
                 r->path, info->encoder_xxh3);
    CAD_TRY(cad_rag_encoder_create(minilm ? CAD_RAG_BY_MINILM : CAD_RAG_BY_HASH, dir, &r->encoder));
    return cad_rag_index_expect(r->index, r->path, r->encoder);
}

/* Whose tokens rag.max_tokens counts. */
static cad_status open_tokenizer(cad_retriever *r, const char *ckpt)
{
    cad_ckpt_parts p;
    cad_arena *a = NULL;
    CAD_TRY(cad_arena_create("checkpoint", 1 << 20, &a));
    cad_status s = cad_ckpt_parts_find(ckpt, a, &p);
    if (s == CAD_OK)
        s = cad_ckpt_parts_read(&p, NULL, a);
    if (s == CAD_OK)
        s = cad_ckpt_parts_tokenizer(&p, a, &r->tokenizer);
    cad_arena_destroy(a);
    return s;
}

static cad_status open_all(cad_retriever *r, const char *path, const cad_config *cfg, const char *learnt_with, const char *ckpt)
{
    CAD_TRY(open_index(r, path, learnt_with));
    r->max_tokens = cfg->rag.max_tokens;
    if (r->max_tokens)
        CAD_TRY(open_tokenizer(r, ckpt));
    CAD_TRY(open_encoder(r, cfg->rag.encoder_path));
    CAD_TRY(open_payloads(r));
    r->steplm = cfg->prep.profile == CAD_PREP_PROFILE_steplm;
    r->rule = (cad_rag_rule){.k = r->steplm ? STEPLM_HITS : cfg->rag.k,
                             .ties = r->steplm ? CAD_RAG_TIE_LAST : (cad_rag_ties)cfg->rag.ties,
                             .seed = (uint64_t)cfg->run.seed,
                             .min_score = r->steplm ? -1 : cfg->rag.min_score};
    return CAD_OK;
}

cad_status cad_retriever_open(const char *path, const cad_config *cfg, const char *learnt_with, const char *ckpt,
                              cad_retriever **out)
{
    cad_retriever *r;
    CAD_TRY(cad_mem_alloc(sizeof *r, "retriever", &r));
    cad_status s = open_all(r, path, cfg, learnt_with, ckpt);
    if (s != CAD_OK) {
        cad_retriever_close(r);
        return s;
    }
    *out = r;
    return CAD_OK;
}

void cad_retriever_close(cad_retriever *r)
{
    if (!r)
        return;
    cad_payloads_close(r->payloads);
    cad_tokenizer_destroy(r->tokenizer);
    cad_rag_encoder_destroy(r->encoder);
    cad_rag_index_destroy(r->index);
    cad_mem_free(r);
}

const cad_rag_index *cad_retriever_index(const cad_retriever *r)
{
    return r->index;
}

cad_rag_encoder *cad_retriever_encoder(const cad_retriever *r)
{
    return r->encoder;
}

/* Adds the text of a hit, where it has one. */
static cad_status add_text(const cad_retriever *r, const cad_rag_hit *hit, cad_arena *a, cad_retrieved_blocks *b,
                           bool *has_text)
{
    const char *text = "", *id = cad_rag_index_rows(r->index)->id[hit->row];
    int64_t row = r->placed ? hit->row : cad_payloads_find(r->payloads, id);
    if (row >= 0)
        CAD_TRY(cad_payloads_read(r->payloads, row, id, a, &text, &b->step[b->n]));
    *has_text = !cad_text_is_blank(text);
    if (!*has_text && !r->steplm)
        CAD_FAIL(CAD_EDATA, "%s: row %s %s\nhint: cadprep rag build", r->path, id,
                 row < 0 ? "is in no corpus beside it" : "has no text");
    if (*has_text)
        b->text[b->n++] = (char *)(uintptr_t)text; /* our own copy */
    return CAD_OK;
}

cad_status cad_retriever_find(cad_retriever *r, const char *caption, cad_arena *a, cad_retrieved *out)
{
    cad_rag_hit hit[CAD_RETRIEVED_MAX];
    cad_retrieved_blocks b = {.n = 0};
    uint32_t cut_bytes = 0;
    int64_t found = 0, most = r->steplm ? 1 : r->rule.k;
    const cad_rag_rows *rows = cad_rag_index_rows(r->index);
    cad_buf slot = CAD_BUF_INIT;
    *out = (cad_retrieved){.n = 0};
    CAD_TRY(cad_rag_index_search(r->index, r->encoder, caption, &r->rule, hit, &found));
    for (int64_t i = 0; i < found && out->n < most; i++) {
        const char *id = rows->id[hit[i].row];
        bool has_text;
        CAD_TRY(add_text(r, &hit[i], a, &b, &has_text));
        if (!has_text)
            continue;
        CAD_TRY(cad_arena_strdup(a, id, strlen(id), &out->id[out->n]));
        out->score[out->n++] = (double)hit[i].score;
    }
    if (out->n == 0)
        return CAD_OK;
    cad_status s = cad_retrieved_limit(r->tokenizer, r->max_tokens, &b, &cut_bytes);
    out->n = (int64_t)b.n;
    if (s == CAD_OK && b.n)
        s = cad_template_join((const char *const *)b.text, b.n, &slot);
    if (s == CAD_OK && b.n)
        s = cad_arena_strdup(a, cad_buf_cstr(&slot), slot.len, &out->text);
    cad_buf_deinit(&slot);
    return s;
}
