/* Models whose linears are NF4: files of transformers and bitsandbytes (tests/golden/qwen2_tiny_nf4), however they are held. */
#include "tests/model/bnb_model.h"

/* In f32 to the limit of formats.md.  Where activations are bf16 the mean error is told apart from wrong codes alone;
 * model.parity.emu has the exact rule. */
static void test_files_of_transformers_have_the_logits_of_their_values(void **state)
{
    (void)state;
    const bool f32 = fix_ops()->store == CAD_F32;
    cad_safetensors *f;
    ok(cad_st_open(golden("expected.safetensors"), &f));
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        float *theirs = malloc(sizeof *theirs * IDS * VOCAB), *ours = logits(golden(forms[k]), &resident);
        double worst = 0, apart = 0, spread = 0;
        ok(cad_st_read_f32(f, cad_st_find(f, forms[k]), 0, theirs, (int64_t)IDS * VOCAB));
        for (int i = 0; i < IDS * VOCAB; i++) {
            double d = fabs((double)ours[i] - (double)theirs[i]);
            worst = worse_of(d, worst);
            apart += d * d / (IDS * VOCAB);
            spread += (double)theirs[i] * (double)theirs[i] / (IDS * VOCAB);
        }
        print_message("%s: worst %.2g, mean %.2g at a spread of %.2g\n", forms[k], worst, sqrt(apart), sqrt(spread));
        assert_true(sqrt(spread) > 0.5);
        assert_true(f32 ? worst <= 1e-4 : sqrt(apart) <= ldexp(sqrt(spread), -5));
        free(theirs);
        free(ours);
    }
    cad_st_close(f);
}

static void test_however_they_are_held_the_logits_are_the_same(void **state)
{
    (void)state;
    static const how other[] = {{.weights = CAD_WEIGHTS_nf4, .base = CAD_NF4_scratch},
                                {.weights = CAD_WEIGHTS_bf16},
                                {.weights = CAD_WEIGHTS_fp32},
                                {.weights = CAD_WEIGHTS_fp32, .train = CAD_TRAIN_full}};
    static const how half = {.weights = CAD_WEIGHTS_nf4, .bf16 = true},
                     half_codes = {.weights = CAD_WEIGHTS_nf4, .base = CAD_NF4_scratch, .bf16 = true},
                     half_plain = {.weights = CAD_WEIGHTS_bf16, .bf16 = true};
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        for (size_t i = 0; i < sizeof other / sizeof *other; i++)
            same_logits(golden(forms[k]), &resident, golden(forms[k]), &other[i]);
        same_logits(golden(forms[k]), &half, golden(forms[k]), &half_codes);
        same_logits(golden(forms[k]), &half, golden(forms[k]), &half_plain);
    }
    same_logits(golden("plain"), &resident, golden("stored_bf16"), &resident);
}

static void test_a_base_that_is_quantised_here_is_the_same_model(void **state)
{
    (void)state;
    same_logits(golden("base"), &resident, golden("plain"), &resident);
}

/* Gradients of LoRA pairs over either base. */
static void test_a_lora_learns_the_same_on_either(void **state)
{
    (void)state;
    static const char *const dir[] = {"base", "plain"};
    static const how lora = {.weights = CAD_WEIGHTS_nf4, .train = CAD_TRAIN_lora};
    float *g[2];
    size_t bytes = 0;
    double sum = 0;
    for (int k = 0; k < 2; k++) {
        cad_decoder *d;
        cad_batch *b;
        cad_arena *a = fix_arena();
        uint32_t span[2] = {10, IDS};
        ok(open_model(golden(dir[k]), &lora, &d));
        fix_noise(d, 0.05, 4);
        fix_zero(d);
        ok(cad_batch_create(a, IDS, IDS, &b));
        ok(cad_batch_add(b, &(cad_batch_row){.ids = ids, .n = IDS, .span = span, .n_spans = 1, .weight = 1}));
        double loss = 0;
        ok(cad_decoder_forward_backward(d, b, 1, 1, &loss));
        g[k] = fix_values(d, true);
        bytes = (size_t)cad_decoder_params(d).size * sizeof **g;
        cad_decoder_destroy(d);
        cad_arena_destroy(a);
    }
    for (size_t i = 0; i < bytes / sizeof **g; i++)
        sum += (double)g[0][i] * (double)g[0][i];
    assert_true(sum > 0);
    assert_memory_equal(g[0], g[1], bytes);
    free(g[0]);
    free(g[1]);
}

/* ---- files and configurations that do not agree ---- */

static void copy_weights(const char *from, const char *dir)
{
    cad_buf b = CAD_BUF_INIT;
    char path[600];
    snprintf(path, sizeof path, "%s/model.safetensors", from);
    ok(cad_fs_read(path, 0, &b));
    ok(cad_fs_write(weights_in(dir), b.data, b.len));
    cad_buf_deinit(&b);
}

static void test_weights_and_configuration_must_agree(void **state)
{
    (void)state;
    cad_decoder *d;
    const cad_quant none = {0}, nf4 = {.nf4 = true, .storage = CAD_ST_U8};
    const char *dir = dir_for("mixed", &none);
    copy_weights(golden("plain"), dir);
    fails(open_model(dir, &resident, &d), CAD_EDATA, "config.json has no quantization_config");
    dir = dir_for("mixed", &nf4);
    copy_weights(golden("base"), dir);
    fails(open_model(dir, &as_fp32, &d), CAD_EDATA, "says that every linear is NF4");
    copy_weights(golden("nested"), dir);
    fails(open_model(dir, &resident, &d), CAD_EDATA, "bnb_4bit_use_double_quant of config.json says false");
    copy_weights(golden("stored_bf16"), dir);
    fails(open_model(dir, &resident, &d), CAD_EDATA, "bnb_4bit_quant_storage of config.json says U8");
}

static cad_bnb_kind embedding_too(void *ctx, const cad_st_tensor *t)
{
    return strstr(t->name, "embed_tokens") ? CAD_BNB_linear : kind_of(ctx, t);
}

static void test_what_must_stay_plain_is_not_read_as_codes(void **state)
{
    (void)state;
    cad_decoder *d;
    cad_safetensors *f;
    cad_bnb_sizes z;
    const char *dir = dir_for("embed", &(cad_quant){.nf4 = true, .storage = CAD_ST_U8});
    ok(cad_st_open_dir(golden("base"), &f));
    ok(cad_bnb_write(dir, f, false, 0, embedding_too, NULL, host_ops(), &z));
    cad_st_close(f);
    fails(open_model(dir, &resident, &d), CAD_EDATA, "model.embed_tokens.weight.absmax quantises what is no linear");
}

static void test_a_plain_model_made_from_it_says_so(void **state)
{
    (void)state;
    cad_model_config c, again;
    cad_buf text = CAD_BUF_INIT, out = CAD_BUF_INIT;
    char path[600];
    snprintf(path, sizeof path, "%s/config.json", golden("nested"));
    ok(cad_fs_read(path, 0, &text));
    ok(cad_model_config_parse(text.data, text.len, path, &c));
    assert_true(c.quant.nf4 && c.quant.nested);
    ok(cad_model_config_print(&c, text.data, text.len, &out));
    assert_memory_equal(out.data, text.data, text.len); /* nothing changed: the same bytes */
    cad_buf_clear(&out);
    c.quant = (cad_quant){0};
    ok(cad_model_config_print(&c, text.data, text.len, &out));
    assert_null(strstr(cad_buf_cstr(&out), "quantization_config"));
    ok(cad_model_config_parse(out.data, out.len, "printed", &again));
    assert_false(again.quant.nf4);
    cad_buf_clear(&out);
    c.quant = (cad_quant){.nf4 = true, .storage = CAD_ST_U8};
    ok(cad_model_config_print(&c, text.data, text.len, &out));
    ok(cad_model_config_parse(out.data, out.len, "printed", &again));
    assert_true(again.quant.nf4 && !again.quant.nested);
    cad_buf_deinit(&text);
    cad_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_of_transformers_have_the_logits_of_their_values),
        cmocka_unit_test(test_however_they_are_held_the_logits_are_the_same),
        cmocka_unit_test(test_a_base_that_is_quantised_here_is_the_same_model),
        cmocka_unit_test(test_a_lora_learns_the_same_on_either),
        cmocka_unit_test(test_weights_and_configuration_must_agree),
        cmocka_unit_test(test_what_must_stay_plain_is_not_read_as_codes),
        cmocka_unit_test(test_a_plain_model_made_from_it_says_so),
    };
    return cmocka_run_group_tests(tests, read_ids, scratch_teardown);
}
