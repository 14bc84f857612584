/* Time: monotonic seconds for durations, wall time for records. */
#ifndef CADLM_CORE_CLOCK_H
#define CADLM_CORE_CLOCK_H

#ifdef __cplusplus
extern "C" {
#endif

double cad_clock_now(void);                            /* monotonic, seconds from an arbitrary start */
double cad_clock_wall(void);                           /* unix seconds */
void cad_clock_iso(double unix_seconds, char out[21]); /* "2026-11-21T17:09:00Z" */
void cad_clock_sleep(double seconds);

#ifdef __cplusplus
}
#endif
#endif
