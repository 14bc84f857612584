#include "eval/part_report.h"

#include "core/json.h"
#include "eval/facts_json.h"

#include <stdio.h>
#include <string.h>

enum { MEMBERS = 10 };

static cad_status or_memory(const void *made)
{
    return made ? CAD_OK : cad_fail(CAD_ENOMEM, "out of memory for a report");
}

static json_t *facts_object(const cad_facts *f)
{
    return json_pack("{so,so,so,si,si,si,si,si,si,si,si,si,si,sb,so,so}", "volume", cad_json_finite(f->volume), "area",
                     cad_json_finite(f->area), "bbox", cad_facts_box_json(f), "solids", f->solids, "shells", f->shells,
                     "shells_closed", f->shells_closed, "faces", f->faces_merged, "edges", f->edges, "vertices", f->vertices,
                     "genus", f->genus, "euler", f->euler, "level", f->level, "model_check", f->model_check, "brepcheck",
                     (int)f->brepcheck, "tolerance", cad_json_finite(f->tolerance), "kinds", cad_facts_kinds_json(f));
}

/* ---- findings of a STEP file ---- */

/* {"severity","code","at","id","message","text"}; text is what people read. */
static cad_status finding_object(const cad_step *m, const cad_step_diag *g, json_t **out)
{
    uint32_t line, column;
    char at[32];
    cad_buf text = CAD_BUF_INIT;
    cad_step_place(m, g->at, &line, &column);
    snprintf(at, sizeof at, "%u:%u", line, column);
    cad_status s = cad_step_tell(m, g, &text);
    if (s == CAD_OK)
        *out = json_pack("{ss,ss,ss,sI,ss,ss}", "severity", cad_step_severity_name(g->severity), "code",
                         cad_step_code_name(g->code), "at", at, "id", (json_int_t)g->id, "message", g->text, "text",
                         cad_buf_cstr(&text));
    cad_buf_deinit(&text);
    return s == CAD_OK ? or_memory(*out) : s;
}

static json_t *stages_object(const cad_step *m)
{
    int64_t n[CAD_STEP_STAGES] = {0};
    json_t *o = json_object();
    for (int k = 0; k < CAD_STEP_CODES; k++)
        n[cad_step_code_stage((cad_step_code)k)] += m->diags.count[k];
    for (int k = 0; k < CAD_STEP_STAGES; k++)
        json_object_set_new(o, cad_step_stage_name((cad_step_stage)k), json_integer(n[k]));
    return o;
}

/* {"T05":{"count":n,"meaning":text},..}: all findings, those that are not kept too. */
static json_t *codes_object(const cad_step *m)
{
    json_t *o = json_object();
    for (int k = 0; k < CAD_STEP_CODES; k++) {
        const char *name = cad_step_code_name((cad_step_code)k);
        json_int_t before = json_integer_value(json_object_get(json_object_get(o, name), "count"));
        const char *meaning = before ? json_string_value(json_object_get(json_object_get(o, name), "meaning"))
                                     : cad_step_code_meaning((cad_step_code)k);
        if (m->diags.count[k] > 0)
            json_object_set_new(o, name,
                                json_pack("{sI,ss}", "count", before + (json_int_t)m->diags.count[k], "meaning", meaning));
    }
    return o;
}

/* {"instances":n,"errors":n,"warnings":n,"stages":{"parse":n,..},"codes":{..},"diagnostics":[..]} */
static cad_status step_object(const cad_step *m, json_t **out)
{
    json_t *list = json_array(), *one = NULL;
    cad_status s = CAD_OK;
    for (int32_t i = 0; s == CAD_OK && i < m->diags.n; i++) {
        s = finding_object(m, &m->diags.item[i], &one);
        if (s == CAD_OK)
            json_array_append_new(list, one);
    }
    if (s != CAD_OK) {
        json_decref(list);
        return s;
    }
    *out =
        json_pack("{sI,sI,sI,so,so,so}", "instances", (json_int_t)m->n, "errors", (json_int_t)m->diags.n_errors, "warnings",
                  (json_int_t)m->diags.n_warnings, "stages", stages_object(m), "codes", codes_object(m), "diagnostics", list);
    return or_memory(*out);
}

/* ---- why it is not valid ---- */

/* The first finding in the text of a stage; of errors alone, or of what a kernel may stumble over as well. */
static const cad_step_diag *first_of(const cad_step *m, cad_step_stage stage, bool errors)
{
    const cad_step_diag *best = NULL;
    for (int k = 0; k < CAD_STEP_CODES; k++) {
        const cad_step_diag *g = &m->diags.first[k];
        bool harmless = k == CAD_STEP_T02_value || k == CAD_STEP_T04_value || k == CAD_STEP_T05;
        if (m->diags.count[k] == 0 || cad_step_code_stage((cad_step_code)k) != stage ||
            (errors ? g->severity != CAD_STEP_error : harmless) || (best && best->at <= g->at))
            continue;
        best = g;
    }
    return best;
}

/* The finding that stands for a file which is not valid; NULL: only the kernel has one. */
static const cad_step_diag *deciding(const cad_step *m)
{
    const cad_step_diag *g = NULL;
    for (int k = 0; !g && k < CAD_STEP_STAGES; k++)
        g = first_of(m, (cad_step_stage)k, true);
    for (int k = CAD_STEP_STAGE_type; !g && k < CAD_STEP_STAGES; k++)
        g = first_of(m, (cad_step_stage)k, false);
    return g;
}

static cad_status tell_place(int64_t line, int64_t column, cad_buf *out)
{
    if (line <= 0)
        return CAD_OK;
    return column > 0 ? cad_buf_printf(out, "line %lld, column %lld: ", (long long)line, (long long)column)
                      : cad_buf_printf(out, "line %lld: ", (long long)line);
}

typedef struct finding {
    const char *stage, *code; /* of the finding; NULL: none */
    int64_t line;             /* 0: unknown */
} finding;

/* What the kernel says, or a finding that explains it. */
static cad_status kernel_reason(const cad_part_report *r, const char *kernel, finding *why, cad_buf *out)
{
    const cad_step_diag *g = r->step ? deciding(r->step) : NULL;
    uint32_t line, column;
    why->stage = g ? cad_step_stage_name(cad_step_code_stage(g->code)) : "kernel";
    if (!g)
        return cad_buf_str(out, kernel);
    cad_step_place(r->step, g->at, &line, &column);
    why->code = cad_step_code_name(g->code);
    why->line = line;
    CAD_TRY(tell_place(line, column, out));
    return cad_step_tell_about(r->step, g, out);
}

static cad_status find_reason(const cad_part_report *r, const char *kernel, finding *why, cad_buf *out)
{
    const cad_part *p = r->part;
    const cad_diag *e = p->diags ? cad_diags_first_error(p->diags) : NULL;
    *why = (finding){.stage = "program", .line = p->error_line};
    if (e) {
        why->code = e->code;
        why->line = (int64_t)e->line + 1;
        return cad_buf_printf(out, "line %lld, column %d: %s [%s]", (long long)e->line + 1, e->column, e->message, e->code);
    }
    if (p->class_ == CAD_CLASS_ok || p->text_level >= 3)
        return kernel_reason(r, kernel, why, out);
    if (p->kind == CAD_PART_step) {
        why->stage = p->stage;
        why->code = p->n_codes > 0 ? p->code[0] : NULL;
    }
    CAD_TRY(tell_place(p->error_line, p->error_column, out));
    return cad_buf_str(out, p->error);
}

static cad_status reason_object(const cad_part_report *r, const char *kernel, json_t **out)
{
    cad_buf text = CAD_BUF_INIT;
    finding why;
    cad_status s = find_reason(r, kernel, &why, &text);
    if (s == CAD_OK) {
        *out = json_pack("{ss,ss?,so,so}", "stage", why.stage, "code", why.code, "line",
                         why.line > 0 ? json_integer(why.line) : json_null(), "text", cad_json_text(cad_buf_cstr(&text)));
        s = or_memory(*out);
    }
    cad_buf_deinit(&text);
    return s;
}

/* ---- all ---- */

/* Members that need more than the kernel: program and step. */
static cad_status add_text(const cad_part_report *r, json_t *o)
{
    json_t *v = NULL;
    if (r->part->ir) {
        cad_buf text = CAD_BUF_INIT;
        cad_status s = cad_ir_report_json(r->part->ir, r->part->diags, &text);
        if (s == CAD_OK)
            s = cad_json_parse(text.data, text.len, "report", &v);
        cad_buf_deinit(&text);
        CAD_TRY(s);
    }
    json_object_set_new(o, "program", v ? v : json_null());
    v = NULL;
    if (r->step)
        CAD_TRY(step_object(r->step, &v));
    json_object_set_new(o, "step", v ? v : json_null());
    return CAD_OK;
}

/* The verdict, and what speaks for it. */
static cad_status add_verdict(const cad_part_report *r, json_t *o)
{
    const cad_part *p = r->part;
    const char *kernel = *r->died ? r->died : p->against;
    bool refused = p->text_level<3, known = p->facts.level> 0;
    bool errors = (p->diags && p->diags->n_errors > 0) || (r->strict && r->step && r->step->diags.n_errors > 0);
    bool valid = p->level >= 8 && !*r->died && !errors;
    cad_class c = *r->died && !refused ? r->died_of : p->class_;
    json_t *reason = NULL;
    if (!valid)
        CAD_TRY(reason_object(r, kernel ? kernel : "", &reason));
    json_object_set_new(o, "ok", json_boolean(valid));
    json_object_set_new(o, "class", json_string(cad_class_name(c)));
    json_object_set_new(o, "level", json_integer(p->level));
    json_object_set_new(o, "facts", known ? facts_object(&p->facts) : json_null());
    json_object_set_new(o, "kernel", kernel ? cad_json_text(kernel) : json_null());
    json_object_set_new(o, "reason", reason ? reason : json_null());
    return CAD_OK;
}

cad_status cad_part_report_json(const cad_part_report *r, cad_buf *out)
{
    json_t *o = json_object();
    CAD_TRY(or_memory(o));
    json_object_set_new(o, "format", json_string(cad_part_kind_name(r->part->kind)));
    json_object_set_new(o, "form", r->form ? json_string(r->form) : json_null());
    cad_status s = add_text(r, o);
    if (s == CAD_OK)
        s = add_verdict(r, o);
    if (s == CAD_OK)
        s = or_memory(json_object_size(o) == MEMBERS ? o : NULL);
    if (s == CAD_OK)
        s = cad_json_print(o, out);
    json_decref(o);
    return s;
}
