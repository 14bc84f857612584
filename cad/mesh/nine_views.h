/* The picture by which a part is described: nine views of it in a square, as STEP-LLM shows parts to a captioner. */
#ifndef CADLM_CAD_MESH_NINE_VIEWS_H
#define CADLM_CAD_MESH_NINE_VIEWS_H

#include "cad/mesh/render.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_NINE_TILE = 256, CAD_NINE_GAP = 4, CAD_NINE_SIDE = 3 * CAD_NINE_TILE + 2 * CAD_NINE_GAP };
/* Row 1 orthographic: (0,90) (0,0) (90,90) as azimuth and polar angle; rows 2 and 3 in a
 * perspective of 30 degrees: (45,45) (45,135) (225,45) / (225,135) (0,60) (0,120).  The part fills 80 % of each tile; 2 x 2
 * samples; a brown part on grey, white gaps.  What changes a pixel changes this text, which names the picture's recipe. */
#define CAD_NINE_RECIPE "nine views 1: 256 px, 2x2 samples, gap 4, fill 0.8, opening 30"
/* *out lives in `a`, which also serves as scratch.  Errors: as cad_render. */
CAD_MUST_USE cad_status cad_nine_views(const cad_scene *scene, cad_arena *a, cad_image *out);

#ifdef __cplusplus
}
#endif
#endif
