/* What the invariants of the decoder (docs/dev/NUMERICS.md) share. */
#ifndef CADLM_TESTS_MODEL_INV_H
#define CADLM_TESTS_MODEL_INV_H

#include "tests/inv_main.h"
#include "tests/model/test_backend.h"

#define FIX_BACKEND test_backend
#include "tests/model/decoder_fixture.h"

/* A model that is trained as a whole, with noise on every weight. */
static inline cad_decoder *inv_full(void)
{
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
    cad_decoder *d = fix_decoder(&c, &o);
    fix_noise(d, 0.05, 3);
    return d;
}

/* The gradient of n batches, one pass each; released by free. */
static inline float *inv_gradient(cad_decoder *d, cad_batch *const *b, int n, float scale)
{
    fix_zero(d);
    for (int i = 0; i < n; i++) {
        double sum;
        ok(cad_decoder_forward_backward(d, b[i], scale, 0, &sum));
    }
    return fix_values(d, true);
}

static inline void inv_near(const float *a, const float *b, int64_t n, double relative)
{
    double diff = 0, norm = 0;
    for (int64_t i = 0; i < n; i++) {
        diff += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        norm += (double)b[i] * (double)b[i];
    }
    if (!(norm > 0 && sqrt(diff) <= relative * sqrt(norm)))
        fail_msg("relative difference %g of norm %g, expected at most %g", sqrt(diff / norm), sqrt(norm), relative);
}

/* Logits (b->n, V) of every row; released by free. */
static inline float *inv_logits(cad_decoder *d, const cad_batch *b)
{
    uint32_t row[FIX_TOKENS];
    float *z = malloc((size_t)(b->n * FIX_VOCAB) * sizeof *z);
    for (int64_t i = 0; i < b->n; i++)
        row[i] = (uint32_t)i;
    ok(cad_decoder_logits(d, b, row, b->n, z));
    return z;
}

#endif
