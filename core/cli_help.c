#include "core/cli_impl.h"
#include "core/config_impl.h"

#include <stdio.h>
#include <string.h>

const cad_cli_option cad_cli_common[] = {
    {"config", 0, "FILE", NULL, NULL, NULL},
    {"set", 0, "S.K=V", NULL, NULL, NULL},
    {"explain", 0, "S.K", NULL, NULL, NULL},
    {"print-config", 0, NULL, NULL, NULL, NULL},
    {"device", 0, "DEVICE", "run.device", NULL, NULL},
    {"threads", 0, "N", "run.threads", NULL, NULL},
    {"seed", 0, "N", "run.seed", NULL, NULL},
    {"json", 0, NULL, NULL, NULL, NULL},
    {"quiet", 'q', NULL, NULL, NULL, NULL},
    {"verbose", 'v', NULL, NULL, NULL, NULL},
    {"color", 0, "WHEN", NULL, NULL, NULL},
    {"log-file", 0, "FILE", NULL, NULL, NULL},
    {"help", 0, NULL, NULL, NULL, NULL},
    {"help-all", 0, NULL, NULL, NULL, NULL},
    {"version", 0, NULL, NULL, NULL, NULL},
    {NULL, 0, NULL, NULL, NULL, NULL},
};

/* What --help-all says of the common ones; --help names them in two lines. */
static const char *const common_help[][2] = {
    {"config", "read this INI file; repeatable"},
    {"set", "set one key, as --set=train.lr=1e-4; repeatable"},
    {"explain", "meaning, range, value and origin of one key, exit"},
    {"print-config", "resolved configuration with the origin of each value, exit"},
    {"json", "one JSON document on stdout"},
    {"quiet", "warnings and errors only"},
    {"verbose", "more messages; twice: all"},
    {"color", "auto, always or never"},
    {"log-file", "also append messages to this file"},
    {"help", "the short help"},
    {"help-all", "all options and all configuration keys"},
    {"version", "version, commit, compiler"},
};

static const char *help_of(const cad_cli_option *o)
{
    if (o->help)
        return o->help;
    for (size_t i = 0; i < sizeof common_help / sizeof *common_help; i++)
        if (!strcmp(common_help[i][0], o->name))
            return common_help[i][1];
    const cad_key *k = o->key ? cad_schema_find_full(o->key) : NULL;
    return k ? k->help : "";
}

/* "  -o, --out=DIR         what it does                              [default]" */
static cad_status option_line(const cad_cli_option *o, cad_buf *out)
{
    enum { COLUMN = 26, WIDTH = 80 };
    char left[80];
    int n = o->letter ? snprintf(left, sizeof left, "  -%c, --%s", o->letter, o->name)
                      : snprintf(left, sizeof left, "  --%s", o->name);
    size_t at = n < 0 ? 0 : (size_t)n;
    if (o->arg && at < sizeof left)
        snprintf(left + at, sizeof left - at, "=%s", o->arg);
    const char *help = help_of(o);
    size_t width = strlen(left);
    CAD_TRY(cad_buf_printf(out, "%s%*s%s", left, width + 2 > COLUMN ? 2 : (int)(COLUMN - width), "", help));
    const cad_key *k = o->key ? cad_schema_find_full(o->key) : NULL;
    width = (width + 2 > COLUMN ? width + 2 : COLUMN) + strlen(help);
    if (k && *k->def && strcmp(k->def, "*") != 0 && width + strlen(k->def) + 3 <= WIDTH)
        CAD_TRY(cad_buf_printf(out, "%*s[%s]", (int)(WIDTH - width - strlen(k->def) - 2), "", k->def));
    return cad_buf_str(out, "\n");
}

cad_status cad_cli_help(const cad_cli *cli, bool all, cad_buf *out)
{
    const cad_cli_spec *spec = cli->spec;
    CAD_TRY(cad_buf_printf(out, "Usage: %s [OPTION...]%s%s\n%s", spec->name, spec->usage ? " " : "",
                           spec->usage ? spec->usage : "", spec->doc));
    bool any = false;
    for (size_t i = 0; i < cli->n_options; i++) {
        if (!all && !cli->options[i]->help)
            continue;
        if (!any)
            CAD_TRY(cad_buf_str(out, "\n"));
        any = true;
        CAD_TRY(option_line(cli->options[i], out));
    }
    if (spec->more)
        CAD_TRY(cad_buf_str(out, spec->more));
    if (!all)
        return cad_buf_str(out, "Common: --config --set --explain --print-config --device --threads --seed --json\n"
                                "        -q -v --color --log-file --help-all --version   16k = 16000  16K = 16384\n");
    CAD_TRY(cad_buf_str(out, "\nConfiguration keys: in files as below, on the command line as --set=SECTION.KEY=VALUE,\n"
                             "in the environment as CADLM_SECTION__KEY.\n\n"));
    return cad_config_schema(false, out);
}
