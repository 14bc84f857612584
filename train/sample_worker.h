/* What a worker does with one sampled answer: compile it, measure it, draw it (handler CAD_SAMPLE_WORKER of core/pool.h). */
#ifndef CADLM_TRAIN_SAMPLE_WORKER_H
#define CADLM_TRAIN_SAMPLE_WORKER_H

#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_SAMPLE_WORKER "train.sample"
enum { CAD_SAMPLE_WIDTH = 320, CAD_SAMPLE_HEIGHT = 240 };

typedef struct cad_sample_job {
    bool step;     /* the answer is STEP, not Compact IR */
    bool upstream; /* dialect of Compact IR */
    bool render;
} cad_sample_job;

/* The bytes of a job, to be given to cad_pool_submit. */
CAD_MUST_USE cad_status cad_sample_pack_job(const cad_sample_job *job, const char *text, size_t len, cad_buf *out);

typedef struct cad_sample_result {
    const char *klass;  /* "ok", "empty", "parse", "build", "invalid": classes of cli.md 8 */
    const char *json;   /* (json_len) fields volume, area, bbox, faces, solids, genus, or error: an object */
    size_t json_len;
    const char *step;   /* (step_len) AP214 text of a valid part, else length 0 */
    size_t step_len;
    const uint8_t *rgb; /* (CAD_SAMPLE_HEIGHT,CAD_SAMPLE_WIDTH,3) or NULL */
} cad_sample_result;

/* Reads an answer of the worker; it may be damaged, so everything is checked.  Pointers go into `out`.  Errors: CAD_ECORRUPT. */
CAD_MUST_USE cad_status cad_sample_unpack(const void *bytes, size_t len, cad_sample_result *out);

/* Makes the handler known; before cad_worker_main_if_asked. */
void cad_sample_worker_register(void);

#ifdef __cplusplus
}
#endif
#endif
