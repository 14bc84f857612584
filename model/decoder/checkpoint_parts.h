/* The parts of a checkpoint: which directory holds the base weights, which the adapter, and what the run that wrote them
 * recorded; found before any weight is read, for all who open models (the engine, cadtool logprob, convert merge, ckpt).
 *
 * A checkpoint is a model directory (config.json), a PEFT adapter (adapter_config.json, whose base is looked for), or a run,
 * which stands for its best checkpoint, else its latest. */
#ifndef CADLM_MODEL_DECODER_CHECKPOINT_PARTS_H
#define CADLM_MODEL_DECODER_CHECKPOINT_PARTS_H

#include "core/arena.h"
#include "core/status.h"
#include "model/decoder/decoder.h"
#include "model/text/template.h"
#include "model/text/tokenizer.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_ckpt_parts {
    const char *path;       /* the directory that was meant */
    const char *base;       /* of the base weights */
    const char *adapter;    /* PEFT directory; NULL: none */
    cad_model_config model; /* of the base */
    cad_lora_config lora;   /* rank 0: no adapter */
    cad_weights weights;    /* how the adapter saw the base, by model.weights of its run; fp32 where nobody recorded it */
    bool double_quant;
    bool bos; /* prompts begin with the tokenizer's begin token, where it has one: not where prompt.bos was off */
    const char *recorded_base; /* model.path of the adapter's run; NULL: not recorded */
    const char *base_hash;     /* cad_decoder_base_hash of what the adapter learnt on; NULL: not recorded */
    const char *waived;        /* by the data of its run: words of audit.waive, and "leaky"; "" none, or not recorded */
    const char *rag_index;     /* XXH3-128 of the index that its rows were retrieved with; "" none, or not recorded */
    const char *kind;          /* of its answers, "ir" or "step": as its run recorded, else by its template, else NULL */
    bool other_base;           /* a base of another hash is told of, not refused: the user named it */
    const char *named_base; /* what adapter_config.json names, where no hash tells and the user named another base; else NULL */
} cad_ckpt_parts;

/* Fills path, base or adapter, and what its run recorded (base_hash to kind).  `ckpt` NULL: the embedded models/tiny.  Strings
 * live in `a`, also below.  Errors: CAD_EUSAGE (""), CAD_ENOTFOUND (also a checkpoint without DONE), those of cad_file_expect.
 */
CAD_MUST_USE cad_status cad_ckpt_parts_find(const char *ckpt, cad_arena *a, cad_ckpt_parts *out);
/* Fills the rest.  `adapter`: what is put on the model that was found, a PEFT directory, checkpoint or run; it is the
 * checkpoint then (path, tokenizer, template), the model its base.  NULL: what the checkpoint is.  The base of an adapter is
 * looked for as recorded by its run, as adapter_config.json names it, beside the adapter, in a tree that was moved with it, and
 * last among the shipped models.  Errors: CAD_EDATA (two adapters, or none), those of cad_ckpt_parts_find and of the readers;
 * that of cad_ckpt_parts_no_base, where the base is NULL and all but the model's configuration is filled. */
CAD_MUST_USE cad_status cad_ckpt_parts_read(cad_ckpt_parts *p, const char *adapter, cad_arena *a);
/* CAD_ENOTFOUND: the base of an adapter is nowhere; which one, and what helps. */
CAD_MUST_USE cad_status cad_ckpt_parts_no_base(const cad_ckpt_parts *p);
/* *out = the path of a file of the checkpoint, else of its base, where that is known; it need not exist. */
CAD_MUST_USE cad_status cad_ckpt_parts_file(const cad_ckpt_parts *p, const char *name, cad_arena *a, const char **out);
/* *out = its tokenizer, which the caller destroys.  Errors: those of cad_tokenizer_load; CAD_EDATA: more tokens than rows. */
CAD_MUST_USE cad_status cad_ckpt_parts_tokenizer(const cad_ckpt_parts *p, cad_arena *a, cad_tokenizer **out);
/* Ids that end an answer: those of the model's configuration and the tokenizer's end of text, each once.  Returns how many. */
enum { CAD_CKPT_STOPS = CAD_CONFIG_MAX_EOS + 1 };
int64_t cad_ckpt_stops(const cad_model_config *c, const cad_tokenizer *t, uint32_t out[CAD_CKPT_STOPS]);
/* *out = the template that it learnt with, in `a`; NULL: it has none.  Errors: those of cad_template_get, naming the file. */
CAD_MUST_USE cad_status cad_ckpt_parts_template(const cad_ckpt_parts *p, cad_arena *a, const cad_template **out);
/* What the parts say about options of a decoder: weights, double_quant and LoRA without dropout.  The caller sets the rest. */
void cad_ckpt_parts_options(const cad_ckpt_parts *p, cad_decoder_opts *o);
const char *cad_weights_name(cad_weights w); /* as model.weights: "nf4" */
/* Base and adapter into a decoder that was created with these options.  Errors: CAD_EDATA (another base than the adapter learnt
 * on, with both hashes), those of the readers. */
CAD_MUST_USE cad_status cad_ckpt_parts_load(const cad_ckpt_parts *p, cad_decoder *d);

#ifdef __cplusplus
}
#endif
#endif
