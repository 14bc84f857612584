/* Matrix product, CPU: own loops.
 *
 * math      C = alpha sum_t A_t B_t + bias + res, or C += slab sums of A B
 * shapes    C (m,n), A_t (m,k), B_t (k,n); strides and transposes in gemm_cpu.h
 * layout    B is packed by panels of NR columns, [k][NR], zeros beyond n; A is read in place
 * dtypes    f32 storage and accumulation; B may be NF4, widened panel by panel to its bf16 values
 * grads     add == 1 is "+=", else "="
 * limits    any m, n, k; k is cut into blocks of KC that continue the same accumulation
 * mapping   a unit = ROWS rows x one panel of NR columns; units are independent, so threads change no bits
 * order     every element is one chain of multiply-adds over k ascending: class I
 * cost      2 m n k FLOPs; packing costs about 1/(2 ROWS) of the multiply-adds; bench/ops_cpu prints the share of peak
 * source    Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (panels and register blocks)
 * test      tests/kernels/check_linear.c
 */
#include "kernels/cpu/gemm_cpu.h"
#include "kernels/cpu/simd.h"

enum {
    NR = 2 * VW,           /* columns of a panel */
    MR = VW == 16 ? 8 : 6, /* rows held in registers */
    KC = 512,              /* k's of a packed block */
    ROWS = 256,            /* rows of a unit */
    DROP_ROWS = 64         /* the same when A has to be copied through a mask */
};

typedef struct block {
    const float *a;    /* A at the unit's first row and the block's first k */
    int64_t row, step; /* A(i,k) = a[i*row + k*step] */
    const float *b;    /* packed panel */
    int64_t k;
} block;

/* acc[mr][nv] += A B over one block; acc comes from and goes back to t (stride NR). */
CAD_INLINE void tile(const int mr, const int nv, const block *s, float *t)
{
    vf acc[MR][2];
#pragma GCC unroll 8
    for (int64_t i = 0; i < mr; i++)
#pragma GCC unroll 2
        for (int64_t j = 0; j < nv; j++)
            acc[i][j] = vload(t + i * NR + j * VW);
    const float *a = s->a, *b = s->b;
    for (int64_t k = 0; k < s->k; k++, a += s->step, b += NR) {
        vf b0 = vload(b), b1 = nv > 1 ? vload(b + VW) : b0;
#pragma GCC unroll 8
        for (int64_t i = 0; i < mr; i++) {
            vf x = vset(a[i * s->row]);
            acc[i][0] = vfma(x, b0, acc[i][0]);
            if (nv > 1)
                acc[i][1] = vfma(x, b1, acc[i][1]);
        }
    }
#pragma GCC unroll 8
    for (int64_t i = 0; i < mr; i++)
#pragma GCC unroll 2
        for (int64_t j = 0; j < nv; j++)
            vstore(t + i * NR + j * VW, acc[i][j]);
}

static void tile_any(int mr, int nv, const block *s, float *t)
{
#define CASE(n)                                                                                                                \
    case n:                                                                                                                    \
        if (nv > 1)                                                                                                            \
            tile(n, 2, s, t);                                                                                                  \
        else                                                                                                                   \
            tile(n, 1, s, t);                                                                                                  \
        return
    switch (mr) {
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
        CASE(5);
#if defined __AVX512F__
        CASE(6);
        CASE(7);
    default:
        if (nv > 1)
            tile(8, 2, s, t);
        else
            tile(8, 1, s, t);
#else
    default:
        if (nv > 1)
            tile(6, 2, s, t);
        else
            tile(6, 1, s, t);
#endif
    }
#undef CASE
}

/* Four rows of a transposed source become four lanes: out[k*NR + 0..3] = src[0..3][k]. */
CAD_INLINE void pack_four(const float *src, int64_t ld, int64_t k, float *out)
{
    int64_t i = 0;
    for (; i + 4 <= k; i += 4) {
        __m128 r0 = _mm_loadu_ps(src + i), r1 = _mm_loadu_ps(src + ld + i);
        __m128 r2 = _mm_loadu_ps(src + 2 * ld + i), r3 = _mm_loadu_ps(src + 3 * ld + i);
        _MM_TRANSPOSE4_PS(r0, r1, r2, r3);
        _mm_storeu_ps(out + i * NR, r0);
        _mm_storeu_ps(out + (i + 1) * NR, r1);
        _mm_storeu_ps(out + (i + 2) * NR, r2);
        _mm_storeu_ps(out + (i + 3) * NR, r3);
    }
    for (; i < k; i++)
        for (int64_t j = 0; j < 4; j++)
            out[i * NR + j] = src[j * ld + i];
}

static void pack_rows(const float *src, int64_t ld, int64_t k, int64_t n, float *out)
{
    int64_t j = 0;
    for (; j + 4 <= n; j += 4)
        pack_four(src + j * ld, ld, k, out + j);
    for (; j < n; j++)
        for (int64_t i = 0; i < k; i++)
            out[i * NR + j] = src[j * ld + i];
    for (int64_t i = 0; n < NR && i < k; i++)
        memset(out + i * NR + n, 0, (size_t)(NR - n) * sizeof(float));
}

static void pack_columns(const float *src, int64_t ld, int64_t k, int64_t n, float *out)
{
    for (int64_t i = 0; i < k; i++) {
        vput(out + i * NR, vget(src + i * ld, cad_min64(n, VW)), VW);
        vput(out + i * NR + VW, n > VW ? vget(src + i * ld + VW, n - VW) : vzero(), VW);
    }
}

/* Columns [col, col+n) of row `row` through their mask; col is a multiple of VW. */
CAD_INLINE void drop_row(const cad_gemm_term *t, int64_t row, int64_t col, int64_t n, float *x)
{
    vf keep = vset(t->keep);
    CAD_LANES(c, w, n)
    vput(x + c, vmul(vkeep(vget(x + c, w), t->mask + row * t->mask_ld, col + c), keep), w);
}

/* k's [k0, k0+k) of run `run` of columns [j, j+n), packed into out. */
static void pack(const cad_gemm_term *t, int64_t run, int64_t k0, int64_t k, int64_t j, int64_t n, float *out)
{
    float tmp[KC * NR] __attribute__((aligned(64)));
    int64_t ld = t->ldb;
    const float *src;
    if (t->q) {
        int64_t first = run * t->b_step / t->ldb + k0; /* b_step is whole rows */
        if (t->b_trans)
            CAD_ISA(nf4_rect)(t->q, j, n, k0, k, tmp, ld = KC);
        else
            CAD_ISA(nf4_rect)(t->q, first, k, j, n, tmp, ld = NR);
        src = tmp;
    } else {
        src = t->b + run * t->b_step + (t->b_trans ? j * ld + k0 : k0 * ld + j);
    }
    if (t->b_trans)
        pack_rows(src, ld, k, n, out);
    else
        pack_columns(src, ld, k, n, out);
    if (t->mask_on == CAD_MASK_B)
        for (int64_t i = 0; i < k; i++)
            drop_row(t, k0 + i, j, n, out + i * NR);
}

typedef struct unit {
    const cad_gemm *g;
    int64_t i0, i1, j, n;
    int part;
    float *sum; /* [rows][NR] raw sums between blocks */
} unit;

/* One row of C from its finished sum. */
CAD_INLINE void finish_row(const cad_gemm *g, int64_t i, int64_t col, int64_t w, const float *sum)
{
    vf x = vload(sum);
    float *c = g->c + i * g->ldc + col;
    if (g->alpha != 1.0f)
        x = vmul(x, vset(g->alpha));
    if (g->bias)
        x = vadd(x, vget(g->bias + col, w));
    if (g->res)
        x = vadd(x, vget(g->res + i * g->ldc + col, w));
    if (g->add)
        x = vadd(x, vget(c, w));
    vput(c, x, w);
}

/* Runs one block of k's over all row tiles.  from: continue the sums; to: they are complete, write C. */
static void rows_of_block(const unit *u, block *s, int from, int to)
{
    const float *a0 = s->a;
    int nv = u->n > VW ? 2 : 1;
    for (int64_t i = u->i0; i < u->i1; i += MR) {
        int mr = (int)cad_min64(MR, u->i1 - i);
        float *t = u->sum + (i - u->i0) * NR;
        if (!from)
            memset(t, 0, (size_t)(mr * NR) * sizeof(float));
        s->a = a0 + (i - u->i0) * s->row;
        tile_any(mr, nv, s, t);
        for (int64_t r = 0; to && r < mr; r++)
            for (int64_t v = 0; v < nv; v++)
                finish_row(u->g, i + r, u->j + v * VW, cad_min64(VW, u->n - v * VW), t + r * NR + v * VW);
    }
    s->a = a0;
}

/* A product that goes through a mask before it is added: formed apart, row tile by row tile. */
static void masked_product(const unit *u, block *s, const cad_gemm_term *d)
{
    const cad_gemm *g = u->g;
    const float *a0 = s->a;
    float t[MR * NR] __attribute__((aligned(64)));
    for (int64_t i = u->i0; i < u->i1; i += MR) {
        int mr = (int)cad_min64(MR, u->i1 - i);
        memset(t, 0, sizeof t);
        s->a = a0 + (i - u->i0) * s->row;
        tile_any(mr, u->n > VW ? 2 : 1, s, t);
        for (int64_t r = 0; r < mr; r++) {
            drop_row(d, i + r, u->j, u->n, t + r * NR);
            for (int64_t j = 0; j < u->n; j++)
                g->c[(i + r) * g->ldc + u->j + j] += t[r * NR + j];
        }
    }
    s->a = a0;
}

/* Where A of this unit starts for one block; through a copy when it passes a mask. */
static void block_of_a(const unit *u, const cad_gemm_term *t, int64_t run, int64_t k0, float *copy, block *s)
{
    const float *a = t->a + run * t->a_step + u->part * t->a_part;
    if (t->mask_on == CAD_MASK_A) {
        for (int64_t i = u->i0; i < u->i1; i++) {
            float *row = copy + (i - u->i0) * KC;
            memcpy(row, a + i * t->lda + k0, (size_t)s->k * sizeof(float));
            drop_row(t, i, k0, s->k, row);
        }
        s->a = copy;
        s->row = KC;
        s->step = 1;
        return;
    }
    s->a = t->a_trans ? a + k0 * t->lda + u->i0 : a + u->i0 * t->lda + k0;
    s->row = t->a_trans ? 1 : t->lda;
    s->step = t->a_trans ? t->lda : 1;
}

/* One unit with A copied through a mask: apart, because only it needs the room on the stack. */
static __attribute__((noinline)) void run_unit_masked(const unit *u)
{
    const cad_gemm_term *t = &u->g->term[0];
    float panel[KC * NR] __attribute__((aligned(64))), copy[DROP_ROWS * KC] __attribute__((aligned(64)));
    float sum[DROP_ROWS * NR] __attribute__((aligned(64)));
    unit v = *u;
    v.sum = sum;
    for (int64_t k0 = 0; k0 < t->k; k0 += KC) {
        block s = {.b = panel, .k = cad_min64(KC, t->k - k0)};
        pack(t, 0, k0, s.k, u->j, u->n, panel);
        block_of_a(u, t, 0, k0, copy, &s);
        rows_of_block(&v, &s, k0 > 0, k0 + s.k == t->k);
    }
}

static void run_unit(const unit *at)
{
    const cad_gemm *g = at->g;
    float panel[KC * NR] __attribute__((aligned(64))), sum[ROWS * NR] __attribute__((aligned(64)));
    unit own = *at;
    const unit *u = &own;
    own.sum = sum;
    int64_t step = g->add ? cad_min64(KC, g->slab) : KC;
    int plain = 0;
    for (int i = 0; i < g->n_terms; i++)
        plain += g->term[i].mask_on != CAD_MASK_C;
    int started = 0;
    for (int i = 0; i < g->n_terms; i++) {
        const cad_gemm_term *t = &g->term[i];
        int last_term = i == plain - 1;
        for (int64_t run = 0; run < t->runs; run++)
            for (int64_t k0 = 0; k0 < t->k; k0 += step) {
                block s = {.b = panel, .k = cad_min64(step, t->k - k0)};
                pack(t, run, k0, s.k, u->j, u->n, panel);
                block_of_a(u, t, run, k0, NULL, &s);
                int last = last_term && run == t->runs - 1 && k0 + s.k == t->k;
                if (t->mask_on == CAD_MASK_C)
                    masked_product(u, &s, t);
                else if (g->add)
                    rows_of_block(u, &s, 0, 1);
                else
                    rows_of_block(u, &s, started++ > 0, last);
            }
    }
}

/* Panels: runs of one projection, each cut into NR columns.  Finds panel number `index`; n = 0 when there is none. */
static void panel_at(const cad_gemm *g, int64_t index, unit *u)
{
    u->n = 0;
    for (int64_t j = 0; j < g->n;) {
        int64_t end;
        u->part = cad_part_of(g->parts, j, g->n, &end);
        int64_t here = cad_ceil_div(end - j, NR);
        if (index < here) {
            u->j = j + index * NR;
            u->n = cad_min64(NR, end - u->j);
            return;
        }
        index -= here;
        j = end;
    }
}

static int64_t panels(const cad_gemm *g)
{
    int64_t count = 0, end;
    for (int64_t j = 0; j < g->n; j = end) {
        (void)cad_part_of(g->parts, j, g->n, &end);
        count += cad_ceil_div(end - j, NR);
    }
    return count;
}

typedef struct job {
    const cad_gemm *g;
    int64_t panels, rows;
} job;

static void run_units(void *ctx, int64_t begin, int64_t end)
{
    const job *w = ctx;
    for (int64_t x = begin; x < end; x++) {
        unit u = {.g = w->g, .i0 = x / w->panels * w->rows};
        u.i1 = cad_min64(u.i0 + w->rows, w->g->m);
        panel_at(w->g, x % w->panels, &u);
        if (w->g->term[0].mask_on == CAD_MASK_A)
            run_unit_masked(&u);
        else
            run_unit(&u);
    }
}

/* k == 0: the empty sum, so bias and res alone. */
static void empty_product(const cad_gemm *g)
{
    for (int64_t i = 0; i < g->m && !g->add; i++)
        for (int64_t j = 0; j < g->n; j++)
            g->c[i * g->ldc + j] = (g->bias ? g->bias[j] : 0.0f) + (g->res ? g->res[i * g->ldc + j] : 0.0f);
}

void CAD_ISA(gemm_own)(const cad_gemm *g)
{
    if (g->m == 0 || g->n == 0)
        return;
    if (g->term[0].k * g->term[0].runs == 0) {
        empty_product(g);
        return;
    }
    job w = {.g = g, .panels = panels(g), .rows = g->term[0].mask_on == CAD_MASK_A ? DROP_ROWS : ROWS};
    cad_parallel_for(w.panels * cad_ceil_div(g->m, w.rows), 1, run_units, &w);
}
