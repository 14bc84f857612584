#include "tests/unit.h"

#include "dataprep/synth_grammar.h"

static const cad_rule rules[] = {{"size", "[$_ wide]"}, {"loop", "{loop}"}, {NULL, NULL}};

/* Expands and finishes with parameters a = 5 (stated), b = 5 (omitted), n = 4, c = 2.75, e = 0.5 in `unit`. */
static cad_status expand(const char *text, uint64_t seed, bool held, cad_unit_style unit, cad_buf *out)
{
    cad_part p = {.n_params = 5};
    p.param[0] = (cad_param){.name = "a", .mm = 5, .shown = 5};
    p.param[1] = (cad_param){.name = "b", .mm = 5, .shown = 5, .omitted = true};
    p.param[2] = (cad_param){.name = "n", .mm = 4, .shown = 4, .is_count = true};
    p.param[3] = (cad_param){.name = "c", .mm = 2.75, .shown = 2.75};
    p.param[4] = (cad_param){.name = "e", .mm = 12.7, .shown = 0.5};
    cad_rng r = cad_rng_make(seed, "test", 0);
    cad_expander e = {.part = &p, .rules = {rules, NULL, NULL}, .rng = &r, .unit = unit, .held_allowed = held};
    cad_buf raw = CAD_BUF_INIT;
    cad_status s = cad_grammar_expand(&e, text, &raw);
    cad_buf_clear(out);
    if (s == CAD_OK)
        s = cad_grammar_finish(cad_buf_cstr(&raw), out);
    cad_buf_deinit(&raw);
    return s;
}

static void expect(const char *text, const char *result)
{
    cad_buf out = CAD_BUF_INIT;
    ok(expand(text, 1, false, (cad_unit_style){.text = " mm"}, &out));
    assert_string_equal(cad_buf_cstr(&out), result);
    cad_buf_deinit(&out);
}

static void test_sizes_counts_and_rules_are_written_out(void **state)
{
    (void)state;
    expect("#ax#c@", "5x2.75 mm");
    expect("$a by $/c", "5 mm by 1.375 mm");
    expect("!nx $a", "4x 5 mm");
    expect("{size:c}", "2.75 mm wide");
    expect("M#a", "M5");
    expect("$a I.D.[.]", "5 mm I.D.");
}

static void test_conditions_choose_alternatives(void **state)
{
    (void)state;
    expect("[+a;stated|-a;left out]", "stated");
    expect("[+b;stated|-b;left out]", "left out");
    expect("[&a;thread]", "thread");
    expect("x[&c;thread]y", "xy");
    expect("[1n;single|2n;many]", "many");
    expect("[<c,a;less|<a,c;more]", "less");
    expect("[^never|u;plain]", "plain");
}

static void test_articles_follow_the_sound(void **state)
{
    (void)state;
    expect("~ box, ~ octagon, ~ L-bracket, ~ 8 mm hole, ~ 18 mm, ~ 80 mm, ~ 11 mm, ~ M3 nut, ~ one-piece, ~ unit",
           "a box, an octagon, an L-bracket, an 8 mm hole, an 18 mm, an 80 mm, an 11 mm, an M3 nut, a one-piece, a unit");
    expect("~ 12 mm, ~ 110 mm, ~ 1.8 mm, ~ hex", "a 12 mm, a 110 mm, a 1.8 mm, a hex");
    expect("~ just ~ apple", "just an apple");
    expect("make ~  {size:a} , thing ", "make a 5 mm wide, thing");
}

static void test_units_may_stand_at_the_first_size_alone(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    ok(expand("$a long, $c wide[u;, never]", 1, false, (cad_unit_style){.text = "mm", .first_only = true}, &out));
    assert_string_equal(cad_buf_cstr(&out), "5mm long, 2.75 wide");
    ok(expand("$a long, $c wide", 1, false, (cad_unit_style){.text = "\"", .fractions = true}, &out));
    assert_string_equal(cad_buf_cstr(&out), "5\" long, 2 3/4\" wide");
    cad_buf_deinit(&out);
}

static void test_held_turns_need_permission(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    int held = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        ok(expand("[plain|^held]", seed, false, (cad_unit_style){.text = ""}, &out));
        assert_string_equal(cad_buf_cstr(&out), "plain");
        ok(expand("[plain|^held]", seed, true, (cad_unit_style){.text = ""}, &out));
        held += !strcmp(cad_buf_cstr(&out), "held");
    }
    assert_in_range(held, 20, 180);
    cad_buf_deinit(&out);
}

/* How many of 400 expansions read `text`. */
static int times(const char *grammar, cad_unit_style unit, const char *text)
{
    int n = 0;
    cad_buf out = CAD_BUF_INIT;
    for (uint64_t seed = 0; seed < 400; seed++) {
        cad_buf_clear(&out);
        ok(expand(grammar, seed, false, unit, &out));
        n += !strcmp(cad_buf_cstr(&out), text);
    }
    cad_buf_deinit(&out);
    return n;
}

/* The two ways to write one size share the draws between them. */
static void either(const char *grammar, cad_unit_style unit, const char *one, const char *other)
{
    int n = times(grammar, unit, one);
    assert_int_equal(n + times(grammar, unit, other), 400);
    assert_in_range(n, 160, 280);
}

static void test_sizes_may_stand_in_words(void **state)
{
    (void)state;
    cad_unit_style mm = {.text = " mm", .words = true}, inch = {.text = " inch", .words = true};
    either("about $a", mm, "about five mm", "about 5 mm");
    either("about $/a", mm, "about two and a half mm", "about 2.5 mm");
    either("$e", inch, "half an inch", "0.5 inch");
    assert_int_equal(times("$e", mm, "0.5 mm"), 400);
    assert_int_equal(times("about $c", mm, "about 2.75 mm"), 400);
    assert_int_equal(times("D=$a", mm, "D=5 mm"), 400); /* no word behind a sign */
}

static void test_sizes_may_stand_in_another_unit(void **state)
{
    (void)state;
    either("$a", (cad_unit_style){.text = " cm", .other = " mm", .other_size = 10}, "50 mm", "5 cm");
    either("$c", (cad_unit_style){.text = "cm", .other = "mm", .other_size = 10}, "27.5mm", "2.75cm");
    assert_int_equal(times("$a", (cad_unit_style){.text = " mm", .other = " cm", .other_size = 0.1}, "5 mm"),
                     400); /* below 1 */
    assert_int_equal(times("#a@", (cad_unit_style){.text = " cm", .other = " mm", .other_size = 10}, "5 cm"), 400);
}

static void test_faults_of_a_grammar_are_named(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    cad_unit_style mm = {.text = " mm"};
    fails(expand("$zz", 1, false, mm, &out), CAD_EINTERNAL, "'zz'");
    fails(expand("{absent}", 1, false, mm, &out), CAD_EINTERNAL, "absent");
    fails(expand("[a|b", 1, false, mm, &out), CAD_EINTERNAL, "not closed");
    fails(expand("{loop}", 1, false, mm, &out), CAD_EINTERNAL, "deeper");
    cad_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_counts_and_rules_are_written_out),
        cmocka_unit_test(test_conditions_choose_alternatives),
        cmocka_unit_test(test_articles_follow_the_sound),
        cmocka_unit_test(test_units_may_stand_at_the_first_size_alone),
        cmocka_unit_test(test_held_turns_need_permission),
        cmocka_unit_test(test_sizes_may_stand_in_words),
        cmocka_unit_test(test_sizes_may_stand_in_another_unit),
        cmocka_unit_test(test_faults_of_a_grammar_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
