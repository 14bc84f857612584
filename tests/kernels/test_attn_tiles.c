/* The row blocks that the host hands to attention. */
#include "core/rng.h"
#include "kernels/ops.h"
#include "tests/unit.h"

enum { SEGMENTS = 40, MOST_ROWS = 20000 };

static int64_t random_segments(uint64_t seed, int32_t *seg)
{
    cad_rng r = cad_rng_make(seed, "tiles", 0);
    int64_t n = cad_rng_range(&r, 0, SEGMENTS);
    seg[0] = 0;
    for (int64_t i = 0; i < n; i++)
        seg[i + 1] = seg[i] + (int32_t)cad_rng_range(&r, 0, i % 3 ? 200 : 3 * CAD_ATTN_ROWS) / 64 * (i % 2 ? 1 : 64);
    return n;
}

static void test_every_row_is_in_one_block_of_its_segment(void **state)
{
    (void)state;
    static int32_t seg[SEGMENTS + 1], tile[4 * MOST_ROWS], segment_of[MOST_ROWS];
    static int seen[MOST_ROWS];
    for (uint64_t s = 0; s < 200; s++) {
        int64_t n_seg = random_segments(s, seg), n = seg[n_seg];
        memset(seen, 0, sizeof seen);
        for (int32_t i = 0; i < n_seg; i++)
            for (int32_t r = seg[i]; r < seg[i + 1]; r++)
                segment_of[r] = i;
        int64_t tiles = cad_attn_tiles(seg, n_seg, tile);
        assert_true(tiles <= cad_attn_tiles_most(n, n_seg));
        for (int64_t k = 0; k < tiles; k++) {
            const int32_t *t = tile + 4 * k;
            int32_t end = t[2] + CAD_ATTN_ROWS < t[1] ? t[2] + CAD_ATTN_ROWS : t[1];
            assert_int_equal(t[0], seg[segment_of[t[2]]]);
            assert_int_equal(t[1], seg[segment_of[t[2]] + 1]);
            assert_int_equal((t[2] - t[0]) % CAD_ATTN_ROWS, 0);
            assert_int_equal(t[3], end - t[0]);
            assert_true(k == 0 || t[3] < t[-1] || (t[3] == t[-1] && t[2] > t[-2]));
            for (int32_t r = t[2]; r < end; r++)
                seen[r]++;
        }
        for (int64_t r = 0; r < n; r++)
            assert_int_equal(seen[r], 1);
    }
}

static void test_the_most_blocks_are_as_many_as_there_can_be(void **state)
{
    (void)state;
    static int32_t seg[SEGMENTS + 1], tile[4 * MOST_ROWS];
    for (int32_t i = 0; i < SEGMENTS; i++) /* one row more than whole blocks: as many blocks as such rows can have */
        seg[i + 1] = seg[i] + i % 3 * CAD_ATTN_ROWS + 1;
    assert_int_equal(cad_attn_tiles(seg, SEGMENTS, tile), cad_attn_tiles_most(seg[SEGMENTS], SEGMENTS));
    assert_int_equal(cad_attn_tiles_most(0, 0), 0);
    assert_int_equal(cad_attn_tiles_most(5, 5), 5);
    assert_int_equal(cad_attn_tiles_most(5, 1000), 5);
    assert_int_equal(cad_attn_tiles_most(65, 1), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_in_one_block_of_its_segment),
        cmocka_unit_test(test_the_most_blocks_are_as_many_as_there_can_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
