#include "core/config_impl.h"
#include "core/fs.h"
#include "core/json.h"

#include <stdlib.h>
#include <string.h>

/* A number or a truth as such; text for everything that has a unit, a choice or "auto". */
static json_t *typed(const cad_key *k, const char *text)
{
    char *end;
    if (k->type == 'b')
        return json_boolean(!strcmp(text, "on"));
    if (k->type == 'i' && *text) {
        long long i = strtoll(text, &end, 10);
        if (!*end)
            return json_integer(i);
    }
    if (k->type == 'f' && *text) {
        double f = strtod(text, &end);
        if (!*end)
            return json_real(f);
    }
    return cad_json_text(text);
}

static cad_status add_key(const cad_config *cfg, const cad_key *k, const cad_config_origin_t *origin, json_t *all)
{
    cad_buf text = CAD_BUF_INIT, path = CAD_BUF_INIT;
    cad_status s = cad_value_print(k, cfg, &text);
    if (s == CAD_OK && k->type == 'p' && text.len)
        s = cad_fs_absolute(text.data, &path);
    if (s == CAD_OK) {
        json_t *o = json_pack("{so,so,sb}", "value", typed(k, cad_buf_cstr(path.len ? &path : &text)), "origin",
                              cad_json_text(origin->text), "default", origin->is_default);
        if (!o || json_object_set_new(all, k->full, o) != 0)
            s = cad_fail(CAD_ENOMEM, "out of memory for the configuration");
    }
    cad_buf_deinit(&text);
    cad_buf_deinit(&path);
    return s;
}

static cad_status print(json_t *doc, cad_status s, cad_buf *out)
{
    if (s == CAD_OK)
        s = cad_json_print_pretty(doc, out);
    json_decref(doc);
    return s;
}

cad_status cad_config_json(const cad_config *cfg, const char *const *keys, size_t n, cad_buf *out)
{
    size_t all;
    const cad_key *k = cad_schema(&all);
    json_t *doc = json_object();
    cad_status s = doc ? CAD_OK : cad_fail(CAD_ENOMEM, "out of memory for the configuration");
    for (size_t i = 0; s == CAD_OK && i < (n ? n : all); i++) {
        const cad_key *one = n ? cad_schema_find_full(keys[i]) : &k[i];
        s = one ? add_key(cfg, one, &cfg->origins[one - k], doc) : cad_config_no_key(keys[i]);
    }
    return print(doc, s, out);
}

cad_status cad_config_schema_json(cad_buf *out)
{
    size_t n;
    const cad_key *k = cad_schema(&n);
    json_t *doc = json_array();
    cad_status s = doc ? CAD_OK : cad_fail(CAD_ENOMEM, "out of memory for the schema");
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        cad_buf values = CAD_BUF_INIT;
        bool required = !strcmp(k[i].def, "*");
        s = cad_value_expected(&k[i], &values);
        if (s == CAD_OK &&
            json_array_append_new(doc, json_pack("{ss,ss,ss,ss,ss,sb}", "key", k[i].full, "type", cad_value_type_name(&k[i]),
                                                 "default", required ? "" : k[i].def, "values", cad_buf_cstr(&values),
                                                 "meaning", k[i].help, "required", required)))
            s = cad_fail(CAD_ENOMEM, "out of memory for the schema");
        cad_buf_deinit(&values);
    }
    return print(doc, s, out);
}
