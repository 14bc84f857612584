/* eval/part.h: STEP texts.  What the gate refuses is a class of its own; what can be read is written anew for the kernel. */
#include "cad/step/step.h"
#include "cad/step/step_answer.h"
#include "cad/step/step_gate.h"
#include "cad/step/step_write.h"
#include "core/pool.h"
#include "eval/part_impl.h"
#include "eval/reference.h"

#include <string.h>

/* Whether the text says itself where it ends; else only the end token does. */
static bool has_end_mark(const cad_part_text *t)
{
    cad_step_answer_kind kind = cad_step_answer_kind_of(t->text, t->len);
    return t->kind == CAD_PART_step && (kind == CAD_STEP_ANSWER_file || kind == CAD_STEP_ANSWER_section);
}

bool cad_part_is_complete(const cad_part_text *t)
{
    if (cad_part_is_blank(t->text, t->len))
        return false;
    return has_end_mark(t) ? cad_step_ends_well(t->text, t->len) : t->complete;
}

/* Lines of the file in front of the answer's own; -1: the file is another text than the answer. */
static int64_t lines_before(const cad_part_text *t, const cad_buf *file)
{
    size_t at = cad_step_blanks(t->text, t->len), own = t->len - at < file->len ? t->len - at : file->len;
    int64_t lines = 0, blank_lines = 0;
    for (size_t i = 0; i < at; i++)
        blank_lines += t->text[i] == '\n';
    size_t first = own < 16 ? own : 16, from = 0;
    while (from + first <= file->len && memcmp(file->data + from, t->text + at, first) != 0)
        lines += file->data[from++] == '\n';
    return from + first <= file->len ? lines - blank_lines : -1;
}

/* L2 and L3: what the gate says of the file. */
static cad_status judge(const cad_part_text *t, const cad_buf *file, cad_arena *arena, cad_part *p)
{
    static const cad_class classes[] = {[CAD_STEP_GATE_ok] = CAD_CLASS_ok,
                                        [CAD_STEP_GATE_empty] = CAD_CLASS_empty,
                                        [CAD_STEP_GATE_truncated] = CAD_CLASS_truncated,
                                        [CAD_STEP_GATE_parse] = CAD_CLASS_parse,
                                        [CAD_STEP_GATE_reference] = CAD_CLASS_reference};
    cad_step_gate_result g;
    CAD_TRY(cad_step_gate(file->data, file->len, arena, &g));
    p->text_level = g.level;
    if (g.class_ == CAD_STEP_GATE_ok)
        return CAD_OK;
    CAD_TRY(cad_arena_zalloc(arena, 1, sizeof *p->code, "codes", &p->code));
    p->code[p->n_codes++] = g.reason;
    int64_t before = lines_before(t, file), own = before < 0 ? 0 : g.line - before;
    if (p->class_ == CAD_CLASS_ok)
        p->error_column = own > 0 ? g.column : 0;
    cad_step_stage stage = g.class_ != CAD_STEP_GATE_reference ? CAD_STEP_STAGE_parse
                           : !strcmp(g.reason, "type")         ? CAD_STEP_STAGE_type
                                                               : CAD_STEP_STAGE_reference;
    return cad_part_stop(p, classes[g.class_], cad_step_stage_name(stage), g.text, own > 0 ? own : 0, arena);
}

/* Counts, and our text of what can be read; none where even a tolerant reading finds errors.  Placeholders of STEP-LLM are
 * made ids first, as its own tools do before anything is drawn. */
static cad_status write_plain(const cad_buf *file, bool wanted, cad_arena *arena, cad_part *p)
{
    cad_step *m;
    cad_buf plain = CAD_BUF_INIT, legal = CAD_BUF_INIT;
    cad_status s = cad_step_answer_legal(arena, file->data, file->len, &legal);
    if (s == CAD_OK)
        s = cad_step_read(cad_buf_cstr(&legal), legal.len, &(cad_step_opts){.input = CAD_STEP_FILE}, &m);
    if (s != CAD_OK) {
        cad_buf_deinit(&legal);
        return s;
    }
    p->instances = m->n;
    p->largest_id = cad_step_largest_id(file->data, file->len);
    if (wanted && m->diags.n_errors == 0)
        s = cad_step_write(m, &(cad_step_write_opts){.keep_ids = true, .plain = true}, &plain);
    cad_step_close(m);
    cad_buf_deinit(&legal);
    if (s == CAD_OK && plain.len)
        s = cad_arena_strdup(arena, plain.data, plain.len, &p->plain);
    p->plain_len = plain.len;
    cad_buf_deinit(&plain);
    return s;
}

static cad_status text_track(const cad_part_text *t, cad_arena *arena, cad_part *p)
{
    if (cad_part_is_blank(t->text, t->len))
        return cad_part_stop(p, CAD_CLASS_empty, "text", "empty text", 0, arena);
    bool complete = cad_part_is_complete(t), mark = has_end_mark(t);
    p->text_level = complete ? 1 : 0;
    if (!complete)
        CAD_TRY(cad_part_stop(p, CAD_CLASS_truncated, "text",
                              mark ? "its last text is not " CAD_STEP_END_MARK : "no end token within the limit", 0, arena));
    cad_buf file = CAD_BUF_INIT;
    cad_status s = cad_step_answer(arena, t->text, t->len, &file);
    if (s == CAD_EPARSE)
        s = cad_part_stop(p, CAD_CLASS_parse, "parse", cad_error_text(), 0, arena);
    else if (s == CAD_EDATA) { /* its grammar holds; what it leaves to derive cannot be */
        p->text_level = 2;
        s = cad_part_stop(p, CAD_CLASS_reference, "reference", cad_error_text(), 0, arena);
    } else if (s == CAD_OK) {
        s = judge(t, &file, arena, p);
        if (s == CAD_OK)
            s = write_plain(&file, p->class_ == CAD_CLASS_ok || t->always, arena, p);
    }
    if (!complete)
        p->text_level = 0;
    cad_buf_deinit(&file);
    return s;
}

cad_status cad_part_climb_step(const cad_part_text *t, cad_arena *arena, cad_part *p)
{
    CAD_TRY(text_track(t, arena, p));
    if (!p->plain || t->no_kernel)
        return CAD_OK;
    cad_part_enter(p, "read");
    p->kernel = 3;
    cad_status s = cad_solid_read_step(p->plain, p->plain_len, &p->solid);
    if (s == CAD_ENOMEM || s == CAD_EUNSUPPORTED)
        return s;
    if (s != CAD_OK)
        return cad_part_against(p, CAD_CLASS_build, "read", cad_error_text(), arena);
    return cad_part_facts(p, arena);
}
