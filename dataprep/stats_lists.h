/* What the lists say that stages leave beside a corpus; private to stats. */
#ifndef CADLM_DATAPREP_STATS_LISTS_H
#define CADLM_DATAPREP_STATS_LISTS_H

#include "core/json.h"
#include "core/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Counts, by name. */
typedef struct cad_stats_lists {
    json_t *status;  /* classes of an import, or of stage text */
    json_t *misfits; /* why the template did not fit */
    json_t *digits;  /* that rounding kept; "all" */
} cad_stats_lists;

CAD_MUST_USE cad_status cad_stats_lists_init(cad_stats_lists *l);
/* `in`: a corpus with its own list, or a folder that cadprep run made: the lists of import, text and round there.  None is
 * fine. */
CAD_MUST_USE cad_status cad_stats_lists_read(cad_stats_lists *l, const char *in);
void cad_stats_lists_deinit(cad_stats_lists *l);

#ifdef __cplusplus
}
#endif
#endif
