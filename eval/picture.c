#include "eval/picture.h"

#include "cad/ir/ir.h"
#include "cad/occt/solid.h"
#include "eval/score.h"

#include <string.h>

static const size_t ARENA = (size_t)1 << 30;

/* ---- in the worker ---- */

static cad_status solid_of(const cad_picture_job *job, const char *text, size_t len, cad_arena *arena, cad_solid **out)
{
    if (job->format == CAD_PICTURE_step)
        return cad_solid_read_step(text, len, out);
    cad_ir *ir;
    cad_diags *diags;
    CAD_TRY(cad_ir_load(text, len, CAD_IR_DIALECT_cadlm, arena, &ir));
    CAD_TRY(cad_arena_zalloc(arena, 1, sizeof *diags, "diagnostics", &diags));
    cad_diags_init(diags, arena);
    return cad_solid_from_ir(ir, diags, out);
}

static cad_status draw(const cad_picture_job *job, const cad_solid *solid, cad_arena *arena, cad_buf *out)
{
    cad_mesh mesh;
    cad_polylines edges;
    double *angle;
    cad_image image;
    cad_worker_stage("mesh");
    CAD_TRY(cad_solid_mesh(solid, CAD_SCORE_DEFLECTION, CAD_SCORE_ANGLE, arena, &mesh));
    CAD_TRY(cad_solid_edges(solid, CAD_SCORE_DEFLECTION, CAD_SCORE_ANGLE, arena, &edges, &angle));
    cad_scene scene = {.mesh = &mesh, .edges = &edges};
    cad_render_opts o = cad_render_defaults();
    o.view = job->view;
    o.width = job->width;
    o.height = job->height;
    o.part = job->part;
    cad_worker_stage("render");
    CAD_TRY(cad_render(&scene, &o, arena, &image));
    int32_t size[2] = {image.width, image.height};
    CAD_TRY(cad_buf_add(out, size, sizeof size));
    return cad_buf_add(out, image.rgb, (size_t)image.width * (size_t)image.height * 3);
}

static cad_status picture_job(const void *in, size_t len, cad_buf *out)
{
    cad_picture_job job;
    if (len < sizeof job)
        CAD_FAIL(CAD_EINTERNAL, "picture job of %zu bytes; expected at least %zu", len, sizeof job);
    memcpy(&job, in, sizeof job);
    const char *text = (const char *)in + sizeof job;
    cad_arena *arena;
    cad_solid *solid = NULL;
    CAD_TRY(cad_arena_create("picture", ARENA, &arena));
    cad_worker_stage("build");
    cad_status s = solid_of(&job, text, len - sizeof job, arena, &solid);
    if (s == CAD_OK)
        s = draw(&job, solid, arena, out);
    cad_solid_destroy(solid);
    cad_arena_destroy(arena);
    return s;
}

void cad_picture_register(void)
{
    cad_worker_register(CAD_PICTURE_HANDLER, picture_job);
}

/* ---- in the caller ---- */

cad_status cad_picture_submit(cad_pool *pool, uint64_t tag, const cad_picture_job *job, const char *text, size_t len)
{
    cad_buf in = CAD_BUF_INIT;
    cad_status s = cad_buf_add(&in, job, sizeof *job);
    if (s == CAD_OK)
        s = cad_buf_add(&in, text, len);
    if (s == CAD_OK)
        s = cad_pool_submit(pool, CAD_PICTURE_HANDLER, tag, in.data, in.len);
    cad_buf_deinit(&in);
    return s;
}

cad_status cad_picture_take(const cad_pool_result *r, cad_arena *arena, cad_image *out)
{
    int32_t size[2];
    if (r->verdict == CAD_VERDICT_failed && r->status == CAD_EUNSUPPORTED)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s", r->error);
    if (r->verdict != CAD_VERDICT_ok)
        CAD_FAIL(CAD_EGEOM, "%s", r->error[0] ? r->error : cad_verdict_name(r->verdict));
    if (r->out_len < sizeof size)
        CAD_FAIL(CAD_EGEOM, "the worker's picture is cut off");
    memcpy(size, r->out, sizeof size);
    if (size[0] < 1 || size[1] < 1 || size[0] > 8192 || size[1] > 8192 ||
        r->out_len != sizeof size + (size_t)size[0] * (size_t)size[1] * 3)
        CAD_FAIL(CAD_EGEOM, "the worker's picture has a wrong size");
    CAD_TRY(cad_image_create(arena, size[0], size[1], (cad_rgb){0, 0, 0}, out));
    memcpy(out->rgb, r->out + sizeof size, r->out_len - sizeof size);
    return CAD_OK;
}

static cad_status collect(cad_pool *pool, cad_image *image, cad_sheet_cell *cell, cad_arena *arena)
{
    while (cad_pool_pending(pool) > 0) {
        cad_pool_result r;
        CAD_TRY(cad_pool_next(pool, &r));
        cad_status s = cad_picture_take(&r, arena, &image[r.tag]);
        if (s == CAD_OK)
            cell[r.tag].image = &image[r.tag];
        else if (s == CAD_EGEOM)
            CAD_TRY(cad_arena_strdup(arena, cad_error_text(), strlen(cad_error_text()), &cell[r.tag].note));
        else
            return s;
    }
    return CAD_OK;
}

cad_status cad_picture_sheet(cad_pool *pool, const char *title, const char *const *label, size_t rows,
                             const cad_picture_column *column, size_t columns, cad_arena *arena, cad_image *out)
{
    enum { CELL_W = 240, CELL_H = 180 };
    cad_sheet_cell *cell;
    cad_image *image;
    const char **head;
    CAD_TRY(cad_arena_zalloc(arena, rows * columns, sizeof *cell, "sheet cells", &cell));
    CAD_TRY(cad_arena_zalloc(arena, rows * columns, sizeof *image, "sheet pictures", &image));
    CAD_TRY(cad_arena_zalloc(arena, columns, sizeof *head, "sheet heads", &head));
    for (size_t c = 0; c < columns; c++)
        head[c] = column[c].head;
    for (size_t i = 0; i < rows * columns; i++) {
        const cad_picture_column *c = &column[i % columns];
        const char *text = c->text[i / columns];
        cad_picture_job job = {CELL_W, CELL_H, CAD_VIEW_iso, c->part, CAD_PICTURE_ir};
        if (!text || !text[0])
            cell[i].note = "no answer";
        else
            CAD_TRY(cad_picture_submit(pool, i, &job, text, strlen(text)));
        if (cad_pool_pending(pool) >= 4 * (size_t)cad_pool_workers(pool))
            CAD_TRY(collect(pool, image, cell, arena));
    }
    CAD_TRY(collect(pool, image, cell, arena));
    cad_sheet sheet = {title, (int32_t)columns, (int32_t)rows, head, label, cell, CELL_W, CELL_H};
    return cad_sheet_compose(&sheet, arena, out);
}
