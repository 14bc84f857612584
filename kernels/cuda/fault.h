/* What a kernel finds wrong with its data: it cannot return a status, so it leaves a key, and the next sync answers with it.
 *
 * The key is kind << 48 | index; kernels keep the least one by atomicMin, so that what is reported does not depend on timing.
 */
#ifndef CADLM_KERNELS_CUDA_FAULT_H
#define CADLM_KERNELS_CUDA_FAULT_H

#include "core/status.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(kind, text with one index) */
#define CAD_GPU_FAULTS(X)                                                                                                      \
    X(NF4_WEIGHT, "nf4_quant: element %lld of the weight is not finite")                                                       \
    X(SAMPLE_ROW, "sample: row %lld of the logits has a NaN, or no id above -inf")                                             \
    X(ARGMAX_ROW, "argmax: row %lld of the logits has a NaN, or no id above -inf")

typedef enum cad_gpu_fault {
#define X(kind, text) CAD_GPU_FAULT_##kind,
    CAD_GPU_FAULTS(X)
#undef X
} cad_gpu_fault;

#define CAD_GPU_NO_FAULT UINT64_MAX
#define CAD_GPU_FAULT_KEY(kind, index) ((unsigned long long)(kind) << 48 | (unsigned long long)(index))

/* CAD_ENUMERIC with the text of the key. */
CAD_MUST_USE cad_status cad_gpu_fault_status(uint64_t key);

#ifdef __cplusplus
}
#endif
#endif
