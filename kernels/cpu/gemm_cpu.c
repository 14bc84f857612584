/* Matrix product, CPU: own loops.
 *
 * math      C = alpha sum_t A_t B_t + bias + res, or C += slab sums of A B
 * shapes    C (m,n), A_t (m,k), B_t (k,n); strides and transposes in gemm_cpu.h
 * layout    B is packed by panels of NR columns, [k][NR], zeros beyond n; A is read in place, or in bf16 and through a
 *           mask from a copy in f32.  With CAD_MATMUL_bf16 both are copied and rounded to bf16, two k's to a lane
 * dtypes    f32 or bf16 storage, f32 accumulation; B may be NF4, widened panel by panel to its bf16 values
 * grads     add == 1 is "+=", else "="
 * limits    any m, n, k; k is cut into blocks of KC that continue the same accumulation
 * mapping   a unit = ROWS rows x one panel of NR columns; where A is copied, fewer rows and as many panels as leave each
 *           thread its share, so that a copy serves them all; units are independent, so threads change no bits
 * order     every element is one chain of multiply-adds over k ascending: class I
 * cost      2 m n k FLOPs; packing costs 1/(2 rows of a unit) of the multiply-adds; bench/ops_cpu prints the share of peak
 * source    Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (panels and register blocks)
 * test      tests/kernels/check_linear.c
 */
#include "kernels/cpu/gemm_pack.h"

#include <assert.h>

enum {
    ROWS = 256,      /* rows of a unit */
    COPY_ROWS = 64,  /* the same where A has to be copied: widened, or through a mask */
    PAIR_ROWS = 256, /* the same where it is copied as pairs */
    GROUP = 4        /* panels of a unit with a copy of A, where their sums are kept between blocks of k */
};

/* Rows [i0, i1) of columns [j, j+n), which lie in projection `part`: a panel, or a group of them that share a copy of A. */
typedef struct unit {
    const cad_gemm *g;
    int64_t i0, i1, j, n;
    int part;
    int pairs;
    int kept;    /* sums are kept between blocks of k */
    float *sum;  /* raw sums, [rows][NR]: one panel after the other where they are kept, else of the one at work */
    float *copy; /* A where it is copied */
    int more;    /* masked products follow the finished sums */
} unit;

/* One panel of a unit. */
typedef struct panel {
    const unit *u;
    int64_t j, n;
    float *sum;
} panel;

static panel panel_of(const unit *u, int64_t at)
{
    int64_t room = u->kept ? (u->i1 - u->i0) * at : 0;
    return (panel){.u = u, .j = u->j + at, .n = cad_min64(NR, u->n - at), .sum = u->sum + room};
}

CAD_INLINE void put_c(const cad_gemm *g, int64_t i, int64_t col, int64_t w, vf x)
{
    if (g->cf)
        vput(g->cf + i * g->ldc + col, x, w);
    else
        eput(g->c + i * g->ldc + col, x, w);
}

/* `rows` rows of C from their finished sums t, VW columns from `col`; they stay in t while masked products still follow. */
CAD_INLINE void finish_rows(const unit *u, int64_t i, int64_t rows, int64_t col, int64_t w, float *t)
{
    const cad_gemm *g = u->g;
    vf alpha = vset(g->alpha), bias = g->bias ? eget(g->bias + col, w) : vzero();
    for (int64_t r = 0; r < rows; r++) {
        vf x = vload(t + r * NR);
        int64_t at = (i + r) * g->ldc + col;
        if (g->alpha != 1.0f)
            x = vmul(x, alpha);
        if (g->bias)
            x = vadd(x, bias);
        if (g->res)
            x = vadd(x, eget(g->res + at, w));
        if (g->add)
            x = vadd(x, vget(g->cf + at, w));
        if (u->more)
            vstore(t + r * NR, x);
        else if (g->cf)
            vput(g->cf + at, x, w);
        else
            eput(g->c + at, x, w);
    }
}

/* Runs one block of k's over all row tiles.  to: their sums are then complete, write C. */
static void rows_of_block(const panel *p, block s, int to)
{
    const unit *u = p->u;
    const float *a0 = s.a;
    int nv = p->n > VW ? 2 : 1;
    for (int64_t i = u->i0; i < u->i1; i += MR) {
        int mr = (int)cad_min64(MR, u->i1 - i);
        float *t = p->sum + (i - u->i0) * NR;
        s.a = a0 + (i - u->i0) * s.row;
        tile_any(mr, nv, &s, t);
        for (int64_t v = 0; to && v < nv; v++)
            finish_rows(u, i, mr, p->j + v * VW, cad_min64(VW, p->n - v * VW), t + v * VW);
    }
}

/* A product that goes through a mask before it is added to the finished sums: formed apart, row tile by row tile. */
static void masked_product(const panel *p, block s, const cad_gemm_term *d)
{
    const unit *u = p->u;
    const float *a0 = s.a;
    float t[MR * NR] __attribute__((aligned(64)));
    for (int64_t i = u->i0; i < u->i1; i += MR) {
        int mr = (int)cad_min64(MR, u->i1 - i);
        s.a = a0 + (i - u->i0) * s.row;
        tile_any(mr, p->n > VW ? 2 : 1, &s, t);
        for (int64_t r = 0; r < mr; r++) {
            float *sum = p->sum + (i - u->i0 + r) * NR;
            drop_row(d, i + r, p->j, p->n, t + r * NR);
            for (int64_t j = 0; j < p->n; j++)
                sum[j] += t[r * NR + j];
        }
    }
}

/* Where A of this unit starts for k's [k0, k0+k) of a run: in place, or in the copy. */
static block block_of_a(const unit *u, const cad_gemm_term *t, int64_t run, int64_t k0, int64_t k)
{
    int64_t rows = u->i1 - u->i0, lanes = u->pairs ? (k + 1) / 2 : k, ld = t->lda;
    rect r = {.t = t, .at = run * t->a_step + u->part * t->a_part, .i0 = u->i0, .k0 = k0};
    r.at += t->a_trans ? k0 * t->lda + u->i0 : u->i0 * t->lda + k0;
    r.lines = t->a_trans ? k : rows;
    r.width = t->a_trans ? rows : k;
    block s = {.k = lanes, .pairs = u->pairs};
    if (u->pairs || copies_a(t)) {
        ld = t->a_trans ? rows : lanes;
        s.a = u->copy;
        if (u->pairs)
            pairs_of_a(&r, ld, u->copy);
        for (int64_t i = 0; !u->pairs && i < r.lines; i++)
            line_of_a(&r, i, u->copy + i * ld);
    } else {
        s.a = line_of_a(&r, 0, NULL);
    }
    s.row = t->a_trans ? 1 : ld;
    s.step = t->a_trans ? ld : 1;
    return s;
}

static void write_sums(const panel *p)
{
    const unit *u = p->u;
    for (int64_t i = u->i0; i < u->i1; i++)
        for (int64_t v = 0; v < p->n; v += VW)
            put_c(u->g, i, p->j + v, cad_min64(VW, p->n - v), vload(p->sum + (i - u->i0) * NR + v));
}

/* One block of k's of one term, over all panels of the unit.  from: it continues their sums; to: as in rows_of_block. */
static void block_of_unit(const unit *u, const cad_gemm_term *t, int64_t run, int64_t k0, int64_t k, int from, int to)
{
    float b[KC * NR] __attribute__((aligned(64)));
    block s = block_of_a(u, t, run, k0, k);
    s.b = b;
    s.from = from && t->mask_on != CAD_MASK_C; /* a masked product is formed apart */
    for (int64_t at = 0; at < u->n; at += NR) {
        panel p = panel_of(u, at);
        const cut c = {.run = run, .k0 = k0, .k = k, .j = p.j, .n = p.n};
        (u->pairs ? pack_pairs : pack)(t, &c, b);
        if (t->mask_on == CAD_MASK_C)
            masked_product(&p, s, t);
        else
            rows_of_block(&p, s, to);
    }
}

/* All terms of one unit. */
static void unit_terms(unit *u)
{
    const cad_gemm *g = u->g;
    int64_t step = g->add ? cad_min64(KC, g->slab) : KC;
    int plain = 0;
    for (int i = 0; i < g->n_terms; i++)
        plain += g->term[i].mask_on != CAD_MASK_C;
    assert(plain > 0); /* masked products are added to sums that the others have finished: they come last, and never alone */
    u->more = plain < g->n_terms;
    int started = 0;
    for (int i = 0; i < g->n_terms; i++) {
        const cad_gemm_term *t = &g->term[i];
        assert((t->mask_on == CAD_MASK_C) == (i >= plain));
        for (int64_t run = 0; run < t->runs; run++)
            for (int64_t k0 = 0; k0 < t->k; k0 += step) {
                int64_t k = cad_min64(step, t->k - k0);
                int last = i == plain - 1 && run == t->runs - 1 && k0 + k == t->k;
                block_of_unit(u, t, run, k0, k, !g->add && started, g->add || last);
                started = 1;
            }
    }
    for (int64_t at = 0; u->more && at < u->n; at += NR) {
        panel p = panel_of(u, at);
        write_sums(&p);
    }
}

static void run_unit(unit *u)
{
    float sum[ROWS * NR] __attribute__((aligned(64)));
    u->sum = sum;
    unit_terms(u);
}

/* Apart, because only they need the room on the stack. */
static __attribute__((noinline)) void run_unit_copied(unit *u)
{
    float sum[GROUP * COPY_ROWS * NR] __attribute__((aligned(64))), copy[COPY_ROWS * KC] __attribute__((aligned(64)));
    u->sum = sum;
    u->copy = copy;
    unit_terms(u);
}

static __attribute__((noinline)) void run_unit_pairs(unit *u)
{
    float sum[GROUP * PAIR_ROWS * NR] __attribute__((aligned(64))), copy[PAIR_ROWS * KC / 2] __attribute__((aligned(64)));
    u->sum = sum;
    u->copy = copy;
    unit_terms(u);
}

typedef struct job {
    const cad_gemm *g;
    int64_t groups, width, rows; /* groups of at most `width` columns; rows of a unit */
    void (*run)(unit *u);
    int pairs, kept;
} job;

/* Groups: runs of one projection, each cut into `width` columns.  Finds group number `index`; n = 0 when there is none. */
static void group_at(const job *w, int64_t index, unit *u)
{
    const cad_gemm *g = w->g;
    u->n = 0;
    for (int64_t j = 0; j < g->n;) {
        int64_t end;
        u->part = cad_part_of(g->parts, j, g->n, &end);
        int64_t here = cad_ceil_div(end - j, w->width);
        if (index < here) {
            u->j = j + index * w->width;
            u->n = cad_min64(w->width, end - u->j);
            return;
        }
        index -= here;
        j = end;
    }
}

static int64_t groups(const cad_gemm *g, int64_t width)
{
    int64_t count = 0, end;
    for (int64_t j = 0; j < g->n; j = end) {
        (void)cad_part_of(g->parts, j, g->n, &end);
        count += cad_ceil_div(end - j, width);
    }
    return count;
}

static void run_units(void *ctx, int64_t begin, int64_t end)
{
    const job *w = ctx;
    for (int64_t x = begin; x < end; x++) {
        unit u = {.g = w->g, .i0 = x / w->groups * w->rows, .pairs = w->pairs, .kept = w->kept};
        u.i1 = cad_min64(u.i0 + w->rows, w->g->m);
        group_at(w, x % w->groups, &u);
        w->run(&u);
    }
}

/* Whether sums of a panel outlive one block of k's: terms or blocks follow that continue them. */
static int keeps_sums(const cad_gemm *g)
{
    const cad_gemm_term *t = &g->term[0];
    return g->n_terms > 1 || (!g->add && (t->runs > 1 || t->k > KC));
}

/* Columns of a unit with a copy of A: four units a thread, whole panels, no more sums than there is room for. */
static int64_t group_width(const cad_gemm *g, int kept, int64_t row_units)
{
    int64_t pieces = cad_ceil_div(4 * (int64_t)cad_threads_count(), row_units);
    int64_t count = cad_max64(1, g->n / (NR * pieces));
    return NR * (kept ? cad_min64(GROUP, count) : count);
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
    job w = {.g = g, .width = NR, .rows = ROWS, .run = run_unit, .pairs = PAIRS && cad_ops_matmul() == CAD_MATMUL_bf16};
    int copied = 0;
    for (int i = 0; i < g->n_terms; i++) {
        copied |= copies_a(&g->term[i]);
        w.pairs &= !g->term[i].af;
    }
    if (w.pairs || copied) {
        w.rows = w.pairs ? PAIR_ROWS : COPY_ROWS;
        w.run = w.pairs ? run_unit_pairs : run_unit_copied;
        w.kept = keeps_sums(g);
        w.width = group_width(g, w.kept, cad_ceil_div(g->m, w.rows));
    }
    w.groups = groups(g, w.width);
    cad_parallel_for(w.groups * cad_ceil_div(g->m, w.rows), 1, run_units, &w);
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
