/* IEEE binary16 <-> binary32 by bits. */
#include "model/hf/safetensors.h"

#include <string.h>

float cad_f16_to_f32(uint16_t v)
{
    uint32_t sign = (uint32_t)(v & 0x8000u) << 16, exponent = v >> 10 & 0x1Fu, fraction = v & 0x3FFu, bits;
    if (exponent == 0x1F) {
        bits = sign | 0x7F800000u | fraction << 13;
    } else if (exponent) {
        bits = sign | (exponent + 112) << 23 | fraction << 13;
    } else {
        /* zero and subnormals: fraction * 2^-24, exact in f32 */
        float f = (float)fraction * 0x1p-24f;
        memcpy(&bits, &f, sizeof bits);
        bits |= sign;
    }
    float out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

/* v >> shift, to nearest, ties to even; 0 < shift < 32. */
static uint32_t round_shift(uint32_t v, unsigned shift)
{
    uint32_t half = (uint32_t)1 << (shift - 1), rest = v & ((half << 1) - 1), q = v >> shift;
    return q + (rest > half || (rest == half && (q & 1)));
}

uint16_t cad_f32_to_f16(float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7FFFFFFFu;
    if (magnitude > 0x7F800000u)
        return (uint16_t)(sign | 0x7E00u); /* NaN */
    if (magnitude >= 0x477FF000u)
        return (uint16_t)(sign | 0x7C00u); /* 65520 and more round to infinity */
    uint32_t exponent = magnitude >> 23, fraction = magnitude & 0x7FFFFFu;
    if (exponent >= 113) /* normal; a carry out of the fraction raises the exponent as it should */
        return (uint16_t)(sign | round_shift((exponent - 112) << 23 | fraction, 13));
    if (exponent < 102)
        return (uint16_t)sign; /* below 2^-25 */
    return (uint16_t)(sign | round_shift(fraction | 0x800000u, 126 - exponent));
}
