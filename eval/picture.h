/* Pictures of parts, made in workers: one view of one program, and sheets of reference beside prediction. */
#ifndef CADLM_EVAL_PICTURE_H
#define CADLM_EVAL_PICTURE_H

#include "cad/mesh/image.h"
#include "core/pool.h"
#include "core/status.h"
#include "eval/part_kind.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The image in the result of a job to CAD_FORMAT_rgb (eval/convert.h), copied into `arena`.  A dead or failed worker:
 * CAD_EGEOM with its reason. */
CAD_MUST_USE cad_status cad_picture_take(const cad_pool_result *r, cad_arena *arena, cad_image *out);

/* A column of a sheet: head, colour of the parts, and one text per row (NULL or empty: "no answer"). */
typedef struct cad_picture_column {
    const char *head;
    const char *const *text; /* (rows) */
    const size_t *len;       /* (rows) */
    cad_rgb part;
    cad_part_kind kind; /* of the texts, which are what a model answers */
} cad_picture_column;

/* Draws all cells in workers and composes them: rows x columns pictures, labels at the left.  A part that cannot be drawn is
 * an empty cell with the reason.  The image lives in `arena`. */
CAD_MUST_USE cad_status cad_picture_sheet(cad_pool *pool, const char *title, const char *const *label, size_t rows,
                                          const cad_picture_column *column, size_t columns, cad_arena *arena, cad_image *out);

#ifdef __cplusplus
}
#endif
#endif
