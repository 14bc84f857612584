#include "tests/kernels/ref_ops.h"

#include <math.h>

#define REAL float
#define P(name) ref32_##name
#define EXP expf
#define LOG logf
#define SQRT sqrtf
#define R(x) (x)
#define LESS_ONE(p, rest) ((void)(rest), (p)-1)
#include "tests/kernels/ref_ops.inc"
