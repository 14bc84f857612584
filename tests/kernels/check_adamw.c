/* AdamW in f32 against the formula in f64; in 8-bit blocks against a scalar rendition of formats.md 3 and 4. */
#include "tests/kernels/checks.h"
#include "tests/worst.h"

#include "kernels/nf4.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Three tensors with padding between: one over the limit of 8-bit moments, one under it, one without decay. */
enum { SIZE = 5120 + 256 + 4608, STEPS = 20 };
static const cad_opt_tensor tensors[] = {{0, 5000, 1}, {5120, 250, 1}, {5376, 4500, 0}};

static cad_adamw_hyper hyper(int before)
{
    return (cad_adamw_hyper){
        .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.95, .eps = 1e-8, .weight_decay = 0.1, .t = 1, .decay_before = before};
}

/* ---- a long list: more runs than one launch takes, neighbours that join, gaps, odd starts ---- */

enum { LIST = 200 };

/* Fills list (LIST) and returns the elements of its buffers. */
static int64_t long_list(cad_opt_tensor *list, int64_t longest)
{
    int64_t at = 0;
    for (int i = 0; i < LIST; i++) {
        int64_t count = i % 60 == 59 ? longest : i % 5 == 0 ? 512 : i * 37 % 600;
        list[i] = (cad_opt_tensor){at, count, i / 8 % 2};
        at += (count + 255) / 256 * 256 + (i % 11 == 0 ? 256 : 0);
    }
    return at;
}

static void same_outside(checkop *t, const uint16_t *half, const float *p, const cad_opt_tensor *list, int64_t n)
{
    int k = 0;
    for (int64_t i = 0; i < n; i++) {
        while (k < LIST && i >= list[k].offset + list[k].count)
            k++;
        bool inside = k < LIST && i >= list[k].offset;
        if (half[i] != (inside ? cad_f32_to_bf16(p[i]) : 0xFFFF)) {
            co_fail(t, "p_bf16[%lld] is %04x, %s the tensors", (long long)i, half[i], inside ? "inside" : "outside");
            return;
        }
    }
}

/* One step; all buffers begin `skip` elements after an aligned address. */
static void many_tensors(checkop *t, bool eight, int64_t skip)
{
    cad_opt_tensor list[LIST];
    int64_t n = long_list(list, eight ? 4608 : 600), small = 0, blocks = n / 256, n_small = cad_adamw8bit_small(list, LIST);
    co_case(t, "%d tensors from element %lld", LIST, (long long)skip);
    float *p = co_inplace_f32(t, "p", n + skip, CO_NORMAL) + skip, *g = co_in_f32(t, "g", n + skip, CO_SMALL) + skip;
    int64_t n32 = eight ? n_small : n;
    float *m = co_inplace_f32(t, "m", n32 + skip, CO_GIVEN) + skip, *v = co_inplace_f32(t, "v", n32 + skip, CO_GIVEN) + skip;
    uint8_t *m8 = co_bytes(t, "m8", CO_INPLACE, (size_t)(n + skip)), *v8 = co_bytes(t, "v8", CO_INPLACE, (size_t)(n + skip));
    float *ma = co_bytes(t, "ma", CO_INPLACE, (size_t)blocks * 4), *va = co_bytes(t, "va", CO_INPLACE, (size_t)blocks * 4);
    uint16_t *half = (uint16_t *)co_bytes(t, "p_bf16", CO_OUT, (size_t)(n + skip) * 2) + skip;
    double *rp = co_widen(t, p, n), *rm = co_f64(t, n32), *rv = co_f64(t, n32), *g64 = co_widen(t, g, n);
    float *np = co_f32(t, n), *nm = co_f32(t, n32), *nv = co_f32(t, n32);
    memcpy(np, p, (size_t)n * 4);
    cad_adamw_hyper h = hyper(0);
    for (int k = 0; k < LIST; k++) {
        int64_t o = list[k].offset, c = list[k].count, spare = c > 0 ? c : 1;
        bool f32 = !eight || c < CAD_ADAMW8_MIN;
        int64_t mo = eight ? small : o;
        small += f32 ? (c + 255) / 256 * 256 : 0;
        ref64_adamw(rp + o, g64 + o, f32 ? rm + mo : co_f64(t, spare), f32 ? rv + mo : co_f64(t, spare), &h, list[k].decay, 1,
                    c);
        ref32_adamw(np + o, g + o, f32 ? nm + mo : co_f32(t, spare), f32 ? nv + mo : co_f32(t, spare), &h, list[k].decay, 1, c);
    }
    cad_tensor copy = cad_tensor_1d(CAD_BF16, half, n);
    cad_adamw_step_args a = {.p = CO_1D(p, n), .g = CO_1D(g, n), .m = CO_1D(m, n32), .v = CO_1D(v, n32), .p_bf16 = copy};
    cad_adamw8bit_step_args a8 = {.p = a.p, .g = a.g, .m32 = a.m, .v32 = a.v, .p_bf16 = copy};
    a8.m8 = cad_tensor_1d(CAD_U8, m8 + skip, n);
    a8.v8 = cad_tensor_1d(CAD_U8, v8 + skip, n);
    a8.ma = CO_1D(ma, blocks);
    a8.va = CO_1D(va, blocks);
    a.tensor = a8.tensor = list;
    a.n_tensors = a8.n_tensors = LIST;
    a.h = a8.h = h;
    co_run_call(t, eight ? co_call_adamw8bit_step : co_call_adamw_step, eight ? (const void *)&a8 : &a);
    co_close(t, "p", p, rp, np, n);
    co_close(t, "m", m, rm, nm, n32);
    co_close(t, "v", v, rv, nv, n32);
    same_outside(t, half, p, list, n);
}

void check_adamw_step(checkop *t)
{
    many_tensors(t, false, 0);
    many_tensors(t, false, 1);
    for (int before = 0; before < 2; before++) {
        co_case(t, "20 steps, decay %s", before ? "before" : "after");
        float *p = co_inplace_f32(t, "p", SIZE, CO_NORMAL), *g = co_in_f32(t, "g", SIZE, CO_SMALL), scale = 0.5f;
        float *m = co_inplace_f32(t, "m", SIZE, CO_EQUAL), *v = co_inplace_f32(t, "v", SIZE, CO_EQUAL),
              *gs = co_in_f32(t, "gscale", 1, CO_EQUAL);
        uint16_t *half = co_bytes(t, "p_bf16", CO_OUT, SIZE * 2);
        memset(m, 0, SIZE * 4);
        memset(v, 0, SIZE * 4);
        double *rp = co_widen(t, p, SIZE), *rm = co_f64(t, SIZE), *rv = co_f64(t, SIZE);
        float *np = co_f32(t, SIZE), *nm = co_f32(t, SIZE), *nv = co_f32(t, SIZE), *pad = co_f32(t, SIZE);
        memcpy(np, p, SIZE * 4);
        memcpy(pad, p, SIZE * 4);
        cad_adamw_step_args a = {.p = CO_1D(p, SIZE),
                                 .g = CO_1D(g, SIZE),
                                 .m = CO_1D(m, SIZE),
                                 .v = CO_1D(v, SIZE),
                                 .p_bf16 = cad_tensor_1d(CAD_BF16, half, SIZE),
                                 .gscale = CO_1D(gs, 1),
                                 .tensor = tensors,
                                 .n_tensors = 3,
                                 .h = hyper(before)};
        for (a.h.t = 1; a.h.t <= STEPS; a.h.t++) {
            for (int i = 0; i < SIZE; i++)
                g[i] = (float)(0.02 * cad_rng_normal(&t->rng));
            double *g64 = co_widen(t, g, SIZE);
            for (int k = 0; k < 3; k++) {
                int64_t o = tensors[k].offset, n = tensors[k].count;
                ref64_adamw(rp + o, g64 + o, rm + o, rv + o, &a.h, tensors[k].decay, (double)scale, n);
                ref32_adamw(np + o, g + o, nm + o, nv + o, &a.h, tensors[k].decay, scale, n);
            }
            CO_RUN(t, adamw_step, &a);
        }
        for (int k = 0; k < 3; k++) {
            int64_t o = tensors[k].offset, n = tensors[k].count;
            co_close(t, "p", p + o, rp + o, np + o, n);
            double off = 0, size = 0;
            for (int64_t i = o; i < o + n; i++) {
                off += ((double)p[i] - rp[i]) * ((double)p[i] - rp[i]);
                size += rp[i] * rp[i];
            }
            co_near(t, "norm of the error of p", k, sqrt(off), 0, 1e-6 * sqrt(size));
            co_close(t, "m", m + o, rm + o, nm + o, n);
            co_close(t, "v", v + o, rv + o, nv + o, n);
            for (int64_t i = o; i < o + n; i++)
                if (half[i] != cad_f32_to_bf16(p[i])) {
                    co_fail(t, "p_bf16[%lld] is %04x of %.9g", (long long)i, half[i], (double)p[i]);
                    break;
                }
        }
        co_equal(t, "padding", p + 5000, pad + 5000, 120 * 4);
    }
    co_case(t, "a gradient that is not finite leaves its parameter alone");
    float *p = co_inplace_f32(t, "p", 256, CO_NORMAL), *g = co_in_f32(t, "g", 256, CO_NORMAL), *kept = co_f32(t, 256);
    float *m = co_inplace_f32(t, "m", 256, CO_EQUAL), *v = co_inplace_f32(t, "v", 256, CO_EQUAL);
    memcpy(kept, p, 256 * 4);
    g[3] = (float)NAN;
    g[9] = (float)INFINITY;
    cad_opt_tensor one = {0, 256, 0};
    CO_RUN(t, adamw_step,
           (&(cad_adamw_step_args){.p = CO_1D(p, 256),
                                   .g = CO_1D(g, 256),
                                   .m = CO_1D(m, 256),
                                   .v = CO_1D(v, 256),
                                   .tensor = &one,
                                   .n_tensors = 1,
                                   .h = hyper(0)}));
    if (!(p[3] == kept[3] && p[9] == kept[9] && m[3] == 0 && v[9] == 0) || p[4] == kept[4])
        co_fail(t, "p[3] %g was %g, m[3] %g, v[9] %g", (double)p[3], (double)kept[3], (double)m[3], (double)v[9]);
}

/* ---- 8 bit: one block, in scalars ---- */

static int encode(const float *map, float y)
{
    int c = 0;
    while (c < 255 && (y > (map[c] + map[c + 1]) * 0.5f || (y == (map[c] + map[c + 1]) * 0.5f && c % 2)))
        c++;
    return c;
}

typedef struct block8 {
    unsigned char m[256], v[256];
    float ma, va;
} block8;

static void step8(block8 *b, float *p, const float *g, int64_t n, const cad_adamw_hyper *h, int decay, float gscale)
{
    const float *ms = cad_q8_signed_map(), *us = cad_q8_unsigned_map();
    float m[256], v[256], ma = 0, va = 0;
    const float b1 = (float)h->beta1, b2 = (float)h->beta2, lr = (float)h->lr, eps = (float)h->eps;
    const float shrink = decay ? 1 - lr * (float)h->weight_decay : 1;
    float c1 = (float)(1 - pow(h->beta1, (double)h->t)), c2 = (float)sqrt(1 - pow(h->beta2, (double)h->t));
    for (int64_t i = 0; i < n; i++) {
        float gi = g[i] * gscale;
        m[i] = b1 * (ms[b->m[i]] * b->ma) + (1 - b1) * gi;
        v[i] = b2 * (us[b->v[i]] * b->va) + (1 - b2) * gi * gi;
        ma = fmaxf(ma, fabsf(m[i]));
        va = fmaxf(va, v[i]);
        if (h->decay_before)
            p[i] *= shrink;
        p[i] -= lr * (c2 / c1) * m[i] / (sqrtf(v[i]) + c2 * eps);
        if (!h->decay_before)
            p[i] *= shrink;
    }
    for (int64_t i = 0; i < n; i++) {
        int c = ma > 0 ? encode(ms, m[i] * (1 / ma)) : 127;
        if (!h->no_sign_rule && ma > 0 && signbit(ms[c]) != signbit(m[i]))
            c += m[i] > 0 ? 1 : -1; /* one code towards the sign of m */
        b->m[i] = (unsigned char)c;
        b->v[i] = (unsigned char)(va > 0 ? encode(us, v[i] * (1 / va)) : 0);
    }
    b->ma = ma;
    b->va = va;
}

static void compare8(checkop *t, const cad_adamw8bit_step_args *a, const block8 *state, const float *want, int64_t blocks,
                     double share)
{
    const unsigned char *m8 = a->m8.data, *v8 = a->v8.data;
    const float *p = a->p.data;
    int64_t codes = 0, off = 0, moved = 0;
    double worst = 0, lr = (double)a->h.lr;
    for (int64_t b = 0; b < blocks; b++)
        for (int i = 0; i < 256; i++) {
            int64_t at = b * 256 + i;
            bool live = at < 5000 || (at >= 5376 && at < 5376 + 4500);
            if (!live)
                continue;
            codes += 2;
            off += (m8[at] != state[b].m[i]) + (v8[at] != state[b].v[i]);
            double d = fabs((double)p[at] - (double)want[at]);
            moved += !(d <= 1e-4);
            worst = worse_of(d, worst);
        }
    if (!(off <= share * (double)codes))
        co_fail(t, "%lld of %lld codes differ after step %d", (long long)off, (long long)codes, (int)a->h.t);
    /* A code next to a tie may fall to the other side, and near 0 that moves its own element by a good part of lr, once. */
    if (!(moved <= codes / 10000 && worst <= lr))
        co_fail(t, "%lld elements of p differ by more than 1e-4, the worst by %g", (long long)moved, worst);
}

/* A block whose codes are known: g is 1 at [0]; tiny at [1], [2], on either side of 0; not a number at [3]; 0 beyond. */
static void block_by_hand(checkop *t, bool sign_rule)
{
    enum { N = 4096 + 100 };
    co_case(t, "codes by hand, sign rule %s", sign_rule ? "on" : "off");
    float *p = co_inplace_f32(t, "p", N, CO_NORMAL), *g = co_in_f32(t, "g", N, CO_GIVEN), *kept = co_f32(t, N);
    unsigned char *m8 = co_bytes(t, "m8", CO_INPLACE, N), *v8 = co_bytes(t, "v8", CO_INPLACE, N);
    float *ma = co_bytes(t, "ma", CO_INPLACE, 17 * 4), *va = co_bytes(t, "va", CO_INPLACE, 17 * 4);
    float *maps = co_in_f32(t, "maps", 512, CO_GIVEN);
    unsigned char want_m[256], want_v[256];
    memcpy(kept, p, sizeof(float) * N);
    memcpy(maps, cad_q8_signed_map(), 1024);
    memcpy(maps + 256, cad_q8_unsigned_map(), 1024);
    memset(m8, 9, N); /* of no meaning while absmax is 0 */
    g[0] = 1;
    g[1] = -1e-9f;
    g[2] = 1e-9f;
    g[3] = (float)NAN;
    g[4100] = -0.0f; /* with code 9, a negative one, m is -0: no sign that matters */
    memset(want_m, 127, sizeof want_m);
    memset(want_v, 0, sizeof want_v);
    want_m[0] = want_v[0] = 255;
    want_m[1] = sign_rule ? 126 : 127;
    cad_opt_tensor one = {0, N, 0};
    cad_adamw8bit_step_args a = {.p = CO_1D(p, N),
                                 .g = CO_1D(g, N),
                                 .m8 = cad_tensor_1d(CAD_U8, m8, N),
                                 .v8 = cad_tensor_1d(CAD_U8, v8, N),
                                 .ma = CO_1D(ma, 17),
                                 .va = CO_1D(va, 17),
                                 .map_m = CO_1D(maps, 256),
                                 .map_v = CO_1D(maps + 256, 256),
                                 .tensor = &one,
                                 .n_tensors = 1,
                                 .h = hyper(0)};
    a.h.no_sign_rule = !sign_rule;
    CO_RUN(t, adamw8bit_step, &a);
    co_equal(t, "codes of m", m8, want_m, 256);
    co_equal(t, "codes of v", v8, want_v, 256);
    if (!(p[0] < kept[0] && p[1] > kept[1] && p[2] < kept[2] && p[3] == kept[3]))
        co_fail(t, "p[0..3] moves by %g, %g, %g, %g", (double)(p[0] - kept[0]), (double)(p[1] - kept[1]),
                (double)(p[2] - kept[2]), (double)(p[3] - kept[3]));
    if (ma[0] != (float)(1 - 0.9) || va[0] != (float)(1 - 0.95) || ma[16] != 0 || va[16] != 0)
        co_fail(t, "absmax %.9g, %.9g, of zeros %g, %g", (double)ma[0], (double)va[0], (double)ma[16], (double)va[16]);
    memset(want_m, 127, sizeof want_m);
    memset(want_v, 0, sizeof want_v);
    co_equal(t, "codes of m in a block of zeros", m8 + 4096, want_m, 100);
    co_equal(t, "codes of v in a block of zeros", v8 + 4096, want_v, 100);
}

void check_adamw8bit_step(checkop *t)
{
    many_tensors(t, true, 0);
    many_tensors(t, true, 1);
    block_by_hand(t, true);
    block_by_hand(t, false);
    for (int variant = 0; variant < 2; variant++) {
        co_case(t, "20 steps, decay %s, sign rule %s", variant ? "before" : "after", variant ? "off" : "on");
        int64_t blocks = SIZE / 256, small = cad_adamw8bit_small(tensors, 3);
        if (small != 256)
            co_fail(t, "small tensors need %lld elements, expected 256", (long long)small);
        float *p = co_inplace_f32(t, "p", SIZE, CO_NORMAL), *g = co_in_f32(t, "g", SIZE, CO_SMALL), *want = co_f32(t, SIZE);
        unsigned char *m8 = co_bytes(t, "m8", CO_INPLACE, SIZE), *v8 = co_bytes(t, "v8", CO_INPLACE, SIZE);
        float *ma = co_bytes(t, "ma", CO_INPLACE, (size_t)blocks * 4), *va = co_bytes(t, "va", CO_INPLACE, (size_t)blocks * 4);
        float *m32 = co_bytes(t, "m32", CO_INPLACE, 1024), *v32 = co_bytes(t, "v32", CO_INPLACE, 1024);
        double *rp = co_widen(t, p + 5120, 250), *rm = co_f64(t, 250), *rv = co_f64(t, 250);
        block8 *state = (block8 *)(void *)co_f64(t, blocks * (int64_t)(sizeof(block8) / 8 + 1));
        memcpy(want, p, SIZE * 4);
        cad_adamw8bit_step_args a = {.p = CO_1D(p, SIZE),
                                     .g = CO_1D(g, SIZE),
                                     .m8 = cad_tensor_1d(CAD_U8, m8, SIZE),
                                     .v8 = cad_tensor_1d(CAD_U8, v8, SIZE),
                                     .ma = CO_1D(ma, blocks),
                                     .va = CO_1D(va, blocks),
                                     .m32 = CO_1D(m32, 256),
                                     .v32 = CO_1D(v32, 256),
                                     .tensor = tensors,
                                     .n_tensors = 3,
                                     .h = hyper(variant)};
        a.h.no_sign_rule = variant;
        for (a.h.t = 1; a.h.t <= STEPS; a.h.t++) {
            for (int i = 0; i < SIZE; i++)
                g[i] = (float)(0.02 * cad_rng_normal(&t->rng));
            for (int k = 0; k < 3; k += 2)
                for (int64_t o = 0; o < tensors[k].count; o += 256) {
                    int64_t at = tensors[k].offset + o, n = tensors[k].count - o < 256 ? tensors[k].count - o : 256;
                    step8(&state[at / 256], want + at, g + at, n, &a.h, tensors[k].decay, 1);
                }
            ref64_adamw(rp, co_widen(t, g + 5120, 250), rm, rv, &a.h, 1, 1, 250);
            CO_RUN(t, adamw8bit_step, &a);
            if (a.h.t == 1)
                compare8(t, &a, state, want, blocks, 0.001);
        }
        compare8(t, &a, state, want, blocks, 0.01);
        for (int i = 0; i < 250; i++) /* two roundings of p a step: the product with the decay, and the difference */
            if (!(fabs((double)p[5120 + i] - rp[i]) <= STEPS * (double)FLT_EPSILON * fmax(1, fabs(rp[i])))) {
                co_fail(t, "the small tensor is not held in f32: p[%d] %.9g, expected %.9g", i, (double)p[5120 + i], rp[i]);
                break;
            }
    }
}
