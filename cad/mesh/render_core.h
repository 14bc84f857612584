/* What the two halves of the renderer share: a mesh in sample coordinates and one band of samples.  Private to cad/mesh. */
#ifndef CADLM_CAD_MESH_RENDER_CORE_H
#define CADLM_CAD_MESH_RENDER_CORE_H

#include "cad/mesh/render.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_camera {
    double right[3], up[3], dir[3]; /* dir points away from the eye */
    double x, y;                    /* the picture's middle, along right and up, mm */
    double z;                       /* the depth that is drawn to scale, along dir, mm; 0 in an orthographic view */
    double distance;                /* perspective: of the eye in front of z, mm; 0: orthographic */
    double scale;                   /* samples per mm */
    double w, h;                    /* picture in samples */
} cad_camera;

/* `m` is canonical, `box` its own. */
void cad_camera_place(cad_camera *c, const cad_render_opts *o, const cad_mesh *m, const cad_box *box);
/* Sample coordinates: x to the right, y down, z away from the eye, all in samples.  Planes stay planes. */
void cad_camera_project(const cad_camera *c, const double p[3], double out[3]);
/* A normal at p in view coordinates (right, up, towards the eye) becomes that of the surface as it is projected, of no certain
 * length: in front is what has its third part above 0. */
void cad_camera_tilt(const cad_camera *c, const double p[3], double normal[3]);

/* Rows y0..y1-1 of the picture in samples. */
typedef struct cad_band {
    int32_t w, y0, y1;
    float *depth;   /* (y1-y0, w), INFINITY where nothing is */
    float *nx, *ny; /* (y1-y0, w) normal in view coordinates, its third part is positive */
    uint8_t *line;  /* (y1-y0, w) how much of an edge, 0..255 */
} cad_band;

/* Lines to draw over a picture: ends in sample coordinates. */
typedef struct cad_strokes {
    double (*at)[2][3];
    int64_t n;
    double radius; /* half the width, samples */
    double bias;   /* depth by which a line may lie behind the surface and still show, samples */
} cad_strokes;

/* The part's lines: B-rep edges (or creases) and the contours of curved faces.  `m` is canonical, `p` its projected vertices,
 * `front` says of each triangle whether it faces the eye. */
CAD_MUST_USE cad_status cad_strokes_collect(const cad_scene *s, const cad_mesh *m, const double *p, const bool *front,
                                            const cad_camera *c, cad_arena *a, cad_strokes *out);
/* Draws the mesh into a band: depth, and the interpolated normals of `normal` (n_tri,3 corners,3). */
void cad_band_fill(cad_band *b, const cad_mesh *m, const double *p, const float *normal);

/* How open each pixel's surroundings are, 0..1, from the part's own depth at one sample a pixel. */
typedef struct cad_openness {
    int32_t w, h;
    float *depth; /* (h,w) in pixels */
    float *open;  /* (h,w) */
} cad_openness;
/* `p` are vertices in samples, `n` of them to a pixel. */
CAD_MUST_USE cad_status cad_openness_compute(const cad_mesh *m, const double *p, const float *normal, int n, int32_t w,
                                             int32_t h, cad_arena *a, cad_openness *out);
/* At pixel (x,y), for a sample at this depth (pixels): beside an outline the pixel itself may show something else. */
double cad_openness_at(const cad_openness *o, int32_t x, int32_t y, double depth);

/* Marks the visible parts of all strokes in the band. */
void cad_strokes_draw(const cad_strokes *s, cad_band *b);

#ifdef __cplusplus
}
#endif
#endif
