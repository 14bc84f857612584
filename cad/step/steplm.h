/* What the tools released with STEP-LLM (github.com/JasonShiii/STEP-LLM at 0c2db20) do to the text of STEP files, byte for byte,
 * defects included, so that adapters and figures made with them can be used.  They read text, not STEP: strings and comments mean
 * nothing to them.  Digits and blanks count as such in ASCII alone. */
#ifndef CADLM_CAD_STEP_STEPLM_H
#define CADLM_CAD_STEP_STEPLM_H

#include "core/buf.h"
#include "core/status.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* round_step_numbers.py: appends the text with bytes that are no UTF-8 taken out, CRLF and CR as LF, and each number that holds a
 * point and digits on both sides of it rounded to six places ("12.3456789" to 12.345679, "1.83697019E-16" to 1.836970E-16; "1."
 * and ".5" stay).  *out_numbers, which may be NULL: how many.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_steplm_round(const char *text, size_t len, cad_buf *out, int64_t *out_numbers);

#ifdef __cplusplus
}
#endif
#endif
