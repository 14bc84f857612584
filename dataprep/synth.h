/* The generator of training parts: true parameters -> Compact IR program, caption, expectations.
 *
 * Row i is a function of (options, i) alone, so any number of jobs gives the same bytes.  A part is drawn from a family; its
 * program, its measures and its caption all come from the same parameters, so a caption states what the program needs and
 * nothing else.  The measures (volume, area, extents, faces, genus, holes, bosses) are closed forms; a checked row was also
 * compiled, and the kernel's facts agreed.
 *
 * Sizes that a caption leaves out take published defaults and no others: the table is synth_defaults.h. */
#ifndef CADLM_DATAPREP_SYNTH_H
#define CADLM_DATAPREP_SYNTH_H

#include "core/arena.h"
#include "core/status.h"
#include "dataprep/corpus_row.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_SYNTH_MAX_FAMILIES = 16 };

typedef enum cad_synth_unit { CAD_UNIT_mm, CAD_UNIT_none, CAD_UNIT_cm, CAD_UNIT_in, CAD_UNIT_count } cad_synth_unit;
/* A noun phrase; a sentence with a verb; a specification of labelled sizes; a whole sentence written for one form. */
typedef enum cad_synth_style {
    CAD_STYLE_short,
    CAD_STYLE_long,
    CAD_STYLE_dims,
    CAD_STYLE_free,
    CAD_STYLE_count
} cad_synth_style;

/* Plain values without pointers: it travels to worker processes as bytes. */
typedef struct cad_synth_opts {
    uint64_t seed;
    double share[CAD_SYNTH_MAX_FAMILIES]; /* by index of the family; their sum is 1 */
    double unit_share[CAD_UNIT_count];
    double style_share[CAD_STYLE_count];
    int captions; /* wordings of each part, in rows that follow each other; 1 unless set */
    double noise; /* share of rows with made-up and misspelt words (synth_noise.h); 0 unless set */
    bool step;    /* families whose answer is a STEP file: cad_synth_step_opts_make */
} cad_synth_opts;

typedef struct cad_synth_names {
    const char *const *item;
    size_t n;
} cad_synth_names;

/* The families of Compact IR parts. */
size_t cad_synth_family_count(void);
const char *cad_synth_family_name(size_t i);
bool cad_synth_family_unseen(size_t i); /* kept out of the base model's corpus */

/* Fills *o with the usual shares of what is named.  `families`: names, or all, seen, unseen, each
 * with a weight where one is given ("flange:3").  `units`: of mm, none (bare
 * numbers are mm), cm, in.  `styles`: of short, long, dims, free.  `primitives`: share of plain parts, when that family is
 * among others.  Errors: CAD_ECONFIG for an unknown name, with the list of those that exist. */
CAD_MUST_USE cad_status cad_synth_opts_make(uint64_t seed, cad_synth_names families, cad_synth_names units,
                                            cad_synth_names styles, double primitives, cad_synth_opts *o);

/* The same for parts whose answer is a STEP file: box, cylinder, washer, l_bracket, plate_1, plate_4.  Their captions have
 * wordings of their own, in mm and none of the units, and state each number that the file's points hold. */
CAD_MUST_USE cad_status cad_synth_step_opts_make(uint64_t seed, cad_synth_names families, cad_synth_names units,
                                                 cad_synth_opts *o);

/* Row `index`: part index / captions in its wording index % captions; phrasing is "seen", or "noisy" for a caption that
 * cad_synth_opts.noise has been at (its held caption has not).  Texts live in `a`.  Sets id, caption, held, target, kind,
 * source, family, phrasing, units, params, expect and both hashes.  Never one of the parts or sentences of the suite
 * cad0-seven.  Errors: CAD_ENOMEM, CAD_EINTERNAL. With `check` the program is compiled as well: strict-clean, canonical text,
 * one solid, one shell, and volume, area, extents, faces by kind and genus as the closed forms say; CAD_EDATA names the first
 * difference, CAD_EUNSUPPORTED: no OCCT. */
CAD_MUST_USE cad_status cad_synth_row(const cad_synth_opts *o, uint64_t index, bool check, cad_arena *a, cad_row *out);

/* The same for opts.step, always checked: kind "step", the target a STEP file (AP214, mm) of the solid without parametric
 * curves, the id index + 1 in eight digits.  (cad_synth_row gives the same row with the program that it is made from.) */
CAD_MUST_USE cad_status cad_synth_step_row(const cad_synth_opts *o, uint64_t index, cad_arena *a, cad_row *out);

/* XXH64 of what equal geometry has in common: volume, area, sorted extents (6 digits each), faces by kind.  Never 0. */
uint64_t cad_geometry_hash(double volume, double area, const double extent[3], const int faces[4]);

#ifdef __cplusplus
}
#endif
#endif
