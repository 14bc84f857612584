#include "infer/answer_program.h"

#include "cad/step/step_answer.h"
#include "cad/step/steplm.h"

#include <string.h>

static bool has_end(const char *text, size_t len)
{
    static const char mark[] = "END-ISO-10303-21;";
    return len > 0 && memmem(text, len, mark, sizeof mark - 1) != NULL;
}

/* The file, with legal ids where it has the placeholders of STEP-LLM. */
static cad_status make_file(const char *text, size_t len, cad_arena *a, cad_buf *out)
{
    cad_buf file = CAD_BUF_INIT;
    cad_status s = cad_step_answer(a, text, len, &file);
    if (s == CAD_OK && cad_steplm_has_placeholders(file.data, file.len))
        s = cad_steplm_legal(a, file.data, file.len, out);
    else if (s == CAD_OK)
        s = cad_buf_add(out, file.data, file.len);
    cad_buf_deinit(&file);
    return s;
}

static cad_status make_step(const char *text, size_t len, cad_finish finish, cad_arena *a, cad_answer_program *out)
{
    cad_buf file = CAD_BUF_INIT;
    cad_status s = make_file(text, len, a, &file);
    bool none = s == CAD_EDATA || s == CAD_EPARSE;
    /* what is written out from a shorter form gets its end in any case */
    out->complete = has_end(text, len) || (finish == CAD_FINISH_stop && (none || has_end(file.data, file.len)));
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
