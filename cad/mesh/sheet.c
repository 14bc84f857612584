#include "cad/mesh/image.h"

enum { MARGIN = 28, GAP = 16, TITLE = 3, TEXT = 2, LINE = CAD_FONT_HEIGHT * TEXT + 4 };

static const cad_rgb paper = {255, 255, 255}, ink = {38, 42, 48}, quiet = {112, 118, 126}, frame = {222, 225, 229},
                     empty = {246, 247, 248};

static cad_status compose_cell(const cad_sheet *s, const cad_sheet_cell *c, int32_t x, int32_t y, cad_arena *a, cad_image *out)
{
    cad_image_fill(out, x - 1, y - 1, s->cell_w + 2, s->cell_h + 2, frame);
    cad_image_fill(out, x, y, s->cell_w, s->cell_h, empty);
    if (c->image) {
        /* Cut to the cell by way of a picture of the cell's size. */
        cad_image cell;
        cad_frame f = cad_arena_mark(a);
        const uint8_t *p = c->image->rgb;
        CAD_TRY(cad_image_create(a, s->cell_w, s->cell_h, (cad_rgb){p[0], p[1], p[2]}, &cell));
        cad_image_blit(&cell, (s->cell_w - c->image->width) / 2, (s->cell_h - c->image->height) / 2, c->image);
        cad_image_blit(out, x, y, &cell);
        cad_arena_rewind(a, f);
        if (c->note)
            cad_image_text(out, x, y + s->cell_h + 6, TEXT, quiet, s->cell_w, c->note);
    } else if (c->note) {
        int32_t w = cad_text_width(c->note, TEXT);
        cad_image_text(out, x + (w < s->cell_w ? (s->cell_w - w) / 2 : 0), y + (s->cell_h - CAD_FONT_HEIGHT * TEXT) / 2, TEXT,
                       quiet, s->cell_w, c->note);
    }
    return CAD_OK;
}

cad_status cad_sheet_compose(const cad_sheet *s, cad_arena *a, cad_image *out)
{
    if (s->columns < 1 || s->rows < 1 || s->cell_w < 1 || s->cell_h < 1 || s->columns > 64 || s->rows > 4096 ||
        s->cell_w > 8192 || s->cell_h > 8192)
        CAD_FAIL(CAD_EINVAL, "sheet of %d x %d cells of %d x %d pixels", s->columns, s->rows, s->cell_w, s->cell_h);
    int32_t label_h = s->label ? LINE : 0, row_h = label_h + s->cell_h + 6 + LINE + GAP;
    int32_t top = MARGIN + (s->title ? CAD_FONT_HEIGHT * TITLE + GAP : 0), head_h = s->head ? LINE + 4 : 0;
    int32_t width = 2 * MARGIN + s->columns * (s->cell_w + GAP) - GAP;
    int64_t height = (int64_t)top + head_h + (int64_t)s->rows * row_h - GAP + MARGIN;
    if (height > 32768 || width > 32768)
        CAD_FAIL(CAD_EINVAL, "a sheet of %d x %lld pixels; at most 32768 each way", width, (long long)height);
    CAD_TRY(cad_image_create(a, width, (int32_t)height, paper, out));
    if (s->title)
        cad_image_text(out, MARGIN, MARGIN, TITLE, ink, width - 2 * MARGIN, s->title);
    for (int32_t c = 0; s->head && c < s->columns; c++)
        cad_image_text(out, MARGIN + c * (s->cell_w + GAP), top, TEXT, ink, s->cell_w, s->head[c]);
    for (int32_t r = 0; r < s->rows; r++) {
        int32_t y = top + head_h + r * row_h;
        if (s->label && s->label[r])
            cad_image_text(out, MARGIN, y, TEXT, ink, width - 2 * MARGIN, s->label[r]);
        for (int32_t c = 0; c < s->columns; c++)
            CAD_TRY(compose_cell(s, &s->cell[r * s->columns + c], MARGIN + c * (s->cell_w + GAP), y + label_h, a, out));
    }
    return CAD_OK;
}
