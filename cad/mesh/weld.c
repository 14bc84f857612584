/* Welding, canonical order, the watertight test.  Everything works on sorted copies, so the order of the input cannot show.
 */
#include "cad/mesh/mesh.h"
#include "core/size.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WELD 1e-7 /* of the diagonal */

typedef struct vertex {
    double p[3];
    int64_t q[3]; /* steps of 2^-24 of the diagonal from the box corner */
    uint32_t index;
} vertex;

static int by_coordinates(const void *pa, const void *pb)
{
    const vertex *a = pa, *b = pb;
    for (int k = 0; k < 3; k++)
        if (a->q[k] != b->q[k])
            return a->q[k] < b->q[k] ? -1 : 1;
    for (int k = 0; k < 3; k++)
        if (a->p[k] != b->p[k])
            return a->p[k] < b->p[k] ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

/* ---- a hash of grid cells that holds the vertices kept so far ---- */

typedef struct grid {
    double cell;
    const double *lo;
    uint32_t *head; /* (size) first vertex + 1 of a bucket, 0: none */
    uint32_t *next; /* (n_vert) */
    uint64_t mask;
} grid;

static uint64_t bucket_of(const grid *g, const int64_t c[3])
{
    uint64_t h =
        (uint64_t)c[0] * 0x9E3779B97F4A7C15u ^ (uint64_t)c[1] * 0xC2B2AE3D27D4EB4Fu ^ (uint64_t)c[2] * 0x165667B19E3779F9u;
    h ^= h >> 29;
    return (h * 0xBF58476D1CE4E5B9u >> 20) & g->mask;
}

static int64_t cell_of(const grid *g, double x, int k)
{
    return (int64_t)floor((x - g->lo[k]) / g->cell);
}

/* The kept vertex within tol of p that comes first in the order, or -1. */
static int64_t find_near(const grid *g, const vertex *sorted, const double p[3], double tol)
{
    int64_t lo[3], hi[3], best = -1;
    for (int k = 0; k < 3; k++) {
        lo[k] = cell_of(g, p[k] - tol, k);
        hi[k] = cell_of(g, p[k] + tol, k);
    }
    for (int64_t x = lo[0]; x <= hi[0]; x++)
        for (int64_t y = lo[1]; y <= hi[1]; y++)
            for (int64_t z = lo[2]; z <= hi[2]; z++) {
                const int64_t c[3] = {x, y, z};
                for (uint32_t i = g->head[bucket_of(g, c)]; i; i = g->next[i - 1]) {
                    const double *q = sorted[i - 1].p;
                    if (fabs(q[0] - p[0]) <= tol && fabs(q[1] - p[1]) <= tol && fabs(q[2] - p[2]) <= tol &&
                        (best < 0 || i - 1 < best))
                        best = i - 1;
                }
            }
    return best;
}

/* welded[v] = rank of the vertex that stands for v; *out_sorted the vertices kept, by rank.  Unused vertices get 0. */
static cad_status weld(const cad_mesh *m, cad_arena *a, uint32_t **welded, vertex **out_sorted, int64_t *out_n)
{
    cad_box box;
    CAD_TRY(cad_mesh_box(m, &box));
    double diagonal = cad_box_diagonal(&box), tol = WELD * diagonal;
    size_t n_vert = (size_t)m->n_vert, size = 64;
    uint8_t *used;
    vertex *v;
    if (!(diagonal > 0))
        CAD_FAIL(CAD_EGEOM, "the mesh has no extent");
    CAD_TRY(cad_arena_zalloc(a, n_vert, 1, "used vertices", &used));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n_vert, sizeof *v), "sorted vertices", &v));
    CAD_TRY(cad_arena_zalloc(a, n_vert, sizeof **welded, "welded vertices", welded));
    for (int64_t i = 0; i < m->n_tri * 3; i++)
        used[m->tri[i]] = 1;
    int64_t n = 0;
    for (size_t i = 0; i < n_vert; i++) {
        if (!used[i])
            continue;
        v[n].index = (uint32_t)i;
        for (int k = 0; k < 3; k++) {
            v[n].p[k] = m->xyz[3 * i + (size_t)k];
            v[n].q[k] = (int64_t)llround((v[n].p[k] - box.lo[k]) / diagonal * 16777216.0);
        }
        n++;
    }
    qsort(v, (size_t)n, sizeof *v, by_coordinates);
    while (size < 2 * (size_t)n)
        size *= 2;
    grid g = {.cell = 8 * tol, .lo = box.lo, .mask = size - 1};
    CAD_TRY(cad_arena_zalloc(a, size, sizeof *g.head, "vertex grid", &g.head));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul((size_t)n, sizeof *g.next), "vertex grid", &g.next));
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t near = find_near(&g, v, v[i].p, tol);
        (*welded)[v[i].index] = (uint32_t)(near < 0 ? kept : near);
        if (near >= 0)
            continue;
        vertex keep = v[i];
        int64_t c[3];
        for (int k = 0; k < 3; k++)
            c[k] = cell_of(&g, keep.p[k], k);
        uint64_t b = bucket_of(&g, c);
        v[kept] = keep; /* kept <= i: what it overwrites was read */
        g.next[kept] = g.head[b];
        g.head[b] = (uint32_t)++kept;
    }
    *out_sorted = v;
    *out_n = kept;
    return CAD_OK;
}

typedef struct facet {
    uint32_t v[3];
    int32_t face, shell;
} facet;

static int by_facet(const void *pa, const void *pb)
{
    const facet *a = pa, *b = pb;
    for (int k = 0; k < 3; k++)
        if (a->v[k] != b->v[k])
            return a->v[k] < b->v[k] ? -1 : 1;
    if (a->shell != b->shell)
        return a->shell < b->shell ? -1 : 1;
    return a->face < b->face ? -1 : a->face > b->face;
}

/* Triangles between welded vertices, smallest vertex first; those that lost a corner are left out. */
static int64_t gather(const cad_mesh *m, const uint32_t *welded, facet *f)
{
    int64_t n = 0;
    for (int64_t t = 0; t < m->n_tri; t++) {
        uint32_t a = welded[m->tri[3 * t]], b = welded[m->tri[3 * t + 1]], c = welded[m->tri[3 * t + 2]];
        if (a == b || b == c || c == a)
            continue;
        int32_t face = m->face_of_tri ? m->face_of_tri[t] : 0, shell = m->shell_of_tri ? m->shell_of_tri[t] : 0;
        if (a < b && a < c)
            f[n++] = (facet){{a, b, c}, face, shell};
        else if (b < c)
            f[n++] = (facet){{b, c, a}, face, shell};
        else
            f[n++] = (facet){{c, a, b}, face, shell};
    }
    return n;
}

cad_status cad_mesh_canonical(const cad_mesh *m, cad_arena *a, cad_mesh *out)
{
    uint32_t *welded;
    vertex *v;
    facet *f;
    int64_t n_vert;
    CAD_TRY(weld(m, a, &welded, &v, &n_vert));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul((size_t)m->n_tri, sizeof *f), "sorted triangles", &f));
    int64_t n_tri = gather(m, welded, f);
    if (n_tri == 0)
        CAD_FAIL(CAD_EGEOM, "no triangle of the mesh has an area");
    qsort(f, (size_t)n_tri, sizeof *f, by_facet);
    cad_mesh r;
    CAD_TRY(cad_mesh_alloc(a, n_vert, n_tri, &r));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul((size_t)n_tri, sizeof *r.face_of_tri), "faces of triangles", &r.face_of_tri));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul((size_t)n_tri, sizeof *r.shell_of_tri), "shells of triangles", &r.shell_of_tri));
    for (int64_t i = 0; i < n_vert; i++)
        memcpy(r.xyz + 3 * i, v[i].p, sizeof v[i].p);
    for (int64_t t = 0; t < n_tri; t++) {
        memcpy(r.tri + 3 * t, f[t].v, sizeof f[t].v);
        r.face_of_tri[t] = f[t].face;
        r.shell_of_tri[t] = f[t].shell;
    }
    *out = r;
    return CAD_OK;
}

typedef struct edge {
    int32_t shell;
    uint32_t lo, hi;
    uint32_t back; /* 1: runs from hi to lo */
} edge;

static int by_edge(const void *pa, const void *pb)
{
    const edge *a = pa, *b = pb;
    if (a->shell != b->shell)
        return a->shell < b->shell ? -1 : 1;
    if (a->lo != b->lo)
        return a->lo < b->lo ? -1 : 1;
    if (a->hi != b->hi)
        return a->hi < b->hi ? -1 : 1;
    return (int)a->back - (int)b->back;
}

cad_status cad_mesh_watertight(const cad_mesh *m, cad_arena *scratch, cad_mesh_check *out)
{
    cad_frame frame = cad_arena_mark(scratch);
    uint32_t *welded;
    vertex *v;
    facet *f;
    edge *e;
    int64_t n_vert;
    CAD_TRY(weld(m, scratch, &welded, &v, &n_vert));
    CAD_TRY(cad_arena_alloc(scratch, cad_size_mul((size_t)m->n_tri, sizeof *f), "triangles", &f));
    int64_t n = gather(m, welded, f);
    CAD_TRY(cad_arena_alloc(scratch, cad_size_mul(cad_size_add(cad_size_mul((size_t)n, 3), 1), sizeof *e), "mesh edges", &e));
    for (int64_t i = 0; i < 3 * n; i++) {
        uint32_t a = f[i / 3].v[i % 3], b = f[i / 3].v[(i + 1) % 3];
        e[i] = (edge){f[i / 3].shell, a < b ? a : b, a < b ? b : a, a > b};
    }
    qsort(e, (size_t)n * 3, sizeof *e, by_edge);
    cad_mesh_check r = {.watertight = n > 0};
    for (int64_t i = 0, next; i < 3 * n; i = next) {
        int64_t count[2] = {0, 0};
        for (next = i; next < 3 * n && e[next].shell == e[i].shell && e[next].lo == e[i].lo && e[next].hi == e[i].hi; next++)
            count[e[next].back]++;
        r.open_edges += (count[0] == 0) != (count[1] == 0);
        r.multi_edges += (count[0] > 1) + (count[1] > 1);
        r.shells += i == 0 || e[i].shell != e[i - 1].shell;
    }
    r.watertight = r.watertight && r.open_edges == 0 && r.multi_edges == 0;
    cad_arena_rewind(scratch, frame);
    *out = r;
    return CAD_OK;
}
