/* Generation: the cache against the full forward pass, independence of slots and neighbours, seeds, ends, masked ids. */
#include "model/decoder/generate.h"
#include "tests/model/decoder_fixture.h"

enum { REQUESTS = 9, MAX_NEW = 20, MASK_FROM = 40 };

typedef struct answers {
    uint32_t ids[REQUESTS][MAX_NEW + 1];
    int64_t n[REQUESTS], drawn[REQUESTS];
    double logprob[REQUESTS];
    cad_finish finish[REQUESTS];
    int count;
} answers;

static cad_status keep(void *ctx, int64_t request, const cad_gen_result *r)
{
    answers *a = ctx;
    memcpy(a->ids[request], r->ids, (size_t)r->n * sizeof *r->ids);
    a->n[request] = r->n;
    a->drawn[request] = r->n_drawn;
    a->logprob[request] = r->logprob;
    a->finish[request] = r->finish;
    a->count++;
    return CAD_OK;
}

static cad_decoder *small(int64_t slots, int64_t max_tokens)
{
    cad_model_config c = fix_config(CAD_ARCH_llama, false, 128);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_none, 4);
    o.slots = slots;
    o.context = 64;
    o.max_tokens = max_tokens;
    cad_decoder *d = fix_decoder(&c, &o);
    fix_noise(d, 0.1, 12);
    return d;
}

/* Requests of 3 to 11 tokens; request 1 wants one token, request 2 none. */
static void make_requests(cad_gen_request *req, uint32_t (*ids)[16])
{
    for (int i = 0; i < REQUESTS; i++) {
        cad_rng r = cad_rng_make(5, "prompt", (uint64_t)i);
        for (int k = 0; k < 16; k++)
            ids[i][k] = (uint32_t)cad_rng_range(&r, 0, MASK_FROM - 1);
        req[i] = (cad_gen_request){.prompt = ids[i],
                                   .n_prompt = 3 + i,
                                   .max_new = i == 1   ? 1
                                              : i == 2 ? 0
                                                       : MAX_NEW,
                                   .seed = 100 + (uint64_t)i};
    }
}

static void answer(cad_decoder *d, const cad_gen_request *req, int64_t n, double temp, answers *out)
{
    static const uint32_t stop[] = {3, 17};
    cad_gen_opts o = {
        .sampling = {.temp = temp, .top_p = 0.95, .top_k = 30, .min_p = 0.01}, .stop = stop, .n_stop = 2, .vocab = MASK_FROM};
    memset(out, 0, sizeof *out);
    ok(cad_generate(d, req, n, &o, keep, NULL, out));
    assert_int_equal(out->count, n);
}

static void test_greedy_decoding_by_cache_equals_the_full_forward_pass(void **state)
{
    (void)state;
    cad_arena *a = fix_arena();
    cad_decoder *d = small(4, FIX_TOKENS);
    cad_gen_request req[REQUESTS];
    uint32_t ids[REQUESTS][16];
    static answers got;
    make_requests(req, ids);
    answer(d, req, REQUESTS, 0, &got);
    for (int i = 0; i < REQUESTS; i++) {
        uint32_t text[64];
        float logits[FIX_VOCAB];
        double logprob = 0;
        memcpy(text, ids[i], sizeof ids[i]);
        for (int64_t k = 0; k < got.drawn[i]; k++) {
            cad_batch *b;
            uint32_t last = (uint32_t)(req[i].n_prompt + k - 1), best = 0;
            ok(cad_batch_create(a, 64, 1, &b));
            ok(cad_batch_add(b, &(cad_batch_row){.ids = text, .n = last + 1, .weight = 1}));
            ok(cad_decoder_logits(d, b, &last, 1, logits));
            double sum = 0;
            for (uint32_t v = 0; v < MASK_FROM; v++) {
                best = logits[v] > logits[best] ? v : best;
                sum += exp((double)logits[v]);
            }
            logprob += (double)logits[best] - log(sum);
            if (k < got.n[i])
                assert_int_equal(got.ids[i][k], best);
            else
                assert_true(best == 3 || best == 17);
            text[last + 1] = best;
        }
        near(got.logprob[i], logprob, 1e-4);
    }
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_an_answer_does_not_depend_on_slots_neighbours_or_order(void **state)
{
    (void)state;
    cad_gen_request req[REQUESTS], turned[REQUESTS];
    uint32_t ids[REQUESTS][16];
    static answers all, other;
    make_requests(req, ids);
    cad_decoder *d = small(16, FIX_TOKENS);
    answer(d, req, REQUESTS, 1.3, &all);
    cad_decoder_destroy(d);
    for (int slots = 1; slots <= 3; slots += 2) {
        d = small(slots, 24); /* few slots and short prefills: requests join late */
        answer(d, req, REQUESTS, 1.3, &other);
        assert_memory_equal(&all, &other, sizeof all);
        for (int i = 0; i < REQUESTS; i++)
            turned[i] = req[REQUESTS - 1 - i];
        answer(d, turned, REQUESTS, 1.3, &other);
        for (int i = 0; i < REQUESTS; i++) {
            int k = REQUESTS - 1 - i;
            assert_memory_equal(all.ids[i], other.ids[k], sizeof all.ids[i]);
            assert_true(all.logprob[i] == other.logprob[k]);
        }
        cad_decoder_destroy(d);
    }
}

static void test_the_seed_of_a_request_alone_changes_its_answer(void **state)
{
    (void)state;
    cad_gen_request req[REQUESTS];
    uint32_t ids[REQUESTS][16];
    static answers one, two;
    make_requests(req, ids);
    cad_decoder *d = small(4, FIX_TOKENS);
    answer(d, req, REQUESTS, 1.3, &one);
    answer(d, req, REQUESTS, 1.3, &two);
    assert_memory_equal(&one, &two, sizeof one);
    req[5].seed++;
    answer(d, req, REQUESTS, 1.3, &two);
    for (int i = 0; i < REQUESTS; i++)
        assert_int_equal(memcmp(one.ids[i], two.ids[i], sizeof one.ids[i]) != 0, i == 5);
    cad_decoder_destroy(d);
}

static void test_answers_end_at_a_stop_token_or_at_their_length(void **state)
{
    (void)state;
    cad_gen_request req[REQUESTS];
    uint32_t ids[REQUESTS][16];
    static answers got;
    int stopped = 0;
    make_requests(req, ids);
    cad_decoder *d = small(4, FIX_TOKENS);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < REQUESTS; i++)
            req[i].seed += 1000;
        answer(d, req, REQUESTS, 2, &got);
        for (int i = 0; i < REQUESTS; i++) {
            stopped += got.finish[i] == CAD_FINISH_stop;
            assert_int_equal(got.drawn[i], got.n[i] + (got.finish[i] == CAD_FINISH_stop));
            if (got.finish[i] == CAD_FINISH_length)
                assert_int_equal(got.n[i], req[i].max_new);
            for (int64_t k = 0; k < got.n[i]; k++)
                assert_true(got.ids[i][k] < MASK_FROM && got.ids[i][k] != 3 && got.ids[i][k] != 17);
        }
    }
    assert_true(stopped > 10);
    /* The context is full before max_new is reached. */
    uint32_t longest[63] = {0};
    cad_gen_request tight = {.prompt = longest, .n_prompt = 62, .max_new = MAX_NEW};
    cad_gen_opts o = {.sampling = {.top_p = 1}};
    memset(&got, 0, sizeof got);
    ok(cad_generate(d, &tight, 1, &o, keep, NULL, &got));
    assert_int_equal(got.n[0], 3);
    assert_int_equal(got.finish[0], CAD_FINISH_length);
    cad_decoder_destroy(d);
}

static cad_status refuse(void *ctx, int64_t tokens, int64_t done)
{
    (void)ctx;
    (void)done;
    if (tokens > 5)
        CAD_FAIL(CAD_EINTR, "interrupted by the test");
    return CAD_OK;
}

static void test_bad_requests_and_interrupts_are_passed_on(void **state)
{
    (void)state;
    cad_gen_request req[REQUESTS];
    uint32_t ids[REQUESTS][16];
    static answers got;
    cad_gen_opts o = {.sampling = {.top_p = 1}};
    make_requests(req, ids);
    cad_decoder *d = small(4, FIX_TOKENS);
    fails(cad_generate(d, req, REQUESTS, &o, keep, refuse, &got), CAD_EINTR, "by the test");
    req[4].n_prompt = 0;
    fails(cad_generate(d, req, REQUESTS, &o, keep, NULL, &got), CAD_EINVAL, "request 4");
    req[4].n_prompt = 5;
    ids[4][2] = FIX_VOCAB;
    fails(cad_generate(d, req, REQUESTS, &o, keep, NULL, &got), CAD_EINVAL, "token 2 is 50");
    cad_decoder_destroy(d);
    cad_model_config c = fix_config(CAD_ARCH_llama, false, 128);
    cad_decoder_opts none = fix_opts(CAD_TRAIN_none, 0);
    d = fix_decoder(&c, &none);
    fails(cad_generate(d, req, REQUESTS, &o, keep, NULL, &got), CAD_EINVAL, "without slots");
    cad_decoder_destroy(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greedy_decoding_by_cache_equals_the_full_forward_pass),
        cmocka_unit_test(test_an_answer_does_not_depend_on_slots_neighbours_or_order),
        cmocka_unit_test(test_the_seed_of_a_request_alone_changes_its_answer),
        cmocka_unit_test(test_answers_end_at_a_stop_token_or_at_their_length),
        cmocka_unit_test(test_bad_requests_and_interrupts_are_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
