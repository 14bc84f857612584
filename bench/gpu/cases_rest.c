/* Cases of attention, of the output layer, of the optimizer and of decoding. */
#include "bench/gpu/gpu_case.h"

#include <math.h>
#include <stdio.h>

enum { SMALL = 320, LONG = 4096, BLOCK8 = 256 };

/* ---- attention: rows [q; k; v], segments of one length ---- */

static cad_status forward(const gb_case *c, const gb_at *at, bool with_lse)
{
    int64_t h = c->d[0], k = c->d[1], d = c->d[2], ld = (h + 2 * k) * d;
    size_t e = cad_dtype_size(at->store);
    cad_attn_fwd_args a = {.q = gb_3(at, CAD_BF16, 0, at->n, h, d),
                           .k = cad_tensor_3d(at->store, at->p[0] + (size_t)(h * d) * e, at->n, k, d),
                           .v = cad_tensor_3d(at->store, at->p[0] + (size_t)((h + k) * d) * e, at->n, k, d),
                           .ld_q = ld,
                           .ld_k = ld,
                           .ld_v = ld,
                           .seg = gb_1(at, CAD_I32, 1, at->n / c->segment + 1),
                           .o = gb_3(at, CAD_BF16, 3, at->n, h, d),
                           .scale = 1.0f / sqrtf((float)d),
                           .causal = 1};
    if (with_lse)
        a.lse = gb_2(at, CAD_F32, 4, h, at->n);
    if (at->n == c->n) /* the tiles of all segments; the CPU needs none */
        a.tiles = gb_2(at, CAD_I32, 2, c->d[3], 4);
    GB_RUN(attn_fwd, a);
}

/* qkv 0, seg 1, tiles 2, o 3, lse 4 */
static cad_status call_attn(const gb_case *c, const gb_at *at)
{
    return forward(c, at, false);
}

static cad_status prepare_attn_bwd(const gb_case *c, const gb_at *at)
{
    return forward(c, at, true);
}

/* qkv 0, seg 1, tiles 2, o 3, lse 4, do 5, dqkv 6; o and lse by a forward pass before */
static cad_status call_attn_bwd(const gb_case *c, const gb_at *at)
{
    int64_t h = c->d[0], k = c->d[1], d = c->d[2], ld = (h + 2 * k) * d, s = c->segment;
    size_t e = cad_dtype_size(at->store), to_k = (size_t)(h * d) * e, to_v = (size_t)((h + k) * d) * e;
    cad_attn_bwd_args a = {.q = gb_3(at, CAD_BF16, 0, at->n, h, d),
                           .k = cad_tensor_3d(at->store, at->p[0] + to_k, at->n, k, d),
                           .v = cad_tensor_3d(at->store, at->p[0] + to_v, at->n, k, d),
                           .ld_q = ld,
                           .ld_k = ld,
                           .ld_v = ld,
                           .seg = gb_1(at, CAD_I32, 1, at->n / s + 1),
                           .o = gb_3(at, CAD_BF16, 3, at->n, h, d),
                           .lse = gb_2(at, CAD_F32, 4, h, at->n),
                           .d_o = gb_3(at, CAD_BF16, 5, at->n, h, d),
                           .dq = gb_3(at, CAD_BF16, 6, at->n, h, d),
                           .dk = cad_tensor_3d(at->store, at->p[6] + to_k, at->n, k, d),
                           .dv = cad_tensor_3d(at->store, at->p[6] + to_v, at->n, k, d),
                           .ld_dq = ld,
                           .ld_dk = ld,
                           .ld_dv = ld,
                           .scale = 1.0f / sqrtf((float)d),
                           .causal = 1};
    if (at->n == c->n)
        a.tiles = gb_2(at, CAD_I32, 2, c->d[3], 4);
    GB_RUN_SCRATCH(attn_bwd, a);
}

static void attention(gb_list *l, const char *model, const cad_model_config *m, int64_t n, int64_t s)
{
    int64_t h = m->heads, k = m->kv_heads, d = m->head_dim, ld = (h + 2 * k) * d,
            tiles = n / s * ((s + CAD_ATTN_ROWS - 1) / CAD_ATTN_ROWS);
    const gb_buffer b[] = {{"qkv", CAD_BF16, true, ld, GB_ACTIVATION, 0},
                           {"seg", CAD_I32, false, n / s + 1, GB_SEGMENTS, s},
                           {"tiles", CAD_I32, false, 4 * tiles, GB_TILES, s},
                           {"o", CAD_BF16, true, h * d, GB_OUT, 0},
                           {"lse", CAD_F32, false, h * n, GB_ZERO, 0},
                           {"d_o", CAD_BF16, true, h * d, GB_GRADIENT, 0},
                           {"dqkv", CAD_BF16, true, ld, GB_OUT, 0}};
    gb_buffer back[7];
    for (int i = 0; i < 7; i++)
        back[i] = b[i];
    back[3].fill = GB_ZERO; /* made by the forward pass */
    double pairs = (double)n * ((double)s + 1.0) / 2.0, product = 2.0 * pairs * (double)(h * d);
    gb_case *f = gb_add(l, "attention", "attn_fwd", model, n, call_attn, b, 5);
    gb_case *w = gb_add(l, "attention", "attn_bwd", model, n, call_attn_bwd, back, 7);
    gb_case *both[] = {f, w};
    for (int i = 0; i < 2 && both[i]; i++) {
        gb_case *c = both[i];
        const int64_t numbers[] = {h, k, d, tiles};
        for (int j = 0; j < 4; j++)
            c->d[j] = numbers[j];
        c->segment = s;
        c->prepare = i ? prepare_attn_bwd : NULL;
        c->flops = product * (i ? 5.0 : 2.0);
        c->must = 0.8;
        c->goal = 1.0;
        snprintf(c->shape, sizeof c->shape, "S %lld x %lld, H %lld K %lld D %lld", (long long)(n / s), (long long)s,
                 (long long)h, (long long)k, (long long)d);
    }
}

void gb_attention_cases(gb_list *l, const char *model, const cad_model_config *c, int64_t n)
{
    int64_t small = n < SMALL ? n : SMALL, large = n < LONG ? n : LONG;
    attention(l, model, c, n / small * small, small);
    if (large != small)
        attention(l, model, c, n / large * large, large);
}

/* ---- the output layer: x 0, w 1, y 2, nll 3, dx 4 | lse 4, top 5 ---- */

static cad_status call_xent(const gb_case *c, const gb_at *at)
{
    cad_linear_xent_args a = {.x = gb_2(at, CAD_BF16, 0, at->n, c->d[0]),
                              .w = gb_2(at, CAD_BF16, 1, c->d[1], c->d[0]),
                              .y = gb_1(at, CAD_U32, 2, at->n),
                              .nll = gb_1(at, CAD_F32, 3, at->n),
                              .dx = gb_2(at, CAD_BF16, 4, at->n, c->d[0]),
                              .scale = 1.0f / 4096.0f};
    GB_RUN_SCRATCH(linear_xent, a);
}

static cad_status call_xent_eval(const gb_case *c, const gb_at *at)
{
    cad_linear_xent_eval_args a = {.x = gb_2(at, CAD_BF16, 0, at->n, c->d[0]),
                                   .w = gb_2(at, CAD_BF16, 1, c->d[1], c->d[0]),
                                   .y = gb_1(at, CAD_U32, 2, at->n),
                                   .nll = gb_1(at, CAD_F32, 3, at->n),
                                   .lse = gb_1(at, CAD_F32, 4, at->n)};
    GB_RUN_SCRATCH(linear_xent_eval, a);
}

void gb_head_cases(gb_list *l, const char *model, const cad_model_config *m, int64_t n)
{
    int64_t w = m->width, v = m->vocab;
    const gb_buffer b[] = {
        {"x", CAD_BF16, true, w, GB_ACTIVATION, 0}, {"w", CAD_BF16, false, v * w, GB_WEIGHT, 0},
        {"y", CAD_U32, true, 1, GB_ID, v},          {"nll", CAD_F32, true, 1, GB_OUT, 0},
        {"dx", CAD_BF16, true, w, GB_OUT, 0},
    };
    gb_buffer eval[5];
    for (int i = 0; i < 5; i++)
        eval[i] = b[i];
    eval[4] = (gb_buffer){"lse", CAD_F32, true, 1, GB_OUT, 0};
    gb_case *both[] = {gb_add(l, "head", "linear_xent", model, n, call_xent, b, 5),
                       gb_add(l, "head", "linear_xent_eval", model, n, call_xent_eval, eval, 5)};
    for (int i = 0; i < 2 && both[i]; i++) {
        both[i]->d[0] = w;
        both[i]->d[1] = v;
        both[i]->flops = (i ? 2.0 : 4.0) * (double)n * (double)v * (double)w;
        both[i]->must = 0.60;
        both[i]->goal = 0.80;
        snprintf(both[i]->shape, sizeof both[i]->shape, "M %lld, %lld x %lld", (long long)n, (long long)v, (long long)w);
    }
}

/* ---- one step of the optimizer over flat buffers of d[0] elements ---- */

static const cad_adamw_hyper hyper = {.lr = 1e-4, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.01, .t = 3};

/* g 0, norm2 1, finite 2 */
static cad_status call_norm(const gb_case *c, const gb_at *at)
{
    cad_grad_norm2_args a = {
        .g = gb_1(at, CAD_F32, 0, c->d[0]), .norm2 = gb_1(at, CAD_F64, 1, 1), .finite = gb_1(at, CAD_U32, 2, 1)};
    GB_RUN_SCRATCH(grad_norm2, a);
}

/* p 0, g 1, m 2, v 3 */
static cad_status call_adamw(const gb_case *c, const gb_at *at)
{
    const cad_opt_tensor all = {.offset = 0, .count = c->d[0], .decay = 1};
    cad_adamw_step_args a = {.p = gb_1(at, CAD_F32, 0, c->d[0]),
                             .g = gb_1(at, CAD_F32, 1, c->d[0]),
                             .m = gb_1(at, CAD_F32, 2, c->d[0]),
                             .v = gb_1(at, CAD_F32, 3, c->d[0]),
                             .tensor = &all,
                             .n_tensors = 1,
                             .h = hyper};
    GB_RUN(adamw_step, a);
}

/* p 0, g 1, m8 2, v8 3, ma 4, va 5 */
static cad_status call_adamw8(const gb_case *c, const gb_at *at)
{
    const cad_opt_tensor all = {.offset = 0, .count = c->d[0], .decay = 1};
    int64_t blocks = c->d[0] / BLOCK8;
    cad_adamw8bit_step_args a = {.p = gb_1(at, CAD_F32, 0, c->d[0]),
                                 .g = gb_1(at, CAD_F32, 1, c->d[0]),
                                 .m8 = gb_1(at, CAD_U8, 2, c->d[0]),
                                 .v8 = gb_1(at, CAD_U8, 3, c->d[0]),
                                 .ma = gb_1(at, CAD_F32, 4, blocks),
                                 .va = gb_1(at, CAD_F32, 5, blocks),
                                 .tensor = &all,
                                 .n_tensors = 1,
                                 .h = hyper};
    GB_RUN(adamw8bit_step, a);
}

static void finish_step(gb_case *c, int64_t n, double must, double goal, double bytes)
{
    if (!c)
        return;
    c->d[0] = n;
    c->must = must;
    c->goal = goal;
    c->bytes = bytes;
    snprintf(c->shape, sizeof c->shape, "%lld elements", (long long)n);
}

void gb_step_cases(gb_list *l, const char *model, const cad_model_config *c, int64_t n)
{
    (void)n;
    int64_t linear = 0, rank = 64; /* LoRA pairs of all seven linears */
    int64_t hd = c->heads * c->head_dim, kd = c->kv_heads * c->head_dim;
    linear += 2 * (c->width + hd) + 2 * (c->width + kd) + 3 * (c->width + c->ffn);
    int64_t count = (linear * rank * c->layers + BLOCK8 - 1) / BLOCK8 * BLOCK8;
    const gb_buffer norm[] = {{"g", CAD_F32, false, count, GB_GRADIENT, 0},
                              {"norm2", CAD_F64, false, 1, GB_OUT, 0},
                              {"finite", CAD_U32, false, 1, GB_OUT, 0}};
    const gb_buffer adamw[] = {{"p", CAD_F32, false, count, GB_WEIGHT, 1},
                               {"g", CAD_F32, false, count, GB_GRADIENT, 0},
                               {"m", CAD_F32, false, count, GB_GRADIENT, 1},
                               {"v", CAD_F32, false, count, GB_POSITIVE, 1}};
    const gb_buffer adamw8[] = {{"p", CAD_F32, false, count, GB_WEIGHT, 1},
                                {"g", CAD_F32, false, count, GB_GRADIENT, 0},
                                {"m8", CAD_U8, false, count, GB_CODES, 1},
                                {"v8", CAD_U8, false, count, GB_CODES, 1},
                                {"ma", CAD_F32, false, count / BLOCK8, GB_POSITIVE, 1},
                                {"va", CAD_F32, false, count / BLOCK8, GB_POSITIVE, 1}};
    double e = (double)count;
    finish_step(gb_add(l, "step", "grad_norm2", model, 1, call_norm, norm, 3), count, 0.83, 0.92, 4.0 * e);
    finish_step(gb_add(l, "step", "adamw_step", model, 1, call_adamw, adamw, 4), count, 0.60, 0.80, 28.0 * e);
    finish_step(gb_add(l, "step", "adamw8bit_step", model, 1, call_adamw8, adamw8, 6), count, 0.60, 0.80,
                (16.0 + 16.0 / 256.0) * e);
}

/* ---- decoding: 32 slots with a context of 1,024 tokens ---- */

/* q 0, slot 1, len 2, k 3, v 4, o 5 */
static cad_status call_decode(const gb_case *c, const gb_at *at)
{
    int64_t h = c->d[0], k = c->d[1], d = c->d[2], t = c->d[3], s = c->d[4];
    cad_attn_decode_args a = {.q = gb_3(at, CAD_BF16, 0, at->n, h, d),
                              .slot = gb_1(at, CAD_I32, 1, at->n),
                              .len = gb_1(at, CAD_I32, 2, at->n),
                              .cache = {.k = {.data = at->p[3], .dim = {s, k, d, t}, .ndim = 4, .dtype = at->store},
                                        .v = {.data = at->p[4], .dim = {s, k, t, d}, .ndim = 4, .dtype = at->store}},
                              .o = gb_3(at, CAD_BF16, 5, at->n, h, d),
                              .scale = 1.0f / sqrtf((float)d)};
    GB_RUN_SCRATCH(attn_decode, a);
}

/* logits 0, id 1 */
static cad_status call_argmax(const gb_case *c, const gb_at *at)
{
    cad_argmax_args a = {.logits = gb_2(at, CAD_F32, 0, at->n, c->d[0]), .id = gb_1(at, CAD_U32, 1, at->n)};
    GB_RUN(argmax, a);
}

void gb_decode_cases(gb_list *l, const char *model, const cad_model_config *m, int64_t n)
{
    int64_t slots = n < 32 ? n : 32, t = n < 1024 ? 64 : 1024, h = m->heads, k = m->kv_heads, d = m->head_dim;
    const gb_buffer b[] = {{"q", CAD_BF16, true, h * d, GB_ACTIVATION, 0},
                           {"slot", CAD_I32, true, 1, GB_NUMBER, 0},
                           {"len", CAD_I32, true, 1, GB_LIMIT, t},
                           {"k", CAD_BF16, false, slots * k * d * t, GB_ACTIVATION, 0},
                           {"v", CAD_BF16, false, slots * k * d * t, GB_ACTIVATION, 0},
                           {"o", CAD_BF16, true, h * d, GB_OUT, 0}};
    gb_case *c = gb_add(l, "decode", "attn_decode", model, slots, call_decode, b, 6);
    if (c) {
        const int64_t numbers[] = {h, k, d, t, slots};
        for (int i = 0; i < 5; i++)
            c->d[i] = numbers[i];
        c->flops = 4.0 * (double)(slots * h * d * t);
        snprintf(c->shape, sizeof c->shape, "%lld slots, %lld tokens each", (long long)slots, (long long)t);
    }
    const gb_buffer rows[] = {{"logits", CAD_F32, true, m->vocab, GB_LOGITS, 0}, {"id", CAD_U32, true, 1, GB_OUT, 0}};
    gb_case *a = gb_add(l, "decode", "argmax", model, slots, call_argmax, rows, 2);
    if (a) {
        a->d[0] = m->vocab;
        snprintf(a->shape, sizeof a->shape, "%lld rows of %lld", (long long)slots, (long long)m->vocab);
    }
}
