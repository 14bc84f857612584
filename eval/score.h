/* One sample, from text to record, inside a worker process (spec/metrics.md 2).
 *
 *   text gate L0..L3  ->  compile L4..L8  ->  mesh L9  ->  distances and voxels against the reference  ->  record
 *
 * A job is a JSON object and two texts, a record one JSON object:
 *   job     {"key","id","kind":"ir"|"step","complete":bool,"reference_kind" (absent: kind),
 *            "always":bool (see eval/part.h),"steplm":bool and "official":bool (measures of STEP-LLM, fixed and as in its
 * code),"official_reference":bool (absent: true; else the latter without the reference),
 *            "reference_died":bool (a worker died of the reference: it is bad), "expect":{}|null,"seven":0..7}
 *   record  {"key","id","class","level","text":0..3,"kernel":3..9|null,"valid","cd","iou","volume","bbox":[6],"faces","genus",
 *            "entities","largest_id","error":{stage,line,text}|null,"checks":{name:bool,..,"all":bool}|null,
 *            "seven":{"pass","near","reason"}|null,"diags":[code..],"facts":{solids,shells,kinds{},area,..},
 *            "m":{full metric name: value; "iou.stretched":1 where the reference is thinner than a cell},"ms"}
 *
 * Of a worker that died "kernel" is the class of its end.  If the text had been refused before, class and level stay those of
 * the text; had it passed, the level is 3; of one that died before the kernel had it, 0. */
#ifndef CADLM_EVAL_SCORE_H
#define CADLM_EVAL_SCORE_H

#include "core/buf.h"
#include "core/json.h"
#include "core/pool.h"
#include "core/status.h"
#include "eval/part.h"
#include "eval/results.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Name of the worker handler; cad_score_register makes it known to core/pool, in every binary that scores. */
#define CAD_SCORE_HANDLER "score"
void cad_score_register(void);

/* A job's bytes: its object, then the texts as they are, since escapes would make them six times as long; a NUL behind each. */
typedef struct cad_score_texts {
    const char *text, *reference; /* the latter NULL: none */
    size_t len, reference_len;
} cad_score_texts;
CAD_MUST_USE cad_status cad_score_job_make(const json_t *head, const cad_score_texts *t, cad_buf *out);
/* Takes them apart; *head is the caller's, the texts lie in `in`.  Errors: CAD_EDATA, CAD_EPARSE. */
CAD_MUST_USE cad_status cad_score_job_read(const void *in, size_t len, json_t **head, cad_score_texts *t);

/* The handler itself: reads a job, appends a record.  Whatever the text does is a class of the record; a failure status means
 * that the job was malformed, memory ran out or there is no geometry kernel. */
CAD_MUST_USE cad_status cad_score_job(const void *in, size_t len, cad_buf *out);

/* Appends the record that the result of a job stands for: the worker's own if it is one of `key` with a class that there is (a
 * child may have been corrupted), else that of a worker that died, with class timeout, memory or kernel_crash.
 * One that died of the reference says nothing of the answer: class reference_bad; a caller that wants the answer's own verdict
 * asks again with reference_died.  `of` is the answer, whose instances are counted here where the kernel died of it; NULL: they
 * are not.  Errors: CAD_EUNSUPPORTED (no geometry kernel), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_score_take(const cad_pool_result *r, const char *key, const char *id, const cad_part_text *of,
                                       cad_buf *out);

/* The class of a part whose worker died: timeout, memory or kernel_crash. */
cad_class cad_score_class_of(cad_verdict v);

/* Appends the record of an answer of `bytes` that no job can carry: class parse, finding limit, whether `complete` or not. */
CAD_MUST_USE cad_status cad_score_too_large(const char *key, const char *id, size_t bytes, bool complete, cad_buf *out);

/* Points of the Chamfer distance per side, triangles' deflection (relative to the diagonal) and angle (radians). */
enum { CAD_SCORE_POINTS = 8192, CAD_SCORE_VOXELS = 64 };
#define CAD_SCORE_DEFLECTION 0.001
#define CAD_SCORE_ANGLE 0.1

#ifdef __cplusplus
}
#endif
#endif
