/* The eager form in bf16: f32 arithmetic, every intermediate and result rounded to bf16. */
#include "tests/kernels/ref_ops.h"

#include <math.h>
#include <string.h>

/* Nearest, ties to even, by the distance to both neighbours. */
static float rounded(float x)
{
    uint32_t u;
    memcpy(&u, &x, 4);
    if (x != x)
        return x;
    uint32_t low = u & 0xFFFF;
    u = u - low + (low > 0x8000 || (low == 0x8000 && (u >> 16 & 1)) ? 0x10000 : 0);
    memcpy(&x, &u, 4);
    return x;
}

#define REAL float
#define P(name) refb_##name
#define EXP expf
#define LOG logf
#define SQRT sqrtf
#define R(x) rounded(x)
#define LESS_ONE(p, rest) ((void)(rest), (p)-1)
#include "tests/kernels/ref_ops.inc"
