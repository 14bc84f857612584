/* What the workers of test_pool.c do: handlers that answer, fail, crash, loop, eat memory, flood, lie or try to get out. */
#ifndef CADLM_TESTS_CORE_POOL_JOBS_H
#define CADLM_TESTS_CORE_POOL_JOBS_H

#include "tests/unit.h"

#if defined(__SANITIZE_ADDRESS__)
#define ASAN 1
#else
#define ASAN 0
#endif

/* Registers each do_x of pool_jobs.c as "x". */
void pool_jobs_register(void);

#endif
