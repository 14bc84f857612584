#include "cad/step/steplm_impl.h"

#include <string.h>

/* As Python's str.strip, in ASCII. */
static cad_status add_stripped(const char *line, const char *end, cad_buf *out)
{
    while (line < end && cad_steplm_is_blank(*line))
        line++;
    while (end > line && cad_steplm_is_blank(end[-1]))
        end--;
    return cad_buf_add(out, line, (size_t)(end - line));
}

cad_status cad_steplm_section(const char *text, size_t len, cad_buf *out)
{
    const char *data = memmem(text, len, "DATA;", 5), *end = text + len;
    if (!data)
        CAD_FAIL(CAD_EDATA, "no line with DATA;");
    while (data > text && data[-1] != '\n')
        data--;
    if (end[-1] == '\n')
        end--;
    for (const char *line = data; line <= end;) {
        const char *lf = memchr(line, '\n', (size_t)(end - line));
        CAD_TRY(add_stripped(line, lf ? lf : end, out));
        if (lf)
            CAD_TRY(cad_buf_str(out, "\n"));
        line = lf ? lf + 1 : end + 1;
    }
    return CAD_OK;
}
