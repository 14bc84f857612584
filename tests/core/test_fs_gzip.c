#include "tests/core/fs_fixture.h"

#include "core/mem.h"

#include <zlib.h>

/* What `printf 'hello, ' | gzip -n` and `echo world | gzip -n` print. */
static const char HELLO[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\x48\xcd\xc9\xc9\xd7\x51\x00\x00\x99\x56\xea\x11\x07\x00\x00\x00";
static const char WORLD[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x2b\xcf\x2f\xca\x49\xe1\x02\x00\xa8\x61\x38\xdd\x06\x00\x00\x00";

static void put(const char *name, const void *a, size_t a_len, const void *b, size_t b_len)
{
    cad_buf both = CAD_BUF_INIT;
    ok(cad_buf_add(&both, a, a_len));
    ok(cad_buf_add(&both, b, b_len));
    ok(cad_fs_write(scratch(name), both.data, both.len));
    cad_buf_deinit(&both);
}

static void test_members_are_unpacked_behind_what_is_there(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    put("a.gz", HELLO, sizeof HELLO - 1, WORLD, sizeof WORLD - 1);
    ok(cad_buf_str(&out, "> "));
    ok(cad_fs_read_gzip(scratch("a.gz"), 100, &out));
    assert_string_equal(out.data, "> hello, world\n");
    cad_buf_clear(&out);
    ok(cad_fs_read_gzip(scratch("a.gz"), 60, &out)); /* the bytes of the file count as well */
    assert_int_equal(out.len, 13);
    cad_buf_deinit(&out);
}

static void test_what_does_not_unpack_is_told_and_leaves_nothing(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT;
    char broken[sizeof HELLO];
    ok(cad_buf_str(&out, "kept"));
    put("cut.gz", HELLO, sizeof HELLO - 5, "", 0);
    fails(cad_fs_read_gzip(scratch("cut.gz"), 100, &out), CAD_ECORRUPT, "it ends inside its data");
    put("empty.gz", "", 0, "", 0);
    fails(cad_fs_read_gzip(scratch("empty.gz"), 100, &out), CAD_ECORRUPT, "ends inside");
    put("text.gz", "no gzip at all", 14, "", 0);
    fails(cad_fs_read_gzip(scratch("text.gz"), 100, &out), CAD_ECORRUPT, "incorrect header check");
    memcpy(broken, HELLO, sizeof HELLO);
    broken[sizeof HELLO - 7] ^= 1; /* of the checksum */
    put("sum.gz", broken, sizeof HELLO - 1, "", 0);
    fails(cad_fs_read_gzip(scratch("sum.gz"), 100, &out), CAD_ECORRUPT, "incorrect data check");
    put("behind.gz", HELLO, sizeof HELLO - 1, "xyz", 3);
    fails(cad_fs_read_gzip(scratch("behind.gz"), 100, &out), CAD_ECORRUPT, "header check");
    fails(cad_fs_read_gzip(scratch("absent.gz"), 100, &out), CAD_ENOTFOUND, "absent.gz");
    put("a.gz", HELLO, sizeof HELLO - 1, WORLD, sizeof WORLD - 1);
    fails(cad_fs_read_gzip(scratch("a.gz"), 40, &out), CAD_EDATA, "expected at most 40");
    assert_string_equal(out.data, "kept");
    cad_buf_deinit(&out);
}

/* A thousand bytes that promise a million: refused at the limit, whatever memory there is. */
static void test_a_bomb_stops_at_the_limit(void **state)
{
    (void)state;
    cad_buf out = CAD_BUF_INIT, all = CAD_BUF_INIT;
    char zeros[4096] = {0};
    for (int i = 0; i < 256; i++)
        ok(cad_buf_add(&all, zeros, sizeof zeros));
    unsigned char packed[4096];
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)all.data;
    z.avail_in = (uInt)all.len;
    z.next_out = packed;
    z.avail_out = sizeof packed;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t len = z.total_out;
    deflateEnd(&z);
    put("bomb.gz", packed, len, "", 0);
    fails(cad_fs_read_gzip(scratch("bomb.gz"), 100000, &out), CAD_EDATA, "unpacks to more than 100000 bytes");
    assert_true(out.cap < 400000);
    ok(cad_fs_read_gzip(scratch("bomb.gz"), all.len, &out));
    assert_int_equal(out.len, all.len);
    assert_memory_equal(out.data, all.data, all.len);
    cad_buf_clear(&out);
    fails(cad_fs_read_gzip(scratch("bomb.gz"), all.len - 1, &out), CAD_EDATA, "unpacks to more than");
    cad_buf_deinit(&out);
    cad_buf_deinit(&all);
}

static void test_each_allocation_may_fail(void **state)
{
    (void)state;
    put("a.gz", HELLO, sizeof HELLO - 1, WORLD, sizeof WORLD - 1);
    for (uint64_t k = 1;; k++) {
        cad_buf out = CAD_BUF_INIT;
        cad_mem_fail_at(k, 0);
        cad_status s = cad_fs_read_gzip(scratch("a.gz"), 100, &out);
        cad_mem_fail_at(0, 0);
        cad_buf_deinit(&out);
        if (s == CAD_OK) {
            assert_true(k > 2);
            break;
        }
        assert_int_equal(s, CAD_ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_unpacked_behind_what_is_there),
        cmocka_unit_test(test_what_does_not_unpack_is_told_and_leaves_nothing),
        cmocka_unit_test(test_a_bomb_stops_at_the_limit),
        cmocka_unit_test(test_each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, fs_setup, fs_teardown);
}
