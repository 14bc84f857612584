#include "kernels/emu/emu_warp.h"

#include "kernels/emu/emu_memory.h"

#include <cmath>
#include <cstdint>

static const unsigned ALL = 0xFFFFFFFFu;

static void whole_warp(unsigned mask, const char *what)
{
    if (mask != ALL)
        cad_emu_fault("%s with mask %08x: our kernels name all lanes", what, mask);
}

/* ---- shuffles and votes ---- */

struct shuffle {
    uint64_t v, result;
    cad_emu_shuffle_kind kind;
    int by, lane;
};

static void run_shuffle(void *const lanes[CAD_EMU_LANES])
{
    for (int i = 0; i < CAD_EMU_LANES; i++) {
        auto *s = (shuffle *)lanes[i];
        int from = s->kind == CAD_EMU_SHFL_IDX   ? s->by & 31
                   : s->kind == CAD_EMU_SHFL_XOR ? i ^ s->by
                   : s->kind == CAD_EMU_SHFL_UP  ? i - s->by
                                                 : i + s->by;
        s->result = ((shuffle *)lanes[from < 0 || from > 31 ? i : from])->v;
    }
}

uint64_t cad_emu_shuffle_bits(unsigned mask, uint64_t v, cad_emu_shuffle_kind kind, int by, cad_emu_site site)
{
    static const char *const names[] = {"__shfl_sync", "__shfl_xor_sync", "__shfl_up_sync", "__shfl_down_sync"};
    shuffle s = {v, 0, kind, by, cad_emu_now->lane};
    whole_warp(mask, names[kind]);
    cad_emu_warp_wait({names[kind], run_shuffle, &s, site});
    return s.result;
}

struct ballot {
    bool p;
    unsigned result;
};

static void run_ballot(void *const lanes[CAD_EMU_LANES])
{
    unsigned all = 0;
    for (unsigned i = 0; i < CAD_EMU_LANES; i++)
        all |= (unsigned)((ballot *)lanes[i])->p << i;
    for (int i = 0; i < CAD_EMU_LANES; i++)
        ((ballot *)lanes[i])->result = all;
}

unsigned cad_emu_ballot(unsigned mask, bool p, cad_emu_site site)
{
    ballot b = {p, 0};
    whole_warp(mask, "a vote");
    cad_emu_warp_wait({"a vote", run_ballot, &b, site});
    return b.result;
}

static void run_nothing(void *const *) {}

void cad_emu_syncwarp(cad_emu_site site)
{
    cad_emu_warp_wait({"__syncwarp", run_nothing, nullptr, site});
    cad_emu_now->warp_epoch++;
}

/* ---- matrices ---- */

struct matrix_load {
    unsigned *r;
    const void *row;
    int n;
    bool trans;
};

static uint16_t element(const void *row, int column)
{
    uint16_t h;
    __builtin_memcpy(&h, (const char *)row + 2 * column, 2);
    return h;
}

static void run_ldmatrix(void *const lanes[CAD_EMU_LANES])
{
    const auto *first = (const matrix_load *)lanes[0];
    int n = first->n, warp = cad_emu_now->warp;
    const void *row[CAD_EMU_LANES];
    for (int i = 0; i < 8 * n; i++) {
        row[i] = ((const matrix_load *)lanes[i])->row;
        if ((uintptr_t)row[i] % 16)
            cad_emu_fault("ldmatrix: row %d of matrix %d at %p is not aligned to 16 bytes", i % 8, i / 8, row[i]);
        cad_emu_memory_pc(nullptr);
        cad_emu_memory_access_as(warp * CAD_EMU_LANES + i, row[i], 16, cad_emu_access::read, "ldmatrix");
    }
    for (int l = 0; l < CAD_EMU_LANES; l++)
        for (int j = 0; j < n; j++) {
            int g = l / 4, t = 2 * (l % 4);
            const void *const *m = row + 8 * j;
            unsigned low = first->trans ? element(m[t], g) : element(m[g], t);
            unsigned high = first->trans ? element(m[t + 1], g) : element(m[g], t + 1);
            ((const matrix_load *)lanes[l])->r[j] = low | high << 16;
        }
}

void cad_emu_ldmatrix(unsigned *r, int n, const void *row, bool trans, cad_emu_site site)
{
    matrix_load m = {r, row, n, trans};
    cad_emu_warp_wait({trans ? "ldmatrix.trans" : "ldmatrix", run_ldmatrix, &m, site});
}

struct product {
    float *d;
    const unsigned *a, *b;
};

static float low_of(unsigned pair)
{
    unsigned u = pair << 16;
    float x;
    __builtin_memcpy(&x, &u, 4);
    return x;
}

static float high_of(unsigned pair)
{
    unsigned u = pair & 0xFFFF0000u;
    float x;
    __builtin_memcpy(&x, &u, 4);
    return x;
}

/* Products are exact in f32; they are added in the order of k. */
static void run_mma(void *const lanes[CAD_EMU_LANES])
{
    float a[16][16], b[16][8], c[16][8];
    for (int l = 0; l < CAD_EMU_LANES; l++) {
        const auto *p = (const product *)lanes[l];
        int g = l / 4, t = 2 * (l % 4);
        for (int i = 0; i < 4; i++) {
            int row = g + 8 * (i & 1), column = t + 8 * (i >> 1);
            a[row][column] = low_of(p->a[i]);
            a[row][column + 1] = high_of(p->a[i]);
            c[row][t] = (i & 1) ? p->d[2] : p->d[0];
            c[row][t + 1] = (i & 1) ? p->d[3] : p->d[1];
        }
        for (int i = 0; i < 2; i++) {
            b[t + 8 * i][g] = low_of(p->b[i]);
            b[t + 8 * i + 1][g] = high_of(p->b[i]);
        }
    }
    for (int i = 0; i < 16; i++)
        for (int k = 0; k < 16; k++)
            for (int j = 0; j < 8; j++)
                c[i][j] += a[i][k] * b[k][j];
    for (int l = 0; l < CAD_EMU_LANES; l++) {
        float *d = ((const product *)lanes[l])->d;
        int g = l / 4, t = 2 * (l % 4);
        d[0] = c[g][t];
        d[1] = c[g][t + 1];
        d[2] = c[g + 8][t];
        d[3] = c[g + 8][t + 1];
    }
}

void cad_emu_mma_bf16(float d[4], const unsigned a[4], const unsigned b[2], cad_emu_site site)
{
    product p = {d, a, b};
    cad_emu_warp_wait({"mma.sync", run_mma, &p, site});
}
