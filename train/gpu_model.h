/* What a training takes on a GPU that is not here: memory and FLOPs by the formulas of spec/kernels.md 1, 4.5 and 4.7.
 *
 * Letters as in DESIGN: C width, H query heads, K key/value heads, D head dim, F feed-forward width, V vocabulary, L layers,
 * R LoRA rank.  Storage is bf16; moments, masters and gradients as stated there.  All bytes are doubles: they are estimates. */
#ifndef CADLM_TRAIN_GPU_MODEL_H
#define CADLM_TRAIN_GPU_MODEL_H

#include "core/status.h"
#include "model/decoder/decoder.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_gpu {
    char name[40];
    double bytes;  /* of memory, as the driver reports it */
    double tflops; /* dense bf16 products, as published */
    int64_t sms;   /* multiprocessors, which the rows of a chunk of logits fill */
} cad_gpu;
/* "h100-80g", "h200-141g", "a100-80g", or "GiB:TFLOPS".  Errors: CAD_EUSAGE. */
CAD_MUST_USE cad_status cad_gpu_find(const char *text, cad_gpu *out);

typedef enum cad_recompute { CAD_RECOMPUTE_none, CAD_RECOMPUTE_gate_up, CAD_RECOMPUTE_full, CAD_RECOMPUTE_KINDS } cad_recompute;
const char *cad_recompute_name(cad_recompute r); /* "none", "gate_up", "full" */

typedef struct cad_gpu_job {
    const cad_model_config *model;
    const cad_decoder_opts *decoder; /* weights, train, lora, slots and context of the samples */
    int64_t trained;                 /* elements */
    bool eight_bit;                  /* moments */
    bool lanes;                      /* steps of several passes: three more gradients */
    double s_eff;                    /* E[S^2] / E[S] over the rows' lengths S */
    double loss_share;               /* of the tokens that are targets */
} cad_gpu_job;

/* How the pass is run. */
typedef struct cad_gpu_pass {
    int64_t tokens;
    cad_recompute recompute;
    bool scratch_base; /* an NF4 base dequantised matrix by matrix, instead of held in bf16 */
} cad_gpu_pass;

typedef struct cad_gpu_bytes {
    double weights, state, lanes; /* frozen (or bf16 copies of trained) weights; master, gradient, moments, copy of pairs */
    double saved, work, head;     /* activations kept, of the layer at work, chunk of logits */
    double cache, context;        /* keys and values of samples; CUDA context and collectives */
    double total;
} cad_gpu_bytes;
cad_gpu_bytes cad_gpu_memory(const cad_gpu *g, const cad_gpu_job *j, const cad_gpu_pass *p);

/* The most tokens of a pass that fit with this way of running it (p->tokens is not read); 0: none. */
int64_t cad_gpu_largest_pass(const cad_gpu *g, const cad_gpu_job *j, const cad_gpu_pass *p);
/* The first rung of the ladder (smaller passes, scratch base, recompute gate and up, recompute all) on which a pass of `want`
 * tokens, or a smaller one that still holds the `longest` row, fits; false: none, and *out is the last rung. */
bool cad_gpu_choose(const cad_gpu *g, const cad_gpu_job *j, int64_t want, int64_t longest, cad_gpu_pass *out);

/* FLOPs of training on one token, forward and backward; `forward` alone: of evaluating it. */
double cad_train_flops(const cad_gpu_job *j, cad_recompute r);
double cad_forward_flops(const cad_gpu_job *j);

#ifdef __cplusplus
}
#endif
#endif
