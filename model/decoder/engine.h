/* A checkpoint ready to answer prompts: decoder, adapter, tokenizer and template, opened together and checked against each
 * other.
 *
 * What may be opened: a model directory (config.json, *.safetensors, tokenizer.json; template.txt optional), a checkpoint of a
 * run (such a directory, or a PEFT adapter with tokenizer.json, template.txt, config.ini; its base is named by
 * adapter_config.json), or a plain PEFT directory whose base holds the tokenizer.  Links (`best`, `latest`) are followed; a
 * run's checkpoint without DONE does not exist.  Used by cadgen, cadeval and the trainer's samples. */
#ifndef CADLM_MODEL_DECODER_ENGINE_H
#define CADLM_MODEL_DECODER_ENGINE_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"
#include "model/decoder/decoder.h"
#include "model/decoder/generate.h"
#include "model/text/template.h"
#include "model/text/tokenizer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_engine cad_engine;

typedef struct cad_prompt {
    const char *caption;
    const char *retrieved; /* text of the retrieved block, NULL unless the template has a slot for it */
    const char *id;        /* names the prompt to the random numbers; NULL: the caption does */
    const uint32_t *ids;   /* (n_ids) the whole prompt as it was packed, taken in place of caption and retrieved; NULL: none */
    int64_t n_ids;
} cad_prompt;

typedef struct cad_engine_opts {
    const char *template_name; /* "ir", .., "file:PATH"; NULL: template.txt of the checkpoint, else "ir" */
    bool other_template;       /* template_name may differ from the checkpoint's template.txt (audit.waive = template) */
    const char *device;        /* as run.device; NULL: "cpu" */
    int64_t slots;             /* sequences at once; 0: 64 */
    int64_t context;           /* prompt and answer in tokens; 0: 1024; never more than the model's own limit */
    int64_t max_new;           /* of them the longest answer, for advice where memory lacks; 0: not known */
    const cad_prompt *prompt;  /* (n_prompts) what will be asked: `context` is then what the longest of them and max_new take */
    int64_t n_prompts;         /* 0: not known */
} cad_engine_opts;

/* `ckpt` NULL: the embedded base models/tiny (cad_engine_default_path).  Errors: CAD_ENOTFOUND naming the path,
 * CAD_EDATA when parts do not fit (vocabulary larger than the matrices, adapter of another shape), CAD_ECONFIG for another
 * template than the checkpoint learnt with: both hashes. */
CAD_MUST_USE cad_status cad_engine_open(const char *ckpt, const cad_engine_opts *o, cad_engine **out);
/* The same over a decoder that is already there (the trainer's), with generation planned in; takes nothing over.  `bos`: the id
 * in front of every prompt, -1: none. */
CAD_MUST_USE cad_status cad_engine_wrap(cad_decoder *d, const cad_tokenizer *t, const cad_template *tpl, int64_t bos,
                                        cad_engine **out);
void cad_engine_close(cad_engine *e);

/* *out = where models/tiny lies (cad_share_find). */
CAD_MUST_USE cad_status cad_engine_default_path(cad_buf *out);

/* *out = the directory that `ckpt` (NULL: the embedded base) stands for: itself, or the best (else the latest) checkpoint of a
 * run.  Errors: as cad_engine_open. */
CAD_MUST_USE cad_status cad_engine_resolve(const char *ckpt, cad_buf *out);

/* What can be told before any weight is read; texts live in `a`. */
typedef struct cad_engine_facts {
    const char *path;             /* as cad_engine_resolve */
    const char *kind, *rag_index; /* as in cad_engine_info */
    bool kind_recorded;           /* its run, or a template of one kind alone, says the kind; else it is a guess */
    const char *waived;           /* as cad_engine_waived */
    bool has_retrieved;
} cad_engine_facts;
/* `template_name` as in cad_engine_opts.  Errors: as cad_engine_open. */
CAD_MUST_USE cad_status cad_engine_peek(const char *ckpt, const char *template_name, cad_arena *a, cad_engine_facts *out);

/* Appends what the data of a checkpoint waived (words of audit.waive by commas), as its trainer_state.json says; nothing where
 * there is none. */
CAD_MUST_USE cad_status cad_engine_waived(const char *ckpt, cad_buf *out);

typedef struct cad_engine_info {
    const char *path;    /* as resolved */
    const char *base;    /* directory of the base weights */
    const char *adapter; /* NULL: none */
    const char *hash;    /* XXH3-128 over base hash, adapter, options, storage: names what answers in keys of results */
    const char *tokenizer_hash, *template_hash, *template_text;
    const char *kind;      /* of its answers, "ir" or "step": as recorded, else by the template, else ir */
    const char *rag_index; /* XXH3-128 of the retrieval index that it learnt with; "": none, or not recorded */
    bool has_retrieved;    /* the template has a slot for retrieved parts */
    int64_t parameters;    /* of the base; an adapter is not counted */
    int64_t context, slots;
} cad_engine_info;
cad_engine_info cad_engine_get_info(const cad_engine *e);
cad_decoder *cad_engine_decoder(cad_engine *e);

typedef struct cad_decode {
    cad_sampling sampling;
    int64_t max_new; /* 0: 4096, cut to the context */
    int64_t samples; /* answers of each prompt; 0: 1 */
    uint64_t seed;
} cad_decode;

typedef struct cad_answer {
    int64_t prompt, sample; /* indices */
    const char *text;       /* (len) and NUL, UTF-8 (other bytes become U+FFFD); borrowed during the callback */
    size_t len;
    int64_t n_tokens; /* drawn, the end token included */
    double logprob;
    cad_finish finish;
    uint64_t seed; /* the seed this answer was drawn with */
    double ms;     /* since the start of the call */
} cad_answer;
typedef cad_status (*cad_answer_fn)(void *ctx, const cad_answer *a);

/* Answers every prompt `samples` times; `done` is called in order of completion.  An answer that begins with DATA ends behind
 * its first END-ISO-10303-21;, as with a stop token: the same bytes as if what follows were drawn and cut away.  A prompt that
 * is too long is CAD_EINVAL naming it.  `step` as in cad_generate, may be NULL. */
CAD_MUST_USE cad_status cad_engine_generate(cad_engine *e, const cad_prompt *prompts, int64_t n, const cad_decode *o,
                                            cad_answer_fn done, cad_gen_step step, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
