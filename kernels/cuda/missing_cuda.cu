/* Ops that have no kernel answer with their names. */
#include "kernels/cuda/gpu.cuh"

#define X(op)                                                                                                                  \
    extern "C" __attribute__((weak)) cad_status CAD_GPU(op)(const cad_##op##_args *, void *)                                   \
    {                                                                                                                          \
        CAD_FAIL(CAD_EUNSUPPORTED, #op ": the GPU back end has no kernel for it");                                             \
    }                                                                                                                          \
    extern "C" __attribute__((weak)) size_t CAD_GPU(op##_scratch)(const cad_##op##_args *)                                     \
    {                                                                                                                          \
        return 0;                                                                                                              \
    }
CAD_OPS_TABLE(X)
