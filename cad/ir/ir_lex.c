#include "cad/ir/ir_lex.h"
#include "core/size.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

size_t cad_lex_space(const char *p, size_t left)
{
    const unsigned char *u = (const unsigned char *)p;
    if (u[0] == ' ' || (u[0] >= 9 && u[0] <= 13))
        return 1;
    if (left >= 2 && u[0] == 0xC2)
        return u[1] == 0x85 || u[1] == 0xA0 ? 2 : 0;
    if (left < 3)
        return 0;
    if (u[0] == 0xE2 && u[1] == 0x80)
        return u[2] <= 0x8A || u[2] == 0xA8 || u[2] == 0xA9 || u[2] == 0xAF ? 3 : 0;
    return (u[0] == 0xE1 && u[1] == 0x9A && u[2] == 0x80) || (u[0] == 0xE2 && u[1] == 0x81 && u[2] == 0x9F) ||
                   (u[0] == 0xE3 && u[1] == 0x80 && u[2] == 0x80)
               ? 3
               : 0;
}

cad_line cad_lex_trim(const char *raw, size_t len)
{
    cad_line l = {raw, raw, 0, len};
    size_t i = 0, n;
    while (i < len && (n = cad_lex_space(raw + i, len - i)) > 0)
        i += n;
    l.s = raw + i;
    size_t last = i;
    while (i < len) {
        n = cad_lex_space(raw + i, len - i);
        i += n ? n : 1;
        if (!n)
            last = i;
    }
    l.len = last - (size_t)(l.s - raw);
    return l;
}

/* Splits [from, to) at white space. */
static int split_plain(const char *from, const char *to, cad_token *out, int n, int cap)
{
    while (from < to) {
        size_t space = cad_lex_space(from, (size_t)(to - from));
        if (space) {
            from += space;
            continue;
        }
        const char *start = from;
        while (from < to && !cad_lex_space(from, (size_t)(to - from)))
            from++;
        if (n < cap)
            out[n++] = (cad_token){start, (size_t)(from - start), CAD_TOKEN_plain};
    }
    return n;
}

/* Where the string that opens at p ends (its closing quote), or NULL.  vcad takes a quote for escaped when the byte before it
 * is a backslash, whatever stands before that. */
static const char *closing_quote(const char *p, const char *end, cad_ir_dialect dialect)
{
    for (const char *q = p + 1; q < end; q++) {
        if (*q == '"' && (dialect == CAD_IR_DIALECT_cadlm || q[-1] != '\\'))
            return q;
        if (*q == '\\' && dialect == CAD_IR_DIALECT_cadlm)
            q++;
    }
    return NULL;
}

int cad_lex_split(cad_line line, cad_ir_dialect dialect, bool quotes, cad_token *out, int cap)
{
    const char *p = line.s, *end = line.s + line.len, *start = p;
    bool comments = dialect == CAD_IR_DIALECT_cadlm, fresh = true;
    int n = 0;
    while (p < end) {
        size_t space = cad_lex_space(p, (size_t)(end - p));
        if (comments && fresh && *p == '#')
            return split_plain(start, p, out, n, cap);
        if (space) {
            p += space;
            fresh = true;
            continue;
        }
        fresh = false;
        if (!quotes || *p != '"' || (dialect == CAD_IR_DIALECT_upstream && p > line.s && p[-1] == '\\')) {
            p++;
            continue;
        }
        n = split_plain(start, p, out, n, cap);
        const char *q = closing_quote(p, end, dialect);
        if (n < cap)
            out[n++] = (cad_token){p, (size_t)((q ? q + 1 : end) - p), q ? CAD_TOKEN_string : CAD_TOKEN_open};
        p = start = q ? q + 1 : end;
    }
    return split_plain(start, end, out, n, cap);
}

int32_t cad_lex_column(cad_line line, const char *at)
{
    int32_t column = 1;
    for (const char *p = line.raw; p < at; p++)
        column += ((unsigned char)*p & 0xC0u) != 0x80u;
    return column;
}

bool cad_lex_is(const cad_token *t, const char *word)
{
    return strlen(word) == t->len && !memcmp(t->s, word, t->len);
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The finite decimal forms of section 2. */
static bool decimal_form(const char *s, size_t n)
{
    size_t i = 0, digits = 0;
    if (i < n && (s[i] == '+' || s[i] == '-'))
        i++;
    for (; i < n && digit(s[i]); i++)
        digits++;
    if (i < n && s[i] == '.')
        for (i++; i < n && digit(s[i]); i++)
            digits++;
    if (digits == 0)
        return false;
    if (i == n)
        return true;
    if (s[i] != 'e' && s[i] != 'E')
        return false;
    i++;
    if (i < n && (s[i] == '+' || s[i] == '-'))
        i++;
    size_t first = i;
    while (i < n && digit(s[i]))
        i++;
    return i == n && i > first;
}

static bool word_form(const char *s, size_t n, double *out)
{
    double sign = 1;
    if (n && (s[0] == '+' || s[0] == '-')) {
        sign = s[0] == '-' ? -1 : 1;
        s++;
        n--;
    }
    static const struct {
        const char *word;
        double value;
    } words[] = {{"nan", (double)NAN}, {"inf", (double)INFINITY}, {"infinity", (double)INFINITY}};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        size_t i = 0;
        while (i < n && words[w].word[i] && (s[i] | 0x20) == words[w].word[i])
            i++;
        if (i == n && !words[w].word[i]) {
            *out = sign * words[w].value;
            return true;
        }
    }
    return false;
}

static locale_t plain_locale;
static pthread_once_t plain_once = PTHREAD_ONCE_INIT;
static void make_plain_locale(void)
{
    plain_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

bool cad_lex_number(const cad_token *t, cad_ir_dialect dialect, double *out)
{
    if (t->kind != CAD_TOKEN_plain || t->len > CAD_IR_MAX_LINE)
        return false;
    if (!decimal_form(t->s, t->len))
        return dialect == CAD_IR_DIALECT_upstream && word_form(t->s, t->len, out);
    char text[CAD_IR_MAX_LINE + 1];
    memcpy(text, t->s, t->len);
    text[t->len] = '\0';
    pthread_once(&plain_once, make_plain_locale);
    double v = plain_locale ? strtod_l(text, NULL, plain_locale) : strtod(text, NULL);
    if (!isfinite(v) && dialect == CAD_IR_DIALECT_cadlm)
        return false;
    *out = v;
    return true;
}

bool cad_lex_unsigned(const cad_token *t, uint64_t limit, uint64_t *out)
{
    size_t i = t->len && t->s[0] == '+' ? 1 : 0;
    uint64_t v = 0;
    if (t->kind != CAD_TOKEN_plain || i == t->len)
        return false;
    for (; i < t->len; i++) {
        if (!digit(t->s[i]))
            return false;
        uint64_t d = (uint64_t)(t->s[i] - '0');
        if (v > (limit - d) / 10)
            return false;
        v = v * 10 + d;
    }
    *out = v;
    return true;
}

cad_status cad_lex_text(const cad_token *t, cad_ir_dialect dialect, cad_arena *a, const char **out, bool *valid)
{
    const char *s = t->s;
    size_t n = t->len, k = 0;
    /* vcad takes any token that begins and ends with a quote for a string, but a lone quote for itself. */
    if (n >= 2 && s[0] == '"' && s[n - 1] == '"') {
        s++;
        n -= 2;
    }
    bool escapes = s != t->s;
    char *text;
    CAD_TRY(cad_arena_alloc(a, cad_size_add(n, 1), "text of a program", &text));
    for (size_t i = 0; i < n; i++) {
        bool pair = escapes && s[i] == '\\' && i + 1 < n;
        if (pair && (s[i + 1] == '"' || (s[i + 1] == '\\' && dialect == CAD_IR_DIALECT_cadlm)))
            i++;
        text[k++] = s[i];
    }
    if (escapes && dialect == CAD_IR_DIALECT_upstream) { /* vcad replaces \" first and \\ after that */
        size_t w = 0;
        for (size_t i = 0; i < k; i++) {
            if (text[i] == '\\' && i + 1 < k && text[i + 1] == '\\')
                i++;
            text[w++] = text[i];
        }
        k = w;
    }
    text[k] = '\0';
    *valid = true;
    for (size_t i = 0; i < k && *valid;) {
        size_t len = cad_diag_utf8(text + i, k - i);
        *valid = len > 0 && text[i] != '\0';
        i += len;
    }
    *out = text;
    return CAD_OK;
}
