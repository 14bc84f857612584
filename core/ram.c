#include "core/ram.h"

#include "core/buf.h"
#include "core/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One version of control groups: how /proc/self/cgroup calls it, its folder, and where it tells what. */
typedef struct group_files {
    const char *controller, *folder, *limit, *used, *files;
} group_files;

/* What follows "KEY" and `mark` at the start of a line of `text`; NULL when it is not there. */
static const char *value_of(const char *text, const char *key, char mark)
{
    size_t len = strlen(key);
    for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (!strncmp(line, key, len) && line[len] == mark)
            return line + len + 1;
    return NULL;
}

/* "KEY:   123 kB" in bytes; 0 when it is not there. */
static uint64_t kilobytes(const char *text, const char *key)
{
    const char *value = value_of(text, key, ':');
    return value ? strtoull(value, NULL, 10) * 1024 : 0;
}

static cad_status read_in(const char *dir, const char *name, cad_buf *out)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, name);
    if (s == CAD_OK)
        s = cad_fs_read_kernel(path.data, out);
    cad_buf_deinit(&path);
    return s;
}

/* The number in a file of one number; false when there is none ("max", no such file). */
static bool read_number(const char *dir, const char *name, uint64_t *out)
{
    cad_buf text = CAD_BUF_INIT;
    char *end = NULL;
    if (read_in(dir, name, &text) == CAD_OK && text.len)
        *out = strtoull(text.data, &end, 10);
    bool found = end && end != text.data;
    cad_buf_deinit(&text);
    return found;
}

/* Bytes of files that the group `dir` keeps in memory and that the kernel drops as soon as somebody needs the room. */
static uint64_t droppable(const char *dir, const char *key)
{
    cad_buf text = CAD_BUF_INIT;
    const char *value = read_in(dir, "memory.stat", &text) == CAD_OK ? value_of(cad_buf_cstr(&text), key, ' ') : NULL;
    uint64_t bytes = value ? strtoull(value, NULL, 10) : 0;
    cad_buf_deinit(&text);
    return bytes;
}

/* Limits of the folder `dir` and of every folder above it down to `root`. */
static void apply_limits(char *dir, size_t root, const group_files *f, cad_ram *r)
{
    for (size_t len = strlen(dir); len >= root; len--) {
        if (dir[len] && dir[len] != '/')
            continue;
        dir[len] = '\0';
        uint64_t most, now;
        if (!read_number(dir, f->limit, &most) || !read_number(dir, f->used, &now))
            continue;
        uint64_t files = droppable(dir, f->files);
        now -= files < now ? files : now;
        uint64_t left = most > now ? most - now : 0;
        r->total = most < r->total ? most : r->total;
        r->available = left < r->available ? left : r->available;
    }
}

/* A line of /proc/self/cgroup: "4:memory:/path" (first version) or "0::/path" (second). */
static void apply_group(const char *line, size_t len, const char *root, cad_ram *r)
{
    static const group_files kind[] = {
        {":memory:", "/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"},
        {"::", "", "memory.max", "memory.current", "inactive_file"}};
    char dir[1024];
    for (size_t i = 0; i < sizeof kind / sizeof *kind; i++) {
        const char *at = memchr(line, ':', len);
        size_t n = strlen(kind[i].controller);
        if (!at || strncmp(at, kind[i].controller, n) != 0)
            continue;
        size_t top = strlen(root) + strlen(kind[i].folder), path = len - (size_t)(at + n - line);
        if (top + path >= sizeof dir)
            continue;
        snprintf(dir, sizeof dir, "%s%s%.*s", root, kind[i].folder, (int)path, at + n);
        apply_limits(dir, top, &kind[i], r);
    }
}

void cad_ram_limit(const char *groups, const char *root, cad_ram *r)
{
    while (*groups) {
        size_t len = strcspn(groups, "\n");
        apply_group(groups, len, root, r);
        groups += len + (groups[len] == '\n');
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
        cad_ram_limit(cad_buf_cstr(&groups), "/sys/fs/cgroup", &r);
    cad_buf_deinit(&groups);
    *out = r;
    return CAD_OK;
}
