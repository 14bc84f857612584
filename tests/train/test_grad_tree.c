#include "tests/unit.h"

#include "core/rng.h"
#include "train/grad_tree.h"

enum { COUNT = 1000 };

static float lane_gradient[8][COUNT], total[COUNT], g[COUNT];

static const cad_ops *ops(void)
{
    const cad_ops *o;
    ok(cad_ops_get("cpu", &o));
    return o;
}

static void add_lane(int lane)
{
    for (int i = 0; i < COUNT; i++)
        g[i] += lane_gradient[lane][i];
}

static void tree(float *out, int lane0, int n)
{
    if (n == 1) {
        memcpy(out, lane_gradient[lane0], sizeof total);
        return;
    }
    float left[COUNT], right[COUNT];
    tree(left, lane0, n / 2);
    tree(right, lane0 + n / 2, n / 2);
    for (int i = 0; i < COUNT; i++)
        out[i] = left[i] + right[i];
}

static void fill(void)
{
    cad_rng r = cad_rng_make(3, "test tree", 0);
    for (int l = 0; l < 8; l++)
        for (int i = 0; i < COUNT; i++)
            lane_gradient[l][i] = (float)cad_rng_normal(&r);
}

static void test_single_lanes_add_up_as_the_tree(void **state)
{
    (void)state;
    cad_arena *a;
    ok(cad_arena_create("tree", 1 << 20, &a));
    cad_grad_tree t;
    ok(cad_grad_tree_init(ops(), g, COUNT, true, a, &t));
    fill();
    /* Every set of lanes that hold rows: the others count as zero. */
    for (int set = 1; set < 256; set++) {
        fill();
        ok(cad_grad_tree_begin(&t));
        for (int l = 0; l < 8; l++) {
            if (!(set >> l & 1)) {
                memset(lane_gradient[l], 0, sizeof lane_gradient[l]);
                continue;
            }
            ok(cad_grad_tree_group(&t, l));
            add_lane(l);
        }
        ok(cad_grad_tree_end(&t));
        tree(total, 0, 8);
        assert_memory_equal(total, g, sizeof total);
    }
    cad_arena_destroy(a);
}

static void test_larger_groups_regroup_to_the_same_bits(void **state)
{
    (void)state;
    cad_arena *a;
    ok(cad_arena_create("tree", 1 << 20, &a));
    cad_grad_tree t;
    ok(cad_grad_tree_init(ops(), g, COUNT, true, a, &t));
    fill();
    tree(total, 0, 8);
    ok(cad_grad_tree_begin(&t));
    float part[COUNT];
    const int group[4][2] = {{0, 4}, {4, 1}, {5, 1}, {6, 2}};
    for (int i = 0; i < 4; i++) {
        ok(cad_grad_tree_group(&t, group[i][0]));
        tree(part, group[i][0], group[i][1]);
        for (int k = 0; k < COUNT; k++)
            g[k] += part[k];
    }
    ok(cad_grad_tree_end(&t));
    assert_memory_equal(total, g, sizeof total);
    cad_arena_destroy(a);
}

static void test_one_group_needs_no_buffer(void **state)
{
    (void)state;
    cad_arena *a;
    ok(cad_arena_create("tree", 1 << 20, &a));
    cad_grad_tree t;
    ok(cad_grad_tree_init(ops(), g, COUNT, false, a, &t));
    assert_int_equal(cad_arena_used(a), 0);
    fill();
    ok(cad_grad_tree_begin(&t));
    ok(cad_grad_tree_group(&t, 0));
    add_lane(2);
    ok(cad_grad_tree_end(&t));
    assert_memory_equal(lane_gradient[2], g, sizeof total);
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_lanes_add_up_as_the_tree),
        cmocka_unit_test(test_larger_groups_regroup_to_the_same_bits),
        cmocka_unit_test(test_one_group_needs_no_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
