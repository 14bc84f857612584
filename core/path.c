#include "core/path.h"

#include <string.h>

const char *cad_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool cad_path_ends(const char *path, const char *ending)
{
    const char *base = cad_path_base(path);
    size_t n = strlen(base), m = strlen(ending);
    return n > m && !strcmp(base + n - m, ending);
}

cad_status cad_path_parent(const char *path, cad_buf *out)
{
    size_t len = (size_t)(cad_path_base(path) - path);
    if (len == 0)
        return cad_buf_str(out, ".");
    return cad_buf_add(out, path, len > 1 ? len - 1 : 1);
}
