#include "core/problems.h"

#include <stdio.h>
#include <string.h>

void cad_problems_add(cad_problems *p, cad_status s)
{
    if (s == CAD_OK)
        return;
    const char *text = cad_error_text(), *hint = strstr(text, "\nhint: ");
    if (hint && !*p->hint)
        snprintf(p->hint, sizeof p->hint, "%s", hint);
    int len = (int)(hint ? (size_t)(hint - text) : strlen(text));
    if (cad_buf_printf(&p->text, "%s%.*s", p->n ? "\n" : "", len, text) != CAD_OK)
        s = CAD_ENOMEM;
    p->first = p->n++ ? p->first : s;
}

cad_status cad_problems_end(cad_problems *p)
{
    cad_status s = p->first;
    if (p->n > 1)
        s = cad_fail(s, "%d problems:\n%s%s", p->n, cad_buf_cstr(&p->text), p->hint);
    else if (p->n == 1)
        s = cad_fail(s, "%s%s", cad_buf_cstr(&p->text), p->hint);
    cad_buf_deinit(&p->text);
    return s;
}
