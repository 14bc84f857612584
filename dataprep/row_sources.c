#include "dataprep/row_sources.h"

#include "core/fs.h"
#include "core/path.h"
#include "dataprep/corpus_row.h"
#include "dataprep/retrieved_cut.h"
#include "dataprep/stage_split.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static cad_status add_path(cad_row_sources *s, cad_arena *a, const char *dir, const char *name)
{
    const char *path;
    CAD_TRY(cad_path_join(a, dir, name, &path));
    if (cad_fs_exists(path))
        s->path[s->n++] = path;
    return CAD_OK;
}

/* The corpora behind the index, in its order. */
static cad_status find_paths(cad_row_sources *s, const char *in, bool all, cad_arena *a)
{
    const char *base = cad_path_base(in);
    bool is_split = false;
    cad_buf dir = CAD_BUF_INIT;
    cad_status st = cad_path_parent(in, &dir);
    for (int k = 0; k < CAD_SPLIT_COUNT; k++) {
        size_t n = strlen(cad_split_name[k]);
        is_split = is_split || (!strncmp(base, cad_split_name[k], n) && !strcmp(base + n, ".jsonl"));
    }
    if (all && !is_split)
        s->path[s->n++] = in;
    for (int k = 0; st == CAD_OK && is_split && k < (all ? CAD_SPLIT_COUNT : 1); k++) {
        char name[32];
        snprintf(name, sizeof name, "%s.jsonl", cad_split_name[k]);
        st = add_path(s, a, dir.data, name);
    }
    if (st == CAD_OK && s->n == 0)
        st = cad_fail(CAD_ENOTFOUND, "%s: no train.jsonl beside it, which its rows retrieved from", in);
    cad_buf_deinit(&dir);
    return st;
}

bool cad_row_sources_carried(const json_t *corpus_header)
{
    const json_t *rag = json_object_get(json_object_get(corpus_header, "info"), "rag");
    const char *scope = json_string_value(json_object_get(rag, "scope"));
    return scope && !strcmp(scope, CAD_ROW_SOURCES_CARRIED);
}

static cad_status take_header(cad_row_sources *s, const char *in, json_t *rag, const char **scope)
{
    const char *xxh3;
    int64_t k;
    if (!json_is_object(rag))
        CAD_FAIL(CAD_EDATA, "%s: its header does not tell of retrieval (info.rag)\nhint: cadprep rag build", in);
    CAD_TRY(cad_json_get_string(rag, "index_xxh3", in, &xxh3));
    CAD_TRY(cad_json_get_string(rag, "scope", in, scope));
    CAD_TRY(cad_json_get_int(rag, "k", in, &k));
    CAD_TRY(cad_json_get_bool(rag, "leaky", in, &s->leaky));
    if (k < 1 || k > CAD_RETRIEVED_MAX)
        CAD_FAIL(CAD_EDATA, "%s: info.rag.k = %" PRId64 "; expected 1..%d", in, k, CAD_RETRIEVED_MAX);
    s->k = (size_t)k;
    snprintf(s->index_xxh3, sizeof s->index_xxh3, "%s", xxh3);
    s->told = json_incref(rag);
    return CAD_OK;
}

/* *scope lives in s->told. */
static cad_status read_header(cad_row_sources *s, const char *in, const char **scope)
{
    cad_corpus_reader *r = NULL;
    CAD_TRY(cad_corpus_open(in, &r));
    cad_status st = take_header(s, in, json_object_get(json_object_get(cad_corpus_header(r), "info"), "rag"), scope);
    cad_corpus_close(r);
    return st;
}

cad_status cad_row_sources_open(const char *corpus, cad_arena *a, cad_row_sources *out)
{
    cad_row_sources s = {.n = 0};
    const char *scope = "";
    cad_status st = read_header(&s, corpus, &scope);
    bool carried = !strcmp(scope, CAD_ROW_SOURCES_CARRIED);
    if (st == CAD_OK && !carried)
        st = find_paths(&s, corpus, !strcmp(scope, "all"), a);
    if (st == CAD_OK && !carried)
        st = cad_payloads_open(s.path, s.n, &s.payloads);
    if (st == CAD_OK)
        *out = s;
    else
        cad_row_sources_close(&s);
    return st;
}

void cad_row_sources_close(cad_row_sources *s)
{
    cad_payloads_close(s->payloads);
    json_decref(s->told);
    *s = (cad_row_sources){.n = 0};
}

cad_status cad_row_sources_fit(const cad_template *tpl, bool rag)
{
    if (rag && !tpl->has_retrieved)
        CAD_FAIL(CAD_ECONFIG, "rag.enabled = on: template %s has no {retrieved}", tpl->name);
    if (!rag && tpl->has_retrieved)
        CAD_FAIL(CAD_ECONFIG,
                 "template %s has {retrieved}, but rag.enabled = off\nhint: --set=rag.enabled=on, after cadprep rag build",
                 tpl->name);
    return CAD_OK;
}
