#include "infer/answer_program.h"

#include "cad/step/step_answer.h"

#include <string.h>

/* Text of ours gets the end of its file in any case: only the end token says that it is whole. */
static bool is_complete(const char *text, size_t len, cad_finish finish)
{
    cad_step_answer_kind kind = cad_step_answer_kind_of(text, len);
    if (kind != CAD_STEP_ANSWER_file && kind != CAD_STEP_ANSWER_section)
        return finish == CAD_FINISH_stop;
    return cad_step_ends_well(text, cad_step_answer_len(text, len));
}

static cad_status make_step(const char *text, size_t len, cad_finish finish, cad_arena *a, cad_answer_program *out)
{
    cad_buf file = CAD_BUF_INIT;
    cad_status s = cad_step_answer_legal(a, text, len, &file);
    bool none = s == CAD_EDATA || s == CAD_EPARSE;
    out->complete = is_complete(text, len, finish);
    out->len = file.len;
    if (none)
        s = cad_arena_strdup(a, cad_error_text(), strlen(cad_error_text()), &out->reason);
    else if (s == CAD_OK)
        s = cad_arena_strdup(a, cad_buf_cstr(&file), file.len, &out->text);
    cad_buf_deinit(&file);
    return s;
}

cad_status cad_answer_program_make(const char *text, size_t len, cad_finish finish, cad_format format, cad_arena *a,
                                   cad_answer_program *out)
{
    *out = (cad_answer_program){.reason = ""};
    if (format == CAD_FORMAT_step)
        return make_step(text, len, finish, a, out);
    *out = (cad_answer_program){.text = text, .len = len, .reason = "", .complete = finish == CAD_FINISH_stop};
    return CAD_OK;
}
