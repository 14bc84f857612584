#include "core/build_info.h"
#include "core/fs.h"
#include "dataprep/prep_stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

cad_status cad_prep_stage_key(const cad_prep_job *j, const cad_prep_stage *s, char out[33])
{
    cad_buf text = CAD_BUF_INIT;
    cad_status st = cad_buf_printf(&text, "%s %s %s\n", s->name, cad_build_version(), cad_build_commit());
    if (st == CAD_OK)
        st = cad_prep_settings(j, s->keys, &text);
    for (int i = 0; st == CAD_OK && i < CAD_PREP_STAGE_FILES && s->in[i]; i++) {
        const char *name = NULL;
        char hash[CAD_HASH_HEX] = "";
        st = cad_prep_hash_input(j, s->in[i], &name, hash);
        if (st == CAD_OK)
            st = cad_buf_printf(&text, "%s %s\n", name, hash);
    }
    if (st == CAD_OK)
        cad_hash128_hex(cad_buf_cstr(&text), text.len, out);
    cad_buf_deinit(&text);
    return st;
}

static cad_status record_path(const cad_prep_job *j, const char *stage_name, const char **out)
{
    char name[96], share[48] = "";
    if (j->shard.of)
        snprintf(share, sizeof share, ".%" PRId64 "-of-%" PRId64, j->shard.index, j->shard.of);
    snprintf(name, sizeof name, ".stages/%s%s.json", stage_name, share);
    return cad_prep_path(j, name, out);
}

/* The record of a stage, NULL where there is none that can be read: a damaged one is as good as none. */
static json_t *record_of(const cad_prep_job *j, const char *stage_name)
{
    const char *path = NULL;
    json_t *o = NULL;
    if (record_path(j, stage_name, &path) != CAD_OK || !cad_fs_exists(path) || cad_json_read(path, 1 << 20, &o) != CAD_OK)
        return NULL;
    return o;
}

bool cad_prep_stage_has_record(const cad_prep_job *j, const cad_prep_stage *s)
{
    const char *path = NULL;
    return record_path(j, s->name, &path) == CAD_OK && cad_fs_exists(path);
}

/* Of an output, a file or the folder of them. */
static cad_status hash_output(const cad_prep_job *j, const char *name, char out[CAD_HASH_HEX])
{
    const char *ignored;
    return cad_prep_hash_input(j, name, &ignored, out);
}

/* Whether an output of a record lies there with the bytes of then; "" was: not there.  A record names files, so that a stage
 * finds there what another wrote again. */
static bool same_file(const cad_prep_job *j, const json_t *record, const char *name)
{
    char hash[CAD_HASH_HEX];
    const char *file = NULL,
               *want = json_string_value(json_object_get(json_object_get(record, "out"), cad_prep_stage_name(j, name)));
    if (!want || cad_prep_stage_file(j, name, &file) != CAD_OK)
        return false;
    return *want ? cad_fs_exists(file) && hash_output(j, name, hash) == CAD_OK && !strcmp(hash, want) : !cad_fs_exists(file);
}

/* Whether a stage of this job writes the file. */
static bool writes(const cad_prep_job *j, const char *stage, const char *file)
{
    size_t n;
    const cad_prep_stage *all = cad_prep_stages(&n);
    for (size_t i = 0; stage && i < n; i++)
        for (int k = 0; !strcmp(all[i].name, stage) && all[i].wanted(j) && k < CAD_PREP_STAGE_FILES && all[i].out[k]; k++)
            if (!strcmp(cad_prep_stage_name(j, all[i].out[k]), file))
                return true;
    return false;
}

bool cad_prep_stage_left(const cad_prep_job *j, const char *stage, const char *name)
{
    json_t *o = record_of(j, stage);
    bool same = o && same_file(j, o, name);
    json_decref(o);
    return same;
}

bool cad_prep_stage_finished(const cad_prep_job *j, const cad_prep_stage *s, const char *key, bool *partial)
{
    json_t *o = record_of(j, s->name);
    const char *old = json_string_value(json_object_get(o, "key"));
    bool same = old && !strcmp(old, key);
    *partial = json_is_true(json_object_get(o, "partial"));
    for (int i = 0; same && i < CAD_PREP_STAGE_FILES && s->out[i]; i++)
        same = same_file(j, o, s->out[i]) ||
               (writes(j, s->again, cad_prep_stage_name(j, s->out[i])) && cad_prep_stage_left(j, s->again, s->out[i]));
    json_decref(o);
    return same;
}

cad_status cad_prep_stage_remember(const cad_prep_job *j, const cad_prep_stage *s, const char *key, bool partial)
{
    const char *path = NULL, *dir = NULL;
    json_t *out = json_object(), *o = NULL;
    cad_status st = CAD_OK;
    for (int i = 0; st == CAD_OK && i < CAD_PREP_STAGE_FILES && s->out[i]; i++) {
        char hash[33] = "";
        const char *file = NULL;
        st = cad_prep_stage_file(j, s->out[i], &file);
        if (st == CAD_OK && cad_fs_exists(file))
            st = hash_output(j, s->out[i], hash);
        json_object_set_new(out, cad_prep_stage_name(j, s->out[i]), json_string(hash));
    }
    o = json_pack("{s:s, s:s, s:o, s:b}", "stage", s->name, "key", key, "out", out, "partial", (int)partial);
    if (st == CAD_OK)
        st = cad_prep_path(j, ".stages", &dir);
    if (st == CAD_OK)
        st = cad_fs_mkdirs(dir);
    if (st == CAD_OK)
        st = record_path(j, s->name, &path);
    if (st == CAD_OK)
        st = cad_json_write(path, o);
    json_decref(o);
    return st;
}
