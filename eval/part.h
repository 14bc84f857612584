/* A part under measurement: program or text -> solid, facts, canonical mesh; with the class and level it reached. */
#ifndef CADLM_EVAL_PART_H
#define CADLM_EVAL_PART_H

#include "cad/ir/ir.h"
#include "cad/mesh/mesh.h"
#include "cad/occt/solid.h"
#include "eval/results.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_part {
    cad_class class_;
    int level;        /* 0..9 of the ladder (spec/metrics.md 2.4) */
    cad_ir *ir;       /* NULL for empty text */
    cad_diags *diags; /* findings of parser, checks and compiler */
    cad_solid *solid; /* NULL when none was built */
    cad_facts facts;  /* zero without a solid */
    uint32_t open_mask;
    cad_mesh mesh;             /* canonical; n_tri 0 without a mesh */
    const char *stage, *error; /* where and why it stopped; NULL when class is ok.  In the arena */
    int64_t error_line;        /* from 1; 0 unknown */
} cad_part;

/* Climbs the ladder as far as the text goes; everything but the solid lives in `arena`.  `complete` false makes a sample
 * `truncated` (L1) whatever its text says.  Errors: CAD_ENOMEM, CAD_EUNSUPPORTED (no geometry kernel); anything else the text
 * or the kernel does is a class.  `out` owns the solid: cad_part_deinit. */
CAD_MUST_USE cad_status cad_part_make(const char *text, size_t len, bool complete, cad_arena *arena, cad_part *out);
void cad_part_deinit(cad_part *p);

/* Chamfer distance of A1, and voxel IoU in A1 and A0c, of a prediction against a reference; both have meshes.
 * NaN where a measure is not defined.  `reference_id` and `prediction_key` key the point clouds (spec/metrics.md 2.6). */
typedef struct cad_likeness {
    double cd_a1, iou_a1, iou_a0c;
} cad_likeness;
CAD_MUST_USE cad_status cad_part_compare(const cad_part *reference, const cad_part *prediction, const char *reference_id,
                                         const char *prediction_key, cad_arena *arena, cad_likeness *out);

#ifdef __cplusplus
}
#endif
#endif
