/* Pictures of parts for people and captioners: nine views of each (cad/mesh/nine_views.h), drawn in worker processes.
 *
 *   OUT/ID.png          one picture for each part that has a mesh
 *   OUT/status.jsonl    a row for each part: {"file","id","key","status":"ok"} or {"id","key","message","status":"no_mesh"}
 *
 * A part whose row has the key of its text, of the picture's recipe and of the kernel is not drawn again, so a call that was
 * stopped goes on where it was.  At the end the rows stand in the order of the input and pictures that it does not name are
 * removed: what lies in OUT depends on the input alone, whatever the number of workers. */
#ifndef CADLM_DATAPREP_STAGE_RENDER_H
#define CADLM_DATAPREP_STAGE_RENDER_H

#include "core/shard.h"
#include "core/status.h"

#include <signal.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Registers the worker's handler; before cad_cli_main. */
void cad_stage_render_register(void);

typedef struct cad_stage_render_args {
    const char *in;  /* a corpus (.jsonl: targets of kind ir and step), a folder of STEP files, .gz too, or one file */
    const char *out; /* a folder: absent, empty, or made by an earlier call */
    cad_shard shard; /* of the parts; {0, 0}: all */
    int jobs;        /* worker processes; 0 = CPUs of the affinity mask */
    double max_bad;  /* share of parts that may be without a mesh */
    const volatile sig_atomic_t *stop; /* core/stop_signal.h; NULL: nothing stops it */
} cad_stage_render_args;

typedef struct cad_stage_render_result {
    int64_t parts, kept, no_mesh; /* kept: not drawn again */
    double seconds;
} cad_stage_render_result;

/* Errors: CAD_EUNSUPPORTED (no OCCT), those of cad_step_files_find_packed and cad_corpus_open, CAD_EDATA (an id twice, or one
 * that is no name of a file; too many without a mesh), CAD_EPARTIAL (some without a mesh), CAD_EWRITE (also: OUT holds what no
 * earlier call made), CAD_EINTR.  With CAD_EPARTIAL, and CAD_EDATA where too many had no mesh, all is written and *out is set.
 */
CAD_MUST_USE cad_status cad_stage_render(const cad_stage_render_args *args, cad_stage_render_result *out);

#ifdef __cplusplus
}
#endif
#endif
