/* A small decoder with slots, and requests for it. */
#ifndef CADLM_TESTS_MODEL_GENERATE_FIXTURE_H
#define CADLM_TESTS_MODEL_GENERATE_FIXTURE_H

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

static inline cad_status keep(void *ctx, int64_t request, const cad_gen_result *r)
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

static inline cad_decoder *small_of(cad_arch arch, int64_t slots, int64_t max_tokens)
{
    cad_model_config c = fix_config(arch, false, 128);
    cad_decoder_opts o = fix_opts(CAD_TRAIN_none, 4);
    o.slots = slots;
    o.context = 64;
    o.max_tokens = max_tokens;
    cad_decoder *d = fix_decoder(&c, &o);
    fix_noise(d, 0.1, 12);
    return d;
}

static inline cad_decoder *small(int64_t slots, int64_t max_tokens)
{
    return small_of(CAD_ARCH_llama, slots, max_tokens);
}

/* Requests of 3 to 11 tokens; request 1 wants one token, request 2 none. */
static inline void make_requests(cad_gen_request *req, uint32_t (*ids)[16])
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

static inline void answer_with(cad_decoder *d, const cad_gen_request *req, int64_t n, double temp, cad_gen_step step,
                               answers *out)
{
    static const uint32_t stop[] = {3, 17};
    cad_gen_opts o = {
        .sampling = {.temp = temp, .top_p = 0.95, .top_k = 30, .min_p = 0.01}, .stop = stop, .n_stop = 2, .vocab = MASK_FROM};
    memset(out, 0, sizeof *out);
    ok(cad_generate(d, req, n, &o, keep, step, out));
    assert_int_equal(out->count, n);
}

static inline void answer(cad_decoder *d, const cad_gen_request *req, int64_t n, double temp, answers *out)
{
    answer_with(d, req, n, temp, NULL, out);
}

#endif
