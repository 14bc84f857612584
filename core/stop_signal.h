/* The signals by which a scheduler or a person asks a run to save and end, or other long work to end in order. */
#ifndef CADLM_CORE_STOP_SIGNAL_H
#define CADLM_CORE_STOP_SIGNAL_H

#include "core/status.h"

#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From now on USR2, TERM and INT are noted instead of ending the process.  A second INT or TERM ends it at once (a
 * shell sees 130 or 143); the first TERM after USR2 does not: a scheduler that gave notice sends it when the time is up,
 * perhaps in the middle of the save. */
void cad_stop_signals_catch(void);
/* The same for INT alone, unless it is ignored, as in a background job; and its end: INT ends the process again, what came
 * stays noted. */
void cad_stop_interrupt_catch(void);
void cad_stop_interrupt_release(void);
/* The same for INT and TERM around work of which nothing is kept unless it is finished; cad_stop_abandoned is CAD_EINTR once
 * one of them came, and CAD_OK outside of such work, so that what a run saves is never given up.  Not nested. */
void cad_stop_abandon_catch(void);
void cad_stop_abandon_release(void);
CAD_MUST_USE cad_status cad_stop_abandoned(void);
/* The signal that came, 0 while none has.  INT counts more than the others: such a run is not to be queued again. */
const volatile sig_atomic_t *cad_stop_signal(void);

#ifdef __cplusplus
}
#endif
#endif
