#include "tests/unit.h"

#include "core/arena.h"
#include "core/mem.h"

#include <sys/mman.h>

static void test_exhaustion_names_the_request(void **state)
{
    (void)state;
    cad_arena *a;
    ok(cad_arena_create("scratch", 1 << 16, &a));
    void *p;
    ok(cad_arena_alloc(a, 60000, "dfs order", &p));
    fails(cad_arena_alloc(a, 10000, "tile list", &p), CAD_ENOMEM, "10000 bytes for tile list");
    cad_arena_destroy(a);
}

static void test_rewind_gives_the_same_place_and_keeps_the_peak(void **state)
{
    (void)state;
    cad_arena *a;
    ok(cad_arena_create("scratch", 1 << 16, &a));
    cad_frame f = cad_arena_mark(a);
    char *p, *q;
    ok(cad_arena_alloc(a, 1000, "x", &p));
    cad_arena_rewind(a, f);
    ok(cad_arena_alloc(a, 10, "y", &q));
    assert_ptr_equal(p, q);
    assert_int_equal((uintptr_t)q % 64, 0);
    assert_true(cad_arena_peak(a) >= 1000 && cad_arena_used(a) < 1000);
    cad_arena_destroy(a);
}

static void test_overflowing_product_is_refused(void **state)
{
    (void)state;
    cad_arena *a;
    ok(cad_arena_create("scratch", 1 << 16, &a));
    void *p;
    fails(cad_arena_zalloc(a, SIZE_MAX / 2, 3, "rows", &p), CAD_EINVAL, "rows");
    cad_arena_destroy(a);
}

static void test_the_kth_allocation_can_fail(void **state)
{
    (void)state;
    void *p = NULL, *q = NULL;
    cad_mem_fail_at(2, 0);
    ok(cad_mem_alloc(8, "first", &p));
    fails(cad_mem_alloc(8, "second", &q), CAD_ENOMEM, "second");
    ok(cad_mem_alloc(8, "third", &q));
    cad_mem_fail_at(0, 0);
    cad_mem_free(p);
    cad_mem_free(q);
}

static int released;

static void count_release(void *p)
{
    (void)p;
    released++;
}

/* Address space alone: a touch of it would end the process. */
static void test_an_arena_over_a_block_never_touches_it_and_gives_it_back(void **state)
{
    (void)state;
    enum { SIZE = 1 << 16 };
    cad_arena *a;
    void *p, *block = mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(block != MAP_FAILED);
    for (int own = 0; own < 2; own++) {
        released = 0;
        ok(cad_arena_over("device", block, SIZE, own ? count_release : NULL, &a));
        cad_frame f = cad_arena_mark(a);
        ok(cad_arena_alloc(a, 1000, "x", &p));
        assert_ptr_equal(p, block);
        ok(cad_arena_alloc(a, SIZE - 1024, "y", &p));
        assert_ptr_equal(p, (char *)block + 1024);
        fails(cad_arena_alloc(a, 1, "z", &p), CAD_ENOMEM, "1 bytes for z");
        cad_arena_rewind(a, f);
        ok(cad_arena_alloc(a, SIZE, "all of it", &p));
        assert_int_equal(cad_arena_peak(a), SIZE);
        cad_arena_destroy(a);
        assert_int_equal(released, own);
    }
    munmap(block, SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exhaustion_names_the_request),
        cmocka_unit_test(test_rewind_gives_the_same_place_and_keeps_the_peak),
        cmocka_unit_test(test_overflowing_product_is_refused),
        cmocka_unit_test(test_the_kth_allocation_can_fail),
        cmocka_unit_test(test_an_arena_over_a_block_never_touches_it_and_gives_it_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
