/* Arguments of the matrix products: linear, LoRA, NF4, and the output layer with its loss.  Conventions of args_basic.h.
 *
 * A weight is (out,in), as in the files of Hugging Face.  Fused weights stack projections along `out`; cad_parts says which
 * row belongs to which projection, so that LoRA factors can be stacked beside them. */
#ifndef CADLM_KERNELS_ARGS_LINEAR_H
#define CADLM_KERNELS_ARGS_LINEAR_H

#include "kernels/args_basic.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_MAX_PARTS = 4 };

/* Projections of one fused weight.  n == 0 or 1: one projection owns every row.
 * group == 0: projection p owns rows end[p-1] .. end[p]-1 (end[-1] = 0, end[n-1] = out), as in QKV.
 * group  > 0: row o belongs to projection (o / group) % n, as in gate/up interleaved by `group` rows; `end` is not read. */
typedef struct cad_parts {
    int n;
    int64_t group;
    int64_t end[CAD_MAX_PARTS];
} cad_parts;

/* Whether n parts (0 means 1) have the same scale s. */
static inline int cad_parts_alike(const float s[CAD_MAX_PARTS], int n)
{
    for (int i = 1; i < n; i++)
        if (s[i] != s[0])
            return 0;
    return 1;
}

/* LoRA dropout.  Element (row r of the batch, column c) is dropped for projection p when
 *   half(c/16 % 8) of Philox(key, {c/128 * 16 + c%16, pos_r, row_r, layer << 8 | projection[p]})  <  round(65536 rate),
 * half(2i) = low and half(2i+1) = high 16 bits of output word i, key = cad_dropout_key(seed, step); kept elements are
 * multiplied by 1/(1 - rate) in f32.  So neither packing nor recomputation nor ranks change a mask.  The ops that take it form
 * the masks as bits in their scratch. */
typedef struct cad_dropout {
    float rate; /* 0 = off (nothing below is read), < 1 */
    uint64_t seed, step;
    uint32_t layer;                     /* < 2^24 */
    uint32_t projection[CAD_MAX_PARTS]; /* < 256, one per part */
    cad_tensor row;                     /* (N) u32 row of the corpus */
    cad_tensor pos;                     /* (N) i32 position in that row */
} cad_dropout;

/* y = x W^T + b + res.  y may be f32 where the others are bf16: the sums are then not rounded. */
typedef struct cad_linear_fwd_args {
    cad_tensor x;   /* (N,in)   f             */
    cad_tensor w;   /* (out,in) f             */
    cad_tensor b;   /* (out)    f   opt       */
    cad_tensor res; /* (N,out)  f   opt       */
    cad_tensor y;   /* (N,out)  f or f32  =, may alias res of its type */
    cad_scratch scratch;
} cad_linear_fwd_args;

/* dx = dy W + res */
typedef struct cad_linear_bwd_x_args {
    cad_tensor dy;  /* (N,out)  f             */
    cad_tensor w;   /* (out,in) f             */
    cad_tensor res; /* (N,in)   f   opt       */
    cad_tensor dx;  /* (N,in)   f   =, may alias res */
    cad_scratch scratch;
} cad_linear_bwd_x_args;

/* dW += dy^T x (own loops: rows in slabs of 256, added in slab order); db += sum_n dy_n (in f64, rows in order). */
typedef struct cad_linear_bwd_w_args {
    cad_tensor dy; /* (N,out)  f          */
    cad_tensor x;  /* (N,in)   f          */
    cad_tensor dw; /* (out,in) f32 +=, opt */
    cad_tensor db; /* (out)    f32 +=, opt */
    cad_scratch scratch;
} cad_linear_bwd_w_args;

/* u_p = s_p drop_p(x) A_p^T for every part p: u (N,nR), A (nR,in) stacked by part.  A part of lower rank than R has rows of
 * zeros in A and columns of zeros in B; its gradients there are zeros too. */
typedef struct cad_lora_down_fwd_args {
    cad_tensor x;           /* (N,in)  f   */
    cad_tensor a;           /* (nR,in) f   */
    cad_tensor u;           /* (N,nR)  f = */
    float s[CAD_MAX_PARTS]; /* one per part */
    int n;                  /* parts that share x; 0 means 1 */
    cad_dropout drop;
    cad_scratch scratch;
} cad_lora_down_fwd_args;

/* y = x W^T + u_p(o) B^T + b + res: column o uses the slice of u of its projection; R = columns of B */
typedef struct cad_linear_lora_fwd_args {
    cad_tensor x;   /* (N,in)   f       */
    cad_tensor w;   /* (out,in) f       */
    cad_tensor u;   /* (N,nR)   f       */
    cad_tensor bl;  /* (out,R)  f  LoRA B, rows in the order of W */
    cad_tensor b;   /* (out)    f  opt  */
    cad_tensor res; /* (N,out)  f  opt  */
    cad_tensor y;   /* (N,out)  f  =, may alias res */
    cad_parts parts;
    cad_scratch scratch;
} cad_linear_lora_fwd_args;

/* v_p = s_p dy_p B_p; dB_o += sum_n dy_no u_n,p(o)   (u already holds s).  Slabs of 256 rows for dB. */
typedef struct cad_lora_up_bwd_args {
    cad_tensor dy;          /* (N,out) f          */
    cad_tensor bl;          /* (out,R) f          */
    cad_tensor u;           /* (N,nR)  f          */
    cad_tensor v;           /* (N,nR)  f    =     */
    cad_tensor db;          /* (out,R) f32  +=    */
    float s[CAD_MAX_PARTS]; /* one per part       */
    cad_parts parts;
    cad_scratch scratch;
} cad_lora_up_bwd_args;

/* dA_p += v_p^T drop_p(x).  Slabs of 256 rows. */
typedef struct cad_lora_down_bwd_args {
    cad_tensor v;  /* (N,nR)  f       */
    cad_tensor x;  /* (N,in)  f       */
    cad_tensor da; /* (nR,in) f32  += */
    int n;         /* parts; 0 means 1 */
    cad_dropout drop;
    cad_scratch scratch;
} cad_lora_down_bwd_args;

/* dx = dy W + sum_p mask_p/(1-rate) (v_p A_p) + res   (v already holds s) */
typedef struct cad_linear_lora_bwd_x_args {
    cad_tensor dy;  /* (N,out)  f      */
    cad_tensor w;   /* (out,in) f      */
    cad_tensor v;   /* (N,nR)   f      */
    cad_tensor a;   /* (nR,in)  f      */
    cad_tensor res; /* (N,in)   f  opt */
    cad_tensor dx;  /* (N,in)   f  =, may alias res */
    int n;          /* parts; 0 means 1 */
    cad_dropout drop;
    cad_scratch scratch;
} cad_linear_lora_bwd_x_args;

/* A weight in NF4 (kernels/nf4.h): value = bf16(level[code] * absmax[element / block]), flattened row-major. */
typedef struct cad_nf4 {
    int64_t out, in;
    int64_t block;      /* 32..4096, power of two; cadlm writes 64 */
    cad_tensor codes;   /* (ceil(out*in/2)) u8, element 2j in the high nibble of byte j */
    cad_tensor absmax;  /* (ceil(out*in/block)) f32, or u8 when nested           */
    cad_tensor map;     /* nested only: (256) f32                                */
    cad_tensor absmax2; /* nested only: (ceil(scales/256)) f32                   */
    float offset;       /* nested only                                           */
} cad_nf4;

/* Codes and block maxima of w.  CAD_ENUMERIC on a weight that is not finite, naming its index. */
typedef struct cad_nf4_quant_args {
    cad_tensor w;      /* (out,in) f32|bf16               */
    cad_tensor codes;  /* (ceil(out*in/2)) u8     =       */
    cad_tensor absmax; /* (ceil(out*in/block)) f32 =      */
    int64_t block;
} cad_nf4_quant_args;

typedef struct cad_nf4_dequant_args {
    cad_nf4 q;
    cad_tensor w; /* (out,in) f32|bf16  =, always the value rounded to bf16 */
} cad_nf4_dequant_args;

/* absmax_i = fl(fl(map[q_i] absmax2[i/256]) + offset), two roundings */
typedef struct cad_nf4_absmax_expand_args {
    cad_tensor q;       /* (n) u8               */
    cad_tensor map;     /* (256) f32            */
    cad_tensor absmax2; /* (ceil(n/256)) f32    */
    float offset;
    cad_tensor absmax; /* (n) f32  =           */
} cad_nf4_absmax_expand_args;

/* Blocks of 256 (last may be short) on a sorted 256-entry map that holds a 0; the code of an all-zero block is that of 0. */
typedef struct cad_q8_quant_args {
    cad_tensor x;      /* (n) f32              */
    cad_tensor map;    /* (256) f32 ascending  */
    cad_tensor codes;  /* (n) u8  =            */
    cad_tensor absmax; /* (ceil(n/256)) f32 =  */
} cad_q8_quant_args;

typedef struct cad_q8_dequant_args {
    cad_tensor codes;  /* (n) u8               */
    cad_tensor map;    /* (256) f32            */
    cad_tensor absmax; /* (ceil(n/256)) f32    */
    cad_tensor x;      /* (n) f32  = map[code] * absmax */
} cad_q8_dequant_args;

/* The linear ops above with W in NF4; same members and types otherwise (values of W are bf16 numbers in either storage type).
 */
typedef struct cad_nf4_linear_fwd_args {
    cad_tensor x;
    cad_nf4 w;
    cad_tensor b, res, y;
    cad_scratch scratch;
} cad_nf4_linear_fwd_args;

typedef struct cad_nf4_linear_bwd_x_args {
    cad_tensor dy;
    cad_nf4 w;
    cad_tensor res, dx;
    cad_scratch scratch;
} cad_nf4_linear_bwd_x_args;

typedef struct cad_nf4_linear_lora_fwd_args {
    cad_tensor x;
    cad_nf4 w;
    cad_tensor u, bl, b, res, y;
    cad_parts parts;
    cad_scratch scratch;
} cad_nf4_linear_lora_fwd_args;

typedef struct cad_nf4_linear_lora_bwd_x_args {
    cad_tensor dy;
    cad_nf4 w;
    cad_tensor v, a, res, dx;
    int n;
    cad_dropout drop;
    cad_scratch scratch;
} cad_nf4_linear_lora_bwd_x_args;

/* z = x W^T; nll_m = logsumexp(z_m) - z_m[y_m]; dz = scale wt_m (softmax(z_m) - 1[y_m]); dx = dz W; dW += dz^T x.
 * Rows go through in chunks of a multiple of 256, so whole logits never exist; dW adds slabs of 256 in order. */
typedef struct cad_linear_xent_args {
    cad_tensor x;   /* (M,C) f                          */
    cad_tensor w;   /* (V,C) f                          */
    cad_tensor y;   /* (M) u32, each < V                */
    cad_tensor wt;  /* (M) f32  opt, default 1          */
    cad_tensor nll; /* (M) f32  =, without wt and scale */
    cad_tensor dx;  /* (M,C) f  =, opt                  */
    cad_tensor dw;  /* (V,C) f32 +=, opt                */
    float scale;
    cad_scratch scratch;
} cad_linear_xent_args;

typedef struct cad_linear_xent_eval_args {
    cad_tensor x;   /* (M,C) f               */
    cad_tensor w;   /* (V,C) f               */
    cad_tensor y;   /* (M) u32               */
    cad_tensor nll; /* (M) f32 =             */
    cad_tensor lse; /* (M) f32 =, opt        */
    cad_tensor top; /* (M) u32 =, opt: argmax, ties to the lower id */
    cad_scratch scratch;
} cad_linear_xent_eval_args;

#ifdef __cplusplus
}
#endif
#endif
