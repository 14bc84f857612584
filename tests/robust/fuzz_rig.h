/* Seeded mutations of texts and files, for parsers of what others wrote. */
#ifndef CADLM_TESTS_ROBUST_FUZZ_RIG_H
#define CADLM_TESTS_ROBUST_FUZZ_RIG_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/rng.h"
#include "core/status.h"

#include <stdbool.h>

/* One input.  *parsed: it was taken, and everything that can be asked of it was asked; the status is that of the parser. */
typedef cad_status fuzz_fn(void *ctx, const char *data, size_t len, bool *parsed);

typedef struct fuzz_target {
    const char *name;
    const cad_buf *seed; /* (n_seeds) taken as they are first: each must parse */
    size_t n_seeds;
    int cases; /* CADLM_FUZZ_CASES makes it more */
    fuzz_fn *run;
    void *ctx;
} fuzz_target;

/* Runs the seeds and `cases` mutants.  The test fails when a seed is refused, when a mutant takes more than a second of CPU,
 * when the process has grown by more than 256 MiB, when a refusal has no text, or when a status says that the program is wrong
 * (CAD_EINTERNAL, CAD_EINVAL, CAD_ENOMEM). */
void fuzz(const fuzz_target *t);

/* A path for one input, replaced by each call of fuzz_file. */
const char *fuzz_path(const char *name);
void fuzz_file(const char *path, const char *data, size_t len);

/* Reads and checks a program; CAD_EPARSE with its first error. */
cad_status fuzz_program(const char *text, size_t len);

/* The arena of all tests of a program.  Setup: makes it, `bytes` large, and keeps warnings quiet; 0, or 1 on failure. Teardown:
 * removes it and the folder of fuzz_path. */
extern cad_arena *arena;
int fuzz_begin(const char *name, size_t bytes);
int fuzz_end(void **state);

#endif
