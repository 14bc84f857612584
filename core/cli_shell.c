/* core/cli.h: --completion=SHELL.  Made from the option table, so that it knows what the binary knows. */
#include "core/cli_impl.h"
#include "core/config_impl.h"

#include <string.h>

static bool same_first(const cad_cli_word *a, const cad_cli_word *b)
{
    size_t n = strcspn(a->name, " ");
    return n == strcspn(b->name, " ") && !memcmp(a->name, b->name, n);
}

/* "convert merge" after "convert" */
static bool seen_before(const cad_cli *cli, const cad_cli_word *word)
{
    for (const cad_cli_word *w = cli->spec->words; w < word; w++)
        if (same_first(w, word))
            return true;
    return false;
}

static cad_status word_names(const cad_cli *cli, cad_buf *out)
{
    for (const cad_cli_word *w = cli->spec->words; w && w->name; w++) {
        if (!seen_before(cli, w))
            CAD_TRY(cad_buf_printf(out, "%s%.*s", w > cli->spec->words ? " " : "", (int)strcspn(w->name, " "), w->name));
    }
    return CAD_OK;
}

/* With this word, or another one that begins like it. */
static bool fits_first(const cad_cli *cli, const cad_cli_option *o, const cad_cli_word *word)
{
    if (!word)
        return cad_cli_option_fits(o, NULL);
    for (const cad_cli_word *w = cli->spec->words; w->name; w++)
        if (same_first(w, word) && cad_cli_option_fits(o, w))
            return true;
    return false;
}

static cad_status option_names(const cad_cli *cli, const cad_cli_word *word, cad_buf *out)
{
    bool any = false;
    for (size_t i = 0; i < cli->n_options; i++) {
        const cad_cli_option *o = cli->options[i];
        if (!fits_first(cli, o, word))
            continue;
        CAD_TRY(cad_buf_printf(out, "%s--%s%s", any ? " " : "", o->name, o->arg ? "=" : ""));
        if (o->letter)
            CAD_TRY(cad_buf_printf(out, " -%c", o->letter));
        any = true;
    }
    return CAD_OK;
}

static cad_status key_names(const char *after, cad_buf *out)
{
    size_t n;
    const cad_key *k = cad_schema(&n);
    for (size_t i = 0; i < n; i++)
        CAD_TRY(cad_buf_printf(out, "%s%s%s", i ? " " : "", k[i].full, after));
    return CAD_OK;
}

/* Readline cuts words at '=': what stands before it is one or two words back. */
static cad_status bash(const cad_cli *cli, cad_buf *out)
{
    const char *name = cli->spec->name;
    CAD_TRY(cad_buf_printf(out,
                           "# completion of %s; put this into ~/.bashrc: source <(%s --completion=bash)\n"
                           "_%s() {\n"
                           "    local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} words='",
                           name, name, name));
    CAD_TRY(word_names(cli, out));
    CAD_TRY(cad_buf_str(out, "' options\n    case ${COMP_WORDS[1]} in\n"));
    for (const cad_cli_word *w = cli->spec->words; w && w->name; w++) {
        if (seen_before(cli, w))
            continue;
        CAD_TRY(cad_buf_printf(out, "    %.*s) options='", (int)strcspn(w->name, " "), w->name));
        CAD_TRY(option_names(cli, w, out));
        CAD_TRY(cad_buf_str(out, "' ;;\n"));
    }
    CAD_TRY(cad_buf_str(out, "    *) options='"));
    CAD_TRY(option_names(cli, NULL, out));
    CAD_TRY(cad_buf_str(out, "' ;;\n    esac\n"
                             "    if [ \"$cur\" = = ]; then\n        cur=\n"
                             "    elif [ \"$option\" = = ]; then\n        option=${COMP_WORDS[COMP_CWORD - 2]}\n    fi\n"
                             "    COMPREPLY=()\n    case $option in\n    --set)\n        compopt -o nospace\n"
                             "        COMPREPLY=($(compgen -W '"));
    CAD_TRY(key_names("=", out));
    CAD_TRY(cad_buf_str(out, "' -- \"$cur\"))\n        return ;;\n    --explain | --allow-change)\n"
                             "        COMPREPLY=($(compgen -W '"));
    CAD_TRY(key_names("", out));
    CAD_TRY(cad_buf_str(out, "' -- \"$cur\"))\n        return ;;\n"
                             "    --color) COMPREPLY=($(compgen -W 'auto always never' -- \"$cur\")); return ;;\n    esac\n"
                             "    if [[ $cur == -* ]]; then\n"
                             "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
                             "        [[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace\n"
                             "    elif [ \"$COMP_CWORD\" = 1 ] && [ -n \"$words\" ]; then\n"
                             "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                             "    else\n        compopt -o filenames\n"
                             "        COMPREPLY=($(compgen -f -- \"$cur\"))\n    fi\n}\n"));
    return cad_buf_printf(out, "complete -F _%s %s\n", name, name);
}

/* One argument in single quotes. */
static cad_status fish_quoted(const char *text, cad_buf *out)
{
    CAD_TRY(cad_buf_str(out, "'"));
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            CAD_TRY(cad_buf_str(out, "\\"));
        CAD_TRY(cad_buf_add(out, text, 1));
    }
    return cad_buf_str(out, "'");
}

/* fish looks at the first word of a command alone. */
static cad_status fish_words(const char *words, cad_buf *out)
{
    CAD_TRY(cad_buf_str(out, " -n '__fish_seen_subcommand_from"));
    for (const char *p = words; *p;) {
        size_t len = strcspn(p, " ");
        CAD_TRY(cad_buf_printf(out, " %.*s", (int)strcspn(p, " ."), p));
        p += len + strspn(p + len, " ");
    }
    return cad_buf_str(out, "'");
}

static cad_status fish(const cad_cli *cli, cad_buf *out)
{
    const char *name = cli->spec->name;
    cad_buf words = CAD_BUF_INIT;
    CAD_TRY(cad_buf_printf(out, "# completion of %s: %s --completion=fish > ~/.config/fish/completions/%s.fish\n", name, name,
                           name));
    cad_status s = word_names(cli, &words);
    if (s == CAD_OK && words.len)
        s = cad_buf_printf(out, "complete -c %s -n __fish_use_subcommand -a '%s'\n", name, words.data);
    cad_buf_deinit(&words);
    CAD_TRY(s);
    for (size_t i = 0; i < cli->n_options; i++) {
        const cad_cli_option *o = cli->options[i];
        CAD_TRY(cad_buf_printf(out, "complete -c %s -l %s", name, o->name));
        if (o->letter)
            CAD_TRY(cad_buf_printf(out, " -s %c", o->letter));
        if (o->words)
            CAD_TRY(fish_words(o->words, out));
        CAD_TRY(cad_buf_str(out, o->arg ? " -r -d " : " -d "));
        CAD_TRY(fish_quoted(cad_cli_option_help(o), out));
        CAD_TRY(cad_buf_str(out, "\n"));
    }
    return CAD_OK;
}

cad_status cad_cli_completion(const cad_cli *cli, const char *shell, cad_buf *out)
{
    if (!strcmp(shell, "bash"))
        return bash(cli, out);
    if (!strcmp(shell, "fish"))
        return fish(cli, out);
    if (strcmp(shell, "zsh") != 0)
        CAD_FAIL(CAD_EUSAGE, "--completion=%s; expected bash, zsh or fish", shell);
    CAD_TRY(cad_buf_printf(out,
                           "# in ~/.zshrc: source <(%s --completion=zsh)\nautoload -U +X compinit && compinit\n"
                           "autoload -U +X bashcompinit && bashcompinit\n(( $+functions[compopt] )) || compopt() { : }\n",
                           cli->spec->name));
    return bash(cli, out);
}
