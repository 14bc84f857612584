#include "dataprep/corpus_row.h"

#include "core/file_kind.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/path.h"
#include "core/size.h"
#include "dataprep/caption_group.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* the state lives on the stack */
#include <xxhash.h>

enum { READ_CHUNK = 1 << 16 };

uint64_t cad_caption_hash(const char *caption)
{
    XXH64_state_t state;
    if (XXH64_reset(&state, 0) == XXH_ERROR)
        return 1;
    char fold[256];
    size_t n = 0;
    bool blank = false, any = false;
    size_t end = strlen(caption);
    while (end && strchr(" \t\r\n", caption[end - 1]))
        end--;
    if (end && caption[end - 1] == '.')
        end--;
    for (size_t i = 0; i < end; i++) {
        char c = caption[i];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            blank = any;
            continue;
        }
        if (n + 2 > sizeof fold) {
            (void)XXH64_update(&state, fold, n);
            n = 0;
        }
        if (blank)
            fold[n++] = ' ';
        blank = false;
        any = true;
        fold[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    (void)XXH64_update(&state, fold, n);
    uint64_t h = XXH64_digest(&state);
    return h ? h : 1;
}

/* ---- printing ---- */

static int set_text(json_t *o, const char *key, const char *text)
{
    return text && *text ? json_object_set_new(o, key, json_string(text)) : 0;
}

static int set_hash(json_t *o, const char *key, uint64_t h)
{
    char hex[17];
    snprintf(hex, sizeof hex, "%016" PRIx64, h);
    return h ? json_object_set_new(o, key, json_string(hex)) : 0;
}

/* A member that is itself JSON text. */
static cad_status set_json(json_t *o, const char *key, const char *text, const char *id)
{
    if (!text || !*text)
        return CAD_OK;
    json_t *v = NULL;
    CAD_TRY(cad_json_parse(text, strlen(text), id, &v));
    if (json_object_set_new(o, key, v))
        CAD_FAIL(CAD_ENOMEM, "row %s: no memory for '%s'", id, key);
    return CAD_OK;
}

static cad_status row_object(const cad_row *row, json_t *o, json_t *meta, json_t *group)
{
    int bad = 0;
    bad |= json_object_set_new(o, "id", json_string(row->id));
    bad |= json_object_set_new(o, "caption", json_string(row->caption));
    bad |= json_object_set_new(o, "target", json_string(row->target));
    bad |= set_text(o, "kind", row->kind);
    bad |= set_text(o, "source", row->source);
    bad |= set_text(o, "split", row->split);
    bad |= set_text(meta, "family", row->family);
    bad |= set_text(meta, "phrasing", row->phrasing);
    bad |= set_text(meta, "units", row->units);
    bad |= set_text(meta, "held", row->held);
    bad |= set_hash(group, "caption", row->caption_hash);
    bad |= set_hash(group, "geometry", row->geometry_hash);
    if (bad)
        CAD_FAIL(CAD_EDATA, "row %s: a text is not valid UTF-8", row->id);
    CAD_TRY(set_json(meta, "params", row->params, row->id));
    CAD_TRY(set_json(o, "expect", row->expect, row->id));
    CAD_TRY(set_json(o, "rag", row->rag, row->id));
    if (json_object_size(meta) && json_object_set(o, "meta", meta))
        CAD_FAIL(CAD_ENOMEM, "row %s: no memory for 'meta'", row->id);
    if (json_object_size(group) && json_object_set(o, "group", group))
        CAD_FAIL(CAD_ENOMEM, "row %s: no memory for 'group'", row->id);
    return CAD_OK;
}

cad_status cad_row_print(const cad_row *row, cad_buf *out)
{
    json_t *o = json_object(), *meta = json_object(), *group = json_object();
    cad_status s = o && meta && group ? row_object(row, o, meta, group) : cad_fail(CAD_ENOMEM, "row %s: no memory", row->id);
    if (s == CAD_OK)
        s = cad_json_print(o, out);
    json_decref(o);
    json_decref(meta);
    json_decref(group);
    return s;
}

/* ---- parsing ---- */

static cad_status get_text(const json_t *o, const char *key, const char *where, cad_arena *a, const char **out)
{
    const char *text = "";
    if (o && json_object_get(o, key))
        CAD_TRY(cad_json_get_string(o, key, where, &text));
    return cad_arena_strdup(a, text, strlen(text), out);
}

static cad_status copy_json(const json_t *v, cad_arena *a, const char **out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_json_print(v, &text);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, cad_buf_cstr(&text), text.len, out);
    cad_buf_deinit(&text);
    return s;
}

static cad_status get_json(const json_t *o, const char *key, const char *where, cad_arena *a, const char **out)
{
    json_t *v = o ? json_object_get(o, key) : NULL;
    *out = "";
    if (!v || json_is_null(v))
        return CAD_OK;
    if (!json_is_object(v))
        CAD_FAIL(CAD_EDATA, "%s: key '%s': expected object", where, key);
    return copy_json(v, a, out);
}

/* The rows that were retrieved. */
static cad_status get_rag(const json_t *o, const char *where, cad_arena *a, const char **out)
{
    json_t *list = NULL;
    *out = "";
    if (!json_object_get(o, "rag"))
        return CAD_OK;
    CAD_TRY(cad_json_get_array(o, "rag", where, &list));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = NULL;
        double score = 0;
        char place[4300];
        snprintf(place, sizeof place, "%s: rag[%zu]", where, i);
        CAD_TRY(cad_json_get_string(json_array_get(list, i), "id", place, &id));
        CAD_TRY(cad_json_get_number(json_array_get(list, i), "score", place, &score));
    }
    return copy_json(list, a, out);
}

static cad_status get_hash(const json_t *o, const char *key, const char *where, uint64_t *out)
{
    *out = 0;
    if (!o || !json_object_get(o, key))
        return CAD_OK;
    const char *hex = NULL;
    CAD_TRY(cad_json_get_string(o, key, where, &hex));
    uint64_t h = 0;
    size_t n = strlen(hex);
    for (size_t i = 0; i < n; i++) {
        char c = hex[i];
        int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (d < 0 || n != 16)
            CAD_FAIL(CAD_EDATA, "%s: group.%s: found '%s'; expected 16 hex digits", where, key, hex);
        h = h << 4 | (uint64_t)d;
    }
    *out = h;
    return CAD_OK;
}

cad_status cad_row_parse(const json_t *o, const char *where, cad_arena *a, cad_row *out)
{
    cad_row r = {0};
    const char *text = NULL;
    if (!json_is_object(o))
        CAD_FAIL(CAD_EDATA, "%s: expected a JSON object", where);
    CAD_TRY(cad_json_get_string(o, "id", where, &text));
    if (!*text)
        CAD_FAIL(CAD_EDATA, "%s: key 'id' is empty", where);
    CAD_TRY(cad_arena_strdup(a, text, strlen(text), &r.id));
    CAD_TRY(cad_json_get_string(o, "caption", where, &text));
    CAD_TRY(cad_arena_strdup(a, text, strlen(text), &r.caption));
    CAD_TRY(cad_json_get_string(o, "target", where, &text));
    CAD_TRY(cad_arena_strdup(a, text, strlen(text), &r.target));
    const json_t *meta = json_object_get(o, "meta"), *group = json_object_get(o, "group");
    CAD_TRY(get_text(o, "kind", where, a, &r.kind));
    CAD_TRY(get_text(o, "source", where, a, &r.source));
    CAD_TRY(get_text(o, "split", where, a, &r.split));
    CAD_TRY(get_text(meta, "family", where, a, &r.family));
    CAD_TRY(get_text(meta, "phrasing", where, a, &r.phrasing));
    CAD_TRY(get_text(meta, "units", where, a, &r.units));
    CAD_TRY(get_text(meta, "held", where, a, &r.held));
    CAD_TRY(get_json(meta, "params", where, a, &r.params));
    CAD_TRY(get_json(o, "expect", where, a, &r.expect));
    CAD_TRY(get_rag(o, where, a, &r.rag));
    CAD_TRY(get_hash(group, "caption", where, &r.caption_hash));
    CAD_TRY(get_hash(group, "geometry", where, &r.geometry_hash));
    bool step = !strcmp(r.kind, "step");
    if (!r.caption_hash && step && *r.caption)
        CAD_TRY(cad_caption_group(r.caption, &r.caption_hash));
    else if (!r.caption_hash && !step)
        r.caption_hash = cad_caption_hash(r.caption);
    *out = r;
    return CAD_OK;
}

/* ---- files ---- */

struct cad_corpus_reader {
    cad_file *file;
    json_t *header;
    uint64_t offset;  /* of the next byte to read from the file */
    uint64_t line_at; /* of the line in `line` */
    char *chunk;      /* READ_CHUNK bytes, chunk_len of them valid, chunk_pos consumed */
    size_t chunk_len, chunk_pos;
    cad_buf line;
    long line_no;
    char where[4200]; /* file and line of the row */
};

/* The next line without its end; *more = false at the end of the file. */
static cad_status next_line(cad_corpus_reader *r, bool *more)
{
    cad_buf_clear(&r->line);
    r->line_at = r->offset - (r->chunk_len - r->chunk_pos);
    bool any = false;
    for (;;) {
        if (r->chunk_pos == r->chunk_len) {
            uint64_t left = cad_file_size(r->file) - r->offset;
            size_t n = left < READ_CHUNK ? (size_t)left : READ_CHUNK;
            if (!n)
                break;
            CAD_TRY(cad_file_read_at(r->file, r->offset, r->chunk, n));
            r->offset += n;
            r->chunk_len = n;
            r->chunk_pos = 0;
        }
        any = true;
        const char *from = r->chunk + r->chunk_pos;
        size_t have = r->chunk_len - r->chunk_pos;
        const char *lf = memchr(from, '\n', have);
        size_t take = lf ? (size_t)(lf - from) : have;
        if (r->line.len + take > CAD_CORPUS_LINE)
            CAD_FAIL(CAD_EDATA, "%s:%ld: line longer than %d MiB", cad_file_path(r->file), r->line_no + 1,
                     CAD_CORPUS_LINE >> 20);
        CAD_TRY(cad_buf_add(&r->line, from, take));
        r->chunk_pos += take + (lf ? 1 : 0);
        if (lf)
            break;
    }
    r->line_no += any;
    *more = any;
    return CAD_OK;
}

static cad_status next_object(cad_corpus_reader *r, json_t **out, bool *more)
{
    do {
        CAD_TRY(next_line(r, more));
        if (!*more)
            return CAD_OK;
    } while (!r->line.len);
    snprintf(r->where, sizeof r->where, "%s:%ld", cad_file_path(r->file), r->line_no);
    return cad_json_parse(cad_buf_cstr(&r->line), r->line.len, r->where, out);
}

static cad_status read_header(cad_corpus_reader *r)
{
    bool more = false;
    const char *path = cad_file_path(r->file), *kind = NULL;
    int64_t schema = 0;
    CAD_TRY(next_object(r, &r->header, &more));
    if (!more)
        CAD_FAIL(CAD_ENOTFOUND, "%s: empty file; expected a corpus header", path);
    CAD_TRY(cad_json_get_int(r->header, "schema", path, &schema));
    CAD_TRY(cad_json_get_string(r->header, "kind", path, &kind));
    if (schema != 1 || strcmp(kind, "corpus") != 0)
        CAD_FAIL(CAD_EDATA, "%s: header says kind '%s', schema %" PRId64 "; expected corpus, 1", path, kind, schema);
    return CAD_OK;
}

cad_status cad_corpus_open(const char *path, cad_corpus_reader **out)
{
    bool named = cad_path_ends(path, ".jsonl");
    if (named || cad_fs_exists(path))
        CAD_TRY(cad_file_expect(path, CAD_FILE_corpus));
    if (!named)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: corpora are read as .jsonl in this version", path);
    cad_corpus_reader *r = NULL;
    CAD_TRY(cad_mem_alloc(sizeof *r, "corpus reader", &r));
    cad_status s = cad_file_open(path, &r->file);
    if (s == CAD_OK)
        s = cad_mem_alloc(READ_CHUNK, "corpus read buffer", &r->chunk);
    if (s == CAD_OK)
        s = read_header(r);
    if (s != CAD_OK) {
        cad_corpus_close(r);
        return s;
    }
    *out = r;
    return CAD_OK;
}

const json_t *cad_corpus_header(const cad_corpus_reader *r)
{
    return r->header;
}

cad_status cad_corpus_next(cad_corpus_reader *r, cad_arena *a, cad_row *out, bool *more)
{
    json_t *o = NULL;
    CAD_TRY(next_object(r, &o, more));
    if (!*more)
        return CAD_OK;
    cad_status s = cad_row_parse(o, r->where, a, out);
    json_decref(o);
    return s;
}

cad_status cad_corpus_next_object(cad_corpus_reader *r, json_t **out, const char **where, bool *more)
{
    *where = r->where;
    return next_object(r, out, more);
}

void cad_corpus_place(const cad_corpus_reader *r, uint64_t *at, size_t *len)
{
    *at = r->line_at;
    *len = r->line.len;
}

void cad_corpus_close(cad_corpus_reader *r)
{
    if (!r)
        return;
    if (r->file)
        cad_file_close(r->file);
    json_decref(r->header);
    cad_mem_free(r->chunk);
    cad_buf_deinit(&r->line);
    cad_mem_free(r);
}

/* Lines that are not empty, the header among them. */
static cad_status count_lines(cad_file *f, char *chunk, int64_t *out)
{
    int64_t lines = 0;
    bool any = false; /* bytes in the present line */
    uint64_t size = cad_file_size(f);
    for (uint64_t at = 0; at < size;) {
        size_t n = size - at < READ_CHUNK ? (size_t)(size - at) : READ_CHUNK;
        CAD_TRY(cad_file_read_at(f, at, chunk, n));
        at += n;
        for (const char *c = chunk, *end = chunk + n; c < end;) {
            const char *lf = memchr(c, '\n', (size_t)(end - c));
            any = any || (lf ? lf : end) > c;
            lines += lf && any;
            any = any && !lf;
            c = lf ? lf + 1 : end;
        }
    }
    *out = lines + any;
    return CAD_OK;
}

cad_status cad_corpus_progress(const cad_corpus_reader *r, const char *label, cad_progress **out)
{
    char *chunk = NULL;
    int64_t lines = 0;
    CAD_TRY(cad_mem_alloc(READ_CHUNK, "corpus read buffer", &chunk));
    cad_status s = count_lines(r->file, chunk, &lines);
    cad_mem_free(chunk);
    CAD_TRY(s);
    CAD_TRY(cad_progress_create(label, 0, lines - 1, 0, out));
    cad_progress_work(*out, "rows");
    return CAD_OK;
}

cad_status cad_corpus_load(const char *path, cad_arena *a, cad_row **out, size_t *count)
{
    cad_corpus_reader *r = NULL;
    CAD_TRY(cad_corpus_open(path, &r));
    cad_buf rows = CAD_BUF_INIT;
    cad_progress *progress = NULL;
    cad_status s = cad_corpus_progress(r, "read", &progress);
    bool more = true;
    while (s == CAD_OK && more) {
        cad_row row = {0};
        s = cad_corpus_next(r, a, &row, &more);
        if (s == CAD_OK && more)
            s = cad_buf_add(&rows, &row, sizeof row);
        if (s == CAD_OK && more)
            cad_progress_show(progress, (int64_t)(rows.len / sizeof row), NULL);
    }
    cad_progress_destroy(progress);
    size_t n = rows.len / sizeof(cad_row);
    if (s == CAD_OK && !n)
        s = cad_fail(CAD_ENOTFOUND, "%s: zero rows", path);
    cad_row *all = NULL;
    if (s == CAD_OK)
        s = cad_arena_alloc(a, cad_size_mul(n, sizeof *all), "corpus rows", &all);
    if (s == CAD_OK) {
        memcpy(all, rows.data, rows.len);
        *out = all;
        *count = n;
    }
    cad_buf_deinit(&rows);
    cad_corpus_close(r);
    return s;
}

struct cad_corpus_writer {
    cad_writer *file;
    cad_buf line;
};

cad_status cad_corpus_create(const char *path, const char *name, const json_t *info, cad_corpus_writer **out)
{
    cad_corpus_writer *w = NULL;
    CAD_TRY(cad_mem_alloc(sizeof *w, "corpus writer", &w));
    cad_status s = cad_writer_open(path, &w->file);
    json_t *h = json_pack("{s:i,s:s,s:s}", "schema", 1, "kind", "corpus", "name", name);
    if (s == CAD_OK && (!h || (info && json_object_set(h, "info", (json_t *)(uintptr_t)info))))
        s = cad_fail(CAD_ENOMEM, "%s: no memory for the header", path);
    if (s == CAD_OK)
        s = cad_json_print(h, &w->line);
    if (s == CAD_OK)
        s = cad_buf_str(&w->line, "\n");
    if (s == CAD_OK)
        s = cad_writer_add(w->file, w->line.data, w->line.len);
    json_decref(h);
    if (s != CAD_OK) {
        cad_corpus_abort(w);
        return s;
    }
    *out = w;
    return CAD_OK;
}

cad_status cad_corpus_add(cad_corpus_writer *w, const cad_row *row)
{
    cad_buf_clear(&w->line);
    CAD_TRY(cad_row_print(row, &w->line));
    CAD_TRY(cad_buf_str(&w->line, "\n"));
    return cad_writer_add(w->file, w->line.data, w->line.len);
}

cad_status cad_corpus_add_object(cad_corpus_writer *w, const json_t *row)
{
    cad_buf_clear(&w->line);
    CAD_TRY(cad_json_print(row, &w->line));
    CAD_TRY(cad_buf_str(&w->line, "\n"));
    return cad_writer_add(w->file, w->line.data, w->line.len);
}

cad_status cad_corpus_add_line(cad_corpus_writer *w, const cad_buf *line)
{
    assert(line->len <= CAD_CORPUS_LINE);
    CAD_TRY(cad_writer_add(w->file, line->data, line->len));
    return cad_writer_add(w->file, "\n", 1);
}

cad_status cad_corpus_commit(cad_corpus_writer *w)
{
    cad_status s = cad_writer_commit(w->file);
    w->file = NULL;
    cad_corpus_abort(w);
    return s;
}

void cad_corpus_abort(cad_corpus_writer *w)
{
    if (!w)
        return;
    cad_writer_abort(w->file);
    cad_buf_deinit(&w->line);
    cad_mem_free(w);
}
