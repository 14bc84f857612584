/* The harness of the op checks: it holds the discipline, a check only states shapes and fills inputs.
 *
 *   outputs stand between guard bands and start as NaN ("="), or as random values ("+=")
 *   inputs must be unchanged after the call
 *   the op runs twice on equal inputs and must give equal bits, and once more with another number of threads
 *   error against the f64 reference:  E(a) <= 2 E(n) + 8 ulp(max |r|)  and  Q(a) <= 1.25 Q(n) + 1e-6, where n is the same
 * formula in f32 throughout (FlashAttention's rule); written so that NaN fails
 *
 * A check is a function that declares its buffers (co_in, co_out, co_sum, ..), runs the op through co_run, and compares
 * through co_close or co_equal.  Seed and replay command are printed with every failure. */
#ifndef CADLM_TESTS_KERNELS_CHECKOP_H
#define CADLM_TESTS_KERNELS_CHECKOP_H

#include "core/arena.h"
#include "core/rng.h"
#include "kernels/ops.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CO_MAX_BUFFERS = 24, CO_GUARD = 64 };

typedef enum co_role { CO_IN, CO_OUT, CO_SUM, CO_INPLACE } co_role;

typedef struct co_buffer {
    const char *name;
    co_role role;
    size_t bytes;
    unsigned char *base, *data, *before, *first; /* first: result of the first run */
} co_buffer;

typedef struct checkop {
    const cad_ops *ops;
    cad_arena *arena;
    cad_rng rng;
    const char *op;  /* name of the check that runs */
    char shape[160]; /* of the case that runs, for messages */
    uint64_t seed;
    co_buffer buffer[CO_MAX_BUFFERS];
    int n_buffers;
    int64_t cases, failures;
    bool quiet; /* mutants: failures are expected and only counted */
} checkop;

/* ---- a case ---- */
/* Begins a case: forgets the buffers of the last one and says what it is, printf-like. */
void co_case(checkop *t, const char *fmt, ...) CAD_PRINTF(2, 3);

typedef enum co_fill {
    CO_NORMAL,  /* N(0,1) */
    CO_SMALL,   /* N(0, 0.02) */
    CO_INTEGER, /* -3..3: products and sums are exact in f32 */
    CO_LARGE,   /* N(0,1) times 1e4 in one element of eight */
    CO_EQUAL    /* all 0.5 */
} co_fill;
/* f32 buffers of n elements.  in: filled; out: NaN; sum: random start values; inplace: filled, may change. */
float *co_in(checkop *t, const char *name, int64_t n, co_fill fill);
float *co_out(checkop *t, const char *name, int64_t n);
float *co_sum(checkop *t, const char *name, int64_t n);
float *co_inplace(checkop *t, const char *name, int64_t n, co_fill fill);
/* Any type: zeroed; the caller fills it before co_run. */
void *co_bytes(checkop *t, const char *name, co_role role, size_t bytes);
/* Working memory of an op: `bytes` as its _scratch says, filled with NaN. */
cad_scratch co_scratch(checkop *t, size_t bytes);
/* The values a "+=" or in-place buffer had before the run. */
const float *co_before(const checkop *t, const float *data);

/* Runs the op twice and with another thread count; checks status, guards, inputs and repeatability. */
typedef cad_status (*co_call)(const cad_ops *ops, const void *args);
void co_run_call(checkop *t, co_call call, const void *args);
#define CO_RUN(t, op, args)                                                                                                    \
    do {                                                                                                                       \
        co_run_call((t), co_call_##op, (args));                                                                                \
    } while (0)
#define X(op) cad_status co_call_##op(const cad_ops *ops, const void *args);
CAD_OPS_TABLE(X)
#undef X

/* ---- judging ---- */
/* got (n) against r (f64) with the naive f32 result n32. */
void co_close(checkop *t, const char *what, const float *got, const double *r, const float *n32, int64_t n);
/* The same where terms of size `terms` cancel: the floor is 8 ulp of them instead of 8 ulp of the result. */
void co_close_terms(checkop *t, const char *what, const float *got, const double *r, const float *n32, int64_t n, double terms);
/* A relative bound instead of the naive form, for sums that are formed in f64. */
void co_within(checkop *t, const char *what, double got, double want, double rel);
/* Equal bytes. */
void co_equal(checkop *t, const char *what, const void *got, const void *want, size_t bytes);
/* A status that must come: the op refuses, and touches nothing. */
void co_refuses(checkop *t, co_call call, const void *args, cad_status code, const char *part);
void co_fail(checkop *t, const char *fmt, ...) CAD_PRINTF(2, 3);
/* f64 or f32 working memory of the references, until the end of the case. */
double *co_f64(checkop *t, int64_t n);
float *co_f32(checkop *t, int64_t n);
/* A copy of x (n) in f64. */
double *co_widen(checkop *t, const float *x, int64_t n);
/* Tensors over f32 arrays. */
#define CO_1D(p, a) cad_tensor_1d(CAD_F32, (p), (a))
#define CO_2D(p, a, b) cad_tensor_2d(CAD_F32, (p), (a), (b))
#define CO_3D(p, a, b, c) cad_tensor_3d(CAD_F32, (p), (a), (b), (c))

/* Shapes that every op of rows meets: tile-exact, one off, prime, 1, tall, thin. */
typedef struct co_shape {
    int64_t n, c;
} co_shape;
extern const co_shape co_shapes[];
enum { CO_SHAPES = 8 };

/* ---- the table of checks (checkop_main.c) ---- */
typedef struct co_check {
    const char *op;
    void (*run)(checkop *t);  /* all shapes */
    void (*grad)(checkop *t); /* f64 backward of the reference against central differences; NULL: none */
} co_check;

/* Central differences of a scalar function of x (n) in f64 along 64 random directions against the gradient g:
 * step 1e-5 max(1, |x|), relative 1e-6 of the norm. */
typedef double (*co_scalar)(void *ctx, const double *x);
void co_gradient(checkop *t, const char *what, co_scalar f, void *ctx, const double *x, const double *g, int64_t n);

#endif
