#include "tests/unit.h"

#include "cad/occt/solid.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/pool.h"
#include "dataprep/stage_synth.h"
#include "dataprep/synth_tree.h"
#include "eval/expect.h"

#include <ctype.h>

#define DIR "test_synth_step"

static cad_arena *arena;
static const char *const family[] = {"box", "cylinder", "washer", "l_bracket", "plate_1", "plate_4"};
enum { FAMILIES = sizeof family / sizeof *family };

static cad_synth_opts options(const char *name, uint64_t seed)
{
    static const char *const units[] = {"mm", "none"};
    cad_synth_opts o;
    ok(cad_synth_step_opts_make(seed, (cad_synth_names){&name, 1}, (cad_synth_names){units, 2}, &o));
    return o;
}

static bool no_kernel(void)
{
    return !strcmp(cad_solid_kernel(), "none");
}

/* ---- one part ---- */

/* The numbers of a caption. */
static int numbers_of(const char *caption, double out[64])
{
    int n = 0;
    for (const char *s = caption; *s && n < 64;) {
        char *end = NULL;
        if (!isdigit((unsigned char)*s)) {
            s++;
            continue;
        }
        out[n++] = strtod(s, &end);
        s = end;
    }
    return n;
}

static double param(const json_t *params, const char *name)
{
    const json_t *v = json_object_get(params, name);
    return v ? json_number_value(v) : -1e9;
}

static bool is_stated(double v, const double *stated, int n)
{
    bool found = fabs(v) < 1e-9;
    for (int i = 0; i < n; i++)
        found |= fabs(v - stated[i]) < 1e-9;
    return found;
}

/* Every coordinate is 0 or stands in the caption; x of the point that closes the circle of a hole may be centre + radius. */
static void check_points(const cad_row *row)
{
    static const char POINT[] = "CARTESIAN_POINT('',(";
    double stated[64];
    int n = numbers_of(row->caption, stated), points = 0;
    json_t *params = NULL;
    ok(cad_json_parse(row->params, strlen(row->params), row->id, &params));
    const double r = param(params, "r"), seam[] = {param(params, "x") + r, param(params, "x1") + r, param(params, "x2") + r};
    for (const char *s = row->target; (s = strstr(s, POINT)); points++) {
        s += strlen(POINT);
        for (int k = 0; k < 3; k++) {
            char *end = NULL;
            double v = strtod(s, &end);
            if (end == s || *end != (k < 2 ? ',' : ')'))
                fail_msg("%s: a point that is not understood: %.40s", row->id, s);
            if (!is_stated(v, stated, n) && !(k == 0 && is_stated(v, seam, 3)))
                fail_msg("%s: %.17g is not in the caption: %s", row->id, v, row->caption);
            s = end + 1;
            while (isspace((unsigned char)*s))
                s++;
        }
    }
    assert_in_range(points, 4, 200);
    json_decref(params);
}

static void check_solid(const cad_row *row)
{
    cad_solid *solid = NULL;
    cad_facts f;
    uint32_t open_mask = 0;
    json_t *expect = NULL;
    cad_checks checks = {.n = 0};
    ok(cad_json_parse(row->expect, strlen(row->expect), row->id, &expect));
    ok(cad_expect_validate(expect, row->id));
    ok(cad_solid_read_step(row->target, strlen(row->target), &solid));
    ok(cad_solid_facts(solid, arena, &f));
    ok(cad_solid_open(solid, &open_mask));
    cad_solid_destroy(solid);
    assert_int_equal(f.level, 8);
    assert_int_equal(f.model_check, 0);
    double volume = json_number_value(json_object_get(expect, "volume"));
    if (!(fabs(f.volume - volume) <= 1e-5 * volume + 1e-4))
        fail_msg("%s: the file's volume is %.9g; expected %.9g", row->id, f.volume, volume);
    if (!(fabs(f.box[2]) < 1e-6))
        fail_msg("%s: it stands on z = %g; expected 0", row->id, f.box[2]);
    cad_expect_check(expect, &f, open_mask, &checks);
    if (!checks.all)
        fail_msg("%s: its own file fails %s: %s", row->id, row->expect, row->caption);
    json_decref(expect);
}

static void test_the_file_is_the_part_and_its_points_stand_in_the_caption(void **state)
{
    (void)state;
    if (no_kernel())
        skip();
    for (size_t f = 0; f < FAMILIES; f++) {
        cad_synth_opts o = options(family[f], 31);
        for (uint64_t i = 0; i < 40; i++) {
            cad_frame mark = cad_arena_mark(arena);
            cad_row row;
            ok(cad_synth_step_row(&o, i, arena, &row));
            assert_string_equal(row.kind, "step");
            assert_string_equal(row.family, family[f]);
            assert_int_equal(strlen(row.id), 8);
            assert_int_equal(strtoull(row.id, NULL, 10), i + 1);
            assert_null(strstr(row.target, "PCURVE"));
            assert_null(strstr(row.target, "SURFACE_CURVE"));
            assert_non_null(strstr(row.target, "AUTOMOTIVE_DESIGN"));
            assert_non_null(strstr(row.target, "SI_UNIT(.MILLI.,.METRE.)"));
            check_points(&row);
            check_solid(&row);
            cad_arena_rewind(arena, mark);
        }
    }
}

/* ---- captions ---- */

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

static void test_one_caption_means_one_part(void **state)
{
    (void)state;
    memset(slots, 0, sizeof slots);
    cad_synth_opts o = options("all", 8);
    for (uint64_t i = 0; i < 30000; i++) {
        cad_frame mark = cad_arena_mark(arena);
        cad_row row;
        ok(cad_synth_row(&o, i, false, arena, &row));
        for (int held = 0; held < 2; held++) {
            uint64_t program = cad_caption_hash(row.target), *kept = find(cad_caption_hash(held ? row.held : row.caption));
            if (*kept && *kept != program)
                fail_msg("%s: another part than before for: %s", row.id, held ? row.held : row.caption);
            *kept = program;
        }
        assert_null(strpbrk(row.caption, "[]{}$@~^_%!\n"));
        assert_null(strstr(row.caption, "  "));
        cad_arena_rewind(arena, mark);
    }
}

/* A caption with # in the place of each number, and without its article and verb. */
static uint64_t wording(const char *caption)
{
    char text[600];
    size_t n = 0;
    for (const char *s = caption; *s && n + 1 < sizeof text; s++)
        if (!isdigit((unsigned char)*s) && *s != '.')
            text[n++] = *s;
        else if (!n || text[n - 1] != '#')
            text[n++] = '#';
    text[n] = '\0';
    return cad_caption_hash(text);
}

static void test_each_family_has_many_wordings_and_held_ones_of_its_own(void **state)
{
    (void)state;
    for (size_t f = 0; f < FAMILIES; f++) {
        memset(slots, 0, sizeof slots);
        cad_synth_opts o = options(family[f], 4);
        int seen = 0, held = 0;
        for (int pass = 0; pass < 2; pass++)
            for (uint64_t i = 0; i < 3000; i++) {
                cad_frame mark = cad_arena_mark(arena);
                cad_row row;
                ok(cad_synth_row(&o, i, false, arena, &row));
                uint64_t *kept = find(wording(pass ? row.held : row.caption));
                if (pass && *kept == 1)
                    fail_msg("%s: a held wording that training shows: %s", row.id, row.held);
                seen += !pass && !*kept;
                held += pass && !*kept;
                *kept = (uint64_t)pass + 1;
                cad_arena_rewind(arena, mark);
            }
        assert_in_range(seen, 60, 3000);
        assert_in_range(held, 60, 3000);
    }
}

/* ---- the tree ---- */

static void synth(const char *out, int jobs, int64_t n)
{
    cad_stage_synth_args args = {.n = n, .jobs = jobs, .max_bad = 0, .out = out, .opts = options("all", 9)};
    cad_stage_synth_result r;
    ok(cad_stage_synth(&args, &r));
    assert_int_equal(r.rows, n);
    assert_int_equal(r.failed, 0);
    assert_true(r.checked);
}

static void same_file(const char *a, const char *b)
{
    char x[33], y[33];
    ok(cad_fs_hash(a, x));
    ok(cad_fs_hash(b, y));
    if (strcmp(x, y) != 0)
        fail_msg("%s and %s differ", a, b);
}

static size_t count_in(const char *dir)
{
    const char **name = NULL;
    size_t n = 0;
    ok(cad_fs_list(dir, arena, &name, &n));
    return n;
}

static void test_any_number_of_jobs_gives_the_same_tree(void **state)
{
    (void)state;
    if (no_kernel())
        skip();
    synth(DIR "/one", 1, 90);
    synth(DIR "/two/", 2, 90);
    same_file(DIR "/one/captions.csv", DIR "/two/captions.csv");
    same_file(DIR "/one/parts.jsonl", DIR "/two/parts.jsonl");
    assert_int_equal(count_in(DIR "/one"), 3);
    assert_int_equal(count_in(DIR "/one/parts"), 90);
    assert_int_equal(count_in(DIR "/two/parts"), 90);
    for (int i = 1; i <= 90; i++) {
        char one[128], two[128];
        snprintf(one, sizeof one, DIR "/one/parts/%08d/%08d_part.step", i, i);
        snprintf(two, sizeof two, DIR "/two/parts/%08d/%08d_part.step", i, i);
        same_file(one, two);
    }
    synth(DIR "/one", 1, 5); /* an earlier tree is replaced as a whole */
    assert_int_equal(count_in(DIR "/one/parts"), 5);
}

static void test_a_stopped_call_and_a_foreign_folder_leave_all_as_it_was(void **state)
{
    (void)state;
    if (no_kernel())
        skip();
    volatile sig_atomic_t stop = 1;
    cad_stage_synth_args args = {.n = 50, .jobs = 1, .out = DIR "/stopped", .opts = options("all", 9), .stop = &stop};
    cad_stage_synth_result r;
    fails(cad_stage_synth(&args, &r), CAD_EINTR, "is not written");
    assert_false(cad_fs_exists(DIR "/stopped"));
    assert_false(cad_fs_exists(DIR "/stopped.unfinished"));
    args.stop = NULL;
    args.out = DIR "/mine";
    ok(cad_fs_mkdirs(DIR "/mine/parts"));
    fails(cad_stage_synth(&args, &r), CAD_EWRITE, "not all of an earlier tree");
    ok(cad_fs_write(DIR "/mine/notes", "x", 1));
    fails(cad_stage_synth(&args, &r), CAD_EWRITE, "holds notes");
    assert_true(cad_fs_exists(DIR "/mine/notes"));
    args.out = DIR "/mine/notes";
    fails(cad_stage_synth(&args, &r), CAD_EWRITE, "a file");
}

/* Adds row 0 to a new tree in `dir`; an abort leaves what was there. */
static void one_part(const char *dir, bool commit)
{
    cad_synth_opts o = options("all", 9);
    cad_synth_tree *t = NULL;
    cad_row row;
    ok(cad_synth_tree_create(dir, &t));
    ok(cad_synth_row(&o, 0, false, arena, &row));
    json_t *json = json_pack("{s:{}, s:{s:{}}}", "expect", "meta", "params");
    ok(cad_synth_tree_add(t, &row, json));
    json_decref(json);
    if (commit)
        ok(cad_synth_tree_commit(t));
    else
        cad_synth_tree_abort(t);
}

static void test_a_killed_call_costs_no_tree(void **state)
{
    (void)state;
    char hash[33], again[33];
    one_part(DIR "/kept", true);
    ok(cad_fs_hash(DIR "/kept/captions.csv", hash));
    /* Killed between its two renames: the tree lies aside, the new one is not in its place. */
    ok(cad_fs_commit_dir(DIR "/kept", DIR "/kept.replaced"));
    ok(cad_fs_mkdirs(DIR "/kept.unfinished/parts/1"));
    one_part(DIR "/kept", false);
    ok(cad_fs_hash(DIR "/kept/captions.csv", again));
    assert_string_equal(hash, again);
    assert_false(cad_fs_exists(DIR "/kept.replaced"));
    assert_false(cad_fs_exists(DIR "/kept.unfinished"));
    /* Killed while it removed the old tree. */
    ok(cad_fs_mkdirs(DIR "/kept.replaced/parts/2"));
    one_part(DIR "/kept", true);
    assert_int_equal(count_in(DIR "/kept"), 3);
    assert_false(cad_fs_exists(DIR "/kept.replaced"));
    /* What somebody else has there is left alone. */
    ok(cad_fs_mkdirs(DIR "/kept.replaced"));
    ok(cad_fs_write(DIR "/kept.replaced/notes", "x", 1));
    cad_synth_tree *t = NULL;
    fails(cad_synth_tree_create(DIR "/kept", &t), CAD_EWRITE, "kept.replaced: holds notes");
    assert_true(cad_fs_exists(DIR "/kept.replaced/notes"));
}

static int setup(void **state)
{
    (void)state;
    if (cad_fs_remove_tree(DIR) != CAD_OK || cad_fs_mkdirs(DIR) != CAD_OK)
        return 1;
    return cad_arena_create("test", 256 << 20, &arena) != CAD_OK;
}

static int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return cad_fs_remove_tree(DIR) != CAD_OK;
}

int main(int argc, char **argv)
{
    cad_stage_synth_register();
    cad_worker_main_if_asked(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_file_is_the_part_and_its_points_stand_in_the_caption),
        cmocka_unit_test(test_one_caption_means_one_part),
        cmocka_unit_test(test_each_family_has_many_wordings_and_held_ones_of_its_own),
        cmocka_unit_test(test_any_number_of_jobs_gives_the_same_tree),
        cmocka_unit_test(test_a_stopped_call_and_a_foreign_folder_leave_all_as_it_was),
        cmocka_unit_test(test_a_killed_call_costs_no_tree),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
