#include "eval/suite.h"

#include "core/file_kind.h"
#include "core/fs.h"
#include "core/hash.h"
#include "eval/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 64 << 20, WHERE = 300 };

/* "" when the key is absent. */
static cad_status copy_text(const json_t *o, const char *key, const char *where, cad_arena *a, const char **out)
{
    const char *text = "";
    if (json_object_get(o, key))
        CAD_TRY(cad_json_get_string(o, key, where, &text));
    return cad_arena_strdup(a, text, strlen(text), out);
}

static cad_status read_row(const json_t *o, const char *where, cad_arena *a, cad_suite_row *row)
{
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
    if (reference) {
        const char *ir;
        CAD_TRY(cad_json_get_string(reference, "ir", where, &ir));
        CAD_TRY(cad_arena_strdup(a, ir, strlen(ir), &row->reference));
    }
    row->expect = json_object_get(o, "expect");
    if (row->expect)
        CAD_TRY(cad_expect_validate(row->expect, where));
    const json_t *seven = json_object_get(o, "seven");
    row->seven = (int)json_integer_value(seven);
    if (seven && (row->seven < 1 || row->seven > 7))
        CAD_FAIL(CAD_EDATA, "%s: key 'seven': expected 1 to 7", where);
    const char *cluster = json_string_value(json_object_get(o, "cluster"));
    row->cluster = cluster ? strtoull(cluster, NULL, 16) : cad_hash64(id, strlen(id), 0);
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

static cad_status read_lines(const cad_buf *text, cad_arena *a, cad_suite *s, cad_hasher *hasher)
{
    char expected[33] = "";
    size_t line = 0;
    cad_buf canonical = CAD_BUF_INIT;
    cad_status st = CAD_OK;
    for (size_t at = 0, next; st == CAD_OK && at < text->len; at = next) {
        const char *from = text->data + at, *end = memchr(from, '\n', text->len - at);
        size_t len = end ? (size_t)(end - from) : text->len - at;
        next = at + len + 1;
        line++;
        if (len == 0)
            continue;
        char where[WHERE];
        int w = snprintf(where, sizeof where, "%.200s:%zu", s->path, line);
        (void)w;
        json_t *o;
        CAD_TRY_GOTO(st, cad_json_parse(from, len, where, &o), done);
        if (!s->name) {
            st = read_header(o, where, a, s, expected);
            json_decref(o);
            continue;
        }
        cad_buf_clear(&canonical);
        if (json_array_append_new(s->keep, o) != 0)
            st = cad_fail(CAD_ENOMEM, "out of memory for a suite row");
        if (st == CAD_OK)
            st = read_row(o, where, a, &s->row[s->n]);
        if (st == CAD_OK)
            st = cad_json_print(o, &canonical);
        if (st == CAD_OK) {
            cad_hasher_add(hasher, canonical.data, canonical.len);
            cad_hasher_add(hasher, "\n", 1);
            s->n++;
        }
    }
    if (st == CAD_OK) {
        cad_hasher_hex(hasher, s->hash);
        if (expected[0] && strcmp(expected, s->hash) != 0)
            st = cad_fail(CAD_EDATA, "%s: rows_sha says %s; the rows hash to %s", s->path, expected, s->hash);
    }
done:
    cad_buf_deinit(&canonical);
    return st;
}

cad_status cad_suite_load(const char *path, cad_arena *arena, cad_suite *out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_suite s = {0};
    cad_hasher *hasher = NULL;
    size_t lines = 1;
    cad_status st;
    CAD_TRY_GOTO(st, cad_file_expect(path, CAD_FILE_suite), done);
    CAD_TRY_GOTO(st, cad_fs_read(path, MAX_BYTES, &text), done);
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    CAD_TRY_GOTO(st, cad_arena_strdup(arena, path, strlen(path), &s.path), done);
    CAD_TRY_GOTO(st, cad_arena_zalloc(arena, lines, sizeof *s.row, "suite rows", &s.row), done);
    s.keep = json_array();
    hasher = cad_hasher_create();
    if (!s.keep || !hasher) {
        st = cad_fail(CAD_ENOMEM, "out of memory for a suite");
        goto done;
    }
    CAD_TRY_GOTO(st, read_lines(&text, arena, &s, hasher), done);
    if (s.n == 0)
        st = cad_fail(CAD_ENOTFOUND, "%s: zero rows", path);
    else
        st = check_ids(&s, arena);
done:
    if (hasher)
        cad_hasher_destroy(hasher);
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
