#include "core/status.h"

#include "core/utf8.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char error_text[CAD_ERROR_ROOM];

#undef cad_fail /* the hint to the analyzer */

cad_status cad_fail(cad_status code, const char *fmt, ...)
{
    assert(code != CAD_OK);
    va_list ap;
    va_start(ap, fmt);
    char text[sizeof error_text]; /* arguments may point into error_text */
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n;
    if (len >= sizeof text)
        len = cad_utf8_cut(text, sizeof text - 1);
    for (size_t i = 0; i < len; i++)
        error_text[i] = text[i];
    error_text[len] = '\0';
    return code;
}

const char *cad_error_text(void)
{
    return error_text;
}

void cad_error_keep(cad_kept_error *out)
{
    memcpy(out->text, error_text, sizeof out->text);
}

void cad_error_restore(const cad_kept_error *kept)
{
    memcpy(error_text, kept->text, sizeof error_text);
}

const char *cad_status_text(cad_status s)
{
    switch (s) {
#define X(name, value, exit_code, text)                                                                                        \
    case CAD_##name:                                                                                                           \
        return text;
        CAD_STATUS_TABLE(X)
#undef X
    }
    return "unknown status";
}

const char *cad_status_name(cad_status s)
{
    switch (s) {
#define X(name, value, exit_code, text)                                                                                        \
    case CAD_##name:                                                                                                           \
        return "CAD_" #name;
        CAD_STATUS_TABLE(X)
#undef X
    }
    return "CAD_?";
}

int cad_status_exit_code(cad_status s)
{
    static const unsigned char code[] = {
#define X(name, value, exit_code, text) [-(value)] = (exit_code),
        CAD_STATUS_TABLE(X)
#undef X
    };
    return s <= CAD_OK && (size_t)-s < sizeof code ? code[-s] : 1;
}
