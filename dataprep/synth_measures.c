#include "dataprep/synth_measures.h"

#include "cad/ir/ir.h"
#include "cad/occt/solid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* ---- expectations ---- */

/* Four decimals are far below the tolerance of a check (1 %). */
static cad_status number(cad_buf *b, double v)
{
    return cad_buf_number(b, floor(v * 1e4 + 0.5) / 1e4);
}

static cad_status rounds(cad_buf *b, const cad_round *r, int n, bool holes)
{
    CAD_TRY(cad_buf_str(b, "["));
    for (int i = 0; i < n; i++) {
        CAD_TRY(cad_buf_printf(b, "%s{\"count\":%d,\"d\":", i ? "," : "", r[i].count));
        CAD_TRY(number(b, r[i].d));
        CAD_TRY(cad_buf_str(b, holes ? ",\"depth\":" : ",\"h\":"));
        CAD_TRY(number(b, r[i].length));
        if (r[i].pcd > 0) {
            CAD_TRY(cad_buf_str(b, ",\"pcd\":"));
            CAD_TRY(number(b, r[i].pcd));
        }
        if (r[i].spacing[0] > 0) {
            CAD_TRY(cad_buf_str(b, ",\"spacing\":["));
            CAD_TRY(number(b, r[i].spacing[0]));
            CAD_TRY(cad_buf_str(b, ","));
            CAD_TRY(number(b, r[i].spacing[1]));
            CAD_TRY(cad_buf_str(b, "]"));
        }
        if (holes)
            CAD_TRY(cad_buf_printf(b, ",\"through\":%s", r[i].through ? "true" : "false"));
        CAD_TRY(cad_buf_str(b, "}"));
    }
    return cad_buf_str(b, "]");
}

static void sorted(const double in[3], double out[3])
{
    memcpy(out, in, 3 * sizeof *out);
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2 - i; k++)
            if (out[k] < out[k + 1]) {
                double t = out[k];
                out[k] = out[k + 1];
                out[k + 1] = t;
            }
}

cad_status cad_part_expect(const cad_part *p, cad_buf *b)
{
    static const char *const kind[] = {"cone", "cylinder", "plane", "sphere"};
    const int faces[] = {p->cones, p->cylinders, p->planes, p->spheres};
    double ext[3];
    sorted(p->ext, ext);
    CAD_TRY(cad_buf_str(b, "{\"bbox\":["));
    for (int i = 0; i < 3; i++) {
        CAD_TRY(cad_buf_str(b, i ? "," : ""));
        CAD_TRY(number(b, ext[i]));
    }
    CAD_TRY(cad_buf_str(b, "],\"bosses\":"));
    CAD_TRY(rounds(b, p->boss, p->n_bosses, false));
    CAD_TRY(cad_buf_str(b, ",\"faces\":{"));
    for (int i = 0, any = 0; i < 4; i++)
        if (faces[i])
            CAD_TRY(cad_buf_printf(b, "%s\"%s\":%d", any++ ? "," : "", kind[i], faces[i]));
    CAD_TRY(cad_buf_printf(b, "},\"genus\":%d,\"holes\":", p->genus));
    CAD_TRY(rounds(b, p->hole, p->n_holes, true));
    if (p->open)
        CAD_TRY(cad_buf_str(b, ",\"open\":\"any\""));
    if (p->prism_sides) {
        CAD_TRY(cad_buf_str(b, ",\"prism\":{\"af\":"));
        CAD_TRY(number(b, p->prism_af));
        CAD_TRY(cad_buf_printf(b, ",\"sides\":%d}", p->prism_sides));
    }
    CAD_TRY(cad_buf_str(b, ",\"shells\":1,\"solids\":1,\"volume\":"));
    CAD_TRY(number(b, p->volume));
    if (p->wall > 0) {
        CAD_TRY(cad_buf_str(b, ",\"wall\":"));
        CAD_TRY(number(b, p->wall));
    }
    return cad_buf_str(b, "}");
}

cad_status cad_part_params(const cad_part *p, cad_buf *b)
{
    CAD_TRY(cad_buf_str(b, "{"));
    for (int i = 0; i < p->n_params; i++) {
        CAD_TRY(cad_buf_printf(b, "%s\"%s\":", i ? "," : "", p->param[i].name));
        CAD_TRY(cad_buf_number(b, p->param[i].mm));
    }
    return cad_buf_str(b, "}");
}

/* ---- geometry hash and exclusions ---- */

uint64_t cad_geometry_hash(double volume, double area, const double extent[3], const int faces[4])
{
    /* Sizes are round numbers, so their products often lie half way between two of 6 digits, where the order of the factors
     * would decide; a nudge takes them all to the same side. */
    const double nudge = 1 + 1e-9;
    char text[160];
    double e[3];
    sorted(extent, e);
    int n = snprintf(text, sizeof text, "%.5e %.5e %.5e %.5e %.5e %d %d %d %d", volume * nudge, area * nudge, e[0] * nudge,
                     e[1] * nudge, e[2] * nudge, faces[0], faces[1], faces[2], faces[3]);
    uint64_t h = XXH64(text, (size_t)n, 0);
    return h ? h : 1;
}

uint64_t cad_part_geometry_hash(const cad_part *p)
{
    const int faces[4] = {p->planes, p->cylinders, p->cones, p->spheres};
    return cad_geometry_hash(p->volume, p->area, p->ext, faces);
}

bool cad_caption_is_of_seven(uint64_t caption_hash)
{
    static const char *const sentence[] = {
        "50x30mm mounting plate with 4 corner holes",
        "10mm diameter 25mm tall standoff",
        "simple 20x20x10mm cube",
        "just a 20x20x10mm box, nothing else",
        "L-bracket: 50mm x 30mm x 3mm thick, with 90 degree bend",
        "hex standoff M3, 10mm long, 5.5mm across flats",
        "enclosure box 100x60x40mm with 3mm wall thickness, open top",
    };
    for (size_t i = 0; i < sizeof sentence / sizeof *sentence; i++)
        if (cad_caption_hash(sentence[i]) == caption_hash)
            return true;
    return false;
}

static bool box_is(const cad_part *p, double a, double b, double c)
{
    const double want[3] = {a, b, c};
    double have[3];
    sorted(p->ext, have);
    for (int i = 0; i < 3; i++)
        if (want[i] > 0 && fabs(have[i] - want[i]) > 1e-3)
            return false;
    return true;
}

static bool faces_are(const cad_part *p, int planes, int cylinders)
{
    return p->planes == planes && p->cylinders == cylinders && !p->cones && !p->spheres;
}

static bool has_extent(const cad_part *p, double v)
{
    return fabs(p->ext[0] - v) < 1e-3 || fabs(p->ext[1] - v) < 1e-3 || fabs(p->ext[2] - v) < 1e-3;
}

bool cad_part_is_of_seven(const cad_part *p)
{
    if (faces_are(p, 6, 4) && box_is(p, 50, 30, 0) && p->ext[0] >= p->ext[2] && p->genus == 4)
        return true; /* 1: any thickness, any holes */
    if (faces_are(p, 2, 1) && box_is(p, 25, 10, 10) && p->genus == 0)
        return true; /* 2 */
    if (faces_are(p, 6, 0) && box_is(p, 20, 20, 10))
        return true; /* 3, 4 */
    if (faces_are(p, 8, 0) && !p->prism_sides && has_extent(p, 50) && has_extent(p, 30)) {
        double width = p->ext[1], section = p->volume / width; /* 5, as the generator orients an L-bracket */
        bool thick3 = fabs(section - 3 * (p->ext[0] + p->ext[2] - 3)) < 1e-3;
        if (thick3)
            return true;
    }
    if (p->prism_sides == 6 && fabs(p->prism_af - 5.5) < 1e-3 && p->genus == 1 && has_extent(p, 10))
        return true;                                                                  /* 6: any bore */
    return faces_are(p, 11, 0) && box_is(p, 100, 60, 40) && fabs(p->wall - 3) < 1e-3; /* 7 */
}

/* ---- the kernel's word ---- */

static bool close_to(double a, double b, double rel)
{
    return fabs(a - b) <= rel * (fabs(b) + 1e-3);
}

static cad_status compare(const cad_part *p, const char *id, const cad_facts *f)
{
    double want[3], have[3];
    const double side[3] = {f->box[3] - f->box[0], f->box[4] - f->box[1], f->box[5] - f->box[2]};
    sorted(p->ext, want);
    sorted(side, have);
    if (f->level < 8 || f->solids != 1 || f->shells != 1)
        CAD_FAIL(CAD_EDATA, "%s: level %d, %d solids, %d shells; expected 8, 1, 1", id, f->level, f->solids, f->shells);
    if (!close_to(f->volume, p->volume, 1e-5))
        CAD_FAIL(CAD_EDATA, "%s: volume %.6g; expected %.6g", id, f->volume, p->volume);
    if (!close_to(f->area, p->area, 1e-5))
        CAD_FAIL(CAD_EDATA, "%s: area %.6g; expected %.6g", id, f->area, p->area);
    for (int i = 0; i < 3; i++)
        if (!close_to(have[i], want[i], 1e-5))
            CAD_FAIL(CAD_EDATA, "%s: extent %.6g; expected %.6g", id, have[i], want[i]);
    const int32_t *k = f->kinds;
    if (k[CAD_SURFACE_plane] != p->planes || k[CAD_SURFACE_cylinder] != p->cylinders || k[CAD_SURFACE_cone] != p->cones ||
        k[CAD_SURFACE_sphere] != p->spheres || f->faces_merged != p->planes + p->cylinders + p->cones + p->spheres)
        CAD_FAIL(CAD_EDATA, "%s: %d planes, %d cylinders, %d cones, %d spheres of %d faces; expected %d %d %d %d", id,
                 k[CAD_SURFACE_plane], k[CAD_SURFACE_cylinder], k[CAD_SURFACE_cone], k[CAD_SURFACE_sphere], f->faces_merged,
                 p->planes, p->cylinders, p->cones, p->spheres);
    if (f->genus != p->genus)
        CAD_FAIL(CAD_EDATA, "%s: genus %d; expected %d", id, f->genus, p->genus);
    return CAD_OK;
}

static cad_status clean(const cad_diags *d, const char *id)
{
    const cad_diag *e = cad_diags_first_error(d);
    if (e)
        CAD_FAIL(CAD_EDATA, "%s: line %d: %s [%s]", id, (int)e->line + 1, e->message, e->code);
    return CAD_OK;
}

cad_status cad_part_compile(const cad_part *p, const char *id, cad_arena *scratch, cad_buf *step)
{
    cad_diags *diags = NULL;
    cad_ir *ir = NULL;
    CAD_TRY(cad_arena_zalloc(scratch, 1, sizeof *diags, "diagnostics", &diags));
    cad_diags_init(diags, scratch);
    diags->strict = true;
    CAD_TRY(cad_ir_parse(p->ir, p->ir_len, CAD_IR_DIALECT_cadlm, scratch, diags, &ir));
    CAD_TRY(clean(diags, id));
    CAD_TRY(cad_ir_check(ir, diags));
    CAD_TRY(clean(diags, id));
    cad_buf canon = CAD_BUF_INIT;
    cad_status s = cad_ir_canon(ir, &canon);
    if (s == CAD_OK && (canon.len != p->ir_len || memcmp(canon.data, p->ir, canon.len) != 0))
        s = cad_fail(CAD_EDATA, "%s: the program is not canonical", id);
    cad_buf_deinit(&canon);
    CAD_TRY(s);
    cad_solid *solid = NULL;
    cad_facts facts;
    CAD_TRY(cad_solid_from_ir(ir, diags, &solid));
    s = clean(diags, id);
    if (s == CAD_OK)
        s = cad_solid_facts(solid, scratch, &facts);
    if (s == CAD_OK)
        s = compare(p, id, &facts);
    if (s == CAD_OK && step)
        s = cad_solid_write_step(solid, NULL, step);
    cad_solid_destroy(solid);
    return s;
}
