/* A part under measurement: program or STEP text -> solid, facts, canonical mesh; with the class and level it reached.
 *
 * Two tracks (spec/metrics.md 2): what our reader says of the text, L0 to L3, and what the kernel makes of it, L4 to L9.
 * `level` climbs both without a gap.  The kernel is given our own text of a STEP file, never that of others. */
#ifndef CADLM_EVAL_PART_H
#define CADLM_EVAL_PART_H

#include "cad/ir/ir.h"
#include "cad/mesh/mesh.h"
#include "cad/occt/solid.h"
#include "eval/part_kind.h"
#include "eval/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is to be measured. */
typedef struct cad_part_text {
    cad_part_kind kind;
    const char *text;
    size_t len;
    bool complete;         /* it ended with the end token; STEP in published form must end with its end mark instead */
    bool always;           /* STEP: the kernel sees what can be read, also when the text track refuses it */
    bool truth;            /* it is the reference: its stages are marked as CAD_PART_REFERENCE */
    bool upstream, strict; /* Compact IR: vcad's dialect; warnings are errors */
    bool no_kernel;        /* the text track alone */
} cad_part_text;

/* Stands before the stages of a reference, so that a worker that dies of it does not fail the prediction. */
#define CAD_PART_REFERENCE "reference "

typedef struct cad_part {
    cad_class class_;
    cad_part_kind kind;
    bool truth;        /* as the text said */
    int level;         /* 0..9 of the ladder (spec/metrics.md 2.4) */
    int text_level;    /* 0..3: the text track alone */
    int kernel;        /* 3..9: the kernel track alone; -1: it was not asked */
    const char **code; /* of the findings, in their order */
    int32_t n_codes;
    int64_t instances, largest_id; /* STEP: instances, and the largest id at the beginning of a line; -1: none */
    cad_ir *ir;                    /* Compact IR, with what was found in it; NULL for empty text, and for STEP */
    cad_diags *diags;
    const char *plain; /* STEP: our text, as the kernel was given it; NULL: none could be written */
    size_t plain_len;
    cad_solid *solid; /* NULL when none was built */
    cad_facts facts;  /* zero without a solid */
    uint32_t open_mask;
    cad_mesh mesh;                    /* canonical; n_tri 0 without a mesh */
    const char *stage, *error;        /* where and why it stopped; NULL when class is ok.  In the arena */
    int64_t error_line, error_column; /* from 1; 0 unknown */
    const char *against;              /* what the kernel says against it, also where its text was refused; NULL: nothing */
} cad_part;

/* L1: not blank, and it ends as it should. */
bool cad_part_is_complete(const cad_part_text *t);

/* Climbs the ladder as far as the text goes; everything but the solid lives in `arena`.  Errors: CAD_ENOMEM, CAD_EUNSUPPORTED
 * (no geometry kernel); anything else the text or the kernel does is a class.  `out` owns the solid: cad_part_deinit. */
CAD_MUST_USE cad_status cad_part_make(const cad_part_text *t, cad_arena *arena, cad_part *out);
void cad_part_deinit(cad_part *p);

/* Chamfer distance of A1, and voxel IoU in A1 and A0c, of a prediction against a reference; both have meshes.  Relative errors
 * of volume, area and the worst of the sorted extents, in millimetres as they are (A0).  NaN where a measure is not defined.
 * `reference_id` and `prediction_key` key the point clouds (spec/metrics.md 2.6).
 *
 * A reference thinner than a cell may leave the grid of its cube empty; by the letter of metrics.md 4.1 even a copy of it would
 * then be a failure, and by 10 the reference itself has IoU 1.  For such references, and whatever the prediction is, the cells
 * are stretched along each axis to the room that both parts take up: the same share of volumes, measured on another grid. */
typedef struct cad_likeness {
    double cd_a1, iou_a1, iou_a0c;
    double vol_rel, area_rel, bbox_rel;
    bool thin; /* the cells were stretched */
} cad_likeness;
/* The protocol of the keys of point clouds. */
#define CAD_PART_PROTOCOL "cadlm-1"
CAD_MUST_USE cad_status cad_part_compare(const cad_part *reference, const cad_part *prediction, const char *reference_id,
                                         const char *prediction_key, cad_arena *arena, cad_likeness *out);

#ifdef __cplusplus
}
#endif
#endif
