/* An adapter merged into its base: W' = bf16(f32(W) + s B A), products and sum in f32, one rounding; everything else bf16(W).
 *
 * W is what the adapter learnt on (trained: dequantised where that was NF4, by the very code that training loads with), or
 * the base's own weights (original), which make another model.  Matrices pass one by one; beside the adapter only one layer is
 * in memory.  Nothing is quantised again. */
#ifndef CADLM_MODEL_DECODER_MERGE_H
#define CADLM_MODEL_DECODER_MERGE_H

#include "core/arena.h"
#include "core/status.h"
#include "model/decoder/checkpoint_parts.h"
#include "model/decoder/model_compare.h"
#include "model/hf/model_dir.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_merge_base { CAD_MERGE_trained, CAD_MERGE_original } cad_merge_base;
const char *cad_merge_base_name(cad_merge_base b); /* "trained" */

/* Sets p->weights to what `base` means for the adapter, and that trained is no other base than it learnt on.  Errors:
 * CAD_EINVAL: the original of a base whose files are NF4. */
CAD_MUST_USE cad_status cad_merge_choose(cad_ckpt_parts *p, cad_merge_base base);

#define CAD_MERGE_AGREEMENT 0.995 /* formats.md 7: below that share of equal likeliest tokens a merged model is not kept */
bool cad_merge_agrees(const cad_model_change *c);

/* What is looked at before anything is written; lives in the arena. */
typedef struct cad_merge_plan {
    uint64_t bytes;                /* of all that is written but the card */
    cad_model_files adapter, base; /* what goes along: the adapter's stand before the base's */
} cad_merge_plan;
CAD_MUST_USE cad_status cad_merge_prepare(const cad_ckpt_parts *p, cad_arena *a, cad_merge_plan *out);

/* Writes weights (in files of at most `shard_bytes`, 0: one), config.json and the files of the plan into the existing folder
 * `dir`; not its card.  `p` was chosen for.  Errors: CAD_EINVAL (no adapter), CAD_ENUMERIC naming the tensor, those of the
 * readers and the writer. */
CAD_MUST_USE cad_status cad_merge_write(const cad_ckpt_parts *p, const cad_merge_plan *plan, const char *dir,
                                        uint64_t shard_bytes);

#ifdef __cplusplus
}
#endif
#endif
