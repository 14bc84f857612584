/* The core profile of the evaluation (spec/metrics.md 14) step by step on pairs of parts of the generator, one thread.
 *
 *     bench_eval PAIRS OUT_DIR
 *
 * The parts of pair i are rows 2i and 2i+1; every fourth pair is a part against itself.  Steps: program to solid, facts, mesh
 * and canonical mesh of both parts; 8,192 points on each in A1; squared distances of those points to the other surface (BVH
 * included); exact voxels 64^3 of both in A1 and in A0c.  OUT_DIR gets ours.json (times, values) and for each pair the two
 * meshes and clouds, NAME.f64 and NAME.u32, so that bench/eval.py measures the same ones. */
#include "bench/bench_rows.h"
#include "cad/mesh/distance.h"
#include "cad/mesh/voxel.h"
#include "core/clock.h"
#include "core/fs.h"
#include "eval/part.h"
#include "eval/score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 7, SAME_EACH = 4, MAX_PAIRS = 10000, N = CAD_SCORE_POINTS, R = CAD_SCORE_VOXELS };

typedef enum step { PART, SAMPLE, DISTANCE, VOXELS, STEPS } step;
static const char *const STEP_NAME[STEPS] = {"part_ms", "sample_ms", "distance_ms", "voxels_ms"};

typedef struct bench {
    const char *dir;
    int64_t n;
    cad_synth_opts synth;
    cad_arena *arena;
    json_t *pairs;
} bench;

typedef struct pair {
    cad_part part[2];
    cad_mesh a1[2];
    double *cloud[2]; /* (N,3) */
    double s[STEPS], mean[2], iou[2];
} pair;

static double lap(double *since)
{
    double now = cad_clock_now(), d = now - *since;
    *since = now;
    return d;
}

static cad_status make_parts(bench *b, int64_t i, pair *p)
{
    cad_row row[2];
    bool same = i % SAME_EACH == 0;
    for (int k = 0; k < 2; k++)
        CAD_TRY(cad_synth_row(&b->synth, (uint64_t)(2 * i + (same ? 0 : k)), false, b->arena, &row[k]));
    double t = cad_clock_now();
    for (int k = 0; k < 2; k++) {
        const cad_part_text text = {.text = row[k].target, .len = strlen(row[k].target), .complete = true};
        CAD_TRY(cad_part_make(&text, b->arena, &p->part[k]));
        if (p->part[k].level < 9)
            CAD_FAIL(CAD_EGEOM, "row %s reaches level %d; expected 9", row[k].id, p->part[k].level);
    }
    p->s[PART] = lap(&t);
    return CAD_OK;
}

static cad_status distances(bench *b, pair *p)
{
    static const char *const side[2] = {"reference", "prediction"};
    cad_box box[2];
    for (int k = 0; k < 2; k++) {
        CAD_TRY(cad_arena_zalloc(b->arena, (size_t)3 * N, sizeof(double), "cloud", &p->cloud[k]));
        CAD_TRY(cad_mesh_box(&p->part[k].mesh, &box[k]));
        CAD_TRY(cad_mesh_align(&p->part[k].mesh, cad_align_a1(&box[k]), b->arena, &p->a1[k]));
    }
    double t = cad_clock_now(), *d2;
    for (int k = 0; k < 2; k++)
        CAD_TRY(cad_mesh_sample(&p->a1[k], cad_sample_key(side[k], "bench", "cadlm-1"), 0, N, b->arena, p->cloud[k], NULL));
    p->s[SAMPLE] = lap(&t);
    CAD_TRY(cad_arena_zalloc(b->arena, N, sizeof *d2, "distances", &d2));
    for (int k = 0; k < 2; k++) {
        cad_bvh *tree;
        CAD_TRY(cad_bvh_build(&p->a1[!k], b->arena, &tree));
        for (int64_t i = 0; i < N; i++)
            d2[i] = cad_bvh_distance2(tree, p->cloud[k] + 3 * i, NULL, NULL);
        p->mean[k] = cad_pairwise_sum(d2, N) / N;
    }
    p->s[DISTANCE] = lap(&t);
    return CAD_OK;
}

static cad_status voxels(bench *b, pair *p)
{
    cad_box box[2];
    uint64_t *bits[2];
    double t = cad_clock_now();
    for (int k = 0; k < 2; k++) {
        CAD_TRY(cad_mesh_box(&p->part[k].mesh, &box[k]));
        CAD_TRY(cad_arena_zalloc(b->arena, (size_t)cad_voxel_words(R), sizeof **bits, "voxels", &bits[k]));
    }
    for (int how = 0; how < 2; how++) {
        for (int k = 0; k < 2; k++) {
            cad_align a = how ? cad_align_a0c(&box[k], &box[!k]) : cad_align_a1(&box[k]);
            CAD_TRY(cad_voxelize(&p->part[k].mesh, a, R, true, b->arena, bits[k]));
        }
        p->iou[how] = cad_voxel_iou(cad_voxel_compare(bits[0], bits[1], R));
    }
    p->s[VOXELS] = lap(&t);
    return CAD_OK;
}

static cad_status save(const bench *b, int64_t i, int k, const pair *p)
{
    cad_buf path = CAD_BUF_INIT, f64 = CAD_BUF_INIT;
    const cad_mesh *m = &p->part[k].mesh;
    cad_status s = cad_buf_printf(&path, "%s/%lld_%d.u32", b->dir, (long long)i, k);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, m->tri, (size_t)m->n_tri * 3 * sizeof *m->tri);
    cad_buf_clear(&path);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/%lld_%d.f64", b->dir, (long long)i, k);
    if (s == CAD_OK)
        s = cad_buf_add(&f64, p->cloud[k], (size_t)3 * N * sizeof(double)); /* first the cloud, then the vertices in mm */
    if (s == CAD_OK)
        s = cad_buf_add(&f64, m->xyz, (size_t)m->n_vert * 3 * sizeof *m->xyz);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, f64.data, f64.len);
    cad_buf_deinit(&path);
    cad_buf_deinit(&f64);
    return s;
}

static json_t *pair_json(const pair *p)
{
    const cad_mesh *m[2] = {&p->part[0].mesh, &p->part[1].mesh};
    json_t *o = json_pack("{s:[f,f], s:[f,f], s:[f,f], s:[f,f], s:[I,I]}", "mean", p->mean[0], p->mean[1], "iou", p->iou[0],
                          p->iou[1], "area", cad_mesh_area(m[0]), cad_mesh_area(m[1]), "volume", cad_mesh_volume(m[0]),
                          cad_mesh_volume(m[1]), "triangles", (json_int_t)m[0]->n_tri, (json_int_t)m[1]->n_tri);
    for (int i = 0; o && i < STEPS; i++)
        json_object_set_new(o, STEP_NAME[i], json_real(1e3 * p->s[i]));
    return o;
}

static cad_status one_pair(bench *b, int64_t i)
{
    pair p = {0};
    cad_status s = make_parts(b, i, &p);
    if (s == CAD_OK)
        s = distances(b, &p);
    if (s == CAD_OK)
        s = voxels(b, &p);
    for (int k = 0; k < 2 && s == CAD_OK; k++)
        s = save(b, i, k, &p);
    if (s == CAD_OK)
        json_array_append_new(b->pairs, pair_json(&p));
    for (int k = 0; k < 2; k++)
        cad_part_deinit(&p.part[k]);
    return s;
}

static cad_status run(bench *b)
{
    static const char *const families = "seen", *const units[] = {"mm"}, *const styles[] = {"short"};
    cad_buf path = CAD_BUF_INIT;
    CAD_TRY(cad_synth_opts_make(SEED, (cad_synth_names){&families, 1}, (cad_synth_names){units, 1},
                                (cad_synth_names){styles, 1}, BENCH_PRIMITIVES, &b->synth));
    CAD_TRY(cad_arena_create("bench", (size_t)2 << 30, &b->arena));
    CAD_TRY(cad_fs_mkdirs(b->dir));
    b->pairs = json_array();
    for (int64_t i = 0; i < b->n; i++) {
        cad_frame mark = cad_arena_mark(b->arena);
        CAD_TRY(one_pair(b, i));
        cad_arena_rewind(b->arena, mark);
    }
    cad_status s = cad_buf_printf(&path, "%s/ours.json", b->dir);
    if (s == CAD_OK)
        s = bench_write_json(json_pack("{s:i, s:i, s:O}", "points", N, "voxels", R, "pairs", b->pairs), path.data);
    cad_buf_deinit(&path);
    return s;
}

int main(int argc, char **argv)
{
    bench b = {0};
    cad_status s = CAD_OK;
    if (argc != 3)
        s = cad_fail(CAD_EUSAGE, "bench_eval PAIRS OUT_DIR");
    if (s == CAD_OK) {
        b.n = atoll(argv[1]);
        b.dir = argv[2];
        s = b.n > 0 && b.n <= MAX_PAIRS ? run(&b) : cad_fail(CAD_EUSAGE, "1 to %d pairs", MAX_PAIRS);
    }
    if (s != CAD_OK)
        fprintf(stderr, "bench_eval: error: %s\n", cad_error_text());
    json_decref(b.pairs);
    cad_arena_destroy(b.arena);
    return cad_status_exit_code(s);
}
