/* The rig itself: parsers that are wrong on purpose are found, each with a text that names the case. */
#include "tests/robust/fuzz.h"
#include "tests/train/train_tmp.h"

#include <sys/wait.h>

static cad_status good(const char *data, size_t len, bool *parsed)
{
    *parsed = len > 0 && data[0] == '{';
    return *parsed ? CAD_OK : cad_fail(CAD_EPARSE, "no brace");
}

static bool odd(const char *data, size_t len)
{
    return len > 2 && data[0] == '{' && data[1] == '}';
}

static cad_status crashes(const char *data, size_t len, bool *parsed)
{
    if (odd(data, len))
        raise(SIGSEGV);
    return good(data, len, parsed);
}

static cad_status hangs(const char *data, size_t len, bool *parsed)
{
    for (volatile unsigned i = 0; odd(data, len); i++) {
    }
    return good(data, len, parsed);
}

static cad_status wants_much(const char *data, size_t len, bool *parsed)
{
    char *p = odd(data, len) ? malloc((size_t)300 << 20) : NULL;
    if (odd(data, len) && !p)
        CAD_FAIL(CAD_ENOMEM, "out of memory");
    free(p);
    return good(data, len, parsed);
}

static cad_status blames_itself(const char *data, size_t len, bool *parsed)
{
    return odd(data, len) ? cad_fail(CAD_EINVAL, "wrong call") : good(data, len, parsed);
}

static cad_status takes_all(const char *data, size_t len, bool *parsed)
{
    (void)data;
    (void)len;
    *parsed = true;
    return CAD_OK;
}

static cad_status asserts(const char *data, size_t len, bool *parsed)
{
    assert_false(odd(data, len));
    return good(data, len, parsed);
}

/* What a child that fuzzes with `run` says, and whether it ended well. */
static bool fuzz_in_child(fuzz_fn *run, char said[8192])
{
    int fd[2], status;
    assert_int_equal(pipe(fd), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(fd[1], STDOUT_FILENO);
        dup2(fd[1], STDERR_FILENO);
        cad_fuzz(&(fuzz_target){.name = "rig", .kind = FUZZ_TEXT, .run = run});
        fflush(stdout);
        _exit(0);
    }
    close(fd[1]);
    size_t n = 0;
    for (ssize_t k = 1; k > 0 && n<8000; n += k> 0 ? (size_t)k : 0)
        k = read(fd[0], said + n, 8000 - n);
    said[n] = '\0';
    close(fd[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void test_what_is_wrong_is_found_and_its_case_named(void **state)
{
    (void)state;
    static const struct {
        fuzz_fn *run;
        const char *says;
    } wrong[] = {{crashes, "ended in"},
                 {hangs, " s of CPU"},
                 {wants_much, "CAD_ENOMEM"},
                 {blames_itself, "wrong"},
                 {asserts, "ended in"}};
    static char said[8200];
    if (!fuzz_in_child(good, said))
        fail_msg("a good parser: %s", said);
    assert_non_null(strstr(said, "of 5000 mutants parse"));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (fuzz_in_child(wrong[i].run, said) || !strstr(said, wrong[i].says) ||
            !strstr(said, "again: bin/fuzz_targets --case="))
            fail_msg("parser %zu: %s", i, said);
    }
    assert_false(fuzz_in_child(takes_all, said));
    assert_non_null(strstr(said, "5000 of 5000 mutants parse"));
}

static void test_a_case_is_the_same_each_time(void **state)
{
    (void)state;
    cad_buf seed = CAD_BUF_INIT, a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    ok(cad_buf_str(&seed, "{\"a\":[1,2,{\"b\":\"c\"}],\"d\":null}"));
    const fuzz_seeds s = {&seed, 1};
    int differ = 0;
    for (uint64_t i = 0; i < 500; i++) {
        cad_rng r = cad_rng_make(1, "same", i), again = r;
        fuzz_mutate(&r, (fuzz_kind)(i % 4), &s, &seed, &a);
        fuzz_mutate(&again, (fuzz_kind)(i % 4), &s, &seed, &b);
        assert_int_equal(a.len, b.len);
        assert_memory_equal(cad_buf_cstr(&a), cad_buf_cstr(&b), a.len);
        differ += a.len != seed.len || memcmp(a.data, seed.data, a.len) != 0;
    }
    assert_true(differ > 400);
    cad_buf_deinit(&seed);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
}

static int setup(void **state)
{
    (void)state;
    return fuzz_begin("rig", (size_t)1 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_wrong_is_found_and_its_case_named),
        cmocka_unit_test(test_a_case_is_the_same_each_time),
    };
    return cmocka_run_group_tests(tests, setup, fuzz_end);
}
