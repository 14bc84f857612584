/* What attention makes of a segment does not depend on the segments beside it, nor on where its rows stand: bit for bit. */
#include "tests/kernels/checks.h"

#include <string.h>

enum { H = 4, K = 2, D = 40, SEGMENTS = 3, FUSED = (H + 2 * K) * D + 3 /* one row [q; k; v] and a gap */ };
static const int32_t seg_all[SEGMENTS + 1] = {0, 70, 75, 112};
enum { N = 112 };
static const float scale = 0.158113883f;

/* seg and tiles of one segment of n rows, or with n == 0 of all of them. */
static void list_rows(checkop *t, int32_t n, cad_tensor *seg, cad_tensor *tiles)
{
    int64_t count = n ? 1 : SEGMENTS;
    int32_t *s = co_bytes(t, "seg", CO_IN, (size_t)(count + 1) * 4);
    if (n)
        s[1] = n;
    else
        memcpy(s, seg_all, sizeof seg_all);
    int32_t *all = co_bytes(t, "tiles", CO_IN, (size_t)cad_attn_tiles_most(s[count], count) * 16);
    *seg = cad_tensor_1d(CAD_I32, s, count + 1);
    *tiles = cad_tensor_2d(CAD_I32, all, cad_attn_tiles(s, count, all), 4);
}

/* The place of column c of q, k and v in rows of their own, or in the fused row. */
static const float *apart(const float *const x[3], int64_t row, int64_t c)
{
    if (c < H * D)
        return &x[0][row * H * D + c];
    return c < (H + K) * D ? &x[1][row * K * D + c - H * D] : &x[2][row * K * D + c - (H + K) * D];
}

/* Rows first .. first + n - 1 of q, k, v as fused rows. */
static float *fuse(checkop *t, const float *const x[3], int64_t first, int64_t n)
{
    float *rows = co_in(t, "fused", n * FUSED, CO_GIVEN);
    for (int64_t i = 0; i < n * FUSED; i++)
        rows[i] = i % FUSED < (H + 2 * K) * D ? *apart(x, first + i / FUSED, i % FUSED) : 0;
    return rows;
}

static float *some(checkop *t, const char *name, const float *x, int64_t first, int64_t n, int64_t c)
{
    float *y = co_in(t, name, n * c, CO_GIVEN);
    memcpy(y, x + first * c, (size_t)(n * c) * sizeof *y);
    return y;
}

void attn_fwd_alone(checkop *t)
{
    for (int i = 0; i < 2 * SEGMENTS; i++) {
        int64_t first = seg_all[i / 2], n = seg_all[i / 2 + 1] - first;
        co_case(t, "segment %d alone, causal %d", i / 2, i % 2);
        float *q = co_in(t, "q", N * H * D, CO_TAME), *k = co_in(t, "k", N * K * D, CO_TAME);
        float *v = co_in(t, "v", N * K * D, CO_NORMAL), *o = co_out(t, "o", N * H * D), *lse = co_out_f32(t, "lse", H * N);
        cad_attn_fwd_args a = {.q = CO_3D(q, N, H, D),
                               .k = CO_3D(k, N, K, D),
                               .v = CO_3D(v, N, K, D),
                               .o = CO_3D(o, N, H, D),
                               .lse = CO_2D(lse, H, N),
                               .scale = scale,
                               .causal = i % 2};
        list_rows(t, 0, &a.seg, &a.tiles);
        CO_RUN(t, attn_fwd, &a);
        float *rows = fuse(t, (const float *const[]){q, k, v}, first, n);
        float *o1 = co_out(t, "o alone", n * H * D), *lse1 = co_out_f32(t, "lse alone", H * n);
        cad_attn_fwd_args b = {.q = CO_3D(rows, n, H, D),
                               .k = CO_3D(rows + H * D, n, K, D),
                               .v = CO_3D(rows + (H + K) * D, n, K, D),
                               .ld_q = FUSED,
                               .ld_k = FUSED,
                               .ld_v = FUSED,
                               .o = CO_3D(o1, n, H, D),
                               .lse = CO_2D(lse1, H, n),
                               .scale = scale,
                               .causal = i % 2};
        list_rows(t, (int32_t)n, &b.seg, &b.tiles);
        CO_RUN(t, attn_fwd, &b);
        co_same(t, "o", o1, o + first * H * D, n * H * D);
        for (int h = 0; h < H; h++)
            co_same(t, "lse", lse1 + h * n, lse + h * N + first, n);
    }
}

/* lse of a segment: (H,N) to (H,n). */
static float *some_lse(checkop *t, const float *lse, int64_t first, int64_t n)
{
    float *y = co_in_f32(t, "lse alone", H * n, CO_GIVEN);
    for (int h = 0; h < H; h++)
        memcpy(y + h * n, lse + h * N + first, (size_t)n * sizeof *y);
    return y;
}

void attn_bwd_alone(checkop *t)
{
    for (int i = 0; i < 2 * SEGMENTS; i++) {
        int64_t first = seg_all[i / 2], n = seg_all[i / 2 + 1] - first;
        co_case(t, "segment %d alone, causal %d", i / 2, i % 2);
        float *q = co_in(t, "q", N * H * D, CO_TAME), *k = co_in(t, "k", N * K * D, CO_TAME);
        float *v = co_in(t, "v", N * K * D, CO_NORMAL), *o = co_in(t, "o", N * H * D, CO_NORMAL);
        float *d_o = co_in(t, "d_o", N * H * D, CO_NORMAL), *lse = co_in_f32(t, "lse", H * N, CO_NORMAL);
        float *dq = co_out(t, "dq", N * H * D), *dk = co_out(t, "dk", N * K * D), *dv = co_out(t, "dv", N * K * D);
        cad_attn_bwd_args a = {.q = CO_3D(q, N, H, D),
                               .k = CO_3D(k, N, K, D),
                               .v = CO_3D(v, N, K, D),
                               .o = CO_3D(o, N, H, D),
                               .lse = CO_2D(lse, H, N),
                               .d_o = CO_3D(d_o, N, H, D),
                               .dq = CO_3D(dq, N, H, D),
                               .dk = CO_3D(dk, N, K, D),
                               .dv = CO_3D(dv, N, K, D),
                               .scale = scale,
                               .causal = i % 2};
        list_rows(t, 0, &a.seg, &a.tiles);
        a.scratch = co_scratch(t, t->ops->attn_bwd_scratch(&a));
        CO_RUN(t, attn_bwd, &a);
        float *rows = fuse(t, (const float *const[]){q, k, v}, first, n), *d = co_out(t, "d fused", n * FUSED);
        cad_attn_bwd_args b = {.q = CO_3D(rows, n, H, D),
                               .k = CO_3D(rows + H * D, n, K, D),
                               .v = CO_3D(rows + (H + K) * D, n, K, D),
                               .o = CO_3D(some(t, "o alone", o, first, n, H * D), n, H, D),
                               .lse = CO_2D(some_lse(t, lse, first, n), H, n),
                               .d_o = CO_3D(some(t, "d_o alone", d_o, first, n, H * D), n, H, D),
                               .dq = CO_3D(d, n, H, D),
                               .dk = CO_3D(d + H * D, n, K, D),
                               .dv = CO_3D(d + (H + K) * D, n, K, D),
                               .scale = scale,
                               .causal = i % 2};
        b.ld_q = b.ld_k = b.ld_v = b.ld_dq = b.ld_dk = b.ld_dv = FUSED;
        list_rows(t, (int32_t)n, &b.seg, &b.tiles);
        b.scratch = co_scratch(t, t->ops->attn_bwd_scratch(&b));
        CO_RUN(t, attn_bwd, &b);
        for (int64_t e = 0; e < n * FUSED; e++)
            if (e % FUSED < (H + 2 * K) * D)
                co_same(t, "dq, dk, dv", &d[e], apart((const float *const[]){dq, dk, dv}, first + e / FUSED, e % FUSED), 1);
            else if (d[e] == d[e])
                co_fail(t, "wrote %g into the gap between rows, at %lld", (double)d[e], (long long)e);
    }
}

void attn_limits(checkop *t)
{
    co_case(t, "no rows, and what a GPU refuses");
    float *q = co_in(t, "q", 2 * D, CO_TAME), *o = co_out(t, "o", 2 * D);
    float *q32 = co_in_f32(t, "q in f32", 2 * D, CO_TAME), *o32 = co_out_f32(t, "o in f32", 2 * D);
    int32_t *seg = co_bytes(t, "seg", CO_IN, 8), *tiles = co_bytes(t, "tiles", CO_IN, 16);
    seg[1] = 2;
    cad_attn_fwd_args a = {.q = CO_3D(q, 2, 1, D), .o = CO_3D(o, 2, 1, D), .scale = scale, .causal = 1};
    a.k = a.v = a.q;
    a.seg = cad_tensor_1d(CAD_I32, seg, 2);
    a.tiles = cad_tensor_2d(CAD_I32, tiles, cad_attn_tiles(seg, 1, tiles), 4);
    if (co_is_apart(t)) {
        cad_attn_fwd_args b = a;
        b.tiles.data = NULL;
        co_refuses(t, co_call_attn_fwd, &b, CAD_EINVAL, "tiles is missing");
        b = a;
        b.scale = 0;
        co_refuses(t, co_call_attn_fwd, &b, CAD_EUNSUPPORTED, "scale 0");
        b = a;
        b.q = b.k = b.v = CO_3D(q32, 2, 1, D);
        b.o = CO_3D(o32, 2, 1, D);
        co_refuses(t, co_call_attn_fwd, &b, CAD_EUNSUPPORTED, "stores bf16");
    }
    cad_tensor none = CO_3D(q, 0, 1, D), cells = CO_3D(q, 1, 1, D), i32 = cad_tensor_1d(CAD_I32, seg, 0);
    none.data = i32.data = NULL;
    cells.ndim = 4;
    cells.dim[3] = 64;
    cad_kv cache = {.k = cells, .v = cells};
    cache.v.dim[2] = 64;
    cache.v.dim[3] = D;
    seg[1] = 0;
    cad_attn_bwd_args b = {.q = none, .k = none, .v = none, .seg = cad_tensor_1d(CAD_I32, seg, 1), .o = none, .d_o = none};
    b.lse = cad_tensor_2d(CAD_F32, NULL, 1, 0);
    b.dq = b.dk = b.dv = none;
    a.q = a.k = a.v = a.o = none;
    a.seg.dim[0] = 1;
    a.tiles.data = NULL;
    CO_RUN(t, attn_fwd, &a);
    CO_RUN(t, attn_bwd, &b);
    CO_RUN(t, kv_append, (&(cad_kv_append_args){.k = none, .v = none, .slot = i32, .pos = i32, .cache = cache}));
    CO_RUN(t, attn_decode,
           (&(cad_attn_decode_args){.q = none, .slot = i32, .len = i32, .cache = cache, .o = none, .scale = scale}));
}
