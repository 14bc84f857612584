/* What values of the configuration look like: their types, what is expected of a text, and their own text. */
#include "core/config_impl.h"
#include "core/device_name.h"

#include <inttypes.h>
#include <string.h>

bool cad_value_choice(const char *choices, int i, const char **name, size_t *len)
{
    const char *p = choices + 1;
    for (;;) {
        p += strspn(p, " \t");
        size_t n = strcspn(p, ",)");
        if (i-- == 0) {
            *name = p;
            *len = n;
            return true;
        }
        if (p[n] != ',')
            return false;
        p += n + 1;
    }
}

const char *cad_value_type_name(const cad_key *k)
{
    switch (k->type) {
    case 's':
        return "text";
    case 'p':
        return "path";
    case 'i':
        return "integer";
    case 'f':
        return "number";
    case 'b':
        return "switch";
    case 'e':
        return "choice";
    case 'l':
        return "list";
    case 'd':
        return "duration";
    default:
        return "interval";
    }
}

cad_status cad_value_expected(const cad_key *k, cad_buf *out)
{
    const char *range = *k->range ? k->range : ">=0";
    switch (k->type) {
    case 'i':
        return cad_buf_printf(out, "%s%s", range, strcmp(k->def, "auto") ? "" : " or auto");
    case 'f':
        return cad_buf_str(out, range);
    case 'b':
        return cad_buf_str(out, "on or off");
    case 'l':
        return cad_buf_str(out, strcmp(k->range, "shares") ? "names split by commas"
                                                           : "three whole percentages with the sum 100, split by commas");
    case 'd':
        return cad_buf_str(out, "1 s to 30 d, such as 90, 30min or 8h");
    case 'v':
        return cad_buf_str(out, "such as 300 steps, 1 epoch, 30 min or off");
    case 'e': {
        const char *name;
        size_t len;
        CAD_TRY(cad_buf_str(out, "one of"));
        for (int i = 0; cad_value_choice(k->range, i, &name, &len); i++)
            CAD_TRY(cad_buf_printf(out, " %.*s", (int)len, name));
        return CAD_OK;
    }
    default:
        if (!strcmp(k->range, "name"))
            return cad_buf_str(out, "1 to 80 of A-Za-z0-9._-");
        if (!strcmp(k->range, "steps"))
            return cad_buf_str(out, "N steps or N%");
        return cad_buf_str(out, !strcmp(k->range, "device") ? CAD_DEVICE_EXPECTED : "text");
    }
}

static cad_status print_interval(const cad_interval *v, cad_buf *out)
{
    static const char *const unit[] = {"off", "step", "epoch", "s"};
    if (v->unit == CAD_INTERVAL_OFF)
        return cad_buf_str(out, "off");
    CAD_TRY(cad_buf_number(out, v->value));
    bool plural = v->unit != CAD_INTERVAL_SECONDS && v->value != 1;
    return cad_buf_printf(out, " %s%s", unit[v->unit], plural ? "s" : "");
}

cad_status cad_value_print(const cad_key *k, const cad_config *cfg, cad_buf *out)
{
    const void *at = cad_key_field(k, cfg);
    switch (k->type) {
    case 'i': {
        int64_t v = *(const int64_t *)at;
        if (v == 0 && !strcmp(k->def, "auto"))
            return cad_buf_str(out, "auto");
        return cad_buf_printf(out, "%" PRId64, v);
    }
    case 'f':
    case 'd':
        return cad_buf_number(out, *(const double *)at);
    case 'b':
        return cad_buf_str(out, *(const bool *)at ? "on" : "off");
    case 'v':
        return print_interval(at, out);
    case 'e': {
        const char *name = "";
        size_t len = 0;
        return cad_value_choice(k->range, *(const int *)at, &name, &len) ? cad_buf_add(out, name, len) : CAD_OK;
    }
    case 'l': {
        const cad_list *l = at;
        for (size_t i = 0; i < l->n; i++)
            CAD_TRY(cad_buf_printf(out, "%s%s", i ? "," : "", l->item[i]));
        return CAD_OK;
    }
    default:
        return cad_buf_str(out, *(const char *const *)at);
    }
}
