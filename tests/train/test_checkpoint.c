/* Which checkpoints are found and which go, by folders that hold a manifest alone. */
#include "tests/unit.h"

#include "core/json.h"
#include "core/log.h"
#include "tests/train/train_tmp.h"
#include "train/checkpoint.h"
#include "train/ckpt_manifest.h"

static char dir[4096];
static cad_arena *arena;

static int setup(void **state)
{
    (void)state;
    train_tmp("checkpoint", dir);
    return cad_arena_create("checkpoint", 1 << 20, &arena) == CAD_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    return cad_fs_remove_tree(dir) == CAD_OK ? 0 : -1;
}

/* A checkpoint of `step`, of which only metric and manifest are real. */
static void make(int64_t step, double metric)
{
    char path[4200], file[4300];
    snprintf(path, sizeof path, "%s/step-%06lld", dir, (long long)step);
    snprintf(file, sizeof file, "%s/trainer_state.json", path);
    cad_train_state state = {.step = step, .metric = metric, .best = (double)NAN, .lanes = 8, .ranks = 1};
    ok(cad_fs_mkdirs(path));
    ok(cad_train_state_save(&state, file));
    ok(cad_manifest_write(path, "c0ffee", arena));
}

static void found(const char *name)
{
    cad_buf path = CAD_BUF_INIT;
    ok(cad_checkpoint_find(dir, arena, &path));
    assert_string_equal(path.data, train_path(dir, name));
    cad_buf_deinit(&path);
}

static bool there(const char *name)
{
    return cad_fs_exists(train_path(dir, name));
}

static void test_the_newest_is_that_of_the_largest_step(void **state)
{
    (void)state;
    cad_buf path = CAD_BUF_INIT;
    fails(cad_checkpoint_find(dir, arena, &path), CAD_ENOTFOUND, "no checkpoints");
    make(999, (double)NAN);
    make(999999, (double)NAN);
    found("step-999999");
    make(1000000, (double)NAN); /* its name is smaller by bytes */
    found("step-1000000");
    ok(cad_fs_write(train_path(dir, "step-1000000/trainer_state.json"), "{}", 2));
    found("step-999999");
    ok(cad_fs_remove(train_path(dir, "step-999999/DONE")));
    ok(cad_fs_remove(train_path(dir, "step-000999/DONE")));
    fails(cad_checkpoint_find(dir, arena, &path), CAD_ECORRUPT, "step-1000000");
    cad_buf_deinit(&path);
}

static void test_rotation_counts_by_step_and_metric_and_spares_the_links(void **state)
{
    (void)state;
    make(10, 0.1);
    make(20, 0.5);
    make(999999, 0.3);
    make(1000000, (double)NAN);
    ok(cad_fs_symlink_replace("step-1000000", train_path(dir, "latest")));
    ok(cad_fs_mkdirs(train_path(dir, ".tmp-step-000005")));
    ok(cad_checkpoint_rotate(dir, 2, 1, false, arena));
    assert_true(there("step-000010") && !there("step-000020") && there("step-999999") && there("step-1000000"));
    assert_false(there(".tmp-step-000005"));
    ok(cad_checkpoint_rotate(dir, 1, 1, true, arena)); /* now the largest is the best */
    assert_true(!there("step-000010") && there("step-999999") && there("step-1000000"));
    ok(cad_fs_symlink_replace("step-999999", train_path(dir, "best")));
    ok(cad_checkpoint_rotate(dir, 0, 0, false, arena));
    assert_true(there("step-999999") && there("step-1000000"));
}

static void links_to(const char *link, const char *name)
{
    cad_buf target = CAD_BUF_INIT;
    ok(cad_fs_readlink(train_path(dir, link), &target));
    assert_string_equal(target.data, name);
    cad_buf_deinit(&target);
}

static void test_what_lies_behind_the_step_of_a_start_is_set_aside_with_its_links(void **state)
{
    (void)state;
    bool best_gone;
    for (int64_t step = 5; step <= 20; step += 5)
        make(step, 0.5);
    ok(cad_fs_symlink_replace("step-000020", train_path(dir, "latest")));
    ok(cad_fs_symlink_replace("step-000015", train_path(dir, "best")));
    ok(cad_checkpoint_leave_branch(dir, 20, 15, arena, &best_gone)); /* nothing lies there */
    assert_true(!best_gone && there("step-000020") && there("step-000015"));
    links_to("best", "step-000015");
    ok(cad_checkpoint_leave_branch(dir, 10, 5, arena, &best_gone));
    assert_true(!best_gone && there("step-000005") && there("step-000010"));
    assert_true(there("dropped-step-000015/DONE") && there("dropped-step-000020/DONE"));
    assert_false(there("step-000015") || there("step-000020"));
    links_to("latest", "step-000010");
    links_to("best", "step-000005");
    make(1000000, 0.5);
    make(20, 0.5);
    ok(cad_fs_symlink_replace("step-000020", train_path(dir, "best")));
    ok(cad_fs_symlink_replace("step-000020", train_path(dir, "latest")));
    ok(cad_checkpoint_leave_branch(dir, 12, 7, arena, &best_gone)); /* from another run: neither is here */
    assert_true(best_gone && !there("best") && !there("latest") && there("dropped-step-000020.1/DONE"));
    assert_true(there("dropped-step-1000000/DONE"));
    ok(cad_checkpoint_rotate(dir, 1, 0, false, arena));
    assert_true(there("step-000010") && !there("step-000005") && there("dropped-step-000020/DONE"));
    found("step-000010");
}

static void test_a_state_comes_back_as_it_was(void **state)
{
    (void)state;
    const cad_train_state in = {.step = 7,
                                .epoch = 1,
                                .batch = 3,
                                .rows = 11,
                                .tokens = 12,
                                .loss_tokens = 13,
                                .skipped = 1,
                                .loss_ema = 0.1 + 0.2,
                                .norm_ema = 1.0 / 3.0,
                                .ema_steps = 6,
                                .metric = (double)NAN,
                                .best = 0.7,
                                .best_step = 5,
                                .wall_s = 1.5,
                                .seed = UINT64_MAX,
                                .micro_tokens = 64,
                                .lanes = 8,
                                .ranks = 1,
                                .base_hash = "aa",
                                .data_hash = "bb",
                                .config_hash = "cc",
                                .backend = "emu"};
    cad_train_state out;
    json_t *o;
    ok(cad_train_state_save(&in, train_path(dir, "s.json")));
    ok(cad_train_state_load(train_path(dir, "s.json"), &out));
    assert_true(out.step == 7 && out.epoch == 1 && out.batch == 3 && out.rows == 11 && out.tokens == 12);
    assert_true(out.loss_ema == in.loss_ema && out.norm_ema == in.norm_ema && isnan(out.metric) && out.best == 0.7);
    assert_true(out.seed == UINT64_MAX && !strcmp(out.data_hash, "bb") && !strcmp(out.backend, "emu"));
    ok(cad_json_read(train_path(dir, "s.json"), 1 << 20, &o));
    json_object_del(o, "backend"); /* of a build that had the CPU alone */
    ok(cad_json_write(train_path(dir, "s.json"), o));
    json_decref(o);
    ok(cad_train_state_load(train_path(dir, "s.json"), &out));
    assert_string_equal(out.backend, "cpu");
    ok(cad_fs_write(train_path(dir, "s.json"), "{\"schema\":2}", 12));
    fails(cad_train_state_load(train_path(dir, "s.json"), &out), CAD_EDATA, "schema 2; expected 1");
    ok(cad_fs_write(train_path(dir, "s.json"), "{\"schema\":1", 11));
    fails(cad_train_state_load(train_path(dir, "s.json"), &out), CAD_EPARSE, "s.json");
}

int main(void)
{
    cad_log_set_level(CAD_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_newest_is_that_of_the_largest_step, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rotation_counts_by_step_and_metric_and_spares_the_links, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_lies_behind_the_step_of_a_start_is_set_aside_with_its_links, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_state_comes_back_as_it_was, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
