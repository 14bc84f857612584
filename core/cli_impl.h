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

/* ---- cli_help.c ---- */
extern const cad_cli_option cad_cli_common[];
CAD_MUST_USE cad_status cad_cli_help(const cad_cli *cli, bool all, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
