#include "cad/mesh/image.h"

enum {
    MARGIN = 28,
    GAP = 16,
    TITLE = 3,
    TEXT = 2,
    PAD = 6, /* between a picture and its texts */
    LINE = (CAD_FONT_HEIGHT + CAD_FONT_LEADING) * TEXT,
    TITLE_LINE = (CAD_FONT_HEIGHT + CAD_FONT_LEADING) * TITLE
};

static const cad_rgb paper = {255, 255, 255}, ink = {38, 42, 48}, quiet = {112, 118, 126}, frame = {222, 225, 229},
                     empty = {246, 247, 248};

static int32_t lines_of(const char *text, int scale, int32_t width)
{
    return text ? cad_image_paragraph(NULL, 0, 0, scale, ink, width, CAD_SHEET_LINES, text) : 0;
}

/* Where things stand; heights follow the texts. */
typedef struct layout {
    int32_t inner; /* width between the margins */
    int32_t title_h, head_h;
} layout;

static int32_t label_height(const cad_sheet *s, const layout *l, int32_t row)
{
    int32_t n = s->label ? lines_of(s->label[row], TEXT, l->inner) : 0;
    return n ? n * LINE + PAD : 0;
}

static int32_t note_height(const cad_sheet *s, int32_t row)
{
    int32_t most = 0;
    for (int32_t c = 0; c < s->columns; c++) {
        const cad_sheet_cell *cell = &s->cell[row * s->columns + c];
        int32_t n = cell->image ? lines_of(cell->note, TEXT, s->cell_w) : 0;
        most = n > most ? n : most;
    }
    return most ? most * LINE + PAD : 0;
}

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
            cad_image_paragraph(out, x, y + s->cell_h + PAD, TEXT, quiet, s->cell_w, CAD_SHEET_LINES, c->note);
    } else if (c->note) {
        int32_t w = cad_text_width(c->note, TEXT);
        bool one_line = w < s->cell_w;
        int32_t width = one_line ? s->cell_w : s->cell_w - 2 * PAD, n = lines_of(c->note, TEXT, width);
        cad_image_paragraph(out, x + (one_line ? (s->cell_w - w) / 2 : PAD), y + (s->cell_h - n * LINE) / 2, TEXT, quiet, width,
                            CAD_SHEET_LINES, c->note);
    }
    return CAD_OK;
}

static cad_status compose_row(const cad_sheet *s, const layout *l, int32_t row, int32_t y, cad_arena *a, cad_image *out)
{
    int32_t label_h = label_height(s, l, row);
    if (label_h)
        cad_image_paragraph(out, MARGIN, y, TEXT, ink, l->inner, CAD_SHEET_LINES, s->label[row]);
    for (int32_t c = 0; c < s->columns; c++)
        CAD_TRY(compose_cell(s, &s->cell[row * s->columns + c], MARGIN + c * (s->cell_w + GAP), y + label_h, a, out));
    return CAD_OK;
}

cad_status cad_sheet_compose(const cad_sheet *s, cad_arena *a, cad_image *out)
{
    if (s->columns < 1 || s->rows < 1 || s->cell_w < 1 || s->cell_h < 1 || s->columns > 64 || s->rows > 4096 ||
        s->cell_w > 8192 || s->cell_h > 8192)
        CAD_FAIL(CAD_EINVAL, "sheet of %d x %d cells of %d x %d pixels", s->columns, s->rows, s->cell_w, s->cell_h);
    layout l = {.inner = s->columns * (s->cell_w + GAP) - GAP};
    int32_t titles = lines_of(s->title, TITLE, l.inner);
    l.title_h = titles ? titles * TITLE_LINE + GAP : 0;
    l.head_h = s->head ? LINE + PAD : 0;
    int64_t height = (int64_t)2 * MARGIN + l.title_h + l.head_h - GAP, least = height + (int64_t)s->rows * (s->cell_h + GAP);
    for (int32_t r = 0; r < s->rows && least <= 32768; r++)
        height += label_height(s, &l, r) + s->cell_h + note_height(s, r) + GAP;
    int32_t width = 2 * MARGIN + l.inner, y = MARGIN;
    height = height < least ? least : height;
    if (height > 32768 || width > 32768)
        CAD_FAIL(CAD_EINVAL, "a sheet of %d x %lld pixels; at most 32768 each way", width, (long long)height);
    CAD_TRY(cad_image_create(a, width, (int32_t)height, paper, out));
    if (titles)
        cad_image_paragraph(out, MARGIN, y, TITLE, ink, l.inner, CAD_SHEET_LINES, s->title);
    y += l.title_h;
    for (int32_t c = 0; s->head && c < s->columns; c++)
        cad_image_text(out, MARGIN + c * (s->cell_w + GAP), y, TEXT, ink, s->cell_w, s->head[c]);
    y += l.head_h;
    for (int32_t r = 0; r < s->rows; r++) {
        CAD_TRY(compose_row(s, &l, r, y, a, out));
        y += label_height(s, &l, r) + s->cell_h + note_height(s, r) + GAP;
    }
    return CAD_OK;
}
