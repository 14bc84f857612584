#include "cad/mesh/image.h"

#include "cad/mesh/font.h"
#include "core/size.h"

#include <string.h>

cad_status cad_image_create(cad_arena *a, int32_t width, int32_t height, cad_rgb fill, cad_image *out)
{
    if (width <= 0 || height <= 0 || width > 32768 || height > 32768)
        CAD_FAIL(CAD_EINVAL, "image of %d x %d pixels; each side must be 1 to 32768", width, height);
    cad_image m = {.width = width, .height = height};
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_mul((size_t)width, (size_t)height), 3), "image", &m.rgb));
    cad_image_fill(&m, 0, 0, width, height, fill);
    *out = m;
    return CAD_OK;
}

static uint8_t *pixel(cad_image *m, int32_t x, int32_t y)
{
    return m->rgb + 3 * ((size_t)y * (size_t)m->width + (size_t)x);
}

void cad_image_fill(cad_image *m, int32_t x, int32_t y, int32_t w, int32_t h, cad_rgb color)
{
    int32_t x1 = x + w > m->width ? m->width : x + w, y1 = y + h > m->height ? m->height : y + h;
    for (int32_t j = y < 0 ? 0 : y; j < y1; j++)
        for (int32_t i = x < 0 ? 0 : x; i < x1; i++) {
            uint8_t *p = pixel(m, i, j);
            p[0] = color.r;
            p[1] = color.g;
            p[2] = color.b;
        }
}

void cad_image_blit(cad_image *to, int32_t x, int32_t y, const cad_image *from)
{
    int32_t x0 = x < 0 ? 0 : x, x1 = x + from->width > to->width ? to->width : x + from->width;
    for (int32_t j = 0; j < from->height && x0 < x1; j++)
        if (y + j >= 0 && y + j < to->height)
            memcpy(pixel(to, x0, y + j), from->rgb + 3 * ((size_t)j * (size_t)from->width + (size_t)(x0 - x)),
                   (size_t)(x1 - x0) * 3);
}

/* ---- text ---- */

enum { SMOOTH = 4, MASK_W = CAD_GLYPH_W * SMOOTH, MASK_H = CAD_GLYPH_H * SMOOTH };

typedef struct mask {
    int w, h;
    uint8_t at[MASK_H][MASK_W];
} mask;

static uint8_t mask_at(const mask *m, int x, int y)
{
    return x < 0 || y < 0 || x >= m->w || y >= m->h ? 0 : m->at[y][x];
}

/* Twice the size; a corner whose two outer neighbours agree takes their value, which turns stairs into slopes. */
static void enlarge(const mask *in, mask *out)
{
    out->w = 2 * in->w;
    out->h = 2 * in->h;
    for (int y = 0; y < in->h; y++)
        for (int x = 0; x < in->w; x++) {
            uint8_t here = in->at[y][x], up = mask_at(in, x, y - 1), down = mask_at(in, x, y + 1);
            uint8_t left = mask_at(in, x - 1, y), right = mask_at(in, x + 1, y);
            bool bent = up != down && left != right;
            uint8_t *above = &out->at[2 * (size_t)y][2 * (size_t)x], *below = &out->at[2 * (size_t)y + 1][2 * (size_t)x];
            above[0] = bent && left == up ? left : here;
            above[1] = bent && right == up ? right : here;
            below[0] = bent && left == down ? left : here;
            below[1] = bent && right == down ? right : here;
        }
}

static void blend(uint8_t *p, cad_rgb c, int alpha, int full)
{
    const uint8_t to[3] = {c.r, c.g, c.b};
    for (int k = 0; k < 3; k++)
        p[k] = (uint8_t)((p[k] * (full - alpha) + to[k] * alpha + full / 2) / full);
}

/* The character that begins at `c`, of at most three bytes; 0 for anything else. */
static uint32_t code_of(const char *c)
{
    const unsigned char *u = (const unsigned char *)c;
    if (u[0] < 0x80)
        return u[0];
    if ((u[0] & 0xE0u) == 0xC0u && (u[1] & 0xC0u) == 0x80u)
        return (u[0] & 0x1Fu) << 6 | (u[1] & 0x3Fu);
    if ((u[0] & 0xF0u) == 0xE0u && (u[1] & 0xC0u) == 0x80u && (u[2] & 0xC0u) == 0x80u)
        return (u[0] & 0x0Fu) << 12 | (u[1] & 0x3Fu) << 6 | (u[2] & 0x3Fu);
    return 0;
}

static const uint8_t *glyph_of(uint32_t code)
{
    for (size_t i = 0; i < sizeof cad_glyphs_more / sizeof *cad_glyphs_more; i++)
        if (cad_glyphs_more[i].code == code)
            return cad_glyphs_more[i].row;
    return cad_glyphs[(code < CAD_GLYPH_FIRST || code >= CAD_GLYPH_LAST ? CAD_GLYPH_LAST : code) - CAD_GLYPH_FIRST];
}

static void draw_glyph(cad_image *m, int32_t x, int32_t y, int scale, cad_rgb color, uint32_t code)
{
    mask plain = {CAD_GLYPH_W, CAD_GLYPH_H, {{0}}}, twice, fine;
    const uint8_t *rows = glyph_of(code);
    for (int j = 0; j < CAD_GLYPH_H; j++)
        for (int i = 0; i < CAD_GLYPH_W; i++)
            plain.at[j][i] = rows[j] >> (CAD_GLYPH_W - 1 - i) & 1;
    enlarge(&plain, &twice);
    enlarge(&twice, &fine);
    for (int32_t j = 0; j < CAD_GLYPH_H * scale; j++)
        for (int32_t i = 0; i < CAD_GLYPH_W * scale; i++) {
            if (x + i < 0 || y + j < 0 || x + i >= m->width || y + j >= m->height)
                continue;
            int covered = 0;
            if (scale == 1)
                covered = 16 * plain.at[j][i];
            else
                for (int k = 0; k < 16; k++) { /* 4x4 places inside the pixel */
                    int u = ((i * 4 + k % 4) * 2 + 1) * SMOOTH / (8 * scale),
                        v = ((j * 4 + k / 4) * 2 + 1) * SMOOTH / (8 * scale);
                    covered += fine.at[v][u];
                }
            blend(pixel(m, x + i, y + j), color, covered, 16);
        }
}

/* Characters, not bytes: continuation bytes of UTF-8 draw nothing. */
static bool starts(char c)
{
    return ((unsigned char)c & 0xC0u) != 0x80u;
}

int32_t cad_text_width(const char *text, int scale)
{
    int32_t n = 0;
    for (const char *c = text; *c; c++)
        n += starts(*c);
    return n * CAD_FONT_WIDTH * scale;
}

int32_t cad_image_text(cad_image *m, int32_t x, int32_t y, int scale, cad_rgb color, int32_t max_width, const char *text)
{
    scale = scale < 1 ? 1 : scale > 8 ? 8 : scale;
    int32_t cell = CAD_FONT_WIDTH * scale, room = max_width > 0 ? max_width / cell : INT32_MAX, n = 0;
    bool cut = cad_text_width(text, scale) / cell > room;
    for (const char *c = text; *c; c++) {
        if (!starts(*c))
            continue;
        if (cut && n >= room - 2) {
            for (; n < room; n++)
                draw_glyph(m, x + n * cell, y, scale, color, '.');
            break;
        }
        draw_glyph(m, x + n++ * cell, y, scale, color, code_of(c));
    }
    return n * cell;
}

/* Bytes of `text` that fit into `room` characters: whole words where one ends in time.  *skip: blanks after them. */
static size_t fit(const char *text, int32_t room, size_t *skip)
{
    size_t at = 0, word_end = 0;
    int32_t n = 0;
    for (; text[at]; at++) {
        if (text[at] == ' ')
            word_end = at;
        if (starts(text[at]) && n++ == room)
            break;
    }
    size_t len = !text[at] ? at : word_end ? word_end : at;
    *skip = strspn(text + len, " ");
    return len;
}

int32_t cad_image_paragraph(cad_image *m, int32_t x, int32_t y, int scale, cad_rgb color, int32_t max_width, int32_t max_lines,
                            const char *text)
{
    enum { LINE_CHARS = 1023, LINE_BYTES = 4 * LINE_CHARS + 1 }; /* a character has up to four bytes */
    char line[LINE_BYTES];
    int32_t room = max_width / (CAD_FONT_WIDTH * scale), n = 0;
    room = room > LINE_CHARS ? LINE_CHARS : room;
    if (room < 1)
        return 0;
    while (*text && n < max_lines) {
        size_t skip, len = fit(text, room, &skip);
        bool last = n + 1 == max_lines && text[len + skip];
        size_t shown = last ? strlen(text) : len; /* cut with two points where the room ends */
        if (shown >= LINE_BYTES)
            shown = LINE_BYTES - 1;
        memcpy(line, text, shown);
        line[shown] = '\0';
        if (m)
            cad_image_text(m, x, y + n * (CAD_FONT_HEIGHT + CAD_FONT_LEADING) * scale, scale, color, max_width, line);
        text += len + skip;
        n++;
    }
    return n;
}
