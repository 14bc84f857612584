/* core/config.h: variables of the environment in values. */
#include "core/config_impl.h"

#include <stdlib.h>
#include <string.h>

cad_status cad_config_expand(const char *value, cad_buf *out)
{
    for (const char *p = value; *p;) {
        const char *open = strstr(p, "${");
        size_t plain = open ? (size_t)(open - p) : strlen(p);
        CAD_TRY(cad_buf_add(out, p, plain));
        if (!open)
            break;
        const char *close = strchr(open, '}');
        if (!close)
            CAD_FAIL(CAD_ECONFIG, "'${' without '}'");
        const char *dash = strstr(open, ":-");
        if (dash && dash > close)
            dash = NULL;
        size_t n = (size_t)((dash ? dash : close) - open - 2);
        char name[128];
        if (n == 0 || n >= sizeof name)
            CAD_FAIL(CAD_ECONFIG, "'%.*s' names no variable", (int)(close - open + 1), open);
        memcpy(name, open + 2, n);
        name[n] = '\0';
        const char *found = getenv(name);
        if (found)
            CAD_TRY(cad_buf_str(out, found));
        else if (dash)
            CAD_TRY(cad_buf_add(out, dash + 2, (size_t)(close - dash - 2)));
        else
            CAD_FAIL(CAD_ECONFIG, "variable ${%s} is not set", name);
        p = close + 1;
    }
    return CAD_OK;
}
