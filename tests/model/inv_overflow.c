/* Index products above 2^31 (and 2^32) are right.  Tensors of 20 GB stand in address space alone: a probe touches a few rows at
 * the ends and around the limits, and only their pages exist. */
#include "core/rng.h"
#include "kernels/ops.h"
#include "tests/inv_main.h"

#include <sys/mman.h>

enum { V = 152064, WIDE = 32768, ROWS = 6 };
/* Elements 2^31 and 2^32 of (V,WIDE) are the starts of rows 65536 and 131072; the others end and begin the tensor. */
static const uint32_t rows_of_v[ROWS] = {0, 65535, 65536, 131071, 131072, V - 1};
/* In (WIDE,V) they lie inside of rows 14122 and 28244. */
static const uint32_t rows_of_n[ROWS] = {0, 14122, 14123, 28244, 28245, WIDE - 1};

static float *reserve(int64_t elements)
{
    void *p = mmap(NULL, (size_t)elements * sizeof(float), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED) {
        print_message("skipped: no address space of %lld bytes\n", (long long)elements * 4);
        skip();
    }
    return p;
}

static void release(float *p, int64_t elements)
{
    assert_int_equal(munmap(p, (size_t)elements * sizeof *p), 0);
}

static const cad_ops *ops(void)
{
    const cad_ops *o;
    ok(cad_ops_get("cpu", &o));
    return o;
}

static void fill(float *x, int64_t n, uint64_t seed)
{
    cad_rng r = cad_rng_make(seed, "overflow", 0);
    for (int64_t i = 0; i < n; i++)
        x[i] = (float)cad_rng_normal(&r);
}

static void test_overflow_rows_of_a_table_of_5e9_elements_are_read_and_added_to(void **state)
{
    (void)state;
    const int64_t size = (int64_t)V * WIDE;
    float *e = reserve(size), *y = malloc(sizeof(float) * ROWS * WIDE);
    cad_tensor id = cad_tensor_1d(CAD_U32, (void *)(uintptr_t)rows_of_v, ROWS), table = cad_tensor_2d(CAD_F32, e, V, WIDE);
    cad_tensor ty = cad_tensor_2d(CAD_F32, y, ROWS, WIDE);
    uint32_t order[ROWS] = {0, 1, 2, 3, 4, 5};
    assert_true(cad_tensor_count(&table) == INT64_C(4982833152));
    for (int i = 0; i < ROWS; i++)
        fill(e + rows_of_v[i] * (int64_t)WIDE, WIDE, (uint64_t)i);
    ok(ops()->embed_fwd(&(cad_embed_fwd_args){.id = id, .e = table, .y = ty}, NULL));
    for (int i = 0; i < ROWS; i++)
        assert_memory_equal(y + (int64_t)i * WIDE, e + rows_of_v[i] * (int64_t)WIDE, WIDE * sizeof *y);
    /* dE of zeros grows by exactly these rows, doubled by the second call. */
    for (int call = 0; call < 2; call++)
        ok(ops()->embed_bwd(
            &(cad_embed_bwd_args){.id = id, .order = cad_tensor_1d(CAD_U32, order, ROWS), .dy = ty, .de = table}, NULL));
    for (int64_t i = 0; i < ROWS; i++)
        for (int64_t c = 0; c < WIDE; c++)
            assert_true(e[rows_of_v[i] * (int64_t)WIDE + c] ==
                        3 * y[i * WIDE + c]); /* 2 y is exact, so 2 y + y rounds as 3 y */
    release(e, size);
    free(y);
}

static void test_overflow_rows_of_logits_of_5e9_elements_are_moved(void **state)
{
    (void)state;
    const int64_t size = (int64_t)V * WIDE;
    float *z = reserve(size), *x = malloc(sizeof(float) * ROWS * V), *y = calloc((size_t)ROWS * V, sizeof *y);
    cad_tensor i = cad_tensor_1d(CAD_U32, (void *)(uintptr_t)rows_of_n, ROWS), whole = cad_tensor_2d(CAD_F32, z, WIDE, V);
    fill(x, (int64_t)ROWS * V, 9);
    ok(ops()->scatter_rows(&(cad_scatter_rows_args){.i = i, .x = cad_tensor_2d(CAD_F32, x, ROWS, V), .y = whole}, NULL));
    for (int64_t r = 0; r < ROWS; r++)
        assert_memory_equal(z + rows_of_n[r] * (int64_t)V, x + r * V, V * sizeof *x);
    ok(ops()->gather_rows(&(cad_gather_rows_args){.i = i, .x = whole, .y = cad_tensor_2d(CAD_F32, y, ROWS, V)}, NULL));
    assert_memory_equal(x, y, sizeof(float) * ROWS * V);
    release(z, size);
    free(x);
    free(y);
}

/* Rows of q and k that lie 1.6e9 elements apart, as views into something wider: the same bits as dense rows.  The third begins
 * above 2^31, the fourth above 2^32. */
static void test_overflow_rows_far_apart_are_found(void **state)
{
    (void)state;
    enum { N = 4, H = 2, D = 16, P = 8 };
    const int64_t ld = INT64_C(1600000000), size = (N - 1) * ld + (int64_t)H * D;
    float *far = reserve(size), dense[N * H * D], table[P * D], near_o[N * H * D], far_o[N * H * D];
    int32_t pos[N] = {0, 5, 7, 2}, seg[2] = {0, N};
    const cad_rope_config rope = {.theta = 10000};
    cad_rope_table(&rope, P, D, table);
    fill(dense, (int64_t)N * H * D, 4);
    for (int i = 0; i < N; i++)
        memcpy(far + i * ld, dense + (int64_t)i * H * D, sizeof(float) * H * D);
    for (int wide = 0; wide < 2; wide++) {
        cad_tensor x = cad_tensor_3d(CAD_F32, wide ? far : dense, N, H, D);
        ok(ops()->rope_fwd(&(cad_rope_fwd_args){.x = x,
                                                .ld = wide ? ld : 0,
                                                .pos = cad_tensor_1d(CAD_I32, pos, N),
                                                .table = cad_tensor_2d(CAD_F32, table, P, D)},
                           NULL));
        ok(ops()->attn_fwd(&(cad_attn_fwd_args){.q = x,
                                                .k = x,
                                                .v = x,
                                                .ld_q = wide ? ld : 0,
                                                .ld_k = wide ? ld : 0,
                                                .ld_v = wide ? ld : 0,
                                                .seg = cad_tensor_1d(CAD_I32, seg, 2),
                                                .o = cad_tensor_3d(CAD_F32, wide ? far_o : near_o, N, H, D),
                                                .scale = 0.25f,
                                                .causal = 1},
                           NULL));
    }
    for (int i = 0; i < N; i++)
        assert_memory_equal(far + i * ld, dense + (int64_t)i * H * D, sizeof(float) * H * D);
    assert_memory_equal(far_o, near_o, sizeof near_o);
    release(far, size);
}

/* The last slot of a cache of 4.4e9 cells, which begins at cell 2^32, answers as the only slot of a small one. */
static void test_overflow_the_last_slot_of_a_large_cache_answers_the_same(void **state)
{
    (void)state;
    enum { SLOTS = 65, K = 8, H = 16, D = 128, T = 65536, SMALL = 64, N = 4 };
    const int64_t size = (int64_t)SLOTS * K * D * T, last_slot = size - (int64_t)K * D * T, little = (int64_t)K * D * SMALL;
    assert_true(last_slot == INT64_C(1) << 32);
    float *k = reserve(size), *v = reserve(size), *small_k = calloc((size_t)little, sizeof *k),
          *small_v = calloc((size_t)little, sizeof *k);
    static float tk[N * K * D], tv[N * K * D], q[H * D], o[2][H * D];
    fill(tk, (int64_t)N * K * D, 1);
    fill(tv, (int64_t)N * K * D, 2);
    fill(q, (int64_t)H * D, 3);
    for (int large = 0; large < 2; large++) {
        int32_t last = large ? SLOTS - 1 : 0, slot[N] = {last, last, last, last}, pos[N] = {0, 1, 2, 3}, len = N;
        int64_t s = large ? SLOTS : 1, t = large ? T : SMALL;
        cad_kv cache = {.k = {.data = large ? k : small_k, .dtype = CAD_F32, .ndim = 4, .dim = {s, K, D, t}},
                        .v = {.data = large ? v : small_v, .dtype = CAD_F32, .ndim = 4, .dim = {s, K, t, D}}};
        ok(ops()->kv_append(&(cad_kv_append_args){.k = cad_tensor_3d(CAD_F32, tk, N, K, D),
                                                  .v = cad_tensor_3d(CAD_F32, tv, N, K, D),
                                                  .slot = cad_tensor_1d(CAD_I32, slot, N),
                                                  .pos = cad_tensor_1d(CAD_I32, pos, N),
                                                  .cache = cache},
                            NULL));
        ok(ops()->attn_decode(&(cad_attn_decode_args){.q = cad_tensor_3d(CAD_F32, q, 1, H, D),
                                                      .slot = cad_tensor_1d(CAD_I32, &last, 1),
                                                      .len = cad_tensor_1d(CAD_I32, &len, 1),
                                                      .cache = cache,
                                                      .o = cad_tensor_3d(CAD_F32, o[large], 1, H, D),
                                                      .scale = 0.1f},
                              NULL));
    }
    assert_memory_equal(o[0], o[1], sizeof o[0]);
    for (int64_t r = 0; r < K * D; r++)
        assert_memory_equal(k + last_slot + r * T, small_k + r * SMALL, N * sizeof *k);
    for (int64_t h = 0; h < K; h++)
        assert_memory_equal(v + last_slot + h * T * D, small_v + h * SMALL * D, N * D * sizeof *v);
    release(k, size);
    release(v, size);
    free(small_k);
    free(small_v);
}

INV_MAIN(NULL, NULL, cmocka_unit_test(test_overflow_rows_of_a_table_of_5e9_elements_are_read_and_added_to),
         cmocka_unit_test(test_overflow_rows_of_logits_of_5e9_elements_are_moved),
         cmocka_unit_test(test_overflow_rows_far_apart_are_found),
         cmocka_unit_test(test_overflow_the_last_slot_of_a_large_cache_answers_the_same))
