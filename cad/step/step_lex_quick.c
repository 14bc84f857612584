/* What most of a file is: tokens of which nothing is to be told, in half the time. */
#include "cad/step/step_lex_impl.h"
#include "cad/step/step_number.h"

#include <string.h>

enum { BEYOND = 8, EXACT_DIGITS = 18 };

static inline void set(cad_step_token *t, cad_step_token_kind kind, uint32_t at, uint32_t len)
{
    t->kind = kind;
    t->at = at;
    t->len = len;
    t->id = 0;
}

/* Of a keyword in upper case; 8 bytes may be read from each of its. */
static inline uint32_t hash_of_upper(const cad_step_lexer *l, const unsigned char *name, uint32_t len)
{
    uint64_t hash = l->secret, eight;
    for (; len > 8; len -= 8, name += 8) {
        memcpy(&eight, name, sizeof eight);
        hash = cad_step_hash_join(hash, eight, l->secret);
    }
    memcpy(&eight, name, sizeof eight);
    eight &= UINT64_MAX >> (64 - 8 * len); /* least byte first, as everywhere cadlm runs */
    hash = cad_step_hash_join(hash, eight, l->secret);
    return cad_step_hash_end(hash);
}

/* A number without an exponent that one operation converts; NULL: none such. */
static inline const unsigned char *quick_number(const unsigned char *p, const unsigned char *end, cad_step_token *t)
{
    uint64_t m = 0;
    unsigned digit;
    bool minus = *p == '-';
    const unsigned char *first = p += minus, *point = NULL;
    for (; p < end && (digit = *p - '0') < 10u; p++)
        m = m * 10 + digit;
    if (p == first || p == end)
        return NULL;
    if (*p == '.') {
        point = ++p;
        for (; p < end && (digit = *p - '0') < 10u; p++)
            m = m * 10 + digit;
    }
    if (p - first > EXACT_DIGITS || p == end || *p == '.' || (*p & 0xDF) == 'E')
        return NULL;
    if (!point) {
        t->kind = CAD_STEP_TOK_INTEGER;
        t->integer = minus ? -(int64_t)m : (int64_t)m;
        return p;
    }
    if (m > (uint64_t)1 << 53)
        return NULL;
    double value = (double)m / cad_step_powers[p - point]; /* see by_arithmetic in step_number.c */
    t->kind = CAD_STEP_TOK_REAL;
    t->real = minus ? -value : value;
    return p;
}

static inline bool quick(cad_step_lexer *l, cad_step_token *t)
{
    const unsigned char *text = (const unsigned char *)l->text, *end = text + l->len, *p = text + l->at, *q;
    while (p < end && cad_step_class[*p] & STEP_BLANK)
        p++;
    if (end - p < BEYOND)
        return false;
    q = p + 1;
    set(t, CAD_STEP_TOK_PUNCTUATION, (uint32_t)(p - text), 1);
    switch (*p) {
    case '(':
    case ')':
    case ',':
    case ';':
    case '=':
    case '$':
    case '*':
        t->mark = (char)*p;
        break;
    case '#':
        if (*q == '0')
            return false;
        for (; q < end && cad_step_class[*q] & STEP_DIGIT; q++)
            t->id = t->id * 10 + (*q - '0');
        if (q == p + 1 || q - p - 1 > l->limits->id_digits || q == end)
            return false;
        t->kind = CAD_STEP_TOK_NAME;
        break;
    case '\'':
        while (q < end && cad_step_class[*q] & STEP_PLAIN)
            q++;
        if (end - q < 2 || *q != '\'' || q[1] == '\'' || q - p - 1 > l->limits->string)
            return false;
        q++;
        t->kind = CAD_STEP_TOK_STRING;
        break;
    case '.':
        while (q < end && cad_step_class[*q] & (STEP_UPPER | STEP_DIGIT))
            q++;
        if (q == end || *q != '.' || !(cad_step_class[p[1]] & STEP_UPPER) || q + 1 - p > l->limits->string)
            return false;
        q++;
        t->kind = CAD_STEP_TOK_ENUM;
        break;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        if (!(q = quick_number(p, end, t)))
            return false;
        break;
    default:
        if (!(cad_step_class[*p] & STEP_UPPER))
            return false;
        while (q < end && cad_step_class[*q] & (STEP_UPPER | STEP_DIGIT))
            q++;
        if (end - q < BEYOND || *q == '-' || cad_step_class[*q] & STEP_LOWER || q - p > l->limits->keyword)
            return false;
        t->kind = CAD_STEP_TOK_KEYWORD;
        t->hash = hash_of_upper(l, p, (uint32_t)(q - p));
    }
    if (q - p > CAD_STEP_LEN_MAX)
        return false;
    t->len = (uint32_t)(q - p);
    l->at = (uint32_t)(q - text);
    return true;
}

bool cad_step_lex_quick(cad_step_lexer *l, cad_step_token *out)
{
    return quick(l, out);
}

cad_status cad_step_lex(cad_step_lexer *l, cad_step_token *out)
{
    return quick(l, out) ? CAD_OK : cad_step_lex_any(l, out);
}
