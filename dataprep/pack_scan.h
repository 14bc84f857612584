/* The tokens of a pack, read once from end to end, a block of rows at a time.  Private to dataprep. */
#ifndef CADLM_DATAPREP_PACK_SCAN_H
#define CADLM_DATAPREP_PACK_SCAN_H

#include "dataprep/pack.h"

#include <hdf5.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_pack_scan {
    char tokens_xxh3[33];
    size_t unended;    /* the first row whose last token is not info.eos_id; (size_t)-1: none */
    uint32_t largest;  /* token .. */
    size_t largest_at; /* .. and its place */
} cad_pack_scan;

/* `p` has its offsets, ascending, and its spans, of which nothing is known yet.  keep (n_tokens): where the tokens stay, or
 * NULL: 4 MiB, or twice the longest row, are held at a time.  answer (n_rows): hashes of the targets of each row, 0 where its
 * spans leave it. Errors: CAD_ECORRUPT (not readable), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_pack_scan_tokens(hid_t file, const char *path, const cad_pack *p, uint32_t *keep, uint64_t *answer,
                                             cad_pack_scan *out);

#ifdef __cplusplus
}
#endif
#endif
