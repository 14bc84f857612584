/* The harness of the op checks: it holds the discipline, a check only states shapes and fills inputs.
 *
 *   outputs stand between guard bands and start as NaN ("="), or as random values ("+=")
 *   inputs must be unchanged after the call
 *   the op runs twice on equal inputs and must give equal bits, and once more with another number of threads; on the emulator
 *     in each mode of its copies, each time with the blocks and warps in another order
 *   error against the f64 reference:  E(a) <= 2 E(n) + c ulp(max |r|)  and, from 256 elements, Q(a) <= 1.25 Q(n) + 1e-6, where
 *     n is the naive form: every intermediate rounded to the storage type, products accumulated in f32 (FlashAttention's
 *     rule); c = 8 for an output in f32, 1 in bf16; written so that NaN fails
 *
 * A check is a function that declares its buffers (co_in, co_out, co_sum, ..), runs the op through co_run, and compares
 * through co_close or co_equal.  Seed and replay command are printed with every failure.
 *
 * Passes.  The driver runs each check in both storage types and with twisted inputs (co_twist).  A check sees float arrays
 * whatever the storage type: in a bf16 pass the numbers in buffers of storage type are bf16 numbers, CO_1D and its kin hand
 * the op the bf16 bytes behind them, and what the op wrote there is widened when it returns. */
#ifndef CADLM_TESTS_KERNELS_CHECKOP_H
#define CADLM_TESTS_KERNELS_CHECKOP_H

#include "core/arena.h"
#include "core/rng.h"
#include "kernels/ops.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CO_MAX_BUFFERS = 24, CO_MAX_SCRATCH = 4, CO_GUARD = 64 };

typedef enum co_role { CO_IN, CO_OUT, CO_SUM, CO_INPLACE } co_role;

typedef struct co_buffer {
    const char *name;
    co_role role;
    size_t bytes;                                /* of what the op sees */
    unsigned char *base, *data, *before, *first; /* what the op sees; first: result of the first run */
    unsigned char *device;                       /* the copy of base that a back end with memory of its own sees */
    float *view, *view_before;                   /* the same as floats: `data` itself, or in bf16 an array beside it */
    int64_t count;                               /* floats of the view; 0 for co_bytes */
    bool half;
} co_buffer;

/* Structured inputs instead of ordinary ones, in buffers of storage type filled with CO_NORMAL, CO_SMALL, CO_TAME. */
typedef enum co_twist {
    CO_AS_IS,
    CO_NAN,      /* a NaN in one element of one input (number `pick`): it reaches what depends on it and nothing else */
    CO_BIG,      /* one input times 1e4 in one element of eight */
    CO_DENORMAL, /* one input below the normal range */
    CO_ALL_EQUAL /* every element of every input 0.5 */
} co_twist;

/* Working memory of an op, beside the buffers. */
typedef struct co_scratch_block {
    unsigned char *data, *device;
    size_t bytes;
} co_scratch_block;

typedef struct checkop {
    const cad_ops *ops;
    cad_arena *arena;
    cad_rng rng;
    const char *op;  /* name of the check that runs */
    char shape[160]; /* of the case that runs, for messages */
    uint64_t seed;
    co_buffer buffer[CO_MAX_BUFFERS];
    int n_buffers;
    co_scratch_block scratch[CO_MAX_SCRATCH];
    int n_scratch;
    int64_t cases, failures;
    cad_dtype store; /* CAD_F32 or CAD_BF16 */
    co_twist twist;
    int pick, inputs; /* input that is twisted; inputs of this case so far */
    int64_t twisted;  /* buffers twisted in this pass */
    int64_t stored;   /* buffers of storage type */
    bool quiet;       /* mutants: failures are expected and only counted */
    bool first_is_enough;
} checkop;

/* ---- a case ---- */
/* Begins a case: forgets the buffers of the last one and says what it is, printf-like. */
void co_case(checkop *t, const char *fmt, ...) CAD_PRINTF(2, 3);

typedef enum co_fill {
    CO_NORMAL,  /* N(0,1) */
    CO_SMALL,   /* N(0, 0.02) */
    CO_TAME,    /* N(0,1), and never large: what ends in an exponent */
    CO_INTEGER, /* -3..3: products and sums are exact in f32 */
    CO_LARGE,   /* N(0,1) times 1e4 in one element of eight */
    CO_EQUAL,   /* all 0.5 */
    CO_GIVEN    /* 0: the check fills it, and calls co_round if it may hold other numbers than the storage type has */
} co_fill;
/* Buffers of n elements.  in: filled; out: NaN; sum: f32, random start values; inplace: filled, may change.  Of storage type,
 * or always f32 with _f32.  CO_INTEGER in bf16: -1..1, so that sums are exact there too. */
float *co_in(checkop *t, const char *name, int64_t n, co_fill fill);
float *co_out(checkop *t, const char *name, int64_t n);
float *co_inplace(checkop *t, const char *name, int64_t n, co_fill fill);
float *co_sum(checkop *t, const char *name, int64_t n);
float *co_in_f32(checkop *t, const char *name, int64_t n, co_fill fill);
float *co_out_f32(checkop *t, const char *name, int64_t n);
float *co_inplace_f32(checkop *t, const char *name, int64_t n, co_fill fill);
/* Rounds numbers of the check's own making to the storage type. */
void co_round(const checkop *t, float *x, int64_t n);
/* Structured values: row i of x (n,c) is 1 in column (7 i + 3) mod c, else 0 (CO_HOT gives the column); every element of x a
 * number of its own, exact in bf16 while there are fewer than 256. */
#define CO_HOT(i, c) ((7 * (i) + 3) % (c))
void co_one_hot(float *x, int64_t n, int64_t c);
void co_numbered(float *x, int64_t n);
/* Any type: zeroed; the caller fills it before co_run. */
void *co_bytes(checkop *t, const char *name, co_role role, size_t bytes);
/* Working memory of an op: `bytes` as its _scratch says, filled with NaN. */
cad_scratch co_scratch(checkop *t, size_t bytes);
/* The floats a "+=" or in-place buffer had before the run. */
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
/* Runs the op on what the buffers hold, and judges nothing: for counts over many runs.  Floats of storage type stay behind. */
cad_status co_run_once(checkop *t, co_call call, const void *args);

/* ---- checkop_device.c: back ends whose memory the host cannot touch ---- */
/* Whether the buffers have to be copied; false for the CPU. */
bool co_is_apart(const checkop *t);
/* Copies the buffers to the device, runs the op on arguments that point there, and copies everything back. */
cad_status co_run_apart(checkop *t, co_call call, const void *args);
/* How much of something a check does: `all`, or `few` on the emulator. */
int64_t co_amount(const checkop *t, int64_t all, int64_t few);
/* Runs of one case, what to call run i, and the setting in which it happens. */
int co_runs(const checkop *t);
const char *co_run_name(const checkop *t, int run);
void co_run_setting(checkop *t, int run);
/* Bytes of the arguments of the op that `call` runs. */
size_t co_args_bytes(co_call call);

/* ---- judging ---- */
/* Type in which an output stands; of arrays that are no buffer: the storage type. */
cad_dtype co_type_of(const checkop *t, const float *p);
/* The naive form in the storage type of this pass: CO_NAIVE(t, linear)(..). */
#define CO_NAIVE(t, formula) ((t)->store == CAD_BF16 ? refb_##formula : ref32_##formula)
/* got (n) against r (f64) with the naive result n32.  A NaN in r is right only in a pass of CO_NAN, and then got has it too. */
void co_close(checkop *t, const char *what, const float *got, const double *r, const float *n32, int64_t n);
/* The same where terms of size `terms` cancel: the floor is at least 8 ulp of them in f32, in which they are summed. */
void co_close_terms(checkop *t, const char *what, const float *got, const double *r, const float *n32, int64_t n, double terms);
/* With fewer results than this the error of the naive form is luck where terms cancel, and the floor goes by their size. */
enum { CO_FEW = 64 };
/* The largest magnitude of x (n); NaN aside. */
double co_largest(const float *x, int64_t n);
/* The same where an error of `least` is allowed in any case: what intermediates in the storage type may cost at most, however
 * lucky the naive form is with its own. */
void co_close_least(checkop *t, const char *what, const float *got, const double *r, const float *n32, int64_t n, double least);
/* Equal values: the integer test.  r must be exact in the type of the output, or the test asks for too much and fails too. */
void co_exact(checkop *t, const char *what, const float *got, const double *r, int64_t n);
/* |got - want| <= tol, or both NaN in a pass of CO_NAN. */
void co_near(checkop *t, const char *what, int64_t i, double got, double want, double tol);
/* A relative bound instead of the naive form, for sums that are formed in f64. */
void co_within(checkop *t, const char *what, double got, double want, double rel);
/* Equal bytes. */
void co_equal(checkop *t, const char *what, const void *got, const void *want, size_t bytes);
/* Equal bits of floats; which NaN it is does not count. */
void co_same(checkop *t, const char *what, const float *got, const float *want, int64_t n);
/* A status that must come: the op refuses, and touches nothing. */
void co_refuses(checkop *t, co_call call, const void *args, cad_status code, const char *part);
/* The same of numbers that a GPU sees while it computes: there the sync after the op answers, with CAD_ENUMERIC and a text that
 * has `late`, and only inputs stay as they are. */
void co_refuses_numbers(checkop *t, co_call call, const void *args, const char *part, const char *late);
void co_fail(checkop *t, const char *fmt, ...) CAD_PRINTF(2, 3);
/* f64 or f32 working memory of the references, until the end of the case. */
double *co_f64(checkop *t, int64_t n);
float *co_f32(checkop *t, int64_t n);
/* A copy of x (n) in f64. */
double *co_widen(checkop *t, const float *x, int64_t n);
/* Tensors over the floats of a buffer (in a function with `t`): of its type in this pass; f32 over any other array. */
cad_tensor co_tensor(const checkop *t, float *p, int ndim, int64_t a, int64_t b, int64_t c);
#define CO_1D(p, a) co_tensor(t, (p), 1, (a), 1, 1)
#define CO_2D(p, a, b) co_tensor(t, (p), 2, (a), (b), 1)
#define CO_3D(p, a, b, c) co_tensor(t, (p), 3, (a), (b), (c))

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

/* Shapes of a list that a pass runs: all, or the first few (the small ones) when inputs are twisted. */
#define CO_SOME(t, all, few) ((t)->twist ? (few) : (all))
/* All passes of one check: both storage types, every twist.  Checks without a buffer of storage type run once.  Twisted passes
 * run the op once and on one thread; `plain` leaves them out. */
void co_passes(checkop *t, void (*run)(checkop *t), bool plain);
/* "bf16, NaN in input 2": the pass that runs. */
void co_pass_name(const checkop *t, char *out, size_t size);

/* Central differences of a scalar function of x (n) in f64 along 64 random directions against the gradient g:
 * step 1e-5 max(1, |x|), relative 1e-6 of the norm. */
typedef double (*co_scalar)(void *ctx, const double *x);
void co_gradient(checkop *t, const char *what, co_scalar f, void *ctx, const double *x, const double *g, int64_t n);

#endif
