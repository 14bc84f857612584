/* The texts that rows retrieved: targets of the corpora that were indexed, read when they are asked for.
 *
 * In memory stand an offset, a length and a hash of the id for each row, about 48 bytes; of the texts only the one that is
 * being read. */
#ifndef CADLM_DATAPREP_PAYLOADS_H
#define CADLM_DATAPREP_PAYLOADS_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/hash.h"
#include "core/status.h"
#include "model/rag/rag_index.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_payloads cad_payloads;

enum { CAD_PAYLOAD_FILES = 3 }; /* train, val, test */

/* Reads the rows of n corpora once, and keeps no texts; rows are numbered through, from 0.  Errors: those of cad_corpus_open
 * and cad_corpus_next, CAD_EDATA (an id twice). */
CAD_MUST_USE cad_status cad_payloads_open(const char *const *path, size_t n, cad_payloads **out);
/* The same by places that were noted (n_rows), rows in their order: no corpus is read, so they must be as they were.  Of these
 * cad_payloads_hash and cad_payloads_find know nothing.  Errors: CAD_ECORRUPT (a place beyond its file), CAD_ENOTFOUND. */
CAD_MUST_USE cad_status cad_payloads_open_placed(const char *const *path, size_t n, const cad_rag_place *place, int64_t n_rows,
                                                 cad_payloads **out);
void cad_payloads_close(cad_payloads *p); /* NULL is fine */
/* As cad_rag_corpus_hash over all rows. */
void cad_payloads_hash(const cad_payloads *p, char out[CAD_HASH_HEX]);

/* The number of the row with this id; -1: there is none. */
int64_t cad_payloads_find(const cad_payloads *p, const char *id);
/* *out = the target of that row, whose id is `id`, in `a`; *step: it is STEP (else Compact IR).  Errors: CAD_EIO, CAD_EDATA
 * (the file was changed meanwhile). */
CAD_MUST_USE cad_status cad_payloads_read(const cad_payloads *p, int64_t row, const char *id, cad_arena *a, const char **out,
                                          bool *step);

/* The places behind which a text may be cut, ascending, each appended to *out as a size_t: of STEP behind a semicolon outside
 * of parentheses, strings and comments, with the line end that follows; of Compact IR behind a line. */
CAD_MUST_USE cad_status cad_payload_cuts(const char *text, bool step, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
