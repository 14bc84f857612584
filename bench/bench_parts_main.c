/* STEP parts of the generator made one after the other, by family: what cadprep synth --kind=step and cadprep render cost.
 *
 *     bench_parts [PARTS [LINES.json]]      600 parts, seed 1
 *
 * A part is drawn, worded, compiled, compared with its closed forms and written as a STEP file; every eighth one is also read
 * back, meshed and drawn from nine sides, as PNG. */
#include "cad/mesh/nine_views.h"
#include "cad/occt/solid.h"
#include "core/clock.h"
#include "core/json.h"
#include "dataprep/synth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PARTS = 1000000, PICTURE_EACH = 8, SEED = 1, ARENA = 512 << 20 };

static const char *const FAMILY[] = {"box", "cylinder", "washer", "l_bracket", "plate_1", "plate_4"};
enum { FAMILIES = sizeof FAMILY / sizeof *FAMILY };

typedef struct tally {
    int64_t parts, pictures, bytes;
    double part_s, picture_s;
} tally;

static cad_status picture(const cad_row *row, cad_arena *a, cad_buf *png)
{
    cad_solid *solid = NULL;
    cad_mesh mesh;
    cad_polylines edges;
    double *angle = NULL;
    cad_image image;
    CAD_TRY(cad_solid_read_step(row->target, strlen(row->target), &solid));
    cad_status s = cad_solid_mesh(solid, 5e-3, 0.1, a, &mesh);
    if (s == CAD_OK)
        s = cad_solid_edges(solid, 5e-3, 0.1, a, &edges, &angle);
    cad_solid_destroy(solid);
    CAD_TRY(s);
    CAD_TRY(cad_nine_views(&(cad_scene){.mesh = &mesh, .edges = &edges, .edge_angle = angle}, a, &image));
    cad_buf_clear(png);
    return cad_png_encode(&image, png);
}

static cad_status one_part(const cad_synth_opts *o, int64_t i, cad_arena *a, cad_buf *png, tally *t)
{
    cad_row row;
    double begin = cad_clock_now();
    CAD_TRY(cad_synth_step_row(o, (uint64_t)i, a, &row));
    t->part_s += cad_clock_now() - begin;
    t->parts++;
    t->bytes += (int64_t)strlen(row.target);
    if (i % PICTURE_EACH)
        return CAD_OK;
    begin = cad_clock_now();
    CAD_TRY(picture(&row, a, png));
    t->picture_s += cad_clock_now() - begin;
    t->pictures++;
    return CAD_OK;
}

static double per(double seconds, int64_t n)
{
    return n ? seconds * 1e3 / (double)n : 0;
}

static void report(const char *name, const tally *t)
{
    printf("%-10s %6lld %8.2f %8.0f %8lld %10.1f\n", name, (long long)t->parts, per(t->part_s, t->parts),
           t->part_s > 0 ? (double)t->parts / t->part_s : 0, (long long)(t->parts ? t->bytes / t->parts : 0),
           per(t->picture_s, t->pictures));
}

/* Lines for bench/record.py. */
static cad_status write_lines(const tally *t, const char *path)
{
    json_t *o = json_pack("[{s:s, s:f, s:s}, {s:s, s:f, s:s}]", "name", "parts, STEP files made and checked", "ours",
                          (double)t->parts / t->part_s, "unit", "parts/s", "name", "parts, nine views of a STEP file", "ours",
                          (double)t->pictures / t->picture_s, "unit", "parts/s");
    cad_status s = cad_json_write(path, o);
    json_decref(o);
    return s;
}

static cad_status run_family(const char *name, int64_t n, cad_arena *a, cad_buf *png, tally *t)
{
    static const char *const units[] = {"mm", "none"};
    cad_synth_opts o;
    CAD_TRY(cad_synth_step_opts_make(SEED, (cad_synth_names){&name, 1}, (cad_synth_names){units, 2}, &o));
    for (int64_t i = 0; i < n; i++) {
        cad_frame mark = cad_arena_mark(a);
        CAD_TRY(one_part(&o, i, a, png, t));
        cad_arena_rewind(a, mark);
    }
    return CAD_OK;
}

static cad_status run(int64_t n, const char *path, cad_arena *a, cad_buf *png)
{
    tally all = {.parts = 0};
    printf("family      parts  ms/part  parts/s    bytes picture ms\n");
    for (int f = 0; f < FAMILIES; f++) {
        tally t = {.parts = 0};
        CAD_TRY(run_family(FAMILY[f], n / FAMILIES + (f < n % FAMILIES), a, png, &t));
        report(FAMILY[f], &t);
        all.parts += t.parts;
        all.pictures += t.pictures;
        all.bytes += t.bytes;
        all.part_s += t.part_s;
        all.picture_s += t.picture_s;
    }
    report("all", &all);
    return path ? write_lines(&all, path) : CAD_OK;
}

int main(int argc, char **argv)
{
    int64_t n = argc > 1 ? atoll(argv[1]) : 600;
    cad_arena *a = NULL;
    cad_buf png = CAD_BUF_INIT;
    cad_status s = n > 0 && n <= MAX_PARTS ? cad_arena_create("bench", ARENA, &a)
                                           : cad_fail(CAD_EUSAGE, "%s parts; expected 1 to %d", argv[1], MAX_PARTS);
    if (s == CAD_OK)
        s = run(n, argc > 2 ? argv[2] : NULL, a, &png);
    if (s != CAD_OK)
        fprintf(stderr, "bench_parts: error: %s\n", cad_error_text());
    cad_buf_deinit(&png);
    cad_arena_destroy(a);
    return cad_status_exit_code(s);
}
