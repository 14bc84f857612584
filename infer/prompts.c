#include "infer/prompts.h"
#include "core/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef cad_status (*line_fn)(const char *line, size_t len, const char *where, cad_arena *a, cad_prompt *out);

/* Calls `fn` for every line that is not blank; a prompt without caption is passed over. */
static cad_status each_line(const char *text, size_t len, const char *where, cad_arena *a, line_fn fn, cad_prompts *out)
{
    size_t lines = 1;
    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    cad_prompts p = {0};
    CAD_TRY(cad_arena_zalloc(a, lines, sizeof *p.item, "prompts", &p.item));
    size_t number = 0;
    for (size_t at = 0; at < len;) {
        const char *line = text + at, *end = memchr(line, '\n', len - at);
        size_t n = end ? (size_t)(end - line) : len - at;
        char place[512];
        at += n + 1;
        number++;
        while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == ' ' || line[n - 1] == '\t'))
            n--;
        while (n > 0 && (*line == ' ' || *line == '\t')) {
            line++;
            n--;
        }
        if (n == 0)
            continue;
        snprintf(place, sizeof place, "%s:%zu", where, number);
        cad_prompt *q = &p.item[p.n];
        CAD_TRY(fn(line, n, place, a, q));
        if (!q->caption)
            continue;
        if (!q->id) {
            char id[32];
            int id_len = snprintf(id, sizeof id, "%zu", number);
            CAD_TRY(cad_arena_strdup(a, id, (size_t)id_len, &q->id));
        }
        p.n++;
    }
    if (p.n == 0)
        CAD_FAIL(CAD_ENOTFOUND, "%s: no prompt in it; expected one per line", where);
    *out = p;
    return CAD_OK;
}

static cad_status plain_line(const char *line, size_t len, const char *where, cad_arena *a, cad_prompt *out)
{
    if (memchr(line, 0, len))
        CAD_FAIL(CAD_EDATA, "%s: a NUL byte; expected text", where);
    return cad_arena_strdup(a, line, len, &out->caption);
}

cad_status cad_prompts_lines(const char *text, size_t len, const char *where, cad_arena *a, cad_prompts *out)
{
    return each_line(text, len, where, a, plain_line, out);
}

static cad_status take_text(const json_t *o, const char *key, const char *where, cad_arena *a, const char **out)
{
    const json_t *v = json_object_get(o, key);
    if (!v || json_is_null(v))
        return CAD_OK;
    if (!json_is_string(v))
        CAD_FAIL(CAD_EDATA, "%s: key '%s' is no text", where, key);
    return cad_arena_strdup(a, json_string_value(v), json_string_length(v), out);
}

static cad_status take_object(const json_t *o, const char *where, cad_arena *a, cad_prompt *out)
{
    const json_t *id = json_object_get(o, "id");
    if (!json_is_object(o))
        CAD_FAIL(CAD_EDATA, "%s: no JSON object; expected {\"prompt\":\"..\"}", where);
    CAD_TRY(take_text(o, "prompt", where, a, &out->caption));
    if (!out->caption)
        CAD_TRY(take_text(o, "caption", where, a, &out->caption));
    if (!out->caption) {
        if (json_object_get(o, "schema"))
            return CAD_OK;
        CAD_FAIL(CAD_EDATA, "%s: neither \"prompt\" nor \"caption\"", where);
    }
    CAD_TRY(take_text(o, "retrieved", where, a, &out->retrieved));
    if (json_is_integer(id)) {
        char text[32];
        int n = snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
        return cad_arena_strdup(a, text, (size_t)n, &out->id);
    }
    return take_text(o, "id", where, a, &out->id);
}

static cad_status json_line(const char *line, size_t len, const char *where, cad_arena *a, cad_prompt *out)
{
    json_t *o;
    CAD_TRY(cad_json_parse(line, len, where, &o));
    cad_status s = take_object(o, where, a, out);
    json_decref(o);
    return s;
}

cad_status cad_prompts_jsonl(const char *text, size_t len, const char *where, cad_arena *a, cad_prompts *out)
{
    return each_line(text, len, where, a, json_line, out);
}
