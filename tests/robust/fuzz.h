/* One rig for every parser of what others wrote: seeds in files, seeded mutations that know the structure, limits of time and
 * memory for each case, and a case again by its number. */
#ifndef CADLM_TESTS_ROBUST_FUZZ_H
#define CADLM_TESTS_ROBUST_FUZZ_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/rng.h"
#include "core/status.h"

#include <stdbool.h>

/* What the mutations know of an input, beside that it is bytes. */
typedef enum fuzz_kind {
    FUZZ_TEXT,       /* lines */
    FUZZ_JSON,       /* one value */
    FUZZ_JSON_LINES, /* one value a line */
    FUZZ_SAFETENSORS /* u64 length, JSON, data */
} fuzz_kind;

/* One input.  *parsed: it was taken, and everything that can be asked of it was asked; the status is that of the parser. */
typedef cad_status fuzz_fn(const char *data, size_t len, bool *parsed);

enum { FUZZ_CASES = 5000, FUZZ_MORE = 3 };

/* The seeds are the files of tests/fuzz/<name>/ and `more`, paths from the root of the sources.  A seed parses; one whose name
 * begins with "bad" is refused: what an earlier run found, or what mutations hardly meet. */
typedef struct fuzz_target {
    const char *name;
    fuzz_kind kind;
    fuzz_fn *run;
    void (*setup)(void); /* once before the first input; may be NULL */
    const char *more[FUZZ_MORE];
} fuzz_target;

/* Runs the seeds and 5,000 mutants (CADLM_FUZZ_CASES makes it more).  The program ends with a text that names the target, the
 * case and the command that runs it again when
 *   a seed is refused, or a bad one is taken; no mutant parses in a thousand, or all do;
 *   a case takes more than a second of CPU (ten under AddressSanitizer), crashes, or wants more than 256 MiB;
 *   the process has grown by more than 256 MiB;
 *   a refusal has no text, or its status says that the program is wrong (CAD_EINTERNAL, CAD_EINVAL, CAD_ENOMEM). */
void cad_fuzz(const fuzz_target *t);
/* Mutant number `number` alone.  `save`: also writes its input to this file; NULL: does not. */
void cad_fuzz_case(const fuzz_target *t, uint64_t number, const char *save);
/* Mutant by mutant, for a program that gives the same bytes to another library: what our parser says. */
typedef void fuzz_teller(uint64_t number, const cad_buf *input, cad_status s, const char *text);
void cad_fuzz_tell(const fuzz_target *t, int cases, fuzz_teller *tell);
/* One input as it is, by the rules above; for libFuzzer. */
void cad_fuzz_input(const fuzz_target *t, const char *data, size_t len);

/* ---- mutations (fuzz_mutate.c) ---- */

typedef struct fuzz_seeds {
    cad_buf *text;
    size_t n;
} fuzz_seeds;

/* *out = a mutant of `from`, by one to four steps; parts of `others` may come in. */
void fuzz_mutate(cad_rng *r, fuzz_kind kind, const fuzz_seeds *others, const cad_buf *from, cad_buf *out);

/* ---- for the inputs of a test ---- */

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
