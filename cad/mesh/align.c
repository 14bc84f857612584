#include "cad/mesh/align_impl.h"
#include "core/size.h"

#include <math.h>
#include <string.h>

enum { AXES = 24, CANDIDATES = 2 * AXES, RANKED_BY = 500, REFINED = 4, STEPS = 30, STAGES = 3 };
static const double STAGE[STAGES] = {0.2, 0.1, 0.05}; /* thresholds, in diagonals of the reference */
#define SETTLED 1e-6

typedef struct candidate {
    cad_rigid t;
    double s2;
} candidate;

typedef struct aligner {
    const cad_cloud *g, *p;
    cad_arena *scratch;
    double mean_g[3], mean_p[3];
    double *from, *to; /* (p->n,3) pairs of a step */
    int64_t *pair;     /* (p->n) of the step before, -1: none */
    cad_cloud_track to_g, to_p;
} aligner;

static void product(const double a[9], const double b[9], double out[9])
{
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++)
            out[3 * i + k] = a[3 * i] * b[k] + a[3 * i + 1] * b[3 + k] + a[3 * i + 2] * b[6 + k];
}

static double determinant(const double m[9])
{
    return m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
}

/* The proper rotations that carry axes to axes, identity first. */
static void axis_turns(double out[AXES][9])
{
    static const int order[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    int n = 0;
    for (int o = 0; o < 6; o++)
        for (int signs = 0; signs < 8; signs++) {
            double m[9] = {0};
            for (int i = 0; i < 3; i++)
                m[3 * i + order[o][i]] = signs >> i & 1 ? -1 : 1;
            if (determinant(m) > 0)
                memcpy(out[n++], m, sizeof m);
        }
}

/* Principal axes in the columns of a proper rotation. */
static void principal(const cad_cloud *c, const double mean[3], double out[9])
{
    double m[9] = {0}, value[3];
    for (int64_t i = 0; i < c->n; i++)
        for (int r = 0; r < 3; r++)
            for (int k = 0; k < 3; k++)
                m[3 * r + k] += (c->point[3 * i + r] - mean[r]) * (c->point[3 * i + k] - mean[k]);
    cad_eigen_symmetric(m, 3, value, out);
    if (determinant(out) < 0)
        for (int r = 0; r < 3; r++)
            out[3 * r + 2] = -out[3 * r + 2];
}

/* A turn about the means. */
static cad_rigid about_means(const aligner *a, const double turn[9])
{
    cad_rigid t;
    memcpy(t.turn, turn, sizeof t.turn);
    for (size_t i = 0; i < 3; i++)
        t.move[i] =
            a->mean_g[i] - (turn[3 * i] * a->mean_p[0] + turn[3 * i + 1] * a->mean_p[1] + turn[3 * i + 2] * a->mean_p[2]);
    return t;
}

/* All candidates, the best REFINED of them in front, in the order of their s2; of equal ones the first tried. */
static cad_status try_all(const aligner *a, candidate *c)
{
    double axes[AXES][9], of_g[9], of_p[9], back[9];
    cad_cloud *g, *p;
    axis_turns(axes);
    principal(a->g, a->mean_g, of_g);
    principal(a->p, a->mean_p, of_p);
    for (int i = 0; i < 9; i++)
        back[i] = of_p[3 * (i % 3) + i / 3];
    CAD_TRY(cad_cloud_build(a->g->point, a->g->n < RANKED_BY ? a->g->n : RANKED_BY, a->scratch, &g));
    CAD_TRY(cad_cloud_build(a->p->point, a->p->n < RANKED_BY ? a->p->n : RANKED_BY, a->scratch, &p));
    for (int i = 0; i < CANDIDATES; i++) {
        double half[9], turn[9];
        memcpy(turn, axes[i % AXES], sizeof turn);
        if (i >= AXES) {
            product(axes[i - AXES], back, half);
            product(of_g, half, turn);
        }
        candidate one = {.t = about_means(a, turn)};
        cad_cloud_chamfer d;
        CAD_TRY(cad_cloud_compare(g, p, &one.t, RANKED_BY, a->scratch, &d));
        one.s2 = d.s2;
        int at = i;
        for (; at && c[at - 1].s2 > one.s2; at--)
            c[at] = c[at - 1];
        c[at] = one;
    }
    return CAD_OK;
}

/* Iterated closest points within `reach`: ends when the share of pairs and their distance settle. */
static void iterate(aligner *a, double reach, cad_rigid *t)
{
    double share = 0, rmse = 0;
    for (int step = 0; step < STEPS; step++) {
        int64_t n = 0, others = 0;
        double sum = 0;
        for (int64_t i = 0; i < a->p->n; i++) {
            double q[3];
            int64_t j;
            cad_rigid_apply(t, a->p->point + 3 * i, q);
            double d2 = cad_cloud_follow(&a->to_g, i, q, &j);
            bool near = d2 < reach * reach;
            j = near ? j : -1;
            others += j != a->pair[i];
            a->pair[i] = j;
            if (!near)
                continue;
            memcpy(a->from + 3 * n, a->p->point + 3 * i, 3 * sizeof(double));
            memcpy(a->to + 3 * n, a->g->point + 3 * j, 3 * sizeof(double));
            sum += d2;
            n++;
        }
        if (n < 3 || (step && !others)) /* the pairs that this motion was fitted to */
            return;
        double now = (double)n / (double)a->p->n, error = sqrt(sum / (double)n);
        if (step && fabs(now - share) < SETTLED && fabs(error - rmse) < SETTLED * reach)
            return;
        share = now;
        rmse = error;
        *t = cad_rigid_fit(a->from, a->to, n);
    }
}

static cad_status score(aligner *a, candidate *c)
{
    cad_cloud_chamfer d;
    CAD_TRY(cad_cloud_compare_tracked(&c->t, &a->to_p, &a->to_g, a->scratch, &d));
    c->s2 = d.s2;
    return CAD_OK;
}

/* What refinement brings is kept where it lowers s2. */
static cad_status refine(aligner *a, double diagonal, candidate *c)
{
    CAD_TRY(score(a, c));
    for (int k = 0; k < STAGES; k++) {
        candidate next = *c;
        iterate(a, STAGE[k] * diagonal, &next.t);
        CAD_TRY(score(a, &next));
        if (next.s2 < c->s2)
            *c = next;
    }
    return CAD_OK;
}

cad_status cad_cloud_align(const cad_cloud *g, const cad_cloud *p, double diagonal, cad_arena *scratch, cad_rigid *out)
{
    cad_frame f = cad_arena_mark(scratch);
    aligner a = {.g = g, .p = p, .scratch = scratch};
    candidate c[CANDIDATES + 1];
    double rms;
    size_t bytes = cad_size_mul(cad_size_mul((size_t)p->n, 3), sizeof(double));
    CAD_TRY(cad_arena_alloc(scratch, bytes, "pairs", &a.from));
    CAD_TRY(cad_arena_alloc(scratch, bytes, "pairs", &a.to));
    CAD_TRY(cad_arena_zalloc(scratch, (size_t)p->n, sizeof *a.pair, "pairs", &a.pair));
    CAD_TRY(cad_cloud_track_make(g, p->n, scratch, &a.to_g));
    CAD_TRY(cad_cloud_track_make(p, g->n, scratch, &a.to_p));
    cad_cloud_moments(g->point, g->n, a.mean_g, &rms);
    cad_cloud_moments(p->point, p->n, a.mean_p, &rms);
    CAD_TRY(try_all(&a, c));
    int best = 0;
    for (int i = 0; i < REFINED; i++) {
        CAD_TRY(refine(&a, diagonal, &c[i]));
        best = c[i].s2 < c[best].s2 ? i : best;
    }
    *out = c[best].t;
    cad_arena_rewind(scratch, f);
    return CAD_OK;
}
