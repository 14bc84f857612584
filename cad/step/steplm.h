/* What the tools released with STEP-LLM (github.com/JasonShiii/STEP-LLM at 0c2db20) do to the text of STEP files, byte for
 * byte, defects included, so that adapters and figures made with them can be used.  They read text, not STEP: strings and
 * comments mean nothing to them.  Digits and blanks count as such in ASCII alone.  All append to *out, which holds UTF-8 with
 * LF. */
#ifndef CADLM_CAD_STEP_STEPLM_H
#define CADLM_CAD_STEP_STEPLM_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* round_step_numbers.py: the text with bytes that are no UTF-8 taken out, CRLF and CR as LF, and each number that holds a point
 * and digits on both sides of it rounded to six places ("12.3456789" to 12.345679, "1.83697019E-16" to 1.836970E-16; "1." and
 * ".5" stay).  *out_numbers, which may be NULL: how many.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_steplm_round(const char *text, size_t len, cad_buf *out, int64_t *out_numbers);

/* step_restructurer.py: what four types of roots reach, each in pre-order, numbered from 1, with annotations and placeholders
 * (shared/spec/step-llm.md 3.1).  Text that is no UTF-8 is read as ISO 8859-1.  What other roots alone reach is lost:
 * *out_lost, which may be NULL, counts the entities that were read and not written.  Scratch: about 400 bytes of `a` for each
 * semicolon and as much as the text, rewound.  Time: linear, and for each root of type
 * MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION what it reaches.  Errors: CAD_EDATA (no DATA section that ENDSEC;
 * closes, an id of more than 19 digits, roots of that type that together reach more than 256 times the file and 2^28 references
 * beside; nothing is appended), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_steplm_reorder(cad_arena *a, const char *text, size_t len, cad_buf *out, int64_t *out_lost);

typedef enum cad_steplm_group {
    CAD_STEPLM_GROUP_strict, /* of one type as many as are ready, one behind the other */
    CAD_STEPLM_GROUP_type,   /* of the same depth, those of the type that came last go first */
    CAD_STEPLM_GROUP_none
} cad_steplm_group;

/* reorder_step.py of the first commit (52e352c): what stands in the DATA section behind all that it refers to, the shallowest
 * first, numbered from 1; the rest stays.  Where that tool gives up because a chain is too long for its recursion, this does
 * not. Scratch: about 160 bytes of `a` for each semicolon, 8 for each reference and as much as the text, rewound.  Errors:
 * CAD_EDATA (no DATA; or ENDSEC; on a line of its own, a block that begins with no id, a cycle, an id of more than 19 digits;
 * nothing is appended), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_steplm_topo(cad_arena *a, const char *text, size_t len, cad_steplm_group group, cad_buf *out);

/* restore_step_valid.py: placeholders replaced, comments within a line cut, blank lines dropped.  Lines end where Python's
 * splitlines ends them.  Scratch: 32 bytes of `a` for each placeholder, rewound.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_steplm_restore(cad_arena *a, const char *text, size_t len, cad_buf *out);

/* The same made legal: the colour that steplm_reorder writes without a name gets the name '', which OCCT's check list asks for.
 * Strings and comments that run over lines are left alone. */
CAD_MUST_USE cad_status cad_steplm_legal(cad_arena *a, const char *text, size_t len, cad_buf *out);
/* Whether text holds a placeholder, which makes it no STEP file until it is restored. */
bool cad_steplm_has_placeholders(const char *text, size_t len);

/* dataset_construct_rag.py: what a model learns and is shown of a file: from the first line that holds DATA; on, blanks around
 * each line taken away, no final LF.  Errors: CAD_EDATA (no such line; nothing is appended), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_steplm_section(const char *text, size_t len, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
