/* eval/evaluation.h: what the prompts of a suite retrieve, for models that learnt with retrieval. */
#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "core/size.h"
#include "dataprep/caption_group.h"
#include "dataprep/pack.h"
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

/* What no two splits share, as their pack says. */
typedef struct apart {
    bool caption, part;
} apart;

/* Of the splits behind the index `path`: by the pack beside it where --rag named it, else by that which the model learnt from.
 * Both, where no pack tells, or splits were kept apart by neither. */
static cad_status find_apart(cad_eval_run_state *r, const cad_config *c, const char *path, apart *out)
{
    cad_buf pack = CAD_BUF_INIT;
    cad_pack_info info = {.split_group = ""};
    cad_status s = r->o->rag ? cad_path_parent(path, &pack) : cad_buf_str(&pack, c->data.train);
    if (s == CAD_OK && r->o->rag)
        s = cad_buf_str(&pack, "/train.pack.h5");
    if (s == CAD_OK && pack.len && cad_fs_exists(pack.data))
        s = cad_pack_peek(pack.data, r->arena, &info);
    cad_buf_deinit(&pack);
    CAD_TRY(s);
    *out = (apart){strstr(info.split_group, "caption") != NULL, strstr(info.split_group, "geometry") != NULL};
    if (!out->caption && !out->part)
        *out = (apart){true, true};
    return CAD_OK;
}

/* A row of the index that is asked for, by what splits keep apart, ends the evaluation, or marks it. */
static cad_status judge(const cad_eval_run_state *r, const char *path, const char *id, const char *what, bool is_apart,
                        bool *leaky)
{
    if (!id)
        return CAD_OK;
    if (!is_apart) {
        cad_log(CAD_LOG_WARN, "%s: row %s has a %s of %s; the split did not keep these apart", path, id, what,
                r->e->suite.path);
        return CAD_OK;
    }
    if (!r->o->allow_leak)
        CAD_FAIL(CAD_EDATA,
                 "%s: row %s is held out: %s has its %s\nhint: an index of the training split, --rag=off, or "
                 "--set=rag.allow_leak=on, which marks the results",
                 path, id, r->e->suite.path, what);
    cad_log(CAD_LOG_WARN, "%s: row %s is held out: %s has its %s; the results are marked as leaky", path, id, r->e->suite.path,
            what);
    *leaky = true;
    return CAD_OK;
}

/* No row of the index may be one that is asked for. */
static cad_status check_held_out(cad_eval_run_state *r, const char *path, const cad_rag_rows *rows, apart by, bool *leaky)
{
    const cad_suite *suite = &r->e->suite;
    cad_arena *arena = r->arena;
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
    CAD_TRY(judge(r, path, same_caption < 0 ? NULL : rows->id[same_caption], "caption", by.caption, leaky));
    return judge(r, path, same_part < 0 ? NULL : rows->id[same_part], "part", by.part, leaky);
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
    apart by;
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
        s = find_apart(r, c, path.data, &by);
    if (s == CAD_OK)
        s = check_held_out(r, path.data, cad_rag_index_rows(cad_retriever_index(retriever)), by, &out->leaky);
    if (s == CAD_OK)
        s = retrieve_all(r, retriever, m->label, out);
    if (s == CAD_OK) {
        const cad_rag_info *info = cad_rag_index_info(cad_retriever_index(retriever));
        snprintf(out->words, sizeof out->words, "%.16s k%lld %.16s", info->encoder, (long long)c->rag.k, info->xxh3);
    }
    if (s == CAD_OK && !r->retriever)
        r->retriever = retriever;
    else
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
