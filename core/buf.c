#include "core/buf.h"

#include "core/decimal.h"
#include "core/mem.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cad_status cad_buf_reserve(cad_buf *b, size_t extra)
{
    size_t need;
    CAD_TRY(cad_add(b->len, extra, "text buffer", &need));
    CAD_TRY(cad_add(need, 1, "text buffer", &need));
    if (need <= b->cap)
        return CAD_OK;
    size_t cap = b->cap ? b->cap : 64;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    CAD_TRY(cad_mem_resize(cap, "text buffer", &b->data));
    b->cap = cap;
    b->data[b->len] = '\0';
    return CAD_OK;
}

cad_status cad_buf_add(cad_buf *b, const void *bytes, size_t len)
{
    CAD_TRY(cad_buf_reserve(b, len));
    if (len)
        memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
    return CAD_OK;
}

cad_status cad_buf_str(cad_buf *b, const char *text)
{
    return cad_buf_add(b, text, strlen(text));
}

cad_status cad_buf_printf(cad_buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    cad_status s = n < 0 ? cad_fail(CAD_EINTERNAL, "cannot format text") : cad_buf_reserve(b, (size_t)n);
    if (s == CAD_OK) {
        vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
    return s;
}

cad_status cad_buf_number(cad_buf *b, double value)
{
    assert(isfinite(value));
    if (value == 0.0)
        return cad_buf_add(b, "0", 1);
    char digits[CAD_DECIMAL_DIGITS];
    int exponent;
    int n = cad_decimal_shortest(value < 0 ? -value : value, digits, &exponent);
    if (value < 0)
        CAD_TRY(cad_buf_add(b, "-", 1));
    if (exponent < 0)
        CAD_TRY(cad_buf_add(b, "0", 1));
    for (int place = exponent > 0 ? exponent : 0; place >= 0; place--) {
        int i = exponent - place;
        if (exponent >= 0)
            CAD_TRY(cad_buf_add(b, i < n ? &digits[i] : "0", 1));
    }
    if (exponent >= n - 1)
        return CAD_OK;
    CAD_TRY(cad_buf_add(b, ".", 1));
    for (int zeros = -1; zeros > exponent; zeros--)
        CAD_TRY(cad_buf_add(b, "0", 1));
    int first = exponent < 0 ? 0 : exponent + 1;
    return cad_buf_add(b, digits + first, (size_t)(n - first));
}

void cad_buf_clear(cad_buf *b)
{
    b->len = 0;
    if (b->data)
        b->data[0] = '\0';
}

void cad_buf_deinit(cad_buf *b)
{
    cad_mem_free(b->data);
    *b = (cad_buf){0};
}

const char *cad_buf_cstr(const cad_buf *b)
{
    return b->data ? b->data : "";
}
