#include "kernels/cuda/fault.h"

cad_status cad_gpu_fault_status(uint64_t key)
{
    long long index = (long long)(key & 0xFFFFFFFFFFFFu);
    switch ((cad_gpu_fault)(key >> 48)) {
#define X(kind, text)                                                                                                          \
    case CAD_GPU_FAULT_##kind:                                                                                                 \
        CAD_FAIL(CAD_ENUMERIC, text, index);
        CAD_GPU_FAULTS(X)
#undef X
    }
    CAD_FAIL(CAD_EINTERNAL, "a kernel left the unknown fault %llx", (unsigned long long)key);
}
