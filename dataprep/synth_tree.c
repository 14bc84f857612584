#include "dataprep/synth_tree.h"

#include "core/fs.h"
#include "core/log.h"
#include "core/mem.h"
#include "dataprep/corpus_copy.h"

#include <string.h>

static const char *const CAPTIONS = "captions.csv", *const TRUTH = "parts.jsonl", *const PARTS = "parts";

struct cad_synth_tree {
    cad_buf dir, temp; /* temp: beside dir, until all is written */
    cad_buf old;       /* where an earlier tree lies while temp takes its place */
    cad_buf captions, truth, path;
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

/* DIR may be replaced: absent, empty, or an earlier tree; `part`: or what is left of one. */
static cad_status check_dir(const char *dir, bool part)
{
    if (!cad_fs_exists(dir))
        return CAD_OK;
    if (!cad_fs_is_dir(dir))
        CAD_FAIL(CAD_EWRITE, "%s: a file; expected a folder to write into", dir);
    cad_arena *a = NULL;
    const char **name = NULL;
    size_t n = 0, ours = 0, i = 0;
    CAD_TRY(cad_arena_create("names", (size_t)1 << 30, &a));
    cad_status s = cad_fs_list(dir, a, &name, &n);
    for (; s == CAD_OK && i < n; i++, ours++)
        if (strcmp(name[i], CAPTIONS) != 0 && strcmp(name[i], TRUTH) != 0 && strcmp(name[i], PARTS) != 0)
            break;
    if (s == CAD_OK && i < n)
        s = cad_fail(CAD_EWRITE, "%s: holds %s, which synth did not make; expected an empty folder, or none", dir, name[i]);
    else if (s == CAD_OK && n > 0 && ours < 3 && !part)
        s = cad_fail(CAD_EWRITE, "%s: holds %s, but not all of an earlier tree; expected an empty folder, or none", dir,
                     name[0]);
    cad_arena_destroy(a);
    return s;
}

/* What a call that was killed left: between its two renames DIR is the tree that was set aside, after them that is waste. */
static cad_status sweep(cad_synth_tree *t)
{
    const char *dir = cad_buf_cstr(&t->dir), *old = cad_buf_cstr(&t->old);
    CAD_TRY(cad_fs_remove_tree(cad_buf_cstr(&t->temp)));
    if (!cad_fs_exists(old))
        return CAD_OK;
    CAD_TRY(check_dir(old, true));
    return cad_fs_exists(dir) ? cad_fs_remove_tree(old) : cad_fs_commit_dir(old, dir);
}

static cad_status begin(cad_synth_tree *t, const char *dir)
{
    size_t len = strlen(dir);
    while (len > 1 && dir[len - 1] == '/')
        len--;
    CAD_TRY(cad_buf_add(&t->dir, dir, len));
    CAD_TRY(cad_buf_printf(&t->temp, "%s.unfinished", cad_buf_cstr(&t->dir)));
    CAD_TRY(cad_buf_printf(&t->old, "%s.replaced", cad_buf_cstr(&t->dir)));
    CAD_TRY(check_dir(cad_buf_cstr(&t->dir), false));
    CAD_TRY(sweep(t));
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
    CAD_TRY(check_dir(dir, false)); /* still nobody else's */
    if (cad_fs_exists(dir))
        CAD_TRY(cad_fs_commit_dir(dir, old));
    CAD_TRY(cad_fs_commit_dir(cad_buf_cstr(&t->temp), dir));
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
