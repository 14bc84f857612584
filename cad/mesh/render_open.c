/* Ambient light in corners: around each pixel, how much of what stands above its tangent plane comes near. */
#include "cad/mesh/render_core.h"
#include "core/size.h"

#include <math.h>
#include <string.h>

enum { TAPS = 20, TURNS = 16, SOFT = 4 };

typedef struct tap {
    int32_t dx, dy;
    double r;
} tap;

/* Spirals by the golden angle: directions and radii without a pattern.  Neighbouring pixels use other turns of it, and the
 * mean over 8 x 8 pixels then sees all of them. */
static void spiral(double radius, int turn, tap taps[TAPS])
{
    for (int i = 0; i < TAPS; i++) {
        double r = radius * sqrt((i + (turn + 0.5) / TURNS) / TAPS), a = 2.399963229728653 * (i + turn * 0.61803398875);
        taps[i].dx = (int32_t)lround(r * cos(a));
        taps[i].dy = (int32_t)lround(r * sin(a));
        taps[i].r = hypot(taps[i].dx, taps[i].dy);
    }
}

static double open_at(const cad_openness *o, const cad_band *b, const tap taps[TAPS], double range, int32_t x, int32_t y)
{
    size_t at = (size_t)y * (size_t)o->w + (size_t)x;
    double z = (double)o->depth[at], nx = (double)b->nx[at], ny = (double)b->ny[at],
           nz = sqrt(fmax(0.03, 1 - nx * nx - ny * ny));
    double blocked = 0;
    for (int i = 0; i < TAPS; i++) {
        int32_t u = x + taps[i].dx, v = y + taps[i].dy;
        if (u < 0 || v < 0 || u >= o->w || v >= o->h || taps[i].r < 0.5)
            continue;
        double zt = (double)o->depth[(size_t)v * (size_t)o->w + (size_t)u];
        /* height above the tangent plane, which at the tap has depth z + (nx dx - ny dy) / nz */
        double above = (z + (nx * taps[i].dx - ny * taps[i].dy) / nz - zt) * nz - 0.35;
        if (!(above > 0))
            continue;
        double far = above / range; /* what floats far in front is no corner */
        blocked += fmin(1, above / taps[i].r) / (1 + far * far);
    }
    return 1 - fmin(0.62, 1.15 * blocked / TAPS);
}

/* Mean over 8 x 8 pixels of about the same depth. */
static double smoothed(const cad_openness *o, const float *raw, int32_t x, int32_t y)
{
    double z = (double)o->depth[(size_t)y * (size_t)o->w + (size_t)x], sum = 0;
    int n = 0;
    for (int32_t v = y - SOFT; v < y + SOFT; v++)
        for (int32_t u = x - SOFT; u < x + SOFT; u++) {
            if (u < 0 || v < 0 || u >= o->w || v >= o->h)
                continue;
            size_t at = (size_t)v * (size_t)o->w + (size_t)u;
            if (fabs((double)o->depth[at] - z) > 10)
                continue;
            sum += (double)raw[at];
            n++;
        }
    return n ? sum / n : 1;
}

cad_status cad_openness_compute(const cad_mesh *m, const double *p, const float *normal, int n, int32_t w, int32_t h,
                                cad_arena *a, cad_openness *out)
{
    size_t size = (size_t)w * (size_t)h;
    cad_openness o = {.w = w, .h = h};
    cad_band b = {.w = w, .y0 = 0, .y1 = h};
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(size, sizeof *o.depth), "depth of pixels", &o.depth));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(size, sizeof *o.open), "openness", &o.open));
    cad_frame f = cad_arena_mark(a);
    float *raw;
    double *q;
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(size, sizeof *b.nx), "normals of pixels", &b.nx));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(size, sizeof *b.ny), "normals of pixels", &b.ny));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(size, sizeof *raw), "openness", &raw));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_mul((size_t)m->n_vert, 3), sizeof *q), "vertices in pixels", &q));
    for (int64_t i = 0; i < 3 * m->n_vert; i++)
        q[i] = p[i] / n;
    b.depth = o.depth;
    cad_band_fill(&b, m, q, normal);
    tap taps[TURNS][TAPS];
    double radius = fmax(4, 0.055 * (w < h ? w : h));
    for (int turn = 0; turn < TURNS; turn++)
        spiral(radius, turn, taps[turn]);
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            size_t at = (size_t)y * (size_t)w + (size_t)x;
            raw[at] = o.depth[at] < (float)INFINITY
                          ? (float)open_at(&o, &b, taps[7 * (x % 4 + 4 * (y % 4)) % TURNS], 2.2 * radius, x, y)
                          : 1.0F;
        }
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            size_t at = (size_t)y * (size_t)w + (size_t)x;
            o.open[at] = o.depth[at] < (float)INFINITY ? (float)smoothed(&o, raw, x, y) : 1.0F;
        }
    cad_arena_rewind(a, f);
    *out = o;
    return CAD_OK;
}

double cad_openness_at(const cad_openness *o, int32_t x, int32_t y, double depth)
{
    size_t here = (size_t)y * (size_t)o->w + (size_t)x;
    double best = fabs((double)o->depth[here] - depth), open = (double)o->open[here];
    if (best < 1.5)
        return open;
    for (int32_t v = y - 1; v <= y + 1; v++)
        for (int32_t u = x - 1; u <= x + 1; u++) {
            if (u < 0 || v < 0 || u >= o->w || v >= o->h)
                continue;
            size_t at = (size_t)v * (size_t)o->w + (size_t)u;
            double d = fabs((double)o->depth[at] - depth);
            if (d < best) {
                best = d;
                open = (double)o->open[at];
            }
        }
    return open;
}
