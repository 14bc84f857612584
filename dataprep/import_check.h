/* Parts looked at by the geometry kernel, in workers: is it a valid solid?
 *
 * Valid: BRepCheck accepts it, it has at least one solid, its volume is finite, above 0 and at most 1.001 of that of its box,
 * and its largest tolerance is at most 1e-3 mm or 1e-4 of the diagonal of the box, whichever is larger (spec/step.md 13).
 *
 * While the stage runs, OUT.checked.jsonl (OUT without .jsonl) keeps what the kernel said (journal.h), by the text that it was
 * given: a stage that was killed and is called again asks only for the rest, and for what took the worker along (time, memory,
 * a crash), which may have been the machine's doing. */
#ifndef CADLM_DATAPREP_IMPORT_CHECK_H
#define CADLM_DATAPREP_IMPORT_CHECK_H

#include "dataprep/import_part.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Text that a worker takes, and how many may be asked for at once. */
enum { CAD_IMPORT_CHECK_MOST = 15 << 20, CAD_IMPORT_CHECK_TAGS = 512 };

/* Before main's work, once. */
void cad_import_check_register(void);
/* Whether this build has a kernel. */
bool cad_import_check_able(void);

typedef struct cad_import_check cad_import_check;
/* out: the corpus that the stage makes, a name that ends in .jsonl; workers: 0, as CPUs. */
CAD_MUST_USE cad_status cad_import_check_open(const char *out, int workers, cad_import_check **c);
/* Asks of each of n parts (at most CAD_IMPORT_CHECK_TAGS) that is CAD_IMPORT_ok and has canonical text, which it takes: class,
 * and what is wrong with it, appended to its message.  told(ctx, k), may be NULL: the kernel's word on part k is there, its
 * text still is.  After a signal (core/stop_signal.h) it returns without the rest. */
CAD_MUST_USE cad_status cad_import_check_parts(cad_import_check *c, cad_import_part *const *part, size_t n,
                                               void (*told)(void *ctx, size_t k), void *ctx);
/* Behind a stage that ended with `s`, which is returned: with a corpus or a word on all of it (CAD_OK, CAD_EPARTIAL,
 * CAD_ENOTFOUND: nothing is left of it) what the kernel said is forgotten; else it stays for the next call.  NULL is fine. */
CAD_MUST_USE cad_status cad_import_check_end(cad_import_check *c, cad_status s);

#ifdef __cplusplus
}
#endif
#endif
