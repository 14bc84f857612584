#include "eval/part.h"

#include "cad/mesh/distance.h"
#include "cad/mesh/voxel.h"
#include "core/pool.h"
#include "eval/score.h"

#include <math.h>
#include <string.h>

static cad_status stop(cad_part *p, cad_class c, const char *stage, const char *text, int64_t line, cad_arena *arena)
{
    p->class_ = c;
    p->stage = stage;
    p->error_line = line;
    return cad_arena_strdup(arena, text, strlen(text), &p->error);
}

/* Findings that say the graph itself is wrong; all others mean that nothing can be built from it. */
static bool is_reference_code(const char *code)
{
    static const char *const codes[] = {"no-result", "dangling-ref", "cycle", "sketch-as-solid", "not-a-sketch"};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (!strcmp(code, codes[i]))
            return true;
    return false;
}

static cad_class class_of_finding(const char *code)
{
    if (!strcmp(code, "empty"))
        return CAD_CLASS_not_solid;
    if (!strcmp(code, "invalid-solid"))
        return CAD_CLASS_invalid;
    return is_reference_code(code) ? CAD_CLASS_reference : CAD_CLASS_build;
}

static bool is_blank(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr(" \t\r\n", text[i]) || text[i] == '\0')
            return false;
    return true;
}

/* L0..L3.  Leaves class ok when the program may be compiled. */
static cad_status gate(const char *text, size_t len, bool complete, cad_arena *arena, cad_part *p)
{
    if (is_blank(text, len))
        return stop(p, CAD_CLASS_empty, "text", "empty text", 0, arena);
    p->level = 0;
    if (!complete)
        return stop(p, CAD_CLASS_truncated, "text", "no end token within the limit", 0, arena);
    p->level = 1;
    CAD_TRY(cad_ir_parse(text, len, CAD_IR_DIALECT_cadlm, arena, p->diags, &p->ir));
    const cad_diag *e = cad_diags_first_error(p->diags);
    if (e)
        return stop(p, CAD_CLASS_parse, "parse", e->message, e->line + 1, arena);
    p->level = 2;
    CAD_TRY(cad_ir_check(p->ir, p->diags));
    e = cad_diags_first_error(p->diags);
    if (!e) {
        p->level = 3;
        return CAD_OK;
    }
    cad_class c = class_of_finding(e->code);
    if (c != CAD_CLASS_reference)
        p->level = 3;
    return stop(p, c, "check", e->message, e->line + 1, arena);
}

static cad_status build(cad_part *p, cad_arena *arena)
{
    cad_worker_stage("build");
    cad_status s = cad_solid_from_ir(p->ir, p->diags, &p->solid);
    if (s == CAD_ENOMEM || s == CAD_EUNSUPPORTED)
        return s;
    if (s != CAD_OK) {
        const cad_diag *e = cad_diags_first_error(p->diags);
        cad_class c = e ? class_of_finding(e->code) : CAD_CLASS_build;
        p->level = c == CAD_CLASS_not_solid ? 5 : c == CAD_CLASS_invalid ? 7 : 3;
        return stop(p, c, "build", e ? e->message : cad_error_text(), e ? e->line + 1 : 0, arena);
    }
    cad_worker_stage("facts");
    s = cad_solid_facts(p->solid, arena, &p->facts);
    if (s == CAD_OK)
        s = cad_solid_open(p->solid, &p->open_mask);
    if (s == CAD_ENOMEM)
        return s;
    if (s != CAD_OK)
        return stop(p, CAD_CLASS_build, "facts", cad_error_text(), 0, arena);
    p->level = p->facts.level;
    if (p->level < 7)
        return stop(p, CAD_CLASS_not_solid, "facts", "no closed solid of positive volume", 0, arena);
    if (p->level < 8)
        return stop(p, CAD_CLASS_invalid, "facts", "the geometry check fails at native tolerance", 0, arena);
    return CAD_OK;
}

static cad_status mesh(cad_part *p, cad_arena *arena)
{
    enum { MAX_TRIANGLES = 2000000 };
    cad_worker_stage("mesh");
    cad_mesh raw = {0};
    cad_mesh_check check = {0};
    cad_status s = cad_solid_mesh(p->solid, CAD_SCORE_DEFLECTION, CAD_SCORE_ANGLE, arena, &raw);
    if (s == CAD_OK && raw.n_tri > MAX_TRIANGLES)
        return stop(p, CAD_CLASS_mesh, "mesh", "more than two million triangles", 0, arena);
    if (s == CAD_OK)
        s = cad_mesh_watertight(&raw, arena, &check);
    if (s == CAD_OK)
        s = cad_mesh_canonical(&raw, arena, &p->mesh);
    if (s == CAD_ENOMEM)
        return s;
    if (s != CAD_OK) {
        p->mesh = (cad_mesh){0};
        return stop(p, CAD_CLASS_mesh, "mesh", cad_error_text(), 0, arena);
    }
    if (check.watertight && p->level == 8)
        p->level = 9;
    return CAD_OK;
}

/* The mesh of a solid.  An invalid one stays `invalid`, with the reason of that, whatever its mesh is like. */
static cad_status measure(cad_part *p, cad_arena *arena)
{
    const cad_part before = *p;
    CAD_TRY(mesh(p, arena));
    if (before.class_ == CAD_CLASS_ok)
        return CAD_OK;
    p->class_ = before.class_;
    p->stage = before.stage;
    p->error = before.error;
    p->error_line = before.error_line;
    return CAD_OK;
}

static cad_status climb(const char *text, size_t len, bool complete, cad_arena *arena, cad_part *p)
{
    CAD_TRY(cad_arena_zalloc(arena, 1, sizeof *p->diags, "diagnostics", &p->diags));
    cad_diags_init(p->diags, arena);
    cad_worker_stage("text");
    CAD_TRY(gate(text, len, complete, arena, p));
    if (p->class_ == CAD_CLASS_ok)
        CAD_TRY(build(p, arena));
    /* An invalid solid still has a shape, so it still has a score; the failure policy decides whether it counts. */
    if (p->solid && (p->class_ == CAD_CLASS_ok || p->class_ == CAD_CLASS_invalid))
        CAD_TRY(measure(p, arena));
    return CAD_OK;
}

cad_status cad_part_make(const char *text, size_t len, bool complete, cad_arena *arena, cad_part *out)
{
    cad_part p = {.class_ = CAD_CLASS_ok};
    cad_status s = climb(text, len, complete, arena, &p);
    if (s == CAD_OK)
        *out = p;
    else
        cad_part_deinit(&p);
    return s;
}

void cad_part_deinit(cad_part *p)
{
    cad_solid_destroy(p->solid);
    p->solid = NULL;
}

static cad_status iou(const cad_part *g, cad_align tg, const cad_part *p, cad_align tp, cad_arena *arena, double *out)
{
    cad_frame f = cad_arena_mark(arena);
    size_t words = (size_t)cad_voxel_words(CAD_SCORE_VOXELS);
    uint64_t *a, *b;
    CAD_TRY(cad_arena_zalloc(arena, words, sizeof *a, "voxels", &a));
    CAD_TRY(cad_arena_zalloc(arena, words, sizeof *b, "voxels", &b));
    *out = NAN;
    cad_status s = cad_voxelize(&g->mesh, tg, CAD_SCORE_VOXELS, g->level >= 9, arena, a);
    if (s == CAD_OK)
        s = cad_voxelize(&p->mesh, tp, CAD_SCORE_VOXELS, p->level >= 9, arena, b);
    if (s == CAD_ENOMEM)
        return s;
    if (s == CAD_OK) {
        double v = cad_voxel_iou(cad_voxel_compare(a, b, CAD_SCORE_VOXELS));
        *out = v < 0 ? (double)NAN : v;
    }
    cad_arena_rewind(arena, f);
    return CAD_OK;
}

cad_status cad_part_compare(const cad_part *reference, const cad_part *prediction, const char *reference_id,
                            const char *prediction_key, cad_arena *arena, cad_likeness *out)
{
    static const char *const protocol = "cadlm-1";
    cad_worker_stage("compare");
    cad_frame f = cad_arena_mark(arena);
    cad_box bg, bp;
    cad_mesh g1, p1;
    cad_chamfer c;
    CAD_TRY(cad_mesh_box(&reference->mesh, &bg));
    CAD_TRY(cad_mesh_box(&prediction->mesh, &bp));
    CAD_TRY(cad_mesh_align(&reference->mesh, cad_align_a1(&bg), arena, &g1));
    CAD_TRY(cad_mesh_align(&prediction->mesh, cad_align_a1(&bp), arena, &p1));
    CAD_TRY(cad_chamfer_p2s(&g1, cad_sample_key("reference", reference_id, protocol), &p1,
                            cad_sample_key("prediction", prediction_key, protocol), CAD_SCORE_POINTS, arena, &c));
    cad_worker_stage("voxels");
    cad_likeness l = {.cd_a1 = c.s2};
    CAD_TRY(iou(reference, cad_align_a1(&bg), prediction, cad_align_a1(&bp), arena, &l.iou_a1));
    CAD_TRY(iou(reference, cad_align_a0c(&bg, &bp), prediction, cad_align_a0c(&bp, &bg), arena, &l.iou_a0c));
    cad_arena_rewind(arena, f);
    *out = l;
    return CAD_OK;
}
