#include "cad/step/step_check.h"

#include "cad/step/step_check_impl.h"
#include "core/mem.h"
#include "core/size.h"

static cad_status look_up(cad_step_checker *c)
{
    const cad_step *m = c->m;
    CAD_TRY(cad_mem_alloc(cad_size_add(m->n_types, 1), "types of a STEP file", &c->entity));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(m->n_types, 1), sizeof *c->groups), "types of a STEP file", &c->groups));
    CAD_TRY(cad_mem_alloc(cad_size_add(m->n, 1), "instances of a STEP file", &c->sound));
    for (uint32_t k = 0; k < m->n_types; k++) {
        cad_step_entity_id e = cad_step_signature_find(cad_step_name(m, k));
        c->entity[k] = (uint8_t)e;
        c->groups[k] = cad_step_entity_groups(e);
    }
    return CAD_OK;
}

static cad_status check(cad_step_checker *c, bool geometry)
{
    CAD_TRY(look_up(c));
    CAD_TRY(cad_step_check_types(c));
    if (!geometry)
        return CAD_OK;
    CAD_TRY(cad_step_find_units(c));
    CAD_TRY(cad_step_check_shapes(c));
    return cad_step_check_topology(c);
}

cad_status cad_step_check(cad_step *m, const cad_step_check_opts *o)
{
    cad_step_checker c = {.m = m, .length = o->length > 0 ? o->length : 1e6};
    cad_status s = check(&c, o->geometry);
    cad_mem_free(c.unit_of);
    cad_mem_free(c.entity);
    cad_mem_free(c.groups);
    cad_mem_free(c.sound);
    cad_step_diags_sort(&m->diags);
    return s;
}
