/* In a build with the sanitizers the kernels have no hooks: those stop them instead, wherever they reach too far. */
#include "tests/unit.h"

#include "kernels/ops.h"
#include "tests/kernels/emu/emu_cases.h"

#include <sys/wait.h>
#include <unistd.h>

enum { N = 4088 };

static const cad_ops *ops;

static void run_it(cad_status (*run)(const emu_data *d))
{
    static unsigned char zeros[N];
    void *in, *out;
    if (ops->mem_alloc(N, &in) == CAD_OK && ops->mem_alloc(N, &out) == CAD_OK && ops->mem_put(in, zeros, N, NULL) == CAD_OK &&
        run(&(emu_data){in, out, N, 32}) == CAD_OK)
        _exit(0);
    _exit(2);
}

/* Ends in a child, whose words are read. */
static void is_stopped(const char *name, cad_status (*run)(const emu_data *d), const char *text)
{
    int pipes[2], status;
    static char said[65536];
    size_t used = 0;
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(pipes[1], 2);
        run_it(run);
    }
    close(pipes[1]);
    for (ssize_t n; used < sizeof said - 1 && (n = read(pipes[0], said + used, sizeof said - 1 - used)) > 0;)
        used += (size_t)n;
    close(pipes[0]);
    said[used] = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        fail_msg("%s passes", name);
    if ((!strstr(said, "AddressSanitizer") && !strstr(said, "runtime error")) || !strstr(said, text))
        fail_msg("%s: expected %s: %.300s", name, text, said);
}

#define STOPPED(kernel, text) is_stopped(#kernel, emu_##kernel, text)

static void test_device_memory_has_an_end(void **state)
{
    (void)state;
    STOPPED(device_read_past, "READ of size 1");
    STOPPED(device_write_past, "WRITE of size 1");
    STOPPED(device_read_before, "READ of size 1");
    STOPPED(device_loop_past, "WRITE of size");
    STOPPED(device_struct_past, "WRITE of size");
}

static void test_shared_memory_has_an_end(void **state)
{
    (void)state;
    STOPPED(dynamic_read_past, "READ of size 1");
    STOPPED(dynamic_write_past, "WRITE of size 1");
    STOPPED(dynamic_not_asked_for, "WRITE of size 4");
    STOPPED(static_write_past, "WRITE of size 4");
    STOPPED(static_read_before, "READ of size 4");
}

static void test_arrays_on_the_stack_have_an_end(void **state)
{
    (void)state;
    STOPPED(stack_past, "emu_wrong_memory.cu");
}

static int open_emulator(void **state)
{
    (void)state;
    return cad_ops_get("emu", &ops) == CAD_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_device_memory_has_an_end),
        cmocka_unit_test(test_shared_memory_has_an_end),
        cmocka_unit_test(test_arrays_on_the_stack_have_an_end),
    };
    return cmocka_run_group_tests(tests, open_emulator, NULL);
}
