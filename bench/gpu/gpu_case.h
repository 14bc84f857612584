/* One op at one shape of a published model: its buffers, how they are filled, what a call costs, and how it is called.  The
 * same case runs on a device to be timed, and on the CPU on a few of its rows to be compared. */
#ifndef CADLM_BENCH_GPU_GPU_CASE_H
#define CADLM_BENCH_GPU_GPU_CASE_H

#include "core/arena.h"
#include "kernels/ops.h"
#include "model/hf/hfconfig.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Inputs like the real ones (spec/kernels.md 8): the values alone move the speed of products by more than 10 %. */
typedef enum gb_fill {
    GB_OUT,        /* NaN: a result */
    GB_SUM,        /* 0, f32: a result that is added to */
    GB_ACTIVATION, /* N(0,1), one column of a thousand times 20 */
    GB_WEIGHT,     /* N(0, 0.02) */
    GB_GRADIENT,   /* N(0, 1e-3) */
    GB_POSITIVE,   /* 0.5 .. 1.5 */
    GB_LOGITS,     /* N(0, 2), and one of a row far above */
    GB_CODES,      /* bytes */
    GB_ID,         /* u32 below `limit` */
    GB_ROW,        /* u32: the number of the row, reversed: each once */
    GB_POSITION,   /* i32: row modulo `limit`: segments of that length */
    GB_SEGMENTS,   /* i32: 0, limit, 2 limit, .. */
    GB_TILES,      /* i32: cad_attn_tiles of them */
    GB_NUMBER,     /* i32: the number of the row */
    GB_LIMIT,      /* i32: `limit` in every row */
    GB_ZERO,
    GB_ROPE, /* cad_rope_table of `limit` columns */
    GB_MAP   /* cad_q8_unsigned_map, or the signed one where limit is 1 */
} gb_fill;

enum { GB_BUFFERS = 18, GB_TEXT = 96 };
typedef struct gb_buffer {
    const char *name;
    cad_dtype dtype; /* CAD_BF16: the storage type of the call */
    bool rows;       /* `count` elements for each row of the case; else in all */
    int64_t count;
    gb_fill fill;
    int64_t limit; /* as said there; of numbers and bytes 1: the op changes them in place */
} gb_buffer;

/* Where the buffers of one call stand. */
typedef struct gb_at {
    const cad_ops *ops;
    cad_dtype store;
    int64_t n; /* rows */
    unsigned char *p[GB_BUFFERS];
    cad_scratch scratch;
    size_t *need; /* not NULL: nothing runs; the bytes of scratch that the call takes */
} gb_at;

typedef struct gb_case gb_case;
typedef cad_status (*gb_call)(const gb_case *c, const gb_at *at);

struct gb_case {
    const char *group, *op;
    char model[32], shape[GB_TEXT];
    int64_t n;       /* rows */
    int64_t segment; /* rows that belong together, of which the comparison takes one; 0: rows stand alone */
    int64_t most;    /* rows that the CPU can form whole, where the result is a sum over rows; 0: it is not */
    int64_t d[8];    /* what `call` reads */
    gb_buffer buffer[GB_BUFFERS];
    int n_buffers;
    double flops, bytes; /* of a call: operations, and each input and output once */
    int64_t m, k;        /* columns of the result and the sum's length of the product that is the peer; 0: it has none */
    bool transposed;     /* the product with the weight's transpose, dx = dy W */
    double must, goal;   /* share of the peer, or, where there is none, of the floor; 0: none */
    gb_call prepare;     /* once, before the first call; NULL: nothing */
    gb_call call;
};

typedef struct gb_list {
    cad_arena *arena;
    gb_case *item;
    int n, cap;
} gb_list;

/* A case with the buffers of `buffers` (n); its bytes are counted from them.  NULL when the list is full. */
gb_case *gb_add(gb_list *l, const char *group, const char *op, const char *model, int64_t n, gb_call call,
                const gb_buffer *buffers, int n_buffers);

/* The cases of one model with `n` tokens: of the linears, rows, attention, and those of a step or of decoding. */
void gb_linear_cases(gb_list *l, const char *model, const cad_model_config *c, int64_t n);
void gb_row_cases(gb_list *l, const char *model, const cad_model_config *c, int64_t n);
void gb_attention_cases(gb_list *l, const char *model, const cad_model_config *c, int64_t n);
void gb_head_cases(gb_list *l, const char *model, const cad_model_config *c, int64_t n);
void gb_step_cases(gb_list *l, const char *model, const cad_model_config *c, int64_t n);
void gb_decode_cases(gb_list *l, const char *model, const cad_model_config *c, int64_t n);

/* ---- buffers ---- */
size_t gb_bytes(const gb_buffer *b, int64_t n, cad_dtype store);
/* Fills a buffer of the host for `n` rows of the case, in the storage type bf16 or f32 (the same values). */
void gb_fill_buffer(const gb_case *c, int i, int64_t n, cad_dtype store, unsigned char *out);
static inline bool gb_is_result(const gb_buffer *b)
{
    bool numbers = (b->fill >= GB_ACTIVATION && b->fill <= GB_LOGITS) || b->fill == GB_CODES;
    return b->fill == GB_OUT || b->fill == GB_SUM || (numbers && b->limit == 1);
}

/* ---- tensors of a call ---- */
static inline cad_tensor gb_1(const gb_at *a, cad_dtype t, int i, int64_t n0)
{
    return cad_tensor_1d(t == CAD_BF16 ? a->store : t, a->p[i], n0);
}

static inline cad_tensor gb_2(const gb_at *a, cad_dtype t, int i, int64_t n0, int64_t n1)
{
    return cad_tensor_2d(t == CAD_BF16 ? a->store : t, a->p[i], n0, n1);
}

static inline cad_tensor gb_3(const gb_at *a, cad_dtype t, int i, int64_t n0, int64_t n1, int64_t n2)
{
    return cad_tensor_3d(t == CAD_BF16 ? a->store : t, a->p[i], n0, n1, n2);
}

/* Ends a call of an op with scratch, and of one without. */
#define GB_RUN_SCRATCH(op, args)                                                                                               \
    do {                                                                                                                       \
        if (at->need) {                                                                                                        \
            *at->need = at->ops->op##_scratch(&(args));                                                                        \
            return CAD_OK;                                                                                                     \
        }                                                                                                                      \
        (args).scratch = at->scratch;                                                                                          \
        return at->ops->op(&(args), NULL);                                                                                     \
    } while (0)
#define GB_RUN(op, args) return at->need ? CAD_OK : at->ops->op(&(args), NULL)

#ifdef __cplusplus
}
#endif
#endif
