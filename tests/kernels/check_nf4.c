/* NF4 and the 8-bit maps: codes, scales and dequantised values bit for bit. */
#include "tests/kernels/checks.h"
#include "tests/kernels/nf4_weights.h"

#include "kernels/nf4.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The levels and thresholds of formats.md 1, written here once more: the reference must not lean on the table under test. */
static const float LEVEL[16] = {-1.0f,
                                -0.6961928009986877f,
                                -0.5250730514526367f,
                                -0.39491748809814453f,
                                -0.28444138169288635f,
                                -0.18477343022823334f,
                                -0.09105003625154495f,
                                0.0f,
                                0.07958029955625534f,
                                0.16093020141124725f,
                                0.24611230194568634f,
                                0.33791524171829224f,
                                0.44070982933044434f,
                                0.5626170039176941f,
                                0.7229568362236023f,
                                1.0f};
static const float THRESHOLD[15] = {-0.8480964004993439f,  -0.6106329262256622f,  -0.4599952697753906f,   -0.33967943489551544f,
                                    -0.23460740596055984f, -0.13791173323988914f, -0.045525018125772476f, 0.03979014977812767f,
                                    0.1202552504837513f,   0.2035212516784668f,   0.2920137718319893f,    0.3893125355243683f,
                                    0.5016634166240692f,   0.6427869200706482f,   0.8614784178118011f};

static void reference_quant(const float *w, int64_t n, int64_t block, unsigned char *codes, float *absmax)
{
    memset(codes, CAD_NF4_ZERO, (size_t)((n + 1) / 2)); /* the nibble behind an odd end is a zero weight */
    for (int64_t b = 0; b * block < n; b++) {
        int64_t end = (b + 1) * block < n ? (b + 1) * block : n;
        float top = 0;
        for (int64_t i = b * block; i < end; i++)
            top = fabsf(w[i]) > top ? fabsf(w[i]) : top;
        absmax[b] = top;
        float inverse = 1 / top;
        for (int64_t i = b * block; i < end; i++) {
            int code = 7;
            if (top > 0) {
                float s = isfinite(inverse) ? w[i] * inverse : w[i] / top; /* below 2^-128 */
                for (code = 0; code < 15 && s > THRESHOLD[code];)
                    code++;
            }
            codes[i / 2] = (unsigned char)(i % 2 ? (codes[i / 2] & 0xF0) | code : code << 4 | CAD_NF4_ZERO);
        }
    }
}

static float bf16(float v)
{
    uint32_t u;
    memcpy(&u, &v, 4);
    u += 0x7FFF + (u >> 16 & 1);
    u &= 0xFFFF0000u;
    memcpy(&v, &u, 4);
    return v;
}

static float reference_value(const unsigned char *codes, const float *absmax, int64_t block, int64_t i)
{
    int code = i % 2 ? codes[i / 2] & 15 : codes[i / 2] >> 4;
    return bf16(LEVEL[code] * absmax[i / block]);
}

typedef struct nf4_shape {
    int64_t out, in, block;
} nf4_shape;
static const nf4_shape shapes[] = {{1, 64, 64},   {3, 100, 64},    {16, 128, 32}, {7, 33, 64},
                                   {64, 384, 64}, {5, 1000, 4096}, {0, 64, 64},   {97, 2048, 64}};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0] };

void check_nf4_quant(checkop *t)
{
    for (int k = 0; k < N_SHAPES; k++) {
        const nf4_shape *s = &shapes[k];
        co_case(t, "out %lld in %lld block %lld", (long long)s->out, (long long)s->in, (long long)s->block);
        if (t->twist == CO_NAN) /* refused, see below */
            return;
        int64_t n = s->out * s->in, blocks = (n + s->block - 1) / s->block;
        float *w = co_in(t, "w", n, CO_SMALL), *absmax = co_out_f32(t, "absmax", blocks), *want_max = co_f32(t, blocks);
        unsigned char *codes = co_bytes(t, "codes", CO_OUT, (size_t)((n + 1) / 2)), want[100000];
        for (int64_t i = 0; i < s->block && i < n && k == 2; i++)
            w[i] = 0; /* a block of zeros reads back as zeros */
        for (int i = 0; i < 15 && i < n && k == 4; i++)
            w[i] = THRESHOLD[i]; /* on a threshold: the lower code */
        if (k == 4)
            w[20] = 1;
        co_round(t, w, n);
        reference_quant(w, n, s->block, want, want_max);
        cad_nf4_quant_args a = {CO_2D(w, s->out, s->in), cad_tensor_1d(CAD_U8, codes, (n + 1) / 2), CO_1D(absmax, blocks),
                                s->block};
        CO_RUN(t, nf4_quant, &a);
        co_equal(t, "absmax", absmax, want_max, (size_t)blocks * 4);
        co_equal(t, "codes", codes, want, (size_t)((n + 1) / 2));
        if (n == 0)
            continue;
        char element[32];
        snprintf(element, sizeof element, "element %lld", (long long)n - 1);
        w[n - 1] = (float)NAN;
        co_refuses_numbers(t, co_call_nf4_quant, &a, "nan", element);
        w[n - 1] = (float)INFINITY;
        co_refuses_numbers(t, co_call_nf4_quant, &a, "inf", element);
    }
}

cad_nf4 co_nf4(checkop *t, int64_t out, int64_t in, int64_t block, float *value)
{
    int64_t n = out * in, blocks = (n + block - 1) / block;
    float *w = co_f32(t, n), *absmax = co_in_f32(t, "absmax", blocks, CO_NORMAL);
    unsigned char *codes = co_bytes(t, "codes", CO_IN, (size_t)((n + 1) / 2));
    for (int64_t i = 0; i < n; i++)
        w[i] = (float)(0.02 * cad_rng_normal(&t->rng));
    reference_quant(w, n, block, codes, absmax);
    for (int64_t i = 0; i < n; i++)
        value[i] = reference_value(codes, absmax, block, i);
    return (cad_nf4){.out = out,
                     .in = in,
                     .block = block,
                     .codes = cad_tensor_1d(CAD_U8, codes, (n + 1) / 2),
                     .absmax = CO_1D(absmax, blocks)};
}

cad_nf4 co_nested_nf4(checkop *t, int64_t out, int64_t in, int64_t block, float *value)
{
    int64_t n = out * in, blocks = (n + block - 1) / block, outer = (blocks + 255) / 256;
    cad_nf4 q = co_nf4(t, out, in, block, value);
    float *map = co_in_f32(t, "map", 256, CO_NORMAL), *absmax2 = co_in_f32(t, "absmax2", outer, CO_SMALL);
    float *absmax = co_f32(t, blocks);
    unsigned char *q8 = co_bytes(t, "q8", CO_IN, (size_t)blocks);
    q.absmax = cad_tensor_1d(CAD_U8, q8, blocks);
    q.map = CO_1D(map, 256);
    q.absmax2 = CO_1D(absmax2, outer);
    q.offset = 0.0123f;
    for (int64_t i = 0; i < blocks; i++) {
        q8[i] = (unsigned char)cad_rng_range(&t->rng, 0, 255);
        volatile float product = map[q8[i]] * absmax2[i / 256]; /* two roundings, never a fused one */
        absmax[i] = product + q.offset;
    }
    for (int64_t i = 0; i < n; i++)
        value[i] = reference_value(q.codes.data, absmax, block, i);
    return q;
}

void check_nf4_dequant(checkop *t)
{
    for (int k = 0; k < 2 * N_SHAPES; k++) {
        const nf4_shape *s = &shapes[k / 2];
        co_case(t, "out %lld in %lld block %lld nested %d", (long long)s->out, (long long)s->in, (long long)s->block, k % 2);
        int64_t n = s->out * s->in;
        float *want = co_f32(t, n), *w = co_out(t, "w", n);
        cad_nf4 q = (k % 2 ? co_nested_nf4 : co_nf4)(t, s->out, s->in, s->block, want);
        cad_nf4_dequant_args a = {q, CO_2D(w, s->out, s->in)};
        CO_RUN(t, nf4_dequant, &a);
        co_equal(t, "w", w, want, (size_t)n * 4);
    }
}

/* formats.md 3: midpoints of n equal intervals of [0.1, 1] times powers of ten, 0 and 1, sorted; the CRC of both tables. */
static void reference_map(bool is_signed, float *map)
{
    double v[256];
    int n = 0;
    for (int i = 0; i < 7; i++) {
        int m = is_signed ? 1 << i : 2 << i;
        for (int j = 0; j < m; j++) {
            double x = (0.1 + 0.9 * (j + 0.5) / m) * pow(10, i - 6);
            v[n++] = x;
            if (is_signed)
                v[n++] = -x;
        }
    }
    v[n++] = 0;
    v[n++] = 1;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (v[j] < v[i]) {
                double x = v[i];
                v[i] = v[j];
                v[j] = x;
            }
    for (int i = 0; i < 256; i++)
        map[i] = (float)v[i];
}

void check_q8_quant(checkop *t)
{
    for (int is_signed = 0; is_signed < 2; is_signed++) {
        static const int64_t sizes[] = {1, 255, 256, 257, 9000, 300};
        for (int k = 0; k < 6; k++) {
            int64_t n = sizes[k], blocks = (n + 255) / 256, skip = k == 5; /* of x and the codes, before their first element */
            co_case(t, "n %lld signed %d", (long long)n, is_signed);
            float *x = co_in_f32(t, "x", n + skip, CO_SMALL) + skip, *absmax = co_out_f32(t, "absmax", blocks),
                  *want_max = co_f32(t, blocks);
            float *map = co_in_f32(t, "map", 256, CO_NORMAL), ref[256];
            unsigned char *codes = (unsigned char *)co_bytes(t, "codes", CO_OUT, (size_t)(n + skip)) + skip, want[9000];
            memcpy(map, is_signed ? cad_q8_signed_map() : cad_q8_unsigned_map(), 1024);
            reference_map(is_signed, ref);
            co_equal(t, "map", map, ref, 1024);
            for (int64_t i = 0; i < n; i++) {
                x[i] = is_signed ? x[i] : fabsf(x[i]);
                if (k == 4 && i / 256 == 3)
                    x[i] = 0;
                if (k == 4 && i / 256 == 5)
                    x[i] *= 1e-38f;         /* the reciprocal of the largest is not finite */
                if (k == 4 && i / 256 == 6) /* 1, and every tie */
                    x[i] = i % 256 == 255 ? 1 : (ref[i % 256] + ref[i % 256 + 1]) * 0.5f;
            }
            for (int64_t b = 0; b < blocks; b++) {
                int64_t end = (b + 1) * 256 < n ? (b + 1) * 256 : n;
                float top = 0;
                for (int64_t i = b * 256; i < end; i++)
                    top = fabsf(x[i]) > top ? fabsf(x[i]) : top;
                want_max[b] = top;
                float inverse = 1 / top;
                for (int64_t i = b * 256; i < end; i++) {
                    float y = isfinite(inverse) ? x[i] * inverse : x[i] / top;
                    int c = 0;
                    while (c < 255 && (y > (ref[c] + ref[c + 1]) * 0.5f || (y == (ref[c] + ref[c + 1]) * 0.5f && c % 2)))
                        c++; /* the nearest entry; a tie takes the even code */
                    want[i] = (unsigned char)(top > 0 ? c : is_signed ? 127 : 0);
                }
            }
            CO_RUN(
                t, q8_quant,
                (&(cad_q8_quant_args){CO_1D(x, n), CO_1D(map, 256), cad_tensor_1d(CAD_U8, codes, n), CO_1D(absmax, blocks)}));
            co_equal(t, "absmax", absmax, want_max, (size_t)blocks * 4);
            co_equal(t, "codes", codes, want, (size_t)n);
        }
    }
}

static void decode(checkop *t, int64_t n, int64_t skip)
{
    int64_t blocks = (n + 255) / 256;
    co_case(t, "n %lld from %lld", (long long)n, (long long)skip);
    unsigned char *codes = (unsigned char *)co_bytes(t, "codes", CO_IN, (size_t)(n + skip)) + skip;
    float *map = co_in_f32(t, "map", 256, CO_NORMAL), *absmax = co_in_f32(t, "absmax", blocks, CO_NORMAL),
          *x = co_out_f32(t, "x", n + skip) + skip;
    float *want = co_f32(t, n);
    for (int64_t i = 0; i < n; i++) {
        codes[i] = (unsigned char)cad_rng_range(&t->rng, 0, 255);
        want[i] = map[codes[i]] * absmax[i / 256];
    }
    CO_RUN(t, q8_dequant,
           (&(cad_q8_dequant_args){cad_tensor_1d(CAD_U8, codes, n), CO_1D(map, 256), CO_1D(absmax, blocks), CO_1D(x, n)}));
    co_equal(t, "x", x, want, (size_t)n * 4);
}

void check_q8_dequant(checkop *t)
{
    decode(t, 1000, 0);
    decode(t, 9000, 0);
    decode(t, 1000, 1);
    decode(t, 0, 0);
}

void check_nf4_absmax_expand(checkop *t)
{
    int64_t n = 700, blocks = 3;
    co_case(t, "n 700");
    unsigned char *q = co_bytes(t, "q", CO_IN, (size_t)n);
    float *map = co_in_f32(t, "map", 256, CO_NORMAL), *absmax2 = co_in_f32(t, "absmax2", blocks, CO_SMALL),
          *out = co_out_f32(t, "absmax", n);
    float *want = co_f32(t, n);
    for (int64_t i = 0; i < n; i++) {
        q[i] = (unsigned char)cad_rng_range(&t->rng, 0, 255);
        volatile float product = map[q[i]] * absmax2[i / 256]; /* two roundings, never a fused one */
        want[i] = product + 0.0123f;
    }
    CO_RUN(t, nf4_absmax_expand,
           (&(cad_nf4_absmax_expand_args){cad_tensor_1d(CAD_U8, q, n), CO_1D(map, 256), CO_1D(absmax2, blocks), 0.0123f,
                                          CO_1D(out, n)}));
    co_equal(t, "absmax", out, want, (size_t)n * 4);
}

cad_nf4 co_whole_nf4(checkop *t, int64_t out, int64_t in, int64_t block, float *value)
{
    static const unsigned char code[] = {0, CAD_NF4_ZERO, 15};
    cad_nf4 q = co_nf4(t, out, in, block, value);
    unsigned char *codes = q.codes.data;
    for (int64_t i = 0; i < out * in; i++) {
        int64_t v = cad_rng_range(&t->rng, 0, 2);
        ((float *)q.absmax.data)[i / block] = (float)(1 + i / block % 2);
        codes[i / 2] = (unsigned char)(i % 2 ? (codes[i / 2] & 0xF0) | code[v] : code[v] << 4 | CAD_NF4_ZERO);
        value[i] = (float)((v - 1) * (1 + i / block % 2));
    }
    return q;
}
