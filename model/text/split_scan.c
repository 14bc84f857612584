#include "model/text/split_scan.h"

#include <stdbool.h>
#include <string.h>

#define HEAD "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
#define TAIL "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

enum { KIND = CAD_CHAR_LETTER | CAD_CHAR_NUMBER | CAD_CHAR_SPACE }; /* none of them: a sign */

static const char one[] = HEAD "\\p{N}" TAIL, three[] = HEAD "\\p{N}{1,3}" TAIL;

const char *cad_split_scan_pattern(int digits)
{
    return digits == 1 ? one : three;
}

int cad_split_scan_digits(const char *pattern, size_t len)
{
    if (len == sizeof one - 1 && !memcmp(pattern, one, len))
        return 1;
    return len == sizeof three - 1 && !memcmp(pattern, three, len) ? 3 : 0;
}

static bool is_newline(unsigned char c)
{
    return c == '\r' || c == '\n';
}

/* (?i:'s|'t|'re|'ve|'m|'ll|'d) behind the apostrophe: its bytes, 0: none.  U+017F is an s of another case. */
static size_t contraction(const unsigned char *s, size_t len)
{
    if (len == 0)
        return 0;
    unsigned a = s[0] | 0x20u, b = len > 1 ? s[1] | 0x20u : 0;
    if (a == 's' || a == 't' || a == 'm' || a == 'd')
        return 1;
    if ((b == 'e' && (a == 'r' || a == 'v')) || (a == 'l' && b == 'l'))
        return 2;
    return len > 1 && s[0] == 0xC5 && s[1] == 0xBF ? 2 : 0;
}

/* The end of the characters from `at` on that have `bits` among KIND. */
static size_t run_of(const cad_chars *c, const unsigned char *s, size_t len, size_t at, unsigned bits)
{
    unsigned n;
    while (at < len && (cad_chars_at(c, s + at, &n) & KIND) == bits)
        at += n;
    return at;
}

/* Signs, and the line ends behind them. */
static size_t signs(const cad_chars *c, const unsigned char *s, size_t len, size_t at)
{
    at = run_of(c, s, len, at, 0);
    while (at < len && is_newline(s[at]))
        at++;
    return at;
}

/* Blanks: up to the last line end among them; else all but the last where more text follows, so that it joins a word. */
static size_t blanks(const cad_chars *c, const unsigned char *s, size_t len, size_t at)
{
    size_t line = 0, last = at, i = at;
    unsigned n;
    while (i < len && (cad_chars_at(c, s + i, &n) & CAD_CHAR_SPACE)) {
        last = i;
        i += n;
        if (is_newline(s[last]))
            line = i;
    }
    if (line)
        return line;
    return i < len && last > at ? last : i;
}

size_t cad_split_scan(const cad_chars *c, const char *text, size_t len, size_t at, int digits)
{
    const unsigned char *s = (const unsigned char *)text;
    unsigned n, m = 0;
    if (s[at] == '\'') {
        size_t more = contraction(s + at + 1, len - at - 1);
        if (more)
            return at + 1 + more;
    }
    unsigned kind = cad_chars_at(c, s + at, &n) & KIND;
    size_t next = at + n;
    if (kind == CAD_CHAR_LETTER)
        return run_of(c, s, len, next, CAD_CHAR_LETTER);
    if (kind == CAD_CHAR_NUMBER) {
        for (int i = 1; i < digits && next < len && (cad_chars_at(c, s + next, &n) & KIND) == CAD_CHAR_NUMBER; i++)
            next += n;
        return next;
    }
    unsigned follows = next < len ? cad_chars_at(c, s + next, &m) & KIND : CAD_CHAR_SPACE;
    if (follows == CAD_CHAR_LETTER && !is_newline(s[at]))
        return run_of(c, s, len, next + m, CAD_CHAR_LETTER);
    if (kind == 0)
        return signs(c, s, len, next);
    if (s[at] == ' ' && follows == 0)
        return signs(c, s, len, next + m);
    return blanks(c, s, len, at);
}
