#include "dataprep/render_list.h"

#include "core/json.h"
#include "core/lines.h"
#include "core/mem.h"
#include "core/path.h"
#include "core/size.h"
#include "dataprep/step_files.h"

#include <stdio.h>
#include <string.h>

static const size_t ARENA = (size_t)16 << 30; /* address space until it is used */

static cad_status path_of(const cad_render_list *l, const char *id, cad_buf *out)
{
    cad_buf_clear(out);
    return cad_buf_printf(out, "%s/%s.png", l->dir, id);
}

static uint64_t *find(cad_render_list *l, const char *id, bool *is_new, cad_status *s)
{
    uint64_t *slot = NULL;
    *s = cad_hash_index_at(&l->by_id, cad_hash_index_key(id, strlen(id)), 0, is_new, &slot);
    return slot;
}

static cad_status push(cad_render_list *l, const char *id, const char *key, cad_render_row **out)
{
    if (l->n == l->cap) {
        int64_t cap = l->cap ? 2 * l->cap : 1024;
        CAD_TRY(cad_mem_resize(cad_size_mul((size_t)cap, sizeof *l->item), "rows of pictures", &l->item));
        l->cap = cap;
    }
    cad_render_row *row = &l->item[l->n];
    *row = (cad_render_row){.id = ""};
    CAD_TRY(cad_arena_strdup(l->arena, id, strlen(id), &row->id));
    snprintf(row->key, sizeof row->key, "%s", key);
    l->n++;
    *out = row;
    return CAD_OK;
}

/* ---- what an earlier call left ---- */

static cad_status take_old(cad_render_list *l, const json_t *o)
{
    const char *id, *key, *status, *why = NULL;
    if (cad_json_get_string(o, "id", CAD_STEP_FILES_STATUS, &id) != CAD_OK ||
        cad_json_get_string(o, "key", CAD_STEP_FILES_STATUS, &key) != CAD_OK ||
        cad_json_get_string(o, "status", CAD_STEP_FILES_STATUS, &status) != CAD_OK || !cad_path_plain(id))
        return CAD_OK; /* of another stage */
    bool drawn = !strcmp(status, "ok"), is_new;
    if (!drawn && cad_json_get_string(o, "message", CAD_STEP_FILES_STATUS, &why) != CAD_OK)
        return CAD_OK;
    cad_render_row *row;
    cad_status s;
    CAD_TRY(push(l, id, key, &row));
    if (why)
        CAD_TRY(cad_arena_strdup(l->arena, why, strlen(why), &row->why));
    uint64_t *slot = find(l, id, &is_new, &s);
    if (s == CAD_OK)
        *slot = (uint64_t)l->n;
    return s;
}

static cad_status read_old(cad_render_list *l, const char *path)
{
    cad_buf old = CAD_BUF_INIT;
    cad_status s = cad_fs_read(path, 0, &old);
    cad_lines lines = cad_lines_of(&old);
    for (cad_line line; s == CAD_OK && cad_lines_next(&lines, &line);) {
        json_t *o = NULL;
        if (cad_json_parse(line.text, line.len, path, &o) == CAD_OK) {
            s = json_is_object(o) ? take_old(l, o) : CAD_OK;
            json_decref(o);
        }
    }
    cad_buf_deinit(&old);
    return s;
}

/* Pictures, with what their writers left, and the list: a folder of another stage holds other files. */
static bool is_ours(const char *name)
{
    return cad_path_ends(name, ".png") || strstr(name, ".png.tmp.") ||
           !strncmp(name, CAD_STEP_FILES_STATUS, strlen(CAD_STEP_FILES_STATUS));
}

static cad_status open_dir(cad_render_list *l)
{
    const char *status = NULL, **name = NULL;
    size_t n = 0, k = 0;
    CAD_TRY(cad_path_join(l->arena, l->dir, CAD_STEP_FILES_STATUS, &status));
    if (cad_fs_exists(l->dir) && !cad_fs_is_dir(l->dir))
        CAD_FAIL(CAD_EWRITE, "%s: a file; expected a folder to write into", l->dir);
    if (cad_fs_exists(l->dir))
        CAD_TRY(cad_fs_list(l->dir, l->arena, &name, &n));
    while (k < n && cad_fs_exists(status) && is_ours(name[k]))
        k++;
    if (k < n)
        CAD_FAIL(CAD_EWRITE, "%s: holds %s, which no earlier call made; expected an empty folder, or none", l->dir, name[k]);
    if (n > 0)
        CAD_TRY(read_old(l, status));
    l->first = l->n;
    CAD_TRY(cad_fs_mkdirs(l->dir));
    return cad_appender_open(status, &l->log);
}

cad_status cad_render_list_open(const char *dir, cad_render_list *out)
{
    *out = (cad_render_list){.dir = dir};
    CAD_TRY(cad_arena_create("rows of pictures", ARENA, &out->arena));
    return open_dir(out);
}

void cad_render_list_deinit(cad_render_list *l)
{
    cad_appender_close(l->log);
    cad_hash_index_deinit(&l->by_id);
    cad_mem_free(l->item);
    cad_arena_destroy(l->arena);
}

/* ---- rows of this call ---- */

cad_status cad_render_list_add(cad_render_list *l, const char *id, const char key[33], int64_t *number, bool *done)
{
    bool is_new;
    cad_status s;
    if (!cad_path_plain(id) || strlen(id) + 4 > CAD_PATH_NAME)
        CAD_FAIL(CAD_EDATA, "id '%.80s': it cannot be the name of a file; expected letters, digits, - and _", id);
    uint64_t *slot = find(l, id, &is_new, &s);
    CAD_TRY(s);
    int64_t before = (int64_t)*slot - 1;
    if (before >= l->first)
        CAD_FAIL(CAD_EDATA, "id %s: part %lld and part %lld have it; expected ids of their own", id,
                 (long long)(before - l->first + 1), (long long)(l->n - l->first + 1));
    *slot = (uint64_t)l->n + 1;
    cad_render_row *row;
    CAD_TRY(push(l, id, key, &row));
    *number = l->n - 1;
    *done = before >= 0 && !strcmp(l->item[before].key, key);
    if (before >= 0)
        l->item[before].named = true;
    if (*done && !l->item[before].why) {
        cad_buf path = CAD_BUF_INIT;
        s = path_of(l, id, &path);
        *done = s == CAD_OK && cad_fs_is_file(path.data);
        cad_buf_deinit(&path);
    }
    if (*done)
        row->why = l->item[before].why;
    return s;
}

static cad_status print_row(const cad_render_row *r, cad_buf *out)
{
    char file[CAD_PATH_NAME + 1];
    snprintf(file, sizeof file, "%s.png", r->id);
    json_t *o = r->why ? json_pack("{so,ss,so,ss}", "id", cad_json_text(r->id), "key", r->key, "message", cad_json_text(r->why),
                                   "status", "no_mesh")
                       : json_pack("{so,so,ss,ss}", "file", cad_json_text(file), "id", cad_json_text(r->id), "key", r->key,
                                   "status", "ok");
    cad_status s = o ? cad_json_print(o, out) : cad_fail(CAD_ENOMEM, "out of memory for a row of %s", CAD_STEP_FILES_STATUS);
    json_decref(o);
    return s;
}

static cad_status log_row(cad_render_list *l, int64_t number)
{
    cad_buf line = CAD_BUF_INIT;
    cad_status s = print_row(&l->item[number], &line);
    if (s == CAD_OK)
        s = cad_appender_line(l->log, line.data, line.len);
    cad_buf_deinit(&line);
    return s;
}

cad_status cad_render_list_drawn(cad_render_list *l, int64_t number, const void *png, size_t len)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = path_of(l, l->item[number].id, &path);
    if (s == CAD_OK)
        s = cad_fs_write_many(path.data, png, len);
    cad_buf_deinit(&path);
    return s == CAD_OK ? log_row(l, number) : s;
}

cad_status cad_render_list_failed(cad_render_list *l, int64_t number, const char *why)
{
    CAD_TRY(cad_arena_strdup(l->arena, why, strlen(why), &l->item[number].why));
    return log_row(l, number);
}

/* ---- the end ---- */

/* Pictures that no row names any longer. */
static cad_status remove_old(cad_render_list *l)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (int64_t i = 0; s == CAD_OK && i < l->n; i++) {
        const cad_render_row *r = &l->item[i];
        if (i < l->first ? r->named : !r->why)
            continue;
        bool is_new;
        const uint64_t *slot = find(l, r->id, &is_new, &s);
        if (s == CAD_OK && *slot == (uint64_t)i + 1) /* its id's last row */
            s = path_of(l, r->id, &path);
        if (s == CAD_OK && *slot == (uint64_t)i + 1)
            s = cad_fs_remove(path.data);
    }
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_render_list_close(cad_render_list *l)
{
    const char *status;
    cad_buf rows = CAD_BUF_INIT;
    CAD_TRY(cad_path_join(l->arena, l->dir, CAD_STEP_FILES_STATUS, &status));
    cad_status s = remove_old(l);
    for (int64_t i = l->first; s == CAD_OK && i < l->n; i++) {
        s = print_row(&l->item[i], &rows);
        if (s == CAD_OK)
            s = cad_buf_str(&rows, "\n");
    }
    if (s == CAD_OK)
        s = cad_fs_write(status, cad_buf_cstr(&rows), rows.len);
    cad_buf_deinit(&rows);
    return s;
}
