/* eval/part.h: STEP texts.  What our reader refuses is a class of its own; what it reads is written anew for the kernel. */
#include "cad/step/step.h"
#include "cad/step/step_answer.h"
#include "cad/step/step_write.h"
#include "core/pool.h"
#include "eval/part_impl.h"
#include "eval/reference.h"

#include <string.h>

static const char END_MARK[] = "END-ISO-10303-21;";

static size_t skip_blanks(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len && text[at] && strchr(" \t\r\n", text[at]))
        at++;
    return at;
}

static bool starts(const char *text, size_t len, const char *word)
{
    return len >= strlen(word) && !memcmp(text, word, strlen(word));
}

/* Whether the text says itself where it ends; else only the end token does. */
static bool has_end_mark(const char *text, size_t len)
{
    size_t at = skip_blanks(text, len);
    text += at;
    len -= at;
    return starts(text, len, "ISO-10303-21") || starts(text, len, "DATA") || starts(text, len, "#");
}

bool cad_part_is_complete(const cad_part_text *t)
{
    if (cad_part_is_blank(t->text, t->len))
        return false;
    if (t->kind != CAD_PART_step || !has_end_mark(t->text, t->len))
        return t->complete;
    size_t len = t->len, mark = strlen(END_MARK);
    while (len && t->text[len - 1] && strchr(" \t\r\n", t->text[len - 1]))
        len--;
    return len >= mark && !memcmp(t->text + len - mark, END_MARK, mark);
}

/* A fault of the references; every other one is of syntax. */
static bool is_reference_fault(cad_step_code c)
{
    return c == CAD_STEP_R01 || c == CAD_STEP_R02;
}

/* An error by the standard's grammar.  What the header's strings hold, and in which characters, is none of it. */
static bool is_fault(const cad_step_diag *g)
{
    return g->severity == CAD_STEP_error && g->code != CAD_STEP_H04 && g->code != CAD_STEP_H05 && g->code != CAD_STEP_L13;
}

/* The error that decides: the first of syntax, else the first of the references.  NULL: none. */
static const cad_step_diag *deciding(const cad_step *m)
{
    const cad_step_diag *found = NULL;
    for (int32_t i = 0; i < m->diags.n; i++) {
        const cad_step_diag *g = &m->diags.item[i];
        if (!is_fault(g))
            continue;
        if (!is_reference_fault(g->code))
            return g;
        found = found ? found : g;
    }
    return found;
}

/* Codes of the errors, each once. */
static cad_status copy_codes(const cad_step *m, cad_arena *arena, cad_part *p)
{
    CAD_TRY(cad_arena_zalloc(arena, CAD_STEP_CODES, sizeof *p->code, "codes", &p->code));
    for (int32_t i = 0; i < m->diags.n; i++) {
        const char *code = cad_step_code_name(m->diags.item[i].code);
        int32_t k = 0;
        while (k < p->n_codes && strcmp(p->code[k], code) != 0)
            k++;
        if (k == p->n_codes && is_fault(&m->diags.item[i]))
            p->code[p->n_codes++] = code;
    }
    return CAD_OK;
}

/* Lines of the file in front of the answer's own; -1: the file is another text than the answer. */
static int64_t lines_before(const cad_part_text *t, const cad_buf *file)
{
    size_t at = skip_blanks(t->text, t->len), own = t->len - at < file->len ? t->len - at : file->len;
    int64_t lines = 0, blank_lines = 0;
    for (size_t i = 0; i < at; i++)
        blank_lines += t->text[i] == '\n';
    size_t first = own < 16 ? own : 16, from = 0;
    while (from + first <= file->len && memcmp(file->data + from, t->text + at, first) != 0)
        lines += file->data[from++] == '\n';
    return from + first <= file->len ? lines - blank_lines : -1;
}

static cad_status refuse(const cad_part_text *t, const cad_step *m, const cad_step_diag *g, const cad_buf *file,
                         cad_arena *arena, cad_part *p)
{
    cad_buf text = CAD_BUF_INIT;
    uint32_t line = 0, column;
    bool reference = is_reference_fault(g->code);
    p->text_level = reference ? 2 : 1;
    cad_step_place(m, g->at, &line, &column);
    int64_t before = lines_before(t, file), own = before < 0 ? 0 : (int64_t)line - before;
    cad_status s = cad_step_tell(m, g, &text);
    if (s == CAD_OK)
        s = cad_part_stop(p, reference ? CAD_CLASS_reference : CAD_CLASS_parse, reference ? "check" : "parse",
                          cad_buf_cstr(&text), own > 0 ? own : 0, arena);
    cad_buf_deinit(&text);
    return s;
}

/* L2 and L3, by the standard. */
static cad_status judge(const cad_part_text *t, const cad_buf *file, cad_arena *arena, cad_part *p)
{
    cad_step *m;
    CAD_TRY(cad_step_read(file->data, file->len, &(cad_step_opts){.conformant = true, .input = CAD_STEP_FILE}, &m));
    p->instances = m->n;
    p->text_level = 3;
    const cad_step_diag *fault = deciding(m);
    cad_status s = copy_codes(m, arena, p);
    if (s == CAD_OK && fault)
        s = refuse(t, m, fault, file, arena, p);
    cad_step_close(m);
    return s;
}

/* Our text of what can be read; none where even a tolerant reading finds errors. */
static cad_status write_plain(const cad_buf *file, cad_arena *arena, cad_part *p)
{
    cad_step *m;
    cad_buf plain = CAD_BUF_INIT;
    CAD_TRY(cad_step_read(file->data, file->len, &(cad_step_opts){.input = CAD_STEP_FILE}, &m));
    cad_status s = CAD_OK;
    if (m->diags.n_errors == 0)
        s = cad_step_write(m, &(cad_step_write_opts){.keep_ids = true, .plain = true}, &plain);
    cad_step_close(m);
    if (s == CAD_OK && plain.len)
        s = cad_arena_strdup(arena, plain.data, plain.len, &p->plain);
    p->plain_len = plain.len;
    cad_buf_deinit(&plain);
    return s;
}

static cad_status text_track(const cad_part_text *t, cad_arena *arena, cad_part *p)
{
    if (cad_part_is_blank(t->text, t->len))
        return cad_part_stop(p, CAD_CLASS_empty, "text", "empty text", 0, arena);
    bool complete = cad_part_is_complete(t), mark = has_end_mark(t->text, t->len);
    p->text_level = complete ? 1 : 0;
    if (!complete)
        CAD_TRY(cad_part_stop(p, CAD_CLASS_truncated, "text",
                              mark ? "its last text is not END-ISO-10303-21;" : "no end token within the limit", 0, arena));
    if (!complete && !t->always)
        return CAD_OK;
    cad_buf file = CAD_BUF_INIT;
    cad_status s = cad_step_answer(arena, t->text, t->len, &file);
    if (s == CAD_EDATA)
        s = cad_part_stop(p, CAD_CLASS_parse, "parse", cad_error_text(), 0, arena);
    else if (s == CAD_OK) {
        p->largest_id = cad_step_largest_id(file.data, file.len);
        s = judge(t, &file, arena, p);
        if (s == CAD_OK && (p->class_ == CAD_CLASS_ok || t->always))
            s = write_plain(&file, arena, p);
    }
    if (!complete)
        p->text_level = 0;
    cad_buf_deinit(&file);
    return s;
}

cad_status cad_part_climb_step(const cad_part_text *t, cad_arena *arena, cad_part *p)
{
    CAD_TRY(text_track(t, arena, p));
    if (!p->plain)
        return CAD_OK;
    cad_part_enter(p, "read");
    p->kernel = 3;
    cad_status s = cad_solid_read_step(p->plain, p->plain_len, &p->solid);
    if (s == CAD_ENOMEM || s == CAD_EUNSUPPORTED)
        return s;
    if (s != CAD_OK)
        return cad_part_stop(p, CAD_CLASS_build, "read", cad_error_text(), 0, arena);
    return cad_part_facts(p, arena);
}
