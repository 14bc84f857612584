/* Arguments of the plain ops: memory, sums, embedding, norms, rotary positions, SwiGLU, attention.
 *
 * Letters as everywhere: N packed tokens, C width, H query heads, K key/value heads, D head size, F feed-forward width, V
 * vocabulary rows.  "=" outputs are overwritten, "+=" outputs are added to; "opt" tensors may have data == NULL.  N == 0 is
 * legal everywhere: nothing is written but zero sums.  Inputs and outputs do not overlap unless the line says so.
 *
 * Types.  "f" is the storage type, f32 or bf16: all "f" tensors of one call have the same (CAD_EINVAL otherwise, naming the
 * tensor).  "f32" is always f32.  Whatever the storage type, products and statistics are formed in f32 (row sums in f64 where
 * said) and every output is rounded once, to nearest even; an output that the op itself reads again (`sum` of add_rmsnorm_fwd)
 * is read as stored.  A NaN reaches the outputs that depend on it and no others. */
#ifndef CADLM_KERNELS_ARGS_BASIC_H
#define CADLM_KERNELS_ARGS_BASIC_H

#include "core/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Working memory of one call, 64-byte aligned, contents undefined before and after.  `ops->NAME_scratch(&args)` says how many
 * bytes a call needs (monotone in N, so plan with the largest N); the same block serves one call after the other. */
typedef struct cad_scratch {
    void *data;
    size_t bytes;
} cad_scratch;

/* y = value */
typedef struct cad_fill_args {
    cad_tensor y; /* any shape, f    = */
    float value;
} cad_fill_args;

/* y = x */
typedef struct cad_copy_args {
    cad_tensor x; /* any shape and type    */
    cad_tensor y; /* as x             =    */
} cad_copy_args;

/* y += a x */
typedef struct cad_axpy_args {
    cad_tensor x; /* any shape, f          */
    cad_tensor y; /* as x             +=   */
    float a;
} cad_axpy_args;

/* y = x in another type; f32 -> bf16 rounds to nearest even, bf16 -> f32 is exact, equal types copy. */
typedef struct cad_cast_args {
    cad_tensor x; /* any shape, f32|bf16   */
    cad_tensor y; /* shape of x, f32|bf16  = */
} cad_cast_args;

/* out = sum_i wt_i x_i, accumulated in f64 over slabs of 4096 elements, slab sums added in order.  Class R. */
typedef struct cad_sum_ordered_args {
    cad_tensor x;   /* (n) f32       */
    cad_tensor wt;  /* (n) f32 opt   */
    cad_tensor out; /* (1) f64  =    */
    cad_scratch scratch;
} cad_sum_ordered_args;

/* y_n = E[id_n] */
typedef struct cad_embed_fwd_args {
    cad_tensor id; /* (N) u32, each < V   CAD_EINVAL otherwise, naming row and id */
    cad_tensor e;  /* (V,C) f             */
    cad_tensor y;  /* (N,C) f  =          */
} cad_embed_fwd_args;

/* dE[id_n] += dy_n.  Rows of one id are added in the order given, so the bits do not depend on threads. */
typedef struct cad_embed_bwd_args {
    cad_tensor id;    /* (N) u32                                              */
    cad_tensor order; /* (N) u32: row numbers sorted by id, stable (cad_embed_order) */
    cad_tensor dy;    /* (N,C) f                                              */
    cad_tensor de;    /* (V,C) f32  +=                                        */
} cad_embed_bwd_args;

/* y_m = x[i_m] */
typedef struct cad_gather_rows_args {
    cad_tensor i; /* (M) u32, each < N */
    cad_tensor x; /* (N,C) f           */
    cad_tensor y; /* (M,C) f  =        */
} cad_gather_rows_args;

/* y[i_m] = x_m; i unique; rows of y that are not named stay as they are */
typedef struct cad_scatter_rows_args {
    cad_tensor i; /* (M) u32, each < N, unique */
    cad_tensor x; /* (M,C) f                   */
    cad_tensor y; /* (N,C) f  = at named rows  */
} cad_scatter_rows_args;

/* rstd_n = 1/sqrt(mean_c x_nc^2 + eps); y_nc = x_nc rstd_n w_c */
typedef struct cad_rmsnorm_fwd_args {
    cad_tensor x;    /* (N,C) f                    */
    cad_tensor w;    /* (C)   f                    */
    cad_tensor y;    /* (N,C) f    =, may alias x  */
    cad_tensor rstd; /* (N)   f32  =, opt          */
    float eps;
} cad_rmsnorm_fwd_args;

/* sum = r + x; y = norm(sum) w */
typedef struct cad_add_rmsnorm_fwd_args {
    cad_tensor r;    /* (N,C) f                         */
    cad_tensor x;    /* (N,C) f                         */
    cad_tensor w;    /* (C)   f                         */
    cad_tensor sum;  /* (N,C) f    =, may alias r or x  */
    cad_tensor y;    /* (N,C) f    =                    */
    cad_tensor rstd; /* (N)   f32  =, opt               */
    float eps;
} cad_add_rmsnorm_fwd_args;

/* g = w dy; xhat = x rstd; dx = rstd (g - xhat mean_c(g xhat)) + dr; dw_c += sum_n dy_nc xhat_nc (in f64, rows in order) */
typedef struct cad_rmsnorm_bwd_args {
    cad_tensor x;    /* (N,C) f   input of the forward (for add_rmsnorm: `sum`) */
    cad_tensor w;    /* (C)   f                                                */
    cad_tensor rstd; /* (N)   f32 of the forward                               */
    cad_tensor dy;   /* (N,C) f                                                */
    cad_tensor dr;   /* (N,C) f   opt: gradient of the residual path           */
    cad_tensor dx;   /* (N,C) f   =, may alias dy or dr                        */
    cad_tensor dw;   /* (C)   f32 +=, opt                                      */
    cad_scratch scratch;
} cad_rmsnorm_bwd_args;

/* rmsnorm_fwd of each head of q and k: rstd_nh = 1/sqrt(mean_d x_nhd^2 + eps); y_nhd = x_nhd rstd_nh w_d, where w is wq for the
 * first `heads` heads and wk for the others.  x may be the first H+K heads of a fused row [q; k; v]. */
typedef struct cad_qk_norm_fwd_args {
    cad_tensor x;  /* (N,H+K,D) f                                        */
    int64_t ld_x;  /* elements from row n to row n+1; 0 = (H+K) D        */
    int64_t heads; /* H, 0..H+K                                          */
    cad_tensor wq; /* (D)       f                                        */
    cad_tensor wk; /* (D)       f                                        */
    cad_tensor y;  /* (N,H+K,D) f    =, may alias x where ld_y is ld_x   */
    int64_t ld_y;
    cad_tensor rstd; /* (N,H+K)   f32  =, opt                              */
    float eps;
} cad_qk_norm_fwd_args;

/* rmsnorm_bwd of each head: g = w dy; xhat = x rstd; dx = rstd (g - xhat mean_d(g xhat)); dwq_d += sum_nh dy_nhd xhat_nhd over
 * the heads of q, dwk_d over those of k (in f64, rows in order, heads in order inside of a row). */
typedef struct cad_qk_norm_bwd_args {
    cad_tensor x; /* (N,H+K,D) f    input of the forward                 */
    int64_t ld_x, heads;
    cad_tensor wq, wk; /* (D)       f                                         */
    cad_tensor rstd;   /* (N,H+K)   f32  of the forward                       */
    cad_tensor dy;     /* (N,H+K,D) f                                         */
    int64_t ld_dy;
    cad_tensor dx; /* (N,H+K,D) f    =, may alias dy where ld_dx is ld_dy */
    int64_t ld_dx;
    cad_tensor dwq, dwk; /* (D)       f32  +=, opt                              */
    cad_scratch scratch;
} cad_qk_norm_bwd_args;

/* Rotates the pairs (j, j + D/2) of each head by the angle of its row's position, forward by +a, backward by -a:
 * x_j' = x_j cos - x_{j+D/2} sin;  x_{j+D/2}' = x_{j+D/2} cos + x_j sin  (sin negated backward).  One call serves q and k of a
 * fused row [q; k; v]: heads = H+K, ld = (H+2K) D. */
typedef struct cad_rope_args {
    cad_tensor x;     /* (N,heads,D) f  in place                                         */
    int64_t ld;       /* elements from row n to row n+1; 0 = heads*D                     */
    cad_tensor pos;   /* (N) i32, 0 <= pos < P                                           */
    cad_tensor table; /* (P,D) f32: row p = cos of the D/2 angles, then sin (cad_rope_table) */
} cad_rope_args;
typedef cad_rope_args cad_rope_fwd_args;
typedef cad_rope_args cad_rope_bwd_args;

/* h = silu(g) u.  A row of gu holds groups of `group` gate columns followed by the `group` matching up columns:
 * [g0..g(group-1), u0..u(group-1), g(group).., ..].  group divides F; the house layout is 128, group == F means [g | u]. */
typedef struct cad_swiglu_fwd_args {
    cad_tensor gu; /* (N,2F) f          */
    cad_tensor h;  /* (N,F)  f  =       */
    int64_t group;
} cad_swiglu_fwd_args;

/* s = 1/(1+exp(-g)); dg = dh u s (1 + g (1-s)); du = dh g s */
typedef struct cad_swiglu_bwd_args {
    cad_tensor gu;  /* (N,2F) f                             */
    cad_tensor dh;  /* (N,F)  f                             */
    cad_tensor dgu; /* (N,2F) f  =, layout of gu, may alias gu */
    cad_tensor h;   /* (N,F)  f  =, opt: h recomputed       */
    int64_t group;
} cad_swiglu_bwd_args;

/* Segments: seg (S+1) i32 ascending row offsets, seg[0] == 0, seg[S] == N.  Row i of a segment sees rows j <= i of the same
 * segment when causal, else all rows of the segment.  Query head h reads kv head h / (H/K).
 * P = softmax_j(q_i . k_j scale), o_i = sum_j P_ij v_j, lse_i = log sum_j exp(q_i . k_j scale).
 * The ld are elements from one row to the next, 0 = dense; so q, k, v may be views into a fused row [q; k; v].
 * tiles: what cad_attn_tiles makes of seg, for back ends that hand out row blocks; the CPU does not read it. */
enum { CAD_ATTN_ROWS = 64 }; /* of a row block */
typedef struct cad_attn_fwd_args {
    cad_tensor q; /* (N,H,D) f            */
    cad_tensor k; /* (N,K,D) f, K divides H */
    cad_tensor v; /* (N,K,D) f            */
    int64_t ld_q, ld_k, ld_v;
    cad_tensor seg;   /* (S+1) i32            */
    cad_tensor tiles; /* (T,4) i32, opt       */
    cad_tensor o;     /* (N,H,D) f    =, dense */
    cad_tensor lse;   /* (H,N)   f32  =, opt  */
    float scale;      /* D^-0.5               */
    int causal;       /* 1 or 0               */
} cad_attn_fwd_args;

/* delta_i = do_i . o_i; dS_ij = P_ij (do_i . v_j - delta_i) scale; dq_i = sum_j dS_ij k_j; dk_j = sum_i dS_ij q_i;
 * dv_j = sum_i P_ij do_i; dk and dv also sum over the H/K query heads of their group, in head order. */
typedef struct cad_attn_bwd_args {
    cad_tensor q, k, v; /* as in the forward                  */
    int64_t ld_q, ld_k, ld_v;
    cad_tensor seg;   /* (S+1) i32                          */
    cad_tensor tiles; /* (T,4) i32, opt, as in the forward  */
    cad_tensor o;     /* (N,H,D) f   of the forward, dense  */
    cad_tensor lse;   /* (H,N)   f32 of the forward         */
    cad_tensor d_o;   /* (N,H,D) f   dense                  */
    cad_tensor dq;    /* (N,H,D) f   =                      */
    cad_tensor dk;    /* (N,K,D) f   =                      */
    cad_tensor dv;    /* (N,K,D) f   =                      */
    int64_t ld_dq, ld_dk, ld_dv;
    float scale;
    int causal;
    cad_scratch scratch; /* CPU: dq of bf16 in f32 until it is complete; GPU: delta */
} cad_attn_bwd_args;

#ifdef __cplusplus
}
#endif
#endif
