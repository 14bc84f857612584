#include "kernels/ops.h"

#include "core/device_name.h"
#include "core/mem.h"
#include "kernels/backend.h"
#include "kernels/cpu/table_cpu.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The heap aligns to 16 bytes only: the block's true start stands right below what is handed out. */
cad_status cad_cpu_mem_alloc(size_t bytes, void **out)
{
    enum { ALIGN = 64 };
    size_t padded;
    char *start;
    CAD_TRY(cad_add(bytes, ALIGN + sizeof start, "memory of the CPU back end", &padded));
    CAD_TRY(cad_mem_alloc(padded, "memory of the CPU back end", &start));
    char *p = start + sizeof start;
    p += (ALIGN - (uintptr_t)p % ALIGN) % ALIGN;
    memcpy(p - sizeof start, &start, sizeof start);
    *out = p;
    return CAD_OK;
}

void cad_cpu_mem_free(void *p)
{
    char *start = NULL;
    if (p)
        memcpy(&start, (char *)p - sizeof start, sizeof start);
    cad_mem_free(start);
}

cad_status cad_cpu_mem_put(void *device, const void *host, size_t bytes, void *stream)
{
    (void)stream;
    if (bytes > 0)
        memcpy(device, host, bytes);
    return CAD_OK;
}

cad_status cad_cpu_mem_get(void *host, const void *device, size_t bytes, void *stream)
{
    return cad_cpu_mem_put(host, device, bytes, stream);
}

cad_status cad_cpu_sync(void *stream)
{
    (void)stream;
    return CAD_OK;
}

/* __builtin_cpu_supports knows features, not levels; these imply the rest of each level on every processor made. */
static int has_v3(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
}

static int has_v4(void)
{
    return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static int has_v2(void)
{
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
}

/* The set asked for; NULL: the best. */
static const char *wanted_isa(void)
{
    const char *isa = getenv("CADLM_ISA");
    return isa && *isa ? isa : NULL;
}

/* NULL: the processor has none, or not the one asked for. */
static const cad_ops *chosen_table(void)
{
    static const struct {
        const cad_ops *table;
        int (*has)(void);
    } sets[] = {{&cad_cpu_table_v4, has_v4}, {&cad_cpu_table_v3, has_v3}, {&cad_cpu_table_v2, has_v2}};
    const char *wanted = wanted_isa();
    __builtin_cpu_init();
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        if (wanted && strcmp(wanted, sets[i].table->isa) != 0)
            continue;
        if (sets[i].has())
            return sets[i].table;
    }
    return NULL;
}

cad_status cad_ops_get(const char *backend, const cad_ops **out)
{
    cad_device_name name;
    if (!cad_device_name_read(backend, &name) || name.kind == CAD_DEVICE_auto)
        CAD_FAIL(CAD_EINVAL, "back end '%s'; expected cpu or cuda:N", backend);
    if (name.kind == CAD_DEVICE_cuda)
        return cad_cuda_open(name.index, out);
    if (name.kind == CAD_DEVICE_emu)
        return cad_emu_open(out);
    const cad_ops *table = chosen_table();
    if (table) {
        *out = table;
        return CAD_OK;
    }
    const char *wanted = wanted_isa();
    if (wanted)
        CAD_FAIL(CAD_EUNSUPPORTED, "CADLM_ISA=%s: not one of x86-64-v2, x86-64-v3, x86-64-v4 that this processor has", wanted);
    CAD_FAIL(CAD_EUNSUPPORTED, "this processor lacks x86-64-v2 (SSE4.2), the least that cadlm needs");
}

static _Atomic int matmul = CAD_MATMUL_auto;

void cad_ops_set_matmul(cad_matmul m)
{
    const cad_ops *table = chosen_table();
    if (m == CAD_MATMUL_bf16 && !(table && table->pairs && __builtin_cpu_supports("avx512bf16")))
        m = CAD_MATMUL_own;
#ifndef CADLM_HAVE_BLAS
    if (m == CAD_MATMUL_library)
        m = CAD_MATMUL_own;
#endif
    atomic_store(&matmul, (int)m);
}

cad_matmul cad_ops_matmul(void)
{
    return (cad_matmul)atomic_load(&matmul);
}
