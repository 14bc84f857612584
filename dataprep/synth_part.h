/* One part while it is made: its parameters, its program, its measures.  Private to the generator (dataprep/synth*.c).
 *
 * A form draws named parameters, writes program lines from them and adds up the measures by closed forms.  Lengths are mm;
 * `shown` is the same length in the unit of the caption. */
#ifndef CADLM_DATAPREP_SYNTH_PART_H
#define CADLM_DATAPREP_SYNTH_PART_H

#include "core/buf.h"
#include "core/rng.h"
#include "dataprep/synth.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_PART_PARAMS = 16, CAD_PART_ROUNDS = 4, CAD_PART_TEXT = 1024 };

typedef struct cad_param {
    const char *name;
    double mm;    /* a count: the count */
    double shown; /* in the unit of the caption */
    bool is_count;
    bool omitted; /* left to the published default: no caption may state it */
    bool extra;   /* follows from others: a caption may state it, or not */
    bool used;    /* the caption at hand has stated it */
} cad_param;

/* A group of equal cylinders that `expect` lists: holes or bosses. */
typedef struct cad_round {
    double d, length; /* diameter; depth or height */
    int count;
    bool through;      /* holes */
    double pcd;        /* > 0: they lie evenly on this circle */
    double spacing[2]; /* > 0: axis distances of a rectangular group */
} cad_round;

typedef struct cad_part {
    cad_rng rng;
    cad_synth_unit unit;
    cad_param param[CAD_PART_PARAMS];
    int n_params;
    char ir[CAD_PART_TEXT];
    size_t ir_len;
    bool bad; /* a text or table overflowed, or a size left its range: cannot be used */
    /* measures */
    double volume, area, ext[3];
    int planes, cylinders, cones, spheres, genus;
    cad_round hole[CAD_PART_ROUNDS], boss[CAD_PART_ROUNDS];
    int n_holes, n_bosses;
    int prism_sides;
    double prism_af;
    double wall; /* > 0: wall thickness to check */
    bool open;   /* some side is open */
} cad_part;

/* ---- parameters ---- */
typedef enum cad_size_class {
    CAD_SIZE_big, /* mostly whole millimetres and steps of 5 */
    CAD_SIZE_fine /* whole and half millimetres, one decimal */
} cad_size_class;

/* Draws a length in lo..hi mm, a nice number in the unit of the caption, and records it under `name`. */
double cad_part_size(cad_part *p, const char *name, cad_size_class c, double lo, double hi);
/* The same, but in a third of the parts (metric captions) takes `usual`, the published default, and leaves it unstated. */
double cad_part_size_or(cad_part *p, const char *name, cad_size_class c, double lo, double hi, double usual);
/* A whole number of millimetres in four of five draws, one decimal otherwise or where no whole one lies in lo..hi. */
double cad_part_length(cad_part *p, const char *name, double lo, double hi);
int cad_part_count(cad_part *p, const char *name, int lo, int hi);
/* Records a parameter that follows from others (equal legs). */
void cad_part_given(cad_part *p, const char *name, double mm, bool is_count);
cad_param *cad_part_find(cad_part *p, const char *name, size_t len);
bool cad_part_chance(cad_part *p, double share);
/* Half a diameter as the program writes it: 3 decimals, half away from zero. */
double cad_half(double d);
double cad_round3(double v);

/* ---- program ---- */
/* Adds one line; each '$' of `form` takes one of the `n` numbers: cad_part_line(p, "C $ $ $", 3, w, d, t). */
void cad_part_line(cad_part *p, const char *form, int n, ...);

/* ---- measures ---- */
void cad_part_box(cad_part *p, double a, double b, double c);
/* A cylinder standing alone: both planes, the side as a boss. */
void cad_part_cylinder(cad_part *p, double r, double h);
/* k sides, inscribed radius r: planes only. */
void cad_part_prism(cad_part *p, int k, double r, double h);
/* `count` through holes of radius r, each through one plate of thickness t; raises the genus. */
cad_round *cad_part_holes(cad_part *p, double r, double t, int count);
/* `count` round studs of radius r, rising h above a plane. */
cad_round *cad_part_bosses(cad_part *p, double r, double h, int count);

/* ---- program and measures ---- */
/* A hub of radius r that rises `above` from the top of a disc of thickness t, which is node 0.  b > 0: through hub and disc
 * goes a bore of radius b, whose lines 1 and 2 and whose measures, over the whole height, are there already.  The hub, joined,
 * is node 3; bored: node 7. */
void cad_part_raised_hub(cad_part *p, double t, double r, double above, double b);

#ifdef __cplusplus
}
#endif
#endif
