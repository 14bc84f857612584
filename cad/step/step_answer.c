#include "cad/step/step_answer.h"

#include "cad/step/steplm.h"
#include "cad/step/text_form.h"

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

static const char BEGIN_MARK[] = "DATA", END_MARK[] = CAD_STEP_END_MARK;

static bool starts(const char *text, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len >= n && !memcmp(text, word, n);
}

/* Behind what may stand before a file: a byte order mark, blanks, comments. */
static size_t skip_comments(const char *text, size_t len)
{
    size_t at = starts(text, len, "\xEF\xBB\xBF") ? 3 : 0;
    for (;;) {
        at += cad_step_blanks(text + at, len - at);
        const char *end = starts(text + at, len - at, "/*") ? memmem(text + at + 2, len - at - 2, "*/", 2) : NULL;
        if (!end)
            return at;
        at = (size_t)(end + 2 - text);
    }
}

size_t cad_step_blanks(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len && cad_step_is_blank(text[at]))
        at++;
    return at;
}

bool cad_step_ends_well(const char *text, size_t len)
{
    size_t mark = sizeof END_MARK - 1;
    while (len > 0 && cad_step_is_blank(text[len - 1]))
        len--;
    return len >= mark && !memcmp(text + len - mark, END_MARK, mark);
}

cad_step_answer_kind cad_step_answer_kind_of(const char *text, size_t len)
{
    size_t at = cad_step_blanks(text, len), first = skip_comments(text, len);
    if (at == len)
        return CAD_STEP_ANSWER_blank;
    if (starts(text + first, len - first, "ISO-10303-21"))
        return CAD_STEP_ANSWER_file;
    return starts(text + at, len - at, BEGIN_MARK) ? CAD_STEP_ANSWER_section : CAD_STEP_ANSWER_ours;
}

bool cad_step_end_seen(cad_step_end *e, const char *text, size_t len)
{
    const int begin = sizeof BEGIN_MARK - 1, end = sizeof END_MARK - 1;
    for (size_t i = 0; i < len && e->begun >= 0 && e->matched < end; i++) {
        if (e->begun == begin)
            /* the mark has one E, its first byte: what does not continue it can only begin it */
            e->matched = text[i] == END_MARK[e->matched] ? e->matched + 1 : text[i] == END_MARK[0];
        else if (e->begun > 0 || !cad_step_is_blank(text[i]))
            e->begun = text[i] == BEGIN_MARK[e->begun] ? e->begun + 1 : -1;
    }
    return e->matched == end;
}

size_t cad_step_answer_len(const char *text, size_t len)
{
    bool section = cad_step_answer_kind_of(text, len) == CAD_STEP_ANSWER_section;
    const char *end = section ? memmem(text, len, END_MARK, strlen(END_MARK)) : NULL;
    return end ? (size_t)(end - text) + strlen(END_MARK) : len;
}

static cad_status expand(cad_arena *a, const char *text, size_t len, cad_buf *out)
{
    cad_status s = cad_step_text_expand(a, text, len, out);
    if (s == CAD_EPARSE)
        CAD_FAIL(s, "begins with neither 'ISO-10303-21;' nor 'DATA;', and as compact text: %s", cad_error_text());
    return s;
}

cad_status cad_step_answer(cad_arena *a, const char *text, size_t len, cad_buf *out)
{
    size_t at = cad_step_blanks(text, len);
    cad_step_answer_kind kind = cad_step_answer_kind_of(text, len);
    len = cad_step_answer_len(text, len) - at;
    text += at;
    switch (kind) {
    case CAD_STEP_ANSWER_section:
        CAD_TRY(cad_buf_str(out, cad_steplm_header));
        return cad_buf_add(out, text, len);
    case CAD_STEP_ANSWER_file:
        return cad_buf_add(out, text, len);
    case CAD_STEP_ANSWER_ours:
        return expand(a, text, len, out);
    case CAD_STEP_ANSWER_blank:
        break;
    }
    CAD_FAIL(CAD_EDATA, "empty text; expected STEP");
}

cad_status cad_step_answer_legal(cad_arena *a, const char *text, size_t len, cad_buf *out)
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
