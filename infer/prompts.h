/* Where prompts come from: one text, a file of lines, JSON lines. */
#ifndef CADLM_INFER_PROMPTS_H
#define CADLM_INFER_PROMPTS_H

#include "core/arena.h"
#include "core/status.h"
#include "dataprep/retriever.h"
#include "model/decoder/engine.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_prompts {
    cad_prompt *item;     /* id is never NULL: the given one, else the line's number */
    cad_retrieved *found; /* (n) what was retrieved for each; NULL: nothing, or by others */
    int64_t n;
} cad_prompts;

/* Texts live in `a`.  `where` names the source in messages.  No prompt at all: CAD_ENOTFOUND. */
/* One prompt per line; empty lines are passed over. */
CAD_MUST_USE cad_status cad_prompts_lines(const char *text, size_t len, const char *where, cad_arena *a, cad_prompts *out);
/* One object per line: "prompt" or "caption", optional "id" (text or number) and "retrieved"; other fields are skipped, and so
 * is a header line (an object with "schema").  Errors: CAD_EPARSE, CAD_EDATA with the line's number. */
CAD_MUST_USE cad_status cad_prompts_jsonl(const char *text, size_t len, const char *where, cad_arena *a, cad_prompts *out);

#ifdef __cplusplus
}
#endif
#endif
