/* Inside of core/pool: what pool, zygote and child say to each other.  Included by core/pool*.c and core/worker*.c only.
 *
 * pool <-> zygote: one socket pair of packets; a job's two pipe ends travel with its order.  pool -> child: one message of
 * (head, handler's name, input).  child -> pool: one message of (head, error text, answer).  Lengths come first.
 * A memory file holds one page per slot, in which a child notes its stage; it maps its own page only. */
#ifndef CADLM_CORE_WORKER_IMPL_H
#define CADLM_CORE_WORKER_IMPL_H

#include "core/pool.h"

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_WORKER_ARG "--cadlm-worker-zygote"
#define CAD_WORKER_ENV "CADLM_WORKER" /* set in zygotes: no pool inside a pool */

enum {
    CAD_WORKER_SOCKET = 3, /* descriptors of the zygote */
    CAD_WORKER_PAGES = 4,
    CAD_WORKER_SLOTS = 1024,
    CAD_WORKER_PAGE = 4096,
    CAD_WORKER_NAME = 32,
    CAD_WORKER_TEXT = 2048,        /* longest error text */
    CAD_WORKER_IN_LIMIT = 16 << 20 /* longest input */
};

typedef enum cad_order_op { CAD_ORDER_RUN = 1, CAD_ORDER_KILL } cad_order_op;
typedef struct cad_order {
    uint32_t op, slot;
    uint64_t job;
    double cpu_s;
    int64_t mem_bytes;
    uint64_t out_limit;
} cad_order;

typedef enum cad_note_op { CAD_NOTE_READY = 1, CAD_NOTE_ENDED, CAD_NOTE_NO_FORK } cad_note_op;
typedef struct cad_note {
    uint32_t op, slot;
    uint64_t job;
    int32_t wait_status; /* of waitpid; errno for NO_FORK */
    uint32_t over_wall;  /* killed at the wall limit */
    double cpu_ms, wall_ms, rss_mb;
} cad_note;

typedef struct cad_job_head { /* then `name` without NUL, then `len` bytes */
    uint64_t len;
    uint32_t name, zero;
} cad_job_head;

typedef struct cad_answer_head { /* then `text` bytes, then the answer; len counts both */
    uint64_t len;
    int32_t status;
    uint32_t text;
} cad_answer_head;

/* The wall limit is a safety net only: a verdict by it depends on the load of the machine. */
static inline double cad_worker_wall_s(double cpu_s)
{
    return 3 * cpu_s;
}

cad_worker_fn cad_worker_find(const char *name);
/* Runs one job in a freshly forked child and ends the process. */
__attribute__((noreturn)) void cad_worker_child(const cad_order *order, int in_fd, int out_fd, pid_t zygote);

/* ---- worker_guard.c ---- */
/* Takes away the system calls that a child has no use for; needs no_new_privs. */
void cad_worker_guard(void);

#ifdef __cplusplus
}
#endif
#endif
