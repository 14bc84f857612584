/* One vector of f32 lanes for the instruction set this file is compiled for: AVX-512 (16), AVX2+FMA (8), SSE4 (4).
 *
 * Everything here is a static inline function of the same name in each set, so that a kernel is written once.  vfma is one
 * rounding with FMA and two without; no other operation is contracted (the build says -ffp-contract=off), so bits do not move
 * with the optimiser.  Partial loads fill the missing lanes with zero. */
/* clang-format off: the one-line functions stand as a table, one column per instruction set */
#ifndef CADLM_KERNELS_CPU_SIMD_H
#define CADLM_KERNELS_CPU_SIMD_H

#include <float.h>
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define CAD_INLINE static inline __attribute__((always_inline, unused))

#if defined __AVX512F__
enum { VW = 16 };
typedef __m512 vf;
CAD_INLINE vf vzero(void) { return _mm512_setzero_ps(); }
CAD_INLINE vf vset(float x) { return _mm512_set1_ps(x); }
CAD_INLINE vf vload(const float *p) { return _mm512_loadu_ps(p); }
CAD_INLINE void vstore(float *p, vf x) { _mm512_storeu_ps(p, x); }
CAD_INLINE __mmask16 vlanes(int64_t n) { return (__mmask16)((1u << n) - 1u); }
CAD_INLINE vf vload_n(const float *p, int64_t n) { return _mm512_maskz_loadu_ps(vlanes(n), p); }
CAD_INLINE void vstore_n(float *p, vf x, int64_t n) { _mm512_mask_storeu_ps(p, vlanes(n), x); }
CAD_INLINE vf vadd(vf a, vf b) { return _mm512_add_ps(a, b); }
CAD_INLINE vf vsub(vf a, vf b) { return _mm512_sub_ps(a, b); }
CAD_INLINE vf vmul(vf a, vf b) { return _mm512_mul_ps(a, b); }
CAD_INLINE vf vdiv(vf a, vf b) { return _mm512_div_ps(a, b); }
CAD_INLINE vf vfma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
/* The second operand when either is NaN, in all three sets. */
CAD_INLINE vf vmax(vf a, vf b) { return _mm512_max_ps(a, b); }
CAD_INLINE vf vmin(vf a, vf b) { return _mm512_min_ps(a, b); }
/* The first n lanes of x, the others `other`. */
CAD_INLINE vf vfirst(vf x, int64_t n, vf other) { return _mm512_mask_mov_ps(other, vlanes(n), x); }
CAD_INLINE vf vround(vf a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
CAD_INLINE vf vscale2(vf a, vf n) { return _mm512_scalef_ps(a, n); }
typedef __m512i vu;
CAD_INLINE vu vu_set(uint32_t x) { return _mm512_set1_epi32((int)x); }
CAD_INLINE vu vu_count(uint32_t first)
{
    vu lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm512_add_epi32(vu_set(first), lane);
}
CAD_INLINE vu vu_xor(vu a, vu b) { return _mm512_xor_si512(a, b); }
CAD_INLINE vu vu_low16(vu a) { return _mm512_and_si512(a, vu_set(0xFFFFu)); }
CAD_INLINE vu vu_high16(vu a) { return _mm512_srli_epi32(a, 16); }
CAD_INLINE void vu_mul(vu a, vu m, vu *hi, vu *lo)
{
    vu even = _mm512_mul_epu32(a, m), odd = _mm512_mul_epu32(_mm512_srli_epi64(a, 32), m);
    *lo = _mm512_mask_mov_epi32(even, 0xAAAA, _mm512_slli_epi64(odd, 32));
    *hi = _mm512_mask_mov_epi32(_mm512_srli_epi64(even, 32), 0xAAAA, odd);
}
/* Bit l = lane l is at least limit (both below 2^31). */
CAD_INLINE uint32_t vu_at_least(vu a, uint32_t limit) { return _mm512_cmp_epi32_mask(a, vu_set(limit), _MM_CMPINT_NLT); }
/* x where bit l of the bits that start at column c (a multiple of VW) is 1, else 0. */
CAD_INLINE vf vkeep(vf x, const uint8_t *bits, int64_t c)
{
    uint16_t m;
    memcpy(&m, bits + c / 8, sizeof m);
    return _mm512_maskz_mov_ps((__mmask16)m, x);
}
/* Four lanes each from p, p + ld, p + 2 ld, .. */
CAD_INLINE vf vquarters(const float *p, int64_t ld)
{
    __m512 x = _mm512_insertf32x4(_mm512_castps128_ps512(_mm_loadu_ps(p)), _mm_loadu_ps(p + ld), 1);
    return _mm512_insertf32x4(_mm512_insertf32x4(x, _mm_loadu_ps(p + 2 * ld), 2), _mm_loadu_ps(p + 3 * ld), 3);
}
/* Halves of two vectors interleaved, within each four lanes: by one, and by two. */
CAD_INLINE vf vlow1(vf a, vf b) { return _mm512_unpacklo_ps(a, b); }
CAD_INLINE vf vhigh1(vf a, vf b) { return _mm512_unpackhi_ps(a, b); }
CAD_INLINE vf vlow2(vf a, vf b) { return _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(b))); }
CAD_INLINE vf vhigh2(vf a, vf b) { return _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(b))); }
#elif defined __AVX2__
enum { VW = 8 };
typedef __m256 vf;
CAD_INLINE vf vzero(void) { return _mm256_setzero_ps(); }
CAD_INLINE vf vset(float x) { return _mm256_set1_ps(x); }
CAD_INLINE vf vload(const float *p) { return _mm256_loadu_ps(p); }
CAD_INLINE void vstore(float *p, vf x) { _mm256_storeu_ps(p, x); }
CAD_INLINE __m256i vlanes(int64_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
CAD_INLINE vf vload_n(const float *p, int64_t n) { return _mm256_maskload_ps(p, vlanes(n)); }
CAD_INLINE void vstore_n(float *p, vf x, int64_t n) { _mm256_maskstore_ps(p, vlanes(n), x); }
CAD_INLINE vf vadd(vf a, vf b) { return _mm256_add_ps(a, b); }
CAD_INLINE vf vsub(vf a, vf b) { return _mm256_sub_ps(a, b); }
CAD_INLINE vf vmul(vf a, vf b) { return _mm256_mul_ps(a, b); }
CAD_INLINE vf vdiv(vf a, vf b) { return _mm256_div_ps(a, b); }
CAD_INLINE vf vfma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
CAD_INLINE vf vmax(vf a, vf b) { return _mm256_max_ps(a, b); }
CAD_INLINE vf vmin(vf a, vf b) { return _mm256_min_ps(a, b); }
CAD_INLINE vf vfirst(vf x, int64_t n, vf other)
{
    return _mm256_blendv_ps(other, x, _mm256_castsi256_ps(vlanes(n)));
}
CAD_INLINE vf vround(vf a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
CAD_INLINE vf vpow2(__m256i e)
{
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(e, _mm256_set1_epi32(127)), 23));
}
/* a 2^n in two steps, so that results below the normal range and above the finite one come out right (-252 < n < 254). */
CAD_INLINE vf vscale2(vf a, vf n)
{
    __m256i e = _mm256_cvtps_epi32(n), half = _mm256_srai_epi32(e, 1);
    return vmul(vmul(a, vpow2(half)), vpow2(_mm256_sub_epi32(e, half)));
}
typedef __m256i vu;
CAD_INLINE vu vu_set(uint32_t x) { return _mm256_set1_epi32((int)x); }
CAD_INLINE vu vu_count(uint32_t first)
{
    return _mm256_add_epi32(vu_set(first), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
CAD_INLINE vu vu_xor(vu a, vu b) { return _mm256_xor_si256(a, b); }
CAD_INLINE vu vu_low16(vu a) { return _mm256_and_si256(a, vu_set(0xFFFFu)); }
CAD_INLINE vu vu_high16(vu a) { return _mm256_srli_epi32(a, 16); }
CAD_INLINE void vu_mul(vu a, vu m, vu *hi, vu *lo)
{
    vu even = _mm256_mul_epu32(a, m), odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), m);
    *lo = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
    *hi = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
}
CAD_INLINE uint32_t vu_at_least(vu a, uint32_t limit)
{
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(a, vu_set(limit - 1))));
}
CAD_INLINE vf vkeep(vf x, const uint8_t *bits, int64_t c)
{
    __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    __m256i on = _mm256_and_si256(_mm256_set1_epi32(bits[c / 8]), bit);
    return _mm256_and_ps(x, _mm256_castsi256_ps(_mm256_cmpeq_epi32(on, bit)));
}
CAD_INLINE vf vquarters(const float *p, int64_t ld)
{
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), _mm_loadu_ps(p + ld), 1);
}
CAD_INLINE vf vlow1(vf a, vf b) { return _mm256_unpacklo_ps(a, b); }
CAD_INLINE vf vhigh1(vf a, vf b) { return _mm256_unpackhi_ps(a, b); }
CAD_INLINE vf vlow2(vf a, vf b) { return _mm256_castpd_ps(_mm256_unpacklo_pd(_mm256_castps_pd(a), _mm256_castps_pd(b))); }
CAD_INLINE vf vhigh2(vf a, vf b) { return _mm256_castpd_ps(_mm256_unpackhi_pd(_mm256_castps_pd(a), _mm256_castps_pd(b))); }
#else
enum { VW = 4 };
typedef __m128 vf;
CAD_INLINE vf vzero(void) { return _mm_setzero_ps(); }
CAD_INLINE vf vset(float x) { return _mm_set1_ps(x); }
CAD_INLINE vf vload(const float *p) { return _mm_loadu_ps(p); }
CAD_INLINE void vstore(float *p, vf x) { _mm_storeu_ps(p, x); }
CAD_INLINE vf vload_n(const float *p, int64_t n)
{
    float t[4] = {0};
    for (int64_t i = 0; i < n && i < 4; i++)
        t[i] = p[i];
    return _mm_loadu_ps(t);
}
CAD_INLINE void vstore_n(float *p, vf x, int64_t n)
{
    float t[4];
    _mm_storeu_ps(t, x);
    for (int64_t i = 0; i < n && i < 4; i++)
        p[i] = t[i];
}
CAD_INLINE vf vadd(vf a, vf b) { return _mm_add_ps(a, b); }
CAD_INLINE vf vsub(vf a, vf b) { return _mm_sub_ps(a, b); }
CAD_INLINE vf vmul(vf a, vf b) { return _mm_mul_ps(a, b); }
CAD_INLINE vf vdiv(vf a, vf b) { return _mm_div_ps(a, b); }
CAD_INLINE vf vfma(vf a, vf b, vf c) { return _mm_add_ps(_mm_mul_ps(a, b), c); }
CAD_INLINE vf vmax(vf a, vf b) { return _mm_max_ps(a, b); }
CAD_INLINE vf vmin(vf a, vf b) { return _mm_min_ps(a, b); }
CAD_INLINE vf vfirst(vf x, int64_t n, vf other)
{
    __m128i m = _mm_cmpgt_epi32(_mm_set1_epi32((int)n), _mm_setr_epi32(0, 1, 2, 3));
    return _mm_blendv_ps(other, x, _mm_castsi128_ps(m));
}
CAD_INLINE vf vround(vf a) { return _mm_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
CAD_INLINE vf vpow2(__m128i e)
{
    return _mm_castsi128_ps(_mm_slli_epi32(_mm_add_epi32(e, _mm_set1_epi32(127)), 23));
}
CAD_INLINE vf vscale2(vf a, vf n)
{
    __m128i e = _mm_cvtps_epi32(n), half = _mm_srai_epi32(e, 1);
    return vmul(vmul(a, vpow2(half)), vpow2(_mm_sub_epi32(e, half)));
}
typedef __m128i vu;
CAD_INLINE vu vu_set(uint32_t x) { return _mm_set1_epi32((int)x); }
CAD_INLINE vu vu_count(uint32_t first) { return _mm_add_epi32(vu_set(first), _mm_setr_epi32(0, 1, 2, 3)); }
CAD_INLINE vu vu_xor(vu a, vu b) { return _mm_xor_si128(a, b); }
CAD_INLINE vu vu_low16(vu a) { return _mm_and_si128(a, vu_set(0xFFFFu)); }
CAD_INLINE vu vu_high16(vu a) { return _mm_srli_epi32(a, 16); }
CAD_INLINE void vu_mul(vu a, vu m, vu *hi, vu *lo)
{
    vu even = _mm_mul_epu32(a, m), odd = _mm_mul_epu32(_mm_srli_epi64(a, 32), m);
    *lo = _mm_blend_epi16(even, _mm_slli_epi64(odd, 32), 0xCC);
    *hi = _mm_blend_epi16(_mm_srli_epi64(even, 32), odd, 0xCC);
}
CAD_INLINE uint32_t vu_at_least(vu a, uint32_t limit)
{
    return (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpgt_epi32(a, vu_set(limit - 1))));
}
CAD_INLINE vf vkeep(vf x, const uint8_t *bits, int64_t c)
{
    __m128i bit = _mm_setr_epi32(1, 2, 4, 8), on = _mm_and_si128(_mm_set1_epi32(bits[c / 8] >> (c % 8)), bit);
    return _mm_and_ps(x, _mm_castsi128_ps(_mm_cmpeq_epi32(on, bit)));
}
CAD_INLINE vf vquarters(const float *p, int64_t ld)
{
    (void)ld;
    return _mm_loadu_ps(p);
}
CAD_INLINE vf vlow1(vf a, vf b) { return _mm_unpacklo_ps(a, b); }
CAD_INLINE vf vhigh1(vf a, vf b) { return _mm_unpackhi_ps(a, b); }
CAD_INLINE vf vlow2(vf a, vf b) { return _mm_movelh_ps(a, b); }
CAD_INLINE vf vhigh2(vf a, vf b) { return _mm_movehl_ps(b, a); }
#endif

/* In each four lanes: row i of the 4 x 4 numbers becomes column i. */
CAD_INLINE void vturn4(vf r[4])
{
    vf a = vlow1(r[0], r[1]), b = vlow1(r[2], r[3]), c = vhigh1(r[0], r[1]), d = vhigh1(r[2], r[3]);
    r[0] = vlow2(a, b);
    r[1] = vhigh2(a, b);
    r[2] = vlow2(c, d);
    r[3] = vhigh2(c, d);
}

/* Sum and maximum of the lanes, by halves: the order is a function of VW only. */
CAD_INLINE float vsum(vf x)
{
    float t[VW];
    vstore(t, x);
    for (int w = VW / 2; w > 0; w /= 2)
        for (int i = 0; i < w; i++)
            t[i] += t[i + w];
    return t[0];
}

CAD_INLINE float vmaximum(vf x)
{
    float t[VW];
    vstore(t, x);
    for (int w = VW / 2; w > 0; w /= 2)
        for (int i = 0; i < w; i++)
            t[i] = t[i] > t[i + w] ? t[i] : t[i + w];
    return t[0];
}

/* e^x within 1.5 ulp: x = n ln 2 + r, |r| <= ln2/2, a Taylor-like polynomial of degree 6 fitted on r, times 2^n.
 * -inf gives 0, above 88.73 inf, NaN stays NaN. */
CAD_INLINE vf vexp(vf x)
{
    x = vmax(vset(-105.0f), vmin(vset(89.0f), x));
    vf n = vround(vmul(x, vset(1.44269504088896341f)));
    vf r = vfma(n, vset(-0.693359375f), x);
    r = vfma(n, vset(2.12194440e-4f), r);
    vf p = vset(1.9875691500e-4f);
    p = vfma(p, r, vset(1.3981999507e-3f));
    p = vfma(p, r, vset(8.3334519073e-3f));
    p = vfma(p, r, vset(4.1665795894e-2f));
    p = vfma(p, r, vset(1.6666665459e-1f));
    p = vfma(p, r, vset(5.0000001201e-1f));
    p = vadd(vfma(vmul(r, r), p, r), vset(1.0f));
    return vscale2(p, n);
}

/* For each vector of [0, n): body sees c (first index) and w (lanes, VW but for the last). */
#define CAD_LANES(c, w, n)                                                                     \
    for (int64_t c = 0, (w) = (n) < VW ? (n) : VW; (c) < (n);                                  \
         (c) += VW, (w) = (n) - (c) < VW ? (n) - (c) : VW)

CAD_INLINE vf vget(const float *p, int64_t w)
{
    return w == VW ? vload(p) : vload_n(p, w);
}

CAD_INLINE void vput(float *p, vf x, int64_t w)
{
    if (w == VW)
        vstore(p, x);
    else
        vstore_n(p, x, w);
}

#endif
