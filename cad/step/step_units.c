#include "cad/step/step_group.h"

#include <math.h>
#include <string.h>

/* Chains and lists of units are short; those of a hostile file may be long, or rings. */
enum { DEEPEST = 8, MOST = 32 };

static const double DEGREE = 0.017453292519943295;

typedef struct prefix {
    const char *name;
    int exponent;
} prefix;

static const prefix PREFIXES[] = {
    {".EXA.", 18},  {".PETA.", 15},  {".TERA.", 12},   {".GIGA.", 9},   {".MEGA.", 6},   {".KILO.", 3},
    {".HECTO.", 2}, {".DECA.", 1},   {".DECI.", -1},   {".CENTI.", -2}, {".MILLI.", -3}, {".MICRO.", -6},
    {".NANO.", -9}, {".PICO.", -12}, {".FEMTO.", -15}, {".ATTO.", -18},
};

static bool is_text(const cad_step *m, const cad_step_param *p, const char *text)
{
    return p->len == strlen(text) && !memcmp(m->text + p->at, text, p->len);
}

/* The parameters of partial type `name` of a complex instance, or of a simple one of that type: first and end.  False: none. */
static bool part_of(const cad_step *m, uint32_t i, const char *name, uint32_t *first, uint32_t *end)
{
    const cad_step_instance *it = &m->instance[i];
    if (it->type != CAD_STEP_NONE) {
        *first = it->param;
        *end = it->param + it->size;
        return !strcmp(cad_step_name(m, it->type), name);
    }
    int n = 0;
    for (uint32_t p = it->param; p < it->param + it->size && n < MOST; p = cad_step_next(m, p), n++) {
        *first = p + 1;
        *end = p + 1 + m->param[p].holds.size;
        if (!strcmp(cad_step_name(m, m->param[p].holds.of), name))
            return true;
    }
    return false;
}

static bool ref_at(const cad_step *m, uint32_t p, uint32_t end, uint32_t *out)
{
    if (p >= end || m->param[p].kind != CAD_STEP_REF || m->param[p].ref == CAD_STEP_NONE)
        return false;
    *out = m->param[p].ref;
    return true;
}

/* A real, or the real in a typed parameter. */
static bool number_at(const cad_step *m, uint32_t p, uint32_t end, double *out)
{
    if (p + 1 < end && m->param[p].kind == CAD_STEP_TYPED)
        p++;
    if (p >= end || (m->param[p].kind != CAD_STEP_REAL && m->param[p].kind != CAD_STEP_INTEGER))
        return false;
    *out = m->param[p].kind == CAD_STEP_REAL ? m->param[p].real : (double)m->param[p].integer;
    return *out > 0;
}

static bool si_factor(const cad_step *m, uint32_t p, uint32_t end, double *out)
{
    if (end - p < 2 || m->param[p + 1].kind != CAD_STEP_ENUM)
        return false;
    bool metre = is_text(m, &m->param[p + 1], ".METRE.");
    int exponent = metre ? 3 : 0;
    for (size_t k = 0; k < sizeof PREFIXES / sizeof *PREFIXES; k++)
        if (m->param[p].kind == CAD_STEP_ENUM && is_text(m, &m->param[p], PREFIXES[k].name))
            exponent += PREFIXES[k].exponent;
    *out = pow(10, exponent); /* exactly 1 for millimetres */
    return metre || is_text(m, &m->param[p + 1], ".RADIAN.");
}

/* What one of a unit is in millimetres or radians. */
static bool unit_factor(const cad_step *m, uint32_t unit, double *out)
{
    double all = 1;
    for (int depth = 0; depth < DEEPEST; depth++) {
        uint32_t p, end, measure;
        double x;
        if (part_of(m, unit, "SI_UNIT", &p, &end)) {
            if (!si_factor(m, p, end, &x))
                return false;
            *out = all * x;
            return *out > 0 && isfinite(*out);
        }
        if (!part_of(m, unit, "CONVERSION_BASED_UNIT", &p, &end) || !ref_at(m, p + 1, end, &measure))
            return false;
        const cad_step_instance *it = &m->instance[measure];
        if (it->type == CAD_STEP_NONE && !part_of(m, measure, "MEASURE_WITH_UNIT", &p, &end))
            return false;
        if (it->type != CAD_STEP_NONE) {
            p = it->param;
            end = it->param + it->size;
        }
        if (p >= end || !number_at(m, p, end, &x) || !ref_at(m, cad_step_next(m, p), end, &unit))
            return false;
        all *= x;
    }
    return false;
}

bool cad_step_units_in(const cad_step *m, uint32_t context, cad_step_units *out)
{
    uint32_t p, end, list_end, unit, a, b;
    bool found = false;
    int n = 0;
    if (!part_of(m, context, "GLOBAL_UNIT_ASSIGNED_CONTEXT", &p, &end) || p >= end || m->param[p].kind != CAD_STEP_LIST)
        return false;
    list_end = p + 1 + m->param[p].holds.size;
    for (p++; p < list_end && n < MOST; p = cad_step_next(m, p), n++) {
        double x;
        if (!ref_at(m, p, list_end, &unit) || !unit_factor(m, unit, &x))
            continue;
        if (part_of(m, unit, "LENGTH_UNIT", &a, &b))
            out->length = x;
        else if (part_of(m, unit, "PLANE_ANGLE_UNIT", &a, &b))
            out->angle = x > 0.0174 && x < 0.0175 ? DEGREE : x; /* written with few digits, it is one degree all the same */
        else
            continue;
        found = true;
    }
    return found;
}

cad_step_units cad_step_units_of(const cad_step *m, uint32_t item)
{
    cad_step_units u = {1, 1};
    for (uint32_t e = m->in.first[item]; e < m->in.first[item + 1]; e++) {
        uint32_t user = m->in.to[e], end = m->out.first[user + 1];
        if (cad_step_units_in(m, m->out.to[end - 1], &u)) /* the last that a representation names is its context */
            return u;
    }
    return u;
}
