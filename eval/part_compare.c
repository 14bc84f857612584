/* eval/part.h: how like a part is to its reference. */
#include "cad/mesh/distance.h"
#include "cad/mesh/voxel.h"
#include "core/pool.h"
#include "eval/part.h"
#include "eval/score.h"

#include <math.h>

/* ---- overlap ---- */

/* Both parts in one alignment, and the room that they take up there, along each axis, around the middle. */
typedef struct aligned {
    cad_mesh mesh[2]; /* reference, prediction */
    bool closed[2];
    double room[3];
} aligned;

static cad_status align(const cad_part *const part[2], const cad_align t[2], cad_arena *arena, aligned *out)
{
    cad_box box;
    *out = (aligned){.room = {0}};
    for (int k = 0; k < 2; k++) {
        out->closed[k] = part[k]->kernel >= 9;
        CAD_TRY(cad_mesh_align(&part[k]->mesh, t[k], arena, &out->mesh[k]));
        CAD_TRY(cad_mesh_box(&out->mesh[k], &box));
        for (int i = 0; i < 3; i++)
            out->room[i] = fmax(out->room[i], box.hi[i] - box.lo[i]);
    }
    return CAD_OK;
}

/* The cells inside part k; *cells: how many. */
static cad_status fill(const aligned *a, int k, cad_arena *arena, uint64_t *bits, int64_t *cells)
{
    CAD_TRY(cad_voxelize(&a->mesh[k], cad_align_a0(), CAD_SCORE_VOXELS, a->closed[k], arena, bits));
    *cells = cad_voxel_compare(bits, bits, CAD_SCORE_VOXELS).both;
    return CAD_OK;
}

/* An overlap is the same share after any linear map of both parts: here of the room that they take up to the cube. */
static void stretch(aligned *a)
{
    for (int k = 0; k < 2; k++)
        for (int64_t i = 0; i < 3 * a->mesh[k].n_vert; i++)
            if (a->room[i % 3] > 0)
                a->mesh[k].xyz[i] /= a->room[i % 3];
}

static cad_status overlap(aligned *a, bool stretched, cad_arena *arena, double *out, int64_t *cells)
{
    uint64_t *bits[2];
    int64_t others;
    if (stretched)
        stretch(a);
    for (int k = 0; k < 2; k++)
        CAD_TRY(cad_arena_zalloc(arena, (size_t)cad_voxel_words(CAD_SCORE_VOXELS), sizeof **bits, "voxels", &bits[k]));
    CAD_TRY(fill(a, 0, arena, bits[0], cells));
    CAD_TRY(fill(a, 1, arena, bits[1], &others));
    double v = cad_voxel_iou(cad_voxel_compare(bits[0], bits[1], CAD_SCORE_VOXELS));
    *out = v < 0 ? (double)NAN : v;
    return CAD_OK;
}

/* *out = NaN where a mesh cannot be aligned, or no cell is inside either part. */
static cad_status iou(const cad_part *const part[2], const cad_align t[2], bool stretched, cad_arena *arena, double *out,
                      int64_t *cells)
{
    cad_frame f = cad_arena_mark(arena);
    aligned a;
    *out = NAN;
    *cells = 0;
    cad_status s = align(part, t, arena, &a);
    if (s == CAD_OK)
        s = overlap(&a, stretched, arena, out, cells);
    if (s == CAD_ENOMEM)
        return s;
    cad_arena_rewind(arena, f);
    return CAD_OK;
}

/* A reference so thin that no cell of its own cube is inside it has its cells stretched, in both alignments and whatever the
 * prediction is: else a copy of it, which leaves the grid empty too, would count as a failure. */
static cad_status overlaps(const cad_part *const part[2], const cad_box box[2], cad_arena *arena, cad_likeness *out)
{
    const cad_align a1[2] = {cad_align_a1(&box[0]), cad_align_a1(&box[1])};
    const cad_align a0c[2] = {cad_align_a0c(&box[0], &box[1]), cad_align_a0c(&box[1], &box[0])};
    int64_t cells;
    CAD_TRY(iou(part, a1, false, arena, &out->iou_a1, &cells));
    out->thin = cells == 0;
    if (out->thin)
        CAD_TRY(iou(part, a1, true, arena, &out->iou_a1, &cells));
    return iou(part, a0c, out->thin, arena, &out->iou_a0c, &cells);
}

/* ---- sizes ---- */

static double relative(double x, double g)
{
    return g > 0 ? fabs(x - g) / g : (double)NAN;
}

static void sorted_extents(const double box[6], double e[3])
{
    for (int i = 0; i < 3; i++)
        e[i] = box[i + 3] - box[i];
    for (int i = 1; i < 3; i++)
        for (int k = i; k && e[k - 1] > e[k]; k--) {
            double t = e[k];
            e[k] = e[k - 1];
            e[k - 1] = t;
        }
}

/* The worst relative error of the three extents, each against the one of its rank. */
static double box_error(const double p[6], const double g[6])
{
    double a[3], b[3], worst = 0;
    sorted_extents(p, a);
    sorted_extents(g, b);
    for (int i = 0; i < 3; i++) {
        double r = relative(a[i], b[i]);
        worst = isnan(r) || r > worst ? r : worst;
    }
    return worst;
}

cad_status cad_part_compare(const cad_part *reference, const cad_part *prediction, const char *reference_id,
                            const char *prediction_key, cad_arena *arena, cad_likeness *out)
{
    cad_worker_stage("compare");
    cad_frame f = cad_arena_mark(arena);
    const cad_part *const part[2] = {reference, prediction};
    cad_box box[2];
    cad_mesh a1[2];
    cad_chamfer c;
    for (int k = 0; k < 2; k++) {
        CAD_TRY(cad_mesh_box(&part[k]->mesh, &box[k]));
        CAD_TRY(cad_mesh_align(&part[k]->mesh, cad_align_a1(&box[k]), arena, &a1[k]));
    }
    CAD_TRY(cad_chamfer_p2s(&a1[0], cad_sample_key("reference", reference_id, CAD_PART_PROTOCOL), &a1[1],
                            cad_sample_key("prediction", prediction_key, CAD_PART_PROTOCOL), CAD_SCORE_POINTS, arena, &c));
    cad_worker_stage("voxels");
    cad_likeness l = {.cd_a1 = c.s2,
                      .vol_rel = relative(prediction->facts.volume, reference->facts.volume),
                      .area_rel = relative(prediction->facts.area, reference->facts.area),
                      .bbox_rel = box_error(prediction->facts.box, reference->facts.box)};
    CAD_TRY(overlaps(part, box, arena, &l));
    cad_arena_rewind(arena, f);
    *out = l;
    return CAD_OK;
}
