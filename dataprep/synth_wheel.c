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

/* The same hub, its height stated from the top of the disc: it stands on the disc. */
static void hub_above(cad_part *p, wheel *v, bool bored)
{
    v->hub = cad_half(cad_part_size(p, "u", CAD_SIZE_big, 8, fmax(10, v->r)));
    double above = cad_part_size(p, "v", CAD_SIZE_big, 3, 40);
    v->h = v->t + above;
    if (bored) {
        bore(p, v, v->t, 0);
        p->hole[p->n_holes - 1].length = v->h;
        p->area += 2 * PI * v->b * above;
        p->volume -= PI * v->b * v->b * above;
    }
    cad_part_raised_hub(p, v->t, v->hub, above, v->b);
}

/* What a disc has at its axis. */
typedef enum centre { PLAIN, BORED, HUB, HUB_ABOVE, BOSS, BOSS_ABOVE } centre; /* a boss is a hub without a bore */

/* The disc and its centre; returns the node that is the body. */
static int stand(cad_part *p, wheel *v, centre c)
{
    disc(p, v);
    switch (c) {
    case PLAIN:
        return 0;
    case BORED:
        bore(p, v, v->t, 0);
        return 2;
    case HUB:
        hub(p, v);
        bore(p, v, v->h, 2);
        return 4;
    case BOSS:
        hub(p, v);
        return 2;
    case HUB_ABOVE:
        hub_above(p, v, true);
        return 7;
    default:
        hub_above(p, v, false);
        return 3;
    }
}

/* Radius of what the centre takes: of its bore, or of a hub that has room for its bore. */
static bool centre_fits(const wheel *v, double *inner)
{
    *inner = v->hub > 0 ? v->hub : v->b;
    return v->hub == 0 || v->b + 1 <= v->hub;
}

/* A copy of the node behind `body` at radius x and height z, n times about the axis; joined to or cut from `body`. */
static void ring(cad_part *p, const char *join, int body, double x, double z, int n)
{
    cad_part_line(p, "T $ $ 0 $", 3, body + 1.0, x, z);
    cad_part_line(p, "CP $ 0 0 0 0 0 1 $ 360", 2, body + 2.0, (double)n);
    cad_part_line(p, join, 2, (double)body, body + 3.0);
}

/* ---- turntables: pins on a circle ---- */

static void pin_ring(cad_part *p, wheel *v)
{
    v->n = cad_part_count(p, "n", 2, 12);
    v->s = cad_half(cad_part_size(p, "e", CAD_SIZE_fine, 2, 16));
    v->pcd = cad_part_size(p, "k", CAD_SIZE_big, fmax(10, 0.6 * v->r), 1.85 * v->r);
}

static void pins(cad_part *p, wheel *v, int body)
{
    pin_ring(p, v);
    double height = cad_part_size(p, "g", CAD_SIZE_big, v->t + 2, v->t + 40);
    cad_part_line(p, "Y $ $", 2, v->s, height);
    ring(p, "U $ $", body, cad_half(v->pcd), 0, v->n);
    (void)cad_part_bosses(p, v->s, height - v->t, v->n);
    p->ext[2] = fmax(p->ext[2], height);
}

/* Their height stated from the top of the disc: they stand on the disc. */
static void pins_above(cad_part *p, wheel *v, int body)
{
    pin_ring(p, v);
    double above = cad_part_size(p, "a", CAD_SIZE_big, 2, 40);
    cad_part_line(p, "Y $ $", 2, v->s, above);
    ring(p, "U $ $", body, cad_half(v->pcd), v->t, v->n);
    (void)cad_part_bosses(p, v->s, above, v->n);
    p->ext[2] = fmax(p->ext[2], v->t + above);
}

static bool table(cad_part *p, centre c, void (*stand_pins)(cad_part *p, wheel *v, int body))
{
    wheel v = {0};
    double inner;
    stand_pins(p, &v, stand(p, &v, c));
    bool fits = centre_fits(&v, &inner);
    double at = v.pcd / 2;
    return fits && (v.hub == 0 || fabs(v.hub - v.s) > 0.2) && v.t <= v.r && at + v.s + 1 <= v.r && at - v.s - 1 >= inner &&
           2 * at * sin(PI / v.n) >= 2 * v.s + 1;
}

static bool pins_plain(cad_part *p)
{
    return table(p, PLAIN, pins);
}

static bool pins_plain_above(cad_part *p)
{
    return table(p, PLAIN, pins_above);
}

static bool pins_bored(cad_part *p)
{
    return table(p, BORED, pins);
}

static bool pins_bored_above(cad_part *p)
{
    return table(p, BORED, pins_above);
}

static bool pins_hub(cad_part *p)
{
    return table(p, HUB, pins);
}

static bool pins_hub_above(cad_part *p)
{
    return table(p, HUB_ABOVE, pins_above);
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

static void notches(cad_part *p, wheel *v, int body)
{
    v->n = cad_part_count(p, "n", 3, 12);
    v->s = cad_half(cad_part_size(p, "e", CAD_SIZE_fine, 3, 24));
    cad_part_line(p, "Y $ $", 2, v->s, v->t);
    ring(p, "D $ $", body, v->r, 0, v->n);
    notch_measures(p, v);
}

/* The notches take at least 15 degrees of the rim together, so that what is left of it is no full cylinder to any judge, and at
 * most four fifths; a plain disc keeps a third of its radius. */
static bool knob(cad_part *p, centre c)
{
    wheel v = {0};
    double inner;
    notches(p, &v, stand(p, &v, c));
    bool fits = centre_fits(&v, &inner);
    double taken = v.n * 4 * asin(v.s / (2 * v.r));
    return fits && v.t <= v.r && v.r - v.s - 1 >= (c == PLAIN ? v.r / 3 : inner) && taken >= PI / 12 && taken < 1.6 * PI;
}

static bool knob_plain(cad_part *p)
{
    return knob(p, PLAIN);
}

static bool knob_bored(cad_part *p)
{
    return knob(p, BORED);
}

static bool knob_hub(cad_part *p)
{
    return knob(p, HUB);
}

static bool knob_hub_above(cad_part *p)
{
    return knob(p, HUB_ABOVE);
}

static bool knob_boss(cad_part *p)
{
    return knob(p, BOSS);
}

static bool knob_boss_above(cad_part *p)
{
    return knob(p, BOSS_ABOVE);
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
