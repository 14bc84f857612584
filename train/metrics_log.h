/* metrics.jsonl: what a run measured, one JSON object per line, the truth that plots and reports are made from.
 *
 *   {"schema":1,"kind":"metrics","run_id":..,"commit":..,"started":..}
 *   {"t":1780000000.125,"step":10,"kind":"train","v":{"train/loss":1.25,..}}
 *   {"t":..,"step":10,"kind":"note","msg":".."}
 *
 * Non-finite numbers are the strings "nan", "inf", "-inf".  Adding a line allocates nothing once a line of that length was
 * written.  Names: formats.md 13.
 *
 * On request every line goes to an event file for TensorBoard too (train/tb_events.h): numbers under their names, notes as the
 * text "note". */
#ifndef CADLM_TRAIN_METRICS_LOG_H
#define CADLM_TRAIN_METRICS_LOG_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_metric {
    const char *name; /* plain ASCII, as "train/loss" */
    double value;
} cad_metric;

typedef struct cad_metrics cad_metrics;

/* Opens `dir`/metrics.jsonl.  A new file gets the header line.  An existing one is continued after step `resume_step`: lines of
 * later steps move to metrics.dropped.jsonl and the file is replaced by rename; resume_step 0 moves all.  A torn last line is
 * dropped.  With `tensorboard` an event file is started in `dir`/tb.  Errors: CAD_EWRITE, CAD_EIO. */
CAD_MUST_USE cad_status cad_metrics_open(const char *dir, const char *run_id, const char *commit, int64_t resume_step,
                                         bool tensorboard, cad_metrics **out);
CAD_MUST_USE cad_status cad_metrics_add(cad_metrics *m, int64_t step, const char *kind, const cad_metric *v, size_t n);
CAD_MUST_USE cad_status cad_metrics_note(cad_metrics *m, int64_t step, const char *msg);
/* The PNG file `path`, for the event file alone, under `name`; nothing is done without an event file or without that file.
 * Errors: CAD_EDATA (no PNG), CAD_EIO, CAD_EWRITE. */
CAD_MUST_USE cad_status cad_metrics_picture(cad_metrics *m, int64_t step, const char *name, const char *path);
void cad_metrics_close(cad_metrics *m); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
