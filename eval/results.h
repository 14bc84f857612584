/* From scored samples to results.json: rates, means and medians with intervals, whole and by group (spec/metrics.md 9, 15).
 *
 * A table never recomputes: everything it prints stands in the object that cad_results_build returns. */
#ifndef CADLM_EVAL_RESULTS_H
#define CADLM_EVAL_RESULTS_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/json.h"
#include "eval/suite.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Classes of a sample, in the order of the road from text to score (spec/cli.md 8). */
#define CAD_CLASSES(X)                                                                                                         \
    X(ok)                                                                                                                      \
    X(empty)                                                                                                                   \
    X(truncated)                                                                                                               \
    X(parse) X(reference) X(build) X(not_solid) X(invalid) X(mesh) X(timeout) X(memory) X(kernel_crash) X(reference_bad)
typedef enum cad_class {
#define X(name) CAD_CLASS_##name,
    CAD_CLASSES(X)
#undef X
        CAD_CLASS_COUNT
} cad_class;
const char *cad_class_name(cad_class c);
/* CAD_CLASS_COUNT for an unknown name. */
cad_class cad_class_of(const char *name);

/* Asked of a sample whose form has no answer to it: then the metric is there, and null. */
enum { CAD_SCORED_UNANSWERABLE = -2 };

/* One requested sample with what was measured; NaN where there is no value. */
typedef struct cad_scored {
    const cad_suite_row *row;
    cad_class class_;
    bool complete; /* L1: not empty, ended by the end token */
    bool valid;    /* L8 */
    int checks;    /* expectation: 1 all pass, 0 not, -1 the row has none */
    int seven;     /* judge of cad0-seven: 1, 0, -1 */
    double cd, iou_a1, iou_a0c;
    bool thin;                    /* its IoU is of stretched cells (eval/part.h) */
    int vol2, bbox1;              /* volume within 2 %, each extent within 1 %: 1, 0; -1 without a reference */
    int kernel_valid;             /* what the kernel says of texts refused too; -1: it was not asked */
    int cr_official, rr_official; /* as STEP-LLM's code counts: 1, 0; -1 it leaves the sample out, or not asked for;
                                     CAD_SCORED_UNANSWERABLE */
    double scd, scd_p2s, scd_sim, scd_official; /* spec/metrics.md 3.4 */
    double entities, largest_id;                /* of STEP */
    uint64_t program; /* hash of a valid sample's canonical program, of its text where it is none; 0: not valid */
    int64_t tokens;   /* -1: unknown */
    bool stopped;     /* the text ended with the end token */
} cad_scored;

typedef struct cad_results_opts {
    int64_t bootstrap; /* rounds */
    double percent;    /* of the intervals */
    uint64_t seed;
} cad_results_opts;

/* Names that cad_results_build may use: metrics, and kinds of groups. */
bool cad_results_has_metric(const char *name);
bool cad_results_has_kind(const char *name);
CAD_MUST_USE cad_status cad_results_metrics(cad_buf *out); /* " cr stop .." */
CAD_MUST_USE cad_status cad_results_kinds(cad_buf *out);   /* " family .." */

/* Object {n, thin (samples whose IoU is of stretched cells), metrics{name: {value, ci_low, ci_high, n, n_failed, direction,
 * policy}}, finish{stop,length}, classes{}, groups{family{..}, families{seen,unseen of models/tiny's corpus}, phrasing{..},
 * units{..}, entities{..}, faces{..} of STEP references}}; each group holds n and the same metrics.  distinct.prog counts the
 * programs among valid samples, top_share.prog is the share of the commonest (spec/metrics.md 6): an answer that does not
 * depend on its prompt shows there.  aec.* are means of entities of the answers that have them, aec.*.reference of all
 * references, aec.*.gap how far apart these are, aec.*.paired of the references of those answers.  A metric without a single
 * value is left out, or null where it was asked for.  Rows of class reference_bad leave all scores and are counted.  The caller
 * owns *out (json_decref). */
CAD_MUST_USE cad_status cad_results_build(const cad_scored *s, size_t n, const cad_results_opts *o, cad_arena *scratch,
                                          json_t **out);

#ifdef __cplusplus
}
#endif
#endif
