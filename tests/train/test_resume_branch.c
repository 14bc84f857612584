/* A run that goes on from an older checkpoint of its own leaves what came after it, and stays with that. */
#include "tests/train/run_fixture.h"

#include <signal.h>

static const char *const all_steps[] = {NULL};

/* Starts the run "base", from `resume` where that is not NULL, and ends it by a signal after one step. */
static int64_t one_step(const char *resume)
{
    char path[8192], from[8192];
    snprintf(path, sizeof path, "%s/runs/base", dir);
    snprintf(from, sizeof from, "%s", resume ? resume : "auto");
    volatile sig_atomic_t stop = SIGTERM;
    cad_trainer *t;
    ok(cad_trainer_open(config(all_steps), &(cad_trainer_opts){.run_dir = path, .resume = from, .stop = &stop}, &t));
    int64_t begin = cad_trainer_get_facts(t).resume_step;
    fails(cad_trainer_run(t), CAD_EREQUEUE, "asked to stop");
    cad_trainer_close(t);
    return begin;
}

/* Where a start without a word would go on. */
static int64_t goes_on_from(void)
{
    char path[8192];
    snprintf(path, sizeof path, "%s/runs/base", dir);
    cad_trainer *t;
    ok(cad_trainer_open(config(all_steps), &(cad_trainer_opts){.run_dir = path, .check = true}, &t));
    int64_t begin = cad_trainer_get_facts(t).resume_step;
    cad_trainer_close(t);
    return begin;
}

static const char *in_ckpt(const char *name)
{
    static char path[300];
    snprintf(path, sizeof path, "runs/base/ckpt/%s", name);
    return train_path(dir, path);
}

static void links_to(const char *link, const char *name)
{
    cad_buf target = CAD_BUF_INIT;
    ok(cad_fs_readlink(in_ckpt(link), &target));
    assert_string_equal(target.data, name);
    cad_buf_deinit(&target);
}

static void test_a_run_stays_with_the_branch_that_it_was_told_to_take(void **state)
{
    (void)state;
    assert_int_equal(goes_on_from(), 20);
    assert_int_equal(one_step(ckpt("base", 10, "")), 10);
    assert_int_equal(goes_on_from(), 11);
    links_to("latest", "step-000011");
    assert_true(cad_fs_exists(in_ckpt("best/DONE")));
    assert_true(cad_fs_exists(ckpt("base", 5, "DONE")) && cad_fs_exists(ckpt("base", 10, "DONE")));
    assert_false(cad_fs_exists(ckpt("base", 15, "")) || cad_fs_exists(ckpt("base", 20, "")));
    assert_true(cad_fs_exists(in_ckpt("dropped-step-000015/DONE")) && cad_fs_exists(in_ckpt("dropped-step-000020/DONE")));
}

static void test_the_same_word_again_goes_on_with_that_branch(void **state)
{
    (void)state;
    char ten[8192];
    snprintf(ten, sizeof ten, "%s", ckpt("base", 10, "")); /* ends in a slash */
    assert_int_equal(one_step(ten), 11);
    ten[strlen(ten) - 1] = '\0';
    assert_int_equal(one_step(ten), 12);
    ok(cad_fs_symlink_replace("step-000010", in_ckpt("latest")));
    assert_int_equal(one_step(in_ckpt("latest")), 13); /* another name of it */
    /* After a start that did not say it, it means a way back. */
    assert_int_equal(one_step(NULL), 14);
    assert_int_equal(one_step(ten), 10);
    assert_true(cad_fs_exists(in_ckpt("dropped-step-000011/DONE")) && cad_fs_exists(in_ckpt("dropped-step-000015.1/DONE")));
    /* The rotation may have removed what the word names. */
    ok(cad_fs_remove_tree(ten));
    assert_int_equal(one_step(ten), 11);
    fails(run("base", ckpt("base", 9, ""), NULL, NULL), CAD_ENOTFOUND, "step-000009/: no such folder");
}

static void test_the_branch_ends_in_the_bits_of_the_one_it_left(void **state)
{
    (void)state;
    ok(run("base", "auto", all_steps, NULL));
    for (size_t i = 0; full_files[i]; i++) {
        char name[200];
        snprintf(name, sizeof name, "dropped-step-000020/%s", full_files[i]);
        same_file(in_ckpt(name), ckpt("base", 20, full_files[i]));
    }
    json_decref(read_metrics("base")); /* no line twice */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run_stays_with_the_branch_that_it_was_told_to_take),
        cmocka_unit_test(test_the_same_word_again_goes_on_with_that_branch),
        cmocka_unit_test(test_the_branch_ends_in_the_bits_of_the_one_it_left),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
