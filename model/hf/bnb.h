/* bnb-4bit checkpoints: model directories whose linears are NF4 codes, as transformers and bitsandbytes write and load them.
 *
 * A linear X.weight of shape (out, in) is stored as
 *   X.weight                               (n/2, 1) U8, or F16, BF16, F32 holding the same bytes; n = out in
 *   X.weight.absmax                        (n/block) F32, or U8 when nested
 *   X.weight.quant_map                     (16) F32: the levels of NF4
 *   X.weight.nested_absmax, .nested_quant_map   (n/block/256), (256) F32, nested only
 *   X.weight.quant_state.bitsandbytes__nf4 U8: the bytes of a JSON object
 * and config.json names it in quantization_config.  Layout: bitsandbytes 0.50, QuantState.as_dict (bitsandbytes/functional.py).
 * Files and quantization_config must agree; FP4, int8 and other methods are refused by name. */
#ifndef CADLM_MODEL_HF_BNB_H
#define CADLM_MODEL_HF_BNB_H

#include "core/buf.h"
#include "core/status.h"
#include "kernels/ops.h"
#include "model/hf/safetensors.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What quantization_config of a config.json says. */
typedef struct cad_quant {
    bool nf4;             /* linears are NF4; false: all tensors are plain, and the rest is unused */
    bool nested;          /* bnb_4bit_use_double_quant: scales are 8-bit codes themselves */
    cad_st_dtype storage; /* bnb_4bit_quant_storage: U8, F16, BF16, F32 */
} cad_quant;

/* `v`: the member quantization_config, NULL or null where there is none; `where` names the file in messages.
 * Errors, naming the key: CAD_EREFUSED (another method, FP4, int8), CAD_EDATA (a key that is not known, a contradiction, a
 * wrong type). */
CAD_MUST_USE cad_status cad_bnb_read_config(const json_t *v, const char *where, cad_quant *out);
/* The member to write, a new reference; NULL: out of memory.  q->nf4 holds. */
json_t *cad_bnb_make_config(const cad_quant *q);

/* The JSON of one linear. */
typedef struct cad_bnb_state {
    int64_t out, in;
    int64_t block; /* 32 .. 4096, a power of two */
    bool nested;
    float offset;   /* nested only: of the scales */
    cad_dtype from; /* what was quantised: CAD_F32, CAD_BF16, CAD_F16 */
} cad_bnb_state;
enum { CAD_BNB_MAX_STATE = 4096 }; /* bytes of it that are read */

/* Key order and blanks are free; unknown keys are refused, as are FP4 and blocks of other sizes.  Errors: CAD_EPARSE,
 * CAD_EREFUSED, CAD_EDATA, naming `where` and the key. */
CAD_MUST_USE cad_status cad_bnb_parse_state(const char *text, size_t len, const char *where, cad_bnb_state *out);
/* Appends it, with blanks as Python's json writes them. */
CAD_MUST_USE cad_status cad_bnb_print_state(const cad_bnb_state *s, cad_buf *out);

/* ---- reading ---- */
/* Whether the tensor holds the codes of a linear, whatever its type says: another tells their state. */
bool cad_bnb_is_codes(const cad_safetensors *f, const cad_st_tensor *t);
typedef struct cad_bnb_matrix {
    cad_bnb_state state;
    int64_t bytes, blocks; /* of codes, ceil(n/2); scales, ceil(n/block) */
    const cad_st_tensor *codes, *scales;
    const cad_st_tensor *outer; /* nested: nested_absmax */
    float map[256];             /* nested: of the file */
} cad_bnb_matrix;

/* Length of X.weight where `name` is X.weight.absmax or another tensor beside the codes (FP4's state too), else 0. */
size_t cad_bnb_part_of(const char *name);
/* The tensors of linear `name` ("..q_proj.weight") of shape (out, in), each checked for type and shape, the JSON and both maps
 * read.  f must outlive *m.  Errors: CAD_EREFUSED (FP4, int8), CAD_EDATA, naming tensor, file, found and expected; CAD_EPARSE;
 * those of reading. */
CAD_MUST_USE cad_status cad_bnb_find(const cad_safetensors *f, const cad_quant *q, const char *name, int64_t out, int64_t in,
                                     cad_bnb_matrix *m);
/* codes (bytes), element 2j in the high nibble of byte j. */
CAD_MUST_USE cad_status cad_bnb_read_codes(const cad_safetensors *f, const cad_bnb_matrix *m, uint8_t *codes);
/* Not nested: absmax (blocks) f32.  CAD_EDATA: a scale that is not finite. */
CAD_MUST_USE cad_status cad_bnb_read_scales(const cad_safetensors *f, const cad_bnb_matrix *m, float *absmax);
/* Nested: q (blocks) and outer (ceil(blocks/256)); absmax_i = map[q_i] outer[i/256] + offset, two roundings. */
CAD_MUST_USE cad_status cad_bnb_read_nested(const cad_safetensors *f, const cad_bnb_matrix *m, uint8_t *q, float *outer);

/* ---- writing ---- */
typedef struct cad_bnb_sizes {
    uint64_t before, after; /* bytes of tensors */
    int64_t matrices;       /* quantised */
} cad_bnb_sizes;

/* What becomes of a tensor: its matrix quantised in blocks of 64, rounded to BF16, or left out. */
typedef enum cad_bnb_kind { CAD_BNB_linear, CAD_BNB_plain, CAD_BNB_left_out } cad_bnb_kind;
typedef cad_bnb_kind (*cad_bnb_kind_of)(void *ctx, const cad_st_tensor *t);
/* What cad_bnb_write would write, without a look at values; *out is at most a few bytes too large for each linear that is
 * nested. Errors: CAD_EDATA (a linear that is no matrix), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_bnb_measure(const cad_safetensors *f, bool nested, cad_bnb_kind_of kind_of, void *ctx,
                                        cad_bnb_sizes *out);
/* Writes what `f` holds, each tensor as `kind_of` says, into the existing folder `dir` in files of at most `shard_bytes` bytes
 * (cad_st_write_dir).  `ops` must work in host memory.  Errors: CAD_ENUMERIC (a weight that is not finite, named), CAD_EDATA (a
 * linear that is no matrix), CAD_EREFUSED (tensors that are no numbers), those of cad_st_write_dir. */
CAD_MUST_USE cad_status cad_bnb_write(const char *dir, const cad_safetensors *f, bool nested, uint64_t shard_bytes,
                                      cad_bnb_kind_of kind_of, void *ctx, const cad_ops *ops, cad_bnb_sizes *out);

#ifdef __cplusplus
}
#endif
#endif
