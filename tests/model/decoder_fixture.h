/* Small decoders and batches for the tests of model/decoder. */
#ifndef CADLM_TESTS_DECODER_FIXTURE_H
#define CADLM_TESTS_DECODER_FIXTURE_H

#include "core/rng.h"
#include "core/threads.h"
#include "model/decoder/decoder.h"
#include "tests/unit.h"

enum { FIX_VOCAB = 50, FIX_TOKENS = 96 };

/* The CPU; a program that includes inv.h first: what it is told (test_backend.h). */
static inline const cad_ops *fix_ops(void)
{
    const cad_ops *ops;
#ifdef FIX_BACKEND
    ops = FIX_BACKEND();
#else
    ok(cad_ops_get("cpu", &ops));
#endif
    cad_ops_set_matmul(CAD_MATMUL_own);
    return ops;
}

/* Two layers, width 32, four query heads on two key heads; gate and up rows stand apart, with ffn 256 in two groups each that
 * alternate. */
static inline cad_model_config fix_config(cad_arch arch, bool tie, int64_t ffn)
{
    cad_model_config c = {.arch = arch,
                          .layers = 2,
                          .width = 32,
                          .heads = 4,
                          .kv_heads = 2,
                          .head_dim = 8,
                          .ffn = ffn,
                          .vocab = FIX_VOCAB,
                          .max_pos = 256,
                          .theta = 10000,
                          .eps = 1e-6,
                          .tie = tie,
                          .qkv_bias = cad_arch_qkv_bias(arch),
                          .qk_norm = cad_arch_qk_norm(arch),
                          .dtype = CAD_F32,
                          .bos = -1,
                          .pad = -1};
    if (arch == CAD_ARCH_qwen3)
        c.head_dim = 12; /* heads that do not make up the width */
    if (arch == CAD_ARCH_llama) {
        c.rope = CAD_ROPE_llama3;
        c.rope_factor = 8;
        c.rope_low = 1;
        c.rope_high = 4;
        c.rope_original = 32;
    }
    return c;
}

static inline cad_decoder_opts fix_opts(cad_train train, int64_t rank)
{
    return (cad_decoder_opts){.train = train,
                              .lora = {.rank = rank, .alpha = 2 * (double)rank, .base_model = ""},
                              .seed = 11,
                              .max_tokens = FIX_TOKENS};
}

static inline cad_decoder *fix_decoder(const cad_model_config *c, const cad_decoder_opts *o)
{
    cad_decoder *d;
    ok(cad_decoder_create(c, fix_ops(), o, &d));
    ok(cad_decoder_init_random(d, CAD_INIT_fan_in, 5));
    ok(cad_decoder_init_lora(d, CAD_LORA_kaiming, 6));
    return d;
}

/* A copy of p, or of g; released by free. */
static inline float *fix_values(const cad_decoder *d, bool gradient)
{
    cad_params p = cad_decoder_params(d);
    float *x = malloc((size_t)p.size * sizeof *x);
    assert_non_null(x);
    ok(cad_decoder_ops(d)->sync(NULL));
    ok(cad_decoder_ops(d)->mem_get(x, gradient ? p.g : p.p, (size_t)p.size * sizeof *x, NULL));
    return x;
}

/* p = x */
static inline void fix_set(cad_decoder *d, const float *x)
{
    cad_params p = cad_decoder_params(d);
    ok(cad_decoder_ops(d)->mem_put(p.p, x, (size_t)p.size * sizeof *x, NULL));
    ok(cad_decoder_refresh(d));
}

/* g = 0 */
static inline void fix_zero(const cad_decoder *d)
{
    cad_params p = cad_decoder_params(d);
    ok(cad_decoder_ops(d)->fill(&(cad_fill_args){.y = cad_tensor_1d(CAD_F32, p.g, p.size)}, NULL));
}

/* Everything that is trained gets noise on top, so that no gradient is zero for a special reason (B = 0, norms 1, biases 0).
 * LoRA pairs of projections that are no target must stay zero: only elements that a first gradient reaches are touched. */
static inline void fix_noise(cad_decoder *d, double deviation, uint64_t seed)
{
    cad_params p = cad_decoder_params(d);
    if (p.n == 0)
        return;
    float *x = fix_values(d, false);
    for (int64_t i = 0; i < p.n; i++) {
        cad_rng r = cad_rng_make(seed, p.item[i].name, 1);
        for (int64_t k = 0; k < p.item[i].count; k++)
            x[p.item[i].offset + k] += (float)(deviation * cad_rng_normal(&r));
    }
    fix_set(d, x);
    free(x);
}

/* Row `r` of a corpus of random tokens: length 5..20 by its number, an answer span over its second half. */
static inline int64_t fix_row(uint64_t r, uint32_t *ids, uint32_t span[2])
{
    cad_rng g = cad_rng_make(77, "fixture row", r);
    int64_t n = cad_rng_range(&g, 5, 20);
    for (int64_t i = 0; i < n; i++)
        ids[i] = (uint32_t)cad_rng_range(&g, 0, FIX_VOCAB - 1);
    span[0] = (uint32_t)(n / 2);
    span[1] = (uint32_t)n;
    return n;
}

static inline void fix_add(cad_batch *b, uint64_t r, float weight, float context)
{
    uint32_t ids[32], span[2];
    int64_t n = fix_row(r, ids, span);
    ok(cad_batch_add(
        b, &(cad_batch_row){
               .ids = ids, .n = n, .span = span, .n_spans = 1, .weight = weight, .context_weight = context, .row = r}));
}

static inline cad_batch *fix_batch(cad_arena *a, uint64_t first, int n)
{
    cad_batch *b;
    ok(cad_batch_create(a, FIX_TOKENS, FIX_TOKENS, &b));
    for (int i = 0; i < n; i++)
        fix_add(b, first + (uint64_t)i, 1, 0);
    return b;
}

static inline cad_arena *fix_arena(void)
{
    cad_arena *a;
    ok(cad_arena_create("test", 16 << 20, &a));
    return a;
}

#endif
