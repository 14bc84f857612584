#include "cad/step/step_round.h"

#include "cad/step/step_number.h"
#include "cad/step/step_signature.h"
#include "core/mem.h"
#include "core/size.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- one number ---- */

/* The integer nearest to at + rest, of two the even one; 0 <= at < 2^53, and |rest| is below the spacing at `at`. */
static double nearest(double at, double rest)
{
    double down = floor(at), over = (at - down - 0.5) + rest; /* both differences are exact, and a sum has the right sign */
    return over > 0 || (over == 0 && fmod(down, 2) != 0) ? down + 1 : down;
}

double cad_step_round_places(double value, int places)
{
    double x = fabs(value), scaled = x * cad_step_powers[places];
    if (!(scaled < 0x1p53)) /* the spacing there is a decimal or more, so the nearest one reads back as the value */
        return value;
    double n = nearest(scaled, fma(x, cad_step_powers[places], -scaled));
    return n == 0 ? (value == 0 ? value : 0.0) : copysign(n / cad_step_powers[places], value);
}

/* What no exact power of ten scales. */
static double by_text(double value, int digits)
{
    char text[40];
    cad_step_number n;
    snprintf(text, sizeof text, "%.*e", digits - 1, fabs(value));
    if (digits > 1)
        text[1] = '.'; /* whatever the locale */
    for (char *c = text; *c; c++)
        *c = *c == 'e' ? 'E' : *c;
    cad_step_number_read(text, strlen(text), &n);
    return copysign(n.value, value);
}

double cad_step_round_digits(double value, int digits)
{
    double x = fabs(value);
    if (x == 0)
        return value;
    int places = digits - 1 - (int)floor(log10(x));
    return places >= 0 && places <= CAD_STEP_EXACT_POWER ? cad_step_round_places(value, places) : by_text(value, digits);
}

/* ---- size ---- */

typedef struct box {
    double low[3], high[3];
    bool any;
} box;

/* The numbers of the list that a point is; how many. */
static uint32_t coordinates(const cad_step *m, const cad_step_instance *it, double out[3])
{
    uint32_t n = 0;
    for (uint32_t p = it->param; p < it->param + it->size; p++) {
        const cad_step_param *q = &m->param[p];
        if (q->kind != CAD_STEP_REAL && q->kind != CAD_STEP_INTEGER)
            continue;
        if (n < 3)
            out[n] = q->kind == CAD_STEP_REAL ? q->real : (double)q->integer;
        n++;
    }
    return n;
}

static void take_point(const cad_step *m, const cad_step_instance *it, box *b)
{
    double at[3];
    if (coordinates(m, it, at) != 3)
        return;
    for (int i = 0; i < 3; i++) {
        b->low[i] = b->any ? fmin(b->low[i], at[i]) : at[i];
        b->high[i] = b->any ? fmax(b->high[i], at[i]) : at[i];
    }
    b->any = true;
}

static double diagonal(const box *b)
{
    return b->any ? hypot(hypot(b->high[0] - b->low[0], b->high[1] - b->low[1]), b->high[2] - b->low[2]) : 0;
}

double cad_step_extent(const cad_step *m)
{
    uint32_t vertex = CAD_STEP_NONE, point = CAD_STEP_NONE;
    box vertices = {.any = false}, points = {.any = false};
    for (uint32_t k = 0; k < m->n_types; k++) {
        vertex = strcmp(cad_step_name(m, k), "VERTEX_POINT") ? vertex : k;
        point = strcmp(cad_step_name(m, k), "CARTESIAN_POINT") ? point : k;
    }
    for (uint32_t i = 0; point != CAD_STEP_NONE && i < m->n; i++) {
        if (m->instance[i].type == point)
            take_point(m, &m->instance[i], &points);
        if (m->instance[i].type != vertex || vertex == CAD_STEP_NONE)
            continue;
        for (uint32_t e = m->out.first[i]; e < m->out.first[i + 1]; e++)
            if (m->instance[m->out.to[e]].type == point)
                take_point(m, &m->instance[m->out.to[e]], &vertices);
    }
    double d = diagonal(&vertices);
    return d > 0 ? d : diagonal(&points);
}

static int at_most(int places)
{
    return places < 0 ? 0 : places > CAD_STEP_EXACT_POWER ? CAD_STEP_EXACT_POWER : places;
}

enum { OTHER_DIGITS = 9 };

cad_step_places cad_step_places_of(double extent, int k)
{
    int length = extent > 0 && isfinite(extent) ? at_most((int)ceil(k - log10(extent))) : k;
    return (cad_step_places){length, length > k ? length : k, k, OTHER_DIGITS};
}

cad_step_places cad_step_places_fixed(int decimals)
{
    return (cad_step_places){decimals, decimals, decimals, OTHER_DIGITS};
}

/* ---- all numbers ---- */

static double rounded(double value, cad_step_role r, bool flat, const cad_step_places *places)
{
    if (r == CAD_STEP_ROLE_other)
        return cad_step_round_digits(value, places->digits);
    return cad_step_round_places(value, r == CAD_STEP_ROLE_direction ? places->direction
                                        : flat                       ? places->parameter
                                                                     : places->length);
}

/* The numbers of one type: of an instance, or of a part of a complex one. */
static int64_t round_some(cad_step *m, uint32_t first, uint32_t size, cad_step_entity_id id, const cad_step_places *places)
{
    int64_t changed = 0;
    uint32_t total = 0, reals = 0, k = 0;
    for (uint32_t p = first; p < first + size; p++) {
        reals += m->param[p].kind == CAD_STEP_REAL;
        total += m->param[p].kind == CAD_STEP_INTEGER;
    }
    total += reals;
    if (reals == 0) /* as most have none */
        return 0;
    uint32_t n = cad_step_count(m, first, first + size);
    bool flat = id == CAD_STEP_IS_CARTESIAN_POINT && total == 2; /* in the coordinates of a surface */
    for (uint32_t p = first; p < first + size; k++) {
        cad_step_role r = cad_step_role_of(id, k, n);
        for (uint32_t end = cad_step_next(m, p); p < end; p++) {
            cad_step_param *q = &m->param[p];
            if (q->kind != CAD_STEP_REAL)
                continue;
            double v = rounded(q->real, r, flat, places);
            changed += v != q->real;
            q->real = v;
        }
    }
    return changed;
}

cad_status cad_step_round(cad_step *m, const cad_step_places *places, int64_t *out_changed)
{
    uint8_t *of; /* cad_step_entity_id of each type */
    int64_t changed = 0;
    CAD_TRY(cad_mem_alloc(cad_size_add(m->n_types, 1), "types of a STEP file", &of));
    for (uint32_t k = 0; k < m->n_types; k++)
        of[k] = (uint8_t)cad_step_signature_find(cad_step_name(m, k));
    for (uint32_t i = 0; i < m->n; i++) {
        const cad_step_instance *it = &m->instance[i];
        if (it->type != CAD_STEP_NONE) {
            changed += round_some(m, it->param, it->size, of[it->type], places);
            continue;
        }
        for (uint32_t p = it->param; p < it->param + it->size; p = cad_step_next(m, p))
            changed += round_some(m, p + 1, m->param[p].holds.size, of[m->param[p].holds.of], places);
    }
    cad_mem_free(of);
    if (out_changed)
        *out_changed = changed;
    return CAD_OK;
}
