/* Laying clouds upon each other, and the scaled Chamfer distances after it (metrics.md 3.4, 13). */
#include "tests/cad/mesh_util.h"

#include "cad/mesh/align_impl.h"
#include "cad/mesh/distance.h"
#include "core/rng.h"

enum { N = CAD_SCD_POINTS };

/* A turn about a slanted axis and a shift far away. */
static cad_rigid motion(double degrees)
{
    double a = degrees * M_PI / 180, c = cos(a), s = sin(a), u[3] = {2.0 / 7, 3.0 / 7, 6.0 / 7};
    cad_rigid t = {.move = {130, -57, 11}};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            t.turn[3 * i + k] = u[i] * u[k] * (1 - c) + (i == k ? c : 0);
    t.turn[1] -= u[2] * s;
    t.turn[2] += u[1] * s;
    t.turn[3] += u[2] * s;
    t.turn[5] -= u[0] * s;
    t.turn[6] -= u[1] * s;
    t.turn[7] += u[0] * s;
    return t;
}

static cad_mesh moved(cad_arena *a, const cad_mesh *m, const cad_rigid *t)
{
    cad_mesh c;
    ok(cad_mesh_align(m, cad_align_a0(), a, &c));
    for (int64_t i = 0; i < c.n_vert; i++)
        cad_rigid_apply(t, m->xyz + 3 * i, c.xyz + 3 * i);
    return canonical(a, &c);
}

/* Boxes side by side as one mesh. */
static cad_mesh boxes(cad_arena *a, int n, const double box[][6])
{
    cad_mesh all;
    ok(cad_mesh_alloc(a, 8 * n, 12 * n, &all));
    for (int b = 0; b < n; b++) {
        cad_mesh one = box_mesh(a, box[b][0], box[b][1], box[b][2], box[b][3], box[b][4], box[b][5]);
        assert_true(one.n_vert == 8 && one.n_tri == 12);
        memcpy(all.xyz + 24 * b, one.xyz, 24 * sizeof(double));
        for (int i = 0; i < 36; i++)
            all.tri[36 * b + i] = one.tri[i] + (uint32_t)(8 * b);
    }
    return canonical(a, &all);
}

/* An L with a lug: three sizes, no symmetry; `side` -1 is its mirror image. */
static cad_mesh lug(cad_arena *a, double side)
{
    const double right[3][6] = {{0, 0, 0, 40, 20, 4}, {0, 0, 4, 4, 20, 34}, {28, 0, 4, 40, 6, 18}};
    const double left[3][6] = {{0, -20, 0, 40, 0, 4}, {0, -20, 4, 4, 0, 34}, {28, -6, 4, 40, 0, 18}};
    return boxes(a, 3, side > 0 ? right : left);
}

static cad_mesh cube(cad_arena *a, double side)
{
    cad_mesh m = box_mesh(a, 0, 0, 0, side, side, side);
    return canonical(a, &m);
}

static cad_scd scd(cad_arena *a, const cad_mesh *g, const cad_mesh *p)
{
    cad_scd s;
    cad_scd few;
    uint64_t of_g = cad_sample_key("reference", "r", "t"), of_p = cad_sample_key("prediction", "k", "t");
    ok(cad_scd_measure(g, of_g, p, of_p, false, a, &s));
    ok(cad_scd_measure(g, of_g, p, of_p, true, a, &few));
    assert_true(few.s2 == s.s2 && few.g2p == s.g2p && isnan(few.p2s) && isnan(few.sim));
    return s;
}

static void test_the_nearest_point_is_that_of_a_full_search(void **state)
{
    (void)state;
    enum { SOME = 700 };
    cad_arena *a = new_arena();
    cad_rng r = cad_rng_make(5, "cloud", 0);
    double *x;
    cad_cloud *c;
    ok(cad_arena_alloc(a, 3 * SOME * sizeof *x, "points", &x));
    for (int i = 0; i < 3 * SOME; i++)
        x[i] = (double)cad_rng_range(&r, -6, 6); /* many coincide */
    ok(cad_cloud_build(x, SOME, a, &c));
    for (int i = 0; i < 500; i++) {
        double p[3], best = INFINITY;
        int64_t at = -1, found;
        for (int k = 0; k < 3; k++)
            p[k] = 16 * cad_rng_uniform(&r) - 8;
        for (int j = 0; j < SOME; j++) {
            double d = 0;
            for (int k = 0; k < 3; k++)
                d += (x[3 * j + k] - p[k]) * (x[3 * j + k] - p[k]);
            if (d < best) {
                best = d;
                at = j;
            }
        }
        near(cad_cloud_distance2(c, p, &found), best, 1e-12);
        assert_int_equal(found, at);
    }
    fails(cad_cloud_build(x, 0, a, &c), CAD_EGEOM, "without points");
    x[4] = NAN;
    fails(cad_cloud_build(x, SOME, a, &c), CAD_EGEOM, "point 1 ");
    cad_arena_destroy(a);
}

/* Points that jump, creep and stand still, among points of which many coincide: each answer is that of a search anew. */
static void test_a_point_that_moves_is_followed_to_the_nearest(void **state)
{
    (void)state;
    enum { SOME = 700, ROUNDS = 60 };
    static const double steps[] = {0, 1e-12, 1e-3, 0.1, 5};
    cad_arena *a = new_arena();
    cad_rng r = cad_rng_make(6, "cloud", 0);
    double *x, q[SOME][3];
    cad_cloud *c;
    cad_cloud_track track;
    ok(cad_arena_alloc(a, 3 * SOME * sizeof *x, "points", &x));
    for (int i = 0; i < 3 * SOME; i++)
        x[i] = i % 2 ? (double)cad_rng_range(&r, -6, 6) : 12 * cad_rng_uniform(&r) - 6;
    ok(cad_cloud_build(x, SOME, a, &c));
    ok(cad_cloud_track_make(c, SOME, a, &track));
    for (int i = 0; i < SOME; i++)
        for (int k = 0; k < 3; k++)
            q[i][k] = 16 * cad_rng_uniform(&r) - 8;
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < SOME; i++) {
            int64_t found, want;
            for (int k = 0; k < 3; k++)
                q[i][k] += steps[round % 5] * (2 * cad_rng_uniform(&r) - 1);
            if (round == ROUNDS / 2) /* upon one of them */
                memcpy(q[i], x + 3 * i, sizeof q[i]);
            double d2 = cad_cloud_follow(&track, i, q[i], &found), best = cad_cloud_distance2(c, q[i], &want);
            assert_true(d2 == best && found == want);
        }
    cad_arena_destroy(a);
}

static void test_a_rigid_motion_is_recovered_from_the_same_points(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = lug(a, 1);
    double *g, *p;
    cad_cloud *cg, *cp;
    ok(cad_arena_alloc(a, 3 * N * sizeof *g, "g", &g));
    ok(cad_arena_alloc(a, 3 * N * sizeof *p, "p", &p));
    ok(cad_mesh_sample(&m, 7, 0, N, a, g, NULL));
    for (int degrees = 0; degrees < 360; degrees += 115) {
        cad_rigid t = motion(degrees), back;
        for (int i = 0; i < N; i++)
            cad_rigid_apply(&t, g + 3 * i, p + 3 * i);
        ok(cad_cloud_build(g, N, a, &cg));
        ok(cad_cloud_build(p, N, a, &cp));
        ok(cad_cloud_align(cg, cp, 54, a, &back));
        for (int i = 0; i < N; i += 97) {
            double q[3];
            cad_rigid_apply(&back, p + 3 * i, q);
            for (int k = 0; k < 3; k++)
                near(q[k], g[3 * i + k], 1e-6);
        }
    }
    cad_arena_destroy(a);
}

static void test_a_moved_copy_is_at_the_noise_of_sampling(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh g = lug(a, 1);
    cad_scd itself = scd(a, &g, &g);
    assert_true(itself.s2 > 0.001 && itself.s2 < 0.006); /* two samplings of one surface, twice as in metrics.md 13 */
    assert_true(itself.p2s < 2e-4);
    for (int degrees = 30; degrees < 360; degrees += 150) {
        cad_rigid t = motion(degrees);
        cad_mesh p = moved(a, &g, &t);
        cad_scd s = scd(a, &g, &p);
        near(s.s2, itself.s2, 0.1 * itself.s2);
        near(s.g2p, itself.g2p, 0.1 * itself.g2p);
        near(s.sim, itself.s2, 0.1 * itself.s2);
        assert_true(s.p2s < 2e-4);
    }
    cad_arena_destroy(a);
}

static void test_a_mirror_image_is_not_the_part(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh g = lug(a, 1), p = lug(a, -1);
    cad_scd itself = scd(a, &g, &g), s = scd(a, &g, &p);
    assert_true(s.s2 > 5 * itself.s2 && s.p2s > 50 * itself.p2s && s.p2s > 0.005);
    cad_arena_destroy(a);
}

/* g2p of a cube s times larger, laid upon its middle, is (s-1)^2/4 over 5/12, and some noise. */
static void test_size_stays_and_is_most_of_the_distance(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh g = cube(a, 10), p14 = cube(a, 14), p19 = cube(a, 19);
    cad_scd s = scd(a, &g, &p14);
    near(s.g2p, 0.10, 0.01);
    assert_true(s.sim < 0.006);
    s = scd(a, &g, &p19);
    near(s.g2p, 0.51, 0.03);
    assert_true(s.s2 > 2 * s.g2p && s.sim < 0.006);
    /* The unit of length does not matter. */
    cad_mesh thou = cube(a, 10000), thou14 = cube(a, 14000);
    near(scd(a, &thou, &thou14).g2p, scd(a, &g, &p14).g2p, 1e-9);
    cad_arena_destroy(a);
}

static void test_the_same_call_gives_the_same_bits(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh g = lug(a, 1), p = cube(a, 21);
    cad_scd x = scd(a, &g, &p), y = scd(a, &g, &p);
    assert_memory_equal(&x, &y, sizeof x);
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_nearest_point_is_that_of_a_full_search),
        cmocka_unit_test(test_a_point_that_moves_is_followed_to_the_nearest),
        cmocka_unit_test(test_a_rigid_motion_is_recovered_from_the_same_points),
        cmocka_unit_test(test_a_moved_copy_is_at_the_noise_of_sampling),
        cmocka_unit_test(test_a_mirror_image_is_not_the_part),
        cmocka_unit_test(test_size_stays_and_is_most_of_the_distance),
        cmocka_unit_test(test_the_same_call_gives_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
