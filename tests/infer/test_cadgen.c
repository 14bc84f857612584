/* cadgen as people call it: what it prints, what it writes, and its exit codes. */
#include "cad/occt/solid.h"
#include "cad/step/step_answer.h"
#include "core/json.h"
#include "tests/infer/taught_balls.h"

#include <sys/wait.h>

static cad_buf out, err;
static int has_kernel;

static int setup(void **state)
{
    if (scratch_setup(state))
        return -1;
    has_kernel = strcmp(cad_solid_kernel(), "none") != 0;
    ok(cad_fs_mkdirs(scratch("model")));
    taught_model(scratch("model"));
    ok(cad_fs_mkdirs(scratch("balls")));
    taught_model_of(scratch("balls"), BALLS, N_BALLS, BALLS_VOCAB);
    return 0;
}

static int teardown(void **state)
{
    cad_buf_deinit(&out);
    cad_buf_deinit(&err);
    return scratch_teardown(state);
}

/* Runs `cadgen ARGS` in the scratch folder; stdout and stderr are in out and err, the exit code comes back. */
static int cadgen(const char *args)
{
    char command[4096];
    const char *bin = getenv("CADLM_BIN");
    snprintf(command, sizeof command, "cd '%s' && '%s/cadgen' %s >stdout.txt 2>stderr.txt", scratch_path, bin ? bin : ".",
             args);
    int status = system(command);
    cad_buf_clear(&out);
    cad_buf_clear(&err);
    ok(cad_fs_read(scratch("stdout.txt"), 0, &out));
    ok(cad_fs_read(scratch("stderr.txt"), 0, &err));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void exits(const char *args, int code, const char *in_err)
{
    int got = cadgen(args);
    if (got != code || !strstr(cad_buf_cstr(&err), in_err))
        fail_msg("cadgen %s: exit %d, expected %d with '%s'; stderr: %s", args, got, code, in_err, cad_buf_cstr(&err));
}

static void test_a_prompt_gives_its_program_on_stdout(void **state)
{
    (void)state;
    for (int i = 0; i < N_TAUGHT; i++) {
        char args[200], want[200];
        snprintf(args, sizeof args, "--ckpt=model \"%s\"", TAUGHT[i].caption);
        snprintf(want, sizeof want, "%s\n", TAUGHT[i].program);
        exits(args, i == BAD && has_kernel ? 3 : 0, i == BAD && has_kernel ? "no valid part" : "");
        assert_string_equal(cad_buf_cstr(&out), want);
    }
}

static void test_files_are_written_by_their_endings(void **state)
{
    (void)state;
    cad_buf text = CAD_BUF_INIT;
    if (!has_kernel) {
        exits("--ckpt=model 'cube 10' -o p.step", 69, "CADLM_OCCT");
        skip();
    }
    exits("--ckpt=model 'plate with a hole' -o p.step -o p.ir -o p.png -o p.stl", 0, "valid solid: 40 x 20 x 5 mm");
    assert_int_equal(out.len, 0);
    ok(cad_fs_read(scratch("p.step"), 0, &text));
    assert_memory_equal(text.data, "ISO-10303-21;", 13);
    cad_buf_clear(&text);
    ok(cad_fs_read(scratch("p.png"), 0, &text));
    assert_memory_equal(text.data, "\x89PNG", 4);
    cad_buf_clear(&text);
    ok(cad_fs_read(scratch("p.ir"), 0, &text));
    assert_string_equal(text.data, "C 40 20 5\nY 3 5\nT 1 20 10 0\nD 0 2\n");
    assert_true(cad_fs_exists(scratch("p.stl")));
    exits("--ckpt=model 'cube 10' -o q.step --samples=2", 0, "written: q-2.step");
    assert_non_null(strstr(cad_buf_cstr(&err), "written: q.step"));
    assert_true(cad_fs_exists(scratch("q.step")) && cad_fs_exists(scratch("q-2.step")));
    exits("--ckpt=model 'flat cube' -o bad.step", 65, "bad.step was not written");
    assert_false(cad_fs_exists(scratch("bad.step")));
    assert_null(strstr(cad_buf_cstr(&err), "written: "));
    exits("--ckpt=model 'flat cube' -o bad.ir", 3, "written: bad.ir");
    exits("--ckpt=model 'cube 10' -o none/p.ir", 73, "none");
    cad_buf_deinit(&text);
}

static void put(const char *name, const char *text)
{
    ok(cad_fs_write(scratch(name), text, strlen(text)));
}

static int64_t tokens_of(const char *text)
{
    cad_tokenizer *t;
    cad_ids ids = CAD_IDS_INIT;
    ok(cad_tokenizer_load(scratch("balls/tokenizer.json"), &t));
    ok(cad_tokenizer_encode(t, text, strlen(text), CAD_SPECIALS_text, &ids));
    int64_t n = (int64_t)ids.n;
    cad_ids_deinit(&ids);
    cad_tokenizer_destroy(t);
    return n;
}

/* What makes `balls` a checkpoint of a run whose answers are of that kind. */
static void record_kind(const char *kind)
{
    char state[100];
    snprintf(state, sizeof state, "{\"schema\":1,\"kind\":\"%s\"}", kind);
    put("balls/trainer_state.json", state);
    put("balls/DONE", "{}");
}

static void test_answers_in_step_become_exchange_files(void **state)
{
    (void)state;
    cad_buf file = CAD_BUF_INIT;
    if (!has_kernel)
        skip();
    record_kind("step");
    exits("--ckpt=balls 'ball 3' -o b.step -o b.stl -o b.png", 0, "valid solid: 6 x 6 x 6 mm, 113.097 mm3");
    ok(cad_fs_read(scratch("b.step"), 0, &file));
    size_t header = strlen(cad_steplm_header);
    assert_memory_equal(file.data, cad_steplm_header, header);
    assert_string_equal(file.data + header, BALL("3.", BALL_END) "\n"); /* cut at its end */
    assert_true(cad_fs_exists(scratch("b.stl")) && cad_fs_exists(scratch("b.png")));
    exits("--ckpt=balls 'ball 3'", 0, ""); /* on stdout the file too */
    assert_int_equal(out.len, file.len);
    assert_memory_equal(out.data, file.data, file.len);
    exits("--ckpt=balls 'half a ball' -o h.step -o h.stl", 65,
          "h.stl was not written, the answer is no valid part: the answer "
          "ends before END-ISO-10303-21;");
    assert_true(cad_fs_exists(scratch("h.step")) && !cad_fs_exists(scratch("h.stl")));
    exits("--ckpt=balls 'nothing' -o n.step", 3, "no valid part");
    exits("--ckpt=balls 'ball 3' -o b.ir", 2, "answers in STEP");
    exits("--ckpt=balls 'ball 3' --format=stp", 2, "expected ir or step");
    exits("--ckpt=balls 'ball 3' --jsonl < /dev/null", 2, "several sources");
    /* --format says it of a model that recorded nothing, and may not contradict one that did */
    exits("--ckpt=balls --format=ir 'ball 3'", 2, "balls learnt to answer in step");
    exits("--ckpt=balls --format=step 'ball 3'", 0, "");
    record_kind("ir");
    exits("--ckpt=balls 'ball 3'", 3, "no valid part");
    exits("--ckpt=balls --format=step 'ball 3'", 2, "--format=step: balls learnt to answer in ir\nhint: without --format");
    ok(cad_fs_remove(scratch("balls/trainer_state.json")));
    exits("--ckpt=balls 'ball 3'", 3, "no valid part");
    exits("--ckpt=balls --format=step 'ball 3' --json", 0, "");
    json_t *doc;
    ok(cad_json_parse(out.data, out.len, "stdout", &doc));
    const json_t *row = json_array_get(json_object_get(doc, "answers"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "format")), "step");
    /* what it learnt to write behind the end is not drawn */
    assert_string_equal(json_string_value(json_object_get(row, "text")), BALL("3.", BALL_END));
    assert_int_equal(json_integer_value(json_object_get(row, "n_tokens")), tokens_of(BALL("3.", BALL_END)));
    assert_string_equal(json_string_value(json_object_get(row, "finish")), "stop");
    assert_true(json_is_true(json_object_get(row, "valid")));
    json_decref(doc);
    record_kind("stp");
    exits("--ckpt=balls 'ball 3'", 65, "expected ir or step");
    cad_buf_deinit(&file);
}

static void test_a_cut_answer_is_told(void **state)
{
    (void)state;
    record_kind("step");
    exits("--ckpt=balls 'ball 3' --max-new=20", has_kernel ? 3 : 0, "cut after 20 tokens, the longest that decode.max_new");
    assert_non_null(strstr(cad_buf_cstr(&err), "--max-new=40"));
    exits("--ckpt=model 'plate with a hole' --max-new=3", has_kernel ? 3 : 0, "cut after 3 tokens");
    exits("--ckpt=model 'cube 10'", 0, "");
    assert_null(strstr(cad_buf_cstr(&err), "cut after"));
}

static void test_a_file_of_prompts_fills_a_folder(void **state)
{
    (void)state;
    cad_buf text = CAD_BUF_INIT;
    for (int i = 0; i < N_TAUGHT; i++)
        ok(cad_buf_printf(&text, "%s\n\n", TAUGHT[i].caption));
    ok(cad_fs_write(scratch("prompts.txt"), text.data, text.len));
    cad_buf_deinit(&text);
    if (!has_kernel)
        skip();
    exits("--ckpt=model --file=prompts.txt --out=parts", 4, "1 of 5 answers are no valid parts");
    for (int i = 0; i < N_TAUGHT; i++)
        for (int k = 0; k < 3; k++) {
            char name[40];
            static const char *const ending[] = {"ir", "step", "png"};
            snprintf(name, sizeof name, "parts/%03d.%s", i, ending[k]);
            assert_int_equal(cad_fs_exists(scratch(name)), i != BAD || k == 0);
        }
    exits("--ckpt=model --file=prompts.txt", 4, "prompt 7, sample 1");
    assert_non_null(strstr(cad_buf_cstr(&out), "# 3, sample 1: cylinder r 5 h 12\nY 5 12\n"));
}

static void check_row(const json_t *row, int i)
{
    assert_string_equal(json_string_value(json_object_get(row, "text")), TAUGHT[i].program);
    assert_string_equal(json_string_value(json_object_get(row, "prompt")), TAUGHT[i].caption);
    assert_string_equal(json_string_value(json_object_get(row, "finish")), "stop");
    assert_int_equal(strlen(json_string_value(json_object_get(row, "key"))), 32);
    assert_true(json_number_value(json_object_get(row, "logprob")) < 0);
    if (has_kernel) {
        assert_int_equal(json_is_true(json_object_get(row, "valid")), i != BAD);
        assert_true(json_is_object(json_object_get(row, "check")));
    }
}

static void test_json_lines_in_give_json_lines_out(void **state)
{
    (void)state;
    cad_buf text = CAD_BUF_INIT;
    for (int i = 0; i < N_TAUGHT; i++)
        ok(cad_buf_printf(&text, "{\"id\":\"x%d\",\"prompt\":\"%s\"}\n", i, TAUGHT[i].caption));
    ok(cad_fs_write(scratch("in.jsonl"), text.data, text.len));
    exits("--ckpt=model --jsonl < in.jsonl", has_kernel ? 4 : 0, "");
    cad_buf_clear(&text);
    ok(cad_buf_add(&text, out.data, out.len));
    char *line = strtok(text.data, "\n");
    assert_string_equal(line, "{\"schema\":1,\"kind\":\"predictions\"}");
    for (int i = 0; i < N_TAUGHT; i++) {
        json_t *row;
        line = strtok(NULL, "\n");
        ok(cad_json_parse(line, strlen(line), "row", &row));
        check_row(row, i);
        assert_int_equal(json_string_value(json_object_get(row, "id"))[1], '0' + i);
        json_decref(row);
    }
    cad_buf_deinit(&text);
}

static void test_json_is_one_document_on_failure_too(void **state)
{
    (void)state;
    json_t *doc;
    exits("--ckpt=model --json 'ball 3'", 0, "");
    ok(cad_json_parse(out.data, out.len, "stdout", &doc));
    check_row(json_array_get(json_object_get(doc, "answers"), 0), 2);
    json_decref(doc);
    exits("--ckpt=nowhere --json 'ball 3'", 66, "nowhere");
    ok(cad_json_parse(out.data, out.len, "stdout", &doc));
    assert_true(json_is_object(json_object_get(doc, "error")));
    json_decref(doc);
}

static void test_answers_do_not_depend_on_batch_and_repeat_with_their_seed(void **state)
{
    (void)state;
    static const char *const runs[] = {"", "--set=decode.batch=1", "--threads=1", "--set=decode.batch=3",
                                       "--set=decode.batch=16"};
    char first[4096] = "";
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        char args[300];
        snprintf(args, sizeof args, "--ckpt=model --temp=2 --samples=5 --max-new=30 --seed=4 'cube 10' %s", runs[i]);
        cadgen(args);
        assert_true(out.len > 20 && out.len < sizeof first);
        if (i == 0)
            memcpy(first, out.data, out.len + 1);
        assert_string_equal(first, out.data);
    }
    cadgen("--ckpt=model --temp=2 --samples=5 --max-new=30 --seed=5 'cube 10'");
    assert_string_not_equal(first, out.data);
}

static void test_mistakes_have_their_exit_codes(void **state)
{
    (void)state;
    exits("--ckpt=model", 2, "expected one of PROMPT");
    exits("--ckpt=model 'a' --jsonl < /dev/null", 2, "expected one of PROMPT");
    exits("--ckpt=model '  '", 2, "empty");
    exits("--ckpt=model 'a' -o p.xyz", 2, "unknown format");
    exits("--ckpt=model 'a' --no-such-option", 2, "no-such-option");
    exits("--ckpt=model 'a' --temp=9", 65, "decode.temp");
    exits("--ckpt=nowhere 'a'", 66, "nowhere: no such directory");
    exits("--ckpt=model --file=nofile.txt", 66, "nofile.txt");
    exits("--ckpt=model --jsonl < /dev/null", 66, "no prompt");
    ok(cad_fs_write(scratch("bad.jsonl"), "{\"prompt\":1}\n", 13));
    exits("--ckpt=model --file=bad.jsonl", 65, "bad.jsonl:1");
    exits("--ckpt=model --file=bad.jsonl -o p.ir", 2, "--out=DIR");
    exits("--ckpt=nowhere", 2, "expected one of PROMPT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_prompt_gives_its_program_on_stdout),
        cmocka_unit_test(test_files_are_written_by_their_endings),
        cmocka_unit_test(test_answers_in_step_become_exchange_files),
        cmocka_unit_test(test_a_cut_answer_is_told),
        cmocka_unit_test(test_a_file_of_prompts_fills_a_folder),
        cmocka_unit_test(test_json_lines_in_give_json_lines_out),
        cmocka_unit_test(test_json_is_one_document_on_failure_too),
        cmocka_unit_test(test_answers_do_not_depend_on_batch_and_repeat_with_their_seed),
        cmocka_unit_test(test_mistakes_have_their_exit_codes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
