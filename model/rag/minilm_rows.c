/* LayerNorm and GELU of the encoder, once per instruction set; without contraction, so with the same bits in each. */
#include "model/rag/minilm_impl.h"

#include <math.h>
#include <string.h>

enum { LANES = 16 };

/* Sums in LANES parts, added in one order: a row's bits are its own. */
static float sum_of(const float part[LANES])
{
    float p[LANES];
    memcpy(p, part, sizeof p);
    for (int w = LANES / 2; w > 0; w /= 2)
        for (int i = 0; i < w; i++)
            p[i] += p[i + w];
    return p[0];
}

static float mean_of(const float *x, int64_t n)
{
    float s[LANES] = {0};
    int64_t c = 0;
    for (; c + LANES <= n; c += LANES)
        for (int i = 0; i < LANES; i++)
            s[i] += x[c + i];
    for (int i = 0; c + i < n; i++)
        s[i] += x[c + i];
    return sum_of(s) / (float)n;
}

static float variance_of(const float *x, int64_t n, float mean)
{
    float s[LANES] = {0};
    int64_t c = 0;
    for (; c + LANES <= n; c += LANES)
        for (int i = 0; i < LANES; i++)
            s[i] += (x[c + i] - mean) * (x[c + i] - mean);
    for (int i = 0; c + i < n; i++)
        s[i] += (x[c + i] - mean) * (x[c + i] - mean);
    return sum_of(s) / (float)n;
}

static void normalise(const cad_minilm *m, const cad_minilm_norm *norm, const float *x, int64_t n, float *y)
{
    int64_t width = m->width;
    for (int64_t i = 0; i < n; i++, x += width, y += width) {
        float mean = mean_of(x, width), scale = 1 / sqrtf(variance_of(x, width, mean) + m->eps);
        for (int64_t c = 0; c < width; c++)
            y[c] = (x[c] - mean) * scale * norm->w[c] + norm->b[c];
    }
}

/* erf within 5e-7: x times a rational function of x^2, of own fit (least largest error on 0..4; beyond, erf is 1 within 2e-8).
 */
static inline float erf_near(float x)
{
    x = x > 4 ? 4 : x < -4 ? -4 : x;
    float t = x * x;
    float over = 1.97489317e-06f;
    over = over * t + 2.88023730e-04f;
    over = over * t + 4.00301442e-03f;
    over = over * t + 5.34655303e-02f;
    over = over * t + 1.96234658e-01f;
    over = over * t + 1.12837899e+00f;
    float under = 3.74805932e-05f;
    under = under * t + 1.21620006e-03f;
    under = under * t + 1.54431667e-02f;
    under = under * t + 1.16470456e-01f;
    under = under * t + 5.07239580e-01f;
    under = under * t + 1;
    return x * over / under;
}

static void gelu(float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = 0.5f * x[i] * (1 + erf_near(x[i] * 0.70710678f));
}

#define PASTE(name, suffix) name##_##suffix
#define OF_ISA(name, suffix) PASTE(name, suffix)
const cad_minilm_rows OF_ISA(cad_minilm_rows, CAD_ISA_SUFFIX) = {.normalise = normalise, .gelu = gelu};
