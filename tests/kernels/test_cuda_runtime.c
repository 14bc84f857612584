/* The runtime of the CUDA back end over a driver that is made up (fake_cudart.h): what is said when something is missing, and
 * that copies are right though the device is as late as it may be.  The tests of what fails come before the one that opens. */
#include "tests/unit.h"

#include "kernels/backend.h"
#include "kernels/cuda/fault.h"
#include "kernels/cuda/table_cuda.h"
#include "kernels/device.h"
#include "tests/kernels/fake_cudart/fake_cudart.h"

#include <sys/wait.h>
#include <unistd.h>

cad_status cad_cuda_launched(const char *kernel);
cad_status cad_cuda_shared(const void *kernel, const char *name, size_t bytes);
unsigned long long *cad_cuda_fault_key(void);

/* No op is called here. */
const cad_ops *cad_cuda_table(void)
{
    static const cad_ops table = {.name = "cuda",
                                  .isa = "sm_80, sm_90a",
                                  .mem_alloc = cad_cuda_mem_alloc,
                                  .mem_free = cad_cuda_mem_free,
                                  .mem_put = cad_cuda_mem_put,
                                  .mem_get = cad_cuda_mem_get,
                                  .sync = cad_cuda_sync};
    return &table;
}

static const fake_cuda sound = {
    .driver = 13000, .devices = 2, .major = 9, .minor = 0, .memory = (size_t)1 << 30, .current = -1};

/* ---- what is missing ---- */

static void refused(const char *key, cad_status code, const char *text)
{
    cad_device d;
    fails(cad_device_open(key, &d), code, text);
    assert_int_equal(fake.blocks, 0); /* nothing is kept by an open that fails */
    assert_int_equal(fake.pending, 0);
    assert_null(fake.wrong);
}

/* auto takes the CPU and says why; the same asked for by name is refused. */
static void falls_back(const char *cause)
{
    cad_device d;
    char text[400];
    ok(cad_device_open("auto", &d));
    assert_string_equal(d.name, "cpu");
    snprintf(text, sizeof text, "auto: %s", cause);
    assert_string_equal(d.why, text);
    snprintf(text, sizeof text, "run.device = cuda:0: %s", cause);
    refused("cuda:0", CAD_EUNSUPPORTED, text);
    assert_non_null(strstr(cad_error_text(), "run.device = cpu"));
}

static void test_a_machine_without_a_driver_says_so(void **state)
{
    (void)state;
    fake = sound;
    fake.driver = 0;
    fake.count = cudaErrorInsufficientDriver;
    falls_back("no NVIDIA driver found");
}

static void test_an_old_driver_is_named_with_both_versions(void **state)
{
    (void)state;
    fake = sound;
    fake.driver = 12040;
    fake.count = cudaErrorInsufficientDriver;
    falls_back("the NVIDIA driver serves CUDA 12.4; this build needs 13.0 or a later one");
}

static void test_a_driver_without_a_gpu_says_so_and_names_what_hides_them(void **state)
{
    (void)state;
    fake = sound;
    fake.devices = 0;
    fake.count = cudaErrorNoDevice;
    unsetenv("CUDA_VISIBLE_DEVICES");
    falls_back("the NVIDIA driver finds no GPU");
    setenv("CUDA_VISIBLE_DEVICES", "7", 1);
    falls_back("the NVIDIA driver finds no GPU; CUDA_VISIBLE_DEVICES=7");
    unsetenv("CUDA_VISIBLE_DEVICES");
}

static void test_a_gpu_that_is_not_there_is_refused_with_how_many_are(void **state)
{
    (void)state;
    fake = sound;
    refused("cuda:2", CAD_EUNSUPPORTED, "run.device = cuda:2: no such GPU; the NVIDIA driver finds 2, from cuda:0");
}

/* The build has code for sm_86 and sm_90a: the first serves 8.6 and later ones of 8.x, the second 9.0 alone. */
static void test_a_build_without_code_for_the_gpu_says_which_it_has(void **state)
{
    (void)state;
    static const int none[][2] = {{7, 5}, {8, 0}, {9, 1}, {10, 0}, {12, 0}};
    char text[200];
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        fake = sound;
        fake.major = none[i][0];
        fake.minor = none[i][1];
        snprintf(text, sizeof text, "Made-up GPU has compute capability %d.%d; this build has code for 86,90a", fake.major,
                 fake.minor);
        falls_back(text);
    }
}

/* Nobody wants the CPU because a GPU is busy or broken. */
static void test_a_gpu_that_fails_is_an_error_of_auto_too(void **state)
{
    (void)state;
    fake = sound;
    fake.create = cudaErrorDevicesUnavailable;
    refused("auto", CAD_EIO, "cuda:0: opening: an error (cudaErrorDevicesUnavailable)");
    refused("cuda:0", CAD_EIO, "cuda:0: opening: an error (cudaErrorDevicesUnavailable)");
    fake = sound;
    fake.later = cudaErrorECCUncorrectable;
    refused("auto", CAD_EIO, "cuda:0: opening: an error");
    fake = sound;
    fake.count = cudaErrorInitializationError;
    refused("auto", CAD_EIO, "the NVIDIA driver: an error");
}

static void test_an_open_that_runs_out_of_memory_keeps_nothing(void **state)
{
    (void)state;
    for (int k = 1; k <= 19; k++) { /* 16 events, two blocks of pinned memory, one of the device */
        fake = sound;
        fake.fail_after = k;
        refused("cuda:0", CAD_ENOMEM, "cuda:0: staging memory: out of memory");
    }
}

/* ---- the device that is open from here on ---- */

static const cad_ops *ops;

static void test_a_gpu_is_described_and_chosen_by_auto(void **state)
{
    (void)state;
    cad_device d;
    cad_cuda_facts f;
    fake = sound;
    fails(cad_cuda_facts_get(&f), CAD_EINVAL, "no CUDA device is open");
    ok(cad_device_open("auto", &d));
    ops = d.ops;
    assert_null(fake.wrong);
    assert_int_equal(fake.current, 0);
    assert_string_equal(d.name, "cuda:0");
    assert_string_equal(d.text, "Made-up GPU, sm_90, 132 multiprocessors, 1.0 GiB");
    assert_string_equal(d.why, "auto: the first GPU");
    assert_string_equal(d.ops->name, "cuda");
    assert_string_equal(d.ops->isa, "sm_90");
    assert_int_equal(d.total, fake.memory);
    assert_int_equal(d.available, fake.memory - fake.held);
    ok(cad_device_open("cuda", &d)); /* again: the same */
    assert_ptr_equal(d.ops, ops);
    assert_string_equal(d.why, "");
    fails(cad_device_open("cuda:1", &d), CAD_EINVAL, "cuda:1: this process computes on cuda:0 already");
}

static void test_memory_is_zeroed_and_given_back(void **state)
{
    (void)state;
    void *p;
    unsigned char back[1000];
    size_t before = fake.held;
    memset(back, 1, sizeof back);
    ok(ops->mem_alloc(sizeof back, &p));
    assert_int_equal(fake.pending, 0); /* the zeros are there for any stream */
    ok(ops->mem_get(back, p, sizeof back, NULL));
    for (size_t i = 0; i < sizeof back; i++)
        assert_int_equal(back[i], 0);
    ops->mem_free(p);
    ops->mem_free(NULL);
    assert_int_equal(fake.held, before);
    ok(ops->mem_alloc(0, &p));
    ops->mem_free(p);
    assert_null(fake.wrong);
}

static void test_a_request_that_does_not_fit_is_told_with_what_is_free(void **state)
{
    (void)state;
    void *p = &p;
    size_t before = fake.held;
    fails(ops->mem_alloc((size_t)3 << 29, &p), CAD_ENOMEM, "cuda:0: 1.50 GiB asked for; 1.00 of 1.00 GiB are free");
    assert_ptr_equal(p, &p);
    assert_int_equal(fake.held, before);
    ok(cad_cuda_launched("next_kernel")); /* nor does the next launch find it */
    ok(ops->sync(NULL));
}

enum { PIECE = 2 << 20, MOST = 41 * PIECE + 12345 };

/* Of byte i in round k: neighbours, pieces and rounds differ. */
static unsigned char content(size_t i, size_t k)
{
    return (unsigned char)(i * 31 + i / 251 + i / PIECE + k * 7);
}

/* Copies up, down and up again, while the device does nothing until it is waited for: the host's memory is overwritten behind
 * each put, and pieces come round several times. */
static void test_copies_survive_a_device_that_is_late(void **state)
{
    (void)state;
    static const size_t size[] = {0, 1, 4, PIECE - 1, PIECE, PIECE + 1, 16 * PIECE, 17 * PIECE + 3, MOST};
    unsigned char *host = malloc(MOST), *back = malloc(MOST);
    void *p;
    ok(ops->mem_alloc(MOST, &p));
    for (size_t k = 0; k < sizeof size / sizeof *size; k++) {
        size_t n = size[k];
        for (size_t i = 0; i < n; i++)
            host[i] = content(i, k);
        ok(ops->mem_put(p, host, n, NULL));
        memset(host, 0xEE, n);
        memset(back, 0x55, MOST);
        ok(ops->mem_get(back, p, n, NULL));
        for (size_t i = 0; i < n; i++)
            if (back[i] != content(i, k))
                fail_msg("byte %zu of %zu is %d, expected %d", i, n, back[i], content(i, k));
        for (size_t i = n; i < n + 64 && i < MOST; i++)
            assert_int_equal(back[i], 0x55);
    }
    assert_null(fake.wrong);
    ops->mem_free(p);
    free(back);
    free(host);
}

/* Small copies go ahead without waiting for each other until all pieces are on their way. */
static void test_puts_return_before_the_device_has_them(void **state)
{
    (void)state;
    void *p;
    ok(ops->mem_alloc(64, &p));
    ok(ops->sync(NULL));
    int waits = fake.waits;
    for (unsigned char i = 0; i < 16; i++)
        ok(ops->mem_put((unsigned char *)p + i, &i, 1, NULL));
    assert_int_equal(fake.waits, waits);
    assert_true(fake.pending >= 16);
    ok(ops->mem_put((unsigned char *)p + 16, "x", 1, NULL));
    assert_int_equal(fake.waits, waits + 1); /* for the oldest alone */
    ok(ops->sync(NULL));
    assert_int_equal(fake.pending, 0);
    for (unsigned char i = 0; i < 16; i++)
        assert_int_equal(((unsigned char *)p)[i], i);
    ops->mem_free(p);
}

/* ---- errors that come late ---- */

static void test_what_failed_meanwhile_is_told_by_sync_with_the_last_kernel(void **state)
{
    (void)state;
    ok(cad_cuda_launched("first_kernel"));
    ok(cad_cuda_launched("second_kernel"));
    fake.later = cudaErrorIllegalAddress;
    fails(
        ops->sync(NULL), CAD_EINTERNAL,
        "cuda:0: sync: an illegal memory access was encountered (cudaErrorIllegalAddress); 2 kernels since the last sync, the "
        "last second_kernel\nhint: CAD_SYNC_EVERY_OP=1 names the kernel");
    ok(ops->sync(NULL));
    fake.later = cudaErrorECCUncorrectable;
    fails(ops->sync(NULL), CAD_EIO, "cuda:0: sync: ");
}

static void test_a_launch_that_is_not_taken_is_named_at_once(void **state)
{
    (void)state;
    fake.launch = cudaErrorLaunchOutOfResources;
    fails(cad_cuda_launched("big_kernel"), CAD_EINTERNAL,
          "cuda:0: launch of big_kernel: an error (cudaErrorLaunchOutOfResources)");
    ok(cad_cuda_launched("next_kernel"));
    ok(ops->sync(NULL));
}

static void test_the_end_of_an_earlier_kernel_is_not_told_of_the_launch_that_finds_it(void **state)
{
    (void)state;
    ok(cad_cuda_launched("first_kernel"));
    fake.launch = cudaErrorIllegalAddress;
    fails(
        cad_cuda_launched("second_kernel"), CAD_EINTERNAL,
        "cuda:0: a kernel that ran before: an illegal memory access was encountered (cudaErrorIllegalAddress); 1 kernels since "
        "the last sync, the last first_kernel\n");
    ok(ops->sync(NULL));
}

/* A kernel lowers the word; sync tells it once and raises it again. */
static void test_a_fault_that_a_kernel_left_is_told_once(void **state)
{
    (void)state;
    unsigned long long *key = cad_cuda_fault_key();
    ok(ops->sync(NULL));
    assert_true(*key == CAD_GPU_NO_FAULT);
    *key = CAD_GPU_FAULT_KEY(CAD_GPU_FAULT_SAMPLE_ROW, 17);
    fails(ops->sync(NULL), CAD_ENUMERIC, "sample: row 17 of the logits");
    ok(ops->sync(NULL));
    assert_null(fake.wrong);
}

static void test_shared_memory_is_asked_for_once_and_within_the_limit(void **state)
{
    (void)state;
    static const char kernel;
    int before = fake.attributes;
    for (int i = 0; i < 3; i++)
        ok(cad_cuda_shared(&kernel, "tile_kernel", 100000));
    assert_int_equal(fake.attributes, before + 1);
    ok(cad_cuda_shared(&kernel, "tile_kernel", 120000));
    assert_int_equal(fake.attributes, before + 2);
    ok(cad_cuda_shared(&kernel, "tile_kernel", 100000)); /* less is allowed already, and must not take away */
    assert_int_equal(fake.attributes, before + 2);
    assert_int_equal(fake.dynamic_shared, 120000);
    fails(cad_cuda_shared(&kernel, "tile_kernel", 240000), CAD_EUNSUPPORTED,
          "tile_kernel: a block takes 240000 bytes of shared memory; cuda:0 gives it 232448");
}

static void test_static_shared_memory_counts_against_the_48_KB_and_the_limit(void **state)
{
    (void)state;
    static const char small, edge, large;
    int before = fake.attributes;
    ok(cad_cuda_shared(&small, "tile_kernel", 49152));
    assert_int_equal(fake.attributes, before);
    fake.static_shared = 2048;
    ok(cad_cuda_shared(&edge, "tile_kernel", 49152));
    assert_int_equal(fake.attributes, before + 1);
    assert_int_equal(fake.dynamic_shared, 49152);
    fails(cad_cuda_shared(&large, "tile_kernel", 232000), CAD_EUNSUPPORTED,
          "tile_kernel: a block takes 234048 bytes of shared memory; cuda:0 gives it 232448");
    fake.static_shared = 0;
}

/* In a process of its own: the variable is read when the device is opened. */
static void test_a_sync_after_every_op_names_the_kernel(void **state)
{
    (void)state;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        setenv("CAD_SYNC_EVERY_OP", "1", 1);
        fake = sound;
        bool good = cad_cuda_open(1, &ops) == CAD_OK && fake.current == 1 && cad_cuda_launched("good_kernel") == CAD_OK;
        fake.later = cudaErrorIllegalAddress;
        good =
            good && cad_cuda_launched("bad_kernel") == CAD_EINTERNAL &&
            !strcmp(cad_error_text(), "cuda:1: bad_kernel: an illegal memory access was encountered (cudaErrorIllegalAddress)");
        if (!good)
            fprintf(stderr, "%s\n", cad_error_text());
        _exit(good ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_machine_without_a_driver_says_so),
        cmocka_unit_test(test_an_old_driver_is_named_with_both_versions),
        cmocka_unit_test(test_a_driver_without_a_gpu_says_so_and_names_what_hides_them),
        cmocka_unit_test(test_a_gpu_that_is_not_there_is_refused_with_how_many_are),
        cmocka_unit_test(test_a_build_without_code_for_the_gpu_says_which_it_has),
        cmocka_unit_test(test_a_gpu_that_fails_is_an_error_of_auto_too),
        cmocka_unit_test(test_an_open_that_runs_out_of_memory_keeps_nothing),
        cmocka_unit_test(test_a_sync_after_every_op_names_the_kernel),
        cmocka_unit_test(test_a_gpu_is_described_and_chosen_by_auto),
        cmocka_unit_test(test_memory_is_zeroed_and_given_back),
        cmocka_unit_test(test_a_request_that_does_not_fit_is_told_with_what_is_free),
        cmocka_unit_test(test_copies_survive_a_device_that_is_late),
        cmocka_unit_test(test_puts_return_before_the_device_has_them),
        cmocka_unit_test(test_what_failed_meanwhile_is_told_by_sync_with_the_last_kernel),
        cmocka_unit_test(test_a_launch_that_is_not_taken_is_named_at_once),
        cmocka_unit_test(test_the_end_of_an_earlier_kernel_is_not_told_of_the_launch_that_finds_it),
        cmocka_unit_test(test_a_fault_that_a_kernel_left_is_told_once),
        cmocka_unit_test(test_shared_memory_is_asked_for_once_and_within_the_limit),
        cmocka_unit_test(test_static_shared_memory_counts_against_the_48_KB_and_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
