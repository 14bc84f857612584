#include "eval/part.h"

#include "cad/step/step_answer.h"
#include "core/pool.h"
#include "core/size.h"
#include "eval/part_impl.h"
#include "eval/score.h"
#include "eval/why.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

cad_status cad_part_stop(cad_part *p, cad_class c, const char *stage, const char *text, int64_t line, cad_arena *arena)
{
    if (p->class_ != CAD_CLASS_ok) /* the first reason stays: a refused text, whatever the kernel says of it */
        return CAD_OK;
    p->class_ = c;
    p->stage = stage;
    p->error_line = line;
    return cad_arena_strdup(arena, text, strlen(text), &p->error);
}

cad_status cad_part_against(cad_part *p, cad_class c, const char *stage, const char *text, cad_arena *arena)
{
    if (!p->against)
        CAD_TRY(cad_arena_strdup(arena, text, strlen(text), &p->against));
    return cad_part_stop(p, c, stage, text, 0, arena);
}

void cad_part_enter(const cad_part *p, const char *stage)
{
    char text[32];
    if (p->truth)
        snprintf(text, sizeof text, CAD_PART_REFERENCE "%.16s", stage);
    else if (p->class_ == CAD_CLASS_ok || p->class_ == CAD_CLASS_invalid)
        snprintf(text, sizeof text, "%.31s", stage);
    else
        snprintf(text, sizeof text, CAD_PART_REFUSED "%s:%d %.8s", cad_class_name(p->class_), p->text_level, stage);
    cad_worker_stage(text);
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

bool cad_part_is_blank(const char *text, size_t len)
{
    return cad_step_blanks(text, len) == len;
}

/* L0..L3 of a program.  Leaves class ok when it may be compiled. */
static cad_status gate(const cad_part_text *t, cad_arena *arena, cad_part *p)
{
    if (cad_part_is_blank(t->text, t->len))
        return cad_part_stop(p, CAD_CLASS_empty, "text", "empty text", 0, arena);
    p->text_level = 0;
    if (!t->complete)
        return cad_part_stop(p, CAD_CLASS_truncated, "text", "no end token within the limit", 0, arena);
    p->text_level = 1;
    cad_ir_dialect dialect = t->upstream ? CAD_IR_DIALECT_upstream : CAD_IR_DIALECT_cadlm;
    CAD_TRY(cad_ir_parse(t->text, t->len, dialect, arena, p->diags, &p->ir));
    const cad_diag *e = cad_diags_first_error(p->diags);
    if (e)
        return cad_part_stop(p, CAD_CLASS_parse, "parse", e->message, e->line + 1, arena);
    p->text_level = 2;
    CAD_TRY(cad_ir_check(p->ir, p->diags));
    e = cad_diags_first_error(p->diags);
    if (!e) {
        p->text_level = 3;
        return CAD_OK;
    }
    cad_class c = class_of_finding(e->code);
    if (c != CAD_CLASS_reference)
        p->text_level = 3;
    return cad_part_stop(p, c, "check", e->message, e->line + 1, arena);
}

static cad_status build(cad_part *p, cad_arena *arena)
{
    cad_part_enter(p, "build");
    p->kernel = 3;
    cad_status s = cad_solid_from_ir(p->ir, p->diags, &p->solid);
    if (s == CAD_ENOMEM || s == CAD_EUNSUPPORTED)
        return s;
    if (s != CAD_OK) {
        const cad_diag *e = cad_diags_first_error(p->diags);
        cad_class c = e ? class_of_finding(e->code) : CAD_CLASS_build;
        p->kernel = c == CAD_CLASS_not_solid ? 5 : c == CAD_CLASS_invalid ? 7 : 3;
        return e ? cad_part_stop(p, c, "build", e->message, e->line + 1, arena)
                 : cad_part_against(p, c, "build", cad_error_text(), arena);
    }
    return cad_part_facts(p, arena);
}

cad_status cad_part_facts(cad_part *p, cad_arena *arena)
{
    cad_part_enter(p, "facts");
    cad_status s = cad_solid_facts(p->solid, arena, &p->facts);
    if (s == CAD_OK)
        s = cad_solid_open(p->solid, &p->open_mask);
    if (s == CAD_ENOMEM)
        return s;
    if (s != CAD_OK)
        return cad_part_against(p, CAD_CLASS_build, "facts", cad_error_text(), arena);
    p->kernel = p->facts.level;
    if (p->kernel >= 8)
        return CAD_OK;
    cad_buf why = CAD_BUF_INIT;
    cad_class c = p->kernel < 5 ? CAD_CLASS_build : p->kernel < 7 ? CAD_CLASS_not_solid : CAD_CLASS_invalid;
    s = cad_facts_why(&p->facts, &why);
    if (s == CAD_OK)
        s = cad_part_against(p, c, "facts", cad_buf_cstr(&why), arena);
    cad_buf_deinit(&why);
    return s;
}

static cad_status mesh(cad_part *p, cad_arena *arena)
{
    enum { MAX_TRIANGLES = 2000000 };
    cad_part_enter(p, "mesh");
    cad_mesh raw = {0};
    cad_mesh_check check = {0};
    cad_status s = cad_solid_mesh(p->solid, CAD_SCORE_DEFLECTION, CAD_SCORE_ANGLE, arena, &raw);
    if (s == CAD_OK && raw.n_tri > MAX_TRIANGLES)
        return cad_part_stop(p, CAD_CLASS_mesh, "mesh", "more than two million triangles", 0, arena);
    if (s == CAD_OK)
        s = cad_mesh_watertight(&raw, arena, &check);
    if (s == CAD_OK)
        s = cad_mesh_canonical(&raw, arena, &p->mesh);
    if (s == CAD_ENOMEM)
        return s;
    if (s != CAD_OK) {
        p->mesh = (cad_mesh){0};
        return cad_part_stop(p, CAD_CLASS_mesh, "mesh", cad_error_text(), 0, arena);
    }
    if (check.watertight && p->kernel == 8)
        p->kernel = 9;
    return CAD_OK;
}

static cad_status copy_codes(cad_part *p, cad_arena *arena)
{
    CAD_TRY(cad_arena_zalloc(arena, cad_size_add((size_t)p->diags->n, 1), sizeof *p->code, "codes", &p->code));
    for (int32_t i = 0; i < p->diags->n; i++)
        p->code[p->n_codes++] = p->diags->item[i].code;
    return CAD_OK;
}

static cad_status climb_ir(const cad_part_text *t, cad_arena *arena, cad_part *p)
{
    CAD_TRY(cad_arena_zalloc(arena, 1, sizeof *p->diags, "diagnostics", &p->diags));
    cad_diags_init(p->diags, arena);
    p->diags->strict = t->strict;
    CAD_TRY(gate(t, arena, p));
    if (p->class_ == CAD_CLASS_ok && !t->no_kernel)
        CAD_TRY(build(p, arena));
    return copy_codes(p, arena);
}

static cad_status climb(const cad_part_text *t, cad_arena *arena, cad_part *p)
{
    cad_part_enter(p, CAD_PART_TEXT);
    CAD_TRY(t->kind == CAD_PART_step ? cad_part_climb_step(t, arena, p) : climb_ir(t, arena, p));
    /* An invalid solid still has a shape, so it still has a score; the failure policy decides whether it counts. */
    if (p->solid && p->kernel >= 7)
        CAD_TRY(mesh(p, arena));
    p->level = p->text_level < 3 || p->kernel < 0 ? p->text_level : p->kernel;
    return CAD_OK;
}

cad_status cad_part_make(const cad_part_text *t, cad_arena *arena, cad_part *out)
{
    cad_part p = {.class_ = CAD_CLASS_ok, .kind = t->kind, .truth = t->truth, .kernel = -1, .instances = -1, .largest_id = -1};
    cad_status s = climb(t, arena, &p);
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
