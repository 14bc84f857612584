/* ldmatrix and mma.sync. */
#include "kernels/emu/emu_memory.h"
#include "kernels/emu/emu_warp.h"

#include <cstdint>
#include <cstring>

/* ---- ldmatrix ---- */

struct matrix_load {
    unsigned *r;
    const char *row;
    int n;
    bool trans;
    cad_emu_site site;
};

static void check_row(const matrix_load *m, int i, const cad_emu_thread *t)
{
    size_t at = (size_t)(m->row - cad_emu_shared.base);
    cad_emu_site s = m->site;
    if ((uintptr_t)m->row % 16)
        cad_emu_fault_of(t, "ldmatrix: row %d of matrix %d at %p is not aligned to 16 bytes [%s:%d]", i % 8, i / 8,
                         (const void *)m->row, s.file, s.line);
    if (!cad_emu_is_shared(m->row))
        cad_emu_fault_of(t, "ldmatrix: row %d of matrix %d at %p is not in shared memory [%s:%d]", i % 8, i / 8,
                         (const void *)m->row, s.file, s.line);
    if (cad_emu_memory_is_hooked() && cad_emu_shared_holds(at, 16) && cad_emu_shadow_quick_read<8>(cad_emu_shared, at, t))
        return;
    cad_emu_memory_at_site(s);
    cad_emu_memory_access_as(t, m->row, 16, cad_emu_access::read, "ldmatrix");
}

static unsigned element(const char *row, int column)
{
    uint16_t h;
    memcpy(&h, row + 2 * column, 2);
    return h;
}

static void run_ldmatrix(void *const lanes[CAD_EMU_LANES])
{
    const auto *first = (const matrix_load *)lanes[0];
    const cad_emu_thread *t0 = cad_emu_thread_of(cad_emu_now->warp * CAD_EMU_LANES);
    int n = first->n;
    const char *row[CAD_EMU_LANES];
    for (int i = 0; i < 8 * n; i++) {
        const auto *m = (const matrix_load *)lanes[i];
        row[i] = m->row;
        check_row(m, i, t0 + i);
    }
    for (int l = 0; l < CAD_EMU_LANES; l++) {
        unsigned *r = ((const matrix_load *)lanes[l])->r;
        int g = l / 4, t = 2 * (l % 4);
        for (int j = 0; j < n; j++) {
            const char *const *m = row + 8 * j;
            if (first->trans)
                r[j] = element(m[t], g) | element(m[t + 1], g) << 16;
            else
                memcpy(&r[j], m[g] + 2 * t, 4);
        }
    }
}

void cad_emu_ldmatrix(unsigned *r, int n, const void *row, bool trans, cad_emu_site site)
{
    matrix_load m = {r, (const char *)row, n, trans, site};
    cad_emu_warp_wait({trans ? "ldmatrix.trans" : "ldmatrix", run_ldmatrix, &m, site});
}

/* ---- mma.sync ---- */

enum { M = 16, N = 8, K = 16 };

struct product {
    float *d;
    const unsigned *a, *b;
};

typedef float row8 __attribute__((vector_size(32)));

#define CAD_EMU_ACCUMULATE                                                                                                     \
    {                                                                                                                          \
        for (int i = 0; i < M; i++) {                                                                                          \
            row8 sum = c[i];                                                                                                   \
            for (int k = 0; k < K; k++)                                                                                        \
                sum += a[i][k] * b[k];                                                                                         \
            c[i] = sum;                                                                                                        \
        }                                                                                                                      \
    }

static void accumulate(row8 c[M], const float a[M][K], const row8 b[K]) CAD_EMU_ACCUMULATE

    __attribute__((target("avx2"))) static void accumulate_wide(row8 c[M], const float a[M][K],
                                                                const row8 b[K]) CAD_EMU_ACCUMULATE

    static float widened(unsigned bits)
{
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

static float low_of(unsigned pair)
{
    return widened(pair << 16);
}

static float high_of(unsigned pair)
{
    return widened(pair & 0xFFFF0000u);
}

static void run_mma(void *const lanes[CAD_EMU_LANES])
{
    static const bool wide = __builtin_cpu_supports("avx2");
    alignas(32) float a[M][K], b[K][N], c[M][N];
    for (int l = 0; l < CAD_EMU_LANES; l++) {
        const auto *p = (const product *)lanes[l];
        int g = l / 4, t = 2 * (l % 4);
        for (int i = 0; i < 4; i++) {
            float *to = &a[g + 8 * (i & 1)][t + 8 * (i >> 1)];
            to[0] = low_of(p->a[i]);
            to[1] = high_of(p->a[i]);
        }
        for (int i = 0; i < 2; i++) {
            b[t + 8 * i][g] = low_of(p->b[i]);
            b[t + 8 * i + 1][g] = high_of(p->b[i]);
            memcpy(&c[g + 8 * i][t], &p->d[2 * i], 8);
        }
    }
    (wide ? accumulate_wide : accumulate)((row8 *)c, a, (const row8 *)b);
    for (int l = 0; l < CAD_EMU_LANES; l++) {
        float *d = ((const product *)lanes[l])->d;
        int g = l / 4, t = 2 * (l % 4);
        memcpy(&d[0], &c[g][t], 8);
        memcpy(&d[2], &c[g + 8][t], 8);
    }
}

void cad_emu_mma_bf16(float d[4], const unsigned a[4], const unsigned b[2], cad_emu_site site)
{
    product p = {d, a, b};
    cad_emu_warp_wait({"mma.sync", run_mma, &p, site});
}
