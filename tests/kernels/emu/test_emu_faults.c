/* Each mistake is found, in every mode and order, with a text that tells it; and after it all goes on. */
#include "tests/unit.h"

#include "kernels/emu/emu_control.h"
#include "kernels/ops.h"
#include "tests/kernels/emu/emu_cases.h"

#include <unistd.h>

enum { N = 4088 };

typedef struct wrong {
    const char *name, *text;
    cad_status (*run)(const emu_data *d);
} wrong;

static const cad_ops *ops;

/* Bytes i * step + 1. */
static emu_data data_new(unsigned step)
{
    unsigned char bytes[N];
    void *in, *out;
    for (unsigned i = 0; i < N; i++)
        bytes[i] = (unsigned char)(i * step + 1);
    ok(ops->mem_alloc(N, &in));
    ok(ops->mem_alloc(N, &out));
    cad_emu_unwrite(out);
    ok(ops->mem_put(in, bytes, N, NULL));
    return (emu_data){in, out, N, 32};
}

static void data_free(emu_data d)
{
    ops->mem_free(d.in);
    ops->mem_free(d.out);
}

/* A kernel with barriers, shared memory and copies, right before and right after. */
static void sound_kernel_works(void)
{
    emu_data d = data_new(3);
    uint32_t in[N / 4], out[128];
    ok(emu_pipeline(&d));
    ok(ops->mem_get(in, d.in, sizeof in, NULL));
    ok(ops->mem_get(out, d.out, sizeof out, NULL));
    for (int i = 0; i < 128; i++) {
        uint32_t sum = 0;
        for (int k = 0; k < 3; k++) {
            const uint32_t *v = in + 4 * (64 * k + 63 - i % 64);
            sum += (v[0] ^ v[1]) + (v[2] ^ v[3]);
        }
        assert_int_equal(out[i], sum);
    }
    data_free(d);
}

static void fails_with(const wrong *w, cad_emu_mode mode, uint64_t seed)
{
    emu_data d = data_new(0);
    cad_emu_set(mode, seed);
    cad_status s = w->run(&d);
    if (s == CAD_OK)
        fail_msg("%s passes, mode %d, seed %d", w->name, (int)mode, (int)seed);
    if (s != CAD_EINTERNAL || !strstr(cad_error_text(), w->text))
        fail_msg("%s, mode %d, seed %d: expected '%s': %s", w->name, (int)mode, (int)seed, w->text, cad_error_text());
    if (strncmp(cad_error_text(), w->name, strlen(w->name)) != 0)
        fail_msg("%s: the text begins otherwise: %s", w->name, cad_error_text());
    data_free(d);
}

static void all_fail(const wrong *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (int mode = CAD_EMU_DEFERRED; mode <= CAD_EMU_RANDOM; mode++)
            for (uint64_t seed = 1; seed < 9; seed++) {
                fails_with(&w[i], (cad_emu_mode)mode, seed);
                sound_kernel_works();
            }
}

#define X(name, text) {#name, text, emu_##name},
#define TEST_OF(list)                                                                                                          \
    static const wrong cases[] = {list(X)};                                                                                    \
    (void)state;                                                                                                               \
    all_fail(cases, sizeof cases / sizeof cases[0])

static void test_threads_that_do_not_meet_are_named(void **state)
{
    TEST_OF(EMU_FAULTS_OF_MEETING);
}

#ifndef __SANITIZE_ADDRESS__ /* which plants no hooks: test_emu_asan.c */
static void test_races_are_found_in_every_order(void **state)
{
    TEST_OF(EMU_FAULTS_OF_ORDER);
}

static void test_accesses_of_what_is_not_there_are_found(void **state)
{
    TEST_OF(EMU_FAULTS_OF_MEMORY);
}

static void test_copies_used_too_early_or_too_late_are_found(void **state)
{
    TEST_OF(EMU_FAULTS_OF_COPIES);
}

static void test_freed_memory_is_not_used(void **state)
{
    (void)state;
    emu_data d = data_new(0);
    cad_emu_set(CAD_EMU_DEFERRED, 1);
    ops->mem_free(d.in);
    fails(emu_from_the_host(&(emu_data){d.in, d.in, N, 0}), CAD_EINTERNAL, "(a block of 4088 bytes that has been freed)");
    fails(ops->mem_put(d.in, "x", 1, NULL), CAD_EINVAL, "that has been freed");
    emu_data other = data_new(0); /* the place is not given away again at once */
    assert_ptr_not_equal(other.in, d.in);
    ops->mem_free(d.out);
    data_free(other);
    sound_kernel_works();
}

static void test_pointers_of_the_host_are_no_device_memory(void **state)
{
    (void)state;
    static uint32_t mine[32];
    uint32_t *heap = malloc(sizeof mine);
    emu_data d = data_new(0);
    assert_non_null(heap);
    fails(emu_from_the_host(&(emu_data){d.in, (unsigned char *)mine, N, 0}), CAD_EINTERNAL, "(a variable of the host)");
    fails(emu_from_the_host(&(emu_data){d.in, (unsigned char *)heap, N, 0}), CAD_EINTERNAL, "outside of device memory");
    fails(ops->mem_get(mine, heap, 4, NULL), CAD_EINVAL, "not in device memory");
    fails(ops->mem_put(d.in, d.out, 4, NULL), CAD_EINVAL, "is device memory, expected memory of the host");
    fails(ops->mem_get(d.out, d.in, 4, NULL), CAD_EINVAL, "is device memory, expected memory of the host");
    free(heap);
    data_free(d);
}

static void test_host_code_that_writes_device_memory_fails_the_next_sync(void **state)
{
    (void)state;
    emu_data d = data_new(0);
    ok(emu_written_by_host(&d));
    fails(ops->sync(NULL), CAD_EINTERNAL, "host code writes 1 bytes of device memory (a block of 4088) [addr2line 0x");
    ok(ops->sync(NULL));
    sound_kernel_works();
    data_free(d);
}

/* The place in the executable that a text names is that of the access: addr2line finds it. */
static void test_the_place_of_a_fault_is_a_line_of_the_source(void **state)
{
    (void)state;
    char command[512], line[512] = "", exe[256];
    emu_data d = data_new(0);
    cad_emu_set(CAD_EMU_DEFERRED, 1);
    fails(emu_device_write_past(&d), CAD_EINTERNAL, "[addr2line 0x");
    const char *at = strstr(cad_error_text(), "[addr2line ") + strlen("[addr2line ");
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    assert_true(n > 0);
    exe[n] = 0;
    snprintf(command, sizeof command, "addr2line -f -i -e %s %.*s 2>&1", exe, (int)strcspn(at, "]"), at);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    size_t got = fread(line, 1, sizeof line - 1, f);
    line[got] = 0;
    pclose(f);
    if (!strstr(line, "emu_wrong_memory.cu"))
        fail_msg("%s: %s", command, line);
    data_free(d);
}

#endif

static int open_emulator(void **state)
{
    (void)state;
    return cad_ops_get("emu", &ops) == CAD_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_that_do_not_meet_are_named),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(test_races_are_found_in_every_order),
        cmocka_unit_test(test_accesses_of_what_is_not_there_are_found),
        cmocka_unit_test(test_copies_used_too_early_or_too_late_are_found),
        cmocka_unit_test(test_freed_memory_is_not_used),
        cmocka_unit_test(test_pointers_of_the_host_are_no_device_memory),
        cmocka_unit_test(test_host_code_that_writes_device_memory_fails_the_next_sync),
        cmocka_unit_test(test_the_place_of_a_fault_is_a_line_of_the_source),
#endif
    };
    return cmocka_run_group_tests(tests, open_emulator, NULL);
}
