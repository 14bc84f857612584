/* Exact nearest rows of many queries, by the rules of retrieval: who may not be shown to whom, and what happens at ties.
 *
 * Products in f32 only choose candidates, with a margin for their rounding; what is compared are sums in f64 over the f32
 * vectors, in one order.  So hits depend neither on threads nor on how queries are put together, nor on the library behind the
 * products, and rows of equal vectors tie to the bit.
 *
 *   seeded  by inner product; among rows within 1e-6 of the best one left, by a hash of (seed, query's id, row's id)
 *   first   by distance (the order of a flat L2 index), equal distances by lower row
 *   last    by inner product, equal products by higher row */
#ifndef CADLM_MODEL_RAG_RAG_RANK_H
#define CADLM_MODEL_RAG_RAG_RANK_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_RAG_NEAR 1e-6 /* inner products that are no further apart count as equal, for ties=seeded */

/* Borrowed. */
typedef struct cad_rag_rows {
    const float *vector; /* (n, dim), of unit length or zero */
    int64_t n, dim;
    const char *const *id;          /* (n); NULL: unnamed, and no id keeps a row from a query */
    const char *const *caption;     /* (n); NULL where nobody asks */
    const uint64_t *caption_group;  /* (n), 0 = unknown; NULL: none is known */
    const uint64_t *geometry_group; /* likewise */
    const uint64_t *target;         /* (n) as cad_rag_target_hash: what a row shows; NULL where nobody asks */
} cad_rag_rows;

typedef enum cad_rag_ties { CAD_RAG_TIE_SEEDED, CAD_RAG_TIE_FIRST, CAD_RAG_TIE_LAST } cad_rag_ties;

typedef struct cad_rag_rule {
    int64_t k;
    cad_rag_ties ties;
    uint64_t seed;                                /* of ties=seeded */
    bool other_id, other_caption, other_geometry; /* a hit must differ from the query in this */
    double min_score;                             /* least inner product of a hit; -1 or less: any */
} cad_rag_rule;

typedef struct cad_rag_hit {
    int64_t row; /* -1: none */
    float score; /* inner product: the cosine, for vectors of unit length */
} cad_rag_hit;

/* hit (query->n, k): the best rows of each query, best first, then row -1; found[q] (may be NULL) = how many.
 * Errors: CAD_EINVAL (k < 1, dim differ), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_rag_rank(const cad_rag_rows *rows, const cad_rag_rows *query, const cad_rag_rule *rule,
                                     cad_rag_hit *hit, int64_t *found);

#ifdef __cplusplus
}
#endif
#endif
