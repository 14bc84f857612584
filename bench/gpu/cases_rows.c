/* Cases of the ops that move rows or work row by row: memory decides their time, so their floor is their bytes. */
#include "bench/gpu/gpu_case.h"

#include <stdio.h>

static const double must = 0.83, goal = 0.92;
static const float EPS = 1e-6f;

static cad_status call_copy(const gb_case *c, const gb_at *at)
{
    cad_copy_args a = {.x = gb_2(at, CAD_BF16, 0, at->n, c->d[0]), .y = gb_2(at, CAD_BF16, 1, at->n, c->d[0])};
    GB_RUN(copy, a);
}

static cad_status call_axpy(const gb_case *c, const gb_at *at)
{
    cad_axpy_args a = {.x = gb_2(at, CAD_BF16, 0, at->n, c->d[0]), .y = gb_2(at, CAD_BF16, 1, at->n, c->d[0]), .a = 0.5f};
    GB_RUN(axpy, a);
}

static cad_status call_cast(const gb_case *c, const gb_at *at)
{
    cad_cast_args a = {.x = gb_2(at, CAD_F32, 0, at->n, c->d[0]), .y = gb_2(at, CAD_BF16, 1, at->n, c->d[0])};
    GB_RUN(cast, a);
}

static cad_status call_embed(const gb_case *c, const gb_at *at)
{
    cad_embed_fwd_args a = {.id = gb_1(at, CAD_U32, 0, at->n),
                            .e = gb_2(at, CAD_BF16, 1, c->d[1], c->d[0]),
                            .y = gb_2(at, CAD_BF16, 2, at->n, c->d[0])};
    GB_RUN(embed_fwd, a);
}

static cad_status call_gather(const gb_case *c, const gb_at *at)
{
    cad_gather_rows_args a = {.i = gb_1(at, CAD_U32, 0, at->n),
                              .x = gb_2(at, CAD_BF16, 1, c->n, c->d[0]),
                              .y = gb_2(at, CAD_BF16, 2, at->n, c->d[0])};
    GB_RUN(gather_rows, a);
}

static cad_status call_rmsnorm(const gb_case *c, const gb_at *at)
{
    cad_rmsnorm_fwd_args a = {.x = gb_2(at, CAD_BF16, 0, at->n, c->d[0]),
                              .w = gb_1(at, CAD_BF16, 1, c->d[0]),
                              .y = gb_2(at, CAD_BF16, 2, at->n, c->d[0]),
                              .rstd = gb_1(at, CAD_F32, 3, at->n),
                              .eps = EPS};
    GB_RUN(rmsnorm_fwd, a);
}

static cad_status call_add_rmsnorm(const gb_case *c, const gb_at *at)
{
    cad_add_rmsnorm_fwd_args a = {.r = gb_2(at, CAD_BF16, 0, at->n, c->d[0]),
                                  .x = gb_2(at, CAD_BF16, 1, at->n, c->d[0]),
                                  .w = gb_1(at, CAD_BF16, 2, c->d[0]),
                                  .sum = gb_2(at, CAD_BF16, 3, at->n, c->d[0]),
                                  .y = gb_2(at, CAD_BF16, 4, at->n, c->d[0]),
                                  .rstd = gb_1(at, CAD_F32, 5, at->n),
                                  .eps = EPS};
    GB_RUN(add_rmsnorm_fwd, a);
}

static cad_status call_rmsnorm_bwd(const gb_case *c, const gb_at *at)
{
    cad_rmsnorm_bwd_args a = {.x = gb_2(at, CAD_BF16, 0, at->n, c->d[0]),
                              .w = gb_1(at, CAD_BF16, 1, c->d[0]),
                              .rstd = gb_1(at, CAD_F32, 2, at->n),
                              .dy = gb_2(at, CAD_BF16, 3, at->n, c->d[0]),
                              .dr = gb_2(at, CAD_BF16, 4, at->n, c->d[0]),
                              .dx = gb_2(at, CAD_BF16, 5, at->n, c->d[0])};
    GB_RUN_SCRATCH(rmsnorm_bwd, a);
}

/* From fused rows [q; k; v], as the decoder has them. */
static cad_status call_qk_norm(const gb_case *c, const gb_at *at)
{
    cad_qk_norm_fwd_args a = {.x = gb_3(at, CAD_BF16, 0, at->n, c->d[0], c->d[1]),
                              .ld_x = c->d[2],
                              .heads = c->d[3],
                              .wq = gb_1(at, CAD_BF16, 1, c->d[1]),
                              .wk = gb_1(at, CAD_BF16, 2, c->d[1]),
                              .y = gb_3(at, CAD_BF16, 3, at->n, c->d[0], c->d[1]),
                              .rstd = gb_2(at, CAD_F32, 4, at->n, c->d[0]),
                              .eps = EPS};
    GB_RUN(qk_norm_fwd, a);
}

static cad_status call_qk_norm_bwd(const gb_case *c, const gb_at *at)
{
    cad_qk_norm_bwd_args a = {.x = gb_3(at, CAD_BF16, 0, at->n, c->d[0], c->d[1]),
                              .ld_x = c->d[2],
                              .heads = c->d[3],
                              .wq = gb_1(at, CAD_BF16, 1, c->d[1]),
                              .wk = gb_1(at, CAD_BF16, 2, c->d[1]),
                              .rstd = gb_2(at, CAD_F32, 3, at->n, c->d[0]),
                              .dy = gb_3(at, CAD_BF16, 4, at->n, c->d[0], c->d[1]),
                              .ld_dy = c->d[2],
                              .dx = gb_3(at, CAD_BF16, 5, at->n, c->d[0], c->d[1])};
    GB_RUN_SCRATCH(qk_norm_bwd, a);
}

/* In place in a fused row [q; k; v], as the decoder has it. */
static cad_status call_rope(const gb_case *c, const gb_at *at)
{
    cad_rope_fwd_args a = {.x = gb_3(at, CAD_BF16, 0, at->n, c->d[0], c->d[1]),
                           .ld = c->d[2],
                           .pos = gb_1(at, CAD_I32, 1, at->n),
                           .table = gb_2(at, CAD_F32, 2, c->d[3], c->d[1])};
    GB_RUN(rope_fwd, a);
}

static cad_status call_swiglu(const gb_case *c, const gb_at *at)
{
    cad_swiglu_fwd_args a = {
        .gu = gb_2(at, CAD_BF16, 0, at->n, 2 * c->d[0]), .h = gb_2(at, CAD_BF16, 1, at->n, c->d[0]), .group = c->d[1]};
    GB_RUN(swiglu_fwd, a);
}

static cad_status call_swiglu_bwd(const gb_case *c, const gb_at *at)
{
    cad_swiglu_bwd_args a = {.gu = gb_2(at, CAD_BF16, 0, at->n, 2 * c->d[0]),
                             .dh = gb_2(at, CAD_BF16, 1, at->n, c->d[0]),
                             .dgu = gb_2(at, CAD_BF16, 2, at->n, 2 * c->d[0]),
                             .h = gb_2(at, CAD_BF16, 3, at->n, c->d[0]),
                             .group = c->d[1]};
    GB_RUN(swiglu_bwd, a);
}

static void add(gb_list *l, const char *op, const char *model, int64_t n, gb_call call, const gb_buffer *b, int n_b,
                const int64_t d[4])
{
    gb_case *c = gb_add(l, "rows", op, model, n, call, b, n_b);
    if (!c)
        return;
    for (int i = 0; i < 4; i++)
        c->d[i] = d[i];
    snprintf(c->shape, sizeof c->shape, "N %lld x %lld", (long long)n, (long long)d[0]);
    c->must = must;
    c->goal = goal;
}

#define ADD(op, call, ...)                                                                                                     \
    add(l, op, model, n, call, b_##call, (int)(sizeof b_##call / sizeof *b_##call), (int64_t[4]){__VA_ARGS__})

void gb_row_cases(gb_list *l, const char *model, const cad_model_config *c, int64_t n)
{
    int64_t w = c->width, f = c->ffn, v = c->vocab, heads = c->heads + c->kv_heads, d = c->head_dim;
    int64_t ld = (heads + c->kv_heads) * d, segment = n < 512 ? n : 512, group = f % 128 ? f : 128;
    const gb_buffer b_call_copy[] = {{"x", CAD_BF16, true, w, GB_ACTIVATION, 0}, {"y", CAD_BF16, true, w, GB_OUT, 0}};
    const gb_buffer b_call_axpy[] = {{"x", CAD_BF16, true, w, GB_ACTIVATION, 0}, {"y", CAD_BF16, true, w, GB_SUM, 0}};
    const gb_buffer b_call_cast[] = {{"x", CAD_F32, true, w, GB_GRADIENT, 0}, {"y", CAD_BF16, true, w, GB_OUT, 0}};
    const gb_buffer b_call_embed[] = {
        {"id", CAD_U32, true, 1, GB_ID, v}, {"e", CAD_BF16, false, v * w, GB_WEIGHT, 0}, {"y", CAD_BF16, true, w, GB_OUT, 0}};
    const gb_buffer b_call_gather[] = {{"i", CAD_U32, true, 1, GB_ROW, 0},
                                       {"x", CAD_BF16, false, n * w, GB_ACTIVATION, 0},
                                       {"y", CAD_BF16, true, w, GB_OUT, 0}};
    const gb_buffer b_call_rmsnorm[] = {{"x", CAD_BF16, true, w, GB_ACTIVATION, 0},
                                        {"w", CAD_BF16, false, w, GB_POSITIVE, 0},
                                        {"y", CAD_BF16, true, w, GB_OUT, 0},
                                        {"rstd", CAD_F32, true, 1, GB_OUT, 0}};
    const gb_buffer b_call_add_rmsnorm[] = {
        {"r", CAD_BF16, true, w, GB_ACTIVATION, 0}, {"x", CAD_BF16, true, w, GB_ACTIVATION, 0},
        {"w", CAD_BF16, false, w, GB_POSITIVE, 0},  {"sum", CAD_BF16, true, w, GB_OUT, 0},
        {"y", CAD_BF16, true, w, GB_OUT, 0},        {"rstd", CAD_F32, true, 1, GB_OUT, 0}};
    const gb_buffer b_call_rmsnorm_bwd[] = {
        {"x", CAD_BF16, true, w, GB_ACTIVATION, 0}, {"w", CAD_BF16, false, w, GB_POSITIVE, 0},
        {"rstd", CAD_F32, true, 1, GB_POSITIVE, 0}, {"dy", CAD_BF16, true, w, GB_GRADIENT, 0},
        {"dr", CAD_BF16, true, w, GB_GRADIENT, 0},  {"dx", CAD_BF16, true, w, GB_OUT, 0}};
    const gb_buffer b_call_qk_norm[] = {{"qkv", CAD_BF16, true, ld, GB_ACTIVATION, 0},
                                        {"wq", CAD_BF16, false, d, GB_POSITIVE, 0},
                                        {"wk", CAD_BF16, false, d, GB_POSITIVE, 0},
                                        {"y", CAD_BF16, true, heads * d, GB_OUT, 0},
                                        {"rstd", CAD_F32, true, heads, GB_OUT, 0}};
    const gb_buffer b_call_qk_norm_bwd[] = {
        {"qkv", CAD_BF16, true, ld, GB_ACTIVATION, 0}, {"wq", CAD_BF16, false, d, GB_POSITIVE, 0},
        {"wk", CAD_BF16, false, d, GB_POSITIVE, 0},    {"rstd", CAD_F32, true, heads, GB_POSITIVE, 0},
        {"dqkv", CAD_BF16, true, ld, GB_GRADIENT, 0},  {"dx", CAD_BF16, true, heads * d, GB_OUT, 0}};
    const gb_buffer b_call_rope[] = {{"qkv", CAD_BF16, true, ld, GB_ACTIVATION, 1},
                                     {"pos", CAD_I32, true, 1, GB_POSITION, segment},
                                     {"table", CAD_F32, false, segment * d, GB_ROPE, d}};
    const gb_buffer b_call_swiglu[] = {{"gu", CAD_BF16, true, 2 * f, GB_ACTIVATION, 0}, {"h", CAD_BF16, true, f, GB_OUT, 0}};
    const gb_buffer b_call_swiglu_bwd[] = {{"gu", CAD_BF16, true, 2 * f, GB_ACTIVATION, 0},
                                           {"dh", CAD_BF16, true, f, GB_GRADIENT, 0},
                                           {"dgu", CAD_BF16, true, 2 * f, GB_OUT, 0},
                                           {"h", CAD_BF16, true, f, GB_OUT, 0}};
    ADD("copy", call_copy, w);
    ADD("axpy", call_axpy, w);
    ADD("cast", call_cast, w);
    ADD("embed_fwd", call_embed, w, v);
    l->item[l->n - 1].bytes = (double)n * (4.0 + 4.0 * (double)w); /* the rows that are read, not the whole matrix */
    ADD("gather_rows", call_gather, w);
    ADD("rmsnorm_fwd", call_rmsnorm, w);
    ADD("add_rmsnorm_fwd", call_add_rmsnorm, w);
    ADD("rmsnorm_bwd", call_rmsnorm_bwd, w);
    if (c->qk_norm) { /* q and k, not v */
        ADD("qk_norm_fwd", call_qk_norm, heads, d, ld, c->heads);
        l->item[l->n - 1].bytes = (double)(n * heads) * (4.0 * (double)d + 4.0);
        ADD("qk_norm_bwd", call_qk_norm_bwd, heads, d, ld, c->heads);
        l->item[l->n - 1].bytes = (double)(n * heads) * (6.0 * (double)d + 4.0);
    }
    ADD("rope_fwd", call_rope, heads, d, ld, segment);
    l->item[l->n - 1].bytes = 4.0 * (double)(n * heads * d) + 4.0 * (double)(n + segment * d); /* q and k, not v */
    ADD("swiglu_fwd", call_swiglu, f, group);
    ADD("swiglu_bwd", call_swiglu_bwd, f, group);
}
