#include "cad/step/step_gate.h"

#include "cad/step/step_answer.h"
#include "cad/step/step_check.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- what fails which level ---- */

enum { PASSES, SYNTAX, FORGIVEN, LINKS, TYPES }; /* in the order in which they are looked for; the latter two are of level 3 */

static const struct {
    int fails;
    const char *reason;
} judged[CAD_STEP_CODES] = {
    [CAD_STEP_L01] = {SYNTAX, "syntax"},
    [CAD_STEP_L02] = {SYNTAX, "syntax"},
    [CAD_STEP_L03] = {SYNTAX, "syntax"},
    [CAD_STEP_L04] = {SYNTAX, "syntax"},
    [CAD_STEP_L05] = {SYNTAX, "syntax"},
    [CAD_STEP_L05_case] = {FORGIVEN, "lower_case"},
    [CAD_STEP_L06] = {SYNTAX, "number_range"},
    [CAD_STEP_L07] = {SYNTAX, "number_range"},
    [CAD_STEP_L08] = {FORGIVEN, "lower_case"},
    [CAD_STEP_L09] = {SYNTAX, "syntax"},
    [CAD_STEP_S01] = {SYNTAX, "syntax"},
    [CAD_STEP_S02] = {SYNTAX, "syntax"},
    [CAD_STEP_S03] = {SYNTAX, "syntax"},
    [CAD_STEP_S04] = {SYNTAX, "syntax"},
    [CAD_STEP_S05] = {SYNTAX, "paren"},
    [CAD_STEP_S06] = {SYNTAX, "syntax"},
    [CAD_STEP_S07] = {FORGIVEN, "empty_parameter"},
    [CAD_STEP_S08] = {SYNTAX, "syntax"},
    [CAD_STEP_S10] = {FORGIVEN, "scope"},
    [CAD_STEP_H01] = {SYNTAX, "header"},
    [CAD_STEP_H02] = {FORGIVEN, "header_order"},
    [CAD_STEP_H03] = {SYNTAX, "header"},
    [CAD_STEP_R01] = {LINKS, "duplicate_id"},
    [CAD_STEP_R02] = {LINKS, "dangling"},
    [CAD_STEP_R03] = {FORGIVEN, "placeholder"},
    [CAD_STEP_R04] = {SYNTAX, "limit"},
    [CAD_STEP_T01] = {TYPES, "type"},
    [CAD_STEP_T02] = {TYPES, "type"},
    [CAD_STEP_T03] = {TYPES, "type"},
    [CAD_STEP_T04] = {TYPES, "type"},
    [CAD_STEP_X01] = {SYNTAX, "limit"},
};

const char *cad_step_gate_class_name(cad_step_gate_class c)
{
    static const char *const names[] = {"ok", "empty", "truncated", "parse", "reference"};
    return names[c];
}

/* ---- levels 2 and 3 ---- */

typedef struct verdict {
    int fails;
    const char *reason;
    cad_step_diag finding;
} verdict;

static cad_status keep(cad_arena *a, cad_step_gate_result *r, int level, cad_step_gate_class c, const char *reason,
                       const char *text, int64_t line)
{
    r->level = level;
    r->class_ = c;
    r->reason = reason;
    r->line = line;
    return cad_arena_strdup(a, text, strlen(text), &r->text);
}

/* Opening less closing brackets of the instance or header entity around `at`, outside strings and comments. */
static bool unbalanced(const cad_step *m, uint32_t at)
{
    uint32_t low = 0, high = m->n; /* instances stand in the order of the text, but for the owners of a SCOPE */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (m->instance[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == m->n || m->instance[low].at > at)
        return false;
    int64_t open = 0;
    bool in_string = false;
    for (uint32_t i = m->instance[low].at; i < m->instance[low].end; i++) {
        char c = m->text[i];
        if (!in_string && c == '/' && i + 1 < m->instance[low].end && m->text[i + 1] == '*') {
            const char *end = memmem(m->text + i + 2, m->len - i - 2, "*/", 2);
            i = end ? (uint32_t)(end + 1 - m->text) : m->instance[low].end;
            continue;
        }
        in_string ^= c == '\'';
        open += in_string ? 0 : (c == '(') - (c == ')');
    }
    return open != 0;
}

/* Of the findings that fail so, the first in the text. */
static bool find(const cad_step *m, int fails, verdict *v)
{
    v->fails = PASSES;
    for (int k = 0; k < CAD_STEP_CODES; k++) {
        const cad_step_diag *g = &m->diags.first[k];
        if (m->diags.count[k] == 0 || judged[k].fails != fails || (v->fails != PASSES && g->at >= v->finding.at))
            continue;
        *v = (verdict){fails, judged[k].reason, *g};
    }
    return v->fails != PASSES;
}

static bool outside(const cad_step_param *p)
{
    double x = p->kind == CAD_STEP_INTEGER ? (double)p->integer : p->kind == CAD_STEP_REAL ? p->real : 0.0;
    return fabs(x) > CAD_STEP_GATE_NUMBER || (x != 0 && fabs(x) < DBL_MIN);
}

/* *v gives way to what stands in front of it. */
static void take_earlier(verdict *v, const char *reason, uint32_t at, uint64_t id, const char *text)
{
    if (v->fails == PASSES || at < v->finding.at)
        *v = (verdict){SYNTAX, reason, {.at = at, .id = id, .text = text}};
}

/* The first number of a run of parameters that is too large or too small. */
static void find_numbers(const cad_step *m, uint32_t first, uint32_t size, uint64_t id, verdict *v)
{
    for (uint32_t p = first; p < first + size; p++)
        if (outside(&m->param[p])) {
            take_earlier(v, "number_range", m->param[p].at, id,
                         "a number beyond 1e7, or too small for a double; expected at most 1e7");
            return;
        }
}

/* Limits that the parser does not know: of ids, numbers and NUL bytes. */
static void find_limits(const cad_step *m, verdict *v)
{
    const char *nul = memchr(m->text, '\0', m->len);
    if (nul && (v->fails == PASSES || (size_t)(nul - m->text) <= v->finding.at))
        *v = (verdict){SYNTAX, "limit", {.at = (uint32_t)(nul - m->text), .text = "a NUL byte"}};
    for (uint32_t i = 0; i < m->n_header; i++)
        find_numbers(m, m->header[i].param, m->header[i].size, 0, v);
    for (uint32_t i = 0; i < m->n_sections; i++)
        find_numbers(m, m->section[i].param, m->section[i].size, 0, v);
    for (uint32_t i = 0; i < m->n && (v->fails == PASSES || m->instance[i].at < v->finding.at); i++) {
        const cad_step_instance *it = &m->instance[i];
        if (it->id >= CAD_STEP_GATE_ID)
            take_earlier(v, "limit", it->at, it->id, "an id of 2147483648 or more");
        find_numbers(m, it->param, it->size, it->id, v);
    }
}

/* What only another file holds, though REFERENCE binds a name of it: nothing that is read here can stand in its place. */
static bool find_elsewhere(const cad_step *m, verdict *v)
{
    for (uint32_t i = 0; i < m->n; i++)
        for (uint32_t p = m->instance[i].param; p < m->instance[i].param + m->instance[i].size; p++)
            if (m->param[p].kind == CAD_STEP_CONSTANT ||
                (m->param[p].kind == CAD_STEP_REF && m->param[p].ref == CAD_STEP_NONE)) {
                *v = (verdict){LINKS, "dangling", {.code = CAD_STEP_R02, .at = m->param[p].at, .id = m->instance[i].id}};
                v->finding.text = "what it refers to stands in another file; expected an instance of this one";
                return true;
            }
    return false;
}

static cad_status tell(const cad_step *m, const verdict *v, cad_arena *a, cad_step_gate_result *r)
{
    cad_buf text = CAD_BUF_INIT;
    uint32_t line, column;
    bool level3 = v->fails == LINKS || v->fails == TYPES;
    const char *reason = v->reason;
    if ((v->finding.code == CAD_STEP_S04 || v->finding.code == CAD_STEP_S06) && !strcmp(reason, "syntax") &&
        unbalanced(m, v->finding.at))
        reason = "paren";
    cad_step_place(m, v->finding.at, &line, &column);
    cad_status s = cad_step_tell_about(m, &v->finding, &text);
    if (s == CAD_OK)
        s = keep(a, r, level3 ? 2 : 1, level3 ? CAD_STEP_GATE_reference : CAD_STEP_GATE_parse, reason, cad_buf_cstr(&text),
                 line);
    r->column = column;
    cad_buf_deinit(&text);
    return s;
}

/* References and types. */
static cad_status judge_links(cad_step *m, cad_arena *a, cad_step_gate_result *r)
{
    verdict v;
    if (find(m, LINKS, &v) || find_elsewhere(m, &v))
        return tell(m, &v, a, r);
    CAD_TRY(cad_step_check(m, &(cad_step_check_opts){0}));
    if (find(m, TYPES, &v))
        return tell(m, &v, a, r);
    r->level = 3;
    r->class_ = CAD_STEP_GATE_ok;
    return CAD_OK;
}

static cad_status judge(cad_step *m, cad_arena *a, cad_step_gate_result *r)
{
    verdict v;
    (void)find(m, SYNTAX, &v);
    find_limits(m, &v);
    return v.fails != PASSES || find(m, FORGIVEN, &v) ? tell(m, &v, a, r) : judge_links(m, a, r);
}

cad_status cad_step_gate_model(cad_step *m, cad_arena *a, cad_step_gate_result *out)
{
    cad_step_gate_result r = {.complete = true, .reason = "", .text = ""};
    verdict v = {.fails = PASSES};
    for (uint32_t i = 0; i < m->n && v.fails == PASSES; i++)
        find_numbers(m, m->instance[i].param, m->instance[i].size, m->instance[i].id, &v);
    cad_status s = v.fails != PASSES ? tell(m, &v, a, &r) : judge_links(m, a, &r);
    if (s == CAD_OK)
        *out = r;
    return s;
}

cad_status cad_step_gate(const char *text, size_t len, cad_arena *a, cad_step_gate_result *out)
{
    cad_step_gate_result r = {.reason = "", .text = ""};
    const cad_step_opts o = {.input = CAD_STEP_FILE,
                             .limits = {.bytes = CAD_STEP_GATE_BYTES,
                                        .instances = CAD_STEP_GATE_INSTANCES,
                                        .string = CAD_STEP_GATE_STRING,
                                        .sections = CAD_STEP_GATE_SECTIONS}};
    size_t end = len;
    cad_step *m;
    cad_status s;
    while (end > 0 && cad_step_is_blank(text[end - 1]))
        end--;
    r.complete = cad_step_ends_well(text, end);
    if (end == 0) {
        s = keep(a, &r, 0, CAD_STEP_GATE_empty, "empty", "empty text", 1);
    } else if (!r.complete) {
        int64_t line = 1;
        for (const char *p = text; (p = memchr(p, '\n', (size_t)(text + end - p))); p++)
            line++;
        s = keep(a, &r, 0, CAD_STEP_GATE_truncated, "truncated", "expected " CAD_STEP_END_MARK " at the end", line);
    } else {
        CAD_TRY(cad_step_read(text, len, &o, &m));
        s = judge(m, a, &r);
        cad_step_close(m);
    }
    if (s == CAD_OK)
        *out = r;
    return s;
}
