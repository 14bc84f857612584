/* A decoder on a device against the same decoder on the CPU, token by token: on the CPU in f32 is what is right, in bf16 what
 * rounding alone does (the rule of tests/model/test_parity.c). */
#ifndef CADLM_BENCH_GPU_JOB_PARITY_H
#define CADLM_BENCH_GPU_JOB_PARITY_H

#include "model/decoder/decoder.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gb_parity {
    bool good; /* error <= allowed, and the tokens differ enough that an error could be seen */
    int64_t tokens;
    double spread;         /* deviation of the tokens' nll, right ones; 2 to 4 */
    double error, allowed; /* largest distance of an nll from the right one; twice that of the CPU in bf16 */
} gb_parity;
/* All weights and pairs of `d` become random ones of the job's own: of deviations with which every layer moves the logits by
 * more than rounding does.  `d` has `model` and trains LoRA pairs or nothing; the CPU takes 4 bytes for each weight.  At most
 * 128 tokens of two segments.  Errors: those of the decoder on either side. */
CAD_MUST_USE cad_status gb_parity_of(const cad_model_config *model, cad_decoder *d, gb_parity *out);

#ifdef __cplusplus
}
#endif
#endif
