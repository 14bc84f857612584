/* Statistics of a table: rates with Wilson intervals, means with cluster bootstrap, paired tests (spec/metrics.md 9). */
#ifndef CADLM_EVAL_STATS_H
#define CADLM_EVAL_STATS_H

#include "core/arena.h"
#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_interval_est {
    double value, low, high;
} cad_interval_est;

/* Wilson score interval of `passed` of `n`, z standard deviations (1.959964 for 95 %).  n == 0 gives NaN in all three. */
cad_interval_est cad_wilson(int64_t passed, int64_t n, double z);

/* z of a two-sided interval that covers `percent` (95 gives 1.959964).  Acklam's rational approximation of the normal
 * quantile, relative error 1.2e-9. */
double cad_normal_z(double percent);

/* Mean of x (n) and its percentile bootstrap interval: `rounds` resamplings of clusters with Philox(seed, "bootstrap", round).
 * cluster[i] names the cluster of x[i] (any values); NULL: each value its own.  n == 0 gives NaN. */
CAD_MUST_USE cad_status cad_bootstrap_mean(const double *x, const uint64_t *cluster, size_t n, int64_t rounds, double percent,
                                           uint64_t seed, cad_arena *scratch, cad_interval_est *out);

/* Exact McNemar test: two-sided p for b and c discordant pairs, min(1, 2 sum_{i <= min(b,c)} C(b+c, i) / 2^(b+c)). */
double cad_mcnemar(int64_t b, int64_t c);

/* Median of x (n); the array is sorted in place.  Infinite values are legal; n == 0 gives NaN. */
double cad_median(double *x, size_t n);

/* Pairwise sum in index order: repeatable, error O(log n). */
double cad_sum_pairwise(const double *x, size_t n);

#ifdef __cplusplus
}
#endif
#endif
