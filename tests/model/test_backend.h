/* The back end that a program of invariants runs on: CADLM_TEST_BACKEND, by default cpu.
 *
 *   cpu          the CPU                 cpu-bf16     the same with storage in bf16
 *   apart        apart_ops.h over it     apart-bf16   the same with storage in bf16
 *   anything else, as cad_ops_get has it: emu, cuda:0; also with -bf16
 *
 * Programs link test_backend.c and apart_ops.c. */
#ifndef CADLM_TESTS_MODEL_TEST_BACKEND_H
#define CADLM_TESTS_MODEL_TEST_BACKEND_H

#include "kernels/ops.h"

#include <stdbool.h>

/* Ends the program with a message where there is no such back end. */
const cad_ops *test_backend(void);
/* Whether ops of two kinds that should agree (attention with a cache and without) do so to the bit: those of the CPU. */
bool test_backend_is_cpu(void);

#endif
