/* Numbers gathered row by row; private to stats. */
#ifndef CADLM_DATAPREP_STATS_GATHER_H
#define CADLM_DATAPREP_STATS_GATHER_H

#include "core/buf.h"
#include "core/json.h"
#include "dataprep/hash_index.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whole numbers, 8 bytes each. */
typedef struct cad_numbers {
    cad_buf values;
    double unit; /* what is told is this part of them, such as 1e6; 0: they are told as they are, as whole numbers */
} cad_numbers;
CAD_MUST_USE cad_status cad_numbers_add(cad_numbers *n, int64_t value);
/* {"min","mean","median","p90","p95","p99","max"}; NULL of nothing.  Sorts them. */
json_t *cad_numbers_quantiles(cad_numbers *n);
int64_t cad_numbers_sum(const cad_numbers *n);
int64_t cad_numbers_above(const cad_numbers *n, int64_t limit);
void cad_numbers_deinit(cad_numbers *n);

/* Sentences: how often each stands, and how often what says the same (caption_group.h). */
typedef struct cad_sentences {
    cad_hash_index texts, groups; /* hash -> place in item; group -> rows */
    cad_buf item, text;           /* of each distinct sentence: where its text begins, and its rows */
    cad_numbers words;
    int64_t rows, with_digits, largest_group;
} cad_sentences;
CAD_MUST_USE cad_status cad_sentences_add(cad_sentences *s, const char *caption);
/* The member "captions" of stage_stats.h. */
json_t *cad_sentences_facts(cad_sentences *s);
void cad_sentences_deinit(cad_sentences *s);

/* o[key] += 1. */
int cad_count_in(json_t *o, const char *key);

#ifdef __cplusplus
}
#endif
#endif
