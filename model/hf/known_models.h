/* Shapes of published models by the name of their directory, for plans that are made before the weights are there.
 *
 * source    the config.json of each model as published; parameters: spec/kernels.md 1, and the pages of the
 *           models */
#ifndef CADLM_MODEL_HF_KNOWN_MODELS_H
#define CADLM_MODEL_HF_KNOWN_MODELS_H

#include "core/status.h"
#include "model/hf/hfconfig.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `path` "models/Qwen2.5-3B": the last part counts, "-Instruct" or "-Base" at its end does not.  CAD_ENOTFOUND names the known
 * ones. */
CAD_MUST_USE cad_status cad_model_known(const char *path, cad_model_config *out);

#ifdef __cplusplus
}
#endif
#endif
