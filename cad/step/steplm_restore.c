#include "cad/step/steplm_impl.h"

#include "core/mem.h"
#include "core/size.h"
#include "core/utf8.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- lines ---- */

/* Whether str.isspace() holds of all of it. */
static bool is_empty(steplm_span line)
{
    for (size_t at = 0; at < line.len;) {
        uint32_t cp;
        int n = cad_utf8_next(line.s + at, line.len - at, &cp);
        bool blank = cp == ' ' || (cp >= 9 && cp <= 13) || (cp >= 0x1C && cp <= 0x1F) || cp == 0x85 || cp == 0xA0 ||
                     cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 || cp == 0x202F ||
                     cp == 0x205F || cp == 0x3000;
        if (n <= 0 || !blank)
            return false;
        at += (size_t)n;
    }
    return true;
}

/* ---- placeholders ---- */

static size_t number_at(steplm_span t, size_t at, uint64_t *out)
{
    uint64_t v = 0;
    size_t p = at;
    for (; p < t.len && cad_steplm_is_digit(t.s[p]); p++)
        v = v > UINT64_MAX / 10 - 1 ? UINT64_MAX : v * 10 + (uint64_t)(t.s[p] - '0');
    *out = v;
    return p;
}

typedef struct holder {
    steplm_span k; /* its digits, as they are written */
    steplm_span number;
} holder;

/* A line that holds nothing but the number of a placeholder. */
static bool read_holder(steplm_span line, holder *out)
{
    uint64_t v;
    size_t p = cad_steplm_skip_blanks(line.s, 0, line.len);
    if (line.len - p < 2 || memcmp(line.s + p, "/*", 2) != 0)
        return false;
    p = cad_steplm_skip_blanks(line.s, p + 2, line.len);
    if (line.len - p < 3 || memcmp(line.s + p, "ID_", 3) != 0)
        return false;
    size_t from = p + 3;
    p = number_at(line, from, &v);
    out->k = (steplm_span){line.s + from, p - from};
    p = cad_steplm_skip_blanks(line.s, p, line.len);
    if (out->k.len == 0 || p == line.len || line.s[p] != '=')
        return false;
    from = cad_steplm_skip_blanks(line.s, p + 1, line.len);
    p = number_at(line, from, &v);
    out->number = (steplm_span){line.s + from, p - from};
    while (out->number.len > 1 && *out->number.s == '0')
        out->number = (steplm_span){out->number.s + 1, out->number.len - 1};
    p = cad_steplm_skip_blanks(line.s, p, line.len);
    return out->number.len > 0 && line.len - p >= 2 && !memcmp(line.s + p, "*/", 2) &&
           cad_steplm_skip_blanks(line.s, p + 2, line.len) == line.len;
}

static int by_k(const void *a, const void *b)
{
    const holder *x = a, *y = b;
    if (x->k.len != y->k.len)
        return x->k.len < y->k.len ? -1 : 1;
    int c = memcmp(x->k.s, y->k.s, x->k.len);
    return c ? c : (x->k.s > y->k.s) - (x->k.s < y->k.s);
}

typedef struct holders {
    holder *item;
    size_t n;
} holders;

/* Those between text[at..) and the next MDGPR line. */
static cad_status read_holders(cad_arena *a, const char *text, size_t at, size_t len, holders *out)
{
    size_t n = 0, end = at;
    holder h;
    while (end < len) {
        size_t next = end;
        steplm_span line = cad_steplm_next_line(text, &next, len);
        if (cad_steplm_is_mdgpr(line))
            break;
        n += read_holder(line, &h);
        end = next;
    }
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *out->item), "placeholders", &out->item));
    out->n = 0;
    while (at < end)
        if (read_holder(cad_steplm_next_line(text, &at, len), &h))
            out->item[out->n++] = h;
    qsort(out->item, n, sizeof h, by_k);
    return CAD_OK;
}

/* The number that was told last for k; NULL: none. */
static const steplm_span *find_number(const holders *all, steplm_span k)
{
    holder key = {.k = k};
    size_t from = 0, to = all->n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        const holder *h = &all->item[mid];
        if (h->k.len < k.len || (h->k.len == k.len && memcmp(h->k.s, key.k.s, k.len) <= 0))
            from = mid + 1;
        else
            to = mid;
    }
    const holder *h = from > 0 ? &all->item[from - 1] : NULL;
    return h && h->k.len == k.len && !memcmp(h->k.s, k.s, k.len) ? &h->number : NULL;
}

static cad_status replace(const holders *all, steplm_span line, cad_buf *out)
{
    size_t from = 0;
    for (size_t at = 0; (at = cad_steplm_find(line.s, at, line.len, "#ID_")) < line.len;) {
        uint64_t v;
        steplm_span k = {line.s + at + 4, 0};
        size_t end = number_at(line, at + 4, &v);
        k.len = end - at - 4;
        const steplm_span *number =
            k.len > 0 && (end == line.len || !cad_steplm_is_word(line.s, end, line.len)) ? find_number(all, k) : NULL;
        if (number) {
            CAD_TRY(cad_buf_add(out, line.s + from, at - from));
            CAD_TRY(cad_buf_str(out, "#"));
            CAD_TRY(cad_buf_add(out, number->s, number->len));
            from = end;
        }
        at = end;
    }
    return cad_buf_add(out, line.s + from, line.len - from);
}

/* ---- the text ---- */

/* Appends the line without its comments and with LF, unless nothing but blanks is left. */
static cad_status add_bare(steplm_span line, cad_buf *out)
{
    size_t before = out->len, from = 0;
    for (size_t at; (at = cad_steplm_find(line.s, from, line.len, "/*")) < line.len;) {
        size_t end = cad_steplm_find(line.s, at + 2, line.len, "*/");
        if (end == line.len)
            break;
        CAD_TRY(cad_buf_add(out, line.s + from, at - from));
        from = end + 2;
    }
    CAD_TRY(cad_buf_add(out, line.s + from, line.len - from));
    if (is_empty((steplm_span){out->data ? out->data + before : "", out->len - before})) {
        out->len = before;
        return CAD_OK;
    }
    return cad_buf_add(out, "\n", 1);
}

static cad_status restore(cad_arena *a, steplm_span plain, cad_buf *line_room, cad_buf *out)
{
    for (size_t at = 0; at < plain.len;) {
        steplm_span line = cad_steplm_next_line(plain.s, &at, plain.len);
        if (cad_steplm_is_mdgpr(line) && cad_steplm_find(line.s, 0, line.len, "#ID_") < line.len) {
            cad_frame frame = cad_arena_mark(a);
            holders all;
            CAD_TRY(read_holders(a, plain.s, at, plain.len, &all));
            cad_buf_clear(line_room);
            CAD_TRY(replace(&all, line, line_room));
            cad_arena_rewind(a, frame);
            line = (steplm_span){line_room->data, line_room->len};
        }
        CAD_TRY(add_bare(line, out));
    }
    return CAD_OK;
}

cad_status cad_steplm_restore(cad_arena *a, const char *text, size_t len, cad_buf *out)
{
    cad_buf plain = CAD_BUF_INIT, line = CAD_BUF_INIT;
    size_t before = out->len;
    cad_frame frame = cad_arena_mark(a);
    steplm_span whole = {text, len};
    cad_status s = cad_steplm_read_text(&whole, STEPLM_LATIN_1, &plain);
    s = s == CAD_OK ? restore(a, whole, &line, out) : s;
    if (s == CAD_OK && out->len == before) /* no lines: one that is empty */
        s = cad_buf_str(out, "\n");
    cad_buf_deinit(&plain);
    cad_buf_deinit(&line);
    cad_arena_rewind(a, frame);
    return s;
}
