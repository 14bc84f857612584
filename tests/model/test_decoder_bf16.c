/* A decoder with storage in bf16, on the CPU, against the same one in f32: loss, gradients, answers; and what it holds in f32.
 */
#include "model/decoder/engine.h"
#include "model/decoder/generate.h"
#include "tests/model/decoder_fixture.h"
#include "tests/scratch_dir.h"

enum { PROMPTS = 5, ANSWER = 120, ROOM = 400 };

static const char *const captions[PROMPTS] = {"plate 80 x 40 x 6 mm with four holes of 5 mm",
                                              "a ring, outer diameter 60, inner 42, 8 thick", "box 30 x 20 x 10",
                                              "cylinder of diameter 24 and height 50", "an L bracket 60 x 40 x 30, 5 mm thick"};

/* models/tiny as it is told to be stored; LoRA with factors that are not zero where it trains. */
static cad_decoder *tiny(bool bf16, cad_train train)
{
    cad_buf path = CAD_BUF_INIT;
    cad_model_config c;
    cad_decoder *d;
    ok(cad_engine_default_path(&path));
    ok(cad_model_config_load(path.data, &c));
    cad_decoder_opts o = {.train = train, .bf16 = bf16, .max_tokens = 1024, .slots = PROMPTS, .context = ROOM};
    if (train == CAD_TRAIN_lora)
        o.lora = (cad_lora_config){.rank = 8, .alpha = 16, .base_model = ""};
    ok(cad_decoder_create(&c, fix_ops(), &o, &d));
    ok(cad_decoder_load(d, path.data));
    if (train == CAD_TRAIN_lora) {
        ok(cad_decoder_init_lora(d, CAD_LORA_kaiming, 3));
        fix_noise(d, 0.02, 4);
        ok(cad_decoder_refresh(d));
    }
    cad_buf_deinit(&path);
    return d;
}

typedef struct text {
    uint32_t ids[ROOM];
    int64_t n;
} text;

static void encode(text out[PROMPTS])
{
    cad_buf path = CAD_BUF_INIT;
    cad_arena *a = fix_arena();
    cad_tokenizer *t;
    const cad_template *tpl;
    ok(cad_engine_default_path(&path));
    ok(cad_tokenizer_load_dir(path.data, &t));
    ok(cad_template_get("ir", NULL, a, &tpl));
    for (int i = 0; i < PROMPTS; i++) {
        cad_ids ids = {0};
        const cad_prompt_slots slots = {.caption = captions[i]};
        ok(cad_template_encode(tpl, &slots, t, &ids));
        assert_true(ids.n > 0 && ids.n + ANSWER < ROOM);
        memcpy(out[i].ids, ids.id, ids.n * sizeof *ids.id);
        out[i].n = (int64_t)ids.n;
        cad_ids_deinit(&ids);
    }
    cad_tokenizer_destroy(t);
    cad_arena_destroy(a);
    cad_buf_deinit(&path);
}

static cad_status keep_text(void *ctx, int64_t request, const cad_gen_result *r)
{
    text *t = (text *)ctx + request;
    t->n = r->n;
    memcpy(t->ids, r->ids, (size_t)r->n * sizeof *r->ids);
    return CAD_OK;
}

static void answer(cad_decoder *d, const text *prompt, text *out)
{
    cad_gen_request req[PROMPTS];
    const uint32_t stop[] = {(uint32_t)cad_decoder_config(d)->eos[0]};
    const cad_gen_opts o = {.sampling = {.top_p = 1}, .stop = stop, .n_stop = 1};
    for (int i = 0; i < PROMPTS; i++)
        req[i] = (cad_gen_request){.prompt = prompt[i].ids, .n_prompt = prompt[i].n, .max_new = ANSWER};
    ok(cad_generate(d, req, PROMPTS, &o, keep_text, NULL, out));
}

static void test_greedy_text_differs_only_where_two_logits_are_close(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *wide = tiny(false, CAD_TRAIN_none), *half = tiny(true, CAD_TRAIN_none);
    static text prompt[PROMPTS], want[PROMPTS], got[PROMPTS];
    int64_t v = cad_decoder_config(wide)->vocab;
    float *z = malloc(2 * (size_t)v * sizeof *z);
    encode(prompt);
    answer(wide, prompt, want);
    answer(half, prompt, got);
    int64_t total = 0;
    for (int i = 0; i < PROMPTS; i++) {
        int64_t k = 0;
        while (k < want[i].n && k < got[i].n && want[i].ids[k] == got[i].ids[k])
            k++;
        /* logits of the first token that differs; where none does, of the last one */
        text whole = prompt[i];
        memcpy(whole.ids + whole.n, want[i].ids, (size_t)k * sizeof *whole.ids);
        cad_batch *b;
        uint32_t last = (uint32_t)(whole.n + k - 1);
        ok(cad_batch_create(a, ROOM, 1, &b));
        ok(cad_batch_add(b, &(cad_batch_row){.ids = whole.ids, .n = whole.n + k, .weight = 1}));
        ok(cad_decoder_logits(wide, b, &last, 1, z));
        ok(cad_decoder_logits(half, b, &last, 1, z + v));
        float top = -INFINITY, error = 0, largest = 0;
        for (int64_t j = 0; j < v; j++) {
            top = z[j] > top ? z[j] : top;
            error = fmaxf(error, fabsf(z[j] - z[v + j]));
            largest = fmaxf(largest, fabsf(z[j]));
        }
        total += k;
        assert_true(error > 0); /* two forms, not one and the same */
        if (k < want[i].n || k < got[i].n)
            near(z[k < got[i].n ? got[i].ids[k] : (uint32_t)cad_decoder_config(wide)->eos[0]], top,
                 ldexp((double)largest, -7)); /* an ulp of bf16 */
    }
    assert_true(total > 100);
    free(z);
    cad_decoder_destroy(wide);
    cad_decoder_destroy(half);
    cad_arena_destroy(a);
}

/* Rows whose answers belong to other prompts, so that there is much to learn. */
static cad_batch *mismatched(cad_arena *a, const text *prompt, const text *said)
{
    cad_batch *b;
    ok(cad_batch_create(a, 1024, PROMPTS, &b));
    for (int i = 0; i < PROMPTS; i++) {
        const text *other = &said[(i + 1) % PROMPTS];
        text row = prompt[i];
        int64_t n = other->n < 60 ? other->n : 60;
        memcpy(row.ids + row.n, other->ids, (size_t)n * sizeof *row.ids);
        const uint32_t span[2] = {(uint32_t)row.n, (uint32_t)(row.n + n)};
        ok(cad_batch_add(
            b, &(cad_batch_row){.ids = row.ids, .n = row.n + n, .span = span, .n_spans = 1, .weight = 1, .row = (uint64_t)i}));
    }
    return b;
}

static void agree(const char *what, const float *a, const float *b, int64_t n)
{
    double ab = 0, aa = 0, bb = 0;
    for (int64_t i = 0; i < n; i++) {
        ab += (double)a[i] * (double)b[i];
        aa += (double)a[i] * (double)a[i];
        bb += (double)b[i] * (double)b[i];
    }
    double cosine = ab / sqrt(aa * bb), norm = sqrt(bb / aa);
    if (!(aa > 0 && cosine >= 0.999 && fabs(norm - 1) <= 0.01))
        fail_msg("%s: cosine %.6f, norms %g and %g", what, cosine, sqrt(aa), sqrt(bb));
}

static void test_loss_and_gradients_of_lora_agree_with_those_in_f32(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *wide = tiny(false, CAD_TRAIN_lora), *half = tiny(true, CAD_TRAIN_lora);
    static text prompt[PROMPTS], said[PROMPTS];
    encode(prompt);
    answer(wide, prompt, said);
    cad_batch *b = mismatched(a, prompt, said);
    float scale = 1.0f / (float)b->n_answer;
    double sum[2];
    ok(cad_decoder_forward_backward(wide, b, scale, 1, &sum[0]));
    ok(cad_decoder_forward_backward(half, b, scale, 1, &sum[1]));
    assert_true(sum[0] != sum[1]);
    near(sum[1] * (double)scale, sum[0] * (double)scale, 5e-3);
    cad_params x = cad_decoder_params(wide), y = cad_decoder_params(half);
    for (int64_t i = 0; i < x.n; i++)
        agree(x.item[i].name, x.g + x.item[i].offset, y.g + y.item[i].offset, x.item[i].count);
    cad_decoder_destroy(wide);
    cad_decoder_destroy(half);
    cad_arena_destroy(a);
}

/* What the passes read is the master, rounded. */
static void expect_copy(const cad_decoder *d)
{
    cad_params p = cad_decoder_params(d);
    assert_non_null(p.p_bf16);
    for (int64_t i = 0; i < p.size; i++)
        assert_int_equal(p.p_bf16[i], cad_f32_to_bf16(p.p[i]));
}

static cad_decoder *small(cad_train train, cad_weights weights, cad_nf4_base base)
{
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 256);
    cad_decoder_opts o = fix_opts(train, train == CAD_TRAIN_full ? 0 : 4);
    c.width = 64;
    c.head_dim = 16;
    o.weights = weights;
    o.nf4_base = base;
    o.bf16 = true;
    return fix_decoder(&c, &o);
}

static void test_the_copy_follows_the_masters_through_files_and_refresh(void **state)
{
    (void)state;
    for (int lora = 0; lora < 2; lora++) {
        cad_train train = lora ? CAD_TRAIN_lora : CAD_TRAIN_full;
        cad_decoder *d = small(train, CAD_WEIGHTS_fp32, CAD_NF4_resident),
                    *other = small(train, CAD_WEIGHTS_fp32, CAD_NF4_resident);
        expect_copy(d);
        fix_noise(d, 0.05, 3);
        ok(cad_decoder_refresh(d));
        expect_copy(d);
        ok(cad_fs_mkdirs(scratch("copy")));
        ok(lora ? cad_decoder_save_adapter(d, scratch("copy"))
                : cad_decoder_save_master(d, scratch("copy/master.safetensors")));
        ok(lora ? cad_decoder_load_adapter(other, scratch("copy"))
                : cad_decoder_load_master(other, scratch("copy/master.safetensors")));
        expect_copy(other);
        cad_params x = cad_decoder_params(d), y = cad_decoder_params(other);
        for (int64_t i = 0; i < x.n; i++) /* the file has the masters, not their copy */
            assert_memory_equal(x.p + x.item[i].offset, y.p + y.item[i].offset, (size_t)x.item[i].count * sizeof(float));
        if (!lora) {
            ok(cad_decoder_save_model(d, scratch("copy"), true));
            ok(cad_decoder_load(other, scratch("copy")));
            expect_copy(other);
        }
        cad_decoder_destroy(d);
        cad_decoder_destroy(other);
    }
}

/* A frozen base of bf16 numbers comes back as it was. */
static void test_a_frozen_base_is_saved_as_it_is_stored(void **state)
{
    (void)state;
    cad_decoder *d = small(CAD_TRAIN_none, CAD_WEIGHTS_fp32, CAD_NF4_resident);
    char hash[2][CAD_HASH_HEX];
    for (int i = 0; i < 2; i++) {
        ok(cad_fs_mkdirs(scratch("base")));
        ok(cad_decoder_save_model(d, scratch("base"), i));
        ok(cad_decoder_load(d, scratch("base")));
        ok(cad_decoder_save_model(d, scratch("base"), true));
        ok(cad_fs_hash(scratch("base/model.safetensors"), hash[i]));
    }
    assert_string_equal(hash[0], hash[1]);
    cad_decoder_destroy(d);
}

static void test_nf4_held_as_codes_equals_nf4_held_in_bf16(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_batch *b = fix_batch(a, 0, 5);
    float nll[2][FIX_TOKENS] = {{0}};
    cad_decoder *d[2] = {small(CAD_TRAIN_lora, CAD_WEIGHTS_nf4, CAD_NF4_resident),
                         small(CAD_TRAIN_lora, CAD_WEIGHTS_nf4, CAD_NF4_scratch)};
    double sum;
    for (int i = 0; i < 2; i++) {
        fix_noise(d[i], 0.05, 3);
        ok(cad_decoder_refresh(d[i]));
        ok(cad_decoder_forward_backward(d[i], b, 1, 1, &sum));
        memcpy(nll[i], cad_decoder_last_nll(d[i]), (size_t)b->n_loss * sizeof(float));
    }
    cad_params x = cad_decoder_params(d[0]), y = cad_decoder_params(d[1]);
    assert_memory_equal(nll[0], nll[1], sizeof nll[0]);
    assert_memory_equal(x.g, y.g, (size_t)x.size * sizeof(float));
    cad_decoder_destroy(d[0]);
    cad_decoder_destroy(d[1]);
    cad_arena_destroy(a);
}

static void test_the_plan_is_what_is_taken_and_half_of_it(void **state)
{
    (void)state;
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 256);
    cad_decoder_bytes plan[2];
    for (int bf16 = 0; bf16 < 2; bf16++) {
        cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 16);
        cad_decoder *d;
        o.bf16 = bf16;
        o.max_tokens = 4096;
        o.slots = 4;
        o.context = 512;
        ok(cad_decoder_create(&c, fix_ops(), &o, &d));
        plan[bf16] = cad_decoder_plan(d);
        const size_t bytes[] = {plan[bf16].weights, plan[bf16].state, plan[bf16].activations, plan[bf16].scratch,
                                plan[bf16].host};
        for (int i = 0; i < CAD_DECODER_ARENAS; i++)
            near((double)cad_arena_used(cad_decoder_arena(d, i)), (double)bytes[i], 64);
        assert_int_equal(plan[bf16].state, plan[bf16].values + plan[bf16].gradients);
        cad_decoder_destroy(d);
    }
    near((double)plan[1].cache / (double)plan[0].cache, 0.5, 0.01);
    assert_true(plan[1].saved < 6 * plan[0].saved / 10 && plan[1].work < 6 * plan[0].work / 10);
    assert_true(plan[1].values == plan[0].values + plan[0].values / 2 && plan[1].gradients == plan[0].gradients);
    assert_true(plan[1].weights < plan[0].weights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greedy_text_differs_only_where_two_logits_are_close),
        cmocka_unit_test(test_loss_and_gradients_of_lora_agree_with_those_in_f32),
        cmocka_unit_test(test_the_copy_follows_the_masters_through_files_and_refresh),
        cmocka_unit_test(test_a_frozen_base_is_saved_as_it_is_stored),
        cmocka_unit_test(test_nf4_held_as_codes_equals_nf4_held_in_bf16),
        cmocka_unit_test(test_the_plan_is_what_is_taken_and_half_of_it),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
