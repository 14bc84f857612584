#include "train/sample_task.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/size.h"
#include "eval/convert.h"
#include "eval/picture.h"
#include "eval/score.h"
#include "infer/answer_program.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ARENA_BYTES ((size_t)256 << 20)
#define CPU_SECONDS 20.0
enum { WIDTH = 320, HEIGHT = 240, SHEET_COLUMNS = 4, KEY_BYTES = 32 };

/* What workers are asked for each answer; the tag of a job is 3 * answer + work. */
enum { WORK_score, WORK_step, WORK_picture, WORKS };

typedef struct answer {
    const char *text; /* as the model wrote it */
    size_t len;
    cad_answer_program program;
    int64_t n_tokens;
    cad_finish finish;
    const char *note; /* NULL: none */
    cad_image image;  /* rgb NULL: none */
} answer;

typedef struct task {
    const cad_sample_opts *o;
    const char *dir; /* where it is being written */
    cad_arena *arena;
    answer *item;   /* (n) */
    cad_buf scores; /* lines */
    double iou_sum;
    int64_t references;
    cad_sample_summary sum;
} task;

void cad_sample_register(void)
{
    cad_score_register();
    cad_convert_register();
}

static cad_status write_file(const task *t, const char *name, const void *data, size_t len)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", t->dir, name);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, len ? data : "", len);
    cad_buf_deinit(&path);
    return s;
}

static cad_status write_item(const task *t, int64_t i, const char *suffix, const void *data, size_t len)
{
    char name[40];
    snprintf(name, sizeof name, "%03" PRId64 ".%s", i, suffix);
    return write_file(t, name, data, len);
}

/* ---- generating ---- */

static cad_status take_answer(void *ctx, const cad_answer *a)
{
    task *t = ctx;
    answer *item = &t->item[a->prompt];
    CAD_TRY(cad_arena_strdup(t->arena, a->text, a->len, &item->text));
    item->len = a->len;
    item->n_tokens = a->n_tokens;
    item->finish = a->finish;
    t->sum.finished += a->finish == CAD_FINISH_stop;
    CAD_TRY(cad_answer_program_make(item->text, item->len, item->finish, t->o->step ? CAD_FORMAT_step : CAD_FORMAT_ir, t->arena,
                                    &item->program));
    const cad_answer_program *p = &item->program; /* without one, what there is */
    return write_item(t, a->prompt, t->o->step ? "step" : "ir", p->text ? p->text : item->text, p->text ? p->len : item->len);
}

static cad_status poll_task(void *ctx, int64_t tokens, int64_t done)
{
    const cad_sample_opts *o = ((const task *)ctx)->o;
    return o->poll ? o->poll(o->poll_ctx, tokens, done) : CAD_OK;
}

static cad_status generate(task *t)
{
    const cad_sample_opts *o = t->o;
    cad_prompt *prompt;
    CAD_TRY(cad_arena_zalloc(t->arena, (size_t)o->n, sizeof *prompt, "prompts", &prompt));
    for (int64_t i = 0; i < o->n; i++) {
        const cad_sample_prompt *p = &o->prompt[i];
        prompt[i] = (cad_prompt){.caption = p->caption, .ids = p->ids, .n_ids = p->n_ids};
    }
    cad_decode decode = {.sampling = {.temp = o->temp, .top_p = 1.0}, .max_new = o->max_new, .samples = 1, .seed = o->seed};
    return cad_engine_generate(o->engine, prompt, o->n, &decode, take_answer, poll_task, t);
}

/* ---- asking the workers ---- */

static cad_status submit_score(task *t, cad_pool *pool, int64_t i)
{
    const answer *a = &t->item[i];
    char id[24];
    snprintf(id, sizeof id, "%03" PRId64, i);
    const cad_answer_program *p = &a->program;
    cad_answer_program reference = {.text = t->o->prompt[i].reference};
    if (t->o->step && reference.text)
        CAD_TRY(cad_answer_program_make(reference.text, strlen(reference.text), CAD_FINISH_stop, CAD_FORMAT_step, t->arena,
                                        &reference));
    const cad_score_texts texts = {p->text ? p->text : a->text, reference.text, p->text ? p->len : a->len,
                                   reference.text ? strlen(reference.text) : 0};
    json_t *job =
        json_pack("{s:s, s:s, s:s, s:b}", "key", id, "id", id, "kind", t->o->step ? "step" : "ir", "complete", p->complete);
    cad_buf in = CAD_BUF_INIT;
    cad_status s = job ? cad_score_job_make(job, &texts, &in) : cad_fail(CAD_ENOMEM, "out of memory for a score job");
    if (s == CAD_OK)
        s = cad_pool_submit(pool, CAD_SCORE_HANDLER, (uint64_t)(WORKS * i + WORK_score), in.data, in.len);
    cad_buf_deinit(&in);
    json_decref(job);
    return s;
}

static cad_status submit(task *t, cad_pool *pool, int64_t i)
{
    const answer *a = &t->item[i];
    uint64_t tag = (uint64_t)(WORKS * i);
    CAD_TRY(submit_score(t, pool, i));
    if (!t->o->step) {
        cad_convert_job to_step = cad_convert_defaults(CAD_FORMAT_ir, CAD_FORMAT_step);
        to_step.dialect_in = t->o->upstream ? CAD_IR_DIALECT_upstream : CAD_IR_DIALECT_cadlm;
        CAD_TRY(cad_convert_submit(pool, tag + WORK_step, &to_step, a->text, a->len));
    }
    if (!t->o->render || !a->program.text)
        return CAD_OK;
    cad_convert_job picture = cad_convert_defaults(t->o->step ? CAD_FORMAT_step : CAD_FORMAT_ir, CAD_FORMAT_rgb);
    picture.width = WIDTH;
    picture.height = HEIGHT;
    return cad_convert_submit(pool, tag + WORK_picture, &picture, a->program.text, a->program.len);
}

/* ---- taking their results ---- */

/* The record of answer i; *out is owned by the caller. */
static cad_status read_record(const cad_pool_result *r, int64_t i, json_t **out)
{
    char id[24];
    snprintf(id, sizeof id, "%03" PRId64, i);
    cad_buf line = CAD_BUF_INIT;
    cad_status s = cad_score_take(r, id, id, NULL, &line);
    if (s == CAD_OK)
        s = cad_json_parse(line.data, line.len, CAD_SCORE_HANDLER, out);
    cad_buf_deinit(&line);
    return s;
}

/* What stands below picture i: its number and class, and the whole caption as far as the sheet has room. */
static cad_status make_note(task *t, int64_t i, const char *klass)
{
    cad_buf note = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&note, "%03" PRId64 " %.12s: %s", i, klass, t->o->prompt[i].caption);
    for (size_t k = 0; s == CAD_OK && k < note.len; k++)
        note.data[k] = note.data[k] == '\n' ? ' ' : note.data[k];
    if (s == CAD_OK)
        s = cad_arena_strdup(t->arena, note.data, note.len, &t->item[i].note);
    cad_buf_deinit(&note);
    return s;
}

static cad_status take_score(task *t, const cad_pool_result *r, int64_t i)
{
    answer *a = &t->item[i];
    json_t *o;
    cad_status s = read_record(r, i, &o);
    if (s == CAD_EUNSUPPORTED)
        return CAD_OK; /* no geometry kernel in this build */
    CAD_TRY(s);
    json_object_set_new(o, "finish", json_string(cad_finish_name(a->finish)));
    json_object_set_new(o, "n_tokens", json_integer(a->n_tokens));
    const char *klass = json_string_value(json_object_get(o, "class"));
    s = make_note(t, i, klass ? klass : "?");
    t->sum.scored++;
    t->sum.valid += json_is_true(json_object_get(o, "valid"));
    if (t->o->prompt[i].reference) {
        t->references++;
        t->iou_sum += json_number_value(json_object_get(json_object_get(o, "m"), "iou.v64.A0c")); /* 0 where it is null */
    }
    if (s == CAD_OK)
        s = cad_json_print(o, &t->scores);
    json_decref(o);
    return s == CAD_OK ? cad_buf_str(&t->scores, "\n") : s;
}

static cad_status take_picture(task *t, const cad_pool_result *r, int64_t i)
{
    if (cad_picture_take(r, t->arena, &t->item[i].image) != CAD_OK)
        return CAD_OK; /* a part that cannot be drawn has no picture; its record says why */
    cad_buf png = CAD_BUF_INIT;
    cad_status s = cad_png_encode(&t->item[i].image, &png);
    if (s == CAD_OK)
        s = write_item(t, i, "png", png.data, png.len);
    cad_buf_deinit(&png);
    return s;
}

static cad_status take_result(task *t, const cad_pool_result *r)
{
    int64_t i = (int64_t)r->tag / WORKS;
    switch (r->tag % WORKS) {
    case WORK_score:
        return take_score(t, r, i);
    case WORK_step:
        return r->verdict == CAD_VERDICT_ok ? write_item(t, i, "step", r->out, r->out_len) : CAD_OK;
    default:
        return take_picture(t, r, i);
    }
}

static cad_status ask_workers(task *t)
{
    cad_pool *pool;
    CAD_TRY(cad_pool_create(&(cad_pool_opts){.cpu_s = CPU_SECONDS}, &pool));
    cad_status s = CAD_OK;
    for (int64_t i = 0; s == CAD_OK && i < t->o->n; i++)
        s = submit(t, pool, i);
    while (s == CAD_OK && cad_pool_pending(pool) > 0) {
        cad_pool_result r;
        s = cad_pool_next(pool, &r);
        if (s == CAD_OK)
            s = take_result(t, &r);
        if (s == CAD_OK)
            s = poll_task(t, 0, t->o->n); /* an end that was asked for does not wait for slow parts */
    }
    cad_pool_destroy(pool);
    CAD_TRY(s);
    t->sum.iou = t->references ? t->iou_sum / (double)t->references : (double)NAN;
    return t->scores.len ? write_file(t, "scores.jsonl", t->scores.data, t->scores.len) : CAD_OK;
}

/* ---- pictures and prompts ---- */

/* With the whole captions in text chunks. */
static cad_status encode_sheet(task *t, const cad_image *picture, cad_buf *png)
{
    size_t n = (size_t)t->o->n;
    cad_png_text *text;
    char *key;
    CAD_TRY(cad_arena_zalloc(t->arena, n, sizeof *text, "sheet prompts", &text));
    CAD_TRY(cad_arena_zalloc(t->arena, n, KEY_BYTES, "sheet keys", &key));
    for (size_t i = 0; i < n; i++) {
        snprintf(key + i * KEY_BYTES, KEY_BYTES, "Prompt %03zu", i);
        text[i] = (cad_png_text){key + i * KEY_BYTES, t->o->prompt[i].caption};
    }
    return cad_png_encode_texts(picture, text, n, png);
}

static cad_status write_sheet(task *t)
{
    int32_t n = (int32_t)t->o->n, columns = n < SHEET_COLUMNS ? n : SHEET_COLUMNS, rows = (n + columns - 1) / columns;
    cad_sheet_cell *cell;
    bool any = false;
    CAD_TRY(cad_arena_zalloc(t->arena, cad_size_mul((size_t)rows, (size_t)columns), sizeof *cell, "contact sheet", &cell));
    for (int32_t i = 0; i < n; i++) {
        cell[i] = (cad_sheet_cell){.image = t->item[i].image.rgb ? &t->item[i].image : NULL, .note = t->item[i].note};
        any = any || cell[i].image;
    }
    if (!any && t->sum.scored == 0)
        return CAD_OK;
    cad_sheet sheet = {.columns = columns, .rows = rows, .cell = cell, .cell_w = WIDTH, .cell_h = HEIGHT};
    cad_image picture;
    CAD_TRY(cad_sheet_compose(&sheet, t->arena, &picture));
    cad_buf png = CAD_BUF_INIT;
    cad_status s = encode_sheet(t, &picture, &png);
    if (s == CAD_OK)
        s = write_file(t, "contact.png", png.data, png.len);
    cad_buf_deinit(&png);
    return s;
}

static cad_status write_prompts(task *t)
{
    cad_buf lines = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (int64_t i = 0; s == CAD_OK && i < t->o->n; i++) {
        json_t *o = json_pack("{s:I, s:s, s:s?}", "id", (json_int_t)i, "prompt", t->o->prompt[i].caption, "reference",
                              t->o->prompt[i].reference);
        s = o ? cad_json_print(o, &lines) : cad_fail(CAD_EDATA, "prompt %" PRId64 " is not UTF-8", i);
        json_decref(o);
        if (s == CAD_OK)
            s = cad_buf_str(&lines, "\n");
    }
    if (s == CAD_OK)
        s = write_file(t, "prompts.jsonl", lines.data, lines.len);
    cad_buf_deinit(&lines);
    return s;
}

static cad_status run_task(task *t)
{
    CAD_TRY(cad_fs_remove_tree(t->dir));
    CAD_TRY(cad_fs_mkdirs(t->dir));
    CAD_TRY(cad_arena_zalloc(t->arena, (size_t)t->o->n, sizeof *t->item, "samples", &t->item));
    CAD_TRY(write_prompts(t));
    CAD_TRY(generate(t));
    CAD_TRY(ask_workers(t));
    return t->o->render ? write_sheet(t) : CAD_OK;
}

/* Removes what was written so far; the failure and its text stay what they were. */
static cad_status clear_away(const char *temp, cad_status s)
{
    cad_kept_error failure;
    cad_error_keep(&failure);
    if (cad_fs_remove_tree(temp) != CAD_OK)
        cad_log(CAD_LOG_WARN, "%s", cad_error_text());
    cad_error_restore(&failure);
    return s;
}

cad_status cad_sample_run(const cad_sample_opts *o, const char *dir, cad_sample_summary *out)
{
    double start = cad_clock_now();
    task t = {.o = o, .sum = {.n = o->n, .iou = (double)NAN}};
    cad_buf temp = CAD_BUF_INIT;
    CAD_TRY(cad_buf_printf(&temp, "%s.tmp", dir));
    t.dir = temp.data;
    cad_status s = cad_arena_create("samples", ARENA_BYTES, &t.arena);
    if (s == CAD_OK)
        s = run_task(&t);
    if (s == CAD_OK)
        s = cad_fs_remove_tree(dir);
    if (s == CAD_OK)
        s = cad_fs_commit_dir(temp.data, dir);
    if (s != CAD_OK)
        s = clear_away(temp.data, s);
    cad_arena_destroy(t.arena);
    cad_buf_deinit(&t.scores);
    cad_buf_deinit(&temp);
    CAD_TRY(s);
    t.sum.seconds = cad_clock_now() - start;
    *out = t.sum;
    return CAD_OK;
}
