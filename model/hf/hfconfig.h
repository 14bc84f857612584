/* config.json and generation_config.json of a Hugging Face model directory: Qwen2 (also 2.5 and Coder), Qwen3 and Llama 3.
 *
 * Everything that changes the computation is read or refused by name: other architectures, activations, RoPE types, sliding
 * windows, biases that the decoder lacks, quantised checkpoints that are no NF4 (bnb.h).  RoPE comes in two dialects (top-level
 * rope_theta with rope_scaling; rope_parameters); both are read, a contradiction between them, a missing theta and a member
 * that says more than is computed are errors. */
#ifndef CADLM_MODEL_HF_HFCONFIG_H
#define CADLM_MODEL_HF_HFCONFIG_H

#include "core/buf.h"
#include "core/status.h"
#include "core/tensor.h"
#include "model/hf/bnb.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_arch { CAD_ARCH_qwen2, CAD_ARCH_llama, CAD_ARCH_qwen3, CAD_ARCHS } cad_arch;
typedef enum cad_rope_kind { CAD_ROPE_plain, CAD_ROPE_llama3 } cad_rope_kind;
enum { CAD_CONFIG_MAX_EOS = 8 };

typedef struct cad_model_config {
    cad_arch arch;
    int64_t layers;   /* L: num_hidden_layers,   1..1024     */
    int64_t width;    /* C: hidden_size,         32..65536   */
    int64_t heads;    /* H: num_attention_heads, 1..1024     */
    int64_t kv_heads; /* K: num_key_value_heads, divides H   */
    int64_t head_dim; /* D: even, 2..1024; default C / H, but Qwen3 has to say */
    int64_t ffn;      /* F: intermediate_size, 1..1048576    */
    int64_t vocab;    /* V: rows of the embedding, 1..10^6   */
    int64_t max_pos;  /* max_position_embeddings             */
    double theta;     /* RoPE base */
    cad_rope_kind rope;
    double rope_factor, rope_low, rope_high; /* llama3: factor, low_freq_factor, high_freq_factor */
    int64_t rope_original;                   /* llama3: original_max_position_embeddings */
    double eps;                              /* rms_norm_eps */
    bool tie;                                /* head = embedding */
    bool qkv_bias;                           /* cad_arch_qkv_bias */
    bool qk_norm;                            /* cad_arch_qk_norm */
    cad_dtype dtype;                         /* of the stored weights: CAD_F32, CAD_BF16, CAD_F16 */
    cad_quant quant;                         /* quantization_config */
    int64_t bos, pad;                        /* -1: none */
    int64_t eos[CAD_CONFIG_MAX_EOS];         /* where generation stops */
    int n_eos;
} cad_model_config;

/* Reads `dir`/config.json and, where present, generation_config.json, whose eos list wins.  Errors: CAD_ENOTFOUND, CAD_EPARSE,
 * CAD_EDATA (missing key, wrong type, out of range, contradiction), CAD_EREFUSED (named). */
CAD_MUST_USE cad_status cad_model_config_load(const char *dir, cad_model_config *out);
#define CAD_MODEL_CONFIG_BYTES ((size_t)4 << 20) /* of a config.json that is read */
/* The text of a config.json alone; `where` names it in messages. */
CAD_MUST_USE cad_status cad_model_config_parse(const char *text, size_t len, const char *where, cad_model_config *out);
/* Checks a configuration that was filled by hand by the same rules.  Errors: CAD_EDATA. */
CAD_MUST_USE cad_status cad_model_config_check(const cad_model_config *c, const char *where);

/* Appends a config.json that transformers 4 and 5 load (RoPE in the dialect of transformers 4).  With `base`, the text of the
 * config.json that the model came from: only the keys that differ are changed, everything else and its RoPE dialect stay, and
 * without a difference the bytes are the same; the end tokens stay too (generation_config.json, copied along, rules them).
 * NULL: from scratch. */
CAD_MUST_USE cad_status cad_model_config_print(const cad_model_config *c, const char *base, size_t base_len, cad_buf *out);
/* `to`/config.json: that of the folder `from`, changed to say *c as cad_model_config_print does. */
CAD_MUST_USE cad_status cad_model_config_rewrite(const char *from, const cad_model_config *c, const char *to);
/* Appends a generation_config.json with bos, eos and pad. */
CAD_MUST_USE cad_status cad_model_generation_print(const cad_model_config *c, cad_buf *out);

const char *cad_arch_name(cad_arch a);  /* "qwen2" */
const char *cad_arch_class(cad_arch a); /* "Qwen2ForCausalLM" */
bool cad_arch_qkv_bias(cad_arch a);     /* the projections of q, k and v have biases */
bool cad_arch_qk_norm(cad_arch a);      /* each head of q and k is normed before RoPE */

#ifdef __cplusplus
}
#endif
#endif
