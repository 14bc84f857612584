#include "dataprep/payloads.h"

#include "core/fs.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/size.h"
#include "dataprep/corpus_row.h"
#include "dataprep/hash_index.h"

#include <inttypes.h>
#include <string.h>

typedef struct place {
    uint64_t at;
    uint32_t len, file;
} place;

struct cad_payloads {
    cad_file *file[CAD_PAYLOAD_FILES];
    size_t n_files;
    cad_buf places; /* of all rows */
    cad_hash_index rows;
    cad_hasher *hasher; /* of ids, captions, targets and groups; NULL: places were given */
};

static cad_status add_row(cad_payloads *p, const cad_corpus_reader *r, const json_t *row, const char *where)
{
    place line = {.file = (uint32_t)p->n_files - 1};
    const char *id, *caption, *target;
    size_t len;
    bool is_new;
    uint64_t *at, group[2];
    CAD_TRY(cad_json_get_string(row, "id", where, &id));
    CAD_TRY(cad_json_get_string(row, "caption", where, &caption));
    CAD_TRY(cad_json_get_string(row, "target", where, &target));
    CAD_TRY(cad_row_groups(row, where, &group[0], &group[1]));
    cad_rag_corpus_add(p->hasher, id, caption, cad_rag_target_hash(target), group[0], group[1]);
    cad_corpus_place(r, &line.at, &len);
    line.len = (uint32_t)len; /* a line has 64 MiB at most */
    CAD_TRY(cad_hash_index_at(&p->rows, cad_hash_index_key(id, strlen(id)), p->places.len / sizeof line, &is_new, &at));
    if (!is_new)
        CAD_FAIL(CAD_EDATA, "%s: row id %s occurs twice", where, id);
    return cad_buf_add(&p->places, &line, sizeof line);
}

static cad_status read_ids(cad_payloads *p, const char *path)
{
    cad_corpus_reader *r = NULL;
    CAD_TRY(cad_corpus_open(path, &r));
    cad_status s = cad_file_open(path, &p->file[p->n_files++]);
    for (bool more = true; s == CAD_OK;) {
        json_t *row = NULL;
        const char *where;
        s = cad_corpus_next_object(r, &row, &where, &more);
        if (s != CAD_OK || !more)
            break;
        s = add_row(p, r, row, where);
        json_decref(row);
    }
    cad_corpus_close(r);
    return s;
}

cad_status cad_payloads_open(const char *const *path, size_t n, cad_payloads **out)
{
    cad_payloads *p;
    if (n > CAD_PAYLOAD_FILES)
        CAD_FAIL(CAD_EINVAL, "payloads of %zu corpora; expected at most %d", n, CAD_PAYLOAD_FILES);
    CAD_TRY(cad_mem_alloc(sizeof *p, "payloads", &p));
    p->hasher = cad_hasher_create();
    cad_status s = p->hasher ? CAD_OK : cad_fail(CAD_ENOMEM, "payloads: no memory for their hash");
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        s = read_ids(p, path[i]);
    if (s != CAD_OK) {
        cad_payloads_close(p);
        return s;
    }
    *out = p;
    return CAD_OK;
}

static cad_status add_place(cad_payloads *p, const cad_rag_place *r)
{
    const cad_file *f = r->file < p->n_files ? p->file[r->file] : NULL;
    uint64_t size = f ? cad_file_size(f) : 0;
    if (r->bytes > CAD_CORPUS_LINE || r->bytes > size || r->at > size - r->bytes)
        CAD_FAIL(CAD_ECORRUPT, "%s: %" PRIu64 " bytes; a row is said to stand at %" PRIu64 ", %" PRIu64 " long",
                 f ? cad_file_path(f) : "payloads", size, r->at, r->bytes);
    return cad_buf_add(&p->places, &(place){.at = r->at, .len = (uint32_t)r->bytes, .file = (uint32_t)r->file}, sizeof(place));
}

cad_status cad_payloads_open_placed(const char *const *path, size_t n, const cad_rag_place *noted, int64_t n_rows,
                                    cad_payloads **out)
{
    cad_payloads *p;
    if (n > CAD_PAYLOAD_FILES)
        CAD_FAIL(CAD_EINVAL, "payloads of %zu corpora; expected at most %d", n, CAD_PAYLOAD_FILES);
    CAD_TRY(cad_mem_alloc(sizeof *p, "payloads", &p));
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        s = cad_file_open(path[i], &p->file[p->n_files++]);
    for (int64_t i = 0; s == CAD_OK && i < n_rows; i++)
        s = add_place(p, &noted[i]);
    if (s != CAD_OK) {
        cad_payloads_close(p);
        return s;
    }
    *out = p;
    return CAD_OK;
}

void cad_payloads_close(cad_payloads *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n_files; i++)
        if (p->file[i])
            cad_file_close(p->file[i]);
    cad_buf_deinit(&p->places);
    cad_hash_index_deinit(&p->rows);
    cad_hasher_destroy(p->hasher);
    cad_mem_free(p);
}

void cad_payloads_hash(const cad_payloads *p, char out[CAD_HASH_HEX])
{
    cad_hasher_hex(p->hasher, out);
}

int64_t cad_payloads_find(const cad_payloads *p, const char *id)
{
    const uint64_t *row = cad_hash_index_find(&p->rows, cad_hash_index_key(id, strlen(id)));
    return row ? (int64_t)*row : -1;
}

static cad_status take_target(const json_t *o, const char *where, const char *id, cad_arena *a, const char **out, bool *step)
{
    const char *found, *target, *kind;
    CAD_TRY(cad_json_get_string(o, "id", where, &found));
    if (strcmp(found, id) != 0)
        CAD_FAIL(CAD_EDATA, "%s: found row %s; expected %s: the file was changed", where, found, id);
    CAD_TRY(cad_json_get_string(o, "target", where, &target));
    CAD_TRY(cad_json_get_string(o, "kind", where, &kind));
    *step = !strcmp(kind, "step");
    return cad_arena_strdup(a, target, strlen(target), out);
}

cad_status cad_payloads_read(const cad_payloads *p, int64_t row, const char *id, cad_arena *a, const char **out, bool *step)
{
    const place *l = (const place *)(const void *)p->places.data + row;
    const char *where = cad_file_path(p->file[l->file]);
    char *line;
    json_t *o;
    CAD_TRY(cad_mem_alloc(cad_size_add(l->len, 1), "a row", &line));
    cad_status s = cad_file_read_at(p->file[l->file], l->at, line, l->len);
    if (s == CAD_OK)
        s = cad_json_parse(line, l->len, where, &o);
    if (s == CAD_OK) {
        s = take_target(o, where, id, a, out, step);
        json_decref(o);
    }
    cad_mem_free(line);
    return s;
}

/* ---- where a text may be cut ---- */

/* Behind the string or comment that begins at text[at]; `at` when none does. */
static size_t skip_quoted(const char *text, size_t at)
{
    const char *end = NULL;
    if (text[at] == '\'')
        end = strchr(text + at + 1, '\'');
    else if (text[at] == '/' && text[at + 1] == '*') {
        end = strstr(text + at + 2, "*/");
        end = end ? end + 1 : NULL;
    } else
        return at;
    return end ? (size_t)(end - text) + 1 : strlen(text);
}

cad_status cad_payload_cuts(const char *text, bool step, cad_buf *out)
{
    int64_t depth = 0;
    for (size_t at = 0; text[at];) {
        size_t behind = step ? skip_quoted(text, at) : at;
        if (behind > at) {
            at = behind;
            continue;
        }
        char c = text[at++];
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (step ? c != ';' || depth != 0 : c != '\n')
            continue;
        at += step && text[at] == '\n';
        CAD_TRY(cad_buf_add(out, &at, sizeof at));
    }
    return CAD_OK;
}
