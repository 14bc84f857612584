/* What decoding must not depend on: cache or full pass, slots, neighbours, the order of requests, old contents of the cache. */
#include "core/mem.h"
#include "tests/model/inv.h"

#include "tests/model/generate_fixture.h"

/* The token that was drawn: the likeliest one, or in bf16 one as likely but for rounding. */
static uint32_t close_to(const float *logits, uint32_t best, uint32_t drawn)
{
    if (test_backend_is_cpu())
        assert_int_equal(drawn, best);
    near(logits[drawn], logits[best], ldexp(fabs((double)logits[best]), -7));
    return drawn;
}

static void greedy_equals_full(cad_arch arch)
{
    cad_arena *a = fix_arena();
    cad_decoder *d = small_of(arch, 4, FIX_TOKENS);
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
                best = close_to(logits, best, got.ids[i][k]);
            else
                assert_true(best == 3 || best == 17);
            text[last + 1] = best;
        }
        near(got.logprob[i], logprob, fix_ops()->store == CAD_F32 ? 1e-4 : 1e-2 * (double)got.drawn[i]);
    }
    cad_decoder_destroy(d);
    cad_arena_destroy(a);
}

static void test_kv_greedy_decoding_by_cache_equals_the_full_forward_pass(void **state)
{
    (void)state;
    greedy_equals_full(CAD_ARCH_llama);
}

static void test_kv_greedy_decoding_equals_the_full_pass_with_normed_heads(void **state)
{
    (void)state;
    greedy_equals_full(CAD_ARCH_qwen3);
}

/* The answer's first k tokens given as part of the prompt, for every k: one token of it by prefill, and the rest by steps. */
static void test_kv_any_part_may_come_by_prefill_or_by_steps_with_the_same_bits(void **state)
{
    (void)state;
    cad_decoder *d = small(4, FIX_TOKENS);
    cad_gen_request req[REQUESTS];
    uint32_t ids[REQUESTS][16];
    static answers whole, one, rest;
    int joints = 0;
    make_requests(req, ids);
    answer(d, req, REQUESTS, 0, &whole);
    for (int i = 0; i < REQUESTS; i++) {
        uint32_t text[64];
        double logprob = 0;
        memcpy(text, ids[i], (size_t)req[i].n_prompt * sizeof *text);
        memcpy(text + req[i].n_prompt, whole.ids[i], (size_t)whole.n[i] * sizeof *text);
        for (int64_t k = 0; k < whole.drawn[i]; k++, joints++) {
            cad_gen_request part = {.prompt = text, .n_prompt = req[i].n_prompt + k, .max_new = 1};
            answer(d, &part, 1, 0, &one);
            logprob += one.logprob[0];
            part.max_new = req[i].max_new - k;
            answer(d, &part, 1, 0, &rest);
            assert_int_equal(rest.n[0], whole.n[i] - k);
            assert_memory_equal(rest.ids[0], whole.ids[i] + k, (size_t)rest.n[0] * sizeof *text);
        }
        near(logprob, whole.logprob[i], test_backend_is_cpu() ? 0 : 1e-2 * (double)whole.drawn[i]);
    }
    assert_true(joints > 40);
    cad_decoder_destroy(d);
}

static void test_slots_an_answer_does_not_depend_on_slots_neighbours_or_order(void **state)
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

static void test_seed_of_a_request_alone_changes_its_answer(void **state)
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

/* Draws of one text with one seed, at two places: what comes next depends on the place in the answer, not on the slot. */
static void test_seed_and_position_alone_make_a_draw(void **state)
{
    (void)state;
    cad_gen_request req[REQUESTS];
    uint32_t ids[REQUESTS][16];
    static answers got;
    make_requests(req, ids);
    for (int i = 0; i < REQUESTS; i++)
        req[i] = (cad_gen_request){.prompt = ids[7], .n_prompt = 10, .max_new = MAX_NEW, .seed = 77};
    cad_decoder *d = small(3, FIX_TOKENS);
    answer(d, req, REQUESTS, 2, &got);
    for (int i = 1; i < REQUESTS; i++) {
        assert_int_equal(got.n[i], got.n[0]);
        assert_memory_equal(got.ids[i], got.ids[0], sizeof got.ids[0]);
    }
    bool varied = false;
    for (int64_t k = 1; k < got.n[0]; k++)
        varied |= got.ids[0][k] != got.ids[0][0];
    assert_true(varied);
    cad_decoder_destroy(d);
}

static void test_tail_what_the_cache_held_before_changes_nothing(void **state)
{
    (void)state;
    cad_gen_request req[REQUESTS];
    uint32_t ids[REQUESTS][16], longest[22];
    static answers fresh, used;
    make_requests(req, ids);
    cad_decoder *d = small(4, FIX_TOKENS);
    answer(d, req, REQUESTS, 1.3, &fresh);
    cad_decoder_destroy(d);
    d = small(4, FIX_TOKENS);
    int64_t size = cad_decoder_params(d).size;
    float *saved = fix_values(d, false), *nans = malloc((size_t)size * sizeof *nans);
    for (int64_t i = 0; i < size; i++)
        nans[i] = NAN; /* the adapter: keys and values of every cell become NaN, and the draw says so */
    fix_set(d, nans);
    free(nans);
    for (int i = 0; i < 22; i++)
        longest[i] = (uint32_t)i % FIX_VOCAB;
    const cad_gen_request full = {.prompt = longest, .n_prompt = 22, .max_new = 2}, four[4] = {full, full, full, full};
    const cad_gen_opts o = {.sampling = {.top_p = 1}};
    fails(cad_generate(d, four, 4, &o, keep, NULL, &used), CAD_ENUMERIC, "row 0");
    fix_set(d, saved);
    free(saved);
    answer(d, req, REQUESTS, 1.3, &used);
    assert_memory_equal(&fresh, &used, sizeof fresh);
    cad_decoder_destroy(d);
}

static uint64_t calls;

static cad_status count_calls(void *ctx, int64_t tokens, int64_t done)
{
    (void)ctx;
    (void)tokens;
    (void)done;
    if (calls == 0)
        calls = cad_mem_calls();
    assert_int_equal(cad_mem_calls(), calls);
    return CAD_OK;
}

static void test_alloc_no_step_of_decoding_allocates(void **state)
{
    (void)state;
    cad_gen_request req[REQUESTS];
    uint32_t ids[REQUESTS][16];
    static answers got;
    make_requests(req, ids);
    cad_decoder *d = small(2, 24);
    answer_with(d, req, REQUESTS, 1.3, count_calls, &got);
    assert_true(calls > 0);
    cad_decoder_destroy(d);
}

INV_MAIN(NULL, NULL, cmocka_unit_test(test_kv_greedy_decoding_by_cache_equals_the_full_forward_pass),
         cmocka_unit_test(test_kv_greedy_decoding_equals_the_full_pass_with_normed_heads),
         cmocka_unit_test(test_kv_any_part_may_come_by_prefill_or_by_steps_with_the_same_bits),
         cmocka_unit_test(test_slots_an_answer_does_not_depend_on_slots_neighbours_or_order),
         cmocka_unit_test(test_seed_of_a_request_alone_changes_its_answer),
         cmocka_unit_test(test_seed_and_position_alone_make_a_draw),
         cmocka_unit_test(test_tail_what_the_cache_held_before_changes_nothing),
         cmocka_unit_test(test_alloc_no_step_of_decoding_allocates))
