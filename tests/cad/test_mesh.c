#include "tests/cad/mesh_util.h"

#include "core/rng.h"

/* Every triangle with its own three vertices, in another order, other corners leading, vertices off by less than the weld. */
static cad_mesh shuffled(cad_arena *a, const cad_mesh *m, uint64_t seed)
{
    cad_mesh r;
    cad_rng rng = cad_rng_make(seed, "shuffle", 0);
    int64_t *order;
    ok(cad_mesh_alloc(a, m->n_tri * 3, m->n_tri, &r));
    ok(cad_arena_alloc(a, (size_t)m->n_tri * sizeof *order, "order", &order));
    for (int64_t i = 0; i < m->n_tri; i++) {
        int64_t j = cad_rng_range(&rng, 0, i);
        order[i] = order[j];
        order[j] = i;
    }
    for (int64_t i = 0; i < m->n_tri; i++) {
        int64_t lead = cad_rng_range(&rng, 0, 2);
        for (int64_t k = 0; k < 3; k++) {
            int64_t v = m->n_tri * 3 - 1 - (3 * i + k);
            r.tri[3 * i + k] = (uint32_t)v;
            memcpy(r.xyz + 3 * v, m->xyz + 3 * m->tri[3 * order[i] + (lead + k) % 3], 24);
        }
    }
    return r;
}

static void test_box_area_and_volume_of_simple_bodies(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = box_mesh(a, 1, 2, 3, 4, 6, 8), s = sphere_mesh(a, 2, 200);
    cad_box b;
    ok(cad_mesh_box(&m, &b));
    near(b.lo[1], 2, 0);
    near(b.hi[2], 8, 0);
    near(cad_box_longest(&b), 5, 0);
    near(cad_box_diagonal(&b), sqrt(50), 1e-12);
    near(cad_mesh_area(&m), 94, 1e-9);
    near(cad_mesh_volume(&m), 60, 1e-9);
    near(cad_mesh_volume(&s) / (4.0 / 3 * M_PI * 8), 1, 2e-4);
    near(cad_mesh_area(&s) / (4 * M_PI * 4), 1, 2e-4);
    cad_mesh empty;
    ok(cad_mesh_alloc(a, 3, 0, &empty));
    fails(cad_mesh_box(&empty, &b), CAD_EGEOM, "no triangle");
    m.xyz[4] = NAN;
    fails(cad_mesh_box(&m, &b), CAD_EGEOM, "not finite");
    cad_arena_destroy(a);
}

static void test_canonical_form_does_not_see_order_or_ids(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh s = sphere_mesh(a, 3, 12), first = canonical(a, &s);
    assert_int_equal(first.n_vert, s.n_vert);
    assert_int_equal(first.n_tri, s.n_tri);
    for (uint64_t i = 0; i < 5; i++) {
        cad_mesh t = shuffled(a, &s, i), c = canonical(a, &t);
        assert_int_equal(c.n_vert, first.n_vert);
        assert_int_equal(c.n_tri, first.n_tri);
        assert_memory_equal(c.xyz, first.xyz, (size_t)c.n_vert * 24);
        assert_memory_equal(c.tri, first.tri, (size_t)c.n_tri * 12);
    }
    for (int64_t t = 0; t < first.n_tri; t++)
        assert_true(first.tri[3 * t] < first.tri[3 * t + 1] && first.tri[3 * t] < first.tri[3 * t + 2]);
    near(cad_mesh_volume(&first), cad_mesh_volume(&s), 1e-9);
    cad_arena_destroy(a);
}

static void test_an_integer_shift_leaves_a1_bit_equal(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = new_mesh(a, 2), shifted, p, q;
    add_box(&m, (double[3]){0, 0, 0}, (double[3]){40, 20, 6});
    add_box(&m, (double[3]){3, 5, 6}, (double[3]){10, 10, 17});
    shifted = m;
    ok(cad_arena_alloc(a, (size_t)m.n_vert * 24, "shifted", &shifted.xyz));
    for (int64_t i = 0; i < 3 * m.n_vert; i++)
        shifted.xyz[i] = m.xyz[i] + 1000 + (double)(i % 3);
    p = canonical(a, &m);
    q = canonical(a, &shifted);
    ok(cad_mesh_align(&p, own_a1(&p), a, &p));
    ok(cad_mesh_align(&q, own_a1(&q), a, &q));
    assert_memory_equal(p.xyz, q.xyz, (size_t)p.n_vert * 24);
    assert_memory_equal(p.tri, q.tri, (size_t)p.n_tri * 12);
    cad_box b;
    ok(cad_mesh_box(&p, &b));
    near(cad_box_longest(&b), 1, 0);
    near(b.lo[0], -0.5, 0);
    cad_arena_destroy(a);
}

static void test_vertices_within_the_tolerance_are_welded_and_no_others(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = cube_mesh(a, 10), s = shuffled(a, &m, 3);
    cad_rng r = cad_rng_make(5, "jitter", 0);
    for (int64_t i = 0; i < 3 * s.n_vert; i++)
        s.xyz[i] += 4e-7 * (cad_rng_uniform(&r) - 0.5); /* the weld is 1.7e-6 here */
    cad_mesh_check c;
    ok(cad_mesh_watertight(&s, a, &c));
    assert_true(c.watertight);
    assert_int_equal(canonical(a, &s).n_vert, 8);
    for (int64_t i = 0; i < 3 * s.n_vert; i++)
        s.xyz[i] += 4e-4 * (cad_rng_uniform(&r) - 0.5);
    ok(cad_mesh_watertight(&s, a, &c));
    assert_false(c.watertight);
    cad_arena_destroy(a);
}

static void test_watertight_sees_holes_doubles_and_flipped_triangles(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = cube_mesh(a, 2), two = new_mesh(a, 2);
    cad_mesh_check c;
    m.n_tri = 11;
    ok(cad_mesh_watertight(&m, a, &c));
    assert_false(c.watertight);
    assert_int_equal(c.open_edges, 3);
    m.n_tri = 12;
    uint32_t t = m.tri[0];
    m.tri[0] = m.tri[1];
    m.tri[1] = t;
    ok(cad_mesh_watertight(&m, a, &c));
    assert_false(c.watertight);
    assert_int_equal(c.multi_edges, 3);

    /* two cubes that share an edge: not one manifold, but two sound shells */
    add_box(&two, (double[3]){0, 0, 0}, (double[3]){1, 1, 1});
    add_box(&two, (double[3]){1, 1, 0}, (double[3]){2, 2, 1});
    ok(cad_mesh_watertight(&two, a, &c));
    assert_false(c.watertight);
    ok(cad_arena_zalloc(a, 24, sizeof *two.shell_of_tri, "shells", &two.shell_of_tri));
    for (int i = 12; i < 24; i++)
        two.shell_of_tri[i] = 1;
    ok(cad_mesh_watertight(&two, a, &c));
    assert_true(c.watertight);
    assert_int_equal(c.shells, 2);
    cad_arena_destroy(a);
}

static void test_stl_holds_every_triangle_with_its_normal(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = cube_mesh(a, 2);
    memcpy(m.tri + 33, (uint32_t[3]){1, 1, 2}, 12); /* no area */
    cad_buf b = CAD_BUF_INIT;
    ok(cad_stl_write(&m, "part", &b));
    assert_int_equal(b.len, 84 + 11 * 50);
    assert_memory_equal(b.data, "cadlm part", 11);
    assert_int_equal((unsigned char)b.data[80], 11);
    float f[12];
    memcpy(f, b.data + 84, sizeof f);
    near((double)f[2], -1, 0); /* first face of the box is its bottom */
    near((double)f[5], -1, 0);
    cad_buf_deinit(&b);
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_box_area_and_volume_of_simple_bodies),
        cmocka_unit_test(test_canonical_form_does_not_see_order_or_ids),
        cmocka_unit_test(test_an_integer_shift_leaves_a1_bit_equal),
        cmocka_unit_test(test_vertices_within_the_tolerance_are_welded_and_no_others),
        cmocka_unit_test(test_watertight_sees_holes_doubles_and_flipped_triangles),
        cmocka_unit_test(test_stl_holds_every_triangle_with_its_normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
