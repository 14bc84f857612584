/* Helpers of the argument checks, shared by validate_*.c and the back ends. */
#ifndef CADLM_KERNELS_VALIDATE_H
#define CADLM_KERNELS_VALIDATE_H

#include "core/status.h"
#include "kernels/args_basic.h"
#include "kernels/args_step.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which types a tensor may have: bits 1 << cad_dtype, and whether it may be absent. */
enum {
    CAD_T_F = 1 << CAD_F32 | 1 << CAD_BF16, /* storage type, for the tensor that says which; the others: CAD_T_AS */
    CAD_T_F32 = 1 << CAD_F32,
    CAD_T_F64 = 1 << CAD_F64,
    CAD_T_U8 = 1 << CAD_U8,
    CAD_T_I32 = 1 << CAD_I32,
    CAD_T_U32 = 1 << CAD_U32,
    CAD_T_U64 = 1 << CAD_U64,
    CAD_T_BF16 = 1 << CAD_BF16,
    CAD_T_OPT = 1 << 20
};

/* t has one of `types` and `ndim` dimensions that equal dim[] where that is >= 0; data is there unless it has no elements or
 * is optional.  Texts: "rmsnorm_fwd: w is (31), expected (32)". */
CAD_MUST_USE cad_status cad_check_tensor(const char *op, const char *name, const cad_tensor *t, int types, const int64_t *dim,
                                         int ndim);
/* The caller's block is at least `need` bytes. */
CAD_MUST_USE cad_status cad_scratch_check(const char *op, const cad_scratch *s, size_t need);
/* A row stride: 0 (dense) or at least `row`. */
CAD_MUST_USE cad_status cad_ld_check(const char *op, const char *name, int64_t ld, int64_t row);

/* Heads of attention: K divides H, D fits the tiles. */
CAD_MUST_USE cad_status cad_heads_check(const char *op, int64_t h, int64_t k, int64_t d);

/* ---- contents: for a back end whose tensors the host can read; cad_<op>_validate reads shapes alone ---- */
/* Every one of the u32 or i32 values is in 0..limit-1. */
CAD_MUST_USE cad_status cad_ids_check(const char *op, const char *name, const cad_tensor *ids, int64_t limit);
/* Offsets ascend from 0 to n. */
CAD_MUST_USE cad_status cad_seg_check(const char *op, const cad_tensor *seg, int64_t n);
/* Slots and lengths; temperatures and limits. */
CAD_MUST_USE cad_status cad_attn_decode_values(const cad_attn_decode_args *a);
CAD_MUST_USE cad_status cad_sample_values(const cad_sample_args *a);

#ifdef __cplusplus
}
#endif

/* For functions with `a`: the type of member m. */
#define CAD_T_AS(m) (1 << (int)a->m.dtype)

/* For functions with `op` and `a`: member `m` of the arguments has these types and dimensions (-1: any). */
#define CAD_NEED(m, types, ...)                                                                                                \
    CAD_TRY(cad_check_tensor(op, #m, &a->m, (types), (const int64_t[]){__VA_ARGS__},                                           \
                             (int)(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))))

#endif
