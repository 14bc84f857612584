/* Batched generation with a KV cache: requests flow through a fixed number of slots; a slot that ends takes the next request.
 *
 * What is drawn for a request depends on (its seed, position in the answer) and its prompt only: not on its slot, its
 * neighbours, or when it joined (bit for bit with the plain-C product, model.matmul=own; a BLAS may round a row differently
 * in a batch of another size). */
#ifndef CADLM_MODEL_DECODER_GENERATE_H
#define CADLM_MODEL_DECODER_GENERATE_H

#include "core/status.h"
#include "model/decoder/decoder.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_sampling {
    double temp;   /* 0: greedy */
    double top_p;  /* 1: off */
    double min_p;  /* 0: off */
    int64_t top_k; /* 0: off */
} cad_sampling;

typedef struct cad_gen_request {
    const uint32_t *prompt; /* (n_prompt) ids, n_prompt >= 1 */
    int64_t n_prompt;
    int64_t max_new; /* tokens drawn at most, the stop token included */
    uint64_t seed;
} cad_gen_request;

typedef enum cad_finish {
    CAD_FINISH_stop,  /* drew a stop token, or its text is complete */
    CAD_FINISH_length /* max_new or the context is full */
} cad_finish;
const char *cad_finish_name(cad_finish f); /* "stop", "length" */

typedef struct cad_gen_result {
    const uint32_t *ids; /* (n) the answer without the stop token; borrowed during the callback */
    int64_t n;
    int64_t n_drawn; /* n, plus 1 when a stop token was drawn */
    double logprob;  /* sum of log p over the drawn tokens, of the model itself (temperature 1, no cuts) */
    cad_finish finish;
} cad_gen_result;

typedef struct cad_gen_opts {
    cad_sampling sampling;
    const uint32_t *stop; /* (n_stop) ids that end an answer */
    int64_t n_stop;
    int64_t vocab; /* ids >= vocab are never drawn (rows beyond the tokenizer); 0: all may be */
    /* Called with each token drawn that is no stop token; *ended ends the answer behind it.  NULL: only stop tokens do. */
    cad_status (*took)(void *ctx, int64_t request, uint32_t id, bool *ended);
} cad_gen_opts;

/* Called once per request, in order of completion.  A failure stops everything and is passed on. */
typedef cad_status (*cad_gen_done)(void *ctx, int64_t request, const cad_gen_result *r);
/* Called after every step with tokens drawn so far and requests done; may be NULL.  A failure stops (an interrupt, for one). */
typedef cad_status (*cad_gen_step)(void *ctx, int64_t tokens, int64_t done);

/* Runs all requests.  The decoder needs options `slots` and `context` > 0, and max_tokens >= the longest prompt.
 * Errors: CAD_EINVAL naming the request (empty prompt, longer than context or max_tokens, id outside of the vocabulary). */
CAD_MUST_USE cad_status cad_generate(cad_decoder *d, const cad_gen_request *req, int64_t n, const cad_gen_opts *o,
                                     cad_gen_done done, cad_gen_step step, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
