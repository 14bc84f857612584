#include "dataprep/shard_record.h"

#include "core/fs.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/path.h"
#include "dataprep/step_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FILES = 3, SCHEMA = 1 };

/* ---- names ---- */

/* Length of a name without .jsonl or .npy; a folder has neither, and no slash at its end. */
static size_t stem(const char *out, const char **ending)
{
    static const char *const known[] = {".jsonl", ".npy"};
    size_t n = strlen(out);
    *ending = "";
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (cad_path_ends(out, known[k])) {
            *ending = known[k];
            return n - strlen(known[k]);
        }
    while (n > 1 && out[n - 1] == '/')
        n--;
    return n;
}

static cad_status print(cad_arena *a, const char *out, size_t n, const char *middle, const char *ending, const char **name)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_buf_add(&text, out, n);
    if (s == CAD_OK)
        s = cad_buf_printf(&text, "%s%s", middle, ending);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, text.data, text.len, name);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_shard_name(cad_arena *a, const char *out, cad_shard shard, const char **name)
{
    const char *ending;
    char middle[64];
    size_t n = stem(out, &ending);
    snprintf(middle, sizeof middle, ".%" PRId64 "-of-%" PRId64, shard.index, shard.of);
    return print(a, out, n, middle, ending, name);
}

bool cad_shard_of_name(const char *name, cad_shard *out)
{
    const char *ending;
    size_t n = stem(name, &ending), from = n;
    char text[32], *dash;
    while (from > 0 && name[from - 1] != '.' && name[from - 1] != '/')
        from--;
    if (from == 0 || name[from - 1] != '.' || n - from >= sizeof text)
        return false;
    memcpy(text, name + from, n - from);
    text[n - from] = '\0';
    dash = strstr(text, "-of-");
    if (!dash)
        return false;
    *dash = '/'; /* "2-of-8" -> "2/8" */
    memmove(dash + 1, dash + 4, strlen(dash + 4) + 1);
    return cad_shard_parse(text, out) == CAD_OK;
}

cad_status cad_shard_beside(cad_arena *a, const char *out, const char *name, const char **path)
{
    const char *ending;
    size_t n = stem(out, &ending);
    return print(a, out, n, *ending ? "." : "/", name, path);
}

static cad_status record_path(cad_arena *a, const char *out, const char **path)
{
    const char *ending;
    size_t n = stem(out, &ending);
    return print(a, out, n, ".shard.json", "", path);
}

/* The files whose bytes the record vouches for: of a folder its list alone, which names the others. */
static cad_status files_of(cad_arena *a, const char *out, const char *path[FILES], size_t *n)
{
    static const char *const lists[] = {CAD_STEP_FILES_STATUS, "dropped.csv"};
    const char *ending;
    (void)stem(out, &ending);
    *n = 0;
    if (*ending)
        path[(*n)++] = out;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        CAD_TRY(cad_shard_beside(a, out, lists[k], &path[*n]));
        *n += cad_fs_exists(path[*n]);
    }
    return CAD_OK;
}

/* ---- records ---- */

static cad_status hash_files(cad_arena *a, const char *out, json_t **files)
{
    const char *path[FILES];
    size_t n = 0;
    json_t *o = json_object();
    cad_status s = files_of(a, out, path, &n);
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        char hex[CAD_HASH_HEX];
        s = cad_fs_hash(path[i], hex);
        if (s == CAD_OK && json_object_set_new(o, cad_path_base(path[i]), json_string(hex)))
            s = cad_fail(CAD_ENOMEM, "%s: no memory for its record", out);
    }
    if (s == CAD_OK)
        *files = o;
    else
        json_decref(o);
    return s;
}

cad_status cad_shard_record_write(cad_arena *a, const char *out, const cad_shard_record *r)
{
    const cad_shard_tally *t = &r->tally;
    const char *path;
    json_t *files = NULL;
    CAD_TRY(record_path(a, out, &path));
    CAD_TRY(hash_files(a, out, &files));
    json_t *o = json_pack("{si, ss, ss, ss, sI, sI, sI, sI, sI, sI, sf, so}", "schema", SCHEMA, "kind", "shard", "stage",
                          r->stage, "key", r->key, "index", (json_int_t)r->shard.index, "of", (json_int_t)r->shard.of, "rows",
                          (json_int_t)t->rows, "lost", (json_int_t)t->lost, "bad", (json_int_t)t->bad, "tried",
                          (json_int_t)t->tried, "max_bad", r->max_bad, "files", files);
    cad_status s = o ? cad_json_write(path, o) : cad_fail(CAD_ENOMEM, "%s: no memory for a record", path);
    json_decref(o);
    return s;
}

static cad_status take_text(const json_t *o, const char *key, const char *where, char *to, size_t size)
{
    const char *text;
    CAD_TRY(cad_json_get_string(o, key, where, &text));
    if (strlen(text) >= size)
        CAD_FAIL(CAD_EDATA, "%s: key '%s': longer than %zu bytes", where, key, size - 1);
    snprintf(to, size, "%s", text);
    return CAD_OK;
}

static cad_status take_fields(const json_t *o, const char *where, cad_shard_record *r)
{
    char kind[16];
    int64_t schema = 0;
    CAD_TRY(cad_json_get_int(o, "schema", where, &schema));
    CAD_TRY(take_text(o, "kind", where, kind, sizeof kind));
    if (schema != SCHEMA || strcmp(kind, "shard") != 0)
        CAD_FAIL(CAD_EDATA, "%s: kind '%s', schema %" PRId64 "; expected shard, %d", where, kind, schema, (int)SCHEMA);
    CAD_TRY(take_text(o, "stage", where, r->stage, sizeof r->stage));
    CAD_TRY(take_text(o, "key", where, r->key, sizeof r->key));
    CAD_TRY(cad_json_get_int(o, "index", where, &r->shard.index));
    CAD_TRY(cad_json_get_int(o, "of", where, &r->shard.of));
    CAD_TRY(cad_json_get_int(o, "rows", where, &r->tally.rows));
    CAD_TRY(cad_json_get_int(o, "lost", where, &r->tally.lost));
    CAD_TRY(cad_json_get_int(o, "bad", where, &r->tally.bad));
    CAD_TRY(cad_json_get_int(o, "tried", where, &r->tally.tried));
    CAD_TRY(cad_json_get_number(o, "max_bad", where, &r->max_bad));
    if (r->shard.of < 1 || r->shard.of > CAD_SHARD_MAX || r->shard.index < 0 || r->shard.index >= r->shard.of)
        CAD_FAIL(CAD_EDATA, "%s: share %" PRId64 " of %" PRId64 "; expected 0 .. n - 1 of n", where, r->shard.index,
                 r->shard.of);
    return CAD_OK;
}

static cad_status check_files(cad_arena *a, const char *out, const json_t *o, const char *where)
{
    const char *path[FILES];
    json_t *files;
    size_t n = 0;
    CAD_TRY(cad_json_get_object(o, "files", where, &files));
    CAD_TRY(files_of(a, out, path, &n));
    if (n != json_object_size(files))
        CAD_FAIL(CAD_EDATA, "%s: %zu files of this share; expected the %zu that %s names", out, n, json_object_size(files),
                 where);
    for (size_t i = 0; i < n; i++) {
        char hex[CAD_HASH_HEX];
        const char *want = json_string_value(json_object_get(files, cad_path_base(path[i])));
        CAD_TRY(cad_fs_hash(path[i], hex));
        if (!want || strcmp(hex, want) != 0)
            CAD_FAIL(CAD_EDATA, "%s: hashes to %s; expected %s, as %s says\nhint: make this share again", path[i], hex,
                     want ? want : "no such file", where);
    }
    return CAD_OK;
}

cad_status cad_shard_record_read(cad_arena *a, const char *out, cad_shard_record *r)
{
    const char *path;
    json_t *o = NULL;
    CAD_TRY(record_path(a, out, &path));
    if (!cad_fs_exists(out) || !cad_fs_exists(path))
        CAD_FAIL(CAD_ENOTFOUND, "%s: not finished: no %s", out, path);
    CAD_TRY(cad_json_read(path, 1 << 20, &o));
    cad_status s = take_fields(o, path, r);
    if (s == CAD_OK)
        s = check_files(a, out, o, path);
    json_decref(o);
    return s;
}
