/* NF4 quantise and dequantise, 8-bit blocks, CPU.
 *
 * math      code = number of thresholds t with w * (1/absmax) > t; value = bf16(level[code] * absmax)
 * shapes    w (out,in) flattened; absmax one per `block` elements
 * layout    element 2j in the high nibble of byte j
 * dtypes    f32|bf16 weights, u8 codes, f32 or nested u8 scales
 * limits    block 32..4096; the last block may be short; a reciprocal that overflows (absmax < 2^-128) becomes a division
 * mapping   chunks of whole blocks (quantise), of rows (dequantise)
 * order     elementwise: class I
 * cost      dequantise reads 0.56 B and writes 4 B per weight
 * source    spec formats.md 1-3
 * test      tests/kernels/check_nf4.c
 */
#include "kernels/cpu/nf4_mask_cpu.h"
#include "kernels/cpu/q8_cpu.h"
#include "kernels/cpu/simd.h"
#include "kernels/nf4.h"

#include <math.h>

static float scale_of(const cad_nf4 *q, int64_t block)
{
    if (q->absmax.dtype == CAD_F32)
        return ((const float *)q->absmax.data)[block];
    uint8_t code = ((const uint8_t *)q->absmax.data)[block];
    float product = ((const float *)q->map.data)[code] * ((const float *)q->absmax2.data)[block / CAD_Q8_BLOCK];
    return product + q->offset;
}

/* Rounded to bf16, to nearest even; here and not in core so that the loops below vectorise. */
CAD_INLINE float to_bf16(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    u = (u + 0x7FFFu + (u >> 16 & 1u)) & 0xFFFF0000u;
    float y;
    memcpy(&y, &u, sizeof y);
    return fabsf(x) <= FLT_MAX ? y : x;
}

/* Elements [e, e+n) of one block, e even: the sixteen values of the block are rounded once, then looked up. */
static void widen_span(const uint8_t *codes, int64_t e, int64_t n, float scale, float *out)
{
    float value[16] __attribute__((aligned(64)));
    for (int i = 0; i < 16; i++)
        value[i] = to_bf16(cad_nf4_level[i] * scale);
    int64_t i = 0;
    const uint8_t *c = codes + e / 2;
#if defined __AVX512F__
    vf table = vload(value);
    for (; i + 16 <= n; i += 16) {
        /* Byte j holds elements 2j (high) and 2j+1 (low): spread 8 bytes to 8 words, then split into 16. */
        __m256i b = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(c + i / 2)));
        __m512i w = _mm512_cvtepu32_epi64(b);
        __m512i pair = _mm512_or_si512(_mm512_srli_epi64(w, 4), _mm512_slli_epi64(w, 32));
        vstore(out + i, _mm512_permutexvar_ps(_mm512_and_si512(pair, _mm512_set1_epi32(15)), table));
    }
#endif
    for (; i + 2 <= n; i += 2) {
        out[i] = value[c[i / 2] >> 4];
        out[i + 1] = value[c[i / 2] & 15];
    }
    if (i < n)
        out[i] = value[c[i / 2] >> 4];
}

/* Elements [e, e+n) of the flattened matrix. */
static void widen(const cad_nf4 *q, int64_t e, int64_t n, float *out)
{
    const uint8_t *codes = q->codes.data;
    int64_t end = e + n;
    if (e < end && e % 2) {
        *out++ = to_bf16(cad_nf4_level[codes[e / 2] & 15] * scale_of(q, e / q->block));
        e++;
    }
    while (e < end) {
        int64_t stop = cad_min64(end, (e / q->block + 1) * q->block);
        widen_span(codes, e, stop - e, scale_of(q, e / q->block), out);
        out += stop - e;
        e = stop;
    }
}

void CAD_ISA(nf4_rect)(const cad_nf4 *q, int64_t row, int64_t rows, int64_t col, int64_t cols, float *out, int64_t ld)
{
    for (int64_t r = 0; r < rows; r++)
        widen(q, (row + r) * q->in + col, cols, out + r * ld);
}

typedef struct dequant_job {
    const cad_nf4_dequant_args *a;
} dequant_job;

static void dequant_rows(void *ctx, int64_t begin, int64_t end)
{
    const cad_nf4_dequant_args *a = ((const dequant_job *)ctx)->a;
    int64_t in = a->q.in;
    if (a->w.dtype == CAD_F32) {
        widen(&a->q, begin * in, (end - begin) * in, (float *)a->w.data + begin * in);
        return;
    }
    uint16_t *w = a->w.data;
    float tmp[256] = {0};
    for (int64_t e = begin * in; e < end * in; e += 256) {
        int64_t n = cad_min64(256, end * in - e);
        widen(&a->q, e, n, tmp);
        for (int64_t i = 0; i < n; i++)
            w[e + i] = cad_f32_to_bf16(tmp[i]);
    }
}

CAD_CPU_OP(nf4_dequant)
{
    CAD_TRY(cad_nf4_dequant_validate(a));
    dequant_job w = {a};
    cad_parallel_for(a->q.out, cad_row_grain(a->q.in), dequant_rows, &w);
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(nf4_dequant)

static float weight_at(const cad_tensor *w, int64_t i)
{
    return w->dtype == CAD_F32 ? ((const float *)w->data)[i] : cad_bf16_to_f32(((const uint16_t *)w->data)[i]);
}

static int nf4_code(float y)
{
    int code = 0;
    for (int i = 0; i < 15; i++)
        code += y > cad_nf4_threshold[i];
    return code;
}

static void quant_blocks(void *ctx, int64_t begin, int64_t end)
{
    const cad_nf4_quant_args *a = ctx;
    int64_t count = cad_tensor_count(&a->w);
    uint8_t *codes = a->codes.data;
    for (int64_t b = begin; b < end; b++) {
        int64_t e0 = b * a->block, e1 = cad_min64(e0 + a->block, count);
        float top = 0.0f;
        for (int64_t e = e0; e < e1; e++)
            top = fmaxf(top, fabsf(weight_at(&a->w, e)));
        ((float *)a->absmax.data)[b] = top;
        float inverse = top > 0.0f ? 1.0f / top : 0.0f;
        for (int64_t e = e0; e < e1; e += 2) {
            int code[2] = {CAD_NF4_ZERO, CAD_NF4_ZERO};
            for (int64_t i = 0; i < 2 && e + i < e1 && top > 0.0f; i++) {
                float x = weight_at(&a->w, e + i);
                code[i] = nf4_code(inverse <= FLT_MAX ? x * inverse : x / top);
            }
            codes[e / 2] = (uint8_t)(code[0] << 4 | code[1]);
        }
    }
}

CAD_CPU_OP(nf4_quant)
{
    CAD_TRY(cad_nf4_quant_validate(a));
    int64_t count = cad_tensor_count(&a->w);
    for (int64_t i = 0; i < count; i++) {
        float x = weight_at(&a->w, i);
        if (!(fabsf(x) <= FLT_MAX))
            CAD_FAIL(CAD_ENUMERIC, "nf4_quant: weight (%lld,%lld) is %g", (long long)(i / a->w.dim[1]),
                     (long long)(i % a->w.dim[1]), (double)x);
    }
    cad_parallel_for(cad_ceil_div(count, a->block), cad_row_grain(a->block), quant_blocks, (void *)(uintptr_t)a);
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(nf4_quant)

CAD_CPU_OP(nf4_absmax_expand)
{
    CAD_TRY(cad_nf4_absmax_expand_validate(a));
    const uint8_t *q = a->q.data;
    const float *map = a->map.data, *outer = a->absmax2.data;
    float *out = a->absmax.data;
    for (int64_t i = 0; i < a->q.dim[0]; i++) {
        float product = map[q[i]] * outer[i / CAD_Q8_BLOCK];
        out[i] = product + a->offset;
    }
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(nf4_absmax_expand)

CAD_CPU_OP(q8_quant)
{
    CAD_TRY(cad_q8_quant_validate(a));
    float mid[256];
    cad_q8_midpoints(a->map.data, mid);
    int64_t n = a->x.dim[0];
    for (int64_t b = 0; b * CAD_Q8_BLOCK < n; b++) {
        int64_t e = b * CAD_Q8_BLOCK;
        ((float *)a->absmax.data)[b] = cad_q8_encode_block((const float *)a->x.data + e, cad_min64(CAD_Q8_BLOCK, n - e),
                                                           a->map.data, mid, (uint8_t *)a->codes.data + e);
    }
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(q8_quant)

CAD_CPU_OP(q8_dequant)
{
    CAD_TRY(cad_q8_dequant_validate(a));
    const float *map = a->map.data, *top = a->absmax.data;
    for (int64_t i = 0; i < a->codes.dim[0]; i++)
        ((float *)a->x.data)[i] = map[((const uint8_t *)a->codes.data)[i]] * top[i / CAD_Q8_BLOCK];
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(q8_dequant)
