#include "tests/train/train_fixture.h"

#include "core/fs.h"
#include "core/rng.h"
#include "dataprep/pack.h"
#include "model/text/bpe_train.h"
#include "model/text/template.h"

#include <stdio.h>
#include <string.h>

enum { TEXT = 200, VOCAB = 300 };

/* Row r of a seed: a box, a cylinder or a box with a hole, of different lengths in tokens. */
static void make_row(uint64_t seed, int64_t r, char caption[TEXT], char answer[TEXT])
{
    cad_rng rng = cad_rng_make(seed, "fixture", (uint64_t)r);
    int a = (int)cad_rng_range(&rng, 10, 120), b = (int)cad_rng_range(&rng, 10, 120), c = (int)cad_rng_range(&rng, 2, 20);
    switch (cad_rng_range(&rng, 0, 2)) {
    case 0:
        snprintf(caption, TEXT, "box %d x %d x %d", a, b, c);
        snprintf(answer, TEXT, "C %d %d %d", a, b, c);
        break;
    case 1:
        snprintf(caption, TEXT, "cylinder of radius %d and height %d, just that", a, c);
        snprintf(answer, TEXT, "Y %d %d", a, c);
        break;
    default:
        snprintf(caption, TEXT, "plate %d x %d x %d with a hole of radius 2", a, b, c);
        snprintf(answer, TEXT, "C %d %d %d\nY 2 %d\nT 1 5 5 0\nD 0 2", a, b, c, c);
    }
}

static cad_status write_in(const char *dir, const char *name, const char *data, size_t len)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, name);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, data, len);
    cad_buf_deinit(&path);
    return s;
}

cad_status fixture_tokenizer(const char *dir)
{
    cad_bpe_trainer *t;
    cad_buf json = CAD_BUF_INIT, tok = CAD_BUF_INIT;
    CAD_TRY(cad_bpe_create(CAD_BPE_ir, VOCAB, &t));
    cad_status s = CAD_OK;
    for (int64_t r = 0; s == CAD_OK && r < 64; r++) {
        char caption[TEXT], answer[TEXT];
        make_row(1, r, caption, answer);
        s = cad_bpe_add(t, caption, strlen(caption));
        if (s == CAD_OK)
            s = cad_bpe_add(t, answer, strlen(answer));
    }
    if (s == CAD_OK)
        s = cad_bpe_finish(t, &json, NULL);
    cad_bpe_destroy(t);
    if (s == CAD_OK)
        s = cad_buf_printf(&tok, "%s/tok", dir);
    if (s == CAD_OK)
        s = cad_fs_mkdirs(tok.data);
    if (s == CAD_OK)
        s = write_in(tok.data, "tokenizer.json", json.data, json.len);
    cad_buf_deinit(&tok);
    cad_buf_deinit(&json);
    return s;
}

/* One row: prompt by the template, answer, end token; the answer and its end are the span. */
static cad_status add_row(cad_pack_writer *w, const cad_tokenizer *t, const cad_template *tpl, const fixture_pack_opts *o,
                          int64_t r, int copy)
{
    char caption[TEXT], answer[TEXT], id[40];
    make_row(o->seed, r, caption, answer);
    snprintf(id, sizeof id, "row-%03d-%d", (int)r, copy);
    cad_ids ids = CAD_IDS_INIT;
    cad_buf words = CAD_BUF_INIT;
    cad_status s = cad_buf_str(&words, caption);
    for (int i = 0; s == CAD_OK && r == o->rows - 1 && i < o->long_row; i++)
        s = cad_buf_str(&words, " 7");
    if (s == CAD_OK)
        s = cad_template_encode(tpl, &(cad_prompt_slots){.caption = words.data}, t, &ids);
    uint32_t span[1][2] = {{(uint32_t)ids.n, 0}}, eos = (uint32_t)cad_tokenizer_eos(t);
    if (s == CAD_OK)
        s = cad_tokenizer_encode(t, answer, strlen(answer), CAD_SPECIALS_text, &ids);
    if (s == CAD_OK)
        s = cad_ids_add(&ids, &eos, 1);
    span[0][1] = (uint32_t)ids.n;
    const cad_pack_row row = {.id = id,
                              .caption = caption,
                              .family = "fixture",
                              .tokens = ids.id,
                              .n_tokens = ids.n,
                              .span = (const uint32_t(*)[2])span,
                              .n_spans = 1,
                              .weight = o->weight != 0.0f ? o->weight : 1.0f};
    if (s == CAD_OK)
        s = cad_pack_writer_add(w, &row);
    cad_buf_deinit(&words);
    cad_ids_deinit(&ids);
    return s;
}

static cad_status write_pack(const char *path, const cad_tokenizer *t, const cad_template *tpl, const fixture_pack_opts *o)
{
    cad_pack_writer *w;
    CAD_TRY(cad_pack_writer_create(&(cad_pack_opts){.weights = o->weight != 0.0f}, path, &w));
    cad_status s = CAD_OK;
    for (int64_t r = 0; s == CAD_OK && r < o->rows; r++)
        for (int copy = 0; s == CAD_OK && copy < (o->copies ? o->copies : 1); copy++)
            s = add_row(w, t, tpl, o, r, copy);
    if (s != CAD_OK) {
        cad_pack_writer_abort(w);
        return s;
    }
    const cad_pack_info info = {.created = "-",
                                .tool_version = "test",
                                .kind = "ir",
                                .tokenizer_xxh3 = cad_tokenizer_hash(t),
                                .tokenizer_name = "fixture",
                                .vocab_rows = cad_tokenizer_vocab_size(t),
                                .bos_id = o->bos_id ? o->bos_id : -1,
                                .eos_id = cad_tokenizer_eos(t),
                                .template_name = tpl->name,
                                .template_xxh3 = tpl->hash,
                                .template_text = tpl->text,
                                .max_tokens = 1024,
                                .on_overflow = "error",
                                .waived = o->waived,
                                .dropped = "{}"};
    return cad_pack_writer_commit(w, &info);
}

cad_status fixture_pack(const char *dir, const char *name, const fixture_pack_opts *o)
{
    cad_arena *a;
    cad_tokenizer *t = NULL;
    const cad_template *tpl;
    cad_buf path = CAD_BUF_INIT;
    CAD_TRY(cad_arena_create("fixture", 1 << 20, &a));
    cad_status s = cad_buf_printf(&path, "%s/tok/tokenizer.json", dir);
    if (s == CAD_OK)
        s = cad_tokenizer_load(path.data, &t);
    if (s == CAD_OK)
        s = cad_template_get("ir", "", a, &tpl);
    cad_buf_clear(&path);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/%s", dir, name);
    if (s == CAD_OK)
        s = write_pack(path.data, t, tpl, o);
    cad_buf_deinit(&path);
    cad_tokenizer_destroy(t);
    cad_arena_destroy(a);
    return s;
}

cad_status fixture_run(const char *dir)
{
    CAD_TRY(fixture_tokenizer(dir));
    CAD_TRY(fixture_pack(dir, "train.pack.h5", &(fixture_pack_opts){.rows = 96, .seed = 1}));
    CAD_TRY(fixture_pack(dir, "val.pack.h5", &(fixture_pack_opts){.rows = 16, .seed = 2}));
    cad_buf ini = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&ini,
                                  "[run]\nname = small\nout_root = %s/runs\nthreads = 1\n"
                                  "[model]\ninit = random\nlayers = 2\nwidth = 64\nheads = 2\nkv_heads = 1\nffn = 96\n"
                                  "[tokenizer]\npath = %s/tok\n"
                                  "[prompt]\ncontext_weight = 0.2\ncontext_until = 0.3\n"
                                  "[data]\ntrain = %s/train.pack.h5\nval = %s/val.pack.h5\nmax_tokens = 256\n"
                                  "[train]\nmax_steps = 20\nlog_every = 1\nbatch_rows = 8\nlr = 2e-3\nschedule = cosine\n"
                                  "warmup = 3\noptimizer = adamw\n"
                                  "[lora]\nenabled = off\n"
                                  "[checkpoint]\nevery = 5 steps\nkeep_last = 10\n"
                                  "[eval]\nevery = 5 steps\n"
                                  "[sample]\nevery = off\n",
                                  dir, dir, dir, dir);
    if (s == CAD_OK)
        s = write_in(dir, "run.ini", ini.data, ini.len);
    cad_buf_deinit(&ini);
    return s;
}
