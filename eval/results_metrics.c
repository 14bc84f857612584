/* eval/results.h: what each metric makes of the samples of a group. */
#include "eval/results_impl.h"
#include "eval/stats.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Median distance of random pairs of unlike parts: the cap of the mean (spec/metrics.md 9). */
static const double CD_CAP = 0.070;

/* NaN is never written: such a metric has no value and is null. */
static json_t *number(double x)
{
    if (isnan(x))
        return json_null();
    if (isinf(x))
        return json_string(x > 0 ? "inf" : "-inf");
    return json_real(x);
}

static cad_status put(json_t *metrics, const char *name, cad_interval_est e, int64_t n, int64_t failed, const char *direction,
                      const char *policy)
{
    json_t *m =
        json_pack("{so,so,so,sI,sI,ss,ss}", "value", number(e.value), "ci_low", number(e.low), "ci_high", number(e.high), "n",
                  (json_int_t)n, "n_failed", (json_int_t)failed, "direction", direction, "policy", policy);
    if (!m || json_object_set_new(metrics, name, m) != 0)
        CAD_FAIL(CAD_ENOMEM, "out of memory for the metric %s", name);
    return CAD_OK;
}

typedef struct metric metric;
/* Which yes/no question of a sample: 1, 0, or -1 when it does not apply; CAD_SCORED_UNANSWERABLE. */
typedef int (*question)(const cad_scored *s);

static int is_complete(const cad_scored *s)
{
    return s->complete;
}
static int is_valid(const cad_scored *s)
{
    return s->valid;
}
static int sizes_right(const cad_scored *s)
{
    return s->checks;
}
static int passes_seven(const cad_scored *s)
{
    return s->seven;
}
static int has_stopped(const cad_scored *s)
{
    return s->stopped;
}

static int vol2(const cad_scored *s)
{
    return s->vol2;
}
static int valid_and_vol2(const cad_scored *s)
{
    return s->vol2 < 0 ? -1 : s->valid && s->vol2;
}
static int bbox1(const cad_scored *s)
{
    return s->bbox1;
}
static int kernel_valid(const cad_scored *s)
{
    return s->kernel_valid;
}
static int cr_official(const cad_scored *s)
{
    return s->cr_official;
}
static int rr_official(const cad_scored *s)
{
    return s->rr_official;
}

/* One row of the table of metrics. */
struct metric {
    const char *name;
    cad_status (*put)(const cad_results_group *g, const metric *m);
    question ask;  /* of a rate */
    size_t offset; /* of a mean or a median: its double in cad_scored, which only a reference gives; 0: no reference needed */
    bool excluded; /* samples without a value are left out; else they count as the worst */
    bool optional; /* left out where no sample has a value */
    size_t of_reference; /* of a count: its int64_t in the reference's counts */
};

static cad_status put_rate(const cad_results_group *g, const metric *m)
{
    int64_t asked = 0, yes = 0, unanswerable = 0;
    for (size_t i = 0; i < g->n; i++) {
        int a = m->ask(g->item[i]);
        asked += a >= 0;
        yes += a > 0;
        unanswerable += a == CAD_SCORED_UNANSWERABLE;
    }
    if (asked == 0)
        return unanswerable ? put(g->metrics, m->name, (cad_interval_est){NAN, NAN, NAN}, 0, 0, "up", "excluded") : CAD_OK;
    cad_interval_est e = cad_wilson(yes, asked, cad_normal_z(g->o->percent));
    return put(g->metrics, m->name, e, asked, asked - yes, "up", asked < (int64_t)g->n ? "excluded" : "requested");
}

static double value_of(const cad_scored *s, const metric *m)
{
    double v;
    memcpy(&v, (const char *)s + m->offset, sizeof v);
    return v;
}

static const char *policy_of(const metric *m)
{
    return m->excluded ? "excluded" : "worst";
}

/* The values of a group and their clusters, *count of them; a missing value is left out or `worst`.  *found: how many samples
 * have one. */
static cad_status collect(const cad_results_group *g, const metric *m, double worst, double **x, uint64_t **cluster,
                          size_t *count, size_t *found)
{
    size_t n = 0;
    CAD_TRY(cad_arena_zalloc(g->scratch, g->n, sizeof **x, "values", x));
    CAD_TRY(cad_arena_zalloc(g->scratch, g->n, sizeof **cluster, "clusters", cluster));
    *found = 0;
    for (size_t i = 0; i < g->n; i++) {
        double v = value_of(g->item[i], m);
        *found += isnan(v) ? 0 : 1;
        if (isnan(v) && m->excluded)
            continue;
        (*cluster)[n] = g->item[i]->row->cluster;
        (*x)[n++] = isnan(v) ? worst : v;
    }
    *count = n;
    return CAD_OK;
}

/* Mean of a score in 0..1: failures count 0, or are left out. */
static cad_status put_score(const cad_results_group *g, const metric *m)
{
    double *x;
    uint64_t *cluster;
    size_t n, found;
    cad_interval_est e;
    CAD_TRY(collect(g, m, 0, &x, &cluster, &n, &found));
    CAD_TRY(cad_bootstrap_mean(x, cluster, n, g->o->bootstrap, g->o->percent, g->o->seed, g->scratch, &e));
    return put(g->metrics, m->name, e, (int64_t)n, (int64_t)(g->n - found), "up", policy_of(m));
}

/* Mean of distances, capped; failures count as the cap. */
static cad_status put_capped(const cad_results_group *g, const metric *m)
{
    double *x;
    uint64_t *cluster;
    size_t n, found;
    cad_interval_est e;
    CAD_TRY(collect(g, m, CD_CAP, &x, &cluster, &n, &found));
    for (size_t i = 0; i < n; i++)
        x[i] = fmin(x[i], CD_CAP);
    CAD_TRY(cad_bootstrap_mean(x, cluster, n, g->o->bootstrap, g->o->percent, g->o->seed, g->scratch, &e));
    return put(g->metrics, m->name, e, (int64_t)n, (int64_t)(g->n - found), "down", policy_of(m));
}

/* What the reference of a sample counts. */
static double reference_count(const cad_scored *s, const metric *m)
{
    int64_t n;
    memcpy(&n, (const char *)&s->row->counts + m->of_reference, sizeof n);
    return (double)n;
}

/* Means of counts: of the answers that have one, of all references, and how far these are apart; beside them of the references
 * of those answers alone, since what fails is seldom the small. */
static cad_status put_counts(const cad_results_group *g, const metric *m)
{
    double *x, *y, *paired;
    char name[48];
    size_t n = 0, n_references = 0;
    CAD_TRY(cad_arena_zalloc(g->scratch, g->n, sizeof *x, "counts", &x));
    CAD_TRY(cad_arena_zalloc(g->scratch, g->n, sizeof *y, "counts", &y));
    CAD_TRY(cad_arena_zalloc(g->scratch, g->n, sizeof *paired, "counts", &paired));
    for (size_t i = 0; i < g->n; i++) {
        double v = value_of(g->item[i], m);
        if (g->item[i]->row->counts.instances == 0)
            continue;
        y[n_references++] = reference_count(g->item[i], m);
        if (isnan(v))
            continue;
        paired[n] = y[n_references - 1];
        x[n++] = v;
    }
    if (n == 0)
        return CAD_OK;
    cad_interval_est answers = {cad_sum_pairwise(x, n) / (double)n, NAN, NAN};
    cad_interval_est truth = {cad_sum_pairwise(y, n_references) / (double)n_references, NAN, NAN};
    cad_interval_est of_these = {cad_sum_pairwise(paired, n) / (double)n, NAN, NAN};
    cad_interval_est gap = {fabs(answers.value - truth.value), NAN, NAN};
    CAD_TRY(put(g->metrics, m->name, answers, (int64_t)n, (int64_t)(g->n - n), "none", "excluded"));
    snprintf(name, sizeof name, "%s.reference", m->name);
    CAD_TRY(put(g->metrics, name, truth, (int64_t)n_references, (int64_t)(g->n - n_references), "none", "excluded"));
    snprintf(name, sizeof name, "%s.paired", m->name);
    CAD_TRY(put(g->metrics, name, of_these, (int64_t)n, (int64_t)(g->n - n), "none", "excluded"));
    snprintf(name, sizeof name, "%s.gap", m->name);
    return put(g->metrics, name, gap, (int64_t)n, (int64_t)(g->n - n), "down", "excluded");
}

/* Median of distances: failures are infinite, or left out. */
static cad_status put_median(const cad_results_group *g, const metric *m)
{
    double *x;
    uint64_t *cluster;
    size_t n, found;
    CAD_TRY(collect(g, m, (double)INFINITY, &x, &cluster, &n, &found));
    if (m->optional && !g->steplm)
        return CAD_OK;
    cad_interval_est e = {cad_median(x, n), NAN, NAN};
    return put(g->metrics, m->name, e, (int64_t)n, (int64_t)(g->n - found), "down", policy_of(m));
}

static int by_hash(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* How many programs there are among the valid samples, and how often the commonest stands there. */
static cad_status count_programs(const cad_results_group *g, size_t *valid, int64_t *distinct, int64_t *most)
{
    uint64_t *key;
    size_t n = 0;
    int64_t run = 0;
    CAD_TRY(cad_arena_zalloc(g->scratch, g->n, sizeof *key, "programs", &key));
    for (size_t i = 0; i < g->n; i++)
        if (g->item[i]->valid)
            key[n++] = g->item[i]->program;
    qsort(key, n, sizeof *key, by_hash);
    *distinct = *most = 0;
    for (size_t i = 0; i < n; i++) {
        bool other = i == 0 || key[i] != key[i - 1];
        *distinct += other;
        run = other ? 1 : run + 1;
        *most = run > *most ? run : *most;
    }
    *valid = n;
    return CAD_OK;
}

static cad_status put_distinct(const cad_results_group *g, const metric *m)
{
    size_t n;
    int64_t distinct, most;
    CAD_TRY(count_programs(g, &n, &distinct, &most));
    cad_interval_est e = {(double)distinct, NAN, NAN};
    return put(g->metrics, m->name, e, (int64_t)n, (int64_t)(g->n - n), "up", "excluded");
}

static cad_status put_top_share(const cad_results_group *g, const metric *m)
{
    size_t n;
    int64_t distinct, most;
    CAD_TRY(count_programs(g, &n, &distinct, &most));
    cad_interval_est e = {n ? (double)most / (double)n : (double)NAN, NAN, NAN};
    return put(g->metrics, m->name, e, (int64_t)n, (int64_t)(g->n - n), "down", "excluded");
}

static const metric METRICS[] = {
    {.name = "cr", .put = put_rate, .ask = is_complete},
    {.name = "stop", .put = put_rate, .ask = has_stopped},
    {.name = "valid", .put = put_rate, .ask = is_valid},
    {.name = "sizes", .put = put_rate, .ask = sizes_right},
    {.name = "seven", .put = put_rate, .ask = passes_seven},
    {.name = "iou.v64.A1", .put = put_score, .offset = offsetof(cad_scored, iou_a1)},
    {.name = "iou.v64.A1.excluded", .put = put_score, .offset = offsetof(cad_scored, iou_a1), .excluded = true},
    {.name = "iou.v64.A0c", .put = put_score, .offset = offsetof(cad_scored, iou_a0c)},
    {.name = "iou.v64.A0c.excluded", .put = put_score, .offset = offsetof(cad_scored, iou_a0c), .excluded = true},
    {.name = "cd.s2.p2s.8192.A1.median", .put = put_median, .offset = offsetof(cad_scored, cd)},
    {.name = "cd.s2.p2s.8192.A1.capped", .put = put_capped, .offset = offsetof(cad_scored, cd)},
    {.name = "cd.s2.p2s.8192.A1.excluded", .put = put_median, .offset = offsetof(cad_scored, cd), .excluded = true},
    {.name = "vol2", .put = put_rate, .ask = vol2},
    {.name = "valid.vol2", .put = put_rate, .ask = valid_and_vol2},
    {.name = "bbox1", .put = put_rate, .ask = bbox1},
    {.name = "kernel_valid", .put = put_rate, .ask = kernel_valid},
    {.name = "cr.official", .put = put_rate, .ask = cr_official},
    {.name = "rr.official", .put = put_rate, .ask = rr_official},
    {.name = "scd.official~.excluded",
     .put = put_median,
     .offset = offsetof(cad_scored, scd_official),
     .excluded = true,
     .optional = true},
    {.name = "scd.official~.median", .put = put_median, .offset = offsetof(cad_scored, scd_official), .optional = true},
    {.name = "scd.fixed.median", .put = put_median, .offset = offsetof(cad_scored, scd), .optional = true},
    {.name = "scd.fixed.excluded", .put = put_median, .offset = offsetof(cad_scored, scd), .excluded = true, .optional = true},
    {.name = "scd.p2s.median", .put = put_median, .offset = offsetof(cad_scored, scd_p2s), .optional = true},
    {.name = "scd.p2s.excluded",
     .put = put_median,
     .offset = offsetof(cad_scored, scd_p2s),
     .excluded = true,
     .optional = true},
    {.name = "scd.sim.median", .put = put_median, .offset = offsetof(cad_scored, scd_sim), .optional = true},
    {.name = "scd.sim.excluded",
     .put = put_median,
     .offset = offsetof(cad_scored, scd_sim),
     .excluded = true,
     .optional = true},
    {.name = "aec.official",
     .put = put_counts,
     .offset = offsetof(cad_scored, largest_id),
     .of_reference = offsetof(cad_reference_counts, largest_id)},
    {.name = "aec.fixed",
     .put = put_counts,
     .offset = offsetof(cad_scored, entities),
     .of_reference = offsetof(cad_reference_counts, instances)},
    {.name = "distinct.prog", .put = put_distinct},
    {.name = "top_share.prog", .put = put_top_share},
};
enum { N_METRICS = sizeof METRICS / sizeof METRICS[0] };

bool cad_results_has_metric(const char *name)
{
    for (size_t i = 0; i < N_METRICS; i++)
        if (!strcmp(name, METRICS[i].name))
            return true;
    return false;
}

cad_status cad_results_metrics(cad_buf *out)
{
    for (size_t i = 0; i < N_METRICS; i++)
        CAD_TRY(cad_buf_printf(out, " %s", METRICS[i].name));
    return CAD_OK;
}

cad_status cad_results_fill(cad_results_group *g)
{
    bool references = false;
    for (size_t i = 0; i < g->n; i++) {
        references = references || g->item[i]->row->reference;
        g->steplm = g->steplm || g->item[i]->rr_official >= 0;
    }
    for (size_t i = 0; i < N_METRICS; i++) {
        if (METRICS[i].offset && !references)
            continue;
        cad_frame f = cad_arena_mark(g->scratch);
        CAD_TRY(METRICS[i].put(g, &METRICS[i]));
        cad_arena_rewind(g->scratch, f);
    }
    return CAD_OK;
}
