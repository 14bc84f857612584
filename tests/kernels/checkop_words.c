#include "tests/kernels/checkop_words.h"

#include "tests/kernels/checks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
#define X(op) #op,
    CO_CHECKS(X)
#undef X
};
enum { N_NAMES = sizeof names / sizeof *names };

static const char usage[] =
    "usage: checkop BACKEND [OP..] [OPTION..]\n"
    "Every op of the table against its reference, on cpu, cuda:N or emu (the CUDA kernels on the processor).\n"
    "  OP..         these ops alone\n"
    "  --part=K/N   the K-th of N parts of them\n"
    "  --grad       gradients against central differences\n"
    "  --mutants    planted errors: does the judge see them?\n"
    "  --library    products through the BLAS\n"
    "  --bf16       products through the loops that multiply bf16 (inputs are stored in bf16, nothing more is rounded)\n"
    "  --plain      one pass, no inputs twisted\n"
    "  --first      stops at the first failure\n"
    "  --seed=N     of the inputs [3407]\n"
    "  --list       the names of the ops\n"
    "Exit: 0 all are right, 1 some are not, 2 usage, 69 no such back end here.\n";

static bool names_op(const char *word)
{
    for (size_t i = 0; i < N_NAMES; i++)
        if (!strcmp(names[i], word))
            return true;
    return false;
}

static bool take_option(const char *word, co_words *o)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"--grad", &o->grad},   {"--mutants", &o->mutants}, {"--library", &o->library}, {"--bf16", &o->bf16},
                 {"--plain", &o->plain}, {"--first", &o->first},     {"--list", &o->list},       {"--help", &o->help}};
    char after;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (!strcmp(word, flags[i].name))
            return *flags[i].flag = true;
    if (sscanf(word, "--seed=%" SCNu64 "%c", &o->seed, &after) == 1)
        return true;
    return sscanf(word, "--part=%d/%d%c", &o->part, &o->parts, &after) == 2 && o->part >= 1 && o->part <= o->parts;
}

bool co_take_words(int argc, char **argv, co_words *o)
{
    *o = (co_words){.op = (const char **)(void *)argv, .part = 1, .parts = 1, .seed = 3407};
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        bool option = word[0] == '-';
        if (!option && !o->backend) {
            o->backend = word;
        } else if (!option && names_op(word)) {
            o->op[o->n_ops++] = word;
        } else if (!option || !take_option(word, o)) {
            fprintf(stderr, "checkop: error: '%s' is no op and no option; see checkop --help and --list\n", word);
            return false;
        }
    }
    if (!o->backend && !o->list && !o->help)
        fputs(usage, stderr);
    return o->backend || o->list || o->help;
}

void co_print_usage(void)
{
    fputs(usage, stdout);
}

void co_print_ops(void)
{
    for (size_t i = 0; i < N_NAMES; i++)
        puts(names[i]);
}
