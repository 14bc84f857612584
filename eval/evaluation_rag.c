/* eval/evaluation.h: what the prompts of a suite retrieve, for models that learnt with retrieval. */
#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "core/size.h"
#include "dataprep/caption_group.h"
#include "dataprep/retriever.h"
#include "eval/evaluation_parts.h"
#include "model/rag/rag_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- held-out rows ---- */

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The first row of the index whose group is one of `wanted` (n, sorted); -1: none. */
static int64_t find_group(const cad_rag_rows *rows, const uint64_t *group, const uint64_t *wanted, size_t n)
{
    for (int64_t i = 0; group && i < rows->n; i++)
        if (group[i] && bsearch(&group[i], wanted, n, sizeof *wanted, by_value))
            return i;
    return -1;
}

/* No row of the index may be one that is asked for, by caption or by part. */
static cad_status check_held_out(const cad_suite *suite, const char *path, const cad_rag_rows *rows, cad_arena *arena)
{
    cad_frame f = cad_arena_mark(arena);
    uint64_t *caption, *part;
    size_t n_captions = cad_size_mul(2, suite->n); /* as rows of either kind are told */
    CAD_TRY(cad_arena_zalloc(arena, n_captions, sizeof *caption, "captions of a suite", &caption));
    CAD_TRY(cad_arena_zalloc(arena, suite->n, sizeof *part, "parts of a suite", &part));
    for (size_t i = 0; i < suite->n; i++) {
        for (size_t step = 0; step < 2; step++)
            CAD_TRY(cad_caption_key(step, suite->row[i].prompt, &caption[2 * i + step]));
        part[i] = suite->row[i].cluster;
    }
    qsort(caption, n_captions, sizeof *caption, by_value);
    qsort(part, suite->n, sizeof *part, by_value);
    int64_t same_caption = find_group(rows, rows->caption_group, caption, n_captions);
    int64_t same_part = find_group(rows, rows->geometry_group, part, suite->n);
    cad_arena_rewind(arena, f);
    int64_t row = same_caption >= 0 ? same_caption : same_part;
    if (row >= 0)
        CAD_FAIL(CAD_EDATA, "%s: row %s is held out: %s has its %s\nhint: an index of the training split, or --rag=off", path,
                 rows->id ? rows->id[row] : "without a name", suite->path, same_caption >= 0 ? "caption" : "part");
    return CAD_OK;
}

/* ---- one model ---- */

/* --rag, else what the checkpoint recorded, else the folder of its training pack; "": nothing is known. */
static cad_status index_path(const cad_eval_run_state *r, const cad_config *c, cad_buf *out)
{
    if (r->o->rag)
        return cad_buf_str(out, r->o->rag);
    if (*c->rag.index)
        return cad_buf_str(out, c->rag.index);
    return *c->data.train ? cad_path_parent(c->data.train, out) : CAD_OK;
}

/* The settings that a checkpoint recorded, with defaults for the rest; rag.encoder_path may be given anew. */
static cad_status recorded(cad_eval_run_state *r, const char *dir, cad_config **out)
{
    const char *path;
    CAD_TRY(cad_path_join(r->arena, dir, "config.ini", &path));
    const cad_config_source source = {.kind = CAD_CONFIG_FILE, .name = path, .only = "rag data prep run"};
    CAD_TRY(cad_config_load(&source, cad_fs_exists(path) ? 1 : 0, r->arena, NULL, out));
    if (*r->o->config->rag.encoder_path) /* weights may have moved since */
        (*out)->rag.encoder_path = r->o->config->rag.encoder_path;
    return CAD_OK;
}

/* What each prompt shows, in the words of the spec string. */
static cad_status retrieve_all(cad_eval_run_state *r, cad_retriever *retriever, const char *label, cad_eval_rag *out)
{
    const cad_suite *suite = &r->e->suite;
    size_t limit = (size_t)r->o->config->metrics.limit, n = limit && limit < suite->n ? limit : suite->n, nothing = 0;
    CAD_TRY(cad_arena_zalloc(r->arena, suite->n, sizeof *out->found, "retrieved texts", &out->found));
    for (size_t i = 0; i < n; i++) {
        CAD_TRY(cad_retriever_find(retriever, suite->row[i].prompt, r->arena, &out->found[i]));
        nothing += out->found[i].n == 0;
    }
    if (nothing)
        cad_log(CAD_LOG_WARN, "%s: %zu of %zu prompts retrieve nothing; their slot stays empty", label, nothing, n);
    return CAD_OK;
}

static cad_status open_for(cad_eval_run_state *r, const cad_eval_model *m, const cad_engine_facts *facts, cad_eval_rag *out)
{
    cad_config *c;
    cad_buf path = CAD_BUF_INIT;
    cad_retriever *retriever = NULL;
    cad_status s = recorded(r, facts->path, &c);
    if (s == CAD_OK)
        s = index_path(r, c, &path);
    if (s == CAD_OK && !path.len)
        s = cad_fail(CAD_ECONFIG, "%s: its template has {retrieved}, and no index is recorded\nhint: --rag=INDEX, or --rag=off",
                     m->label);
    if (s == CAD_OK && cad_fs_is_dir(path.data))
        s = cad_buf_str(&path, "/" CAD_RAG_INDEX_NAME);
    if (s == CAD_OK)
        s = cad_retriever_open(path.data, c, r->o->rag ? NULL : facts->rag_index, m->ckpt, &retriever);
    if (s == CAD_OK)
        s = check_held_out(&r->e->suite, path.data, cad_rag_index_rows(cad_retriever_index(retriever)), r->arena);
    if (s == CAD_OK)
        s = retrieve_all(r, retriever, m->label, out);
    if (s == CAD_OK) {
        const cad_rag_info *info = cad_rag_index_info(cad_retriever_index(retriever));
        snprintf(out->words, sizeof out->words, "%.16s k%lld %.16s", info->encoder, (long long)c->rag.k, info->xxh3);
    }
    cad_retriever_close(retriever);
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_eval_retrieve(cad_eval_run_state *r)
{
    bool off = r->o->rag && !strcmp(r->o->rag, "off"), used = false;
    for (size_t i = 0; i < r->o->n_models; i++) {
        const cad_eval_model *m = &r->o->model[i];
        cad_engine_facts facts;
        snprintf(r->rag[i].words, sizeof r->rag[i].words, "%s", m->pred ? "unknown" : "off");
        if (m->pred)
            continue;
        CAD_TRY(cad_engine_peek(m->ckpt, NULL, r->arena, &facts));
        if (!facts.has_retrieved || off)
            continue;
        CAD_TRY(open_for(r, m, &facts, &r->rag[i]));
        used = true;
    }
    if (r->o->rag && !off && !used)
        CAD_FAIL(CAD_EUSAGE, "--rag=%s: no model's template has {retrieved}", r->o->rag);
    return CAD_OK;
}
