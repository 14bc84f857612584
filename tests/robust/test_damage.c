/* Damaged checkpoints and weights: refused by name whatever byte is hit, and never made from numbers that are none. */
#include "tests/filter.h"
#include "tests/robust/ckpt_rig.h"
#include "tests/robust/fault_io.h"
#include "tests/train/train_tmp.h"
#include "tests/unit.h"

#include "core/fs.h"
#include "core/log.h"
#include "core/rng.h"
#include "model/hf/safetensors.h"

#include <sys/stat.h>
#include <unistd.h>

enum { FLIPS = 500, CUTS = 200 };

static const char *const file[] = {
    "DONE",         "README.md",          "config.ini",         "config.json",       "generation_config.json", "tokenizer.json",
    "template.txt", "trainer_state.json", "master.safetensors", "model.safetensors", "optimizer.safetensors"};
enum { N_FILES = sizeof file / sizeof *file };

static ckpt_rig rig;

static int setup(void **state)
{
    (void)state;
    rig_open(&rig, "damage");
    fault_io_skip_sync(1);
    rig_start_over(&rig);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_close(&rig);
    return 0;
}

static cad_status load(void)
{
    cad_train_state s;
    return cad_checkpoint_load(rig_file(&rig, ""), rig.t->decoder, rig.t->optimizer, &s);
}

/* Loading must fail and name the file. */
static void refused(const char *name, const char *what, size_t at)
{
    cad_status s = load();
    if (s != CAD_ECORRUPT || !strstr(cad_error_text(), name))
        fail_msg("%s, %s at byte %zu: %s: %s", name, what, at, cad_status_name(s), s ? cad_error_text() : "");
}

static void test_I5_a_flipped_bit_is_found_and_its_tensor_is_named(void **state)
{
    (void)state;
    cad_rng rng = cad_rng_make(20261, "flips", 0);
    cad_buf text[N_FILES];
    int tensors = 0;
    for (int i = 0; i < N_FILES; i++)
        text[i] = train_read(rig_file(&rig, file[i]));
    for (int n = 0; n < FLIPS; n++) {
        int i = n % N_FILES;
        size_t at = (size_t)cad_rng_range(&rng, 0, (int64_t)text[i].len - 1);
        int bit = 1 << cad_rng_range(&rng, 0, 7);
        text[i].data[at] ^= (char)bit;
        ok(cad_fs_write(rig_file(&rig, file[i]), text[i].data, text[i].len));
        refused(file[i], "a flipped bit", at);
        tensors += strstr(cad_error_text(), "tensor '") != NULL;
        text[i].data[at] ^= (char)bit;
        ok(cad_fs_write(rig_file(&rig, file[i]), text[i].data, text[i].len));
    }
    assert_true(tensors > FLIPS / 5); /* three of eleven files are tensors to nine tenths */
    for (int i = 0; i < N_FILES; i++)
        cad_buf_deinit(&text[i]);
    assert_int_equal(rig_load(&rig), 0);
}

static void test_I6_a_checkpoint_cut_anywhere_is_refused(void **state)
{
    (void)state;
    cad_rng rng = cad_rng_make(20262, "cuts", 0);
    for (int i = 0; i < N_FILES; i++) {
        cad_buf b = train_read(rig_file(&rig, file[i]));
        for (int n = 0; n < CUTS / N_FILES; n++) {
            size_t len = n < 2 ? (n ? b.len - 1 : 0) : (size_t)cad_rng_range(&rng, 0, (int64_t)b.len - 1);
            ok(cad_fs_write(rig_file(&rig, file[i]), b.data, len));
            if (i == 0 && len == b.len - 1)
                ok(load()); /* the line end of DONE */
            else
                refused(file[i], "cut", len);
        }
        ok(cad_fs_write(rig_file(&rig, file[i]), b.data, b.len));
        cad_buf_deinit(&b);
    }
    assert_int_equal(rig_load(&rig), 0);
}

/* Weights that come without a manifest: each byte of the header, and places of the body. */
static void test_I6_weights_cut_anywhere_are_refused(void **state)
{
    (void)state;
    cad_rng rng = cad_rng_make(20263, "cuts", 0);
    cad_buf b = train_read(rig_file(&rig, "model.safetensors"));
    const char *path = train_path(rig.dir, "cut.safetensors");
    uint64_t header;
    memcpy(&header, b.data, sizeof header);
    assert_true(header > 100 && header < b.len / 2);
    for (size_t n = 0; n < header + 8 + CUTS; n++) {
        size_t len = n < header + 8 ? n : (size_t)cad_rng_range(&rng, (int64_t)header + 8, (int64_t)b.len - 1);
        cad_safetensors *f;
        ok(cad_fs_write(path, b.data, len));
        fails(cad_st_open(path, &f), CAD_ECORRUPT, "cut.safetensors");
    }
    cad_buf_deinit(&b);
}

static void test_I7_a_file_that_changes_while_it_is_open(void **state)
{
    (void)state;
    cad_safetensors *f;
    cad_buf b = train_read(rig_file(&rig, "model.safetensors"));
    char *path = strdup(train_path(rig.dir, "open.safetensors"));
    float one[1], again[1];
    ok(cad_fs_write(path, b.data, b.len));
    ok(cad_st_open(path, &f));
    const cad_st_tensor *t = cad_st_at(f, 0);
    ok(cad_st_read_f32(f, t, 0, one, 1));
    assert_int_equal(chmod(path, 0), 0); /* an open file stays readable */
    ok(cad_st_read_f32(f, t, 0, again, 1));
    assert_true(one[0] == again[0]);
    ok(cad_fs_write(path, "other", 5)); /* another file of that name: the open one is still whole */
    ok(cad_st_read_f32(f, t, 0, again, 1));
    assert_true(one[0] == again[0]);
    cad_st_close(f);
    ok(cad_fs_write(path, b.data, b.len));
    ok(cad_st_open(path, &f));
    assert_int_equal(truncate(path, 100), 0);
    char bytes[64];
    fails(cad_st_read_raw(f, cad_st_at(f, 0), 0, bytes, 2), CAD_ECORRUPT, "open.safetensors");
    cad_st_close(f);
    free(path);
    cad_buf_deinit(&b);
}

static void test_I7_a_checkpoint_that_changes_after_it_was_found(void **state)
{
    (void)state;
    cad_buf path = CAD_BUF_INIT, b = train_read(rig_file(&rig, "master.safetensors"));
    ok(cad_checkpoint_find(rig.ckpt, rig.t->scratch, &path));
    assert_int_equal(truncate(rig_file(&rig, "master.safetensors"), 1000), 0);
    fails(load(), CAD_ECORRUPT, "master.safetensors");
    b.data[b.len - 1] ^= 1;
    ok(cad_fs_write(rig_file(&rig, "master.safetensors"), b.data, b.len));
    fails(load(), CAD_ECORRUPT, "master.safetensors: tensor '");
    cad_buf_deinit(&path);
    cad_buf_deinit(&b);
    rig_start_over(&rig);
}

/* The save is refused and the older checkpoint is what a resume finds. */
static void unsaved(const char *part)
{
    char left[4300], place[4300];
    cad_status s = rig_save(&rig);
    fails(s, CAD_ENUMERIC, part);
    assert_int_equal(cad_status_exit_code(s), 70);
    assert_non_null(strstr(cad_error_text(), "is not finite; nothing was saved"));
    snprintf(left, sizeof left, "%.4200s/.tmp-step-000002", rig.ckpt);
    snprintf(place, sizeof place, "%.4200s/step-000002", rig.ckpt);
    assert_false(cad_fs_exists(left) || cad_fs_exists(place));
    assert_int_equal(rig_load(&rig), 0);
    rig_use(&rig, 1);
}

static void test_I8_weights_that_are_not_finite_are_never_saved(void **state)
{
    (void)state;
    const float bad[] = {NAN, INFINITY, -INFINITY, 3.4e38f}; /* the last one is infinite in bf16 */
    const cad_params *p = &rig.t->params;
    rig_start_over(&rig);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (int64_t n = 0; n < p->n; n += p->n - 1) {
            p->p[p->item[n].offset + p->item[n].count - 1] = bad[i];
            unsaved(p->item[n].name);
        }
}

static void test_I8_moments_that_are_not_finite_are_never_saved(void **state)
{
    (void)state;
    rig_start_over(&rig);
    const float bad[] = {NAN, INFINITY};
    for (int i = 0; i < 2; i++) {
        const char *path = train_path(rig.dir, "moments.safetensors");
        cad_buf b = train_read(rig_file(&rig, "optimizer.safetensors"));
        memcpy(b.data + b.len - sizeof *bad, &bad[i], sizeof *bad);
        ok(cad_fs_write(path, b.data, b.len));
        ok(cad_optimizer_load(rig.t->optimizer, path));
        cad_buf_deinit(&b);
        unsaved("optimizer: ");
    }
}

/* A weight that no row reads: the loss stays finite, so only the save can see it; the run ends with 70 and names the rows. */
static void test_I8_a_run_whose_weights_go_bad_ends_with_70(void **state)
{
    (void)state;
    cad_trainer *t;
    ok(cad_fs_remove_tree(rig.ckpt));
    ok(rig_open_trainer(&rig, &t));
    const cad_param *embed = &t->params.item[0];
    for (int64_t i = 1; i < t->params.n && !strstr(embed->name, "embed"); i++)
        embed = &t->params.item[i];
    assert_non_null(strstr(embed->name, "embed"));
    const cad_pack *p = t->train_pack;
    uint32_t id = 0;
    for (uint64_t k = 0; k < p->row_offset[p->n_rows]; k++)
        if (p->tokens[k] == id) {
            id++;
            k = (uint64_t)-1;
        }
    assert_true((int64_t)id < t->model.vocab);
    t->params.p[embed->offset + (int64_t)id * t->model.width] = NAN;
    cad_log_set_level(CAD_LOG_ERROR);
    cad_status s = cad_trainer_run(t);
    fails(s, CAD_ENUMERIC, "step 5: ");
    assert_non_null(strstr(cad_error_text(), "is not finite; nothing was saved (rows of the step: row-"));
    cad_trainer_close(t);
    cad_buf b = train_read(train_path(rig.dir, "run/run.json"));
    assert_non_null(strstr(b.data, "\"exit_code\": 70"));
    cad_buf_deinit(&b);
    cad_buf path = CAD_BUF_INIT;
    fails(cad_checkpoint_find(rig.ckpt, rig.t->scratch, &path), CAD_ENOTFOUND, "no checkpoints");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_I5_a_flipped_bit_is_found_and_its_tensor_is_named),
        cmocka_unit_test(test_I6_a_checkpoint_cut_anywhere_is_refused),
        cmocka_unit_test(test_I6_weights_cut_anywhere_are_refused),
        cmocka_unit_test(test_I7_a_file_that_changes_while_it_is_open),
        cmocka_unit_test(test_I7_a_checkpoint_that_changes_after_it_was_found),
        cmocka_unit_test(test_I8_weights_that_are_not_finite_are_never_saved),
        cmocka_unit_test(test_I8_moments_that_are_not_finite_are_never_saved),
        cmocka_unit_test(test_I8_a_run_whose_weights_go_bad_ends_with_70),
    };
    if (argc > 1 && !filter_tests(tests, sizeof tests / sizeof *tests, argv[1]))
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
