#include "core/fs.h"

#include "core/hash.h"
#include "core/mem.h"
#include "core/size.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct cad_file {
    int fd;
    uint64_t size;
    char *path;
};

static cad_status open_regular(const char *path, int *out_fd, uint64_t *out_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        CAD_FAIL(errno == ENOENT || errno == ENOTDIR ? CAD_ENOTFOUND : CAD_EIO, "%s: cannot open: %s", path, strerror(errno));
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        CAD_FAIL(CAD_EIO, "%s: %s; expected a regular file", path,
                 cad_fs_is_dir(path) ? "a folder" : "a device, a pipe or a socket");
    }
    *out_fd = fd;
    *out_size = (uint64_t)st.st_size;
    return CAD_OK;
}

cad_status cad_file_open(const char *path, cad_file **out)
{
    cad_file *f;
    CAD_TRY(cad_mem_alloc(sizeof *f, "file", &f));
    cad_status s = cad_mem_alloc(cad_size_add(strlen(path), 1), "file name", &f->path);
    if (s == CAD_OK)
        s = open_regular(path, &f->fd, &f->size);
    if (s != CAD_OK) {
        cad_mem_free(f->path);
        cad_mem_free(f);
        return s;
    }
    memcpy(f->path, path, strlen(path) + 1);
    *out = f;
    return CAD_OK;
}

uint64_t cad_file_size(const cad_file *f)
{
    return f->size;
}

const char *cad_file_path(const cad_file *f)
{
    return f->path;
}

cad_status cad_file_read_at(cad_file *f, uint64_t offset, void *out, size_t len)
{
    size_t got = 0;
    while (got < len) {
        ssize_t n = pread(f->fd, (char *)out + got, len - got, (off_t)(offset + got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            CAD_FAIL(CAD_EIO, "%s: cannot read at byte %llu: %s", f->path, (unsigned long long)(offset + got), strerror(errno));
        if (n == 0)
            CAD_FAIL(CAD_ECORRUPT, "%s: ends at byte %llu; expected %zu bytes from %llu", f->path,
                     (unsigned long long)(offset + got), len, (unsigned long long)offset);
        got += (size_t)n;
    }
    return CAD_OK;
}

void cad_file_close(cad_file *f)
{
    if (!f)
        return;
    close(f->fd);
    cad_mem_free(f->path);
    cad_mem_free(f);
}

cad_status cad_fs_read(const char *path, size_t limit, cad_buf *out)
{
    cad_file *f;
    CAD_TRY(cad_file_open(path, &f));
    cad_status s = CAD_OK;
    if (limit && f->size > limit)
        s = cad_fail(CAD_EDATA, "%s: %llu bytes; expected at most %zu", path, (unsigned long long)f->size, limit);
    if (s == CAD_OK)
        s = cad_buf_reserve(out, (size_t)f->size);
    if (s == CAD_OK)
        s = cad_file_read_at(f, 0, out->data + out->len, (size_t)f->size);
    if (s == CAD_OK) {
        out->len += (size_t)f->size;
        out->data[out->len] = '\0';
    }
    cad_file_close(f);
    return s;
}

cad_status cad_fs_read_kernel(const char *path, cad_buf *out)
{
    char block[4096];
    int fd;
    uint64_t size;
    cad_status s = CAD_OK;
    CAD_TRY(open_regular(path, &fd, &size));
    for (ssize_t n = 1; s == CAD_OK && n > 0;) {
        n = read(fd, block, sizeof block);
        if (n < 0)
            s = cad_fail(CAD_EIO, "%s: cannot read: %s", path, strerror(errno));
        else if (n > 0)
            s = cad_buf_add(out, block, (size_t)n);
    }
    close(fd);
    return s;
}

cad_status cad_fs_read_stdin(size_t limit, cad_buf *out)
{
    char block[65536];
    size_t total = 0;
    for (;;) {
        ssize_t n = read(STDIN_FILENO, block, sizeof block);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            CAD_FAIL(CAD_EIO, "stdin: %s", strerror(errno));
        if (n == 0)
            return CAD_OK;
        total += (size_t)n;
        if (limit && total > limit)
            CAD_FAIL(CAD_EDATA, "stdin: more than %zu bytes", limit);
        CAD_TRY(cad_buf_add(out, block, (size_t)n));
    }
}

cad_status cad_fs_hash(const char *path, char out[33])
{
    enum { CHUNK = 1 << 20 };
    cad_file *f;
    CAD_TRY(cad_file_open(path, &f));
    char *chunk = NULL;
    cad_hasher *h = NULL;
    cad_status s = cad_mem_alloc(CHUNK, "hash buffer", &chunk);
    if (s == CAD_OK && !(h = cad_hasher_create()))
        s = cad_fail(CAD_ENOMEM, "out of memory for a hash");
    for (uint64_t at = 0; s == CAD_OK && at < f->size; at += CHUNK) {
        size_t n = f->size - at < CHUNK ? (size_t)(f->size - at) : CHUNK;
        s = cad_file_read_at(f, at, chunk, n);
        if (s == CAD_OK)
            cad_hasher_add(h, chunk, n);
    }
    if (s == CAD_OK)
        cad_hasher_hex(h, out);
    if (h)
        cad_hasher_destroy(h);
    cad_mem_free(chunk);
    cad_file_close(f);
    return s;
}
