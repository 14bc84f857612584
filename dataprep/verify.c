#include "core/fs.h"
#include "dataprep/audit.h"
#include "dataprep/caption_group.h"
#include "dataprep/corpus_row.h"
#include "dataprep/hash_index.h"
#include "dataprep/rag_current.h"
#include "dataprep/stage_split.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct opened {
    const cad_verify_args *args;
    cad_pack *pack[CAD_SPLIT_COUNT];
    const char *name[CAD_SPLIT_COUNT];
    size_t n;
    cad_hash_index ids; /* -> the pack */
} opened;

static void path_of(const opened *o, const char *stem, const char *suffix, char out[4200])
{
    snprintf(out, 4200, "%s/%s%s", o->args->dir, stem, suffix);
}

/* An id stands once in a folder; the last pack that was opened against itself and those before. */
static cad_status unique_ids(opened *o, const char *path)
{
    const cad_pack *p = o->pack[o->n - 1];
    for (size_t r = 0; r < p->n_rows; r++) {
        size_t len = 0;
        const char *id = cad_pack_id(p, r, &len);
        uint64_t *at = NULL;
        bool is_new = false;
        CAD_TRY(cad_hash_index_at(&o->ids, cad_hash_index_key(id, len), o->n - 1, &is_new, &at));
        if (!is_new && *at == o->n - 1)
            CAD_FAIL(CAD_EDATA, "%s: row id %.*s occurs twice", path, len > 200 ? 200 : (int)len, id);
        if (!is_new)
            CAD_FAIL(CAD_EDATA, "%s: row id %.*s is that of a row of %s", path, len > 200 ? 200 : (int)len, id, o->name[*at]);
    }
    return CAD_OK;
}

static cad_status open_packs(opened *o, json_t *report)
{
    cad_pack_want want = {
        .tokenizer_xxh3 = o->args->tokenizer_xxh3, .template_xxh3 = o->args->template_xxh3, .no_tokens = true};
    for (int k = 0; k < CAD_SPLIT_COUNT; k++) {
        char path[4200];
        path_of(o, cad_split_name[k], ".pack.h5", path);
        if (!cad_fs_exists(path))
            continue;
        want.split = cad_split_name[k];
        CAD_TRY(cad_pack_open(path, &want, &o->pack[o->n]));
        o->name[o->n++] = cad_split_name[k];
        cad_pack *p = o->pack[o->n - 1];
        CAD_TRY(unique_ids(o, path));
        CAD_TRY(cad_audit_sources(p, o->args->dir));
        json_t *facts = json_object();
        cad_status s = cad_audit_pack(p, facts);
        json_object_set_new(report, cad_split_name[k], facts);
        CAD_TRY(s);
        if (o->n > 1 && strcmp(p->info.tokenizer_xxh3, o->pack[0]->info.tokenizer_xxh3) != 0)
            CAD_FAIL(CAD_EDATA, "%s: tokenizer %s; %s has %s\nhint: cadprep pack %s", path, p->info.tokenizer_xxh3, o->name[0],
                     o->pack[0]->info.tokenizer_xxh3, o->args->dir);
    }
    if (!o->n)
        CAD_FAIL(CAD_ENOTFOUND, "%s: no train.pack.h5, val.pack.h5 or test.pack.h5 there", o->args->dir);
    return CAD_OK;
}

/* A suite's prompt or part that a split other than test holds. */
static cad_status check_prompt(const opened *o, const json_t *row, const char *where, cad_hash_index m[2])
{
    const char *prompt = NULL, *cluster = json_string_value(json_object_get(row, "cluster"));
    CAD_TRY(cad_json_get_string(row, "prompt", where, &prompt));
    uint64_t hash[3] = {0}; /* by the captions of either kind of row, by the part */
    for (int step = 0; step < 2; step++)
        CAD_TRY(cad_caption_key(step, prompt, &hash[step]));
    if (cluster)
        (void)sscanf(cluster, "%" SCNx64, &hash[2]);
    for (int k = 0; k < 3; k++) {
        int kind = k == 2;
        const uint64_t *at = (kind ? o->args->geometry : o->args->captions) ? cad_hash_index_find(&m[kind], hash[k]) : NULL;
        if (!at)
            continue;
        const cad_pack *p = o->pack[*at >> 48];
        size_t len = 0;
        const char *id = cad_pack_id(p, (size_t)(*at & 0xffffffffffffu), &len);
        CAD_FAIL(CAD_EDATA, "%s: its %s is that of row %.*s (%s): %s", where, kind ? "geometry" : "caption", (int)len, id,
                 o->name[*at >> 48], prompt);
    }
    return CAD_OK;
}

static cad_status index_learnt(const opened *o, cad_hash_index m[2])
{
    for (size_t k = 0; k < o->n; k++) {
        const cad_pack *p = o->pack[k];
        if (!strcmp(o->name[k], "test"))
            continue;
        for (size_t r = 0; r < p->n_rows; r++)
            for (int kind = 0; kind < 2; kind++) {
                uint64_t hash = kind ? p->geometry_hash[r] : p->caption_hash[r], *at = NULL;
                bool is_new = false;
                if (hash)
                    CAD_TRY(cad_hash_index_at(&m[kind], hash, (uint64_t)k << 48 | r, &is_new, &at));
            }
    }
    return CAD_OK;
}

static cad_status check_lines(const opened *o, const char *path, const cad_buf *text, cad_hash_index m[2], int64_t *n)
{
    int64_t line_no = 0;
    for (const char *line = cad_buf_cstr(text), *end = line + text->len; line < end; line_no++) {
        const char *lf = memchr(line, '\n', (size_t)(end - line));
        size_t len = lf ? (size_t)(lf - line) : (size_t)(end - line);
        char where[4300];
        json_t *row = NULL;
        snprintf(where, sizeof where, "%s:%" PRId64, path, line_no + 1);
        if (line_no && len) {
            CAD_TRY(cad_json_parse(line, len, where, &row));
            cad_status s = check_prompt(o, row, where, m);
            json_decref(row);
            CAD_TRY(s);
            ++*n;
        }
        line += len + 1;
    }
    return CAD_OK;
}

/* The suite of the folder in `args` against what `learnt` was trained on: its own packs, or those of another folder.  A split
 * of STEP without expectations has a suite of another name. */
static cad_status check_suite(const cad_verify_args *args, const opened *learnt, json_t *report)
{
    char path[4200];
    path_of(&(opened){.args = args}, "synth-test", ".jsonl", path);
    if (!cad_fs_exists(path))
        path_of(&(opened){.args = args}, "step-test", ".jsonl", path);
    if (!cad_fs_exists(path))
        return CAD_OK;
    cad_buf text = CAD_BUF_INIT;
    cad_hash_index m[2] = {CAD_HASH_INDEX_INIT, CAD_HASH_INDEX_INIT};
    int64_t n = 0;
    cad_status s = cad_fs_read(path, 0, &text);
    if (s == CAD_OK)
        s = index_learnt(learnt, m);
    if (s == CAD_OK)
        s = check_lines(learnt, path, &text, m, &n);
    if (s == CAD_OK && json_object_set_new(report, "suite", json_pack("{s:I}", "prompts", (json_int_t)n)))
        s = cad_fail(CAD_ENOMEM, "%s: no memory for the report", path);
    cad_hash_index_deinit(&m[0]);
    cad_hash_index_deinit(&m[1]);
    cad_buf_deinit(&text);
    return s;
}

/* Train and val of another folder, from which the model comes that this folder tests. */
static cad_status check_against(const cad_verify_args *args, const char *dir, json_t *report)
{
    cad_verify_args other = *args;
    other.dir = dir;
    opened o = {.args = &other};
    cad_status s = CAD_OK;
    for (int k = 0; s == CAD_OK && k < CAD_SPLIT_test; k++) {
        char path[4200];
        path_of(&o, cad_split_name[k], ".pack.h5", path);
        if (!cad_fs_exists(path))
            continue;
        s = cad_pack_open(path, &(cad_pack_want){.no_tokens = true}, &o.pack[o.n]);
        if (s == CAD_OK)
            o.name[o.n++] = k ? "val of the other folder" : "train of the other folder";
    }
    if (s == CAD_OK && !o.n)
        s = cad_fail(CAD_ENOTFOUND, "%s: no train.pack.h5 or val.pack.h5 there", dir);
    if (s == CAD_OK)
        s = check_suite(args, &o, report);
    for (size_t k = 0; k < o.n; k++)
        cad_pack_close(o.pack[k]);
    return s;
}

static cad_status check_leaks(const opened *o, json_t *report)
{
    json_t *facts = NULL;
    CAD_TRY(cad_audit_leaks((const cad_pack *const *)o->pack, o->name, o->n, &facts));
    json_object_set_new(report, "leaks", facts);
    return cad_audit_refuse_leaks(facts, o->args->dir, o->args->captions, o->args->geometry);
}

static cad_status check_retrieved(const opened *o, json_t *report)
{
    json_t *facts = NULL;
    CAD_TRY(cad_audit_retrieved((const cad_pack *const *)o->pack, o->name, o->n, o->args->dir, &facts));
    if (facts)
        json_object_set_new(report, "retrieval", facts);
    return o->args->allow_leak ? CAD_OK : cad_audit_refuse_retrieved(facts, o->args->dir);
}

cad_status cad_verify_dir(const cad_verify_args *given, json_t **report)
{
    cad_verify_args own = *given;
    const cad_verify_args *const args = &own;
    opened o = {.args = args};
    json_t *r = json_object();
    if (!r)
        CAD_FAIL(CAD_ENOMEM, "%s: no memory for the report", args->dir);
    cad_status s = open_packs(&o, r);
    if (own.as_packed) {
        own.captions = cad_audit_grouped((const cad_pack *const *)o.pack, o.n, "caption");
        own.geometry = cad_audit_grouped((const cad_pack *const *)o.pack, o.n, "geometry");
    }
    if (s == CAD_OK)
        s = check_leaks(&o, r);
    if (s == CAD_OK)
        s = cad_rag_current_in(args->dir);
    if (s == CAD_OK)
        s = check_retrieved(&o, r);
    if (s == CAD_OK)
        s = check_suite(args, &o, r);
    for (size_t k = 0; k < o.n; k++)
        cad_pack_close(o.pack[k]);
    cad_hash_index_deinit(&o.ids);
    if (s == CAD_OK && args->against)
        s = check_against(args, args->against, r);
    *report = r;
    return s;
}
