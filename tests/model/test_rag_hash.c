#include "tests/unit.h"

#include "core/mem.h"
#include "core/rng.h"
#include "core/threads.h"
#include "model/rag/rag_encoder.h"

static double cosine(const char *a, const char *b)
{
    float x[CAD_RAG_HASH_DIM], y[CAD_RAG_HASH_DIM];
    double sum = 0;
    ok(cad_rag_hash_encode(a, strlen(a), x));
    ok(cad_rag_hash_encode(b, strlen(b), y));
    for (int i = 0; i < CAD_RAG_HASH_DIM; i++)
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
        float v[CAD_RAG_HASH_DIM];
        double norm = 0;
        ok(cad_rag_hash_encode(text, len, v));
        for (int i = 0; i < CAD_RAG_HASH_DIM; i++)
            norm += (double)v[i] * (double)v[i];
        assert_true(norm == 0 || fabs(norm - 1) < 1e-5);
    }
}

static void test_equal_captions_are_encoded_once_and_each_where_it_stands(void **state)
{
    (void)state;
    enum { ROWS = 500 };
    static char text[ROWS][32];
    static const char *caption[ROWS];
    static float all[2][ROWS][CAD_RAG_HASH_DIM], one[CAD_RAG_HASH_DIM];
    cad_rag_encoder *e = NULL;
    ok(cad_rag_encoder_create(CAD_RAG_BY_HASH, NULL, &e));
    assert_string_equal(cad_rag_encoder_name(e), "hash");
    assert_int_equal(cad_rag_encoder_dim(e), CAD_RAG_HASH_DIM);
    for (int i = 0; i < ROWS; i++) {
        snprintf(text[i], sizeof text[i], "plate %d", i * 7 % 60);
        caption[i] = text[i];
    }
    for (int threads = 1; threads <= 4; threads += 3) {
        ok(cad_threads_init(threads));
        ok(cad_rag_encode(e, caption, ROWS, all[threads > 1][0]));
    }
    ok(cad_threads_init(1));
    assert_memory_equal(all[0], all[1], sizeof all[0]);
    for (int i = 0; i < ROWS; i += 9) {
        ok(cad_rag_hash_encode(caption[i], strlen(caption[i]), one));
        assert_memory_equal(one, all[0][i], sizeof one);
    }
    ok(cad_rag_encode(e, NULL, 0, NULL));
    for (uint64_t k = 1; k <= 4; k++) {
        cad_mem_fail_at(k, 0);
        fails(cad_rag_encode(e, caption, ROWS, all[0][0]), CAD_ENOMEM, "");
        cad_mem_fail_at(0, 0);
    }
    cad_rag_encoder_destroy(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_captions_are_one_and_related_ones_nearer_than_others),
        cmocka_unit_test(test_any_bytes_are_safe),
        cmocka_unit_test(test_equal_captions_are_encoded_once_and_each_where_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
