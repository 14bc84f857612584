#include "dataprep/model_text.h"

#include "cad/step/step_answer.h"

#include <string.h>

const char *cad_model_text_form(const json_t *header)
{
    return json_string_value(json_object_get(json_object_get(header, "info"), CAD_MODEL_TEXT_FORM));
}

bool cad_model_text_is(const json_t *header)
{
    return cad_model_text_form(header) != NULL;
}

cad_status cad_model_text_file(cad_arena *a, bool is, const char *text, cad_buf *room, const char **out)
{
    *out = text;
    if (!is)
        return CAD_OK;
    cad_buf_clear(room);
    CAD_TRY(cad_step_answer(a, text, strlen(text), room));
    *out = cad_buf_cstr(room);
    return CAD_OK;
}
