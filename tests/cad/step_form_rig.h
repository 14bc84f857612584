/* What the tests of model text share: an arena, text of a file and a file of text, the forms by number. */
#ifndef CADLM_TESTS_STEP_FORM_RIG_H
#define CADLM_TESTS_STEP_FORM_RIG_H

#include "tests/cad/step_util.h"

#include "cad/step/text_form.h"
#include "core/arena.h"

static cad_arena *arena;

static inline int setup(void **state)
{
    (void)state;
    return cad_arena_create("test", (size_t)8 << 30, &arena) == CAD_OK ? 0 : -1;
}

static inline int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return 0;
}

static inline cad_buf make(const char *file, size_t len, const cad_step_form *f, cad_step_text_report *r)
{
    cad_buf out = CAD_BUF_INIT;
    cad_step *m = step_of(file, len);
    ok(cad_step_text_make(arena, m, f, &out, r));
    cad_step_close(m);
    return out;
}

static inline cad_buf expand(const char *text, size_t len)
{
    cad_buf out = CAD_BUF_INIT;
    ok(cad_step_text_expand(arena, text, len, &out));
    return out;
}

/* The forms there are, by number. */
enum { FORMS = 11 };
static inline cad_step_form form(int i)
{
    cad_step_form f = cad_step_form_default();
    f.derive = i == 1    ? CAD_STEP_DERIVE_surfaces
               : i == 2  ? CAD_STEP_DERIVE_seam
               : i == 10 ? CAD_STEP_DERIVE_lean
                         : CAD_STEP_DERIVE_off;
    f.order = i == 3 || i == 4 || i == 6 ? CAD_STEP_ORDER_DEFS_FIRST : CAD_STEP_ORDER_DFS;
    f.ids = i == 4 ? CAD_STEP_IDS_relative : i == 5 || i == 6 ? CAD_STEP_IDS_flat : CAD_STEP_IDS_nested;
    f.names = i == 7 || i == 8;
    f.share = i != 7;
    f.boilerplate = i != 8 && i != 9;
    f.style = i == 8;
    f.mm = f.boilerplate;
    return f;
}

#endif
