#include "model/text/split_pattern.h"

#include "model/text/chars.h"

#include <stdbool.h>
#include <string.h>

/* The code points of a set as the inside of a class, or those outside it. */
static cad_status print_set(const cad_char_set *set, bool negated, cad_buf *out)
{
    uint32_t next = 0; /* first code point behind the last range */
    for (size_t i = 0; i < set->n; i++) {
        const uint32_t *r = set->range[i];
        if (!negated)
            CAD_TRY(cad_buf_printf(out, "\\x{%x}-\\x{%x}", r[0], r[1]));
        else if (r[0] > next)
            CAD_TRY(cad_buf_printf(out, "\\x{%x}-\\x{%x}", next, r[0] - 1));
        next = r[1] + 1;
    }
    return negated && next < CAD_CHARS_END ? cad_buf_printf(out, "\\x{%x}-\\x{10ffff}", next) : CAD_OK;
}

/* The set whose name starts at p (a backslash); its length, 0: another escape. */
static size_t set_at(const char *p, size_t len, const cad_char_set **out, bool *negated)
{
    static const struct {
        const char *text;
        unsigned char bit;
        bool negated;
    } names[] = {
        {"\\p{L}", CAD_CHAR_LETTER, false}, {"\\P{L}", CAD_CHAR_LETTER, true}, {"\\p{^L}", CAD_CHAR_LETTER, true},
        {"\\p{N}", CAD_CHAR_NUMBER, false}, {"\\P{N}", CAD_CHAR_NUMBER, true}, {"\\p{^N}", CAD_CHAR_NUMBER, true},
        {"\\s", CAD_CHAR_SPACE, false},     {"\\S", CAD_CHAR_SPACE, true},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i].text);
        if (n > len || memcmp(p, names[i].text, n) != 0)
            continue;
        for (size_t k = 0; k < CAD_UNICODE_SET_COUNT; k++) {
            if (cad_unicode_sets[k].bit == names[i].bit)
                *out = &cad_unicode_sets[k];
        }
        *negated = names[i].negated;
        return n;
    }
    return 0;
}

/* A backslash and what belongs to it; *at moves behind. */
static cad_status copy_escape(const char *p, size_t len, bool in_class, const char *where, size_t *at, cad_buf *out)
{
    const cad_char_set *set = NULL;
    bool negated = false;
    size_t n = set_at(p + *at, len - *at, &set, &negated);
    if (n == 0) {
        n = len - *at < 2 ? len - *at : 2;
        if (n == 2 && p[*at + 1] == 'Q')
            CAD_FAIL(CAD_EREFUSED, "%s: split pattern, at byte %zu: \\Q is not supported", where, *at);
        CAD_TRY(cad_buf_add(out, p + *at, n));
        *at += n;
        return CAD_OK;
    }
    *at += n;
    if (in_class)
        return print_set(set, negated, out);
    CAD_TRY(cad_buf_str(out, negated ? "[^" : "["));
    CAD_TRY(print_set(set, false, out));
    return cad_buf_str(out, "]");
}

cad_status cad_split_pattern(const char *pattern, size_t len, const char *where, cad_buf *out)
{
    size_t class_begin = 0; /* behind "[" or "[^", where a "]" is a character; 0: outside */
    for (size_t at = 0; at < len;) {
        const char *p = pattern + at;
        if (*p == '\\') {
            CAD_TRY(copy_escape(pattern, len, class_begin != 0, where, &at, out));
            continue;
        }
        size_t n = 1;
        if (!class_begin && *p == '[') {
            n = at + 1 < len && p[1] == '^' ? 2 : 1;
            class_begin = at + n;
        } else if (class_begin && *p == ']' && at > class_begin) {
            class_begin = 0;
        } else if (class_begin && (*p == '[' || (*p == '&' && at + 1 < len && p[1] == '&'))) {
            CAD_FAIL(CAD_EREFUSED, "%s: split pattern, at byte %zu: a class inside a class is not supported", where, at);
        }
        CAD_TRY(cad_buf_add(out, p, n));
        at += n;
    }
    return CAD_OK;
}
