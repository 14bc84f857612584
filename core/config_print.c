#include "core/config_impl.h"
#include "core/fs.h"

#include <stdio.h>
#include <string.h>

static const cad_key *find(const char *key, size_t *index)
{
    size_t n;
    const cad_key *k = cad_schema_find_full(key);
    if (k)
        *index = (size_t)(k - cad_schema(&n));
    return k;
}

const char *cad_config_origin(const cad_config *cfg, const char *key)
{
    size_t i;
    return find(key, &i) ? cfg->origins[i].text : NULL;
}

bool cad_config_is_set(const cad_config *cfg, const char *key)
{
    size_t i;
    return find(key, &i) && !cfg->origins[i].is_default;
}

bool cad_list_has(const cad_list *l, const char *item)
{
    for (size_t i = 0; i < l->n; i++)
        if (!strcmp(l->item[i], item))
            return true;
    return false;
}

cad_status cad_config_no_key(const char *key)
{
    char suggestion[64] = "";
    char section[32];
    size_t len = strcspn(key, ".");
    const cad_key *meant = cad_schema_find_name(key, strlen(key));
    if (key[len] == '.' && len < sizeof section) {
        memcpy(section, key, len);
        section[len] = '\0';
        if (cad_schema_has_section(section, len))
            meant = cad_schema_near_key(section, key + len + 1);
        else
            cad_schema_suggest_section(section, suggestion);
    }
    if (meant)
        snprintf(suggestion, sizeof suggestion, "; did you mean %s?", meant->full);
    CAD_FAIL(CAD_ENOTFOUND, "no key '%s'%s", key, suggestion);
}

cad_status cad_config_value(const cad_config *cfg, const char *key, cad_buf *out)
{
    const cad_key *k = cad_schema_find_full(key);
    if (!k)
        return cad_config_no_key(key);
    return cad_value_print(k, cfg, out);
}

/* One line of the resolved copy. */
static cad_status print_key(const cad_config *cfg, const cad_key *k, const cad_config_origin_t *origin, cad_buf *out)
{
    cad_buf value = CAD_BUF_INIT, line = CAD_BUF_INIT;
    cad_status s = cad_value_print(k, cfg, &value);
    if (s == CAD_OK && !value.len && !strcmp(k->def, "*")) {
        s = cad_buf_printf(out, "; %s =\n", k->name); /* required, but not here */
        goto end;
    }
    if (s == CAD_OK)
        s = cad_buf_printf(&line, "%s = ", k->name);
    if (s == CAD_OK)
        s = k->type == 'p' && value.len ? cad_fs_absolute(value.data, &line) : cad_buf_str(&line, cad_buf_cstr(&value));
    if (s == CAD_OK && line.len > CAD_INI_LINE)
        s = cad_fail(CAD_ECONFIG, "%s (%s): a line of %zu bytes; a configuration file holds at most %d", k->full, origin->text,
                     line.len, CAD_INI_LINE);
    if (s == CAD_OK && !origin->is_default) {
        enum { COLUMN = 40 };
        size_t pad = line.len < COLUMN ? COLUMN - line.len : 2;
        if (line.len + pad + 2 + strlen(origin->text) <= CAD_INI_LINE)
            s = cad_buf_printf(&line, "%*s; %s", (int)pad, "", origin->text);
        else
            s = cad_buf_printf(out, "; next line: %.*s\n", CAD_INI_LINE - 16, origin->text);
    }
    if (s == CAD_OK)
        s = cad_buf_printf(out, "%s\n", line.data);
end:
    cad_buf_deinit(&value);
    cad_buf_deinit(&line);
    return s;
}

cad_status cad_config_print(const cad_config *cfg, cad_buf *out)
{
    size_t n;
    const cad_key *k = cad_schema(&n);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(k[i].section, k[i - 1].section) != 0)
            CAD_TRY(cad_buf_printf(out, "%s[%s]\n", i ? "\n" : "", k[i].section));
        CAD_TRY(print_key(cfg, &k[i], &cfg->origins[i], out));
    }
    return CAD_OK;
}

cad_status cad_config_explain(const cad_config *cfg, const char *key, cad_buf *out)
{
    size_t i = 0;
    const cad_key *k = find(key, &i);
    if (!k)
        return cad_config_no_key(key);
    CAD_TRY(cad_buf_printf(out, "%s", k->full));
    if (cfg) {
        CAD_TRY(cad_buf_str(out, " = "));
        CAD_TRY(cad_value_print(k, cfg, out));
        CAD_TRY(cad_buf_printf(out, "   (%s)", cfg->origins[i].text));
    }
    CAD_TRY(cad_buf_printf(out, "\n  %s\n  %s, expected ", k->help, cad_value_type_name(k)));
    CAD_TRY(cad_value_expected(k, out));
    if (!strcmp(k->def, "*"))
        return cad_buf_str(out, "; required\n");
    return cad_buf_printf(out, "; default %s\n", *k->def ? k->def : "empty");
}

cad_status cad_config_schema(bool markdown, cad_buf *out)
{
    size_t n;
    const cad_key *k = cad_schema(&n);
    for (size_t i = 0; i < n; i++) {
        bool first = i == 0 || strcmp(k[i].section, k[i - 1].section) != 0;
        const char *def = !strcmp(k[i].def, "*") ? "required" : k[i].def;
        if (first && markdown)
            CAD_TRY(cad_buf_printf(out, "%s## [%s]\n\n| key | type | default | values | meaning |\n|---|---|---|---|---|\n",
                                   i ? "\n" : "", k[i].section));
        else if (first)
            CAD_TRY(cad_buf_printf(out, "%s[%s]\n", i ? "\n" : "", k[i].section));
        if (markdown) {
            CAD_TRY(cad_buf_printf(out, "| `%s` | %s | %s | ", k[i].name, cad_value_type_name(&k[i]), def));
            CAD_TRY(cad_value_expected(&k[i], out));
            CAD_TRY(cad_buf_printf(out, " | %s |\n", k[i].help));
        } else {
            CAD_TRY(cad_buf_printf(out, "  %-16s %s [%s]; ", k[i].name, k[i].help, def));
            CAD_TRY(cad_value_expected(&k[i], out));
            CAD_TRY(cad_buf_str(out, "\n"));
        }
    }
    return CAD_OK;
}

cad_status cad_config_diff(const cad_config *a, const cad_config *b,
                           void (*fn)(void *, const char *, const char *, const char *), void *ctx)
{
    size_t n;
    const cad_key *k = cad_schema(&n);
    cad_buf left = CAD_BUF_INIT, right = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (size_t i = 0; i < n && s == CAD_OK; i++) {
        cad_buf_clear(&left);
        cad_buf_clear(&right);
        s = cad_value_print(&k[i], a, &left);
        if (s == CAD_OK)
            s = cad_value_print(&k[i], b, &right);
        if (s == CAD_OK && strcmp(cad_buf_cstr(&left), cad_buf_cstr(&right)) != 0)
            fn(ctx, k[i].full, cad_buf_cstr(&left), cad_buf_cstr(&right));
    }
    cad_buf_deinit(&left);
    cad_buf_deinit(&right);
    return s;
}
