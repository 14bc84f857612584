#include "tests/scratch_dir.h"

#include "core/mem.h"
#include "dataprep/caption_group.h"
#include "dataprep/captions_csv.h"
#include "dataprep/corpus_row.h"
#include "dataprep/hash_index.h"
#include "dataprep/wanted_parts.h"

#define HEAD "model_id,isDescribable,description\n"

static void parse(const char *text, cad_captions *c)
{
    ok(cad_captions_parse("c.csv", text, strlen(text), c));
}

static void refused(const char *text, size_t len, const char *why)
{
    cad_captions c;
    fails(cad_captions_parse("c.csv", text, len, &c), CAD_EDATA, why);
    cad_captions_deinit(&c);
}

static void test_rows_keep_their_ids_and_texts(void **state)
{
    (void)state;
    cad_captions c;
    parse("\xef\xbb\xbfmodel_id,isDescribable,description\r\n"
          "00018258,True,A block.\r\n"
          "\r\n"
          "\"7,1\",TRUE,\"a \"\"hex\"\" part,\nin two lines\"\n"
          "00000001,False,\n"
          "x,Error,\"\"\n"
          "00000001,true,K\xc3\xb6rper",
          &c);
    assert_int_equal(c.n, 5);
    assert_string_equal(cad_captions_id(&c, 0), "00018258");
    assert_string_equal(cad_captions_text(&c, 0), "A block.");
    assert_string_equal(cad_captions_id(&c, 1), "7,1");
    assert_string_equal(cad_captions_text(&c, 1), "a \"hex\" part,\nin two lines");
    assert_string_equal(cad_captions_text(&c, 3), "");
    assert_string_equal(cad_captions_text(&c, 4), "K\xc3\xb6rper");
    const bool describable[] = {true, true, false, false, true};
    const uint32_t line[] = {2, 4, 6, 7, 8}, order[] = {2, 4, 0, 1, 3};
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(cad_captions_describable(&c, i), describable[i]);
        assert_int_equal(c.row[i].line, line[i]);
        assert_int_equal(c.by_id[i], order[i]);
    }
    assert_int_equal(c.n_values, 3);
    assert_string_equal(c.value[0].text, "true");
    assert_true(c.value[0].rows == 3 && c.value[1].rows == 1 && c.value[2].rows == 1);
    assert_string_equal(c.value[1].text, "False");
    assert_string_equal(c.value[2].text, "Error");
    cad_captions_deinit(&c);
}

static void test_many_values_share_the_last_place(void **state)
{
    (void)state;
    cad_buf text = CAD_BUF_INIT;
    cad_captions c;
    ok(cad_buf_str(&text, HEAD));
    for (int i = 0; i < 100; i++)
        ok(cad_buf_printf(&text, "%d,value %d,x\n", i, i));
    ok(cad_buf_str(&text, "last,tRuE,x\n"));
    parse(text.data, &c);
    assert_int_equal(c.n_values, CAD_CAPTION_VALUES);
    assert_string_equal(c.value[CAD_CAPTION_VALUES - 1].text, "(others)");
    int64_t all = 0;
    for (uint32_t k = 0; k < c.n_values; k++)
        all += c.value[k].rows;
    assert_true(all == 101 && c.value[0].rows == 1);
    assert_true(cad_captions_describable(&c, 100) && !cad_captions_describable(&c, 99));
    cad_captions_deinit(&c);
    cad_buf_deinit(&text);
}

static void test_what_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"id,description\n1,x\n", "c.csv:1:1: the first line is 'id,description'; expected model_id,"},
        {"model_id,isDescribable,text\n1,True,x\n", "c.csv:1:1: the first line is 'model_id,isDescribable,text'"},
        {"{\"id\":\"1\"}\n", "c.csv: rows of JSON, no list of captions; expected CSV with the header model_id,"},
        {"[\n", "hint: cadprep import c.csv -o OUT.jsonl"},
        {HEAD "1,True\n", "c.csv:2:7: the line that begins at 2 has 2 of the 3 fields"},
        {HEAD "1,True,a,b\n", "c.csv:2:10: a fourth field"},
        {HEAD "1,True,a\n2,True,\"b\n\nc\n", "c.csv:3:8: this quote is never closed"},
        {HEAD "1,True,\"a\"b\n", "c.csv:2:11: text behind a closing quote"},
        {HEAD "1,True,a\"b\"\n", "c.csv:2:9: a quote inside a field"},
        {HEAD "1,True,a\rb\n", "c.csv:2:9: CR without LF"},
        {HEAD "1,True,\"a\nb\",c\n", "c.csv:3:4: a fourth field"},
        {HEAD "1,True,a\n\n,True,b\n", "c.csv:4:1: the model_id is empty"},
        {HEAD "1,True,a\n2,True,b\xff\n", "c.csv:3:9: byte 0xff is no UTF-8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(bad[i].text, strlen(bad[i].text), bad[i].why);
    refused(HEAD "1,True,a\0b\n", sizeof HEAD - 1 + 11, "c.csv:2:9: a NUL byte");
    refused(HEAD "1,True,\"a\0b\"\n", sizeof HEAD - 1 + 13, "c.csv:2:10: a NUL byte");
    cad_captions c;
    fails(cad_captions_parse("c.csv", "", 0, &c), CAD_ENOTFOUND, "empty");
    cad_captions_deinit(&c);
    fails(cad_captions_parse("c.csv", HEAD, strlen(HEAD), &c), CAD_ENOTFOUND, "zero rows");
    cad_captions_deinit(&c);
    fails(cad_captions_read("absent.csv", &c), CAD_ENOTFOUND, "absent.csv");
    cad_captions_deinit(&c);
}

static int words_of(const char *text)
{
    int n = 0;
    for (; *text; text += strspn(text, " \t"), n++)
        text += strcspn(text, " \t");
    return n;
}

/* The published counts of the two released lists. */
static void test_released_captions_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t rows, describable, distinct;
        double words;
    } lists[] = {{"cad_captions_0-500.csv", 20688, 20553, 6959, 8.1}, {"cad_captions_500-1000.csv", 17215, 17131, 12790, 11.4}};
    const char *shared = shared_dir();
    for (size_t i = 0; shared && i < 2; i++) {
        char path[4300];
        cad_captions c;
        cad_hash_index seen = CAD_HASH_INDEX_INIT;
        uint32_t describable = 0;
        int64_t words = 0;
        snprintf(path, sizeof path, "%s/data/captions/%s", shared, lists[i].name);
        assert_true(cad_captions_is(path));
        ok(cad_captions_read(path, &c));
        for (uint32_t k = 0; k < c.n; k++) {
            const char *text = cad_captions_text(&c, k);
            uint64_t *at;
            bool is_new;
            if (!cad_captions_describable(&c, k))
                continue;
            describable++;
            words += words_of(text);
            ok(cad_hash_index_at(&seen, cad_hash_index_key(text, strlen(text)), 0, &is_new, &at));
        }
        assert_int_equal(c.n, lists[i].rows);
        assert_int_equal(describable, lists[i].describable);
        assert_int_equal(seen.n, lists[i].distinct);
        near((double)words / describable, lists[i].words, 0.05);
        cad_hash_index_deinit(&seen);
        cad_captions_deinit(&c);
    }
}

static uint64_t group(const char *caption)
{
    uint64_t h = 0;
    ok(cad_caption_group(caption, &h));
    assert_true(h != 0);
    return h;
}

static void test_sentences_that_say_the_same_are_one_group(void **state)
{
    (void)state;
    uint64_t h = group("A round plate");
    static const char *const same[] = {"a ROUND plate.",       "  A round\tplate ",
                                       "A round\r\nplate!?..", "A round plate \xe2\x80\xa6",
                                       "A\xc2\xa0round plate", "A round plate \xe3\x80\x82"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (group(same[i]) != h)
            fail_msg("'%s' is another group", same[i]);
    assert_true(group("A round plate 2") != h && group("A round. plate") != h && group("Around plate") != h);
    assert_true(group("\xc3\x84pfel") == group("a\xcc\x88pfel") && group("\xc3\x98 5 mm") == group("\xc3\xb8 5 mm"));
    assert_true(group("") == group(" . ") && group("5.5 mm") != group("55 mm"));
    fails(cad_caption_group("a\xff", &h), CAD_EDATA, "caption");
}

static void test_each_kind_of_row_has_its_key(void **state)
{
    (void)state;
    uint64_t ir = 0, step = 0;
    ok(cad_caption_key(true, "A round plate!?", &step));
    ok(cad_caption_key(false, "A round plate!?", &ir));
    assert_true(step == group("A round plate") && ir == cad_caption_hash("A round plate!?") && ir != step);
}

static cad_wanted_parts *wanted(const char *rows)
{
    cad_wanted_parts *w;
    cad_buf text = CAD_BUF_INIT;
    ok(cad_buf_printf(&text, HEAD "%s", rows));
    ok(cad_fs_write(scratch("wanted.csv"), text.data, text.len));
    ok(cad_wanted_parts_open(scratch("wanted.csv"), &w));
    cad_buf_deinit(&text);
    return w;
}

static void test_parts_are_wanted_that_a_caption_describes(void **state)
{
    (void)state;
    static const char rows[] =
        "00000007,True,a\n8,true,b\n9,False,c\n10,False,d\n10,True,e\n11,True,f\n11,False,g\nx07,True,h\n";
    static const char *const yes[] = {"00000007", "7", "00000008", "11", "x07"}, *const no[] = {"9", "00000009", "10", "x7",
                                                                                                "0"};
    char first[CAD_HASH_HEX], second[CAD_HASH_HEX];
    cad_wanted_parts *w = wanted(rows);
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(cad_wanted_parts_has(w, yes[i]) && cad_wanted_parts_has(NULL, yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_true(!cad_wanted_parts_has(w, no[i]) && cad_wanted_parts_has(NULL, no[i]));
    cad_wanted_parts_hash(w, first);
    cad_wanted_parts_close(w);
    /* another order, other words, others that are not described: the same; one more: not */
    w = wanted("x07,true,other\n11,True,\n12,False,\n8,True,b\n00000007,True,a\n");
    cad_wanted_parts_hash(w, second);
    cad_wanted_parts_close(w);
    assert_string_equal(first, second);
    w = wanted("x07,true,other\n11,True,\n12,True,\n8,True,b\n00000007,True,a\n");
    cad_wanted_parts_hash(w, second);
    cad_wanted_parts_close(w);
    assert_string_not_equal(first, second);
    assert_string_equal(cad_bare_id("00012"), "12");
    assert_string_equal(cad_bare_id("000"), "000");
    assert_string_equal(cad_bare_id("0001a"), "0001a");
    fails(cad_wanted_parts_open("absent.csv", &w), CAD_ENOTFOUND, "absent.csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_keep_their_ids_and_texts),
        cmocka_unit_test(test_many_values_share_the_last_place),
        cmocka_unit_test(test_what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(test_released_captions_are_read),
        cmocka_unit_test(test_sentences_that_say_the_same_are_one_group),
        cmocka_unit_test(test_each_kind_of_row_has_its_key),
        cmocka_unit_test(test_parts_are_wanted_that_a_caption_describes),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
