/* Time of every hot CPU op at the shapes of one model, its share of the peak that OpenBLAS reaches in the same run, and the
 * sum for one training step.
 *
 *     ops_cpu [threads] [rows] [own|library]        4 layers x 128 wide, 4 heads, ffn 384, vocabulary 608, segments of 40 */
#include "bench/blas_peak.h"
#include "core/arena.h"
#include "core/clock.h"
#include "core/rng.h"
#include "core/threads.h"
#include "kernels/ops.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAYERS = 4, C = 128, H = 4, D = 32, F = 384, V = 608, SEG = 40, QKV = 3 * C };

typedef struct bench {
    const cad_ops *ops;
    int64_t n;
    double peak, step_us; /* GFLOP/s of all threads; sum over the step so far */
    float *x, *y, *big, *wide, *w, *dw, *qkv, *dqkv, *o, *lse, *table, *nll, *scratch, *vec, *dvec;
    int32_t *seg, *pos;
    uint32_t *target;
    int64_t segs;
} bench;

static cad_scratch room(const bench *b)
{
    return (cad_scratch){b->scratch, (size_t)(b->n * V) * sizeof(float)};
}

static cad_status fill_random(cad_arena *a, int64_t n, float scale, float **out)
{
    CAD_TRY(cad_arena_alloc(a, (size_t)n * sizeof(float), "bench", out));
    cad_rng r = cad_rng_make(1, "bench", (uint64_t)n);
    for (int64_t i = 0; i < n; i++)
        (*out)[i] = scale * (float)cad_rng_normal(&r);
    return CAD_OK;
}

static cad_status prepare(cad_arena *a, bench *b)
{
    int64_t n = b->n;
    CAD_TRY(fill_random(a, n * 2 * F, 1, &b->x));
    CAD_TRY(fill_random(a, n * 2 * F, 1, &b->y));
    CAD_TRY(fill_random(a, n * 2 * F, 1, &b->big));
    CAD_TRY(fill_random(a, n * 2 * F, 1, &b->wide));
    CAD_TRY(fill_random(a, 2 * F * C + V * C, 0.05f, &b->w));
    CAD_TRY(fill_random(a, 2 * F * C + V * C, 0.05f, &b->dw));
    CAD_TRY(fill_random(a, n * QKV, 1, &b->qkv));
    CAD_TRY(fill_random(a, n * QKV, 1, &b->dqkv));
    CAD_TRY(fill_random(a, n * C, 1, &b->o));
    CAD_TRY(fill_random(a, n * H, 1, &b->lse));
    CAD_TRY(fill_random(a, 4096 * D, 1, &b->table));
    CAD_TRY(fill_random(a, n, 1, &b->nll));
    CAD_TRY(fill_random(a, 2 * F + n, 1, &b->vec));
    CAD_TRY(fill_random(a, 2 * F, 1, &b->dvec));
    CAD_TRY(cad_arena_alloc(a, (size_t)(n * V) * sizeof(float), "scratch", &b->scratch));
    CAD_TRY(cad_arena_alloc(a, (size_t)(n + 2) * sizeof(int32_t), "segments", &b->seg));
    CAD_TRY(cad_arena_alloc(a, (size_t)n * sizeof(int32_t), "positions", &b->pos));
    CAD_TRY(cad_arena_alloc(a, (size_t)n * sizeof(uint32_t), "targets", &b->target));
    b->segs = (n + SEG - 1) / SEG;
    for (int64_t i = 0; i <= b->segs; i++)
        b->seg[i] = (int32_t)(i * SEG < n ? i * SEG : n);
    for (int64_t i = 0; i < n; i++) {
        b->pos[i] = (int32_t)(i % SEG);
        b->target[i] = (uint32_t)(i * 31 % V);
    }
    for (int64_t i = 0; i < n; i++)
        b->vec[i] = fabsf(b->vec[i]) + 0.5f;
    cad_rope_table(&(cad_rope_config){.theta = 1e4}, 4096, D, b->table);
    return CAD_OK;
}

static cad_tensor t1(float *p, int64_t a)
{
    return cad_tensor_1d(CAD_F32, p, a);
}

static cad_tensor t2(float *p, int64_t a, int64_t c)
{
    return cad_tensor_2d(CAD_F32, p, a, c);
}

/* Best of 30 runs after 3 (other programs only ever add time); counts `times` calls towards the step. */
static cad_status measure(bench *b, const char *name, cad_status (*run)(bench *b), double flops, int times)
{
    double t = HUGE_VAL;
    for (int i = 0; i < 3; i++)
        CAD_TRY(run(b));
    for (int i = 0; i < 30; i++) {
        double start = cad_clock_now();
        CAD_TRY(run(b));
        t = fmin(t, 1e6 * (cad_clock_now() - start));
    }
    double gflops = flops / t * 1e-3;
    printf("%-28s %8.1f us  %7.1f GFLOP/s  %5.1f %% of peak  x%d\n", name, t, gflops, 100 * gflops / b->peak, times);
    b->step_us += t * times;
    return CAD_OK;
}

/* One linear of a layer: forward, dx and dW with its shape. */
typedef struct shape {
    int64_t out, in;
} shape;
static shape current;

static cad_status run_fwd(bench *b)
{
    shape s = current;
    return b->ops->linear_fwd(
        &(cad_linear_fwd_args){.x = t2(b->x, b->n, s.in), .w = t2(b->w, s.out, s.in), .y = t2(b->y, b->n, s.out)}, NULL);
}

static cad_status run_bwd_x(bench *b)
{
    shape s = current;
    return b->ops->linear_bwd_x(
        &(cad_linear_bwd_x_args){.dy = t2(b->x, b->n, s.out), .w = t2(b->w, s.out, s.in), .dx = t2(b->y, b->n, s.in)}, NULL);
}

static cad_status run_bwd_w(bench *b)
{
    shape s = current;
    return b->ops->linear_bwd_w(
        &(cad_linear_bwd_w_args){.dy = t2(b->x, b->n, s.out), .x = t2(b->y, b->n, s.in), .dw = t2(b->dw, s.out, s.in)}, NULL);
}

static cad_status run_norm_fwd(bench *b)
{
    return b->ops->rmsnorm_fwd(
        &(cad_rmsnorm_fwd_args){
            .x = t2(b->x, b->n, C), .w = t1(b->vec, C), .y = t2(b->y, b->n, C), .rstd = t1(b->nll, b->n), .eps = 1e-6f},
        NULL);
}

static cad_status run_norm_bwd(bench *b)
{
    return b->ops->rmsnorm_bwd(&(cad_rmsnorm_bwd_args){.x = t2(b->x, b->n, C),
                                                       .w = t1(b->vec, C),
                                                       .rstd = t1(b->vec, b->n),
                                                       .dy = t2(b->big, b->n, C),
                                                       .dr = t2(b->wide, b->n, C),
                                                       .dx = t2(b->y, b->n, C),
                                                       .dw = t1(b->dvec, C)},
                               NULL);
}

static cad_status run_rope(bench *b)
{
    return b->ops->rope_fwd(&(cad_rope_args){.x = cad_tensor_3d(CAD_F32, b->dqkv, b->n, 2 * H, D),
                                             .ld = QKV,
                                             .pos = cad_tensor_1d(CAD_I32, b->pos, b->n),
                                             .table = t2(b->table, 4096, D)},
                            NULL);
}

static cad_status run_swiglu_fwd(bench *b)
{
    return b->ops->swiglu_fwd(&(cad_swiglu_fwd_args){.gu = t2(b->big, b->n, 2 * F), .h = t2(b->y, b->n, F), .group = 128},
                              NULL);
}

static cad_status run_swiglu_bwd(bench *b)
{
    return b->ops->swiglu_bwd(
        &(cad_swiglu_bwd_args){
            .gu = t2(b->big, b->n, 2 * F), .dh = t2(b->x, b->n, F), .dgu = t2(b->y, b->n, 2 * F), .group = 128},
        NULL);
}

static cad_tensor heads(float *p, int64_t n)
{
    return cad_tensor_3d(CAD_F32, p, n, H, D);
}

static cad_status run_attn_fwd(bench *b)
{
    return b->ops->attn_fwd(&(cad_attn_fwd_args){.q = heads(b->qkv, b->n),
                                                 .k = heads(b->qkv + C, b->n),
                                                 .v = heads(b->qkv + 2 * C, b->n),
                                                 .ld_q = QKV,
                                                 .ld_k = QKV,
                                                 .ld_v = QKV,
                                                 .seg = cad_tensor_1d(CAD_I32, b->seg, b->segs + 1),
                                                 .o = heads(b->o, b->n),
                                                 .lse = t2(b->lse, H, b->n),
                                                 .scale = 0.17f,
                                                 .causal = 1},
                            NULL);
}

static cad_status run_attn_bwd(bench *b)
{
    return b->ops->attn_bwd(&(cad_attn_bwd_args){.q = heads(b->qkv, b->n),
                                                 .k = heads(b->qkv + C, b->n),
                                                 .v = heads(b->qkv + 2 * C, b->n),
                                                 .ld_q = QKV,
                                                 .ld_k = QKV,
                                                 .ld_v = QKV,
                                                 .seg = cad_tensor_1d(CAD_I32, b->seg, b->segs + 1),
                                                 .o = heads(b->o, b->n),
                                                 .lse = t2(b->lse, H, b->n),
                                                 .d_o = heads(b->x, b->n),
                                                 .dq = heads(b->dqkv, b->n),
                                                 .dk = heads(b->dqkv + C, b->n),
                                                 .dv = heads(b->dqkv + 2 * C, b->n),
                                                 .ld_dq = QKV,
                                                 .ld_dk = QKV,
                                                 .ld_dv = QKV,
                                                 .scale = 0.17f,
                                                 .causal = 1},
                            NULL);
}

static cad_status run_xent(bench *b)
{
    int64_t m = b->n / 2;
    return b->ops->linear_xent(&(cad_linear_xent_args){.x = t2(b->x, m, C),
                                                       .w = t2(b->w, V, C),
                                                       .y = cad_tensor_1d(CAD_U32, b->target, m),
                                                       .nll = t1(b->nll, m),
                                                       .dx = t2(b->y, m, C),
                                                       .dw = t2(b->dw, V, C),
                                                       .scale = 0.001f,
                                                       .scratch = room(b)},
                               NULL);
}

static cad_status run_adamw(bench *b)
{
    enum { P = 200000 };
    static float m[P], v[P], p[P];
    cad_opt_tensor list = {0, P, 1};
    return b->ops->adamw_step(
        &(cad_adamw_step_args){.p = t1(p, P),
                               .g = t1(b->x, P),
                               .m = t1(m, P),
                               .v = t1(v, P),
                               .tensor = &list,
                               .n_tensors = 1,
                               .h = {.lr = 1e-3, .beta1 = 0.9, .beta2 = 0.95, .eps = 1e-8, .weight_decay = 0.01, .t = 9}},
        NULL);
}

/* The gate/up linear of a QLoRA step: NF4 base, two projections of rank R, dropout as `dropout` says. */
enum { R = 16 };
static float dropout;
static struct {
    uint8_t codes[F * C];
    float absmax[2 * F * C / 64], a[2 * R * C], b[2 * F * R], u[8192 * 2 * R];
    uint32_t row[8192];
} lora;

static cad_dropout masks(bench *b)
{
    cad_dropout d = {.rate = dropout, .seed = 1, .step = 2, .projection = {4, 5}};
    d.row = cad_tensor_1d(CAD_U32, lora.row, b->n);
    d.pos = cad_tensor_1d(CAD_I32, b->pos, b->n);
    return d;
}

static cad_nf4 base(void)
{
    return (cad_nf4){.out = 2 * F,
                     .in = C,
                     .block = 64,
                     .codes = cad_tensor_1d(CAD_U8, lora.codes, F * C),
                     .absmax = t1(lora.absmax, 2 * F * C / 64)};
}

static cad_status run_lora_down(bench *b)
{
    return b->ops->lora_down_fwd(&(cad_lora_down_fwd_args){.x = t2(b->x, b->n, C),
                                                           .a = t2(lora.a, 2 * R, C),
                                                           .u = t2(lora.u, b->n, 2 * R),
                                                           .s = {1, 1},
                                                           .n = 2,
                                                           .drop = masks(b),
                                                           .scratch = room(b)},
                                 NULL);
}

static cad_status run_nf4_fwd(bench *b)
{
    return b->ops->nf4_linear_lora_fwd(&(cad_nf4_linear_lora_fwd_args){.x = t2(b->x, b->n, C),
                                                                       .w = base(),
                                                                       .u = t2(lora.u, b->n, 2 * R),
                                                                       .bl = t2(lora.b, 2 * F, R),
                                                                       .y = t2(b->y, b->n, 2 * F),
                                                                       .parts = {.n = 2, .group = 128},
                                                                       .scratch = room(b)},
                                       NULL);
}

static cad_status run_lora_up_bwd(bench *b)
{
    return b->ops->lora_up_bwd(&(cad_lora_up_bwd_args){.dy = t2(b->big, b->n, 2 * F),
                                                       .bl = t2(lora.b, 2 * F, R),
                                                       .u = t2(lora.u, b->n, 2 * R),
                                                       .v = t2(b->y, b->n, 2 * R),
                                                       .db = t2(b->dw, 2 * F, R),
                                                       .s = {1, 1},
                                                       .parts = {.n = 2, .group = 128}},
                               NULL);
}

static cad_status run_lora_down_bwd(bench *b)
{
    return b->ops->lora_down_bwd(&(cad_lora_down_bwd_args){.v = t2(lora.u, b->n, 2 * R),
                                                           .x = t2(b->x, b->n, C),
                                                           .da = t2(b->dw, 2 * R, C),
                                                           .n = 2,
                                                           .drop = masks(b),
                                                           .scratch = room(b)},
                                 NULL);
}

static cad_status run_nf4_bwd(bench *b)
{
    return b->ops->nf4_linear_lora_bwd_x(&(cad_nf4_linear_lora_bwd_x_args){.dy = t2(b->big, b->n, 2 * F),
                                                                           .w = base(),
                                                                           .v = t2(lora.u, b->n, 2 * R),
                                                                           .a = t2(lora.a, 2 * R, C),
                                                                           .dx = t2(b->y, b->n, C),
                                                                           .n = 2,
                                                                           .drop = masks(b),
                                                                           .scratch = room(b)},
                                         NULL);
}

static cad_status run_lora(bench *b)
{
    double wide = 2.0 * (double)b->n * 2 * F * C, thin = 2.0 * (double)b->n * 2 * R * C, up = 2.0 * (double)b->n * 2 * F * R;
    CAD_TRY(b->ops->nf4_quant(
        &(cad_nf4_quant_args){.w = t2(b->w, 2 * F, C), .codes = base().codes, .absmax = base().absmax, .block = 64}, NULL));
    for (int i = 0; i < 2; i++) {
        dropout = i ? 0.05f : 0.0f;
        printf("gate_up in NF4 with LoRA rank %d, dropout %g\n", R, (double)dropout);
        CAD_TRY(measure(b, "  lora_down_fwd", run_lora_down, thin, 0));
        CAD_TRY(measure(b, "  nf4_linear_lora_fwd", run_nf4_fwd, wide + up, 0));
        CAD_TRY(measure(b, "  lora_up_bwd", run_lora_up_bwd, 2 * up, 0));
        CAD_TRY(measure(b, "  lora_down_bwd", run_lora_down_bwd, thin, 0));
        CAD_TRY(measure(b, "  nf4_linear_lora_bwd_x", run_nf4_bwd, wide + thin, 0));
    }
    return CAD_OK;
}

static cad_status run_all(bench *b)
{
    static const struct {
        const char *name;
        shape s;
    } linears[] = {{"qkv", {QKV, C}}, {"o", {C, C}}, {"gate_up", {2 * F, C}}, {"down", {C, F}}};
    double n = (double)b->n;
    for (size_t i = 0; i < 4; i++) {
        char name[64];
        current = linears[i].s;
        double flops = 2 * n * (double)current.out * (double)current.in;
        snprintf(name, sizeof name, "linear_fwd   %s", linears[i].name);
        CAD_TRY(measure(b, name, run_fwd, flops, LAYERS));
        snprintf(name, sizeof name, "linear_bwd_x %s", linears[i].name);
        CAD_TRY(measure(b, name, run_bwd_x, flops, LAYERS));
        snprintf(name, sizeof name, "linear_bwd_w %s", linears[i].name);
        CAD_TRY(measure(b, name, run_bwd_w, flops, LAYERS));
    }
    CAD_TRY(measure(b, "rmsnorm_fwd", run_norm_fwd, 4 * n * C, 2 * LAYERS + 1));
    CAD_TRY(measure(b, "rmsnorm_bwd", run_norm_bwd, 9 * n * C, 2 * LAYERS + 1));
    CAD_TRY(measure(b, "rope", run_rope, 6 * n * C, 2 * LAYERS));
    CAD_TRY(measure(b, "swiglu_fwd", run_swiglu_fwd, 20 * n * F, LAYERS));
    CAD_TRY(measure(b, "swiglu_bwd", run_swiglu_bwd, 25 * n * F, LAYERS));
    CAD_TRY(measure(b, "attn_fwd", run_attn_fwd, 2 * n * SEG * C, LAYERS));
    CAD_TRY(measure(b, "attn_bwd", run_attn_bwd, 5 * n * SEG * C, LAYERS));
    CAD_TRY(measure(b, "linear_xent (half the rows)", run_xent, 3 * n * V * C, 1));
    CAD_TRY(measure(b, "adamw_step (200,000)", run_adamw, 12 * 2e5, 5));
    printf("one step: %.1f ms = %.0f tokens/s\n", b->step_us * 1e-3, n / b->step_us * 1e6);
    return CAD_OK;
}

static void set_matmul(const char *name)
{
    cad_ops_set_matmul(!strcmp(name, "library") ? CAD_MATMUL_library
                       : !strcmp(name, "bf16")  ? CAD_MATMUL_bf16
                                                : CAD_MATMUL_own);
}

int main(int argc, char **argv)
{
    bench b = {.n = argc > 2 ? atoll(argv[2]) : 1024};
    cad_arena *arena = NULL;
    if (argc > 3)
        set_matmul(argv[3]);
    cad_status s = cad_threads_init(argc > 1 ? atoi(argv[1]) : 0);
    if (!s && (b.n < 512 || b.n > 8192))
        s = cad_fail(CAD_EUSAGE, "512 to 8192 rows");
    if (!s)
        s = cad_ops_get("cpu", &b.ops);
    if (!s)
        s = cad_arena_create("bench", (size_t)1 << 30, &arena);
    if (!s)
        s = prepare(arena, &b);
    if (!s)
        s = bench_blas_peak(arena, &b.peak);
    if (!s) {
        printf("%s, %d threads, %lld rows, OpenBLAS peak %.1f GFLOP/s\n", b.ops->isa, cad_threads_count(), (long long)b.n,
               b.peak);
        s = run_all(&b);
        if (!s)
            s = run_lora(&b);
    }
    if (s)
        fprintf(stderr, "ops_cpu: error: %s\n", cad_error_text());
    cad_arena_destroy(arena);
    return cad_status_exit_code(s);
}
