/* Whether a file is what the template describes: one part, one representation of solids, one context whose units are known. */
#include "cad/step/step_group.h"
#include "cad/step/text_impl.h"

#include "core/size.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Roots that the template replaces, and those that colour. */
static const char *const BOILERPLATE[] = {"SHAPE_DEFINITION_REPRESENTATION", "APPLICATION_PROTOCOL_DEFINITION",
                                          "PRODUCT_RELATED_PRODUCT_CATEGORY", "PRODUCT_CATEGORY_RELATIONSHIP",
                                          "PRODUCT_DEFINITION_CONTEXT"};
static const char *const STYLES[] = {"MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION", "STYLED_ITEM",
                                     "OVER_RIDING_STYLED_ITEM", "PRESENTATION_LAYER_ASSIGNMENT"};
enum { N_BOILERPLATE = sizeof BOILERPLATE / sizeof *BOILERPLATE, N_STYLES = sizeof STYLES / sizeof *STYLES };

static bool is_one_of(const cad_step *m, uint32_t i, const char *const *name, int n)
{
    for (int k = 0; k < n; k++)
        if (cad_step_is_type(m, i, name[k]))
            return true;
    return false;
}

static cad_status misfit(cad_text *t, const char *why, const char *type, const char **out)
{
    char text[320];
    int n = snprintf(text, sizeof text, *type ? "%s %s" : "%s", why, type);
    return cad_arena_strdup(t->a, text, n < (int)sizeof text ? (size_t)n : sizeof text - 1, out);
}

static const char *name_of(const cad_step *m, uint32_t i)
{
    if (i == CAD_STEP_NONE)
        return "nothing";
    return m->instance[i].type == CAD_STEP_NONE ? "(complex)" : cad_step_name(m, m->instance[i].type);
}

/* ---- units ---- */

enum { FARTHEST_UNIT = 21 }; /* exametres are 10^21 mm */

/* Whether the units of a representation's context are metres times a power of ten, and radians. */
static bool read_units(const cad_step *m, uint32_t context, int *out_power, const char **out_why)
{
    cad_step_units u = {0, 0};
    if (context == CAD_STEP_NONE || !cad_step_units_in(m, context, &u) || !(u.length > 0)) {
        *out_why = "units: no length";
        return false;
    }
    double power = round(log10(u.length)); /* of millimetres */
    *out_why = "units: a length that is no power of ten of a metre";
    if (!(fabs(power) <= FARTHEST_UNIT) || pow(10, power) != u.length)
        return false;
    *out_power = (int)power;
    *out_why = "units: angles that are no radians";
    return u.angle == 1;
}

/* ---- the solids ---- */

static bool is_point(const cad_step *m, uint32_t i, double x, double y, double z)
{
    uint32_t p = i == CAD_STEP_NONE ? CAD_STEP_NONE : cad_text_value(m, i, 0);
    const double want[3] = {x, y, z};
    if (p == CAD_STEP_NONE || m->param[p].kind != CAD_STEP_LIST || m->param[p].holds.size != 3)
        return false;
    for (uint32_t k = 0; k < 3; k++)
        if (m->param[p + 1 + k].kind != CAD_STEP_REAL || m->param[p + 1 + k].real != want[k])
            return false;
    return true;
}

static bool is_identity(const cad_step *m, uint32_t i)
{
    uint32_t axis = cad_step_ref(m, cad_text_value(m, i, 1)), x = cad_step_ref(m, cad_text_value(m, i, 2));
    return is_point(m, cad_step_ref(m, cad_text_value(m, i, 0)), 0, 0, 0) &&
           (axis == CAD_STEP_NONE || is_point(m, axis, 0, 0, 1)) && (x == CAD_STEP_NONE || is_point(m, x, 1, 0, 0));
}

/* The items of the representation: solids become the roots. */
static cad_status take_items(cad_text *t, uint32_t list, const char **out)
{
    const cad_step *m = &t->m;
    uint8_t *taken;
    CAD_TRY(cad_arena_zalloc(t->a, m->n, 1, "solids", &taken));
    t->n_roots = 0;
    for (uint32_t q = list + 1; q < list + 1 + m->param[list].holds.size; q++) {
        uint32_t i = cad_step_ref(m, q);
        cad_step_entity_id k = i == CAD_STEP_NONE ? CAD_STEP_IS_UNKNOWN : cad_text_known(t, i);
        if (k == CAD_STEP_IS_MANIFOLD_SOLID_BREP || k == CAD_STEP_IS_BREP_WITH_VOIDS) {
            if (!taken[i]) /* named twice it is still one */
                t->root[t->n_roots++] = i;
            taken[i] = 1;
        } else if (k != CAD_STEP_IS_AXIS2_PLACEMENT_3D)
            return misfit(t, "item", name_of(m, i), out);
        else if (!is_identity(m, i))
            return misfit(t, "a placement that moves", "", out);
    }
    return t->n_roots ? CAD_OK : misfit(t, "no solid", "", out);
}

static cad_status take_representation(cad_text *t, uint32_t sdr, const char **out)
{
    const cad_step *m = &t->m;
    uint32_t shape = cad_step_ref(m, cad_step_nth(m, sdr, 0)), rep = cad_step_ref(m, cad_step_nth(m, sdr, 1));
    uint32_t of = shape == CAD_STEP_NONE ? CAD_STEP_NONE : cad_step_ref(m, cad_step_nth(m, shape, 2));
    if (!cad_step_is_type(m, of, "PRODUCT_DEFINITION"))
        return misfit(t, "shape of", name_of(m, of), out);
    if (!cad_step_is_type(m, rep, "ADVANCED_BREP_SHAPE_REPRESENTATION"))
        return misfit(t, "representation", name_of(m, rep), out);
    uint32_t list = cad_step_nth(m, rep, 1);
    if (list == CAD_STEP_NONE || m->param[list].kind != CAD_STEP_LIST)
        return misfit(t, "a representation without items", "", out);
    const char *why;
    int power;
    if (!read_units(m, cad_step_ref(m, cad_step_nth(m, rep, 2)), &power, &why))
        return misfit(t, why, "", out);
    t->power = power;
    return take_items(t, list, out);
}

/* ---- all ---- */

/* What nothing else refers to, and of a cycle that no root reaches the first of the file. */
static cad_status find_roots(cad_text *t, uint32_t *root, uint32_t *out_n)
{
    const cad_step *m = &t->m;
    uint8_t *used, *mark;
    uint32_t n = 0, count;
    CAD_TRY(cad_arena_zalloc(t->a, cad_size_add(m->n, 1), 1, "referenced instances", &used));
    for (uint32_t i = 0; i < m->n; i++)
        for (uint32_t k = m->out.first[i]; k < m->out.first[i + 1]; k++)
            if (m->out.to[k] != i)
                used[m->out.to[k]] = 1;
    for (uint32_t i = 0; i < m->n; i++)
        if (!used[i])
            root[n++] = i;
    CAD_TRY(cad_arena_zalloc(t->a, cad_size_add(m->n, 1), 1, "reached instances", &mark));
    CAD_TRY(cad_text_reach(t, root, n, mark, 1, &count));
    for (uint32_t i = 0; count < m->n && i < m->n; i++) {
        if (mark[i])
            continue;
        uint32_t more;
        root[n] = i;
        CAD_TRY(cad_text_reach(t, &root[n++], 1, mark, 1, &more));
        count += more;
    }
    *out_n = n;
    return CAD_OK;
}

/* The type of one of the solids' instances whose lengths cannot be told, NULL where there is none: parameters of a surface or
 * curve are lengths or not, as its kind says, and of types outside step_signature.h nothing is known. */
static cad_status find_unscaled(const cad_text *t, const char **out)
{
    const cad_step *m = &t->m;
    uint8_t *mark;
    uint32_t n;
    *out = NULL;
    CAD_TRY(cad_arena_zalloc(t->a, cad_size_add(m->n, 1), 1, "instances of solids", &mark));
    CAD_TRY(cad_text_reach(t, t->root, t->n_roots, mark, 1, &n));
    for (uint32_t i = 0; !*out && i < m->n; i++) {
        cad_step_entity_id k = cad_text_known(t, i);
        if (mark[i] && m->instance[i].type == CAD_STEP_NONE)
            *out = "a complex instance";
        else if (mark[i] && (k == CAD_STEP_IS_PCURVE || k == CAD_STEP_IS_TRIMMED_CURVE || k == CAD_STEP_IS_UNKNOWN))
            *out = cad_step_name(m, m->instance[i].type);
    }
    return CAD_OK;
}

cad_status cad_text_fit(cad_text *t, const cad_step_form *f, const char **out_misfit)
{
    const cad_step *m = &t->m;
    uint32_t *root, n = 0, sdr = CAD_STEP_NONE, n_sdr = 0, kept = 0;
    *out_misfit = NULL;
    CAD_TRY(cad_arena_alloc(t->a, cad_size_mul(cad_size_add(m->n, 1), sizeof *root), "roots", &root));
    CAD_TRY(cad_arena_alloc(t->a, cad_size_mul(cad_size_add(m->n, 1), sizeof *root), "roots", &t->root));
    CAD_TRY(find_roots(t, root, &n));
    for (uint32_t k = 0; k < n; k++) {
        if (cad_step_is_type(m, root[k], BOILERPLATE[0])) {
            sdr = root[k];
            n_sdr++;
        }
        if (is_one_of(m, root[k], STYLES, N_STYLES) && !f->style)
            continue;
        if (f->boilerplate && !*out_misfit && !is_one_of(m, root[k], BOILERPLATE, N_BOILERPLATE))
            CAD_TRY(misfit(t, "root", name_of(m, root[k]), out_misfit));
        root[kept++] = root[k];
    }
    if (f->boilerplate && !*out_misfit && n_sdr != 1)
        CAD_TRY(misfit(t, n_sdr ? "several" : "no", BOILERPLATE[0], out_misfit));
    if (f->boilerplate && !*out_misfit)
        CAD_TRY(take_representation(t, sdr, out_misfit));
    if (f->boilerplate && !*out_misfit && t->power != 0 && !f->mm)
        CAD_TRY(misfit(t, "units: no millimetres", "", out_misfit));
    const char *unscaled = NULL;
    if (f->boilerplate && !*out_misfit && t->power != 0)
        CAD_TRY(find_unscaled(t, &unscaled));
    if (unscaled)
        CAD_TRY(misfit(t, "units: no millimetres, and", unscaled, out_misfit));
    t->fits = f->boilerplate && !*out_misfit;
    CAD_TRY(cad_arena_zalloc(t->a, cad_size_add(m->n, 1), 1, "instances", &t->plain));
    CAD_TRY(cad_text_reach(t, root, kept, t->plain, 1, &n));
    if (!t->fits) {
        memcpy(t->root, root, kept * sizeof *root);
        t->n_roots = kept;
        t->power = 0;
    }
    return CAD_OK;
}
