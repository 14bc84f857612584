/* Arguments of the optimizer and of generation: gradient norm, AdamW, KV cache, sampling.  Conventions of args_basic.h. */
#ifndef CADLM_KERNELS_ARGS_STEP_H
#define CADLM_KERNELS_ARGS_STEP_H

#include "kernels/args_basic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* norm2 = sum g^2 in f64 over slabs of 4096 elements, in order; finite = 1 when every element is finite, else 0. */
typedef struct cad_grad_norm2_args {
    cad_tensor g;      /* (n) f32     */
    cad_tensor norm2;  /* (1) f64  =  */
    cad_tensor finite; /* (1) u32  =  */
    cad_scratch scratch;
} cad_grad_norm2_args;

/* One tensor inside the flat buffers. */
typedef struct cad_opt_tensor {
    int64_t offset; /* elements, a multiple of 256; tensors do not overlap, ascending */
    int64_t count;
    int decay; /* 0: no weight decay (norms, biases) */
} cad_opt_tensor;

/* m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; c1 = 1 - b1^t; c2 = sqrt(1 - b2^t) (in f64 on the host);
 * p -= lr (c2/c1) m / (sqrt(v) + c2 eps); then p *= 1 - lr wd where decay (or before the update with decay_before).
 * g is multiplied by gscale first.  An element whose g is not finite leaves p alone and sets its m and v to 0. */
typedef struct cad_adamw_hyper {
    double lr, beta1, beta2, eps, weight_decay; /* products such as 1 - beta2 in f64, then rounded once */
    int64_t t;                                  /* step, from 1 */
    int decay_before;                           /* train.decay = before */
    int no_sign_rule;                           /* 8-bit only: 1 leaves out the sign rule of formats.md 4 */
} cad_adamw_hyper;

typedef struct cad_adamw_step_args {
    cad_tensor p;      /* (n) f32  in place      */
    cad_tensor g;      /* (n) f32                */
    cad_tensor m, v;   /* (n) f32  in place      */
    cad_tensor p_bf16; /* (n) bf16 =, opt: copy of p after the step */
    cad_tensor gscale; /* (1) f32  opt: clip coefficient, default 1 */
    const cad_opt_tensor *tensor;
    int64_t n_tensors; /* elements outside every tensor are not touched */
    cad_adamw_hyper h;
} cad_adamw_step_args;

/* Moments in 8 bits (formats.md 3, 4), blocks of 256 counted from each tensor's start, so block b of the flat buffer covers
 * elements 256b .. 256b+255.  A tensor with fewer than CAD_ADAMW8_MIN elements keeps f32 moments in m32, v32: those tensors
 * stand there one after another in list order, each padded to 256 elements (cad_adamw8bit_small gives the sum). */
enum { CAD_ADAMW8_MIN = 4096 };
typedef struct cad_adamw8bit_step_args {
    cad_tensor p;        /* (n) f32 in place                              */
    cad_tensor g;        /* (n) f32                                       */
    cad_tensor m8, v8;   /* (n) u8 in place, start at 0                   */
    cad_tensor ma, va;   /* (ceil(n/256)) f32 in place, start at 0        */
    cad_tensor m32, v32; /* (n_small) f32 in place, start at 0; opt when n_small == 0 */
    cad_tensor map_m;    /* (256) f32 opt: default cad_q8_signed_map      */
    cad_tensor map_v;    /* (256) f32 opt: default cad_q8_unsigned_map    */
    cad_tensor p_bf16;   /* (n) bf16 =, opt                               */
    cad_tensor gscale;   /* (1) f32 opt                                   */
    const cad_opt_tensor *tensor;
    int64_t n_tensors;
    cad_adamw_hyper h;
} cad_adamw8bit_step_args;

/* Cache of one layer.  Keys stand transposed, so that one query meets 64 keys in one vector row; capacity T is a multiple of
 * 64.  Cells never written may hold anything, also NaN. */
typedef struct cad_kv {
    cad_tensor k; /* (S,K,D,T) f */
    cad_tensor v; /* (S,K,T,D) f */
} cad_kv;

/* cache[slot_n][.][pos_n] = k_n, v_n; (slot, pos) unique within a call */
typedef struct cad_kv_append_args {
    cad_tensor k, v; /* (n,K,D) f                    */
    int64_t ld_k, ld_v;
    cad_tensor slot; /* (n) i32, 0 <= slot < S       */
    cad_tensor pos;  /* (n) i32, 0 <= pos < T        */
    cad_kv cache;    /* = at the named cells         */
} cad_kv_append_args;

/* o_n = softmax(q_n . k_j scale) v over cache positions j < len_n of slot_n.  After kv_append a token at position p has
 * len = p + 1; several rows may name the same slot (prefill, drafts).  Bit-equal to attn_fwd with causal = 1 on the CPU. */
typedef struct cad_attn_decode_args {
    cad_tensor q; /* (n,H,D) f                 */
    int64_t ld_q;
    cad_tensor slot; /* (n) i32                   */
    cad_tensor len;  /* (n) i32, 1 <= len <= T    */
    cad_kv cache;
    cad_tensor o; /* (n,H,D) f  =, dense       */
    float scale;
    cad_scratch scratch; /* parts of long rows, before they are merged */
} cad_attn_decode_args;

/* logits += add; then -inf where the bit is 0 */
typedef struct cad_logits_mask_args {
    cad_tensor logits; /* (n,V) f32 in place                                        */
    cad_tensor add;    /* (n,V) or (V) f32 opt                                      */
    cad_tensor bits;   /* (n,W) or (W) u32 opt, W = ceil(V/32), id i = bit i%32 of word i/32 */
} cad_logits_mask_args;

/* One id per row.  temperature == 0: the largest logit, ties to the lower id.  Otherwise, on p = softmax(logits/temperature):
 *   1. top_k > 0 keeps the k largest (ties: lower id first);
 *   2. top_p < 1 keeps, of what is left and renormalised, the shortest prefix in descending order (ties: lower id first)
 *      whose sum is >= top_p; at least one;
 *   3. min_p > 0 keeps p_i >= min_p max p;
 *   4. x = first 53 bits of Philox(seed, {position, 0, 0, 0x73616d70}) (word 0 | word 1 << 32, shifted down by 11) 2^-53; the
 *      id is the first kept one, in id order, at which the running f64 sum exceeds x times the sum of what is kept.
 * logp = log softmax(logits)[id] at temperature 1 and without 1..3.  All ids at -inf, or a NaN: CAD_ENUMERIC naming the row. */
typedef struct cad_sample_args {
    cad_tensor logits;      /* (n,V) f32                 */
    cad_tensor temperature; /* (n) f32 >= 0              */
    cad_tensor top_k;       /* (n) i32 opt, 0 = off      */
    cad_tensor top_p;       /* (n) f32 opt, 1 = off      */
    cad_tensor min_p;       /* (n) f32 opt, 0 = off      */
    cad_tensor seed;        /* (n) u64 of the request    */
    cad_tensor position;    /* (n) u32 position of the new token in its request */
    cad_tensor id;          /* (n) u32 =                 */
    cad_tensor logp;        /* (n) f32 =, opt            */
    cad_scratch scratch;
} cad_sample_args;

/* id = the largest logit, ties to the lower id */
typedef struct cad_argmax_args {
    cad_tensor logits; /* (n,V) f32            */
    cad_tensor id;     /* (n) u32 =            */
    cad_tensor logp;   /* (n) f32 =, opt: log softmax(logits)[id] */
} cad_argmax_args;

#ifdef __cplusplus
}
#endif
#endif
