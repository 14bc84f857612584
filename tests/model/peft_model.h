/* The model whose adapters are tested: no weights, only what names and shapes them. */
#ifndef CADLM_TESTS_MODEL_PEFT_MODEL_H
#define CADLM_TESTS_MODEL_PEFT_MODEL_H

#include "model/hf/hfconfig.h"

static inline cad_model_config peft_model(int64_t layers)
{
    return (cad_model_config){.arch = CAD_ARCH_qwen2,
                              .layers = layers,
                              .width = 32,
                              .heads = 4,
                              .kv_heads = 2,
                              .head_dim = 8,
                              .ffn = 48,
                              .vocab = 300,
                              .max_pos = 64,
                              .theta = 1e4,
                              .eps = 1e-6,
                              .qkv_bias = true,
                              .bos = -1,
                              .pad = -1};
}

#endif
