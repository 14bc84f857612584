/* Texts of parts in files, and what is counted in a reference before anything is scored. */
#ifndef CADLM_EVAL_REFERENCE_H
#define CADLM_EVAL_REFERENCE_H

#include "core/arena.h"
#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_REFERENCE_MOST = 6 << 20 }; /* bytes of a text: a job carries two of them in 16 MiB */

/* The text of a file as UTF-8 in `a`: bytes that are none are read as ISO 8859-1.  One larger than CAD_REFERENCE_MOST has
 * none: *out = NULL and *len = its bytes.  `hash`: XXH3-128 of the file.  Errors: those of cad_fs_read. */
CAD_MUST_USE cad_status cad_reference_read(const char *path, cad_arena *a, const char **out, size_t *len, char hash[33]);
/* What stands in the place of a reference larger than that, with a warning that names `where`: a text without a part, which
 * is scored as any reference that is none (reference_bad). */
const char *cad_reference_too_large(const char *where, size_t len);

/* Of the file that a STEP text stands for (step_answer.h): its instances, its largest id at the beginning of a line (what
 * STEP-LLM counts), its ADVANCED_FACEs; all 0 where it stands for none.  Scratch in `a`. */
typedef struct cad_reference_counts {
    int64_t instances, largest_id, faces;
} cad_reference_counts;
CAD_MUST_USE cad_status cad_reference_count(cad_arena *a, const char *text, size_t len, cad_reference_counts *out);
int64_t cad_step_largest_id(const char *text, size_t len); /* 0: none */

#ifdef __cplusplus
}
#endif
#endif
