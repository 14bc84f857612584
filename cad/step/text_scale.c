/* Lengths in another unit of ten: the decimal point moves, no digit changes. */
#include "cad/step/step_number.h"
#include "cad/step/text_impl.h"

#include "core/decimal.h"

#include <math.h>
#include <stdio.h>

static double shifted(double v, int power)
{
    char digits[CAD_DECIMAL_DIGITS], text[48];
    int exponent = 0;
    if (v == 0 || power == 0)
        return v;
    int n = cad_decimal_shortest(fabs(v), digits, &exponent);
    int len = snprintf(text, sizeof text, "%c.%.*sE%d", digits[0], n - 1, digits + 1, exponent + power);
    cad_step_number x;
    cad_step_number_read(text, (size_t)len, &x);
    return x.too_large ? v : signbit(v) ? -x.value : x.value;
}

static void scale_instance(cad_text *t, uint32_t i)
{
    cad_step *m = &t->m;
    uint32_t end = m->instance[i].param + m->instance[i].size, n = cad_text_params(m, i), k = 0;
    for (uint32_t p = m->instance[i].param; p < end; k++) {
        bool length = cad_step_role_of(cad_text_known(t, i), k, n) == CAD_STEP_ROLE_length;
        for (uint32_t after = cad_step_next(m, p); p < after; p++)
            if (length && m->param[p].kind == CAD_STEP_REAL)
                m->param[p].real = shifted(m->param[p].real, t->power);
    }
}

void cad_text_scale(cad_text *t, const uint8_t *kept)
{
    for (uint32_t i = 0; t->power && i < t->m.n; i++)
        if (kept[i] && cad_text_known(t, i) != CAD_STEP_IS_UNKNOWN)
            scale_instance(t, i);
}
