/* PEFT adapter directories with LoRA: adapter_config.json and adapter_model.safetensors.
 *
 * What PEFT loads is written (the keys of PEFT 0.9, so that 0.9 and later load it); what PEFT 0.21 writes is read.  A feature
 * that the decoder cannot apply (DoRA, modules_to_save, bias, ..) is CAD_EREFUSED and named, never skipped; loading demands
 * exactly the tensors that the configuration implies.
 *
 * Scale of the update: alpha / r, or alpha / sqrt(r) with rslora.  Which module gets which rank and alpha follows PEFT
 * (src/peft/tuners/tuners_utils.py check_target_module_exists, src/peft/utils/other.py get_pattern_key); module names are those
 * of the base model, "model.layers.0.self_attn.q_proj":
 *   target_modules   a list: the name is an entry, or ends in "." + entry; a text: a regular expression for the whole name;
 *                    "all-linear": the seven linears
 *   layers_to_transform, layers_pattern   of a list, those that only end in an entry: in these layers alone
 *   rank_pattern, alpha_pattern           the first key, in the order of the file, for which (.*\.)?(key)$ matches the name
 * Regular expressions are run by PCRE2 with limits on time and memory. */
#ifndef CADLM_MODEL_HF_PEFT_H
#define CADLM_MODEL_HF_PEFT_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"
#include "model/hf/hfconfig.h"
#include "model/hf/safetensors.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(id, module name inside its layer, dimensions (out, in) in the letters of cad_model_config) */
#define CAD_LORA_TARGETS(X)                                                                                                    \
    X(q, "self_attn.q_proj", heads *head_dim, width)                                                                           \
    X(k, "self_attn.k_proj", kv_heads *head_dim, width)                                                                        \
    X(v, "self_attn.v_proj", kv_heads *head_dim, width)                                                                        \
    X(o, "self_attn.o_proj", width, heads *head_dim)                                                                           \
    X(gate, "mlp.gate_proj", ffn, width)                                                                                       \
    X(up, "mlp.up_proj", ffn, width)                                                                                           \
    X(down, "mlp.down_proj", width, ffn)

typedef enum cad_lora_target {
    CAD_LORA_q,
    CAD_LORA_k,
    CAD_LORA_v,
    CAD_LORA_o,
    CAD_LORA_gate,
    CAD_LORA_up,
    CAD_LORA_down,
    CAD_LORA_TARGET_COUNT
} cad_lora_target;
enum { CAD_LORA_ALL = (1 << CAD_LORA_TARGET_COUNT) - 1 };
enum { CAD_PEFT_MAX_BASE = 4096 };  /* bytes of base_model_name_or_path: the longest path of Linux */
enum { CAD_PEFT_ARENA = 16 << 20 }; /* bytes that the longest adapter_config.json and its rules take of an arena */

typedef struct cad_lora_pair {
    int64_t rank; /* 1..1024, 0: no pair here */
    double scale;
} cad_lora_pair;

/* What adapter_config.json says of single modules (model/hf/peft_rules.h). */
typedef struct cad_peft_rules cad_peft_rules;

typedef struct cad_lora_config {
    int64_t rank; /* 1..1024; with patterns: of modules that no pattern names */
    double alpha;
    double dropout; /* 0 <= dropout < 1 */
    bool rslora;
    unsigned targets;            /* bit 1 << cad_lora_target: some layer has it */
    const cad_lora_pair *pair;   /* (L,CAD_LORA_TARGET_COUNT) by layer and target; NULL: rank and alpha for all of `targets` */
    const cad_peft_rules *rules; /* NULL: nothing but `targets`.  cad_peft_resolve makes `targets` and `pair` from them */
    const char *base_model; /* base_model_name_or_path, "" when null; borrowed or in the arena of the reader, as the above */
} cad_lora_config;

double cad_lora_scale(const cad_lora_config *c); /* of rank and alpha, without patterns */
/* Of one linear; targets == 0 without a table: all. */
cad_lora_pair cad_lora_pair_of(const cad_lora_config *c, int64_t layer, cad_lora_target t);
/* Pairs of a model, and the smallest and largest rank of them (NULL: not wanted). */
int64_t cad_lora_count(const cad_lora_config *c, const cad_model_config *m, int64_t *smallest, int64_t *largest);
/* "self_attn.q_proj" .. "mlp.down_proj"; "q_proj" .. "down_proj", and back (-1: no such linear). */
const char *cad_lora_target_module(cad_lora_target t);
const char *const *cad_lora_target_modules(void); /* of all, in the order of cad_lora_target */
const char *cad_lora_target_name(cad_lora_target t);
int cad_lora_target_find(const char *name);
/* Shape of the linear: (out, in). */
void cad_lora_target_shape(const cad_model_config *m, cad_lora_target t, int64_t *out_rows, int64_t *out_cols);

/* The factors of one linear: a (R, in), b (out, R), f32, owned by the caller.  Where they are NULL the factors lie elsewhere:
 * reading gives them to the sink and writing asks the window, with a_ctx or b_ctx. */
typedef struct cad_lora_factors {
    int64_t layer;
    cad_lora_target target;
    float *a, *b;
    void *a_ctx, *b_ctx;
} cad_lora_factors;
/* Takes elements [first, first + n) of one factor, in ascending order; x may be written to. */
typedef cad_status (*cad_lora_sink)(void *ctx, int64_t first, float *x, int64_t n);

/* Reads `dir`/adapter_config.json.  Strings and rules live in `a`.  Where out->rules is not NULL the configuration is complete
 * after cad_peft_resolve.  Errors: CAD_ENOTFOUND, CAD_EPARSE, CAD_EDATA, CAD_EREFUSED. */
CAD_MUST_USE cad_status cad_peft_read_config(const char *dir, cad_arena *a, cad_lora_config *out);
/* The text alone; `where` names it in messages. */
CAD_MUST_USE cad_status cad_peft_parse_config(const char *text, size_t len, const char *where, cad_arena *a,
                                              cad_lora_config *out);
/* Applies the rules to the modules of a model: `targets` and `pair`, in `a`.  Without rules nothing changes.  Errors, naming
 * file and key: CAD_EREFUSED (a target that is no linear of a layer, such as the embedding), CAD_EDATA (no module is a target;
 * an expression that PCRE2 refuses, or that takes too long), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_peft_resolve(cad_lora_config *c, const cad_model_config *m, cad_arena *a);
/* `dir`/adapter_model.safetensors; adapter_model.bin alone is CAD_EREFUSED.  Owner of *out: the caller. */
CAD_MUST_USE cad_status cad_peft_open(const char *dir, cad_safetensors **out);
/* Fills a and b of all n factors (which must be one for each pair of the configuration, in any order) from
 * `dir`/adapter_model.safetensors; F32, BF16 and F16 are read.  Missing or extra keys: CAD_EDATA listing the first three; a
 * shape other than the rank implies: CAD_EDATA, with the pattern that the rank is from.
 * `sink` NULL: every factor is in memory. */
CAD_MUST_USE cad_status cad_peft_read(const char *dir, const cad_lora_config *c, const cad_model_config *m,
                                      const cad_lora_factors *factors, size_t n, cad_lora_sink sink);

/* What cad_peft_read demands of the file, without a value being read: keys, shapes and types. */
CAD_MUST_USE cad_status cad_peft_check_file(const cad_safetensors *f, const cad_lora_config *c, const cad_model_config *m);

/* Writes both files, F32, and a README.md into the existing folder `dir`.  `window` NULL: every factor is in memory. */
CAD_MUST_USE cad_status cad_peft_write(const char *dir, const cad_lora_config *c, const cad_model_config *m,
                                       const cad_lora_factors *factors, size_t n, cad_st_window window);
/* Appends adapter_config.json: indent 2, keys sorted but for those of patterns, whose order has a meaning. */
CAD_MUST_USE cad_status cad_peft_print_config(const cad_lora_config *c, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
