/* A folder of its own for each test, below TMPDIR. */
#ifndef CADLM_TESTS_TRAIN_TRAIN_TMP_H
#define CADLM_TESTS_TRAIN_TRAIN_TMP_H

#include "tests/unit.h"

#include "core/buf.h"
#include "core/fs.h"

#include <unistd.h>

/* Makes <TMPDIR>/cadlm-<name>-<pid>, empty. */
static inline void train_tmp(const char *name, char out[4096])
{
    const char *base = getenv("TMPDIR");
    snprintf(out, 4096, "%s/cadlm-%s-%ld", base ? base : "/tmp", name, (long)getpid());
    ok(cad_fs_remove_tree(out));
    ok(cad_fs_mkdirs(out));
}

/* "dir/name"; four results live at a time. */
static inline const char *train_path(const char *dir, const char *name)
{
    static char path[4][8192];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

/* The whole file as text, owned by the caller. */
static inline cad_buf train_read(const char *path)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_fs_read(path, 0, &b));
    return b;
}

#endif
