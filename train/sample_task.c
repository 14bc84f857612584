#include "train/sample_task.h"

#include "cad/mesh/image.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/pool.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ARENA_BYTES ((size_t)256 << 20)
#define CPU_SECONDS 20.0
enum { SHEET_COLUMNS = 4, LABEL_BYTES = 64 };

typedef struct answer {
    const char *text;
    size_t len;
    int64_t n_tokens;
    cad_finish finish;
    const char *klass; /* "" until a worker answered */
    char note[LABEL_BYTES];
    cad_image image; /* rgb NULL: none */
} answer;

typedef struct task {
    const cad_sample_opts *o;
    const char *dir; /* where it is being written */
    cad_arena *arena;
    answer *item; /* (n) */
    cad_sample_summary sum;
} task;

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
    return write_item(t, a->prompt, t->o->step ? "step" : "ir", a->text, a->len);
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
    for (int64_t i = 0; i < o->n; i++)
        prompt[i].caption = o->prompt[i];
    cad_decode decode = {.sampling = {.temp = o->temp, .top_p = 1.0}, .max_new = o->max_new, .samples = 1, .seed = o->seed};
    return cad_engine_generate(o->engine, prompt, o->n, &decode, take_answer, poll_task, t);
}

/* ---- compiling ---- */

static cad_status submit_all(task *t, cad_pool *pool)
{
    const cad_sample_job job = {.step = t->o->step, .upstream = t->o->upstream, .render = t->o->render};
    cad_buf in = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (int64_t i = 0; s == CAD_OK && i < t->o->n; i++) {
        cad_buf_clear(&in);
        s = cad_sample_pack_job(&job, t->item[i].text, t->item[i].len, &in);
        if (s == CAD_OK)
            s = cad_pool_submit(pool, CAD_SAMPLE_WORKER, (uint64_t)i, in.data, in.len);
    }
    cad_buf_deinit(&in);
    return s;
}

static cad_status take_picture(task *t, int64_t i, const uint8_t *rgb)
{
    answer *item = &t->item[i];
    CAD_TRY(cad_image_create(t->arena, CAD_SAMPLE_WIDTH, CAD_SAMPLE_HEIGHT, (cad_rgb){0}, &item->image));
    memcpy(item->image.rgb, rgb, (size_t)CAD_SAMPLE_WIDTH * CAD_SAMPLE_HEIGHT * 3);
    cad_buf png = CAD_BUF_INIT;
    cad_status s = cad_png_encode(&item->image, &png);
    if (s == CAD_OK)
        s = write_item(t, i, "png", png.data, png.len);
    cad_buf_deinit(&png);
    return s;
}

/* One line of scores.jsonl: what the worker measured, and how the answer ended. */
static cad_status add_score(task *t, int64_t i, const char *klass, const cad_sample_result *r, const char *error,
                            cad_buf *lines)
{
    answer *item = &t->item[i];
    json_t *o = NULL;
    if (r && cad_json_parse(r->json, r->json_len, CAD_SAMPLE_WORKER, &o) == CAD_OK && !json_is_object(o)) {
        json_decref(o);
        o = NULL;
    }
    if (!o)
        o = json_object();
    json_object_set_new(o, "id", json_integer(i));
    json_object_set_new(o, "class", json_string(klass));
    json_object_set_new(o, "finish", json_string(cad_finish_name(item->finish)));
    json_object_set_new(o, "n_tokens", json_integer(item->n_tokens));
    if (error && error[0])
        json_object_set_new(o, "error", json_string(error));
    cad_status s = cad_json_print(o, lines);
    json_decref(o);
    CAD_TRY(s);
    item->klass = klass;
    t->sum.valid += !strcmp(klass, "ok");
    snprintf(item->note, sizeof item->note, "%03" PRId64 " %s", i, klass);
    return cad_buf_str(lines, "\n");
}

static cad_status take_result(task *t, const cad_pool_result *p, cad_buf *lines)
{
    int64_t i = (int64_t)p->tag;
    cad_sample_result r;
    if (p->verdict == CAD_VERDICT_failed && p->status == CAD_EUNSUPPORTED)
        t->sum.compiled = false;
    if (p->verdict != CAD_VERDICT_ok || cad_sample_unpack(p->out, p->out_len, &r) != CAD_OK) {
        const char *klass = p->verdict == CAD_VERDICT_timeout  ? "timeout"
                            : p->verdict == CAD_VERDICT_memory ? "memory"
                            : p->verdict == CAD_VERDICT_failed ? "build"
                                                               : "kernel_crash";
        return add_score(t, i, klass, NULL, p->error, lines);
    }
    if (r.step_len > 0)
        CAD_TRY(write_item(t, i, "step", r.step, r.step_len));
    if (r.rgb)
        CAD_TRY(take_picture(t, i, r.rgb));
    return add_score(t, i, r.klass, &r, NULL, lines);
}

static cad_status compile(task *t)
{
    cad_pool *pool;
    CAD_TRY(cad_pool_create(&(cad_pool_opts){.cpu_s = CPU_SECONDS}, &pool));
    cad_buf lines = CAD_BUF_INIT;
    cad_status s = cad_buf_str(&lines, "{\"kind\":\"sample-scores\",\"schema\":1}\n");
    if (s == CAD_OK)
        s = submit_all(t, pool);
    while (s == CAD_OK && cad_pool_pending(pool) > 0) {
        cad_pool_result r;
        s = cad_pool_next(pool, &r);
        if (s == CAD_OK)
            s = take_result(t, &r, &lines);
    }
    cad_pool_destroy(pool);
    if (s == CAD_OK)
        s = write_file(t, "scores.jsonl", lines.data, lines.len);
    cad_buf_deinit(&lines);
    return s;
}

/* ---- pictures and prompts ---- */

static cad_status write_sheet(task *t)
{
    int32_t n = (int32_t)t->o->n, rows = (n + SHEET_COLUMNS - 1) / SHEET_COLUMNS;
    int32_t columns = n < SHEET_COLUMNS ? n : SHEET_COLUMNS;
    cad_sheet_cell *cell;
    CAD_TRY(cad_arena_zalloc(t->arena, (size_t)rows * (size_t)columns, sizeof *cell, "contact sheet", &cell));
    for (int32_t i = 0; i < n; i++)
        cell[i] = (cad_sheet_cell){.image = t->item[i].image.rgb ? &t->item[i].image : NULL, .note = t->item[i].note};
    cad_sheet sheet = {.columns = columns,
                       .rows = rows,
                       .cell = cell,
                       .cell_w = CAD_SAMPLE_WIDTH,
                       .cell_h = CAD_SAMPLE_HEIGHT};
    cad_image picture;
    CAD_TRY(cad_sheet_compose(&sheet, t->arena, &picture));
    cad_buf png = CAD_BUF_INIT;
    cad_status s = cad_png_encode(&picture, &png);
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
        json_t *o = json_pack("{s:I, s:s}", "id", (json_int_t)i, "prompt", t->o->prompt[i]);
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
    CAD_TRY(compile(t));
    return t->o->render && t->sum.compiled ? write_sheet(t) : CAD_OK;
}

cad_status cad_sample_run(const cad_sample_opts *o, const char *dir, cad_sample_summary *out)
{
    double start = cad_clock_now();
    task t = {.o = o, .sum = {.n = o->n, .compiled = true}};
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
    cad_arena_destroy(t.arena);
    cad_buf_deinit(&temp);
    CAD_TRY(s);
    t.sum.seconds = cad_clock_now() - start;
    *out = t.sum;
    return CAD_OK;
}
