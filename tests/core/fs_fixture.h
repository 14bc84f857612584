/* Shared by the tests of core/fs: a folder of their own, and what lies in it. */
#ifndef CADLM_TESTS_CORE_FS_FIXTURE_H
#define CADLM_TESTS_CORE_FS_FIXTURE_H

#include "core/arena.h"
#include "tests/scratch_dir.h"

static cad_arena *fs_arena;

static inline int fs_setup(void **state)
{
    return scratch_setup(state) || cad_arena_create("fs test", 1 << 20, &fs_arena) != CAD_OK;
}

static inline int fs_teardown(void **state)
{
    cad_arena_destroy(fs_arena);
    return scratch_teardown(state);
}

static inline void expect_file(const char *path, const char *text)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_fs_read(path, 0, &b));
    assert_string_equal(cad_buf_cstr(&b), text);
    cad_buf_deinit(&b);
}

static inline size_t files_in(const char *path)
{
    const char **names;
    size_t n;
    ok(cad_fs_list(path, fs_arena, &names, &n));
    return n;
}

#endif
