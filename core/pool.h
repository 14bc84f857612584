/* Worker pool: untrusted work (every call of the geometry kernel on generated input) in processes with limits.
 *
 * A zygote is started by exec of /proc/self/exe with a hidden argument and forks one child per job.  A child that crashes,
 * hangs, eats memory or writes garbage is a verdict of its job; other jobs and the caller are unaffected, and no call of this
 * header waits longer than the limits allow.  A dead zygote is started once more and the jobs in flight are repeated; the
 * second time cad_pool_next fails.
 *
 * Use: register the handlers, call cad_worker_main_if_asked first thing in main (cad_cli_main does), then create a pool. */
#ifndef CADLM_CORE_POOL_H
#define CADLM_CORE_POOL_H

#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- inside the worker ---- */

/* Runs in a child: reads `in`, appends its answer to `out` (bytes; the caller of the pool checks every field, since a child may
 * have been corrupted).  A failing status and its text reach the caller; CAD_ENOMEM becomes the verdict `memory`. */
typedef cad_status (*cad_worker_fn)(const void *in, size_t len, cad_buf *out);

/* Before main's work, in every process of the binary.  `name` is borrowed, at most 31 bytes.  At most 32 handlers (asserted).
 */
void cad_worker_register(const char *name, cad_worker_fn fn);
/* Becomes the zygote and never returns when the command line asks for it; otherwise does nothing. */
void cad_worker_main_if_asked(int argc, char **argv);
/* Marks what the child is doing (at most 31 bytes, cut), so that a dead one names its stage.  A no-op outside a worker. */
void cad_worker_stage(const char *stage);
/* Address space for an arena of a job: `most`, but inside a worker at most half of its memory limit, since what is reserved
 * counts against that limit too. */
size_t cad_worker_space(size_t most);

/* ---- in the caller ---- */

typedef struct cad_pool cad_pool;

typedef struct cad_pool_opts {
    int workers;       /* children at a time; 0 = CPUs of the affinity mask */
    double cpu_s;      /* CPU seconds of one job (soft limit; hard 2 s later; wall clock 3 times that); 0 = 30 */
    int64_t mem_bytes; /* address space; 0 = 4 GiB; not enforced in builds with AddressSanitizer, which needs terabytes of it */
    size_t out_limit;  /* bytes of one answer; 0 = 16 MiB.  More than that is the verdict `failed` */
    bool unordered;    /* results as they end; otherwise in the order of submission */
} cad_pool_opts;

typedef enum cad_verdict {
    CAD_VERDICT_ok,      /* the handler returned CAD_OK and its whole answer arrived */
    CAD_VERDICT_failed,  /* the handler returned a failure, or its answer was malformed or too long */
    CAD_VERDICT_crash,   /* ended by a signal, by somebody's SIGKILL too, or without an answer */
    CAD_VERDICT_timeout, /* CPU or wall limit */
    CAD_VERDICT_memory   /* an allocation failed, or ended by a signal with its peak near the memory limit */
} cad_verdict;

typedef struct cad_pool_result {
    uint64_t tag;
    cad_verdict verdict;
    cad_status status;        /* of the handler; CAD_EINTERNAL where it never answered */
    const char *error;        /* text for people; "" when ok */
    const char *stage;        /* last cad_worker_stage, "" when none; printable ASCII */
    const unsigned char *out; /* answer; complete only when ok, else empty */
    size_t out_len;
    int signal; /* that ended the child, or 0 */
    double cpu_ms, wall_ms, rss_mb;
} cad_pool_result;

const char *cad_verdict_name(cad_verdict v); /* "ok" */

/* Starts the zygote.  Errors: CAD_EINTERNAL (cannot start, or called inside a worker), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_pool_create(const cad_pool_opts *opts, cad_pool **out);
/* Queues one job; copies `in` (at most 16 MiB: CAD_EINVAL).  Never waits.  `tag` comes back with the result. */
CAD_MUST_USE cad_status cad_pool_submit(cad_pool *p, const char *handler, uint64_t tag, const void *in, size_t len);
/* Submitted and not yet returned by cad_pool_next; a caller that streams keeps it at a few times the number of workers. */
size_t cad_pool_pending(const cad_pool *p);
int cad_pool_workers(const cad_pool *p);
/* Waits for the next result; its pointers live until the next call.  Errors: CAD_ENOTFOUND when nothing is pending,
 * CAD_EINTERNAL when the zygote died twice. */
CAD_MUST_USE cad_status cad_pool_next(cad_pool *p, cad_pool_result *out);
/* Kills what still runs; NULL is fine. */
void cad_pool_destroy(cad_pool *p);
/* For tests: process id of the zygote. */
int64_t cad_pool_zygote(const cad_pool *p);

#ifdef __cplusplus
}
#endif
#endif
