/* Inside of the engine, for engine.c and engine_open.c. */
#ifndef CADLM_MODEL_DECODER_ENGINE_IMPL_H
#define CADLM_MODEL_DECODER_ENGINE_IMPL_H

#include "core/hash.h"
#include "model/decoder/engine.h"

enum { CAD_ENGINE_STOPS = CAD_CONFIG_MAX_EOS + 1 };

struct cad_engine {
    cad_arena *arena; /* paths, template */
    cad_decoder *decoder;
    cad_tokenizer *own_tokenizer;
    cad_decoder *own_decoder;
    const cad_tokenizer *tokenizer;
    const cad_template *tpl;
    const char *path, *base, *adapter;
    char hash[CAD_HASH_HEX];
    int64_t bos; /* put in front of every prompt; -1: nothing */
    uint32_t stop[CAD_ENGINE_STOPS];
    int64_t n_stop;
};

/* Ids that end an answer: those of the model's configuration and the tokenizer's end of text. */
void cad_engine_set_stops(cad_engine *e);

#endif
