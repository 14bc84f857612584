#include "dataprep/json_items.h"

#include "core/fs.h"
#include "core/mem.h"

#include <inttypes.h>
#include <string.h>

enum { CHUNK = 1 << 16 };

struct cad_json_items {
    cad_file *file;
    uint64_t offset; /* of the next byte to read from the file */
    size_t len, at;  /* of chunk: bytes in it; consumed */
    int64_t line;
    bool array, ended;
    bool begun; /* an array: an element is read */
    char chunk[CHUNK];
};

/* The next byte, or -1 at the end. */
static cad_status peek(cad_json_items *r, int *out)
{
    if (r->at == r->len) {
        uint64_t left = cad_file_size(r->file) - r->offset;
        size_t n = left < CHUNK ? (size_t)left : CHUNK;
        if (n > 0)
            CAD_TRY(cad_file_read_at(r->file, r->offset, r->chunk, n));
        r->offset += n;
        r->len = n;
        r->at = 0;
    }
    *out = r->len == 0 ? -1 : (unsigned char)r->chunk[r->at];
    return CAD_OK;
}

static void skip(cad_json_items *r)
{
    r->line += r->chunk[r->at++] == '\n';
}

static cad_status skip_blanks(cad_json_items *r, int *c)
{
    CAD_TRY(peek(r, c));
    while (*c == ' ' || *c == '\t' || *c == '\r' || *c == '\n') {
        skip(r);
        CAD_TRY(peek(r, c));
    }
    return CAD_OK;
}

static cad_status begin(cad_json_items *r)
{
    int c;
    CAD_TRY(peek(r, &c));
    if (r->len >= 3 && !memcmp(r->chunk, "\xef\xbb\xbf", 3))
        r->at = 3;
    CAD_TRY(skip_blanks(r, &c));
    if (c < 0)
        CAD_FAIL(CAD_ENOTFOUND, "%s: nothing in it; expected a JSON array or JSON lines", cad_file_path(r->file));
    r->array = c == '[';
    if (r->array)
        skip(r);
    return CAD_OK;
}

cad_status cad_json_items_open(const char *path, cad_json_items **out)
{
    cad_json_items *r = NULL;
    CAD_TRY(cad_mem_alloc(sizeof *r, "JSON reader", &r));
    r->line = 1;
    cad_status s = cad_file_open(path, &r->file);
    if (s == CAD_OK)
        s = begin(r);
    if (s != CAD_OK) {
        cad_json_items_close(r);
        return s;
    }
    *out = r;
    return CAD_OK;
}

static cad_status check_room(const cad_json_items *r, const cad_buf *text, size_t from, int64_t line)
{
    if (text->len - from > CAD_JSON_ITEM)
        CAD_FAIL(CAD_EDATA, "%s:%" PRId64 ": an item of more than %d MiB", cad_file_path(r->file), line, CAD_JSON_ITEM >> 20);
    return CAD_OK;
}

/* An element up to the brace that closes it; what stands in strings does not count. */
static cad_status take_element(cad_json_items *r, cad_buf *text, int64_t line)
{
    int depth = 0, c;
    bool string = false, escaped = false;
    size_t from = text->len;
    do {
        CAD_TRY(peek(r, &c));
        if (c < 0)
            CAD_FAIL(CAD_EDATA, "%s:%" PRId64 ": the file ends inside the element that begins here", cad_file_path(r->file),
                     line);
        size_t begin = r->at;
        do { /* as much of the chunk as belongs to it */
            char b = r->chunk[r->at];
            r->line += b == '\n';
            if (string) {
                string = escaped || b != '"';
                escaped = !escaped && b == '\\';
            } else {
                string = b == '"';
                depth += (b == '{' || b == '[') - (b == '}' || b == ']');
            }
            r->at++;
        } while (r->at < r->len && depth > 0);
        CAD_TRY(cad_buf_add(text, r->chunk + begin, r->at - begin));
        CAD_TRY(check_room(r, text, from, line));
    } while (depth > 0);
    return CAD_OK;
}

/* The { of the next element, behind its comma, or the ] of the end. */
static cad_status find_element(cad_json_items *r, int *c)
{
    const char *expected = "an object of the array, or its end";
    CAD_TRY(skip_blanks(r, c));
    if (*c == ']' || (*c == '{' && !r->begun))
        return CAD_OK;
    if (*c == ',' && r->begun) {
        expected = "an object behind the comma";
        skip(r);
        CAD_TRY(skip_blanks(r, c));
        if (*c == '{')
            return CAD_OK;
    } else if (r->begun) {
        expected = "a comma and an object of the array, or its end";
    }
    if (*c < 0)
        CAD_FAIL(CAD_EDATA, "%s:%" PRId64 ": the file ends before the ] of its array", cad_file_path(r->file), r->line);
    CAD_FAIL(CAD_EDATA, "%s:%" PRId64 ": found byte 0x%02x; expected %s", cad_file_path(r->file), r->line, (unsigned)*c,
             expected);
}

static cad_status next_element(cad_json_items *r, cad_buf *text, int64_t *line, bool *more)
{
    int c;
    *more = false;
    if (r->ended)
        return CAD_OK;
    CAD_TRY(find_element(r, &c));
    *line = r->line;
    *more = r->begun = c == '{';
    if (*more)
        return take_element(r, text, *line);
    skip(r);
    r->ended = true;
    CAD_TRY(skip_blanks(r, &c));
    if (c >= 0)
        CAD_FAIL(CAD_EDATA, "%s:%" PRId64 ": text behind the end of the array", cad_file_path(r->file), r->line);
    return CAD_OK;
}

static cad_status next_line(cad_json_items *r, cad_buf *text, int64_t *line, bool *more)
{
    int c;
    CAD_TRY(skip_blanks(r, &c));
    *line = r->line;
    *more = c >= 0;
    size_t from = text->len;
    while (c >= 0 && c != '\n') {
        const char *at = r->chunk + r->at, *lf = memchr(at, '\n', r->len - r->at);
        size_t n = lf ? (size_t)(lf - at) : r->len - r->at;
        CAD_TRY(cad_buf_add(text, at, n));
        CAD_TRY(check_room(r, text, from, *line));
        r->at += n;
        CAD_TRY(peek(r, &c));
    }
    return CAD_OK;
}

cad_status cad_json_items_next(cad_json_items *r, cad_buf *text, int64_t *line, bool *more)
{
    return r->array ? next_element(r, text, line, more) : next_line(r, text, line, more);
}

uint64_t cad_json_items_size(const cad_json_items *r)
{
    return cad_file_size(r->file);
}

uint64_t cad_json_items_at(const cad_json_items *r)
{
    return r->offset - (r->len - r->at);
}

bool cad_json_items_array(const cad_json_items *r)
{
    return r->array;
}

void cad_json_items_close(cad_json_items *r)
{
    if (!r)
        return;
    cad_file_close(r->file);
    cad_mem_free(r);
}
