#include "tests/unit.h"

#include "model/decoder/memory_plan.h"

static const double gib = 1073741824.0;

static cad_device device_of(double total, double available)
{
    cad_device d = {.name = "cuda:1", .total = (uint64_t)total, .available = (uint64_t)available};
    return d;
}

static void test_items_add_up_and_empty_ones_are_left_out(void **state)
{
    (void)state;
    cad_memory_plan m = {0};
    const cad_decoder_bytes b = {.weights = 1000,
                                 .state = 700,
                                 .values = 400,
                                 .gradients = 300,
                                 .activations = 600,
                                 .saved = 300,
                                 .work = 150,
                                 .inputs = 50,
                                 .cache = 100,
                                 .scratch = 70};
    cad_memory_add_decoder(&m, &b, CAD_TRAIN_lora);
    assert_int_equal(m.n_items, 7);
    near(m.total, (double)(b.weights + b.state + b.activations + b.scratch), 0);
    assert_string_equal(m.item[1].purpose, "LoRA factors");
    assert_string_equal(m.item[1].arena, "state");
    cad_memory_add(&m, "", "nothing", 0.0);
    assert_int_equal(m.n_items, 7);
    const cad_decoder_bytes bare = {.weights = 1000, .work = 10, .cache = 100};
    m = (cad_memory_plan){0};
    cad_memory_add_decoder(&m, &bare, CAD_TRAIN_none);
    assert_int_equal(m.n_items, 3);
    assert_string_equal(m.item[2].purpose, "KV cache");
    for (int i = 0; i < CAD_MEMORY_ITEMS; i++)
        cad_memory_add(&m, "", "more", 5);
    assert_int_equal(m.n_items, CAD_MEMORY_ITEMS);
    near(m.total, 1110 + 5.0 * CAD_MEMORY_ITEMS, 0); /* what has no line of its own is taken all the same */
}

/* A device with memory of its own counts that, 95 % of what is free; others count the machine's. */
static void test_what_fits_is_judged_by_the_memory_that_is_free(void **state)
{
    (void)state;
    const cad_device gpu = device_of(80 * gib, 40 * gib), cpu = {.name = "cpu"};
    cad_memory_plan m = {0};
    cad_memory_add(&m, "weights", "frozen weights", 38 * gib - 1);
    ok(cad_memory_judge(&m, &gpu));
    assert_true(m.fits);
    assert_string_equal(m.device, "cuda:1");
    near(m.capacity, 40 * gib, 0);
    near(m.planned, 38 * gib, 1);
    ok(cad_memory_verdict(&m, "the run"));
    cad_memory_add(&m, "state", "gradients", 2);
    ok(cad_memory_judge(&m, &gpu));
    assert_false(m.fits);
    m = (cad_memory_plan){0};
    cad_memory_add(&m, "weights", "frozen weights", 1e15);
    ok(cad_memory_judge(&m, &cpu));
    assert_false(m.fits);
    assert_true(m.capacity > 1e6 && m.capacity < 1e15);
}

static void test_the_keys_that_free_most_are_kept_in_order(void **state)
{
    (void)state;
    cad_memory_plan m = {.total = 1000};
    cad_memory_offer(&m, "a", 5);
    cad_memory_offer(&m, "none", 0.5);
    cad_memory_offer(&m, "worse", -100);
    cad_memory_offer(&m, "not a number", (double)NAN);
    assert_int_equal(m.n_keys, 1);
    cad_memory_offer(&m, "b", 50);
    cad_memory_offer(&m, "c", 20);
    cad_memory_offer(&m, "d", 30);
    cad_memory_offer(&m, "e", 4);
    assert_int_equal(m.n_keys, 3);
    assert_string_equal(m.key[0].text, "b");
    assert_string_equal(m.key[1].text, "d");
    assert_string_equal(m.key[2].text, "c");
}

static void test_the_refusal_names_the_ten_largest_and_the_keys(void **state)
{
    (void)state;
    static const char *const name[] = {"i1", "i2", "i3", "i4", "i5", "i6", "i7", "i8", "i9", "i10", "i11", "i12"};
    const cad_device gpu = device_of(80 * gib, 10 * gib);
    cad_memory_plan m = {0};
    for (int i = 0; i < 12; i++) /* 12 11 1 10 2 9 3 .. GiB: not in order */
        cad_memory_add(&m, i ? "state" : "", name[i], gib * (i % 2 ? 12 - i / 2 : i / 2 + 1));
    cad_memory_offer(&m, "lora.rank = 8", 2.5 * gib);
    cad_memory_offer(&m, "sample.n = 4", 3 * gib);
    ok(cad_memory_judge(&m, &gpu));
    fails(cad_memory_verdict(&m, "the run"), CAD_ENOMEM,
          "cuda:1: the run takes 78.00 GiB of memory; 9.50 GiB may be used\n"
          "     12.00 GiB  i2, in state\n"
          "     11.00 GiB  i4, in state\n");
    const char *text = cad_error_text(), *line = text;
    int lines = 0;
    while ((line = strstr(line, " GiB  i"))) {
        line++;
        lines++;
    }
    assert_int_equal(lines, 10);
    assert_null(strstr(text, "i1\n")); /* the two smallest, 1 and 2 GiB */
    assert_null(strstr(text, "i3,"));
    assert_non_null(strstr(text, "\nhint: sample.n = 4 frees 3.00 GiB, lora.rank = 8 frees 2.50 GiB; even so 63.00 GiB more is "
                                 "missing: a device with more memory, or a smaller model"));
    cad_memory_offer(&m, "data.max_tokens = 512", 63.5 * gib);
    fails(cad_memory_verdict(&m, "the run"), CAD_ENOMEM, "cuda:1: the run takes 78.00 GiB");
    assert_null(strstr(cad_error_text(), "even so"));
    m.n_keys = 0;
    fails(cad_memory_verdict(&m, "the run"), CAD_ENOMEM, "cuda:1: the run takes 78.00 GiB");
    assert_non_null(strstr(cad_error_text(), "\nhint: 68.50 GiB more is missing: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_add_up_and_empty_ones_are_left_out),
        cmocka_unit_test(test_what_fits_is_judged_by_the_memory_that_is_free),
        cmocka_unit_test(test_the_keys_that_free_most_are_kept_in_order),
        cmocka_unit_test(test_the_refusal_names_the_ten_largest_and_the_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
