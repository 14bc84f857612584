/* Names that come from input: of files beside it, never a way out of the folder. */
#include "tests/scratch_dir.h"

#include "core/path.h"

static void expect_named(const char *dir, const char *name, const char *tail)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_fs_named("index", dir, name, &b));
    assert_string_equal(b.data + b.len - strlen(tail), tail);
    cad_buf_deinit(&b);
}

static void expect_refused(const char *dir, const char *name, const char *says)
{
    cad_buf b = CAD_BUF_INIT;
    fails(cad_fs_named("index", dir, name, &b), CAD_ECORRUPT, says);
    cad_buf_deinit(&b);
}

static void test_a_name_is_one_component_of_255_bytes(void **state)
{
    (void)state;
    static const char *const bad[] = {"", ".", "..", "/", "/etc/passwd", "../x", "a/b", "a/", "a\nb", "a\x1B[2J", "\x7F"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(cad_path_plain(bad[i]));
        expect_refused(scratch("."), bad[i], "index: '");
    }
    char name[CAD_PATH_NAME + 2];
    memset(name, 'n', sizeof name);
    name[CAD_PATH_NAME] = '\0';
    assert_true(cad_path_plain(name));
    name[CAD_PATH_NAME] = 'n';
    name[CAD_PATH_NAME + 1] = '\0';
    assert_false(cad_path_plain(name));
    assert_true(cad_path_plain("..a") && cad_path_plain("caf\xC3\xA9 1.safetensors") && cad_path_plain("-x"));
}

static void test_a_link_may_not_lead_out_of_the_folder(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("dir/sub")));
    ok(cad_fs_mkdirs(scratch("dirty")));
    ok(cad_fs_write(scratch("dir/file"), "x", 1));
    ok(cad_fs_write(scratch("dir/sub/file"), "x", 1));
    ok(cad_fs_write(scratch("dirty/file"), "x", 1)); /* a folder whose name begins as the other's */
    static const struct {
        const char *name, *target;
        bool fine;
    } link[] = {{"to_file", "file", true},       {"to_sub", "sub/file", true},  {"to_nothing", "none", true},
                {"out", "../dirty/file", false}, {"far", "/etc/passwd", false}, {"proc", "/proc/self/environ", false},
                {"through", "out", false}};
    for (size_t i = 0; i < sizeof link / sizeof *link; i++) {
        char path[64];
        snprintf(path, sizeof path, "dir/%s", link[i].name);
        ok(cad_fs_symlink_replace(link[i].target, scratch(path)));
        if (link[i].fine)
            expect_named(scratch("dir"), link[i].name, link[i].name);
        else
            expect_refused(scratch("dir"), link[i].name, "out of its folder; index names it");
    }
    expect_named(scratch("dir"), "file", "dir/file");
    expect_named(scratch("dir"), "absent", "dir/absent");
    /* what the user named may be a link itself */
    ok(cad_fs_symlink_replace("dir", scratch("typed")));
    expect_named(scratch("typed"), "to_file", "typed/to_file");
    expect_refused(scratch("typed"), "out", "a link to ");
}

/* <cache>/models--owner--name/{blobs/<hash>, snapshots/<revision>/<file> -> ../../blobs/<hash>} */
static void test_a_snapshot_of_the_hub_holds_links_to_its_blobs(void **state)
{
    (void)state;
    ok(cad_fs_mkdirs(scratch("models--o--n/snapshots/c0ffee")));
    ok(cad_fs_mkdirs(scratch("models--o--n/blobs")));
    ok(cad_fs_mkdirs(scratch("models--o--m/blobs")));
    ok(cad_fs_write(scratch("models--o--n/blobs/hash"), "x", 1));
    ok(cad_fs_write(scratch("models--o--n/refs"), "x", 1));
    ok(cad_fs_write(scratch("models--o--m/blobs/hash"), "x", 1));
    const char *const dir = "models--o--n/snapshots/c0ffee";
    ok(cad_fs_symlink_replace("../../blobs/hash", scratch("models--o--n/snapshots/c0ffee/a")));
    ok(cad_fs_symlink_replace("../../refs", scratch("models--o--n/snapshots/c0ffee/b")));
    ok(cad_fs_symlink_replace("../../../models--o--m/blobs/hash", scratch("models--o--n/snapshots/c0ffee/c")));
    expect_named(scratch(dir), "a", "/a");
    expect_refused(scratch(dir), "b", "out of its folder");
    expect_refused(scratch(dir), "c", "out of its folder");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_one_component_of_255_bytes),
        cmocka_unit_test(test_a_link_may_not_lead_out_of_the_folder),
        cmocka_unit_test(test_a_snapshot_of_the_hub_holds_links_to_its_blobs),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
