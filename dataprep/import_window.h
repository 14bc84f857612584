/* Models of an import, a few hundred at a time: made by threads, looked at by the kernel, written in order. */
#ifndef CADLM_DATAPREP_IMPORT_WINDOW_H
#define CADLM_DATAPREP_IMPORT_WINDOW_H

#include "core/progress.h"
#include "dataprep/import_check.h"
#include "dataprep/import_out.h"
#include "dataprep/import_part.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_IMPORT_WINDOW = CAD_IMPORT_CHECK_TAGS };

typedef struct cad_import_window cad_import_window;

typedef struct cad_import_work {
    void *ctx;
    /* Fills *p (zeroed) for the k-th of the window.  By several threads; `scratch` is rewound after it. */
    cad_status (*make)(void *ctx, int64_t k, cad_arena *scratch, cad_import_part *p);
    /* Its names, when its turn to be written has come: in order, by one thread.  May still refuse it, by class and message. */
    cad_status (*tell)(void *ctx, int64_t k, cad_import_part *p, const char **id, const char **source);
    cad_import_check *check; /* NULL: no kernel */
    cad_import_out *out;
    cad_progress *progress;
} cad_import_work;

CAD_MUST_USE cad_status cad_import_window_create(const cad_import_work *work, cad_import_window **out);
/* Makes and writes `count` models (at most CAD_IMPORT_WINDOW).  Errors: of the machine; CAD_EINTR. */
CAD_MUST_USE cad_status cad_import_window_run(cad_import_window *w, int64_t count);
void cad_import_window_destroy(cad_import_window *w);

#ifdef __cplusplus
}
#endif
#endif
