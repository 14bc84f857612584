#include "eval/convert.h"

#include "cad/occt/solid.h"
#include "cad/step/step_answer.h"
#include "cad/step/step_check.h"
#include "cad/step/step_write.h"
#include "cad/step/steplm.h"
#include "core/fs.h"
#include "core/path.h"
#include "eval/part.h"
#include "eval/part_report.h"
#include "eval/score.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const size_t ARENA = (size_t)2 << 30;

static const struct {
    const char *ending;
    cad_format format;
} ENDINGS[] = {{".ir", CAD_FORMAT_ir},    {".step", CAD_FORMAT_step}, {".stp", CAD_FORMAT_step},
               {".p21", CAD_FORMAT_step}, {".stl", CAD_FORMAT_stl},   {".png", CAD_FORMAT_png}};

cad_status cad_format_of(const char *path, cad_format *out)
{
    size_t len = strlen(path);
    for (size_t i = 0; i < sizeof ENDINGS / sizeof ENDINGS[0]; i++) {
        size_t e = strlen(ENDINGS[i].ending);
        if (len > e && !strcasecmp(path + len - e, ENDINGS[i].ending)) {
            *out = ENDINGS[i].format;
            return CAD_OK;
        }
    }
    CAD_FAIL(CAD_EUSAGE, "%s: unknown format; expected a name ending in .ir .step .stp .p21 .stl or .png", path);
}

const char *cad_format_name(cad_format f)
{
    static const char *const names[] = {"ir", "step", "stl", "png", "rgb", "report"};
    return names[f];
}

cad_status cad_convert_check_out(const char *path)
{
    cad_buf dir = CAD_BUF_INIT;
    cad_status s = cad_path_parent(path, &dir);
    if (s == CAD_OK && !cad_fs_is_dir(dir.data))
        s = cad_fail(CAD_EWRITE, "%s: the folder %s is not there\nhint: mkdir -p %s", path, dir.data, dir.data);
    cad_buf_deinit(&dir);
    return s;
}

cad_convert_job cad_convert_defaults(cad_format from, cad_format to)
{
    return (cad_convert_job){.from = from,
                             .to = to,
                             .dialect_in = CAD_IR_DIALECT_cadlm,
                             .dialect_out = CAD_IR_DIALECT_cadlm,
                             .width = 640,
                             .height = 480,
                             .n_views = 1,
                             .view = {CAD_VIEW_iso},
                             .part = cad_render_defaults().part,
                             .name = "part"};
}

/* ---- in the worker ---- */

typedef struct work {
    const cad_convert_job *job;
    cad_arena *arena;
    cad_diags *diags;
    cad_ir *ir;       /* NULL when reading STEP */
    cad_step *step;   /* NULL when reading Compact IR */
    cad_solid *solid; /* NULL when only text is asked for, or the part has none */
} work;

static cad_status first_error(const work *w, cad_status fallback)
{
    const cad_diag *e = cad_diags_first_error(w->diags);
    if (e)
        CAD_FAIL(CAD_EDATA, "line %lld, column %d: %s [%s]", (long long)e->line + 1, e->column, e->message, e->code);
    return fallback;
}

/* A text that names its ids and ends as a file does, or as much of one as there is, is read where it stands: places in it are
 * those that people see. */
static bool is_read_as_it_is(const work *w, const char *text, size_t len)
{
    cad_step_answer_kind kind = cad_step_answer_kind_of(text, len);
    bool legal = w->job->strict || !cad_steplm_has_placeholders(text, len);
    return legal && (kind == CAD_STEP_ANSWER_file || kind == CAD_STEP_ANSWER_section);
}

static cad_status read_step(work *w, const char *text, size_t len)
{
    cad_buf file = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    cad_worker_stage("parse");
    if (is_read_as_it_is(w, text, len)) {
        len = cad_step_answer_len(text, len);
    } else { /* the model that is read points into it */
        s = cad_step_answer_legal(w->arena, text, len, &file);
        len = file.len;
        if (s == CAD_OK)
            s = cad_arena_strdup(w->arena, cad_buf_cstr(&file), file.len, &text);
    }
    cad_buf_deinit(&file);
    return s == CAD_OK ? cad_step_read(text, len, &(cad_step_opts){.conformant = w->job->strict}, &w->step) : s;
}

static cad_status read_ir(work *w, const char *text, size_t len)
{
    cad_worker_stage("parse");
    CAD_TRY(cad_ir_parse(text, len, w->job->dialect_in, w->arena, w->diags, &w->ir));
    return cad_ir_check(w->ir, w->diags);
}

/* The kernel is given our own text, never that of others: it crashes, hangs and loses instances where ours reads. */
static cad_status build_step(work *w)
{
    cad_buf plain = CAD_BUF_INIT;
    CAD_TRY(cad_step_verdict(w->step));
    cad_status s = cad_step_write(w->step, &(cad_step_write_opts){.keep_ids = true, .plain = true}, &plain);
    if (s == CAD_OK)
        s = cad_solid_read_step(plain.data, plain.len, &w->solid);
    cad_buf_deinit(&plain);
    return s;
}

static cad_status build(work *w)
{
    cad_worker_stage("build");
    if (w->step)
        return build_step(w);
    if (w->diags->n_errors > 0)
        return CAD_OK;
    cad_status s = cad_solid_from_ir(w->ir, w->diags, &w->solid);
    return s == CAD_EGEOM ? CAD_OK : s; /* the findings say what is wrong */
}

static cad_status write_ir(const work *w, cad_buf *out)
{
    if (!w->ir)
        CAD_FAIL(CAD_EUNSUPPORTED, "STEP cannot be turned into Compact IR");
    if (w->job->dialect_out == CAD_IR_DIALECT_cadlm)
        return cad_ir_canon(w->ir, out);
    cad_ir *plain;
    CAD_TRY(cad_ir_lower(w->ir, w->arena, &plain));
    return cad_ir_print_upstream(plain, out);
}

/* All views side by side. */
static cad_status draw(const work *w, cad_image *out)
{
    const cad_convert_job *j = w->job;
    cad_mesh mesh;
    cad_polylines edges;
    double *angle;
    cad_image one;
    CAD_TRY(cad_solid_mesh(w->solid, CAD_SCORE_DEFLECTION, CAD_SCORE_ANGLE, w->arena, &mesh));
    CAD_TRY(cad_solid_edges(w->solid, CAD_SCORE_DEFLECTION, CAD_SCORE_ANGLE, w->arena, &edges, &angle));
    cad_scene scene = {.mesh = &mesh, .edges = &edges, .edge_angle = angle};
    cad_render_opts o = cad_render_defaults();
    o.width = j->width;
    o.height = j->height;
    o.part = j->part;
    CAD_TRY(cad_image_create(w->arena, j->width * j->n_views, j->height, o.background, out));
    for (int32_t v = 0; v < j->n_views; v++) {
        o.view = j->view[v];
        CAD_TRY(cad_render(&scene, &o, w->arena, &one));
        cad_image_blit(out, v * j->width, 0, &one);
    }
    return CAD_OK;
}

static cad_status write_picture(const work *w, cad_buf *out)
{
    cad_image image;
    CAD_TRY(draw(w, &image));
    if (w->job->to == CAD_FORMAT_png)
        return cad_png_encode(&image, out);
    int32_t size[2] = {image.width, image.height};
    CAD_TRY(cad_buf_add(out, size, sizeof size));
    return cad_buf_add(out, image.rgb, (size_t)image.width * (size_t)image.height * 3);
}

static cad_status write_stl(const work *w, cad_buf *out)
{
    cad_mesh mesh;
    CAD_TRY(cad_solid_mesh(w->solid, CAD_SCORE_DEFLECTION, CAD_SCORE_ANGLE, w->arena, &mesh));
    return cad_stl_write(&mesh, w->job->name, out);
}

/* ---- report ---- */

/* What is found in the text of a STEP part, or in the file that a compact one stands for. */
static cad_status find_all(work *w, const char *text, size_t len)
{
    const cad_step_opts o = {.conformant = w->job->strict};
    cad_buf file = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    if (cad_step_answer_kind_of(text, len) == CAD_STEP_ANSWER_ours) {
        s = cad_step_answer(w->arena, text, len, &file);
        if (s == CAD_OK)
            s = cad_arena_strdup(w->arena, cad_buf_cstr(&file), file.len, &text);
        len = file.len;
    }
    if (s == CAD_OK)
        s = cad_step_read(text, cad_step_answer_len(text, len), &o, &w->step);
    if (s == CAD_OK)
        s = cad_step_check(w->step, &(cad_step_check_opts){.geometry = true});
    cad_buf_deinit(&file);
    return s == CAD_EPARSE || s == CAD_EDATA ? CAD_OK : s; /* no file: the verdict says why */
}

/* The verdict is that of an evaluation, by the same way. */
static cad_status report(work *w, const char *text, size_t len, cad_buf *out)
{
    static const char *const forms[] = {[CAD_STEP_ANSWER_blank] = NULL,
                                        [CAD_STEP_ANSWER_file] = "file",
                                        [CAD_STEP_ANSWER_section] = "section",
                                        [CAD_STEP_ANSWER_ours] = "compact"};
    const cad_convert_job *j = w->job;
    bool step = j->from == CAD_FORMAT_step;
    const cad_part_text t = {.kind = step ? CAD_PART_step : CAD_PART_ir,
                             .text = text,
                             .len = len,
                             .complete = true, /* as far as a file can tell */
                             .always = true,
                             .upstream = j->dialect_in == CAD_IR_DIALECT_upstream,
                             .strict = j->strict,
                             .no_kernel = *j->died != '\0'};
    cad_part p;
    CAD_TRY(cad_part_make(&t, w->arena, &p));
    cad_part_report r = {.part = &p, .strict = j->strict, .died = j->died, .died_of = j->died_of};
    cad_step_answer_kind kind = cad_step_answer_kind_of(text, len);
    cad_status s = step && kind != CAD_STEP_ANSWER_blank ? find_all(w, text, len) : CAD_OK;
    r.step = w->step;
    r.form = step ? forms[kind] : NULL;
    if (s == CAD_OK)
        s = cad_part_report_json(&r, out);
    cad_part_deinit(&p);
    return s;
}

static cad_status convert(work *w, const char *text, size_t len, cad_buf *out)
{
    const cad_convert_job *j = w->job;
    if (j->to == CAD_FORMAT_report)
        return report(w, text, len, out);
    CAD_TRY(j->from == CAD_FORMAT_ir ? read_ir(w, text, len) : read_step(w, text, len));
    if (j->to == CAD_FORMAT_ir) {
        CAD_TRY(first_error(w, CAD_OK));
        return write_ir(w, out);
    }
    CAD_TRY(build(w));
    CAD_TRY(first_error(w, CAD_OK));
    cad_worker_stage("write");
    switch (j->to) {
    case CAD_FORMAT_step:
        return cad_solid_write_step(w->solid, j->name, out);
    case CAD_FORMAT_stl:
        return write_stl(w, out);
    case CAD_FORMAT_png:
    case CAD_FORMAT_rgb:
        return write_picture(w, out);
    case CAD_FORMAT_ir:
    case CAD_FORMAT_report:
        break;
    }
    CAD_FAIL(CAD_EINTERNAL, "convert: no such output");
}

static cad_status convert_job(const void *in, size_t len, cad_buf *out)
{
    cad_convert_job job;
    if (len < sizeof job)
        CAD_FAIL(CAD_EINTERNAL, "convert job of %zu bytes; expected at least %zu", len, sizeof job);
    memcpy(&job, in, sizeof job);
    work w = {.job = &job};
    CAD_TRY(cad_arena_create("convert", cad_worker_space(ARENA), &w.arena));
    cad_status s = cad_arena_zalloc(w.arena, 1, sizeof *w.diags, "diagnostics", &w.diags);
    if (s == CAD_OK) {
        cad_diags_init(w.diags, w.arena);
        w.diags->strict = job.strict;
        s = convert(&w, (const char *)in + sizeof job, len - sizeof job, out);
    }
    cad_solid_destroy(w.solid);
    cad_step_close(w.step);
    cad_arena_destroy(w.arena);
    return s;
}

void cad_convert_register(void)
{
    cad_worker_register(CAD_CONVERT_HANDLER, convert_job);
}

/* ---- in the caller ---- */

cad_status cad_convert_submit(cad_pool *pool, uint64_t tag, const cad_convert_job *job, const char *text, size_t len)
{
    cad_buf in = CAD_BUF_INIT;
    cad_status s = cad_buf_add(&in, job, sizeof *job);
    if (s == CAD_OK)
        s = cad_buf_add(&in, text, len);
    if (s == CAD_OK)
        s = cad_pool_submit(pool, CAD_CONVERT_HANDLER, tag, in.data, in.len);
    cad_buf_deinit(&in);
    return s;
}

const char *cad_convert_reason(const cad_pool_result *r)
{
    switch (r->verdict) {
    case CAD_VERDICT_ok:
        return "";
    case CAD_VERDICT_failed:
        return r->error;
    case CAD_VERDICT_crash:
        return "the geometry kernel crashed on this part";
    case CAD_VERDICT_timeout:
        return "the part ran into the time limit, metrics.timeout_s";
    case CAD_VERDICT_memory:
        return "the part ran into the memory limit, metrics.mem";
    }
    return "unknown verdict";
}

static cad_status failed(const cad_pool_result *r)
{
    if (r->verdict == CAD_VERDICT_failed && r->status == CAD_EUNSUPPORTED)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s", r->error);
    CAD_FAIL(CAD_EDATA, "%s", cad_convert_reason(r));
}

cad_status cad_convert_one(cad_pool *pool, const cad_convert_job *job, const char *text, size_t len, cad_buf *out)
{
    cad_pool_result r;
    CAD_TRY(cad_convert_submit(pool, 0, job, text, len));
    CAD_TRY(cad_pool_next(pool, &r));
    return r.verdict == CAD_VERDICT_ok ? cad_buf_add(out, r.out, r.out_len) : failed(&r);
}

/* The text itself is too much for a worker. */
static cad_status report_dead(const cad_convert_job *job, cad_buf *out)
{
    const cad_part p = {.kind = job->from == CAD_FORMAT_step ? CAD_PART_step : CAD_PART_ir, .text_level = 3};
    return cad_part_report_json(&(cad_part_report){.part = &p, .died = job->died, .died_of = job->died_of}, out);
}

cad_status cad_convert_report(cad_pool *pool, cad_convert_job *job, const char *text, size_t len, cad_buf *out)
{
    for (int round = 0; round < 2; round++) {
        cad_pool_result r;
        CAD_TRY(cad_convert_submit(pool, 0, job, text, len));
        CAD_TRY(cad_pool_next(pool, &r));
        if (r.verdict == CAD_VERDICT_ok)
            return cad_buf_add(out, r.out, r.out_len);
        if (r.verdict == CAD_VERDICT_failed && r.status == CAD_EUNSUPPORTED)
            return failed(&r);
        snprintf(job->died, sizeof job->died, "%s", cad_convert_reason(&r));
        job->died_of = cad_score_class_of(r.verdict);
    }
    return report_dead(job, out);
}
