/* Prompt templates: the exact bytes around caption, retrieved parts and answer (prompt.template).
 *
 * A template is literal text with the slots {caption}, {retrieved} and {output}; {output} is its end.  The prompt is everything
 * before {output}.  Prompt and answer are tokenised apart, each as one text, and concatenated, in training, evaluation and
 * inference alike.  What a prompt's slots hold enters without its final LFs, the answer as its row holds it; both are plain text:
 * a special token's text inside a slot stays text.
 * Special tokens may stand in the literal parts (of a template file); only there they are parsed. */
#ifndef CADLM_MODEL_TEXT_TEMPLATE_H
#define CADLM_MODEL_TEXT_TEMPLATE_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/hash.h"
#include "core/status.h"
#include "model/text/tokenizer.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_TEMPLATE_MAX_BYTES ((size_t)64 << 10)
enum { CAD_TEMPLATE_PARTS = 8 };

typedef enum cad_template_slot { CAD_SLOT_literal, CAD_SLOT_caption, CAD_SLOT_retrieved } cad_template_slot;

typedef struct cad_template {
    const char *name; /* "ir", .., "file" */
    const char *text; /* all bytes, with the names of the slots and {output} */
    size_t len;
    bool has_retrieved;
    char hash[CAD_HASH_HEX]; /* XXH3-128 of text */
    struct {
        cad_template_slot slot;
        size_t begin, end;      /* bytes of text, for literals */
    } part[CAD_TEMPLATE_PARTS]; /* everything before {output} */
    int n_parts;
} cad_template;

/* `name`: ir, step, step-rag, cad0, steplm-rag, steplm-norag (the prompts of STEP-LLM), or file with the path of the template;
 * "file:PATH" does the same with file == NULL.  The result lives in `a`.  Errors: CAD_ECONFIG (unknown name, a slot missing,
 * twice or unknown, {output} not last). */
CAD_MUST_USE cad_status cad_template_get(const char *name, const char *file, cad_arena *a, const cad_template **out);
/* The same from text, for a pack or checkpoint that stores it. */
CAD_MUST_USE cad_status cad_template_parse(const char *name, const char *text, size_t len, cad_arena *a,
                                           const cad_template **out);

/* Of which kind answers to it are, where the text itself says so, as that of cad0 and of step-rag does, also when read from a
 * file; else NULL: ir and step have the same bytes. */
const char *cad_template_kind(const cad_template *t);
/* For rows of which kind, "ir" or "step", the built-in template of that name is; NULL: a file, or no such name. */
const char *cad_template_named_kind(const char *name);
/* The built-in template for rows of a kind that show something retrieved, or nothing; NULL: there is none. */
const char *cad_template_default(const char *kind, bool retrieved);
/* Appends the names of all that suit such rows, by blanks, a file as the last. */
CAD_MUST_USE cad_status cad_template_names(const char *kind, bool retrieved, cad_buf *out);

/* What fills the slots; retrieved blocks stand best first, one LF between.  Blocks for a template without {retrieved} are
 * CAD_EINVAL; no block leaves the slot empty. */
typedef struct cad_prompt_slots {
    const char *caption;
    const char *const *retrieved;
    size_t n_retrieved;
} cad_prompt_slots;

/* Appends blocks as they stand in {retrieved}: one such text as the only block gives the same prompt. */
CAD_MUST_USE cad_status cad_template_join(const char *const *block, size_t n, cad_buf *out);

/* Appends the prompt's text. */
CAD_MUST_USE cad_status cad_template_prompt(const cad_template *t, const cad_prompt_slots *slots, cad_buf *out);
/* Appends the prompt's ids: the text between two special tokens of the literal parts is encoded as one text.  No BOS. */
CAD_MUST_USE cad_status cad_template_encode(const cad_template *t, const cad_prompt_slots *slots, const cad_tokenizer *tok,
                                            cad_ids *out);
/* Appends the ids of prompt and answer as one text, as tools do that know no difference; *out_prompt: those of the prompt alone
 * are the first so many of them, or 0 where they are not. */
CAD_MUST_USE cad_status cad_template_encode_whole(const cad_template *t, const cad_prompt_slots *slots, const char *answer,
                                                  const cad_tokenizer *tok, cad_ids *out, size_t *out_prompt);

#ifdef __cplusplus
}
#endif
#endif
