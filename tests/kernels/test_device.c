/* run.device without a GPU: what each word gives, and what is said.  With one: tests/kernels/test_cuda_runtime.c, over a driver
 * that is made up. */
#include "tests/unit.h"

#include "core/fs.h"
#include "core/log.h"
#include "kernels/backend.h"
#include "kernels/device.h"

#include <unistd.h>

static void test_the_cpu_is_there_and_needs_no_reason(void **state)
{
    (void)state;
    cad_device d;
    ok(cad_device_open("cpu", &d));
    assert_string_equal(d.name, "cpu");
    assert_string_equal(d.ops->name, "cpu");
    assert_non_null(strstr(d.text, d.ops->isa));
    assert_non_null(strstr(d.text, " thread"));
    assert_string_equal(d.why, "");
    assert_int_equal(d.total, 0);
}

/* Where no GPU can be used auto is the CPU with the cause, and the same cause refuses the one that is asked for by name. */
static void test_auto_says_why_there_is_no_gpu(void **state)
{
    (void)state;
    cad_device d;
    const cad_ops *ops;
    if (cad_cuda_open(0, &ops) == CAD_OK) {
        print_message("skipped: there is a GPU\n");
        skip();
    }
    char cause[CAD_DEVICE_TEXT], why[CAD_DEVICE_TEXT + 8], named[CAD_DEVICE_TEXT + 32];
    snprintf(cause, sizeof cause, "%.*s", (int)strcspn(cad_error_text(), "\n"), cad_error_text());
    ok(cad_device_open("auto", &d));
    assert_string_equal(d.name, "cpu");
    assert_string_equal(d.ops->name, "cpu");
    snprintf(why, sizeof why, "auto: %s", cause);
    assert_string_equal(d.why, why);
    snprintf(named, sizeof named, "run.device = cuda:0: %s", cause);
    fails(cad_device_open("cuda:0", &d), CAD_EUNSUPPORTED, named);
    assert_non_null(strstr(cad_error_text(), "\nhint: "));
    assert_non_null(strstr(cad_error_text(), "run.device = cpu"));
#ifndef CADLM_HAVE_CUDA
    assert_string_equal(cause, "this build has no CUDA (CADLM_CUDA=OFF)");
#endif
}

static void test_other_words_are_refused_with_what_is_expected(void **state)
{
    (void)state;
    cad_device d = {.name = "kept"};
    fails(cad_device_open("gpu", &d), CAD_ECONFIG, "run.device = 'gpu'; expected auto, cpu or cuda:N");
    assert_string_equal(d.name, "kept");
}

static void test_a_missing_instruction_set_is_an_error_of_auto_too(void **state)
{
    (void)state;
    cad_device d;
    setenv("CADLM_ISA", "x86-64-v9", 1);
    fails(cad_device_open("cpu", &d), CAD_EUNSUPPORTED, "CADLM_ISA=x86-64-v9");
#ifndef CADLM_HAVE_CUDA
    fails(cad_device_open("auto", &d), CAD_EUNSUPPORTED, "CADLM_ISA=x86-64-v9");
#endif
    unsetenv("CADLM_ISA");
}

/* Several models of one command compute on one device: one line. */
static void test_the_device_is_said_once(void **state)
{
    (void)state;
    char path[] = "/tmp/cadlm-device-XXXXXX";
    cad_buf text = CAD_BUF_INIT;
    const cad_device a = {.name = "cpu", .text = "x86-64-v4, 2 threads", .why = "auto: no GPU"};
    const cad_device b = {.name = "cpu", .text = "x86-64-v4, 2 threads"};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    ok(cad_log_open(path));
    cad_device_log(&a);
    cad_device_log(&a);
    cad_device_log(&b);
    ok(cad_log_open(NULL));
    ok(cad_fs_read(path, 10000, &text));
    unlink(path);
    const char *first = strstr(text.data, "device: cpu, x86-64-v4, 2 threads; auto: no GPU\n");
    assert_non_null(first);
    const char *second = strstr(first + 1, "device: cpu, x86-64-v4, 2 threads");
    assert_non_null(second);
    assert_int_equal(second[strlen("device: cpu, x86-64-v4, 2 threads")], '\n');
    assert_null(strstr(second + 1, "device: "));
    cad_buf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_cpu_is_there_and_needs_no_reason),
        cmocka_unit_test(test_auto_says_why_there_is_no_gpu),
        cmocka_unit_test(test_other_words_are_refused_with_what_is_expected),
        cmocka_unit_test(test_a_missing_instruction_set_is_an_error_of_auto_too),
        cmocka_unit_test(test_the_device_is_said_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
