/* Progress of a long job: one line redrawn at most 10 times a second on a terminal, whole lines elsewhere (at least `every_s`
 * apart, plus the first and the last), without CR and ESC unless a bar was asked for by name. */
#ifndef CADLM_CORE_PROGRESS_H
#define CADLM_CORE_PROGRESS_H

#include "core/status.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In the order of the choices of log.console. */
typedef enum cad_progress_mode {
    CAD_PROGRESS_AUTO, /* bar on a terminal, lines elsewhere */
    CAD_PROGRESS_BAR,
    CAD_PROGRESS_LINES,
    CAD_PROGRESS_NONE
} cad_progress_mode;

/* For all later bars of this process; before: AUTO, 10 s. */
void cad_progress_setup(cad_progress_mode mode, double every_s);

typedef struct cad_progress cad_progress;
/* `label` ("step") is copied; `total` 0 when unknown; the estimate leaves out the first `warmup` units, which are slower. */
CAD_MUST_USE cad_status cad_progress_create(const char *label, int64_t start, int64_t total, int64_t warmup,
                                            cad_progress **out);
/* For work that is often over at once: the line tells the rate of its units ("1.5k rows/s" for "rows", copied), and in mode
 * AUTO nothing is said in the first second: what takes no more than a moment leaves no line. */
void cad_progress_work(cad_progress *p, const char *unit);
/* A second rate on the same line: `count` of `unit` ("tok", copied) were done since the beginning of p. */
void cad_progress_also(cad_progress *p, const char *unit, int64_t count);
/* "step 300/9000  3.3%  1.5k rows/s  TAIL  eta 9h51m"; `tail` may be NULL.  Rates and estimate know what was done since
 * `start`, not what was done before.  Cheap when nothing is due.
 * A tab in the tail is printed as two spaces.  On a terminal too narrow for the line the bar gives way first, down to nothing,
 * then the fields of the tail that begin with a tab, up to the next tab or two spaces, the first of them first. */
void cad_progress_show(cad_progress *p, int64_t done, const char *tail);
/* As show; where a bar is drawn the line stays above it. */
void cad_progress_mark(cad_progress *p, int64_t done, const char *tail);
/* Time that was no work of the loop (a save, an evaluation): kept out of the rate, added to the estimate `left`
 * times at its mean. */
void cad_progress_pause(cad_progress *p, double seconds, int64_t left);
/* Prints one line that stays (a terminal keeps its bar below it). */
void cad_progress_keep(cad_progress *p, int64_t done, const char *tail);
double cad_progress_eta(const cad_progress *p); /* seconds; negative while unknown */
/* Prints the last line where it was not kept yet and frees p; NULL is fine. */
void cad_progress_destroy(cad_progress *p);

/* A count or a rate: "7", "0.0042", "0.52", "9.50", "999", "1.5k", "2.34M", "7.10G"; "?" when it is neither. */
void cad_progress_count(double n, char out[16]);
/* "3,085,938,688" */
void cad_progress_grouped(int64_t n, char out[32]);
/* "45s", "9m12s", "9h51m", "3d02h" */
void cad_progress_duration(double seconds, char out[16]);

#ifdef __cplusplus
}
#endif
#endif
