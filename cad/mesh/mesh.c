#include "cad/mesh/mesh.h"
#include "core/size.h"

#include <math.h>
#include <string.h>

cad_status cad_mesh_alloc(cad_arena *a, int64_t n_vert, int64_t n_tri, cad_mesh *out)
{
    cad_mesh m = {.n_vert = n_vert, .n_tri = n_tri};
    CAD_TRY(cad_arena_zalloc(a, cad_size_add(cad_size_mul((size_t)n_vert, 3), 1), sizeof *m.xyz, "mesh vertices", &m.xyz));
    CAD_TRY(cad_arena_zalloc(a, cad_size_add(cad_size_mul((size_t)n_tri, 3), 1), sizeof *m.tri, "mesh triangles", &m.tri));
    *out = m;
    return CAD_OK;
}

cad_status cad_mesh_box(const cad_mesh *m, cad_box *out)
{
    if (m->n_tri <= 0)
        CAD_FAIL(CAD_EGEOM, "the mesh has no triangle");
    cad_box b = {{INFINITY, INFINITY, INFINITY}, {-INFINITY, -INFINITY, -INFINITY}};
    for (int64_t i = 0; i < m->n_tri * 3; i++) {
        const double *p = m->xyz + 3 * (size_t)m->tri[i];
        for (int k = 0; k < 3; k++) {
            if (!isfinite(p[k]))
                CAD_FAIL(CAD_EGEOM, "vertex %u of the mesh is not finite", m->tri[i]);
            b.lo[k] = p[k] < b.lo[k] ? p[k] : b.lo[k];
            b.hi[k] = p[k] > b.hi[k] ? p[k] : b.hi[k];
        }
    }
    *out = b;
    return CAD_OK;
}

double cad_box_diagonal(const cad_box *b)
{
    double x = b->hi[0] - b->lo[0], y = b->hi[1] - b->lo[1], z = b->hi[2] - b->lo[2];
    return sqrt(x * x + y * y + z * z);
}

double cad_box_longest(const cad_box *b)
{
    return fmax(b->hi[0] - b->lo[0], fmax(b->hi[1] - b->lo[1], b->hi[2] - b->lo[2]));
}

/* Sum over triangles of a term, in pairs, without an array: one partial sum per level, merged like the carry of a counter. */
typedef struct pair_sum {
    double level[64];
    uint64_t count;
} pair_sum;

static void pair_add(pair_sum *s, double x)
{
    int k = 0;
    for (uint64_t c = s->count++; c & 1; c >>= 1)
        x = s->level[k++] + x;
    s->level[k] = x;
}

static double pair_total(const pair_sum *s)
{
    double t = 0;
    for (int k = 0; k < 64; k++)
        if (s->count >> k & 1)
            t = s->level[k] + t;
    return t;
}

static void corner_vectors(const cad_mesh *m, int64_t t, const double *o, double a[3], double b[3], double c[3])
{
    const double *p = m->xyz + 3 * (size_t)m->tri[3 * t], *q = m->xyz + 3 * (size_t)m->tri[3 * t + 1],
                 *r = m->xyz + 3 * (size_t)m->tri[3 * t + 2];
    for (int k = 0; k < 3; k++) {
        a[k] = p[k] - o[k];
        b[k] = q[k] - o[k];
        c[k] = r[k] - o[k];
    }
}

double cad_mesh_area(const cad_mesh *m)
{
    pair_sum s = {.count = 0};
    for (int64_t t = 0; t < m->n_tri; t++) {
        double a[3], b[3], c[3];
        corner_vectors(m, t, m->xyz + 3 * (size_t)m->tri[3 * t], a, b, c);
        double x = b[1] * c[2] - b[2] * c[1], y = b[2] * c[0] - b[0] * c[2], z = b[0] * c[1] - b[1] * c[0];
        pair_add(&s, 0.5 * sqrt(x * x + y * y + z * z));
    }
    return pair_total(&s);
}

double cad_mesh_volume(const cad_mesh *m)
{
    pair_sum s = {.count = 0};
    for (int64_t t = 0; t < m->n_tri; t++) {
        double a[3], b[3], c[3];
        corner_vectors(m, t, m->xyz, a, b, c);
        pair_add(
            &s,
            (a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0])) / 6);
    }
    return pair_total(&s);
}

cad_align cad_align_a0(void)
{
    return (cad_align){{0, 0, 0}, 1};
}

static cad_align centred(const cad_box *b, double longest)
{
    cad_align t = {.scale = longest > 0 ? 1 / longest : 1};
    for (int k = 0; k < 3; k++)
        t.shift[k] = b->lo[k] + 0.5 * (b->hi[k] - b->lo[k]);
    return t;
}

cad_align cad_align_a1(const cad_box *own)
{
    return centred(own, cad_box_longest(own));
}

cad_align cad_align_a0c(const cad_box *own, const cad_box *other)
{
    return centred(own, fmax(cad_box_longest(own), cad_box_longest(other)));
}

cad_status cad_mesh_align(const cad_mesh *m, cad_align t, cad_arena *a, cad_mesh *out)
{
    cad_mesh r = *m;
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_mul((size_t)m->n_vert, 3), sizeof *r.xyz), "aligned vertices", &r.xyz));
    for (int64_t i = 0; i < m->n_vert; i++)
        for (int k = 0; k < 3; k++)
            r.xyz[3 * i + k] = (m->xyz[3 * i + k] - t.shift[k]) * t.scale;
    *out = r;
    return CAD_OK;
}

static cad_status put_f32(cad_buf *out, double v)
{
    float f = (float)v;
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    const unsigned char bytes[4] = {(unsigned char)u, (unsigned char)(u >> 8), (unsigned char)(u >> 16),
                                    (unsigned char)(u >> 24)};
    return cad_buf_add(out, bytes, 4);
}

cad_status cad_stl_write(const cad_mesh *m, const char *name, cad_buf *out)
{
    char head[84] = "cadlm "; /* never "solid": readers take that for the text form */
    size_t len = strlen(name);
    memcpy(head + 6, name, len < 73 ? len : 73);
    size_t count_at = out->len + 80;
    CAD_TRY(cad_buf_add(out, head, sizeof head));
    uint32_t count = 0;
    for (int64_t t = 0; t < m->n_tri; t++) {
        double a[3], b[3], c[3];
        const double *o = m->xyz + 3 * (size_t)m->tri[3 * t];
        corner_vectors(m, t, o, a, b, c);
        double n[3] = {b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]};
        double l = sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
        if (!(l > 0))
            continue;
        for (int k = 0; k < 3; k++)
            CAD_TRY(put_f32(out, n[k] / l));
        for (int k = 0; k < 9; k++)
            CAD_TRY(put_f32(out, m->xyz[3 * (size_t)m->tri[3 * t + k / 3] + (size_t)(k % 3)]));
        CAD_TRY(cad_buf_add(out, "\0", 2));
        count++;
    }
    for (int k = 0; k < 4; k++)
        out->data[count_at + (size_t)k] = (char)(unsigned char)(count >> 8 * k);
    return CAD_OK;
}
