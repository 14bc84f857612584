#include "dataprep/render_work.h"

#include "cad/ir/ir.h"
#include "cad/mesh/nine_views.h"
#include "cad/occt/solid.h"
#include "cad/step/step_answer.h"
#include "cad/step/step_write.h"
#include "core/hash.h"

#include <stdio.h>
#include <string.h>

static const size_t ARENA = (size_t)2 << 30;
static const double DEFLECTION = 5e-3, ANGLE = 0.1; /* of the diagonal; radians */
static const char *const HANDLER = "render";

static cad_status from_ir(const char *text, size_t len, cad_arena *a, cad_solid **out)
{
    cad_ir *ir = NULL;
    cad_diags *diags = NULL;
    cad_worker_stage("parse");
    CAD_TRY(cad_ir_load(text, len, CAD_IR_DIALECT_cadlm, a, &ir));
    CAD_TRY(cad_arena_zalloc(a, 1, sizeof *diags, "diagnostics", &diags));
    cad_diags_init(diags, a);
    cad_worker_stage("build");
    return cad_solid_from_ir(ir, diags, out);
}

/* The kernel is given our own text, never that of others: it crashes, hangs and loses instances where ours reads. */
static cad_status from_file(const char *text, size_t len, cad_solid **out)
{
    cad_step *m = NULL;
    cad_buf plain = CAD_BUF_INIT;
    cad_worker_stage("parse");
    CAD_TRY(cad_step_read(text, len, &(cad_step_opts){.input = CAD_STEP_FILE}, &m));
    cad_status s = m->diags.n_errors > 0 ? cad_step_verdict(m) : CAD_OK;
    if (s == CAD_OK)
        s = cad_step_write(m, &(cad_step_write_opts){.keep_ids = true, .plain = true}, &plain);
    cad_step_close(m);
    cad_worker_stage("build");
    if (s == CAD_OK)
        s = cad_solid_read_step(plain.data, plain.len, out);
    cad_buf_deinit(&plain);
    return s;
}

static cad_status from_answer(const char *text, size_t len, cad_arena *a, cad_solid **out)
{
    cad_buf file = CAD_BUF_INIT;
    cad_status s = cad_step_answer(a, text, len, &file);
    if (s == CAD_OK)
        s = from_file(file.data, file.len, out);
    cad_buf_deinit(&file);
    return s;
}

static cad_status draw(const cad_solid *solid, cad_arena *a, cad_buf *out)
{
    cad_mesh mesh;
    cad_polylines edges;
    double *angle = NULL;
    cad_image image;
    cad_worker_stage("mesh");
    CAD_TRY(cad_solid_mesh(solid, DEFLECTION, ANGLE, a, &mesh));
    CAD_TRY(cad_solid_edges(solid, DEFLECTION, ANGLE, a, &edges, &angle));
    cad_worker_stage("draw");
    CAD_TRY(cad_nine_views(&(cad_scene){.mesh = &mesh, .edges = &edges, .edge_angle = angle}, a, &image));
    return cad_png_encode(&image, out);
}

static cad_status work(const void *in, size_t len, cad_buf *out)
{
    const char *text = in;
    cad_arena *a = NULL;
    cad_solid *solid = NULL;
    if (len < 1 || text[0] < CAD_RENDER_ir || text[0] > CAD_RENDER_answer)
        CAD_FAIL(CAD_EINTERNAL, "render worker: a job of %zu bytes of no kind", len);
    CAD_TRY(cad_arena_create("render", cad_worker_space(ARENA), &a));
    cad_status s = text[0] == CAD_RENDER_ir     ? from_ir(text + 1, len - 1, a, &solid)
                   : text[0] == CAD_RENDER_file ? from_file(text + 1, len - 1, &solid)
                                                : from_answer(text + 1, len - 1, a, &solid);
    if (s == CAD_OK)
        s = draw(solid, a, out);
    cad_solid_destroy(solid);
    cad_arena_destroy(a);
    return s;
}

void cad_render_work_register(void)
{
    cad_worker_register(HANDLER, work);
}

cad_status cad_render_work_submit(cad_pool *pool, uint64_t tag, cad_render_kind kind, const char *text, size_t len)
{
    cad_buf in = CAD_BUF_INIT;
    char first = (char)kind;
    cad_status s = cad_buf_add(&in, &first, 1);
    if (s == CAD_OK)
        s = cad_buf_add(&in, text, len);
    if (s == CAD_OK)
        s = cad_pool_submit(pool, HANDLER, tag, in.data, in.len);
    cad_buf_deinit(&in);
    return s;
}

cad_status cad_render_work_key(cad_render_kind kind, const char *text, size_t len, char out[33])
{
    char recipe[200];
    cad_hasher *h = cad_hasher_create();
    if (!h)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a hash");
    int n = snprintf(recipe, sizeof recipe, "%s; deflection %g, angle %g; %s; kind %d\n", CAD_NINE_RECIPE, DEFLECTION, ANGLE,
                     cad_solid_kernel(), (int)kind);
    cad_hasher_add(h, recipe, (size_t)n);
    cad_hasher_add(h, text, len);
    cad_hasher_hex(h, out);
    cad_hasher_destroy(h);
    return CAD_OK;
}
