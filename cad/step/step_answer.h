/* The exchange file that the answer of a model stands for. */
#ifndef CADLM_CAD_STEP_STEP_ANSWER_H
#define CADLM_CAD_STEP_STEP_ANSWER_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Blanks and the end of an answer, for all that look at one. */
#define CAD_STEP_END_MARK "END-ISO-10303-21;"
static inline bool cad_step_is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r'); /* \t \n \v \f \r */
}
/* Length of the blanks that a text begins with. */
size_t cad_step_blanks(const char *text, size_t len);
/* Whether its last text is the end mark. */
bool cad_step_ends_well(const char *text, size_t len);

/* What an answer is, by its first text. */
typedef enum cad_step_answer_kind {
    CAD_STEP_ANSWER_blank,
    CAD_STEP_ANSWER_file,    /* begins with ISO-10303-21; a byte order mark and comments may stand before it */
    CAD_STEP_ANSWER_section, /* begins with DATA */
    CAD_STEP_ANSWER_ours     /* anything else: compact text; it has no end mark of its own */
} cad_step_answer_kind;
cad_step_answer_kind cad_step_answer_kind_of(const char *text, size_t len);

/* The header that STEP-LLM puts before an answer: six lines from ISO-10303-21; to ENDSEC;, each with its LF. */
extern const char cad_steplm_header[];

/* Appends a whole file: text that begins with ISO-10303-21; as it is; a DATA section behind cad_steplm_header, cut behind its
 * first END-ISO-10303-21; (one that has none stays without: it is incomplete); anything else as text of ours, expanded
 * (text_form.h).  A file or section is not checked: that is cad_step_read's.  Errors: CAD_EDATA (blank text, or what
 * cad_step_text_expand says), CAD_EPARSE (text of ours, with line and column), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_answer(cad_arena *a, const char *text, size_t len, cad_buf *out);
/* The same with legal ids in the place of STEP-LLM's placeholders, as its own tools have it before anything is drawn. */
CAD_MUST_USE cad_status cad_step_answer_legal(cad_arena *a, const char *text, size_t len, cad_buf *out);

/* Bytes of an answer that count: a DATA section up to and with its first END-ISO-10303-21;, any other text whole. */
size_t cad_step_answer_len(const char *text, size_t len);

/* The same while text arrives, in pieces of any length: true from the call on that completes the end.  {0} is the start. */
typedef struct cad_step_end {
    int begun;   /* bytes of DATA that were read; -1: another text, which has no end of its own */
    int matched; /* bytes of the end mark */
} cad_step_end;
bool cad_step_end_seen(cad_step_end *e, const char *text, size_t len);

#ifdef __cplusplus
}
#endif
#endif
