/* Parts looked at by the geometry kernel, in workers: is it a valid solid?
 *
 * Valid: BRepCheck accepts it, it has at least one solid, its volume is finite, above 0 and at most 1.001 of that of its box,
 * and its largest tolerance is at most 1e-3 mm or 1e-4 of the diagonal of the box, whichever is larger (spec/step.md 13). */
#ifndef CADLM_DATAPREP_IMPORT_CHECK_H
#define CADLM_DATAPREP_IMPORT_CHECK_H

#include "core/pool.h"
#include "dataprep/import_class.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Text that a worker takes. */
enum { CAD_IMPORT_CHECK_MOST = 15 << 20 };

/* Before main's work, once. */
void cad_import_check_register(void);
/* Whether this build has a kernel. */
bool cad_import_check_able(void);
CAD_MUST_USE cad_status cad_import_check_pool(int workers, cad_pool **out);
/* Canonical STEP text, at most CAD_IMPORT_CHECK_MOST bytes; results come by cad_pool_next in the order of submission. */
CAD_MUST_USE cad_status cad_import_check_submit(cad_pool *p, uint64_t tag, const cad_buf *text);
/* The class of a result, CAD_IMPORT_ok for a valid solid, and what was wrong, appended. */
CAD_MUST_USE cad_status cad_import_check_class(const cad_pool_result *r, cad_import_class *out, cad_buf *message);

#ifdef __cplusplus
}
#endif
#endif
