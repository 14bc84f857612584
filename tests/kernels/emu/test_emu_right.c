/* What the emulator answers is what a device answers: compared with plain loops, in every mode and some orders. */
#include "tests/unit.h"

#include "core/rng.h"
#include "core/tensor.h"
#include "kernels/emu/emu_control.h"
#include "kernels/ops.h"
#include "tests/kernels/emu/emu_cases.h"

enum { N = 4096 };

static const cad_ops *ops;
static union {
    unsigned char byte[N];
    uint16_t half[N / 2];
    uint32_t word[N / 4];
    uint64_t wide[N / 8];
    float f[N / 4];
    double g[N / 8];
} in, out, changed;

typedef cad_status (*kernel)(const emu_data *d);

static void fill_in(void)
{
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < N / 8; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        in.wide[i] = x;
    }
}

/* Runs it once on `in`; out and changed hold what is in memory afterwards. */
static void run_once(kernel run, int by)
{
    void *a, *b;
    ok(ops->mem_alloc(N, &a));
    ok(ops->mem_alloc(N, &b));
    ok(ops->mem_put(a, in.byte, N, NULL));
    ok(run(&(emu_data){a, b, N, by}));
    ok(ops->mem_get(out.byte, b, N, NULL));
    ok(ops->mem_get(changed.byte, a, N, NULL));
    ops->mem_free(a);
    ops->mem_free(b);
}

/* Calls check() after a run in each mode with some seeds. */
static void run_all(kernel run, int by, void (*check)(int by))
{
    for (int mode = CAD_EMU_DEFERRED; mode <= CAD_EMU_RANDOM; mode++)
        for (uint64_t seed = 0; seed < 6; seed++) {
            cad_emu_set((cad_emu_mode)mode, seed);
            run_once(run, by);
            check(by);
        }
}

/* ---- warp operations ---- */

static int source_of(int kind, int lane, int by)
{
    int from = kind == 0 ? (lane * 3 + by) & 31 : kind == 1 ? lane ^ by : kind == 2 ? lane - by : lane + by;
    return from < 0 || from > 31 ? lane : from;
}

static void check_shuffles32(int by)
{
    for (int i = 0; i < 128; i++)
        assert_int_equal(out.word[i], in.word[source_of(i / 32, i % 32, by)]);
}

static void check_shuffles64(int by)
{
    for (int i = 0; i < 128; i++)
        assert_int_equal(out.wide[i], in.wide[source_of(i / 32, i % 32, by)]);
}

static void test_shuffles_move_4_and_8_bytes(void **state)
{
    (void)state;
    fill_in();
    static const int by[] = {0, 1, 2, 5, 16, 17, 31};
    for (size_t i = 0; i < sizeof by / sizeof by[0]; i++) {
        run_all(emu_shuffles32, by[i], check_shuffles32);
        run_all(emu_shuffles64, by[i], check_shuffles64);
    }
}

static void check_votes(int by)
{
    for (int i = 0; i < 64; i++) {
        uint32_t all = 0;
        for (int l = 0; l < 32; l++)
            all |= (uint32_t)(in.byte[i / 32 * 32 + l] < by) << l;
        assert_int_equal(out.word[3 * i], all);
        assert_int_equal(out.word[3 * i + 1], all != 0);
        assert_int_equal(out.word[3 * i + 2], all == 0xFFFFFFFFu);
    }
}

static void test_votes_see_every_lane(void **state)
{
    (void)state;
    fill_in();
    run_all(emu_votes, 0, check_votes);
    run_all(emu_votes, 100, check_votes);
    run_all(emu_votes, 256, check_votes);
}

/* ---- matrices ---- */

static uint32_t pair_of(int first_row, int matrix, int g, int t, bool trans)
{
    uint32_t v[2];
    for (int k = 0; k < 2; k++) {
        int r = trans ? 2 * t + k : g, c = trans ? g : 2 * t + k;
        int row = ((8 * matrix + r) * 5 + 3) % 32; /* as the lanes hand them in */
        v[k] = in.half[first_row + 8 * row + c];
    }
    return v[0] | v[1] << 16;
}

static void check_ldmatrix(int by)
{
    (void)by;
    for (int l = 0; l < 32; l++) {
        const uint32_t *r = out.word + 12 * l;
        for (int j = 0; j < 4; j++) {
            assert_int_equal(r[j], pair_of(0, j, l / 4, l % 4, false));
            assert_int_equal(r[4 + j], pair_of(0, j, l / 4, l % 4, true));
        }
        for (int j = 0; j < 2; j++) {
            assert_int_equal(r[8 + j], pair_of(0, j, l / 4, l % 4, false));
            assert_int_equal(r[10 + j], pair_of(0, j, l / 4, l % 4, true));
        }
    }
}

static void test_ldmatrix_hands_out_fragments(void **state)
{
    (void)state;
    fill_in();
    run_all(emu_ldmatrix, 0, check_ldmatrix);
}

static void check_mma(int by)
{
    (void)by;
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 8; j++) {
            float sum = in.f[192 + i * 8 + j];
            for (int twice = 0; twice < 2; twice++)
                for (int k = 0; k < 16; k++)
                    sum += cad_bf16_to_f32(in.half[i * 16 + k]) * cad_bf16_to_f32(in.half[256 + j * 16 + k]);
            assert_memory_equal(&out.f[i * 8 + j], &sum, 4);
        }
}

/* Numbers of every size: the order of the sum shows in the bits. */
static void test_mma_is_a_plain_product(void **state)
{
    (void)state;
    cad_rng r = cad_rng_make(7, "mma", 0);
    fill_in();
    for (int i = 0; i < 384; i++)
        in.half[i] = cad_f32_to_bf16((float)(cad_rng_normal(&r) * (i % 7 ? 1 : 100)));
    for (int i = 192; i < 320; i++)
        in.f[i] = (float)cad_rng_normal(&r);
    run_all(emu_mma, 0, check_mma);
}

/* ---- blocks ---- */

static void check_reversed(int by)
{
    (void)by;
    for (int b = 0; b < 3; b++)
        for (int i = 0; i < 96; i++)
            assert_int_equal(out.word[b * 96 + i], in.half[b * 96 + 95 - (96 - i) % 96]);
}

static void test_shared_memory_and_barriers_carry_values(void **state)
{
    (void)state;
    fill_in();
    run_all(emu_reversed, 0, check_reversed);
}

static void check_grids(int by)
{
    (void)by;
    unsigned i = 0;
    for (unsigned bz = 0; bz < 2; bz++)
        for (unsigned b = 0; b < 6; b++)
            for (unsigned t = 0; t < 64; t++, i++)
                assert_int_equal(out.word[i], t % 4 | t / 4 % 2 << 4 | t / 8 << 8 | b % 2 << 12 | b / 2 << 16 | bz << 20);
}

static void test_grids_and_blocks_have_three_dimensions(void **state)
{
    (void)state;
    run_all(emu_grids, 0, check_grids);
}

static bool is_permutation(const uint32_t *v, unsigned n)
{
    uint64_t seen = 0;
    for (unsigned i = 0; i < n; i++)
        seen |= v[i] < n ? (uint64_t)1 << v[i] : 0;
    return seen == ((uint64_t)1 << n) - 1;
}

static void test_each_block_runs_once_in_an_order_of_the_seed(void **state)
{
    (void)state;
    enum { SEEDS = 20, WORDS = 16 + 13 * 4 };
    static uint32_t order[SEEDS][WORDS];
    int other_blocks = 0, other_warps = 0;
    memset(&in, 0, sizeof in);
    for (int s = 0; s < SEEDS; s++) {
        cad_emu_set(CAD_EMU_DEFERRED, (uint64_t)s);
        run_once(emu_block_order, 0);
        memcpy(order[s], out.word, sizeof order[s]);
        assert_true(is_permutation(order[s], 13));
        for (int b = 0; b < 13; b++)
            assert_true(is_permutation(order[s] + 16 + 4 * b, 4));
        other_blocks += memcmp(order[s], order[0], 13 * 4) != 0;
        other_warps += memcmp(order[s] + 16, order[0] + 16, 13 * 4 * 4) != 0;
        cad_emu_set(CAD_EMU_DEFERRED, (uint64_t)s);
        run_once(emu_block_order, 0);
        assert_memory_equal(order[s], out.word, 13 * 4);
    }
    assert_true(other_blocks > SEEDS / 2 && other_warps > SEEDS / 2);
}

static void check_atomics(int by)
{
    (void)by;
    uint64_t seen[3] = {0};
    for (int i = 0; i < 192; i++)
        seen[out.word[i] / 64 % 3] |= (uint64_t)1 << out.word[i] % 64;
    for (int i = 0; i < 3; i++)
        assert_true(seen[i] == UINT64_MAX);
    assert_int_equal(changed.word[0], 192);
    assert_int_equal(changed.word[1], 500 - 191);
    assert_int_equal(changed.word[2], 191);
    assert_int_equal(changed.word[3], 0xFFFFFFFFu);
    assert_int_equal(changed.word[4], 0xABCD0000u);
    assert_int_equal((int)changed.word[5], -191);
    assert_true(changed.wide[3] == (uint64_t)192 << 30);
    assert_true(changed.word[8] < 192);
}

static void test_atomics_of_all_blocks_add_up(void **state)
{
    (void)state;
    memset(&in, 0, sizeof in);
    in.word[1] = 1000;
    in.word[4] = 0xABCDFFFFu;
    run_all(emu_atomics, 0, check_atomics);
}

/* ---- copies ---- */

static void check_copies(int by)
{
    (void)by;
    for (int i = 0; i < 192; i++) {
        unsigned char expect[16] = {0};
        int t = i % 96;
        memcpy(expect, in.byte + 16 * ((t + i / 96) % 96), (size_t)(t % 17));
        assert_memory_equal(out.byte + 16 * i, expect, 16);
    }
}

static void test_copies_bring_what_is_valid_and_zeros(void **state)
{
    (void)state;
    fill_in();
    run_all(emu_copies, 0, check_copies);
}

static void check_pipeline(int by)
{
    (void)by;
    for (int i = 0; i < 128; i++) {
        uint32_t sum = 0;
        for (int k = 0; k < 3; k++) {
            const uint32_t *v = in.word + 4 * (64 * k + 63 - i % 64);
            sum += (v[0] ^ v[1]) + (v[2] ^ v[3]);
        }
        assert_int_equal(out.word[i], sum);
    }
}

static void test_two_buffers_in_turn_are_sound(void **state)
{
    (void)state;
    fill_in();
    run_all(emu_pipeline, 0, check_pipeline);
}

/* ---- what is no mistake ---- */

static void check_exchange(int by)
{
    (void)by;
    for (int w = 0; w < 2; w++) {
        uint32_t v[32], sum[32] = {0}, old[32];
        memcpy(v, in.word + 32 * w, sizeof v);
        for (int i = 1; i < 5; i++) {
            memcpy(old, v, sizeof v);
            for (int l = 0; l < 32; l++)
                v[l] += sum[l] += old[(l + i) % 32];
        }
        uint32_t all = 0;
        for (int l = 0; l < 32; l++)
            all += v[l];
        for (int l = 0; l < 32; l++)
            assert_int_equal(out.word[32 * w + l], sum[l] + all + v[7] + sum[7] + all);
    }
}

static void test_lanes_exchange_with_syncwarp_alone(void **state)
{
    (void)state;
    fill_in();
    run_all(emu_exchange_in_a_warp, 0, check_exchange);
}

static void check_bytes(int by)
{
    (void)by;
    for (int i = 0; i < 128; i++) {
        unsigned char b = in.byte[i], v = (unsigned char)((unsigned char)(b * 3) + (unsigned char)(b + 1));
        assert_int_equal(out.byte[i], (unsigned char)(v + v / 2));
        assert_int_equal(changed.byte[i], (unsigned char)(b + 1));
    }
}

static void test_neighbours_may_write_neighbouring_bytes(void **state)
{
    (void)state;
    fill_in();
    run_all(emu_bytes_in_place, 0, check_bytes);
}

static void check_histogram(int by)
{
    (void)by;
    uint32_t count[16] = {0};
    for (int i = 0; i < 256; i++)
        count[in.byte[i] % 16]++;
    for (int i = 0; i < 128; i++)
        assert_int_equal(out.word[i], count[i % 16]);
}

static void test_atomics_between_barriers_are_sound(void **state)
{
    (void)state;
    fill_in();
    run_all(emu_histogram, 0, check_histogram);
}

static void check_launched(int by)
{
    (void)by;
    for (uint32_t i = 0; i < 32; i++)
        assert_int_equal(out.word[i], i + 100 + 31 - i + 200 + (i + 1) % 32);
}

static void test_a_launch_reads_what_the_one_before_wrote(void **state)
{
    (void)state;
    run_all(emu_launched, 0, check_launched);
}

static void check_host(int by)
{
    static const uint32_t table[4] = {5, 7, 11, 13};
    for (uint32_t t = 0; t < 32; t++) {
        uint32_t a = t % 8, b = (uint32_t)by % 8;
        assert_int_equal(out.word[t], table[(a + t) % 4] * a + table[(b + t) % 4] * b);
    }
}

static void test_constants_and_stacks_are_open(void **state)
{
    (void)state;
    run_all(emu_from_the_host, 5, check_host);
}

#ifdef __SANITIZE_ADDRESS__
static void check_poison(int by)
{
    (void)by;
    for (int i = 0; i < 192; i++)
        assert_int_equal(out.word[i], 0xCDCDCDCDu);
}

static void test_every_block_finds_poison_in_shared_memory(void **state)
{
    (void)state;
    run_all(emu_poison, 0, check_poison);
}
#else
static void test_every_block_finds_poison_in_shared_memory(void **state)
{
    (void)state;
    emu_data d = {NULL, NULL, 0, 0};
    fails(emu_poison(&d), CAD_EINTERNAL, "which nothing has written");
}
#endif

/* ---- launches ---- */

static cad_status launch(unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, size_t smem)
{
    unsigned grid[3] = {gx, gy, gz}, block[3] = {bx, by, bz};
    return emu_launch_as(grid, block, smem, &(emu_data){0});
}

static void test_launches_that_no_device_takes_are_errors(void **state)
{
    (void)state;
    fails(launch(1, 1, 1, 0, 1, 1, 0), CAD_EINVAL, "grids: a block of (0,1,1) threads");
    fails(launch(1, 1, 1, 33, 1, 1, 0), CAD_EINVAL, "a block of (33,1,1) threads; whole warps");
    fails(launch(1, 1, 1, 1056, 1, 1, 0), CAD_EINVAL, "a block of (1056,1,1) threads; whole warps, 32 to 1024");
    fails(launch(1, 1, 1, 1, 1, 128, 0), CAD_EINVAL, "z at most 64");
    fails(launch(2147483648u, 1, 1, 32, 1, 1, 0), CAD_EINVAL, "a grid of (2147483648,1,1) blocks");
    fails(launch(1, 65536, 1, 32, 1, 1, 0), CAD_EINVAL, "a grid of (1,65536,1) blocks");
    fails(launch(1, 1, 65536, 32, 1, 1, 0), CAD_EINVAL, "at most (2147483647,65535,65535)");
    fails(launch(1, 1, 1, 32, 1, 1, 232449), CAD_EINVAL, "232449 bytes of shared memory; a block has 232448");
}

static void test_an_empty_grid_is_no_launch(void **state)
{
    (void)state;
    uint64_t before = cad_emu_threads_run();
    ok(launch(0, 1, 1, 32, 1, 1, 0));
    ok(launch(1, 0, 3, 32, 1, 1, 0));
    assert_true(cad_emu_threads_run() == before);
    run_once(emu_grids, 0);
    assert_true(cad_emu_threads_run() == before + 2 * 3 * 2 * 64);
}

static void test_the_mode_is_read_from_the_environment(void **state)
{
    (void)state;
    static const char *const wrong[] = {"sooner", "eager,", "random,1x", "deferred 3", "eagerly"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(setenv("CADLM_EMU", wrong[i], 1), 0);
        fails(cad_ops_get("emu", &ops), CAD_EINVAL, "expected deferred, eager or random, then a comma and a seed");
    }
    assert_int_equal(setenv("CADLM_EMU", "random,17", 1), 0);
    ok(cad_ops_get("emu", &ops));
    assert_int_equal(unsetenv("CADLM_EMU"), 0);
    assert_string_equal(ops->name, "emu");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_mode_is_read_from_the_environment), /* before anything opens the emulator */
        cmocka_unit_test(test_shuffles_move_4_and_8_bytes),
        cmocka_unit_test(test_votes_see_every_lane),
        cmocka_unit_test(test_ldmatrix_hands_out_fragments),
        cmocka_unit_test(test_mma_is_a_plain_product),
        cmocka_unit_test(test_shared_memory_and_barriers_carry_values),
        cmocka_unit_test(test_grids_and_blocks_have_three_dimensions),
        cmocka_unit_test(test_each_block_runs_once_in_an_order_of_the_seed),
        cmocka_unit_test(test_atomics_of_all_blocks_add_up),
        cmocka_unit_test(test_copies_bring_what_is_valid_and_zeros),
        cmocka_unit_test(test_two_buffers_in_turn_are_sound),
        cmocka_unit_test(test_lanes_exchange_with_syncwarp_alone),
        cmocka_unit_test(test_neighbours_may_write_neighbouring_bytes),
        cmocka_unit_test(test_atomics_between_barriers_are_sound),
        cmocka_unit_test(test_a_launch_reads_what_the_one_before_wrote),
        cmocka_unit_test(test_constants_and_stacks_are_open),
        cmocka_unit_test(test_every_block_finds_poison_in_shared_memory),
        cmocka_unit_test(test_launches_that_no_device_takes_are_errors),
        cmocka_unit_test(test_an_empty_grid_is_no_launch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
