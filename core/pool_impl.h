/* Inside of core/pool: jobs and slots.  Included by core/pool*.c only. */
#ifndef CADLM_CORE_POOL_IMPL_H
#define CADLM_CORE_POOL_IMPL_H

#include "core/worker_impl.h"

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_job_state { CAD_JOB_QUEUED, CAD_JOB_RUNNING, CAD_JOB_DONE } cad_job_state;

typedef struct cad_job {
    struct cad_job *next; /* in the order of submission */
    uint64_t id;
    cad_job_state state;
    cad_buf message; /* to the child: head, name, input; released when done */
    cad_buf answer;  /* from the child: head, text, output */
    cad_buf error;
    char stage[CAD_WORKER_NAME];
    cad_pool_result result;
} cad_job;

typedef struct cad_slot {
    cad_job *job; /* NULL: idle */
    int to, from; /* pipe ends of the pool, -1 when closed */
    size_t sent;
    bool too_long;  /* the answer passed the limit and was dropped */
    double give_up; /* monotonic time after which the zygote must be stuck */
} cad_slot;

/* ---- pool_zygote.c ---- */
typedef struct cad_zygote {
    pid_t pid;  /* 0: none */
    int socket; /* -1: none */
    int starts; /* so far */
} cad_zygote;

/* Starts it by exec of our own binary and waits until it is ready.  Errors: CAD_EINTERNAL, CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_zygote_start(cad_zygote *z, int pages_fd);
/* Kills it where it still lives (its children die with it); `how` (may be NULL) tells how it had ended. */
void cad_zygote_end(cad_zygote *z, char *how, size_t room);

/* ---- pool_job.c ---- */
/* Sets verdict, texts and figures of `job` from how its child ended; opts are complete (no zeros). */
void cad_job_conclude(cad_job *job, const cad_pool_opts *opts, const cad_note *note, bool too_long, const char *stage);
/* The same for a child that could not be made. */
void cad_job_not_started(cad_job *job, int error);
void cad_job_free(cad_job *job);

#ifdef __cplusplus
}
#endif
#endif
