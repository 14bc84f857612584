/* What rows were given by retrieval (cadprep rag build); private to stats. */
#ifndef CADLM_DATAPREP_STATS_RAG_H
#define CADLM_DATAPREP_STATS_RAG_H

#include "dataprep/stats_gather.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_stats_rag {
    int64_t rows;       /* that have a list; it may be empty */
    cad_hash_index ids; /* shown rows -> place in shown */
    cad_buf shown;      /* of each: how often, and where its id begins in text */
    cad_buf text;
    cad_numbers best; /* cosines of the nearest ones */
} cad_stats_rag;

/* o: a row of a corpus; one that was never looked up counts as nothing. */
CAD_MUST_USE cad_status cad_stats_rag_add(cad_stats_rag *s, const json_t *o);
/* The member "retrieval" of stage_stats.h; NULL: no row was looked up. */
json_t *cad_stats_rag_facts(cad_stats_rag *s);
void cad_stats_rag_deinit(cad_stats_rag *s);

#ifdef __cplusplus
}
#endif
#endif
