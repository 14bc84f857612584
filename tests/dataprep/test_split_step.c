#include "tests/unit.h"

#include "core/fs.h"
#include "core/json.h"
#include "dataprep/caption_group.h"
#include "dataprep/corpus_row.h"
#include "dataprep/stage_split.h"

#define DIR "test_split_step"

enum { ROWS = 400 };
static cad_arena *arena;

/* Row i: its caption, geometry and held caption by number; 0: none. */
typedef struct pair {
    int caption, geometry;
} pair;

static void write_rows(const char *path, const pair *p, int n, const char *expect)
{
    cad_corpus_writer *w = NULL;
    ok(cad_corpus_create(path, "demo", NULL, &w));
    for (int i = 0; i < n; i++) {
        char id[32], caption[64], target[64];
        snprintf(id, sizeof id, "%08d", i);
        snprintf(caption, sizeof caption, "Part %d.", p[i].caption);
        snprintf(target, sizeof target, "DATA;#1=PART(%d,%d);ENDSEC;", p[i].geometry, i);
        cad_row r = {.id = id,
                     .caption = caption,
                     .target = target,
                     .kind = "step",
                     .expect = expect,
                     .geometry_hash = (uint64_t)p[i].geometry};
        ok(cad_caption_group(caption, &r.caption_hash));
        ok(cad_corpus_add(w, &r));
    }
    ok(cad_corpus_commit(w));
}

static const cad_stage_split_args strict = {
    .in = DIR "/in.jsonl", .out = DIR "/p", .share = {70, 10, 20}, .by_caption = true, .by_geometry = true, .seed = 7};

/* The splits of all rows by number, -1: in none. */
static void where_are(int n, int *where)
{
    for (int i = 0; i < n; i++)
        where[i] = -1;
    for (int k = 0; k < CAD_SPLIT_COUNT; k++) {
        char path[128];
        cad_row *rows = NULL;
        size_t count = 0;
        snprintf(path, sizeof path, DIR "/p/%s.jsonl", cad_split_name[k]);
        cad_status s = cad_corpus_load(path, arena, &rows, &count);
        assert_true(s == CAD_OK || s == CAD_ENOTFOUND);
        for (size_t i = 0; i < count; i++) {
            int row = atoi(rows[i].id);
            assert_int_equal(where[row], -1);
            where[row] = k;
            assert_string_equal(rows[i].split, cad_split_name[k]);
        }
    }
}

static void split(const cad_stage_split_args *args, int n, int *where, cad_stage_split_result *r)
{
    ok(cad_split_corpus(args, r));
    where_are(n, where);
    assert_true(r->step);
    assert_int_equal(r->rows[0] + r->rows[1] + r->rows[2] + r->left, n);
}

static void expect_dropped(const char *text)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_fs_read(DIR "/p/split.dropped.csv", 0, &b));
    assert_string_equal(b.data, text);
    cad_buf_deinit(&b);
}

static void test_captions_and_geometries_stay_together(void **state)
{
    (void)state;
    pair p[ROWS];
    int where[ROWS], other[ROWS];
    cad_stage_split_result r;
    for (int i = 0; i < ROWS; i++) /* 0 1 2 3 by caption in pairs, the pairs by geometry: groups of four */
        p[i] = (pair){1 + i / 2, 1 + (i / 4) * 2 + (i % 4 == 0 || i % 4 == 3)};
    write_rows(DIR "/in.jsonl", p, ROWS, "");
    split(&strict, ROWS, where, &r);
    assert_int_equal(r.groups, ROWS / 4);
    assert_int_equal(r.groups_in[0] + r.groups_in[1] + r.groups_in[2], ROWS / 4);
    assert_int_equal(r.largest, 4);
    assert_int_equal(r.left, 0);
    assert_in_range(r.rows[0], ROWS * 55 / 100, ROWS * 85 / 100);
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(where[i], where[i / 4 * 4]);
    cad_stage_split_args args = strict;
    args.seed = 8;
    split(&args, ROWS, other, &r);
    assert_memory_not_equal(where, other, sizeof where);
    args = strict;
    args.by_geometry = false;
    split(&args, ROWS, other, &r);
    assert_int_equal(r.groups, ROWS / 2);
    /* A group lies where its smallest id says, whatever else there is. */
    write_rows(DIR "/in.jsonl", p, ROWS / 2, "");
    split(&strict, ROWS / 2, other, &r);
    assert_memory_equal(where, other, sizeof where / 2);
    assert_false(cad_fs_exists(DIR "/p/split.dropped.csv"));
}

static void test_a_caption_fills_no_more_than_its_share_of_val_and_test(void **state)
{
    (void)state;
    pair p[60];
    int where[60], in[3][6] = {{0}};
    cad_stage_split_result r;
    cad_stage_split_args args = strict;
    args.cap_caption = 3;
    args.share[0] = 0;
    args.share[1] = args.share[2] = 50;
    for (int i = 0; i < 60; i++)
        p[i] = (pair){1 + i / 10, 100 + i};
    write_rows(DIR "/in.jsonl", p, 60, "");
    split(&args, 60, where, &r);
    for (int i = 0; i < 60; i++)
        if (where[i] >= 0)
            in[where[i]][i / 10]++;
    for (int c = 0; c < 6; c++)
        assert_true(in[0][c] == 0 && in[1][c] + in[2][c] == 3);
    assert_int_equal(r.left, 42);
    assert_true(where[0] >= 0 && where[2] >= 0 && where[3] < 0); /* the first stay */
    args.cap_caption = 0;
    split(&args, 60, where, &r);
    assert_int_equal(r.left, 0);
    args.cap_caption = 3;
    args.share[0] = 100;
    args.share[1] = args.share[2] = 0;
    split(&args, 60, where, &r);
    assert_int_equal(r.rows[0], 60);
}

static void test_listed_rows_stay_and_pull_their_groups(void **state)
{
    (void)state;
    static const pair p[6] = {{1, 1}, {1, 2}, {3, 2}, {4, 4}, {4, 5}, {6, 5}};
    static const char list[] = "00000000,test\n00000003 train\r\n\n00000005\tval\n99999999 val\n";
    int where[6];
    cad_stage_split_result r;
    cad_stage_split_args args = strict;
    args.list = DIR "/list.txt";
    write_rows(DIR "/in.jsonl", p, 6, "");
    ok(cad_fs_write(args.list, list, sizeof list - 1));
    split(&args, 6, where, &r);
    static const int want[6] = {2, 2, 2, 0, -1, 1}; /* row 4 would tie train and val together */
    assert_memory_equal(where, want, sizeof want);
    expect_dropped("id,reason\n00000004,ties\n");
    args.steplm = true;
    split(&args, 6, where, &r);
    static const int listed[6] = {2, -1, -1, 0, -1, 1};
    assert_memory_equal(where, listed, sizeof listed);
    expect_dropped("id,reason\n00000001,unlisted\n00000002,unlisted\n00000004,unlisted\n");
    ok(cad_fs_write(args.list, "1 tain\n", 7));
    fails(cad_split_corpus(&args, &r), CAD_EDATA, "list.txt:1: found '1 tain'; expected an id, then train, val or test");
    ok(cad_fs_write(args.list, "1 val\n1 test\n", 13));
    fails(cad_split_corpus(&args, &r), CAD_EDATA, "list.txt:2: 1 is in two splits");
}

static void test_only_rows_that_tie_two_splits_are_left_out(void **state)
{
    (void)state;
    /* 0 and 1 are listed; 2 alone ties them; 3 and 4 are tied to one, 6 to none; 5 has the caption that 7 and 8 put into two */
    static const pair p[9] = {{1, 1}, {2, 2}, {1, 2}, {1, 3}, {4, 3}, {7, 9}, {8, 10}, {7, 11}, {7, 12}};
    static const char list[] = "00000000 train\n00000001 test\n00000007 train\n00000008 val\n";
    static const int want[9] = {0, 2, -1, 0, 0, -1, 0, 0, 1};
    int where[9];
    cad_stage_split_result r;
    cad_stage_split_args args = strict;
    args.list = DIR "/list.txt";
    args.share[0] = 100;
    args.share[1] = args.share[2] = 0;
    write_rows(DIR "/in.jsonl", p, 9, "");
    ok(cad_fs_write(args.list, list, sizeof list - 1));
    split(&args, 9, where, &r);
    assert_memory_equal(where, want, sizeof want);
    expect_dropped("id,reason\n00000002,ties\n00000005,ties\n");
    assert_int_equal(r.groups, 4);
    assert_int_equal(r.groups_in[0], 3);
    /* By id, not by place: 1 comes before 2, which joined to the other split would have kept it out. */
    static const pair chain[4] = {{1, 1}, {5, 1}, {5, 2}, {2, 2}};
    static const char ends[] = "00000000 train\n00000003 test\n";
    static const int one[4] = {0, 0, -1, 2};
    write_rows(DIR "/in.jsonl", chain, 4, "");
    ok(cad_fs_write(args.list, ends, sizeof ends - 1));
    split(&args, 4, where, &r);
    assert_memory_equal(where, one, sizeof one);
}

static void test_the_cap_leaves_out_no_listed_row(void **state)
{
    (void)state;
    static const char list[] = "00000002 test\n00000003,test\n00000004, test\n";
    pair p[5];
    int where[5];
    cad_stage_split_result r;
    cad_stage_split_args args = strict;
    args.list = DIR "/list.txt";
    args.cap_caption = 2;
    for (int i = 0; i < 5; i++)
        p[i] = (pair){1, 100 + i};
    write_rows(DIR "/in.jsonl", p, 5, "");
    ok(cad_fs_write(args.list, list, sizeof list - 1));
    split(&args, 5, where, &r);
    static const int all[5] = {-1, -1, 2, 2, 2};
    assert_memory_equal(where, all, sizeof all);
    expect_dropped("id,reason\n00000000,cap_caption\n00000001,cap_caption\n");
    args.cap_caption = 4; /* the listed ones count, wherever they stand */
    split(&args, 5, where, &r);
    static const int first[5] = {2, -1, 2, 2, 2};
    assert_memory_equal(where, first, sizeof first);
}

static void test_a_listed_id_may_hold_blanks_and_commas(void **state)
{
    (void)state;
    static const char *const id[] = {"plate 1, left", "plate 1", "a,b", "x,"};
    static const char list[] = "plate 1, left  val\nplate 1,test\na,b , train\r\nx,,val\n";
    cad_corpus_writer *w = NULL;
    cad_stage_split_result r;
    cad_stage_split_args args = strict;
    args.list = DIR "/list.txt";
    ok(cad_corpus_create(DIR "/in.jsonl", "demo", NULL, &w));
    for (int i = 0; i < 4; i++) {
        char caption[32];
        snprintf(caption, sizeof caption, "Part %d.", i);
        cad_row row = {.id = id[i], .caption = caption, .target = "DATA;ENDSEC;", .kind = "step"};
        ok(cad_caption_group(caption, &row.caption_hash));
        ok(cad_corpus_add(w, &row));
    }
    ok(cad_corpus_commit(w));
    ok(cad_fs_write(args.list, list, sizeof list - 1));
    ok(cad_split_corpus(&args, &r));
    assert_true(r.rows[CAD_SPLIT_train] == 1 && r.rows[CAD_SPLIT_val] == 2 && r.rows[CAD_SPLIT_test] == 1);
    cad_row *rows = NULL;
    size_t n = 0;
    ok(cad_corpus_load(DIR "/p/test.jsonl", arena, &rows, &n));
    assert_string_equal(rows[0].id, "plate 1");
    ok(cad_corpus_load(DIR "/p/train.jsonl", arena, &rows, &n));
    assert_string_equal(rows[0].id, "a,b");
}

static void test_steplm_shuffles_by_the_seed_and_rounds_down(void **state)
{
    (void)state;
    pair p[99];
    int where[99], again[99], train_of_first = 0;
    cad_stage_split_result r;
    cad_stage_split_args args = strict;
    args.steplm = true;
    args.cap_caption = 3;
    for (int i = 0; i < 99; i++)
        p[i] = (pair){1, 1}; /* one group: it does not count here */
    write_rows(DIR "/in.jsonl", p, 99, "");
    split(&args, 99, where, &r);
    assert_true(r.rows[CAD_SPLIT_train] == 69 && r.rows[CAD_SPLIT_test] == 19 && r.rows[CAD_SPLIT_val] == 11);
    split(&args, 99, again, &r);
    assert_memory_equal(where, again, sizeof where);
    for (int i = 0; i < 33; i++)
        train_of_first += where[i] == CAD_SPLIT_train;
    assert_in_range(train_of_first, 14, 32);
    args.seed = 9;
    split(&args, 99, again, &r);
    assert_memory_not_equal(where, again, sizeof where);
}

static json_t *suite_row(const char *path, int n)
{
    cad_buf text = CAD_BUF_INIT;
    json_t *o = NULL;
    ok(cad_fs_read(path, 0, &text));
    char *at = text.data;
    for (int i = 0; i < n; i++)
        at = strchr(at, '\n') + 1;
    ok(cad_json_parse(at, strcspn(at, "\n"), path, &o));
    cad_buf_deinit(&text);
    return o;
}

static void test_the_suite_carries_step(void **state)
{
    (void)state;
    pair p[50];
    cad_stage_split_result r;
    cad_stage_split_args args = strict;
    args.share[0] = args.share[1] = 0;
    args.share[2] = 100;
    for (int i = 0; i < 50; i++)
        p[i] = (pair){1 + i % 30, 1 + i};
    write_rows(DIR "/in.jsonl", p, 50, "");
    ok(cad_fs_mkdirs(DIR "/p"));
    ok(cad_fs_write(DIR "/p/synth-test.jsonl", "old", 3));
    ok(cad_split_corpus(&args, &r));
    assert_int_equal(r.suite_rows, 30); /* a sentence once */
    assert_false(cad_fs_exists(DIR "/p/synth-test.jsonl"));
    json_t *head = suite_row(DIR "/p/step-test.jsonl", 0), *row = suite_row(DIR "/p/step-test.jsonl", 1);
    assert_string_equal(json_string_value(json_object_get(head, "name")), "step-test");
    assert_string_equal(json_string_value(json_object_get(json_object_get(row, "reference"), "step")),
                        "DATA;#1=PART(1,0);ENDSEC;");
    assert_string_equal(json_string_value(json_object_get(row, "prompt")), "Part 1.");
    assert_null(json_object_get(row, "expect"));
    json_decref(head);
    json_decref(row);
    args.suite_rows = 8;
    write_rows(DIR "/in.jsonl", p, 50, "{\"genus\":2}");
    ok(cad_split_corpus(&args, &r));
    assert_int_equal(r.suite_rows, 8);
    assert_false(cad_fs_exists(DIR "/p/step-test.jsonl"));
    row = suite_row(DIR "/p/synth-test.jsonl", 3);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(row, "expect"), "genus")), 2);
    json_decref(row);
}

static void test_a_corpus_may_have_many_families(void **state)
{
    (void)state;
    enum { FAMILIES = 150 };
    cad_corpus_writer *w = NULL;
    cad_stage_split_result r;
    cad_stage_split_args args = strict;
    args.share[0] = args.share[1] = 0;
    args.suite_rows = 1;
    ok(cad_corpus_create(DIR "/in.jsonl", "demo", NULL, &w));
    for (int i = FAMILIES; i-- > 0;) {
        char id[32], caption[32], family[32];
        snprintf(id, sizeof id, "%08d", i);
        snprintf(caption, sizeof caption, "Part %d.", i);
        snprintf(family, sizeof family, "f%03d", i);
        cad_row row = {.id = id, .caption = caption, .target = "DATA;ENDSEC;", .kind = "step", .family = family};
        ok(cad_caption_group(caption, &row.caption_hash));
        ok(cad_corpus_add(w, &row));
    }
    ok(cad_corpus_commit(w));
    ok(cad_split_corpus(&args, &r));
    assert_int_equal(r.suite_families, FAMILIES);
    assert_int_equal(r.suite_rows, FAMILIES);
    for (int i = 1; i < FAMILIES; i += 70) {
        char want[32];
        json_t *row = suite_row(DIR "/p/step-test.jsonl", i);
        snprintf(want, sizeof want, "f%03d", i - 1);
        assert_string_equal(json_string_value(json_object_get(row, "family")), want);
        json_decref(row);
    }
}

static int setup(void **state)
{
    (void)state;
    return cad_fs_remove_tree(DIR) != CAD_OK || cad_fs_mkdirs(DIR) != CAD_OK ||
           cad_arena_create("test", 64 << 20, &arena) != CAD_OK;
}

static int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return cad_fs_remove_tree(DIR) != CAD_OK;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_captions_and_geometries_stay_together),
        cmocka_unit_test(test_a_caption_fills_no_more_than_its_share_of_val_and_test),
        cmocka_unit_test(test_listed_rows_stay_and_pull_their_groups),
        cmocka_unit_test(test_only_rows_that_tie_two_splits_are_left_out),
        cmocka_unit_test(test_the_cap_leaves_out_no_listed_row),
        cmocka_unit_test(test_a_listed_id_may_hold_blanks_and_commas),
        cmocka_unit_test(test_steplm_shuffles_by_the_seed_and_rounds_down),
        cmocka_unit_test(test_the_suite_carries_step),
        cmocka_unit_test(test_a_corpus_may_have_many_families),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
