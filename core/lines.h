/* The lines of a text that is in memory, one after another; it is borrowed. */
#ifndef CADLM_CORE_LINES_H
#define CADLM_CORE_LINES_H

#include "core/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_lines {
    const char *at, *end;
    int64_t number; /* of the last line, from 1 */
} cad_lines;

typedef struct cad_line {
    const char *text; /* (len), without its LF, not NUL-terminated */
    size_t len;
    bool whole; /* an LF ends it: only the last line of a text may be without */
} cad_line;

static inline cad_lines cad_lines_of(const cad_buf *text)
{
    const char *at = cad_buf_cstr(text);
    return (cad_lines){at, at + text->len, 0};
}

static inline bool cad_lines_next(cad_lines *l, cad_line *out)
{
    if (l->at == l->end)
        return false;
    const char *feed = (const char *)memchr(l->at, '\n', (size_t)(l->end - l->at));
    *out = (cad_line){l->at, (size_t)((feed ? feed : l->end) - l->at), feed != NULL};
    l->at = feed ? feed + 1 : l->end;
    l->number++;
    return true;
}

#ifdef __cplusplus
}
#endif
#endif
