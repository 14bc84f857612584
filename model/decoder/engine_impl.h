/* Inside of the engine, for engine.c and engine_open.c. */
#ifndef CADLM_MODEL_DECODER_ENGINE_IMPL_H
#define CADLM_MODEL_DECODER_ENGINE_IMPL_H

#include "core/hash.h"
#include "model/decoder/checkpoint_parts.h"
#include "model/decoder/engine.h"

struct cad_engine {
    cad_arena *arena; /* paths, template */
    cad_decoder *decoder;
    cad_tokenizer *own_tokenizer;
    cad_decoder *own_decoder;
    const cad_tokenizer *tokenizer;
    const cad_template *tpl;
    cad_ckpt_parts parts;
    char hash[CAD_HASH_HEX];
    int64_t bos; /* put in front of every prompt; -1: nothing */
    uint32_t stop[CAD_CKPT_STOPS];
    int64_t n_stop;
};

#endif
