/* What lengths and angles of a file's entities are measured in. */
#include "cad/step/step_check_impl.h"
#include "core/mem.h"
#include "core/size.h"

static bool is_representation(const cad_step_checker *c, uint32_t i)
{
    return cad_step_is(c, i) != CAD_STEP_IS_UNKNOWN && cad_step_signature_at(cad_step_is(c, i))->group == CAD_STEP_GROUP_rep;
}

/* What representation i, and all that it refers to and no other did before, is measured in. */
static void spread(const cad_step_checker *c, uint32_t *stack, uint32_t i, cad_step_units u)
{
    const cad_step *m = c->m;
    uint32_t n = 0;
    c->unit_of[i] = u;
    stack[n++] = i;
    while (n > 0) {
        uint32_t at = stack[--n];
        for (uint32_t e = m->out.first[at]; e < m->out.first[at + 1]; e++) {
            uint32_t to = m->out.to[e];
            if (c->unit_of[to].length > 0 || is_representation(c, to))
                continue;
            c->unit_of[to] = u;
            stack[n++] = to;
        }
    }
}

/* Parts of the file have units of their own. */
static cad_status spread_all(cad_step_checker *c)
{
    const cad_step *m = c->m;
    uint32_t *stack;
    CAD_TRY(cad_mem_alloc(cad_size_mul(m->n, sizeof *c->unit_of), "units of a STEP file", &c->unit_of));
    CAD_TRY(cad_mem_alloc(cad_size_mul(m->n, sizeof *stack), "units of a STEP file", &stack));
    for (uint32_t i = 0; i < m->n; i++) {
        cad_step_units u = c->unit;
        uint32_t context = is_representation(c, i) ? cad_step_ref(m, cad_step_nth(m, i, 2)) : CAD_STEP_NONE;
        if (context != CAD_STEP_NONE && cad_step_units_in(m, context, &u) && u.length > 0 && u.angle > 0)
            spread(c, stack, i, u);
    }
    cad_mem_free(stack);
    return CAD_OK;
}

/* *unit: the first that is told; *several: another one is, too. */
static void take_unit(double told, double *unit, bool *any, bool *several)
{
    if (!(told > 0))
        return;
    *several |= *any && told != *unit;
    if (!*any)
        *unit = told;
    *any = true;
}

cad_status cad_step_find_units(cad_step_checker *c)
{
    const cad_step *m = c->m;
    bool several = false, lengths = false, angles = false;
    c->unit = (cad_step_units){1, 1};
    for (uint32_t i = 0; i < m->n; i++) {
        cad_step_units u = {0, 0};
        if (m->instance[i].type != CAD_STEP_NONE || !cad_step_units_in(m, i, &u))
            continue;
        take_unit(u.length, &c->unit.length, &lengths, &several);
        take_unit(u.angle, &c->unit.angle, &angles, &several);
    }
    return several ? spread_all(c) : CAD_OK;
}
