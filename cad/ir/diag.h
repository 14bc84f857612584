/* Diagnostics of a Compact IR program: an ordered list with places, in the two forms of spec section 13.
 *
 * Lines are physical and counted from 0 as vcad counts them; columns count characters from 1 (a tab is one).  People see
 * both from 1.  Messages live in the arena given to cad_diags_init; codes are static text. */
#ifndef CADLM_CAD_IR_DIAG_H
#define CADLM_CAD_IR_DIAG_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_DIAGS_KEPT = 100 };

typedef enum cad_severity { CAD_SEVERITY_error, CAD_SEVERITY_warning } cad_severity;

typedef struct cad_diag {
    cad_severity severity;
    const char *code;    /* "arity", "dangling-ref", "too-thick", .. */
    int64_t line;        /* physical, from 0 */
    int32_t column;      /* characters, from 1 */
    int32_t node;        /* id of the node meant, -1: none */
    const char *message; /* control bytes and invalid UTF-8 are shown as \xNN */
} cad_diag;

/* The first CAD_DIAGS_KEPT findings; the counters go on.  An error that finds the list full of warnings takes the place of
 * the last one, so a program with errors always shows one. */
typedef struct cad_diags {
    cad_arena *arena;
    bool strict; /* a warning is recorded as an error */
    int32_t n;
    int64_t n_errors, n_warnings;
    cad_diag item[CAD_DIAGS_KEPT];
} cad_diags;

/* Empty list; `arena` must outlive it. */
void cad_diags_init(cad_diags *d, cad_arena *arena);

/* Where a finding belongs. */
typedef struct cad_place {
    int64_t line;   /* from 0 */
    int32_t column; /* from 1 */
    int32_t node;   /* -1: none */
} cad_place;

/* Adds a finding.  `code` is kept as a pointer to static text.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_diags_add(cad_diags *d, cad_severity severity, const char *code, cad_place at, const char *fmt, ...)
    CAD_PRINTF(5, 6);
/* The first error, or NULL. */
const cad_diag *cad_diags_first_error(const cad_diags *d);
/* The first finding with this code, or NULL. */
const cad_diag *cad_diags_find(const cad_diags *d, const char *code);

/* One line per finding: "part.ir:2:1: error: Y requires 2 args, got 1 [arity]". */
CAD_MUST_USE cad_status cad_diags_print(const cad_diags *d, const char *file, cad_buf *out);
/* JSON array of {"severity","code","line","at","node","message"}; `node` is null for none. */
CAD_MUST_USE cad_status cad_diags_json(const cad_diags *d, cad_buf *out);

/* Appends `len` bytes as they may be shown: valid UTF-8 as it is, control bytes and everything else as \xNN. */
CAD_MUST_USE cad_status cad_diag_visible(cad_buf *out, const char *text, size_t len);

/* Length of the UTF-8 character at `text`, 0 when there is none (overlong forms, surrogates and cut ends included). */
size_t cad_diag_utf8(const char *text, size_t left);

#ifdef __cplusplus
}
#endif
#endif
