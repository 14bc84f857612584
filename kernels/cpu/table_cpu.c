/* The op table of one instruction set (compiled once for each). */
#include "kernels/cpu/table_cpu.h"
#include "kernels/cpu/backend_cpu.h"
#include "kernels/cpu/simd_bf16.h"

const cad_ops CAD_ISA(table) = {.name = "cpu",
                                .isa = CAD_ISA_NAME,
                                .pairs = PAIRS,
                                .store = CAD_F32,
                                .mem_alloc = cad_cpu_mem_alloc,
                                .mem_free = cad_cpu_mem_free,
                                .mem_put = cad_cpu_mem_put,
                                .mem_get = cad_cpu_mem_get,
                                .sync = cad_cpu_sync,
#define X(op) .op = CAD_ISA(op), .op##_scratch = CAD_ISA(op##_scratch),
                                CAD_OPS_TABLE(X)
#undef X
};
