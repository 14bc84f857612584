#include "cad/mesh/image.h"

#include "core/hash.h"

#include <png.h>
#include <string.h>

cad_status cad_png_encode(const cad_image *m, cad_buf *out)
{
    png_image p;
    memset(&p, 0, sizeof p);
    p.version = PNG_IMAGE_VERSION;
    p.width = (png_uint_32)m->width;
    p.height = (png_uint_32)m->height;
    p.format = PNG_FORMAT_RGB;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(p);
    CAD_TRY(cad_buf_reserve(out, size));
    if (!png_image_write_to_memory(&p, out->data + out->len, &size, 0, m->rgb, 0, NULL))
        CAD_FAIL(CAD_EINTERNAL, "PNG of %d x %d: %s", m->width, m->height, p.message);
    out->len += size;
    out->data[out->len] = '\0';
    return CAD_OK;
}

/* ---- text chunks: libpng's simple interface has none ---- */

static void big_endian(uint32_t v, char out[4])
{
    for (int i = 0; i < 4; i++)
        out[i] = (char)(v >> (24 - 8 * i) & 255u);
}

/* length, "iTXt", key, NUL, not compressed, method 0, no language, no translated key, text, CRC */
static cad_status add_chunk(const cad_png_text *t, cad_buf *out)
{
    static const char middle[5] = {0, 0, 0, 0, 0};
    size_t key = strlen(t->key), text = strlen(t->text), start = out->len + 4, length = key + sizeof middle + text;
    char word[4];
    if (key < 1 || key > 79 || text > 1u << 30)
        CAD_FAIL(CAD_EINVAL, "PNG text '%s' of %zu bytes; expected a key of 1 to 79 bytes and at most 1 GiB", t->key, text);
    big_endian((uint32_t)length, word);
    CAD_TRY(cad_buf_add(out, word, 4));
    CAD_TRY(cad_buf_add(out, "iTXt", 4));
    CAD_TRY(cad_buf_add(out, t->key, key));
    CAD_TRY(cad_buf_add(out, middle, sizeof middle));
    CAD_TRY(cad_buf_add(out, t->text, text));
    big_endian(cad_crc32(out->data + start, length + 4), word);
    return cad_buf_add(out, word, 4);
}

cad_status cad_png_encode_texts(const cad_image *m, const cad_png_text *text, size_t n, cad_buf *out)
{
    enum { HEADER = 8 + 25 }; /* signature and IHDR, after which a text may stand */
    cad_buf plain = CAD_BUF_INIT;
    cad_status s = cad_png_encode(m, &plain);
    if (s == CAD_OK)
        s = cad_buf_add(out, plain.data, HEADER);
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        s = add_chunk(&text[i], out);
    if (s == CAD_OK)
        s = cad_buf_add(out, plain.data + HEADER, plain.len - HEADER);
    cad_buf_deinit(&plain);
    return s;
}
