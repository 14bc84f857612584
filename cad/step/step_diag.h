/* Findings about a STEP file: what, where, how bad (codes of ISO 10303-21 reading, in STEP_DIAGS below). */
#ifndef CADLM_CAD_STEP_STEP_DIAG_H
#define CADLM_CAD_STEP_STEP_DIAG_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* code (its first three letters), severity when tolerant, severity when conformant, meaning */
#define CAD_STEP_DIAGS(X)                                                                                                      \
    X(L01, error, error, "a byte that starts no token")                                                                        \
    X(L02, error, error, "unterminated comment")                                                                               \
    X(L03, error, error, "unterminated string")                                                                                \
    X(L04, error, error, "malformed number")                                                                                   \
    X(L05, warning, error, "a form of number outside the grammar")                                                             \
    X(L05_case, warning, error, "a lower-case exponent")                                                                       \
    X(L06, error, error, "a real that overflows")                                                                              \
    X(L07, error, error, "an integer outside 64 bits")                                                                         \
    X(L08, warning, error, "lower case in a keyword")                                                                          \
    X(L09, warning, error, "byte order mark, NUL or control byte")                                                             \
    X(L09_string, warning, error, "control byte in a string")                                                                  \
    X(L10, warning, error, "bad digits or end of a directive in a string")                                                     \
    X(L11, warning, error, "half of a surrogate pair in a string")                                                             \
    X(L12, warning, error, "unknown directive in a string")                                                                    \
    X(L13, warning, error, "strings that are not UTF-8, read as ISO 8859-1")                                                   \
    X(S01, error, error, "not an exchange file")                                                                               \
    X(S02, error, error, "no DATA section")                                                                                    \
    X(S03, warning, warning, "bytes behind the end")                                                                           \
    X(S04, error, error, "unexpected token")                                                                                   \
    X(S05, error, error, "unbalanced list")                                                                                    \
    X(S06, error, error, "missing semicolon")                                                                                  \
    X(S07, warning, error, "empty parameter, read as $")                                                                       \
    X(S08, warning, error, "section not closed, or the end is missing")                                                        \
    X(S09, warning, warning, "partial types not in ascending order")                                                           \
    X(S10, warning, error, "SCOPE")                                                                                            \
    X(H01, warning, error, "header or one of its entities missing")                                                            \
    X(H02, warning, error, "header entities in another order")                                                                 \
    X(H03, warning, error, "header entity with another number of parameters")                                                  \
    X(H04, warning, error, "unknown implementation level")                                                                     \
    X(H05, warning, error, "unknown schema")                                                                                   \
    X(R01, error, error, "id defined twice")                                                                                   \
    X(R02, error, error, "reference to an id that nothing defines")                                                            \
    X(R03, warning, error, "constant or value name that nothing binds")                                                        \
    X(R04, warning, error, "id 0")                                                                                             \
    X(R04_zeros, warning, warning, "id with leading zeros")                                                                    \
    X(R05, warning, warning, "cycle of references")                                                                            \
    X(T01, warning, error, "another number of parameters than the type has, or rows of unlike lengths")                        \
    X(T02, warning, error, "another kind of value than a reference")                                                           \
    X(T02_value, warning, error, "parameter of another kind")                                                                  \
    X(T03, warning, error, "reference to an instance of another class")                                                        \
    X(T04, warning, error, "$ for a reference that is required")                                                               \
    X(T04_value, warning, error, "$ for a value that is required")                                                             \
    X(T05, warning, error, "integer for a real")                                                                               \
    X(G01, warning, warning, "a direction or vector of length zero")                                                           \
    X(G02, warning, warning, "a radius or half axis that is not positive")                                                     \
    X(G03, warning, warning, "an axis and a reference direction that are parallel")                                            \
    X(G04, warning, warning, "a length or coordinate beyond what parts have")                                                  \
    X(G05, warning, warning, "a loop that does not close")                                                                     \
    X(G06, warning, warning, "an edge of a closed shell not used once in each sense")                                          \
    X(G07, warning, warning, "a vertex off the curve of its edge")                                                             \
    X(G08, warning, warning, "a vertex off the surface of its face")                                                           \
    X(G09, warning, warning, "a face without a bound, or a shell without a face")                                              \
    X(X01, error, error, "a limit")

typedef enum cad_step_code {
#define X(code, tolerant, conformant, meaning) CAD_STEP_##code,
    CAD_STEP_DIAGS(X)
#undef X
        CAD_STEP_CODES
} cad_step_code;

/* What a check looks at, in the order in which it fails. */
#define CAD_STEP_STAGE_LIST(X) X(parse) X(reference) X(type) X(geometry)

typedef enum cad_step_stage {
#define X(name) CAD_STEP_STAGE_##name,
    CAD_STEP_STAGE_LIST(X)
#undef X
        CAD_STEP_STAGES
} cad_step_stage;

typedef enum cad_step_severity { CAD_STEP_error, CAD_STEP_warning } cad_step_severity;

typedef struct cad_step_diag {
    cad_step_code code;
    cad_step_severity severity;
    uint32_t at, len; /* bytes of the source */
    uint64_t id;      /* of the instance, 0: none */
    const char *text; /* what was expected and what was found; printable UTF-8 */
} cad_step_diag;

enum { CAD_STEP_DIAGS_KEPT = 200 };

/* The first 200 findings; all are counted.  An error that finds the list full of warnings takes the place of the last one. */
typedef struct cad_step_diags {
    cad_arena *arena; /* of the texts; NULL until there is one: whoever owns the findings destroys it */
    bool conformant;
    int32_t n;
    int64_t n_errors, n_warnings, count[CAD_STEP_CODES];
    cad_step_diag item[CAD_STEP_DIAGS_KEPT];
    cad_step_diag first[CAD_STEP_CODES]; /* of each code with a count, the finding that came first */
} cad_step_diags;

/* "S04"; and what it means in a few words. */
const char *cad_step_code_name(cad_step_code code);
const char *cad_step_code_meaning(cad_step_code code);
cad_step_stage cad_step_code_stage(cad_step_code code);
const char *cad_step_stage_name(cad_step_stage stage); /* "parse" */

/* Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_diags_add(cad_step_diags *d, cad_step_code code, uint32_t at, uint32_t len, uint64_t id,
                                           const char *fmt, ...) CAD_PRINTF(6, 7);
/* In the order of the text; of one place in the order in which they were found. */
void cad_step_diags_sort(cad_step_diags *d);
/* "error", "warning". */
const char *cad_step_severity_name(cad_step_severity severity);
/* The first error, or NULL. */
const cad_step_diag *cad_step_diags_first_error(const cad_step_diags *d);

#ifdef __cplusplus
}
#endif
#endif
