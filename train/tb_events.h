/* TensorBoard event files: the lines of metrics.jsonl in the form that TensorBoard reads (formats.md 13).
 *
 *   RUN/tb/events.out.tfevents.<unix>.<host>.<pid>      one for each start of the run, in the order of their names
 *
 * A record (train/tb_records.h) holds one protobuf message Event.  The first one says "brain.Event:2".  In the file of a run
 * that is continued after step s the second one is the session mark START at step s + 1, on which TensorBoard forgets the
 * points of later steps that earlier files hold.  A record that a kill tore is cut off when the next file is started. */
#ifndef CADLM_TRAIN_TB_EVENTS_H
#define CADLM_TRAIN_TB_EVENTS_H

#include "core/status.h"
#include "train/metrics_log.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_tb_events cad_tb_events;

/* Starts a new file in the folder `dir`, which is made where needed.  `resume_step` is the step after which the run goes on, 0:
 * from the start; the session mark is written when it is above 0 or the folder holds an earlier file.  Errors: CAD_EWRITE,
 * CAD_EIO. */
CAD_MUST_USE cad_status cad_tb_open(const char *dir, int64_t resume_step, cad_tb_events **out);

/* One event each; `wall` is its time in unix seconds.  Numbers are stored as f32, so nan and inf stay what they are. */
CAD_MUST_USE cad_status cad_tb_scalars(cad_tb_events *tb, double wall, int64_t step, const cad_metric *v, size_t n);
/* Shown as Markdown; what is no UTF-8 becomes U+FFFD. */
CAD_MUST_USE cad_status cad_tb_text(cad_tb_events *tb, double wall, int64_t step, const char *tag, const char *text);
/* `png` holds a whole PNG file.  Errors: CAD_EDATA when it does not begin like one; CAD_EWRITE. */
CAD_MUST_USE cad_status cad_tb_image(cad_tb_events *tb, double wall, int64_t step, const char *tag, const void *png,
                                     size_t len);
void cad_tb_close(cad_tb_events *tb); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
