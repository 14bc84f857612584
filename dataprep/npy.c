#include "dataprep/npy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Magic, version, u16 length of a Python dictionary, padded so that data begin at a multiple of 64. */
void cad_npy_head(int64_t n, int64_t dim, char out[CAD_NPY_HEAD])
{
    int len = snprintf(out + 10, CAD_NPY_HEAD - 10,
                       "{'descr': '<f4', 'fortran_order': False, 'shape': (%" PRId64 ", %" PRId64 "), }", n, dim);
    memset(out + 10 + len, ' ', CAD_NPY_HEAD - 10 - (size_t)len);
    memcpy(out, "\x93NUMPY\x01\x00", 8);
    out[8] = CAD_NPY_HEAD - 10;
    out[9] = 0;
    out[CAD_NPY_HEAD - 1] = '\n';
}

cad_status cad_npy_shape(const char head[CAD_NPY_HEAD], const char *where, int64_t *n, int64_t *dim)
{
    char text[CAD_NPY_HEAD + 1], made[CAD_NPY_HEAD];
    memcpy(text, head, CAD_NPY_HEAD);
    text[CAD_NPY_HEAD] = '\0';
    const char *shape = strstr(text + 10, "'shape': (");
    if (!shape || sscanf(shape, "'shape': (%" SCNd64 ", %" SCNd64 ")", n, dim) != 2 || *n < 0 || *dim < 1)
        CAD_FAIL(CAD_EDATA, "%s: no header of vectors in f32, as rag embed writes it", where);
    cad_npy_head(*n, *dim, made);
    if (memcmp(made, head, CAD_NPY_HEAD) != 0)
        CAD_FAIL(CAD_EDATA, "%s: another header than rag embed writes", where);
    return CAD_OK;
}
