/* Solids that are put together without a boolean are what the boolean gives: the same bodies, faces, sizes and findings as the
 * same part from operands that only the kernel's boolean takes. */
#include "tests/cad/solid_test.h"

#include "core/rng.h"

#include <string.h>

enum { CASES = 48, TEXT = 2048 };

static double pick(cad_rng *r, const double *v, int n)
{
    return v[cad_rng_range(r, 0, n - 1)];
}

/* A cylinder as the product writes it, or with two half faces, which no direct construction knows: `sketch` is its first node,
 * -1: the plain one. */
static void rod_text(char *out, size_t size, int sketch, double r, double h)
{
    if (sketch < 0)
        snprintf(out, size, "Y %.9g %.9g\n", r, h);
    else
        snprintf(out, size, "SK 0 0 0 0.6 0.8 0 -0.8 0.6 0\nA %.9g 0 %.9g 0 0 0 1\nA %.9g 0 %.9g 0 0 0 1\nEND\nE %d 0 0 %.9g\n",
                 r, -r, -r, r, sketch, h);
}

static void same_findings(const built *a, const built *b, const char *text)
{
    if (a->p.diags.n != b->p.diags.n)
        fail_msg("%s: %d findings, the boolean has %d", text, (int)a->p.diags.n, (int)b->p.diags.n);
    for (int32_t i = 0; i < a->p.diags.n; i++)
        if (strcmp(a->p.diags.item[i].code, b->p.diags.item[i].code) != 0)
            fail_msg("%s: finding '%s', the boolean has '%s'", text, a->p.diags.item[i].code, b->p.diags.item[i].code);
}

static void same_facts(const built *a, const built *b, const char *text)
{
    same_findings(a, b, text);
    if (!a->solid || !b->solid) {
        if (a->solid || b->solid)
            fail_msg("%s: only one of both is a solid", text);
        return;
    }
    const cad_facts *f = &a->facts, *g = &b->facts;
    const int32_t have[] = {f->level, f->solids, f->shells, f->shells_closed, f->faces_merged, f->genus, f->euler},
                  want[] = {g->level, g->solids, g->shells, g->shells_closed, g->faces_merged, g->genus, g->euler};
    for (size_t i = 0; i < sizeof have / sizeof *have; i++)
        if (have[i] != want[i])
            fail_msg("%s: count %zu is %d, the boolean has %d", text, i, (int)have[i], (int)want[i]);
    assert_memory_equal(f->kinds, g->kinds, sizeof f->kinds);
    assert_int_equal(f->n_cylinders, g->n_cylinders);
    close_to(f->volume, g->volume, 1e-6, "volume", text);
    close_to(f->area, g->area, 1e-6, "area", text);
    for (int i = 0; i < 6; i++)
        if (!(fabs(f->box[i] - g->box[i]) <= 1e-6))
            fail_msg("%s: box[%d] is %.9g, the boolean has %.9g", text, i, f->box[i], g->box[i]);
}

/* Plates and discs of random size with up to three cylinders at random heights and places: through, blind, standing, flush,
 * hanging over the border, close to it, in the air, over each other. */
static void round_case(cad_rng *r)
{
    static const double radius[] = {1.1, 2.2, 2.7, 4.9}, place[] = {0, 2, 3.1, 4.95, 5, 7, 10, 13.5, 20, 23},
                        bottom[] = {0, 0, 0, -1, 2, 4, 6, 6.00005, 8}, height[] = {2, 4, 6, 8, 9.5, 30};
    char text[2][TEXT];
    size_t len[2] = {0, 0};
    const bool disc = cad_rng_chance(r, 0.5), drill = cad_rng_chance(r, 0.5), tilted = cad_rng_chance(r, 0.3);
    const int tools = (int)cad_rng_range(r, 1, 3);
    double form[3][4];
    for (int i = 0; i < tools; i++) {
        form[i][0] = pick(r, radius, 4);
        form[i][1] = pick(r, place, 10);
        form[i][2] = pick(r, bottom, 9);
        form[i][3] = pick(r, height, 6);
    }
    for (int way = 0; way < 2; way++) {
        char *t = text[way];
        size_t *n = &len[way];
        /* The base lies along one more axis in a third of the cases, with its tools. */
        *n += (size_t)snprintf(t + *n, TEXT - *n, disc ? "Y 12.5 6\n" : "C 25 20 6\n");
        int id = 0;
        for (int i = 0; i < tools; i++) {
            char rod[256];
            rod_text(rod, sizeof rod, way ? id + 1 : -1, form[i][0], form[i][3]);
            const int made = id + (way == 0 ? 1 : 2);
            *n += (size_t)snprintf(t + *n, TEXT - *n, "%sT %d %.9g %.9g %.9g\n%c %d %d\n", rod, made, form[i][1],
                                   disc ? 0.0 : 10.0, form[i][2], drill ? 'D' : 'U', id, made + 1);
            id = made + 2;
        }
        if (tilted)
            *n += (size_t)snprintf(t + *n, TEXT - *n, "R %d 90 0 0\n", id);
    }
    built a = build_any(text[0]), b = build_any(text[1]);
    same_facts(&a, &b, text[0]);
    drop_built(&a);
    drop_built(&b);
}

static void test_cylinders_that_drill_or_stand_give_what_the_boolean_gives(void **state)
{
    (void)state;
    cad_rng r = cad_rng_make(5, "direct", 0);
    for (int k = 0; k < CASES; k++)
        round_case(&r);
}

static void test_grips_on_a_rim_are_what_the_boolean_cuts(void **state)
{
    (void)state;
    static const struct {
        double at, r, z, h;
        int n;
        const char *base; /* nodes 0 to 4 */
    } cases[] = {
        {20, 3, -1, 10, 7, "Y 20 8\nY 7 20\nU 0 1\nY 4 20\nD 2 3\n"},
        {20, 3, 0, 8, 5, "Y 20 8\nY 7 20\nT 1 3 0 0\nU 0 2\nR 3 0 0 0\n"},
        {22.5, 5, 0, 8, 3, "Y 20 8\nY 7 8\nD 0 1\nY 19 2\nU 2 3\n"},
        {20, 9, 0, 8, 7, "Y 20 8\nY 7 20\nU 0 1\nY 4 20\nD 2 3\n"}, /* they meet each other */
        {20, 3, 0, 5, 4, "Y 20 8\nY 7 20\nU 0 1\nY 4 20\nD 2 3\n"}, /* not through */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2][TEXT], rod[256];
        built b[2];
        for (int way = 0; way < 2; way++) {
            const int made = way ? 6 : 5;
            rod_text(rod, sizeof rod, way ? 5 : -1, cases[i].r, cases[i].h);
            snprintf(text[way], TEXT, "%s%sT %d %.9g 0 %.9g\nCP %d 0 0 0 0 0 1 %d 360\nD 4 %d", cases[i].base, rod, made,
                     cases[i].at, cases[i].z, made + 1, cases[i].n, made + 2);
            b[way] = build_any(text[way]);
        }
        same_facts(&b[0], &b[1], text[0]);
        assert_non_null(b[0].solid);
        drop_built(&b[0]);
        drop_built(&b[1]);
    }
}

static void test_walls_of_a_box_are_the_box_less_its_room(void **state)
{
    (void)state;
    static const struct {
        const char *wall, *room;
    } cases[] = {
        {"C 30 20 10\nSH 0 2 +Z", "C 30 20 10\nC 26 16 8\nT 1 2 2 2\nD 0 2"},
        {"C 30 20 10\nSH 0 2 -X", "C 30 20 10\nC 28 16 6\nT 1 0 2 2\nD 0 2"},
        {"C 30 20 10\nSH 0 2 +Y -Y", "C 30 20 10\nC 26 20 6\nT 1 2 0 2\nD 0 2"},
        {"C 30 20 10\nR 0 0 0 90\nSH 1 3 +Z", "C 30 20 10\nC 24 14 7\nT 1 3 3 3\nD 0 2\nR 3 0 0 90"},
        {"C 30 20 10\nSH 0 2", "C 30 20 10\nC 26 16 6\nT 1 2 2 2\nD 0 2"},
        {"C 30 20 10\nSH 0 2 +Z +X", "C 30 20 10\nC 28 16 8\nT 1 2 2 2\nD 0 2"},
        {"Y 15 30\nSH 0 1.5 -Z", "Y 15 30\nY 13.5 28.5\nD 0 1"},
        {"Y 15 30\nSH 0 1.5 +Z -Z", "Y 15 30\nY 13.5 30\nD 0 1"},
        {"Y 15 30\nSH 0 1.5", "Y 15 30\nY 13.5 27\nT 1 0 0 1.5\nD 0 2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        built a = build_any(cases[i].wall), b = build_any(cases[i].room);
        if (!a.solid)
            fail_msg("%s: no solid", cases[i].wall);
        same_facts(&a, &b, cases[i].wall);
        drop_built(&a);
        drop_built(&b);
    }
    expect_error("C 30 20 10\nSH 0 5", "too-thick");
    expect_error("C 30 20 10\nSH 0 10 +Z", "too-thick");
    expect_error("Y 5 30\nSH 0 5 +Z", "too-thick");
}

/* ---- unions of boxes, against unit squares ---- */

enum { GRID = 12, H = 5 };

/* Area, length of the border, corners, and pairs of squares that only touch at a corner. */
static void squares(char cell[GRID][GRID], int64_t out[4])
{
    memset(out, 0, 4 * sizeof *out);
    for (int i = -1; i < GRID; i++)
        for (int j = -1; j < GRID; j++) {
            int c[4];
            for (int k = 0; k < 4; k++) {
                const int x = i + k % 2, y = j + k / 2;
                c[k] = x >= 0 && y >= 0 && x < GRID && y < GRID && cell[x][y];
            }
            const int n = c[0] + c[1] + c[2] + c[3];
            out[0] += c[0];
            out[1] += (c[0] != c[1]) + (c[0] != c[2]);
            out[2] += n == 1 || n == 3;
            out[3] += n == 2 && c[0] == c[3];
        }
}

static void test_unions_of_boxes_between_two_planes_have_the_faces_of_their_outline(void **state)
{
    (void)state;
    cad_rng r = cad_rng_make(6, "bricks", 0);
    int judged = 0;
    for (int k = 0; k < CASES; k++) {
        char text[TEXT], cell[GRID][GRID];
        int n = 0, id = -1;
        int64_t want[4];
        memset(cell, 0, sizeof cell);
        for (int i = 0; i < 2 + k % 2; i++) {
            int v[4];
            for (int j = 0; j < 4; j++)
                v[j] = (int)cad_rng_range(&r, 0, GRID / 2 - 1) + (j < 2);
            n += snprintf(text + n, TEXT - (size_t)n, "C %d %d %d\nT %d %d %d 0\n", v[0], v[1], H, id + 1, v[2], v[3]);
            if (i)
                n += snprintf(text + n, TEXT - (size_t)n, "U %d %d\n", id, id + 2);
            id += i ? 3 : 2;
            for (int x = v[2]; x < v[2] + v[0]; x++)
                for (int y = v[3]; y < v[3] + v[1]; y++)
                    cell[x][y] = 1;
        }
        squares(cell, want);
        if (want[3]) /* touching along an edge: two bodies or one, as the kernel has it */
            continue;
        built b = build(text);
        close_to(b.facts.volume, (double)(want[0] * H), 1e-9, "volume", text);
        close_to(b.facts.area, (double)(2 * want[0] + want[1] * H), 1e-9, "area", text);
        assert_int_equal(b.facts.faces_merged, want[2] + 2 * b.facts.solids);
        assert_int_equal(b.facts.level, 8);
        judged++;
        drop_built(&b);
    }
    assert_true(judged > CASES / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cylinders_that_drill_or_stand_give_what_the_boolean_gives),
        cmocka_unit_test(test_grips_on_a_rim_are_what_the_boolean_cuts),
        cmocka_unit_test(test_walls_of_a_box_are_the_box_less_its_room),
        cmocka_unit_test(test_unions_of_boxes_between_two_planes_have_the_faces_of_their_outline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
