#include "tests/unit.h"

#include "core/arena.h"
#include "core/config.h"
#include "core/device_name.h"

static void test_each_word_is_read(void **state)
{
    static const struct {
        const char *text;
        cad_device_name want;
    } good[] = {{"auto", {CAD_DEVICE_auto, 0}},     {"cpu", {CAD_DEVICE_cpu, 0}},        {"emu", {CAD_DEVICE_emu, 0}},
                {"cuda", {CAD_DEVICE_cuda, 0}},     {"cuda:0", {CAD_DEVICE_cuda, 0}},    {"cuda:7", {CAD_DEVICE_cuda, 7}},
                {"cuda:10", {CAD_DEVICE_cuda, 10}}, {"cuda:255", {CAD_DEVICE_cuda, 255}}};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cad_device_name got = {.index = -1};
        if (!cad_device_name_read(good[i].text, &got))
            fail_msg("%s was refused", good[i].text);
        assert_int_equal(got.kind, good[i].want.kind);
        assert_int_equal(got.index, good[i].want.index);
    }
}

static void test_other_words_are_refused_and_nothing_is_written(void **state)
{
    static const char *const bad[] = {"",        "gpu",     "CPU",     "cpu ",     "cuda0",     "cuda:",   "cuda:a", "cuda:-1",
                                      "cuda:+1", "cuda:01", "cuda:1x", "cuda:256", "cuda:1000", "cuda: 1", "cpu:0",  "auto:0"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cad_device_name got = {.kind = CAD_DEVICE_emu, .index = 42};
        if (cad_device_name_read(bad[i], &got))
            fail_msg("'%s' was taken", bad[i]);
        assert_int_equal(got.kind, CAD_DEVICE_emu);
        assert_int_equal(got.index, 42);
    }
}

static void test_the_configuration_takes_these_words_and_no_others(void **state)
{
    (void)state;
    cad_arena *arena;
    cad_config *c = NULL;
    ok(cad_arena_create("test", 1 << 20, &arena));
    cad_config_source s = {.kind = CAD_CONFIG_TEXT, .name = "my.ini", .text = "[run]\ndevice = cuda:3\n"};
    ok(cad_config_load(&s, 1, arena, NULL, &c));
    assert_string_equal(c->run.device, "cuda:3");
    s.text = "[run]\ndevice = emu\n";
    ok(cad_config_load(&s, 1, arena, NULL, &c));
    s.text = "[run]\ndevice = cuda:x\n";
    fails(cad_config_load(&s, 1, arena, NULL, &c), CAD_ECONFIG,
          "my.ini:2: error: run.device = 'cuda:x'; expected auto, cpu or cuda:N (where the model computes)");
    cad_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_word_is_read),
        cmocka_unit_test(test_other_words_are_refused_and_nothing_is_written),
        cmocka_unit_test(test_the_configuration_takes_these_words_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
