/* One part from one format to another, and what is known about it: the worker behind cadgen and cadtool.
 *
 * Formats by file name: .ir (Compact IR), .step .stp, .stl (binary), .png (one view).  Reading: ir and step, the latter as a
 * file, a DATA section, or compact text, whichever it is (cad/step/step_answer.h). */
#ifndef CADLM_EVAL_CONVERT_H
#define CADLM_EVAL_CONVERT_H

#include "cad/ir/ir.h"
#include "cad/mesh/render.h"
#include "core/buf.h"
#include "core/pool.h"
#include "core/status.h"
#include "eval/results.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_CONVERT_HANDLER "convert"
void cad_convert_register(void);

typedef enum cad_format {
    CAD_FORMAT_ir,
    CAD_FORMAT_step,
    CAD_FORMAT_stl,
    CAD_FORMAT_png,
    CAD_FORMAT_rgb,   /* the picture itself: cad_picture_take (eval/picture.h) */
    CAD_FORMAT_report /* JSON: verdict, diagnostics and facts */
} cad_format;

/* By the ending of a file name.  Errors: CAD_EUSAGE with the endings that are known. */
CAD_MUST_USE cad_status cad_format_of(const char *path, cad_format *out);
const char *cad_format_name(cad_format f);
/* Before any work: the folder of a file to be written is there.  Errors: CAD_EWRITE. */
CAD_MUST_USE cad_status cad_convert_check_out(const char *path);

enum { CAD_CONVERT_VIEWS = 4 };

typedef struct cad_convert_job {
    cad_format from, to;
    cad_ir_dialect dialect_in;  /* of ir that is read */
    cad_ir_dialect dialect_out; /* of ir that is written: cadlm in canonical form, upstream lowered, in vcad's form */
    bool strict;                /* warnings of the program are errors */
    int32_t width, height;      /* of one view, for png */
    int32_t n_views;            /* 1..CAD_CONVERT_VIEWS; several stand side by side */
    cad_view view[CAD_CONVERT_VIEWS];
    cad_rgb part;
    char name[64];  /* product name in STEP and STL */
    char died[128]; /* report: why an earlier job ended; then the kernel is left out.  "": none did */
    cad_class died_of;
} cad_convert_job;

/* iso, 640 x 480, dialect cadlm. */
cad_convert_job cad_convert_defaults(cad_format from, cad_format to);

CAD_MUST_USE cad_status cad_convert_submit(cad_pool *pool, uint64_t tag, const cad_convert_job *job, const char *text,
                                           size_t len);
/* Submits, waits and appends the bytes to *out; for commands that handle one part at a time.  A part that cannot be built:
 * CAD_EDATA with the worker's reason (parse error, invalid solid, time, memory, crash). */
CAD_MUST_USE cad_status cad_convert_one(cad_pool *pool, const cad_convert_job *job, const char *text, size_t len, cad_buf *out);
/* The report of a part (eval/part_report.h), also of one that its worker died of. */
CAD_MUST_USE cad_status cad_convert_report(cad_pool *pool, cad_convert_job *job, const char *text, size_t len, cad_buf *out);
/* The reason of a result that is not ok, as one line; "" when ok. */
const char *cad_convert_reason(const cad_pool_result *r);

#ifdef __cplusplus
}
#endif
#endif
