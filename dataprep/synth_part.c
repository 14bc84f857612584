#include "dataprep/synth_part.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PI 3.14159265358979323846

double cad_round3(double v)
{
    return copysign(floor(fabs(v) * 1000.0 + 0.5 + 1e-9), v) / 1000.0;
}

double cad_half(double d)
{
    return cad_round3(d / 2.0);
}

/* ---- parameters ---- */

/* Steps of the numbers that people write: `per` steps make one unit (5 mm: 0.2). */
typedef struct step {
    double share, per;
} step;

static const step steps_mm[2][4] = {
    {{0.50, 1}, {0.40, 0.2}, {0.06, 2}, {0.04, 10}}, /* big */
    {{0.52, 1}, {0.22, 2}, {0.25, 10}, {0.01, 20}},  /* fine */
};
static const step steps_cm[2][4] = {
    {{0.40, 1}, {0.40, 2}, {0.20, 10}, {0, 10}},
    {{0.30, 2}, {0.60, 10}, {0.10, 20}, {0, 10}},
};
static const step steps_in[2][4] = {
    {{0.30, 1}, {0.30, 2}, {0.25, 4}, {0.15, 10}},
    {{0.35, 4}, {0.35, 8}, {0.20, 10}, {0.10, 20}},
};

static double unit_mm(cad_synth_unit u)
{
    return u == CAD_UNIT_cm ? 10.0 : u == CAD_UNIT_in ? 25.4 : 1.0;
}

/* A multiple of 1/per in lo..hi; false when there is none. */
static bool on_grid(cad_rng *r, double per, double lo, double hi, double *out)
{
    int64_t a = (int64_t)ceil(lo * per - 1e-9), b = (int64_t)floor(hi * per + 1e-9);
    if (a < 1)
        a = 1;
    if (a > b)
        return false;
    *out = (double)cad_rng_range(r, a, b) / per;
    return true;
}

static cad_param *add_param(cad_part *p, const char *name)
{
    if (p->n_params == CAD_PART_PARAMS) {
        p->bad = true;
        return &p->param[0];
    }
    cad_param *q = &p->param[p->n_params++];
    *q = (cad_param){.name = name};
    return q;
}

double cad_part_size(cad_part *p, const char *name, cad_size_class c, double lo, double hi)
{
    const step *s = p->unit == CAD_UNIT_cm ? steps_cm[c] : p->unit == CAD_UNIT_in ? steps_in[c] : steps_mm[c];
    double unit = unit_mm(p->unit), at = cad_rng_uniform(&p->rng), shown = 0;
    int i = 0;
    while (i < 3 && at >= s[i].share)
        at -= s[i++].share;
    bool found = on_grid(&p->rng, s[i].per, lo / unit, hi / unit, &shown);
    static const double finer[] = {1, 2, 10, 20, 100};
    for (int k = 0; !found && k < 5; k++)
        found = on_grid(&p->rng, finer[k], lo / unit, hi / unit, &shown);
    cad_param *q = add_param(p, name);
    q->shown = shown;
    q->mm = cad_round3(shown * unit);
    p->bad |= !found;
    return q->mm;
}

double cad_part_size_or(cad_part *p, const char *name, cad_size_class c, double lo, double hi, double usual)
{
    bool metric = p->unit == CAD_UNIT_mm || p->unit == CAD_UNIT_none;
    if (!metric || usual < lo || usual > hi || !cad_rng_chance(&p->rng, 1.0 / 3.0))
        return cad_part_size(p, name, c, lo, hi);
    cad_param *q = add_param(p, name);
    q->mm = q->shown = usual;
    q->omitted = true;
    return usual;
}

double cad_part_length(cad_part *p, const char *name, double lo, double hi)
{
    double mm = 0;
    bool found = cad_rng_chance(&p->rng, 0.8) && on_grid(&p->rng, 1, lo, hi, &mm);
    if (!found && !on_grid(&p->rng, 10, lo, hi, &mm))
        p->bad = true;
    cad_param *q = add_param(p, name);
    q->mm = q->shown = mm;
    return mm;
}

int cad_part_count(cad_part *p, const char *name, int lo, int hi)
{
    cad_param *q = add_param(p, name);
    int n = (int)cad_rng_range(&p->rng, lo, hi);
    q->mm = q->shown = n;
    q->is_count = true;
    return n;
}

void cad_part_given(cad_part *p, const char *name, double mm, bool is_count)
{
    cad_param *q = add_param(p, name);
    q->mm = mm;
    q->shown = is_count ? mm : mm / unit_mm(p->unit);
    q->is_count = is_count;
    q->extra = true;
}

cad_param *cad_part_find(cad_part *p, const char *name, size_t len)
{
    for (int i = 0; i < p->n_params; i++)
        if (strlen(p->param[i].name) == len && !memcmp(p->param[i].name, name, len))
            return &p->param[i];
    return NULL;
}

bool cad_part_chance(cad_part *p, double share)
{
    return cad_rng_chance(&p->rng, share) != 0;
}

/* ---- program ---- */

static void put(cad_part *p, const char *text, size_t n)
{
    if (p->ir_len + n + 1 > sizeof p->ir) {
        p->bad = true;
        return;
    }
    memcpy(p->ir + p->ir_len, text, n);
    p->ir_len += n;
    p->ir[p->ir_len] = '\0';
}

/* Three decimals at most, no trailing zeros, never "-0". */
static void put_number(cad_part *p, double v)
{
    char text[40];
    int n = snprintf(text, sizeof text, "%.3f", cad_round3(v));
    while (n > 1 && text[n - 1] == '0')
        n--;
    if (text[n - 1] == '.')
        n--;
    bool negative_zero = n == 2 && text[0] == '-' && text[1] == '0';
    put(p, negative_zero ? "0" : text, negative_zero ? 1 : (size_t)n);
}

void cad_part_line(cad_part *p, const char *form, int n, ...)
{
    va_list ap;
    va_start(ap, n);
    if (p->ir_len)
        put(p, "\n", 1);
    for (const char *c = form; *c; c++) {
        if (*c != '$')
            put(p, c, 1);
        else if (n-- > 0)
            put_number(p, va_arg(ap, double));
        else
            p->bad = true;
    }
    p->bad |= n != 0;
    va_end(ap);
}

/* ---- measures ---- */

void cad_part_box(cad_part *p, double a, double b, double c)
{
    p->volume = a * b * c;
    p->area = 2 * (a * b + b * c + c * a);
    p->ext[0] = a;
    p->ext[1] = b;
    p->ext[2] = c;
    p->planes = 6;
}

void cad_part_cylinder(cad_part *p, double r, double h)
{
    p->volume = PI * r * r * h;
    p->area = 2 * PI * r * r;
    p->ext[0] = p->ext[1] = 2 * r;
    p->ext[2] = h;
    p->planes = 1;
    double v = p->volume;
    (void)cad_part_bosses(p, r, h, 1);
    p->volume = v;
}

void cad_part_prism(cad_part *p, int k, double r, double h)
{
    double tangent = tan(PI / k), reach = r / cos(PI / k), lo[2] = {0, 0}, hi[2] = {0, 0};
    for (int i = 0; i < k; i++) {
        double x[2] = {reach * cos(2 * PI * i / k), reach * sin(2 * PI * i / k)};
        for (int a = 0; a < 2; a++) {
            lo[a] = fmin(lo[a], x[a]);
            hi[a] = fmax(hi[a], x[a]);
        }
    }
    p->volume = k * r * r * tangent * h;
    p->area = 2 * k * r * r * tangent + 2 * k * r * tangent * h;
    p->ext[0] = hi[0] - lo[0];
    p->ext[1] = hi[1] - lo[1];
    p->ext[2] = h;
    p->planes = k + 2;
    p->prism_sides = k;
    p->prism_af = 2 * r;
}

static cad_round *add_round(cad_part *p, cad_round *list, int *n, cad_round r)
{
    if (*n == CAD_PART_ROUNDS) {
        p->bad = true;
        return &list[0];
    }
    list[*n] = r;
    return &list[(*n)++];
}

cad_round *cad_part_holes(cad_part *p, double r, double t, int count)
{
    p->volume -= count * PI * r * r * t;
    p->area += count * (2 * PI * r * t - 2 * PI * r * r);
    p->cylinders += count;
    p->genus += count;
    return add_round(p, p->hole, &p->n_holes, (cad_round){.d = 2 * r, .length = t, .count = count, .through = true});
}

cad_round *cad_part_bosses(cad_part *p, double r, double h, int count)
{
    p->volume += count * PI * r * r * h;
    p->area += count * 2 * PI * r * h;
    p->cylinders += count;
    p->planes += count;
    return add_round(p, p->boss, &p->n_bosses, (cad_round){.d = 2 * r, .length = h, .count = count});
}

/* ---- program and measures ---- */

void cad_part_raised_hub(cad_part *p, double t, double r, double above, double b)
{
    bool bored = b > 0;
    cad_part_line(p, "Y $ $", 2, r, above);
    if (bored) {
        cad_part_line(p, "Y $ $", 2, b, above);
        cad_part_line(p, "D 3 4", 0);
    }
    cad_part_line(p, "T $ 0 0 $", 2, bored ? 5.0 : 1.0, t);
    cad_part_line(p, bored ? "U 2 6" : "U 0 2", 0);
    (void)cad_part_bosses(p, r, above, 1);
    p->ext[2] = t + above;
}
