/* Sampling, nearest points, Chamfer distances: the closed forms of metrics.md 13. */
#include "tests/cad/mesh_util.h"

#include "cad/mesh/distance.h"
#include "core/rng.h"

enum { POINTS = 8192 };

static void test_clouds_are_nested_and_lie_on_the_surface(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = box_mesh(a, 0, 0, 0, 4, 2, 1), c = canonical(a, &m);
    uint64_t key = cad_sample_key("G", "row-1", "cadlm-1");
    double *p, *n, part[300];
    ok(cad_arena_alloc(a, POINTS * 24, "p", &p));
    ok(cad_arena_alloc(a, POINTS * 24, "n", &n));
    ok(cad_mesh_sample(&c, key, 0, POINTS, a, p, n));
    ok(cad_mesh_sample(&c, key, 500, 100, a, part, NULL));
    assert_memory_equal(part, p + 1500, sizeof part);
    double mean[3] = {0}, top = 0;
    for (int i = 0; i < POINTS; i++) {
        const double *q = p + 3 * i, *v = n + 3 * i;
        double off = fmin(fmin(fmin(q[0], 4 - q[0]), fmin(q[1], 2 - q[1])), fmin(q[2], 1 - q[2]));
        near(off, 0, 1e-12);
        near(v[0] * v[0] + v[1] * v[1] + v[2] * v[2], 1, 1e-12);
        top += v[2] > 0.5;
        for (int k = 0; k < 3; k++)
            mean[k] += q[k] / POINTS;
    }
    near(top / POINTS, 8.0 / 28, 0.02); /* the share of a face is its share of the area */
    near(mean[0], 2, 0.06);
    near(mean[1], 1, 0.03);
    near(mean[2], 0.5, 0.02);
    assert_true(key != cad_sample_key("P", "row-1", "cadlm-1") && key != cad_sample_key("Gr", "ow-1", "cadlm-1"));
    cad_arena_destroy(a);
}

static void test_distance_to_a_triangle_is_exact_in_every_region(void **state)
{
    (void)state;
    static const double t[3][3] = {{0, 0, 0}, {4, 0, 0}, {0, 3, 0}};
    static const struct {
        double p[3], d2, at[3];
    } rows[] = {
        {{1, 1, 2}, 4, {1, 1, 0}},  {{-1, -2, 2}, 9, {0, 0, 0}}, {{7, 0, 4}, 25, {4, 0, 0}},     {{0, 5, 0}, 4, {0, 3, 0}},
        {{2, -3, 0}, 9, {2, 0, 0}}, {{-2, 1, 1}, 5, {0, 1, 0}},  {{2, 1.5, -3}, 9, {2, 1.5, 0}}, {{5, 5.5, 0}, 25, {2, 1.5, 0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double q[3];
        near(cad_point_triangle2(rows[i].p, t[0], t[1], t[2], q), rows[i].d2, 1e-12);
        near(cad_point_triangle2(rows[i].p, t[2], t[1], t[0], NULL), rows[i].d2, 1e-12);
        for (int k = 0; k < 3; k++)
            near(q[k], rows[i].at[k], 1e-12);
    }
    /* no area: the distance to the longest side */
    near(cad_point_triangle2((double[3]){1, 1, 0}, t[0], t[1], (double[3]){2, 0, 0}, NULL), 1, 1e-12);
    near(cad_point_triangle2((double[3]){1, 1, 0}, t[0], t[0], t[0], NULL), 2, 1e-12);
}

static void test_the_hierarchy_agrees_with_trying_every_triangle(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = sphere_mesh(a, 1, 24);
    cad_bvh *b;
    ok(cad_bvh_build(&m, a, &b));
    cad_rng r = cad_rng_make(3, "points", 0);
    for (int i = 0; i < 300; i++) {
        double p[3], best = INFINITY, q[3];
        for (int k = 0; k < 3; k++)
            p[k] = 4 * cad_rng_uniform(&r) - 2;
        for (int64_t t = 0; t < m.n_tri; t++)
            best = fmin(best, cad_point_triangle2(p, m.xyz + 3 * m.tri[3 * t], m.xyz + 3 * m.tri[3 * t + 1],
                                                  m.xyz + 3 * m.tri[3 * t + 2], NULL));
        int64_t tri;
        double d2 = cad_bvh_distance2(b, p, q, &tri);
        near(d2, best, 0);
        double back = 0;
        for (int k = 0; k < 3; k++)
            back += (p[k] - q[k]) * (p[k] - q[k]);
        near(back, d2, 1e-12);
        assert_true(tri >= 0 && tri < m.n_tri);
    }
    cad_arena_destroy(a);
}

static cad_chamfer chamfer(cad_arena *a, const cad_mesh *g, const cad_mesh *p)
{
    cad_mesh cg = canonical(a, g), cp = canonical(a, p);
    cad_chamfer r;
    ok(cad_chamfer_p2s(&cg, cad_sample_key("G", "x", "t"), &cp, cad_sample_key("P", "x", "t"), POINTS, a, &r));
    return r;
}

static void test_equal_shapes_are_at_distance_zero(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh cube = cube_mesh(a, 1), ball = sphere_mesh(a, 0.5, 40), plate = box_mesh(a, 0, 0, 0, 1, 1, 0.05);
    const cad_mesh *m[3] = {&cube, &ball, &plate};
    for (int i = 0; i < 3; i++)
        near(chamfer(a, m[i], m[i]).s2, 0, 1e-28);
    cad_arena_destroy(a);
}

static void test_chamfer_values_of_the_page(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    const double cube_r = 5.0 / 12, plate_r = 0.18241;
    cad_mesh cube = cube_mesh(a, 1), ball = sphere_mesh(a, 0.5, 80), plate = box_mesh(a, -0.5, -0.5, -0.025, 0.5, 0.5, 0.025);
    static const struct {
        double s, g2p, p2g;
    } scaled[] = {{0.5, .20000, .15000},      {0.8, .02720, .02400},      {1.2, .02400, .02667},
                  {0.99, .0000604, .0000600}, {1.01, .0000600, .0000604}, {1.5, .15000, .18333},
                  {2, .60000, .80000},        {3, 2.40000, 3.46667},      {10, 48.600, 77.760}};
    for (size_t i = 0; i < sizeof scaled / sizeof *scaled; i++) {
        cad_mesh p = cube_mesh(a, scaled[i].s);
        cad_chamfer c = chamfer(a, &cube, &p);
        near(c.g2p / cube_r / scaled[i].g2p, 1, 0.02);
        near(c.p2g / cube_r / scaled[i].p2g, 1, 0.02);
        near(c.s2, c.g2p + c.p2g, 0);
    }
    cad_chamfer c = chamfer(a, &plate, &cube);
    near(c.g2p / plate_r, .2077, 0.006);
    near(c.p2g / plate_r, .6734, 0.02);
    c = chamfer(a, &cube, &ball);
    near(c.g2p / cube_r, .06305, 0.002);
    near(c.p2g / cube_r, .02310, 0.001);
    c = chamfer(a, &ball, &cube);
    near(c.g2p / 0.25, .03851, 0.001);
    near(c.p2g / 0.25, .10509, 0.003);
    cad_mesh twice = sphere_mesh(a, 1, 80);
    c = chamfer(a, &ball, &twice);
    near(c.g2p / 0.25, 1, 5e-3);
    near(c.p2g / 0.25, 1, 5e-3);
    cad_arena_destroy(a);
}

static void test_alignment_a1_forgets_size_and_a0c_does_not(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh g = box_mesh(a, 0, 0, 0, 4, 2, 1), p = box_mesh(a, 9, 9, 9, 17, 13, 11), q, h;
    cad_box bg, bp;
    ok(cad_mesh_box(&g, &bg));
    ok(cad_mesh_box(&p, &bp));
    ok(cad_mesh_align(&g, cad_align_a1(&bg), a, &h));
    ok(cad_mesh_align(&p, cad_align_a1(&bp), a, &q));
    near(chamfer(a, &h, &q).s2, 0, 1e-28);
    ok(cad_mesh_align(&g, cad_align_a0c(&bg, &bp), a, &h));
    ok(cad_mesh_align(&p, cad_align_a0c(&bp, &bg), a, &q));
    assert_true(chamfer(a, &h, &q).s2 > 0.01);
    ok(cad_mesh_box(&h, &bg));
    near(cad_box_longest(&bg), 0.5, 1e-12);
    cad_arena_destroy(a);
}

static void test_pairwise_sums_keep_small_terms(void **state)
{
    (void)state;
    static double x[100001];
    x[0] = 1e16;
    for (int i = 1; i < 100001; i++)
        x[i] = 1;
    near(cad_pairwise_sum(x, 100001), 1e16 + 1e5, 64);
    near(cad_pairwise_sum(x, 0), 0, 0);
    near(cad_pairwise_sum(x + 1, 7), 7, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clouds_are_nested_and_lie_on_the_surface),
        cmocka_unit_test(test_distance_to_a_triangle_is_exact_in_every_region),
        cmocka_unit_test(test_the_hierarchy_agrees_with_trying_every_triangle),
        cmocka_unit_test(test_equal_shapes_are_at_distance_zero),
        cmocka_unit_test(test_chamfer_values_of_the_page),
        cmocka_unit_test(test_alignment_a1_forgets_size_and_a0c_does_not),
        cmocka_unit_test(test_pairwise_sums_keep_small_terms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
