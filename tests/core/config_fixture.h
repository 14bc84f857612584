/* Shared by the tests of core/config: configurations out of texts and of files in a folder of their own. */
#ifndef CADLM_TESTS_CORE_CONFIG_FIXTURE_H
#define CADLM_TESTS_CORE_CONFIG_FIXTURE_H

#include "core/config.h"
#include "tests/scratch_dir.h"

static cad_arena *config_arena;

static inline int config_setup(void **state)
{
    return scratch_setup(state) || cad_arena_create("config test", 64u << 20, &config_arena) != CAD_OK;
}

static inline int config_teardown(void **state)
{
    cad_arena_destroy(config_arena);
    return scratch_teardown(state);
}

static inline cad_status load_text(const char *text, cad_buf *problems, cad_config **out)
{
    cad_config_source s = {.kind = CAD_CONFIG_TEXT, .name = "my.ini", .text = text};
    return cad_config_load(&s, 1, config_arena, problems, out);
}

/* The one problem that `text` has, without the last line. */
static inline void one_problem(const char *text, const char *expected)
{
    cad_config *cfg = NULL;
    cad_buf problems = CAD_BUF_INIT;
    cad_status s = load_text(text, &problems, &cfg);
    char all[1024];
    snprintf(all, sizeof all, "%s\n1 error; nothing was started\n", expected);
    assert_int_equal(s, CAD_ECONFIG);
    assert_null(cfg);
    assert_string_equal(cad_buf_cstr(&problems), all);
    cad_buf_deinit(&problems);
}

static inline const char *file(const char *name, const char *text)
{
    const char *path = scratch(name);
    ok(cad_fs_write(path, text, strlen(text)));
    return path;
}

#endif
