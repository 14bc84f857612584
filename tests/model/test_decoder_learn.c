/* Learning and files: the first loss, one batch by heart and its greedy answer, memory that stays put, saving and loading. */
#include "core/fs.h"
#include "core/mem.h"
#include "model/decoder/generate.h"
#include "tests/model/decoder_fixture.h"

#include <unistd.h>

enum { END = 49, PROMPT = 6, ANSWER = 7, TEXTS = 4, BASE = 1, TAUGHT = 2 };

/* A folder that the test removes again. */
static const char *folder(void)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/cadlm-test-decoder-%ld", (long)getpid());
    ok(cad_fs_remove_tree(path));
    ok(cad_fs_mkdirs(path));
    return path;
}

static void step(cad_decoder *d, const cad_batch *b, float *m, float *v, int64_t t, double *loss)
{
    cad_params p = cad_decoder_params(d);
    cad_opt_tensor all[64];
    const cad_ops *ops = fix_ops();
    for (int64_t i = 0; i < p.n; i++)
        all[i] = (cad_opt_tensor){.offset = p.item[i].offset, .count = p.item[i].count, .decay = p.item[i].decay};
    memset(p.g, 0, (size_t)p.size * sizeof *p.g);
    ok(cad_decoder_forward_backward(d, b, 1.0f / (float)b->n_answer, (uint64_t)t, loss));
    *loss /= (double)b->n_answer;
    ok(ops->adamw_step(&(cad_adamw_step_args){.p = cad_tensor_1d(CAD_F32, p.p, p.size),
                                              .g = cad_tensor_1d(CAD_F32, p.g, p.size),
                                              .m = cad_tensor_1d(CAD_F32, m, p.size),
                                              .v = cad_tensor_1d(CAD_F32, v, p.size),
                                              .tensor = all,
                                              .n_tensors = p.n,
                                              .h = {.lr = 5e-3f, .beta1 = 0.9f, .beta2 = 0.95f, .eps = 1e-8f, .t = t}},
                       NULL));
}

/* Texts of a set: PROMPT random ids, then ANSWER ids with END last. */
static void text_of(int set, int i, uint32_t *ids)
{
    cad_rng r = cad_rng_make((uint64_t)set, "learn", (uint64_t)i);
    for (int k = 0; k < PROMPT + ANSWER - 1; k++)
        ids[k] = (uint32_t)cad_rng_range(&r, 0, 9); /* few, so that a base knows them all */
    ids[PROMPT + ANSWER - 1] = END;
}

static cad_batch *texts(cad_arena *a, int set)
{
    cad_batch *b;
    const uint32_t span[2] = {PROMPT, PROMPT + ANSWER};
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &b));
    for (int i = 0; i < TEXTS; i++) {
        uint32_t ids[PROMPT + ANSWER];
        text_of(set, i, ids);
        ok(cad_batch_add(
            b,
            &(cad_batch_row){.ids = ids, .n = PROMPT + ANSWER, .span = span, .n_spans = 1, .weight = 1, .row = (uint64_t)i}));
    }
    return b;
}

static cad_status check_answer(void *ctx, int64_t request, const cad_gen_result *r)
{
    uint32_t ids[PROMPT + ANSWER];
    text_of(TAUGHT, (int)request, ids);
    assert_int_equal(r->finish, CAD_FINISH_stop);
    assert_int_equal(r->n, ANSWER - 1);
    assert_int_equal(r->n_drawn, ANSWER);
    assert_memory_equal(r->ids, ids + PROMPT, (ANSWER - 1) * sizeof *ids);
    assert_true(r->logprob > -1 && r->logprob <= 0);
    ++*(int *)ctx;
    return CAD_OK;
}

/* 200 steps on one set of texts; the loss of the last one. */
static double train_on(cad_decoder *d, int set, bool fresh)
{
    cad_arena *a = fix_arena();
    cad_batch *b = texts(a, set);
    size_t size = (size_t)cad_decoder_params(d).size;
    float *m = calloc(size, sizeof *m), *v = calloc(size, sizeof *v);
    double loss = 0;
    uint64_t calls = 0;
    for (int64_t t = 1; t <= 200; t++) {
        step(d, b, m, v, t, &loss);
        if (t == 1 && fresh)
            near(loss / log(FIX_VOCAB), 1, 0.05);
        if (t == 2)
            calls = cad_mem_calls();
        if (t == 5)
            assert_int_equal(cad_mem_calls(), calls);
    }
    free(m);
    free(v);
    cad_arena_destroy(a);
    return loss;
}

static void recite(cad_decoder *d)
{
    uint32_t ids[TEXTS][PROMPT + ANSWER];
    const uint32_t stop = END;
    cad_gen_request req[TEXTS];
    int done = 0;
    for (int i = 0; i < TEXTS; i++) {
        text_of(TAUGHT, i, ids[i]);
        req[i] = (cad_gen_request){.prompt = ids[i], .n_prompt = PROMPT, .max_new = 30};
    }
    cad_gen_opts g = {.sampling = {.top_p = 1}, .stop = &stop, .n_stop = 1};
    ok(cad_generate(d, req, TEXTS, &g, check_answer, NULL, &done));
    assert_int_equal(done, TEXTS);
}

static cad_decoder_opts with_slots(cad_train train, int64_t rank)
{
    cad_decoder_opts o = fix_opts(train, rank);
    o.slots = 3;
    o.context = 64;
    return o;
}

static void test_all_weights_learn_one_batch_by_heart_and_stop(void **state)
{
    (void)state;
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    cad_decoder_opts o = with_slots(CAD_TRAIN_full, 0);
    cad_decoder *d = fix_decoder(&c, &o);
    assert_int_equal(cad_decoder_params(d).count, cad_decoder_parameters(d));
    assert_true(train_on(d, TAUGHT, true) < 0.02);
    recite(d);
    cad_decoder_destroy(d);
}

static void test_an_adapter_on_nf4_learns_one_batch_by_heart_and_stops(void **state)
{
    (void)state;
    const char *dir = folder();
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    cad_decoder_opts o = with_slots(CAD_TRAIN_full, 0);
    cad_decoder *d = fix_decoder(&c, &o);
    assert_true(train_on(d, BASE, true) < 0.02);
    ok(cad_decoder_save_model(d, dir, true));
    cad_decoder_destroy(d);
    o = with_slots(CAD_TRAIN_lora, 8);
    o.weights = CAD_WEIGHTS_nf4;
    o.double_quant = true;
    d = fix_decoder(&c, &o);
    ok(cad_decoder_load(d, dir));
    assert_true(train_on(d, TAUGHT, false) < 0.02);
    recite(d);
    cad_decoder_destroy(d);
    ok(cad_fs_remove_tree(dir));
}

static void test_the_first_loss_is_that_of_guessing(void **state)
{
    (void)state;
    for (int scheme = 0; scheme < 2; scheme++)
        for (int tie = 0; tie < 2; tie++) {
            cad_arena *a = fix_arena();
            cad_model_config c = fix_config(CAD_ARCH_qwen2, tie, 128);
            cad_decoder_opts o = fix_opts(CAD_TRAIN_none, 0);
            cad_decoder *d;
            ok(cad_decoder_create(&c, fix_ops(), &o, &d));
            ok(cad_decoder_init_random(d, scheme ? CAD_INIT_hf : CAD_INIT_fan_in, 1));
            cad_batch *b = fix_batch(a, 0, 6);
            float nll[FIX_TOKENS];
            double sum = 0;
            ok(cad_decoder_eval(d, b, nll, NULL));
            for (int64_t i = 0; i < b->n_loss; i++)
                sum += (double)nll[i];
            near(sum / (double)b->n_loss / log(FIX_VOCAB), 1, 0.05);
            cad_decoder_destroy(d);
            cad_arena_destroy(a);
        }
}

static void eval_on(cad_decoder *d, float *nll)
{
    cad_arena *a = fix_arena();
    cad_batch *b = fix_batch(a, 0, 5);
    ok(cad_decoder_eval(d, b, nll, NULL));
    cad_arena_destroy(a);
}

static void test_a_model_comes_back_from_its_files_with_the_same_loss(void **state)
{
    (void)state;
    const char *dir = folder();
    for (int form = 0; form < 3; form++) {
        cad_model_config c =
            fix_config(form == 2 ? CAD_ARCH_qwen3 : CAD_ARCH_qwen2, form == 1, 256); /* two groups of gate, up */
        cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
        float before[FIX_TOKENS] = {0}, after[FIX_TOKENS] = {0}, rounded[FIX_TOKENS] = {0};
        cad_decoder *d = fix_decoder(&c, &o);
        fix_noise(d, 0.05, 8);
        eval_on(d, before);
        ok(cad_decoder_save_model(d, dir, false));
        cad_decoder_destroy(d);
        o.train = CAD_TRAIN_none;
        ok(cad_decoder_create(&c, fix_ops(), &o, &d));
        ok(cad_decoder_load(d, dir));
        eval_on(d, after);
        assert_memory_equal(before, after, sizeof before);
        assert_int_equal(strlen(cad_decoder_base_hash(d)), 32);
        /* Loading as bf16 equals saving as bf16. */
        ok(cad_decoder_save_model(d, dir, true));
        cad_decoder_destroy(d);
        ok(cad_decoder_create(&c, fix_ops(), &o, &d));
        ok(cad_decoder_load(d, dir));
        eval_on(d, after);
        o.weights = CAD_WEIGHTS_bf16;
        cad_decoder_destroy(d);
        ok(cad_decoder_create(&c, fix_ops(), &o, &d));
        ok(cad_decoder_load(d, dir));
        eval_on(d, rounded);
        assert_memory_equal(rounded, after, sizeof after);
        cad_decoder_destroy(d);
    }
    ok(cad_fs_remove_tree(dir));
}

static void test_an_adapter_comes_back_from_its_files_with_the_same_loss(void **state)
{
    (void)state;
    const char *dir = folder();
    cad_model_config c = fix_config(CAD_ARCH_llama, false, 256);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.weights = CAD_WEIGHTS_nf4;
    o.lora.targets = CAD_LORA_ALL & ~(1u << CAD_LORA_k | 1u << CAD_LORA_gate);
    float before[FIX_TOKENS] = {0}, after[FIX_TOKENS] = {0}, base[FIX_TOKENS] = {0};
    cad_decoder *d = fix_decoder(&c, &o);
    /* One step of plain gradient descent moves exactly the pairs that are trained. */
    cad_arena *a = fix_arena();
    cad_batch *b = fix_batch(a, 0, 5);
    cad_params p = cad_decoder_params(d);
    eval_on(d, base);
    for (int k = 0; k < 3; k++) {
        double sum;
        ok(cad_decoder_forward_backward(d, b, 0.05f, 0, &sum));
        for (int64_t i = 0; i < p.size; i++)
            p.p[i] -= 0.1f * p.g[i];
    }
    eval_on(d, before);
    assert_true(memcmp(base, before, sizeof base) != 0);
    ok(cad_decoder_save_adapter(d, dir));
    cad_decoder_destroy(d);
    cad_lora_config lora;
    ok(cad_peft_read_config(dir, a, &lora));
    o.train = CAD_TRAIN_none;
    o.lora = lora;
    d = fix_decoder(&c, &o);
    ok(cad_decoder_load_adapter(d, dir));
    eval_on(d, after);
    assert_memory_equal(before, after, sizeof before);
    cad_decoder_destroy(d);
    o.lora.rank = 8;
    d = fix_decoder(&c, &o);
    fails(cad_decoder_load_adapter(d, dir), CAD_EDATA, "rank 4");
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
    ok(cad_fs_remove_tree(dir));
}

static void test_files_of_another_shape_are_refused_by_name(void **state)
{
    (void)state;
    const char *dir = folder();
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
    cad_decoder *d = fix_decoder(&c, &o);
    ok(cad_decoder_save_model(d, dir, false));
    cad_decoder_params(d).p[7] = NAN;
    fails(cad_decoder_save_model(d, dir, false), CAD_ENUMERIC, "model.embed_tokens.weight: element 7");
    cad_decoder_destroy(d);
    c.ffn = 256;
    ok(cad_decoder_create(&c, fix_ops(), &o, &d));
    fails(cad_decoder_load(d, dir), CAD_EDATA, "mlp.gate_proj.weight");
    cad_decoder_destroy(d);
    c = fix_config(CAD_ARCH_llama, false, 128);
    ok(cad_decoder_create(&c, fix_ops(), &o, &d));
    fails(cad_decoder_load(d, dir), CAD_EDATA, "k_proj.bias");
    cad_decoder_destroy(d);
    c = fix_config(CAD_ARCH_qwen2, true, 128);
    ok(cad_decoder_create(&c, fix_ops(), &o, &d));
    fails(cad_decoder_load(d, dir), CAD_EDATA, "tied");
    cad_decoder_destroy(d);
    c = fix_config(CAD_ARCH_llama, false, 128);
    ok(cad_decoder_create(&c, fix_ops(), &o, &d));
    ok(cad_decoder_init_random(d, CAD_INIT_fan_in, 5));
    ok(cad_decoder_save_model(d, dir, false));
    cad_decoder_destroy(d);
    c = fix_config(CAD_ARCH_qwen3, false, 128);
    c.head_dim = 8; /* of the same shapes but for the norms of heads */
    ok(cad_decoder_create(&c, fix_ops(), &o, &d));
    fails(cad_decoder_load(d, dir), CAD_EDATA, "q_norm.weight");
    cad_decoder_destroy(d);
    ok(cad_fs_remove_tree(dir));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_loss_is_that_of_guessing),
        cmocka_unit_test(test_all_weights_learn_one_batch_by_heart_and_stop),
        cmocka_unit_test(test_an_adapter_on_nf4_learns_one_batch_by_heart_and_stops),
        cmocka_unit_test(test_a_model_comes_back_from_its_files_with_the_same_loss),
        cmocka_unit_test(test_an_adapter_comes_back_from_its_files_with_the_same_loss),
        cmocka_unit_test(test_files_of_another_shape_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
