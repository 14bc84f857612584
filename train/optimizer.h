/* AdamW over the decoder's flat buffers, with f32 moments or moments in 8-bit blocks, and its file in a checkpoint.
 *
 * The update itself is an op (kernels/args_step.h); this file owns the moments, folds clipping into the update and writes and
 * reads optimizer.safetensors (formats.md 12): U8 m.code, v.code and F32 m.absmax, v.absmax with the maps used; F32 m.f32,
 * v.f32 for small tensors (8 bit) or for all (f32).  Metadata `layout` lists [name, offset, count, kind] of the flat buffer. */
#ifndef CADLM_TRAIN_OPTIMIZER_H
#define CADLM_TRAIN_OPTIMIZER_H

#include "core/arena.h"
#include "core/status.h"
#include "kernels/ops.h"
#include "model/decoder/decoder.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_optimizer_opts {
    bool eight_bit;
    bool decay_before; /* weight decay before the update */
    double beta1, beta2, eps, weight_decay;
    double clip; /* largest norm of the gradient; 0: none */
} cad_optimizer_opts;

typedef struct cad_optimizer cad_optimizer;

/* `params` is borrowed for life; the moments (zero) live in `device`, an arena of cad_ops_arena, the rest in `host`. */
CAD_MUST_USE cad_status cad_optimizer_create(const cad_optimizer_opts *o, const cad_params *params, const cad_ops *ops,
                                             cad_arena *host, cad_arena *device, cad_optimizer **out);

/* Bytes that create takes from each arena, but for some padding; the values of `params` may be NULL. */
typedef struct cad_optimizer_need {
    size_t host, device;
} cad_optimizer_need;
cad_optimizer_need cad_optimizer_plan(const cad_optimizer_opts *o, const cad_params *params, const cad_ops *ops);
/* Of them the moments, which a checkpoint holds. */
size_t cad_optimizer_moments(const cad_optimizer_opts *o, const cad_params *params);

typedef struct cad_grad_stats {
    double norm; /* before clipping */
    double clip; /* factor that clipping applies: 1 when it does nothing */
    bool finite; /* every element of g is finite */
} cad_grad_stats;
/* Norm of g and what clipping makes of it. */
CAD_MUST_USE cad_status cad_optimizer_measure(cad_optimizer *o, cad_grad_stats *out);
/* Update number t = 1, 2, .. with g scaled by `clip`. */
CAD_MUST_USE cad_status cad_optimizer_step(cad_optimizer *o, int64_t t, double lr, double clip);

/* Errors: CAD_EWRITE; CAD_ENUMERIC when a moment is not finite. */
CAD_MUST_USE cad_status cad_optimizer_save(const cad_optimizer *o, const char *path);
/* Errors: CAD_EDATA naming the first difference of the layout, or another kind of optimizer; CAD_ECORRUPT. */
CAD_MUST_USE cad_status cad_optimizer_load(cad_optimizer *o, const char *path);

/* Bytes of the moments, for reports. */
size_t cad_optimizer_bytes(const cad_optimizer *o);

#ifdef __cplusplus
}
#endif
#endif
