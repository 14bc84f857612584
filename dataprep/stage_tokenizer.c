#include "dataprep/stage_pack.h"

#include "core/fs.h"
#include "dataprep/corpus_row.h"
#include "model/text/bpe_train.h"
#include "model/text/tokenizer.h"

#include <stdio.h>
#include <string.h>

/* The kind of a corpus is that of its rows, which pack holds to be one. */
static cad_status kind_of(const char *corpus, cad_arena *a, cad_bpe_kind *out)
{
    cad_frame mark = cad_arena_mark(a);
    cad_corpus_reader *r = NULL;
    cad_row row = {0};
    bool more = false;
    CAD_TRY(cad_corpus_open(corpus, &r));
    cad_status s = cad_corpus_next(r, a, &row, &more);
    if (s == CAD_OK && !more)
        s = cad_fail(CAD_ENOTFOUND, "%s: zero rows", corpus);
    if (s == CAD_OK)
        *out = strcmp(row.kind, "step") ? CAD_BPE_ir : CAD_BPE_step;
    cad_corpus_close(r);
    cad_arena_rewind(a, mark);
    return s;
}

static cad_status feed(cad_corpus_reader *r, const cad_template *tpl, cad_bpe_trainer *bpe, cad_arena *a)
{
    cad_buf prompt = CAD_BUF_INIT;
    cad_progress *progress = NULL;
    cad_status s = cad_corpus_progress(r, "count", &progress);
    int64_t rows = 0;
    for (bool more = true; s == CAD_OK;) {
        cad_frame mark = cad_arena_mark(a);
        cad_row row = {0};
        s = cad_corpus_next(r, a, &row, &more);
        if (s != CAD_OK || !more)
            break;
        cad_buf_clear(&prompt);
        s = cad_template_prompt(tpl, &(cad_prompt_slots){.caption = row.caption}, &prompt);
        if (s == CAD_OK)
            s = cad_bpe_add(bpe, cad_buf_cstr(&prompt), prompt.len);
        if (s == CAD_OK)
            s = cad_bpe_add(bpe, row.target, strlen(row.target));
        if (s == CAD_OK)
            cad_progress_show(progress, ++rows, NULL);
        cad_arena_rewind(a, mark);
    }
    cad_progress_destroy(progress);
    cad_buf_deinit(&prompt);
    return s;
}

/* What transformers wants to know beside tokenizer.json. */
static cad_status write_config(const char *dir)
{
    cad_buf path = CAD_BUF_INIT, text = CAD_BUF_INIT;
    cad_tokenizer *t = NULL;
    cad_status s = cad_tokenizer_load_dir(dir, &t);
    if (s == CAD_OK)
        s = cad_tokenizer_print_config(t, &text);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/tokenizer_config.json", dir);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, text.data, text.len);
    cad_tokenizer_destroy(t);
    cad_buf_deinit(&text);
    cad_buf_deinit(&path);
    return s;
}

static cad_status learn(cad_corpus_reader *r, cad_bpe_kind kind, const cad_template *tpl, int64_t vocab, cad_arena *a,
                        const char *dir, int64_t *out_vocab)
{
    cad_bpe_trainer *bpe = NULL;
    cad_buf json = CAD_BUF_INIT;
    char path[4200];
    CAD_TRY(cad_bpe_create(kind, vocab, &bpe));
    cad_status s = feed(r, tpl, bpe, a);
    if (s == CAD_OK)
        s = cad_bpe_finish(bpe, &json, out_vocab);
    cad_bpe_destroy(bpe);
    if (s == CAD_OK)
        s = cad_fs_mkdirs(dir);
    snprintf(path, sizeof path, "%s/tokenizer.json", dir);
    if (s == CAD_OK)
        s = cad_fs_write(path, cad_buf_cstr(&json), json.len);
    if (s == CAD_OK)
        s = write_config(dir);
    cad_buf_deinit(&json);
    return s;
}

cad_status cad_stage_tokenizer(const char *corpus, const cad_template *tpl, int64_t vocab, const char *dir, int64_t *out_vocab)
{
    cad_corpus_reader *r = NULL;
    cad_arena *a = NULL;
    CAD_TRY(cad_corpus_open(corpus, &r));
    cad_status s = cad_arena_create("tokenizer rows", (size_t)1 << 30, &a);
    cad_bpe_kind kind = CAD_BPE_ir;
    if (s == CAD_OK)
        s = kind_of(corpus, a, &kind);
    if (s == CAD_OK)
        s = learn(r, kind, tpl, vocab, a, dir, out_vocab);
    cad_arena_destroy(a);
    cad_corpus_close(r);
    return s;
}
