#include "cad/mesh/voxel.h"
#include "core/size.h"

#include <math.h>
#include <string.h>

__extension__ typedef __int128 wide;

enum { FRACTION = 65536, HALF = FRACTION / 2 }; /* snapped units per cell */

/* A triangle in snapped units: two axes across the columns, one along them. */
typedef struct shadow {
    int64_t x[3], y[3], z[3];
} shadow;

int64_t cad_voxel_words(int r)
{
    return (int64_t)r * r * (r / 64);
}

/* Floor division by a positive number. */
static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q - (a % b < 0);
}

static wide ceil_div(wide a, wide b)
{
    wide q = a / b;
    return q + (a % b > 0);
}

/* Twice the signed area of (a, b, p). */
static int64_t edge_function(const shadow *s, int a, int b, int64_t px, int64_t py)
{
    return (s->x[b] - s->x[a]) * (py - s->y[a]) - (s->y[b] - s->y[a]) * (px - s->x[a]);
}

/* Whether points exactly on the edge a -> b of a counter-clockwise triangle belong to it.  Of an edge and its reverse exactly
 * one says yes. */
static bool owns(const shadow *s, int a, int b)
{
    int64_t dx = s->x[b] - s->x[a], dy = s->y[b] - s->y[a];
    return dy < 0 || (dy == 0 && dx < 0);
}

static void toggle_from(uint64_t *column, int words, int64_t k)
{
    for (int w = 0; w < words; w++) {
        int64_t from = k - INT64_C(64) * w;
        if (from <= 0)
            column[w] = ~column[w];
        else if (from < 64)
            column[w] ^= ~UINT64_C(0) << from;
    }
}

static void cast(shadow *s, int r, uint64_t *bits)
{
    int64_t area = edge_function(s, 0, 1, s->x[2], s->y[2]);
    if (area == 0)
        return;
    if (area < 0) { /* parity does not ask which way a crossing goes */
        int64_t *axis[3] = {s->x, s->y, s->z};
        for (int k = 0; k < 3; k++) {
            int64_t t = axis[k][1];
            axis[k][1] = axis[k][2];
            axis[k][2] = t;
        }
        area = -area;
    }
    int64_t lo[2] = {s->x[0], s->y[0]}, hi[2] = {s->x[0], s->y[0]};
    for (int k = 1; k < 3; k++) {
        lo[0] = s->x[k] < lo[0] ? s->x[k] : lo[0];
        hi[0] = s->x[k] > hi[0] ? s->x[k] : hi[0];
        lo[1] = s->y[k] < lo[1] ? s->y[k] : lo[1];
        hi[1] = s->y[k] > hi[1] ? s->y[k] : hi[1];
    }
    /* Columns whose centre i * FRACTION + HALF lies in [lo, hi]. */
    int64_t first[2], last[2];
    for (int k = 0; k < 2; k++) {
        first[k] = floor_div(lo[k] - HALF + FRACTION - 1, FRACTION);
        last[k] = floor_div(hi[k] - HALF, FRACTION);
        first[k] = first[k] < 0 ? 0 : first[k];
        last[k] = last[k] > r - 1 ? r - 1 : last[k];
    }
    int words = r / 64;
    int64_t bias[3], step[3];
    for (int e = 0; e < 3; e++) {
        bias[e] = owns(s, e, (e + 1) % 3) ? 0 : -1; /* on the edge: 0 counts as inside, or does not */
        step[e] = -(s->y[(e + 1) % 3] - s->y[e]) * FRACTION;
    }
    for (int64_t j = first[1]; j <= last[1]; j++) {
        int64_t py = j * FRACTION + HALF, px = first[0] * FRACTION + HALF, w[3];
        for (int e = 0; e < 3; e++)
            w[e] = edge_function(s, e, (e + 1) % 3, px, py);
        for (int64_t i = first[0]; i <= last[0]; i++) {
            if (w[0] + bias[0] >= 0 && w[1] + bias[1] >= 0 && w[2] + bias[2] >= 0) {
                /* w[e] weighs the corner opposite to edge e */
                wide depth = (wide)w[1] * s->z[0] + (wide)w[2] * s->z[1] + (wide)w[0] * s->z[2];
                wide k = ceil_div(depth - (wide)area * HALF, (wide)area * FRACTION);
                if (k < r)
                    toggle_from(bits + (j * r + i) * words, words, k < 0 ? 0 : (int64_t)k);
            }
            for (int e = 0; e < 3; e++)
                w[e] += step[e];
        }
    }
}

static cad_status snap(const cad_mesh *m, cad_align t, int r, cad_arena *a, int64_t **out)
{
    int64_t *s;
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_add(cad_size_mul((size_t)m->n_vert, 3), 1), sizeof *s), "snapped vertices",
                            &s));
    for (int64_t i = 0; i < m->n_vert * 3; i++) {
        double y = (m->xyz[i] - t.shift[i % 3]) * t.scale;
        if (!(fabs(y) <= 8))
            CAD_FAIL(CAD_EGEOM, "vertex %lld lies %g cubes from the middle; at most 8", (long long)(i / 3), y);
        s[i] = llround((y + 0.5) * r * (double)FRACTION);
    }
    *out = s;
    return CAD_OK;
}

/* Columns along `axis`; the other two axes follow in cyclic order. */
static void cast_all(const cad_mesh *m, const int64_t *snapped, int r, int axis, uint64_t *bits)
{
    int u = (axis + 1) % 3, v = (axis + 2) % 3;
    memset(bits, 0, (size_t)cad_voxel_words(r) * sizeof *bits);
    for (int64_t t = 0; t < m->n_tri; t++) {
        shadow s;
        for (int k = 0; k < 3; k++) {
            const int64_t *p = snapped + 3 * (size_t)m->tri[3 * t + k];
            s.x[k] = p[u];
            s.y[k] = p[v];
            s.z[k] = p[axis];
        }
        cast(&s, r, bits);
    }
}

static bool cell(const uint64_t *bits, int r, int64_t x, int64_t y, int64_t z)
{
    return bits[(y * r + x) * (r / 64) + z / 64] >> (z % 64) & 1;
}

cad_status cad_voxelize(const cad_mesh *m, cad_align t, int r, bool closed, cad_arena *scratch, uint64_t *bits)
{
    if (r != 64 && r != 128 && r != 256)
        CAD_FAIL(CAD_EINVAL, "voxel grid of %d; expected 64, 128 or 256", r);
    cad_frame frame = cad_arena_mark(scratch);
    int64_t *snapped = NULL;
    CAD_TRY(snap(m, t, r, scratch, &snapped));
    cast_all(m, snapped, r, 2, bits);
    if (!closed) {
        uint64_t *along[2];
        for (int axis = 0; axis < 2; axis++) {
            CAD_TRY(cad_arena_alloc(scratch, cad_size_mul((size_t)cad_voxel_words(r), sizeof **along), "voxels of an axis",
                                    &along[axis]));
            cast_all(m, snapped, r, axis, along[axis]);
        }
        for (int64_t y = 0; y < r; y++)
            for (int64_t x = 0; x < r; x++)
                for (int64_t z = 0; z < r; z++) {
                    int votes = cell(bits, r, x, y, z) + cell(along[0], r, y, z, x) + cell(along[1], r, z, x, y);
                    uint64_t *w = &bits[(y * r + x) * (r / 64) + z / 64], bit = UINT64_C(1) << (z % 64);
                    *w = votes >= 2 ? *w | bit : *w & ~bit;
                }
    }
    cad_arena_rewind(scratch, frame);
    return CAD_OK;
}

cad_voxel_overlap cad_voxel_compare(const uint64_t *a, const uint64_t *b, int r)
{
    cad_voxel_overlap o = {0, 0};
    for (int64_t i = 0; i < cad_voxel_words(r); i++) {
        o.both += __builtin_popcountll(a[i] & b[i]);
        o.either += __builtin_popcountll(a[i] | b[i]);
    }
    return o;
}

double cad_voxel_iou(cad_voxel_overlap o)
{
    return o.either > 0 ? (double)o.both / (double)o.either : -1;
}
