/* LoRA dropout masks as bits, CPU.
 *
 * math      keep(r,c) = half(c/16 % 8) of Philox(key, {c/128*16 + c%16, pos_r, row_r, layer << 8 | projection}) >= limit,
 *           limit = round(65536 rate)
 * shapes    bits (parts,N,ld bytes), ld = 16 ceil(C/128); bit c%8 of byte c/8 is 1 where the element stays
 * layout    sixteen blocks make 128 columns, so that the lanes of a vector are neighbouring columns
 * dtypes    integers
 * limits    rate < 1; bits beyond column C are defined but mean nothing
 * mapping   rows in chunks
 * order     counter-based: a mask depends on (seed, step, layer, projection, row, position, column) alone
 * cost      10 rounds of 2 multiplies per 8 columns
 * source    spec kernels.md 2 rule 2; Salmon et al. 2011
 * test      tests/kernels/check_lora.c, test_ops_gradient.c, test_ops_values.c
 */
#include "kernels/cpu/nf4_mask_cpu.h"
#include "kernels/cpu/simd.h"

#include <math.h>

typedef struct mask_job {
    const cad_dropout *d;
    uint64_t key;
    uint32_t limit;
    int64_t rows, ld;
    uint8_t *bits;
} mask_job;

/* VW blocks whose first counter word ascends: Philox 4x32-10 as in core/rng. */
CAD_INLINE void philox(uint64_t key, uint32_t first, const uint32_t rest[3], vu out[4])
{
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    vu c0 = vu_count(first), c1 = vu_set(rest[0]), c2 = vu_set(rest[1]), c3 = vu_set(rest[2]);
    vu m0 = vu_set(0xD2511F53u), m1 = vu_set(0xCD9E8D57u);
    for (int round = 0; round < 10; round++) {
        vu h0, l0, h1, l1;
        vu_mul(c0, m0, &h0, &l0);
        vu_mul(c2, m1, &h1, &l1);
        c0 = vu_xor(vu_xor(h1, c1), vu_set(k0));
        c2 = vu_xor(vu_xor(h0, c3), vu_set(k1));
        c1 = l1;
        c3 = l0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

static void mask_rows(void *ctx, int64_t begin, int64_t end)
{
    const mask_job *j = ctx;
    for (int64_t x = begin; x < end; x++) {
        int64_t part = x / j->rows, row = x % j->rows;
        uint32_t rest[3] = {(uint32_t)((const int32_t *)j->d->pos.data)[row], ((const uint32_t *)j->d->row.data)[row],
                            j->d->layer << 8 | j->d->projection[part]};
        for (int64_t group = 0; group < j->ld / 16; group++) {
            uint32_t bits[8] = {0}; /* of the sixteen columns of each half */
            for (uint32_t lane = 0; lane < 16; lane += VW) {
                vu word[4];
                philox(j->key, (uint32_t)group * 16 + lane, rest, word);
                for (size_t i = 0; i < 4; i++) {
                    bits[2 * i] |= vu_at_least(vu_low16(word[i]), j->limit) << lane;
                    bits[2 * i + 1] |= vu_at_least(vu_high16(word[i]), j->limit) << lane;
                }
            }
            uint8_t *out = j->bits + x * j->ld + group * 16;
            for (size_t h = 0; h < 8; h++) {
                out[2 * h] = (uint8_t)bits[h];
                out[2 * h + 1] = (uint8_t)(bits[h] >> 8);
            }
        }
    }
}

size_t CAD_ISA(mask_bytes)(const cad_dropout *d, int64_t parts, int64_t rows, int64_t columns)
{
    if (!(d->rate > 0.0f))
        return 0;
    return (size_t)(parts * rows * cad_mask_ld(columns));
}

void CAD_ISA(mask_build)(const cad_dropout *d, int64_t parts, int64_t rows, int64_t columns, uint8_t *bits)
{
    mask_job j = {.d = d, .key = cad_dropout_key(d->seed, d->step), .rows = rows, .ld = cad_mask_ld(columns), .bits = bits};
    j.limit = (uint32_t)lrintf(65536.0f * d->rate);
    cad_parallel_for(parts * rows, cad_max64(1, 4096 / cad_max64(1, columns)), mask_rows, &j);
}
