/* A decoder on a back end whose memory the host cannot touch and whose ops run later: the bits of the plain CPU. */
#include "model/decoder/decoder_impl.h"
#include "tests/model/apart_ops.h"
#include "tests/model/generate_fixture.h"
#include "tests/scratch_dir.h"

enum { FULL = 3, FORMS = 7 }; /* the first FULL are trained as a whole */

static const cad_ops *apart(void)
{
    return apart_ops(fix_ops());
}

static cad_model_config model_of(int form)
{
    cad_arch arch = form == 2 ? CAD_ARCH_qwen3 : form % 2 ? CAD_ARCH_llama : CAD_ARCH_qwen2;
    cad_model_config c = fix_config(arch, form == 1, form == 0 ? 48 : 256);
    c.width = 64; /* blocks of NF4 */
    c.head_dim = 16;
    return c;
}

/* Full training, untied, tied, with normed heads; LoRA with dropout over f32, NF4, nested NF4 and NF4 held as codes. */
static cad_decoder_opts opts_of(int form)
{
    bool full = form < FULL;
    cad_decoder_opts o = fix_opts(full ? CAD_TRAIN_full : CAD_TRAIN_lora, full ? 0 : 4);
    o.lora.dropout = full ? 0 : 0.2;
    o.weights = form <= FULL ? CAD_WEIGHTS_fp32 : CAD_WEIGHTS_nf4;
    o.double_quant = form >= FULL + 2;
    o.nf4_base = form == FORMS - 1 ? CAD_NF4_scratch : CAD_NF4_resident;
    o.slots = 3;
    o.context = 64;
    return o;
}

static cad_decoder *make(const cad_ops *ops, int form)
{
    cad_model_config c = model_of(form);
    cad_decoder_opts o = opts_of(form);
    cad_decoder *d;
    ok(cad_decoder_create(&c, ops, &o, &d));
    ok(cad_decoder_init_random(d, CAD_INIT_fan_in, 5));
    ok(cad_decoder_init_lora(d, CAD_LORA_gaussian, 6));
    return d;
}

/* p (or g) of a decoder; released by free. */
static float *values(const cad_decoder *d, bool gradient)
{
    cad_params p = cad_decoder_params(d);
    float *x = malloc((size_t)p.size * sizeof *x);
    ok(cad_decoder_ops(d)->sync(NULL));
    ok(cad_decoder_ops(d)->mem_get(x, gradient ? p.g : p.p, (size_t)p.size * sizeof *x, NULL));
    return x;
}

static void same_values(const cad_decoder *a, const cad_decoder *b, bool gradient)
{
    float *x = values(a, gradient), *y = values(b, gradient);
    size_t n = (size_t)cad_decoder_params(a).size;
    double sum = 0;
    assert_int_equal(n, cad_decoder_params(b).size);
    for (size_t i = 0; i < n; i++)
        sum += fabs((double)x[i]);
    assert_true(sum > 0);
    assert_memory_equal(x, y, n * sizeof *x);
    free(x);
    free(y);
}

static void descend(cad_decoder *d, float rate)
{
    cad_params p = cad_decoder_params(d);
    cad_tensor x = cad_tensor_1d(CAD_F32, p.g, p.size), y = cad_tensor_1d(CAD_F32, p.p, p.size);
    ok(cad_decoder_ops(d)->axpy(&(cad_axpy_args){.x = x, .y = y, .a = -rate}, NULL));
    ok(cad_decoder_ops(d)->fill(&(cad_fill_args){.y = x}, NULL));
}

static void test_loss_gradient_and_logits_have_the_bits_of_the_cpu(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_batch *b = fix_batch(a, 0, 5);
    const uint32_t rows[2] = {3, 11};
    for (int form = 0; form < FORMS; form++) {
        cad_decoder *x = make(fix_ops(), form), *y = make(apart(), form);
        same_values(x, y, false);
        for (uint64_t s = 1; s <= 3; s++) {
            double sum, other;
            ok(cad_decoder_forward_backward(x, b, 0.1f, s, &sum));
            ok(cad_decoder_forward_backward(y, b, 0.1f, s, &other));
            assert_true(sum == other);
            same_values(x, y, true);
            descend(x, 0.1f);
            descend(y, 0.1f);
        }
        float nll[2][FIX_TOKENS] = {{0}}, logits[2][2 * FIX_VOCAB];
        uint32_t top[2][FIX_TOKENS] = {{0}};
        for (int i = 0; i < 2; i++) {
            ok(cad_decoder_eval(i ? y : x, b, nll[i], top[i]));
            ok(cad_decoder_logits(i ? y : x, b, rows, 2, logits[i]));
        }
        assert_memory_equal(nll[0], nll[1], sizeof nll[0]);
        assert_memory_equal(top[0], top[1], sizeof top[0]);
        assert_memory_equal(logits[0], logits[1], sizeof logits[0]);
        cad_decoder_destroy(x);
        cad_decoder_destroy(y);
    }
    assert_int_equal(apart_blocks(), 0);
    cad_arena_destroy(a);
}

static void test_answers_greedy_and_drawn_have_the_bits_of_the_cpu(void **state)
{
    (void)state;
    cad_gen_request req[REQUESTS];
    uint32_t ids[REQUESTS][16];
    static answers here, there;
    make_requests(req, ids);
    for (int form = FULL - 1; form < FORMS; form++) {
        cad_decoder *x = make(fix_ops(), form), *y = make(apart(), form);
        for (int drawn = 0; drawn < 2; drawn++) {
            answer(x, req, REQUESTS, drawn ? 1.3 : 0, &here);
            answer(y, req, REQUESTS, drawn ? 1.3 : 0, &there);
            assert_memory_equal(&here, &there, sizeof here);
        }
        cad_decoder_destroy(x);
        cad_decoder_destroy(y);
    }
}

/* Written by either and read by the other. */
static void test_files_are_the_same(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_batch *b = fix_batch(a, 0, 5);
    for (int form = 0; form < FORMS; form++) {
        cad_decoder *d[2] = {make(fix_ops(), form), make(apart(), form)};
        static const char *const folder[2] = {"here", "there"};
        bool lora = form >= FULL;
        const char *file = lora ? "adapter_model.safetensors" : "model.safetensors";
        cad_buf text[2] = {CAD_BUF_INIT, CAD_BUF_INIT};
        for (int i = 0; i < 2; i++) {
            double sum;
            char name[64];
            ok(cad_decoder_forward_backward(d[i], b, 0.1f, 1, &sum));
            descend(d[i], 0.5f);
            ok(cad_fs_mkdirs(scratch(folder[i])));
            ok(lora ? cad_decoder_save_adapter(d[i], scratch(folder[i]))
                    : cad_decoder_save_model(d[i], scratch(folder[i]), true));
            snprintf(name, sizeof name, "%s/%s", folder[i], file);
            ok(cad_fs_read(scratch(name), 0, &text[i]));
        }
        assert_int_equal(text[0].len, text[1].len);
        assert_memory_equal(text[0].data, text[1].data, text[0].len);
        for (int i = 0; i < 2; i++) {
            ok(lora ? cad_decoder_load_adapter(d[i], scratch(folder[!i])) : cad_decoder_load(d[i], scratch(folder[!i])));
            cad_buf_deinit(&text[i]);
        }
        same_values(d[0], d[1], false);
        cad_decoder_destroy(d[0]);
        cad_decoder_destroy(d[1]);
    }
    cad_arena_destroy(a);
}

/* Small pieces where tensors would pass in one. */
static void test_values_that_pass_in_pieces_are_the_same(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_batch *b = fix_batch(a, 0, 5);
    for (int form = 0; form < FORMS; form++) {
        cad_model_config c = model_of(form);
        c.ffn = 640;
        c.vocab = 333;
        cad_decoder_opts o = opts_of(form);
        cad_decoder *d[2];
        float nll[2][FIX_TOKENS] = {{0}};
        char hash[2][CAD_HASH_HEX];
        for (int i = 0; i < 2; i++) {
            ok(cad_decoder_create(&c, apart(), &o, &d[i]));
            assert_true(d[i]->stage_size >= 640 * 64);
            if (i)
                d[i]->stage_size = 16384;
            ok(cad_decoder_init_random(d[i], CAD_INIT_fan_in, 5));
            ok(cad_decoder_init_lora(d[i], CAD_LORA_gaussian, 6));
            ok(cad_decoder_eval(d[i], b, nll[i], NULL));
            ok(cad_fs_mkdirs(scratch("pieces")));
            ok(form < FULL ? cad_decoder_save_model(d[i], scratch("pieces"), false)
                           : cad_decoder_save_adapter(d[i], scratch("pieces")));
            ok(cad_fs_hash(scratch(form < FULL ? "pieces/model.safetensors" : "pieces/adapter_model.safetensors"), hash[i]));
        }
        same_values(d[0], d[1], false);
        assert_memory_equal(nll[0], nll[1], sizeof nll[0]);
        assert_string_equal(hash[0], hash[1]);
        cad_decoder_destroy(d[0]);
        cad_decoder_destroy(d[1]);
    }
    cad_arena_destroy(a);
}

/* Logits that are not finite are found by the draw, long after the call that asked for it. */
static void test_an_error_of_an_op_that_runs_later_is_told(void **state)
{
    (void)state;
    cad_gen_request req[REQUESTS];
    uint32_t ids[REQUESTS][16];
    static answers got;
    make_requests(req, ids);
    cad_decoder *d = make(apart(), FULL);
    cad_params p = cad_decoder_params(d);
    const float bad = NAN;
    ok(cad_decoder_ops(d)->fill(&(cad_fill_args){.y = cad_tensor_1d(CAD_F32, p.p, p.size), .value = bad}, NULL));
    const cad_gen_opts o = {.sampling = {.top_p = 1}};
    fails(cad_generate(d, req, 1, &o, keep, NULL, &got), CAD_ENUMERIC, "row 0");
    fails(cad_decoder_save_adapter(d, scratch("nowhere")), CAD_ENUMERIC, "nothing was saved");
    cad_decoder_destroy(d);
}

/* The table itself has teeth: a touch of its memory ends the process, a host's tensor is refused. */
static void test_the_table_refuses_tensors_of_the_host(void **state)
{
    (void)state;
    const cad_ops *ops = apart();
    float here[64];
    void *there;
    ok(ops->mem_alloc(sizeof here, &there));
    cad_tensor x = cad_tensor_1d(CAD_F32, here, 64), y = cad_tensor_1d(CAD_F32, there, 64);
    fails(ops->copy(&(cad_copy_args){.x = x, .y = y}, NULL), CAD_EINTERNAL, "copy: the tensor at offset 0");
    fails(ops->mem_put(here, here, 4, NULL), CAD_EINTERNAL, "mem_put");
    fails(ops->mem_get(there, there, 4, NULL), CAD_EINTERNAL, "mem_get");
    y.dim[0] = 65;
    fails(ops->fill(&(cad_fill_args){.y = y}, NULL), CAD_EINTERNAL, "fill");
    ops->mem_free(there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loss_gradient_and_logits_have_the_bits_of_the_cpu),
        cmocka_unit_test(test_answers_greedy_and_drawn_have_the_bits_of_the_cpu),
        cmocka_unit_test(test_files_are_the_same),
        cmocka_unit_test(test_values_that_pass_in_pieces_are_the_same),
        cmocka_unit_test(test_an_error_of_an_op_that_runs_later_is_told),
        cmocka_unit_test(test_the_table_refuses_tensors_of_the_host),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
