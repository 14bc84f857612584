/* LoRA dropout masks, CPU.
 *
 * math      keep(r,c) = half(c % 8) of Philox(key, {c/8, pos_r, row_r, layer << 8 | projection}) >= round(65536 rate)
 * shapes    one row, w columns from column col
 * layout    four words of a block = eight 16-bit numbers, low half first
 * dtypes    f32 values, integer masks
 * limits    rate < 1; any column range
 * mapping   eight blocks (64 columns) at a time, so that the rounds run in vector lanes
 * order     counter-based: a mask depends on (seed, step, layer, projection, row, position, column) alone
 * cost      10 rounds of 2 multiplies per 8 columns
 * source    spec kernels.md 2 rule 2; Salmon et al. 2011
 * test      tests/kernels/test_ops_smoke.c
 */
#include "kernels/cpu/gemm_cpu.h"

#include <math.h>

enum { LANES = 8 };

/* Philox 4x32-10 of core/rng for LANES counters that differ in word 0. */
static void philox_lanes(uint64_t key, uint32_t first, const uint32_t rest[3], uint32_t out[4][LANES])
{
    uint32_t c0[LANES], c1[LANES], c2[LANES], c3[LANES];
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (uint32_t l = 0; l < LANES; l++) {
        c0[l] = first + l;
        c1[l] = rest[0];
        c2[l] = rest[1];
        c3[l] = rest[2];
    }
    for (int round = 0; round < 10; round++) {
        for (int l = 0; l < LANES; l++) {
            uint64_t p0 = (uint64_t)0xD2511F53u * c0[l], p1 = (uint64_t)0xCD9E8D57u * c2[l];
            uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1[l] ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3[l] ^ k1;
            c1[l] = (uint32_t)p1;
            c3[l] = (uint32_t)p0;
            c0[l] = n0;
            c2[l] = n2;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    for (int l = 0; l < LANES; l++) {
        out[0][l] = c0[l];
        out[1][l] = c1[l];
        out[2][l] = c2[l];
        out[3][l] = c3[l];
    }
}

void CAD_ISA(dropout_row)(const cad_dropout *d, int part, int64_t row, int64_t col, int64_t w, float *x)
{
    uint64_t key = cad_dropout_key(d->seed, d->step);
    uint32_t limit = (uint32_t)lrintf(65536.0f * d->rate);
    float keep = 1.0f / (1.0f - d->rate);
    uint32_t rest[3] = {(uint32_t)((const int32_t *)d->pos.data)[row], ((const uint32_t *)d->row.data)[row],
                        d->layer << 8 | d->projection[part]};
    for (int64_t c = col; c < col + w;) {
        uint32_t word[4][LANES];
        int64_t first = c / 8, end = cad_min64(col + w, (first + LANES) * 8);
        philox_lanes(key, (uint32_t)first, rest, word);
        for (; c < end; c++) {
            uint32_t half = word[c % 8 / 2][c / 8 - first] >> (c % 2 * 16) & 0xFFFFu;
            x[c - col] = half < limit ? 0.0f : x[c - col] * keep;
        }
    }
}
