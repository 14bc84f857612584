#include "eval/suite.h"

#include "core/file_kind.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/path.h"
#include "eval/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 256 << 20, WHERE = 300 };

/* What is read into a suite, and the hashes over it. */
typedef struct loader {
    cad_suite *suite;
    cad_arena *arena;
    cad_hasher *rows, *files;
    bool has_files, has_references;
} loader;

/* "" when the key is absent. */
static cad_status copy_text(const json_t *o, const char *key, const char *where, cad_arena *a, const char **out)
{
    const char *text = "";
    if (json_object_get(o, key))
        CAD_TRY(cad_json_get_string(o, key, where, &text));
    return cad_arena_strdup(a, text, strlen(text), out);
}

/* What a file of the suite holds; `hasher` takes its hash. */
static cad_status read_path(loader *l, const char *path, const char *where, cad_suite_row *row)
{
    char hash[33];
    size_t len;
    cad_buf full = CAD_BUF_INIT;
    row->reference_kind = cad_part_kind_of_file(path);
    if (row->reference_kind == CAD_PART_KINDS)
        CAD_FAIL(CAD_EDATA, "%s: key 'path': found '%s'; expected a name ending in .ir .step .stp .p21", where, path);
    cad_status s = path[0] == '/' ? CAD_OK : cad_path_parent(l->suite->path, &full);
    if (s == CAD_OK)
        s = cad_buf_printf(&full, "%s%s", path[0] == '/' ? "" : "/", path);
    if (s == CAD_OK)
        s = cad_reference_read(full.data, l->arena, &row->reference, &len, hash);
    if (s == CAD_OK && !row->reference)
        row->reference = cad_reference_too_large(full.data, len);
    else if (s == CAD_OK && strlen(row->reference) != len)
        s = cad_fail(CAD_EDATA, "%s: a NUL byte in it", full.data);
    if (s == CAD_OK)
        cad_hasher_add(l->files, hash, 32);
    l->has_files = true;
    cad_buf_deinit(&full);
    return s;
}

static cad_status read_reference(loader *l, const json_t *o, const char *where, cad_suite_row *row)
{
    const char *text;
    if (!json_is_object(o) || json_object_size(o) != 1)
        CAD_FAIL(CAD_EDATA, "%s: key 'reference': expected an object with one of ir, step, path", where);
    const char *key = json_object_iter_key(json_object_iter((json_t *)(uintptr_t)o));
    if (!strcmp(key, "path")) {
        CAD_TRY(cad_json_get_string(o, key, where, &text));
        CAD_TRY(read_path(l, text, where, row));
    } else {
        row->reference_kind = cad_part_kind_of(key);
        if (row->reference_kind == CAD_PART_KINDS)
            CAD_FAIL(CAD_EDATA, "%s: key 'reference': found '%.40s'; expected one of ir, step, path", where, key);
        CAD_TRY(cad_json_get_string(o, key, where, &text));
        CAD_TRY(cad_arena_strdup(l->arena, text, strlen(text), &row->reference));
    }
    size_t len = strlen(row->reference);
    if (len > CAD_REFERENCE_MOST)
        row->reference = cad_reference_too_large(where, len);
    return row->reference_kind == CAD_PART_step
               ? cad_reference_count(l->arena, row->reference, strlen(row->reference), &row->counts)
               : CAD_OK;
}

static cad_status read_row(loader *l, const json_t *o, const char *where, cad_suite_row *row)
{
    cad_arena *a = l->arena;
    const char *id, *prompt;
    *row = (cad_suite_row){0};
    CAD_TRY(cad_json_get_string(o, "id", where, &id));
    CAD_TRY(cad_json_get_string(o, "prompt", where, &prompt));
    CAD_TRY(copy_text(o, "id", where, a, &row->id));
    CAD_TRY(copy_text(o, "prompt", where, a, &row->prompt));
    CAD_TRY(copy_text(o, "family", where, a, &row->family));
    CAD_TRY(copy_text(o, "phrasing", where, a, &row->phrasing));
    CAD_TRY(copy_text(o, "units", where, a, &row->units));
    const json_t *reference = json_object_get(o, "reference");
    if (reference && !json_is_null(reference))
        CAD_TRY(read_reference(l, reference, where, row));
    row->expect = json_object_get(o, "expect");
    if (row->expect)
        CAD_TRY(cad_expect_validate(row->expect, where));
    const json_t *seven = json_object_get(o, "seven");
    row->seven = (int)json_integer_value(seven);
    if (seven && (row->seven < 1 || row->seven > 7))
        CAD_FAIL(CAD_EDATA, "%s: key 'seven': expected 1 to 7", where);
    const char *cluster = json_string_value(json_object_get(o, "cluster"));
    row->cluster = cluster ? strtoull(cluster, NULL, 16) : 0;
    if (row->cluster == 0) /* not known: on its own */
        row->cluster = cad_hash64(id, strlen(id), 0);
    return CAD_OK;
}

static cad_status read_header(const json_t *o, const char *where, cad_arena *a, cad_suite *s, char expected_hash[33])
{
    const char *kind, *name;
    CAD_TRY(cad_json_get_string(o, "kind", where, &kind));
    if (strcmp(kind, "suite") != 0)
        CAD_FAIL(CAD_EDATA, "%s: kind is '%s'; expected 'suite'", where, kind);
    CAD_TRY(cad_json_get_string(o, "name", where, &name));
    CAD_TRY(copy_text(o, "name", where, a, &s->name));
    CAD_TRY(copy_text(o, "version", where, a, &s->version));
    if (!*s->version)
        s->version = "1";
    const char *sha = json_string_value(json_object_get(o, "rows_sha"));
    if (sha && strlen(sha) != 32)
        CAD_FAIL(CAD_EDATA, "%s: rows_sha: expected 32 hex digits", where);
    memcpy(expected_hash, sha ? sha : "", sha ? 33 : 1);
    return CAD_OK;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static cad_status check_ids(const cad_suite *s, cad_arena *arena)
{
    cad_frame f = cad_arena_mark(arena);
    const char **id;
    CAD_TRY(cad_arena_zalloc(arena, s->n, sizeof *id, "suite ids", &id));
    for (size_t i = 0; i < s->n; i++)
        id[i] = s->row[i].id;
    qsort(id, s->n, sizeof *id, by_id);
    for (size_t i = 1; i < s->n; i++)
        if (!strcmp(id[i - 1], id[i]))
            CAD_FAIL(CAD_EDATA, "%s: id '%s' stands twice", s->path, id[i]);
    cad_arena_rewind(arena, f);
    return CAD_OK;
}

/* One line: the header where it is the first, else a row, which the suite keeps. */
static cad_status read_line(loader *l, const char *line, size_t len, const char *where, char expected[33])
{
    cad_suite *s = l->suite;
    json_t *o;
    CAD_TRY(cad_json_parse(line, len, where, &o));
    if (!s->name) {
        cad_status st = read_header(o, where, l->arena, s, expected);
        json_decref(o);
        return st;
    }
    if (json_array_append_new(s->keep, o) != 0)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a suite row");
    cad_suite_row *row = &s->row[s->n];
    cad_buf canonical = CAD_BUF_INIT;
    cad_status st = read_row(l, o, where, row);
    if (st == CAD_OK)
        st = cad_json_print(o, &canonical);
    if (st == CAD_OK) {
        cad_hasher_add(l->rows, canonical.data, canonical.len);
        cad_hasher_add(l->rows, "\n", 1);
        if (row->reference && l->has_references && row->reference_kind != s->kind)
            st = cad_fail(CAD_EDATA, "%s: a reference in %s behind such in %s; expected one language", where,
                          cad_part_kind_name(row->reference_kind), cad_part_kind_name(s->kind));
        if (row->reference)
            s->kind = row->reference_kind;
        l->has_references = l->has_references || row->reference;
        s->n++;
    }
    cad_buf_deinit(&canonical);
    return st;
}

/* The suite's hash: that of its rows, and what its files hold. */
static cad_status finish_hash(loader *l, const char *expected)
{
    cad_suite *s = l->suite;
    char both[64];
    cad_hasher_hex(l->rows, s->hash);
    if (expected[0] && strcmp(expected, s->hash) != 0)
        CAD_FAIL(CAD_EDATA, "%s: rows_sha says %s; the rows hash to %s", s->path, expected, s->hash);
    if (!l->has_files)
        return CAD_OK;
    char files[33];
    cad_hasher_hex(l->files, files);
    memcpy(both, s->hash, 32);
    memcpy(both + 32, files, 32);
    cad_hash128_hex(both, sizeof both, s->hash);
    return CAD_OK;
}

static cad_status read_lines(loader *l, const cad_buf *text)
{
    char expected[33] = "";
    size_t line = 0;
    for (size_t at = 0, next; at < text->len; at = next) {
        const char *from = text->data + at, *end = memchr(from, '\n', text->len - at);
        size_t len = end ? (size_t)(end - from) : text->len - at;
        next = at + len + 1;
        line++;
        if (len == 0)
            continue;
        char where[WHERE];
        snprintf(where, sizeof where, "%.200s:%zu", l->suite->path, line);
        CAD_TRY(read_line(l, from, len, where, expected));
    }
    if (l->suite->n == 0)
        CAD_FAIL(CAD_ENOTFOUND, "%s: zero rows", l->suite->path);
    return finish_hash(l, expected);
}

cad_status cad_suite_load(const char *path, cad_arena *arena, cad_suite *out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_suite s = {0};
    loader l = {.suite = &s, .arena = arena};
    size_t lines = 1;
    cad_status st;
    CAD_TRY_GOTO(st, cad_file_expect(path, CAD_FILE_suite), done);
    CAD_TRY_GOTO(st, cad_fs_read(path, MAX_BYTES, &text), done);
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    CAD_TRY_GOTO(st, cad_arena_strdup(arena, path, strlen(path), &s.path), done);
    CAD_TRY_GOTO(st, cad_arena_zalloc(arena, lines, sizeof *s.row, "suite rows", &s.row), done);
    s.keep = json_array();
    l.rows = cad_hasher_create();
    l.files = cad_hasher_create();
    if (!s.keep || !l.rows || !l.files) {
        st = cad_fail(CAD_ENOMEM, "out of memory for a suite");
        goto done;
    }
    CAD_TRY_GOTO(st, read_lines(&l, &text), done);
    st = check_ids(&s, arena);
done:
    if (l.rows)
        cad_hasher_destroy(l.rows);
    if (l.files)
        cad_hasher_destroy(l.files);
    cad_buf_deinit(&text);
    if (st == CAD_OK)
        *out = s;
    else
        json_decref(s.keep);
    return st;
}

void cad_suite_deinit(cad_suite *s)
{
    json_decref(s->keep);
    *s = (cad_suite){0};
}
