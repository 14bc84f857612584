/* Command lines: one option table per binary over argp, the same common options everywhere, one place for exit codes.
 *
 * Common: --config=F --set=S.K=V --explain=S.K --device --threads --seed --json -q -v --color=auto|always|never --log-file=F
 * --print-config --help --help-all --man --completion=SHELL --version.  Abbreviated and unknown options are refused with exit
 * code 2. */
#ifndef CADLM_CORE_CLI_H
#define CADLM_CORE_CLI_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/config.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_cli cad_cli;

typedef struct cad_cli_option {
    const char *name;  /* "run-dir" */
    char letter;       /* 'o', or 0 */
    const char *arg;   /* "DIR"; NULL: takes none */
    const char *key;   /* "decode.temp": sets this key (without arg: to "on"); NULL: read it by cad_cli_value */
    const char *help;  /* one line in --help, or in that of its only word; NULL: listed by --help-all and its words */
    const char *words; /* "synth config.schema": only with these words, the two of one joined by a dot; NULL: with all.
                          Two options may have one name where no word takes both and both take an argument, or neither does */
} cad_cli_option;

typedef struct cad_cli_word {
    const char *name; /* "synth", or "rag embed" for two words */
    cad_status (*run)(cad_cli *cli);
    const char *usage; /* after "NAME WORD [OPTION...] ": "PART.." */
    const char *doc;   /* as that of the binary: what it does, an example or two; --help of the word shows it */
} cad_cli_word;

typedef struct cad_cli_spec {
    const char *name;                /* "cadprep" */
    const char *usage;               /* after "[OPTION...] ": "COMMAND" */
    const char *doc;                 /* text below the usage line: what it does, examples; whole lines of at most 80 columns */
    const char *more;                /* text after the options; NULL: none */
    const cad_cli_option *options;   /* ends with name == NULL; may be NULL */
    const cad_cli_word *words;       /* ends with name == NULL; NULL: the binary takes no word and `run` does the work */
    cad_status (*run)(cad_cli *cli); /* without a word; NULL: a word is needed */
    int min_args, max_args;          /* arguments that are neither options nor words; max_args < 0: any number */
} cad_cli_spec;

/* The whole of main: the worker's way out, parsing, the run, the error line, the exit code.
 * An error text prints as "NAME: error: TEXT"; a text "what went wrong\nhint: what to do" gives two lines; with --json the
 * error also goes to stdout as {"error":{"code","name","message","hint"}}, unless the command has printed its document already.
 */
int cad_cli_main(const cad_cli_spec *spec, int argc, char **argv);

/* ---- for `run` ---- */
cad_arena *cad_cli_arena(cad_cli *cli); /* lives as long as the command; also holds the config */
size_t cad_cli_nargs(const cad_cli *cli);
const char *cad_cli_arg(const cad_cli *cli, size_t i); /* borrowed; NULL beyond the end */
bool cad_cli_has(const cad_cli *cli, const char *option);
const char *cad_cli_value(const cad_cli *cli, const char *option); /* the last one given, or NULL */
/* i-th value of a repeatable option, NULL beyond the end. */
const char *cad_cli_value_at(const cad_cli *cli, const char *option, size_t i);
/* Value of an option that is no key as an integer, with a suffix as in configurations; `fallback` when it is not given.
 * Errors: CAD_EUSAGE. */
CAD_MUST_USE cad_status cad_cli_int(const cad_cli *cli, const char *option, int64_t fallback, int64_t *out);
bool cad_cli_json(const cad_cli *cli);
int cad_cli_verbosity(const cad_cli *cli); /* -q -1, default 0, -v 1, -v -v 2 */
/* The command line as one line of shell, quoted where needed, for cmd.sh. */
CAD_MUST_USE cad_status cad_cli_command(const cad_cli *cli, cad_buf *out);

/* Loads the configuration: `below` (what a checkpoint recorded, a suite), files of --config, then `files` (a CONFIG.ini given
 * as argument and its overlays), the environment, options and --set in their order.  Applies log.* and run.threads, prints
 * warnings. With --print-config or --explain prints that and sets *done, upon which the command returns CAD_OK. */
CAD_MUST_USE cad_status cad_cli_config(cad_cli *cli, const cad_config_source *below, size_t n_below, const char *const *files,
                                       size_t n_files, cad_config **out, bool *done);

#ifdef __cplusplus
}
#endif
#endif
