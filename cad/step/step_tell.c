/* Findings as people read them. */
#include "cad/step/step.h"

#include <inttypes.h>
#include <string.h>

void cad_step_place(const cad_step *m, uint32_t at, uint32_t *out_line, uint32_t *out_column)
{
    uint32_t line = 1, begin = 0, end = at < m->len ? at : (uint32_t)m->len;
    const char *text = m->text ? m->text : "", *feed = memchr(text, '\n', end), *back = memchr(text, '\r', end);
    while (feed || back) { /* whichever comes first; a CR in front of LF is no end of its own */
        bool lone = back && (!feed || back < feed);
        uint32_t i = (uint32_t)((lone ? back : feed) - text);
        if (!lone || !(i + 1 < m->len && text[i + 1] == '\n')) {
            line++;
            begin = i + 1;
        }
        if (lone)
            back = memchr(text + i + 1, '\r', end - i - 1);
        else
            feed = memchr(text + i + 1, '\n', end - i - 1);
    }
    *out_line = line;
    *out_column = at - begin + 1;
}

cad_status cad_step_tell_about(const cad_step *m, const cad_step_diag *g, cad_buf *out)
{
    if (g->id) {
        uint32_t i = cad_step_find(m, g->id);
        bool named = i != CAD_STEP_NONE && m->instance[i].type != CAD_STEP_NONE && m->diags.count[CAD_STEP_R01] == 0;
        CAD_TRY(cad_buf_printf(out, "#%" PRIu64 "%s%s: ", g->id, named ? " " : "",
                               named ? cad_step_name(m, m->instance[i].type) : ""));
    }
    return cad_buf_str(out, g->text);
}

cad_status cad_step_tell(const cad_step *m, const cad_step_diag *g, cad_buf *out)
{
    CAD_TRY(cad_buf_printf(out, "%s %s: ", cad_step_severity_name(g->severity), cad_step_code_name(g->code)));
    return cad_step_tell_about(m, g, out);
}

cad_status cad_step_verdict(const cad_step *m)
{
    const cad_step_diag *g = cad_step_diags_first_error(&m->diags);
    if (!g)
        return CAD_OK;
    cad_buf text = CAD_BUF_INIT;
    uint32_t line, column;
    cad_step_place(m, g->at, &line, &column);
    cad_status s = cad_buf_printf(&text, "line %u, column %u: ", line, column);
    if (s == CAD_OK)
        s = cad_step_tell(m, g, &text);
    if (s == CAD_OK)
        s = cad_fail(CAD_EDATA, "%s", cad_buf_cstr(&text));
    cad_buf_deinit(&text);
    return s;
}
