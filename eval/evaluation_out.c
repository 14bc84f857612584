/* eval/evaluation.h: what an evaluation says of itself and writes: spec string, tables, contact sheet. */
#include "cad/mesh/align.h"
#include "cad/occt/solid.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/size.h"
#include "dataprep/pack.h"
#include "eval/evaluation_parts.h"
#include "eval/picture.h"
#include "eval/score.h"
#include "model/decoder/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 4: references thinner than a cell have stretched cells (eval/part.h); no CR of STEP-LLM's for compact text.
 * 3: texts are scored as they are; what is too large is a class of its own. */
enum { PROTOCOL = 4 };

static cad_status keep(cad_eval_run_state *r, cad_buf *text, const char **out)
{
    cad_status s = cad_arena_strdup(r->arena, cad_buf_cstr(text), text->len, out);
    cad_buf_deinit(text);
    return s;
}

/* Hash of all that may change a verdict or a score: protocol, kernel, constants, limits, suite (spec/metrics.md 11). */
static cad_status fingerprint(cad_eval_run_state *r)
{
    const cad_config *c = r->o->config;
    json_t *o = json_pack("{si,sb,ss,si,si,sf,sf,sf,sI,ss,sI}", "protocol", (int)PROTOCOL, "steplm", (int)r->steplm, "kernel",
                          cad_solid_kernel(), "points", (int)CAD_SCORE_POINTS, "voxels", (int)CAD_SCORE_VOXELS, "deflection",
                          CAD_SCORE_DEFLECTION, "angle", CAD_SCORE_ANGLE, "timeout_s", c->metrics.timeout_s, "mem",
                          (json_int_t)c->metrics.mem, "suite", r->e->suite.hash, "limit", (json_int_t)c->metrics.limit);
    if (!o)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a fingerprint");
    cad_buf text = CAD_BUF_INIT;
    char hash[33];
    cad_status s = cad_json_print(o, &text);
    if (s == CAD_OK) {
        cad_hash128_hex(text.data, text.len, hash);
        memcpy(r->fingerprint, hash, 16);
        r->fingerprint[16] = '\0';
        r->bootstrap_seed = strtoull(r->fingerprint, NULL, 16);
    }
    cad_buf_deinit(&text);
    json_decref(o);
    return s;
}

static cad_status mark_limit(cad_eval_run_state *r)
{
    size_t all = r->e->suite.n, limit = (size_t)r->o->config->metrics.limit;
    cad_buf t = CAD_BUF_INIT;
    if (limit == 0 || limit >= all)
        return CAD_OK;
    cad_status s = cad_buf_printf(&t, "LIMIT %zu/%zu: not comparable", limit, all);
    if (s == CAD_OK)
        s = keep(r, &t, &r->limit);
    else
        cad_buf_deinit(&t);
    return s;
}

cad_status cad_eval_waived(const cad_eval_run_state *r, size_t model, cad_buf *out)
{
    const cad_eval_model *m = &r->o->model[model];
    cad_buf words = CAD_BUF_INIT;
    cad_status s = m->pred ? CAD_OK : cad_engine_waived(m->ckpt, &words);
    const cad_pack_info of_data = {.waived = s == CAD_OK ? cad_buf_cstr(&words) : ""};
    if (s == CAD_OK)
        s = cad_buf_str(out, of_data.waived);
    if (s == CAD_OK && r->rag[model].leaky && !cad_pack_waives(&of_data, CAD_PACK_LEAKY))
        s = cad_buf_printf(out, "%s" CAD_PACK_LEAKY, words.len ? "," : "");
    cad_buf_deinit(&words);
    return s;
}

/* What the data of the models waived: "none", or words of audit.waive, with the model's label where there are several. */
static cad_status print_waived(const cad_eval_run_state *r, cad_buf *out)
{
    size_t before = out->len;
    for (size_t i = 0; i < r->o->n_models; i++) {
        cad_buf words = CAD_BUF_INIT;
        cad_status s = cad_eval_waived(r, i, &words);
        if (s == CAD_OK && words.len && r->o->n_models > 1)
            s = cad_buf_printf(out, "%s%s:", out->len > before ? " " : "", r->o->model[i].label);
        if (s == CAD_OK)
            s = cad_buf_str(out, cad_buf_cstr(&words));
        cad_buf_deinit(&words);
        CAD_TRY(s);
    }
    return out->len > before ? CAD_OK : cad_buf_str(out, "none");
}

/* How answers came about; nothing is known of files. */
static cad_status print_decoding(const cad_eval_run_state *r, cad_buf *out)
{
    const cad_config *c = r->o->config;
    if (r->o->model[0].pred)
        return cad_buf_str(out, "decode elsewhere");
    if (c->decode.temp > 0)
        CAD_TRY(cad_buf_printf(out, "decode temp%g top_p%g min_p%g top_k%lld seed%lld constrain=off", c->decode.temp,
                               c->decode.top_p, c->decode.min_p, (long long)c->decode.top_k, (long long)c->run.seed));
    else
        CAD_TRY(cad_buf_str(out, "decode greedy constrain=off"));
    return cad_buf_printf(out, " max_new %lld samples %lld", (long long)c->decode.max_new, (long long)c->decode.samples);
}

/* What prompts showed, with the model's label where models differ. */
static cad_status print_rag(const cad_eval_run_state *r, cad_buf *out)
{
    bool same = true;
    for (size_t i = 1; i < r->o->n_models; i++)
        same = same && !strcmp(r->rag[i].words, r->rag[0].words);
    CAD_TRY(cad_buf_str(out, " | rag"));
    for (size_t i = 0; i < (same ? 1 : r->o->n_models); i++)
        CAD_TRY(cad_buf_printf(out, " %s%s%s", same ? "" : r->o->model[i].label, same ? "" : ":", r->rag[i].words));
    return CAD_OK;
}

cad_status cad_eval_spec(cad_eval_run_state *r)
{
    const cad_config *c = r->o->config;
    cad_buf t = CAD_BUF_INIT;
    CAD_TRY(fingerprint(r));
    cad_status s =
        cad_buf_printf(&t,
                       "CD s2 p2s n%d A1 x1e3 | IoU v%d A1+A0c thin=stretched | fail worst+excluded | CI%g boot%lld "
                       "cluster=geometry | mesh %gdiag %grad | %s cpu%gs mem%lldM heal=off | ",
                       CAD_SCORE_POINTS, CAD_SCORE_VOXELS, c->metrics.ci, (long long)c->metrics.bootstrap, CAD_SCORE_DEFLECTION,
                       CAD_SCORE_ANGLE, cad_solid_kernel(), c->metrics.timeout_s, (long long)(c->metrics.mem >> 20));
    if (s == CAD_OK && r->steplm)
        s = cad_buf_printf(&t, "SCD g2p p2p n%d A8 /rms2(G), fixed s2; mesh 0.1mm and as above | text+kernel always | ",
                           CAD_SCD_POINTS);
    if (s == CAD_OK)
        s = print_decoding(r, &t);
    if (s == CAD_OK)
        s = print_rag(r, &t);
    if (s == CAD_OK)
        s = cad_buf_str(&t, " | waived ");
    if (s == CAD_OK)
        s = print_waived(r, &t);
    if (s == CAD_OK)
        s = cad_buf_printf(&t, " | fp %s", r->fingerprint);
    if (s != CAD_OK) {
        cad_buf_deinit(&t);
        return s;
    }
    r->overlap = -1;
    CAD_TRY(keep(r, &t, &r->spec));
    return mark_limit(r);
}

cad_status cad_eval_notes(cad_eval_run_state *r)
{
    cad_evaluation *e = r->e;
    const cad_config *c = r->o->config;
    cad_buf title = CAD_BUF_INIT, notes = CAD_BUF_INIT;
    size_t prompts = e->n_rows ? e->answers[0].n / (size_t)e->answers[0].samples : 0;
    cad_status s = cad_buf_printf(&title, "suite %s %s, %zu prompts, %lld answer%s each; rates in %% with %g %% intervals",
                                  e->suite.name, e->suite.version, prompts, (long long)c->decode.samples,
                                  c->decode.samples == 1 ? "" : "s", c->metrics.ci);
    if (s == CAD_OK)
        s = cad_buf_printf(&notes, "%s\n", r->spec);
    if (s == CAD_OK && r->overlap >= 0)
        s = cad_buf_printf(&notes, "retrieval-copy: %s by captions, encoder %s; captions of the suite found in it: %lld\n",
                           r->pack, r->copied_by, (long long)r->overlap);
    e->table = (cad_table){.row = e->row, .n = e->n_rows, .limit = r->limit};
    if (s == CAD_OK)
        s = keep(r, &title, &e->table.title);
    if (s == CAD_OK)
        s = keep(r, &notes, &e->table.notes);
    cad_buf_deinit(&title);
    cad_buf_deinit(&notes);
    return s;
}

static cad_status write_file(const cad_eval_run_state *r, const char *name, const cad_buf *text)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", r->e->out, name);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, text->data, text->len);
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_eval_write_tables(cad_eval_run_state *r)
{
    cad_status s = CAD_OK;
    for (int i = 0; s == CAD_OK && i < CAD_TABLE_FORMATS; i++) {
        cad_buf text = CAD_BUF_INIT;
        char name[16];
        snprintf(name, sizeof name, "table.%s", cad_table_formats[i].name);
        s = cad_table_formats[i].print(&r->e->table, &text);
        if (s == CAD_OK)
            s = write_file(r, name, &text);
        cad_buf_deinit(&text);
    }
    return s;
}

/* Prompts for the sheet: spread over the families, in the order of the suite. */
static size_t choose_prompts(const cad_eval_run_state *r, size_t *slot)
{
    const cad_answers *a = &r->e->answers[0];
    size_t n = 0;
    for (size_t round = 0; n < r->o->sheet_rows && round < a->n; round++) {
        size_t before = n;
        for (size_t i = 0; i < a->n && n < r->o->sheet_rows; i += (size_t)a->samples) {
            size_t earlier = 0; /* prompts of this family in front of it */
            for (size_t k = 0; k < i; k += (size_t)a->samples)
                earlier += !strcmp(a->slot[k].row->family, a->slot[i].row->family);
            if (earlier == round)
                slot[n++] = i;
        }
        if (n == before)
            break;
    }
    return n;
}

static cad_status sheet_columns(cad_eval_run_state *r, const size_t *slot, size_t rows, cad_picture_column *column,
                                size_t *columns)
{
    static const cad_rgb reference = {176, 190, 197}, prediction = {120, 162, 219};
    size_t n = 0;
    bool references = r->e->answers[0].slot[slot[0]].row->reference != NULL;
    for (size_t c = 0; c < r->e->n_rows + references; c++) {
        bool is_reference = references && c == 0;
        size_t model = c - references;
        if (!is_reference && r->e->row[model].baseline)
            continue;
        const char **text;
        size_t *len;
        cad_part_kind kind = is_reference ? r->e->suite.kind : r->e->answers[model].kind;
        CAD_TRY(cad_arena_zalloc(r->arena, rows, sizeof *text, "sheet texts", &text));
        CAD_TRY(cad_arena_zalloc(r->arena, rows, sizeof *len, "sheet texts", &len));
        for (size_t i = 0; i < rows; i++) {
            const cad_answer_slot *t = &r->e->answers[is_reference ? 0 : model].slot[slot[i]];
            text[i] = is_reference ? t->row->reference : t->text;
            len[i] = !is_reference ? t->len : text[i] ? strlen(text[i]) : 0;
        }
        column[n++] = (cad_picture_column){is_reference ? "reference" : r->e->row[model].label, text, len,
                                           is_reference ? reference : prediction, kind};
    }
    *columns = n;
    return CAD_OK;
}

/* A prompt as one line of a label: its line feeds become blanks. */
static cad_status one_line(const cad_eval_run_state *r, const char *text, const char **out)
{
    char *copy;
    size_t len = strlen(text);
    CAD_TRY(cad_arena_zalloc(r->arena, cad_size_add(len, 1), 1, "sheet label", &copy));
    for (size_t i = 0; i < len; i++)
        copy[i] = text[i] == '\n' ? ' ' : text[i];
    *out = copy;
    return CAD_OK;
}

/* The whole prompts, as they are, for the picture's text chunks. */
static cad_status sheet_texts(const cad_eval_run_state *r, const size_t *slot, size_t rows, cad_png_text **out)
{
    cad_png_text *text;
    CAD_TRY(cad_arena_zalloc(r->arena, rows, sizeof *text, "sheet prompts", &text));
    for (size_t i = 0; i < rows; i++) {
        char key[32];
        int len = snprintf(key, sizeof key, "Prompt %zu", i + 1);
        CAD_TRY(cad_arena_strdup(r->arena, key, (size_t)len, &text[i].key));
        text[i].text = r->e->answers[0].slot[slot[i]].row->prompt;
    }
    *out = text;
    return CAD_OK;
}

cad_status cad_eval_write_sheet(cad_eval_run_state *r)
{
    cad_picture_column column[CAD_EVAL_MAX_ROWS + 1];
    size_t columns, *slot;
    const char **label;
    cad_image sheet;
    if (r->e->n_rows == 0)
        return CAD_OK;
    CAD_TRY(cad_arena_zalloc(r->arena, r->o->sheet_rows, sizeof *slot, "sheet rows", &slot));
    CAD_TRY(cad_arena_zalloc(r->arena, r->o->sheet_rows, sizeof *label, "sheet labels", &label));
    size_t rows = choose_prompts(r, slot);
    for (size_t i = 0; i < rows; i++)
        CAD_TRY(one_line(r, r->e->answers[0].slot[slot[i]].row->prompt, &label[i]));
    CAD_TRY(sheet_columns(r, slot, rows, column, &columns));
    char title[128];
    snprintf(title, sizeof title, "%zu prompts of suite %s %s", rows, r->e->suite.name, r->e->suite.version);
    CAD_TRY(cad_picture_sheet(r->pool, title, label, rows, column, columns, r->arena, &sheet));
    cad_png_text *text;
    CAD_TRY(sheet_texts(r, slot, rows, &text));
    cad_buf png = CAD_BUF_INIT;
    cad_status s = cad_png_encode_texts(&sheet, text, rows, &png);
    if (s == CAD_OK)
        s = write_file(r, "contact.png", &png);
    cad_buf_deinit(&png);
    return s;
}
