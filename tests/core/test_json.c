#include "tests/unit.h"

#include "core/fs.h"
#include "core/json.h"
#include "core/mem.h"

static json_t *parse(const char *text)
{
    json_t *v;
    ok(cad_json_parse(text, strlen(text), "x.json", &v));
    return v;
}

static void test_getters_check_types_and_name_the_place(void **state)
{
    (void)state;
    json_t *o = parse("{\"i\":3,\"r\":2.5,\"s\":\"text\",\"b\":true,\"a\":[1],\"o\":{},\"z\":null,\"n\":\"a\\u0000b\"}"), *v;
    int64_t i;
    double r;
    bool b;
    const char *s;
    ok(cad_json_get_int(o, "i", "x.json", &i));
    assert_int_equal(i, 3);
    ok(cad_json_get_number(o, "r", "x.json", &r));
    near(r, 2.5, 0);
    ok(cad_json_get_number(o, "i", "x.json", &r)); /* an integer is a number */
    near(r, 3, 0);
    ok(cad_json_get_string(o, "s", "x.json", &s));
    assert_string_equal(s, "text");
    ok(cad_json_get_bool(o, "b", "x.json", &b));
    assert_true(b);
    ok(cad_json_get_array(o, "a", "x.json", &v));
    ok(cad_json_get_object(o, "o", "x.json", &v));
    fails(cad_json_get_int(o, "r", "x.json:4", &i), CAD_EDATA, "x.json:4: key 'r': found number; expected integer");
    fails(cad_json_get_int(o, "none", "x.json", &i), CAD_EDATA, "key 'none': found nothing; expected integer");
    fails(cad_json_get_string(o, "z", "x.json", &s), CAD_EDATA, "found null; expected string");
    fails(cad_json_get_string(o, "n", "x.json", &s), CAD_EDATA, "key 'n': found a string with a NUL");
    size_t len;
    ok(cad_json_get_text(o, "n", "x.json", &s, &len)); /* here it may stand */
    assert_int_equal(len, 3);
    assert_memory_equal(s, "a\0b", 3);
    fails(cad_json_get_text(o, "i", "x.json", &s, &len), CAD_EDATA, "found integer; expected string");
    fails(cad_json_get_bool(o, "i", "x.json", &b), CAD_EDATA, "found integer; expected boolean");
    fails(cad_json_get_array(o, "o", "x.json", &v), CAD_EDATA, "found object; expected array");
    fails(cad_json_get_object(o, "a", "x.json", &v), CAD_EDATA, "found array; expected object");
    json_decref(o);
}

static void test_broken_text_is_refused_with_line_and_column(void **state)
{
    (void)state;
    json_t *v;
    fails(cad_json_parse("{\n\"a\": }", 8, "x.json", &v), CAD_EPARSE, "x.json: line 2, column");
    fails(cad_json_parse("{\"a\":1,\"a\":2}", 13, "x.json", &v), CAD_EPARSE, "duplicate");
    fails(cad_json_parse("{\"a\":\"\xff\"}", 9, "x.json", &v), CAD_EPARSE, "not JSON");
    fails(cad_json_parse("", 0, "x.json", &v), CAD_EPARSE, "x.json");
    fails(cad_json_read("/nonexistent.json", 0, &v), CAD_ENOTFOUND, "/nonexistent.json");
}

static void test_equal_values_print_to_equal_bytes(void **state)
{
    (void)state;
    json_t *a = parse("{\"b\": 1, \"a\": [1.5, \"\xc3\xa9\"], \"c\": {\"y\": null, \"x\": false}}"), *b;
    b = parse("{\"c\":{\"x\":false,\"y\":null},\"a\":[1.5,\"\\u00e9\"],\"b\":1}");
    cad_buf x = CAD_BUF_INIT, y = CAD_BUF_INIT;
    ok(cad_json_print(a, &x));
    ok(cad_json_print(b, &y));
    assert_string_equal(x.data, "{\"a\":[1.5,\"\xc3\xa9\"],\"b\":1,\"c\":{\"x\":false,\"y\":null}}");
    assert_string_equal(x.data, y.data);
    cad_buf_clear(&x);
    ok(cad_json_print_pretty(a, &x));
    assert_memory_equal(x.data, "{\n  \"b\": 1,\n", 12);
    cad_buf_deinit(&x);
    cad_buf_deinit(&y);
    json_decref(a);
    json_decref(b);
}

static void test_any_bytes_become_a_string(void **state)
{
    (void)state;
    json_t *good = cad_json_text("5 \xc3\x98"), *bad = cad_json_text("5 \xc3 mm");
    assert_string_equal(json_string_value(good), "5 \xc3\x98");
    assert_string_equal(json_string_value(bad), "5 \xef\xbf\xbd mm");
    json_decref(good);
    json_decref(bad);
}

/* jansson overlooks that a key could not be printed; the text would lack it. */
static void test_each_allocation_of_printing_may_fail(void **state)
{
    (void)state;
    json_t *o = json_object();
    for (int i = 0; i < 200; i++) {
        char key[40];
        snprintf(key, sizeof key, "a key of some length, number %d", i);
        json_object_set_new(o, key, json_integer(i));
    }
    for (uint64_t k = 1;; k++) {
        cad_buf b = CAD_BUF_INIT;
        cad_mem_fail_at(k, 0);
        cad_status s = cad_json_print_pretty(o, &b);
        cad_mem_fail_at(0, 0);
        if (s != CAD_OK)
            assert_int_equal(s, CAD_ENOMEM);
        else
            json_decref(parse(b.data));
        cad_buf_deinit(&b);
        if (s == CAD_OK) {
            assert_true(k > 3);
            break;
        }
    }
    json_decref(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_getters_check_types_and_name_the_place),
        cmocka_unit_test(test_broken_text_is_refused_with_line_and_column),
        cmocka_unit_test(test_equal_values_print_to_equal_bytes),
        cmocka_unit_test(test_any_bytes_become_a_string),
        cmocka_unit_test(test_each_allocation_of_printing_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
