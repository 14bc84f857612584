/* What the files of eval/answers share. */
#ifndef CADLM_EVAL_ANSWERS_IMPL_H
#define CADLM_EVAL_ANSWERS_IMPL_H

#include "core/fs.h"
#include "eval/answers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CAD_EINTR once a->stop is set; what was finished is in the files. */
CAD_MUST_USE cad_status cad_answers_go_on(const cad_answers *a);
/* Opens a JSONL file of the answers' folder for appending; a new one, or one that was killed before its first line, gets its
 * header. */
CAD_MUST_USE cad_status cad_answers_append(const cad_answers *a, const char *name, const char *kind, cad_appender **out);

#ifdef __cplusplus
}
#endif
#endif
