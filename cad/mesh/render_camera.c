/* Where the eye of a picture stands, and what its views are called. */
#include "cad/mesh/render_core.h"
#include "cad/vec3.h"

#include <math.h>
#include <string.h>

#define DEGREE 0.017453292519943295

cad_status cad_view_parse(const char *name, cad_view *out)
{
    static const char *const names[] = {"iso", "front", "top", "right"};
    for (int i = 0; i < 4; i++)
        if (!strcmp(name, names[i])) {
            *out = (cad_view)i;
            return CAD_OK;
        }
    CAD_FAIL(CAD_EINVAL, "view '%s'; expected iso, front, top or right", name);
}

/* Of angles that are multiples of 90 degrees the axes themselves, so that sides seen from their edge stay unseen. */
static double exact(double v)
{
    return fabs(v) < 1e-12 ? 0 : v;
}

static void axes(cad_camera *c, const cad_render_opts *o)
{
    static const double dirs[4][3] = {{-1, 1, -0.82}, {0, 1, 0}, {0, 0, -1}, {-1, 0, 0}};
    static const double rights[4][3] = {{1, 1, 0}, {1, 0, 0}, {1, 0, 0}, {0, 1, 0}};
    if (o->view == CAD_VIEW_angles) {
        double a = o->azimuth * DEGREE, p = o->polar * DEGREE;
        c->dir[0] = -exact(sin(p) * cos(a));
        c->dir[1] = -exact(sin(p) * sin(a));
        c->dir[2] = -exact(cos(p));
        bool along_z = c->dir[0] == 0 && c->dir[1] == 0;
        cad_cross3(c->dir, along_z ? (double[3]){0, 1, 0} : (double[3]){0, 0, 1}, c->right);
    } else {
        memcpy(c->dir, dirs[o->view], sizeof c->dir);
        memcpy(c->right, rights[o->view], sizeof c->right);
    }
    (void)cad_unit3(c->dir);
    (void)cad_unit3(c->right);
    cad_cross3(c->right, c->dir, c->up);
}

/* The points fill the share `fill` of the picture, in the direction in which they reach further.
 *
 * With an opening the eye is at (x, y) and `distance` in front of the depth z.  Point i, at x_i and depth t_i behind z, is
 * inside when |x_i - x| <= k (distance + t_i), k the slope of the filled share of the view's edge; so
 * max(x_i - k t_i) - k distance <= x <= min(x_i + k t_i) + k distance, and the same for y: the least distance at which both
 * have a solution, and the middle of what is left. */
static void fit(cad_camera *c, const cad_render_opts *o, const double *points, int64_t n, double fill)
{
    double size[2] = {c->w, c->h}, least = fmin(c->w, c->h),
           slope = o->view == CAD_VIEW_angles ? tan(o->opening / 2 * DEGREE) : 0;
    double lo[2] = {INFINITY, INFINITY}, hi[2] = {-INFINITY, -INFINITY}, near = INFINITY, far = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        double z = cad_dot3(points + 3 * i, c->dir);
        near = fmin(near, z);
        far = fmax(far, z);
    }
    c->z = slope > 0 ? 0.5 * (near + far) : 0;
    for (int64_t i = 0; i < n; i++) {
        const double *p = points + 3 * i, at[2] = {cad_dot3(p, c->right), cad_dot3(p, c->up)}, t = cad_dot3(p, c->dir) - c->z;
        for (int k = 0; k < 2; k++) {
            double s = slope * fill * size[k] / least;
            lo[k] = fmin(lo[k], at[k] + s * t);
            hi[k] = fmax(hi[k], at[k] - s * t);
        }
    }
    c->x = 0.5 * (lo[0] + hi[0]);
    c->y = 0.5 * (lo[1] + hi[1]);
    if (slope > 0) {
        for (int k = 0; k < 2; k++)
            c->distance = fmax(c->distance, (hi[k] - lo[k]) / (2 * slope * fill * size[k] / least));
        c->distance = fmax(c->distance, c->z - near + 1e-3 * (far - near) + 1e-9); /* a needle: the eye stays in front of it */
        c->scale = 0.5 * least / (c->distance * slope);
    } else {
        c->scale = fmin(fill * c->w / fmax(hi[0] - lo[0], 1e-9), fill * c->h / fmax(hi[1] - lo[1], 1e-9));
    }
}

void cad_camera_place(cad_camera *c, const cad_render_opts *o, const cad_mesh *m, const cad_box *box)
{
    *c = (cad_camera){.w = (double)o->width * o->samples, .h = (double)o->height * o->samples};
    axes(c, o);
    if (o->view == CAD_VIEW_angles && !o->frame) {
        fit(c, o, m->xyz, m->n_vert, o->fill);
        return;
    }
    const cad_box *b = o->frame ? o->frame : box;
    double corner[24];
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < 3; k++)
            corner[3 * i + k] = i >> k & 1 ? b->hi[k] : b->lo[k];
    fit(c, o, corner, 8, o->fill);
}

void cad_camera_project(const cad_camera *c, const double p[3], double out[3])
{
    double x = cad_dot3(p, c->right) - c->x, y = cad_dot3(p, c->up) - c->y, z = cad_dot3(p, c->dir) - c->z;
    if (c->distance > 0) {
        double shrink = c->distance / (c->distance + z);
        x *= shrink;
        y *= shrink;
        z *= shrink; /* planes stay planes */
    }
    out[0] = 0.5 * c->w + c->scale * x;
    out[1] = 0.5 * c->h - c->scale * y;
    out[2] = c->scale * z;
}

void cad_camera_tilt(const cad_camera *c, const double p[3], double normal[3])
{
    if (!(c->distance > 0))
        return;
    double x = cad_dot3(p, c->right) - c->x, y = cad_dot3(p, c->up) - c->y, depth = c->distance + cad_dot3(p, c->dir) - c->z;
    normal[2] = (normal[2] - (normal[0] * x + normal[1] * y) / depth) * depth / c->distance;
}
