#include "dataprep/synth_tree.h"

#include "core/fs.h"
#include "core/lines.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/path.h"
#include "dataprep/corpus_copy.h"
#include "dataprep/hash_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const CAPTIONS = "captions.csv", *const TRUTH = "parts.jsonl", *const PARTS = "parts";

struct cad_synth_tree {
    cad_buf dir, temp; /* temp: beside dir, until all is written */
    cad_buf old;       /* where an earlier tree lies while temp takes its place */
    cad_buf captions, truth, path;
    int64_t parts, earlier; /* of this tree; of the one that it replaces */
};

static void release(cad_synth_tree *t)
{
    cad_buf_deinit(&t->dir);
    cad_buf_deinit(&t->temp);
    cad_buf_deinit(&t->old);
    cad_buf_deinit(&t->captions);
    cad_buf_deinit(&t->truth);
    cad_buf_deinit(&t->path);
    cad_mem_free(t);
}

/* ---- what may be replaced ---- */

/* A folder that is looked through: whose files are ours, and what they are called from `dir` on. */
typedef struct search {
    const char *dir;
    cad_arena *names;
    bool left;          /* what a killed call left: any id, any of the three, and what writers had not renamed */
    cad_hash_index ids; /* otherwise those that DIR/parts.jsonl records */
    int64_t n;
} search;

static cad_status foreign(const search *f, const char *below, const char *name)
{
    CAD_FAIL(
        CAD_EWRITE,
        "%s: holds %s%s, which synth did not make; nothing was replaced\nhint: move that file away, or give another folder",
        f->dir, below, name);
}

/* "00000001_part.step.tmp.4711" of a writer that was killed counts as the file. */
static bool is_file_of(const search *f, const char *name, const char *want)
{
    size_t n = strlen(want);
    return !strncmp(name, want, n) && (name[n] == '\0' || (f->left && !strncmp(name + n, ".tmp.", 5)));
}

static bool is_part(const search *f, const char *id)
{
    if (f->left)
        return strlen(id) == 8 && strspn(id, "0123456789") == 8;
    return cad_hash_index_find(&f->ids, cad_hash_index_key(id, strlen(id))) != NULL;
}

/* parts/ID holds at most ID_part.step; a folder without any file is nobody's. */
static cad_status check_part(const search *f, const char *parts, const char *id)
{
    const char *path, **name;
    char below[300], want[300];
    size_t n;
    CAD_TRY(cad_path_join(f->names, parts, id, &path));
    snprintf(below, sizeof below, "%s/", PARTS);
    if (!cad_fs_is_dir(path))
        return foreign(f, below, id);
    CAD_TRY(cad_fs_list(path, f->names, &name, &n));
    snprintf(below, sizeof below, "%s/%.270s/", PARTS, id);
    snprintf(want, sizeof want, "%.270s_part.step", id);
    for (size_t i = 0; i < n; i++)
        if (!is_part(f, id) || !is_file_of(f, name[i], want))
            return foreign(f, below, name[i]);
    return CAD_OK;
}

static cad_status check_parts(const search *f)
{
    const char *parts, **id;
    size_t n;
    CAD_TRY(cad_path_join(f->names, f->dir, PARTS, &parts));
    if (!cad_fs_is_dir(parts))
        return cad_fs_exists(parts) ? foreign(f, "", PARTS) : CAD_OK;
    CAD_TRY(cad_fs_list(parts, f->names, &id, &n));
    for (size_t i = 0; i < n; i++) {
        cad_frame mark = cad_arena_mark(f->names);
        CAD_TRY(check_part(f, parts, id[i]));
        cad_arena_rewind(f->names, mark);
    }
    return CAD_OK;
}

/* The ids of DIR/parts.jsonl; a line that is none of ours records nothing. */
static cad_status read_ids(search *f)
{
    const char *path, *id;
    cad_buf text = CAD_BUF_INIT;
    CAD_TRY(cad_path_join(f->names, f->dir, TRUTH, &path));
    cad_status s = cad_fs_read(path, 0, &text);
    cad_lines lines = cad_lines_of(&text);
    for (cad_line line; s == CAD_OK && cad_lines_next(&lines, &line);) {
        json_t *row = NULL;
        uint64_t *count;
        bool is_new;
        if (cad_json_parse(line.text, line.len, path, &row) == CAD_OK && json_is_object(row) &&
            cad_json_get_string(row, "id", path, &id) == CAD_OK) {
            s = cad_hash_index_at(&f->ids, cad_hash_index_key(id, strlen(id)), 1, &is_new, &count);
            f->n++;
        }
        json_decref(row);
    }
    cad_buf_deinit(&text);
    return s;
}

static cad_status look_through(search *f)
{
    const char **name;
    size_t n, ours = 0;
    CAD_TRY(cad_fs_list(f->dir, f->names, &name, &n));
    for (size_t i = 0; i < n; i++) {
        bool list = is_file_of(f, name[i], CAPTIONS) || is_file_of(f, name[i], TRUTH);
        if (!list && strcmp(name[i], PARTS) != 0)
            return foreign(f, "", name[i]);
        ours++;
    }
    if (!f->left && n > 0 && ours < 3)
        CAD_FAIL(CAD_EWRITE, "%s: holds %s, but not all of an earlier tree; expected an empty folder, or none", f->dir,
                 name[0]);
    if (!f->left && n > 0)
        CAD_TRY(read_ids(f));
    return check_parts(f);
}

/* DIR may be replaced: absent, empty, or an earlier tree and nothing else; *earlier: its parts.  `left`: what is left of one.
 */
static cad_status check_dir(const char *dir, bool left, int64_t *earlier)
{
    search f = {.dir = dir, .left = left, .ids = CAD_HASH_INDEX_INIT};
    *earlier = 0;
    if (!cad_fs_exists(dir))
        return CAD_OK;
    if (!cad_fs_is_dir(dir))
        CAD_FAIL(CAD_EWRITE, "%s: a file; expected a folder to write into", dir);
    CAD_TRY(cad_arena_create("names", (size_t)16 << 30, &f.names)); /* address space until it is used */
    cad_status s = look_through(&f);
    *earlier = f.n;
    cad_hash_index_deinit(&f.ids);
    cad_arena_destroy(f.names);
    return s;
}

/* What a call that was killed left: between its two renames DIR is the tree that was set aside, after them that is waste. */
static cad_status sweep(cad_synth_tree *t)
{
    const char *dir = cad_buf_cstr(&t->dir), *old = cad_buf_cstr(&t->old), *temp = cad_buf_cstr(&t->temp);
    int64_t n;
    CAD_TRY(check_dir(temp, true, &n));
    CAD_TRY(cad_fs_remove_tree(temp));
    if (!cad_fs_exists(old))
        return CAD_OK;
    CAD_TRY(check_dir(old, true, &n));
    return cad_fs_exists(dir) ? cad_fs_remove_tree(old) : cad_fs_commit_dir(old, dir);
}

/* ---- making ---- */

static cad_status begin(cad_synth_tree *t, const char *dir)
{
    size_t len = strlen(dir);
    while (len > 1 && dir[len - 1] == '/')
        len--;
    CAD_TRY(cad_buf_add(&t->dir, dir, len));
    CAD_TRY(cad_buf_printf(&t->temp, "%s.unfinished", cad_buf_cstr(&t->dir)));
    CAD_TRY(cad_buf_printf(&t->old, "%s.replaced", cad_buf_cstr(&t->dir)));
    CAD_TRY(check_dir(cad_buf_cstr(&t->dir), false, &t->earlier));
    CAD_TRY(sweep(t));
    CAD_TRY(check_dir(cad_buf_cstr(&t->dir), false, &t->earlier)); /* perhaps it has its tree back */
    CAD_TRY(cad_fs_mkdirs(cad_buf_cstr(&t->temp)));
    return cad_buf_str(&t->captions, "model_id,isDescribable,description\n");
}

cad_status cad_synth_tree_create(const char *dir, cad_synth_tree **out)
{
    cad_synth_tree *t = NULL;
    CAD_TRY(cad_mem_alloc(sizeof *t, "tree of parts", &t));
    *t = (cad_synth_tree){.dir = CAD_BUF_INIT};
    cad_status s = begin(t, dir);
    if (s != CAD_OK) {
        release(t);
        return s;
    }
    *out = t;
    return CAD_OK;
}

/* The line of a part: from the fields of its row, the target apart. */
static cad_status add_truth(cad_synth_tree *t, const cad_row *row, const json_t *o)
{
    const json_t *meta = json_object_get(o, "meta");
    json_t *line = json_pack("{sO, so, sO}", "expect", json_object_get(o, "expect"), "id", json_string(row->id), "params",
                             json_object_get(meta, "params"));
    cad_status s = line && json_object_set_new(line, "family", json_string(row->family)) == 0 &&
                           json_object_set_new(line, "held", json_string(row->held)) == 0 &&
                           json_object_set_new(line, "phrasing", json_string(row->phrasing)) == 0 &&
                           json_object_set_new(line, "units", json_string(row->units)) == 0
                       ? CAD_OK
                       : cad_fail(CAD_ENOMEM, "%s: no memory for a line of %s", row->id, TRUTH);
    if (s == CAD_OK)
        s = cad_json_print(line, &t->truth);
    json_decref(line);
    return s == CAD_OK ? cad_buf_str(&t->truth, "\n") : s;
}

cad_status cad_synth_tree_add(cad_synth_tree *t, const cad_row *row, const json_t *o)
{
    cad_buf_clear(&t->path);
    CAD_TRY(cad_buf_printf(&t->path, "%s/%s/%s", cad_buf_cstr(&t->temp), PARTS, row->id));
    CAD_TRY(cad_fs_mkdirs(cad_buf_cstr(&t->path)));
    CAD_TRY(cad_buf_printf(&t->path, "/%s_part.step", row->id));
    CAD_TRY(cad_fs_write_many(cad_buf_cstr(&t->path), row->target, strlen(row->target)));
    t->parts++;
    CAD_TRY(cad_buf_printf(&t->captions, "%s,True,", row->id));
    CAD_TRY(cad_csv_field(row->caption, &t->captions));
    CAD_TRY(cad_buf_str(&t->captions, "\n"));
    return add_truth(t, row, o);
}

static cad_status write_list(cad_synth_tree *t, const char *name, const cad_buf *text)
{
    cad_buf_clear(&t->path);
    CAD_TRY(cad_buf_printf(&t->path, "%s/%s", cad_buf_cstr(&t->temp), name));
    return cad_fs_write(cad_buf_cstr(&t->path), cad_buf_cstr(text), text->len);
}

/* DIR is whole or absent at any moment: a tree that is there steps aside by one rename and is removed last. */
static cad_status finish(cad_synth_tree *t)
{
    const char *dir = cad_buf_cstr(&t->dir), *old = cad_buf_cstr(&t->old);
    CAD_TRY(write_list(t, TRUTH, &t->truth));
    CAD_TRY(write_list(t, CAPTIONS, &t->captions));
    CAD_TRY(check_dir(dir, false, &t->earlier)); /* still nobody else's */
    if (cad_fs_exists(dir))
        CAD_TRY(cad_fs_commit_dir(dir, old));
    CAD_TRY(cad_fs_commit_dir(cad_buf_cstr(&t->temp), dir));
    if (t->earlier > 0)
        cad_log(t->earlier > t->parts ? CAD_LOG_WARN : CAD_LOG_INFO,
                "%s: an earlier tree of %" PRId64 " parts was replaced by one of %" PRId64, dir, t->earlier, t->parts);
    return cad_fs_remove_tree(old);
}

cad_status cad_synth_tree_commit(cad_synth_tree *t)
{
    cad_status s = finish(t);
    if (s != CAD_OK) {
        cad_synth_tree_abort(t);
        return s;
    }
    release(t);
    return CAD_OK;
}

void cad_synth_tree_abort(cad_synth_tree *t)
{
    if (!t)
        return;
    cad_kept_error why;
    cad_error_keep(&why);
    if (t->temp.len && cad_fs_remove_tree(cad_buf_cstr(&t->temp)) != CAD_OK)
        cad_log(CAD_LOG_WARN, "%s: left over: %s", cad_buf_cstr(&t->temp), cad_error_text());
    cad_error_restore(&why);
    release(t);
}
