#include "cad/step/steplm_impl.h"

#include "core/utf8.h"

#include <utf8proc.h>

bool cad_steplm_is_letter(const char *text, size_t at, size_t len)
{
    uint32_t cp;
    if (cad_utf8_next(text + at, len - at, &cp) <= 0)
        return false;
    utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)cp);
    return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) || (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO);
}

size_t cad_steplm_find(const char *text, size_t at, size_t len, const char *word)
{
    const char *p = at < len ? memmem(text + at, len - at, word, strlen(word)) : NULL;
    return p ? (size_t)(p - text) : len;
}

bool cad_steplm_next_token(steplm_span text, size_t at, size_t *out_at, uint64_t *out_id, size_t *out_end)
{
    while ((at = cad_steplm_find_char(text.s, at, text.len, '#')) < text.len) {
        if (cad_steplm_id(text.s, at, text.len, out_id, out_end) &&
            (*out_end == text.len || !cad_steplm_is_word(text.s, *out_end, text.len))) {
            *out_at = at;
            return true;
        }
        at++;
    }
    return false;
}

bool cad_steplm_is_mdgpr(steplm_span line)
{
    static const char type[] = "MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION";
    const size_t n = sizeof type - 1;
    uint64_t id;
    size_t p = cad_steplm_skip_blanks(line.s, 0, line.len);
    if (!cad_steplm_id(line.s, p, line.len, &id, &p))
        return false;
    p = cad_steplm_skip_blanks(line.s, p, line.len);
    if (p == line.len || line.s[p] != '=')
        return false;
    p = cad_steplm_skip_blanks(line.s, p + 1, line.len);
    if (line.len - p < n || memcmp(line.s + p, type, n) != 0)
        return false;
    p = cad_steplm_skip_blanks(line.s, p + n, line.len);
    return p < line.len && line.s[p] == '(';
}

/* How long the end of a line is that splitlines sees at text[at]; 0: none. */
static size_t line_end(const char *text, size_t at, size_t len)
{
    unsigned char c = (unsigned char)text[at];
    if (c == '\n' || c == 0x0B || c == 0x0C || (c >= 0x1C && c <= 0x1E))
        return 1;
    if (c == 0xC2 && at + 1 < len && (unsigned char)text[at + 1] == 0x85)
        return 2;
    if (c == 0xE2 && at + 2 < len && (unsigned char)text[at + 1] == 0x80 && ((unsigned char)text[at + 2] & 0xFE) == 0xA8)
        return 3;
    return 0;
}

steplm_span cad_steplm_next_line(const char *text, size_t *at, size_t len)
{
    size_t from = *at, n = 0, p = from;
    while (p < len && (n = line_end(text, p, len)) == 0)
        p++;
    *at = p + n;
    return (steplm_span){text + from, p - from};
}

static cad_status add_latin_1(steplm_span text, cad_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c[4];
        CAD_TRY(cad_buf_add(out, c, (size_t)cad_utf8_put((unsigned char)text.s[i], c)));
    }
    return CAD_OK;
}

static cad_status add_utf8(steplm_span text, cad_buf *out)
{
    for (size_t at = 0; at < text.len; at++) {
        size_t good = cad_utf8_check(text.s + at, text.len - at);
        CAD_TRY(cad_buf_add(out, text.s + at, good));
        at += good;
    }
    return CAD_OK;
}

cad_status cad_steplm_read_text(steplm_span *text, int bad_bytes, cad_buf *room)
{
    bool good = cad_utf8_check(text->s, text->len) == text->len;
    if (good && cad_steplm_find_char(text->s, 0, text->len, '\r') == text->len)
        return CAD_OK;
    CAD_TRY(cad_buf_reserve(room, text->len));
    for (size_t at = 0; at < text->len;) {
        size_t end = cad_steplm_find_char(text->s, at, text->len, '\r');
        steplm_span part = {text->s + at, end - at};
        if (good)
            CAD_TRY(cad_buf_add(room, part.s, part.len));
        else
            CAD_TRY(bad_bytes == STEPLM_LATIN_1 ? add_latin_1(part, room) : add_utf8(part, room));
        at = end + 1;
        if (end == text->len)
            break;
        CAD_TRY(cad_buf_add(room, "\n", 1));
        at += at < text->len && text->s[at] == '\n';
    }
    *text = (steplm_span){room->data, room->len};
    return CAD_OK;
}
