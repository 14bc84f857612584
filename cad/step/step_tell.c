/* Findings as people read them. */
#include "cad/step/step_read.h"

#include <inttypes.h>
#include <string.h>

/* Whether a line ends with byte i: not at the CR in front of LF. */
static bool ends_line(const cad_step *m, uint32_t i)
{
    return m->text[i] == '\n' || (m->text[i] == '\r' && !(i + 1 < m->len && m->text[i + 1] == '\n'));
}

/* k moves from byte `from` to byte `to` of the text. */
static void pass(const cad_step *m, uint32_t from, uint32_t to, cad_step_line_mark *k)
{
    uint32_t n = 0, last = to;
    if (to == m->len && to > from) /* the last byte has none behind it that would have to be looked at */
        n += ends_line(m, --last);
    for (uint32_t i = from; i < last; i++)
        n += (m->text[i] == '\n') | ((m->text[i] == '\r') & (m->text[i + 1] != '\n'));
    if (n == 0)
        return;
    k->line += n;
    for (k->begin = to; !ends_line(m, k->begin - 1);)
        k->begin--;
}

void cad_step_place(const cad_step *m, uint32_t at, uint32_t *out_line, uint32_t *out_column)
{
    cad_step_store *s = (cad_step_store *)m; /* what was passed once is noted */
    uint32_t end = at < m->len ? at : (uint32_t)m->len, even = (uint32_t)(m->len / CAD_STEP_MARKS) + 1;
    even = even > CAD_STEP_MARK_LEAST ? even : CAD_STEP_MARK_LEAST;
    for (uint32_t k = s->n_marks; k < end / even; s->n_marks = ++k) {
        s->mark[k + 1] = s->mark[k];
        pass(m, k * even, (k + 1) * even, &s->mark[k + 1]);
    }
    cad_step_line_mark here = s->mark[end / even];
    pass(m, end / even * even, end, &here);
    *out_line = here.line + 1;
    *out_column = at - here.begin + 1;
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
