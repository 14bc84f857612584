/* A small shaded renderer: views of one part with its B-rep edges, anti-aliased, in software. */
#ifndef CADLM_CAD_MESH_RENDER_H
#define CADLM_CAD_MESH_RENDER_H

#include "cad/mesh/image.h"
#include "cad/mesh/mesh.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Z is up.  iso looks from +X -Y +Z, front along +Y, top along -Z (Y up in the picture), right along -X; angles: from where
 * the options say. */
typedef enum cad_view { CAD_VIEW_iso, CAD_VIEW_front, CAD_VIEW_top, CAD_VIEW_right, CAD_VIEW_angles } cad_view;

typedef struct cad_scene {
    const cad_mesh *mesh;       /* face_of_tri gives smooth shading within a face; without it triangles are flat */
    const cad_polylines *edges; /* NULL: the mesh's own creases of more than 25 degrees are drawn instead */
    const double *edge_angle;   /* (n_lines) degrees between the faces; below 1 (seams, smooth joints) not drawn.  NULL: all */
} cad_scene;

typedef struct cad_render_opts {
    cad_view view;
    int32_t width, height; /* pixels, 16..8192 */
    int samples;           /* per pixel and axis: 1..4 */
    cad_rgb part, background, edge;
    double fill; /* share of the picture that the part takes, in the direction in which it reaches further */
    /* view = angles: the eye is in direction (sin p cos a, sin p sin a, cos p), a azimuth, p polar, in degrees; +Z is up, or +Y
     * along Z.  opening: of the view across the shorter side, degrees; 0 is orthographic.  Here the part itself fills the
     * picture, in the other views its box. */
    double azimuth, polar, opening;
    const cad_box *frame; /* what has to fit the picture; NULL: the mesh itself.  Equal frames give equal scales.  Not in
                             perspective. */
} cad_render_opts;

/* iso, 480x360, filled to 0.86, 4x4 samples, a light blue part with dark edges on near white. */
cad_render_opts cad_render_defaults(void);
/* "iso", "front", "top", "right".  Errors: CAD_EINVAL listing them. */
CAD_MUST_USE cad_status cad_view_parse(const char *name, cad_view *out);
/* *out lives in `a`, which also serves as scratch.  Errors: CAD_EINVAL, CAD_EGEOM (mesh without a triangle), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_render(const cad_scene *scene, const cad_render_opts *opts, cad_arena *a, cad_image *out);

#ifdef __cplusplus
}
#endif
#endif
