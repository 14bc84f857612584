/* How far a model that was made from another answers as that one: a merged one as its base with the adapter, a quantised one as
 * what it was.
 *
 * The model before reads 8 prompts and goes on greedily for 64 tokens each; then both read the same tokens.  Compared at every
 * position: all logits, and the likeliest token.  The greedy text of the model after is the same exactly when its likeliest
 * token is the one drawn at every position of an answer. */
#ifndef CADLM_MODEL_DECODER_MODEL_COMPARE_H
#define CADLM_MODEL_DECODER_MODEL_COMPARE_H

#include "core/arena.h"
#include "core/hash.h"
#include "core/status.h"
#include "model/decoder/checkpoint_parts.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_COMPARE_PROMPTS = 8, CAD_COMPARE_GREEDY = 64 };

typedef struct cad_model_change {
    int64_t positions;
    double max_difference, mean_difference;                   /* of logits */
    double spread;                                            /* standard deviation of the logits before */
    int64_t agree;                                            /* positions whose likeliest token is the same */
    int64_t greedy_same;                                      /* prompts of CAD_COMPARE_PROMPTS whose text is the same */
    int64_t greedy_tokens;                                    /* drawn, of all prompts */
    char before_hash[CAD_HASH_HEX], after_hash[CAD_HASH_HEX]; /* of both bases (cad_decoder_base_hash) */
} cad_model_change;

/* `before`: a model, or a base and its adapter; `after`: the directory of the model made from it.  One model is in memory at a
 * time, and the logits of the first.  Errors: CAD_ENOMEM (told before weights are read), CAD_ENUMERIC (a logit that is not
 * finite), those of loading. */
CAD_MUST_USE cad_status cad_model_compare(const cad_ckpt_parts *before, const char *after, cad_arena *a, cad_model_change *out);

#ifdef __cplusplus
}
#endif
#endif
