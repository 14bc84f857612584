#include "dataprep/merge_files.h"

#include "core/fs.h"
#include "core/json.h"
#include "core/lines.h"
#include "core/path.h"
#include "dataprep/npy.h"
#include "dataprep/shard_record.h"
#include "dataprep/step_files.h"

#include <stdio.h>
#include <string.h>

enum { CHUNK = 1 << 16 };

/* ---- bytes ---- */

/* Appends [from, end) of a file. */
static cad_status copy(cad_file *f, uint64_t from, cad_writer *out)
{
    char chunk[CHUNK];
    for (uint64_t size = cad_file_size(f); from < size;) {
        size_t n = size - from < CHUNK ? (size_t)(size - from) : CHUNK;
        CAD_TRY(cad_file_read_at(f, from, chunk, n));
        CAD_TRY(cad_writer_add(out, chunk, n));
        from += n;
    }
    return CAD_OK;
}

/* The first line with its end; all of a file without one. */
static cad_status first_line(cad_file *f, cad_buf *line)
{
    char chunk[CHUNK];
    const char *feed = NULL;
    uint64_t size = cad_file_size(f);
    cad_buf_clear(line);
    for (uint64_t at = 0; at < size && !feed;) {
        size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
        CAD_TRY(cad_file_read_at(f, at, chunk, n));
        feed = memchr(chunk, '\n', n);
        CAD_TRY(cad_buf_add(line, chunk, feed ? (size_t)(feed - chunk) + 1 : n));
        at += n;
    }
    return CAD_OK;
}

/* ---- files of lines ---- */

/* One share: its first line once, where all have it, and what follows. */
static cad_status add_lines(const char *path, bool headed, bool is_first, cad_buf *head, cad_writer *out)
{
    cad_file *f = NULL;
    cad_buf line = CAD_BUF_INIT;
    CAD_TRY(cad_file_open(path, &f));
    cad_status s = headed ? first_line(f, &line) : CAD_OK;
    if (s == CAD_OK && is_first)
        s = cad_buf_add(head, cad_buf_cstr(&line), line.len);
    if (s == CAD_OK && (line.len != head->len || memcmp(cad_buf_cstr(&line), cad_buf_cstr(head), line.len) != 0))
        s = cad_fail(CAD_EDATA, "%s: its first line is not that of the first share", path);
    if (s == CAD_OK)
        s = copy(f, is_first ? 0 : line.len, out);
    cad_buf_deinit(&line);
    cad_file_close(f);
    return s;
}

static cad_status join_lines(const char *const *path, size_t n, bool headed, const char *out)
{
    cad_writer *w = NULL;
    cad_buf head = CAD_BUF_INIT;
    CAD_TRY(cad_writer_open(out, &w));
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        s = add_lines(path[i], headed, i == 0, &head, w);
    cad_buf_deinit(&head);
    if (s == CAD_OK)
        return cad_writer_commit(w);
    cad_writer_abort(w);
    return s;
}

/* A list that stands beside the shares, or beside none of them. */
static cad_status join_list(const char *const *share, size_t n, const char *name, bool headed, const char *out, cad_arena *a)
{
    const char **path, *to;
    size_t found = 0;
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *path, "lists", &path));
    for (size_t i = 0; i < n; i++) {
        CAD_TRY(cad_shard_beside(a, share[i], name, &path[i]));
        found += cad_fs_exists(path[i]);
    }
    if (found == 0)
        return CAD_OK;
    CAD_TRY(cad_shard_beside(a, out, name, &to));
    return join_lines(path, n, headed, to);
}

cad_status cad_merge_corpora(const char *const *share, size_t n, const char *out, cad_arena *a)
{
    CAD_TRY(join_list(share, n, CAD_STEP_FILES_STATUS, false, out, a));
    CAD_TRY(join_list(share, n, "dropped.csv", true, out, a));
    return join_lines(share, n, true, out);
}

/* ---- vectors ---- */

static cad_status add_vectors(const char *path, cad_writer *out, int64_t *rows, int64_t *dim)
{
    cad_file *f = NULL;
    char head[CAD_NPY_HEAD];
    int64_t n = 0, d = 0;
    CAD_TRY(cad_file_open(path, &f));
    cad_status s = cad_file_size(f) < sizeof head ? cad_fail(CAD_EDATA, "%s: no header of vectors", path)
                                                  : cad_file_read_at(f, 0, head, sizeof head);
    if (s == CAD_OK)
        s = cad_npy_shape(head, path, &n, &d);
    if (s == CAD_OK && *dim && d != *dim)
        s = cad_fail(CAD_EDATA, "%s: vectors of %lld numbers; expected %lld", path, (long long)d, (long long)*dim);
    if (s == CAD_OK && out)
        s = copy(f, sizeof head, out);
    *rows += n;
    *dim = d;
    cad_file_close(f);
    return s;
}

cad_status cad_merge_vectors(const char *const *share, size_t n, const char *out)
{
    cad_writer *w = NULL;
    char head[CAD_NPY_HEAD];
    int64_t rows = 0, dim = 0, again = 0;
    for (size_t i = 0; i < n; i++)
        CAD_TRY(add_vectors(share[i], NULL, &rows, &dim));
    cad_npy_head(rows, dim, head);
    CAD_TRY(cad_writer_open(out, &w));
    cad_status s = cad_writer_add(w, head, sizeof head);
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        s = add_vectors(share[i], w, &again, &dim);
    if (s == CAD_OK)
        return cad_writer_commit(w);
    cad_writer_abort(w);
    return s;
}

/* ---- trees ---- */

/* A name of a list: below the folder, and of a file. */
static bool leads_below(const char *name)
{
    for (size_t n; *name; name += n + (name[n] == '/')) {
        n = strcspn(name, "/");
        if (n == 0 || (n <= 2 && !strncmp(name, "..", n)))
            return false;
    }
    return true;
}

static cad_status link_file(const char *from_dir, const char *to_dir, const char *name, cad_buf *parent, cad_arena *a)
{
    const char *from, *to;
    CAD_TRY(cad_path_join(a, from_dir, name, &from));
    CAD_TRY(cad_path_join(a, to_dir, name, &to));
    cad_buf_clear(parent);
    CAD_TRY(cad_path_parent(to, parent));
    if (!cad_fs_is_dir(parent->data))
        CAD_TRY(cad_fs_mkdirs(parent->data));
    return cad_fs_link_many(from, to);
}

/* The files that one line of a list names; a row without "file" tells of one that was left out. */
static cad_status link_row(const char *line, size_t len, const char *where, const char *from, const char *to, cad_buf *parent,
                           cad_arena *a)
{
    json_t *row = NULL;
    cad_frame mark = cad_arena_mark(a);
    CAD_TRY(cad_json_parse(line, len, where, &row));
    const char *name = json_string_value(json_object_get(row, "file"));
    cad_status s = name && !(*name && leads_below(name))
                       ? cad_fail(CAD_EDATA, "%s: file '%s'; expected a name below the folder", where, name)
                   : name ? link_file(from, to, name, parent, a)
                          : CAD_OK;
    json_decref(row);
    cad_arena_rewind(a, mark);
    return s;
}

static cad_status link_share(const char *from, const char *to, cad_arena *a)
{
    cad_buf list = CAD_BUF_INIT, parent = CAD_BUF_INIT;
    const char *status;
    CAD_TRY(cad_path_join(a, from, CAD_STEP_FILES_STATUS, &status));
    cad_status s = cad_fs_read(status, 0, &list);
    cad_lines lines = cad_lines_of(&list);
    for (cad_line line; s == CAD_OK && cad_lines_next(&lines, &line);)
        if (line.len)
            s = link_row(line.text, line.len, status, from, to, &parent, a);
    cad_buf_deinit(&list);
    cad_buf_deinit(&parent);
    return s;
}

static cad_status check_free(const char *out, cad_arena *a)
{
    const char **name = NULL;
    size_t n = 0;
    if (!cad_fs_exists(out))
        return CAD_OK;
    if (!cad_fs_is_dir(out))
        CAD_FAIL(CAD_EWRITE, "%s: a file; expected a folder to write into", out);
    CAD_TRY(cad_fs_list(out, a, &name, &n));
    if (n > 0)
        CAD_FAIL(CAD_EWRITE, "%s: holds %s; expected an empty folder, or none", out, name[0]);
    return cad_fs_remove_empty(out);
}

/* All of it is made beside OUT and takes its name at the end. */
cad_status cad_merge_trees(const char *const *share, size_t n, const char *out, cad_arena *a)
{
    cad_buf text = CAD_BUF_INIT;
    const char *temp;
    size_t len = strlen(out);
    while (len > 1 && out[len - 1] == '/')
        len--;
    CAD_TRY(cad_arena_strdup(a, out, len, &out));
    CAD_TRY(check_free(out, a));
    cad_status s = cad_buf_printf(&text, "%s.unfinished", out);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, text.data, text.len, &temp);
    cad_buf_deinit(&text);
    CAD_TRY(s);
    CAD_TRY(cad_fs_remove_tree(temp)); /* of a call that was killed */
    CAD_TRY(cad_fs_mkdirs(temp));
    for (size_t i = 0; i < n; i++)
        CAD_TRY(link_share(share[i], temp, a));
    CAD_TRY(join_list(share, n, CAD_STEP_FILES_STATUS, false, temp, a));
    return cad_fs_commit_dir(temp, out);
}
