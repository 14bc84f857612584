#include "tests/kernels/ref_ops.h"

#include "core/rng.h"

#include <math.h>

#define REAL double
#define P(name) ref64_##name
#define EXP exp
#define LOG log
#define SQRT sqrt
#define R(x) (x)
#define LESS_ONE(p, rest) (-(rest))
#include "tests/kernels/ref_ops.inc"

int ref_parts(const cad_parts *p)
{
    return p->n > 0 ? p->n : 1;
}

int ref_part_of(const cad_parts *p, int64_t o)
{
    if (ref_parts(p) == 1)
        return 0;
    if (p->group > 0)
        return (int)(o / p->group % p->n);
    for (int i = 0; i < p->n; i++)
        if (o < p->end[i])
            return i;
    return p->n - 1;
}

int ref_dropout_keeps(const cad_dropout *d, int part, int64_t row, int64_t column)
{
    uint32_t out[4], counter[4] = {(uint32_t)(column / 128 * 16 + column % 16), (uint32_t)((const int32_t *)d->pos.data)[row],
                                   ((const uint32_t *)d->row.data)[row], d->layer << 8 | d->projection[part]};
    cad_philox(cad_dropout_key(d->seed, d->step), counter, out);
    uint32_t half = (uint32_t)(column / 16 % 8), word = out[half / 2];
    uint32_t bits = half % 2 ? word >> 16 : word & 0xFFFFu;
    return !(bits < (uint32_t)lrint(65536.0 * (double)d->rate));
}
