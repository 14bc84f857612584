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
    {"man", 0, NULL, NULL, NULL, NULL},
    {"completion", 0, "SHELL", NULL, NULL, NULL},
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
    {"man", "the same as a man page: --man | man -l -"},
    {"completion", "what a shell reads to complete: bash, zsh or fish"},
    {"version", "version, commit, compiler"},
};

const char *cad_cli_option_help(const cad_cli_option *o)
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
    const char *help = cad_cli_option_help(o);
    size_t width = strlen(left);
    int pad = !*help ? 0 : width + 2 > COLUMN ? 2 : (int)(COLUMN - width);
    CAD_TRY(cad_buf_printf(out, "%s%*s%s", left, pad, "", help));
    const cad_key *k = o->key ? cad_schema_find_full(o->key) : NULL;
    width = (width + 2 > COLUMN ? width + 2 : COLUMN) + strlen(help);
    bool told = strchr(help, '[') != NULL; /* a text that names its default itself */
    if (k && !told && *k->def && strcmp(k->def, "*") != 0 && width + strlen(k->def) + 3 <= WIDTH)
        CAD_TRY(cad_buf_printf(out, "%*s[%s]", (int)(WIDTH - width - strlen(k->def) - 2), "", k->def));
    return cad_buf_str(out, "\n");
}

bool cad_cli_option_fits(const cad_cli_option *o, const cad_cli_word *word)
{
    if (!o->words || !word)
        return true;
    size_t n = strlen(word->name);
    for (const char *p = o->words; *p;) {
        size_t len = strcspn(p, " "), same = 0;
        while (same < len && same < n && (p[same] == word->name[same] || (p[same] == '.' && word->name[same] == ' ')))
            same++;
        if (same == len && same == n)
            return true;
        p += len + strspn(p + len, " ");
    }
    return false;
}

cad_status cad_cli_option_words(const cad_cli_option *o, cad_buf *out)
{
    for (const char *p = o->words; *p; p++) {
        if (*p == ' ')
            CAD_TRY(cad_buf_str(out, ", "));
        else
            CAD_TRY(cad_buf_add(out, *p == '.' ? " " : p, 1));
    }
    return CAD_OK;
}

static bool is_common(const cad_cli_option *o)
{
    for (const cad_cli_option *c = cad_cli_common; c->name; c++)
        if (c == o)
            return true;
    return false;
}

/* --help: those with a text of their own, but not what a single word takes; of a word: all that belong to it; --help-all: all.
 */
static bool is_shown(const cad_cli *cli, const cad_cli_option *o, bool all)
{
    if (!cad_cli_option_fits(o, cli->word))
        return false;
    bool one_word = o->words && !strchr(o->words, ' ');
    return all || (cli->word ? !is_common(o) : o->help && !one_word);
}

static cad_status head(const cad_cli *cli, cad_buf *out)
{
    const cad_cli_spec *spec = cli->spec;
    const cad_cli_word *w = cli->word;
    const char *usage = w ? w->usage : spec->usage;
    return cad_buf_printf(out, "Usage: %s%s%s [OPTION...]%s%s\n%s", spec->name, w ? " " : "", w ? w->name : "",
                          usage && *usage ? " " : "", usage ? usage : "", w ? (w->doc ? w->doc : "") : spec->doc);
}

cad_status cad_cli_help(const cad_cli *cli, bool all, cad_buf *out)
{
    CAD_TRY(head(cli, out));
    bool any = false;
    for (size_t i = 0; i < cli->n_options; i++) {
        if (!is_shown(cli, cli->options[i], all))
            continue;
        if (!any && out->len && out->data[out->len - 1] != '\n')
            CAD_TRY(cad_buf_str(out, "\n"));
        if (!any)
            CAD_TRY(cad_buf_str(out, "\n"));
        any = true;
        CAD_TRY(option_line(cli->options[i], out));
    }
    if (cli->spec->more && !cli->word)
        CAD_TRY(cad_buf_str(out, cli->spec->more));
    if (!all)
        return cad_buf_str(out, "Common: --config --set --explain --print-config --device --threads --seed --json\n"
                                "        -q -v --color --log-file --help-all --man --completion --version\n"
                                "        16k = 16000   16K = 16384\n");
    CAD_TRY(cad_buf_str(out, "\nConfiguration keys: in files as below, on the command line as --set=SECTION.KEY=VALUE,\n"
                             "in the environment as CADLM_SECTION__KEY.\n\n"));
    return cad_config_schema(false, out);
}
