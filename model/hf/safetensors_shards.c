/* Writing a folder of weights: one file, or shards under an index. */
#include "core/fs.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/size.h"
#include "model/hf/hfjson.h"
#include "model/hf/safetensors.h"

#include <inttypes.h>
#include <stdio.h>

enum { NAME_BYTES = 56 };

static void shard_name(size_t k, size_t of, char out[NAME_BYTES])
{
    snprintf(out, NAME_BYTES, "model-%05zu-of-%05zu.safetensors", k + 1, of);
}

/* end[k] = the first item behind shard k; returns their number. */
static size_t cut(const cad_st_item *items, size_t n, uint64_t shard_bytes, size_t *end)
{
    size_t shards = 0;
    uint64_t filled = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bytes = cad_st_items_bytes(&items[i], 1);
        bool fits = filled == 0 || bytes == 0 || (filled <= shard_bytes && bytes <= shard_bytes - filled);
        if (!fits) {
            end[shards++] = i;
            filled = 0;
        }
        filled += bytes;
    }
    end[shards++] = n;
    return shards;
}

static cad_status index_object(const cad_st_item *items, size_t n, const size_t *end, size_t shards, json_t **out)
{
    json_t *map = json_object();
    int bad = map == NULL;
    for (size_t k = 0, i = 0; k < shards; k++) {
        char name[NAME_BYTES];
        shard_name(k, shards, name);
        for (; i < end[k]; i++) {
            if (json_object_get(map, items[i].name)) {
                json_decref(map);
                CAD_FAIL(CAD_EINVAL, "tensor '%s' is given twice", items[i].name);
            }
            bad |= json_object_set_new(map, items[i].name, json_string(name));
        }
    }
    json_t *o = bad ? NULL
                    : json_pack("{s:{s:I}, s:O}", "metadata", "total_size", (json_int_t)cad_st_items_bytes(items, n),
                                "weight_map", map);
    json_decref(map);
    if (!o)
        CAD_FAIL(CAD_ENOMEM, "index of shards: out of memory");
    *out = o;
    return CAD_OK;
}

static cad_status write_index(const char *dir, const json_t *index)
{
    cad_buf path = CAD_BUF_INIT, text = CAD_BUF_INIT;
    cad_status s = cad_hfjson_print(index, true, &text);
    if (s == CAD_OK)
        s = cad_buf_str(&text, "\n");
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/model.safetensors.index.json", dir);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, text.data, text.len);
    cad_buf_deinit(&text);
    cad_buf_deinit(&path);
    return s;
}

static cad_status write_file(const char *dir, const char *name, const cad_st_item *items, size_t n)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, name);
    if (s == CAD_OK)
        s = cad_st_write(path.data, items, n, NULL, 0);
    cad_buf_deinit(&path);
    return s;
}

static cad_status write_shards(const char *dir, const cad_st_item *items, size_t n, const size_t *end, size_t shards)
{
    json_t *index = NULL;
    CAD_TRY(index_object(items, n, end, shards, &index));
    cad_status s = CAD_OK;
    for (size_t k = 0, i = 0; s == CAD_OK && k < shards; i = end[k++]) {
        char name[NAME_BYTES];
        shard_name(k, shards, name);
        s = write_file(dir, name, items + i, end[k] - i);
    }
    if (s == CAD_OK)
        s = write_index(dir, index);
    json_decref(index);
    return s;
}

cad_status cad_st_write_dir(const char *dir, const cad_st_item *items, size_t n, uint64_t shard_bytes)
{
    if (shard_bytes == 0 || cad_st_items_bytes(items, n) <= shard_bytes)
        return write_file(dir, "model.safetensors", items, n);
    size_t *end;
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(n, 1), sizeof *end), "shards", &end));
    size_t shards = cut(items, n, shard_bytes, end);
    cad_status s = shards <= CAD_ST_MAX_SHARDS
                       ? write_shards(dir, items, n, end, shards)
                       : cad_fail(CAD_EINVAL, "%s: %zu files of at most %" PRIu64 " bytes; the limit is %d", dir, shards,
                                  shard_bytes, CAD_ST_MAX_SHARDS);
    cad_mem_free(end);
    return s;
}
