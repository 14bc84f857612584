/* A model directory that answers a few captions by heart, made in a second: the smallest model with which a command can be
 * tested from prompt to solid. */
#ifndef CADLM_TESTS_TAUGHT_MODEL_H
#define CADLM_TESTS_TAUGHT_MODEL_H

#include "model/decoder/generate.h"
#include "model/text/bpe_train.h"
#include "model/text/tokenizer.h"
#include "tests/model/decoder_fixture.h"
#include "tests/scratch_dir.h"

typedef struct taught {
    const char *caption, *program;
} taught;

static const taught TAUGHT[] = {
    {"cube 10", "C 10 10 10"},
    {"cylinder r 5 h 12", "Y 5 12"},
    {"ball 3", "S 3"},
    {"flat cube", "C 10 0 10"},
    {"plate with a hole", "C 40 20 5\nY 3 5\nT 1 20 10 0\nD 0 2"},
};
enum { N_TAUGHT = sizeof TAUGHT / sizeof *TAUGHT, BAD = 3 };

static inline int64_t taught_tokenizer(const char *path, const taught *row, int n, int64_t most, cad_tokenizer **out)
{
    cad_bpe_trainer *t;
    cad_buf json = CAD_BUF_INIT;
    int64_t vocab;
    ok(cad_bpe_create(CAD_BPE_ir, most, &t));
    for (int i = 0; i < n; i++) {
        ok(cad_bpe_add(t, row[i].caption, strlen(row[i].caption)));
        ok(cad_bpe_add(t, row[i].program, strlen(row[i].program)));
    }
    ok(cad_bpe_finish(t, &json, &vocab));
    ok(cad_fs_write(path, json.data, json.len));
    ok(cad_tokenizer_load(path, out));
    cad_buf_deinit(&json);
    cad_bpe_destroy(t);
    return vocab;
}

static inline cad_batch *taught_batch(cad_arena *a, const cad_tokenizer *t, const taught *r, int n, uint32_t end)
{
    cad_batch *b;
    ok(cad_batch_create(a, 512, n, &b));
    for (int i = 0; i < n; i++) {
        cad_ids ids = CAD_IDS_INIT;
        char prompt[100];
        int len = snprintf(prompt, sizeof prompt, "%s\n", r[i].caption);
        ok(cad_tokenizer_encode(t, prompt, (size_t)len, CAD_SPECIALS_text, &ids));
        uint32_t span[2] = {(uint32_t)ids.n, 0};
        ok(cad_tokenizer_encode(t, r[i].program, strlen(r[i].program), CAD_SPECIALS_text, &ids));
        ok(cad_ids_add(&ids, &end, 1));
        span[1] = (uint32_t)ids.n;
        const cad_batch_row row = {
            .ids = ids.id, .n = (int64_t)ids.n, .span = span, .n_spans = 1, .weight = 1, .row = (uint64_t)i};
        ok(cad_batch_add(b, &row));
        cad_ids_deinit(&ids);
    }
    return b;
}

static inline void teach(cad_decoder *d, const cad_batch *b)
{
    cad_params p = cad_decoder_params(d);
    cad_opt_tensor *all = calloc((size_t)p.n, sizeof *all);
    float *m = calloc((size_t)p.size, sizeof *m), *v = calloc((size_t)p.size, sizeof *v);
    for (int64_t i = 0; i < p.n; i++)
        all[i] = (cad_opt_tensor){.offset = p.item[i].offset, .count = p.item[i].count};
    double loss = 0;
    for (int64_t t = 1; t <= 150; t++) {
        memset(p.g, 0, (size_t)p.size * sizeof *p.g);
        ok(cad_decoder_forward_backward(d, b, 1.0f / (float)b->n_answer, 0, &loss));
        ok(fix_ops()->adamw_step(&(cad_adamw_step_args){.p = cad_tensor_1d(CAD_F32, p.p, p.size),
                                                        .g = cad_tensor_1d(CAD_F32, p.g, p.size),
                                                        .m = cad_tensor_1d(CAD_F32, m, p.size),
                                                        .v = cad_tensor_1d(CAD_F32, v, p.size),
                                                        .tensor = all,
                                                        .n_tensors = p.n,
                                                        .h = {.lr = 5e-3, .beta1 = 0.9, .beta2 = 0.95, .eps = 1e-8, .t = t}},
                                 NULL));
    }
    assert_true(loss / (double)b->n_answer < 0.05);
    free(all);
    free(m);
    free(v);
}

/* Writes config.json, model.safetensors and tokenizer.json, of at most `most` tokens, into the existing folder `dir`. */
static inline void taught_model_of(const char *dir, const taught *row, int n, int64_t most)
{
    char path[512];
    cad_tokenizer *t;
    cad_buf text = CAD_BUF_INIT;
    cad_arena *a = fix_arena();
    snprintf(path, sizeof path, "%s/tokenizer.json", dir);
    int64_t vocab = taught_tokenizer(path, row, n, most, &t), end = cad_tokenizer_eos(t);
    cad_model_config c = fix_config(CAD_ARCH_qwen2, false, 128);
    c.vocab = vocab;
    c.dtype = CAD_BF16;
    c.eos[0] = end;
    c.n_eos = 1;
    cad_decoder_opts o = fix_opts(CAD_TRAIN_full, 0);
    o.max_tokens = 512;
    cad_decoder *d = fix_decoder(&c, &o);
    teach(d, taught_batch(a, t, row, n, (uint32_t)end));
    ok(cad_decoder_save_model(d, dir, true));
    ok(cad_model_config_print(&c, NULL, 0, &text));
    snprintf(path, sizeof path, "%s/config.json", dir);
    ok(cad_fs_write(path, text.data, text.len));
    cad_buf_deinit(&text);
    cad_decoder_destroy(d);
    cad_tokenizer_destroy(t);
    cad_arena_destroy(a);
}

static inline void taught_model(const char *dir)
{
    taught_model_of(dir, TAUGHT, N_TAUGHT, 300);
}

#endif
