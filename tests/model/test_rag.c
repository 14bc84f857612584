#include "tests/unit.h"

#include "core/mem.h"
#include "core/rng.h"
#include "core/threads.h"
#include "model/rag/rag.h"

static double cosine(const char *a, const char *b)
{
    float x[CAD_RAG_DIM], y[CAD_RAG_DIM];
    double sum = 0;
    ok(cad_rag_encode(a, strlen(a), x));
    ok(cad_rag_encode(b, strlen(b), y));
    for (int i = 0; i < CAD_RAG_DIM; i++)
        sum += (double)x[i] * (double)y[i];
    return sum;
}

static void test_equal_captions_are_one_and_related_ones_nearer_than_others(void **state)
{
    (void)state;
    near(cosine("Plate 40 x 20 x 5", "plate, 40 X 20.0 x 5,0"), 1, 1e-6);
    const char *query = "rectangular plate 40 x 20 x 5 mm with four 4 mm holes";
    double same_kind = cosine(query, "rectangular plate 42 x 20 x 5 mm, four 5 mm holes");
    double far_sizes = cosine(query, "rectangular plate 190 x 170 x 0.9 mm, four 77 mm holes");
    double other = cosine(query, "flange, outer diameter 90, bolt circle 70");
    assert_true(same_kind > far_sizes && far_sizes > other);
    assert_true(same_kind > 0.5 && other < 0.4);
    near(cosine("", "plate"), 0, 0);
    near(cosine("", ""), 0, 0);
    near(cosine("...", "plate"), 0, 0);
    assert_true(cosine("plates", "plate") > 0.3);
    assert_true(cosine("bore 4.5", "bore 45") < cosine("bore 4.5", "bore 4.6"));
}

static void test_any_bytes_are_safe(void **state)
{
    (void)state;
    cad_rng r = cad_rng_make(1, "rag", 0);
    for (int round = 0; round < 300; round++) {
        char text[2000];
        size_t len = (size_t)cad_rng_range(&r, 0, sizeof text);
        for (size_t i = 0; i < len; i++)
            text[i] = round % 2 ? "0123456789.,aA"[cad_rng_range(&r, 0, 13)] : (char)cad_rng_range(&r, 0, 255);
        float v[CAD_RAG_DIM];
        double norm = 0;
        ok(cad_rag_encode(text, len, v));
        for (int i = 0; i < CAD_RAG_DIM; i++)
            norm += (double)v[i] * (double)v[i];
        assert_true(norm == 0 || fabs(norm - 1) < 1e-5);
    }
}

enum { ROWS = 3000 };
static char text[ROWS][64];
static const char *caption[ROWS];

static void make_captions(void)
{
    static const char *const kind[] = {"plate", "flange", "spacer", "bracket", "box"};
    cad_rng r = cad_rng_make(2, "rag", 0);
    for (int i = 0; i < ROWS; i++) {
        snprintf(text[i], sizeof text[i], "%s %d by %d mm", kind[cad_rng_range(&r, 0, 4)], (int)cad_rng_range(&r, 1, 30),
                 (int)cad_rng_range(&r, 1, 30));
        caption[i] = text[i];
    }
}

static void test_search_is_exact_and_ties_go_to_the_lower_row(void **state)
{
    (void)state;
    make_captions();
    cad_rag_index *x;
    ok(cad_rag_create(caption, ROWS, &x));
    assert_int_equal(cad_rag_count(x), ROWS);
    for (int q = 0; q < 20; q++) {
        cad_rag_hit hit[10];
        int64_t n;
        int row = q * 131;
        ok(cad_rag_search(x, caption[row], strlen(caption[row]), 10, hit, &n));
        assert_int_equal(n, 10);
        assert_string_equal(caption[hit[0].row], caption[row]);
        near((double)hit[0].score, 1, 1e-5);
        for (int i = 1; i < 10; i++)
            assert_true(hit[i].score < hit[i - 1].score || (hit[i].score == hit[i - 1].score && hit[i].row > hit[i - 1].row));
        int first = 0;
        while (strcmp(caption[first], caption[row]) != 0)
            first++;
        assert_int_equal(hit[0].row, first);
        /* nothing that is not listed is better than the last */
        for (int i = 0; i < ROWS; i += 7) {
            int listed = 0;
            for (int k = 0; k < 10; k++)
                listed |= hit[k].row == i;
            assert_true(listed || cosine(caption[row], caption[i]) <= (double)hit[9].score + 1e-5);
        }
    }
    cad_rag_destroy(x);
}

static void test_thread_count_does_not_change_a_bit(void **state)
{
    (void)state;
    make_captions();
    cad_rag_hit one[50], four[50];
    memset(one, 0, sizeof one);
    memset(four, 0, sizeof four);
    int64_t n;
    for (int threads = 1; threads <= 4; threads += 3) {
        cad_rag_index *x;
        ok(cad_threads_init(threads));
        ok(cad_rag_create(caption, ROWS, &x));
        ok(cad_rag_search(x, "flange 12 by 7.5 mm", 19, 50, threads == 1 ? one : four, &n));
        cad_rag_destroy(x);
    }
    ok(cad_threads_init(1));
    for (int i = 0; i < 50; i++)
        assert_true(one[i].row == four[i].row && one[i].score == four[i].score);
}

static void test_small_indexes_and_failures(void **state)
{
    (void)state;
    cad_rag_index *x;
    cad_rag_hit hit[4];
    int64_t n = -1;
    ok(cad_rag_create(NULL, 0, &x));
    ok(cad_rag_search(x, "a", 1, 4, hit, &n));
    assert_int_equal(n, 0);
    cad_rag_destroy(x);
    const char *two[] = {"plate", "flange"};
    ok(cad_rag_create(two, 2, &x));
    ok(cad_rag_search(x, "flange", 6, 4, hit, &n));
    assert_int_equal(n, 2);
    assert_int_equal(hit[0].row, 1);
    ok(cad_rag_search(x, "flange", 6, 0, hit, &n));
    assert_int_equal(n, 0);
    cad_rag_destroy(x);
    const char *same[] = {"box", "plate", "plate", "plate", "plate"};
    ok(cad_rag_create(same, 5, &x));
    ok(cad_rag_search(x, "plate", 5, 2, hit, &n));
    assert_true(n == 2 && hit[0].row == 1 && hit[1].row == 2);
    fails(cad_rag_search(x, "flange", 6, -1, hit, &n), CAD_EINVAL, "k is -1");
    cad_rag_destroy(x);
    for (uint64_t k = 1; k <= 4; k++) {
        cad_mem_fail_at(k, 0);
        fails(cad_rag_create(two, 2, &x), CAD_ENOMEM, "");
        cad_mem_fail_at(0, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_captions_are_one_and_related_ones_nearer_than_others),
        cmocka_unit_test(test_any_bytes_are_safe),
        cmocka_unit_test(test_search_is_exact_and_ties_go_to_the_lower_row),
        cmocka_unit_test(test_thread_count_does_not_change_a_bit),
        cmocka_unit_test(test_small_indexes_and_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
