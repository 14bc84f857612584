#include "core/fs.h"

#include <assert.h>
#include <zlib.h>

enum { GZIP_ONLY = 15 + 16, STEP = 1 << 16 };

/* Room for what comes next, at most one byte above the limit: that byte is what refuses a file. */
static cad_status make_room(cad_buf *out, size_t from, size_t limit, z_stream *z)
{
    size_t had = out->len - from, room = limit - had + 1;
    room = room < STEP ? room : STEP;
    CAD_TRY(cad_buf_reserve(out, room));
    z->next_out = (unsigned char *)out->data + out->len;
    z->avail_out = (uInt)room;
    return CAD_OK;
}

static cad_status inflate_all(const char *path, z_stream *z, size_t limit, cad_buf *out)
{
    size_t from = out->len;
    for (;;) {
        CAD_TRY(make_room(out, from, limit, z));
        uInt room = z->avail_out;
        int code = inflate(z, Z_NO_FLUSH);
        out->len += room - z->avail_out;
        out->data[out->len] = '\0';
        if (out->len - from > limit)
            CAD_FAIL(CAD_EDATA, "%s: unpacks to more than %zu bytes, which are expected at most", path, limit);
        if (code == Z_MEM_ERROR)
            CAD_FAIL(CAD_ENOMEM, "%s: out of memory for unpacking", path);
        if (code == Z_STREAM_END) {
            if (z->avail_in == 0)
                return CAD_OK;
            if (inflateReset(z) != Z_OK)
                CAD_FAIL(CAD_EINTERNAL, "%s: cannot go on behind the first member", path);
        } else if (code != Z_OK && (code != Z_BUF_ERROR || z->avail_in == 0)) {
            CAD_FAIL(CAD_ECORRUPT, "%s: no gzip file, damaged or cut off, at byte %lu: %s", path, z->total_in,
                     code == Z_BUF_ERROR ? "it ends inside its data"
                     : z->msg            ? z->msg
                                         : "unknown data");
        }
    }
}

cad_status cad_fs_read_gzip(const char *path, size_t limit, cad_buf *out)
{
    cad_buf packed = CAD_BUF_INIT;
    z_stream z = {0};
    size_t from = out->len;
    assert(limit > 0 && limit < UINT32_MAX);
    CAD_TRY(cad_fs_read(path, limit, &packed));
    z.next_in = (unsigned char *)packed.data;
    z.avail_in = (uInt)packed.len;
    cad_status s = inflateInit2(&z, GZIP_ONLY) == Z_OK ? CAD_OK : cad_fail(CAD_ENOMEM, "%s: out of memory for unpacking", path);
    if (s == CAD_OK) {
        s = inflate_all(path, &z, limit, out);
        inflateEnd(&z);
    }
    cad_buf_deinit(&packed);
    if (s != CAD_OK && out->data) {
        out->len = from;
        out->data[from] = '\0';
    }
    return s;
}
