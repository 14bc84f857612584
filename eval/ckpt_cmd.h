/* Inside of cadtool ckpt: what is known of a checkpoint, an adapter or a model.  Included by
 * the command files of ckpt and merge alone. */
#ifndef CADLM_EVAL_CKPT_CMD_H
#define CADLM_EVAL_CKPT_CMD_H

#include "core/json.h"
#include "model/decoder/checkpoint_parts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_ckpt_job {
    cad_arena *arena;
    cad_ckpt_parts parts;
    bool has_base;
    json_t *facts; /* what is told, in this order; "model" and "adapter" are objects */
} cad_ckpt_job;

/* Takes `v` over; NULL is what jansson gives when memory is short: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_ckpt_put(json_t *o, const char *key, json_t *v);
/* Puts "rank" and "scale": of the pairs that the adapter has in this model a number each, or [smallest, largest]. */
CAD_MUST_USE cad_status cad_ckpt_put_ranks(json_t *o, const cad_lora_config *c, const cad_model_config *m);
/* Appends a value as people read it: "2..8". */
CAD_MUST_USE cad_status cad_ckpt_print_value(const char *key, const json_t *v, cad_buf *out);
/* Whether a file of this name lies in the directory that was meant. */
bool cad_ckpt_has(cad_ckpt_job *j, const char *name);
/* Reads all of it and adds identities to the facts.  Errors: the first thing that is not sound, by its kind. */
CAD_MUST_USE cad_status cad_ckpt_verify(cad_ckpt_job *j);

#ifdef __cplusplus
}
#endif
#endif
