#include "cad/mesh/image.h"

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
