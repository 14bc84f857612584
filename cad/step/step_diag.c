#include "cad/step/step_diag.h"

#include "core/utf8.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    char name[4];
    const char *meaning;
    cad_step_severity severity[2]; /* tolerant, conformant */
} table[] = {
#define X(code, tolerant, conformant, meaning)                                                                                 \
    {{#code[0], #code[1], #code[2], 0}, meaning, {CAD_STEP_##tolerant, CAD_STEP_##conformant}},
    CAD_STEP_DIAGS(X)
#undef X
};

const char *cad_step_code_name(cad_step_code code)
{
    return table[code].name;
}

const char *cad_step_code_meaning(cad_step_code code)
{
    return table[code].meaning;
}

cad_step_stage cad_step_code_stage(cad_step_code code)
{
    switch (table[code].name[0]) {
    case 'R':
        return CAD_STEP_STAGE_reference;
    case 'T':
        return CAD_STEP_STAGE_type;
    case 'G':
        return CAD_STEP_STAGE_geometry;
    default:
        return CAD_STEP_STAGE_parse;
    }
}

const char *cad_step_stage_name(cad_step_stage stage)
{
    static const char *const names[] = {
#define X(name) #name,
        CAD_STEP_STAGE_LIST(X)
#undef X
    };
    return names[stage];
}

/* The text in the arena, fit for a terminal. */
static cad_status keep_text(cad_arena *a, const char *fmt, va_list ap, const char **out)
{
    char raw[512];
    cad_buf shown = CAD_BUF_INIT;
    int n = vsnprintf(raw, sizeof raw, fmt, ap);
    if (n < 0)
        CAD_FAIL(CAD_EINTERNAL, "cannot format text");
    size_t len = (size_t)n < sizeof raw ? (size_t)n : sizeof raw - 1;
    cad_status s = cad_utf8_escape(raw, len, &shown);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, cad_buf_cstr(&shown), shown.len, out);
    cad_buf_deinit(&shown);
    return s;
}

cad_status cad_step_diags_add(cad_step_diags *d, cad_step_code code, uint32_t at, uint32_t len, uint64_t id, const char *fmt,
                              ...)
{
    cad_step_severity severity = table[code].severity[d->conformant];
    bool error = severity == CAD_STEP_error;
    int32_t slot = d->n;
    if (slot == CAD_STEP_DIAGS_KEPT && error && d->n_errors == 0)
        slot--;
    if (slot < CAD_STEP_DIAGS_KEPT || d->count[code] == 0) {
        const char *text;
        if (!d->arena)
            CAD_TRY(cad_arena_create("findings", (size_t)1 << 20, &d->arena));
        va_list ap;
        va_start(ap, fmt);
        cad_status s = keep_text(d->arena, fmt, ap, &text);
        va_end(ap);
        CAD_TRY(s);
        const cad_step_diag g = {code, severity, at, len, id, text};
        if (d->count[code] == 0)
            d->first[code] = g;
        if (slot < CAD_STEP_DIAGS_KEPT) {
            d->item[slot] = g;
            d->n = slot + 1;
        }
    }
    d->count[code]++;
    if (error)
        d->n_errors++;
    else
        d->n_warnings++;
    return CAD_OK;
}

void cad_step_diags_sort(cad_step_diags *d)
{
    for (int32_t i = 1; i < d->n; i++) { /* at most 200, nearly in order */
        cad_step_diag g = d->item[i];
        int32_t k = i;
        for (; k > 0 && d->item[k - 1].at > g.at; k--)
            d->item[k] = d->item[k - 1];
        d->item[k] = g;
    }
}

const char *cad_step_severity_name(cad_step_severity severity)
{
    return severity == CAD_STEP_error ? "error" : "warning";
}

const cad_step_diag *cad_step_diags_first_error(const cad_step_diags *d)
{
    for (int32_t i = 0; i < d->n; i++)
        if (d->item[i].severity == CAD_STEP_error)
            return &d->item[i];
    return NULL;
}
