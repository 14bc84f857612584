#include "dataprep/tree_known.h"

#include "cad/occt/solid.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/path.h"
#include "dataprep/step_verify.h"

#include <string.h>

cad_status cad_tree_known_open(const cad_tree_job *j, cad_journal **out)
{
    const cad_stage_tree_args *a = j->args;
    const char *path;
    cad_buf salt = CAD_BUF_INIT;
    CAD_TRY(cad_path_join(j->arena, a->out, CAD_STEP_FILES_MADE, &path));
    cad_status s = cad_buf_printf(&salt, "tree %s %d %d %d %d", cad_solid_kernel(), (int)a->round, (int)a->digits,
                                  (int)a->order, a->annotate);
    if (s == CAD_OK)
        s = cad_journal_open(path, salt.data, out);
    if (s == CAD_OK && cad_journal_known(*out) > 0)
        cad_log(CAD_LOG_INFO, "%s: goes on: an earlier call made %lld files; those that are as it left them stay", a->out,
                (long long)cad_journal_known(*out));
    cad_buf_deinit(&salt);
    return s;
}

/* By name and bytes. */
static uint64_t key_of(const char *name, const cad_buf *in)
{
    uint64_t h = cad_hash64(cad_buf_cstr(in), in->len, cad_hash64(name, strlen(name), 0));
    return h ? h : 1;
}

static int64_t number(const json_t *o, const char *name)
{
    return (int64_t)json_integer_value(json_object_get(o, name));
}

/* The file as the line has it, and what the line says of it. */
static cad_status take(const cad_tree_job *j, const json_t *o, cad_tree_made *m, cad_buf *text, bool *found)
{
    cad_buf path = CAD_BUF_INIT;
    const char *why = json_string_value(json_object_get(o, "why"));
    cad_status s = cad_buf_printf(&path, "%s/%s", j->args->out, m->name);
    bool there = s == CAD_OK && cad_fs_is_file(path.data) &&
                 cad_fs_read(path.data, (size_t)CAD_STEP_VERIFY_FILE, text) == CAD_OK; /* else it is made again */
    cad_buf_deinit(&path);
    CAD_TRY(s);
    m->written = cad_hash64(cad_buf_cstr(text), text->len, 0);
    int64_t k = number(o, "k");
    *found = there && (int64_t)m->written == number(o, "written") && k >= 0 && k < CAD_TREE_K;
    if (!*found)
        return CAD_OK;
    m->bytes_out = (int64_t)text->len;
    m->k = (int32_t)k;
    m->count = number(o, "count");
    return why ? cad_buf_str(&m->why, why) : CAD_OK;
}

cad_status cad_tree_known_find(const cad_journal *known, cad_tree_job *j, int64_t i, cad_buf *in, cad_buf *text, bool *found)
{
    cad_tree_made *m = &j->made[i];
    *found = false;
    if (cad_step_files_read(j->files.item[i].path, (size_t)CAD_STEP_VERIFY_FILE, in) != CAD_OK)
        return CAD_OK; /* the worker tells it */
    m->key = key_of(m->name, in);
    json_t *o = cad_journal_find(known, m->key);
    cad_status s = o ? take(j, o, m, text, found) : CAD_OK;
    if (*found)
        m->bytes_in = (int64_t)in->len;
    json_decref(o);
    return s;
}

cad_status cad_tree_known_add(cad_journal *known, const cad_tree_job *j, int64_t i)
{
    const cad_tree_made *m = &j->made[i];
    json_t *o =
        json_pack("{sI,sI,sI}", "k", (json_int_t)m->k, "count", (json_int_t)m->count, "written", (json_int_t)m->written);
    if (o && m->why.len && json_object_set_new(o, "why", cad_json_text(m->why.data))) {
        json_decref(o);
        o = NULL;
    }
    return cad_journal_add(known, m->key, o);
}
