/* Round parts with something repeated about their axis: turntables with pins, knobs with notches in the rim.  They teach the
 * base model every opcode with the first references that a flange needs, without showing it a flange. */
#include "dataprep/synth_family.h"

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

/* A copy of the node before, at radius x, n times about the axis; joined to or cut from `body`. */
static void ring(cad_part *p, const char *join, int first, int body, double x, int n)
{
    cad_part_line(p, "T $ $ 0 0", 2, (double)first, x);
    cad_part_line(p, "CP $ 0 0 0 0 0 1 $ 360", 2, first + 1.0, (double)n);
    cad_part_line(p, join, 2, (double)body, first + 2.0);
}

/* ---- turntables: pins on a circle ---- */

static void pins(cad_part *p, wheel *v, int first, int body)
{
    v->n = cad_part_count(p, "n", 2, 12);
    v->s = cad_half(cad_part_size(p, "e", CAD_SIZE_fine, 2, 16));
    v->pcd = cad_part_size(p, "k", CAD_SIZE_big, fmax(10, 0.6 * v->r), 1.85 * v->r);
    double height = cad_part_size(p, "g", CAD_SIZE_big, v->t + 2, v->t + 40);
    cad_part_line(p, "Y $ $", 2, v->s, height);
    ring(p, "U $ $", first, body, cad_half(v->pcd), v->n);
    (void)cad_part_bosses(p, v->s, height - v->t, v->n);
    p->ext[2] = fmax(p->ext[2], height);
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

static bool notches_fit(const wheel *v, double inner)
{
    return v->t <= v->r && v->r - v->s - 1 >= inner && 2 * asin(v->s / (2 * v->r)) < 0.8 * PI / v->n;
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

/* ---- words ---- */

static const cad_rule family_rules[] = {
    {"table", "[turntable|turntable|pin wheel|pin disc|disc with pins|index disc|^carrier plate]"},
    {"knob", "[knob|star knob|notched disc|scalloped disc|hand wheel|scalloped wheel|^lobed grip]"},
    {"od", "[{dia:d}|{dia:d}|{outer:d}]"},
    {"disc_t", "[{table}, {od}, {thick:t}|{predia:d} {table}, {thick:t}|{table} {od}, {thick:t}|{table}, {thick:t}, {od}]"},
    {"disc_k", "[{knob}, {od}, {thick:t}|{predia:d} {knob}, {thick:t}|{knob} {od}, {thick:t}|{knob}, {thick:t}, {od}]"},
    {"pins", "[%n pins of $e on ~ $k circle, pin tops at $g|%n pins, {dia:e}, on ~ $k circle, pin height $g overall|!n x $e "
             "pins on a circle of $k, overall height of the pins $g|"
             "%n round pins of $e diameter on a circle of radius $/k, tops $g above the bottom]"},
    {"notches", "[%n round notches of $e in the rim|%n rim notches, {dia:e}|%n scallops of $e around the edge|!n x $e notches "
                "centered on the rim|%n notches with radius $/e in the edge|"
                "^%n finger dents of $e at the rim]"},
    {"hub", "[hub {dia:u}, overall height $h|~ $u hub, $h high overall|hub diameter $u, total height $h|a hub of $u, $h "
            "overall height]"},
    {NULL, NULL},
};

static const cad_rule pins_plain_rules[] = {
    {"np", "[{disc_t}, {pins}|{disc_t}, no bore, {pins}|{disc_t} with {pins}]"},
    {"spec", "[{table}{sep}D=$d{sep}T=$t{sep}{pins}|{table}\ndiameter: $d\nthickness: $t\n{pins}]"},
    {NULL, NULL}};
static const cad_rule pins_bored_rules[] = {
    {"np", "[{disc_t}, {bore:b}, {pins}|{disc_t}, {pins}, {bore:b}|{disc_t} with {with_bore:b} and {pins}]"},
    {"spec", "[{table}{sep}D=$d{sep}T=$t{sep}bore=$b{sep}{pins}|{table}\ndiameter: $d\nthickness: $t\nbore: $b\n{pins}]"},
    {NULL, NULL}};
static const cad_rule pins_hub_rules[] = {{"np", "[{disc_t}, {hub}, {bore:b}, {pins}|{disc_t}, {pins}, {hub}, {bore:b}]"},
                                          {"spec", "[{table}{sep}D=$d{sep}T=$t{sep}{hub}{sep}bore=$b{sep}{pins}]"},
                                          {NULL, NULL}};
static const cad_rule knob_plain_rules[] = {
    {"np", "[{disc_k}, {notches}|{disc_k}, no bore, {notches}|{disc_k} with {notches}]"},
    {"spec", "[{knob}{sep}D=$d{sep}T=$t{sep}{notches}|{knob}\ndiameter: $d\nthickness: $t\n{notches}]"},
    {NULL, NULL}};
static const cad_rule knob_bored_rules[] = {
    {"np", "[{disc_k}, {bore:b}, {notches}|{disc_k}, {notches}, {bore:b}|{disc_k} with {with_bore:b} and {notches}]"},
    {"spec", "[{knob}{sep}D=$d{sep}T=$t{sep}bore=$b{sep}{notches}|{knob}\ndiameter: $d\nthickness: $t\nbore: $b\n{notches}]"},
    {NULL, NULL}};
static const cad_rule knob_hub_rules[] = {{"np", "[{disc_k}, {hub}, {bore:b}, {notches}|{disc_k}, {notches}, {hub}, {bore:b}]"},
                                          {"spec", "[{knob}{sep}D=$d{sep}T=$t{sep}{hub}{sep}bore=$b{sep}{notches}]"},
                                          {NULL, NULL}};
static const cad_rule knob_boss_rules[] = {
    {"np", "[{disc_k}, {hub}, no bore, {notches}|{disc_k}, {notches}, {hub}, without a bore]"},
    {"spec", "[{knob}, no bore{sep}D=$d{sep}T=$t{sep}{hub}{sep}{notches}]"},
    {NULL, NULL}};

static const cad_form table_forms[] = {
    {"pins_plain", 0.35, pins_plain, pins_plain_rules},
    {"pins_bored", 0.40, pins_bored, pins_bored_rules},
    {"pins_hub", 0.25, pins_hub, pins_hub_rules},
};
static const cad_form knob_forms[] = {
    {"knob_plain", 0.25, knob_plain, knob_plain_rules},
    {"knob_bored", 0.35, knob_bored, knob_bored_rules},
    {"knob_hub", 0.25, knob_hub, knob_hub_rules},
    {"knob_boss", 0.15, knob_boss, knob_boss_rules},
};

const cad_family cad_family_turntable = {"turntable", 0.06, false, CAD_FORMS(table_forms), family_rules};
const cad_family cad_family_knob = {"knob", 0.07, false, CAD_FORMS(knob_forms), family_rules};
