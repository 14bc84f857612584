#include "train/ckpt_manifest.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/json.h"

#include <inttypes.h>
#include <string.h>

enum { SCHEMA = 1, MAX_BYTES = 1 << 20 };

static cad_status file_size(const char *path, uint64_t *out)
{
    cad_file *f;
    CAD_TRY(cad_file_open(path, &f));
    *out = cad_file_size(f);
    cad_file_close(f);
    return CAD_OK;
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
    if (s == CAD_OK &&
        json_array_append_new(files, json_pack("{s:s, s:I, s:s}", "name", name, "size", (json_int_t)size, "xxh3", hex)) != 0)
        s = cad_fail(CAD_ENOMEM, "out of memory for a manifest");
    cad_buf_deinit(&path);
    return s;
}

static cad_status write_manifest(const char *dir, const char *commit, json_t *files)
{
    char now[21];
    cad_clock_iso(cad_clock_wall(), now);
    json_t *o = json_pack("{s:i, s:s, s:s, s:O}", "schema", SCHEMA, "commit", commit, "time", now, "files", files);
    if (!o)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a manifest");
    cad_buf text = CAD_BUF_INIT, path = CAD_BUF_INIT;
    cad_status s = cad_json_print_pretty(o, &text);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/" CAD_MANIFEST_NAME, dir);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, text.data, text.len);
    cad_buf_deinit(&path);
    cad_buf_deinit(&text);
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
    if (strchr(name, '/'))
        CAD_FAIL(CAD_ECORRUPT, "%s: names the file '%s' outside of the folder", where, name);
    cad_buf path = CAD_BUF_INIT;
    uint64_t found = 0;
    char hex[CAD_HASH_HEX] = "";
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, name);
    if (s == CAD_OK && file_size(path.data, &found) != CAD_OK)
        s = cad_fail(CAD_ECORRUPT, "%s: missing; DONE lists it", path.data);
    if (s == CAD_OK && found != (uint64_t)size)
        s = cad_fail(CAD_ECORRUPT, "%s: %" PRIu64 " bytes; DONE says %" PRId64, path.data, found, size);
    if (s == CAD_OK && deep) {
        s = cad_fs_hash(path.data, hex);
        if (s == CAD_OK && strcmp(hex, xxh3) != 0)
            s = cad_fail(CAD_ECORRUPT, "%s: XXH3-128 %s; DONE says %s", path.data, hex, xxh3);
    }
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_manifest_check(const char *dir, bool deep)
{
    cad_buf path = CAD_BUF_INIT;
    json_t *o = NULL, *files = NULL;
    cad_status s = cad_buf_printf(&path, "%s/" CAD_MANIFEST_NAME, dir);
    if (s == CAD_OK)
        s = cad_json_read(path.data, MAX_BYTES, &o);
    if (s == CAD_OK)
        s = cad_json_get_array(o, "files", path.data, &files);
    if (s == CAD_EPARSE || s == CAD_EDATA)
        s = cad_fail(CAD_ECORRUPT, "%s: not a manifest", path.data);
    for (size_t i = 0; s == CAD_OK && i < json_array_size(files); i++) {
        s = check_file(dir, json_array_get(files, i), path.data, deep);
        if (s == CAD_EDATA)
            s = cad_fail(CAD_ECORRUPT, "%s: entry %zu is not {name, size, xxh3}", path.data, i);
    }
    json_decref(o);
    cad_buf_deinit(&path);
    return s;
}
