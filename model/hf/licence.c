#include "model/hf/licence.h"

#include "core/buf.h"
#include "core/fs.h"
#include "core/log.h"
#include "model/hf/hfjson.h"

#include <stdio.h>
#include <string.h>

#define MAX_TEXT ((size_t)1 << 20)

typedef struct line {
    const char *text;
    size_t len;
} line;

/* The line at *at without its end; moves *at behind it. */
static bool next_line(const char **at, const char *end, line *out)
{
    if (*at >= end)
        return false;
    const char *stop = memchr(*at, '\n', (size_t)(end - *at));
    out->text = *at;
    out->len = (size_t)((stop ? stop : end) - *at);
    *at = stop ? stop + 1 : end;
    return true;
}

/* Without what may stand around a name: blanks, a carriage return, quotes, the marks of a heading. */
static line trimmed(line l)
{
    static const char around[] = " \t\r\"'#";
    while (l.len > 0 && l.text[0] && strchr(around, l.text[0])) {
        l.text++;
        l.len--;
    }
    while (l.len > 0 && l.text[l.len - 1] && strchr(around, l.text[l.len - 1]))
        l.len--;
    return l;
}

static bool value_of(line l, const char *key, line *out)
{
    size_t n = strlen(key);
    if (l.len <= n || memcmp(l.text, key, n) != 0 || l.text[n] != ':')
        return false;
    *out = trimmed((line){l.text + n + 1, l.len - n - 1});
    return out->len > 0;
}

static bool is_word(line l, const char *word)
{
    return l.len == strlen(word) && !memcmp(l.text, word, l.len);
}

/* `key: value`, the value quoted where it must be. */
static cad_status card_line(const char *key, line value, cad_buf *out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_buf_add(&text, value.text, strnlen(value.text, value.len));
    if (s == CAD_OK)
        s = cad_buf_printf(out, "%s: ", key);
    if (s == CAD_OK)
        s = cad_hfjson_card_value(out, cad_buf_cstr(&text));
    if (s == CAD_OK)
        s = cad_buf_str(out, "\n");
    cad_buf_deinit(&text);
    return s;
}

/* The head of a model card: lines of YAML between two of "---". */
static bool of_card(const char *text, size_t len, line *out)
{
    const char *at = text, *end = text + len;
    line l, licence = {NULL, 0}, name = {NULL, 0};
    if (!next_line(&at, end, &l) || !is_word(trimmed(l), "---"))
        return false;
    while (next_line(&at, end, &l) && !is_word(trimmed(l), "---"))
        if (!value_of(l, "license", &licence))
            value_of(l, "license_name", &name);
    *out = name.len > 0 && (licence.len == 0 || is_word(licence, "other")) ? name : licence;
    return out->len > 0;
}

/* Lines of the head as another card may say them; none of an empty head. */
static cad_status head_lines(const char *text, size_t len, cad_buf *out)
{
    static const char *const keys[] = {"license", "license_name", "license_link"};
    const char *at = text, *end = text + len;
    line l, value;
    if (!next_line(&at, end, &l) || !is_word(trimmed(l), "---"))
        return CAD_OK;
    while (next_line(&at, end, &l) && !is_word(trimmed(l), "---"))
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (value_of(l, keys[i], &value))
                CAD_TRY(card_line(keys[i], value, out));
    return CAD_OK;
}

static bool of_text(const char *text, size_t len, line *out)
{
    const char *at = text, *end = text + len;
    line l;
    while (next_line(&at, end, &l)) {
        *out = trimmed(l);
        if (out->len > 0)
            return true;
    }
    return false;
}

static bool of_file(const char *dir, const char *name, bool (*find)(const char *, size_t, line *), char *out, size_t size)
{
    cad_buf path = CAD_BUF_INIT, text = CAD_BUF_INIT;
    line found;
    bool is = cad_buf_printf(&path, "%s/%s", dir, name) == CAD_OK && cad_fs_exists(path.data) &&
              cad_fs_read(path.data, MAX_TEXT, &text) == CAD_OK && find(cad_buf_cstr(&text), text.len, &found);
    if (is)
        snprintf(out, size, "%.*s", (int)(found.len < size ? found.len : size - 1), found.text);
    cad_buf_deinit(&path);
    cad_buf_deinit(&text);
    return is;
}

static const char *const names[] = {"LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE", "NOTICE.txt", "NOTICE.md"};
enum { NAMES = sizeof names / sizeof *names, LICENCES = 3 }; /* the first tell which licence */

bool cad_licence_is_file(const char *name)
{
    for (size_t i = 0; i < NAMES; i++)
        if (!strcmp(name, names[i]))
            return true;
    return false;
}

bool cad_model_licence(const char *dir, char *out, size_t size)
{
    if (of_file(dir, "README.md", of_card, out, size))
        return true;
    for (size_t i = 0; i < LICENCES; i++)
        if (of_file(dir, names[i], of_text, out, size))
            return true;
    return false;
}

cad_status cad_model_licence_card(const char *dir, cad_buf *out)
{
    char name[120];
    cad_buf path = CAD_BUF_INIT, text = CAD_BUF_INIT;
    const size_t from = out->len;
    cad_status s = cad_buf_printf(&path, "%s/README.md", dir);
    if (s == CAD_OK && cad_fs_is_file(path.data) && cad_fs_read(path.data, MAX_TEXT, &text) == CAD_OK)
        s = head_lines(cad_buf_cstr(&text), text.len, out);
    if (s == CAD_OK && out->len == from && cad_model_licence(dir, name, sizeof name)) {
        s = cad_buf_str(out, "license: other\n");
        if (s == CAD_OK)
            s = card_line("license_name", (line){name, strlen(name)}, out);
    }
    cad_buf_deinit(&path);
    cad_buf_deinit(&text);
    return s;
}

void cad_model_licence_log(const char *dir)
{
    char name[120];
    if (cad_model_licence(dir, name, sizeof name))
        cad_log(CAD_LOG_INFO, "%s: licence %s", dir, name);
}
