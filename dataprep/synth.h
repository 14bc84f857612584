/* The generator of training parts: true parameters -> Compact IR program, caption, expectations.
 *
 * Row i is a function of (seed, i) alone, so any number of jobs gives the same bytes.  A part is drawn from a family; its
 * program, its measures and its caption all come from the same parameters, so a caption states what the program needs and
 * nothing else.  The measures (volume, area, extents, faces, genus, holes, bosses) are closed forms; cad_synth_check holds
 * them against the geometry kernel.
 *
 * Sizes that a caption leaves out take these defaults and no others (mm): plate thickness 5, hole diameter 5, hole inset 5,
 * width of an L-bracket 20.  The table stands once, in synth_defaults.h. */
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

enum { CAD_SYNTH_MAX_FAMILIES = 32 };

typedef enum cad_synth_unit { CAD_UNIT_mm, CAD_UNIT_none, CAD_UNIT_cm, CAD_UNIT_in, CAD_UNIT_count } cad_synth_unit;

typedef struct cad_synth_opts {
    uint64_t seed;
    /* Share of each family by its index in the table (cad_synth_family_name); at least one positive. */
    double share[CAD_SYNTH_MAX_FAMILIES];
    double unit_share[CAD_UNIT_count];
} cad_synth_opts;

size_t cad_synth_family_count(void);
const char *cad_synth_family_name(size_t i);
/* Families that the base model never sees. */
bool cad_synth_family_unseen(size_t i);
/* Fills `o` with the usual shares.  `families` and `units` are names, or "all", "seen", "unseen" for families; with
 * `primitives` as the share of plain parts when that family is among them.  Unknown names: CAD_EINVAL with the list. */
CAD_MUST_USE cad_status cad_synth_opts_make(uint64_t seed, const char *const *families, size_t n_families,
                                            const char *const *units, size_t n_units, double primitives,
                                            cad_synth_opts *o);

/* Row `index`; texts live in `a`.  Sets id, caption, held, target, family, units, params, expect and both hashes.  Never one
 * of the parts or sentences of the suite cad0-seven.  Errors: CAD_ENOMEM, CAD_EINTERNAL (a family cannot be drawn). */
CAD_MUST_USE cad_status cad_synth_row(const cad_synth_opts *o, uint64_t index, cad_arena *a, cad_row *out);

/* Compiles row->target and compares it with row->expect: strict-clean, canonical text, one solid, one shell, volume,
 * extents, faces by kind, genus.  Errors: CAD_EDATA naming the first difference; CAD_EUNSUPPORTED without OCCT. */
CAD_MUST_USE cad_status cad_synth_check(const cad_row *row, cad_arena *scratch);

#ifdef __cplusplus
}
#endif
#endif
