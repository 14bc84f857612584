#include "dataprep/journal.h"

#include "core/buf.h"
#include "core/fs.h"
#include "core/hash.h"
#include "core/lines.h"
#include "core/mem.h"
#include "dataprep/hash_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_HEX = 17 };

struct cad_journal {
    cad_appender *file;
    cad_buf path, lines;    /* lines: of an earlier call, each with its NUL */
    cad_hash_index line_of; /* key -> where its line begins in `lines` */
    char salt[CAD_HASH_HEX];
};

static void key_text(uint64_t key, char out[KEY_HEX])
{
    snprintf(out, KEY_HEX, "%016" PRIx64, key);
}

static bool key_of(const json_t *o, uint64_t *out)
{
    const char *text = json_string_value(json_object_get(o, "key"));
    if (!text || strlen(text) != KEY_HEX - 1 || strspn(text, "0123456789abcdef") != KEY_HEX - 1)
        return false;
    *out = strtoull(text, NULL, 16);
    return *out != 0;
}

/* ---- an earlier call's ---- */

static cad_status keep_line(cad_journal *j, const cad_line *line)
{
    json_t *o = NULL;
    uint64_t key, *at;
    bool is_new, good = cad_json_parse(line->text, line->len, j->path.data, &o) == CAD_OK && key_of(o, &key);
    json_decref(o);
    if (!good)
        return CAD_OK;
    CAD_TRY(cad_hash_index_at(&j->line_of, key, j->lines.len, &is_new, &at));
    *at = j->lines.len; /* the last word counts */
    CAD_TRY(cad_buf_add(&j->lines, line->text, line->len));
    return cad_buf_add(&j->lines, "", 1);
}

/* A first line that a kill has torn is as good as none; what cannot have become one is somebody else's. */
static bool is_torn(const char *line, size_t len)
{
    static const char begin[] = "{\"salt\":\"";
    size_t n = sizeof begin - 1, hex = len > n ? strspn(line + n, "0123456789abcdef") : 0;
    return !memcmp(line, begin, len < n ? len : n) && (len <= n + hex || (hex == CAD_HASH_HEX - 1 && len <= n + hex + 2));
}

static cad_status read_salt(const cad_journal *j, const cad_line *line, bool *same)
{
    json_t *o = NULL;
    const char *salt = NULL;
    if (cad_json_parse(line->text, line->len, j->path.data, &o) == CAD_OK)
        salt = json_string_value(json_object_get(o, "salt"));
    *same = line->whole && salt && !strcmp(salt, j->salt);
    bool strange = line->whole ? !salt : !is_torn(line->text, line->len);
    json_decref(o);
    if (strange)
        CAD_FAIL(CAD_EWRITE, "%s: not a list of what an earlier call had done; expected none, or such a list", j->path.data);
    return CAD_OK;
}

static cad_status read_old(cad_journal *j, bool *same)
{
    cad_buf text = CAD_BUF_INIT;
    *same = false;
    cad_status s = cad_fs_is_file(j->path.data) ? cad_fs_read(j->path.data, 0, &text) : CAD_OK;
    cad_lines lines = cad_lines_of(&text);
    cad_line line;
    if (s == CAD_OK && cad_lines_next(&lines, &line))
        s = read_salt(j, &line, same);
    while (s == CAD_OK && *same && cad_lines_next(&lines, &line)) /* else there is none, or one of other work */
        if (line.whole)
            s = keep_line(j, &line);
    cad_buf_deinit(&text);
    return s;
}

/* ---- this call's ---- */

static cad_status add_line(cad_journal *j, json_t *o)
{
    cad_buf line = CAD_BUF_INIT;
    cad_status s = o ? cad_json_print(o, &line) : cad_fail(CAD_ENOMEM, "%s: no memory for a line", j->path.data);
    if (s == CAD_OK)
        s = cad_appender_line(j->file, line.data, line.len);
    cad_buf_deinit(&line);
    json_decref(o);
    return s;
}

static cad_status begin(cad_journal *j)
{
    bool same;
    CAD_TRY(read_old(j, &same));
    if (!same && cad_fs_exists(j->path.data))
        CAD_TRY(cad_fs_remove(j->path.data));
    CAD_TRY(cad_appender_open(j->path.data, &j->file));
    return same ? CAD_OK : add_line(j, json_pack("{ss}", "salt", j->salt));
}

void cad_journal_close(cad_journal *j)
{
    if (!j)
        return;
    if (j->file)
        cad_appender_close(j->file);
    cad_hash_index_deinit(&j->line_of);
    cad_buf_deinit(&j->path);
    cad_buf_deinit(&j->lines);
    cad_mem_free(j);
}

/* With the program itself: another build may come to something else, whatever it calls itself. */
static cad_status make_salt(cad_journal *j, const char *salt)
{
    char program[CAD_HASH_HEX];
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_fs_hash("/proc/self/exe", program);
    if (s == CAD_OK)
        s = cad_buf_printf(&text, "%s %s", program, salt);
    if (s == CAD_OK)
        cad_hash128_hex(text.data, text.len, j->salt);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_journal_open(const char *path, const char *salt, cad_journal **out)
{
    cad_journal *j = NULL;
    CAD_TRY(cad_mem_alloc(sizeof *j, "journal", &j));
    cad_status s = cad_buf_str(&j->path, path);
    if (s == CAD_OK)
        s = make_salt(j, salt);
    if (s == CAD_OK)
        s = begin(j);
    if (s != CAD_OK) {
        cad_journal_close(j);
        return s;
    }
    *out = j;
    return CAD_OK;
}

int64_t cad_journal_known(const cad_journal *j)
{
    return (int64_t)j->line_of.n;
}

json_t *cad_journal_find(const cad_journal *j, uint64_t key)
{
    json_t *o = NULL;
    const uint64_t *at = cad_hash_index_find(&j->line_of, key);
    const char *line = at ? j->lines.data + *at : NULL;
    return line && cad_json_parse(line, strlen(line), j->path.data, &o) == CAD_OK ? o : NULL;
}

cad_status cad_journal_add(cad_journal *j, uint64_t key, json_t *o)
{
    char hex[KEY_HEX];
    key_text(key, hex);
    if (o && json_object_set_new(o, "key", json_string(hex))) {
        json_decref(o);
        o = NULL;
    }
    return add_line(j, o);
}

cad_status cad_journal_end(cad_journal *j)
{
    cad_status s = cad_fs_remove(j->path.data);
    cad_journal_close(j);
    return s;
}
