/* The op table of the GPU back end: cad_cuda_table() from nvcc, cad_emu_table() from a host compiler. */
#include "kernels/cuda/gpu.cuh"
#include "kernels/cuda/table_cuda.h"

#ifdef __CUDACC__
static const char *const NAME = "cuda", *const ISA = "sm_80, sm_90a";
#else
static const char *const NAME = "emu", *const ISA = "emulated";
#endif

const cad_ops *CAD_GPU(table)(void)
{
    static cad_ops t;
    t.name = NAME;
    t.isa = ISA;
    t.store = CAD_BF16;
    t.mem_alloc = CAD_GPU(mem_alloc);
    t.mem_free = CAD_GPU(mem_free);
    t.mem_put = CAD_GPU(mem_put);
    t.mem_get = CAD_GPU(mem_get);
    t.sync = CAD_GPU(sync);
#define X(op)                                                                                                                  \
    t.op = CAD_GPU(op);                                                                                                        \
    t.op##_scratch = CAD_GPU(op##_scratch);
    CAD_OPS_TABLE(X)
#undef X
    return &t;
}
