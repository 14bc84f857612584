#include "dataprep/import_facts.h"

#include "core/fs.h"
#include "core/mem.h"
#include "dataprep/hash_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A line's place in 64 bits: where it begins, and its length. */
enum { LENGTH_BITS = 24, CHUNK = 1 << 20 };
static const uint64_t MAX_LINE = ((uint64_t)1 << LENGTH_BITS) - 1;

struct cad_import_facts {
    cad_file *file;
    cad_hash_index lines; /* key of the id -> place */
};

/* A line as an object with an id; *id = NULL for a header. */
static cad_status parse_line(const cad_import_facts *f, const char *text, size_t len, int64_t line, json_t **out,
                             const char **id)
{
    char where[4200];
    json_t *o = NULL;
    snprintf(where, sizeof where, "%s:%" PRId64, cad_file_path(f->file), line);
    CAD_TRY(cad_json_parse(text, len, where, &o));
    cad_status s = CAD_OK;
    *id = NULL;
    if (!json_is_object(o))
        s = cad_fail(CAD_EDATA, "%s: expected an object with id, family, params, expect", where);
    else if (line > 1 || json_object_get(o, "id"))
        s = cad_json_get_string(o, "id", where, id);
    if (s != CAD_OK) {
        json_decref(o);
        return s;
    }
    *out = o;
    return CAD_OK;
}

static cad_status add_line(cad_import_facts *f, const char *text, size_t len, uint64_t at, int64_t line)
{
    json_t *o = NULL;
    const char *id = NULL;
    uint64_t *place = NULL;
    bool is_new = true;
    if (len == 0)
        return CAD_OK;
    if (len > MAX_LINE)
        CAD_FAIL(CAD_EDATA, "%s:%" PRId64 ": a line of %zu bytes; expected at most %" PRIu64, cad_file_path(f->file), line, len,
                 MAX_LINE);
    CAD_TRY(parse_line(f, text, len, line, &o, &id));
    cad_status s = CAD_OK;
    if (id)
        s = cad_hash_index_at(&f->lines, cad_hash_index_key(id, strlen(id)), at << LENGTH_BITS | len, &is_new, &place);
    if (s == CAD_OK && !is_new)
        s = cad_fail(CAD_EDATA, "%s:%" PRId64 ": part %s is told twice", cad_file_path(f->file), line, id);
    json_decref(o);
    return s;
}

static cad_status index_lines(cad_import_facts *f)
{
    cad_buf rest = CAD_BUF_INIT; /* from the beginning of a line that is not all read */
    uint64_t size = cad_file_size(f->file), at = 0, begin = 0;
    int64_t line = 1;
    cad_status s = CAD_OK;
    while (s == CAD_OK && at < size) {
        size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
        s = cad_buf_reserve(&rest, n);
        s = s == CAD_OK ? cad_file_read_at(f->file, at, rest.data + rest.len, n) : s;
        if (s != CAD_OK)
            break;
        rest.len += n;
        at += n;
        size_t from = 0;
        for (const char *lf; s == CAD_OK && (lf = memchr(rest.data + from, '\n', rest.len - from)); line++) {
            size_t len = (size_t)(lf - rest.data) - from;
            s = add_line(f, rest.data + from, len, begin, line);
            begin += len + 1;
            from += len + 1;
        }
        memmove(rest.data, rest.data + from, rest.len - from);
        rest.len -= from;
        if (s == CAD_OK && rest.len > MAX_LINE)
            s = add_line(f, rest.data, rest.len, begin, line); /* refused */
    }
    if (s == CAD_OK)
        s = add_line(f, cad_buf_cstr(&rest), rest.len, begin, line);
    cad_buf_deinit(&rest);
    return s;
}

cad_status cad_import_facts_open(const char *path, cad_import_facts **out)
{
    cad_import_facts *f = NULL;
    CAD_TRY(cad_mem_alloc(sizeof *f, "facts of parts", &f));
    cad_status s = cad_file_open(path, &f->file);
    if (s == CAD_OK)
        s = index_lines(f);
    if (s != CAD_OK) {
        cad_import_facts_close(f);
        return s;
    }
    *out = f;
    return CAD_OK;
}

static cad_status take_text(const json_t *o, const char *key, const char *where, cad_arena *a, const char **out)
{
    const char *text = NULL;
    if (!json_object_get(o, key))
        return CAD_OK;
    CAD_TRY(cad_json_get_string(o, key, where, &text));
    return cad_arena_strdup(a, text, strlen(text), out);
}

static cad_status take_object(const json_t *o, const char *key, const char *where, cad_arena *a, const char **out)
{
    json_t *v = NULL;
    cad_buf text = CAD_BUF_INIT;
    if (!json_object_get(o, key))
        return CAD_OK;
    CAD_TRY(cad_json_get_object(o, key, where, &v));
    cad_status s = cad_json_print(v, &text);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, cad_buf_cstr(&text), text.len, out);
    cad_buf_deinit(&text);
    return s;
}

static cad_status take_line(const cad_import_facts *f, const json_t *o, const char *id, cad_arena *a, cad_row *row)
{
    char where[4400];
    snprintf(where, sizeof where, "%s: part %.100s", cad_file_path(f->file), id);
    CAD_TRY(take_text(o, "family", where, a, &row->family));
    CAD_TRY(take_text(o, "phrasing", where, a, &row->phrasing));
    CAD_TRY(take_text(o, "units", where, a, &row->units));
    CAD_TRY(take_text(o, "held", where, a, &row->held));
    CAD_TRY(take_object(o, "params", where, a, &row->params));
    return take_object(o, "expect", where, a, &row->expect);
}

cad_status cad_import_facts_get(const cad_import_facts *f, const char *id, cad_arena *a, cad_row *row)
{
    const uint64_t *place = f ? cad_hash_index_find(&f->lines, cad_hash_index_key(id, strlen(id))) : NULL;
    if (!place)
        return CAD_OK;
    size_t len = (size_t)(*place & MAX_LINE);
    char *text = NULL;
    const char *told = NULL;
    json_t *o = NULL;
    CAD_TRY(cad_mem_alloc(len, "facts of a part", &text));
    cad_status s = cad_file_read_at(f->file, *place >> LENGTH_BITS, text, len);
    if (s == CAD_OK)
        s = parse_line(f, text, len, 2, &o, &told);
    cad_mem_free(text);
    CAD_TRY(s);
    if (!strcmp(told, id)) /* another id may have the same key */
        s = take_line(f, o, id, a, row);
    json_decref(o);
    return s;
}

void cad_import_facts_close(cad_import_facts *f)
{
    if (!f)
        return;
    cad_file_close(f->file);
    cad_hash_index_deinit(&f->lines);
    cad_mem_free(f);
}
