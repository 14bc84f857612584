/* Pictures: what must be where, smooth borders, hidden lines, equal bytes. */
#include "tests/cad/mesh_util.h"

#include "cad/mesh/render.h"
#include "core/hash.h"

static const uint8_t *at(const cad_image *m, int x, int y)
{
    return m->rgb + 3 * (y * m->width + x);
}

static bool is(const uint8_t *p, cad_rgb c)
{
    return p[0] == c.r && p[1] == c.g && p[2] == c.b;
}

static cad_image render(cad_arena *a, const cad_scene *s, cad_view view, int samples)
{
    cad_render_opts o = cad_render_defaults();
    cad_image m;
    o.view = view;
    o.samples = samples;
    o.width = 240;
    o.height = 180;
    ok(cad_render(s, &o, a, &m));
    return m;
}

/* A part with a curved face: numbers faces so that only the sphere is smooth. */
static cad_mesh ball(cad_arena *a)
{
    cad_mesh m = sphere_mesh(a, 10, 24);
    ok(cad_arena_zalloc(a, (size_t)m.n_tri, 4, "faces", &m.face_of_tri));
    return m;
}

static void test_a_front_view_shows_the_right_rectangle(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_render_opts o = cad_render_defaults();
    cad_mesh m = box_mesh(a, 0, 0, 0, 40, 7, 10);
    cad_scene s = {.mesh = &m};
    /* 40 x 10 seen from the front in 240 x 180: the margin leaves 206.4 x 51.6 */
    static const struct {
        cad_view view;
        double w, h;
    } rows[] = {{CAD_VIEW_front, 206.4, 51.6}, {CAD_VIEW_top, 206.4, 36.12}, {CAD_VIEW_right, 108.36, 154.8}};
    for (int i = 0; i < 3; i++) {
        cad_image p = render(a, &s, rows[i].view, 4);
        assert_int_equal(p.width, 240);
        int covered = 0;
        for (int k = 0; k < 240 * 180; k++)
            covered += !is(p.rgb + 3 * k, o.background);
        double want = rows[i].w * rows[i].h;
        assert_true(covered >= want && covered < (rows[i].w + 4) * (rows[i].h + 4));
        assert_true(is(at(&p, 2, 2), o.background) && is(at(&p, 237, 177), o.background));
        assert_false(is(at(&p, 120, 90), o.background));
        /* the outline is dark, the face is not */
        assert_true(at(&p, 120, (int)(90 - rows[i].h / 2))[0] < 120);
        assert_true(at(&p, 120, 90)[0] > 120);
    }
    cad_arena_destroy(a);
}

static void test_views_look_from_the_named_sides(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_render_opts o = cad_render_defaults();
    /* a tall post at the +X -Y end of a plate */
    cad_mesh m = new_mesh(a, 2);
    add_box(&m, (double[3]){0, 0, 0}, (double[3]){40, 30, 2});
    add_box(&m, (double[3]){34, 1, 2}, (double[3]){39, 6, 30});
    cad_scene s = {.mesh = &m};
    cad_image front = render(a, &s, CAD_VIEW_front, 2), right = render(a, &s, CAD_VIEW_right, 2),
              top = render(a, &s, CAD_VIEW_top, 2);
    assert_false(is(at(&front, 205, 60), o.background)); /* front: X to the right, the post at the right */
    assert_true(is(at(&front, 60, 60), o.background));
    assert_false(is(at(&right, 60, 60), o.background)); /* right: Y to the right, the post at the left */
    assert_true(is(at(&right, 180, 60), o.background));
    assert_false(is(at(&top, 120, 40), o.background));
    /* the post's outline lies low in the top view, where Y is small: dark pixels there and none at the mirrored place */
    int low = 0, high = 0;
    for (int x = 170; x < 205; x++) {
        for (int y = 110; y < 155; y++)
            low += at(&top, x, y)[0] < 90;
        for (int y = 30; y < 70; y++)
            high += at(&top, x, y)[0] < 90;
    }
    assert_true(low > 20 && high == 0);
    cad_arena_destroy(a);
}

static void test_borders_are_smooth(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_render_opts o = cad_render_defaults();
    cad_mesh m = ball(a);
    cad_polylines none = {NULL, (int64_t[1]){0}, 0};
    cad_scene s = {.mesh = &m, .edges = &none};
    cad_image p = render(a, &s, CAD_VIEW_front, 4);
    bool seen[256] = {false};
    int levels = 0;
    for (int k = 0; k < 240 * 180; k++)
        if (!is(p.rgb + 3 * k, o.background) && !seen[p.rgb[3 * k]]) {
            seen[p.rgb[3 * k]] = true;
            levels++;
        }
    assert_true(levels > 60);
    /* the contour of the ball is drawn although it has no edge */
    int darkest = 255;
    for (int x = 0; x < 120; x++)
        darkest = at(&p, x, 90)[0] < darkest ? at(&p, x, 90)[0] : darkest;
    assert_true(darkest < 110);
    /* and its middle shows no line */
    for (int x = 80; x < 160; x++)
        assert_true(abs(at(&p, x, 90)[1] - at(&p, x + 1, 90)[1]) < 8);
    cad_arena_destroy(a);
}

static void test_hidden_edges_stay_hidden(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = box_mesh(a, 0, 0, 0, 20, 20, 20);
    /* one edge in front of the box's front, one behind its back */
    double ends[12] = {0, 0, 5, 20, 0, 5, 0, 20, 15, 20, 20, 15};
    int64_t begin[3] = {0, 2, 4};
    cad_polylines e = {ends, begin, 2};
    double angle[2] = {90, 90};
    cad_scene s = {.mesh = &m, .edges = &e, .edge_angle = angle};
    cad_image p = render(a, &s, CAD_VIEW_front, 4);
    int y_front = 90 + (int)(154.8 / 4), y_back = 90 - (int)(154.8 / 4), dark_front = 0, dark_back = 0;
    for (int dy = -2; dy <= 2; dy++) {
        dark_front += at(&p, 120, y_front + dy)[0] < 110;
        dark_back += at(&p, 120, y_back + dy)[0] < 110;
    }
    assert_true(dark_front > 0);
    assert_int_equal(dark_back, 0);
    angle[0] = 0; /* smooth: not drawn */
    p = render(a, &s, CAD_VIEW_front, 4);
    for (int dy = -2; dy <= 2; dy++)
        assert_true(at(&p, 120, y_front + dy)[0] > 110);
    cad_arena_destroy(a);
}

static void test_equal_scenes_give_equal_bytes_whatever_the_order(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = ball(a), r;
    ok(cad_mesh_alloc(a, m.n_vert, m.n_tri, &r));
    ok(cad_arena_zalloc(a, (size_t)m.n_tri, 4, "faces", &r.face_of_tri));
    memcpy(r.xyz, m.xyz, (size_t)m.n_vert * 24);
    for (int64_t t = 0; t < m.n_tri; t++)
        memcpy(r.tri + 3 * t, m.tri + 3 * (m.n_tri - 1 - t), 12);
    cad_scene s = {.mesh = &m}, q = {.mesh = &r};
    char hash[3][CAD_HASH_HEX];
    for (int i = 0; i < 3; i++) {
        cad_image p = render(a, i == 2 ? &q : &s, CAD_VIEW_iso, 3);
        cad_buf b = CAD_BUF_INIT;
        ok(cad_png_encode(&p, &b));
        cad_hash128_hex(b.data, b.len, hash[i]);
        cad_buf_deinit(&b);
    }
    assert_string_equal(hash[0], hash[1]);
    assert_string_equal(hash[0], hash[2]);
    cad_arena_destroy(a);
}

static void test_bands_do_not_show(void **state)
{
    (void)state;
    /* several bands: inside faces, neighbouring rows differ by little wherever a band ends */
    cad_arena *a = new_arena();
    cad_mesh m = box_mesh(a, 0, 0, 0, 20, 30, 10);
    cad_scene s = {.mesh = &m};
    cad_render_opts o = cad_render_defaults();
    cad_image big;
    o.width = 1600;
    o.height = 1200;
    o.samples = 2;
    ok(cad_render(&s, &o, a, &big));
    for (int y = 1; y < 1199; y++)
        for (int x = 700; x < 900; x++) { /* inside faces, rows differ by little */
            const uint8_t *p = at(&big, x, y), *q = at(&big, x, y + 1);
            if (p[0] > 120 && q[0] > 120 && !is(p, o.background) && !is(q, o.background) && at(&big, x, y + 3)[0] > 120 &&
                at(&big, x, y - 1)[0] > 120 && abs(p[0] - q[0]) > 40 && at(&big, x - 2, y)[0] > 120 &&
                at(&big, x + 2, y)[0] > 120)
                fail_msg("a step of %d at %d, %d", abs(p[0] - q[0]), x, y);
        }
    cad_arena_destroy(a);
}

static void test_a_common_frame_keeps_the_scale(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_render_opts o = cad_render_defaults();
    cad_mesh m = cube_mesh(a, 10), big = cube_mesh(a, 20);
    cad_box frame;
    cad_image p, q;
    ok(cad_mesh_box(&big, &frame));
    o.view = CAD_VIEW_front;
    o.frame = &frame;
    ok(cad_render(&(cad_scene){.mesh = &m}, &o, a, &p));
    ok(cad_render(&(cad_scene){.mesh = &big}, &o, a, &q));
    int n = 0, k = 0;
    for (int i = 0; i < o.width * o.height; i++) {
        n += !is(p.rgb + 3 * i, o.background);
        k += !is(q.rgb + 3 * i, o.background);
    }
    near((double)k / n, 4, 0.15);
    cad_arena_destroy(a);
}

/* A prediction a million times larger than the reference's frame: lines far outside cost nothing and harm nothing. */
static void test_a_frame_far_smaller_than_the_part_is_drawn_at_once(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_render_opts o = cad_render_defaults();
    cad_mesh small = cube_mesh(a, 1), huge = box_mesh(a, -0.25, -1e6, -1e6, 1e6, 1e6, 1e6);
    cad_box frame;
    cad_image p;
    ok(cad_mesh_box(&small, &frame));
    o.view = CAD_VIEW_front;
    o.frame = &frame;
    ok(cad_render(&(cad_scene){.mesh = &huge}, &o, a, &p));
    assert_true(is(at(&p, 20, 180), o.background));
    assert_false(is(at(&p, 300, 180), o.background));
    int dark = 0; /* the one edge that runs through the picture */
    for (int x = 0; x < o.width; x++)
        dark += at(&p, x, 180)[0] < 110;
    assert_in_range(dark, 1, 4);
    cad_arena_destroy(a);
}

static void test_bad_requests_are_refused(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = cube_mesh(a, 1);
    cad_scene s = {.mesh = &m};
    cad_render_opts o = cad_render_defaults();
    cad_image p;
    cad_view v;
    o.samples = 9;
    fails(cad_render(&s, &o, a, &p), CAD_EINVAL, "1 to 4 samples");
    o = cad_render_defaults();
    o.width = 3;
    fails(cad_render(&s, &o, a, &p), CAD_EINVAL, "expected 16 to 8192");
    m.n_tri = 0;
    o = cad_render_defaults();
    fails(cad_render(&s, &o, a, &p), CAD_EGEOM, "no triangle");
    fails(cad_view_parse("left", &v), CAD_EINVAL, "expected iso, front, top or right");
    ok(cad_view_parse("top", &v));
    assert_int_equal(v, CAD_VIEW_top);
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_front_view_shows_the_right_rectangle),
        cmocka_unit_test(test_views_look_from_the_named_sides),
        cmocka_unit_test(test_borders_are_smooth),
        cmocka_unit_test(test_hidden_edges_stay_hidden),
        cmocka_unit_test(test_equal_scenes_give_equal_bytes_whatever_the_order),
        cmocka_unit_test(test_bands_do_not_show),
        cmocka_unit_test(test_a_common_frame_keeps_the_scale),
        cmocka_unit_test(test_a_frame_far_smaller_than_the_part_is_drawn_at_once),
        cmocka_unit_test(test_bad_requests_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
