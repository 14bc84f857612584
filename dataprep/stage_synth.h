/* Stage synth: parts in numbers, made and compiled in worker processes, as one corpus file or, where their answer is a STEP
 * file, as a tree of such files (dataprep/synth_tree.h). */
#ifndef CADLM_DATAPREP_STAGE_SYNTH_H
#define CADLM_DATAPREP_STAGE_SYNTH_H

#include "dataprep/synth.h"

#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Registers the worker's handler; before cad_cli_main. */
void cad_stage_synth_register(void);

typedef struct cad_stage_synth_args {
    cad_synth_opts opts;
    int64_t n;                         /* parts 0 .. n-1, each in opts.captions rows */
    int jobs;                          /* worker processes; 0 = CPUs of the affinity mask */
    double max_bad;                    /* share of parts that may fail their check; more is CAD_EDATA */
    const char *out;                   /* .jsonl; with opts.step a folder */
    const volatile sig_atomic_t *stop; /* core/stop_signal.h; NULL: nothing stops it */
} cad_stage_synth_args;

typedef struct cad_stage_synth_result {
    int64_t rows;      /* written */
    int64_t failed;    /* parts */
    int64_t ambiguous; /* noisy captions that would have meant two parts, left out */
    int64_t repeated;  /* parts with the geometry of an earlier one, as chance has it */
    double seconds;
    bool checked; /* false: this build has no geometry kernel */
} cad_stage_synth_result;

/* Writes the rows in order; a part that fails its check is reported and left out.  The bytes do not depend on `jobs`.
 * Errors: CAD_EDATA (one caption with two programs: the later id and the caption; too many failures: the first), CAD_EWRITE,
 * CAD_EINTR (stop was set; nothing is written), CAD_EUNSUPPORTED (opts.step without OCCT). */
CAD_MUST_USE cad_status cad_stage_synth(const cad_stage_synth_args *args, cad_stage_synth_result *out);

#ifdef __cplusplus
}
#endif
#endif
