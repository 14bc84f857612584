/* Ops broken on purpose, each with the check that has to see it and the pass in which it is run. */
#ifndef CADLM_TESTS_KERNELS_MUTANTS_H
#define CADLM_TESTS_KERNELS_MUTANTS_H

#include "tests/kernels/checks.h"

#include <stddef.h>

extern const cad_ops *co_real; /* what the mutants spoil */

typedef union co_any_op {
#define X(op) cad_status (*op)(const cad_##op##_args *a, void *stream);
    CAD_OPS_TABLE(X)
#undef X
} co_any_op;

typedef struct co_mutant {
    const char *name;
    void (*check)(checkop *t);
    size_t place; /* of the op in the table */
    co_any_op fn;
    cad_dtype store;
    co_twist twist;
    int pick;
} co_mutant;

#define CO_MUTANT(op, fn, store, twist, pick)                                                                                  \
    {                                                                                                                          \
#fn, check_##op, offsetof(cad_ops, op), {.op = (fn) }, (store), (twist), (pick)                                        \
    }

extern const co_mutant co_mutants_half[];
extern const int co_n_mutants_half;

#endif
