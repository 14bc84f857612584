/* Inside of core/cli: what was parsed.  Included by core/cli*.c only. */
#ifndef CADLM_CORE_CLI_IMPL_H
#define CADLM_CORE_CLI_IMPL_H

#include "core/cli.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_cli_given {
    const cad_cli_option *option;
    const char *value; /* NULL: takes none */
} cad_cli_given;

struct cad_cli {
    const cad_cli_spec *spec;
    cad_arena *arena;
    const cad_cli_option **options; /* own ones, then the common ones they do not replace */
    size_t n_options;
    cad_cli_given *given; /* in order */
    size_t n_given;
    const char **args;
    size_t n_args;
    const cad_cli_word *word; /* NULL: none */
    int argc;
    char **argv;
    cad_buf problems; /* of the configuration, whole lines */
    bool config_loaded;
    size_t out_before; /* bytes on stdout before the command ran */
};

/* ---- cli_check.c ---- */
const cad_cli_option *cad_cli_find_letter(const cad_cli *cli, char letter);
/* What getopt would let pass: abbreviated and unknown options, missing and unwanted values. */
CAD_MUST_USE cad_status cad_cli_check_argv(const cad_cli *cli);
/* Sets cli->word from the arguments and takes them away. */
CAD_MUST_USE cad_status cad_cli_pick_word(cad_cli *cli);
/* The same for --help, where the first half of two words is enough and no word is no error. */
CAD_MUST_USE cad_status cad_cli_pick_help(cad_cli *cli);
/* Options of other words; too few and too many arguments. */
CAD_MUST_USE cad_status cad_cli_check_use(const cad_cli *cli);

/* ---- cli_help.c ---- */
extern const cad_cli_option cad_cli_common[];
/* Of the word that was given, else of the binary. */
CAD_MUST_USE cad_status cad_cli_help(const cad_cli *cli, bool all, cad_buf *out);
/* What an option does, also of those that --help does not list; "" for none. */
const char *cad_cli_option_help(const cad_cli_option *o);
/* Whether an option means something for this word (NULL: the binary without one). */
bool cad_cli_option_fits(const cad_cli_option *o, const cad_cli_word *word);
/* Appends the words of an option, which has some, as they are typed: "render, convert merge". */
CAD_MUST_USE cad_status cad_cli_option_words(const cad_cli_option *o, cad_buf *out);

/* ---- cli_shell.c, cli_man.c ---- */
CAD_MUST_USE cad_status cad_cli_completion(const cad_cli *cli, const char *shell, cad_buf *out);
CAD_MUST_USE cad_status cad_cli_man(const cad_cli *cli, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
