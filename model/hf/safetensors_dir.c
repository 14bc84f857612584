/* The weights of a model directory: one file, or shards under an index. */
#include "core/json.h"
#include "core/mem.h"
#include "core/path.h"
#include "model/hf/safetensors_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Appends the path of a shard that the index names. */
static cad_status shard_path(const char *where, const char *dir, const char *name, cad_buf *out)
{
    CAD_TRY(cad_fs_named(where, dir, name, out));
    if (!cad_path_ends(name, ".safetensors"))
        CAD_FAIL(CAD_ECORRUPT, "%s: '%.64s' is not a safetensors file", where, name);
    return CAD_OK;
}

/* *seen = the files of the map, each once, in the order of first mention. */
static cad_status name_shards(const char *where, json_t *map, json_t *seen)
{
    json_t *v;
    const char *name;
    json_object_foreach(map, name, v)
    {
        const char *file = json_string_value(v);
        if (!file || strlen(file) != json_string_length(v))
            CAD_FAIL(CAD_ECORRUPT, "%s: the shard of '%.200s' is not a string, or holds a NUL", where, name);
        if (!json_object_get(seen, file) && json_object_set_new(seen, file, json_true()) != 0)
            CAD_FAIL(CAD_ENOMEM, "%s: out of memory", where);
        if (json_object_size(seen) > CAD_ST_MAX_SHARDS)
            CAD_FAIL(CAD_ECORRUPT, "%s: more than %d shards", where, CAD_ST_MAX_SHARDS);
    }
    return CAD_OK;
}

/* Opens every file of the map once; none before all are counted. */
static cad_status open_shards(cad_safetensors *f, const char *dir, const char *where, json_t *map)
{
    json_t *seen = json_object(), *v;
    const char *file;
    cad_status s = seen ? name_shards(where, map, seen) : cad_fail(CAD_ENOMEM, "%s: out of memory", where);
    cad_buf path = CAD_BUF_INIT;
    json_object_foreach(seen, file, v)
    {
        cad_buf_clear(&path);
        if (s == CAD_OK)
            s = shard_path(where, dir, file, &path);
        if (s == CAD_OK)
            s = cad_st_add_file(f, path.data);
    }
    cad_buf_deinit(&path);
    json_decref(seen);
    return s;
}

/* The map and the shards must name the same tensors in the same files. */
static cad_status check_map(const cad_safetensors *f, const char *where, json_t *map)
{
    const char *name;
    json_t *v;
    json_object_foreach(map, name, v)
    {
        const cad_st_tensor *t = cad_st_find(f, name);
        if (!t)
            CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s' is in no shard", where, name);
        const char *path = cad_st_path(f, t);
        if (strcmp(cad_path_base(path), json_string_value(v)) != 0)
            CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s' is mapped to %.64s but lies in %s", where, name, json_string_value(v),
                     path);
    }
    for (size_t i = 0; i < f->n; i++) {
        if (!json_object_get(map, f->tensor[i].name))
            CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s' is not in the index", cad_st_path(f, &f->tensor[i]), f->tensor[i].name);
    }
    return CAD_OK;
}

static cad_status check_total(const cad_safetensors *f, const char *where, const json_t *index)
{
    const json_t *total = json_object_get(json_object_get(index, "metadata"), "total_size");
    if (!total)
        return CAD_OK;
    uint64_t sum = 0;
    for (size_t i = 0; i < f->n; i++)
        sum += f->tensor[i].end - f->tensor[i].begin;
    if (!json_is_number(total) || json_number_value(total) != (double)sum)
        CAD_FAIL(CAD_ECORRUPT, "%s: total_size is %.0f, the shards hold %" PRIu64 " bytes", where, json_number_value(total),
                 sum);
    return CAD_OK;
}

static cad_status open_index(const char *dir, const char *where, cad_safetensors *f)
{
    json_t *index;
    CAD_TRY(cad_json_read(where, CAD_ST_MAX_HEADER, &index));
    json_t *map = json_object_get(index, "weight_map");
    cad_status s = CAD_OK;
    if (!json_is_object(map) || json_object_size(map) == 0)
        s = cad_fail(CAD_ECORRUPT, "%s: no weight_map", where);
    if (s == CAD_OK)
        s = open_shards(f, dir, where, map);
    if (s == CAD_OK)
        s = cad_st_sort(f);
    if (s == CAD_OK)
        s = check_map(f, where, map);
    if (s == CAD_OK)
        s = check_total(f, where, index);
    json_decref(index);
    return s;
}

static cad_status no_weights(const char *dir)
{
    char path[4096];
    static const char *const pickle[] = {"pytorch_model.bin", "pytorch_model.bin.index.json"};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, pickle[i]);
        if (cad_fs_exists(path))
            CAD_FAIL(CAD_EREFUSED, "%s: pickled weights are not read; convert them to safetensors", path);
    }
    CAD_FAIL(CAD_ENOTFOUND, "%s: neither model.safetensors nor model.safetensors.index.json", dir);
}

cad_status cad_st_open_dir(const char *dir, cad_safetensors **out)
{
    cad_buf path = CAD_BUF_INIT;
    CAD_TRY(cad_buf_printf(&path, "%s/model.safetensors", dir));
    cad_safetensors *f = NULL;
    cad_status s;
    if (cad_fs_exists(path.data)) {
        s = cad_st_open(path.data, out);
    } else {
        s = cad_buf_str(&path, ".index.json");
        if (s == CAD_OK && !cad_fs_exists(path.data))
            s = no_weights(dir);
        if (s == CAD_OK)
            s = cad_mem_alloc(sizeof *f, "safetensors", &f);
        if (s == CAD_OK)
            s = open_index(dir, path.data, f);
        if (s == CAD_OK)
            *out = f;
        else
            cad_st_close(f);
    }
    cad_buf_deinit(&path);
    return s;
}
