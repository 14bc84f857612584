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

bool cad_path_plain(const char *name)
{
    size_t n = strlen(name);
    bool plain = n > 0 && n <= CAD_PATH_NAME && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
    for (size_t i = 0; plain && i < n; i++)
        plain = name[i] != '/' && (unsigned char)name[i] >= 0x20 && name[i] != 0x7F;
    return plain;
}

cad_status cad_path_parent(const char *path, cad_buf *out)
{
    size_t len = (size_t)(cad_path_base(path) - path);
    if (len == 0)
        return cad_buf_str(out, ".");
    return cad_buf_add(out, path, len > 1 ? len - 1 : 1);
}

cad_status cad_path_join(cad_arena *a, const char *dir, const char *name, const char **out)
{
    cad_buf b = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&b, "%s/%s", dir, name);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, b.data, b.len, out);
    cad_buf_deinit(&b);
    return s;
}
