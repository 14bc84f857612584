/* Ranking against a slow form of its rules: all values in f64, one sort, groups by hand. */
#include "tests/unit.h"

#include "core/hash.h"
#include "core/mem.h"
#include "core/rng.h"
#include "core/threads.h"
#include "model/rag/rag_rank.h"

#include <stdlib.h>

enum { ROWS = 4300, QUERIES = 300, DIM = 21, K = 8 };

static float row[ROWS][DIM], query[QUERIES][DIM];
static char row_id[ROWS][16], query_id[QUERIES][16];
static const char *row_ids[ROWS], *query_ids[QUERIES];
static uint64_t row_group[2][ROWS], query_group[2][QUERIES];

/* Unit vectors around a few centres; a third are copies of another, a tenth differ from theirs by less than the tie. */
static void draw(float *v, int64_t n, float (*from)[DIM], cad_rng *r)
{
    double sum = 0, x[DIM];
    int64_t copied = n ? cad_rng_range(r, 0, n - 1) : 0;
    int kind = (int)cad_rng_range(r, 0, 9);
    for (int i = 0; i < DIM; i++) {
        x[i] = (double)cad_rng_normal(r);
        if (n && kind < 4)
            x[i] = (double)from[copied][i] + (kind == 3 ? 1e-7 * x[i] : 0);
        sum += x[i] * x[i];
    }
    for (int i = 0; i < DIM; i++)
        v[i] = n && kind < 3 ? from[copied][i] : (float)(x[i] / sqrt(sum));
}

static void make(void)
{
    cad_rng r = cad_rng_make(5, "rank", 0);
    for (int64_t i = 0; i < ROWS; i++) {
        draw(row[i], i < 400 ? i : 400, row, &r);
        snprintf(row_id[i], sizeof row_id[i], "r%d", (int)i);
        row_ids[i] = row_id[i];
        row_group[0][i] = (uint64_t)cad_rng_range(&r, 0, 40);
        row_group[1][i] = (uint64_t)cad_rng_range(&r, 0, 200);
    }
    for (int64_t i = 0; i < QUERIES; i++) {
        int64_t of = cad_rng_range(&r, 0, ROWS - 1);
        if (i % 2)
            memcpy(query[i], row[of], sizeof query[i]);
        else
            draw(query[i], 0, NULL, &r);
        snprintf(query_id[i], sizeof query_id[i], "%s", i % 3 ? row_id[of] : "q");
        query_ids[i] = query_id[i];
        query_group[0][i] = row_group[0][of];
        query_group[1][i] = row_group[1][of];
    }
}

static cad_rag_rows rows_of(int64_t n)
{
    return (cad_rag_rows){
        .vector = row[0], .n = n, .dim = DIM, .id = row_ids, .caption_group = row_group[0], .geometry_group = row_group[1]};
}

static cad_rag_rows queries_of(int64_t first, int64_t n)
{
    return (cad_rag_rows){.vector = query[first],
                          .n = n,
                          .dim = DIM,
                          .id = query_ids + first,
                          .caption_group = query_group[0] + first,
                          .geometry_group = query_group[1] + first};
}

/* ---- the slow form ---- */

typedef struct one {
    double value, score;
    uint64_t tie;
    int64_t row;
} one;

static int down(const void *x, const void *y)
{
    const one *a = x, *b = y;
    return a->value != b->value ? (a->value > b->value ? -1 : 1) : a->tie < b->tie ? -1 : a->tie > b->tie;
}

static int64_t slow(const cad_rag_rule *rule, int64_t n_rows, int64_t q, cad_rag_hit *hit)
{
    static one all[ROWS];
    int64_t n = 0, found = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        double score = 0, d2 = 0;
        for (int i = 0; i < DIM; i++) {
            double d = (double)query[q][i] - (double)row[r][i];
            score += (double)query[q][i] * (double)row[r][i];
            d2 += d * d;
        }
        if ((rule->other_id && !strcmp(query_id[q], row_id[r])) ||
            (rule->other_caption && row_group[0][r] && row_group[0][r] == query_group[0][q]) ||
            (rule->other_geometry && row_group[1][r] && row_group[1][r] == query_group[1][q]) || score < rule->min_score)
            continue;
        uint64_t tie = (uint64_t)(rule->ties == CAD_RAG_TIE_FIRST ? r : -r - 1);
        if (rule->ties == CAD_RAG_TIE_SEEDED)
            tie = cad_hash64(row_id[r], strlen(row_id[r]), cad_hash64(query_id[q], strlen(query_id[q]), rule->seed));
        all[n++] = (one){rule->ties == CAD_RAG_TIE_FIRST ? -d2 : score, score, tie, r};
    }
    qsort(all, (size_t)n, sizeof *all, down);
    for (int64_t i = 0, end; i < n && found < rule->k; i = end) {
        for (end = i + 1; end < n && rule->ties == CAD_RAG_TIE_SEEDED && all[end].value >= all[i].value - CAD_RAG_NEAR; end++) {
        }
        for (int64_t j = i; j < end; j++) /* by hash inside of a group */
            for (int64_t m = j + 1; m < end; m++)
                if (all[m].tie < all[j].tie) {
                    one t = all[j];
                    all[j] = all[m];
                    all[m] = t;
                }
        for (int64_t j = i; j < end && found < rule->k; j++)
            hit[found++] = (cad_rag_hit){all[j].row, (float)all[j].score};
    }
    return found;
}

static void compare(const cad_rag_rule *rule, int64_t n_rows)
{
    static cad_rag_hit fast[QUERIES][K], want[K];
    static int64_t found[QUERIES];
    cad_rag_rows rows = rows_of(n_rows), queries = queries_of(0, QUERIES);
    assert_int_equal(rule->k, K);
    ok(cad_rag_rank(&rows, &queries, rule, fast[0], found));
    for (int64_t q = 0; q < QUERIES; q += 7) {
        int64_t n = slow(rule, n_rows, q, want);
        assert_int_equal(found[q], n);
        for (int64_t i = 0; i < K; i++) {
            assert_int_equal(fast[q][i].row, i < n ? want[i].row : -1);
            if (i < n)
                near((double)fast[q][i].score, (double)want[i].score, 1e-7);
        }
    }
}

static const cad_rag_rule strict = {
    .k = K, .seed = 7, .other_id = true, .other_caption = true, .other_geometry = true, .min_score = -1};

static void test_the_best_rows_are_those_of_the_slow_form(void **state)
{
    (void)state;
    cad_rag_rule rule = strict;
    for (int ties = CAD_RAG_TIE_SEEDED; ties <= CAD_RAG_TIE_LAST; ties++) {
        rule.ties = (cad_rag_ties)ties;
        compare(&rule, ROWS);
        compare(&rule, 3);
        compare(&rule, 2048);
    }
    rule.other_caption = rule.other_geometry = rule.other_id = false;
    rule.ties = CAD_RAG_TIE_FIRST;
    compare(&rule, ROWS);
    rule.ties = CAD_RAG_TIE_SEEDED;
    compare(&rule, ROWS);
    rule.min_score = 0.7;
    compare(&rule, ROWS);
    compare(&rule, 0);
}

static void test_neither_threads_nor_company_nor_the_library_change_a_hit(void **state)
{
    (void)state;
    static cad_rag_hit all[QUERIES][K], again[QUERIES][K];
    cad_rag_rows rows = rows_of(ROWS), queries = queries_of(0, QUERIES);
    ok(cad_rag_rank(&rows, &queries, &strict, all[0], NULL));
    ok(cad_threads_init(4));
    ok(cad_rag_rank(&rows, &queries, &strict, again[0], NULL));
    assert_memory_equal(all, again, sizeof all);
    for (int64_t q = 0; q < QUERIES; q += 17) {
        queries = queries_of(q, 1);
        ok(cad_rag_rank(&rows, &queries, &strict, again[q], NULL));
        assert_memory_equal(all[q], again[q], sizeof all[q]);
    }
    ok(cad_threads_init(1));
}

/* Many equal rows neither fill the memory nor hide the one that the hash takes. */
static void test_a_seed_spreads_equal_rows(void **state)
{
    (void)state;
    static float same[ROWS][DIM];
    static cad_rag_hit a[QUERIES][K], b[QUERIES][K];
    for (int i = 0; i < ROWS; i++)
        same[i][0] = 1;
    cad_rag_rows rows = rows_of(ROWS), queries = queries_of(0, QUERIES);
    rows.vector = queries.vector = same[0];
    cad_rag_rule rule = {.k = K, .seed = 1, .min_score = -1};
    ok(cad_rag_rank(&rows, &queries, &rule, a[0], NULL));
    rule.seed = 2;
    ok(cad_rag_rank(&rows, &queries, &rule, b[0], NULL));
    int moved = 0, distinct = 0;
    static int used[ROWS];
    for (int q = 0; q < QUERIES; q++) {
        moved += a[q][0].row != b[q][0].row;
        distinct += q % 3 != 0 && !used[a[q][0].row]++;
        uint64_t best = UINT64_MAX, first = 0, of = cad_hash64(query_id[q], strlen(query_id[q]), 1);
        for (int r = 0; r < ROWS; r++) {
            uint64_t h = cad_hash64(row_id[r], strlen(row_id[r]), of);
            first = h < best ? (uint64_t)r : first;
            best = h < best ? h : best;
        }
        assert_int_equal(a[q][0].row, first);
    }
    assert_true(moved > QUERIES * 9 / 10);
    assert_true(distinct > QUERIES / 2);
}

static void test_bad_arguments_and_short_memory(void **state)
{
    (void)state;
    static cad_rag_hit hit[QUERIES][K];
    cad_rag_rows rows = rows_of(ROWS), queries = queries_of(0, QUERIES);
    cad_rag_rule rule = strict;
    rule.k = 0;
    fails(cad_rag_rank(&rows, &queries, &rule, hit[0], NULL), CAD_EINVAL, "k is 0");
    queries.dim = DIM - 1;
    fails(cad_rag_rank(&rows, &queries, &strict, hit[0], NULL), CAD_EINVAL, "20 dimensions, rows 21");
    queries.dim = DIM;
    for (uint64_t k = 1; k <= 12; k++) {
        cad_mem_fail_at(k, 0);
        fails(cad_rag_rank(&rows, &queries, &strict, hit[0], NULL), CAD_ENOMEM, "");
        cad_mem_fail_at(0, 0);
    }
    queries.n = 0;
    ok(cad_rag_rank(&rows, &queries, &strict, hit[0], NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_best_rows_are_those_of_the_slow_form),
        cmocka_unit_test(test_neither_threads_nor_company_nor_the_library_change_a_hit),
        cmocka_unit_test(test_a_seed_spreads_equal_rows),
        cmocka_unit_test(test_bad_arguments_and_short_memory),
    };
    make();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
