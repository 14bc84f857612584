/* The op table: everything a decoder needs to train and to generate, one argument struct per op, one table per back end.
 *
 *     const cad_ops *ops;
 *     CAD_TRY(cad_ops_get("cpu", &ops));
 *     CAD_TRY(ops->rmsnorm_fwd(&(cad_rmsnorm_fwd_args){.x = h, .w = g, .y = n, .eps = 1e-6f}, NULL));
 *
 * Meaning, shapes and types stand at the structs (args_basic.h, args_linear.h, args_step.h).  Arguments are checked before
 * anything is written: CAD_EINVAL with the numbers ("rmsnorm_fwd: w is (31), expected (32)"; "w is f32, expected bf16").  What
 * index arrays hold (ids, rows, slots, positions, segments) is checked by the CPU alone; elsewhere it has to be right.  The
 * CPU takes both storage types, f32 and bf16, for every op that has tensors of storage type.  No entry is NULL.  `stream` is
 * ignored by the CPU.
 *
 * Bits.  Class R (same inputs, same bits, whatever the number of threads): every op.  Class I (a row's bits depend on that row
 * alone): all ops but the row sums, with CAD_MATMUL_own; a library product may choose its edge kernels by the number of rows.
 * Equal bits are promised within one instruction set.
 *
 * Device.  The data of every tensor, and scratch, lie in memory of mem_alloc, which the host may be unable to touch; lists that
 * are no tensors (cad_opt_tensor) lie in the host's.  Whatever is queued on a stream is done in order.  An op may return before
 * its work is done: what it finds out only then (a NaN, an index out of range) is the error of the next sync.  mem_put has
 * taken the bytes when it returns; mem_get waits for all before it.  The CPU does everything at once.
 *
 * Memory.  Ops allocate nothing.  What needs working memory has a member `scratch`; ops->NAME_scratch(&args) tells the bytes
 * (0 for most), reads shapes only (data pointers may be NULL, except that optional arguments count as given when non-NULL).
 * Threads: ops may be called from one thread at a time (they share the pool of core/threads.h). */
#ifndef CADLM_KERNELS_OPS_H
#define CADLM_KERNELS_OPS_H

#include "core/arena.h"
#include "core/status.h"
#include "kernels/args_basic.h"
#include "kernels/args_linear.h"
#include "kernels/args_step.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(op): the op NAME takes a cad_NAME_args */
#define CAD_OPS_TABLE(X)                                                                                                       \
    X(fill)                                                                                                                    \
    X(copy)                                                                                                                    \
    X(axpy)                                                                                                                    \
    X(cast)                                                                                                                    \
    X(sum_ordered)                                                                                                             \
    X(embed_fwd)                                                                                                               \
    X(embed_bwd)                                                                                                               \
    X(gather_rows)                                                                                                             \
    X(scatter_rows)                                                                                                            \
    X(rmsnorm_fwd)                                                                                                             \
    X(add_rmsnorm_fwd)                                                                                                         \
    X(rmsnorm_bwd)                                                                                                             \
    X(qk_norm_fwd)                                                                                                             \
    X(qk_norm_bwd)                                                                                                             \
    X(rope_fwd)                                                                                                                \
    X(rope_bwd)                                                                                                                \
    X(swiglu_fwd)                                                                                                              \
    X(swiglu_bwd)                                                                                                              \
    X(attn_fwd)                                                                                                                \
    X(attn_bwd)                                                                                                                \
    X(linear_fwd)                                                                                                              \
    X(linear_bwd_x)                                                                                                            \
    X(linear_bwd_w)                                                                                                            \
    X(lora_down_fwd)                                                                                                           \
    X(linear_lora_fwd)                                                                                                         \
    X(lora_up_bwd)                                                                                                             \
    X(lora_down_bwd)                                                                                                           \
    X(linear_lora_bwd_x)                                                                                                       \
    X(nf4_quant)                                                                                                               \
    X(nf4_dequant)                                                                                                             \
    X(nf4_absmax_expand)                                                                                                       \
    X(q8_quant)                                                                                                                \
    X(q8_dequant)                                                                                                              \
    X(nf4_linear_fwd)                                                                                                          \
    X(nf4_linear_bwd_x)                                                                                                        \
    X(nf4_linear_lora_fwd)                                                                                                     \
    X(nf4_linear_lora_bwd_x)                                                                                                   \
    X(linear_xent)                                                                                                             \
    X(linear_xent_eval)                                                                                                        \
    X(grad_norm2)                                                                                                              \
    X(adamw_step)                                                                                                              \
    X(adamw8bit_step)                                                                                                          \
    X(kv_append)                                                                                                               \
    X(attn_decode)                                                                                                             \
    X(logits_mask)                                                                                                             \
    X(sample)                                                                                                                  \
    X(argmax)

typedef struct cad_ops {
    const char *name; /* "cpu" */
    const char *isa;  /* "x86-64-v4": the instruction set the hot files were chosen for */
    int pairs;        /* has loops for CAD_MATMUL_bf16, which the processor may yet lack: see cad_ops_matmul */
    cad_dtype store;  /* type in which weights and activations are best stored: CAD_F32 or CAD_BF16 */
    /* Device memory: 64-byte aligned, zeroed, freed by mem_free (NULL is fine).  Only ops, put and get touch it. */
    cad_status (*mem_alloc)(size_t bytes, void **out);
    void (*mem_free)(void *p);
    cad_status (*mem_put)(void *device, const void *host, size_t bytes, void *stream);
    cad_status (*mem_get)(void *host, const void *device, size_t bytes, void *stream);
    cad_status (*sync)(void *stream);
#define X(op)                                                                                                                  \
    cad_status (*op)(const cad_##op##_args *a, void *stream); /* NOLINT(bugprone-macro-parentheses): a name */                 \
    size_t (*op##_scratch)(const cad_##op##_args *a);
    CAD_OPS_TABLE(X)
#undef X
} cad_ops;

/* *out = the table of a back end ("cpu", "cuda:N"), valid for the life of the process.  The instruction set of the CPU is the
 * best the processor has, or the one named by CADLM_ISA (x86-64-v2, x86-64-v3, x86-64-v4).  Errors: CAD_EINVAL (no such name),
 * CAD_EUNSUPPORTED (no such set, or nothing here that could be it), those of a device.  What run.device says: device.h. */
CAD_MUST_USE cad_status cad_ops_get(const char *backend, const cad_ops **out);

/* *out = an arena (core/arena.h) over `bytes` of the back end's memory, zeroed; owner: the caller, by cad_arena_destroy. */
CAD_MUST_USE cad_status cad_ops_arena(const cad_ops *ops, const char *name, size_t bytes, cad_arena **out);
/* `bytes` of the back end's memory to the host, once all work is done and was right.  Errors: those of sync and mem_get. */
CAD_MUST_USE cad_status cad_ops_fetch(const cad_ops *ops, void *host, const void *device, size_t bytes);

/* Who forms matrix products on the CPU, process-wide (config key model.matmul).  auto = own.  bf16 = own loops with both
 * operands rounded to bf16, sums in f32: for processors that multiply bf16 in hardware (AVX512-BF16); on others, and with a
 * smaller CADLM_ISA, it means own.  Products with bf16 in memory never take the library. */
typedef enum cad_matmul { CAD_MATMUL_auto, CAD_MATMUL_own, CAD_MATMUL_library, CAD_MATMUL_bf16 } cad_matmul;
void cad_ops_set_matmul(cad_matmul m);
/* What was set; own instead of library where the build has none (CADLM_OPENBLAS=OFF), instead of bf16 where the processor, or
 * the table that cad_ops_get gave when it was set, cannot. */
cad_matmul cad_ops_matmul(void);

/* Checks of arguments shared by the back ends: what each op does first.  They read shapes, types and numbers of the struct,
 * never the data of a tensor. */
#define X(op) CAD_MUST_USE cad_status cad_##op##_validate(const cad_##op##_args *a);
CAD_OPS_TABLE(X)
#undef X

/* Row blocks of attention: tile (T,4) = (first row of its segment, end of the segment, first row of the block, rows of the
 * segment up to the block's end), for each run of CAD_ATTN_ROWS rows (fewer at the end of a segment) that exists, those with
 * the most rows before them first.  Returns T, at most cad_attn_tiles_most(N, S) for S segments of N rows in all. */
int64_t cad_attn_tiles(const int32_t *seg, int64_t n_seg, int32_t *tile);
int64_t cad_attn_tiles_most(int64_t n, int64_t n_seg);

/* order[0..n-1] = row numbers sorted by id, stable (counting sort); `count` is V+1 words of working memory.  Every id < V. */
void cad_embed_order(const uint32_t *id, int64_t n, int64_t v, uint32_t *order, uint32_t *count);

/* Rotary frequencies: inv_freq_j = theta^(-2j/D), and the llama3 rule on top when factor > 1 (kernels.md 1): with wavelength
 * w = 2 pi / inv_freq: w < original/high keep; w > original/low divide by factor; between: blend. */
typedef struct cad_rope_config {
    double theta;
    double factor, low, high, original; /* llama3: 32, 1, 4, 8192; factor 0 or 1: plain */
} cad_rope_config;
/* table (positions, D) f32, computed in f64: D/2 cosines, then D/2 sines.  D even. */
void cad_rope_table(const cad_rope_config *c, int64_t positions, int64_t d, float *table);

/* Philox key of the dropout masks of one step. */
uint64_t cad_dropout_key(uint64_t seed, uint64_t step);

/* Elements of m32 (and of v32) that adamw8bit_step needs for these tensors. */
int64_t cad_adamw8bit_small(const cad_opt_tensor *tensor, int64_t n);

#ifdef __cplusplus
}
#endif
#endif
