/* Cases of the products of a layer: the four fused matrices plain, with LoRA of rank 64, in NF4, and the gradients. */
#include "bench/gpu/gpu_case.h"

#include <stdio.h>

enum { RANK = 64, BLOCK = 64, WHOLE = 256 };

typedef struct matrix {
    const char *name;
    int64_t out, in;
    int parts;
} matrix;

/* x 0, w 1, b 2, y 3 */
static cad_status call_linear(const gb_case *c, const gb_at *at)
{
    cad_linear_fwd_args a = {.x = gb_2(at, CAD_BF16, 0, at->n, c->d[1]),
                             .w = gb_2(at, CAD_BF16, 1, c->d[0], c->d[1]),
                             .b = gb_1(at, CAD_BF16, 2, c->d[0]),
                             .y = gb_2(at, CAD_BF16, 3, at->n, c->d[0])};
    GB_RUN_SCRATCH(linear_fwd, a);
}

/* dy 0, w 1, dx 2 */
static cad_status call_linear_bwd_x(const gb_case *c, const gb_at *at)
{
    cad_linear_bwd_x_args a = {.dy = gb_2(at, CAD_BF16, 0, at->n, c->d[0]),
                               .w = gb_2(at, CAD_BF16, 1, c->d[0], c->d[1]),
                               .dx = gb_2(at, CAD_BF16, 2, at->n, c->d[1])};
    GB_RUN_SCRATCH(linear_bwd_x, a);
}

/* dy 0, x 1, dw 2 */
static cad_status call_linear_bwd_w(const gb_case *c, const gb_at *at)
{
    cad_linear_bwd_w_args a = {.dy = gb_2(at, CAD_BF16, 0, at->n, c->d[0]),
                               .x = gb_2(at, CAD_BF16, 1, at->n, c->d[1]),
                               .dw = gb_2(at, CAD_F32, 2, c->d[0], c->d[1])};
    GB_RUN_SCRATCH(linear_bwd_w, a);
}

/* x 0, a 1, u 2 */
static cad_status call_lora_down(const gb_case *c, const gb_at *at)
{
    int64_t columns = c->d[2] * RANK;
    cad_lora_down_fwd_args a = {.x = gb_2(at, CAD_BF16, 0, at->n, c->d[1]),
                                .a = gb_2(at, CAD_BF16, 1, columns, c->d[1]),
                                .u = gb_2(at, CAD_BF16, 2, at->n, columns),
                                .s = {1, 1, 1},
                                .n = (int)c->d[2]};
    GB_RUN_SCRATCH(lora_down_fwd, a);
}

static cad_parts parts_of(const gb_case *c)
{
    cad_parts p = {.n = (int)c->d[2], .group = c->d[3]};
    for (int i = 0; i < p.n && !p.group; i++)
        p.end[i] = i + 1 < p.n ? c->d[4 + i] : c->d[0];
    return p;
}

/* x 0, w 1, u 2, B 3, y 4 */
static cad_status call_linear_lora(const gb_case *c, const gb_at *at)
{
    cad_linear_lora_fwd_args a = {.x = gb_2(at, CAD_BF16, 0, at->n, c->d[1]),
                                  .w = gb_2(at, CAD_BF16, 1, c->d[0], c->d[1]),
                                  .u = gb_2(at, CAD_BF16, 2, at->n, c->d[2] * RANK),
                                  .bl = gb_2(at, CAD_BF16, 3, c->d[0], RANK),
                                  .y = gb_2(at, CAD_BF16, 4, at->n, c->d[0]),
                                  .parts = parts_of(c)};
    GB_RUN_SCRATCH(linear_lora_fwd, a);
}

/* dy 0, B 1, u 2, v 3, dB 4 */
static cad_status call_lora_up_bwd(const gb_case *c, const gb_at *at)
{
    cad_lora_up_bwd_args a = {.dy = gb_2(at, CAD_BF16, 0, at->n, c->d[0]),
                              .bl = gb_2(at, CAD_BF16, 1, c->d[0], RANK),
                              .u = gb_2(at, CAD_BF16, 2, at->n, c->d[2] * RANK),
                              .v = gb_2(at, CAD_BF16, 3, at->n, c->d[2] * RANK),
                              .db = gb_2(at, CAD_F32, 4, c->d[0], RANK),
                              .s = {1, 1, 1},
                              .parts = parts_of(c)};
    GB_RUN_SCRATCH(lora_up_bwd, a);
}

/* v 0, x 1, dA 2 */
static cad_status call_lora_down_bwd(const gb_case *c, const gb_at *at)
{
    cad_lora_down_bwd_args a = {.v = gb_2(at, CAD_BF16, 0, at->n, c->d[2] * RANK),
                                .x = gb_2(at, CAD_BF16, 1, at->n, c->d[1]),
                                .da = gb_2(at, CAD_F32, 2, c->d[2] * RANK, c->d[1]),
                                .n = (int)c->d[2]};
    GB_RUN_SCRATCH(lora_down_bwd, a);
}

/* dy 0, w 1, v 2, A 3, dx 4 */
static cad_status call_linear_lora_bwd_x(const gb_case *c, const gb_at *at)
{
    cad_linear_lora_bwd_x_args a = {.dy = gb_2(at, CAD_BF16, 0, at->n, c->d[0]),
                                    .w = gb_2(at, CAD_BF16, 1, c->d[0], c->d[1]),
                                    .v = gb_2(at, CAD_BF16, 2, at->n, c->d[2] * RANK),
                                    .a = gb_2(at, CAD_BF16, 3, c->d[2] * RANK, c->d[1]),
                                    .dx = gb_2(at, CAD_BF16, 4, at->n, c->d[1]),
                                    .n = (int)c->d[2]};
    GB_RUN_SCRATCH(linear_lora_bwd_x, a);
}

static cad_nf4 codes_of(const gb_case *c, const gb_at *at, int codes)
{
    int64_t n = c->d[0] * c->d[1];
    return (cad_nf4){.out = c->d[0],
                     .in = c->d[1],
                     .block = BLOCK,
                     .codes = gb_1(at, CAD_U8, codes, n / 2),
                     .absmax = gb_1(at, CAD_F32, codes + 1, n / BLOCK)};
}

/* codes 0, absmax 1, w 2 */
static cad_status call_dequant(const gb_case *c, const gb_at *at)
{
    cad_nf4_dequant_args a = {.q = codes_of(c, at, 0), .w = gb_2(at, CAD_BF16, 2, c->d[0], c->d[1])};
    GB_RUN(nf4_dequant, a);
}

/* x 0, codes 1, absmax 2, y 3 */
static cad_status call_nf4_linear(const gb_case *c, const gb_at *at)
{
    cad_nf4_linear_fwd_args a = {
        .x = gb_2(at, CAD_BF16, 0, at->n, c->d[1]), .w = codes_of(c, at, 1), .y = gb_2(at, CAD_BF16, 3, at->n, c->d[0])};
    GB_RUN_SCRATCH(nf4_linear_fwd, a);
}

/* ---- the list ---- */

typedef struct maker {
    gb_list *l;
    const char *model;
    const cad_model_config *c;
    const matrix *w;
} maker;

static gb_case *add(const maker *m, const char *group, const char *op, int64_t n, gb_call call, const gb_buffer *b, int n_b)
{
    gb_case *c = gb_add(m->l, group, op, m->model, n, call, b, n_b);
    if (!c)
        return NULL;
    int64_t d = m->c->head_dim;
    c->d[0] = m->w->out;
    c->d[1] = m->w->in;
    c->d[2] = m->w->parts;
    c->d[3] = m->w->parts == 2 ? (m->c->ffn % 128 ? m->c->ffn : 128) : 0;
    c->d[4] = m->c->heads * d;
    c->d[5] = (m->c->heads + m->c->kv_heads) * d;
    snprintf(c->shape, sizeof c->shape, "%s, N %lld, %lld x %lld", m->w->name, (long long)n, (long long)m->w->out,
             (long long)m->w->in);
    c->flops = 2.0 * (double)n * (double)m->w->out * (double)m->w->in;
    return c;
}

static void is_product(gb_case *c, bool transposed, double must, double goal)
{
    c->m = transposed ? c->d[1] : c->d[0];
    c->k = transposed ? c->d[0] : c->d[1];
    c->transposed = transposed;
    c->must = must;
    c->goal = goal;
}

static void add_products(const maker *m, int64_t n)
{
    int64_t out = m->w->out, in = m->w->in;
    const gb_buffer fwd[] = {{"x", CAD_BF16, true, in, GB_ACTIVATION, 0},
                             {"w", CAD_BF16, false, out * in, GB_WEIGHT, 0},
                             {"b", CAD_BF16, false, out, GB_WEIGHT, 0},
                             {"y", CAD_BF16, true, out, GB_OUT, 0}};
    const gb_buffer bwd[] = {{"dy", CAD_BF16, true, out, GB_GRADIENT, 0},
                             {"w", CAD_BF16, false, out * in, GB_WEIGHT, 0},
                             {"dx", CAD_BF16, true, in, GB_OUT, 0}};
    gb_case *f = add(m, "gemm", "linear_fwd", n, call_linear, fwd, 4);
    gb_case *x = add(m, "gemm", "linear_bwd_x", n, call_linear_bwd_x, bwd, 3);
    if (f)
        is_product(f, false, 0.95, 1.03);
    if (x)
        is_product(x, true, 0.95, 1.03);
    if (out * in > 40000000) /* matrices that only small models train as a whole */
        return;
    const gb_buffer grad[] = {{"dy", CAD_BF16, true, out, GB_GRADIENT, 0},
                              {"x", CAD_BF16, true, in, GB_ACTIVATION, 0},
                              {"dw", CAD_F32, false, out * in, GB_SUM, 0}};
    gb_case *w = add(m, "gemm", "linear_bwd_w", n, call_linear_bwd_w, grad, 3);
    if (w)
        w->most = WHOLE;
}

static void add_lora(const maker *m, int64_t n)
{
    int64_t out = m->w->out, in = m->w->in, u = m->w->parts * RANK;
    const gb_buffer down[] = {{"x", CAD_BF16, true, in, GB_ACTIVATION, 0},
                              {"a", CAD_BF16, false, u * in, GB_WEIGHT, 0},
                              {"u", CAD_BF16, true, u, GB_OUT, 0}};
    const gb_buffer fwd[] = {{"x", CAD_BF16, true, in, GB_ACTIVATION, 0},
                             {"w", CAD_BF16, false, out * in, GB_WEIGHT, 0},
                             {"u", CAD_BF16, true, u, GB_ACTIVATION, 0},
                             {"bl", CAD_BF16, false, out * RANK, GB_WEIGHT, 0},
                             {"y", CAD_BF16, true, out, GB_OUT, 0}};
    const gb_buffer up[] = {{"dy", CAD_BF16, true, out, GB_GRADIENT, 0},
                            {"bl", CAD_BF16, false, out * RANK, GB_WEIGHT, 0},
                            {"u", CAD_BF16, true, u, GB_ACTIVATION, 0},
                            {"v", CAD_BF16, true, u, GB_OUT, 0},
                            {"db", CAD_F32, false, out * RANK, GB_SUM, 0}};
    const gb_buffer back[] = {{"v", CAD_BF16, true, u, GB_GRADIENT, 0},
                              {"x", CAD_BF16, true, in, GB_ACTIVATION, 0},
                              {"da", CAD_F32, false, u * in, GB_SUM, 0}};
    const gb_buffer dx[] = {{"dy", CAD_BF16, true, out, GB_GRADIENT, 0},
                            {"w", CAD_BF16, false, out * in, GB_WEIGHT, 0},
                            {"v", CAD_BF16, true, u, GB_GRADIENT, 0},
                            {"a", CAD_BF16, false, u * in, GB_WEIGHT, 0},
                            {"dx", CAD_BF16, true, in, GB_OUT, 0}};
    double thin = 2.0 * (double)n * RANK, all = (double)m->w->parts;
    gb_case *c[] = {add(m, "lora", "lora_down_fwd", n, call_lora_down, down, 3),
                    add(m, "lora", "linear_lora_fwd", n, call_linear_lora, fwd, 5),
                    add(m, "lora", "lora_up_bwd", n, call_lora_up_bwd, up, 5),
                    add(m, "lora", "lora_down_bwd", n, call_lora_down_bwd, back, 3),
                    add(m, "lora", "linear_lora_bwd_x", n, call_linear_lora_bwd_x, dx, 5)};
    const double flops[] = {thin * all * (double)in, thin * (double)out, 2.0 * thin * (double)out, thin * all * (double)in,
                            thin * all * (double)in};
    for (int i = 0; i < 5; i++) {
        bool wide = i == 1 || i == 4; /* the product with W, and the pair beside it: its peer is the product alone */
        if (!c[i])
            return;
        c[i]->flops = flops[i] + (wide ? c[i]->flops : 0.0);
        if (wide)
            is_product(c[i], i == 4, 0.91, 1.01); /* at most 4 % over a product that is 0.95 of the peer */
        if (i == 2 || i == 3)
            c[i]->most = WHOLE;
    }
}

static void add_nf4(const maker *m)
{
    static const int64_t rows[] = {1, 8, 64};
    int64_t out = m->w->out, in = m->w->in, n = out * in;
    const gb_buffer dequant[] = {{"codes", CAD_U8, false, n / 2, GB_CODES, 0},
                                 {"absmax", CAD_F32, false, n / BLOCK, GB_POSITIVE, 0},
                                 {"w", CAD_BF16, false, n, GB_OUT, 0}};
    const gb_buffer fwd[] = {{"x", CAD_BF16, true, in, GB_ACTIVATION, 0},
                             {"codes", CAD_U8, false, n / 2, GB_CODES, 0},
                             {"absmax", CAD_F32, false, n / BLOCK, GB_POSITIVE, 0},
                             {"y", CAD_BF16, true, out, GB_OUT, 0}};
    gb_case *d = add(m, "nf4", "nf4_dequant", 1, call_dequant, dequant, 3);
    if (d) {
        d->flops = 0;
        d->must = 0.83;
        d->goal = 0.92;
    }
    for (int i = 0; i < 3; i++) {
        gb_case *c = add(m, "nf4", "nf4_linear_fwd", rows[i], call_nf4_linear, fwd, 4);
        if (c && i != 1) {
            c->must = i ? 0.40 : 0.45;
            c->goal = i ? 0.65 : 0.75;
        }
    }
}

void gb_linear_cases(gb_list *l, const char *model, const cad_model_config *c, int64_t n)
{
    int64_t hd = c->heads * c->head_dim, kd = c->kv_heads * c->head_dim;
    const matrix all[] = {{"qkv", hd + 2 * kd, c->width, 3},
                          {"o", c->width, hd, 1},
                          {"gate_up", 2 * c->ffn, c->width, 2},
                          {"down", c->width, c->ffn, 1}};
    for (int i = 0; i < 4; i++) {
        maker m = {l, model, c, &all[i]};
        add_products(&m, n);
        add_lora(&m, n);
        add_nf4(&m);
    }
}
