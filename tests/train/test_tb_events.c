/* Event files byte by byte.  The expected records were made by TensorBoard 2.21.0: its Event messages, written by its own
 * tensorboard.summary.writer.record_writer.  tests/interop reads whole runs with its reader. */
#include "tests/unit.h"

#include "core/mem.h"
#include "tests/train/train_tmp.h"
#include "train/tb_events.h"

#include <unistd.h>

static char dir[4096];

static int setup(void **state)
{
    (void)state;
    train_tmp("tb", dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ok(cad_fs_remove_tree(dir));
    return 0;
}

/* The k-th event file by name (0 = the first) as bytes, owned by the caller; its path lives until the next call. */
static cad_buf read_file(size_t k, const char **out_path)
{
    static char path[8192];
    cad_arena *a;
    const char **name;
    size_t n;
    ok(cad_arena_create("names", 1 << 20, &a));
    ok(cad_fs_list(dir, a, &name, &n));
    assert_true(k < n);
    snprintf(path, sizeof path, "%s/%s", dir, name[k]);
    cad_arena_destroy(a);
    if (out_path)
        *out_path = path;
    return train_read(path);
}

/* The offset of record k of a file. */
static size_t record_at(const cad_buf *b, size_t k)
{
    size_t at = 0;
    for (; k > 0; k--) {
        assert_true(at + 16 <= b->len);
        at += 16 + (unsigned char)b->data[at] + 256 * (size_t)(unsigned char)b->data[at + 1];
    }
    return at;
}

static void expect_last_record(const char *bytes, size_t len)
{
    cad_buf b = read_file(0, NULL);
    size_t at = record_at(&b, 1);
    assert_int_equal(b.len - at, len);
    assert_memory_equal(b.data + at, bytes, len);
    cad_buf_deinit(&b);
}
#define expect_record(text) expect_last_record(text, sizeof(text) - 1)

static cad_tb_events *start(int64_t resume_step)
{
    cad_tb_events *tb;
    ok(cad_tb_open(dir, resume_step, &tb));
    return tb;
}

static void test_scalars_are_one_record_with_both_checksums(void **state)
{
    (void)state;
    cad_tb_events *tb = start(0);
    const cad_metric v[] = {{"train/loss", 0.25}, {"train/lr", 0.0}};
    ok(cad_tb_scalars(tb, 1.5, 300, v, 2));
    cad_tb_close(tb);
    expect_record("\x32\0\0\0\0\0\0\0\x24\x19\x56\xec"      /* 50 bytes */
                  "\x09\0\0\0\0\0\0\xf8\x3f"                /* wall_time 1.5 */
                  "\x10\xac\x02"                            /* step 300 */
                  "\x2a\x24"                                /* summary */
                  "\x0a\x11\x0a\x0atrain/loss\x15\0\0\x80>" /* 0.25 */
                  "\x0a\x0f\x0a\x08train/lr\x15\0\0\0\0"    /* a zero is written: it is one of a choice */
                  "\x30\x16\xf7\x07");
}

static void test_a_note_is_a_text_of_its_plugin(void **state)
{
    (void)state;
    cad_tb_events *tb = start(0);
    ok(cad_tb_text(tb, 1.5, 7, "note", "hi \xff")); /* no UTF-8 */
    cad_tb_close(tb);
    expect_record("\x2f\0\0\0\0\0\0\0\x6d\x5d\x1d\x50\x09\0\0\0\0\0\0\xf8\x3f\x10\x07"
                  "\x2a\x22\x0a\x20\x0a\x04note"
                  "\x42\x0c\x08\x07\x12\0\x42\x06hi \xef\xbf\xbd"
                  "\x4a\x0a\x0a\x06\x0a\x04text\x20\x02"
                  "\x20\xc9\xbe\x4c");
}

#define PNG_300_BY_2 "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\x2c\0\0\0\x02"

static void test_an_image_has_the_size_that_its_png_states(void **state)
{
    (void)state;
    cad_tb_events *tb = start(0);
    ok(cad_tb_image(tb, 1.5, 7, "p", PNG_300_BY_2, sizeof PNG_300_BY_2 - 1));
    fails(cad_tb_image(tb, 1.5, 8, "p", "GIF89a", 6), CAD_EDATA, "no PNG (6 bytes)");
    cad_tb_close(tb);
    expect_record("\x35\0\0\0\0\0\0\0\xd6\xc5\x5d\xe6\x09\0\0\0\0\0\0\xf8\x3f\x10\x07"
                  "\x2a\x28\x0a\x26\x0a\x01p"
                  "\x22\x21\x08\x02\x10\xac\x02\x18\x03\x22\x18" PNG_300_BY_2 "\x0c\x49\x72\x67");
}

static void test_a_new_run_starts_with_the_version_alone(void **state)
{
    (void)state;
    cad_tb_close(start(0));
    const char *path;
    cad_buf b = read_file(0, &path);
    assert_int_equal(b.len, record_at(&b, 1));
    assert_memory_equal(b.data + 12 + 9,
                        "\x1a\x0d"
                        "brain.Event:2",
                        15);
    char end[32];
    snprintf(end, sizeof end, ".%ld", (long)getpid());
    assert_non_null(strstr(path, "/events.out.tfevents."));
    assert_string_equal(strrchr(path, '.'), end);
    cad_buf_deinit(&b);
}

/* The record behind the version is START at this step. */
static void expect_start(size_t file, const char *step, size_t len)
{
    cad_buf b = read_file(file, NULL);
    size_t at = record_at(&b, 1);
    assert_int_equal(b.len - at, 12 + 9 + len + 4 + 4);
    assert_memory_equal(b.data + at + 12 + 9, step, len);
    assert_memory_equal(b.data + at + 12 + 9 + len, "\x3a\x02\x08\x01", 4);
    cad_buf_deinit(&b);
}

static void test_a_continued_run_marks_the_step_after_the_resumed_one(void **state)
{
    (void)state;
    cad_tb_close(start(300));
    expect_start(0, "\x10\xad\x02", 3);
    cad_tb_close(start(4)); /* in the same second: a later name all the same */
    expect_start(1, "\x10\x05", 2);
    cad_tb_close(start(0)); /* before the first checkpoint: everything is orphaned */
    expect_start(2, "\x10\x01", 2);
}

static void test_a_torn_record_is_cut_off_wherever_it_was_torn(void **state)
{
    (void)state;
    const cad_metric v[] = {{"train/loss", 0.25}};
    cad_tb_events *tb = start(0);
    ok(cad_tb_scalars(tb, 1.5, 1, v, 1));
    ok(cad_tb_scalars(tb, 1.5, 2, v, 1));
    cad_tb_close(tb);
    const char *path;
    cad_buf whole = read_file(0, &path), b;
    char first[8192];
    snprintf(first, sizeof first, "%s", path);
    size_t last = record_at(&whole, 2);
    for (size_t len = last; len <= whole.len; len++) {
        ok(cad_fs_remove_tree(dir));
        ok(cad_fs_mkdirs(dir));
        ok(cad_fs_write(first, whole.data, len));
        cad_tb_close(start(1));
        b = read_file(0, NULL);
        assert_int_equal(b.len, len == whole.len ? whole.len : last);
        assert_memory_equal(b.data, whole.data, b.len);
        cad_buf_deinit(&b);
        expect_start(1, "\x10\x02", 2);
    }
    cad_buf_deinit(&whole);
}

static void test_a_damaged_record_is_cut_off_whichever_byte_is_wrong(void **state)
{
    (void)state;
    const cad_metric v[] = {{"train/loss", 0.25}};
    cad_tb_events *tb = start(0);
    ok(cad_tb_scalars(tb, 1.5, 1, v, 1));
    cad_tb_close(tb);
    const char *path;
    cad_buf whole = read_file(0, &path), b;
    char first[8192];
    snprintf(first, sizeof first, "%s", path);
    size_t last = record_at(&whole, 1);
    for (size_t i = last; i < whole.len; i++) {
        ok(cad_fs_remove_tree(dir));
        ok(cad_fs_mkdirs(dir));
        whole.data[i] ^= 0x10;
        ok(cad_fs_write(first, whole.data, whole.len));
        whole.data[i] ^= 0x10;
        cad_tb_close(start(1));
        b = read_file(0, NULL);
        assert_int_equal(b.len, last);
        cad_buf_deinit(&b);
    }
    cad_buf_deinit(&whole);
}

static void test_files_of_others_in_the_folder_stay(void **state)
{
    (void)state;
    ok(cad_fs_write(train_path(dir, "notes.txt"), "mine", 4));
    cad_tb_close(start(0));
    cad_buf b = train_read(train_path(dir, "notes.txt"));
    assert_string_equal(b.data, "mine");
    cad_buf_deinit(&b);
    b = read_file(0, NULL);
    assert_int_equal(b.len, record_at(&b, 1)); /* and are no earlier start: there is no mark */
    cad_buf_deinit(&b);
}

static void test_events_allocate_nothing(void **state)
{
    (void)state;
    cad_tb_events *tb = start(0);
    uint64_t calls = cad_mem_calls();
    for (int i = 1; i < 50; i++) {
        const cad_metric v[] = {{"train/loss", 1.0 / 3}, {"perf/tok_s", 1e9}, {"x", (double)NAN}};
        ok(cad_tb_scalars(tb, 1.8e9, i * 100000, v, 3));
    }
    assert_int_equal(cad_mem_calls(), calls);
    cad_tb_close(tb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_scalars_are_one_record_with_both_checksums, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_note_is_a_text_of_its_plugin, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_image_has_the_size_that_its_png_states, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_new_run_starts_with_the_version_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_continued_run_marks_the_step_after_the_resumed_one, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_torn_record_is_cut_off_wherever_it_was_torn, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_damaged_record_is_cut_off_whichever_byte_is_wrong, setup, teardown),
        cmocka_unit_test_setup_teardown(test_files_of_others_in_the_folder_stay, setup, teardown),
        cmocka_unit_test_setup_teardown(test_events_allocate_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
