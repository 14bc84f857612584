/* dataprep/corpus_row.h, files: rows read and written. */
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/path.h"
#include "core/size.h"
#include "dataprep/corpus_row.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { READ_CHUNK = 1 << 16 };

struct cad_corpus_reader {
    cad_file *file;
    json_t *header;
    uint64_t offset;  /* of the next byte to read from the file */
    uint64_t line_at; /* of the line in `line` */
    char *chunk;      /* READ_CHUNK bytes, chunk_len of them valid, chunk_pos consumed */
    size_t chunk_len, chunk_pos;
    cad_buf line;
    long line_no;
    int64_t rows, left; /* of the share; still to come */
    bool shared;        /* they count */
    char where[4200];   /* file and line of the row */
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

/* The next line that is not empty. */
static cad_status next_full_line(cad_corpus_reader *r, bool *more)
{
    do {
        CAD_TRY(next_line(r, more));
    } while (*more && !r->line.len);
    return CAD_OK;
}

static cad_status next_object(cad_corpus_reader *r, json_t **out, bool *more)
{
    *more = !r->shared || r->left > 0;
    if (*more)
        CAD_TRY(next_full_line(r, more));
    if (!*more)
        return CAD_OK;
    r->left -= r->shared;
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

static cad_status count_rows(const cad_corpus_reader *r, int64_t *out)
{
    char *chunk = NULL;
    int64_t lines = 0;
    CAD_TRY(cad_mem_alloc(READ_CHUNK, "corpus read buffer", &chunk));
    cad_status s = count_lines(r->file, chunk, &lines);
    cad_mem_free(chunk);
    *out = lines - 1;
    return s;
}

static cad_status take_share(cad_corpus_reader *r, cad_shard shard)
{
    int64_t n = 0, first = 0, end = 0;
    bool more = true;
    CAD_TRY(count_rows(r, &n));
    cad_shard_range(shard, n, &first, &end);
    for (int64_t i = 0; more && i < first; i++)
        CAD_TRY(next_full_line(r, &more));
    r->rows = r->left = end - first;
    r->shared = true;
    return CAD_OK;
}

cad_status cad_corpus_open_share(const char *path, cad_shard shard, cad_corpus_reader **out)
{
    cad_corpus_reader *r = NULL;
    CAD_TRY(cad_corpus_open(path, &r));
    cad_status s = shard.of ? take_share(r, shard) : CAD_OK;
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

cad_status cad_corpus_progress(const cad_corpus_reader *r, const char *label, cad_progress **out)
{
    int64_t rows = r->rows;
    if (!r->shared)
        CAD_TRY(count_rows(r, &rows));
    CAD_TRY(cad_progress_create(label, 0, rows, 0, out));
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
    uint64_t at; /* bytes before `line` */
};

/* Writes `line`, which ends here. */
static cad_status end_line(cad_corpus_writer *w)
{
    CAD_TRY(cad_buf_str(&w->line, "\n"));
    return cad_writer_add(w->file, w->line.data, w->line.len);
}

static void next_row(cad_corpus_writer *w)
{
    w->at += w->line.len;
    cad_buf_clear(&w->line);
}

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
        s = end_line(w);
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
    next_row(w);
    CAD_TRY(cad_row_print(row, &w->line));
    return end_line(w);
}

cad_status cad_corpus_add_object(cad_corpus_writer *w, const json_t *row)
{
    next_row(w);
    CAD_TRY(cad_json_print(row, &w->line));
    return end_line(w);
}

void cad_corpus_written(const cad_corpus_writer *w, uint64_t *at, size_t *len)
{
    *at = w->at;
    *len = w->line.len - 1;
}

cad_status cad_corpus_add_line(cad_corpus_writer *w, const cad_buf *line)
{
    assert(line->len <= CAD_CORPUS_LINE);
    next_row(w);
    w->at += line->len + 1;
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
