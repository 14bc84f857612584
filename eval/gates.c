/* eval/evaluation.h: gates over the results of a table. */
#include "eval/evaluation.h"

#include "core/near.h"
#include "eval/results.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char FORM[] = "[LABEL:]METRIC[@KIND.GROUP]>=NUMBER or <=, or LABEL+-NUMBER on the right";

typedef struct gate {
    const char *text;
    char label[96], metric[64], kind[24], group[64]; /* label, kind, group: "" when not given */
    bool lower;                                      /* >=, a lower bound */
    char other[96];                                  /* "": the bound is a number */
    double number;                                   /* bound, or what is added to the value of `other` */
} gate;

static bool copy(char *to, size_t room, const char *from, size_t len)
{
    if (len >= room)
        return false;
    memcpy(to, from, len);
    to[len] = '\0';
    return true;
}

static cad_status malformed(const char *text, const char *why)
{
    CAD_FAIL(CAD_ECONFIG, "--require '%s': %s; expected %s\nhint: --require='valid>=0.9'", text, why, FORM);
}

/* "0.9", "base", "base-0.05": a label is one of `labels`, the longest that fits. */
static cad_status read_bound(const char *at, const char *const *labels, size_t n, gate *g)
{
    char *end;
    size_t best = 0;
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(labels[i]);
        if (len > best && !strncmp(at, labels[i], len) && (!at[len] || strchr("+-", at[len]))) {
            best = len;
            if (!copy(g->other, sizeof g->other, labels[i], len))
                return malformed(g->text, "a label is too long");
        }
    }
    if (best && !at[best])
        return CAD_OK;
    g->number = strtod(at + best, &end);
    if (*end || end == at + best || !isfinite(g->number))
        return malformed(g->text, "no number or label on the right");
    return CAD_OK;
}

static cad_status read_name(const char *name, size_t len, gate *g)
{
    const char *sign = memchr(name, '@', len);
    size_t metric = sign ? (size_t)(sign - name) : len;
    if (!metric || !copy(g->metric, sizeof g->metric, name, metric))
        return malformed(g->text, "no metric");
    if (!sign)
        return CAD_OK;
    const char *point = memchr(sign, '.', len - metric);
    if (!point || !copy(g->kind, sizeof g->kind, sign + 1, (size_t)(point - sign - 1)) ||
        !copy(g->group, sizeof g->group, point + 1, (size_t)(name + len - point - 1)) || !*g->group)
        return malformed(g->text, "no group behind @");
    return CAD_OK;
}

static cad_status read_gate(const char *text, const char *const *labels, size_t n, gate *g)
{
    *g = (gate){.text = text};
    const char *at = strstr(text, ">="), *colon = strchr(text, ':');
    g->lower = at != NULL;
    if (!at)
        at = strstr(text, "<=");
    if (!at)
        return malformed(text, "neither >= nor <=");
    const char *name = colon && colon < at ? colon + 1 : text;
    if (name > text && !copy(g->label, sizeof g->label, text, (size_t)(colon - text)))
        return malformed(text, "the label is too long");
    CAD_TRY(read_name(name, (size_t)(at - name), g));
    return read_bound(at + 2, labels, n, g);
}

/* Of the words behind a blank each in `known`, the one that is a slip of the fingers away from `name`. */
static bool nearest(const char *known, const char *name, char out[64])
{
    cad_nearest near = {.name = name};
    for (const char *at = known; *at == ' ';) {
        size_t len = strcspn(++at, " ");
        if (copy(out, 64, at, len))
            cad_nearest_offer(&near, out, at);
        at += len;
    }
    const char *word = cad_nearest_ask(&near);
    return word && copy(out, 64, word, strcspn(word, " "));
}

/* Refuses a name: "WHAT 'name'; LEAD known known", with the one that was meant as a hint. */
static cad_status unknown(const gate *g, const char *what, const char *name, const char *lead, cad_status listed,
                          cad_buf *known)
{
    char meant[64];
    const char *list = listed == CAD_OK ? cad_buf_cstr(known) : "";
    bool near = nearest(list, name, meant);
    cad_status s = cad_fail(CAD_ECONFIG, "--require '%s': %s '%s'; %s%s%s%s%s", g->text, what, name, lead, list,
                            near ? "\nhint: did you mean " : "", near ? meant : "", near ? "?" : "");
    cad_buf_deinit(known);
    return s;
}

static cad_status known_names(const gate *g, const char *const *labels, size_t n)
{
    bool found = !*g->label;
    cad_buf known = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (size_t i = 0; i < n && !found; i++)
        found = !strcmp(g->label, labels[i]);
    for (size_t i = 0; s == CAD_OK && !found && i < n; i++)
        s = cad_buf_printf(&known, " %s", labels[i]);
    if (!found)
        return unknown(g, "no row", g->label, "the table has", s, &known);
    if (*g->kind && !cad_results_has_kind(g->kind))
        return unknown(g, "no groups by", g->kind, "expected one of", cad_results_kinds(&known), &known);
    if (!cad_results_has_metric(g->metric))
        return unknown(g, "no metric", g->metric, "expected one of", cad_results_metrics(&known), &known);
    return CAD_OK;
}

cad_status cad_eval_gates_check(const cad_list *require, const char *const *labels, size_t n)
{
    gate g;
    for (size_t i = 0; i < require->n; i++) {
        CAD_TRY(read_gate(require->item[i], labels, n, &g));
        CAD_TRY(known_names(&g, labels, n));
    }
    return CAD_OK;
}

/* ---- after scoring ---- */

/* The value of the gate's metric and group in one row; infinite for "inf". */
static cad_status value_of(const gate *g, const cad_table_row *row, double *out)
{
    const json_t *holder = row->results, *v;
    if (*g->kind) {
        holder = json_object_get(json_object_get(json_object_get(holder, "groups"), g->kind), g->group);
        if (!holder)
            CAD_FAIL(CAD_ECONFIG, "--require '%s': the suite has no group %s.%s", g->text, g->kind, g->group);
    }
    const json_t *m = json_object_get(json_object_get(holder, "metrics"), g->metric);
    if (!m)
        CAD_FAIL(CAD_ECONFIG, "--require '%s': the suite has nothing to tell '%s' by", g->text, g->metric);
    v = json_object_get(m, "value");
    if (json_is_string(v))
        *out = json_string_value(v)[0] == '-' ? -(double)INFINITY : (double)INFINITY;
    else if (json_is_number(v))
        *out = json_number_value(v);
    else /* null: not a single sample */
        CAD_FAIL(CAD_EGATE, "requirement not met: %s; %s of %s is not known", g->text, g->metric, row->label);
    return CAD_OK;
}

static const cad_table_row *row_of(const cad_evaluation *e, const char *label)
{
    for (size_t i = 0; i < e->n_rows; i++)
        if (!strcmp(e->row[i].label, label))
            return &e->row[i];
    return NULL;
}

static bool meets(const gate *g, double value, double bound)
{
    return g->lower ? value >= bound : value <= bound;
}

/* A value that misses its bound, and that of the other row, by four digits behind the point, or by as many as show the miss. */
static void show(const gate *g, double value, double other, char out[2][32])
{
    bool contradicts = true;
    for (int digits = 4; contradicts && digits <= 17; digits++) {
        snprintf(out[0], sizeof out[0], "%.*f", digits, value);
        snprintf(out[1], sizeof out[1], "%.*f", digits, other);
        contradicts = isfinite(value) && meets(g, strtod(out[0], NULL), g->number + strtod(out[1], NULL));
    }
}

static cad_status hold(const cad_evaluation *e, const gate *g)
{
    const cad_table_row *row = *g->label ? row_of(e, g->label) : &e->row[0], *other = *g->other ? row_of(e, g->other) : NULL;
    double value, bound = g->number, base;
    if (!row || (*g->other && !other))
        CAD_FAIL(CAD_ECONFIG, "--require '%s': no row '%s' in the table", g->text, row ? g->other : g->label);
    CAD_TRY(value_of(g, row, &value));
    if (other) {
        CAD_TRY(value_of(g, other, &base));
        bound += base;
    }
    if (isfinite(value) && meets(g, value, bound))
        return CAD_OK;
    char shown[2][32];
    show(g, value, other ? base : 0.0, shown);
    if (other)
        CAD_FAIL(CAD_EGATE, "requirement not met: %s; %s of %s is %s, of %s %s", g->text, g->metric, row->label, shown[0],
                 other->label, shown[1]);
    CAD_FAIL(CAD_EGATE, "requirement not met: %s; %s of %s is %s", g->text, g->metric, row->label, shown[0]);
}

cad_status cad_eval_gates(const cad_evaluation *e, const cad_list *require)
{
    const char *labels[CAD_EVAL_MAX_ROWS];
    cad_buf missed = CAD_BUF_INIT;
    size_t n_missed = 0;
    gate g;
    cad_status s = CAD_OK;
    for (size_t i = 0; i < e->n_rows; i++)
        labels[i] = e->row[i].label;
    CAD_TRY(cad_eval_gates_check(require, labels, e->n_rows));
    for (size_t i = 0; s == CAD_OK && i < require->n; i++) {
        s = read_gate(require->item[i], labels, e->n_rows, &g);
        if (s == CAD_OK)
            s = hold(e, &g);
        if (s == CAD_EGATE) /* all that are missed are told, not the first */
            s = cad_buf_printf(&missed, "%s%s", n_missed++ ? "\n" : "", cad_error_text());
    }
    if (s == CAD_OK && n_missed)
        s = cad_fail(CAD_EGATE, "%s", missed.data);
    cad_buf_deinit(&missed);
    return s;
}
