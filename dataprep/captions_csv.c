#include "dataprep/captions_csv.h"

#include "core/fs.h"
#include "core/mem.h"
#include "core/size.h"
#include "core/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIELDS = 3, SHOWN = 40 };
static const size_t MAX_FILE = (size_t)1 << 30;
static const char HEADER[] = "model_id,isDescribable,description", BOM[] = "\xef\xbb\xbf";

typedef struct reader {
    const char *where, *text;
    size_t len, at, begin; /* begin: of the line that `at` is in */
    uint32_t line;
    cad_captions *out;
} reader;

/* ---- fields ---- */

static cad_status wrong(const reader *r, size_t at, const char *what)
{
    return cad_fail(CAD_EDATA, "%s:%u:%zu: %s", r->where, r->line, at - r->begin + 1, what);
}

/* The same for a place that lies before `at`, perhaps some lines above. */
static cad_status wrong_at(const reader *r, uint32_t line, size_t column, const char *what)
{
    return cad_fail(CAD_EDATA, "%s:%u:%zu: %s", r->where, line, column, what);
}

static bool at_end(const reader *r)
{
    return r->at == r->len;
}

/* Length of the line end at `at`, 0 where there is none. */
static size_t line_end(const reader *r)
{
    if (at_end(r))
        return 0;
    if (r->text[r->at] == '\n')
        return 1;
    return r->text[r->at] == '\r' && r->at + 1 < r->len && r->text[r->at + 1] == '\n' ? 2 : 0;
}

static void next_line(reader *r, size_t bytes)
{
    r->at += bytes;
    r->begin = r->at;
    r->line++;
}

static cad_status quoted_field(reader *r, cad_buf *out)
{
    uint32_t line = r->line;
    size_t column = r->at - r->begin + 1;
    r->at++;
    for (;;) {
        size_t from = r->at;
        while (!at_end(r) && r->text[r->at] != '"' && r->text[r->at] != '\n' && r->text[r->at] != '\0')
            r->at++;
        CAD_TRY(cad_buf_add(out, r->text + from, r->at - from));
        if (at_end(r))
            return wrong_at(r, line, column, "this quote is never closed; expected \" before the end of the file");
        if (r->text[r->at] == '\0')
            return wrong(r, r->at, "a NUL byte; expected text");
        if (r->text[r->at] == '\n') {
            CAD_TRY(cad_buf_str(out, "\n"));
            next_line(r, 1);
        } else if (r->at + 1 < r->len && r->text[r->at + 1] == '"') {
            CAD_TRY(cad_buf_str(out, "\""));
            r->at += 2;
        } else {
            r->at++;
            break;
        }
    }
    if (!at_end(r) && r->text[r->at] != ',' && !line_end(r))
        return wrong(r, r->at, "text behind a closing quote; expected a comma, the end of the line, or \"\" for a quote");
    return CAD_OK;
}

static cad_status plain_field(reader *r, cad_buf *out)
{
    size_t from = r->at;
    for (; !at_end(r) && r->text[r->at] != ',' && !line_end(r); r->at++) {
        if (r->text[r->at] == '"')
            return wrong(r, r->at, "a quote inside a field; expected the whole field in quotes, and this one doubled");
        if (r->text[r->at] == '\r')
            return wrong(r, r->at, "CR without LF; expected lines that end in LF or CRLF");
        if (r->text[r->at] == '\0')
            return wrong(r, r->at, "a NUL byte; expected text");
    }
    return cad_buf_add(out, r->text + from, r->at - from);
}

/* The fields of a line, each followed by a NUL in *out; start[k] is where the k-th begins. */
static cad_status take_line(reader *r, cad_buf *out, size_t start[FIELDS])
{
    uint32_t line = r->line;
    for (int k = 0;; k++) {
        if (k == FIELDS)
            return wrong(r, r->at,
                         "a fourth field; expected model_id,isDescribable,description (a text with commas in quotes)");
        start[k] = out->len;
        CAD_TRY(!at_end(r) && r->text[r->at] == '"' ? quoted_field(r, out) : plain_field(r, out));
        CAD_TRY(cad_buf_add(out, "", 1));
        if (!at_end(r) && r->text[r->at] == ',') {
            r->at++;
            continue;
        }
        if (k < FIELDS - 1)
            return cad_fail(CAD_EDATA, "%s:%u:%zu: the line that begins at %u has %d of the %d fields %s", r->where, r->line,
                            r->at - r->begin + 1, line, k + 1, FIELDS, HEADER);
        break;
    }
    if (!at_end(r))
        next_line(r, line_end(r));
    return CAD_OK;
}

/* ---- rows ---- */

/* The first value is the one that counts as describable, however it is written. */
static void count_value(cad_captions *c, const char *text, uint32_t *out)
{
    char cut[SHOWN + 1] = "true";
    bool describable = !strcasecmp(text, cut);
    uint32_t k = !describable;
    if (c->n_values == 0)
        c->value[c->n_values++] = (cad_caption_value){.text = "true"};
    if (!describable)
        snprintf(cut, sizeof cut, "%.*s", (int)cad_utf8_cut(text, strnlen(text, SHOWN)), text);
    while (!describable && k < c->n_values && strcmp(c->value[k].text, cut) != 0)
        k++;
    if (k == CAD_CAPTION_VALUES)
        k--; /* more spellings than anybody reads */
    if (k == c->n_values) {
        memcpy(c->value[k].text, cut, sizeof cut);
        if (++c->n_values == CAD_CAPTION_VALUES)
            snprintf(c->value[k].text, sizeof c->value[k].text, "(others)");
    }
    c->value[k].rows++;
    *out = k;
}

static cad_status add_row(reader *r, uint32_t line, size_t column, cad_buf *field, const size_t start[FIELDS])
{
    cad_captions *c = r->out;
    const char *id = field->data + start[0], *text = field->data + start[2];
    if (!*id)
        return wrong_at(r, line, column, "the model_id is empty");
    if (c->n == c->cap) {
        uint32_t more = c->cap ? c->cap * 2 : 4096;
        if (c->cap >= UINT32_MAX / 2)
            CAD_FAIL(CAD_EDATA, "%s:%u: more than %u rows", r->where, line, c->cap);
        CAD_TRY(cad_mem_resize(cad_size_mul(more, sizeof *c->row), "captions", &c->row));
        c->cap = more;
    }
    cad_caption_row *row = &c->row[c->n];
    *row = (cad_caption_row){.at = c->text.len, .line = line};
    CAD_TRY(cad_buf_add(&c->text, id, strlen(id) + 1));
    CAD_TRY(cad_buf_add(&c->text, text, strlen(text) + 1));
    count_value(c, field->data + start[1], &row->value);
    c->n++;
    return CAD_OK;
}

static cad_status take_header(reader *r, cad_buf *field)
{
    size_t start[FIELDS];
    if (r->len >= 3 && !memcmp(r->text, BOM, 3))
        r->at = r->begin = 3; /* columns count from behind it */
    if (at_end(r))
        CAD_FAIL(CAD_ENOTFOUND, "%s: empty; expected captions with the header %s", r->where, HEADER);
    const char *line = r->text + r->at;
    size_t n = 0;
    while (r->at + n < r->len && line[n] != '\r' && line[n] != '\n' && line[n])
        n++;
    if (*line == '{' || *line == '[')
        CAD_FAIL(CAD_EDATA,
                 "%s: rows of JSON, no list of captions; expected CSV with the header %s\nhint: cadprep import %s -o "
                 "OUT.jsonl takes such rows",
                 r->where, HEADER, r->where);
    cad_status s = take_line(r, field, start);
    if (s == CAD_EDATA ||
        (s == CAD_OK && (strcmp(field->data, "model_id") != 0 || strcmp(field->data + start[1], "isDescribable") != 0 ||
                         strcmp(field->data + start[2], "description") != 0))) {
        cad_buf shown = CAD_BUF_INIT;
        s = cad_utf8_escape(line, n < SHOWN ? cad_utf8_cut(line, n) : cad_utf8_cut(line, SHOWN), &shown);
        if (s == CAD_OK)
            s = cad_fail(CAD_EDATA, "%s:1:1: the first line is '%s'; expected %s", r->where, cad_buf_cstr(&shown), HEADER);
        cad_buf_deinit(&shown);
    }
    return s;
}

static cad_status take_rows(reader *r, cad_buf *field)
{
    while (!at_end(r)) {
        size_t start[FIELDS], empty = line_end(r), column = r->at - r->begin + 1;
        uint32_t line = r->line;
        if (empty) {
            next_line(r, empty);
            continue;
        }
        cad_buf_clear(field);
        CAD_TRY(take_line(r, field, start));
        CAD_TRY(add_row(r, line, column, field, start));
    }
    if (r->out->n == 0)
        CAD_FAIL(CAD_ENOTFOUND, "%s: zero rows behind the header", r->where);
    return CAD_OK;
}

static cad_status check_utf8(const reader *r)
{
    size_t bad = cad_utf8_check(r->text, r->len), begin = 0;
    uint32_t line = 1;
    if (bad == r->len)
        return CAD_OK;
    for (size_t i = 0; i < bad; i++)
        if (r->text[i] == '\n') {
            line++;
            begin = i + 1;
        }
    CAD_FAIL(CAD_EDATA, "%s:%u:%zu: byte 0x%02x is no UTF-8", r->where, line, bad - begin + 1, (unsigned char)r->text[bad]);
}

static int by_id(const void *a, const void *b, void *ctx)
{
    const cad_captions *c = ctx;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = strcmp(cad_captions_id(c, x), cad_captions_id(c, y));
    return order ? order : (x > y) - (x < y);
}

static cad_status sort_rows(cad_captions *c)
{
    CAD_TRY(cad_mem_alloc(cad_size_mul(c->n, sizeof *c->by_id), "captions", &c->by_id));
    for (uint32_t i = 0; i < c->n; i++)
        c->by_id[i] = i;
    qsort_r(c->by_id, c->n, sizeof *c->by_id, by_id, c);
    return CAD_OK;
}

cad_status cad_captions_parse(const char *where, const char *text, size_t len, cad_captions *out)
{
    reader r = {.where = where, .text = text, .len = len, .line = 1, .out = out};
    cad_buf field = CAD_BUF_INIT;
    *out = (cad_captions){0};
    CAD_TRY(check_utf8(&r));
    cad_status s = take_header(&r, &field);
    if (s == CAD_OK)
        s = take_rows(&r, &field);
    cad_buf_deinit(&field);
    return s == CAD_OK ? sort_rows(out) : s;
}

cad_status cad_captions_read(const char *path, cad_captions *out)
{
    cad_buf text = CAD_BUF_INIT;
    *out = (cad_captions){0};
    CAD_TRY(cad_fs_read(path, MAX_FILE, &text));
    cad_status s = cad_captions_parse(path, cad_buf_cstr(&text), text.len, out);
    cad_buf_deinit(&text);
    return s;
}

void cad_captions_deinit(cad_captions *c)
{
    cad_buf_deinit(&c->text);
    cad_mem_free(c->row);
    cad_mem_free(c->by_id);
    *c = (cad_captions){0};
}

const char *cad_captions_id(const cad_captions *c, uint32_t row)
{
    return c->text.data + c->row[row].at;
}

const char *cad_captions_text(const cad_captions *c, uint32_t row)
{
    const char *id = cad_captions_id(c, row);
    return id + strlen(id) + 1;
}

bool cad_captions_describable(const cad_captions *c, uint32_t row)
{
    return c->row[row].value == 0;
}

bool cad_captions_is(const char *path)
{
    char head[3 + sizeof HEADER];
    cad_file *f = NULL;
    size_t n = sizeof HEADER - 1;
    if (cad_file_open(path, &f) != CAD_OK)
        return false;
    uint64_t size = cad_file_size(f);
    size_t have = size < n + 3 ? (size_t)size : n + 3;
    bool is = cad_file_read_at(f, 0, head, have) == CAD_OK;
    cad_file_close(f);
    size_t skip = have >= 3 && !memcmp(head, BOM, 3) ? 3 : 0;
    return is && have >= skip + n && !memcmp(head + skip, HEADER, n);
}
