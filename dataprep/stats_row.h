/* One row as stats counts it: the STEP file that it is or stands for, and its tokens; private to stats. */
#ifndef CADLM_DATAPREP_STATS_ROW_H
#define CADLM_DATAPREP_STATS_ROW_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/json.h"
#include "dataprep/row_tokens.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Texts borrow the JSON. */
typedef struct cad_stats_row {
    json_t *o;
    const char *target;
    bool step, model_text, broken;
    bool without; /* it retrieved nothing, so that no pack has it: it has no tokens */
    int64_t instances, faces;
    int64_t prompt, retrieved, answer, whole; /* tokens; the prompt's with those of what was retrieved */
    double unit;                              /* mm; 0: no solid */
    double size;                              /* mm, of all its points (cad_step_extent); 0: no solid */
    cad_buf types;                            /* names of types, each with a NUL, and in counts how often */
    cad_buf counts;
} cad_stats_row;

/* Counts the instances of its target, which is STEP; text of models counts as the file that it stands for.  `a`: scratch, not
 * rewound. */
CAD_MUST_USE cad_status cad_stats_row_step(cad_stats_row *r, cad_arena *a);
/* Counts its tokens as cadprep pack makes them; `in`: the corpus, for messages.  `a`: scratch, not rewound.  Errors: CAD_EDATA
 * (what it retrieved is not there), those of cad_row_encode. */
CAD_MUST_USE cad_status cad_stats_row_tokens(cad_stats_row *r, const cad_row_coder *c, const char *in, cad_arena *a);
void cad_stats_row_deinit(cad_stats_row *r);

#ifdef __cplusplus
}
#endif
#endif
