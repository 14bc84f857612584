#include "model/text/normal.h"

#include "core/mem.h"
#include "core/utf8.h"

#include <string.h>
#include <utf8proc.h>

enum { MOST_PARTS = 8 /* units of one decomposition; 4 is the longest */, SHORT_RUN = 24 };

/* ---- decomposition and order ---- */

static cad_status reserve(cad_units *u, size_t more)
{
    if (u->cap - u->n >= more)
        return CAD_OK;
    size_t cap, bytes;
    CAD_TRY(cad_add(u->n + u->n / 2 + 64, more, "characters", &cap));
    CAD_TRY(cad_mul(cap, sizeof *u->unit, "characters", &bytes));
    CAD_TRY(cad_mem_resize(bytes, "characters", &u->unit));
    CAD_TRY(cad_mem_resize(bytes, "characters", &u->spare));
    u->cap = cap;
    return CAD_OK;
}

static uint32_t class_of(utf8proc_int32_t cp)
{
    return (uint32_t)utf8proc_get_property(cp)->combining_class;
}

cad_status cad_units_add_whole(cad_units *u, uint32_t cp, size_t begin, size_t end)
{
    CAD_TRY(reserve(u, 1));
    u->unit[u->n++] = (cad_unit){cp, 0, begin, end};
    return CAD_OK;
}

cad_status cad_units_add(cad_units *u, const cad_chars *c, uint32_t cp, size_t begin, size_t end)
{
    if (cp < 0xC0 || (cad_chars_of(c, cp) & CAD_CHAR_INERT)) /* nothing below U+00C0 decomposes */
        return cad_units_add_whole(u, cp, begin, end);
    CAD_TRY(reserve(u, MOST_PARTS));
    utf8proc_int32_t part[MOST_PARTS];
    int boundary = 0;
    utf8proc_ssize_t n =
        utf8proc_decompose_char((utf8proc_int32_t)cp, part, MOST_PARTS, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, &boundary);
    if (n < 1 || n > MOST_PARTS)
        CAD_FAIL(CAD_EINTERNAL, "decomposition of U+%04X: %td parts", cp, n);
    for (utf8proc_ssize_t i = 0; i < n; i++)
        u->unit[u->n++] = (cad_unit){(uint32_t)part[i], class_of(part[i]), begin, end};
    return CAD_OK;
}

/* Stable, by combining class; the result is in a. */
static void merge_sort(cad_unit *a, cad_unit *spare, size_t n)
{
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t lo = 0; lo < n; lo += 2 * width) {
            size_t mid = lo + width < n ? lo + width : n, hi = lo + 2 * width < n ? lo + 2 * width : n, i = lo, k = mid;
            for (size_t out = lo; out < hi; out++)
                spare[out] = i < mid && (k >= hi || a[i].combining <= a[k].combining) ? a[i++] : a[k++];
        }
        memcpy(a, spare, n * sizeof *a);
    }
}

static void insertion_sort(cad_unit *a, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        cad_unit u = a[i];
        size_t k = i;
        for (; k > 0 && a[k - 1].combining > u.combining; k--)
            a[k] = a[k - 1];
        a[k] = u;
    }
}

void cad_units_order(cad_units *u, size_t from)
{
    for (size_t i = from; i < u->n;) {
        size_t begin = i;
        while (i < u->n && u->unit[i].combining)
            i++;
        if (i - begin <= SHORT_RUN)
            insertion_sort(u->unit + begin, i - begin);
        else
            merge_sort(u->unit + begin, u->spare + begin, i - begin);
        i += i == begin;
    }
}

void cad_units_deinit(cad_units *u)
{
    cad_mem_free(u->unit);
    cad_mem_free(u->spare);
    *u = (cad_units){0};
}

/* ---- form C ---- */

/* The next character that form C may touch, from `at` on; *out_before = where the one before it begins (`at`: none). */
static size_t next_active(const cad_chars *c, const char *text, size_t len, size_t at, size_t *out_before)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t before = at;
    while (at < len) {
        unsigned n;
        if (s[at] < 0xCC) { /* the first is U+0300 */
            before = at;
            at += s[at] < 0x80 ? 1 : 2;
            continue;
        }
        if (cad_chars_at(c, s + at, &n) & CAD_CHAR_ACTIVE)
            break;
        before = at;
        at += n;
    }
    *out_before = before;
    return at;
}

bool cad_form_c_needed(const cad_chars *c, const char *text, size_t len)
{
    size_t before;
    return next_active(c, text, len, 0, &before) < len;
}

static cad_status add_edit(cad_form_c *f, cad_form_c_edit e)
{
    if (f->n_edits == f->cap_edits) {
        size_t cap = f->cap_edits + f->cap_edits / 2 + 16, bytes;
        CAD_TRY(cad_mul(cap, sizeof *f->edit, "places of a text in form C", &bytes));
        CAD_TRY(cad_mem_resize(bytes, "places of a text in form C", &f->edit));
        f->cap_edits = cap;
    }
    f->edit[f->n_edits++] = e;
    return CAD_OK;
}

/* The bytes of the text that out-character cp was made from: those of the units of its decomposition, the first that are not
 * taken.  A taken unit has no code point any more. */
static cad_form_c_edit source_of(cad_units *u, size_t *first, utf8proc_int32_t cp)
{
    utf8proc_int32_t part[MOST_PARTS];
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char(cp, part, MOST_PARTS, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, &boundary);
    while (*first < u->n && u->unit[*first].cp == CAD_CHARS_END)
        ++*first;
    cad_form_c_edit e = {0, 0, SIZE_MAX, 0, 0};
    size_t k = *first;
    for (utf8proc_ssize_t i = 0; i < n && i < MOST_PARTS; i++) {
        while (k < u->n && u->unit[k].cp != (uint32_t)part[i])
            k++;
        if (k == u->n)
            break;
        e.begin = u->unit[k].begin < e.begin ? u->unit[k].begin : e.begin;
        e.end = u->unit[k].end > e.end ? u->unit[k].end : e.end;
        u->unit[k].cp = CAD_CHARS_END;
    }
    return e;
}

/* text[begin, end), a character and those behind it that may join it or change places. */
static cad_status compose(const cad_chars *c, const char *text, size_t begin, size_t end, bool edits, cad_form_c *f)
{
    cad_units *u = &f->units;
    u->n = 0;
    for (size_t at = begin; at < end;) {
        unsigned n;
        uint32_t cp = cad_chars_decode((const unsigned char *)text + at, &n);
        CAD_TRY(cad_units_add(u, c, cp, at, at + n));
        at += n;
    }
    cad_units_order(u, 0);
    if (f->cap_cp < u->n + 1) {
        size_t bytes;
        CAD_TRY(cad_mul(u->cap + 1, sizeof *f->cp, "characters", &bytes));
        CAD_TRY(cad_mem_resize(bytes, "characters", &f->cp));
        f->cap_cp = u->cap + 1;
    }
    for (size_t i = 0; i < u->n; i++)
        f->cp[i] = (int32_t)u->unit[i].cp;
    utf8proc_ssize_t n =
        utf8proc_normalize_utf32(f->cp, (utf8proc_ssize_t)u->n, (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (n < 0)
        CAD_FAIL(CAD_EINTERNAL, "form C: %s", utf8proc_errmsg(n));
    size_t out_begin = f->text.len, first = 0;
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        char bytes[4];
        size_t len = cad_utf8_put((uint32_t)f->cp[i], bytes);
        CAD_TRY(cad_buf_add(&f->text, bytes, len));
    }
    if (!edits || (f->text.len - out_begin == end - begin && !memcmp(f->text.data + out_begin, text + begin, end - begin)))
        return CAD_OK;
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        char bytes[4];
        cad_form_c_edit e = source_of(u, &first, f->cp[i]);
        e.after = end;
        e.out_begin = out_begin;
        e.out_end = out_begin += cad_utf8_put((uint32_t)f->cp[i], bytes);
        CAD_TRY(add_edit(f, e));
    }
    return CAD_OK;
}

cad_status cad_form_c_make(const cad_chars *c, const char *text, size_t len, bool edits, cad_form_c *f)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t copied = 0, before;
    cad_buf_clear(&f->text);
    f->n_edits = 0;
    for (;;) {
        size_t at = next_active(c, text, len, copied, &before);
        if (at == len)
            break;
        unsigned n;
        /* What an inert character is to newer Unicode must not be seen. */
        size_t begin = before < at && (cad_chars_at(c, s + before, &n) & CAD_CHAR_INERT) ? at : before;
        while (at < len && (cad_chars_at(c, s + at, &n) & CAD_CHAR_ACTIVE))
            at += n;
        CAD_TRY(cad_buf_add(&f->text, text + copied, begin - copied));
        CAD_TRY(compose(c, text, begin, at, edits, f));
        copied = at;
    }
    return cad_buf_add(&f->text, text + copied, len - copied);
}

void cad_form_c_deinit(cad_form_c *f)
{
    cad_buf_deinit(&f->text);
    cad_mem_free(f->edit);
    cad_units_deinit(&f->units);
    cad_mem_free(f->cp);
    *f = (cad_form_c){0};
}
