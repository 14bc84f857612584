/* Ops with tensors of storage type: one entry for both, chosen by the type of one member (compiled once per instruction set).
 * That the other members agree is checked by the op itself. */
#include "kernels/cpu/backend_cpu.h"

/* X(op, the member that says the storage type) */
#define STORED_OPS(X)                                                                                                          \
    X(fill, y)                                                                                                                 \
    X(axpy, x)                                                                                                                 \
    X(embed_fwd, e)                                                                                                            \
    X(embed_bwd, dy)                                                                                                           \
    X(gather_rows, x)                                                                                                          \
    X(scatter_rows, y)                                                                                                         \
    X(rmsnorm_fwd, x)                                                                                                          \
    X(add_rmsnorm_fwd, x)                                                                                                      \
    X(rmsnorm_bwd, x)                                                                                                          \
    X(qk_norm_fwd, x)                                                                                                          \
    X(qk_norm_bwd, x)                                                                                                          \
    X(rope_fwd, x)                                                                                                             \
    X(rope_bwd, x)                                                                                                             \
    X(swiglu_fwd, h)                                                                                                           \
    X(swiglu_bwd, dh)                                                                                                          \
    X(attn_fwd, q)                                                                                                             \
    X(attn_bwd, q)                                                                                                             \
    X(linear_fwd, x)                                                                                                           \
    X(linear_bwd_x, dy)                                                                                                        \
    X(linear_bwd_w, dy)                                                                                                        \
    X(lora_down_fwd, x)                                                                                                        \
    X(linear_lora_fwd, x)                                                                                                      \
    X(lora_up_bwd, dy)                                                                                                         \
    X(lora_down_bwd, v)                                                                                                        \
    X(linear_lora_bwd_x, dy)                                                                                                   \
    X(nf4_linear_fwd, x)                                                                                                       \
    X(nf4_linear_bwd_x, dy)                                                                                                    \
    X(nf4_linear_lora_fwd, x)                                                                                                  \
    X(nf4_linear_lora_bwd_x, dy)                                                                                               \
    X(linear_xent, x)                                                                                                          \
    X(linear_xent_eval, x)                                                                                                     \
    X(kv_append, k)                                                                                                            \
    X(attn_decode, q)

#define IN(op, type) CAD_PASTE(CAD_PASTE(cad_cpu_##op, type), CAD_ISA_SUFFIX)
#define X(op, member)                                                                                                          \
    cad_status IN(op, f32)(const cad_##op##_args *a, void *stream);                                                            \
    cad_status IN(op, bf16)(const cad_##op##_args *a, void *stream);                                                           \
    size_t IN(op##_scratch, f32)(const cad_##op##_args *a);                                                                    \
    size_t IN(op##_scratch, bf16)(const cad_##op##_args *a);                                                                   \
    cad_status CAD_ISA(op)(const cad_##op##_args *a, void *stream)                                                             \
    {                                                                                                                          \
        return a->member.dtype == CAD_BF16 ? IN(op, bf16)(a, stream) : IN(op, f32)(a, stream);                                 \
    }                                                                                                                          \
    size_t CAD_ISA(op##_scratch)(const cad_##op##_args *a)                                                                     \
    {                                                                                                                          \
        return a->member.dtype == CAD_BF16 ? IN(op##_scratch, bf16)(a) : IN(op##_scratch, f32)(a);                             \
    }
STORED_OPS(X)
#undef X
