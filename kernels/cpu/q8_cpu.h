/* Encoding of one 8-bit block (formats.md 3), shared by q8_quant and adamw8bit_step. */
#ifndef CADLM_KERNELS_CPU_Q8_CPU_H
#define CADLM_KERNELS_CPU_Q8_CPU_H

#include <float.h>
#include <math.h>
#include <stdint.h>

/* mid[i] = f32 midpoint of map[i] and map[i+1]; mid[255] = +inf */
static inline void cad_q8_midpoints(const float *map, float *mid)
{
    for (int i = 0; i < 255; i++)
        mid[i] = (map[i] + map[i + 1]) * 0.5f;
    mid[255] = INFINITY;
}

/* Nearest entry; an exact tie takes the even code. */
static inline int cad_q8_code(float y, const float *mid)
{
    int c = 0;
    for (int step = 128; step > 0; step /= 2)
        c += mid[c + step - 1] < y ? step : 0;
    return c + (mid[c] == y && (c & 1));
}

/* Code of 0 on a map that holds it. */
static inline uint8_t cad_q8_zero(const float *map)
{
    int c = 0;
    while (c < 255 && map[c] < 0.0f)
        c++;
    return (uint8_t)c;
}

/* Encodes n <= 256 values and returns their absmax. */
static inline float cad_q8_encode_block(const float *x, int64_t n, const float *map, const float *mid, uint8_t *code)
{
    float top = 0.0f;
    for (int64_t i = 0; i < n; i++) {
        float v = fabsf(x[i]);
        top = v > top ? v : top;
    }
    if (!(top > 0.0f)) {
        uint8_t zero = cad_q8_zero(map);
        for (int64_t i = 0; i < n; i++)
            code[i] = zero;
        return 0.0f;
    }
    float inverse = 1.0f / top;
    for (int64_t i = 0; i < n; i++)
        code[i] = (uint8_t)cad_q8_code(inverse <= FLT_MAX ? x[i] * inverse : x[i] / top, mid);
    return top;
}

#endif
