/* The command line of checkop. */
#ifndef CADLM_TESTS_KERNELS_CHECKOP_WORDS_H
#define CADLM_TESTS_KERNELS_CHECKOP_WORDS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct co_words {
    const char *backend;
    const char **op; /* ops named, in the place of argv; none: all */
    int n_ops, part, parts;
    bool grad, mutants, library, bf16, plain, first, list, help;
    uint64_t seed;
} co_words;

/* Words that are neither an op nor an option are told on stderr: a run that checks less than was asked for must not look like
 * one that checks all of it.  false: told, the exit code is 2. */
bool co_take_words(int argc, char **argv, co_words *out);
void co_print_usage(void);
void co_print_ops(void);

#endif
