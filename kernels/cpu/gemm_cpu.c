/* Matrix product, CPU: own loops.
 *
 * math      C = alpha sum_t A_t B_t + bias + res, or C += slab sums of A B
 * shapes    C (m,n), A_t (m,k), B_t (k,n); strides and transposes in gemm_cpu.h
 * layout    B is packed by panels of NR columns, [k][NR], zeros beyond n; A is read in place, or in bf16 and through a
 *           mask from a copy in f32
 * dtypes    f32 or bf16 storage, f32 accumulation; B may be NF4, widened panel by panel to its bf16 values
 * grads     add == 1 is "+=", else "="
 * limits    any m, n, k; k is cut into blocks of KC that continue the same accumulation
 * mapping   a unit = ROWS rows x one panel of NR columns, COPY_ROWS where A is copied; units are independent, so threads
 *           change no bits
 * order     every element is one chain of multiply-adds over k ascending: class I
 * cost      2 m n k FLOPs; packing costs 1/(2 rows of a unit) of the multiply-adds; bench/ops_cpu prints the share of peak
 * source    Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (panels and register blocks)
 * test      tests/kernels/check_linear.c
 */
#include "kernels/cpu/gemm_cpu.h"

enum {
    NR = 2 * VW,           /* columns of a panel */
    MR = VW == 16 ? 8 : 6, /* rows held in registers */
    KC = 512,              /* k's of a packed block */
    ROWS = 256,            /* rows of a unit */
    COPY_ROWS = 64         /* the same when A has to be copied: widened, or through a mask */
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
        const elem *b = t->b + run * t->b_step + (t->b_trans ? j * ld + k0 : k0 * ld + j);
        src = t->b_trans ? rows_in(b, &ld, n, k, tmp) : rows_in(b, &ld, k, n, tmp);
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
    int more;   /* masked products follow the finished sums */
} unit;

CAD_INLINE void put_c(const cad_gemm *g, int64_t i, int64_t col, int64_t w, vf x)
{
    if (g->cf)
        vput(g->cf + i * g->ldc + col, x, w);
    else
        eput(g->c + i * g->ldc + col, x, w);
}

/* One row of C from its finished sum; it stays in the sums while masked products still follow. */
CAD_INLINE void finish_row(const unit *u, int64_t i, int64_t col, int64_t w, float *sum)
{
    const cad_gemm *g = u->g;
    vf x = vload(sum);
    if (g->alpha != 1.0f)
        x = vmul(x, vset(g->alpha));
    if (g->bias)
        x = vadd(x, eget(g->bias + col, w));
    if (g->res)
        x = vadd(x, eget(g->res + i * g->ldc + col, w));
    if (g->add)
        x = vadd(x, vget(g->cf + i * g->ldc + col, w));
    if (u->more)
        vstore(sum, x);
    else
        put_c(g, i, col, w, x);
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
                finish_row(u, i + r, u->j + v * VW, cad_min64(VW, u->n - v * VW), t + r * NR + v * VW);
    }
    s->a = a0;
}

/* A product that goes through a mask before it is added to the finished sums: formed apart, row tile by row tile. */
static void masked_product(const unit *u, block *s, const cad_gemm_term *d)
{
    const float *a0 = s->a;
    float t[MR * NR] __attribute__((aligned(64)));
    for (int64_t i = u->i0; i < u->i1; i += MR) {
        int mr = (int)cad_min64(MR, u->i1 - i);
        memset(t, 0, sizeof t);
        s->a = a0 + (i - u->i0) * s->row;
        tile_any(mr, u->n > VW ? 2 : 1, s, t);
        for (int64_t r = 0; r < mr; r++) {
            float *sum = u->sum + (i - u->i0 + r) * NR;
            drop_row(d, i + r, u->j, u->n, t + r * NR);
            for (int64_t j = 0; j < u->n; j++)
                sum[j] += t[r * NR + j];
        }
    }
    s->a = a0;
}

static int copies_a(const cad_gemm_term *t)
{
    return t->mask_on == CAD_MASK_A || !(t->af || as_f32(t->a));
}

/* Where A of this unit starts for one block; in `copy` when it has to be widened or passes a mask. */
static void block_of_a(const unit *u, const cad_gemm_term *t, int64_t run, int64_t k0, float *copy, block *s)
{
    int64_t at = run * t->a_step + u->part * t->a_part + (t->a_trans ? k0 * t->lda + u->i0 : u->i0 * t->lda + k0);
    int64_t lines = t->a_trans ? s->k : u->i1 - u->i0, width = t->a_trans ? u->i1 - u->i0 : s->k;
    int64_t ld = t->lda;
    if (copies_a(t)) {
        ld = t->a_trans ? COPY_ROWS : KC;
        for (int64_t i = 0; i < lines; i++) {
            widen_row(t->a + at + i * t->lda, width, copy + i * ld);
            if (t->mask_on == CAD_MASK_A)
                drop_row(t, u->i0 + i, k0, width, copy + i * ld);
        }
        s->a = copy;
    } else {
        s->a = (t->af ? t->af : as_f32(t->a)) + at;
    }
    s->row = t->a_trans ? 1 : ld;
    s->step = t->a_trans ? ld : 1;
}

static void write_sums(const unit *u)
{
    for (int64_t i = u->i0; i < u->i1; i++)
        for (int64_t v = 0; v < u->n; v += VW)
            put_c(u->g, i, u->j + v, cad_min64(VW, u->n - v), vload(u->sum + (i - u->i0) * NR + v));
}

/* All terms of one unit.  copy: room for COPY_ROWS x KC of A where a term needs it. */
static void unit_terms(unit *u, float *copy)
{
    const cad_gemm *g = u->g;
    float panel[KC * NR] __attribute__((aligned(64)));
    int64_t step = g->add ? cad_min64(KC, g->slab) : KC;
    int plain = 0;
    for (int i = 0; i < g->n_terms; i++)
        plain += g->term[i].mask_on != CAD_MASK_C;
    u->more = plain < g->n_terms;
    int started = 0;
    for (int i = 0; i < g->n_terms; i++) {
        const cad_gemm_term *t = &g->term[i];
        int last_term = i == plain - 1;
        for (int64_t run = 0; run < t->runs; run++)
            for (int64_t k0 = 0; k0 < t->k; k0 += step) {
                block s = {.b = panel, .k = cad_min64(step, t->k - k0)};
                pack(t, run, k0, s.k, u->j, u->n, panel);
                block_of_a(u, t, run, k0, copy, &s);
                int last = last_term && run == t->runs - 1 && k0 + s.k == t->k;
                if (t->mask_on == CAD_MASK_C)
                    masked_product(u, &s, t);
                else if (g->add)
                    rows_of_block(u, &s, 0, 1);
                else
                    rows_of_block(u, &s, started++ > 0, last);
            }
    }
    if (u->more)
        write_sums(u);
}

static void run_unit(unit *u)
{
    float sum[ROWS * NR] __attribute__((aligned(64)));
    u->sum = sum;
    unit_terms(u, NULL);
}

/* Apart, because only it needs the room on the stack. */
static __attribute__((noinline)) void run_unit_copied(unit *u)
{
    float sum[COPY_ROWS * NR] __attribute__((aligned(64))), copy[COPY_ROWS * KC] __attribute__((aligned(64)));
    u->sum = sum;
    unit_terms(u, copy);
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
    int copied;
} job;

static void run_units(void *ctx, int64_t begin, int64_t end)
{
    const job *w = ctx;
    for (int64_t x = begin; x < end; x++) {
        unit u = {.g = w->g, .i0 = x / w->panels * w->rows};
        u.i1 = cad_min64(u.i0 + w->rows, w->g->m);
        panel_at(w->g, x % w->panels, &u);
        if (w->copied)
            run_unit_copied(&u);
        else
            run_unit(&u);
    }
}

/* k == 0: the empty sum, so bias and res alone. */
static void empty_product(const cad_gemm *g)
{
    for (int64_t i = 0; i < g->m && !g->add; i++)
        CAD_LANES(j, w, g->n)
        {
            vf bias = g->bias ? eget(g->bias + j, w) : vzero();
            put_c(g, i, j, w, vadd(bias, g->res ? eget(g->res + i * g->ldc + j, w) : vzero()));
        }
}

void CAD_STORED(gemm_own)(const cad_gemm *g)
{
    if (g->m == 0 || g->n == 0)
        return;
    if (g->term[0].k * g->term[0].runs == 0) {
        empty_product(g);
        return;
    }
    job w = {.g = g, .panels = panels(g)};
    for (int i = 0; i < g->n_terms; i++)
        w.copied |= copies_a(&g->term[i]);
    w.rows = w.copied ? COPY_ROWS : ROWS;
    cad_parallel_for(w.panels * cad_ceil_div(g->m, w.rows), 1, run_units, &w);
}

#ifdef CAD_STORE_BF16
void CAD_STORED(gemm)(const cad_gemm *g, void *work)
{
    (void)work;
    CAD_STORED(gemm_own)(g);
}

size_t CAD_STORED(gemm_scratch)(const cad_gemm *g)
{
    (void)g;
    return 0;
}
#endif
