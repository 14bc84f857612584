#include "tests/unit.h"

#include "core/json.h"
#include "core/rng.h"
#include "dataprep/synth.h"

#include <ctype.h>
#include <strings.h>

static cad_arena *arena;

static cad_synth_opts options(const char *family, uint64_t seed)
{
    static const char *const units[] = {"mm", "none", "cm", "in"}, *const styles[] = {"short", "long", "dims"};
    cad_synth_opts o;
    ok(cad_synth_opts_make(seed, (cad_synth_names){&family, 1}, (cad_synth_names){units, 4}, (cad_synth_names){styles, 3}, 0.25,
                           &o));
    return o;
}

static void test_every_family_compiles_to_what_its_formulas_say(void **state)
{
    (void)state;
    for (size_t f = 0; f < cad_synth_family_count(); f++) {
        cad_synth_opts o = options(cad_synth_family_name(f), 11);
        for (uint64_t i = 0; i < 40; i++) {
            cad_frame mark = cad_arena_mark(arena);
            cad_row row;
            cad_status s = cad_synth_row(&o, i, true, arena, &row);
            if (s == CAD_EUNSUPPORTED)
                skip();
            ok(s);
            assert_string_equal(row.family, cad_synth_family_name(f));
            cad_arena_rewind(arena, mark);
        }
    }
}

static void test_a_row_depends_on_its_options_and_number_alone(void **state)
{
    (void)state;
    cad_synth_opts o = options("all", 5);
    for (uint64_t i = 0; i < 300; i++) {
        cad_frame mark = cad_arena_mark(arena);
        cad_row a, b, c;
        ok(cad_synth_row(&o, i, false, arena, &a));
        ok(cad_synth_row(&o, 299 - i, false, arena, &c));
        ok(cad_synth_row(&o, i, false, arena, &b));
        cad_buf x = CAD_BUF_INIT, y = CAD_BUF_INIT;
        ok(cad_row_print(&a, &x));
        ok(cad_row_print(&b, &y));
        assert_string_equal(x.data, y.data);
        assert_true(i == 299 - i || strcmp(a.id, c.id) != 0);
        cad_buf_deinit(&x);
        cad_buf_deinit(&y);
        cad_arena_rewind(arena, mark);
    }
}

/* ---- captions read back ---- */

/* The number at *s ("12", "0.25", "3/8", "1 3/8"), *s moved behind it. */
static double read_number(const char **s)
{
    char *end = NULL;
    double v = strtod(*s, &end);
    if (*end == '/' && isdigit((unsigned char)end[1])) {
        double den = strtod(end + 1, &end);
        *s = end;
        return v / den;
    }
    const char *frac = end;
    if (*frac == ' ' && isdigit((unsigned char)frac[1])) {
        char *slash = NULL;
        double num = strtod(frac + 1, &slash);
        if (*slash == '/' && isdigit((unsigned char)slash[1]) && v == floor(v)) {
            double den = strtod(slash + 1, &end);
            *s = end;
            return v + num / den;
        }
    }
    *s = end;
    return v;
}

/* mm in the unit that stands behind a number, `usual` where none does. */
static double unit_behind(const char *s, double usual)
{
    s += *s == ' ';
    return !strncmp(s, "cm", 2) || !strncmp(s, "centi", 5) ? 10 : !strncmp(s, "mm", 2) || !strncmp(s, "milli", 5) ? 1 : usual;
}

static bool is_parameter(const json_t *params, double v, double unit)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)params, key, value)
    {
        double p = json_number_value(value);
        if (fabs(p - v) < 1e-9 || fabs(p / unit - v) < 2e-4 * (1 + v) || fabs(p / unit / 2 - v) < 2e-4 * (1 + v))
            return true;
    }
    return false;
}

/* Whether the number from `begin` to `end` is one that no size is meant by: "90 degree bend", "3D model", "1) box", "3 flats",
 * "D1=20", "leg 1: 50". */
static bool is_no_size(const char *caption, const char *begin, const char *end)
{
    size_t n = (size_t)(end - begin) - (end[-1] == '.'); /* without the full stop that strtod takes along */
    bool labels =
        begin > caption && (isalpha((unsigned char)begin[-1]) || (begin >= caption + 4 && !memcmp(begin - 4, "leg ", 4)));
    if (n == 1 && labels)
        return *end == '=' || *end == ':' || !strncmp(end, " =", 2);
    if (n == 2 && !memcmp(begin, "90", 2))
        return strstr(caption, "degree") || strstr(caption, " deg") ||
               (begin >= caption + 6 && !memcmp(begin - 6, "angle ", 6));
    if (n == 1 && *begin == '3')
        return !strncasecmp(end, "D ", 2) || !strncmp(end, " flats", 6);
    return n == 1 && *begin == '1' && *end == ')' && begin == caption;
}

/* How many numbers in digits the caption has; each must be a parameter. */
static int check_numbers(const cad_row *row, const char *caption)
{
    double unit = !strcmp(row->units, "cm") ? 10 : !strcmp(row->units, "in") ? 25.4 : 1;
    json_t *params = NULL;
    ok(cad_json_parse(row->params, strlen(row->params), row->id, &params));
    int numbers = 0;
    for (const char *s = caption; *s;) {
        if (!isdigit((unsigned char)*s)) {
            s++;
            continue;
        }
        const char *begin = s;
        double v = read_number(&s);
        if (is_no_size(caption, begin, s))
            continue;
        numbers++;
        if (!is_parameter(params, v, unit_behind(s, unit))) { /* "4 1/2": a count in front of a fraction, or "4 x .." */
            const char *alone = begin;
            char *end = NULL;
            v = strtod(alone, &end);
            s = end;
            if (!is_parameter(params, v, unit_behind(s, unit)))
                fail_msg("%s: number %g is no parameter of %s: %s", row->id, v, row->params, caption);
        }
    }
    json_decref(params);
    return numbers;
}

static void test_every_number_of_a_caption_is_a_parameter(void **state)
{
    (void)state;
    for (size_t f = 0; f < cad_synth_family_count(); f++) {
        cad_synth_opts o = options(cad_synth_family_name(f), 3);
        int spelt_out = 0; /* captions whose sizes are all words: "a cube of twenty millimeters" */
        for (uint64_t i = 0; i < 1500; i++) {
            cad_frame mark = cad_arena_mark(arena);
            cad_row row;
            ok(cad_synth_row(&o, i, false, arena, &row));
            spelt_out += !check_numbers(&row, row.caption);
            spelt_out += !check_numbers(&row, row.held);
            assert_false(strpbrk(row.caption, "[]{}$@~^_") != NULL);
            assert_null(strstr(row.caption, "  "));
            assert_true(row.caption_hash == cad_caption_hash(row.caption));
            assert_true(row.caption_hash != cad_caption_hash(row.held));
            cad_arena_rewind(arena, mark);
        }
        assert_in_range(spelt_out, 0, 60); /* of 3,000 */
    }
}

/* ---- a set of texts, each with a value ---- */
enum { SLOTS = 1 << 17 };
static struct slot {
    uint64_t key, value;
} slots[SLOTS];

static uint64_t *find(uint64_t key)
{
    size_t at = key % SLOTS;
    while (slots[at].key && slots[at].key != key)
        at = (at + 1) % SLOTS;
    slots[at].key = key;
    return &slots[at].value;
}

static void test_one_caption_means_one_program(void **state)
{
    (void)state;
    memset(slots, 0, sizeof slots);
    cad_synth_opts o = options("all", 8);
    for (uint64_t i = 0; i < 30000; i++) {
        cad_frame mark = cad_arena_mark(arena);
        cad_row row;
        ok(cad_synth_row(&o, i, false, arena, &row));
        uint64_t program = cad_caption_hash(row.target), *kept = find(row.caption_hash);
        if (*kept && *kept != program)
            fail_msg("%s: another program than before for: %s", row.id, row.caption);
        *kept = program;
        cad_arena_rewind(arena, mark);
    }
}

static void test_held_captions_bring_words_that_training_never_shows(void **state)
{
    (void)state;
    memset(slots, 0, sizeof slots);
    cad_synth_opts o = options("all", 21);
    size_t held_only = 0;
    for (int pass = 0; pass < 2; pass++)
        for (uint64_t i = 0; i < 20000; i++) {
            cad_frame mark = cad_arena_mark(arena);
            cad_row row;
            ok(cad_synth_row(&o, i, false, arena, &row));
            for (const char *s = pass ? row.held : row.caption; *s;) {
                size_t n = 0;
                while (isalpha((unsigned char)s[n]))
                    n++;
                if (n > 2) {
                    char word[64];
                    snprintf(word, sizeof word, "%.*s", (int)n, s);
                    uint64_t *kept = find(cad_caption_hash(word));
                    held_only += pass == 1 && !*kept;
                    *kept = 1;
                }
                s += n ? n : 1;
            }
            cad_arena_rewind(arena, mark);
        }
    assert_in_range(held_only, 40, 400);
}

/* ---- several wordings, and wordings with slips in them ---- */

static void test_a_part_comes_in_as_many_wordings_as_asked(void **state)
{
    (void)state;
    cad_synth_opts o = options("all", 12);
    o.captions = 3;
    int equal = 0;
    for (uint64_t i = 0; i < 900; i += 3) {
        cad_frame mark = cad_arena_mark(arena);
        cad_row row[3];
        for (uint64_t k = 0; k < 3; k++) {
            ok(cad_synth_row(&o, i + k, false, arena, &row[k]));
            assert_string_equal(row[k].target, row[0].target);
            assert_true(row[k].geometry_hash == row[0].geometry_hash);
            assert_true(!k || strcmp(row[k].id, row[0].id) != 0);
            equal += k && row[k].caption_hash == row[0].caption_hash;
        }
        cad_arena_rewind(arena, mark);
    }
    assert_in_range(equal, 0, 12);
}

static int count_of(const char *text, const char *word)
{
    int n = 0;
    for (size_t len = strlen(word); *text; text++)
        n += !strncasecmp(text, word, len);
    return n;
}

/* The first byte that is part of a number, or a sign of one: no letter, blank or punctuation. */
static const char *at_sign(const char *s)
{
    while (*s && (isalpha((unsigned char)*s) || (strchr(" ,;:!.\n", *s) && !(*s == '.' && isdigit((unsigned char)s[1])))))
        s++;
    return s;
}

static void test_noise_changes_words_and_no_number_unit_or_radius(void **state)
{
    (void)state;
    static const char *const kept[] = {"radius", "inch",    "millim",  "centim", " no ",   "without", "open",
                                       "eleven", "hexagon", "octag",   "pentag", "triang", "sphere",  "cube",
                                       "notch",  "twenty",  "overall", "total ", "wall",   "apart"};
    int changed = 0;
    for (uint64_t i = 0; i < 3000; i++) {
        cad_frame mark = cad_arena_mark(arena);
        cad_row clean, noisy;
        cad_synth_opts o = options("all", 14);
        ok(cad_synth_row(&o, i, false, arena, &clean));
        o.noise = 1;
        ok(cad_synth_row(&o, i, false, arena, &noisy));
        assert_string_equal(clean.phrasing, "seen");
        assert_string_equal(noisy.phrasing, "noisy");
        assert_string_equal(noisy.target, clean.target);
        assert_string_equal(noisy.held, clean.held);
        changed += strcmp(noisy.caption, clean.caption) != 0;
        const char *a = clean.caption, *b = noisy.caption;
        for (;; a++, b++) { /* what is no letter, blanks and punctuation aside, stands there unchanged and in its order */
            a = at_sign(a);
            b = at_sign(b);
            if (*a != *b)
                fail_msg("%s: '%s' became '%s'", noisy.id, clean.caption, noisy.caption);
            if (!*a)
                break;
        }
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
            if (count_of(noisy.caption, kept[k]) < count_of(clean.caption, kept[k]))
                fail_msg("%s: '%s' is gone: '%s' became '%s'", noisy.id, kept[k], clean.caption, noisy.caption);
        cad_arena_rewind(arena, mark);
    }
    assert_in_range(changed, 2900, 3000);
}

static void test_a_turned_part_has_the_same_geometry_hash(void **state)
{
    (void)state;
    const int faces[4] = {6, 0, 0, 0};
    cad_rng r = cad_rng_make(5, "boxes", 0);
    for (int i = 0; i < 100000; i++) {
        double s[3], t[3];
        for (int k = 0; k < 3; k++)
            s[k] = (double)cad_rng_range(&r, 1, 2000) / 10;
        t[0] = s[2];
        t[1] = s[0];
        t[2] = s[1];
        uint64_t one = cad_geometry_hash(s[0] * s[1] * s[2], 2 * (s[0] * s[1] + s[1] * s[2] + s[2] * s[0]), s, faces);
        uint64_t two = cad_geometry_hash(t[0] * t[1] * t[2], 2 * (t[0] * t[1] + t[1] * t[2] + t[2] * t[0]), t, faces);
        if (one != two)
            fail_msg("%g x %g x %g and its turned copy have two hashes", s[0], s[1], s[2]);
    }
}

/* ---- what the base model must have seen ---- */

/* Marks (or looks for) each line's head: the opcode with its first reference, and the bare opcode of a first line. */
static void heads(const char *target, bool mark, const char *family)
{
    bool first = true;
    for (const char *line = target; line; first = false) {
        char op[8], ref[24] = "", head[40];
        int n = sscanf(line, "%7s %23s", op, ref);
        bool has_ref = n == 2 && strlen(op) <= 2 && strstr(" U D I T R X LP CP SH FI CH E V ", op) &&
                       strchr("UDITRXLCSFEV", op[0]) && strcmp(op, "C") && strcmp(op, "S");
        snprintf(head, sizeof head, "%s%s %s", first ? "" : "\n", op, has_ref ? ref : "");
        uint64_t *kept = find(cad_caption_hash(head) * 2 + first);
        if (mark)
            *kept = 1;
        else if (!*kept)
            fail_msg("%s needs the token '%s', which the base corpus does not hold", family, head);
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
}

static void test_unseen_families_need_no_opcode_token_that_the_base_has_not_seen(void **state)
{
    (void)state;
    memset(slots, 0, sizeof slots);
    for (int pass = 0; pass < 2; pass++) {
        cad_synth_opts o = options(pass ? "unseen" : "seen", 2);
        for (uint64_t i = 0; i < (pass ? 1500 : 3000); i++) {
            cad_frame mark = cad_arena_mark(arena);
            cad_row row;
            ok(cad_synth_row(&o, i, false, arena, &row));
            heads(row.target, !pass, row.family);
            for (size_t f = 0; f < cad_synth_family_count(); f++)
                if (!strcmp(cad_synth_family_name(f), row.family))
                    assert_int_equal(cad_synth_family_unseen(f), pass);
            cad_arena_rewind(arena, mark);
        }
    }
}

static void test_the_seven_prompts_and_their_parts_are_left_out(void **state)
{
    (void)state;
    static const char *const target[] = {"Y 5 25",
                                         "C 20 20 10",
                                         "C 10 20 20",
                                         "C 100 60 40\nSH 0 3 +Z",
                                         "P 6 2.75 10\nY 1.5 10\nD 0 1",
                                         "C 50 20 3\nC 3 20 30\nU 0 1",
                                         "C 20 10 20"};
    static const char *const family[] = {"spacer", "primitive", "enclosure", "hex", "lbracket"};
    for (size_t f = 0; f < sizeof family / sizeof *family; f++) {
        cad_synth_opts o = options(family[f], 77);
        for (uint64_t i = 0; i < 12000; i++) {
            cad_frame mark = cad_arena_mark(arena);
            cad_row row;
            ok(cad_synth_row(&o, i, false, arena, &row));
            for (size_t k = 0; k < sizeof target / sizeof *target; k++)
                if (!strcmp(row.target, target[k]))
                    fail_msg("%s: a part of cad0-seven: %s", row.id, row.caption);
            cad_arena_rewind(arena, mark);
        }
    }
}

static void test_choices_of_families_units_and_styles_are_checked(void **state)
{
    (void)state;
    static const char *const mm[] = {"mm"}, *const styles[] = {"short"}, *const good[] = {"flange:3", "hex:3", "seen:2"},
                             *const bad[] = {"gear"}, *const worse[] = {"flange:x"};
    cad_synth_opts o;
    cad_synth_names u = {mm, 1}, s = {styles, 1};
    ok(cad_synth_opts_make(1, (cad_synth_names){good, 3}, u, s, 0.25, &o));
    double sum = 0;
    for (size_t f = 0; f < cad_synth_family_count(); f++) {
        sum += o.share[f];
        if (!strcmp(cad_synth_family_name(f), "flange"))
            near(o.share[f], 3.0 / 8, 1e-12);
        if (!strcmp(cad_synth_family_name(f), "primitive"))
            near(o.share[f], 0.25 * 2 / 8, 1e-12);
    }
    near(sum, 1, 1e-12);
    fails(cad_synth_opts_make(1, (cad_synth_names){bad, 1}, u, s, 0.25, &o), CAD_ECONFIG, "'gear'");
    fails(cad_synth_opts_make(1, (cad_synth_names){worse, 1}, u, s, 0.25, &o), CAD_ECONFIG, "flange:x");
    fails(cad_synth_opts_make(1, (cad_synth_names){good, 3}, s, s, 0.25, &o), CAD_ECONFIG, "synth.units");
    fails(cad_synth_opts_make(1, (cad_synth_names){good, 0}, u, s, 0.25, &o), CAD_ECONFIG, "nothing is chosen");
}

static int setup(void **state)
{
    (void)state;
    return cad_arena_create("test", 64 << 20, &arena) != CAD_OK;
}

static int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_family_compiles_to_what_its_formulas_say),
        cmocka_unit_test(test_a_row_depends_on_its_options_and_number_alone),
        cmocka_unit_test(test_every_number_of_a_caption_is_a_parameter),
        cmocka_unit_test(test_one_caption_means_one_program),
        cmocka_unit_test(test_held_captions_bring_words_that_training_never_shows),
        cmocka_unit_test(test_a_part_comes_in_as_many_wordings_as_asked),
        cmocka_unit_test(test_noise_changes_words_and_no_number_unit_or_radius),
        cmocka_unit_test(test_a_turned_part_has_the_same_geometry_hash),
        cmocka_unit_test(test_unseen_families_need_no_opcode_token_that_the_base_has_not_seen),
        cmocka_unit_test(test_the_seven_prompts_and_their_parts_are_left_out),
        cmocka_unit_test(test_choices_of_families_units_and_styles_are_checked),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
