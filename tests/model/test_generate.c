/* Generation: ends, masked ids, requests that are refused.  What answers must not depend on: inv_decode.c. */
#include "tests/model/generate_fixture.h"

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

enum { AHEAD = 6 };

typedef struct ended {
    answers got;
    int64_t taken[REQUESTS], steps;
} ended;

/* Every third answer ends behind AHEAD tokens. */
static cad_status end_some(void *ctx, int64_t request, uint32_t id, bool *end)
{
    ended *e = ctx;
    (void)id;
    *end = ++e->taken[request] == AHEAD && request % 3 == 0;
    return CAD_OK;
}

static cad_status keep_ended(void *ctx, int64_t request, const cad_gen_result *r)
{
    return keep(&((ended *)ctx)->got, request, r);
}

static cad_status count_steps(void *ctx, int64_t tokens, int64_t done)
{
    (void)tokens;
    (void)done;
    ((ended *)ctx)->steps++;
    return CAD_OK;
}

static void test_an_answer_that_is_complete_is_the_beginning_of_the_whole_one(void **state)
{
    (void)state;
    cad_gen_request req[REQUESTS];
    uint32_t ids[REQUESTS][16];
    static ended whole, cut;
    make_requests(req, ids);
    cad_decoder *d = small(2, FIX_TOKENS);
    cad_gen_opts o = {.sampling = {.temp = 2, .top_p = 1}, .vocab = MASK_FROM};
    ok(cad_generate(d, req, REQUESTS, &o, keep_ended, count_steps, &whole));
    o.took = end_some;
    ok(cad_generate(d, req, REQUESTS, &o, keep_ended, count_steps, &cut));
    assert_true(cut.steps < whole.steps);
    for (int i = 0; i < REQUESTS; i++) {
        bool ends = i % 3 == 0;
        assert_int_equal(cut.got.n[i], ends ? AHEAD : whole.got.n[i]);
        assert_int_equal(cut.got.drawn[i], cut.got.n[i]);
        assert_int_equal(cut.got.finish[i], ends ? CAD_FINISH_stop : CAD_FINISH_length);
        assert_memory_equal(cut.got.ids[i], whole.got.ids[i], (size_t)cut.got.n[i] * sizeof **ids);
    }
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
        cmocka_unit_test(test_answers_end_at_a_stop_token_or_at_their_length),
        cmocka_unit_test(test_an_answer_that_is_complete_is_the_beginning_of_the_whole_one),
        cmocka_unit_test(test_bad_requests_and_interrupts_are_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
