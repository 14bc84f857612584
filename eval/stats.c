#include "eval/stats.h"

#include "core/rng.h"

#include <math.h>
#include <stdlib.h>

double cad_sum_pairwise(const double *x, size_t n)
{
    if (n <= 8) {
        double s = 0;
        for (size_t i = 0; i < n; i++)
            s += x[i];
        return s;
    }
    size_t half = n / 2;
    return cad_sum_pairwise(x, half) + cad_sum_pairwise(x + half, n - half);
}

cad_interval_est cad_wilson(int64_t passed, int64_t n, double z)
{
    if (n <= 0)
        return (cad_interval_est){NAN, NAN, NAN};
    double m = (double)n, p = (double)passed / m, z2 = z * z;
    double centre = (p + z2 / (2 * m)) / (1 + z2 / m);
    double half = z * sqrt(p * (1 - p) / m + z2 / (4 * m * m)) / (1 + z2 / m);
    return (cad_interval_est){p, fmax(0, centre - half), fmin(1, centre + half)};
}

double cad_normal_z(double percent)
{
    static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                               1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
    static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
                               -1.328068155288572e+01};
    static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                               -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
    static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00};
    double p = 0.5 + percent / 200.0; /* upper tail of a two-sided interval */
    if (p > 0.97575) {
        double q = sqrt(-2 * log(1 - p));
        return -(((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
               ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
    }
    double q = p - 0.5, r = q * q;
    return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
           (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double cad_median(double *x, size_t n)
{
    if (n == 0)
        return NAN;
    qsort(x, n, sizeof *x, by_value);
    if (n % 2)
        return x[n / 2];
    double low = x[n / 2 - 1], high = x[n / 2];
    return low == high ? low : 0.5 * (low + high); /* inf and inf stay inf */
}

typedef struct labelled {
    uint64_t cluster;
    size_t index;
} labelled;

static int by_cluster(const void *a, const void *b)
{
    const labelled *x = a, *y = b;
    if (x->cluster != y->cluster)
        return x->cluster < y->cluster ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Sum and count per cluster, in order of cluster name. */
static cad_status cluster_sums(const double *x, const uint64_t *cluster, size_t n, cad_arena *scratch, double **out_sum,
                               double **out_count, size_t *out_k)
{
    labelled *l;
    double *sum, *count;
    CAD_TRY(cad_arena_zalloc(scratch, n, sizeof *l, "clusters", &l));
    CAD_TRY(cad_arena_zalloc(scratch, n, sizeof *sum, "cluster sums", &sum));
    CAD_TRY(cad_arena_zalloc(scratch, n, sizeof *count, "cluster counts", &count));
    for (size_t i = 0; i < n; i++)
        l[i] = (labelled){cluster ? cluster[i] : i, i};
    qsort(l, n, sizeof *l, by_cluster);
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || l[i].cluster != l[i - 1].cluster)
            k++;
        sum[k - 1] += x[l[i].index];
        count[k - 1] += 1;
    }
    *out_sum = sum;
    *out_count = count;
    *out_k = k;
    return CAD_OK;
}

cad_status cad_bootstrap_mean(const double *x, const uint64_t *cluster, size_t n, int64_t rounds, double percent, uint64_t seed,
                              cad_arena *scratch, cad_interval_est *out)
{
    if (n == 0 || rounds < 1) {
        *out = (cad_interval_est){NAN, NAN, NAN};
        return CAD_OK;
    }
    cad_frame frame = cad_arena_mark(scratch);
    double *sum, *count, *means;
    size_t k;
    CAD_TRY(cluster_sums(x, cluster, n, scratch, &sum, &count, &k));
    CAD_TRY(cad_arena_zalloc(scratch, (size_t)rounds, sizeof *means, "bootstrap means", &means));
    for (int64_t b = 0; b < rounds; b++) {
        cad_rng r = cad_rng_make(seed, "bootstrap", (uint64_t)b);
        double s = 0, c = 0;
        for (size_t i = 0; i < k; i++) {
            size_t pick = (size_t)cad_rng_range(&r, 0, (int64_t)k - 1);
            s += sum[pick];
            c += count[pick];
        }
        means[b] = s / c;
    }
    qsort(means, (size_t)rounds, sizeof *means, by_value);
    double tail = 0.5 * (1 - percent / 100.0);
    size_t last = (size_t)rounds - 1;
    size_t lo = (size_t)(tail * (double)last), hi = last - lo;
    *out = (cad_interval_est){cad_sum_pairwise(x, n) / (double)n, means[lo], means[hi]};
    cad_arena_rewind(scratch, frame);
    return CAD_OK;
}

double cad_mcnemar(int64_t b, int64_t c)
{
    int64_t n = b + c, low = b < c ? b : c;
    if (n == 0)
        return 1;
    double sum = 0, log_choose = 0; /* log C(n, 0) */
    for (int64_t i = 0; i <= low; i++) {
        sum += exp(log_choose - (double)n * log(2.0));
        log_choose += log((double)(n - i)) - log((double)(i + 1));
    }
    return fmin(1, 2 * sum);
}
