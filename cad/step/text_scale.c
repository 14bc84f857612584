/* Lengths in another unit of ten: the decimal point moves, no digit changes. */
#include "cad/step/step_number.h"
#include "cad/step/text_impl.h"

/* Written without a point it is a length all the same. */
static void scale(cad_step_param *p, int power)
{
    double v = p->kind == CAD_STEP_REAL ? p->real : (double)p->integer;
    p->kind = CAD_STEP_REAL;
    p->real = cad_step_number_shift(v, power);
}

static void scale_instance(cad_text *t, uint32_t i)
{
    cad_step *m = &t->m;
    uint32_t end = m->instance[i].param + m->instance[i].size, n = cad_step_arity(m, i), k = 0;
    for (uint32_t p = m->instance[i].param; p < end; k++) {
        bool length = cad_step_role_of(cad_text_known(t, i), k, n) == CAD_STEP_ROLE_length;
        for (uint32_t after = cad_step_next(m, p); p < after; p++)
            if (length && (m->param[p].kind == CAD_STEP_REAL || m->param[p].kind == CAD_STEP_INTEGER))
                scale(&m->param[p], t->power);
    }
}

void cad_text_scale(cad_text *t, const uint8_t *kept)
{
    for (uint32_t i = 0; t->power && i < t->m.n; i++)
        if (kept[i] && cad_text_known(t, i) != CAD_STEP_IS_UNKNOWN)
            scale_instance(t, i);
}
