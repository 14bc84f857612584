/* Meshes for the tests of cad/mesh. */
#ifndef CADLM_TESTS_CAD_MESH_UTIL_H
#define CADLM_TESTS_CAD_MESH_UTIL_H

#include "tests/unit.h"

#include "cad/mesh/mesh.h"

static inline cad_arena *new_arena(void)
{
    cad_arena *a;
    ok(cad_arena_create("mesh test", (size_t)512 << 20, &a));
    return a;
}

/* Appends a closed box to a mesh that has room; its faces get numbers from `face`. */
static inline void add_box(cad_mesh *m, const double lo[3], const double hi[3])
{
    static const uint32_t quads[6][4] = {{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}};
    uint32_t base = (uint32_t)m->n_vert;
    for (int i = 0; i < 8; i++, m->n_vert++)
        for (int k = 0; k < 3; k++)
            m->xyz[3 * m->n_vert + k] = i >> k & 1 ? hi[k] : lo[k];
    for (int q = 0; q < 6; q++)
        for (int half = 0; half < 2; half++, m->n_tri++) {
            m->tri[3 * m->n_tri] = base + quads[q][0];
            m->tri[3 * m->n_tri + 1] = base + quads[q][1 + half];
            m->tri[3 * m->n_tri + 2] = base + quads[q][2 + half];
        }
}

static inline cad_mesh new_mesh(cad_arena *a, int boxes)
{
    cad_mesh m;
    ok(cad_mesh_alloc(a, 8 * boxes, 12 * boxes, &m));
    m.n_vert = m.n_tri = 0;
    return m;
}

static inline cad_mesh box_mesh(cad_arena *a, double x0, double y0, double z0, double x1, double y1, double z1)
{
    cad_mesh m = new_mesh(a, 1);
    add_box(&m, (double[3]){x0, y0, z0}, (double[3]){x1, y1, z1});
    return m;
}

static inline cad_mesh cube_mesh(cad_arena *a, double side)
{
    return box_mesh(a, -side / 2, -side / 2, -side / 2, side / 2, side / 2, side / 2);
}

/* Sphere of radius r with 2n x n quads. */
static inline cad_mesh sphere_mesh(cad_arena *a, double r, int n)
{
    cad_mesh m;
    ok(cad_mesh_alloc(a, (int64_t)2 * n * (n - 1) + 2, (int64_t)4 * n * (n - 1), &m));
    uint32_t top = (uint32_t)(2 * n * (n - 1)), bottom = top + 1;
    for (int i = 1; i < n; i++)
        for (int j = 0; j < 2 * n; j++) {
            double *p = m.xyz + 3 * ((i - 1) * 2 * n + j), t = M_PI * i / n, u = M_PI * j / n;
            p[0] = r * sin(t) * cos(u);
            p[1] = r * sin(t) * sin(u);
            p[2] = r * cos(t);
        }
    m.xyz[3 * top + 2] = r;
    m.xyz[3 * bottom + 2] = -r;
    m.n_tri = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < 2 * n; j++) {
            int k = (j + 1) % (2 * n);
            uint32_t p = (uint32_t)((i - 1) * 2 * n + j), q = (uint32_t)((i - 1) * 2 * n + k);
            uint32_t s = (uint32_t)(i * 2 * n + j), t = (uint32_t)(i * 2 * n + k);
            uint32_t *f = m.tri + 3 * m.n_tri;
            if (i == 0) {
                memcpy(f, (uint32_t[3]){top, s, t}, 12);
                m.n_tri++;
            } else if (i == n - 1) {
                memcpy(f, (uint32_t[3]){p, bottom, q}, 12);
                m.n_tri++;
            } else {
                memcpy(f, (uint32_t[6]){p, s, t, p, t, q}, 24);
                m.n_tri += 2;
            }
        }
    return m;
}

/* Turns about z and moves. */
static inline void turn_z(cad_mesh *m, double degrees, double dx, double dy, double dz)
{
    double c = cos(degrees * M_PI / 180), s = sin(degrees * M_PI / 180);
    for (int64_t i = 0; i < m->n_vert; i++) {
        double *p = m->xyz + 3 * i, x = p[0], y = p[1];
        p[0] = c * x - s * y + dx;
        p[1] = s * x + c * y + dy;
        p[2] += dz;
    }
}

static inline cad_mesh canonical(cad_arena *a, const cad_mesh *m)
{
    cad_mesh c;
    ok(cad_mesh_canonical(m, a, &c));
    return c;
}

static inline cad_align own_a1(const cad_mesh *m)
{
    cad_box b;
    ok(cad_mesh_box(m, &b));
    return cad_align_a1(&b);
}

#endif
