/* What the programs for GPUs share of their command lines: numbers, and the models, the published ones and one that a test can
 * bear. */
#ifndef CADLM_BENCH_GPU_GPU_MODELS_H
#define CADLM_BENCH_GPU_GPU_MODELS_H

#include "model/hf/hfconfig.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As cad_model_known, and "tiny": 2 layers, width 128. */
CAD_MUST_USE cad_status gb_model(const char *name, cad_model_config *out);

/* "--tokens=256" for "--tokens": "256"; NULL for another option. */
const char *gb_value(const char *word, const char *option);
/* A number and nothing behind it.  Errors: CAD_EUSAGE, which names the option. */
CAD_MUST_USE cad_status gb_number(const char *option, const char *text, int64_t *out);

#ifdef __cplusplus
}
#endif
#endif
