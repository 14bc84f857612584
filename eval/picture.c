#include "eval/picture.h"

#include "core/size.h"
#include "eval/convert.h"

#include <string.h>

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
    CAD_TRY(cad_arena_zalloc(arena, cad_size_mul(rows, columns), sizeof *cell, "sheet cells", &cell));
    CAD_TRY(cad_arena_zalloc(arena, cad_size_mul(rows, columns), sizeof *image, "sheet pictures", &image));
    CAD_TRY(cad_arena_zalloc(arena, columns, sizeof *head, "sheet heads", &head));
    for (size_t c = 0; c < columns; c++)
        head[c] = column[c].head;
    for (size_t i = 0; i < rows * columns; i++) {
        const cad_picture_column *c = &column[i % columns];
        size_t len = c->len[i / columns];
        const char *text = c->text[i / columns];
        cad_convert_job job = cad_convert_defaults(c->kind == CAD_PART_step ? CAD_FORMAT_step : CAD_FORMAT_ir, CAD_FORMAT_rgb);
        job.width = CELL_W;
        job.height = CELL_H;
        job.part = c->part;
        if (!text || len == 0)
            cell[i].note = "no answer";
        else {
            cad_status s = cad_convert_submit(pool, i, &job, text, len);
            if (s != CAD_OK && s != CAD_EINVAL)
                return s;
            cell[i].note = s == CAD_OK ? NULL : "too large to be drawn";
        }
        if (cad_pool_pending(pool) >= 4 * (size_t)cad_pool_workers(pool))
            CAD_TRY(collect(pool, image, cell, arena));
    }
    CAD_TRY(collect(pool, image, cell, arena));
    cad_sheet sheet = {title, (int32_t)columns, (int32_t)rows, head, label, cell, CELL_W, CELL_H};
    return cad_sheet_compose(&sheet, arena, out);
}
