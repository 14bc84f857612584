#include "core/build_info.h"

#include "core/fs.h"

#include "cad_version.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *cad_build_version(void)
{
    return CAD_VERSION_NUMBER;
}

const char *cad_build_commit(void)
{
    return CAD_VERSION_COMMIT;
}

const char *cad_build_compiler(void)
{
    return CAD_VERSION_COMPILER;
}

const char *cad_build_type(void)
{
    return CAD_VERSION_TYPE;
}

const char *cad_build_line(void)
{
    return CAD_VERSION_NUMBER " (" CAD_VERSION_COMMIT ", " CAD_VERSION_COMPILER ", " CAD_VERSION_TYPE ", CPU)";
}

/* *found says whether `root`/`relative` exists; then *out holds it. */
static cad_status try_place(const char *root, const char *relative, cad_buf *out, bool *found)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", root, relative);
    *found = s == CAD_OK && cad_fs_exists(cad_buf_cstr(&path));
    if (*found)
        s = cad_buf_str(out, cad_buf_cstr(&path));
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_share_find(const char *relative, cad_buf *out)
{
    if (cad_fs_exists(relative))
        return cad_buf_str(out, relative);
    if (relative[0] == '/')
        CAD_FAIL(CAD_ENOTFOUND, "%s: no such file or folder", relative);
    bool found = false;
    const char *env = getenv("CADLM_SHARE");
    if (env && *env) {
        CAD_TRY(try_place(env, relative, out, &found));
        if (found)
            return CAD_OK;
    }
    cad_buf exe = CAD_BUF_INIT;
    cad_status s = cad_fs_readlink("/proc/self/exe", &exe);
    if (s == CAD_OK) {
        char *slash = strrchr(exe.data, '/');
        if (slash) {
            exe.len = (size_t)(slash - exe.data);
            exe.data[exe.len] = '\0';
        }
        s = cad_buf_str(&exe, "/../share/cadlm");
    }
    if (s == CAD_OK)
        s = try_place(cad_buf_cstr(&exe), relative, out, &found);
    cad_buf_deinit(&exe);
    CAD_TRY(s);
    if (!found)
        CAD_TRY(try_place(CAD_VERSION_SOURCE, relative, out, &found));
    if (!found)
        CAD_FAIL(CAD_ENOTFOUND, "%s: not in the working directory, $CADLM_SHARE, ../share/cadlm of this program, or %s",
                 relative, CAD_VERSION_SOURCE);
    return CAD_OK;
}
