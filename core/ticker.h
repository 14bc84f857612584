/* A thread that calls a function at equal distances of time, for signs of life. */
#ifndef CADLM_CORE_TICKER_H
#define CADLM_CORE_TICKER_H

#include "core/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_ticker cad_ticker;

/* Calls tick(ctx) every `every_s` seconds, the first time after as many, in a thread that takes no signals.  The clock is the
 * monotonic one.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_ticker_start(double every_s, void (*tick)(void *ctx), void *ctx, cad_ticker **out);
void cad_ticker_stop(cad_ticker *t); /* waits for a call in progress; NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
