#include "cad/step/step_answer.h"

#include "cad/step/text_form.h"

#include <stdbool.h>
#include <string.h>

/* shared/spec/step-llm.md 7: generate_step.py of STEP-LLM. */
const char cad_steplm_header[] = "ISO-10303-21;\n"
                                 "HEADER;\n"
                                 "FILE_DESCRIPTION( ( '' ), ' ' );\n"
                                 "FILE_NAME( '/vol/tmp/translate-8579754438183730235/5ae5839f3947920fcf80d878.step', "
                                 "'2018-04-29T08:34:40', ( '' ), ( '' ), ' ', "
                                 "' ', ' ' );\n"
                                 "FILE_SCHEMA( ( 'AUTOMOTIVE_DESIGN { 1 0 10303 214 1 1 1 1 }' ) );\n"
                                 "ENDSEC;\n";

static const char END_MARK[] = "END-ISO-10303-21;";

static bool starts(const char *text, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len >= n && !memcmp(text, word, n);
}

static size_t skip_blanks(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len && strchr(" \t\r\n", text[at]) && text[at])
        at++;
    return at;
}

cad_status cad_step_answer(cad_arena *a, const char *text, size_t len, cad_buf *out)
{
    size_t at = skip_blanks(text, len);
    if (at == len)
        CAD_FAIL(CAD_EDATA, "an empty answer; expected STEP");
    text += at;
    len -= at;
    if (starts(text, len, "ISO-10303-21"))
        return cad_buf_add(out, text, len);
    if (!starts(text, len, "DATA"))
        return cad_step_text_expand(a, text, len, out);
    const char *end = memmem(text, len, END_MARK, strlen(END_MARK));
    if (end)
        len = (size_t)(end - text) + strlen(END_MARK);
    CAD_TRY(cad_buf_str(out, cad_steplm_header));
    return cad_buf_add(out, text, len);
}
