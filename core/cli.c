#include "core/cli.h"

#include "core/build_info.h"
#include "core/cli_impl.h"
#include "core/config_impl.h"
#include "core/json.h"
#include "core/log.h"
#include "core/pool.h"
#include "core/size.h"

#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_KEY = 0x100, ARENA_BYTES = 64 << 20 };

/* ---- the option table ---- */

static cad_status collect_options(cad_cli *cli)
{
    size_t own = 0, common = 0;
    while (cli->spec->options && cli->spec->options[own].name)
        own++;
    while (cad_cli_common[common].name)
        common++;
    CAD_TRY(cad_arena_zalloc(cli->arena, cad_size_add(cad_size_add(own, common), 1), sizeof *cli->options, "option table",
                             &cli->options));
    for (size_t i = 0; i < own; i++)
        cli->options[cli->n_options++] = &cli->spec->options[i];
    for (size_t i = 0; i < common; i++) {
        bool replaced = false;
        for (size_t j = 0; j < own; j++)
            replaced = replaced || !strcmp(cli->options[j]->name, cad_cli_common[i].name);
        if (!replaced)
            cli->options[cli->n_options++] = &cad_cli_common[i];
    }
    return CAD_OK;
}

/* ---- parsing ---- */

static error_t on_argp(int key, char *arg, struct argp_state *state)
{
    cad_cli *cli = state->input;
    if (key == ARGP_KEY_ARG) {
        cli->args[cli->n_args++] = arg;
        return 0;
    }
    const cad_cli_option *o = NULL;
    if (key >= LONG_KEY && (size_t)(key - LONG_KEY) < cli->n_options)
        o = cli->options[key - LONG_KEY];
    else if (key > 0 && key < LONG_KEY)
        o = cad_cli_find_letter(cli, (char)key);
    if (!o)
        return ARGP_ERR_UNKNOWN;
    cli->given[cli->n_given++] = (cad_cli_given){o, arg};
    return 0;
}

static cad_status parse(cad_cli *cli)
{
    CAD_TRY(collect_options(cli));
    CAD_TRY(cad_cli_check_argv(cli));
    size_t argc = (size_t)cli->argc, letters = 0;
    for (int i = 1; i < cli->argc; i++)
        letters += strlen(cli->argv[i]); /* -qvv gives three */
    CAD_TRY(cad_arena_zalloc(cli->arena, cad_size_add(cad_size_add(argc, letters), 1), sizeof *cli->given, "options given",
                             &cli->given));
    CAD_TRY(cad_arena_zalloc(cli->arena, cad_size_add(argc, 1), sizeof *cli->args, "arguments", &cli->args));
    struct argp_option *table;
    CAD_TRY(cad_arena_zalloc(cli->arena, cad_size_add(cli->n_options, 1), sizeof *table, "argp table", &table));
    for (size_t i = 0; i < cli->n_options; i++)
        table[i] = (struct argp_option){.name = cli->options[i]->name,
                                        .key = cli->options[i]->letter ? cli->options[i]->letter : LONG_KEY + (int)i,
                                        .arg = cli->options[i]->arg};
    const struct argp argp = {.options = table, .parser = on_argp};
    error_t bad = argp_parse(&argp, cli->argc, cli->argv, ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP, NULL, cli);
    if (bad)
        CAD_FAIL(CAD_EUSAGE, "the command line does not parse: %s\nhint: %s --help", strerror(bad), cli->spec->name);
    return CAD_OK;
}

/* ---- asking ---- */

cad_arena *cad_cli_arena(cad_cli *cli)
{
    return cli->arena;
}

size_t cad_cli_nargs(const cad_cli *cli)
{
    return cli->n_args;
}

const char *cad_cli_arg(const cad_cli *cli, size_t i)
{
    return i < cli->n_args ? cli->args[i] : NULL;
}

static int count(const cad_cli *cli, const char *option)
{
    int n = 0;
    for (size_t i = 0; i < cli->n_given; i++)
        n += !strcmp(cli->given[i].option->name, option);
    return n;
}

bool cad_cli_has(const cad_cli *cli, const char *option)
{
    return count(cli, option) > 0;
}

const char *cad_cli_value_at(const cad_cli *cli, const char *option, size_t i)
{
    for (size_t g = 0; g < cli->n_given; g++)
        if (!strcmp(cli->given[g].option->name, option) && i-- == 0)
            return cli->given[g].value;
    return NULL;
}

const char *cad_cli_value(const cad_cli *cli, const char *option)
{
    int n = count(cli, option);
    return n ? cad_cli_value_at(cli, option, (size_t)n - 1) : NULL;
}

cad_status cad_cli_int(const cad_cli *cli, const char *option, int64_t fallback, int64_t *out)
{
    const char *text = cad_cli_value(cli, option);
    if (!text) {
        *out = fallback;
        return CAD_OK;
    }
    if (!cad_value_int(text, out))
        CAD_FAIL(CAD_EUSAGE, "--%s=%s; expected an integer, as 16k or 16K", option, text);
    return CAD_OK;
}

bool cad_cli_json(const cad_cli *cli)
{
    return cad_cli_has(cli, "json");
}

int cad_cli_verbosity(const cad_cli *cli)
{
    return cad_cli_has(cli, "quiet") ? -1 : count(cli, "verbose");
}

cad_status cad_cli_command(const cad_cli *cli, cad_buf *out)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=:,./@%";
    for (int i = 0; i < cli->argc; i++) {
        const char *arg = cli->argv[i];
        if (i)
            CAD_TRY(cad_buf_str(out, " "));
        if (*arg && strspn(arg, plain) == strlen(arg)) {
            CAD_TRY(cad_buf_str(out, arg));
            continue;
        }
        CAD_TRY(cad_buf_str(out, "'"));
        for (const char *p = arg; *p; p++)
            CAD_TRY(*p == '\'' ? cad_buf_str(out, "'\\''") : cad_buf_add(out, p, 1));
        CAD_TRY(cad_buf_str(out, "'"));
    }
    return CAD_OK;
}

/* ---- the run ---- */

static cad_status print_buf(cad_status s, cad_buf *b)
{
    if (s == CAD_OK)
        s = cad_out(cad_buf_cstr(b), b->len);
    cad_buf_deinit(b);
    return s;
}

static cad_status set_up_messages(const cad_cli *cli)
{
    const char *color = cad_cli_value(cli, "color"), *log = cad_cli_value(cli, "log-file");
    if (color && !strcmp(color, "always"))
        cad_log_set_color(CAD_COLOR_ALWAYS);
    else if (color && !strcmp(color, "never"))
        cad_log_set_color(CAD_COLOR_NEVER);
    else if (color && strcmp(color, "auto") != 0)
        CAD_FAIL(CAD_EUSAGE, "--color=%s; expected auto, always or never", color);
    static const cad_log_level level[] = {CAD_LOG_WARN, CAD_LOG_INFO, CAD_LOG_DEBUG, CAD_LOG_TRACE};
    int v = cad_cli_verbosity(cli);
    cad_log_set_level(level[v < 2 ? v + 1 : 3]);
    return log ? cad_log_open(log) : CAD_OK;
}

static cad_status version_text(const cad_cli *cli, cad_buf *out)
{
    if (!cad_cli_json(cli))
        return cad_buf_printf(out, "%s %s\n", cli->spec->name, cad_build_line());
    json_t *o = json_pack("{ss,ss,ss,ss,ss}", "name", cli->spec->name, "version", cad_build_version(), "commit",
                          cad_build_commit(), "compiler", cad_build_compiler(), "build", cad_build_type());
    cad_status s = o ? cad_json_print(o, out) : cad_fail(CAD_ENOMEM, "out of memory");
    json_decref(o);
    return s == CAD_OK ? cad_buf_str(out, "\n") : s;
}

/* --help and its like: no command runs. */
static cad_status tell_of_itself(cad_cli *cli, bool *told)
{
    cad_buf text = CAD_BUF_INIT;
    const char *shell = cad_cli_value(cli, "completion");
    bool all = cad_cli_has(cli, "help-all");
    *told = true;
    if (all || cad_cli_has(cli, "help")) {
        CAD_TRY(cad_cli_pick_help(cli));
        return print_buf(cad_cli_help(cli, all, &text), &text);
    }
    if (cad_cli_has(cli, "man"))
        return print_buf(cad_cli_man(cli, &text), &text);
    if (shell)
        return print_buf(cad_cli_completion(cli, shell, &text), &text);
    if (cad_cli_has(cli, "version"))
        return print_buf(version_text(cli, &text), &text);
    *told = false;
    return CAD_OK;
}

static cad_status run(cad_cli *cli)
{
    CAD_TRY(parse(cli));
    CAD_TRY(set_up_messages(cli));
    bool told;
    CAD_TRY(tell_of_itself(cli, &told));
    if (told)
        return CAD_OK;
    bool asks = cad_cli_has(cli, "explain") || cad_cli_has(cli, "print-config"), done;
    if (asks && cli->n_args == 0) { /* a question about keys needs neither a command nor its arguments */
        cad_config *cfg;
        return cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done);
    }
    CAD_TRY(cad_cli_pick_word(cli));
    CAD_TRY(cad_cli_check_use(cli));
    cad_status s = cli->word ? cli->word->run(cli) : cli->spec->run(cli);
    if (s == CAD_OK && !cli->config_loaded && (cad_cli_has(cli, "set") || cad_cli_has(cli, "config") || asks))
        cad_log(CAD_LOG_WARN,
                "this command reads no configuration: --set, --config, --explain and --print-config had no effect");
    return s;
}

static void report_json(cad_status s, const char *message, const char *hint)
{
    json_t *doc = json_pack("{s:{s:i,s:s,s:o}}", "error", "code", cad_status_exit_code(s), "name", cad_status_name(s),
                            "message", cad_json_text(message)); /* may name a path, so hold any bytes */
    if (doc && hint)
        json_object_set_new(json_object_get(doc, "error"), "hint", cad_json_text(hint));
    cad_buf text = CAD_BUF_INIT;
    bool printed = doc && cad_json_print(doc, &text) == CAD_OK && cad_buf_str(&text, "\n") == CAD_OK;
    if (printed && cad_out(text.data, text.len) != CAD_OK)
        cad_log(CAD_LOG_WARN, "%s", cad_error_text());
    cad_buf_deinit(&text);
    json_decref(doc);
}

/* The first line as an error, the others as they are. */
static void report_lines(const char *text)
{
    size_t len = strcspn(text, "\n");
    cad_log(CAD_LOG_ERROR, "%.*s", (int)len, text);
    for (text += len; *text; text += len) {
        len = strcspn(++text, "\n");
        cad_log_note("%.*s", (int)len, text);
    }
}

/* Asked for in a line that may not have been parsed. */
static bool wants_json(const cad_cli *cli)
{
    bool asked = cad_cli_json(cli);
    for (int i = 1; i < cli->argc && !asked && strcmp(cli->argv[i], "--") != 0; i++)
        asked = !strcmp(cli->argv[i], "--json");
    return asked;
}

/* "what\nhint: do" as two lines; the configuration's list of problems as it is. */
static void report(const cad_cli *cli, cad_status s)
{
    static char text[2048], usage[96];
    snprintf(text, sizeof text, "%s", cad_error_text());
    char *hint = strstr(text, "\nhint: ");
    if (hint) {
        *hint = '\0';
        hint += strlen("\nhint: ");
    }
    if (cli->problems.len)
        cad_log_raw(cli->problems.data, cli->problems.len);
    else
        report_lines(*text ? text : cad_status_text(s));
    if (!hint && (s == CAD_EUSAGE || cli->problems.len)) {
        snprintf(usage, sizeof usage, "%s%s%s --help%s", cli->spec->name, cli->word ? " " : "",
                 cli->word ? cli->word->name : "", s == CAD_EUSAGE ? "" : "-all lists the keys");
        hint = usage;
    }
    if (hint)
        cad_log_note("hint: %s", hint);
    if (wants_json(cli) && cad_out_count() == cli->out_before)
        report_json(s, *text ? text : cad_status_text(s), hint);
}

int cad_cli_main(const cad_cli_spec *spec, int argc, char **argv)
{
    cad_worker_main_if_asked(argc, argv);
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write */
    cad_log_set_name(spec->name);
    cad_cli cli = {.spec = spec, .argc = argc, .argv = argv, .out_before = cad_out_count()};
    cad_status s = cad_arena_create("command line", ARENA_BYTES, &cli.arena);
    if (s == CAD_OK)
        s = run(&cli);
    cad_log_status_line("");
    if (s != CAD_OK && !(s == CAD_EWRITE && cad_out_closed())) /* `| head` has seen enough */
        report(&cli, s);
    cad_buf_deinit(&cli.problems);
    cad_arena_destroy(cli.arena);
    return cad_status_exit_code(s);
}
