#include "cad/mesh/render_core.h"
#include "core/size.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAD = 16, BAND_SAMPLES = 1 << 21 };

/* Light, in view coordinates (right, up, towards the eye). */
static const double key_light[3] = {-0.45, 0.66, 0.60}, fill_light[3] = {0.77, 0.10, 0.63};

cad_render_opts cad_render_defaults(void)
{
    return (cad_render_opts){.view = CAD_VIEW_iso,
                             .width = 480,
                             .height = 360,
                             .samples = 4,
                             .fill = 0.86,
                             .part = {186, 204, 226},
                             .background = {252, 252, 253},
                             .edge = {34, 40, 49}};
}

static void normalise(double v[3])
{
    double l = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    for (int k = 0; k < 3 && l > 0; k++)
        v[k] /= l;
}

/* ---- normals ---- */

typedef struct corner {
    uint32_t vertex;
    int32_t face;
    int64_t at; /* 3 * triangle + corner */
} corner;

static int by_corner(const void *pa, const void *pb)
{
    const corner *a = pa, *b = pb;
    if (a->vertex != b->vertex)
        return a->vertex < b->vertex ? -1 : 1;
    if (a->face != b->face)
        return a->face < b->face ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

/* What the light and the picture need of each triangle. */
typedef struct view_normals {
    float *normal; /* (n_tri,3 corners,3) in view coordinates; corners of one face at one vertex share theirs */
    float *tilted; /* the same of the surface as it is projected; `normal` itself in an orthographic view */
    bool *front;   /* (n_tri) faces the eye */
} view_normals;

/* Corner `at` of triangle at / 3. */
static const double *corner_point(const cad_mesh *m, int64_t at)
{
    return m->xyz + 3 * (size_t)m->tri[at];
}

static void tilt_all(const cad_mesh *m, const cad_camera *c, const double *flat, view_normals *v)
{
    for (int64_t i = 0; i < 3 * m->n_tri; i++) {
        double n[3] = {(double)v->normal[3 * i], (double)v->normal[3 * i + 1], (double)v->normal[3 * i + 2]};
        cad_camera_tilt(c, corner_point(m, i), n);
        normalise(n);
        for (int k = 0; k < 3; k++)
            v->tilted[3 * i + k] = (float)n[k];
    }
    for (int64_t t = 0; t < m->n_tri; t++) {
        double n[3] = {flat[3 * t], flat[3 * t + 1], flat[3 * t + 2]};
        cad_camera_tilt(c, corner_point(m, 3 * t), n);
        v->front[t] = n[2] > 0;
    }
}

static cad_status collect_normals(const cad_mesh *m, bool smooth, const cad_camera *c, cad_arena *a, view_normals *out)
{
    float *normal;
    double *flat;
    corner *list;
    size_t n = (size_t)m->n_tri;
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_mul(n, 9), sizeof *normal), "normals", &normal));
    view_normals made = {.normal = normal, .tilted = normal};
    if (c->distance > 0)
        CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_mul(n, 9), sizeof *normal), "normals", &made.tilted));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *made.front), "sides of triangles", &made.front));
    cad_frame f = cad_arena_mark(a);
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_mul(n, 3), sizeof *flat), "flat normals", &flat));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_mul(n, 3), sizeof *list), "corners", &list));
    for (size_t t = 0; t < n; t++) {
        const double *p = m->xyz + 3 * (size_t)m->tri[3 * t], *q = m->xyz + 3 * (size_t)m->tri[3 * t + 1],
                     *r = m->xyz + 3 * (size_t)m->tri[3 * t + 2];
        double u[3] = {q[0] - p[0], q[1] - p[1], q[2] - p[2]}, v[3] = {r[0] - p[0], r[1] - p[1], r[2] - p[2]};
        double w[3] = {u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
        const double *axes[3] = {c->right, c->up, c->dir};
        for (int k = 0; k < 3; k++) {
            flat[3 * t + (size_t)k] = (k == 2 ? -1 : 1) * (w[0] * axes[k][0] + w[1] * axes[k][1] + w[2] * axes[k][2]);
            list[3 * t + (size_t)k] = (corner){m->tri[3 * t + (size_t)k], m->face_of_tri[t], (int64_t)(3 * t) + k};
        }
        made.front[t] = flat[3 * t + 2] > 0;
    }
    if (smooth)
        qsort(list, 3 * n, sizeof *list, by_corner);
    for (size_t i = 0, next; i < 3 * n; i = next) {
        double sum[3] = {0, 0, 0};
        for (next = i;
             next < 3 * n && (next == i || (smooth && list[next].vertex == list[i].vertex && list[next].face == list[i].face));
             next++)
            for (int k = 0; k < 3; k++)
                sum[k] += flat[3 * (size_t)(list[next].at / 3) + (size_t)k];
        normalise(sum);
        for (size_t j = i; j < next; j++)
            for (int k = 0; k < 3; k++)
                normal[3 * (size_t)list[j].at + (size_t)k] = (float)sum[k];
    }
    if (c->distance > 0)
        tilt_all(m, c, flat, &made);
    cad_arena_rewind(a, f);
    *out = made;
    return CAD_OK;
}

/* ---- triangles ---- */

static double clamp0(double x)
{
    return x > 0 ? x : 0;
}

/* Lambert from two lights over a soft sky, and a broad highlight; `open` dims what stands in a corner. */
static void shade(double nx, double ny, double open, double *light, double *shine)
{
    double nz = sqrt(fmax(0, 1 - nx * nx - ny * ny));
    /* the key light reaches a little round the corner, so that no line shows where it ends */
    double key = clamp0(0.82 * (nx * key_light[0] + ny * key_light[1] + nz * key_light[2]) + 0.18);
    double fill = clamp0(nx * fill_light[0] + ny * fill_light[1] + nz * fill_light[2]);
    /* half way between the key light and the eye; the 32nd power by squaring */
    double h = clamp0(nx * -0.252 + ny * 0.369 + nz * 0.895), s = h * h;
    s *= s;
    s *= s;
    s *= s;
    s *= s;
    *light = (0.56 + 0.07 * ny) * open + (0.39 * key + 0.07 * fill) * (0.4 + 0.6 * open);
    *shine = 0.07 * s * open;
}

/* Narrows the columns [range[0], range[1]] to those where `value` at column 0 plus `step` a column is not below 0, and one
 * more at each end: the exact test follows for each sample. */
static void narrow(double value, double step, int32_t range[2])
{
    double at = step != 0 ? -value / step : 0;
    if (step > 0 && at - 1 > range[0])
        range[0] = at - 1 > range[1] ? range[1] + 1 : (int32_t)(at - 1);
    else if (step < 0 && at + 2 < range[1])
        range[1] = at + 2 < range[0] ? range[0] - 1 : (int32_t)(at + 2);
}

static void fill_triangle(const double *p[3], const float *normal, cad_band *b)
{
    double x0 = p[0][0], y0 = p[0][1];
    double ux = p[1][0] - x0, uy = p[1][1] - y0, vx = p[2][0] - x0, vy = p[2][1] - y0, det = ux * vy - uy * vx;
    if (!(fabs(det) > 1e-12))
        return;
    double lo[2], hi[2];
    for (int k = 0; k < 2; k++) {
        lo[k] = fmin(p[0][k], fmin(p[1][k], p[2][k]));
        hi[k] = fmax(p[0][k], fmax(p[1][k], p[2][k]));
    }
    if (hi[0] < 0 || lo[0] > b->w || hi[1] < b->y0 || lo[1] > b->y1)
        return;
    int32_t i0 = (int32_t)fmax(0, floor(lo[0] - 0.5)), i1 = (int32_t)fmin(b->w - 1, ceil(hi[0]));
    int32_t j0 = (int32_t)fmax(b->y0, floor(lo[1] - 0.5)), j1 = (int32_t)fmin(b->y1 - 1, ceil(hi[1]));
    const double slack = -1e-9;
    for (int32_t j = j0; j <= j1; j++) {
        size_t row = (size_t)(j - b->y0) * (size_t)b->w;
        double dy = j + 0.5 - y0, first = 0.5 - x0;
        double s0 = (first * vy - dy * vx) / det, t0 = (ux * dy - uy * first) / det;
        int32_t range[2] = {i0, i1};
        narrow(s0, vy / det, range);
        narrow(t0, -uy / det, range);
        narrow(1 - s0 - t0, (uy - vy) / det, range);
        for (int32_t i = range[0]; i <= range[1]; i++) {
            double dx = i + 0.5 - x0;
            double s = (dx * vy - dy * vx) / det, t = (ux * dy - uy * dx) / det, r = 1 - s - t;
            if (s < slack || t < slack || r < slack)
                continue;
            float z = (float)(r * p[0][2] + s * p[1][2] + t * p[2][2]);
            if (!(z < b->depth[row + (size_t)i]))
                continue;
            b->depth[row + (size_t)i] = z;
            double n[3];
            for (int k = 0; k < 3; k++)
                n[k] = r * (double)normal[k] + s * (double)normal[3 + k] + t * (double)normal[6 + k];
            normalise(n);
            b->nx[row + (size_t)i] = (float)n[0]; /* n[2] < 0: the inside of an open mesh; lit as its mirror */
            b->ny[row + (size_t)i] = (float)n[1];
        }
    }
}

void cad_band_fill(cad_band *b, const cad_mesh *m, const double *p, const float *normal)
{
    size_t used = (size_t)(b->y1 - b->y0) * (size_t)b->w;
    for (size_t i = 0; i < used; i++)
        b->depth[i] = (float)INFINITY;
    for (int64_t t = 0; t < m->n_tri; t++) {
        const double *at[3] = {p + 3 * (size_t)m->tri[3 * t], p + 3 * (size_t)m->tri[3 * t + 1],
                               p + 3 * (size_t)m->tri[3 * t + 2]};
        fill_triangle(at, normal + 9 * t, b);
    }
}

/* ---- bands ---- */

static void resolve(const cad_band *b, const cad_render_opts *o, const cad_openness *open, int32_t first_row, int32_t rows,
                    cad_image *out)
{
    const double part[3] = {o->part.r, o->part.g, o->part.b}, edge[3] = {o->edge.r, o->edge.g, o->edge.b};
    const double back[3] = {o->background.r, o->background.g, o->background.b};
    int n = o->samples;
    for (int32_t y = first_row; y < first_row + rows; y++)
        for (int32_t x = 0; x < o->width; x++) {
            double sum[3] = {0, 0, 0};
            for (int j = 0; j < n; j++)
                for (int i = 0; i < n; i++) {
                    size_t at = (size_t)(y * n + j - b->y0) * (size_t)b->w + (size_t)(x * n + i);
                    double line = b->line[at] / 255.0, light = 0, shine = 0, z = (double)b->depth[at];
                    bool hit = z < (double)INFINITY;
                    if (hit)
                        shade((double)b->nx[at], (double)b->ny[at], cad_openness_at(open, x, y, z / n), &light, &shine);
                    for (int k = 0; k < 3; k++) {
                        double v = hit ? fmin(255, part[k] * light + 255 * shine) : back[k];
                        sum[k] += v + line * (edge[k] - v);
                    }
                }
            uint8_t *p = out->rgb + 3 * ((size_t)y * (size_t)o->width + (size_t)x);
            for (int k = 0; k < 3; k++)
                p[k] = (uint8_t)(sum[k] / (n * n) + 0.5);
        }
}

static cad_status draw_bands(const cad_mesh *m, const double *p, const float *normal, const cad_strokes *strokes,
                             const cad_render_opts *o, const cad_openness *open, cad_arena *a, cad_image *out)
{
    int32_t n = o->samples, w = o->width * n, rows = BAND_SAMPLES / (w * n);
    rows = rows < 1 ? 1 : rows > o->height ? o->height : rows;
    size_t size = (size_t)w * (size_t)(rows * n + 2 * PAD);
    cad_band b = {.w = w};
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(size, sizeof *b.depth), "depth of a band", &b.depth));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(size, sizeof *b.nx), "normals of a band", &b.nx));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(size, sizeof *b.ny), "normals of a band", &b.ny));
    CAD_TRY(cad_arena_alloc(a, size, "lines of a band", &b.line));
    for (int32_t y = 0; y < o->height; y += rows) {
        int32_t count = y + rows > o->height ? o->height - y : rows;
        b.y0 = y * n - PAD;
        b.y1 = (y + count) * n + PAD;
        memset(b.line, 0, (size_t)(b.y1 - b.y0) * (size_t)w);
        cad_band_fill(&b, m, p, normal);
        cad_strokes_draw(strokes, &b);
        resolve(&b, o, open, y, count, out);
    }
    return CAD_OK;
}

cad_status cad_render(const cad_scene *scene, const cad_render_opts *o, cad_arena *a, cad_image *out)
{
    bool angles = o->view == CAD_VIEW_angles;
    if (!(o->fill > 0 && o->fill <= 1) || (angles && !(o->opening >= 0 && o->opening <= 120)) ||
        (angles && !(fabs(o->azimuth) <= 360 && fabs(o->polar) <= 360)))
        CAD_FAIL(CAD_EINVAL,
                 "view at %g, %g degrees, opening %g, filled to %g; expected angles of 360 at most, 0 to 120, 0 to 1",
                 o->azimuth, o->polar, o->opening, o->fill);
    if (angles && o->opening > 0 && o->frame)
        CAD_FAIL(CAD_EINVAL, "a perspective view in a frame; expected one without: parts outside it would lie behind the eye");
    if (o->width < 16 || o->height < 16 || o->width > 8192 || o->height > 8192 || o->samples < 1 || o->samples > 4)
        CAD_FAIL(CAD_EINVAL, "picture of %d x %d with %d samples; expected 16 to 8192 pixels and 1 to 4 samples", o->width,
                 o->height, o->samples);
    cad_mesh m;
    cad_image image;
    CAD_TRY(cad_image_create(a, o->width, o->height, o->background, &image));
    cad_frame f = cad_arena_mark(a);
    CAD_TRY(cad_mesh_canonical(scene->mesh, a, &m));
    cad_box box;
    CAD_TRY(cad_mesh_box(&m, &box));
    cad_camera camera;
    cad_camera_place(&camera, o, &m, &box);
    double *p;
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_mul((size_t)m.n_vert, 3), sizeof *p), "projected vertices", &p));
    for (int64_t i = 0; i < m.n_vert; i++)
        cad_camera_project(&camera, m.xyz + 3 * i, p + 3 * i);
    view_normals v;
    cad_strokes strokes = {.radius = 0.55 * o->samples * fmax(1, o->height / 480.0)};
    CAD_TRY(collect_normals(&m, scene->mesh->face_of_tri != NULL, &camera, a, &v));
    CAD_TRY(cad_strokes_collect(scene, &m, p, v.front, &camera, a, &strokes));
    strokes.bias = 0.5 + 0.0015 * cad_box_diagonal(&box) * camera.scale;
    cad_openness open;
    CAD_TRY(cad_openness_compute(&m, p, v.tilted, o->samples, o->width, o->height, a, &open));
    CAD_TRY(draw_bands(&m, p, v.normal, &strokes, o, &open, a, &image));
    cad_arena_rewind(a, f);
    *out = image;
    return CAD_OK;
}
