#include "core/cli_impl.h"
#include "core/log.h"
#include "core/progress.h"
#include "core/size.h"
#include "core/threads.h"

#include <stdio.h>
#include <string.h>

/* One option as a source: --set as it stands, an option that is a key as "key=value". */
static cad_status option_source(const cad_cli *cli, const cad_cli_given *g, cad_config_source *out, bool *is_one)
{
    *is_one = true;
    *out = (cad_config_source){.kind = CAD_CONFIG_PAIR, .name = "--set", .text = g->value};
    if (!strcmp(g->option->name, "set"))
        return CAD_OK;
    *is_one = g->option->key != NULL;
    if (!*is_one)
        return CAD_OK;
    cad_buf pair = CAD_BUF_INIT, name = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&pair, "%s=%s", g->option->key, g->value ? g->value : "on");
    if (s == CAD_OK)
        s = cad_buf_printf(&name, "--%s", g->option->name);
    if (s == CAD_OK)
        s = cad_arena_strdup(cli->arena, pair.data, pair.len, &out->text);
    if (s == CAD_OK)
        s = cad_arena_strdup(cli->arena, name.data, name.len, &out->name);
    cad_buf_deinit(&pair);
    cad_buf_deinit(&name);
    return s;
}

static cad_status collect(cad_cli *cli, const cad_config_source *below, size_t n_below, const char *const *files,
                          size_t n_files, cad_config_source **out, size_t *n_out)
{
    cad_config_source *s;
    size_t n = n_below;
    /* two more than there may be: the environment, and the place where an option is looked at that turns out to be none */
    CAD_TRY(cad_arena_zalloc(cli->arena, cad_size_add(cad_size_add(cad_size_add(n_below, n_files), cli->n_given), 2), sizeof *s,
                             "config sources", &s));
    for (size_t i = 0; i < n_below; i++)
        s[i] = below[i];
    for (size_t i = 0; i < cli->n_given; i++)
        if (!strcmp(cli->given[i].option->name, "config"))
            s[n++] = (cad_config_source){.kind = CAD_CONFIG_FILE, .name = cli->given[i].value};
    for (size_t i = 0; i < n_files; i++)
        s[n++] = (cad_config_source){.kind = CAD_CONFIG_FILE, .name = files[i]};
    s[n++] = (cad_config_source){.kind = CAD_CONFIG_ENV};
    for (size_t i = 0; i < cli->n_given; i++) {
        bool is_one;
        CAD_TRY(option_source(cli, &cli->given[i], &s[n], &is_one));
        n += is_one;
    }
    *out = s;
    *n_out = n;
    return CAD_OK;
}

static void print_warnings(const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        cad_log(CAD_LOG_WARN, "%.*s", (int)n, text);
        text += n + (text[n] == '\n');
    }
}

static cad_status apply(const cad_cli *cli, const cad_config *cfg)
{
    if (cad_cli_verbosity(cli) == 0)
        cad_log_set_level((cad_log_level)cfg->log.level);
    cad_progress_setup(cad_cli_verbosity(cli) < 0 ? CAD_PROGRESS_NONE : (cad_progress_mode)cfg->log.console, cfg->log.every_s);
    print_warnings(cfg->warnings);
    return cad_threads_init((int)cfg->run.threads);
}

/* --explain=S.K and --print-config: as text one after the other, as one document with --json. */
static cad_status explain(const cad_cli *cli, const cad_config *cfg, cad_buf *out)
{
    const char *key;
    if (cad_cli_has(cli, "print-config") && cad_cli_json(cli))
        return cad_config_json(cfg, NULL, 0, out);
    const char **keys;
    size_t n = 0;
    CAD_TRY(cad_arena_zalloc(cli->arena, cad_size_add(cli->n_given, 1), sizeof *keys, "keys to explain", &keys));
    while ((key = cad_cli_value_at(cli, "explain", n)))
        keys[n++] = key;
    if (n && cad_cli_json(cli))
        return cad_config_json(cfg, keys, n, out);
    for (size_t i = 0; i < n; i++)
        CAD_TRY(cad_config_explain(cfg, keys[i], out));
    return cad_cli_has(cli, "print-config") ? cad_config_print(cfg, out) : CAD_OK;
}

static cad_status answer(const cad_cli *cli, const cad_config *cfg, bool *done)
{
    cad_buf text = CAD_BUF_INIT;
    *done = cad_cli_has(cli, "explain") || cad_cli_has(cli, "print-config");
    if (!*done)
        return CAD_OK;
    cad_status s = explain(cli, cfg, &text);
    if (s == CAD_ENOTFOUND)
        s = cad_fail(CAD_EUSAGE, "--explain: %s\nhint: %s --help-all", cad_error_text(), cli->spec->name);
    if (s == CAD_OK)
        s = cad_out(cad_buf_cstr(&text), text.len);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_cli_config(cad_cli *cli, const cad_config_source *below, size_t n_below, const char *const *files,
                          size_t n_files, cad_config **out, bool *done)
{
    cad_config_source *sources;
    size_t n;
    cad_config *cfg;
    cli->config_loaded = true;
    CAD_TRY(collect(cli, below, n_below, files, n_files, &sources, &n));
    CAD_TRY(cad_config_load(sources, n, cli->arena, &cli->problems, &cfg));
    CAD_TRY(apply(cli, cfg));
    CAD_TRY(answer(cli, cfg, done));
    *out = cfg;
    return CAD_OK;
}
