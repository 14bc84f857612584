/* In place of kernels/cuda where a build has none. */
#include "kernels/backend.h"

cad_status cad_cuda_open(int index, const cad_ops **out)
{
    (void)index;
    (void)out;
    CAD_FAIL(CAD_EUNSUPPORTED, "this build has no CUDA (CADLM_CUDA=OFF)\nhint: cmake --preset cuda, or run.device = cpu");
}

cad_status cad_cuda_facts_get(cad_cuda_facts *out)
{
    (void)out;
    CAD_FAIL(CAD_EUNSUPPORTED, "this build has no CUDA (CADLM_CUDA=OFF)");
}
