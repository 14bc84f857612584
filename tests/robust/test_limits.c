/* F3: every limit of a reader, at the limit and one beyond.  The table is that of docs/dev/RELIABILITY.md: `test_limits
 * --table` prints it, and a test compares the two. */
#include "tests/robust/limits.h"

cad_buf text;

void times(long long n, const char *part)
{
    size_t len = strlen(part);
    ok(cad_buf_reserve(&text, (size_t)n * len));
    for (long long i = 0; i < n; i++)
        ok(cad_buf_add(&text, part, len));
}

const char *zeros(const char *name, long long n)
{
    const char *path = fuzz_path(name);
    fuzz_file(path, "", 0);
    assert_int_equal(truncate(path, n), 0);
    return path;
}

const char *source(const char *name)
{
    const char *root = getenv("CADLM_SOURCE");
    return train_path(root ? root : ".", name);
}

static const limit *const tables[] = {limits_models, limits_data};

static cad_status give(const limit *l, long long n)
{
    cad_buf_clear(&text);
    cad_frame f = cad_arena_mark(arena);
    cad_status s = l->give(n);
    cad_arena_rewind(arena, f);
    return s;
}

static void try_limit(const limit *l)
{
    cad_status s = give(l, l->most);
    if (s != l->at || (s != CAD_OK && !strstr(cad_error_text(), l->cause)))
        fail_msg("%s, %s: %lld: %s; expected '%s'", l->reader, l->what, l->most, s ? cad_error_text() : "taken",
                 l->cause ? l->cause : "taken");
    s = give(l, l->most + 1);
    if (s == CAD_OK || !strstr(cad_error_text(), l->says))
        fail_msg("%s, %s: %lld: %s; expected '%s'", l->reader, l->what, l->most + 1, s ? cad_error_text() : "taken", l->says);
}

static void test_F3_limits_hold_and_what_is_at_them_is_taken(void **state)
{
    (void)state;
    const char *only = getenv("CADLM_LIMIT"); /* of one reader, when a limit is changed */
    for (int t = 0; t < 2; t++)
        for (const limit *l = tables[t]; l->reader; l++)
            if (!only || !strcmp(only, l->reader))
                try_limit(l);
    cad_buf_deinit(&text);
}

static void print_row(cad_buf *b, const limit *l)
{
    char digits[32], grouped[48] = "";
    int n = snprintf(digits, sizeof digits, "%lld", l->most), k = 0;
    for (int i = 0; i < n; i++) {
        grouped[k++] = digits[i];
        if (n - i - 1 > 0 && (n - i - 1) % 3 == 0)
            grouped[k++] = ',';
    }
    ok(cad_buf_printf(b, "| %s | %s | %s | %s%s%s |\n", l->reader, l->what, grouped, *l->name ? "`" : "", l->name,
                      *l->name ? "`" : ""));
}

static void print_table(cad_buf *b)
{
    ok(cad_buf_str(b, "| reader | of | at most | in the headers |\n|---|---|---|---|\n"));
    for (int t = 0; t < 2; t++)
        for (const limit *l = tables[t]; l->reader; l++)
            print_row(b, l);
}

static void test_F3_limits_stand_in_the_page(void **state)
{
    (void)state;
    cad_buf table = CAD_BUF_INIT, page = train_read(source("docs/dev/RELIABILITY.md"));
    print_table(&table);
    if (!strstr(page.data, table.data))
        fail_msg("docs/dev/RELIABILITY.md does not hold the table of test_limits --table:\n%s", table.data);
    cad_buf_deinit(&table);
    cad_buf_deinit(&page);
}

static int setup(void **state)
{
    (void)state;
    return fuzz_begin("limits", (size_t)512 << 20);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F3_limits_hold_and_what_is_at_them_is_taken),
        cmocka_unit_test(test_F3_limits_stand_in_the_page),
    };
    if (argc > 1 && !strcmp(argv[1], "--table")) {
        cad_buf b = CAD_BUF_INIT;
        print_table(&b);
        fputs(b.data, stdout);
        cad_buf_deinit(&b);
        return 0;
    }
    return cmocka_run_group_tests(tests, setup, fuzz_end);
}
