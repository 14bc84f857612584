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

/* Whether slot k of an entity holds lengths: coordinates, magnitudes, radii and semi-axes. */
static bool is_length(cad_step_entity_id id, const cad_step_signature *sig, uint32_t k)
{
    if (sig->whole[k].letter != 'R')
        return false;
    if (sig->whole[k].depth)
        return id == CAD_STEP_IS_CARTESIAN_POINT;
    bool half_angle = id == CAD_STEP_IS_CONICAL_SURFACE && k == 3;
    return id == CAD_STEP_IS_VECTOR ||
           ((sig->group == CAD_STEP_GROUP_curve || sig->group == CAD_STEP_GROUP_surface) && !half_angle);
}

static void scale_instance(cad_text *t, uint32_t i)
{
    cad_step *m = &t->m;
    cad_step_entity_id id = cad_text_known(t, i);
    const cad_step_signature *sig = cad_step_signature_at(id);
    uint32_t end = m->instance[i].param + m->instance[i].size, k = 0;
    for (uint32_t p = m->instance[i].param; p < end && sig->whole && sig->whole[k].letter; p = cad_step_next(m, p), k++)
        for (uint32_t q = p; is_length(id, sig, k) && q < cad_step_next(m, p); q++)
            if (m->param[q].kind == CAD_STEP_REAL)
                m->param[q].real = shifted(m->param[q].real, t->power);
}

void cad_text_scale(cad_text *t, const uint8_t *kept)
{
    for (uint32_t i = 0; t->power && i < t->m.n; i++)
        if (kept[i] && cad_text_known(t, i) != CAD_STEP_IS_UNKNOWN)
            scale_instance(t, i);
}
