#include "core/ram.h"

#include "core/buf.h"
#include "core/fs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "KEY:   123 kB" somewhere in `text`, in bytes; 0 when it is not there. */
static uint64_t kilobytes(const char *text, const char *key)
{
    size_t len = strlen(key);
    for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (!strncmp(line, key, len) && line[len] == ':')
            return strtoull(line + len + 1, NULL, 10) * 1024;
    return 0;
}

/* The number in a file of one number; false when there is none ("max", no such file). */
static bool read_number(const char *dir, const char *name, uint64_t *out)
{
    cad_buf path = CAD_BUF_INIT, text = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, name);
    if (s == CAD_OK)
        s = cad_fs_read_kernel(path.data, &text);
    char *end = NULL;
    if (s == CAD_OK && text.len)
        *out = strtoull(text.data, &end, 10);
    bool found = end && end != text.data;
    cad_buf_deinit(&path);
    cad_buf_deinit(&text);
    return found;
}

/* Limits of the folder `dir` and of every folder above it down to `root`. */
static void apply_limits(char *dir, size_t root, const char *limit, const char *used, cad_ram *r)
{
    for (size_t len = strlen(dir); len >= root; len--) {
        if (dir[len] && dir[len] != '/')
            continue;
        dir[len] = '\0';
        uint64_t most, now;
        if (!read_number(dir, limit, &most) || !read_number(dir, used, &now))
            continue;
        uint64_t left = most > now ? most - now : 0;
        r->total = most < r->total ? most : r->total;
        r->available = left < r->available ? left : r->available;
    }
}

/* A line of /proc/self/cgroup: "4:memory:/path" (first version) or "0::/path" (second). */
static void apply_group(const char *line, size_t len, cad_ram *r)
{
    static const struct {
        const char *controller, *root, *limit, *used;
    } kind[] = {{":memory:", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"},
                {"::", "/sys/fs/cgroup", "memory.max", "memory.current"}};
    char dir[1024];
    for (size_t i = 0; i < sizeof kind / sizeof *kind; i++) {
        const char *at = memchr(line, ':', len);
        size_t n = strlen(kind[i].controller), root = strlen(kind[i].root);
        if (!at || strncmp(at, kind[i].controller, n) != 0)
            continue;
        size_t path = len - (size_t)(at + n - line);
        if (root + path >= sizeof dir)
            continue;
        memcpy(dir, kind[i].root, root);
        memcpy(dir + root, at + n, path);
        dir[root + path] = '\0';
        apply_limits(dir, root, kind[i].limit, kind[i].used, r);
    }
}

static cad_status read_machine(cad_ram *r)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_fs_read_kernel("/proc/meminfo", &text);
    r->total = kilobytes(cad_buf_cstr(&text), "MemTotal");
    r->available = kilobytes(cad_buf_cstr(&text), "MemAvailable");
    cad_buf_clear(&text);
    if (s == CAD_OK)
        s = cad_fs_read_kernel("/proc/self/status", &text);
    r->resident = kilobytes(cad_buf_cstr(&text), "VmRSS");
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_ram_get(cad_ram *out)
{
    cad_ram r = {0};
    CAD_TRY(read_machine(&r));
    cad_buf groups = CAD_BUF_INIT;
    if (cad_fs_read_kernel("/proc/self/cgroup", &groups) == CAD_OK)
        for (const char *line = cad_buf_cstr(&groups); *line;) {
            size_t len = strcspn(line, "\n");
            apply_group(line, len, &r);
            line += len + (line[len] == '\n');
        }
    cad_buf_deinit(&groups);
    *out = r;
    return CAD_OK;
}
