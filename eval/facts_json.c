#include "eval/facts_json.h"

#include <math.h>
#include <string.h>

static const char *const names[CAD_SURFACE_KINDS] = {
    [CAD_SURFACE_plane] = "plane",   [CAD_SURFACE_cylinder] = "cylinder", [CAD_SURFACE_cone] = "cone",
    [CAD_SURFACE_sphere] = "sphere", [CAD_SURFACE_torus] = "torus",       [CAD_SURFACE_other] = "other",
};

const char *cad_surface_name(cad_surface k)
{
    return names[k];
}

cad_surface cad_surface_find(const char *name)
{
    for (int k = 0; k < CAD_SURFACE_KINDS; k++)
        if (!strcmp(name, names[k]))
            return (cad_surface)k;
    return CAD_SURFACE_KINDS;
}

json_t *cad_json_finite(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

json_t *cad_facts_kinds_json(const cad_facts *f)
{
    json_t *o = json_object();
    int bad = o == NULL;
    for (int k = 0; k < CAD_SURFACE_KINDS; k++)
        bad |= json_object_set_new(o, names[k], json_integer(f->kinds[k]));
    if (bad) {
        json_decref(o);
        return NULL;
    }
    return o;
}

json_t *cad_facts_box_json(const cad_facts *f)
{
    json_t *a = json_array();
    int bad = a == NULL;
    for (int i = 0; i < 6; i++)
        bad |= json_array_append_new(a, cad_json_finite(f->box[i]));
    if (bad) {
        json_decref(a);
        return NULL;
    }
    return a;
}
