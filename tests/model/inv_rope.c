/* Shifting all positions of a segment by a constant leaves the attention's output, by the rule that holds for any op: against
 * f64 the shifted form may err twice as much as the naive form in f32, and 8 ulp. */
#include "core/rng.h"
#include "tests/inv_main.h"
#include "tests/kernels/ref_ops.h"

enum { N = 40, SEGMENTS = 2, H = 4, K = 2, D = 16, POSITIONS = 700, THETA = 10000, ALL = N * H * D, KV = N * K * D };

static const int32_t seg[SEGMENTS + 1] = {0, 17, N};

/* The largest difference to r, and the root of the mean square as a share of that of r. */
static void errors(const float *x, const double *r, double *most, double *share)
{
    double diff = 0, norm = 0;
    *most = 0;
    for (int i = 0; i < ALL; i++) {
        double d = fabs((double)x[i] - r[i]);
        *most = !(d <= *most) ? d : *most;
        diff += d * d;
        norm += r[i] * r[i];
    }
    *share = sqrt(diff / norm);
}

static void positions(int32_t *pos, const int32_t shift[SEGMENTS])
{
    for (int s = 0; s < SEGMENTS; s++)
        for (int32_t i = seg[s]; i < seg[s + 1]; i++)
            pos[i] = i - seg[s] + shift[s];
}

/* By the ops, as the decoder calls them. */
static void attention(const float *q, const float *k, const float *v, const int32_t *pos, float *o)
{
    static float table[POSITIONS * D], tq[ALL], tk[KV];
    const cad_ops *ops;
    cad_rope_config rope = {.theta = THETA};
    cad_tensor p = cad_tensor_1d(CAD_I32, (void *)(uintptr_t)pos, N), t = cad_tensor_2d(CAD_F32, table, POSITIONS, D);
    ok(cad_ops_get("cpu", &ops));
    cad_rope_table(&rope, POSITIONS, D, table);
    memcpy(tq, q, sizeof tq);
    memcpy(tk, k, sizeof tk);
    ok(ops->rope_fwd(&(cad_rope_fwd_args){.x = cad_tensor_3d(CAD_F32, tq, N, H, D), .pos = p, .table = t}, NULL));
    ok(ops->rope_fwd(&(cad_rope_fwd_args){.x = cad_tensor_3d(CAD_F32, tk, N, K, D), .pos = p, .table = t}, NULL));
    ok(ops->attn_fwd(&(cad_attn_fwd_args){.q = cad_tensor_3d(CAD_F32, tq, N, H, D),
                                          .k = cad_tensor_3d(CAD_F32, tk, N, K, D),
                                          .v = cad_tensor_3d(CAD_F32, (void *)(uintptr_t)v, N, K, D),
                                          .seg = cad_tensor_1d(CAD_I32, (void *)(uintptr_t)seg, SEGMENTS + 1),
                                          .o = cad_tensor_3d(CAD_F32, o, N, H, D),
                                          .scale = 0.25f,
                                          .causal = 1},
                     NULL));
}

static void test_rope_a_shift_of_all_positions_leaves_the_output(void **state)
{
    (void)state;
    static float q[ALL], k[KV], v[KV], nq[ALL], nk[KV], naive[ALL], got[ALL], lse[(H + 1) * N];
    static double rq[ALL], rk[KV], rv[KV], want[ALL], rlse[(H + 1) * N];
    static const int32_t shifts[][SEGMENTS] = {{0, 0}, {1, 0}, {0, 37}, {600, 3}, {500, 660}};
    int32_t pos[N];
    cad_rng r = cad_rng_make(6, "rope", 0);
    for (int i = 0; i < ALL; i++)
        rq[i] = nq[i] = q[i] = (float)cad_rng_normal(&r);
    for (int i = 0; i < KV; i++) {
        rk[i] = nk[i] = k[i] = (float)cad_rng_normal(&r);
        rv[i] = v[i] = (float)cad_rng_normal(&r);
    }
    positions(pos, shifts[0]);
    ref64_rope(rq, pos, THETA, 1, N, H, D);
    ref64_rope(rk, pos, THETA, 1, N, K, D);
    ref64_attn(rq, rk, rv, seg, SEGMENTS, H, K, D, 0.25, 1, want, rlse);
    ref32_rope(nq, pos, THETA, 1, N, H, D);
    ref32_rope(nk, pos, THETA, 1, N, K, D);
    ref32_attn(nq, nk, v, seg, SEGMENTS, H, K, D, 0.25f, 1, naive, lse);
    double most, share, naive_most, naive_share, top = 0;
    errors(naive, want, &naive_most, &naive_share);
    for (int i = 0; i < ALL; i++)
        top = fmax(top, fabs(want[i]));
    double ulp = ldexp(1.0, ilogb(top) - 23);
    for (size_t s = 0; s < sizeof shifts / sizeof *shifts; s++) {
        positions(pos, shifts[s]);
        attention(q, k, v, pos, got);
        errors(got, want, &most, &share);
        print_message("shifts %3d %3d: error %.3g, %.3g of the norm; naive %.3g, %.3g\n", shifts[s][0], shifts[s][1], most,
                      share, naive_most, naive_share);
        assert_true(most <= 2 * naive_most + 8 * ulp);
        assert_true(share <= 1.25 * naive_share + 1e-6);
    }
}

INV_MAIN(NULL, NULL, cmocka_unit_test(test_rope_a_shift_of_all_positions_leaves_the_output))
