/* Voxel counts of metrics.md 13, to the cell. */
#include "tests/cad/mesh_util.h"

#include "cad/mesh/voxel.h"
#include "core/rng.h"

static uint64_t *grid(cad_arena *a, const cad_mesh *m, cad_align t, int r, bool closed)
{
    uint64_t *bits;
    ok(cad_arena_alloc(a, (size_t)cad_voxel_words(r) * 8, "bits", &bits));
    ok(cad_voxelize(m, t, r, closed, a, bits));
    return bits;
}

static uint64_t *grid64(cad_arena *a, const cad_mesh *m)
{
    return grid(a, m, own_a1(m), 64, true);
}

static int64_t filled(const uint64_t *bits, int r)
{
    return cad_voxel_compare(bits, bits, r).both;
}

static void expect_overlap(const uint64_t *a, const uint64_t *b, int64_t both, int64_t either)
{
    cad_voxel_overlap o = cad_voxel_compare(a, b, 64);
    if (o.both != both || o.either != either)
        fail_msg("%d / %d, expected %d / %d", (int)o.both, (int)o.either, (int)both, (int)either);
}

static void test_a_cube_fills_the_grid_at_any_size_and_place(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = cube_mesh(a, 1), n = box_mesh(a, 100, -30, 5, 107, -23, 12);
    expect_overlap(grid64(a, &m), grid64(a, &n), 262144, 262144);
    assert_int_equal(filled(grid(a, &m, own_a1(&m), 128, true), 128), 128 * 128 * 128);
    assert_int_equal(filled(grid(a, &m, own_a1(&m), 256, true), 256), 256 * 256 * 256);
    cad_arena_destroy(a);
}

static void test_crossed_slabs_share_a_third(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = box_mesh(a, 0, 0, 0, 2, 1, 1), n = box_mesh(a, 0, 0, 0, 1, 2, 1);
    expect_overlap(grid64(a, &m), grid64(a, &n), 32768, 98304);
    near(cad_voxel_iou(cad_voxel_compare(grid64(a, &m), grid64(a, &n), 64)), 1.0 / 3, 1e-15);
    cad_arena_destroy(a);
}

static void test_a_turned_cube_has_the_count_of_the_page(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = cube_mesh(a, 1), n = cube_mesh(a, 1);
    turn_z(&n, 45, 3, 4, 5);
    expect_overlap(grid64(a, &m), grid64(a, &n), 94208, 262144);
    cad_arena_destroy(a);
}

static cad_mesh tetracube(cad_arena *a, bool mirrored)
{
    static const double cells[4][3] = {{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {1, 1, 1}};
    cad_mesh m = new_mesh(a, 4);
    for (int i = 0; i < 4; i++) {
        double lo[3] = {mirrored ? 1 - cells[i][0] : cells[i][0], cells[i][1], cells[i][2]};
        add_box(&m, lo, (double[3]){lo[0] + 1, lo[1] + 1, lo[2] + 1});
    }
    return m;
}

static void test_touching_cells_of_a_screw_tetracube_cancel_inside(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = tetracube(a, false), n = tetracube(a, true);
    assert_int_equal(filled(grid64(a, &m), 64), 4 * 32768);
    near(cad_voxel_iou(cad_voxel_compare(grid64(a, &m), grid64(a, &n), 64)), 1.0 / 3, 1e-15);
    cad_arena_destroy(a);
}

static void test_the_angle_bracket_has_the_counts_of_the_page(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m[2];
    for (int i = 0; i < 2; i++) {
        m[i] = new_mesh(a, 2);
        add_box(&m[i], (double[3]){0, 0, 0}, (double[3]){50, 30, 3});
        add_box(&m[i], (double[3]){47, 0, 3}, (double[3]){50, 30, 30});
    }
    assert_int_equal(filled(grid64(a, &m[0]), 64), 14896);
    turn_z(&m[1], 45, 0, 0, 0);
    near(cad_voxel_iou(cad_voxel_compare(grid64(a, &m[0]), grid64(a, &m[1]), 64)), .173037, 5e-7);
    cad_arena_destroy(a);
}

static void test_the_order_of_triangles_does_not_show(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = sphere_mesh(a, 1, 30), c = canonical(a, &m);
    expect_overlap(grid64(a, &m), grid64(a, &c), filled(grid64(a, &m), 64), filled(grid64(a, &m), 64));
    for (int64_t t = 0; t < m.n_tri; t++) { /* inside out: parity is the same */
        uint32_t v = m.tri[3 * t];
        m.tri[3 * t] = m.tri[3 * t + 1];
        m.tri[3 * t + 1] = v;
    }
    expect_overlap(grid64(a, &m), grid64(a, &c), filled(grid64(a, &c), 64), filled(grid64(a, &c), 64));
    near((double)filled(grid64(a, &m), 64) / 262144, M_PI / 6, 0.003);
    cad_arena_destroy(a);
}

static void test_faces_through_centres_are_given_to_one_side_only(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    double c = 10.5 / 64 - 0.5; /* the centre of cell 10 */
    for (int axis = 0; axis < 3; axis++) {
        double lo[3] = {-0.5, -0.5, -0.5}, hi[3] = {0.5, 0.5, 0.5}, mid_lo[3], mid_hi[3];
        memcpy(mid_lo, lo, sizeof lo);
        memcpy(mid_hi, hi, sizeof hi);
        mid_lo[axis] = mid_hi[axis] = c;
        cad_mesh low = new_mesh(a, 1), high = new_mesh(a, 1);
        add_box(&low, lo, mid_hi);
        add_box(&high, mid_lo, hi);
        uint64_t *p = grid(a, &low, cad_align_a0(), 64, true), *q = grid(a, &high, cad_align_a0(), 64, true);
        expect_overlap(p, q, 0, 262144);
        if (axis == 2) /* the first centre at or above a crossing is beyond it */
            assert_int_equal(filled(p, 64), 10 * 4096);
    }
    cad_arena_destroy(a);
}

/* Random tetrahedra against the half-space test of each centre, away from ties. */
static void test_cells_agree_with_a_test_of_each_centre(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_rng r = cad_rng_make(9, "tetra", 0);
    int wrong = 0, inside_all = 0;
    for (int i = 0; i < 20; i++) {
        cad_mesh m;
        ok(cad_mesh_alloc(a, 4, 4, &m));
        for (int k = 0; k < 12; k++) /* snapped by itself, so that both tests see the same body */
            m.xyz[k] = (double)cad_rng_range(&r, -2000000, 2000000) / (64 * 65536.0);
        memcpy(m.tri, (uint32_t[12]){0, 1, 2, 0, 2, 3, 0, 3, 1, 1, 3, 2}, 48);
        uint64_t *bits = grid(a, &m, cad_align_a0(), 64, i % 2 == 0);
        for (int c = 0; c < 262144; c++) {
            double p[3] = {(c % 64 + 0.5) / 64 - 0.5, (c / 64 % 64 + 0.5) / 64 - 0.5, (c / 4096 + 0.5) / 64 - 0.5};
            int side = 0;
            bool tie = false;
            for (int f = 0; f < 4; f++) {
                const double *o = m.xyz + 3 * m.tri[3 * f], *u = m.xyz + 3 * m.tri[3 * f + 1],
                             *v = m.xyz + 3 * m.tri[3 * f + 2];
                double e[3], g[3], h[3];
                for (int k = 0; k < 3; k++) {
                    e[k] = u[k] - o[k];
                    g[k] = v[k] - o[k];
                    h[k] = p[k] - o[k];
                }
                double d = h[0] * (e[1] * g[2] - e[2] * g[1]) + h[1] * (e[2] * g[0] - e[0] * g[2]) +
                           h[2] * (e[0] * g[1] - e[1] * g[0]);
                tie = tie || fabs(d) < 1e-9;
                side += d > 0 ? 1 : -1;
            }
            bool in = abs(side) == 4, got = bits[(c / 64 % 64) * 64 + c % 64] >> (c / 4096) & 1;
            wrong += !tie && in != got;
            inside_all += in;
        }
    }
    assert_int_equal(wrong, 0);
    assert_true(inside_all > 20000);
    cad_arena_destroy(a);
}

static void test_three_axes_outvote_a_missing_face(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = cube_mesh(a, 1);
    m.n_tri = 10; /* without one side of x */
    assert_int_equal(filled(grid(a, &m, cad_align_a0(), 64, false), 64), 262144);
    cad_arena_destroy(a);
}

static void test_what_leaves_the_cube_is_cut_and_what_is_far_is_refused(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = box_mesh(a, 0, -2, -2, 2, 2, 2), n = box_mesh(a, 0, 0, 0, 9, 1, 1), o = box_mesh(a, 1, 1, 1, 2, 2, 2);
    uint64_t *bits = grid(a, &m, cad_align_a0(), 64, true);
    assert_int_equal(filled(bits, 64), 131072);
    assert_int_equal(filled(grid(a, &o, cad_align_a0(), 64, true), 64), 0);
    near(cad_voxel_iou((cad_voxel_overlap){0, 0}), -1, 0);
    fails(cad_voxelize(&n, cad_align_a0(), 64, true, a, bits), CAD_EGEOM, "cubes from the middle");
    fails(cad_voxelize(&m, cad_align_a0(), 100, true, a, bits), CAD_EINVAL, "expected 64, 128 or 256");
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cube_fills_the_grid_at_any_size_and_place),
        cmocka_unit_test(test_crossed_slabs_share_a_third),
        cmocka_unit_test(test_a_turned_cube_has_the_count_of_the_page),
        cmocka_unit_test(test_touching_cells_of_a_screw_tetracube_cancel_inside),
        cmocka_unit_test(test_the_angle_bracket_has_the_counts_of_the_page),
        cmocka_unit_test(test_the_order_of_triangles_does_not_show),
        cmocka_unit_test(test_faces_through_centres_are_given_to_one_side_only),
        cmocka_unit_test(test_cells_agree_with_a_test_of_each_centre),
        cmocka_unit_test(test_three_axes_outvote_a_missing_face),
        cmocka_unit_test(test_what_leaves_the_cube_is_cut_and_what_is_far_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
