#include "dataprep/step_files.h"

#include "core/fs.h"
#include "core/path.h"
#include "core/size.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEEPEST = 40, ID_DIGITS = 8 };
static const char RESTRUCTURED[] = "_restructured";

typedef struct finder {
    cad_arena *arena;
    size_t root_len; /* of what rel leaves out */
    cad_step_files *out;
    int64_t cap;
    bool packed; /* names with .gz behind them too */
} finder;

bool cad_step_files_is(const char *name)
{
    size_t n = strlen(name);
    return (n > 5 && !strcasecmp(name + n - 5, ".step")) || (n > 4 && !strcasecmp(name + n - 4, ".stp"));
}

bool cad_step_files_is_packed(const char *name)
{
    size_t n = strlen(name);
    return n > 3 && !strcasecmp(name + n - 3, ".gz");
}

/* Length of a name without .gz where that is looked for. */
static size_t bare_length(const finder *f, const char *name)
{
    size_t n = strlen(name);
    return f->packed && cad_step_files_is_packed(name) ? n - 3 : n;
}

static bool is_ours(const finder *f, const char *name)
{
    char bare[CAD_PATH_NAME + 1];
    size_t n = bare_length(f, name);
    if (n >= sizeof bare)
        return false;
    memcpy(bare, name, n);
    bare[n] = '\0';
    return cad_step_files_is(bare);
}

static cad_status id_of(const finder *f, const char *rel, const char **out)
{
    const char *base = cad_path_base(rel);
    if (strspn(base, "0123456789") == ID_DIGITS && base[ID_DIGITS] == '_')
        return cad_arena_strdup(f->arena, base, ID_DIGITS, out);
    if (base == rel) {
        size_t n = bare_length(f, base);
        while (base[n - 1] != '.')
            n--;
        size_t id = n - 1, tail = strlen(RESTRUCTURED);
        id -= id > tail && !strncmp(base + id - tail, RESTRUCTURED, tail) ? tail : 0;
        return cad_arena_strdup(f->arena, base, id, out);
    }
    const char *end = base - 1, *from = end;
    while (from > rel && from[-1] != '/')
        from--;
    return cad_arena_strdup(f->arena, from, (size_t)(end - from), out);
}

static cad_status add(finder *f, const char *path)
{
    cad_step_files *o = f->out;
    if (o->n == f->cap) { /* what was there stays in the arena: at most as much again */
        int64_t more = f->cap ? f->cap * 2 : 1024;
        cad_step_file *old = o->item;
        CAD_TRY(cad_arena_alloc(f->arena, cad_size_mul((size_t)more, sizeof *old), "files", &o->item));
        if (o->n)
            memcpy(o->item, old, (size_t)o->n * sizeof *old);
        f->cap = more;
    }
    cad_step_file *file = &o->item[o->n];
    *file = (cad_step_file){.path = path, .rel = path + f->root_len};
    CAD_TRY(id_of(f, file->rel, &file->id));
    o->n++;
    return CAD_OK;
}

/* Whether `path`, whose end may be absent so far, is `folder` or lies in it, whatever links and dots they are written with. */
static cad_status lies_in(const char *path, const char *folder, bool *out)
{
    cad_buf at = CAD_BUF_INIT, up = CAD_BUF_INIT;
    cad_status s = cad_buf_str(&at, path);
    *out = false;
    while (s == CAD_OK && !cad_fs_exists(at.data)) { /* its deepest part that exists */
        s = cad_path_parent(at.data, &up);
        cad_buf swap = at;
        at = up;
        up = swap;
        cad_buf_clear(&up);
    }
    for (int depth = 0; s == CAD_OK && depth < 4 * DEEPEST && !*out; depth++) {
        *out = cad_fs_same(at.data, folder);
        s = cad_buf_printf(&up, "%s/..", at.data);
        if (s == CAD_OK && cad_fs_same(at.data, up.data))
            break; /* the root */
        cad_buf_clear(&up);
        s = s == CAD_OK ? cad_buf_str(&at, "/..") : s;
    }
    cad_buf_deinit(&at);
    cad_buf_deinit(&up);
    return s;
}

/* Neither may lie in the other: what is written would be read, or replaced before it is. */
static cad_status check_apart(const char *in, bool is_file, const char *out)
{
    cad_buf dir = CAD_BUF_INIT;
    bool inside = false, above = false;
    cad_status s = is_file ? cad_path_parent(in, &dir) : cad_buf_str(&dir, in);
    if (s == CAD_OK && !is_file)
        s = lies_in(out, dir.data, &inside);
    if (s == CAD_OK && cad_fs_exists(out))
        s = lies_in(dir.data, out, &above);
    cad_buf_deinit(&dir);
    if (s == CAD_OK && inside)
        CAD_FAIL(CAD_EUSAGE, "%s: lies in %s, which is read; expected a folder beside it", out, in);
    if (s == CAD_OK && above)
        CAD_FAIL(CAD_EUSAGE, "%s: lies in %s, which is written; expected a folder beside it", in, out);
    return s;
}

static cad_status find_in(finder *f, const char *dir, int depth)
{
    const char **name;
    size_t n;
    if (depth > DEEPEST)
        CAD_FAIL(CAD_EDATA, "%s: folders more than %d deep (a link that leads back?)", dir, DEEPEST);
    CAD_TRY(cad_fs_list(dir, f->arena, &name, &n));
    for (size_t i = 0; i < n; i++) {
        const char *path;
        CAD_TRY(cad_path_join(f->arena, dir, name[i], &path));
        if (is_ours(f, name[i]) && cad_fs_is_file(path))
            CAD_TRY(add(f, path));
        else if (cad_fs_is_dir(path))
            CAD_TRY(find_in(f, path, depth + 1));
        else if (strcmp(name[i], CAD_STEP_FILES_STATUS) != 0)
            f->out->others++;
    }
    return CAD_OK;
}

/* A tree that is being written, or was when its process was stopped, holds files of more than one call. */
static cad_status check_finished(const finder *f, const char *root)
{
    const char *begun;
    CAD_TRY(cad_path_join(f->arena, root, CAD_STEP_FILES_BEGUN, &begun));
    if (cad_fs_exists(begun))
        CAD_FAIL(
            CAD_EDATA,
            "%s: not finished: cadprep round or reorder works there, or was stopped (%s)\nhint: the same call makes it whole",
            root, CAD_STEP_FILES_BEGUN);
    return CAD_OK;
}

static int by_rel(const void *a, const void *b)
{
    return strcmp(((const cad_step_file *)a)->rel, ((const cad_step_file *)b)->rel);
}

static cad_status find(finder *f, const char *root, const char *apart)
{
    cad_step_files *out = f->out;
    *out = (cad_step_files){0};
    if (cad_fs_is_file(root)) {
        if (!is_ours(f, cad_path_base(root)))
            CAD_FAIL(CAD_EDATA, "%s: expected a name ending in .step or .stp", root);
        if (apart)
            CAD_TRY(check_apart(root, true, apart));
        f->root_len = (size_t)(cad_path_base(root) - root);
        return add(f, root);
    }
    if (!cad_fs_is_dir(root))
        CAD_FAIL(CAD_ENOTFOUND, "%s: no such folder or file", root);
    if (apart)
        CAD_TRY(check_apart(root, false, apart));
    CAD_TRY(check_finished(f, root));
    size_t n = strlen(root);
    while (n > 1 && root[n - 1] == '/')
        n--;
    CAD_TRY(cad_arena_strdup(f->arena, root, n, &root));
    f->root_len = n + 1; /* cad_path_join puts a slash behind "/" too */
    CAD_TRY(find_in(f, root, 0));
    if (out->n == 0)
        CAD_FAIL(CAD_ENOTFOUND, "%s: no file ends in .step or .stp; %lld others", root, (long long)out->others);
    qsort(out->item, (size_t)out->n, sizeof *out->item, by_rel);
    return CAD_OK;
}

cad_status cad_step_files_find(const char *root, const char *apart, cad_arena *a, cad_step_files *out)
{
    return find(&(finder){.arena = a, .out = out}, root, apart);
}

cad_status cad_step_files_find_packed(const char *root, const char *apart, cad_arena *a, cad_step_files *out)
{
    return find(&(finder){.arena = a, .out = out, .packed = true}, root, apart);
}

cad_status cad_step_files_read(const char *path, size_t limit, cad_buf *out)
{
    return cad_step_files_is_packed(path) ? cad_fs_read_gzip(path, limit, out) : cad_fs_read(path, limit, out);
}

static int by_id(const void *a, const void *b)
{
    const cad_step_file *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order ? order : strcmp(x->rel, y->rel);
}

void cad_step_files_by_id(cad_step_files *f)
{
    qsort(f->item, (size_t)f->n, sizeof *f->item, by_id);
}

/* Where the id at `k` begins. */
static int64_t begin_of(const cad_step_files *f, int64_t k)
{
    while (k > 0 && k < f->n && !strcmp(f->item[k - 1].id, f->item[k].id))
        k--;
    return k;
}

void cad_step_files_share(const cad_step_files *f, cad_shard shard, cad_step_share *out)
{
    int64_t first, end;
    cad_shard_range(shard, f->n, &first, &end);
    bool none = first >= f->n;
    first = begin_of(f, first);
    end = begin_of(f, end);
    *out = (cad_step_share){.item = f->item + first,
                            .n = end - first,
                            .from = first > 0 && !none ? f->item[first].id : NULL,
                            .to = end < f->n ? f->item[end].id : NULL,
                            .none = none || first == end};
}

bool cad_step_share_has(const cad_step_share *s, const char *id)
{
    return !s || (!s->none && (!s->from || strcmp(id, s->from) >= 0) && (!s->to || strcmp(id, s->to) < 0));
}
