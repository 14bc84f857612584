#include "core/json.h"

#include "core/fs.h"
#include "core/utf8.h"

#include <string.h>

enum { MAX_DEPTH = 512 };

/* jansson recurses, and has a limit of its own that is the same for all programs: ours is found before it starts. */
static cad_status check_depth(const char *text, size_t len, const char *where)
{
    int depth = 0, line = 1;
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        line += text[i] == '\n';
        if (text[i] == '"')
            quoted = !quoted;
        else if (quoted && text[i] == '\\')
            i++;
        else if (!quoted && (text[i] == '[' || text[i] == '{') && ++depth > MAX_DEPTH)
            CAD_FAIL(CAD_EPARSE, "%s: line %d: nested deeper than %d levels", where, line, MAX_DEPTH);
        else if (!quoted && (text[i] == ']' || text[i] == '}'))
            depth--;
    }
    return CAD_OK;
}

cad_status cad_json_parse(const char *text, size_t len, const char *where, json_t **out)
{
    json_error_t e;
    CAD_TRY(check_depth(text, len, where));
    json_t *v = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);
    if (!v)
        CAD_FAIL(CAD_EPARSE, "%s: line %d, column %d: not JSON: %s", where, e.line, e.column, e.text);
    *out = v;
    return CAD_OK;
}

cad_status cad_json_read(const char *path, size_t limit, json_t **out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_fs_read(path, limit, &text);
    if (s == CAD_OK)
        s = cad_json_parse(cad_buf_cstr(&text), text.len, path, out);
    cad_buf_deinit(&text);
    return s;
}

static const char *type_name(const json_t *v)
{
    if (!v)
        return "nothing";
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        return "object";
    case JSON_ARRAY:
        return "array";
    case JSON_STRING:
        return "string";
    case JSON_INTEGER:
        return "integer";
    case JSON_REAL:
        return "number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "boolean";
    case JSON_NULL:
        return "null";
    }
    return "unknown";
}

static cad_status wrong(const json_t *o, const char *key, const char *where, const char *expected)
{
    CAD_FAIL(CAD_EDATA, "%s: key '%s': found %s; expected %s", where, key, type_name(json_object_get(o, key)), expected);
}

cad_status cad_json_get_int(const json_t *o, const char *key, const char *where, int64_t *out)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_integer(v))
        return wrong(o, key, where, "integer");
    *out = json_integer_value(v);
    return CAD_OK;
}

cad_status cad_json_get_number(const json_t *o, const char *key, const char *where, double *out)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_number(v))
        return wrong(o, key, where, "number");
    *out = json_number_value(v);
    return CAD_OK;
}

cad_status cad_json_get_bool(const json_t *o, const char *key, const char *where, bool *out)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_boolean(v))
        return wrong(o, key, where, "boolean");
    *out = json_is_true(v);
    return CAD_OK;
}

cad_status cad_json_get_string(const json_t *o, const char *key, const char *where, const char **out)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_string(v))
        return wrong(o, key, where, "string");
    if (strlen(json_string_value(v)) != json_string_length(v))
        CAD_FAIL(CAD_EDATA, "%s: key '%s': found a string with a NUL; expected text", where, key);
    *out = json_string_value(v);
    return CAD_OK;
}

cad_status cad_json_get_text(const json_t *o, const char *key, const char *where, const char **out, size_t *len)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_string(v))
        return wrong(o, key, where, "string");
    *out = json_string_value(v);
    *len = json_string_length(v);
    return CAD_OK;
}

cad_status cad_json_get_array(const json_t *o, const char *key, const char *where, json_t **out)
{
    json_t *v = json_object_get(o, key);
    if (!json_is_array(v))
        return wrong(o, key, where, "array");
    *out = v;
    return CAD_OK;
}

cad_status cad_json_get_object(const json_t *o, const char *key, const char *where, json_t **out)
{
    json_t *v = json_object_get(o, key);
    if (!json_is_object(v))
        return wrong(o, key, where, "object");
    *out = v;
    return CAD_OK;
}

json_t *cad_json_text(const char *text)
{
    json_t *o = json_string(text);
    cad_buf b = CAD_BUF_INIT;
    if (!o && cad_utf8_lossy(text, strlen(text), &b) == CAD_OK)
        o = json_stringn(cad_buf_cstr(&b), b.len);
    cad_buf_deinit(&b);
    return o;
}

typedef struct printer {
    cad_buf *out;
    bool failed; /* jansson overlooks a failure in the middle of an object */
} printer;

static int append(const char *bytes, size_t len, void *ctx)
{
    printer *p = ctx;
    p->failed = p->failed || cad_buf_add(p->out, bytes, len) != CAD_OK;
    return p->failed ? -1 : 0;
}

static cad_status print(const json_t *v, size_t flags, cad_buf *out)
{
    printer p = {.out = out};
    if (json_dump_callback(v, append, &p, flags | JSON_ENCODE_ANY) != 0 || p.failed)
        CAD_FAIL(CAD_ENOMEM, "out of memory or invalid text in a JSON document");
    return CAD_OK;
}

cad_status cad_json_print(const json_t *v, cad_buf *out)
{
    return print(v, JSON_COMPACT | JSON_SORT_KEYS, out);
}

cad_status cad_json_print_pretty(const json_t *v, cad_buf *out)
{
    CAD_TRY(print(v, JSON_INDENT(2), out));
    return cad_buf_add(out, "\n", 1);
}

cad_status cad_json_write(const char *path, const json_t *v)
{
    if (!v)
        CAD_FAIL(CAD_ENOMEM, "%s: out of memory for its text", path);
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_json_print_pretty(v, &text);
    if (s == CAD_OK)
        s = cad_fs_write(path, text.data, text.len);
    cad_buf_deinit(&text);
    return s;
}
