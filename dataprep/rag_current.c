#include "dataprep/rag_current.h"

#include "core/fs.h"
#include "core/path.h"
#include "dataprep/corpus_row.h"
#include "dataprep/stage_split.h"

#include <stdio.h>
#include <string.h>

enum { PATH_ROOM = 4300 };

/* "" where the header names none. */
static cad_status index_of_header(const char *corpus, char out[CAD_HASH_HEX])
{
    cad_corpus_reader *r = NULL;
    CAD_TRY(cad_corpus_open(corpus, &r));
    const json_t *rag = json_object_get(json_object_get(cad_corpus_header(r), "info"), "rag");
    const char *xxh3 = json_string_value(json_object_get(rag, "index_xxh3"));
    snprintf(out, CAD_HASH_HEX, "%s", xxh3 ? xxh3 : "");
    cad_corpus_close(r);
    return CAD_OK;
}

static cad_status check_header(const cad_rag_index *x, const char *path, const char *dir, const char *corpus)
{
    char named[CAD_HASH_HEX];
    const char *xxh3 = cad_rag_index_info(x)->xxh3;
    CAD_TRY(index_of_header(corpus, named));
    if (!*named)
        CAD_FAIL(
            CAD_EDATA,
            "%s: stale: %s was made anew since, its header names no index\nhint: cadprep rag build %s, then cadprep pack %s",
            path, corpus, dir, dir);
    if (strcmp(named, xxh3) != 0)
        CAD_FAIL(CAD_EDATA,
                 "%s: stale: it is index %s; the rows of %s retrieved from index %s\nhint: cadprep rag build %s, then cadprep "
                 "pack %s",
                 path, xxh3, corpus, named, dir, dir);
    return CAD_OK;
}

/* Profile steplm pairs a corpus before it is split: then the splits hold rows of the index in another order, or fewer. */
static bool in_order(const cad_rag_index *x, const cad_payloads *rows)
{
    const cad_rag_rows *of = cad_rag_index_rows(x);
    for (int64_t i = 0; i < of->n; i++)
        if (cad_payloads_find(rows, of->id[i]) != i)
            return false;
    return true;
}

static cad_status check_rows(const cad_rag_index *x, const char *path, const char *dir, bool all, const cad_payloads *rows)
{
    char hash[CAD_HASH_HEX];
    const char *made_of = cad_rag_index_info(x)->corpus_xxh3;
    cad_payloads_hash(rows, hash);
    if (strcmp(hash, made_of) != 0)
        CAD_FAIL(CAD_EDATA,
                 "%s: stale: it was made of rows that hash to %s; those of %s/%s.jsonl hash to %s\nhint: cadprep rag build %s, "
                 "then cadprep pack %s",
                 path, made_of, dir, all ? "{train,val,test}" : "train", hash, dir, dir);
    return CAD_OK;
}

cad_status cad_rag_current(const cad_rag_index *x, const char *path, const cad_payloads *rows)
{
    bool all = strcmp(cad_rag_index_info(x)->scope, "train") != 0;
    char corpus[PATH_ROOM];
    cad_buf dir = CAD_BUF_INIT;
    cad_status s = cad_path_parent(path, &dir);
    for (int k = 0; s == CAD_OK && k < (all ? CAD_SPLIT_COUNT : 1); k++) {
        snprintf(corpus, sizeof corpus, "%.4200s/%s.jsonl", cad_buf_cstr(&dir), cad_split_name[k]);
        if (cad_fs_exists(corpus))
            s = check_header(x, path, cad_buf_cstr(&dir), corpus);
    }
    if (s == CAD_OK && rows && (!all || in_order(x, rows)))
        s = check_rows(x, path, cad_buf_cstr(&dir), all, rows);
    cad_buf_deinit(&dir);
    return s;
}

cad_status cad_rag_current_in(const char *dir)
{
    char path[PATH_ROOM], file[CAD_SPLIT_COUNT][PATH_ROOM];
    const char *files[CAD_SPLIT_COUNT];
    size_t n = 0;
    cad_rag_index *x = NULL;
    cad_payloads *rows = NULL;
    snprintf(path, sizeof path, "%.4200s/" CAD_RAG_INDEX_NAME, dir);
    for (int k = 0; k < CAD_SPLIT_COUNT; k++) {
        snprintf(file[k], sizeof file[k], "%.4200s/%s.jsonl", dir, cad_split_name[k]);
        if (cad_fs_exists(file[k]))
            files[n++] = file[k];
    }
    if (!cad_fs_exists(path) || !cad_fs_exists(file[CAD_SPLIT_train]))
        return CAD_OK;
    CAD_TRY(cad_rag_index_open(path, &x));
    bool all = strcmp(cad_rag_index_info(x)->scope, "train") != 0;
    cad_status s = cad_rag_current(x, path, NULL); /* before the rows are read */
    if (s == CAD_OK)
        s = cad_payloads_open(files, all ? n : 1, &rows); /* train is the first */
    if (s == CAD_OK)
        s = cad_rag_current(x, path, rows);
    cad_payloads_close(rows);
    cad_rag_index_destroy(x);
    return s;
}

cad_status cad_rag_left_behind(const char *dir, bool *out)
{
    char path[PATH_ROOM], train[PATH_ROOM], named[CAD_HASH_HEX];
    snprintf(path, sizeof path, "%.4200s/" CAD_RAG_INDEX_NAME, dir);
    snprintf(train, sizeof train, "%.4200s/%s.jsonl", dir, cad_split_name[CAD_SPLIT_train]);
    *out = false;
    if (!cad_fs_exists(path))
        return CAD_OK;
    CAD_TRY(index_of_header(train, named));
    *out = !*named;
    return CAD_OK;
}
