/* RGB images: drawing of boxes and text labels, PNG, contact sheets.  Equal input gives equal bytes. */
#ifndef CADLM_CAD_MESH_IMAGE_H
#define CADLM_CAD_MESH_IMAGE_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_rgb {
    uint8_t r, g, b;
} cad_rgb;

typedef struct cad_image {
    int32_t width, height;
    uint8_t *rgb; /* (height,width,3), top row first, owned by the arena that made it */
} cad_image;

CAD_MUST_USE cad_status cad_image_create(cad_arena *a, int32_t width, int32_t height, cad_rgb fill, cad_image *out);
/* Everything that draws clips at the border. */
void cad_image_fill(cad_image *m, int32_t x, int32_t y, int32_t w, int32_t h, cad_rgb color);
void cad_image_blit(cad_image *to, int32_t x, int32_t y, const cad_image *from);

/* UTF-8 text in the built-in font: cells of 6x10 pixels times `scale` (1..8), smoothed from 2 on; ASCII and the signs of sizes
 * (diameter, times, degree, ..), any other character shows a box.  `max_width` > 0 cuts with "..".  Returns the width drawn. */
enum { CAD_FONT_WIDTH = 6, CAD_FONT_HEIGHT = 10 };
int32_t cad_image_text(cad_image *m, int32_t x, int32_t y, int scale, cad_rgb color, int32_t max_width, const char *text);
int32_t cad_text_width(const char *text, int scale);
/* The same over several lines of `max_width`, cut between words where it can be; the last of at most `max_lines` lines ends
 * with ".." when there is more.  Returns the number of lines; m == NULL: draws nothing. */
enum { CAD_FONT_LEADING = 2 }; /* between lines, in pixels times scale */
int32_t cad_image_paragraph(cad_image *m, int32_t x, int32_t y, int scale, cad_rgb color, int32_t max_width, int32_t max_lines,
                            const char *text);

/* PNG, 8-bit RGB, no time and no text chunk. */
CAD_MUST_USE cad_status cad_png_encode(const cad_image *m, cad_buf *out);
/* The same with texts of any length, UTF-8, in chunks iTXt in front of the picture: what a label had no room for. */
typedef struct cad_png_text {
    const char *key; /* 1..79 printable characters of Latin-1 */
    const char *text;
} cad_png_text;
CAD_MUST_USE cad_status cad_png_encode_texts(const cad_image *m, const cad_png_text *text, size_t n, cad_buf *out);

/* A grid of pictures under column heads; each row has a label above it, over its whole width, and each picture a note below
 * it, both over as many lines as they need up to CAD_SHEET_LINES.  Pictures may have any size; each is placed in the middle of
 * a cell of cell_w x cell_h and cut there. */
enum { CAD_SHEET_LINES = 6 };
typedef struct cad_sheet_cell {
    const cad_image *image; /* NULL: an empty cell with `note` in its middle */
    const char *note;       /* NULL: none */
} cad_sheet_cell;
typedef struct cad_sheet {
    const char *title; /* NULL: none */
    int32_t columns, rows;
    const char *const *head;    /* (columns), NULL: none */
    const char *const *label;   /* (rows), NULL: none */
    const cad_sheet_cell *cell; /* (rows,columns) */
    int32_t cell_w, cell_h;
} cad_sheet;
CAD_MUST_USE cad_status cad_sheet_compose(const cad_sheet *s, cad_arena *a, cad_image *out);

#ifdef __cplusplus
}
#endif
#endif
