#include "kernels/ops.h"
#include "model/decoder/decoder.h"
#include "model/hf/known_models.h"
#include "tests/unit.h"

static void test_known_shapes_have_the_published_number_of_parameters(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int64_t parameters;
    } row[] = {{"Qwen2.5-0.5B", 494032768},
               {"models/Qwen2.5-1.5B/", 1543714304},
               {"/x/Qwen2.5-3B-Instruct", 3085938688},
               {"models/Qwen2.5-Coder-7B", 7615616512},
               {"models/Llama-3.2-3B-Instruct", 3212749824}};
    const cad_ops *ops;
    assert_int_equal(cad_ops_get("cpu", &ops), CAD_OK);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        cad_model_config c;
        cad_decoder *d;
        const cad_decoder_opts o = {.max_tokens = 1};
        assert_int_equal(cad_model_known(row[i].path, &c), CAD_OK);
        assert_int_equal(cad_decoder_sketch(&c, ops, &o, &d), CAD_OK); /* checks the shape by the rules of config.json */
        assert_int_equal(cad_decoder_parameters(d), row[i].parameters);
        cad_decoder_destroy(d);
    }
}

static void test_a_name_that_is_not_known_is_told_with_those_that_are(void **state)
{
    (void)state;
    cad_model_config c;
    static const char *const other[] = {"models/Qwen2.5-3", "Qwen2.5-3Bx", "", "/", "-Instruct"};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        assert_int_equal(cad_model_known(other[i], &c), CAD_ENOTFOUND);
        assert_non_null(strstr(cad_error_text(), "Qwen2.5-Coder-7B"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_shapes_have_the_published_number_of_parameters),
        cmocka_unit_test(test_a_name_that_is_not_known_is_told_with_those_that_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
