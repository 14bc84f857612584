/* The bytes of shares joined; private to stage_merge.c.  `share`: in their order; all are whole. */
#ifndef CADLM_DATAPREP_MERGE_FILES_H
#define CADLM_DATAPREP_MERGE_FILES_H

#include "core/arena.h"
#include "core/status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Corpora of one header, with their lists.  CAD_EDATA: headers differ. */
CAD_MUST_USE cad_status cad_merge_corpora(const char *const *share, size_t n, const char *out, cad_arena *a);
CAD_MUST_USE cad_status cad_merge_vectors(const char *const *share, size_t n, const char *out);
/* CAD_EWRITE: OUT holds something. */
CAD_MUST_USE cad_status cad_merge_trees(const char *const *share, size_t n, const char *out, cad_arena *a);

#ifdef __cplusplus
}
#endif
#endif
