/* Answers and scores on disk: what was cut off by a kill is made again to the same bytes, and what is damaged says where. */
#include "tests/eval/answers_util.h"

#include "core/hash.h"
#include "core/progress.h"

static cad_buf bytes(const char *name)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_fs_read(file(name), 0, &b));
    return b;
}

static void put(const char *name, const cad_buf *b, size_t len)
{
    ok(cad_fs_write(file(name), b->data, len));
}

static size_t answered(const cad_answers *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++)
        n += a->slot[i].text != NULL;
    return n;
}

/* Both files cut at twelve places from nothing to the end, as a kill or a full disk leaves them. */
static void test_a_file_cut_anywhere_is_completed_to_the_same_bytes(void **state)
{
    (void)state;
    (void)all_done(false);
    cad_buf predictions = bytes("predictions.jsonl"), scores = bytes("scores.jsonl");
    for (int part = 0; part < 12; part++) {
        put("predictions.jsonl", &predictions, predictions.len * (size_t)part / 11);
        put("scores.jsonl", &scores, scores.len * (size_t)(11 - part) / 11);
        (void)all_done(false);
        cad_buf p = bytes("predictions.jsonl"), s = bytes("scores.jsonl");
        assert_int_equal(p.len, predictions.len);
        assert_memory_equal(p.data, predictions.data, p.len);
        assert_int_equal(s.len, scores.len);
        assert_memory_equal(s.data, scores.data, s.len);
        cad_buf_deinit(&p);
        cad_buf_deinit(&s);
    }
    cad_buf_deinit(&predictions);
    cad_buf_deinit(&scores);
}

static void test_each_prediction_names_the_hash_of_its_prompt(void **state)
{
    (void)state;
    (void)all_done(false);
    cad_buf b = bytes("predictions.jsonl");
    char *line = strtok(strchr(b.data, '\n'), "\n");
    for (size_t i = 0; i < SLOTS; i++, line = strtok(NULL, "\n")) {
        char part[80], sha[CAD_HASH_HEX];
        const char *prompt = suite.row[i / SAMPLES].prompt;
        cad_hash128_hex(prompt, strlen(prompt), sha);
        snprintf(part, sizeof part, "\"prompt_sha\":\"%s\"", sha);
        assert_non_null(line);
        assert_non_null(strstr(line, part));
    }
    cad_buf_deinit(&b);
}

/* Another text to show, or another row that it is of, is another prompt; prompts that show nothing keep their answers. */
static void test_answers_are_those_of_what_their_prompts_showed(void **state)
{
    (void)state;
    cad_retrieved found[ROWS] = {{.text = "C 7 7 7", .n = 2, .id = {"t5", "t6"}}, {.text = "C 8 8 8", .n = 1, .id = {"t9"}}};
    const cad_retrieved kept[ROWS] = {found[0], found[1]};
    cad_answers a;
    ok(cad_answers_init(&suite, found, dir, IDENTITY, SAMPLES, 0, arena, &a));
    ok(cad_answers_read(&a, true));
    ok(cad_answers_take(&a, answer_of, NULL));
    cad_buf b = bytes("predictions.jsonl");
    char sha[CAD_HASH_HEX], both[2 * CAD_HASH_HEX];
    cad_hash128_hex(suite.row[0].prompt, strlen(suite.row[0].prompt), both);
    cad_hash128_hex("C 7 7 7", 7, both + CAD_HASH_HEX - 1);
    cad_hash128_hex(both, strlen(both), sha);
    assert_non_null(strstr(b.data, sha));
    assert_non_null(strstr(b.data, "\"rag_ids\":[\"t5\",\"t6\"]"));
    assert_non_null(strstr(b.data, "\"rag_ids\":[]"));
    cad_buf_deinit(&b);
    for (int i = 0; i < 4; i++) {
        memcpy(found, kept, sizeof found);
        found[0].text = i == 1 ? "C 7 7 8" : i == 3 ? NULL : found[0].text;
        found[1].id[0] = i == 2 ? "t8" : "t9";
        ok(cad_answers_init(&suite, found, dir, IDENTITY, SAMPLES, 0, arena, &a));
        ok(cad_answers_read(&a, false));
        assert_int_equal(answered(&a), i ? SLOTS - SAMPLES : SLOTS);
        assert_int_equal(a.slot[0].text == NULL, i == 1 || i == 3);
    }
    a = opened(IDENTITY, false);
    assert_int_equal(answered(&a), SLOTS - 2 * SAMPLES);
    ok(cad_fs_remove(file("predictions.jsonl")));
}

static void test_a_torn_last_line_is_asked_again(void **state)
{
    (void)state;
    (void)all_done(false);
    cad_buf b = bytes("predictions.jsonl");
    put("predictions.jsonl", &b, b.len - 1); /* all but its LF */
    cad_answers a = opened(IDENTITY, false);
    assert_int_equal(answered(&a), SLOTS - 1);
    assert_null(a.slot[SLOTS - 1].text);
    assert_non_null(a.slot[SLOTS - 1].record); /* the score of that answer stays */
    cad_buf_deinit(&b);
}

static void test_a_file_without_its_first_line_gets_one(void **state)
{
    (void)state;
    (void)all_done(false);
    cad_buf whole = bytes("predictions.jsonl");
    put("predictions.jsonl", &whole, 10);
    cad_answers a = opened(IDENTITY, false);
    assert_int_equal(answered(&a), 0);
    ok(cad_answers_take(&a, answer_of, NULL));
    cad_buf again = bytes("predictions.jsonl");
    assert_int_equal(again.len, whole.len);
    assert_memory_equal(again.data, whole.data, whole.len);
    cad_buf_deinit(&whole);
    cad_buf_deinit(&again);
}

static void test_a_damaged_line_is_named_and_fresh_starts_over(void **state)
{
    (void)state;
    (void)all_done(false);
    cad_buf b = bytes("scores.jsonl");
    char *third = strchr(strchr(b.data, '\n') + 1, '\n') + 1;
    third[0] = '\0'; /* as a file system may leave a block after a power failure */
    put("scores.jsonl", &b, b.len);
    cad_answers a;
    ok(cad_answers_init(&suite, NULL, dir, IDENTITY, SAMPLES, 0, arena, &a));
    fails(cad_answers_read(&a, false), CAD_ECORRUPT, "scores.jsonl:3: not a row of JSON\nhint: --fresh");
    ok(cad_answers_read(&a, true));
    assert_false(cad_fs_exists(file("scores.jsonl")) || cad_fs_exists(file("predictions.jsonl")));
    cad_buf_deinit(&b);
}

static void test_a_source_that_fails_leaves_nothing_behind_for_its_row(void **state)
{
    (void)state;
    cad_answers a = opened(IDENTITY, false);
    fails(cad_answers_take(&a, answer_of, "b"), CAD_EIO, "no answer to b");
    cad_answers again = opened(IDENTITY, false);
    assert_int_equal(answered(&again), SAMPLES); /* those of the row before it */
}

static void test_answers_of_another_model_are_passed_over(void **state)
{
    (void)state;
    (void)all_done(false);
    cad_answers other = opened("another model", false), same = opened(IDENTITY, false);
    assert_int_equal(answered(&other), 0);
    assert_int_equal(answered(&same), SLOTS);
    for (size_t i = 0; i < SLOTS; i++) {
        assert_string_not_equal(other.slot[i].key, same.slot[i].key);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(same.slot[i].key, same.slot[k].key);
    }
}

int main(int argc, char **argv)
{
    cad_worker_register(CAD_SCORE_HANDLER, judge);
    cad_worker_main_if_asked(argc, argv);
    cad_progress_setup(CAD_PROGRESS_NONE, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_file_cut_anywhere_is_completed_to_the_same_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_prediction_names_the_hash_of_its_prompt, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers_are_those_of_what_their_prompts_showed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_torn_last_line_is_asked_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_file_without_its_first_line_gets_one, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_damaged_line_is_named_and_fresh_starts_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_source_that_fails_leaves_nothing_behind_for_its_row, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers_of_another_model_are_passed_over, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
