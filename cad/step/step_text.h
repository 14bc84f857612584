/* Strings of STEP files: bytes between apostrophes to UTF-8 and back. */
#ifndef CADLM_CAD_STEP_STEP_TEXT_H
#define CADLM_CAD_STEP_STEP_TEXT_H

#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is wrong in a string: for each kind whether, and where first. */
typedef enum cad_step_text_fault {
    CAD_STEP_TEXT_control,   /* a control byte, dropped */
    CAD_STEP_TEXT_directive, /* bad digits or a bad end of \X\, \X2\ or \X4\ */
    CAD_STEP_TEXT_surrogate, /* half of a pair, read as U+FFFD */
    CAD_STEP_TEXT_unknown,   /* a backslash before anything else, kept */
    CAD_STEP_TEXT_latin1,    /* no UTF-8: the string is read as ISO 8859-1 */
    CAD_STEP_TEXT_FAULTS
} cad_step_text_fault;

typedef struct cad_step_text_faults {
    bool any[CAD_STEP_TEXT_FAULTS];
    size_t at[CAD_STEP_TEXT_FAULTS];
} cad_step_text_faults;

/* Appends what text[0..len), the bytes between the apostrophes, means, in UTF-8; no NUL is among it but by \X\00.  `faults` may
 * be NULL.  ISO 10303-21:2016, 6.4.3.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_text_decode(const char *text, size_t len, cad_buf *out, cad_step_text_faults *faults);
/* Appends UTF-8 as the bytes of a string, apostrophes included: printable ASCII as it is, the rest by \X\, \X2\ and \X4\.  An
 * apostrophe before blanks and a ) or , is \X\27, since OCCT ends a string there.  Bytes that are no UTF-8 become U+FFFD. */
CAD_MUST_USE cad_status cad_step_text_encode(const char *text, size_t len, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
