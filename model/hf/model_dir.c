#include "model/hf/model_dir.h"

#include "core/fs.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/path.h"
#include "core/size.h"
#include "core/stop_signal.h"
#include "model/hf/licence.h"
#include "model/hf/safetensors.h"

#include <inttypes.h>
#include <string.h>

enum { BLOCK = 1 << 20, LIST_BYTES = 64 << 20 };

/* ---- what belongs to a model and is no weight ---- */

static const char *const endings[] = {".json", ".txt", ".md", ".jinja", ".model", ".tiktoken", ".ini", ".py"};
static const char *const of_a_run[] = {"DONE", "trainer_state.json", "adapter_config.json"};
static const char *const of_its_weights[] = {"config.ini", "README.md", "results.json"};

#define IS_IN(name, list) is_in(name, list, sizeof(list) / sizeof *(list))
static bool is_in(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(name, list[i]))
            return true;
    return false;
}

static bool belongs(const char *name)
{
    if (name[0] == '.' || IS_IN(name, of_a_run) || cad_path_ends(name, ".index.json"))
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (cad_path_ends(name, endings[i]))
            return true;
    return cad_licence_is_file(name);
}

/* *is: a file to take; left out, its name goes to `odd`. */
static cad_status look_at(const char *dir, const char *name, cad_arena *a, cad_model_file *out, bool *is, cad_buf *odd)
{
    cad_buf path = CAD_BUF_INIT;
    cad_file *f = NULL;
    cad_status s = cad_fs_named("a copy of the folder", dir, name, &path);
    *is = s == CAD_OK && cad_fs_is_file(path.data);
    if (*is)
        s = cad_file_open(path.data, &f);
    else if (s == CAD_OK && !cad_fs_is_dir(path.data))
        s = cad_buf_printf(odd, "%s%s", odd->len ? ", " : "", name);
    if (s == CAD_OK && *is)
        out->bytes = cad_file_size(f);
    if (s == CAD_OK && *is)
        s = cad_arena_strdup(a, path.data, path.len, &out->path);
    out->name = name;
    cad_file_close(f);
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_model_files_find(const char *dir, cad_arena *a, cad_model_files *out)
{
    const char **name;
    size_t n;
    cad_model_files found = {0};
    cad_buf odd = CAD_BUF_INIT;
    CAD_TRY(cad_fs_list(dir, a, &name, &n));
    CAD_TRY(cad_arena_zalloc(a, cad_size_add(n, 1), sizeof *found.file, "files of a model", &found.file));
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        bool is = false;
        if (belongs(name[i]))
            s = look_at(dir, name[i], a, &found.file[found.n], &is, &odd);
        if (s == CAD_OK && is)
            found.bytes += found.file[found.n++].bytes;
    }
    if (s == CAD_OK && odd.len > 0)
        cad_log(CAD_LOG_WARN, "%s: left out, no regular file: %s", dir, odd.data);
    cad_buf_deinit(&odd);
    if (s == CAD_OK)
        *out = found;
    return s;
}

const cad_model_file *cad_model_files_get(const cad_model_files *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (!strcmp(f->file[i].name, name))
            return &f->file[i];
    return NULL;
}

static cad_status copy_bytes(cad_file *in, cad_writer *w, char *block)
{
    uint64_t size = cad_file_size(in);
    for (uint64_t at = 0; at < size; at += BLOCK) {
        size_t n = size - at < BLOCK ? (size_t)(size - at) : BLOCK;
        CAD_TRY(cad_stop_abandoned());
        CAD_TRY(cad_file_read_at(in, at, block, n));
        CAD_TRY(cad_writer_add(w, block, n));
    }
    return CAD_OK;
}

static cad_status copy_file(const char *from, const char *to)
{
    char *block = NULL;
    cad_file *in = NULL;
    cad_writer *w = NULL;
    cad_status s = cad_mem_alloc(BLOCK, "block to copy", &block);
    if (s == CAD_OK)
        s = cad_file_open(from, &in);
    if (s == CAD_OK)
        s = cad_writer_open(to, &w);
    if (s == CAD_OK)
        s = copy_bytes(in, w, block);
    if (s == CAD_OK)
        s = cad_writer_commit(w);
    else
        cad_writer_abort(w);
    cad_file_close(in);
    cad_mem_free(block);
    return s;
}

cad_status cad_model_files_copy(const cad_model_files *f, cad_model_files_kind kind, const char *to)
{
    cad_buf out = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < f->n; i++) {
        const cad_model_file *x = &f->file[i];
        if (kind == CAD_MODEL_FILES_of_any_weights && IS_IN(x->name, of_its_weights))
            continue;
        cad_buf_clear(&out);
        s = cad_buf_printf(&out, "%s/%s", to, x->name);
        if (s == CAD_OK && !cad_fs_exists(out.data))
            s = copy_file(x->path, out.data);
    }
    cad_buf_deinit(&out);
    return s;
}

/* ---- the same weights in other files ---- */

typedef struct source {
    const cad_safetensors *file;
    const cad_st_tensor *tensor;
    char *block;
} source;

static cad_status stored_bytes(void *ctx, int64_t first, int64_t most, const void **data, int64_t *count)
{
    const source *x = ctx;
    *count = most < BLOCK ? most : BLOCK;
    *data = x->block;
    return cad_st_read_raw(x->file, x->tensor, (uint64_t)first, x->block, (size_t)*count);
}

static void make_items(const cad_safetensors *f, char *block, source *x, cad_st_item *item)
{
    for (size_t i = 0; i < cad_st_count(f); i++) {
        const cad_st_tensor *t = cad_st_at(f, i);
        x[i] = (source){f, t, block};
        item[i] = (cad_st_item){
            .name = t->name, .ndim = t->ndim, .from = CAD_U8, .to = t->dtype, .window = stored_bytes, .ctx = &x[i]};
        memcpy(item[i].dim, t->dim, sizeof t->dim);
    }
}

static cad_status check_copy(const cad_safetensors *f, const char *dir)
{
    cad_safetensors *copy;
    char was[CAD_HASH_HEX], is[CAD_HASH_HEX];
    CAD_TRY(cad_st_hash(f, was));
    CAD_TRY(cad_st_open_dir(dir, &copy));
    cad_status s = cad_st_count(copy) == cad_st_count(f)
                       ? cad_st_hash(copy, is)
                       : cad_fail(CAD_ECORRUPT, "%s: %zu tensors; expected %zu", dir, cad_st_count(copy), cad_st_count(f));
    cad_st_close(copy);
    if (s == CAD_OK && strcmp(was, is) != 0)
        s = cad_fail(CAD_ECORRUPT, "%s: its tensors have XXH3-128 %s; expected %s", dir, is, was);
    return s;
}

/* What becomes the new directory. */
typedef struct copy {
    const cad_safetensors *f;
    cad_model_files files;
    source *x;
    cad_st_item *item; /* (n) */
    size_t n;
} copy;

static cad_status write_copy(const copy *c, const char *to, uint64_t shard_bytes)
{
    cad_new_dir d;
    CAD_TRY(cad_new_dir_open(to, cad_st_items_bytes(c->item, c->n) + c->files.bytes, &d));
    cad_status s = cad_st_write_dir(d.temp.data, c->item, c->n, shard_bytes);
    if (s == CAD_OK)
        s = cad_model_files_copy(&c->files, CAD_MODEL_FILES_all, d.temp.data);
    if (s == CAD_OK)
        s = check_copy(c->f, d.temp.data);
    if (s == CAD_OK)
        return cad_new_dir_commit(&d);
    cad_new_dir_abort(&d);
    return s;
}

static cad_status reshard(const cad_safetensors *f, const char *from, const char *to, uint64_t shard_bytes, cad_arena *a)
{
    copy c = {.f = f, .n = cad_st_count(f)};
    char *block;
    CAD_TRY(cad_model_files_find(from, a, &c.files));
    CAD_TRY(cad_arena_alloc(a, BLOCK, "block to copy", &block));
    CAD_TRY(cad_arena_zalloc(a, cad_size_add(c.n, 1), sizeof *c.x, "tensors to copy", &c.x));
    CAD_TRY(cad_arena_zalloc(a, cad_size_add(c.n, 1), sizeof *c.item, "tensors to copy", &c.item));
    make_items(f, block, c.x, c.item);
    return write_copy(&c, to, shard_bytes);
}

cad_status cad_model_dir_reshard(const char *from, const char *to, uint64_t shard_bytes)
{
    cad_safetensors *f;
    cad_arena *a = NULL;
    CAD_TRY(cad_st_open_dir(from, &f));
    size_t tensors = cad_size_mul(cad_st_count(f) + 1, sizeof(source) + sizeof(cad_st_item));
    cad_status s = cad_arena_create("a model to copy", cad_size_add(tensors, LIST_BYTES), &a);
    if (s == CAD_OK)
        s = reshard(f, from, to, shard_bytes, a);
    cad_arena_destroy(a);
    cad_st_close(f);
    return s;
}
