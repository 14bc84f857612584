/* A folder for the files of one test program, removed at its end. */
#ifndef CADLM_TESTS_SCRATCH_DIR_H
#define CADLM_TESTS_SCRATCH_DIR_H

#include "core/fs.h"
#include "tests/unit.h"

#include <unistd.h>

static char scratch_path[256];

static inline int scratch_setup(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(scratch_path, sizeof scratch_path, "%s/cadlm_test_%d", tmp ? tmp : "/tmp", (int)getpid());
    return cad_fs_mkdirs(scratch_path) == CAD_OK ? 0 : -1;
}

static inline int scratch_teardown(void **state)
{
    (void)state;
    return cad_fs_remove_tree(scratch_path) == CAD_OK ? 0 : -1;
}

/* The path of a file there; valid until the fourth call after. */
static inline const char *scratch(const char *name)
{
    static char path[4][512];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", scratch_path, name);
    return path[turn];
}

#endif
