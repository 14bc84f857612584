/* Tables from results.json objects: Markdown, CSV and JSON with the same numbers (spec/metrics.md 15). */
#ifndef CADLM_EVAL_TABLE_H
#define CADLM_EVAL_TABLE_H

#include "core/buf.h"
#include "core/json.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_table_row {
    const char *label;
    const json_t *results; /* of cad_results_build, with classes and groups */
    bool baseline;         /* below the rule */
} cad_table_row;

typedef struct cad_table {
    const char *title;  /* "suite synth-test 1, 240 prompts" */
    const char *notes;  /* lines under the table: spec string, limit, where baselines come from */
    const char *limit;  /* "LIMIT 50/2056: not comparable", NULL: none; marks every format */
    const cad_table_row *row;
    size_t n;
} cad_table;

CAD_MUST_USE cad_status cad_table_markdown(const cad_table *t, cad_buf *out);
/* One line per model, group and metric: model,group,name,metric,value,ci_low,ci_high,n,n_failed,policy. */
CAD_MUST_USE cad_status cad_table_csv(const cad_table *t, cad_buf *out);
CAD_MUST_USE cad_status cad_table_json(const cad_table *t, cad_buf *out);

/* A value as all formats print it: rates and IoU with three decimals, distances x 1000 with two significant digits of their
 * own, "inf", "-" for none. */
CAD_MUST_USE cad_status cad_table_cell(const json_t *metric, double factor, int decimals, bool interval, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
