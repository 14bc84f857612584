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

/* Of what kind answers are that such a checkpoint gives to a template. */
const char *cad_engine_kind(const cad_ckpt_parts *p, const cad_template *t);

/* Appends the ids of a prompt as the model sees it, with its begin token. */
CAD_MUST_USE cad_status cad_engine_encode(const cad_engine *e, const cad_prompt *p, cad_ids *out);

#endif
