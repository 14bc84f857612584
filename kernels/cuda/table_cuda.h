/* The two tables that kernels/cuda gives: for a device, and for the emulator. */
#ifndef CADLM_KERNELS_CUDA_TABLE_CUDA_H
#define CADLM_KERNELS_CUDA_TABLE_CUDA_H

#include "kernels/ops.h"

#ifdef __cplusplus
extern "C" {
#endif

const cad_ops *cad_cuda_table(void);
const cad_ops *cad_emu_table(void);

#define CAD_GPU_RUNTIME(prefix)                                                                                                \
    CAD_MUST_USE cad_status prefix##_mem_alloc(size_t bytes, void **out);                                                      \
    void prefix##_mem_free(void *p);                                                                                           \
    CAD_MUST_USE cad_status prefix##_mem_put(void *device, const void *host, size_t bytes, void *stream);                      \
    CAD_MUST_USE cad_status prefix##_mem_get(void *host, const void *device, size_t bytes, void *stream);                      \
    CAD_MUST_USE cad_status prefix##_sync(void *stream);
CAD_GPU_RUNTIME(cad_cuda)
CAD_GPU_RUNTIME(cad_emu)
#undef CAD_GPU_RUNTIME

#ifdef __cplusplus
}
#endif
#endif
