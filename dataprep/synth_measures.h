/* What follows from a part's measures: its expectations, its geometry hash, its comparison with the kernel.  Private. */
#ifndef CADLM_DATAPREP_SYNTH_MEASURES_H
#define CADLM_DATAPREP_SYNTH_MEASURES_H

#include "core/arena.h"
#include "core/buf.h"
#include "dataprep/synth_part.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The JSON object that answers are checked against (spec: metrics.md 8). */
CAD_MUST_USE cad_status cad_part_expect(const cad_part *p, cad_buf *out);
/* {"name": value in mm or count, ..} */
CAD_MUST_USE cad_status cad_part_params(const cad_part *p, cad_buf *out);
uint64_t cad_part_geometry_hash(const cad_part *p);
/* Whether this is a part of the suite cad0-seven, in any reading that its judge accepts and this generator can draw. */
bool cad_part_is_of_seven(const cad_part *p);
/* Whether a caption is one of its seven sentences, up to case, blanks and a final stop. */
bool cad_caption_is_of_seven(uint64_t caption_hash);
/* Compiles the program and compares; see cad_synth_row.  `step` (may be NULL): the solid as a STEP file is appended. */
CAD_MUST_USE cad_status cad_part_compile(const cad_part *p, const char *id, cad_arena *scratch, cad_buf *step);

#ifdef __cplusplus
}
#endif
#endif
