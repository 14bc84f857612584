/* What the three tables of the CPU back end share. */
#ifndef CADLM_KERNELS_CPU_TABLE_CPU_H
#define CADLM_KERNELS_CPU_TABLE_CPU_H

#include "kernels/ops.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const cad_ops cad_cpu_table_v2, cad_cpu_table_v3, cad_cpu_table_v4;

cad_status cad_cpu_mem_alloc(size_t bytes, void **out);
void cad_cpu_mem_free(void *p);
cad_status cad_cpu_mem_put(void *device, const void *host, size_t bytes, void *stream);
cad_status cad_cpu_mem_get(void *host, const void *device, size_t bytes, void *stream);
cad_status cad_cpu_sync(void *stream);

#ifdef __cplusplus
}
#endif
#endif
