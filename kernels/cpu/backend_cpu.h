/* Inside of the CPU back end.  Every *_cpu.c is compiled once per instruction set; CAD_ISA gives its functions the suffix of
 * the set, and table_cpu.c of each set collects them into one op table. */
#ifndef CADLM_KERNELS_CPU_BACKEND_CPU_H
#define CADLM_KERNELS_CPU_BACKEND_CPU_H

#include "core/threads.h"
#include "kernels/ops.h"
#include "kernels/validate.h"

#ifndef CAD_ISA_SUFFIX
#error "compile this file through kernels/CMakeLists.txt: CAD_ISA_SUFFIX is missing"
#endif

#define CAD_PASTE_(a, b) a##_##b
#define CAD_PASTE(a, b) CAD_PASTE_(a, b)
#define CAD_ISA(name) CAD_PASTE(cad_cpu_##name, CAD_ISA_SUFFIX)

/* Head of an op and of the function that tells its scratch. */
#define CAD_CPU_OP(op) cad_status CAD_ISA(op)(const cad_##op##_args *a, void *stream __attribute__((unused)))
#define CAD_CPU_SCRATCH(op) size_t CAD_ISA(op##_scratch)(const cad_##op##_args *a)
#define CAD_CPU_NO_SCRATCH(op)                                                                                                 \
    size_t CAD_ISA(op##_scratch)(const cad_##op##_args *a)                                                                     \
    {                                                                                                                          \
        (void)a;                                                                                                               \
        return 0;                                                                                                              \
    }

#define X(op)                                                                                                                  \
    cad_status CAD_ISA(op)(const cad_##op##_args *a, void *stream);                                                            \
    size_t CAD_ISA(op##_scratch)(const cad_##op##_args *a);
CAD_OPS_TABLE(X)
#undef X

static inline int64_t cad_min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t cad_max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static inline int64_t cad_ceil_div(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* Rows per chunk so that a chunk moves about 32 KB: enough work to pay for handing it to a thread. */
static inline int64_t cad_row_grain(int64_t columns)
{
    return cad_max64(1, 8192 / cad_max64(1, columns));
}

#endif
