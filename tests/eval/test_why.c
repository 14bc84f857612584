/* Why a shape is no valid part. */
#include "tests/unit.h"

#include "eval/why.h"

static void test_each_level_says_what_is_missing(void **state)
{
    (void)state;
    static const struct {
        cad_facts f;
        const char *says;
    } rows[] = {
        {{.level = 4}, "no shape: nothing in it describes one"},
        {{.level = 4, .roots = 2}, "no shape: the geometry kernel made none of 2 roots"},
        {{.level = 5, .edges = 1}, "no solid: 1 edge and no face"},
        {{.level = 5, .faces = 3}, "no solid: 3 faces in no shell"},
        {{.level = 5, .shells = 1, .faces = 1}, "no solid: 1 open shell of 1 face"},
        {{.level = 5, .shells = 3, .shells_closed = 1, .faces = 9}, "no solid: 2 open shells and 1 closed shell of 9 faces"},
        {{.level = 5, .shells = 1, .shells_closed = 1, .faces = 6}, "no solid: 1 closed shell of 6 faces"},
        {{.level = 6, .solids = 1, .shells = 2, .shells_closed = 1}, "not closed: 1 of 2 shells is open"},
        {{.level = 6, .solids = 1, .shells = 3, .shells_closed = 1}, "not closed: 2 of 3 shells are open"},
        {{.level = 6, .solids = 1, .volume = -8}, "not closed: a solid without volume, or inside out; volume -8 mm3"},
        {{.level = 6, .solids = 2, .volume = 0},
         "not closed: one of the solids is without volume, or inside out; volume 0 mm3"},
        {{.level = 7}, "the geometry check fails"},
        {{.level = 7, .brepcheck = true, .tolerance = 0.5},
         "a tolerance of 0.5 mm; expected at most a thousandth of the largest extent"},
        {{.level = 8, .brepcheck = true}, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cad_buf b = CAD_BUF_INIT;
        ok(cad_facts_why(&rows[i].f, &b));
        assert_string_equal(cad_buf_cstr(&b), rows[i].says);
        cad_buf_deinit(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_level_says_what_is_missing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
