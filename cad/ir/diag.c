#include "cad/ir/diag.h"
#include "core/size.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void cad_diags_init(cad_diags *d, cad_arena *arena)
{
    memset(d, 0, sizeof *d);
    d->arena = arena;
}

size_t cad_diag_utf8(const char *text, size_t left)
{
    const unsigned char *p = (const unsigned char *)text;
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : p[0] >= 0xE0 ? 3 : p[0] >= 0xC2 ? 2 : 0;
    if (p[0] > 0xF4 || n == 0 || n > left)
        return 0;
    uint32_t code = p[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0u) != 0x80u)
            return 0;
        code = code << 6 | (p[i] & 0x3Fu);
    }
    return code < least[n] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0 : n;
}

cad_status cad_diag_visible(cad_buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        const unsigned char *p = (const unsigned char *)text + i;
        size_t n = cad_diag_utf8(text + i, len - i);
        if (n == 0 || p[0] < 0x20 || p[0] == 0x7F) {
            CAD_TRY(cad_buf_printf(out, "\\x%02X", p[0]));
            i++;
        } else {
            CAD_TRY(cad_buf_add(out, p, n));
            i += n;
        }
    }
    return CAD_OK;
}

cad_status cad_diags_add(cad_diags *d, cad_severity severity, const char *code, cad_place at, const char *fmt, ...)
{
    if (d->strict)
        severity = CAD_SEVERITY_error;
    bool error = severity == CAD_SEVERITY_error;
    int32_t slot = d->n;
    if (d->n == CAD_DIAGS_KEPT && error && d->n_errors == 0)
        slot = d->n - 1;
    if (slot < CAD_DIAGS_KEPT) {
        va_list ap, again;
        va_start(ap, fmt);
        va_copy(again, ap);
        int len = vsnprintf(NULL, 0, fmt, ap);
        va_end(ap);
        char *message = NULL;
        cad_status s = len < 0 ? cad_fail(CAD_EINTERNAL, "cannot format text")
                               : cad_arena_alloc(d->arena, cad_size_add((size_t)len, 1), "diagnostic", &message);
        if (s == CAD_OK)
            vsnprintf(message, (size_t)len + 1, fmt, again);
        va_end(again);
        CAD_TRY(s);
        d->item[slot] = (cad_diag){severity, code, at.line, at.column, at.node, message};
        if (slot == d->n)
            d->n++;
    }
    if (error)
        d->n_errors++;
    else
        d->n_warnings++;
    return CAD_OK;
}

const cad_diag *cad_diags_first_error(const cad_diags *d)
{
    for (int32_t i = 0; i < d->n; i++)
        if (d->item[i].severity == CAD_SEVERITY_error)
            return &d->item[i];
    return NULL;
}

const cad_diag *cad_diags_find(const cad_diags *d, const char *code)
{
    for (int32_t i = 0; i < d->n; i++)
        if (!strcmp(d->item[i].code, code))
            return &d->item[i];
    return NULL;
}

static const char *severity_name(cad_severity s)
{
    return s == CAD_SEVERITY_error ? "error" : "warning";
}

cad_status cad_diags_print(const cad_diags *d, const char *file, cad_buf *out)
{
    for (int32_t i = 0; i < d->n; i++) {
        const cad_diag *g = &d->item[i];
        CAD_TRY(cad_buf_printf(out, "%s:%" PRId64 ":%d: %s: %s [%s]\n", file, g->line + 1, g->column,
                               severity_name(g->severity), g->message, g->code));
    }
    if (d->n_errors + d->n_warnings > d->n)
        CAD_TRY(cad_buf_printf(out, "%s: %" PRId64 " more findings\n", file, d->n_errors + d->n_warnings - d->n));
    return CAD_OK;
}

/* Messages hold no control bytes and only valid UTF-8, so two characters need an escape. */
static cad_status json_text(cad_buf *out, const char *text)
{
    CAD_TRY(cad_buf_str(out, "\""));
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            CAD_TRY(cad_buf_str(out, "\\"));
        CAD_TRY(cad_buf_add(out, c, 1));
    }
    return cad_buf_str(out, "\"");
}

cad_status cad_diags_json(const cad_diags *d, cad_buf *out)
{
    CAD_TRY(cad_buf_str(out, "["));
    for (int32_t i = 0; i < d->n; i++) {
        const cad_diag *g = &d->item[i];
        CAD_TRY(cad_buf_printf(out, "%s{\"severity\":\"%s\",\"code\":\"%s\",\"line\":%" PRId64 ",\"at\":\"%" PRId64 ":%d\"",
                               i ? "," : "", severity_name(g->severity), g->code, g->line, g->line + 1, g->column));
        if (g->node >= 0)
            CAD_TRY(cad_buf_printf(out, ",\"node\":%d,\"message\":", g->node));
        else
            CAD_TRY(cad_buf_str(out, ",\"node\":null,\"message\":"));
        CAD_TRY(json_text(out, g->message));
        CAD_TRY(cad_buf_str(out, "}"));
    }
    return cad_buf_str(out, "]");
}
