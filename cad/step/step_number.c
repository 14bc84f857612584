#include "cad/step/step_number.h"

#include "core/decimal.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

const double cad_step_powers[CAD_STEP_EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Digits as they are collected: mantissa x 10^exponent, with lost set where a digit that is not 0 did not fit. */
typedef struct collected {
    uint64_t mantissa;
    int kept; /* significant digits in it, at most 19: they always fit */
    bool lost;
    int64_t exponent;
} collected;

static const char *take_digits(const char *p, const char *end, bool fraction, collected *d)
{
    for (; p < end && is_digit(*p); p++) {
        unsigned digit = (unsigned)(*p - '0');
        if (d->kept < 19) {
            d->mantissa = d->mantissa * 10 + digit;
            d->kept += d->mantissa != 0;
            d->exponent -= fraction;
        } else {
            d->lost |= digit != 0;
            d->exponent += !fraction;
        }
    }
    return p;
}

/* Behind E: sign and digits; the exponent is held within bounds that every double lies in.  NULL: there is none. */
static const char *take_exponent(const char *p, const char *end, int64_t *out)
{
    bool minus = p < end && *p == '-';
    int64_t e = 0;
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end || !is_digit(*p))
        return NULL;
    for (; p < end && is_digit(*p); p++)
        e = e < 1000000000000 ? e * 10 + (*p - '0') : e;
    *out += minus ? -e : e;
    return p;
}

static locale_t plain_locale;
static pthread_once_t plain_once = PTHREAD_ONCE_INIT;
static void make_plain_locale(void)
{
    plain_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

enum { SIGNIFICANT = 770 }; /* no midpoint of two doubles has more than 767 digits: what is behind them is told by one more */

/* By the C library: the digits of text[0..n) that can matter, and the exponent behind them. */
static double by_library(const char *text, size_t n, int64_t exponent)
{
    char plain[SIGNIFICANT + 32];
    int kept = 0;
    bool lost = false, point = false;
    for (size_t i = 0; i < n && text[i] != 'E' && text[i] != 'e'; i++) {
        if (text[i] == '.') {
            point = true;
        } else if (kept == SIGNIFICANT) {
            lost |= text[i] != '0';
            exponent += !point;
        } else {
            if (kept || text[i] != '0')
                plain[kept++] = text[i];
            exponent -= point;
        }
    }
    if (lost) {
        plain[kept++] = '1';
        exponent--;
    }
    int within = exponent > 99999 ? 99999 : exponent < -99999 ? -99999 : (int)exponent;
    snprintf(plain + kept, sizeof plain - (size_t)kept, "E%d", within);
    pthread_once(&plain_once, make_plain_locale);
    return plain_locale ? strtod_l(plain, NULL, plain_locale) : strtod(plain, NULL);
}

/* From at most 19 digits.  False: these operations may not round correctly here. */
static bool by_arithmetic(const collected *d, double *out)
{
    const double *power = cad_step_powers;
    if (d->mantissa == 0 && !d->lost) {
        *out = 0;
        return true;
    }
    if (d->lost || d->exponent < -CAD_STEP_EXACT_POWER || d->exponent > CAD_STEP_EXACT_POWER)
        return false;
    /* Both factors are doubles without error, so one rounding is left (W. D. Clinger, 1990). */
    if (d->mantissa <= (uint64_t)1 << 53) {
        double m = (double)d->mantissa;
        *out = d->exponent < 0 ? m / power[-d->exponent] : m * power[d->exponent];
        return true;
    }
#if LDBL_MANT_DIG == 64
    /* The same with 64 bits; rounding again to 53 is right unless the first left exactly one half of the last place. */
    long double m = (long double)d->mantissa;
    m = d->exponent < 0 ? m / (long double)power[-d->exponent] : m * (long double)power[d->exponent];
    uint64_t bits;
    memcpy(&bits, &m, sizeof bits);
    if ((bits & 0x7FF) != 0x400) {
        *out = (double)m;
        return true;
    }
#endif
    return false;
}

/* Digits, point and exponent of text[0..len); where they end.  *out_bad: they are no number of any form. */
static const char *take_number(const char *p, const char *end, collected *d, int64_t *out_power, cad_step_number *out,
                               bool *out_bad)
{
    const char *first = p;
    p = take_digits(p, end, false, d);
    size_t before = (size_t)(p - first), behind = 0;
    if (p < end && *p == '.') {
        const char *q = p + 1;
        p = take_digits(q, end, true, d);
        behind = (size_t)(p - q);
        out->real = true;
    }
    *out_bad = before + behind == 0;
    if (before == 0)
        out->form = CAD_STEP_NUMBER_loose;
    if (!*out_bad && p < end && (*p == 'E' || *p == 'e')) {
        const char *q = take_exponent(p + 1, end, out_power);
        if (*p == 'e' || !out->real)
            out->form = CAD_STEP_NUMBER_loose;
        *out_bad = !q;
        p = q ? q : p + 1;
        out->real = true;
    }
    if (p + 1 < end && *p == '.' && is_digit(p[1])) { /* a second point */
        *out_bad = true;
        while (p < end && (is_digit(*p) || *p == '.'))
            p++;
    }
    return p;
}

void cad_step_number_read(const char *text, size_t len, cad_step_number *out)
{
    collected d = {0};
    int64_t power = 0;
    bool bad, minus = text[0] == '-';
    const char *first = text + (minus || text[0] == '+'), *end = text + len;
    *out = (cad_step_number){.form = CAD_STEP_NUMBER_legal};
    const char *p = take_number(first, end, &d, &power, out, &bad);
    out->len = (size_t)(p - text);
    if (bad) {
        out->form = CAD_STEP_NUMBER_malformed;
    } else if (!out->real) {
        out->too_large = d.exponent != 0 || d.mantissa > (uint64_t)INT64_MAX + minus;
        uint64_t whole = out->too_large ? 0 : d.mantissa;
        out->integer = (int64_t)(minus ? 0 - whole : whole);
    } else {
        double v;
        d.exponent += power;
        if (!by_arithmetic(&d, &v))
            v = by_library(first, (size_t)(p - first), power);
        out->too_large = isinf(v) != 0;
        out->value = minus ? -v : v;
    }
}

size_t cad_step_number_text(double value, char out[CAD_STEP_NUMBER_TEXT])
{
    char digits[CAD_DECIMAL_DIGITS], *p = out;
    int exponent = 0, n = 1;
    if (value == 0)
        digits[0] = '0';
    else
        n = cad_decimal_shortest(fabs(value), digits, &exponent);
    if (signbit(value))
        *p++ = '-';
    bool fixed = exponent >= -5 && exponent <= 14;
    int whole = fixed ? exponent + 1 : 1; /* digits in front of the point */
    if (whole <= 0)
        *p++ = '0';
    for (int i = 0; i < whole; i++)
        *p++ = i < n ? digits[i] : '0';
    *p++ = '.';
    for (int i = whole; i < 0; i++)
        *p++ = '0';
    for (int i = whole > 0 ? whole : 0; i < n; i++)
        *p++ = digits[i];
    if (!fixed)
        p += snprintf(p, 8, "E%d", exponent);
    return (size_t)(p - out);
}

cad_status cad_step_number_print(double value, cad_buf *out)
{
    char text[CAD_STEP_NUMBER_TEXT];
    return cad_buf_add(out, text, cad_step_number_text(value, text));
}

double cad_step_number_shift(double value, int power)
{
    char digits[CAD_DECIMAL_DIGITS], text[48];
    int exponent = 0;
    if (value == 0 || power == 0 || !isfinite(value))
        return value;
    int n = cad_decimal_shortest(fabs(value), digits, &exponent);
    int len = snprintf(text, sizeof text, "%c.%.*sE%d", digits[0], n - 1, digits + 1, exponent + power);
    cad_step_number x;
    cad_step_number_read(text, (size_t)len, &x);
    return x.too_large ? value : signbit(value) ? -x.value : x.value;
}
