#include "train/ckpt_manifest.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/path.h"
#include "model/hf/safetensors.h"

#include <inttypes.h>
#include <string.h>

enum { SCHEMA = 1, MAX_BYTES = 64 << 20 };

static cad_status file_size(const char *path, uint64_t *out)
{
    cad_file *f;
    CAD_TRY(cad_file_open(path, &f));
    *out = cad_file_size(f);
    cad_file_close(f);
    return CAD_OK;
}

/* ---- the sums of single tensors, so that damage is named ---- */

static cad_status hash_tensor(const cad_safetensors *f, const cad_st_tensor *t, char hex[CAD_HASH_HEX])
{
    enum { CHUNK = 1 << 20 };
    char *chunk;
    CAD_TRY(cad_mem_alloc(CHUNK, "hash buffer", &chunk));
    cad_hasher *h = cad_hasher_create();
    cad_status s = h ? CAD_OK : cad_fail(CAD_ENOMEM, "out of memory for a hash");
    for (uint64_t at = 0, size = t->end - t->begin; s == CAD_OK && at < size; at += CHUNK) {
        size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
        s = cad_st_read_raw(f, t, at, chunk, n);
        if (s == CAD_OK)
            cad_hasher_add(h, chunk, n);
    }
    if (s == CAD_OK)
        cad_hasher_hex(h, hex);
    if (h)
        cad_hasher_destroy(h);
    cad_mem_free(chunk);
    return s;
}

static cad_status add_tensors(json_t *entry, const char *path)
{
    cad_safetensors *f;
    CAD_TRY(cad_st_open(path, &f));
    json_t *sums = json_object();
    cad_status s = sums ? CAD_OK : cad_fail(CAD_ENOMEM, "out of memory for a manifest");
    for (size_t i = 0; s == CAD_OK && i < cad_st_count(f); i++) {
        char hex[CAD_HASH_HEX];
        s = hash_tensor(f, cad_st_at(f, i), hex);
        if (s == CAD_OK && json_object_set_new(sums, cad_st_at(f, i)->name, json_string(hex)) != 0)
            s = cad_fail(CAD_ENOMEM, "out of memory for a manifest");
    }
    cad_st_close(f);
    if (s == CAD_OK && json_object_set(entry, "tensors", sums) != 0)
        s = cad_fail(CAD_ENOMEM, "out of memory for a manifest");
    json_decref(sums);
    return s;
}

/* Fails with the first tensor whose sum is another one; CAD_OK when the damage is in none of them. */
static cad_status name_tensor(const json_t *entry, const char *path)
{
    cad_safetensors *f;
    const json_t *sums = json_object_get(entry, "tensors");
    cad_status s = sums ? cad_st_open(path, &f) : CAD_ENOTFOUND;
    if (s != CAD_OK)
        return s == CAD_ENOMEM ? s : CAD_OK; /* a file that is no safetensors any more has no tensors to name */
    for (size_t i = 0; s == CAD_OK && i < cad_st_count(f); i++) {
        char hex[CAD_HASH_HEX];
        const char *name = cad_st_at(f, i)->name, *then = json_string_value(json_object_get(sums, name));
        s = hash_tensor(f, cad_st_at(f, i), hex);
        if (s == CAD_OK && (!then || strcmp(then, hex) != 0))
            s = cad_fail(CAD_ECORRUPT, "%s: tensor '%s' has XXH3-128 %s; DONE says %.40s", path, name, hex,
                         then ? then : "nothing of it");
    }
    cad_st_close(f);
    return s;
}

static cad_status add_file(json_t *files, const char *dir, const char *name)
{
    cad_buf path = CAD_BUF_INIT;
    uint64_t size = 0;
    char hex[CAD_HASH_HEX];
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, name);
    if (s == CAD_OK && cad_fs_is_dir(path.data))
        s = cad_fail(CAD_EINVAL, "%s: a folder inside of a checkpoint", path.data);
    if (s == CAD_OK)
        s = file_size(path.data, &size);
    if (s == CAD_OK)
        s = cad_fs_hash(path.data, hex);
    json_t *entry = NULL;
    if (s == CAD_OK) {
        entry = json_pack("{s:s, s:I, s:s}", "name", name, "size", (json_int_t)size, "xxh3", hex);
        s = entry ? CAD_OK : cad_fail(CAD_ENOMEM, "out of memory for a manifest");
    }
    if (s == CAD_OK && cad_path_ends(name, ".safetensors"))
        s = add_tensors(entry, path.data);
    if (s == CAD_OK && json_array_append(files, entry) != 0)
        s = cad_fail(CAD_ENOMEM, "out of memory for a manifest");
    json_decref(entry);
    cad_buf_deinit(&path);
    return s;
}

/* DONE vouches for itself too: XXH3-128 of its other members, printed without blanks. */
static cad_status own_sum(const json_t *o, char hex[CAD_HASH_HEX])
{
    cad_buf text = CAD_BUF_INIT;
    json_t *others = json_copy((json_t *)(uintptr_t)o);
    cad_status s = others ? CAD_OK : cad_fail(CAD_ENOMEM, "out of memory for a manifest");
    if (s == CAD_OK) {
        json_object_del(others, "xxh3");
        s = cad_json_print(others, &text);
    }
    if (s == CAD_OK)
        cad_hash128_hex(text.data, text.len, hex);
    json_decref(others);
    cad_buf_deinit(&text);
    return s;
}

static cad_status write_manifest(const char *dir, const char *commit, json_t *files)
{
    char now[21];
    cad_clock_iso(cad_clock_wall(), now);
    json_t *o = json_pack("{s:i, s:s, s:s, s:O}", "schema", SCHEMA, "commit", commit, "time", now, "files", files);
    if (!o)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a manifest");
    char hex[CAD_HASH_HEX];
    cad_buf path = CAD_BUF_INIT;
    cad_status s = own_sum(o, hex);
    if (s == CAD_OK && json_object_set_new(o, "xxh3", json_string(hex)) != 0)
        s = cad_fail(CAD_ENOMEM, "out of memory for a manifest");
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/" CAD_MANIFEST_NAME, dir);
    if (s == CAD_OK)
        s = cad_json_write(path.data, o);
    cad_buf_deinit(&path);
    json_decref(o);
    return s;
}

cad_status cad_manifest_write(const char *dir, const char *commit, cad_arena *scratch)
{
    cad_frame mark = cad_arena_mark(scratch);
    const char **name;
    size_t n;
    CAD_TRY(cad_fs_list(dir, scratch, &name, &n));
    json_t *files = json_array();
    cad_status s = files ? CAD_OK : cad_fail(CAD_ENOMEM, "out of memory for a manifest");
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        if (strcmp(name[i], CAD_MANIFEST_NAME) != 0)
            s = add_file(files, dir, name[i]);
    if (s == CAD_OK)
        s = write_manifest(dir, commit, files);
    json_decref(files);
    CAD_TRY(s);
    cad_arena_rewind(scratch, mark);
    return CAD_OK;
}

static cad_status check_file(const char *dir, const json_t *entry, const char *where, bool deep)
{
    const char *name, *xxh3;
    int64_t size;
    CAD_TRY(cad_json_get_string(entry, "name", where, &name));
    CAD_TRY(cad_json_get_string(entry, "xxh3", where, &xxh3));
    CAD_TRY(cad_json_get_int(entry, "size", where, &size));
    cad_buf path = CAD_BUF_INIT;
    uint64_t found = 0;
    char hex[CAD_HASH_HEX] = "";
    cad_status s = cad_fs_named(where, dir, name, &path);
    if (s == CAD_OK)
        s = file_size(path.data, &found);
    if (s == CAD_ENOTFOUND)
        s = cad_fail(CAD_ECORRUPT, "%s: missing; DONE lists it", path.data);
    if (s == CAD_OK && found != (uint64_t)size)
        s = cad_fail(CAD_ECORRUPT, "%s: %" PRIu64 " bytes; DONE says %" PRId64, path.data, found, size);
    if (s == CAD_OK && deep) {
        s = cad_fs_hash(path.data, hex);
        bool differs = s == CAD_OK && strcmp(hex, xxh3) != 0;
        if (differs)
            s = name_tensor(entry, path.data);
        if (differs && s == CAD_OK)
            s = cad_fail(CAD_ECORRUPT, "%s: XXH3-128 %s; DONE says %s", path.data, hex, xxh3);
    }
    cad_buf_deinit(&path);
    return s;
}

/* Members that this schema knows, and its own sum; a manifest of the first builds has none. */
static cad_status check_self(const json_t *o, const char *path)
{
    static const char *const known[] = {"schema", "commit", "time", "files", "xxh3"};
    const char *key, *xxh3;
    json_t *value;
    int64_t schema;
    char hex[CAD_HASH_HEX];
    CAD_TRY(cad_json_get_int(o, "schema", path, &schema));
    if (schema != SCHEMA)
        CAD_FAIL(CAD_ECORRUPT, "%s: schema %" PRId64 "; expected %d", path, schema, SCHEMA);
    json_object_foreach((json_t *)(uintptr_t)o, key, value)
    {
        bool found = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            found = found || !strcmp(key, known[i]);
        if (!found)
            CAD_FAIL(CAD_ECORRUPT, "%s: unknown member '%.40s'", path, key);
    }
    if (!json_object_get(o, "xxh3"))
        return CAD_OK;
    CAD_TRY(cad_json_get_string(o, "xxh3", path, &xxh3));
    CAD_TRY(own_sum(o, hex));
    if (strcmp(hex, xxh3) != 0)
        CAD_FAIL(CAD_ECORRUPT, "%s: its members have XXH3-128 %s; it says %.40s", path, hex, xxh3);
    return CAD_OK;
}

cad_status cad_manifest_check(const char *dir, bool deep)
{
    cad_buf path = CAD_BUF_INIT;
    json_t *o = NULL, *files = NULL;
    cad_status s = cad_buf_printf(&path, "%s/" CAD_MANIFEST_NAME, dir);
    if (s == CAD_OK)
        s = cad_json_read(path.data, MAX_BYTES, &o);
    if (s == CAD_OK)
        s = check_self(o, path.data);
    if (s == CAD_OK)
        s = cad_json_get_array(o, "files", path.data, &files);
    if (s == CAD_EPARSE || s == CAD_EDATA)
        s = cad_fail(CAD_ECORRUPT, "%s; not a manifest", cad_error_text());
    for (size_t i = 0; s == CAD_OK && i < json_array_size(files); i++) {
        s = check_file(dir, json_array_get(files, i), path.data, deep);
        if (s == CAD_EDATA)
            s = cad_fail(CAD_ECORRUPT, "%s: entry %zu is not {name, size, xxh3}", path.data, i);
    }
    json_decref(o);
    cad_buf_deinit(&path);
    return s;
}
