#include "core/utf8.h"

#include <string.h>

/* Length that a first byte announces, with the range of its second byte; 0: not a first byte. */
static int lead(unsigned char c, unsigned char *lo, unsigned char *hi)
{
    *lo = 0x80;
    *hi = 0xBF;
    if (c < 0x80)
        return 1;
    if (c < 0xC2)
        return 0;
    if (c < 0xE0)
        return 2;
    if (c < 0xF0) {
        if (c == 0xE0)
            *lo = 0xA0;
        if (c == 0xED)
            *hi = 0x9F;
        return 3;
    }
    if (c > 0xF4)
        return 0;
    if (c == 0xF0)
        *lo = 0x90;
    if (c == 0xF4)
        *hi = 0x8F;
    return 4;
}

int cad_utf8_next(const char *text, size_t len, uint32_t *out_cp)
{
    const unsigned char *s = (const unsigned char *)text;
    unsigned char lo, hi;
    int n = lead(s[0], &lo, &hi);
    if (n == 0)
        return 0;
    uint32_t cp = n == 1 ? s[0] : (uint32_t)(s[0] & (0x7F >> n));
    for (int i = 1; i < n; i++) {
        if ((size_t)i >= len)
            return -1;
        if (s[i] < lo || s[i] > hi)
            return 0;
        cp = cp << 6 | (s[i] & 0x3Fu);
        lo = 0x80;
        hi = 0xBF;
    }
    *out_cp = cp;
    return n;
}

size_t cad_utf8_check(const char *text, size_t len)
{
    size_t i = 0;
    while (i < len) {
        uint32_t cp;
        uint64_t eight;
        if (len - i >= sizeof eight && (memcpy(&eight, text + i, sizeof eight), (eight & 0x8080808080808080u) == 0)) {
            i += sizeof eight;
            continue;
        }
        int n = (unsigned char)text[i] < 0x80 ? 1 : cad_utf8_next(text + i, len - i, &cp);
        if (n <= 0)
            return i;
        i += (size_t)n;
    }
    return len;
}

size_t cad_utf8_cut(const char *text, size_t len)
{
    for (size_t back = 1; back <= 3 && back <= len; back++) {
        uint32_t cp;
        if (((unsigned char)text[len - back] & 0xC0u) != 0x80u)
            return cad_utf8_next(text + len - back, back, &cp) < 0 ? len - back : len;
    }
    return len;
}

size_t cad_utf8_put(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (cp & 0x3F));
        cp >>= 6;
    }
    out[0] = (char)((0xF00u >> n & 0xFF) | cp);
    return n;
}

cad_status cad_utf8_lossy(const char *text, size_t len, cad_buf *out)
{
    while (len > 0) {
        size_t good = cad_utf8_check(text, len), broken = 1;
        CAD_TRY(cad_buf_add(out, text, good));
        text += good;
        len -= good;
        if (len == 0)
            break;
        uint32_t cp;
        while (broken < len && cad_utf8_next(text, broken + 1, &cp) < 0)
            broken++;
        CAD_TRY(cad_buf_str(out, "\xEF\xBF\xBD"));
        text += broken;
        len -= broken;
    }
    return CAD_OK;
}

size_t cad_utf8_escape_next(const char *text, size_t len, char out[CAD_UTF8_ESCAPED], size_t *out_len)
{
    static const char digit[] = "0123456789abcdef";
    uint32_t c = 0;
    int size = cad_utf8_next(text, len, &c);
    size_t taken = size > 0 ? (size_t)size : 1, n = 0;
    if (size > 0 && c >= 0x20 && !(c >= 0x7F && c < 0xA0)) {
        memcpy(out, text, taken);
        n = taken;
    } else if (c == '\n' || c == '\t') {
        out[n++] = '\\';
        out[n++] = c == '\n' ? 'n' : 't';
    } else {
        for (size_t i = 0; i < taken; i++) {
            unsigned char byte = (unsigned char)text[i];
            out[n++] = '\\';
            out[n++] = 'x';
            out[n++] = digit[byte >> 4];
            out[n++] = digit[byte & 15];
        }
    }
    *out_len = n;
    return taken;
}

cad_status cad_utf8_escape(const char *text, size_t len, cad_buf *out)
{
    for (size_t at = 0; at < len;) {
        char piece[CAD_UTF8_ESCAPED];
        size_t n;
        at += cad_utf8_escape_next(text + at, len - at, piece, &n);
        CAD_TRY(cad_buf_add(out, piece, n));
    }
    return CAD_OK;
}

bool cad_text_is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}
