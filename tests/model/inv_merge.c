/* A merged model is its base with the adapter: the weights to one rounding, the answers as far as that rounding carries. */
#include "tests/inv_main.h"
#include "tests/scratch_dir.h"

#include "model/decoder/merge.h"
#include "model/decoder/model_compare.h"
#include "model/hf/safetensors.h"
#include "tests/model/decoder_fixture.h"

/* Wide enough for whole NF4 blocks in every row. */
static cad_model_config shape(cad_arch arch, bool tie)
{
    cad_model_config c = fix_config(arch, tie, 128);
    c.width = 64;
    c.head_dim = 16;
    return c;
}

/* Base and adapter under `name`, as a run would leave them; `weights` is what the adapter saw. */
static void make(const char *name, const cad_model_config *c, cad_weights weights, bool nested, bool bf16, unsigned targets,
                 cad_arena *a, cad_ckpt_parts *p)
{
    char base[64], adapter[64], path[96];
    snprintf(base, sizeof base, "%s-base", name);
    snprintf(adapter, sizeof adapter, "%s-adapter", name);
    ok(cad_fs_mkdirs(scratch(base)));
    ok(cad_fs_mkdirs(scratch(adapter)));
    cad_decoder_opts full = fix_opts(CAD_TRAIN_full, 0);
    cad_decoder *d = fix_decoder(c, &full);
    fix_noise(d, 0.05, 3);
    ok(cad_decoder_save_model(d, scratch(base), bf16));
    cad_decoder_destroy(d);
    cad_buf config = CAD_BUF_INIT;
    ok(cad_model_config_print(c, NULL, 0, &config));
    snprintf(path, sizeof path, "%s/config.json", base);
    ok(cad_fs_write(scratch(path), config.data, config.len));
    cad_buf_deinit(&config);

    cad_decoder_opts o = fix_opts(CAD_TRAIN_lora, 4);
    o.lora.targets = targets;
    o.lora.base_model = scratch(base);
    d = fix_decoder(c, &o);
    fix_noise(d, 0.1, 4);
    ok(cad_decoder_save_adapter(d, scratch(adapter)));
    cad_decoder_destroy(d);
    ok(cad_ckpt_parts_find(scratch(adapter), a, p));
    ok(cad_ckpt_parts_read(p, NULL, a));
    assert_string_equal(p->base, scratch(base));
    p->weights = weights;
    p->double_quant = nested;
}

static float *logits_of(const cad_model_config *c, const cad_ckpt_parts *p, const char *merged, cad_weights weights,
                        cad_arena *a)
{
    cad_decoder *d;
    cad_decoder_opts o = {.max_tokens = FIX_TOKENS};
    if (!merged)
        cad_ckpt_parts_options(p, &o);
    o.weights = weights;
    ok(cad_decoder_create(c, fix_ops(), &o, &d));
    if (merged)
        ok(cad_decoder_load(d, merged));
    else
        ok(cad_ckpt_parts_load(p, d));
    cad_batch *b = fix_batch(a, 0, 4);
    uint32_t row[FIX_TOKENS];
    for (int64_t i = 0; i < b->n; i++)
        row[i] = (uint32_t)i;
    float *z = calloc((size_t)(FIX_TOKENS * FIX_VOCAB), sizeof *z);
    ok(cad_decoder_logits(d, b, row, b->n, z));
    cad_decoder_destroy(d);
    return z;
}

static double farthest(const float *x, const float *y)
{
    double most = 0;
    for (int i = 0; i < FIX_TOKENS * FIX_VOCAB; i++) {
        double d = fabs((double)x[i] - (double)y[i]);
        assert_true(isfinite(d));
        most = d > most ? d : most;
    }
    return most;
}

/* Rounding as a merge rounds, without one: the base in bf16 against the base in f32, the adapter on both. */
static double rounding_alone(const cad_model_config *c, const cad_ckpt_parts *p, cad_arena *a)
{
    float *exact = logits_of(c, p, NULL, CAD_WEIGHTS_fp32, a), *rounded = logits_of(c, p, NULL, CAD_WEIGHTS_bf16, a);
    double d = farthest(exact, rounded);
    free(exact);
    free(rounded);
    return d;
}

static const struct {
    cad_arch arch;
    bool tie;
    cad_weights weights;
    bool nested;
    unsigned targets;
} cases[] = {
    {CAD_ARCH_qwen2, false, CAD_WEIGHTS_fp32, false, CAD_LORA_ALL},
    {CAD_ARCH_llama, true, CAD_WEIGHTS_bf16, false, CAD_LORA_ALL & ~(1u << CAD_LORA_up) & ~(1u << CAD_LORA_k)},
    {CAD_ARCH_qwen2, true, CAD_WEIGHTS_nf4, false, CAD_LORA_ALL},
    {CAD_ARCH_llama, false, CAD_WEIGHTS_nf4, true, 1u << CAD_LORA_q | 1u << CAD_LORA_down},
};

static cad_status merge_into(const cad_ckpt_parts *p, const char *name, uint64_t shard_bytes, cad_arena *a)
{
    cad_merge_plan plan;
    CAD_TRY(cad_merge_prepare(p, a, &plan));
    return cad_merge_write(p, &plan, scratch(name), shard_bytes);
}

static void test_merge_gives_the_logits_of_base_and_adapter(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cad_arena *a;
        cad_ckpt_parts p;
        char name[32], out[64];
        ok(cad_arena_create("merge", 64 << 20, &a));
        cad_model_config c = shape(cases[i].arch, cases[i].tie);
        snprintf(name, sizeof name, "case%zu", i);
        snprintf(out, sizeof out, "%s-merged", name);
        make(name, &c, cases[i].weights, cases[i].nested, false, cases[i].targets, a, &p);
        double limit = 2 * rounding_alone(&c, &p, a);
        assert_true(limit > 0 && limit < 1);
        ok(cad_fs_mkdirs(scratch(out)));
        ok(merge_into(&p, out, i % 2 ? 20000 : 0, a));
        float *want = logits_of(&c, &p, NULL, p.weights, a), *got = logits_of(&c, &p, scratch(out), CAD_WEIGHTS_fp32, a);
        double d = farthest(want, got);
        /* NF4 is not what came out: rounding carries far less than quantising does */
        if (cases[i].weights == CAD_WEIGHTS_nf4) {
            float *plain = logits_of(&c, &p, NULL, CAD_WEIGHTS_fp32, a);
            assert_true(farthest(plain, got) > 4 * d);
            free(plain);
        }
        if (!(d <= limit))
            fail_msg("case %zu: logits differ by %g; limit %g", i, d, limit);
        free(want);
        free(got);
        cad_arena_destroy(a);
    }
}

static float *tensor_of(const cad_safetensors *f, const char *name, int64_t *count)
{
    const cad_st_tensor *t = cad_st_find(f, name);
    if (!t)
        return NULL;
    float *x = malloc((size_t)t->count * sizeof *x);
    ok(cad_st_read_f32(f, t, 0, x, t->count));
    *count = t->count;
    return x;
}

/* |got - (w + s B A)| is at most half a unit of bf16 there, all of it in f64. */
static void expect_matrix(const cad_safetensors *base, const cad_safetensors *merged, const cad_safetensors *adapter,
                          const char *name, double scale)
{
    char key[200];
    int64_t n, na, nb;
    snprintf(key, sizeof key, "base_model.model.%.*s.lora_A.weight", (int)(strlen(name) - strlen(".weight")), name);
    float *w = tensor_of(base, name, &n), *got = tensor_of(merged, name, &n), *fa = tensor_of(adapter, key, &na);
    key[strlen(key) - strlen("A.weight")] = 'B';
    float *fb = tensor_of(adapter, key, &nb);
    int64_t cols = cad_st_find(base, name)->dim[1], rank = fa ? na / cols : 0;
    assert_true(!fa == !fb);
    for (int64_t i = 0; i < n; i++) {
        double exact = (double)w[i];
        for (int64_t k = 0; k < rank; k++)
            exact += scale * (double)fb[i / cols * rank + k] * (double)fa[k * cols + i % cols];
        if (!(fabs((double)got[i] - exact) <= 0x1p-8 * fabs(exact) * 1.0001 + 1e-6))
            fail_msg("%s[%lld] = %g; expected %.9g to one rounding", name, (long long)i, (double)got[i], exact);
    }
    free(w);
    free(got);
    free(fa);
    free(fb);
}

static void test_merge_rounds_each_weight_once(void **state)
{
    (void)state;
    for (int original = 0; original < 2; original++) {
        cad_arena *a;
        cad_ckpt_parts p;
        cad_safetensors *base, *merged, *adapter;
        ok(cad_arena_create("merge", 64 << 20, &a));
        cad_model_config c = shape(CAD_ARCH_qwen2, false);
        make(original ? "once1" : "once0", &c, original ? CAD_WEIGHTS_nf4 : CAD_WEIGHTS_fp32, false, false,
             CAD_LORA_ALL & ~(1u << CAD_LORA_v), a, &p);
        ok(cad_merge_choose(&p, original ? CAD_MERGE_original : CAD_MERGE_trained));
        const char *out = original ? "once1-merged" : "once0-merged";
        ok(cad_fs_mkdirs(scratch(out)));
        ok(merge_into(&p, out, 30000, a));
        ok(cad_st_open_dir(p.base, &base));
        ok(cad_st_open_dir(scratch(out), &merged));
        char path[512];
        snprintf(path, sizeof path, "%s/adapter_model.safetensors", p.adapter);
        ok(cad_st_open(path, &adapter));
        assert_int_equal(cad_st_count(base), cad_st_count(merged));
        for (size_t i = 0; i < cad_st_count(base); i++) {
            const cad_st_tensor *t = cad_st_at(merged, i);
            assert_int_equal(t->dtype, CAD_ST_BF16);
            if (t->ndim == 2)
                expect_matrix(base, merged, adapter, t->name, cad_lora_scale(&p.lora));
        }
        cad_st_close(base);
        cad_st_close(merged);
        cad_st_close(adapter);
        cad_model_config now;
        ok(cad_model_config_load(scratch(out), &now));
        assert_int_equal(now.dtype, CAD_BF16);
        assert_false(now.quant.nf4);
        cad_arena_destroy(a);
    }
}

/* models/tiny under an adapter of some size: its own check, which also generates. */
static void tiny_parts(double deviation, cad_arena *a, cad_ckpt_parts *p)
{
    cad_ckpt_parts base;
    cad_decoder *d;
    ok(cad_ckpt_parts_find(NULL, a, &base));
    ok(cad_ckpt_parts_read(&base, NULL, a));
    cad_decoder_opts o = {.train = CAD_TRAIN_lora,
                          .max_tokens = 8,
                          .lora = {.rank = 4, .alpha = 8, .targets = CAD_LORA_ALL, .base_model = base.base}};
    ok(cad_decoder_create(&base.model, fix_ops(), &o, &d));
    ok(cad_decoder_load(d, base.base));
    ok(cad_decoder_init_lora(d, CAD_LORA_kaiming, 1));
    fix_noise(d, deviation, 2);
    ok(cad_fs_mkdirs(scratch("tiny-adapter")));
    ok(cad_decoder_save_adapter(d, scratch("tiny-adapter")));
    cad_decoder_destroy(d);
    ok(cad_ckpt_parts_find(scratch("tiny-adapter"), a, p));
    ok(cad_ckpt_parts_read(p, NULL, a));
}

static void test_merge_is_checked_by_what_both_answer(void **state)
{
    (void)state;
    static const cad_weights held[] = {CAD_WEIGHTS_bf16, CAD_WEIGHTS_nf4};
    cad_arena *a;
    cad_ckpt_parts p;
    cad_model_change r;
    ok(cad_arena_create("merge", 256 << 20, &a));
    tiny_parts(0.02, a, &p);
    for (int i = 0; i < 2; i++) {
        p.weights = held[i];
        ok(cad_fs_mkdirs(scratch("tiny-merged")));
        ok(merge_into(&p, "tiny-merged", 0, a));
        ok(cad_model_compare(&p, scratch("tiny-merged"), a, &r));
        assert_true(cad_merge_agrees(&r));
        assert_int_equal(r.greedy_same, CAD_COMPARE_PROMPTS);
        assert_true(r.positions > 300 && r.greedy_tokens > 100);
        assert_true(r.max_difference > 0 && r.mean_difference < 0.01 * r.spread);
        assert_string_not_equal(r.before_hash, r.after_hash);
    }
    /* the model merged in NF4, held against the base in bf16: another model, and the check says so */
    p.weights = CAD_WEIGHTS_bf16;
    ok(cad_model_compare(&p, scratch("tiny-merged"), a, &r));
    assert_false(cad_merge_agrees(&r));
    assert_true(r.agree < r.positions && r.greedy_same < CAD_COMPARE_PROMPTS);
    cad_arena_destroy(a);
}

static void test_merge_refuses_what_it_cannot_do(void **state)
{
    (void)state;
    cad_arena *a;
    cad_ckpt_parts p;
    ok(cad_arena_create("merge", 64 << 20, &a));
    cad_model_config c = shape(CAD_ARCH_llama, false);
    make("bad", &c, CAD_WEIGHTS_fp32, false, false, CAD_LORA_ALL, a, &p);
    ok(cad_fs_mkdirs(scratch("bad-merged")));
    cad_ckpt_parts q = p;
    q.adapter = NULL;
    fails(merge_into(&q, "bad-merged", 0, a), CAD_EINVAL, "no adapter");
    q = p;
    q.model.quant.nf4 = true;
    fails(cad_merge_choose(&q, CAD_MERGE_original), CAD_EINVAL, "no original");
    q = p;
    q.model.layers = 3;
    fails(merge_into(&q, "bad-merged", 0, a), CAD_EDATA, "no tensor 'model.layers.2.");
    q = p;
    q.lora.targets = 1u << CAD_LORA_q;
    fails(merge_into(&q, "bad-merged", 0, a), CAD_EDATA, "does not imply");
    q = p;
    q.lora.alpha = 1e40; /* more than f32 holds */
    fails(merge_into(&q, "bad-merged", 0, a), CAD_ENUMERIC, "is not finite");
    assert_false(cad_fs_exists(scratch("bad-merged/model.safetensors")));
    cad_arena_destroy(a);
}

INV_MAIN(scratch_setup, scratch_teardown, cmocka_unit_test(test_merge_gives_the_logits_of_base_and_adapter),
         cmocka_unit_test(test_merge_rounds_each_weight_once), cmocka_unit_test(test_merge_is_checked_by_what_both_answer),
         cmocka_unit_test(test_merge_refuses_what_it_cannot_do))
