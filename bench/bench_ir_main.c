/* Programs of the generator compiled one after the other, and where the time of a part goes.
 *
 *     bench_ir [PARTS [FAMILIES [OUT.json [FACTS.txt]]]]      2000 parts, families "seen", seed 1
 *
 * Core and all checks of a part: text -> nodes -> solid -> facts, with everything that a checked corpus row passes; the mesh of
 * every eighth part is timed beside it.  FACTS.txt gets one line a part: facts, findings and triangles, to compare two builds.
 */
#include "bench/bench_rows.h"
#include "cad/ir/ir.h"
#include "cad/occt/solid.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/json.h"
#include "dataprep/synth.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PARTS = 1000000, MESH_EACH = 8 /* takes longer than all the rest */, SEED = 1, ARENA = 512 << 20 };

typedef enum step { PARSE, SOLID, FACTS, MESH, STEPS } step;
static const char *const STEP_NAME[STEPS] = {"parse", "solid", "facts", "mesh"};

typedef struct tally {
    int64_t parts, meshed, failed;
    double s[STEPS];
    double inner[CAD_SOLID_STEPS];
    double worst; /* slowest part, without its mesh */
} tally;

typedef struct bench {
    int64_t n;
    cad_synth_opts opts;
    cad_arena *arena;
    tally family[CAD_SYNTH_MAX_FAMILIES], all;
    cad_buf facts;
    bool keep_facts;
} bench;

static cad_status add_numbers(cad_buf *b, const double *v, int n)
{
    for (int i = 0; i < n; i++)
        CAD_TRY(cad_buf_printf(b, " %.12g", v[i]));
    return CAD_OK;
}

/* One line: what two builds must agree on. */
static cad_status print_facts(cad_buf *b, const cad_row *row, const cad_diags *diags, const cad_facts *f, int64_t triangles)
{
    CAD_TRY(cad_buf_printf(b, "%s %s level %d counts %d %d %d %d %d %d merged %d euler %d genus %d triangles %lld kinds",
                           row->id, row->family, f->level, f->solids, f->shells, f->shells_closed, f->faces, f->edges,
                           f->vertices, f->faces_merged, f->euler, f->genus, (long long)triangles));
    for (int i = 0; i < CAD_SURFACE_KINDS; i++)
        CAD_TRY(cad_buf_printf(b, " %d", f->kinds[i]));
    CAD_TRY(cad_buf_printf(b, " size %.12g %.12g box", f->volume, f->area));
    CAD_TRY(add_numbers(b, f->box, 6));
    CAD_TRY(add_numbers(b, f->centroid, 3));
    CAD_TRY(add_numbers(b, f->inertia, 3));
    for (int i = 0; i < f->n_cylinders; i++) {
        const cad_cylinder *c = &f->cylinders[i];
        CAD_TRY(cad_buf_printf(b, " cylinder %d %d %d %d", c->concave, c->open_lo, c->open_hi, c->n_faces));
        CAD_TRY(add_numbers(b, c->point, 3));
        CAD_TRY(add_numbers(b, (const double[]){c->radius, c->lo, c->hi, c->sweep}, 4));
    }
    for (int i = 0; i < f->n_prisms; i++)
        CAD_TRY(cad_buf_printf(b, " prism %d %d %.12g", f->prisms[i].sides, f->prisms[i].concave, f->prisms[i].af));
    CAD_TRY(cad_buf_printf(b, " planes %d", f->n_planes));
    for (int32_t i = 0; i < diags->n; i++)
        CAD_TRY(cad_buf_printf(b, " finding %s", diags->item[i].code));
    return cad_buf_str(b, "\n");
}

static double lap(double *since)
{
    double now = cad_clock_now(), d = now - *since;
    *since = now;
    return d;
}

static void count(tally *t, const double s[STEPS], const double inner[CAD_SOLID_STEPS], bool failed)
{
    t->parts++;
    t->meshed += s[MESH] > 0;
    t->failed += failed;
    for (int i = 0; i < STEPS; i++)
        t->s[i] += s[i];
    for (int i = 0; i < CAD_SOLID_STEPS; i++)
        t->inner[i] += inner[i];
    t->worst = fmax(t->worst, s[PARSE] + s[SOLID] + s[FACTS]);
}

static cad_status measure(bench *b, const cad_row *row, bool with_mesh, double s[STEPS])
{
    cad_diags *diags = NULL;
    cad_ir *ir = NULL;
    cad_solid *solid = NULL;
    cad_facts facts;
    cad_mesh mesh = {0};
    CAD_TRY(cad_arena_zalloc(b->arena, 1, sizeof *diags, "diagnostics", &diags));
    double t = cad_clock_now();
    cad_diags_init(diags, b->arena);
    CAD_TRY(cad_ir_parse(row->target, strlen(row->target), CAD_IR_DIALECT_cadlm, b->arena, diags, &ir));
    CAD_TRY(cad_ir_check(ir, diags));
    s[PARSE] = lap(&t);
    CAD_TRY(cad_solid_from_ir(ir, diags, &solid));
    s[SOLID] = lap(&t);
    cad_status st = cad_solid_facts(solid, b->arena, &facts);
    s[FACTS] = lap(&t);
    if (st == CAD_OK && with_mesh)
        st = cad_solid_mesh(solid, 0.001, 0.1, b->arena, &mesh);
    s[MESH] = with_mesh ? lap(&t) : 0;
    cad_solid_destroy(solid);
    if (st == CAD_OK && b->keep_facts)
        st = print_facts(&b->facts, row, diags, &facts, mesh.n_tri);
    return st;
}

static size_t family_of(const cad_row *row)
{
    size_t i = 0;
    while (i + 1 < cad_synth_family_count() && strcmp(row->family, cad_synth_family_name(i)) != 0)
        i++;
    return i;
}

static cad_status one_part(bench *b, int64_t i)
{
    cad_row row;
    double s[STEPS] = {0}, before[CAD_SOLID_STEPS], after[CAD_SOLID_STEPS];
    CAD_TRY(cad_synth_row(&b->opts, (uint64_t)i, false, b->arena, &row));
    cad_solid_clock(before);
    cad_status st = measure(b, &row, i % MESH_EACH == 0, s);
    cad_solid_clock(after);
    if (st == CAD_EGEOM && b->keep_facts)
        CAD_TRY(cad_buf_printf(&b->facts, "%s %s %s\n", row.id, row.family, cad_error_text()));
    else if (st != CAD_OK && st != CAD_EGEOM)
        return st;
    for (int k = 0; k < CAD_SOLID_STEPS; k++)
        after[k] -= before[k];
    count(&b->family[family_of(&row)], s, after, st != CAD_OK);
    count(&b->all, s, after, st != CAD_OK);
    return CAD_OK;
}

static double mesh_ms(const tally *t)
{
    return t->meshed ? t->s[MESH] * 1e3 / (double)t->meshed : 0;
}

static void print_tally(const char *name, const tally *t)
{
    double n = (double)t->parts * 1e-3, core = t->s[PARSE] + t->s[SOLID] + t->s[FACTS];
    printf("%-12s %6lld %7.2f %7.2f %7.2f %7.2f %7.2f", name, (long long)t->parts, core / n, t->worst * 1e3, t->s[PARSE] / n,
           t->s[SOLID] / n, t->s[FACTS] / n);
    for (int i = 0; i < CAD_SOLID_STEPS; i++)
        printf(" %7.2f", t->inner[i] / n);
    printf(" %7.2f %6lld\n", mesh_ms(t), (long long)t->failed);
}

static json_t *json_tally(const tally *t)
{
    double n = (double)t->parts * 1e-3;
    json_t *o = json_pack("{s:I, s:I, s:f, s:f}", "parts", (json_int_t)t->parts, "failed", (json_int_t)t->failed, "part_ms",
                          (t->s[PARSE] + t->s[SOLID] + t->s[FACTS]) / n, "worst_ms", t->worst * 1e3);
    for (int i = 0; o && i < STEPS; i++)
        json_object_set_new(o, STEP_NAME[i], json_real(i == MESH ? mesh_ms(t) : t->s[i] / n));
    for (int i = 0; o && i < CAD_SOLID_STEPS; i++)
        json_object_set_new(o, cad_solid_step_name((cad_solid_step)i), json_real(t->inner[i] / n));
    return o;
}

static cad_status write_json(const bench *b, const char *path)
{
    json_t *families = json_object(), *o;
    for (size_t i = 0; i < cad_synth_family_count(); i++)
        if (b->family[i].parts)
            json_object_set_new(families, cad_synth_family_name(i), json_tally(&b->family[i]));
    o = json_pack("{s:s, s:s, s:o, s:o}", "bench", "ir", "kernel", cad_solid_kernel(), "all", json_tally(&b->all), "families",
                  families);
    cad_status s = cad_json_write(path, o);
    json_decref(o);
    return s;
}

static cad_status run(bench *b, int argc, char **argv)
{
    static const char *const units[] = {"mm", "none", "cm", "in"}, *const styles[] = {"short", "long", "dims"};
    const char *families = argc > 2 ? argv[2] : "seen";
    CAD_TRY(cad_synth_opts_make(SEED, (cad_synth_names){&families, 1}, (cad_synth_names){units, 4},
                                (cad_synth_names){styles, 3}, BENCH_PRIMITIVES, &b->opts));
    CAD_TRY(cad_arena_create("bench", ARENA, &b->arena));
    b->keep_facts = argc > 4;
    for (int64_t i = 0; i < b->n; i++) {
        cad_frame mark = cad_arena_mark(b->arena);
        CAD_TRY(one_part(b, i));
        cad_arena_rewind(b->arena, mark);
    }
    printf("ms a part     parts  checked  worst   parse   solid   facts");
    for (int i = 0; i < CAD_SOLID_STEPS; i++)
        printf(" %7s", cad_solid_step_name((cad_solid_step)i));
    printf("    mesh failed\n");
    for (size_t i = 0; i < cad_synth_family_count(); i++)
        if (b->family[i].parts)
            print_tally(cad_synth_family_name(i), &b->family[i]);
    print_tally("all", &b->all);
    if (argc > 3 && *argv[3])
        CAD_TRY(write_json(b, argv[3]));
    return b->keep_facts ? cad_fs_write(argv[4], b->facts.data, b->facts.len) : CAD_OK;
}

int main(int argc, char **argv)
{
    static bench b;
    b.n = argc > 1 ? atoll(argv[1]) : 2000;
    cad_status s = b.n > 0 && b.n <= MAX_PARTS ? run(&b, argc, argv) : cad_fail(CAD_EUSAGE, "1 to %d parts", MAX_PARTS);
    if (s)
        fprintf(stderr, "bench_ir: error: %s\n", cad_error_text());
    cad_arena_destroy(b.arena);
    cad_buf_deinit(&b.facts);
    return cad_status_exit_code(s);
}
