#include "eval/expect.h"

#include "eval/expect_holes.h"
#include "eval/facts_json.h"

#include <math.h>
#include <string.h>

bool cad_expect_matches(const json_t *want, double got, double tol)
{
    if (!want || json_is_null(want))
        return true;
    if (json_is_array(want)) {
        double lo = json_number_value(json_array_get(want, 0)), hi = json_number_value(json_array_get(want, 1));
        return got >= lo - 1e-9 * fabs(lo) && got <= hi + 1e-9 * fabs(hi);
    }
    double w = json_number_value(want);
    return fabs(got - w) <= tol * fabs(w) + 1e-9;
}

static bool count_is(const json_t *want, int64_t got)
{
    return cad_expect_matches(want, (double)got, 1e-6);
}

/* Three wanted extents against three found ones: in order, or by the best assignment. */
static bool box_matches(const json_t *want, const double extent[3], bool ordered, double tol)
{
    static const int perm[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int p = 0; p < (ordered ? 1 : 6); p++) {
        bool all = true;
        for (size_t i = 0; i < 3; i++)
            all = all && cad_expect_matches(json_array_get(want, i), extent[perm[p][i]], tol);
        if (all)
            return true;
    }
    return false;
}

static bool faces_match(const json_t *want, const cad_facts *f)
{
    if (!json_is_object(want))
        return count_is(want, f->faces_merged);
    for (int k = 0; k < CAD_SURFACE_KINDS; k++) {
        const json_t *n = json_object_get(want, cad_surface_name((cad_surface)k));
        if (n && !count_is(n, f->kinds[k]))
            return false;
    }
    return true;
}

/* A wall of thickness t: two parallel planes that look away from each other with t of material between them, or two coaxial
 * cylinders, the inner one concave. */
static bool wall_exists(const json_t *want, const cad_facts *f, double tol)
{
    for (int32_t i = 0; i < f->n_planes; i++)
        for (int32_t j = i + 1; j < f->n_planes; j++) {
            const cad_plane *a = &f->planes[i], *b = &f->planes[j];
            double dot = a->normal[0] * b->normal[0] + a->normal[1] * b->normal[1] + a->normal[2] * b->normal[2];
            if (dot < -1 + 1e-8 && cad_expect_matches(want, a->offset + b->offset, tol))
                return true;
        }
    for (int32_t i = 0; i < f->n_cylinders; i++)
        for (int32_t j = 0; j < f->n_cylinders; j++) {
            const cad_cylinder *in = &f->cylinders[i], *out = &f->cylinders[j];
            if (in->concave && !out->concave && cad_cylinders_coaxial(in, out, 1e-4 * cad_facts_diagonal(f)) &&
                cad_expect_matches(want, out->radius - in->radius, tol))
                return true;
        }
    return false;
}

static bool open_matches(const json_t *want, uint32_t mask)
{
    static const char *const side[6] = {"+X", "-X", "+Y", "-Y", "+Z", "-Z"};
    const char *text = json_string_value(want);
    if (!strcmp(text, "any"))
        return mask != 0;
    for (uint32_t i = 0; i < 6; i++)
        if (!strcmp(text, side[i]))
            return (mask >> i & 1u) != 0;
    return false;
}

static bool prism_exists(const json_t *want, const cad_facts *f, double tol)
{
    for (int32_t i = 0; i < f->n_prisms; i++)
        if (!f->prisms[i].concave && count_is(json_object_get(want, "sides"), f->prisms[i].sides) &&
            cad_expect_matches(json_object_get(want, "af"), f->prisms[i].af, tol))
            return true;
    return false;
}

static bool any_holds(const json_t *alternatives, const cad_facts *f, uint32_t open_mask)
{
    size_t i;
    json_t *one;
    json_array_foreach(alternatives, i, one)
    {
        cad_checks c;
        cad_expect_check(one, f, open_mask, &c);
        if (c.all)
            return true;
    }
    return false;
}

double cad_facts_diagonal(const cad_facts *f)
{
    double d2 = 0;
    for (int i = 0; i < 3; i++)
        d2 += (f->box[i + 3] - f->box[i]) * (f->box[i + 3] - f->box[i]);
    return sqrt(d2);
}

static void add(cad_checks *c, const char *name, bool pass)
{
    c->item[c->n++] = (cad_check){name, pass};
    c->all = c->all && pass;
}

void cad_expect_check(const json_t *expect, const cad_facts *f, uint32_t open_mask, cad_checks *out)
{
    *out = (cad_checks){.all = true};
    const json_t *v = json_object_get(expect, "tol");
    double tol = v ? json_number_value(v) : 0.01;
    const char *order = json_string_value(json_object_get(expect, "order"));
    double extent[3];
    for (int i = 0; i < 3; i++)
        extent[i] = f->box[i + 3] - f->box[i];

    if ((v = json_object_get(expect, "solids")))
        add(out, "solids", count_is(v, f->solids));
    if ((v = json_object_get(expect, "shells")))
        add(out, "shells", count_is(v, f->shells));
    if ((v = json_object_get(expect, "bbox")))
        add(out, "bbox", box_matches(v, extent, order && !strcmp(order, "xyz"), tol));
    if ((v = json_object_get(expect, "volume")))
        add(out, "volume", cad_expect_matches(v, f->volume, tol));
    if ((v = json_object_get(expect, "faces")))
        add(out, "faces", faces_match(v, f));
    if ((v = json_object_get(expect, "genus")))
        add(out, "genus", count_is(v, f->genus));
    if ((v = json_object_get(expect, "holes")))
        add(out, "holes", cad_expect_holes(v, f, true, tol));
    if ((v = json_object_get(expect, "bosses")))
        add(out, "bosses", cad_expect_holes(v, f, false, tol));
    if ((v = json_object_get(expect, "wall")))
        add(out, "wall", wall_exists(v, f, tol));
    if ((v = json_object_get(expect, "open")))
        add(out, "open", open_matches(v, open_mask));
    if ((v = json_object_get(expect, "prism")))
        add(out, "prism", prism_exists(v, f, tol));
    if ((v = json_object_get(expect, "any")))
        add(out, "any", any_holds(v, f, open_mask));
}
