/* eval/answers.h: records to numbers. */
#include "cad/ir/ir.h"
#include "cad/step/step_answer.h"
#include "core/hash.h"
#include "core/json.h"
#include "eval/answers.h"
#include "eval/part.h"

#include <math.h>
#include <string.h>

enum { PROGRAM_BYTES = 128 << 20 }; /* holds whatever a program may be (cad_ir_parse) */

static double measure(const json_t *record, const char *name)
{
    const json_t *v = json_object_get(json_object_get(record, "m"), name);
    return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

/* Whether a relative error is within a bound; none counts as not.  -1 without a reference. */
static int within(const cad_suite_row *row, double error, double most)
{
    return row->reference ? error <= most : -1;
}

/* As STEP-LLM's code has it: the last line is the end mark; an empty file is left out. */
static int ends_official(const cad_part_text *t)
{
    static const char mark[] = CAD_STEP_END_MARK;
    size_t len = t->len, n = sizeof mark - 1;
    if (t->kind != CAD_PART_step || len == 0)
        return -1;
    while (len && cad_step_is_blank(t->text[len - 1]))
        len--;
    size_t begin = len;
    while (begin && t->text[begin - 1] != '\n')
        begin--;
    begin += cad_step_blanks(t->text + begin, len - begin);
    return len - begin == n && !memcmp(t->text + begin, mark, n);
}

static double count(const json_t *record, const char *key)
{
    const json_t *v = json_object_get(record, key);
    return json_is_integer(v) ? (double)json_integer_value(v) : (double)NAN;
}

static int tri(const json_t *o, const char *key)
{
    return json_is_object(o) ? json_is_true(json_object_get(o, key)) : -1;
}

/* Key of what a valid answer says: its program in canonical form, or the text where it is none of ours (STEP). */
static cad_status program_key(const cad_answer_slot *t, cad_arena *arena, uint64_t *out)
{
    cad_buf canon = CAD_BUF_INIT;
    cad_ir *ir;
    cad_frame f = cad_arena_mark(arena);
    cad_status s = cad_ir_load(t->text, t->len, CAD_IR_DIALECT_cadlm, arena, &ir);
    if (s == CAD_OK)
        s = cad_ir_canon(ir, &canon);
    bool ours = s == CAD_OK;
    if (s == CAD_EPARSE || s == CAD_EDATA)
        s = CAD_OK;
    if (s == CAD_OK)
        *out = ours ? cad_hash64(canon.data, canon.len, 1) : cad_hash64(t->text, t->len, 1);
    cad_arena_rewind(arena, f);
    cad_buf_deinit(&canon);
    return s;
}

/* Of the answers of a model: those that carry an end mark or should, and those in compact text, which has none of its own. */
typedef struct form_counts {
    int64_t marked, compact;
} form_counts;

/* Text of ours that is none even by its own grammar is no answer in compact text. */
static void count_form(const cad_part_text *t, const json_t *record, form_counts *f)
{
    cad_step_answer_kind kind = cad_step_answer_kind_of(t->text, t->len);
    f->marked += kind == CAD_STEP_ANSWER_file || kind == CAD_STEP_ANSWER_section;
    f->compact += kind == CAD_STEP_ANSWER_ours && count(record, "text") >= 2;
}

static cad_status one(const cad_answers *a, const cad_answer_slot *t, cad_arena *arena, form_counts *forms, cad_scored *s)
{
    const cad_part_text text = {.kind = a->kind, .text = t->text, .len = t->len, .complete = t->stopped};
    if (!t->record)
        CAD_FAIL(CAD_EPARTIAL, "prompt '%s' has no score yet; repeat the command to score what is missing", t->row->id);
    json_t *r;
    CAD_TRY(cad_json_parse(t->record, strlen(t->record), "scores.jsonl", &r));
    const char *name = json_string_value(json_object_get(r, "class"));
    cad_class class_ = cad_class_of(name ? name : "");
    if (class_ == CAD_CLASS_COUNT) {
        cad_status bad = cad_fail(CAD_ECORRUPT, "scores.jsonl: key %s: unknown class '%.40s'", t->key, name ? name : "");
        json_decref(r);
        return bad;
    }
    *s = (cad_scored){
        .row = t->row,
        .class_ = class_,
        .complete = t->too_large ? t->stopped : cad_part_is_complete(&text),
        .valid = json_is_true(json_object_get(r, "valid")),
        .checks = t->row->expect ? tri(json_object_get(r, "checks"), "all") : -1,
        .seven = t->row->seven ? tri(json_object_get(r, "seven"), "pass") : -1,
        .cd = measure(r, "cd.s2.p2s.8192.A1"),
        .iou_a1 = measure(r, "iou.v64.A1"),
        .iou_a0c = measure(r, "iou.v64.A0c"),
        .thin = measure(r, "iou.stretched") > 0,
        .vol2 = within(t->row, measure(r, "vol.rel"), 0.02),
        .bbox1 = within(t->row, measure(r, "bbox.rel"), 0.01),
        .kernel_valid = a->always ? json_integer_value(json_object_get(r, "kernel")) >= 8 : -1,
        .cr_official = !a->steplm     ? -1
                       : t->too_large ? t->stopped
                                      : ends_official(&text),
        .rr_official = a->steplm && t->row->reference ? measure(r, "rr.official") > 0 : -1,
        .scd = measure(r, "scd.fixed"),
        .scd_p2s = measure(r, "scd.p2s"),
        .scd_sim = measure(r, "scd.sim"),
        .scd_official = measure(r, "scd.official~"),
        .entities = count(r, "entities"),
        .largest_id = count(r, "largest_id"),
        .tokens = t->tokens,
        .stopped = t->stopped,
    };
    if (a->steplm && a->kind == CAD_PART_step)
        count_form(&text, r, forms);
    json_decref(r);
    if (t->row->expect && s->checks < 0)
        s->checks = 0; /* a dead worker has no checks: none is passed */
    if (t->row->seven && s->seven < 0)
        s->seven = 0;
    return s->valid ? program_key(t, arena, &s->program) : CAD_OK;
}

cad_status cad_answers_scored(const cad_answers *a, cad_arena *arena, cad_scored **out)
{
    cad_scored *s;
    cad_arena *programs;
    form_counts forms = {0, 0};
    CAD_TRY(cad_arena_zalloc(arena, a->n, sizeof *s, "scored samples", &s));
    CAD_TRY(cad_arena_create("programs", PROGRAM_BYTES, &programs));
    cad_status st = CAD_OK;
    for (size_t i = 0; st == CAD_OK && i < a->n; i++)
        st = one(a, &a->slot[i], programs, &forms, &s[i]);
    cad_arena_destroy(programs);
    for (size_t i = 0; a->steplm && forms.compact > forms.marked && i < a->n; i++)
        s[i].cr_official = CAD_SCORED_UNANSWERABLE;
    if (st == CAD_OK)
        *out = s;
    return st;
}
