#include "cad/step/steplm_impl.h"

/* Behind the string or comment that begins at text[at]; `at` when none does. */
static size_t skip_quoted(const char *text, size_t at, size_t len)
{
    if (text[at] == '\'') { /* a doubled apostrophe ends one string and begins another */
        size_t end = cad_steplm_find_char(text, at + 1, len, '\'');
        return end < len ? end + 1 : len;
    }
    if (text[at] == '/' && at + 1 < len && text[at + 1] == '*') {
        size_t end = cad_steplm_find(text, at + 2, len, "*/");
        return end < len ? end + 2 : len;
    }
    return at;
}

/* Where the name is missing in COLOUR_RGB( , .. that stands at text[at]; `len`: it is no such entity. */
static size_t missing_name(const char *text, size_t at, size_t len)
{
    static const char type[] = "COLOUR_RGB";
    size_t n = sizeof type - 1;
    if (len - at < n || memcmp(text + at, type, n) != 0 || (at > 0 && cad_steplm_is_word(text, at - 1, len)))
        return len;
    at = cad_steplm_skip_blanks(text, at + n, len);
    if (at == len || text[at] != '(')
        return len;
    at = cad_steplm_skip_blanks(text, at + 1, len);
    return at < len && text[at] == ',' ? at : len;
}

static cad_status name_colours(const char *text, size_t len, cad_buf *out)
{
    size_t from = 0;
    for (size_t at = 0; at < len;) {
        size_t behind = skip_quoted(text, at, len);
        if (behind > at) {
            at = behind;
            continue;
        }
        size_t name = missing_name(text, at, len);
        if (name < len) {
            CAD_TRY(cad_buf_add(out, text + from, name - from));
            CAD_TRY(cad_buf_str(out, "''"));
            from = at = name;
        }
        at++;
    }
    return cad_buf_add(out, text + from, len - from);
}

cad_status cad_steplm_legal(cad_arena *a, const char *text, size_t len, cad_buf *out)
{
    cad_buf restored = CAD_BUF_INIT;
    cad_status s = cad_steplm_restore(a, text, len, &restored);
    if (s == CAD_OK)
        s = name_colours(restored.data, restored.len, out);
    cad_buf_deinit(&restored);
    return s;
}

bool cad_steplm_has_placeholders(const char *text, size_t len)
{
    return cad_steplm_find(text, 0, len, "#ID_") < len;
}
