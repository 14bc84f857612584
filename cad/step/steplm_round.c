#include "cad/step/steplm_impl.h"

#include "cad/step/step_number.h"
#include "core/utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- what a number is to them ---- */

/* \b at `at`: exactly one of its neighbours is a word character. */
static bool boundary(const char *text, size_t at, size_t len)
{
    bool before = false, behind = at < len && cad_steplm_is_word(text, at, len);
    if (at > 0) {
        size_t k = at - 1;
        while (k > 0 && ((unsigned char)text[k] & 0xC0) == 0x80)
            k--;
        before = cad_steplm_is_word(text, k, len);
    }
    return before != behind;
}

static size_t digits(const char *text, size_t at, size_t len)
{
    size_t n = 0;
    while (at + n < len && cad_steplm_is_digit(text[at + n]))
        n++;
    return n;
}

/* Behind the digits at `at`: E? [+-]? digit*, ending at a boundary; the first way that fits as an expression tries them.
 * SIZE_MAX: none. */
static size_t end_of_match(const char *text, size_t at, size_t len)
{
    for (int e = at < len && text[at] == 'E'; e >= 0; e--) {
        size_t p = at + (size_t)e;
        for (int sign = p < len && (text[p] == '-' || text[p] == '+'); sign >= 0; sign--) {
            size_t q = p + (size_t)sign;
            for (size_t n = digits(text, q, len);; n--) {
                if (boundary(text, q + n, len))
                    return q + n;
                if (n == 0)
                    break;
            }
        }
    }
    return SIZE_MAX;
}

/* The end of the number that begins at `at`, a minus or a digit; 0: none begins there. */
static size_t match(const char *text, size_t at, size_t len)
{
    size_t p = at + (text[at] == '-'), whole = digits(text, p, len), point = p + whole;
    if (whole == 0 || point >= len || text[point] != '.' || !boundary(text, at, len))
        return 0;
    size_t behind = digits(text, point + 1, len), end = behind ? end_of_match(text, point + 1 + behind, len) : SIZE_MAX;
    return end == SIZE_MAX || (at > 0 && text[at - 1] == '#') ? 0 : end;
}

/* ---- rounding ---- */

enum { PLACES = 6, SAFE_WHOLE = 6 };

/* By the digits alone, where the double that is nearest to them cannot lie on the other side of a half: below 10^6 it is within
 * 6e-11 of them.  False: not so. */
static bool by_digits(const char *text, size_t whole, size_t behind, char *out, size_t *out_len)
{
    const char *rest = text + whole + 1 + PLACES;
    if (whole > SAFE_WHOLE)
        return false;
    memcpy(out, text, whole + 1);
    for (size_t i = 0; i < PLACES; i++)
        out[whole + 1 + i] = i < behind ? text[whole + 1 + i] : '0';
    *out_len = whole + 1 + PLACES;
    while (*out_len > PLACES + 2 && out[0] == '0') /* 007.5: what is printed has no leading zeros */
        memmove(out, out + 1, --*out_len);
    if (behind <= PLACES)
        return true;
    size_t n = behind - PLACES < 3 ? behind - PLACES : 3;
    if (!memcmp(rest, "499", n) || !memcmp(rest, "500", n))
        return false;
    if (rest[0] < '5')
        return true;
    size_t i = *out_len;
    while (i-- > 0) {
        if (out[i] == '.')
            continue;
        if (out[i]++ != '9')
            return true;
        out[i] = '0';
    }
    memmove(out + 1, out, (*out_len)++); /* 999.9999999 */
    out[0] = '1';
    return true;
}

/* text[0..len): minus?, digits, point, digits. */
static cad_status add_rounded(const char *text, size_t len, cad_buf *out)
{
    size_t minus = text[0] == '-', whole = digits(text, minus, len), n;
    char room[40];
    if (minus)
        CAD_TRY(cad_buf_put(out, "-", 1));
    if (by_digits(text + minus, whole, len - minus - whole - 1, room, &n))
        return cad_buf_put(out, room, n);
    cad_step_number v;
    cad_step_number_read(text + minus, len - minus, &v);
    size_t from = out->len;
    CAD_TRY(cad_buf_printf(out, "%.6f", v.value));
    for (char *c = out->data + from; *c; c++) /* whatever the locale */
        *c = cad_steplm_is_digit(*c) || *c == 'i' || *c == 'n' || *c == 'f' ? *c : '.';
    return CAD_OK;
}

static cad_status add_match(const char *text, size_t len, cad_buf *out, int64_t *numbers)
{
    size_t minus = text[0] == '-', n = minus + digits(text, minus, len) + 1;
    n += digits(text, n, len);
    if (n < len && text[n] != 'E') /* 1.5-3: no number after all */
        return cad_buf_add(out, text, len);
    ++*numbers;
    CAD_TRY(add_rounded(text, n, out));
    return cad_buf_put(out, text + n, len - n);
}

static cad_status round_all(const char *text, size_t len, cad_buf *out, int64_t *numbers)
{
    size_t from = 0; /* of what is copied as it is */
    CAD_TRY(cad_buf_reserve(out, len));
    for (size_t at = 0; at < len;) {
        if (!cad_steplm_is_digit(text[at]) && (text[at] != '-' || at == 0 || !cad_steplm_is_digit(text[at + (at + 1 < len)]))) {
            at++;
            continue;
        }
        size_t run = digits(text, at, len); /* inside digits nothing begins */
        if (run && (at + run == len || text[at + run] != '.')) {
            at += run;
            continue;
        }
        size_t end = match(text, at, len);
        if (end == 0) {
            at += run ? run : 1;
            continue;
        }
        CAD_TRY(cad_buf_put(out, text + from, at - from));
        CAD_TRY(add_match(text + at, end - at, out, numbers));
        at = from = end;
    }
    return cad_buf_add(out, text + from, len - from);
}

cad_status cad_steplm_round(const char *text, size_t len, cad_buf *out, int64_t *out_numbers)
{
    int64_t numbers = 0;
    cad_buf lines = CAD_BUF_INIT;
    steplm_span whole = {text, len};
    cad_status s = cad_steplm_read_text(&whole, STEPLM_DROP, &lines);
    if (s == CAD_OK)
        s = round_all(whole.s, whole.len, out, &numbers);
    cad_buf_deinit(&lines);
    if (s == CAD_OK && out_numbers)
        *out_numbers = numbers;
    return s;
}
