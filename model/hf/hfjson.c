#include "model/hf/hfjson.h"

#include "core/mem.h"
#include "core/size.h"
#include "core/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64 };

cad_status cad_hfjson_string(cad_buf *b, const char *text, size_t len)
{
    CAD_TRY(cad_buf_str(b, "\""));
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            CAD_TRY(cad_buf_printf(b, "\\%c", c));
        else if (c == '\n')
            CAD_TRY(cad_buf_str(b, "\\n"));
        else if (c == '\r')
            CAD_TRY(cad_buf_str(b, "\\r"));
        else if (c == '\t')
            CAD_TRY(cad_buf_str(b, "\\t"));
        else if (c < 0x20)
            CAD_TRY(cad_buf_printf(b, "\\u%04x", c));
        else
            CAD_TRY(cad_buf_add(b, &text[i], 1));
    }
    return cad_buf_str(b, "\"");
}

/* What needs no quotes in YAML, whatever stands around it. */
static bool plain(const char *text)
{
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-";
    return *text && *text != '-' && strspn(text, safe) == strlen(text);
}

cad_status cad_hfjson_card_value(cad_buf *b, const char *text)
{
    cad_buf line = CAD_BUF_INIT;
    if (plain(text))
        return cad_buf_str(b, text);
    cad_status s = cad_utf8_escape(text, strlen(text), &line);
    if (s == CAD_OK)
        s = cad_hfjson_string(b, cad_buf_cstr(&line), line.len);
    cad_buf_deinit(&line);
    return s;
}

cad_status cad_hfjson_real(cad_buf *b, double v)
{
    size_t from = b->len;
    CAD_TRY(cad_buf_number(b, v));
    return strchr(b->data + from, '.') ? CAD_OK : cad_buf_str(b, ".0");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static cad_status print(const json_t *v, bool sorted, int depth, cad_buf *b);

static cad_status line(cad_buf *b, int depth)
{
    return cad_buf_printf(b, "\n%*s", 2 * depth, "");
}

static cad_status print_members(const json_t *v, const char **keys, size_t n, bool sorted, int depth, cad_buf *b)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            CAD_TRY(cad_buf_str(b, ","));
        CAD_TRY(line(b, depth + 1));
        CAD_TRY(cad_hfjson_string(b, keys[i], strlen(keys[i])));
        CAD_TRY(cad_buf_str(b, ": "));
        CAD_TRY(print(json_object_get(v, keys[i]), sorted, depth + 1, b));
    }
    return CAD_OK;
}

static cad_status print_object(const json_t *v, bool sorted, int depth, cad_buf *b)
{
    size_t n = json_object_size(v), i = 0;
    if (n == 0)
        return cad_buf_str(b, "{}");
    const char **keys;
    CAD_TRY(cad_mem_alloc(cad_size_mul(n, sizeof *keys), "keys of an object", &keys));
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)v, key, member) keys[i++] = key;
    if (sorted)
        qsort(keys, n, sizeof *keys, by_name);
    cad_status s = cad_buf_str(b, "{");
    if (s == CAD_OK)
        s = print_members(v, keys, n, sorted, depth, b);
    cad_mem_free(keys);
    CAD_TRY(s);
    CAD_TRY(line(b, depth));
    return cad_buf_str(b, "}");
}

static cad_status print_array(const json_t *v, bool sorted, int depth, cad_buf *b)
{
    size_t n = json_array_size(v);
    if (n == 0)
        return cad_buf_str(b, "[]");
    for (size_t i = 0; i < n; i++) {
        CAD_TRY(cad_buf_str(b, i ? "," : "["));
        CAD_TRY(line(b, depth + 1));
        CAD_TRY(print(json_array_get(v, i), sorted, depth + 1, b));
    }
    CAD_TRY(line(b, depth));
    return cad_buf_str(b, "]");
}

static cad_status print(const json_t *v, bool sorted, int depth, cad_buf *b)
{
    if (depth > MAX_DEPTH)
        CAD_FAIL(CAD_EDATA, "JSON: nested deeper than %d levels", MAX_DEPTH);
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        return print_object(v, sorted, depth, b);
    case JSON_ARRAY:
        return print_array(v, sorted, depth, b);
    case JSON_STRING:
        return cad_hfjson_string(b, json_string_value(v), json_string_length(v));
    case JSON_INTEGER:
        return cad_buf_printf(b, "%lld", (long long)json_integer_value(v));
    case JSON_REAL:
        return cad_hfjson_real(b, json_real_value(v));
    case JSON_TRUE:
        return cad_buf_str(b, "true");
    case JSON_FALSE:
        return cad_buf_str(b, "false");
    case JSON_NULL:
        break;
    }
    return cad_buf_str(b, "null");
}

cad_status cad_hfjson_print(const json_t *v, bool sorted, cad_buf *b)
{
    return print(v, sorted, 0, b);
}

bool cad_hfjson_is_empty(const json_t *v)
{
    return json_is_null(v) || json_is_false(v) || (json_is_object(v) && json_object_size(v) == 0) ||
           (json_is_array(v) && json_array_size(v) == 0);
}

const char *cad_hfjson_unknown(const json_t *o, const char *const *known, size_t n)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)o, key, v)
    {
        bool is_known = cad_hfjson_is_empty(v);
        for (size_t i = 0; i < n; i++)
            is_known = is_known || !strcmp(key, known[i]);
        if (!is_known)
            return key;
    }
    return NULL;
}
