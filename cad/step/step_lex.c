#include "cad/step/step_lex_impl.h"

#include "cad/step/step_number.h"
#include "cad/step/step_text.h"
#include "core/hash.h"

#include <stdio.h>
#include <string.h>

/* ---- characters ---- */

#define U (STEP_UPPER | STEP_PLAIN)
#define W (STEP_LOWER | STEP_PLAIN)
#define D (STEP_DIGIT | STEP_PLAIN)
#define P STEP_PLAIN
/* clang-format off: sixteen in a row */
const unsigned char cad_step_class[256] = {
    0, 0, 0,          0, 0, 0, 0, 0, 0, STEP_BLANK, STEP_BLANK,
    0, 0, STEP_BLANK, 0, 0, 0, 0, 0, 0, 0,          0,
    0, 0, 0,          0, 0, 0, 0, 0, 0, 0,          STEP_BLANK | STEP_PLAIN,
    P, P, P,          P, P, P, 0, P, P, P,          P,
    P, P, P,          P, /* 0x20 */
    D, D, D,          D, D, D, D, D, D, D,          P,
    P, P, P,          P, P, P, U, U, U, U,          U,
    U, U, U,          U, U, U, U, U, U, U, /* 0x40 */
    U, U, U,          U, U, U, U, U, U, U,          U,
    P, 0, P,          P, U, P, W, W, W, W,          W,
    W, W, W,          W, W, W, W, W, W, W, /* 0x60 */
    W, W, W,          W, W, W, W, W, W, W,          W,
    P, P, P,          P, 0,
};
/* clang-format on */
#undef U
#undef W
#undef D
#undef P

static unsigned class_of(unsigned char c)
{
    return cad_step_class[c];
}

static unsigned at_class(const cad_step_lexer *l, uint32_t at)
{
    return at < l->len ? class_of((unsigned char)l->text[at]) : 0;
}

static char at_char(const cad_step_lexer *l, uint32_t at)
{
    return at < l->len ? l->text[at] : '\0';
}

static bool at_text(const cad_step_lexer *l, uint32_t at, const char *word)
{
    size_t n = strlen(word);
    return l->len - at >= n && !memcmp(l->text + at, word, n);
}

/* ---- telling ---- */

#define TELL(l, code, at, len, ...)                                                                                            \
    ((l)->mute ? CAD_OK : cad_step_diags_add((l)->diags, CAD_STEP_##code, at, len, (l)->id, __VA_ARGS__))

static cad_status bad(cad_step_lexer *l, cad_step_token *t)
{
    t->kind = CAD_STEP_TOK_BAD;
    l->n_bad++;
    return CAD_OK;
}

void cad_step_lexer_init(cad_step_lexer *l, const char *text, uint32_t len, cad_step_diags *diags,
                         const cad_step_limits *limits)
{
    *l = (cad_step_lexer){.text = text, .len = len, .diags = diags, .limits = limits, .secret = cad_hash_secret()};
}

bool cad_step_is_word(const cad_step_lexer *l, const cad_step_token *t, const char *word)
{
    if (t->kind != CAD_STEP_TOK_KEYWORD || strlen(word) != t->len)
        return false;
    for (uint32_t i = 0; i < t->len; i++)
        if ((l->text[t->at + i] & ~0x20) != (word[i] & ~0x20))
            return false;
    return true;
}

const char *cad_step_token_text(const cad_step_lexer *l, const cad_step_token *t, char room[48])
{
    if (t->kind == CAD_STEP_TOK_END)
        return "the end of the text";
    bool cut = t->len > 32;
    snprintf(room, 48, "'%.*s%s'", cut ? 30 : (int)t->len, l->text + t->at, cut ? ".." : "");
    return room;
}

/* ---- between tokens ---- */

static cad_status comment(cad_step_lexer *l)
{
    const char *p = l->text + l->at + 2, *end = l->text + l->len;
    while ((p = memchr(p, '*', (size_t)(end - p))) != NULL && (++p == end || *p != '/')) {
    }
    if (p && p < end) {
        l->at = (uint32_t)(p + 1 - l->text);
        return CAD_OK;
    }
    cad_status s = TELL(l, L02, l->at, 2, "expected '*/' behind this");
    l->at = l->len;
    l->n_bad++;
    return s;
}

/* NUL and control bytes: one finding for those that stand together. */
static cad_status controls(cad_step_lexer *l)
{
    uint32_t begin = l->at;
    while (l->at < l->len && ((unsigned char)l->text[l->at] < 0x20 || l->text[l->at] == 0x7F) &&
           !(at_class(l, l->at) & STEP_BLANK))
        l->at++;
    return TELL(l, L09, begin, l->at - begin, "control byte 0x%02X, skipped", (unsigned char)l->text[begin]);
}

cad_status cad_step_lex_skip(cad_step_lexer *l)
{
    while (l->at < l->len) {
        unsigned char c = (unsigned char)l->text[l->at];
        if (class_of(c) & STEP_BLANK)
            l->at++;
        else if (c == '/' && at_char(l, l->at + 1) == '*')
            CAD_TRY(comment(l));
        else if (c < 0x20 || c == 0x7F)
            CAD_TRY(controls(l));
        else if (c == '\\' && (at_text(l, l->at, "\\N\\") || at_text(l, l->at, "\\F\\")))
            l->at += 3;
        else if (c == 0xEF && l->at == 0 && at_text(l, 0, "\xEF\xBB\xBF")) {
            CAD_TRY(TELL(l, L09, 0, 3, "byte order mark, skipped"));
            l->at = 3;
        } else
            break;
    }
    return CAD_OK;
}

/* ---- words ---- */

/* Of a name in upper case, whatever case it is in.  Whoever wrote the file chose it: the seed is secret. */
static uint32_t hash_of(const cad_step_lexer *l, const char *name, uint32_t len)
{
    uint64_t hash = l->secret;
    for (uint32_t at = 0; at < len; at += 8) {
        uint64_t eight = 0;
        char upper[8] = "";
        for (uint32_t i = 0; i < 8 && at + i < len; i++)
            upper[i] = (char)(class_of((unsigned char)name[at + i]) & STEP_LOWER ? name[at + i] & 0xDF : name[at + i]);
        memcpy(&eight, upper, sizeof eight);
        hash = cad_step_hash_join(hash, eight, l->secret);
    }
    return cad_step_hash_end(hash);
}

/* From t->at on: upper, then upper and digits, of either case. */
static cad_status keyword(cad_step_lexer *l, cad_step_token *t)
{
    uint32_t p = t->at + (l->text[t->at] == '!');
    unsigned seen = 0, c;
    for (; (c = at_class(l, p)) & (STEP_UPPER | STEP_LOWER | STEP_DIGIT); p++)
        seen |= c;
    t->kind = CAD_STEP_TOK_KEYWORD;
    t->len = p - t->at;
    t->hash = hash_of(l, l->text + t->at, t->len);
    l->at = p;
    if (at_char(l, p) == '-') {
        if (t->len == 3 && at_text(l, t->at, "ISO-10303-21"))
            *t = (cad_step_token){.kind = CAD_STEP_TOK_FILE, .at = t->at, .len = 12};
        else if (t->len == 3 && at_text(l, t->at, "END-ISO-10303-21"))
            *t = (cad_step_token){.kind = CAD_STEP_TOK_FILE_END, .at = t->at, .len = 16};
        l->at = t->at + t->len;
    }
    if (t->len > l->limits->keyword) {
        CAD_TRY(TELL(l, X01, t->at, 32, "a keyword of %u bytes; limit %d", t->len, (int)l->limits->keyword));
        return bad(l, t);
    }
    if (seen & STEP_LOWER)
        return TELL(l, L08, t->at, t->len, "lower case in '%.*s', read as upper case", (int)t->len, l->text + t->at);
    return CAD_OK;
}

/* #12, #NAME, @12, @NAME. */
static cad_status name(cad_step_lexer *l, cad_step_token *t)
{
    uint32_t p = t->at + 1, zeros = 0;
    uint64_t id = 0;
    if (at_class(l, p) & (STEP_UPPER | STEP_LOWER)) {
        while (at_class(l, p) & (STEP_UPPER | STEP_LOWER | STEP_DIGIT))
            p++;
        t->kind = CAD_STEP_TOK_CONSTANT;
    } else if (at_class(l, p) & STEP_DIGIT) {
        while (at_char(l, p) == '0' && at_class(l, p + 1) & STEP_DIGIT) {
            p++;
            zeros++;
        }
        uint32_t first = p;
        for (; at_class(l, p) & STEP_DIGIT; p++)
            id = p - first < CAD_STEP_ID_DIGITS ? id * 10 + (uint64_t)(l->text[p] - '0') : id;
        t->kind = l->text[t->at] == '#' ? CAD_STEP_TOK_NAME : CAD_STEP_TOK_CONSTANT;
        t->id = id;
        if ((int64_t)(p - first) > l->limits->id_digits) {
            l->at = p;
            t->len = p - t->at;
            CAD_TRY(TELL(l, X01, t->at, t->len, "an id of %u digits; limit %d", p - first, (int)l->limits->id_digits));
            return bad(l, t);
        }
    } else {
        l->at = p;
        t->len = 1;
        CAD_TRY(TELL(l, L01, t->at, 1, "expected digits right behind '%c'", l->text[t->at]));
        return bad(l, t);
    }
    l->at = p;
    t->len = p - t->at < CAD_STEP_LEN_MAX ? p - t->at : CAD_STEP_LEN_MAX;
    if (zeros && t->kind == CAD_STEP_TOK_NAME)
        CAD_TRY(TELL(l, R04_zeros, t->at, t->len, "leading zeros, dropped"));
    if (id == 0 && t->kind == CAD_STEP_TOK_NAME)
        CAD_TRY(TELL(l, R04, t->at, t->len, "id 0; expected 1 or more"));
    return CAD_OK;
}

/* Whether upper case would make the number one of the grammar. */
static bool lower_exponent(const char *text, uint32_t len)
{
    uint32_t first = text[0] == '-' || text[0] == '+';
    return memchr(text, 'e', len) && memchr(text, '.', len) && class_of((unsigned char)text[first]) & STEP_DIGIT;
}

static cad_status number(cad_step_lexer *l, cad_step_token *t)
{
    cad_step_number n;
    cad_step_number_read(l->text + t->at, l->len - t->at, &n);
    t->len = n.len < CAD_STEP_LEN_MAX ? (uint32_t)n.len : CAD_STEP_LEN_MAX;
    l->at = t->at + (uint32_t)n.len;
    t->kind = n.real ? CAD_STEP_TOK_REAL : CAD_STEP_TOK_INTEGER;
    int shown = t->len < 40 ? (int)t->len : 40;
    if (n.form == CAD_STEP_NUMBER_malformed) {
        CAD_TRY(TELL(l, L04, t->at, t->len, "'%.*s' is no number", shown, l->text + t->at));
        return bad(l, t);
    }
    if (n.too_large && n.real) {
        CAD_TRY(TELL(l, L06, t->at, t->len, "'%.*s' is larger than every double", shown, l->text + t->at));
        return bad(l, t);
    }
    if (n.too_large) {
        CAD_TRY(TELL(l, L07, t->at, t->len, "'%.*s' is outside 64 bits", shown, l->text + t->at));
        return bad(l, t);
    }
    if (n.real)
        t->real = n.value;
    else
        t->integer = n.integer;
    if (n.form == CAD_STEP_NUMBER_loose && lower_exponent(l->text + t->at, t->len))
        return TELL(l, L05_case, t->at, t->len, "'%.*s'; expected an upper-case E", shown, l->text + t->at);
    if (n.form == CAD_STEP_NUMBER_loose)
        return TELL(l, L05, t->at, t->len, "'%.*s'; expected digits, a point, digits, E and an exponent", shown,
                    l->text + t->at);
    return CAD_OK;
}

/* ---- what stands between marks ---- */

/* Whether a line that begins at p begins an instance or ends the section: then no string reaches it. */
static bool line_of_its_own(const cad_step_lexer *l, uint32_t p)
{
    if (at_text(l, p, "ENDSEC"))
        return true;
    if (at_char(l, p) != '#' || !(at_class(l, p + 1) & STEP_DIGIT))
        return false;
    for (p++; at_class(l, p) & STEP_DIGIT;)
        p++;
    while (at_char(l, p) == ' ' || at_char(l, p) == '\t')
        p++;
    return at_char(l, p) == '=';
}

/* What is wrong in a string, each kind once. */
static cad_status judge_string(cad_step_lexer *l, const cad_step_token *t)
{
    cad_step_text_faults f = {0};
    cad_buf unused = CAD_BUF_INIT;
    cad_status s = cad_step_text_decode(l->text + t->at + 1, t->len - 2, &unused, &f);
    cad_buf_deinit(&unused);
    CAD_TRY(s);
#define FAULT(kind) f.any[CAD_STEP_TEXT_##kind]
#define PLACE(kind) (t->at + 1 + (uint32_t)f.at[CAD_STEP_TEXT_##kind])
    if (FAULT(control))
        CAD_TRY(TELL(l, L09_string, PLACE(control), 1, "control byte 0x%02X in a string, dropped",
                     (unsigned char)l->text[PLACE(control)]));
    if (FAULT(directive))
        CAD_TRY(TELL(l, L10, PLACE(directive), 1,
                     "expected upper-case hexadecimal digits, and \\X0\\ behind those of \\X2\\ and \\X4\\"));
    if (FAULT(surrogate))
        CAD_TRY(TELL(l, L11, PLACE(surrogate), 1, "half of a surrogate pair, read as U+FFFD"));
    if (FAULT(unknown))
        CAD_TRY(TELL(l, L12, PLACE(unknown), 1, "a backslash that begins no directive, kept"));
    if (FAULT(latin1) && !l->latin1_told && !l->mute) {
        l->latin1_told = true;
        CAD_TRY(TELL(l, L13, PLACE(latin1), 1, "not UTF-8: strings like this one are read as ISO 8859-1"));
    }
#undef FAULT
#undef PLACE
    return CAD_OK;
}

static cad_status string(cad_step_lexer *l, cad_step_token *t)
{
    uint32_t p = t->at + 1, first_line = 0; /* where the line ends that the string begins on */
    bool odd = false, closed = false;
    t->kind = CAD_STEP_TOK_STRING;
    for (; p < l->len; p++) {
        char c = l->text[p];
        if (class_of((unsigned char)c) & STEP_PLAIN)
            continue;
        if (c == '\'') {
            if (at_char(l, p + 1) != '\'') {
                closed = true;
                break;
            }
            p++;
        } else if (c == '\n' || c == '\r') {
            if (!first_line)
                first_line = p;
            if (c == '\r' && at_char(l, p + 1) == '\n')
                p++;
            if (line_of_its_own(l, p + 1))
                break;
        }
        odd = true;
    }
    if (!closed) {
        l->at = first_line ? first_line : l->len;
        t->len = l->at - t->at < CAD_STEP_LEN_MAX ? l->at - t->at : CAD_STEP_LEN_MAX;
        CAD_TRY(TELL(l, L03, t->at, 1, "expected an apostrophe at the end of this string"));
        return bad(l, t);
    }
    l->at = p + 1;
    uint32_t len = p + 1 - t->at;
    t->len = len < CAD_STEP_LEN_MAX ? len : CAD_STEP_LEN_MAX;
    t->escaped = odd;
    if ((int64_t)len - 2 > l->limits->string || len > CAD_STEP_LEN_MAX) {
        CAD_TRY(TELL(l, X01, t->at, 32, "a string of %u bytes; limit %lld", len - 2, (long long)l->limits->string));
        return bad(l, t);
    }
    return odd && !l->mute ? judge_string(l, t) : CAD_OK;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* A token from t->at to `end`, the byte behind its last; the part in front of it was right so far. */
static cad_status broken(cad_step_lexer *l, cad_step_token *t, uint32_t end, const char *expected)
{
    l->at = end;
    t->len = end - t->at < CAD_STEP_LEN_MAX ? end - t->at : CAD_STEP_LEN_MAX;
    CAD_TRY(TELL(l, L01, t->at, t->len, "expected %s", expected));
    return bad(l, t);
}

static cad_status finish(cad_step_lexer *l, cad_step_token *t, cad_step_token_kind kind, uint32_t end)
{
    if (end - t->at > CAD_STEP_LEN_MAX || (int64_t)(end - t->at) > l->limits->string) {
        l->at = end;
        t->len = 1;
        CAD_TRY(TELL(l, X01, t->at, 32, "a value of %u bytes; limit %lld", end - t->at, (long long)l->limits->string));
        return bad(l, t);
    }
    t->kind = kind;
    t->len = end - t->at;
    l->at = end;
    return CAD_OK;
}

static cad_status enumeration(cad_step_lexer *l, cad_step_token *t)
{
    uint32_t p = t->at + 1;
    unsigned seen = 0;
    while (at_class(l, p) & (STEP_UPPER | STEP_LOWER | STEP_DIGIT))
        seen |= at_class(l, p++);
    if (at_char(l, p) != '.')
        return broken(l, t, p, "'.' behind the name of an enumeration");
    CAD_TRY(finish(l, t, CAD_STEP_TOK_ENUM, p + 1));
    if (seen & STEP_LOWER)
        return TELL(l, L08, t->at, t->len, "lower case in an enumeration, read as upper case");
    return CAD_OK;
}

static cad_status binary(cad_step_lexer *l, cad_step_token *t)
{
    uint32_t p = t->at + 1;
    bool lower = false, first = at_char(l, p) >= '0' && at_char(l, p) <= '3';
    for (; is_hex(at_char(l, p)); p++)
        lower |= l->text[p] >= 'a';
    if (at_char(l, p) != '"' || !first)
        return broken(l, t, p < l->len && l->text[p] == '"' ? p + 1 : p, "a binary: a digit 0 to 3, hexadecimal digits, '\"'");
    CAD_TRY(finish(l, t, CAD_STEP_TOK_BINARY, p + 1));
    return lower ? TELL(l, L08, t->at, t->len, "lower case in a binary, read as upper case") : CAD_OK;
}

static cad_status resource(cad_step_lexer *l, cad_step_token *t)
{
    uint32_t p = t->at + 1;
    while (p < l->len && l->text[p] != '>' && (unsigned char)l->text[p] >= 0x20)
        p++;
    return at_char(l, p) == '>' ? finish(l, t, CAD_STEP_TOK_RESOURCE, p + 1) : broken(l, t, p, "'>' at the end of a resource");
}

/* Bytes that start nothing: one finding for those that stand together. */
static cad_status nothing(cad_step_lexer *l, cad_step_token *t)
{
    uint32_t p = t->at + 1;
    while (p < l->len && ((unsigned char)l->text[p] >= 0x80 || strchr("?%`~^|[]", l->text[p])) && l->text[p])
        p++;
    l->at = p;
    t->len = p - t->at < CAD_STEP_LEN_MAX ? p - t->at : CAD_STEP_LEN_MAX;
    CAD_TRY(TELL(l, L01, t->at, t->len, "'%.*s' starts no token", t->len < 16 ? (int)t->len : 16, l->text + t->at));
    return bad(l, t);
}

cad_status cad_step_lex_any(cad_step_lexer *l, cad_step_token *out)
{
    CAD_TRY(cad_step_lex_skip(l));
    *out = (cad_step_token){.kind = CAD_STEP_TOK_END, .at = l->at};
    if (l->at >= l->len)
        return CAD_OK;
    char c = l->text[l->at];
    unsigned class = class_of((unsigned char)c);
    if (class & STEP_DIGIT || c == '-' || c == '+')
        return number(l, out);
    if (class & (STEP_UPPER | STEP_LOWER))
        return keyword(l, out);
    switch (c) {
    case '(':
    case ')':
    case ',':
    case ';':
    case '=':
    case '/':
    case '{':
    case '}':
    case ':':
    case '$':
    case '*':
        out->kind = CAD_STEP_TOK_PUNCTUATION;
        out->len = 1;
        out->mark = c;
        l->at++;
        return CAD_OK;
    case '#':
    case '@':
        return name(l, out);
    case '\'':
        return string(l, out);
    case '.':
        return at_class(l, l->at + 1) & (STEP_UPPER | STEP_LOWER) ? enumeration(l, out) : number(l, out);
    case '"':
        return binary(l, out);
    case '<':
        return resource(l, out);
    case '!':
        return at_class(l, l->at + 1) & (STEP_UPPER | STEP_LOWER) ? keyword(l, out) : nothing(l, out);
    case '&':
        return at_text(l, l->at, "&SCOPE") ? finish(l, out, CAD_STEP_TOK_SCOPE, l->at + 6) : nothing(l, out);
    default:
        return nothing(l, out);
    }
}
