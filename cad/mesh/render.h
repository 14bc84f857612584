/* A small shaded renderer: orthographic views of one part with its B-rep edges, anti-aliased, in software. */
#ifndef CADLM_CAD_MESH_RENDER_H
#define CADLM_CAD_MESH_RENDER_H

#include "cad/mesh/image.h"
#include "cad/mesh/mesh.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Z is up.  iso looks from +X -Y +Z, front along +Y, top along -Z (Y up in the picture), right along -X. */
typedef enum cad_view { CAD_VIEW_iso, CAD_VIEW_front, CAD_VIEW_top, CAD_VIEW_right } cad_view;

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
    const cad_box *frame; /* what has to fit the picture; NULL: the mesh's own box.  Equal frames give equal scales. */
} cad_render_opts;

/* iso, 480x360, 4x4 samples, a light blue part with dark edges on near white. */
cad_render_opts cad_render_defaults(void);
/* "iso", "front", "top", "right".  Errors: CAD_EINVAL listing them. */
CAD_MUST_USE cad_status cad_view_parse(const char *name, cad_view *out);
/* *out lives in `a`, which also serves as scratch.  Errors: CAD_EINVAL, CAD_EGEOM (mesh without a triangle), CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_render(const cad_scene *scene, const cad_render_opts *opts, cad_arena *a, cad_image *out);

#ifdef __cplusplus
}
#endif
#endif
