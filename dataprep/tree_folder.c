#include "dataprep/tree_folder.h"

#include "core/fs.h"
#include "core/json.h"
#include "core/lines.h"
#include "core/path.h"
#include "core/size.h"
#include "dataprep/step_files.h"

#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 64 };
static const char STATUS[] = CAD_STEP_FILES_STATUS, BEGUN[] = CAD_STEP_FILES_BEGUN, MADE[] = CAD_STEP_FILES_MADE;

/* ---- names ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int is_name(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

void cad_tree_names_sort(cad_tree_names *l)
{
    if (l->n)
        qsort(l->item, l->n, sizeof *l->item, by_text);
}

static bool has_name(const cad_tree_names *l, const char *name)
{
    return l->n && bsearch(name, l->item, l->n, sizeof *l->item, is_name);
}

/* Whether a list may name it: below the folder, and that of a STEP file. */
static bool is_ours(const char *name)
{
    const char *at = name;
    for (size_t n; *at; at += n + (at[n] == '/')) {
        n = strcspn(at, "/");
        if (n == 0 || (n <= 2 && !strncmp(at, "..", n)))
            return false;
    }
    return cad_step_files_is(name);
}

/* The names of a list in the folder, rows of JSON with "file", appended to *out as pointers; no list: none.  Lines that are not
 * ours are passed over. */
static cad_status read_list(const char *path, cad_arena *a, cad_buf *out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_fs_exists(path) ? cad_fs_read(path, 0, &text) : CAD_OK;
    cad_lines lines = cad_lines_of(&text);
    for (cad_line line; s == CAD_OK && cad_lines_next(&lines, &line);) {
        const char *name, *copy;
        json_t *row = NULL;
        if (cad_json_parse(line.text, line.len, path, &row) == CAD_OK && json_is_object(row) &&
            cad_json_get_string(row, "file", path, &name) == CAD_OK && is_ours(name)) {
            s = cad_arena_strdup(a, name, strlen(name), &copy);
            if (s == CAD_OK)
                s = cad_buf_add(out, &copy, sizeof copy);
        }
        json_decref(row);
    }
    cad_buf_deinit(&text);
    return s;
}

/* All names of one list, or of two, sorted. */
static cad_status read_lists(const char *first, const char *second, cad_arena *a, cad_tree_names *out)
{
    cad_buf list = CAD_BUF_INIT;
    *out = (cad_tree_names){NULL, 0};
    cad_status s = read_list(first, a, &list);
    if (s == CAD_OK && second)
        s = read_list(second, a, &list);
    if (s == CAD_OK && list.len) {
        s = cad_arena_alloc(a, list.len, "names", &out->item);
        if (s == CAD_OK) {
            memcpy(out->item, list.data, list.len);
            out->n = list.len / sizeof *out->item;
        }
    }
    cad_buf_deinit(&list);
    cad_tree_names_sort(out);
    return s;
}

/* ---- what lies there ---- */

/* A name without the end that a writer gives it until it is whole: "m.step.tmp.4711". */
static cad_status bare_name(const char *name, cad_arena *a, const char **out)
{
    const char *mark = strstr(name, ".tmp."), *end = mark ? mark + 5 : "";
    bool temp = *end && strspn(end, "0123456789") == strlen(end);
    return cad_arena_strdup(a, name, temp ? (size_t)(mark - name) : strlen(name), out);
}

/* Each file below dir/below is known; begun: by a call that has not finished, whose list of what it made is there too. */
static cad_status check_known(const char *dir, const char *below, const cad_tree_names *known, bool begun, cad_arena *a,
                              int depth)
{
    const char *folder = dir, **name, *rel, *path, *bare;
    size_t n;
    if (depth > DEEPEST)
        CAD_FAIL(CAD_EWRITE, "%s: folders more than %d deep (a link that leads back?)", dir, DEEPEST);
    if (*below)
        CAD_TRY(cad_path_join(a, dir, below, &folder));
    CAD_TRY(cad_fs_list(folder, a, &name, &n));
    for (size_t i = 0; i < n; i++) {
        cad_frame mark = cad_arena_mark(a);
        rel = name[i];
        if (*below)
            CAD_TRY(cad_path_join(a, below, name[i], &rel));
        CAD_TRY(cad_path_join(a, dir, rel, &path));
        CAD_TRY(bare_name(rel, a, &bare));
        if (cad_fs_is_dir(path))
            CAD_TRY(check_known(dir, rel, known, begun, a, depth + 1));
        else if (strcmp(bare, STATUS) != 0 && strcmp(bare, BEGUN) != 0 && !(begun && !strcmp(rel, MADE)) &&
                 !has_name(known, bare))
            CAD_FAIL(CAD_EWRITE,
                     "%s: holds %s, which no earlier call made; expected an empty folder, none, or what such a call made alone",
                     dir, rel);
        cad_arena_rewind(a, mark);
    }
    return CAD_OK;
}

/* What the writers of a killed call left beside the files that it meant to make. */
static cad_status sweep(const char *dir, const cad_tree_names *known, cad_arena *a)
{
    cad_buf parent = CAD_BUF_INIT, last = CAD_BUF_INIT;
    cad_status s = cad_fs_sweep(dir, a);
    for (size_t i = 0; s == CAD_OK && i < known->n; i++) {
        const char *path;
        s = cad_path_join(a, dir, known->item[i], &path);
        cad_buf_clear(&parent);
        if (s == CAD_OK)
            s = cad_path_parent(path, &parent);
        if (s != CAD_OK || !strcmp(cad_buf_cstr(&parent), cad_buf_cstr(&last)))
            continue;
        s = cad_fs_sweep(cad_buf_cstr(&parent), a);
        cad_buf_clear(&last);
        if (s == CAD_OK)
            s = cad_buf_str(&last, cad_buf_cstr(&parent));
    }
    cad_buf_deinit(&parent);
    cad_buf_deinit(&last);
    return s;
}

/* ---- lists ---- */

static cad_status add_name(const char *name, cad_buf *out)
{
    json_t *o = json_pack("{so}", "file", cad_json_text(name));
    cad_status s = o ? cad_json_print(o, out) : cad_fail(CAD_ENOMEM, "out of memory for a row of %s", BEGUN);
    json_decref(o);
    return s == CAD_OK ? cad_buf_str(out, "\n") : s;
}

static cad_status write_begun(const char *begun, const cad_tree_names *known, const cad_tree_names *planned)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < known->n; i++)
        if (!has_name(planned, known->item[i]) && (i == 0 || strcmp(known->item[i - 1], known->item[i]) != 0))
            s = add_name(known->item[i], &text);
    for (size_t i = 0; s == CAD_OK && i < planned->n; i++)
        s = add_name(planned->item[i], &text);
    if (s == CAD_OK)
        s = cad_fs_write(begun, cad_buf_cstr(&text), text.len);
    cad_buf_deinit(&text);
    return s;
}

/* What the lists of a folder name, and that nothing else lies there. */
static cad_status read_folder(const char *dir, const char *status, const char *begun, cad_arena *a, cad_tree_names *known)
{
    if (cad_fs_exists(dir) && !cad_fs_is_dir(dir))
        CAD_FAIL(CAD_EWRITE, "%s: a file; expected a folder to write into", dir);
    CAD_TRY(read_lists(status, begun, a, known));
    return cad_fs_exists(dir) ? check_known(dir, "", known, cad_fs_exists(begun), a, 0) : CAD_OK;
}

cad_status cad_tree_folder_open(const char *dir, const cad_tree_names *planned, cad_arena *a)
{
    const char *status, *begun;
    cad_tree_names known;
    CAD_TRY(cad_path_join(a, dir, STATUS, &status));
    CAD_TRY(cad_path_join(a, dir, BEGUN, &begun));
    CAD_TRY(read_folder(dir, status, begun, a, &known));
    if (cad_fs_exists(begun))
        CAD_TRY(sweep(dir, &known, a));
    CAD_TRY(cad_fs_mkdirs(dir));
    CAD_TRY(write_begun(begun, &known, planned));
    return cad_fs_remove(status);
}

/* The folders of a file that is gone, as far as they hold nothing else. */
static cad_status remove_folders(const char *dir, const char *name, cad_arena *a)
{
    cad_frame mark = cad_arena_mark(a);
    for (size_t n = strlen(name); n > 0; n--) {
        const char *below, *path;
        if (name[n] != '/')
            continue;
        CAD_TRY(cad_arena_strdup(a, name, n, &below));
        CAD_TRY(cad_path_join(a, dir, below, &path));
        if (cad_fs_is_dir(path))
            CAD_TRY(cad_fs_remove_empty(path));
    }
    cad_arena_rewind(a, mark);
    return CAD_OK;
}

cad_status cad_tree_folder_close(const char *dir, const cad_tree_names *made, const cad_buf *rows, cad_arena *a)
{
    const char *status, *begun, *path;
    cad_tree_names known;
    CAD_TRY(cad_path_join(a, dir, STATUS, &status));
    CAD_TRY(cad_path_join(a, dir, BEGUN, &begun));
    CAD_TRY(read_lists(begun, NULL, a, &known));
    for (size_t i = 0; i < known.n; i++) {
        if (has_name(made, known.item[i]))
            continue;
        CAD_TRY(cad_path_join(a, dir, known.item[i], &path));
        CAD_TRY(cad_fs_remove(path));
        CAD_TRY(remove_folders(dir, known.item[i], a));
    }
    CAD_TRY(cad_fs_write(status, rows->data ? rows->data : "", rows->len));
    CAD_TRY(cad_path_join(a, dir, MADE, &path));
    CAD_TRY(cad_fs_remove(path));
    return cad_fs_remove(begun);
}

cad_status cad_tree_folder_remove(const char *dir, cad_arena *a)
{
    const char *status, *begun;
    cad_tree_names known;
    CAD_TRY(cad_path_join(a, dir, STATUS, &status));
    CAD_TRY(cad_path_join(a, dir, BEGUN, &begun));
    CAD_TRY(read_folder(dir, status, begun, a, &known));
    return cad_fs_remove_tree(dir);
}
