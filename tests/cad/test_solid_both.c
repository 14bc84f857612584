/* Direct constructions against the kernel's booleans: hard programs by name, then seeded random ones; more of these with
 * CADLM_FUZZ_CASES.  CADLM_FUZZ_FIRST moves the first seed. */
#include "tests/cad/solid_both.h"
#include "tests/cad/solid_both_cases.h"

#include "core/rng.h"

#include <string.h>

enum { CASES = 300, OPERANDS = 3 };

#define REL 1e-9

typedef struct maker {
    cad_rng r;
    cad_buf text[2]; /* the second takes a box with walls for a box less its room: the kernel's offset is inexact */
    int id;          /* of the next node */
    double unit;
} maker;

static double one_of(maker *m, const double *v, int n)
{
    return v[cad_rng_range(&m->r, 0, n - 1)];
}
#define ONE_OF(m, ...) one_of(m, (const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static void write(maker *m, int way, const char *op, int a, int b, const double *v, int n, const char *tail)
{
    cad_buf *t = &m->text[way];
    ok(cad_buf_str(t, op));
    if (a >= 0)
        ok(cad_buf_printf(t, " %d", a));
    if (b >= 0)
        ok(cad_buf_printf(t, " %d", b));
    for (int i = 0; i < n; i++)
        ok(cad_buf_printf(t, " %.17g", v[i]));
    ok(cad_buf_printf(t, "%s\n", tail));
}

/* Opcode, operands, numbers, what follows; the node's id. */
static int add(maker *m, const char *op, int a, int b, const double *v, int n, const char *tail)
{
    for (int way = 0; way < 2; way++)
        write(m, way, op, a, b, v, n, tail);
    return m->id++;
}
#define ADD(m, op, a, b, tail, ...)                                                                                            \
    add(m, op, a, b, (const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double), tail)

static int join(maker *m, const char *op, int a, int b)
{
    return add(m, op, a, b, NULL, 0, "");
}

static int walled_box(maker *m)
{
    const bool open = cad_rng_chance(&m->r, 0.7); /* a closed room of 0.0002 is thinner than what is put together directly */
    const double u = m->unit, t = ONE_OF(m, 1, 2, 2.5, open ? 2.9999 : 2.999, 0.5) * u;
    const int box = ADD(m, "C", -1, -1, "", 24 * u, 20 * u, 6 * u);
    const int room = ADD(m, "C", -1, -1, "", 24 * u - 2 * t, 20 * u - 2 * t, 6 * u - t - (open ? 0 : t));
    const int placed = ADD(m, "T", room, -1, "", t, t, t);
    write(m, 0, "SH", box, -1, &t, 1, open ? " +Z" : "");
    write(m, 1, "D", box, placed, NULL, 0, "");
    return m->id++;
}

/* 24 x 20 x 6 or so, its lower face at z = 0. */
static int random_base(maker *m)
{
    const double u = m->unit;
    int a, b;
    switch (cad_rng_range(&m->r, 0, 9)) {
    case 0:
    case 1:
        return ADD(m, "C", -1, -1, "", 24 * u, 20 * u, 6 * u);
    case 2:
        return ADD(m, "Y", -1, -1, "", 12 * u, 6 * u);
    case 3: /* a hub */
        a = ADD(m, "Y", -1, -1, "", 12 * u, 6 * u);
        b = ADD(m, "Y", -1, -1, "", ONE_OF(m, 4, 5, 12) * u, ONE_OF(m, 10, 6, 12) * u);
        return join(m, "U", a, b);
    case 4: /* a ring */
        a = ADD(m, "Y", -1, -1, "", 12 * u, 6 * u);
        b = ADD(m, "Y", -1, -1, "", ONE_OF(m, 3, 5, 8) * u, ONE_OF(m, 6, 3) * u);
        return join(m, "D", a, b);
    case 5: /* a step */
        a = ADD(m, "C", -1, -1, "", 24 * u, 20 * u, 6 * u);
        b = ADD(m, "C", -1, -1, "", 10 * u, 20 * u, 12 * u);
        return join(m, "U", a, b);
    case 6: /* a slot */
        a = ADD(m, "C", -1, -1, "", 24 * u, 20 * u, 6 * u);
        b = ADD(m, "C", -1, -1, "", 24 * u, 20 * u, 2 * u);
        b = ADD(m, "T", b, -1, "", ONE_OF(m, 6, 10) * u, 0, 2 * u);
        return join(m, "D", a, b);
    case 7:
        return walled_box(m);
    case 8: /* a dimple */
        a = ADD(m, "C", -1, -1, "", 24 * u, 20 * u, 6 * u);
        b = ADD(m, "S", -1, -1, "", 4 * u);
        b = ADD(m, "T", b, -1, "", 8 * u, 10 * u, 6 * u);
        return join(m, cad_rng_chance(&m->r, 0.5) ? "D" : "U", a, b);
    default: /* a countersunk hole */
        a = ADD(m, "C", -1, -1, "", 24 * u, 20 * u, 6 * u);
        b = ADD(m, "K", -1, -1, "", 2 * u, 4 * u, 3 * u);
        b = ADD(m, "T", b, -1, "", 8 * u, 10 * u, 3 * u);
        return join(m, "D", a, b);
    }
}

/* A cylinder along z, x or y, or askew, mirrored or scaled; rarely something else. */
static int random_tool(maker *m)
{
    const double u = m->unit;
    const double r = ONE_OF(m, 0.5, 1, 1.5, 2, 2, 3, 3, 4), h = ONE_OF(m, 2, 3, 4, 6, 6, 6, 10, 12, 30);
    int t;
    if (cad_rng_chance(&m->r, 0.08))
        t = cad_rng_chance(&m->r, 0.5) ? ADD(m, "K", -1, -1, "", r * u, r * u, h * u)
                                       : ADD(m, "C", -1, -1, "", r * u, r * u, h * u);
    else
        t = ADD(m, "Y", -1, -1, "", r * u, h * u);
    switch (cad_rng_range(&m->r, 0, 24)) {
    case 0:
        t = ADD(m, "X", t, -1, "", 1, 1, -1);
        break;
    case 1:
        t = ADD(m, "X", t, -1, "", -0.5, 0.5, 1);
        break;
    case 2:
        t = ADD(m, "X", t, -1, "", 2, 2, 2);
        break;
    case 3:
        t = ADD(m, "R", t, -1, "", ONE_OF(m, 180, 90, -90), 0, 0);
        break;
    case 4:
        t = ADD(m, "R", t, -1, "", 0, ONE_OF(m, 90, -90, 180), ONE_OF(m, 0, 30));
        break;
    case 5:
        t = ADD(m, "R", t, -1, "", ONE_OF(m, 1e-7, 1e-5, 30), 0, 0);
        break;
    case 6:
        t = ADD(m, "R", t, -1, "", 0, 0, 77);
        break;
    default:
        break;
    }
    const double near_by =
        ONE_OF(m, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1e-8, 3e-7, 1e-5, 5e-5, 2e-4, -1e-8, -5e-5, -2e-4);
    const bool inside = cad_rng_chance(&m->r, 0.5); /* of a box, mostly clear of its other features */
    double x = ONE_OF(m, 0, 1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 14, 15, 20, 22, 23, 24, 26),
           y = ONE_OF(m, 0, 0, 1, 2, 4, 6, 10, 10, 10, 12, 18, 19, 20, -1),
           z = ONE_OF(m, 0, 0, 0, 0, -1, -2, -6, 2, 3, 4, 6, 6, 10, 12);
    if (inside) {
        x = ONE_OF(m, 5, 6, 15, 18);
        y = ONE_OF(m, 4.5, 5, 14, 15);
        z = ONE_OF(m, 0, 0, -1, 3);
    }
    t = ADD(m, "T", t, -1, "", x * u + near_by * ONE_OF(m, 0, 1), y * u, z * u + near_by * ONE_OF(m, 0, 1));
    char row[64];
    snprintf(row, sizeof row, " %d %.17g", (int)cad_rng_range(&m->r, 2, 3), ONE_OF(m, 2, 4, 4, 8, 8, 10) * u);
    switch (cad_rng_range(&m->r, 0, 9)) {
    case 0:
        t = ADD(m, "LP", t, -1, row, 1, 0, 0);
        break;
    case 1:
        t = ADD(m, "LP", t, -1, row, 0, 1, 0);
        break;
    case 2:
    case 3:
        t = ADD(m, "CP", t, -1, cad_rng_chance(&m->r, 0.5) ? " 3 360" : " 5 360", ONE_OF(m, 0, 0, 12) * u,
                ONE_OF(m, 0, 0, 10) * u, 0, 0, 0, 1);
        break;
    default:
        break;
    }
    return t;
}

static void random_program(maker *m)
{
    m->unit = cad_rng_chance(&m->r, 0.8) ? 1 : ONE_OF(m, 1e-3, 1e-2, 1e3, 1e4, 0.1, 1.0 / 3);
    int part = random_base(m);
    const int n = (int)cad_rng_range(&m->r, 1, cad_rng_chance(&m->r, 0.3) ? OPERANDS : 1);
    const bool mixed = cad_rng_chance(&m->r, 0.3), drills = cad_rng_chance(&m->r, 0.6);
    for (int i = 0; i < n; i++) {
        const bool cut = mixed ? cad_rng_chance(&m->r, 0.5) : drills;
        const int tool = random_tool(m);
        part = cad_rng_chance(&m->r, 0.05) && !cut ? join(m, "U", tool, part) : join(m, cut ? "D" : "U", part, tool);
        if (cad_rng_chance(&m->r, 0.06))
            part = ADD(m, "X", part, -1, "", 1, ONE_OF(m, 1, -1), ONE_OF(m, 1, -1));
        if (cad_rng_chance(&m->r, 0.04))
            part = ADD(m, "R", part, -1, "", ONE_OF(m, 0, 90, 17), 0, ONE_OF(m, 0, 90, 33));
    }
    if (cad_rng_chance(&m->r, 0.1))
        ADD(m, "R", part, -1, "", ONE_OF(m, 0, 90, 17), ONE_OF(m, 0, 40), ONE_OF(m, 0, 90, 33));
}

static void test_hard_programs_are_what_the_boolean_gives(void **state)
{
    (void)state;
    int faults = 0;
    for (size_t i = 0; i < sizeof both_cases / sizeof *both_cases; i++) {
        char text[1024];
        snprintf(text, sizeof text, "%s", both_cases[i].text);
        for (char *c = text; *c; c++)
            *c = *c == '/' ? '\n' : *c;
        both b = build_both(text, text);
        difference d = differ(&b, REL);
        if (!b.legal || (b.ways.direct && both_cases[i].way == KERNEL) || (b.ways.kernel && both_cases[i].way == DIRECT))
            DIFFERS(&d, "  %d direct, %d by the kernel\n", (int)b.ways.direct, (int)b.ways.kernel);
        if (d.n)
            print_message("%s:\n%s", both_cases[i].name, d.text);
        faults += d.n > 0;
        drop_both(&b);
    }
    assert_int_equal(faults, 0);
}

static void test_an_exception_of_the_last_check_is_a_finding_and_tried_without_the_merge(void **state)
{
    (void)state;
    built b = build("C 24 20 6\nSH 0 2\nY 2 6\nR 2 0 180 30\nT 3 24 0 6\nLP 4 0 1 0 3 4\nD 1 5");
    assert_int_equal(b.facts.level, 8);
    drop_built(&b);
}

/* Also where the programs are legal and the kernel works, the direct constructions must have had something to do. */
static void test_random_programs_are_what_the_boolean_gives(void **state)
{
    (void)state;
    const char *at = getenv("CADLM_FUZZ_FIRST");
    const int first = at ? atoi(at) : 0, cases = fuzz_cases(CASES);
    int faults = 0, directs = 0, alone = 0, failed = 0;
    for (int k = first; k < first + cases; k++) {
        maker m = {.r = cad_rng_make(7, "both", (uint64_t)k), .unit = 1};
        random_program(&m);
        both b = build_both(m.text[0].data, m.text[1].data);
        difference d = differ(&b, REL);
        if (d.n)
            print_message("program %d (%d direct, %d by the kernel):\n%s%s\n", k, (int)b.ways.direct, (int)b.ways.kernel,
                          m.text[0].data, d.text);
        faults += d.n > 0 || !b.legal;
        directs += b.ways.direct > 0;
        alone += b.ways.direct > 0 && !b.ways.kernel;
        failed += kernel_failed(&b);
        drop_both(&b);
        cad_buf_deinit(&m.text[0]);
        cad_buf_deinit(&m.text[1]);
    }
    print_message("%d programs: %d with a direct construction, %d with nothing else; the kernel failed in %d\n", cases, directs,
                  alone, failed);
    assert_int_equal(faults, 0);
    assert_true(directs > cases / 6 && alone > cases / 16 && failed < cases / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hard_programs_are_what_the_boolean_gives),
        cmocka_unit_test(test_an_exception_of_the_last_check_is_a_finding_and_tried_without_the_merge),
        cmocka_unit_test(test_random_programs_are_what_the_boolean_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
