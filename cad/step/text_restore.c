/* What reduction left out is written again. */
#include "cad/step/step_number.h"
#include "cad/step/text_impl.h"
#include "cad/step/text_topology.h"
#include "cad/vec3.h"

#include "core/size.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct restorer {
    const cad_step *m;
    uint32_t first, next; /* ids: of instance 0; of the next one that is made */
    uint32_t *closer;
    cad_buf *out, made; /* instances of the model; those that are made, behind them */
} restorer;

/* ---- instances that are made ---- */

/* "CARTESIAN_POINT('',(0.,1.,2.))" with a type of three numbers. */
static cad_status make_xyz(restorer *r, const char *type, const double v[3], uint32_t *out)
{
    *out = r->next++;
    CAD_TRY(cad_buf_printf(&r->made, "#%u=%s('',(", *out, type));
    for (int k = 0; k < 3; k++) {
        if (!isfinite(v[k]))
            CAD_FAIL(CAD_EDATA, "a coordinate that follows from the others is not finite");
        if (k)
            CAD_TRY(cad_buf_str(&r->made, ","));
        CAD_TRY(cad_step_number_print(v[k] == 0 ? 0 : v[k], &r->made));
    }
    return cad_buf_str(&r->made, "));\n");
}

static cad_status make_line(restorer *r, const double from[3], const double to[3], uint32_t *out)
{
    double d[3];
    uint32_t point, direction;
    cad_along3(to, -1, from, d);
    if (!cad_unit3(d))
        CAD_FAIL(CAD_EDATA, "an edge without a curve between two vertices of one place");
    CAD_TRY(make_xyz(r, "CARTESIAN_POINT", from, &point));
    CAD_TRY(make_xyz(r, "DIRECTION", d, &direction));
    *out = r->next + 1;
    CAD_TRY(
        cad_buf_printf(&r->made, "#%u=VECTOR('',#%u,1.);\n#%u=LINE('',#%u,#%u);\n", r->next, direction, *out, point, r->next));
    r->next += 2;
    return CAD_OK;
}

static cad_status make_surface(restorer *r, const cad_text_surface *s, uint32_t *out)
{
    uint32_t point, axis, x;
    CAD_TRY(make_xyz(r, "CARTESIAN_POINT", s->at, &point));
    CAD_TRY(make_xyz(r, "DIRECTION", s->axis, &axis));
    CAD_TRY(make_xyz(r, "DIRECTION", s->x, &x));
    CAD_TRY(cad_buf_printf(&r->made, "#%u=AXIS2_PLACEMENT_3D('',#%u,#%u,#%u);\n", r->next, point, axis, x));
    *out = r->next + 1;
    if (s->kind == CAD_TEXT_PLANE) {
        CAD_TRY(cad_buf_printf(&r->made, "#%u=PLANE('',#%u);\n", *out, r->next));
    } else {
        CAD_TRY(cad_buf_printf(&r->made, "#%u=CYLINDRICAL_SURFACE('',#%u,", *out, r->next));
        CAD_TRY(cad_step_number_print(s->radius, &r->made));
        CAD_TRY(cad_buf_str(&r->made, ");\n"));
    }
    r->next += 2;
    return CAD_OK;
}

/* ---- instances of the model ---- */

/* The bytes of an instance up to behind parameter p, or up to behind its name. */
static cad_status add_up_to(restorer *r, uint32_t i, uint32_t end)
{
    uint32_t at = r->m->instance[i].at;
    return cad_buf_add(r->out, r->m->text + at, end - at);
}

static uint32_t end_of(const restorer *r, uint32_t p)
{
    return r->m->param[p].at + r->m->param[p].len;
}

static cad_status restore_vertex(restorer *r, uint32_t i)
{
    uint32_t p = cad_text_value(r->m, i, 0), point = 0;
    double at[3];
    if (!cad_text_vertex_of(r->m, r->closer, i, at))
        CAD_FAIL(CAD_EDATA, "VERTEX_POINT($): no circle begins and ends in it");
    CAD_TRY(make_xyz(r, "CARTESIAN_POINT", at, &point));
    CAD_TRY(add_up_to(r, i, r->m->param[p].at));
    return cad_buf_printf(r->out, "#%u);\n", point);
}

static cad_status restore_edge(restorer *r, uint32_t i)
{
    cad_text_edge e;
    double from[3], to[3];
    uint32_t line = 0;
    if (!cad_text_edge_of(r->m, i, &e) || !cad_text_vertex_of(r->m, r->closer, e.vertex[0], from) ||
        !cad_text_vertex_of(r->m, r->closer, e.vertex[1], to))
        CAD_FAIL(CAD_EDATA, "EDGE_CURVE without a curve: expected two vertices");
    CAD_TRY(make_line(r, from, to, &line));
    CAD_TRY(add_up_to(r, i, end_of(r, cad_text_value(r->m, i, 1))));
    return cad_buf_printf(r->out, ",#%u,.T.);\n", line);
}

static cad_status restore_face(restorer *r, uint32_t i)
{
    cad_text_surface s;
    uint32_t surface = 0, list = cad_text_value(r->m, i, 0);
    cad_text_surface_of(r->m, r->closer, i, &s);
    if (s.kind == CAD_TEXT_NOTHING)
        CAD_FAIL(CAD_EDATA, "ADVANCED_FACE without a surface: its edges lie neither in a plane nor on a cylinder");
    CAD_TRY(make_surface(r, &s, &surface));
    CAD_TRY(add_up_to(r, i, r->m->param[list].at));
    CAD_TRY(cad_buf_str(r->out, "("));
    for (uint32_t k = 0; k < r->m->param[list].holds.size; k++)
        CAD_TRY(cad_buf_printf(r->out, k ? ",#%u" : "#%u", r->first + r->m->param[list + 1 + k].ref));
    return cad_buf_printf(r->out, "),#%u,.%c.);\n", surface, s.sense ? 'T' : 'F');
}

static cad_status restore_oriented(restorer *r, uint32_t i)
{
    uint32_t p = cad_text_value(r->m, i, 0), at = r->m->param[p].at;
    CAD_TRY(add_up_to(r, i, at));
    CAD_TRY(cad_buf_str(r->out, "*,*,"));
    CAD_TRY(cad_buf_add(r->out, r->m->text + at, r->m->instance[i].end - at));
    return cad_buf_str(r->out, "\n");
}

static cad_status restore_one(restorer *r, uint32_t i)
{
    const cad_step *m = r->m;
    uint32_t p = cad_text_value(m, i, 0), n = cad_step_arity(m, i);
    if (n == 2 && cad_step_is_type(m, i, "VERTEX_POINT") && m->param[p].kind == CAD_STEP_UNSET)
        return restore_vertex(r, i);
    if (n == 3 && cad_step_is_type(m, i, "EDGE_CURVE"))
        return restore_edge(r, i);
    if (n == 2 && cad_step_is_type(m, i, "ADVANCED_FACE") && m->param[p].kind == CAD_STEP_LIST)
        return restore_face(r, i);
    if (n == 3 && cad_step_is_type(m, i, "ORIENTED_EDGE"))
        return restore_oriented(r, i);
    CAD_TRY(add_up_to(r, i, m->instance[i].end));
    return cad_buf_str(r->out, "\n");
}

cad_status cad_text_restore(cad_arena *a, const cad_step *m, uint32_t first, cad_buf *out, uint32_t *out_next)
{
    cad_frame f = cad_arena_mark(a);
    restorer r = {.m = m, .first = first, .next = first + m->n, .out = out, .made = CAD_BUF_INIT};
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_add(m->n, 1), sizeof *r.closer), "circles", &r.closer));
    cad_text_closers(m, r.closer);
    cad_status s =
        cad_text_is_linear(m) ? CAD_OK : cad_fail(CAD_EDATA, "faces that share their loops: more edges than the text has");
    for (uint32_t i = 0; s == CAD_OK && i < m->n; i++)
        s = restore_one(&r, i);
    if (s == CAD_OK && r.made.len)
        s = cad_buf_add(out, r.made.data, r.made.len);
    cad_buf_deinit(&r.made);
    cad_arena_rewind(a, f);
    if (s == CAD_OK)
        *out_next = r.next;
    return s;
}
