/* core/cli.h: what getopt would let pass, words, and what each takes; messages that name what was meant. */
#include "core/cli_impl.h"
#include "core/config_impl.h"
#include "core/file_kind.h"
#include "core/near.h"

#include <stdio.h>
#include <string.h>

static const cad_cli_option *find_long(const cad_cli *cli, const char *name, size_t len)
{
    for (size_t i = 0; i < cli->n_options; i++)
        if (strlen(cli->options[i]->name) == len && !memcmp(cli->options[i]->name, name, len))
            return cli->options[i];
    return NULL;
}

const cad_cli_option *cad_cli_find_letter(const cad_cli *cli, char letter)
{
    for (size_t i = 0; i < cli->n_options; i++)
        if (cli->options[i]->letter == letter)
            return cli->options[i];
    return NULL;
}

/* ---- options ---- */

/* The option that was meant: one that begins so, else one that is a slip away. */
static const cad_cli_option *nearest_option(const cad_cli *cli, const char *name)
{
    cad_nearest near = {.name = name};
    for (size_t i = 0; i < cli->n_options && *name; i++) {
        const cad_cli_option *o = cli->options[i];
        if (!strncmp(o->name, name, strlen(name)))
            return o;
        cad_nearest_offer(&near, o->name, o);
    }
    return cad_nearest_ask(&near);
}

static cad_status unknown_option(const cad_cli *cli, const char *arg, size_t len)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)len - 2, arg + 2);
    const cad_key *key = cad_schema_find_name(name, strlen(name));
    const cad_cli_option *near = nearest_option(cli, name);
    if (key)
        CAD_FAIL(CAD_EUSAGE, "unknown option '%.*s'; it is a key\nhint: --set=%s=%s", (int)len, arg, key->full,
                 arg[len] == '=' ? arg + len + 1 : "VALUE");
    if (near && !strncmp(near->name, name, strlen(name)))
        CAD_FAIL(CAD_EUSAGE, "unknown option '%.*s'\nhint: write it out: --%s", (int)len, arg, near->name);
    if (near)
        CAD_FAIL(CAD_EUSAGE, "unknown option '%.*s'\nhint: did you mean --%s?", (int)len, arg, near->name);
    CAD_FAIL(CAD_EUSAGE, "unknown option '%.*s'\nhint: %s --help", (int)len, arg, cli->spec->name);
}

static cad_status check_long(const cad_cli *cli, const char *arg, const char *next, bool *takes_next)
{
    size_t len = strcspn(arg, "=");
    const cad_cli_option *o = find_long(cli, arg + 2, len - 2);
    if (!o)
        return unknown_option(cli, arg, len);
    if (!o->arg && arg[len] == '=')
        CAD_FAIL(CAD_EUSAGE, "option --%s takes no value", o->name);
    *takes_next = o->arg && arg[len] != '=';
    if (*takes_next && !next)
        CAD_FAIL(CAD_EUSAGE, "option --%s needs a value: --%s=%s", o->name, o->name, o->arg);
    return CAD_OK;
}

static cad_status check_letters(const cad_cli *cli, const char *arg, const char *next, bool *takes_next)
{
    for (const char *p = arg + 1; *p; p++) {
        const cad_cli_option *o = cad_cli_find_letter(cli, *p);
        if (!o)
            CAD_FAIL(CAD_EUSAGE, "unknown option '-%c'\nhint: %s --help", *p, cli->spec->name);
        if (!o->arg)
            continue;
        *takes_next = !p[1];
        if (*takes_next && !next)
            CAD_FAIL(CAD_EUSAGE, "option -%c needs a value: -%c %s", *p, *p, o->arg);
        return CAD_OK;
    }
    return CAD_OK;
}

cad_status cad_cli_check_argv(const cad_cli *cli)
{
    for (int i = 1; i < cli->argc; i++) {
        const char *arg = cli->argv[i], *next = i + 1 < cli->argc ? cli->argv[i + 1] : NULL;
        bool takes_next = false;
        if (!strcmp(arg, "--"))
            return CAD_OK;
        if (!strncmp(arg, "--", 2))
            CAD_TRY(check_long(cli, arg, next, &takes_next));
        else if (arg[0] == '-' && arg[1])
            CAD_TRY(check_letters(cli, arg, next, &takes_next));
        i += takes_next;
    }
    return CAD_OK;
}

/* ---- words ---- */

static bool is_word(const char *name, const char *first, const char *second)
{
    const char *blank = strchr(name, ' ');
    if (!blank)
        return !second && !strcmp(name, first);
    size_t n = (size_t)(blank - name);
    return second && strlen(first) == n && !memcmp(name, first, n) && !strcmp(blank + 1, second);
}

/* "config" alone, or with what is no second word of it. */
static cad_status half_word(const cad_cli *cli)
{
    const cad_cli_spec *spec = cli->spec;
    const char *first = cli->args[0];
    size_t n = strlen(first), len = 0;
    char list[200] = "";
    const char *one = NULL;
    for (const cad_cli_word *w = spec->words; w->name; w++)
        if (!strncmp(w->name, first, n) && w->name[n] == ' ' && len < sizeof list) {
            len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", len ? ", " : "", w->name);
            one = w->name;
        }
    if (!one)
        return CAD_OK;
    CAD_FAIL(CAD_EUSAGE, "unknown command '%s%s%s'; expected %s\nhint: %s %s --help", first, cli->n_args > 1 ? " " : "",
             cli->n_args > 1 ? cli->args[1] : "", list, spec->name, one);
}

static cad_status unknown_word(const cad_cli *cli)
{
    const cad_cli_spec *spec = cli->spec;
    cad_nearest near = {.name = cli->args[0]};
    CAD_TRY(half_word(cli));
    for (const cad_cli_word *w = spec->words; w->name; w++)
        cad_nearest_offer(&near, w->name, w->name);
    const char *best = cad_nearest_ask(&near);
    if (best)
        CAD_FAIL(CAD_EUSAGE, "unknown command '%s'; did you mean %s?\nhint: %s %s --help", cli->args[0], best, spec->name,
                 best);
    CAD_FAIL(CAD_EUSAGE, "unknown command '%s'\nhint: %s --help", cli->args[0], spec->name);
}

cad_status cad_cli_pick_word(cad_cli *cli)
{
    const cad_cli_spec *spec = cli->spec;
    if (!spec->words)
        return CAD_OK;
    if (cli->n_args == 0) {
        if (!spec->run)
            CAD_FAIL(CAD_EUSAGE, "no command given\nhint: %s --help", spec->name);
        return CAD_OK;
    }
    for (int two = 1; two >= 0 && !cli->word; two--)
        for (const cad_cli_word *w = spec->words; w->name; w++) {
            if (two && cli->n_args < 2)
                break;
            if (is_word(w->name, cli->args[0], two ? cli->args[1] : NULL)) {
                cli->word = w;
                cli->args += 1 + two;
                cli->n_args -= 1 + (size_t)two;
                return CAD_OK;
            }
        }
    return unknown_word(cli);
}

cad_status cad_cli_pick_help(cad_cli *cli)
{
    if (!cli->spec->words || cli->n_args == 0)
        return CAD_OK;
    size_t n = strlen(cli->args[0]);
    const cad_cli_word *half = NULL; /* "config --help": the first of its words, unless "config" alone is one */
    for (const cad_cli_word *w = cli->spec->words; cli->n_args == 1 && w->name && !cli->word; w++) {
        if (is_word(w->name, cli->args[0], NULL))
            cli->word = w;
        else if (!half && !strncmp(w->name, cli->args[0], n) && w->name[n] == ' ')
            half = w;
    }
    if (!cli->word)
        cli->word = half;
    return cli->word ? CAD_OK : cad_cli_pick_word(cli);
}

/* An argument too many; a file or folder that belongs to an option gets that option as the hint. */
static cad_status unexpected(const cad_cli *cli, const char *arg)
{
    static const struct {
        cad_file_kind kind;
        const char *option;
    } options[] = {{CAD_FILE_run, "ckpt"},
                   {CAD_FILE_model, "ckpt"},
                   {CAD_FILE_suite, "suite"},
                   {CAD_FILE_pack, "pack"},
                   {CAD_FILE_config, "config"}};
    cad_file_kind kind = cad_file_kind_of(arg);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].kind == kind && find_long(cli, options[i].option, strlen(options[i].option)))
            CAD_FAIL(CAD_EUSAGE, "unexpected argument '%s'\nhint: --%s=%s", arg, options[i].option, arg);
    CAD_FAIL(CAD_EUSAGE, "unexpected argument '%s'", arg);
}

static cad_status misplaced(const cad_cli *cli, const cad_cli_option *o)
{
    cad_buf words = CAD_BUF_INIT;
    cad_status s = cad_cli_option_words(o, &words);
    if (s == CAD_OK)
        s = cad_fail(CAD_EUSAGE, "option --%s has no meaning for '%s'; it belongs to: %s", o->name, cli->word->name,
                     words.data);
    cad_buf_deinit(&words);
    return s;
}

/* The option of this name that the word knows: two words may use one name for different keys.  NULL: it knows none. */
static const cad_cli_option *fitting(const cad_cli *cli, const cad_cli_option *o)
{
    for (size_t i = 0; i < cli->n_options; i++)
        if (!strcmp(cli->options[i]->name, o->name) && cad_cli_option_fits(cli->options[i], cli->word))
            return cli->options[i];
    return NULL;
}

cad_status cad_cli_check_use(const cad_cli *cli)
{
    for (size_t i = 0; i < cli->n_given; i++) {
        const cad_cli_option *o = cli->given[i].option, *ours = fitting(cli, o);
        if (!ours)
            return misplaced(cli, o);
        cli->given[i].option = ours;
    }
    bool configured = cad_cli_has(cli, "config"); /* --config=F in the place of the argument */
    if (!configured && cli->n_args < (size_t)cli->spec->min_args)
        CAD_FAIL(CAD_EUSAGE, "%zu argument%s; expected %s", cli->n_args, cli->n_args == 1 ? "" : "s", cli->spec->usage);
    if (cli->spec->max_args >= 0 && cli->n_args > (size_t)cli->spec->max_args)
        return unexpected(cli, cli->args[cli->spec->max_args]);
    return CAD_OK;
}
