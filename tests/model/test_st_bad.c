/* Broken safetensors files (tests/golden/st_bad): each is refused with the text that stands beside it, word for word. */
#include "tests/unit.h"

#include "core/arena.h"
#include "core/fs.h"
#include "core/path.h"
#include "model/hf/safetensors.h"

static void test_each_broken_file_is_refused_with_its_own_text(void **state)
{
    (void)state;
    const char *source = getenv("CADLM_SOURCE");
    char dir[4096], path[4300], says[4600];
    snprintf(dir, sizeof dir, "%s/tests/golden/st_bad", source ? source : ".");
    snprintf(path, sizeof path, "%s/expected.tsv", dir);
    cad_buf list = CAD_BUF_INIT;
    ok(cad_fs_read(path, 0, &list));
    int rows = 0;
    for (char *line = list.data, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        char *tab = memchr(line, '\t', (size_t)(end - line));
        assert_non_null(tab);
        *tab = *end = '\0';
        snprintf(path, sizeof path, "%s/%s", dir, line);
        snprintf(says, sizeof says, "%s: %s", path, tab + 1);
        cad_safetensors *f;
        cad_status s = cad_st_open(path, &f);
        size_t len = strlen(says);
        bool open_end = len > 2 && !strcmp(says + len - 2, ".."); /* what follows are words of the JSON library */
        if (s != CAD_ECORRUPT || strncmp(cad_error_text(), says, open_end ? len - 2 : len + 1) != 0)
            fail_msg("%s: %s\n  expected: %s\n  found:    %s", line, cad_status_name(s), says, s ? cad_error_text() : "");
        rows++;
    }
    assert_true(rows >= 30);
    cad_buf_deinit(&list);
    /* and no file without a row */
    cad_arena *a;
    const char **name;
    size_t n;
    ok(cad_arena_create("names", 1 << 20, &a));
    ok(cad_fs_list(dir, a, &name, &n));
    for (size_t i = 0; i < n; i++)
        rows -= cad_path_ends(name[i], ".safetensors");
    assert_int_equal(rows, 0);
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_broken_file_is_refused_with_its_own_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
