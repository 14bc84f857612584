/* The decoder: Qwen2, Qwen3 and Llama 3, forward and backward over the op table, written once for all back ends.
 *
 * One code path serves full training, LoRA and QLoRA: every matrix is a `linear` that may be trained (its values are a slice of
 * the flat buffer p), or frozen (f32, rounded to bf16, or NF4 with the value bf16(level * absmax)), and may carry a LoRA pair
 * (A, B are slices of p).  Embedding, head, norms and biases are never quantised.
 *
 *   r = E[id];  per layer: n = rmsnorm(r), r += o(attn(rope(q(n)), rope(k(n)), v(n)));
 *                          n = rmsnorm(r), r += down(silu(gate(n)) up(n))
 *   Qwen3: each head of q(n) and k(n) goes through an RMSNorm before rope
 *   nll = cross-entropy of head(rmsnorm(r)) on the loss rows only
 *
 * Flat buffers: `p` (f32 masters of all that is trained) and `g` (its gradient, "+="), each tensor padded with zeros to a
 * multiple of 256 elements.  Frozen tensors are in neither.
 *
 * Storage is of the type that the back end asks for (cad_ops.store): f32, or bf16.  In bf16 activations, frozen weights, keys
 * and values are rounded to it, and of p the passes read a copy in bf16; p, g, losses and logits are f32 in either.
 *
 * Memory: arenas owned by the decoder, of the bytes that cad_decoder_plan tells; forward, backward and eval allocate nothing.
 * Four of them are the back end's, which the host cannot touch (kernels/ops.h), so p and g are read and written by ops,
 * mem_put and mem_get; all other arguments here are the host's.  Threads: one caller at a time per decoder. */
#ifndef CADLM_MODEL_DECODER_DECODER_H
#define CADLM_MODEL_DECODER_DECODER_H

#include "core/arena.h"
#include "core/status.h"
#include "kernels/ops.h"
#include "model/decoder/batch.h"
#include "model/hf/hfconfig.h"
#include "model/hf/peft.h"
#include "model/hf/safetensors.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_decoder cad_decoder;

typedef enum cad_weights {
    CAD_WEIGHTS_fp32, /* frozen weights as they are in the file */
    CAD_WEIGHTS_bf16, /* rounded to bf16 (held as f32 by the CPU back end) */
    CAD_WEIGHTS_nf4   /* the seven linears of each layer in NF4 (an NF4 file as it is), the rest rounded to bf16 */
} cad_weights;

typedef enum cad_train {
    CAD_TRAIN_none, /* inference and evaluation: p holds an adapter or nothing, g is NULL */
    CAD_TRAIN_lora, /* p, g: the LoRA pairs */
    CAD_TRAIN_full  /* p, g: every tensor of the model */
} cad_train;

typedef enum cad_nf4_base {
    CAD_NF4_resident, /* dequantised once; same bits as scratch */
    CAD_NF4_scratch   /* dequantised before each product: 0.5 B per weight instead of 4 B, or 2 B stored in bf16 */
} cad_nf4_base;

typedef enum cad_init_scheme {
    /* deviations: embedding 1; linear 1/sqrt(in), o and down also / sqrt(2 L); head 0.02; biases 0; norms 1, but with a tied
     * head the final one starts at 0.02 */
    CAD_INIT_fan_in,
    CAD_INIT_hf /* deviation 0.02; biases 0; norms 1 */
} cad_init_scheme;
typedef enum cad_lora_init { CAD_LORA_kaiming, CAD_LORA_gaussian } cad_lora_init;

typedef struct cad_decoder_opts {
    cad_weights weights;
    bool double_quant; /* of what is quantised here; a file that is NF4 has the scales that it has */
    cad_nf4_base nf4_base;
    cad_train train;
    cad_lora_config lora;   /* model/hf/peft.h; rank 0: none; targets 0: all; what it points to is kept by the caller */
    uint64_t seed;          /* of the dropout masks */
    int64_t max_tokens;     /* largest batch of forward_backward, eval and prefill; >= 1 */
    int64_t max_segments;   /* 0: max_tokens */
    int64_t max_loss_rows;  /* 0: max_tokens */
    bool bf16;              /* storage in bf16 even where the back end's own is f32: for tests */
    int64_t slots, context; /* KV cache: sequences at once and tokens of each; 0: no generation */
} cad_decoder_opts;

/* Bytes of each arena for one configuration: what `create` reserves and what a dry run prints. */
typedef struct cad_decoder_bytes {
    size_t weights, state, activations, scratch;
    size_t values, gradients;          /* state: p with its copy in bf16, g */
    size_t saved, work, inputs, cache; /* activations: kept for the backward pass, of a pass, its batch, keys and values */
    size_t host;                       /* of the host: batches and values on their way between it and the others */
} cad_decoder_bytes;

/* *out = a decoder of shapes alone, without memory for values: its options, parameters, cad_decoder_params (p, g NULL) and
 * cad_decoder_plan are those of `create`; nothing else may be asked of it.  Errors: as cad_decoder_create. */
CAD_MUST_USE cad_status cad_decoder_sketch(const cad_model_config *cfg, const cad_ops *ops, const cad_decoder_opts *o,
                                           cad_decoder **out);
cad_decoder_bytes cad_decoder_plan(const cad_decoder *d);

/* *out = a decoder with uninitialised weights: call init_random or load next.  `ops` is borrowed for life, *cfg copied.
 * Errors: CAD_EINVAL (options or shapes that do not go together), CAD_EREFUSED, CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_decoder_create(const cad_model_config *cfg, const cad_ops *ops, const cad_decoder_opts *o,
                                           cad_decoder **out);
void cad_decoder_destroy(cad_decoder *d);

const cad_model_config *cad_decoder_config(const cad_decoder *d);
const cad_decoder_opts *cad_decoder_options(const cad_decoder *d);
/* Weights of the model, trained or not; a tied head counts once, LoRA pairs do not. */
int64_t cad_decoder_parameters(const cad_decoder *d);
const cad_ops *cad_decoder_ops(const cad_decoder *d);
/* The arena i = 0 .. CAD_DECODER_ARENAS-1: weights, state, activations, scratch, host; for reports of used and peak bytes. */
enum { CAD_DECODER_ARENAS = 5 };
const cad_arena *cad_decoder_arena(const cad_decoder *d, int i);

/* ---- values ---- */
/* Random base weights; a value is a function of (seed, tensor name, index) alone.  LoRA pairs: see cad_decoder_init_lora. */
CAD_MUST_USE cad_status cad_decoder_init_random(cad_decoder *d, cad_init_scheme scheme, uint64_t seed);
/* A: uniform in +-1/sqrt(in) (kaiming) or N(0, 1/rank^2) (gaussian); B = 0: the adapted model is the base, bit for bit. */
CAD_MUST_USE cad_status cad_decoder_init_lora(cad_decoder *d, cad_lora_init init, uint64_t seed);
/* Base weights from a Hugging Face directory (single or sharded safetensors; F32, BF16, F16; linears also in NF4: bnb.h, held
 * as codes where the options hold NF4, else dequantised).  Refused by name: missing, extra or misshaped tensors (CAD_EDATA), a
 * tied model whose lm_head differs from the embedding, tensors that are not quantised as cfg->quant says. */
CAD_MUST_USE cad_status cad_decoder_load(cad_decoder *d, const char *dir);
/* What load checks before it takes values: each tensor of the decoder is there with its shape, and no other.  `d` may be a
 * sketch. */
CAD_MUST_USE cad_status cad_decoder_check_files(cad_decoder *d, const cad_safetensors *f);
/* What a tensor of a file is to the model, by its name: one of the seven linears of a layer, another of its tensors, or none of
 * them (a tied head that is stored again, angles of old files).  `d` may be a sketch. */
typedef enum cad_tensor_role { CAD_TENSOR_none, CAD_TENSOR_linear, CAD_TENSOR_other } cad_tensor_role;
cad_tensor_role cad_decoder_role(cad_decoder *d, const char *name);
/* Writes model.safetensors (bf16 or f32) into the existing folder `dir`; NF4 bases are refused (CAD_EINVAL).  Together with
 * config.json (model/hf/hfconfig.h) that is a model directory.  CAD_ENUMERIC, naming the tensor, if a value is not finite. */
CAD_MUST_USE cad_status cad_decoder_save_model(const cad_decoder *d, const char *dir, bool bf16);
/* Same tensors as f32 under a given file name: "master.safetensors" of a checkpoint, and back (train = full only). */
CAD_MUST_USE cad_status cad_decoder_save_master(const cad_decoder *d, const char *path);
CAD_MUST_USE cad_status cad_decoder_load_master(cad_decoder *d, const char *path);
/* A PEFT directory into the LoRA pairs.  The ranks and scales of its linears must be those of the options (read them first with
 * cad_peft_read_config and cad_peft_resolve); a difference is CAD_EDATA. */
CAD_MUST_USE cad_status cad_decoder_load_adapter(cad_decoder *d, const char *dir);
/* Writes adapter_model.safetensors (F32), adapter_config.json and README.md into the existing folder `dir`. */
CAD_MUST_USE cad_status cad_decoder_save_adapter(const cad_decoder *d, const char *dir);
/* XXH3-128 in hex over the bytes of the base tensors as loaded (before quantisation), in the order of names; "" before load. */
const char *cad_decoder_base_hash(const cad_decoder *d);

/* ---- what is trained ---- */
typedef struct cad_param {
    const char
        *name;      /* "model.layers.0.mlp.down_proj.weight"; fused ones "..qkv_proj..", "..gate_up_proj.."; LoRA "...lora_A" */
    int64_t offset; /* first element in p and g, a multiple of 256 */
    int64_t count;  /* elements without padding */
    int64_t dim[2]; /* shape; dim[1] = 1 for vectors */
    int ndim;
    bool decay; /* weight decay acts on it: matrices and LoRA pairs, not norms and biases */
} cad_param;

typedef struct cad_params {
    const cad_param *item; /* (n) ascending offsets */
    int64_t n;
    float *p, *g;     /* (size) memory of the back end, as the next one */
    uint16_t *p_bf16; /* (size) what the passes read of p where storage is bf16; NULL: they read p.  Every step writes both */
    int64_t size;     /* elements with padding */
    int64_t count;    /* elements without */
} cad_params;
/* Borrowed; the arrays keep their place for the life of the decoder. */
cad_params cad_decoder_params(const cad_decoder *d);
/* After p was written to by other means than these functions and the optimizer: p_bf16 follows. */
CAD_MUST_USE cad_status cad_decoder_refresh(cad_decoder *d);
/* From now on gradients go to `g` (size elements of the back end's memory, caller's); NULL: back to the decoder's own.  For
 * sums over lanes. */
void cad_decoder_set_grad(cad_decoder *d, float *g);

/* ---- work ---- */
/* Adds the gradient of scale * sum(weight * nll) to g and *loss_sum = sum(weight * nll) in f64.  `scale` is 1 / (loss tokens of
 * the whole optimizer step); `step` enters the dropout masks.  A batch without tokens or targets gives 0 and leaves g as it is.
 * Errors: CAD_EINVAL (batch larger than planned, id outside of the vocabulary, train = none). */
CAD_MUST_USE cad_status cad_decoder_forward_backward(cad_decoder *d, const cad_batch *b, float scale, uint64_t step,
                                                     double *loss_sum);
/* nll (n_loss) of each loss row, unweighted, without dropout; top (n_loss) = the likeliest token, NULL to skip. */
CAD_MUST_USE cad_status cad_decoder_eval(cad_decoder *d, const cad_batch *b, float *nll, uint32_t *top);
/* Logits of chosen rows: out (n_rows, V) f32.  For tests and for cadtool logprob. */
CAD_MUST_USE cad_status cad_decoder_logits(cad_decoder *d, const cad_batch *b, const uint32_t *rows, int64_t n_rows,
                                           float *out);
/* nll (n_loss) of the last forward_backward, borrowed until the next call. */
const float *cad_decoder_last_nll(const cad_decoder *d);

#ifdef __cplusplus
}
#endif
#endif
