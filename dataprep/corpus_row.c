#include "dataprep/corpus_row.h"

#include "dataprep/caption_group.h"

#include <inttypes.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* the state lives on the stack */
#include <xxhash.h>

uint64_t cad_caption_hash(const char *caption)
{
    XXH64_state_t state;
    if (XXH64_reset(&state, 0) == XXH_ERROR)
        return 1;
    char fold[256];
    size_t n = 0;
    bool blank = false, any = false;
    size_t end = strlen(caption);
    while (end && strchr(" \t\r\n", caption[end - 1]))
        end--;
    if (end && caption[end - 1] == '.')
        end--;
    for (size_t i = 0; i < end; i++) {
        char c = caption[i];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            blank = any;
            continue;
        }
        if (n + 2 > sizeof fold) {
            (void)XXH64_update(&state, fold, n);
            n = 0;
        }
        if (blank)
            fold[n++] = ' ';
        blank = false;
        any = true;
        fold[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    (void)XXH64_update(&state, fold, n);
    uint64_t h = XXH64_digest(&state);
    return h ? h : 1;
}

/* ---- printing ---- */

static int set_text(json_t *o, const char *key, const char *text)
{
    return text && *text ? json_object_set_new(o, key, json_string(text)) : 0;
}

static int set_hash(json_t *o, const char *key, uint64_t h)
{
    char hex[17];
    snprintf(hex, sizeof hex, "%016" PRIx64, h);
    return h ? json_object_set_new(o, key, json_string(hex)) : 0;
}

/* A member that is itself JSON text. */
static cad_status set_json(json_t *o, const char *key, const char *text, const char *id)
{
    if (!text || !*text)
        return CAD_OK;
    json_t *v = NULL;
    CAD_TRY(cad_json_parse(text, strlen(text), id, &v));
    if (json_object_set_new(o, key, v))
        CAD_FAIL(CAD_ENOMEM, "row %s: no memory for '%s'", id, key);
    return CAD_OK;
}

static cad_status row_object(const cad_row *row, json_t *o, json_t *meta, json_t *group)
{
    int bad = 0;
    bad |= json_object_set_new(o, "id", json_string(row->id));
    bad |= json_object_set_new(o, "caption", json_string(row->caption));
    bad |= json_object_set_new(o, "target", json_string(row->target));
    bad |= set_text(o, "kind", row->kind);
    bad |= set_text(o, "source", row->source);
    bad |= set_text(o, "split", row->split);
    bad |= set_text(meta, "family", row->family);
    bad |= set_text(meta, "phrasing", row->phrasing);
    bad |= set_text(meta, "units", row->units);
    bad |= set_text(meta, "held", row->held);
    bad |= set_hash(group, "caption", row->caption_hash);
    bad |= set_hash(group, "geometry", row->geometry_hash);
    if (bad)
        CAD_FAIL(CAD_EDATA, "row %s: a text is not valid UTF-8", row->id);
    CAD_TRY(set_json(meta, "params", row->params, row->id));
    CAD_TRY(set_json(o, "expect", row->expect, row->id));
    CAD_TRY(set_json(o, "rag", row->rag, row->id));
    if (json_object_size(meta) && json_object_set(o, "meta", meta))
        CAD_FAIL(CAD_ENOMEM, "row %s: no memory for 'meta'", row->id);
    if (json_object_size(group) && json_object_set(o, "group", group))
        CAD_FAIL(CAD_ENOMEM, "row %s: no memory for 'group'", row->id);
    return CAD_OK;
}

cad_status cad_row_print(const cad_row *row, cad_buf *out)
{
    json_t *o = json_object(), *meta = json_object(), *group = json_object();
    cad_status s = o && meta && group ? row_object(row, o, meta, group) : cad_fail(CAD_ENOMEM, "row %s: no memory", row->id);
    if (s == CAD_OK)
        s = cad_json_print(o, out);
    json_decref(o);
    json_decref(meta);
    json_decref(group);
    return s;
}

/* ---- parsing ---- */

static cad_status get_text(const json_t *o, const char *key, const char *where, cad_arena *a, const char **out)
{
    const char *text = "";
    if (o && json_object_get(o, key))
        CAD_TRY(cad_json_get_string(o, key, where, &text));
    return cad_arena_strdup(a, text, strlen(text), out);
}

static cad_status copy_json(const json_t *v, cad_arena *a, const char **out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_json_print(v, &text);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, cad_buf_cstr(&text), text.len, out);
    cad_buf_deinit(&text);
    return s;
}

static cad_status get_json(const json_t *o, const char *key, const char *where, cad_arena *a, const char **out)
{
    json_t *v = o ? json_object_get(o, key) : NULL;
    *out = "";
    if (!v || json_is_null(v))
        return CAD_OK;
    if (!json_is_object(v))
        CAD_FAIL(CAD_EDATA, "%s: key '%s': expected object", where, key);
    return copy_json(v, a, out);
}

/* The rows that were retrieved. */
static cad_status get_rag(const json_t *o, const char *where, cad_arena *a, const char **out)
{
    json_t *list = NULL;
    *out = "";
    if (!json_object_get(o, "rag"))
        return CAD_OK;
    CAD_TRY(cad_json_get_array(o, "rag", where, &list));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = NULL;
        double score = 0;
        char place[4300];
        snprintf(place, sizeof place, "%s: rag[%zu]", where, i);
        CAD_TRY(cad_json_get_string(json_array_get(list, i), "id", place, &id));
        CAD_TRY(cad_json_get_number(json_array_get(list, i), "score", place, &score));
    }
    return copy_json(list, a, out);
}

static cad_status get_hash(const json_t *o, const char *key, const char *where, uint64_t *out)
{
    *out = 0;
    if (!o || !json_object_get(o, key))
        return CAD_OK;
    const char *hex = NULL;
    CAD_TRY(cad_json_get_string(o, key, where, &hex));
    uint64_t h = 0;
    size_t n = strlen(hex);
    for (size_t i = 0; i < n; i++) {
        char c = hex[i];
        int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (d < 0 || n != 16)
            CAD_FAIL(CAD_EDATA, "%s: group.%s: found '%s'; expected 16 hex digits", where, key, hex);
        h = h << 4 | (uint64_t)d;
    }
    *out = h;
    return CAD_OK;
}

cad_status cad_row_groups(const json_t *o, const char *where, uint64_t *caption, uint64_t *geometry)
{
    const json_t *group = json_object_get(o, "group");
    const char *text, *kind = json_string_value(json_object_get(o, "kind"));
    bool step = kind && !strcmp(kind, "step");
    CAD_TRY(cad_json_get_string(o, "caption", where, &text));
    CAD_TRY(get_hash(group, "caption", where, caption));
    CAD_TRY(get_hash(group, "geometry", where, geometry));
    return !*caption && (*text || !step) ? cad_caption_key(step, text, caption) : CAD_OK;
}

cad_status cad_row_parse(const json_t *o, const char *where, cad_arena *a, cad_row *out)
{
    cad_row r = {0};
    const char *text = NULL;
    if (!json_is_object(o))
        CAD_FAIL(CAD_EDATA, "%s: expected a JSON object", where);
    CAD_TRY(cad_json_get_string(o, "id", where, &text));
    if (!*text)
        CAD_FAIL(CAD_EDATA, "%s: key 'id' is empty", where);
    CAD_TRY(cad_arena_strdup(a, text, strlen(text), &r.id));
    CAD_TRY(cad_json_get_string(o, "caption", where, &text));
    CAD_TRY(cad_arena_strdup(a, text, strlen(text), &r.caption));
    CAD_TRY(cad_json_get_string(o, "target", where, &text));
    CAD_TRY(cad_arena_strdup(a, text, strlen(text), &r.target));
    const json_t *meta = json_object_get(o, "meta");
    CAD_TRY(get_text(o, "kind", where, a, &r.kind));
    CAD_TRY(get_text(o, "source", where, a, &r.source));
    CAD_TRY(get_text(o, "split", where, a, &r.split));
    CAD_TRY(get_text(meta, "family", where, a, &r.family));
    CAD_TRY(get_text(meta, "phrasing", where, a, &r.phrasing));
    CAD_TRY(get_text(meta, "units", where, a, &r.units));
    CAD_TRY(get_text(meta, "held", where, a, &r.held));
    CAD_TRY(get_json(meta, "params", where, a, &r.params));
    CAD_TRY(get_json(o, "expect", where, a, &r.expect));
    CAD_TRY(get_rag(o, where, a, &r.rag));
    CAD_TRY(cad_row_groups(o, where, &r.caption_hash, &r.geometry_hash));
    *out = r;
    return CAD_OK;
}
