#include "train/sample_worker.h"

#include "cad/ir/ir.h"
#include "cad/mesh/mesh.h"
#include "cad/mesh/render.h"
#include "cad/occt/solid.h"
#include "core/json.h"
#include "core/pool.h"

#include <string.h>

#define ARENA_BYTES ((size_t)512 << 20)
#define LINEAR 0.001
#define ANGULAR 0.1
enum { RGB_BYTES = CAD_SAMPLE_WIDTH * CAD_SAMPLE_HEIGHT * 3, LEVEL_VALID = 8 };

/* Classes by index, as they stand in the answer. */
static const char *const class_name[] = {"ok", "empty", "parse", "build", "invalid"};
enum { CLASS_ok, CLASS_empty, CLASS_parse, CLASS_build, CLASS_invalid, CLASSES };

/* An answer: header, JSON, STEP, picture. */
typedef struct header {
    uint32_t klass, json_len, step_len, rgb_len;
} header;

cad_status cad_sample_pack_job(const cad_sample_job *job, const char *text, size_t len, cad_buf *out)
{
    const char flags[3] = {job->step, job->upstream, job->render};
    CAD_TRY(cad_buf_add(out, flags, sizeof flags));
    return cad_buf_add(out, text, len);
}

cad_status cad_sample_unpack(const void *bytes, size_t len, cad_sample_result *out)
{
    header h;
    if (len < sizeof h)
        CAD_FAIL(CAD_ECORRUPT, "sample worker: answer of %zu bytes", len);
    memcpy(&h, bytes, sizeof h);
    uint64_t need = (uint64_t)sizeof h + h.json_len + h.step_len + h.rgb_len;
    if (h.klass >= CLASSES || need != len || (h.rgb_len != 0 && h.rgb_len != RGB_BYTES))
        CAD_FAIL(CAD_ECORRUPT, "sample worker: malformed answer of %zu bytes", len);
    const char *at = (const char *)bytes + sizeof h;
    *out = (cad_sample_result){.klass = class_name[h.klass],
                               .json = at,
                               .json_len = h.json_len,
                               .step = at + h.json_len,
                               .step_len = h.step_len,
                               .rgb = h.rgb_len ? (const uint8_t *)at + h.json_len + h.step_len : NULL};
    return CAD_OK;
}

/* ---- in the worker ---- */

typedef struct work {
    cad_sample_job job;
    const char *text;
    size_t len;
    cad_arena *arena;
    cad_solid *solid;
    json_t *json;
    cad_buf step;
    cad_image image;
} work;

static uint32_t fault(work *w, uint32_t klass)
{
    json_object_set_new(w->json, "error", json_string(cad_error_text()));
    return klass;
}

/* The solid, or the class of what went wrong; only what is no fault of the text is a failure. */
static cad_status make_solid(work *w, uint32_t *klass)
{
    cad_status s;
    *klass = CLASS_ok;
    if (w->len == 0) {
        *klass = CLASS_empty;
        return CAD_OK;
    }
    if (w->job.step) {
        cad_worker_stage("read");
        s = cad_solid_read_step(w->text, w->len, &w->solid);
    } else {
        cad_ir *ir;
        cad_diags diags;
        cad_worker_stage("parse");
        s = cad_ir_load(w->text, w->len, w->job.upstream ? CAD_IR_DIALECT_upstream : CAD_IR_DIALECT_cadlm, w->arena, &ir);
        if (s == CAD_OK) {
            cad_worker_stage("build");
            cad_diags_init(&diags, w->arena);
            s = cad_solid_from_ir(ir, &diags, &w->solid);
        }
    }
    if (s == CAD_EPARSE)
        *klass = fault(w, CLASS_parse);
    else if (s == CAD_EGEOM || s == CAD_EINVAL)
        *klass = fault(w, CLASS_build);
    else
        return s;
    return CAD_OK;
}

static cad_status measure(work *w, uint32_t *klass)
{
    cad_facts f;
    cad_worker_stage("measure");
    CAD_TRY(cad_solid_facts(w->solid, w->arena, &f));
    json_t *box = json_pack("[f, f, f, f, f, f]", f.box[0], f.box[1], f.box[2], f.box[3], f.box[4], f.box[5]);
    json_object_set_new(w->json, "volume", json_real(f.volume));
    json_object_set_new(w->json, "area", json_real(f.area));
    json_object_set_new(w->json, "bbox", box);
    json_object_set_new(w->json, "faces", json_integer(f.faces_merged));
    json_object_set_new(w->json, "solids", json_integer(f.solids));
    json_object_set_new(w->json, "genus", json_integer(f.genus));
    if (f.level < LEVEL_VALID)
        *klass = CLASS_invalid;
    return CAD_OK;
}

static cad_status draw(work *w)
{
    cad_mesh mesh;
    cad_polylines edges;
    cad_worker_stage("mesh");
    CAD_TRY(cad_solid_mesh(w->solid, LINEAR, ANGULAR, w->arena, &mesh));
    CAD_TRY(cad_solid_edges(w->solid, LINEAR, ANGULAR, w->arena, &edges, NULL));
    cad_worker_stage("render");
    cad_render_opts o = cad_render_defaults();
    o.width = CAD_SAMPLE_WIDTH;
    o.height = CAD_SAMPLE_HEIGHT;
    o.samples = 3;
    return cad_render(&(cad_scene){.mesh = &mesh, .edges = &edges}, &o, w->arena, &w->image);
}

static cad_status run_work(work *w, cad_buf *out)
{
    header h = {0};
    CAD_TRY(make_solid(w, &h.klass));
    if (h.klass == CLASS_ok)
        CAD_TRY(measure(w, &h.klass));
    if (h.klass == CLASS_ok && !w->job.step)
        CAD_TRY(cad_solid_write_step(w->solid, "sample", &w->step));
    if (w->solid && w->job.render && draw(w) == CAD_OK)
        h.rgb_len = RGB_BYTES; /* a part that cannot be meshed has no picture; its class stays */
    cad_buf json = CAD_BUF_INIT;
    cad_status s = cad_json_print(w->json, &json);
    h.json_len = (uint32_t)json.len;
    h.step_len = (uint32_t)w->step.len;
    if (s == CAD_OK)
        s = cad_buf_add(out, &h, sizeof h);
    if (s == CAD_OK)
        s = cad_buf_add(out, json.data, json.len);
    if (s == CAD_OK)
        s = cad_buf_add(out, w->step.data, w->step.len);
    if (s == CAD_OK && h.rgb_len)
        s = cad_buf_add(out, w->image.rgb, RGB_BYTES);
    cad_buf_deinit(&json);
    return s;
}

static cad_status handle(const void *in, size_t len, cad_buf *out)
{
    const char *bytes = in;
    if (len < 3)
        CAD_FAIL(CAD_EINVAL, "sample worker: job of %zu bytes", len);
    work w = {.job = {bytes[0] != 0, bytes[1] != 0, bytes[2] != 0}, .text = bytes + 3, .len = len - 3};
    CAD_TRY(cad_arena_create("sample", ARENA_BYTES, &w.arena));
    w.json = json_object();
    cad_status s = w.json ? run_work(&w, out) : cad_fail(CAD_ENOMEM, "out of memory for a sample");
    json_decref(w.json);
    cad_buf_deinit(&w.step);
    cad_solid_destroy(w.solid);
    cad_arena_destroy(w.arena);
    return s;
}

void cad_sample_worker_register(void)
{
    cad_worker_register(CAD_SAMPLE_WORKER, handle);
}
