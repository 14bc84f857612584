/* models/tiny in any storage on any back end, prompts for it, and its greedy answers. */
#ifndef CADLM_TESTS_MODEL_TINY_FIXTURE_H
#define CADLM_TESTS_MODEL_TINY_FIXTURE_H

#include "core/mem.h"
#include "model/decoder/engine.h"
#include "model/decoder/generate.h"
#include "tests/model/decoder_fixture.h"

enum { PROMPTS = 20, ANSWER = 120, ROOM = 400 };

static const char *const captions[PROMPTS] = {
    "plate 80 x 40 x 6 mm with four holes of 5 mm",
    "a ring, outer diameter 60, inner 42, 8 thick",
    "box 30 x 20 x 10",
    "cylinder of diameter 24 and height 50",
    "an L bracket 60 x 40 x 30, 5 mm thick",
    "a washer 24 x 13 x 2.5 mm",
    "cube of 18 mm",
    "tube, outer diameter 30, wall 3, 45 long",
    "plate 50 x 50 x 4 mm with a hole of 12 mm in the middle",
    "a disc of 70 mm, 5 mm thick",
    "block 45 x 25 x 15 mm with a slot",
    "spacer: outer 16, bore 8, length 20",
    "a rod, 10 mm thick and 120 mm long",
    "enclosure 90 x 60 x 30 mm, walls 2 mm",
    "flange of 80 mm with six holes of 6 mm",
    "standoff 8 mm wide, 25 mm high, hole 3.2 mm",
    "an open box 70 x 50 x 35, 2 mm walls",
    "U channel 40 x 30 x 100 mm, 3 mm thick",
    "a stepped shaft: 20 mm by 30 long, then 12 mm by 25 long",
    "plate 100 x 60 x 8 with two holes of 10 mm",
};

/* models/tiny stored as the back end asks, or in bf16; LoRA with factors that are not zero where it trains. */
static inline cad_decoder *tiny_on(const cad_ops *ops, bool bf16, cad_train train, int64_t slots)
{
    cad_buf path = CAD_BUF_INIT;
    cad_model_config c;
    cad_decoder *d;
    ok(cad_engine_default_path(&path));
    ok(cad_model_config_load(path.data, &c));
    cad_decoder_opts o = {.train = train, .bf16 = bf16, .max_tokens = 1024, .slots = slots, .context = ROOM};
    if (train == CAD_TRAIN_lora)
        o.lora = (cad_lora_config){.rank = 8, .alpha = 16, .base_model = ""};
    ok(cad_decoder_create(&c, ops, &o, &d));
    ok(cad_decoder_load(d, path.data));
    if (train == CAD_TRAIN_lora) {
        ok(cad_decoder_init_lora(d, CAD_LORA_kaiming, 3));
        fix_noise(d, 0.02, 4);
        ok(cad_decoder_refresh(d));
    }
    cad_buf_deinit(&path);
    return d;
}

typedef struct text {
    uint32_t ids[ROOM];
    int64_t n;
} text;

static inline void encode(text *out, int n)
{
    cad_buf path = CAD_BUF_INIT;
    cad_arena *a = fix_arena();
    cad_tokenizer *t;
    const cad_template *tpl;
    ok(cad_engine_default_path(&path));
    ok(cad_tokenizer_load_dir(path.data, &t));
    ok(cad_template_get("ir", NULL, a, &tpl));
    for (int i = 0; i < n; i++) {
        cad_ids ids = {0};
        const cad_prompt_slots slots = {.caption = captions[i]};
        ok(cad_template_encode(tpl, &slots, t, &ids));
        assert_true(ids.n > 0 && ids.n + ANSWER < ROOM);
        memcpy(out[i].ids, ids.id, ids.n * sizeof *ids.id);
        out[i].n = (int64_t)ids.n;
        cad_ids_deinit(&ids);
    }
    cad_tokenizer_destroy(t);
    cad_arena_destroy(a);
    cad_buf_deinit(&path);
}

static inline cad_status keep_text(void *ctx, int64_t request, const cad_gen_result *r)
{
    text *t = (text *)ctx + request;
    t->n = r->n;
    memcpy(t->ids, r->ids, (size_t)r->n * sizeof *r->ids);
    return CAD_OK;
}

static inline void answer(cad_decoder *d, const text *prompt, int n, text *out)
{
    cad_gen_request req[PROMPTS];
    const uint32_t stop[] = {(uint32_t)cad_decoder_config(d)->eos[0]};
    const cad_gen_opts o = {.sampling = {.top_p = 1}, .stop = stop, .n_stop = 1};
    for (int i = 0; i < n; i++)
        req[i] = (cad_gen_request){.prompt = prompt[i].ids, .n_prompt = prompt[i].n, .max_new = ANSWER};
    ok(cad_generate(d, req, n, &o, keep_text, NULL, out));
}

/* Greedy answers of two decoders to the first n prompts are the same text, up to a token where the reference finds the other
 * one's choice within an ulp of bf16 of its best; so most tokens are the same. */
static inline void expect_same_text(cad_decoder *wide, cad_decoder *other, int n)
{
    cad_arena *a = fix_arena();
    static text prompt[PROMPTS], want[PROMPTS], got[PROMPTS];
    int64_t v = cad_decoder_config(wide)->vocab, same = 0, all = 0, equal = 0;
    float *z;
    ok(cad_mem_alloc(2 * (size_t)v * sizeof *z, "test", &z));
    encode(prompt, n);
    answer(wide, prompt, n, want);
    answer(other, prompt, n, got);
    for (int i = 0; i < n; i++) {
        int64_t k = 0;
        while (k < want[i].n && k < got[i].n && want[i].ids[k] == got[i].ids[k])
            k++;
        /* logits of the first token that differs; where none does, of the last one */
        text whole = prompt[i];
        memcpy(whole.ids + whole.n, want[i].ids, (size_t)k * sizeof *whole.ids);
        cad_batch *b;
        uint32_t last = (uint32_t)(whole.n + k - 1);
        ok(cad_batch_create(a, ROOM, 1, &b));
        ok(cad_batch_add(b, &(cad_batch_row){.ids = whole.ids, .n = whole.n + k, .weight = 1}));
        ok(cad_decoder_logits(wide, b, &last, 1, z));
        ok(cad_decoder_logits(other, b, &last, 1, z + v));
        float top = -INFINITY, error = 0, largest = 0;
        for (int64_t j = 0; j < v; j++) {
            top = z[j] > top ? z[j] : top;
            error = fmaxf(error, fabsf(z[j] - z[v + j]));
            largest = fmaxf(largest, fabsf(z[j]));
        }
        same += k;
        all += want[i].n;
        equal += k == want[i].n && k == got[i].n;
        assert_true(error > 0); /* two forms, not one and the same */
        if (k < want[i].n || k < got[i].n)
            near(z[k < got[i].n ? got[i].ids[k] : (uint32_t)cad_decoder_config(wide)->eos[0]], top, ldexp((double)largest, -7));
    }
    print_message("%lld of %d texts are equal, %lld of %lld tokens before one differs\n", (long long)equal, n, (long long)same,
                  (long long)all);
    assert_true(10 * same >= 9 * all);
    cad_mem_free(z);
    cad_arena_destroy(a);
}

#endif
