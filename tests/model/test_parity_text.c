/* Greedy text of models/tiny on the emulated GPU and on the CPU in f32. */
#include "tests/model/tiny_fixture.h"

static void test_twenty_prompts_have_the_text_of_the_cpu(void **state)
{
    (void)state;
    const cad_ops *gpu;
    ok(cad_ops_get("emu", &gpu));
    cad_decoder *wide = tiny_on(fix_ops(), false, CAD_TRAIN_none, PROMPTS), *d = tiny_on(gpu, false, CAD_TRAIN_none, PROMPTS);
    expect_same_text(wide, d, PROMPTS);
    cad_decoder_destroy(wide);
    cad_decoder_destroy(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twenty_prompts_have_the_text_of_the_cpu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
