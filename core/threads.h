/* Threads for loops over independent work.
 *
 * A loop is cut into chunks of exactly `grain` (the last may be shorter) whatever the number of threads, so a function that
 * writes per chunk gives the same bits on any machine. */
#ifndef CADLM_CORE_THREADS_H
#define CADLM_CORE_THREADS_H

#include "core/status.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_MAX_THREADS = 1024 };

/* Sets the number of threads that loops use, the calling one included; 0 = CPUs in the affinity mask.  May be called again
 * (between loops).  Before the first call there is one thread.  Threads it starts have a stack of 8 MiB whatever `ulimit -s`
 * says; the calling one needs 1 MiB.  Errors: CAD_EINVAL (over CAD_MAX_THREADS), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_threads_init(int n);
int cad_threads_count(void);
int cad_threads_cpus(void); /* CPUs in the affinity mask, at least 1 */

/* Calls fn(ctx, begin, end) for each chunk of [0, n), each exactly once, in no particular order, and returns when all are
 * done.  Inline when there is one thread, when n <= grain, inside another loop, and while another thread runs a loop. */
void cad_parallel_for(int64_t n, int64_t grain, void (*fn)(void *ctx, int64_t begin, int64_t end), void *ctx);

#ifdef __cplusplus
}
#endif
#endif
