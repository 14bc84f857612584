#include "dataprep/import_part.h"

#include "cad/step/step_gate.h"
#include "cad/step/step_group.h"
#include "cad/step/step_write.h"
#include "core/utf8.h"
#include "dataprep/caption_group.h"
#include "dataprep/hash_index.h"
#include "dataprep/import_check.h"
#include "dataprep/step_files.h"

#include <string.h>

void cad_import_part_deinit(cad_import_part *p)
{
    cad_buf_deinit(&p->message);
    cad_buf_deinit(&p->line);
    cad_buf_deinit(&p->canonical);
}

/* The error text as the message of a class. */
static cad_status refuse(cad_import_part *p, cad_import_class c)
{
    p->class_ = c;
    return cad_buf_str(&p->message, cad_error_text());
}

/* ---- the text of a row ---- */

static cad_status from_latin1(const char *text, size_t len, cad_buf *out)
{
    for (size_t i = 0; i < len; i++) {
        char one[4];
        CAD_TRY(cad_buf_add(out, one, cad_utf8_put((unsigned char)text[i], one)));
    }
    return CAD_OK;
}

static cad_status without_broken(const char *text, size_t len, cad_buf *out)
{
    for (size_t at = 0; at < len;) {
        size_t good = cad_utf8_check(text + at, len - at);
        CAD_TRY(cad_buf_add(out, text + at, good));
        at += good + (at + good < len);
    }
    return CAD_OK;
}

/* What a corpus can hold of a file: UTF-8 without NUL. */
static cad_status make_target(const cad_buf *in, bool strict, cad_buf *out)
{
    bool whole = cad_utf8_check(cad_buf_cstr(in), in->len) == in->len;
    if (whole)
        CAD_TRY(cad_buf_add(out, cad_buf_cstr(in), in->len));
    else
        CAD_TRY(strict ? from_latin1(in->data, in->len, out) : without_broken(in->data, in->len, out));
    size_t k = 0;
    if (!out->len || !memchr(out->data, '\0', out->len))
        return CAD_OK;
    for (size_t i = 0; i < out->len; i++)
        if (out->data[i] != '\0')
            out->data[k++] = out->data[i];
    out->len = k;
    out->data[k] = '\0';
    return CAD_OK;
}

/* ---- the model ---- */

static cad_import_class class_of(cad_step_code code)
{
    const char *name = cad_step_code_name(code);
    return code == CAD_STEP_X01 ? CAD_IMPORT_limits : *name == 'R' ? CAD_IMPORT_reference : CAD_IMPORT_parse;
}

/* The first error of a model, with its place. */
static cad_status tell_error(const cad_step *m, const char *name, cad_import_part *p)
{
    const cad_step_diag *g = cad_step_diags_first_error(&m->diags);
    uint32_t line, column;
    p->class_ = class_of(g->code);
    cad_step_place(m, g->at, &line, &column);
    CAD_TRY(cad_buf_printf(&p->message, "%s:%u:%u: ", name, line, column));
    CAD_TRY(cad_step_tell(m, g, &p->message));
    return m->diags.n_errors > 1 ? cad_buf_printf(&p->message, " (and %lld more errors)", (long long)m->diags.n_errors - 1)
                                 : CAD_OK;
}

/* What an evaluation would refuse before a kernel has it is no answer to learn. */
static cad_status ask_gate(cad_step *m, const char *name, cad_import_part *p)
{
    cad_arena *a;
    cad_step_gate_result g;
    CAD_TRY(cad_arena_create("text gate", (size_t)1 << 20, &a));
    cad_status s = cad_step_gate_model(m, a, &g);
    if (s == CAD_OK && g.level < 3) {
        p->class_ = g.level == 2 ? CAD_IMPORT_reference : CAD_IMPORT_parse;
        s = cad_buf_printf(&p->message, "%s:%lld:%lld: %s", name, (long long)g.line, (long long)g.column, g.text);
    }
    cad_arena_destroy(a);
    return s;
}

static cad_status look_at(cad_step *m, const char *name, bool strict, bool canonical, uint64_t *geometry, cad_import_part *p)
{
    if (m->diags.n_errors > 0)
        return strict ? tell_error(m, name, p) : CAD_OK;
    CAD_TRY(cad_step_group(m, geometry));
    if (!canonical)
        return CAD_OK;
    CAD_TRY(ask_gate(m, name, p));
    if (p->class_ != CAD_IMPORT_ok)
        return CAD_OK;
    CAD_TRY(cad_step_write(m, &(cad_step_write_opts){.plain = true}, &p->canonical));
    if (p->canonical.len <= CAD_IMPORT_CHECK_MOST)
        return CAD_OK;
    p->class_ = CAD_IMPORT_limits;
    return cad_buf_printf(&p->message, "%s: %zu bytes of canonical text; a kernel worker takes at most %d", name,
                          p->canonical.len, CAD_IMPORT_CHECK_MOST);
}

cad_status cad_import_part_check(const char *text, size_t len, const char *name, bool strict, bool canonical,
                                 uint64_t *geometry, cad_import_part *p)
{
    cad_step *m = NULL;
    *geometry = 0;
    CAD_TRY(cad_step_read(text, len, &(cad_step_opts){0}, &m));
    cad_status s = look_at(m, name, strict, canonical, geometry, p);
    cad_step_close(m);
    return s;
}

void cad_import_part_group(cad_row *row)
{
    if (!row->geometry_hash)
        row->geometry_hash = cad_hash_index_key(row->target, strlen(row->target));
}

cad_status cad_import_part_print(const cad_row *row, cad_import_part *p)
{
    CAD_TRY(cad_row_print(row, &p->line));
    p->bytes = (int64_t)strlen(row->target);
    if (p->line.len <= CAD_CORPUS_LINE)
        return CAD_OK;
    p->class_ = CAD_IMPORT_limits;
    CAD_TRY(cad_buf_printf(&p->message, "its row has %zu bytes; a corpus takes %d", p->line.len, CAD_CORPUS_LINE));
    cad_buf_deinit(&p->line);
    return CAD_OK;
}

/* The bytes of a file; a class where it is the file's fault. */
static cad_status read_bytes(const char *path, cad_buf *in, cad_import_part *p)
{
    cad_status s = cad_step_files_read(path, CAD_IMPORT_FILE, in);
    if (s == CAD_EDATA)
        return refuse(p, CAD_IMPORT_limits);
    return s == CAD_EIO || s == CAD_ECORRUPT || s == CAD_ENOTFOUND ? refuse(p, CAD_IMPORT_unreadable) : s;
}

static cad_status take(const cad_buf *in, const char *name, bool strict, bool canonical, cad_row *row, cad_buf *target,
                       cad_import_part *p)
{
    CAD_TRY(cad_import_part_check(cad_buf_cstr(in), in->len, name, strict, canonical, &row->geometry_hash, p));
    if (p->class_ != CAD_IMPORT_ok)
        return CAD_OK;
    CAD_TRY(make_target(in, strict, target));
    row->kind = "step";
    row->target = cad_buf_cstr(target);
    cad_import_part_group(row);
    if (*row->caption)
        CAD_TRY(cad_caption_group(row->caption, &row->caption_hash));
    return cad_import_part_print(row, p);
}

cad_status cad_import_part_read(const char *path, const char *name, bool strict, bool canonical, cad_row *row,
                                cad_import_part *out)
{
    cad_buf in = CAD_BUF_INIT, target = CAD_BUF_INIT;
    cad_status s = read_bytes(path, &in, out);
    if (s == CAD_OK && out->class_ == CAD_IMPORT_ok)
        s = take(&in, name, strict, canonical, row, &target, out);
    cad_buf_deinit(&in);
    cad_buf_deinit(&target);
    return s;
}
