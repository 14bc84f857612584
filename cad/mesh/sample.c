#include "cad/mesh/distance.h"

#include "core/hash.h"
#include "core/rng.h"
#include "core/size.h"

#include <math.h>
#include <string.h>

uint64_t cad_sample_key(const char *side, const char *id, const char *protocol)
{
    const char *part[3] = {side, id, protocol};
    uint64_t h = 0;
    cad_buf b = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (int k = 0; k < 3 && s == CAD_OK; k++) {
        s = cad_buf_str(&b, part[k]);
        if (s == CAD_OK && k < 2)
            s = cad_buf_add(&b, "", 1);
    }
    if (s == CAD_OK)
        h = cad_hash64(b.data, b.len, 0);
    cad_buf_deinit(&b);
    return h;
}

/* Cross product of two sides: twice the area along the normal. */
static void area_vector(const cad_mesh *m, int64_t t, double n[3])
{
    const double *a = m->xyz + 3 * (size_t)m->tri[3 * t], *b = m->xyz + 3 * (size_t)m->tri[3 * t + 1],
                 *c = m->xyz + 3 * (size_t)m->tri[3 * t + 2];
    double u[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]}, v[3] = {c[0] - a[0], c[1] - a[1], c[2] - a[2]};
    n[0] = u[1] * v[2] - u[2] * v[1];
    n[1] = u[2] * v[0] - u[0] * v[2];
    n[2] = u[0] * v[1] - u[1] * v[0];
}

/* First triangle whose running area is above `at`. */
static int64_t find_triangle(const double *sum, int64_t n, double at)
{
    int64_t lo = 0, hi = n - 1;
    while (lo < hi) {
        int64_t mid = lo + (hi - lo) / 2;
        if (sum[mid] > at)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

cad_status cad_mesh_sample(const cad_mesh *m, uint64_t key, int64_t first, int64_t n, cad_arena *scratch, double *points,
                           double *normals)
{
    cad_frame frame = cad_arena_mark(scratch);
    double *sum, total = 0;
    CAD_TRY(cad_arena_alloc(scratch, cad_size_mul(cad_size_add((size_t)m->n_tri, 1), sizeof *sum), "running areas", &sum));
    for (int64_t t = 0; t < m->n_tri; t++) {
        double v[3];
        area_vector(m, t, v);
        total += 0.5 * sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        sum[t] = total;
    }
    if (!(total > 0) || !isfinite(total))
        CAD_FAIL(CAD_EGEOM, "the mesh has no area to sample");
    for (int64_t i = 0; i < n; i++) {
        uint64_t point = (uint64_t)(first + i);
        const uint32_t counter[4] = {(uint32_t)point, (uint32_t)(point >> 32), 0, 0};
        uint32_t w[4];
        cad_philox(key, counter, w);
        double u0 = (double)(((uint64_t)w[0] << 32 | w[1]) >> 11) * 0x1p-53;
        double r = sqrt(((double)w[2] + 0.5) * 0x1p-32), u2 = ((double)w[3] + 0.5) * 0x1p-32;
        int64_t t = find_triangle(sum, m->n_tri, u0 * total);
        const double *a = m->xyz + 3 * (size_t)m->tri[3 * t], *b = m->xyz + 3 * (size_t)m->tri[3 * t + 1],
                     *c = m->xyz + 3 * (size_t)m->tri[3 * t + 2];
        for (int k = 0; k < 3; k++)
            points[3 * i + k] = (1 - r) * a[k] + r * (1 - u2) * b[k] + r * u2 * c[k];
        if (normals) {
            double v[3], l;
            area_vector(m, t, v);
            l = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
            for (int k = 0; k < 3; k++)
                normals[3 * i + k] = v[k] / l;
        }
    }
    cad_arena_rewind(scratch, frame);
    return CAD_OK;
}

double cad_pairwise_sum(const double *x, int64_t n)
{
    double level[64];
    int depth = 0;
    for (int64_t i = 0; i < n; i++) {
        double v = x[i];
        for (int64_t c = i; c & 1; c >>= 1)
            v = level[--depth] + v;
        level[depth++] = v;
    }
    double total = 0;
    while (depth > 0)
        total = level[--depth] + total;
    return total;
}

/* Mean squared distance of n points of `from` to the surface `to`. */
static cad_status one_way(const cad_mesh *from, uint64_t key, const cad_mesh *to, int64_t n, cad_arena *scratch, double *out)
{
    cad_frame frame = cad_arena_mark(scratch);
    double *points, *d2;
    cad_bvh *tree;
    CAD_TRY(cad_arena_alloc(scratch, cad_size_mul(cad_size_mul((size_t)n, 3), sizeof *points), "cloud", &points));
    CAD_TRY(cad_arena_alloc(scratch, cad_size_mul((size_t)n, sizeof *d2), "distances", &d2));
    CAD_TRY(cad_mesh_sample(from, key, 0, n, scratch, points, NULL));
    CAD_TRY(cad_bvh_build(to, scratch, &tree));
    for (int64_t i = 0; i < n; i++)
        d2[i] = cad_bvh_distance2(tree, points + 3 * i, NULL, NULL);
    *out = cad_pairwise_sum(d2, n) / (double)n;
    cad_arena_rewind(scratch, frame);
    return CAD_OK;
}

cad_status cad_chamfer_p2s(const cad_mesh *g, uint64_t key_g, const cad_mesh *p, uint64_t key_p, int64_t n, cad_arena *scratch,
                           cad_chamfer *out)
{
    if (n <= 0)
        CAD_FAIL(CAD_EINVAL, "%lld points to sample; at least 1 is needed", (long long)n);
    cad_chamfer r;
    CAD_TRY(one_way(g, key_g, p, n, scratch, &r.g2p));
    CAD_TRY(one_way(p, key_p, g, n, scratch, &r.p2g));
    r.s2 = r.g2p + r.p2g;
    *out = r;
    return CAD_OK;
}
