/* Models that the programs for GPUs know: the published ones, and one that a test can bear. */
#ifndef CADLM_BENCH_GPU_GPU_MODELS_H
#define CADLM_BENCH_GPU_GPU_MODELS_H

#include "model/hf/hfconfig.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As cad_model_known, and "tiny": 2 layers, width 128. */
CAD_MUST_USE cad_status gb_model(const char *name, cad_model_config *out);

#ifdef __cplusplus
}
#endif
#endif
