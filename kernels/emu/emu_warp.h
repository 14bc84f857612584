/* Operations of a whole warp: the last lane that arrives executes them for all 32. */
#ifndef CADLM_KERNELS_EMU_EMU_WARP_H
#define CADLM_KERNELS_EMU_EMU_WARP_H

#include "kernels/emu/emu_block.h"

#include <cstring>

enum cad_emu_shuffle_kind { CAD_EMU_SHFL_IDX, CAD_EMU_SHFL_XOR, CAD_EMU_SHFL_UP, CAD_EMU_SHFL_DOWN };

/* v of another lane, as __shfl_*_sync over 32 lanes does; up and down keep their own v at the ends. */
uint64_t cad_emu_shuffle_bits(unsigned mask, uint64_t v, cad_emu_shuffle_kind kind, int by, cad_emu_site site);
unsigned cad_emu_ballot(unsigned mask, bool p, cad_emu_site site);
void cad_emu_syncwarp(cad_emu_site site, unsigned mask = 0xFFFFFFFFu);

/* ldmatrix: 1, 2 or 4 matrices of 8 x 8 two-byte elements.  Lane i hands in the address of row i % 8 of matrix i / 8 (for the
 * first 8 n lanes); register j of lane l gets elements (l/4, 2 (l%4)) and the next of matrix j, of its transpose with trans. */
void cad_emu_ldmatrix(unsigned *r, int n, const void *row, bool trans, cad_emu_site site);
/* mma.sync m16n8k16 of bf16 with f32 sums: d += a b.  Fragments as in the PTX manual: with g = lane/4 and t = lane%4,
 * a0..a3 hold rows g, g+8, g, g+8 and columns 2t, 2t, 2t+8, 2t+8 (and the next); b0, b1 rows 2t, 2t+8 (and the next) of column
 * g; d0..d3 (g,2t), (g,2t+1), (g+8,2t), (g+8,2t+1).  Products are exact in f32; they are added in the order of k. */
void cad_emu_mma_bf16(float d[4], const unsigned a[4], const unsigned b[2], cad_emu_site site);

template <class T>
static inline T cad_emu_shuffle(unsigned mask, T v, cad_emu_shuffle_kind kind, int by, cad_emu_site site)
{
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "shuffles move 4 or 8 bytes");
    uint64_t bits = 0;
    __builtin_memcpy(&bits, &v, sizeof v);
    bits = cad_emu_shuffle_bits(mask, bits, kind, by, site);
    __builtin_memcpy(&v, &bits, sizeof v);
    return v;
}

#endif
