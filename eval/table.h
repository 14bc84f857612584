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
    const char *title; /* "suite synth-test 1, 240 prompts" */
    const char *notes; /* lines under the table: spec string, limit, where baselines come from */
    const char *limit; /* "LIMIT 50/2056: not comparable", NULL: none; marks every format */
    const cad_table_row *row;
    size_t n;
} cad_table;

CAD_MUST_USE cad_status cad_table_markdown(const cad_table *t, cad_buf *out);
/* One line per model, group and metric: model,group,name,metric,value,ci_low,ci_high,n,n_failed,policy. */
CAD_MUST_USE cad_status cad_table_csv(const cad_table *t, cad_buf *out);
CAD_MUST_USE cad_status cad_table_json(const cad_table *t, cad_buf *out);

/* The formats by the endings of their files: md, csv, json. */
typedef struct cad_table_format {
    const char *name;
    cad_status (*print)(const cad_table *t, cad_buf *out);
} cad_table_format;
enum { CAD_TABLE_FORMATS = 3 };
extern const cad_table_format cad_table_formats[CAD_TABLE_FORMATS];
/* Sets wanted[i] for each format of a list such as "md,csv".  Errors: CAD_EUSAGE. */
CAD_MUST_USE cad_status cad_table_read_formats(const char *list, bool wanted[CAD_TABLE_FORMATS]);

#ifdef __cplusplus
}
#endif
#endif
