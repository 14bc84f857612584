/* Round parts with something repeated about their axis: turntables with pins, knobs with notches in the rim.  They teach the
 * base model every opcode with the first references that a flange needs, without showing it a flange. */
#include "dataprep/say.h"
#include "dataprep/synth_family.h"
#include "dataprep/words.h"

#include <math.h>

#define PI 3.14159265358979323846

typedef struct wheel {
    double r, t, b, hub, h; /* radii; disc thickness; height of hub or pins over all */
    int n;
    double pcd, s; /* circle of the pins, radius of a pin or notch */
} wheel;

static void disc(cad_part *p, wheel *v)
{
    v->r = cad_half(cad_part_size(p, "d", CAD_SIZE_big, 24, 160));
    v->t = cad_part_size(p, "t", CAD_SIZE_fine, 2, 20);
    cad_part_line(p, "Y $ $", 2, v->r, v->t);
    cad_part_cylinder(p, v->r, v->t);
}

static void bore(cad_part *p, wheel *v, double depth, int body)
{
    v->b = cad_half(cad_part_size(p, "b", CAD_SIZE_fine, 3, fmax(4, 0.9 * v->r)));
    cad_part_line(p, "Y $ $", 2, v->b, depth);
    cad_part_line(p, "D $ $", 2, (double)body, body + 1.0);
    (void)cad_part_holes(p, v->b, depth, 1);
}

static void hub(cad_part *p, wheel *v)
{
    v->hub = cad_half(cad_part_size(p, "u", CAD_SIZE_big, 8, fmax(10, v->r)));
    v->h = cad_part_size(p, "h", CAD_SIZE_big, v->t + 3, v->t + 40);
    cad_part_line(p, "Y $ $", 2, v->hub, v->h);
    cad_part_line(p, "U 0 1", 0);
    (void)cad_part_bosses(p, v->hub, v->h - v->t, 1);
    p->ext[2] = v->h;
}

/* The same hub, its height stated from the top of the disc: it stands on the disc.  Leaves the body at node 3, or bored at 7.
 */
static void hub_above(cad_part *p, wheel *v, bool bored)
{
    v->hub = cad_half(cad_part_size(p, "u", CAD_SIZE_big, 8, fmax(10, v->r)));
    double above = cad_part_size(p, "v", CAD_SIZE_big, 3, 40);
    v->h = v->t + above;
    if (bored) {
        bore(p, v, v->t, 0);
        cad_part_line(p, "Y $ $", 2, v->hub, above);
        cad_part_line(p, "Y $ $", 2, v->b, above);
        cad_part_line(p, "D 3 4", 0);
        p->hole[p->n_holes - 1].length = v->h;
        p->area += 2 * PI * v->b * above;
        p->volume -= PI * v->b * v->b * above;
    } else {
        cad_part_line(p, "Y $ $", 2, v->hub, above);
    }
    cad_part_line(p, "T $ 0 0 $", 2, bored ? 5.0 : 1.0, v->t);
    cad_part_line(p, bored ? "U 2 6" : "U 0 2", 0);
    (void)cad_part_bosses(p, v->hub, above, 1);
    p->ext[2] = v->h;
}

/* A copy of node `first` at radius x and height z, n times about the axis; joined to or cut from `body`. */
static void ring_at(cad_part *p, const char *join, int first, int body, double x, double z, int n)
{
    cad_part_line(p, "T $ $ 0 $", 3, (double)first, x, z);
    cad_part_line(p, "CP $ 0 0 0 0 0 1 $ 360", 2, first + 1.0, (double)n);
    cad_part_line(p, join, 2, (double)body, first + 2.0);
}

static void ring(cad_part *p, const char *join, int first, int body, double x, int n)
{
    ring_at(p, join, first, body, x, 0, n);
}

/* ---- turntables: pins on a circle ---- */

static void pin_ring(cad_part *p, wheel *v)
{
    v->n = cad_part_count(p, "n", 2, 12);
    v->s = cad_half(cad_part_size(p, "e", CAD_SIZE_fine, 2, 16));
    v->pcd = cad_part_size(p, "k", CAD_SIZE_big, fmax(10, 0.6 * v->r), 1.85 * v->r);
}

static void pins(cad_part *p, wheel *v, int first, int body)
{
    pin_ring(p, v);
    double height = cad_part_size(p, "g", CAD_SIZE_big, v->t + 2, v->t + 40);
    cad_part_line(p, "Y $ $", 2, v->s, height);
    ring(p, "U $ $", first, body, cad_half(v->pcd), v->n);
    (void)cad_part_bosses(p, v->s, height - v->t, v->n);
    p->ext[2] = fmax(p->ext[2], height);
}

/* Their height stated from the top of the disc: they stand on the disc. */
static void pins_above(cad_part *p, wheel *v, int first, int body)
{
    pin_ring(p, v);
    double above = cad_part_size(p, "a", CAD_SIZE_big, 2, 40);
    cad_part_line(p, "Y $ $", 2, v->s, above);
    ring_at(p, "U $ $", first, body, cad_half(v->pcd), v->t, v->n);
    (void)cad_part_bosses(p, v->s, above, v->n);
    p->ext[2] = fmax(p->ext[2], v->t + above);
}

static bool pins_fit(const wheel *v, double inner)
{
    double c = v->pcd / 2;
    return v->t <= v->r && c + v->s + 1 <= v->r && c - v->s - 1 >= inner && 2 * c * sin(PI / v->n) >= 2 * v->s + 1;
}

static bool pins_plain(cad_part *p)
{
    wheel v = {0};
    disc(p, &v);
    pins(p, &v, 1, 0);
    return pins_fit(&v, 0);
}

static bool pins_bored(cad_part *p)
{
    wheel v = {0};
    disc(p, &v);
    bore(p, &v, v.t, 0);
    pins(p, &v, 3, 2);
    return pins_fit(&v, v.b);
}

static bool pins_hub(cad_part *p)
{
    wheel v = {0};
    disc(p, &v);
    hub(p, &v);
    bore(p, &v, v.h, 2);
    pins(p, &v, 5, 4);
    return pins_fit(&v, v.hub) && v.b + 1 <= v.hub && fabs(v.hub - v.s) > 0.2;
}

static bool pins_plain_above(cad_part *p)
{
    wheel v = {0};
    disc(p, &v);
    pins_above(p, &v, 1, 0);
    return pins_fit(&v, 0);
}

static bool pins_bored_above(cad_part *p)
{
    wheel v = {0};
    disc(p, &v);
    bore(p, &v, v.t, 0);
    pins_above(p, &v, 3, 2);
    return pins_fit(&v, v.b);
}

static bool pins_hub_above(cad_part *p)
{
    wheel v = {0};
    disc(p, &v);
    hub_above(p, &v, true);
    pins_above(p, &v, 8, 7);
    return pins_fit(&v, v.hub) && v.b + 1 <= v.hub && fabs(v.hub - v.s) > 0.2;
}

/* ---- knobs: round notches centred on the rim ---- */

/* The notched rim: two circles of radii r and s at distance r. */
static void notch_measures(cad_part *p, const wheel *v)
{
    double a = 2 * asin(v->s / (2 * v->r)), b = acos(v->s / (2 * v->r)); /* half angles seen from disc and notch */
    double lens = v->r * v->r * (a - sin(a) * cos(a)) + v->s * v->s * (b - sin(b) * cos(b));
    p->volume -= v->n * lens * v->t;
    p->area += v->n * (-2 * lens + v->t * (2 * v->s * b - 2 * v->r * a));
    p->cylinders += 2 * v->n - 1; /* the rim falls into n pieces, each a face */
    p->n_bosses--;                /* .. that is no full cylinder any more (it was the first entry) */
    p->boss[0] = p->boss[1];
    double lo[2] = {0, 0}, hi[2] = {0, 0};
    for (int side = 0; side < 4; side++) { /* how far the part reaches along +X +Y -X -Y */
        double angle = side * PI / 2, off = remainder(angle, 2 * PI / v->n), reach = v->r;
        if (fabs(off) < a)
            reach = v->r * cos(a - fabs(off));
        (side < 2 ? hi : lo)[side % 2] = reach;
    }
    p->ext[0] = lo[0] + hi[0];
    p->ext[1] = lo[1] + hi[1];
}

static void notches(cad_part *p, wheel *v, int first, int body)
{
    v->n = cad_part_count(p, "n", 3, 12);
    v->s = cad_half(cad_part_size(p, "e", CAD_SIZE_fine, 3, 24));
    cad_part_line(p, "Y $ $", 2, v->s, v->t);
    ring(p, "D $ $", first, body, v->r, v->n);
    notch_measures(p, v);
}

/* The notches take at least 15 degrees of the rim together, so that what is left of it is no full cylinder to any judge, and at
 * most four fifths. */
static bool notches_fit(const wheel *v, double inner)
{
    double taken = v->n * 4 * asin(v->s / (2 * v->r));
    return v->t <= v->r && v->r - v->s - 1 >= inner && taken >= PI / 12 && taken < 1.6 * PI;
}

static bool knob_plain(cad_part *p)
{
    wheel v = {0};
    disc(p, &v);
    notches(p, &v, 1, 0);
    return notches_fit(&v, v.r / 3);
}

static bool knob_bored(cad_part *p)
{
    wheel v = {0};
    disc(p, &v);
    bore(p, &v, v.t, 0);
    notches(p, &v, 3, 2);
    return notches_fit(&v, v.b);
}

static bool knob_hub(cad_part *p)
{
    wheel v = {0};
    disc(p, &v);
    hub(p, &v);
    bore(p, &v, v.h, 2);
    notches(p, &v, 5, 4);
    return notches_fit(&v, v.hub) && v.b + 1 <= v.hub;
}

static bool knob_boss(cad_part *p)
{
    wheel v = {0};
    disc(p, &v);
    hub(p, &v);
    notches(p, &v, 3, 2);
    return notches_fit(&v, v.hub);
}

static bool knob_hub_above(cad_part *p)
{
    wheel v = {0};
    disc(p, &v);
    hub_above(p, &v, true);
    notches(p, &v, 8, 7);
    return notches_fit(&v, v.hub) && v.b + 1 <= v.hub;
}

static bool knob_boss_above(cad_part *p)
{
    wheel v = {0};
    disc(p, &v);
    hub_above(p, &v, false);
    notches(p, &v, 4, 3);
    return notches_fit(&v, v.hub);
}

static const cad_form table_forms[] = {
    {"pins_plain", 0.18, pins_plain, cad_words_pins_plain, &cad_say_pins_plain},
    {"pins_plain_above", 0.18, pins_plain_above, cad_words_pins_plain_above, &cad_say_pins_plain_above},
    {"pins_bored", 0.20, pins_bored, cad_words_pins_bored, &cad_say_pins_bored},
    {"pins_bored_above", 0.20, pins_bored_above, cad_words_pins_bored_above, &cad_say_pins_bored_above},
    {"pins_hub", 0.13, pins_hub, cad_words_pins_hub, &cad_say_pins_hub},
    {"pins_hub_above", 0.11, pins_hub_above, cad_words_pins_hub_above, &cad_say_pins_hub_above},
};
static const cad_form knob_forms[] = {
    {"knob_plain", 0.25, knob_plain, cad_words_knob_plain, &cad_say_knob_plain},
    {"knob_bored", 0.35, knob_bored, cad_words_knob_bored, &cad_say_knob_bored},
    {"knob_hub", 0.15, knob_hub, cad_words_knob_hub, &cad_say_knob_hub},
    {"knob_hub_above", 0.10, knob_hub_above, cad_words_knob_hub_above, &cad_say_knob_hub_above},
    {"knob_boss", 0.08, knob_boss, cad_words_knob_boss, &cad_say_knob_boss},
    {"knob_boss_above", 0.07, knob_boss_above, cad_words_knob_boss_above, &cad_say_knob_boss_above},
};

const cad_family cad_family_turntable = {"turntable", 0.06, false, CAD_FORMS(table_forms), cad_words_wheel};
const cad_family cad_family_knob = {"knob", 0.07, false, CAD_FORMS(knob_forms), cad_words_wheel};
