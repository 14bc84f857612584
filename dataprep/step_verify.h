/* Rounding of a STEP file that the geometry kernel confirms, in a worker process (core/pool.h).
 *
 * A file is rounded to k digits; the checks of geometry without a kernel must then find nothing that they did not find before,
 * and the kernel must read as many solids and faces as before, all sound, of a volume that differs by at most 10^(2-k) of
 * itself, and with tolerances of at most 2 x 10^-k of the extent, or those from before.  Where it does not, k + 1 digits are
 * tried, up to CAD_STEP_VERIFY_LAST, and then the numbers stay exact. */
#ifndef CADLM_DATAPREP_STEP_VERIFY_H
#define CADLM_DATAPREP_STEP_VERIFY_H

#include "cad/step/step_round.h"
#include "core/pool.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_STEP_VERIFY_HANDLER "round"
enum { CAD_STEP_VERIFY_LAST = 9, CAD_STEP_VERIFY_FILE = 256 << 20 /* bytes of a file */ };

typedef struct cad_step_verify_job {
    int32_t first; /* digits to begin with; they are tried even above CAD_STEP_VERIFY_LAST */
    bool relative; /* to the extent; otherwise decimals of the file */
    bool kernel;
} cad_step_verify_job;

typedef struct cad_step_verified {
    int32_t k;       /* digits; 0: the numbers stayed exact */
    int64_t changed; /* numbers */
    int64_t bytes;   /* of the file */
    const char *why; /* the last reason why fewer digits would not do; "" */
    const char *text;
    size_t len; /* of the canonical text */
} cad_step_verified;

/* What a worker does with the text of a file: appends its answer to *out.  Errors: CAD_EDATA (the file has errors), CAD_ENOMEM;
 * CAD_EUNSUPPORTED without a kernel. */
CAD_MUST_USE cad_status cad_step_verify_run(const cad_step_verify_job *job, const char *text, size_t len, cad_buf *out);
/* In every process of the binary, before main's work. */
void cad_step_verify_register(void);
CAD_MUST_USE cad_status cad_step_verify_submit(cad_pool *p, uint64_t tag, const cad_step_verify_job *job, const char *path);
/* What a result with the verdict ok says; it borrows from it.  Errors: CAD_EINTERNAL (it is malformed). */
CAD_MUST_USE cad_status cad_step_verify_answer(const cad_pool_result *r, cad_step_verified *out);
/* Of a result with another verdict than ok and failed: the digits at which the kernel was lost; 0: on the file as it was. */
int32_t cad_step_verify_lost_at(const cad_pool_result *r);

/* The same in this process: the numbers of m become those that will do.  Adds to *why.  Without a kernel the checks of
 * step_check.h alone judge.  Errors: CAD_EDATA (m has errors), CAD_ENOMEM; CAD_EUNSUPPORTED in a build without a kernel. */
CAD_MUST_USE cad_status cad_step_round_checked(const cad_step_verify_job *job, cad_step *m, cad_buf *why, int32_t *out_k,
                                               int64_t *out_changed);

#ifdef __cplusplus
}
#endif
#endif
