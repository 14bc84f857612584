/* Views from any angle, in perspective too, and the picture of nine of them. */
#include "tests/cad/mesh_util.h"

#include "cad/mesh/nine_views.h"
#include "core/hash.h"

static bool is(const cad_image *m, int x, int y, cad_rgb c)
{
    const uint8_t *p = m->rgb + 3 * (y * m->width + x);
    return p[0] == c.r && p[1] == c.g && p[2] == c.b;
}

static cad_render_opts angles(double azimuth, double polar, double opening)
{
    cad_render_opts o = cad_render_defaults();
    o.view = CAD_VIEW_angles;
    o.width = o.height = 256;
    o.samples = 2;
    o.azimuth = azimuth;
    o.polar = polar;
    o.opening = opening;
    return o;
}

/* First and last column and row, within a window of the picture, that are not the background. */
static void extent(const cad_image *m, const int window[4], cad_rgb background, int out[4])
{
    out[0] = out[2] = 1 << 20;
    out[1] = out[3] = -1;
    for (int y = window[2]; y <= window[3]; y++)
        for (int x = window[0]; x <= window[1]; x++) {
            if (is(m, x, y, background))
                continue;
            out[0] = x < out[0] ? x : out[0];
            out[1] = x > out[1] ? x : out[1];
            out[2] = y < out[2] ? y : out[2];
            out[3] = y > out[3] ? y : out[3];
        }
}

static void test_angles_of_the_named_sides_give_their_pictures(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = new_mesh(a, 2);
    add_box(&m, (double[3]){0, 0, 0}, (double[3]){40, 30, 2});
    add_box(&m, (double[3]){34, 1, 2}, (double[3]){39, 6, 30});
    static const struct {
        cad_view view;
        double azimuth, polar;
    } rows[] = {{CAD_VIEW_right, 0, 90}, {CAD_VIEW_top, 0, 0}, {CAD_VIEW_front, 270, 90}, {CAD_VIEW_front, -90, 90}};
    for (int i = 0; i < 4; i++) {
        cad_render_opts o = angles(rows[i].azimuth, rows[i].polar, 0), named = o;
        cad_image p, q;
        named.view = rows[i].view;
        ok(cad_render(&(cad_scene){.mesh = &m}, &o, a, &p));
        ok(cad_render(&(cad_scene){.mesh = &m}, &named, a, &q));
        assert_memory_equal(p.rgb, q.rgb, (size_t)3 * 256 * 256);
    }
    cad_arena_destroy(a);
}

/* Two equal plates, one 100 behind the other: a side of 60 at depth z is 60 / (2 z tan(opening / 2)) of the picture, so the
 * depths of both follow from their sizes, and their difference is known. */
static void test_perspective_has_its_opening(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = new_mesh(a, 2);
    add_box(&m, (double[3]){199, 0, 0}, (double[3]){200, 20, 60});
    add_box(&m, (double[3]){99, 100, 0}, (double[3]){100, 120, 60});
    for (double opening = 20; opening < 60; opening += 15) {
        cad_render_opts o = angles(0, 90, opening);
        cad_polylines none = {NULL, (int64_t[1]){0}, 0};
        cad_image p;
        int near_one[4], far_one[4], whole[4], middle = 0;
        o.width = o.height = 1024;
        ok(cad_render(&(cad_scene){.mesh = &m, .edges = &none}, &o, a, &p));
        extent(&p, (int[]){0, 1023, 0, 1023}, o.background, whole);
        near(whole[1] - whole[0] + 1, 0.86 * 1024 + 2.3, 2); /* and half of the outline at both ends */
        near(whole[0] + whole[1], 1023, 3);                  /* in the middle */
        for (middle = whole[0]; !is(&p, middle, 512, o.background); middle++)
            ;
        extent(&p, (int[]){0, middle, 0, 1023}, o.background,
               near_one); /* from +X, Y runs to the right: the near one is left */
        extent(&p, (int[]){middle, 1023, 0, 1023}, o.background, far_one);
        double tangent = tan(opening * M_PI / 360);
        double depth[2] = {60.0 * 1024 / (2 * tangent * (near_one[3] - near_one[2] + 1 - 2.3)),
                           60.0 * 1024 / (2 * tangent * (far_one[3] - far_one[2] + 1 - 2.3))};
        near(depth[1] - depth[0], 100, 3);
    }
    cad_arena_destroy(a);
}

/* Edges are projected as the faces are: those at the back stay hidden. */
static void test_edges_follow_the_perspective(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = box_mesh(a, 0, 0, 0, 60, 20, 20);
    double ends[12] = {60, 0, 10, 60, 20, 10, 0, 5, 0, 0, 5, 20}; /* across the near face, along the far one */
    int64_t begin[3] = {0, 2, 4};
    cad_polylines lines = {ends, begin, 2};
    cad_render_opts o = angles(0, 90, 60);
    cad_image p;
    int dark[2] = {0, 0};
    ok(cad_render(&(cad_scene){.mesh = &m, .edges = &lines}, &o, a, &p));
    for (int i = 40; i < 216; i++) {
        dark[0] += p.rgb[3 * (128 * 256 + i)] < 120 || p.rgb[3 * (127 * 256 + i)] < 120;
        for (int x = 60; x < 120; x++)
            dark[1] += (i < 120 || i > 136) && p.rgb[3 * (i * 256 + x)] < 120;
    }
    assert_int_equal(dark[0], 176);
    assert_int_equal(dark[1], 0);
    cad_arena_destroy(a);
}

/* The contour of a ball is where the lines of sight touch it, not where it turns away from the picture's plane. */
static void test_contours_follow_the_perspective(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = sphere_mesh(a, 10, 60);
    ok(cad_arena_zalloc(a, (size_t)m.n_tri, 4, "faces", &m.face_of_tri));
    cad_polylines none = {NULL, (int64_t[1]){0}, 0};
    cad_render_opts o = angles(30, 60, 90);
    cad_image p;
    ok(cad_render(&(cad_scene){.mesh = &m, .edges = &none}, &o, a, &p));
    int rim = 255;
    for (int x = 0; x < 128; x++) {
        int v = p.rgb[3 * (128 * 256 + x)];
        if (x < 24)
            rim = v < rim ? v : rim;
        else
            assert_true(v > 110);
    }
    assert_true(rim < 130); /* 160 without the line */
    cad_arena_destroy(a);
}

/* Depths are interpolated as planes lie: a line along a face that runs away from the eye neither sinks into it nor floats. */
static void test_a_face_that_runs_away_stays_plane(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = new_mesh(a, 2);
    add_box(&m, (double[3]){0, -30, 0}, (double[3]){500, 30, 1});
    add_box(&m, (double[3]){200, -30, -12}, (double[3]){260, 30, -6}); /* below it */
    double ends[12] = {0, -9, 1, 500, -9, 1, 210, 20, -6, 250, 20, -6};
    int64_t begin[3] = {0, 2, 4};
    cad_polylines lines = {ends, begin, 2};
    cad_render_opts o = angles(0, 80, 70);
    cad_image p, q;
    ok(cad_render(&(cad_scene){.mesh = &m, .edges = &lines}, &o, a, &p));
    lines.n_lines = 0;
    ok(cad_render(&(cad_scene){.mesh = &m, .edges = &lines}, &o, a, &q));
    int rows = 0, most = 0, first = -1, last = -1;
    for (int y = 0; y < 256; y++) {
        int changed = 0;
        for (int x = 0; x < 256; x++)
            changed += memcmp(p.rgb + 3 * (256 * y + x), q.rgb + 3 * (256 * y + x), 3) != 0;
        rows += changed > 0;
        most = changed > most ? changed : most;
        first = first < 0 && changed ? y : first;
        last = changed ? y : last;
    }
    assert_in_range(rows, 15, 256);
    assert_int_equal(rows, last - first + 1); /* the one on the face without a gap, */
    assert_in_range(most, 1, 14);             /* and nothing of the hidden one */
    cad_arena_destroy(a);
}

static void test_the_part_fills_four_fifths_of_each_tile(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh box = box_mesh(a, 500, -30, 7, 570, 12, 31), ball = sphere_mesh(a, 10, 24);
    const cad_mesh *mesh[2] = {&box, &ball};
    for (int part = 0; part < 2; part++) {
        cad_image p;
        ok(cad_nine_views(&(cad_scene){.mesh = mesh[part]}, a, &p));
        assert_int_equal(p.width, 776);
        assert_int_equal(p.height, 776);
        for (int i = 0; i < 776; i++)
            for (int gap = 256; gap < 776; gap += 260)
                for (int k = 0; k < 4; k++) {
                    assert_true(is(&p, i, gap + k, (cad_rgb){255, 255, 255}));
                    assert_true(is(&p, gap + k, i, (cad_rgb){255, 255, 255}));
                }
        cad_rgb grey = {p.rgb[0], p.rgb[1], p.rgb[2]};
        assert_true(grey.r < 240);
        for (int i = 0; i < 9; i++) {
            int x = i % 3 * 260, y = i / 3 * 260, e[4];
            extent(&p, (int[]){x, x + 255, y, y + 255}, grey, e);
            int w = e[1] - e[0] + 1, h = e[3] - e[2] + 1;
            assert_in_range(w > h ? w : h, 204, 208); /* 204.8 and half a line at both ends */
            assert_in_range(e[0] - x + e[1] - x, 252, 258);
            assert_in_range(e[2] - y + e[3] - y, 252, 258);
        }
    }
    cad_arena_destroy(a);
}

/* An arrow of three boxes, different on each side: where the dark side of its outline lies in each of the nine tiles. */
static void test_each_tile_looks_from_its_own_side(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = new_mesh(a, 2);
    add_box(&m, (double[3]){0, 0, 0}, (double[3]){30, 30, 30});
    add_box(&m, (double[3]){30, 0, 20}, (double[3]){60, 10, 30}); /* reaches out to +X, at low Y and high Z */
    cad_image p;
    ok(cad_nine_views(&(cad_scene){.mesh = &m}, a, &p));
    cad_rgb grey = {p.rgb[0], p.rgb[1], p.rgb[2]};
    static const struct {
        int tile, x, y; /* pixels of the tile */
        bool part;
    } rows[] = {
        {0, 128, 128, true},                                           /* from +X: the square alone */
        {1, 200, 170, true}, {1, 200, 90, false}, {1, 60, 90, true},   /* from above: low Y is below */
        {2, 50, 90, true},   {2, 50, 170, false}, {2, 200, 170, true}, /* from +Y: X runs to the left */
        {7, 128, 128, true}, {8, 128, 128, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool part = !is(&p, rows[i].tile % 3 * 260 + rows[i].x, rows[i].tile / 3 * 260 + rows[i].y, grey);
        if (part != rows[i].part)
            fail_msg("tile %d at %d, %d: %s", rows[i].tile, rows[i].x, rows[i].y, part ? "the part" : "nothing");
    }
    char hash[9][CAD_HASH_HEX]; /* and all nine differ */
    for (int i = 0; i < 9; i++) {
        cad_image tile;
        ok(cad_image_create(a, 256, 256, grey, &tile));
        for (int y = 0; y < 256; y++)
            memcpy(tile.rgb + 3 * 256 * y, p.rgb + 3 * ((i / 3 * 260 + y) * 776 + i % 3 * 260), (size_t)3 * 256);
        cad_hash128_hex(tile.rgb, (size_t)3 * 256 * 256, hash[i]);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(hash[i], hash[k]);
    }
    cad_arena_destroy(a);
}

static void test_bad_views_are_refused(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_mesh m = cube_mesh(a, 1);
    cad_scene s = {.mesh = &m};
    cad_box frame;
    cad_image p;
    ok(cad_mesh_box(&m, &frame));
    cad_render_opts o = angles(0, 0, 150);
    fails(cad_render(&s, &o, a, &p), CAD_EINVAL, "opening 150");
    o = angles(NAN, 0, 30);
    fails(cad_render(&s, &o, a, &p), CAD_EINVAL, "view at nan");
    o = angles(0, 0, 30);
    o.fill = 0;
    fails(cad_render(&s, &o, a, &p), CAD_EINVAL, "filled to 0");
    o = angles(0, 0, 30);
    o.frame = &frame;
    fails(cad_render(&s, &o, a, &p), CAD_EINVAL, "perspective view in a frame");
    o.opening = 0;
    ok(cad_render(&s, &o, a, &p));
    m.n_tri = 0;
    fails(cad_nine_views(&s, a, &p), CAD_EGEOM, "no triangle");
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_angles_of_the_named_sides_give_their_pictures),
        cmocka_unit_test(test_perspective_has_its_opening),
        cmocka_unit_test(test_edges_follow_the_perspective),
        cmocka_unit_test(test_contours_follow_the_perspective),
        cmocka_unit_test(test_a_face_that_runs_away_stays_plane),
        cmocka_unit_test(test_the_part_fills_four_fifths_of_each_tile),
        cmocka_unit_test(test_each_tile_looks_from_its_own_side),
        cmocka_unit_test(test_bad_views_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
