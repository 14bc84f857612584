/* A program of several jobs, each of a word and its arguments. */
#ifndef CADLM_TESTS_INTEROP_JOBS_H
#define CADLM_TESTS_INTEROP_JOBS_H

#include "core/arena.h"
#include "core/status.h"

#include <stdio.h>
#include <string.h>

typedef struct interop_job {
    const char *word;
    int least, most; /* arguments behind the word */
    cad_status (*run)(char **arg, cad_arena *a); /* arg ends with NULL */
} interop_job;

/* Runs the job that argv names, with an arena of so many bytes of address space; the exit code of the program. */
static inline int run_job(const char *program, size_t memory, const interop_job *jobs, size_t n, int argc, char **argv)
{
    cad_arena *a;
    cad_status s = cad_arena_create("interop", memory, &a);
    const interop_job *it = NULL;
    for (size_t i = 0; i < n && argc > 1; i++)
        if (!strcmp(argv[1], jobs[i].word) && argc - 2 >= jobs[i].least && argc - 2 <= jobs[i].most)
            it = &jobs[i];
    if (s == CAD_OK)
        s = it ? it->run(argv + 2, a) : cad_fail(CAD_EUSAGE, "see the comment of %s.c", program);
    if (s != CAD_OK)
        fprintf(stderr, "%s: error: %s\n", program, cad_error_text());
    cad_arena_destroy(a);
    return cad_status_exit_code(s);
}

#endif
