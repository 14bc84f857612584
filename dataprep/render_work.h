/* One part's picture, in a worker; private to stage render. */
#ifndef CADLM_DATAPREP_RENDER_WORK_H
#define CADLM_DATAPREP_RENDER_WORK_H

#include "core/pool.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a part is given as: a Compact IR program, a STEP file, or the answer of a model that stands for one. */
typedef enum cad_render_kind { CAD_RENDER_ir, CAD_RENDER_file, CAD_RENDER_answer } cad_render_kind;

void cad_render_work_register(void);
/* The job's answer is a PNG; a part without a mesh fails with the reason. */
CAD_MUST_USE cad_status cad_render_work_submit(cad_pool *pool, uint64_t tag, cad_render_kind kind, const char *text,
                                               size_t len);
/* Hash of all that the picture depends on. */
CAD_MUST_USE cad_status cad_render_work_key(cad_render_kind kind, const char *text, size_t len, char out[33]);

#ifdef __cplusplus
}
#endif
#endif
