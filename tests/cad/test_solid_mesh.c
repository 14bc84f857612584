/* Triangles and edge lines of solids (spec/metrics.md 2.5). */
#include "tests/cad/solid_test.h"

static void test_mesh_follows_the_solid(void **state)
{
    (void)state;
    const char *table[] = {
        "C 12 7 5",           "C 40 20 6\nY 3 6\nT 1 20 10 0\nD 0 2",     "S 9", "C 30 20 10\nSH 0 2", "K 8 3 12\nX 0 1 1 -1",
        "C 30 20 10\nFI 0 3", "Y 3 6\nT 0 20 0 0\nCP 1 0 0 0 0 0 1 5 360"};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        built b = build(table[i]);
        cad_mesh m, again;
        ok(cad_solid_mesh(b.solid, 0.001, 0.1, b.p.arena, &m));
        close_to(cad_mesh_volume(&m), b.facts.volume, 5e-3, "volume of the mesh", table[i]);
        close_to(cad_mesh_area(&m), b.facts.area, 5e-3, "area of the mesh", table[i]);
        cad_mesh_check check;
        ok(cad_mesh_watertight(&m, b.p.arena, &check));
        if (!check.watertight || check.shells != b.facts.shells)
            fail_msg("%s: %d open edges, %d shells", table[i], (int)check.open_edges, (int)check.shells);
        int32_t faces = 0;
        for (int64_t t = 0; t < m.n_tri; t++)
            faces = m.face_of_tri[t] > faces ? m.face_of_tri[t] : faces;
        assert_int_equal(faces + 1, b.facts.faces);
        ok(cad_solid_mesh(b.solid, 0.001, 0.1, b.p.arena, &again));
        assert_int_equal(again.n_tri, m.n_tri);
        assert_memory_equal(again.xyz, m.xyz, (size_t)m.n_vert * 3 * sizeof(double));
        drop_built(&b);
    }
}

static void test_edges_are_lines_with_angles(void **state)
{
    (void)state;
    built b = build("Y 6 20");
    cad_polylines lines;
    double *angle;
    ok(cad_solid_edges(b.solid, 0.001, 0.1, b.p.arena, &lines, &angle));
    assert_int_equal(lines.n_lines, 3);
    int sharp = 0, smooth = 0;
    for (int64_t i = 0; i < lines.n_lines; i++) {
        sharp += fabs(angle[i] - 90) < 1e-6;
        smooth += angle[i] == 0;
        assert_true(lines.begin[i + 1] - lines.begin[i] >= 2);
        for (int64_t k = lines.begin[i]; k < lines.begin[i + 1]; k++)
            near(hypot(lines.xyz[3 * k], lines.xyz[3 * k + 1]), 6, 1e-9);
    }
    assert_int_equal(sharp, 2);
    assert_int_equal(smooth, 1);
    drop_built(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mesh_follows_the_solid),
        cmocka_unit_test(test_edges_are_lines_with_angles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
