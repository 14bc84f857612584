/* Vectors of f32 lanes from and to bf16 in memory, for the three instruction sets of simd.h, and products of bf16.
 *
 * Widening is exact.  Narrowing rounds to nearest even and keeps a NaN a NaN: the bits of cad_f32_to_bf16.  Denormals stay
 * what they are, because everything happens in the bits. */
#ifndef CADLM_KERNELS_CPU_SIMD_BF16_H
#define CADLM_KERNELS_CPU_SIMD_BF16_H

#include "kernels/cpu/simd.h"

#if defined __AVX512F__
CAD_INLINE vf vwide(__m256i h)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(h), 16));
}
CAD_INLINE __m256i vnarrow(vf x)
{
    vu u = _mm512_castps_si512(x), top = _mm512_srli_epi32(u, 16);
    vu even = _mm512_add_epi32(vu_set(0x7FFFu), _mm512_and_si512(top, vu_set(1)));
    vu r = _mm512_srli_epi32(_mm512_add_epi32(u, even), 16);
    r = _mm512_mask_or_epi32(r, _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q), top, vu_set(0x40));
    return _mm512_cvtepi32_epi16(r);
}
CAD_INLINE vf vget_half(const uint16_t *p, int64_t w)
{
    return vwide(_mm256_maskz_loadu_epi16(vlanes(w), p));
}
CAD_INLINE void vput_half(uint16_t *p, vf x, int64_t w)
{
    _mm256_mask_storeu_epi16(p, vlanes(w), vnarrow(x));
}
#else
#if defined __AVX2__
CAD_INLINE vf vwide(__m128i h)
{
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(h), 16));
}
CAD_INLINE __m128i vnarrow(vf x)
{
    vu u = _mm256_castps_si256(x), top = _mm256_srli_epi32(u, 16);
    vu even = _mm256_add_epi32(vu_set(0x7FFFu), _mm256_and_si256(top, vu_set(1)));
    vu r = _mm256_srli_epi32(_mm256_add_epi32(u, even), 16);
    vu nan = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
    r = _mm256_blendv_epi8(r, _mm256_or_si256(top, vu_set(0x40)), nan);
    return _mm_packus_epi32(_mm256_castsi256_si128(r), _mm256_extracti128_si256(r, 1));
}
#else
CAD_INLINE vf vwide(__m128i h)
{
    return _mm_castsi128_ps(_mm_slli_epi32(_mm_cvtepu16_epi32(h), 16));
}
CAD_INLINE __m128i vnarrow(vf x)
{
    vu u = _mm_castps_si128(x), top = _mm_srli_epi32(u, 16);
    vu even = _mm_add_epi32(vu_set(0x7FFFu), _mm_and_si128(top, vu_set(1)));
    vu r = _mm_srli_epi32(_mm_add_epi32(u, even), 16);
    vu nan = _mm_castps_si128(_mm_cmpunord_ps(x, x));
    r = _mm_blendv_epi8(r, _mm_or_si128(top, vu_set(0x40)), nan);
    return _mm_packus_epi32(r, r);
}
#endif
CAD_INLINE vf vget_half(const uint16_t *p, int64_t w)
{
    __m128i h = _mm_setzero_si128();
    if (w == VW)
        memcpy(&h, p, VW * sizeof *p);
    else
        memcpy(&h, p, (size_t)w * sizeof *p);
    return vwide(h);
}
CAD_INLINE void vput_half(uint16_t *p, vf x, int64_t w)
{
    __m128i h = vnarrow(x);
    if (w == VW)
        memcpy(p, &h, VW * sizeof *p);
    else
        memcpy(p, &h, (size_t)w * sizeof *p);
}
#endif

/* Pairs: a lane of 32 bits holds two bf16, the even one in its lower half, as two neighbours lie in memory.  Only AVX-512 with
 * BF16 works on them (the build gives its flag to that set; whether the processor has it is asked at run time, by
 * cad_ops_matmul).  vpair: (even, odd) rounded to nearest even, lane by lane; vpairs: 2 VW neighbours, the first VW in lo.
 * vdot: acc + even a * even b + odd a * odd b in f32.  Denormals count as zero. */
#if defined __AVX512BF16__
enum { PAIRS = 1 };
CAD_INLINE vu vhalf(vf x)
{
    return _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(x));
}
CAD_INLINE vf vpair(vf even, vf odd)
{
    return _mm512_castsi512_ps(_mm512_or_si512(vhalf(even), _mm512_slli_epi32(vhalf(odd), 16)));
}
CAD_INLINE vf vpairs(vf lo, vf hi)
{
    return _mm512_castsi512_ps((__m512i)_mm512_cvtne2ps_pbh(hi, lo));
}
CAD_INLINE vf vdot(vf a, vf b, vf acc)
{
    return _mm512_dpbf16_ps(acc, (__m512bh)_mm512_castps_si512(a), (__m512bh)_mm512_castps_si512(b));
}
#else
enum { PAIRS = 0 }; /* the others stand for calls that PAIRS cuts off */
CAD_INLINE vf vpair(vf even, vf odd)
{
    return vadd(even, odd);
}
CAD_INLINE vf vpairs(vf lo, vf hi)
{
    return vadd(lo, hi);
}
CAD_INLINE vf vdot(vf a, vf b, vf acc)
{
    return vfma(a, b, acc);
}
#endif

#endif
