#include "eval/table.h"

#include <math.h>
#include <string.h>

typedef struct column {
    const char *metric, *head;
    double factor;
    int decimals;
    bool interval;
    bool step; /* where parts are STEP */
} column;

/* Columns of the main table, in its order; a column that no row has is left out, and those of `step` stand where parts are
 * STEP. */
static const column MAIN[] = {
    {"cr", "complete ↑", 100, 1, true, false},
    {"valid", "valid ↑", 100, 1, true, false},
    {"kernel_valid", "kernel-valid ↑", 100, 1, false, true},
    {"vol2", "volume 2 % ↑", 100, 1, true, true},
    {"valid.vol2", "valid, volume 2 % ↑", 100, 1, true, true},
    {"sizes", "sizes right ↑", 100, 1, true, false},
    {"seven", "strict ↑", 100, 1, true, false},
    {"iou.v64.A0c", "IoU A0c, failures 0 ↑", 1, 3, true, false},
    {"iou.v64.A0c.excluded", "(excluded) ↑", 1, 3, false, false},
    {"iou.v64.A1", "IoU A1, failures 0 ↑", 1, 3, true, false},
    {"iou.v64.A1.excluded", "(excluded) ↑", 1, 3, false, false},
    {"cd.s2.p2s.8192.A1.median", "CD x10³ median, failures inf ↓", 1000, 3, false, false},
    {"cd.s2.p2s.8192.A1.capped", "capped mean ↓", 1000, 2, true, false},
    {"cd.s2.p2s.8192.A1.excluded", "(median, excluded) ↓", 1000, 3, false, false},
};
enum { N_MAIN = sizeof MAIN / sizeof MAIN[0] };

/* The second table of the preset steplm: first as its code counts, then as proposed. */
static const column STEPLM[] = {
    {"cr.official", "CR ↑", 100, 1, true, true},
    {"rr.official", "RR ↑", 100, 1, true, true},
    {"scd.official~.excluded", "MSCD official~ (rendered) ↓", 1, 4, false, true},
    {"scd.official~.median", "failures inf ↓", 1, 4, false, true},
    {"aec.official", "AEC", 1, 1, false, true},
    {"aec.official.reference", "AEC of references", 1, 1, false, true},
    {"aec.official.gap", "gap ↓", 1, 1, false, true},
    {"aec.official.paired", "(references of these)", 1, 1, false, true},
    {"scd.fixed.median", "SCD fixed, failures inf ↓", 1, 4, false, true},
    {"scd.fixed.excluded", "(excluded) ↓", 1, 4, false, true},
    {"scd.p2s.median", "to surface ↓", 1, 4, false, true},
    {"scd.sim.median", "of one size ↓", 1, 4, false, true},
    {"scd.sim.excluded", "(excluded) ↓", 1, 4, false, true},
    {"aec.fixed", "entities", 1, 1, false, true},
    {"aec.fixed.gap", "gap ↓", 1, 1, false, true},
};
enum { N_STEPLM = sizeof STEPLM / sizeof STEPLM[0] };

/* Columns of the tables by group. */
static const column GROUP[] = {
    {"valid", "valid ↑", 100, 1, false, false},
    {"valid.vol2", "valid, volume 2 % ↑", 100, 1, false, true},
    {"sizes", "sizes right ↑", 100, 1, false, false},
    {"seven", "strict ↑", 100, 1, false, false},
    {"iou.v64.A0c", "IoU A0c, failures 0 ↑", 1, 3, false, false},
    {"scd.sim.median", "SCD of one size ↓", 1, 4, false, true},
    {"aec.official", "AEC", 1, 1, false, true},
};
enum { N_GROUP = sizeof GROUP / sizeof GROUP[0] };

static bool value_of(const json_t *metric, const char *key, double *out)
{
    const json_t *v = json_object_get(metric, key);
    if (json_is_string(v))
        *out = json_string_value(v)[0] == '-' ? -(double)INFINITY : (double)INFINITY;
    else if (json_is_number(v))
        *out = json_number_value(v);
    else
        return false;
    return true;
}

static int64_t samples_of(const json_t *holder)
{
    return (int64_t)json_integer_value(json_object_get(holder, "n"));
}

/* Value times factor, with its interval behind it where asked for; "inf"; "-" for none.  How many samples it is over is said
 * where these are not the `n` of the row. */
static cad_status print_cell(const json_t *metric, const column *c, bool interval, int64_t n, cad_buf *out)
{
    double v, low, high;
    if (!value_of(metric, "value", &v))
        return cad_buf_str(out, "-");
    if (isinf(v))
        return cad_buf_str(out, v > 0 ? "inf" : "-inf");
    CAD_TRY(cad_buf_printf(out, "%.*f", c->decimals, v * c->factor));
    if (interval && value_of(metric, "ci_low", &low) && value_of(metric, "ci_high", &high))
        CAD_TRY(cad_buf_printf(out, " [%.*f, %.*f]", c->decimals, low * c->factor, c->decimals, high * c->factor));
    return samples_of(metric) == n ? CAD_OK : cad_buf_printf(out, " (n %lld)", (long long)samples_of(metric));
}

static const json_t *metric_of(const json_t *holder, const char *name)
{
    return json_object_get(json_object_get(holder, "metrics"), name);
}

static bool is_step(const cad_table_row *r)
{
    const char *kind = json_string_value(json_object_get(r->results, "kind"));
    return kind && !strcmp(kind, "step");
}

/* Whether some row has the column. */
static bool is_shown(const cad_table *t, const column *c)
{
    for (size_t i = 0; i < t->n; i++)
        if (metric_of(t->row[i].results, c->metric) && (!c->step || is_step(&t->row[i])))
            return true;
    return false;
}

/* A row a model; nothing where no row has a column. */
static cad_status model_table(const cad_table *t, const column *columns, int n, cad_buf *out)
{
    int shown = 0;
    for (int c = 0; c < n; c++)
        shown += is_shown(t, &columns[c]);
    if (shown == 0)
        return CAD_OK;
    CAD_TRY(cad_buf_str(out, "| model | n |"));
    for (int c = 0; c < n; c++)
        if (is_shown(t, &columns[c]))
            CAD_TRY(cad_buf_printf(out, " %s |", columns[c].head));
    CAD_TRY(cad_buf_str(out, "\n|---|---:|"));
    for (int c = 0; c < shown; c++)
        CAD_TRY(cad_buf_str(out, "---:|"));
    CAD_TRY(cad_buf_str(out, "\n"));
    for (size_t i = 0; i < t->n; i++) {
        const cad_table_row *r = &t->row[i];
        const char *waived = json_string_value(json_object_get(r->results, "waived"));
        CAD_TRY(cad_buf_printf(out, r->baseline ? "| *%s*" : "| %s", r->label));
        if (waived && *waived)
            CAD_TRY(cad_buf_printf(out, " (%s)", waived));
        CAD_TRY(cad_buf_printf(out, " | %lld |", (long long)samples_of(r->results)));
        for (int c = 0; c < n; c++) {
            const column *m = &columns[c];
            if (!is_shown(t, m))
                continue;
            CAD_TRY(cad_buf_str(out, " "));
            CAD_TRY(print_cell(metric_of(r->results, m->metric), m, m->interval, samples_of(r->results), out));
            CAD_TRY(cad_buf_str(out, " |"));
        }
        CAD_TRY(cad_buf_str(out, "\n"));
    }
    return CAD_OK;
}

/* What STEP-LLM reports, where it was asked for. */
static cad_status steplm_table(const cad_table *t, cad_buf *out)
{
    size_t before = out->len;
    int footnotes = 0;
    bool all = false;
    for (size_t i = 0; i < t->n; i++)
        for (int k = 0; k < 4; k++) /* CR, RR and MSCD, twice */
            all |= metric_of(t->row[i].results, STEPLM[k].metric) != NULL;
    CAD_TRY(cad_buf_str(
        out,
        all ? "\nAs STEP-LLM counts: CR, RR, MSCD as published, with its code's defects (one direction, first root, 0.1 mm, "
              "empty files left out),\nbut aligned without chance (~); right of it both directions, all roots, "
              "failures counted.  A wrong size is what SCD mostly sees.\n\n"
            : "\nEntities as STEP-LLM counts them (AEC: the mean of the largest id), and their number; all else of its "
              "measures: --preset=steplm.\n\n"));
    size_t head = out->len;
    CAD_TRY(model_table(t, STEPLM, N_STEPLM, out));
    if (out->len == head) {
        out->len = before;
        return CAD_OK;
    }
    for (size_t i = 0; i < t->n; i++)
        if (json_is_null(json_object_get(metric_of(t->row[i].results, "cr.official"), "value")))
            CAD_TRY(
                cad_buf_printf(out,
                               "%sCR of %s: -, for its answers are compact text, which has no end mark; how many end by the "
                               "end token is told above as complete.\n",
                               footnotes++ ? "" : "\n", t->row[i].label));
    return CAD_OK;
}

static const json_t *group_of(const cad_table_row *r, const char *kind, const char *name)
{
    return json_object_get(json_object_get(json_object_get(r->results, "groups"), kind), name);
}

/* One table per kind of group: a row per group, for each model its valid share, sizes right and IoU. */
static cad_status group_table(const cad_table *t, const char *kind, const char *head, cad_buf *out)
{
    json_t *groups = json_object_get(json_object_get(t->row[0].results, "groups"), kind);
    if (json_object_size(groups) == 0 || (json_object_size(groups) == 1 && !strcmp(kind, "families")))
        return CAD_OK;
    CAD_TRY(cad_buf_printf(out, "\n| %s | n |", head));
    for (size_t i = 0; i < t->n; i++)
        for (int c = 0; c < N_GROUP; c++)
            if (is_shown(t, &GROUP[c]))
                CAD_TRY(cad_buf_printf(out, " %s: %s |", t->row[i].label, GROUP[c].head));
    CAD_TRY(cad_buf_str(out, "\n|---|---:|"));
    for (size_t i = 0; i < t->n; i++)
        for (int c = 0; c < N_GROUP; c++)
            if (is_shown(t, &GROUP[c]))
                CAD_TRY(cad_buf_str(out, "---:|"));
    CAD_TRY(cad_buf_str(out, "\n"));
    const char *name;
    json_t *g;
    json_object_foreach(groups, name, g)
    {
        CAD_TRY(cad_buf_printf(out, "| %s | %lld |", name, (long long)samples_of(g)));
        for (size_t i = 0; i < t->n; i++)
            for (int c = 0; c < N_GROUP; c++) {
                const column *m = &GROUP[c];
                if (!is_shown(t, m))
                    continue;
                CAD_TRY(cad_buf_str(out, " "));
                const json_t *of = group_of(&t->row[i], kind, name);
                CAD_TRY(print_cell(metric_of(of, m->metric), m, false, samples_of(of), out));
                CAD_TRY(cad_buf_str(out, " |"));
            }
        CAD_TRY(cad_buf_str(out, "\n"));
    }
    return CAD_OK;
}

static cad_status class_lines(const cad_table *t, cad_buf *out)
{
    for (size_t i = 0; i < t->n; i++) {
        CAD_TRY(cad_buf_printf(out, "classes of %s:", t->row[i].label));
        const char *name;
        json_t *n;
        json_object_foreach(json_object_get(t->row[i].results, "classes"), name, n)
            CAD_TRY(cad_buf_printf(out, " %s %lld", name, (long long)json_integer_value(n)));
        CAD_TRY(cad_buf_str(out, "\n"));
        long long thin = (long long)json_integer_value(json_object_get(t->row[i].results, "thin"));
        if (thin > 0)
            CAD_TRY(cad_buf_printf(out, "IoU of %s: %lld of %lld against a reference thinner than a cell, by stretched cells\n",
                                   t->row[i].label, thin, (long long)samples_of(t->row[i].results)));
    }
    return CAD_OK;
}

cad_status cad_table_markdown(const cad_table *t, cad_buf *out)
{
    CAD_TRY(cad_buf_printf(out, "%s\n\n", t->title));
    if (t->limit)
        CAD_TRY(cad_buf_printf(out, "**%s**\n\n", t->limit));
    CAD_TRY(model_table(t, MAIN, N_MAIN, out));
    CAD_TRY(steplm_table(t, out));
    CAD_TRY(group_table(t, "family", "family", out));
    CAD_TRY(group_table(t, "families", "families that models/tiny has", out));
    CAD_TRY(group_table(t, "phrasing", "phrasing", out));
    CAD_TRY(group_table(t, "units", "units", out));
    CAD_TRY(group_table(t, "entities", "entities of the reference", out));
    CAD_TRY(group_table(t, "faces", "faces of the reference", out));
    CAD_TRY(cad_buf_str(out, "\n"));
    CAD_TRY(class_lines(t, out));
    return cad_buf_str(out, t->notes);
}

/* A text cell: quoted where CSV asks for it, and a leading = + - @ is never a formula. */
static cad_status csv_text(const char *text, cad_buf *out)
{
    bool quote = strpbrk(text, ",\"\n\r") || (text[0] && strchr("=+-@", text[0]));
    if (!quote)
        return cad_buf_str(out, text);
    CAD_TRY(cad_buf_str(out, text[0] && strchr("=+-@", text[0]) ? "\"'" : "\""));
    for (; *text; text++)
        CAD_TRY(cad_buf_add(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1));
    return cad_buf_str(out, "\"");
}

static cad_status csv_number(const json_t *metric, const char *key, cad_buf *out)
{
    double v;
    CAD_TRY(cad_buf_str(out, ","));
    if (!value_of(metric, key, &v))
        return CAD_OK;
    return isinf(v) ? cad_buf_str(out, v > 0 ? "inf" : "-inf") : cad_buf_number(out, v);
}

static cad_status csv_metrics(const char *label, const char *group, const char *name, json_t *metrics, cad_buf *out)
{
    const char *metric;
    json_t *m;
    json_object_foreach(metrics, metric, m)
    {
        CAD_TRY(csv_text(label, out));
        CAD_TRY(cad_buf_str(out, ","));
        CAD_TRY(csv_text(group, out));
        CAD_TRY(cad_buf_str(out, ","));
        CAD_TRY(csv_text(name, out));
        CAD_TRY(cad_buf_str(out, ","));
        CAD_TRY(csv_text(metric, out));
        CAD_TRY(csv_number(m, "value", out));
        CAD_TRY(csv_number(m, "ci_low", out));
        CAD_TRY(csv_number(m, "ci_high", out));
        CAD_TRY(cad_buf_printf(out, ",%lld,%lld,%s\n", (long long)samples_of(m),
                               (long long)json_integer_value(json_object_get(m, "n_failed")),
                               json_string_value(json_object_get(m, "policy"))));
    }
    return CAD_OK;
}

cad_status cad_table_csv(const cad_table *t, cad_buf *out)
{
    if (t->limit)
        CAD_TRY(cad_buf_printf(out, "# %s\n", t->limit));
    CAD_TRY(cad_buf_str(out, "model,group,name,metric,value,ci_low,ci_high,n,n_failed,policy\n"));
    for (size_t i = 0; i < t->n; i++) {
        const cad_table_row *r = &t->row[i];
        CAD_TRY(csv_metrics(r->label, "all", "all", json_object_get(r->results, "metrics"), out));
        const char *kind, *name;
        json_t *groups, *g;
        json_object_foreach(json_object_get(r->results, "groups"), kind, groups) json_object_foreach(groups, name, g)
            CAD_TRY(csv_metrics(r->label, kind, name, json_object_get(g, "metrics"), out));
    }
    return CAD_OK;
}

cad_status cad_table_json(const cad_table *t, cad_buf *out)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < t->n; i++)
        json_array_append_new(rows, json_pack("{so,sb,sO}", "model", cad_json_text(t->row[i].label), "baseline",
                                              (int)t->row[i].baseline, "results", t->row[i].results));
    json_t *o = json_pack("{ss,ss,so,so}", "title", t->title, "notes", t->notes, "limit",
                          t->limit ? json_string(t->limit) : json_null(), "rows", rows);
    if (!o)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a table");
    cad_status s = cad_json_print_pretty(o, out);
    json_decref(o);
    return s;
}

const cad_table_format cad_table_formats[CAD_TABLE_FORMATS] = {
    {"md", cad_table_markdown}, {"csv", cad_table_csv}, {"json", cad_table_json}};

cad_status cad_table_read_formats(const char *list, bool wanted[CAD_TABLE_FORMATS])
{
    const char *at = list;
    do {
        size_t len = strcspn(at, ",");
        int i = 0;
        while (i < CAD_TABLE_FORMATS &&
               (strlen(cad_table_formats[i].name) != len || memcmp(cad_table_formats[i].name, at, len) != 0))
            i++;
        if (i == CAD_TABLE_FORMATS)
            CAD_FAIL(CAD_EUSAGE, "--format=%s; expected some of md, csv, json", list);
        wanted[i] = true;
        at += len;
    } while (*at++ == ',');
    return CAD_OK;
}
