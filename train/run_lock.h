/* Who writes into a run directory: RUN/LOCK with "host:pid:job:boot:restart", and signs of life.
 *
 * The kernel's lock decides about owners under the same kernel.  An owner elsewhere (the lock may not reach across hosts)
 * counts as alive while RUN/run.json says starting or running and was touched in the last minutes, by the clock of the file
 * system, which a thread of each owner sees to, and in the first minutes after it took the lock; the same job after a requeue
 * takes over at once. */
#ifndef CADLM_TRAIN_RUN_LOCK_H
#define CADLM_TRAIN_RUN_LOCK_H

#include "core/status.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_run_lock cad_run_lock;

typedef struct cad_run_lock_opts {
    bool force;     /* take over from an owner that cannot be asked; never from a live process of this kernel */
    double beat_s;  /* seconds between touches of run.json; 0: 60 */
    double stale_s; /* without a touch for so long an owner elsewhere is gone; 0: 180 */
} cad_run_lock_opts;

/* `dir` must exist.  A takeover is a warning that names the old owner.  Errors: CAD_ELOCKED, CAD_EWRITE. */
CAD_MUST_USE cad_status cad_run_lock_take(const char *dir, const cad_run_lock_opts *o, cad_run_lock **out);
/* CAD_ELOCKED: another process took it over; nothing more may be written. */
CAD_MUST_USE cad_status cad_run_lock_check(const cad_run_lock *l);
void cad_run_lock_release(cad_run_lock *l); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
