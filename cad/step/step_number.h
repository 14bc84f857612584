/* Numbers of STEP files: text to binary64 and back. */
#ifndef CADLM_CAD_STEP_STEP_NUMBER_H
#define CADLM_CAD_STEP_STEP_NUMBER_H

#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_step_number_form {
    CAD_STEP_NUMBER_legal,
    CAD_STEP_NUMBER_loose,    /* ".5", "1E5", "1.e3": read, but no number of the grammar */
    CAD_STEP_NUMBER_malformed /* "-", "1.E", "1.5.2" */
} cad_step_number_form;

typedef struct cad_step_number {
    size_t len; /* bytes of the text that were taken, also of a malformed number */
    cad_step_number_form form;
    bool real;      /* it has a point or an exponent */
    bool too_large; /* an integer outside int64, a real that rounds to infinity */
    union {
        int64_t integer;
        double value; /* correctly rounded to nearest, ties to even; -0. keeps its sign */
    };
} cad_step_number;

enum { CAD_STEP_EXACT_POWER = 22 }; /* the largest power of ten that is a double */
extern const double cad_step_powers[CAD_STEP_EXACT_POWER + 1];

/* Reads the number that begins at text[0], a sign, digit or point; len > 0.  Time: linear in its length. */
void cad_step_number_read(const char *text, size_t len, cad_step_number *out);

/* value times 10^power by moving its decimal point: the double nearest to the decimal that the value's shortest digits make, so
 * that one decimal in two units gives one double.  Where that is beyond the doubles, the value as it was. */
double cad_step_number_shift(double value, int power);

/* Appends the canonical real: the fewest digits that read back to the same double; fixed notation while the exponent of the
 * leading digit is -5 .. 14, else "1.5E-7"; always with a point; -0. keeps its sign.  The value must be finite. */
CAD_MUST_USE cad_status cad_step_number_print(double value, cad_buf *out);
/* The same into `out`, without NUL; returns its length. */
enum { CAD_STEP_NUMBER_TEXT = 32 };
size_t cad_step_number_text(double value, char out[CAD_STEP_NUMBER_TEXT]);

#ifdef __cplusplus
}
#endif
#endif
