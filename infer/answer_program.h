/* What an answer stands for: its program in Compact IR as it is, or the exchange file of an answer in STEP. */
#ifndef CADLM_INFER_ANSWER_PROGRAM_H
#define CADLM_INFER_ANSWER_PROGRAM_H

#include "core/arena.h"
#include "core/status.h"
#include "eval/convert.h"
#include "model/decoder/generate.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_answer_program {
    const char *text; /* (len) and NUL; NULL: none can be made of the answer */
    size_t len;
    const char *reason; /* why not; "" */
    bool complete;      /* the answer ended by itself: by the end token, or at END-ISO-10303-21; */
} cad_answer_program;

/* `format`: what the answer is written in, ir or step; placeholders of STEP-LLM become ids.  Texts live in `a`, or are those of
 * the answer.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_answer_program_make(const char *text, size_t len, cad_finish finish, cad_format format,
                                                cad_arena *a, cad_answer_program *out);

#ifdef __cplusplus
}
#endif
#endif
