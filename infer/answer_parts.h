/* Answers made into parts: every answer is checked in a worker, and written as files where wanted. */
#ifndef CADLM_INFER_ANSWER_PARTS_H
#define CADLM_INFER_ANSWER_PARTS_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/json.h"
#include "core/pool.h"
#include "core/status.h"
#include "eval/convert.h"
#include "infer/prompts.h"
#include "model/decoder/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One answer with all that is known about it; texts live in the arena. */
typedef struct cad_answer_part {
    const cad_prompt *prompt;
    const cad_retrieved *found; /* what was retrieved for it; NULL: nothing */
    int64_t sample;
    const char *text; /* as it was drawn */
    size_t len;
    const char *program; /* what stands for the part: `text`, of STEP the exchange file; NULL: none can be made of it */
    size_t program_len;
    bool complete; /* it ended by itself: by the end token, or at END-ISO-10303-21; */
    int64_t n_tokens;
    double logprob, ms;
    cad_finish finish;
    uint64_t seed;
    bool checked;        /* a geometry kernel looked at it */
    bool valid;          /* a complete answer and a valid solid */
    const char *reason;  /* why not, "" when valid or not checked */
    const char *summary; /* "40 x 20 x 5 mm, 3748.6 mm3, 10 faces"; "" without a solid */
    json_t *check;       /* the worker's report, NULL without one; released by cad_answer_parts_deinit */
    json_t *files;       /* {"step":"p.step"}: what was written; released likewise */
} cad_answer_part;

typedef struct cad_answer_parts {
    cad_answer_part *item; /* (n) prompt by prompt, samples in order */
    int64_t n, samples;
    cad_format format; /* of the programs: ir or step */
    cad_arena *arena;
} cad_answer_parts;

/* Draws all answers, which are of `format`.  `step` as in cad_generate, with its context; may be NULL. */
CAD_MUST_USE cad_status cad_answer_parts_generate(cad_engine *e, const cad_prompts *p, const cad_decode *o, cad_format format,
                                                  cad_arena *a, cad_gen_step step, void *step_ctx, cad_answer_parts *out);
void cad_answer_parts_deinit(cad_answer_parts *p);

/* Where files go: either one path for each format (with -2, -3, .. before the ending for further samples), or a folder in
 * which the answers of prompt k are k.ir, k-2.ir, .. with at least three digits for k, from 000. */
typedef struct cad_answer_files {
    const char *const *path; /* (n_path) */
    size_t n_path;
    const char *folder;        /* NULL: none */
    const char *const *ending; /* (n_ending) ".ir", ".step", ".stl", ".png": what goes into the folder */
    size_t n_ending;
} cad_answer_files;
/* "p.step" for the first sample (0), "p-2.step" for the second; appended. */
CAD_MUST_USE cad_status cad_answer_file_name(const char *path, int64_t sample, cad_buf *out);

/* Checks every answer and writes its files; an answer that is no valid part gets its program only.  Without a geometry kernel
 * `checked` stays false, and a file that needs one is CAD_EUNSUPPORTED. */
CAD_MUST_USE cad_status cad_answer_parts_build(cad_answer_parts *p, cad_pool *pool, const cad_answer_files *files);

/* Appends its program, or the text that none could be made of, with a final LF. */
CAD_MUST_USE cad_status cad_answer_part_program(const cad_answer_part *a, cad_buf *out);

/* A row of predictions (spec/cli.md 8) with files and check; `format` of its program.  `identity` names model, template and
 * decoding.  New reference. */
CAD_MUST_USE cad_status cad_answer_part_row(const cad_answer_part *a, cad_format format, const char *identity, json_t **out);

#ifdef __cplusplus
}
#endif
#endif
