/* The prompts that a run samples: lines of a file, or captions of the evaluation rows. */
#include "train/trainer_parts.h"

#include "core/fs.h"
#include "infer/prompts.h"

#include <string.h>

enum { MAX_PROMPT_BYTES = 1 << 20 };

/* Caption of row r of the evaluation pack, and its answer as text: the targets without the end token. */
static cad_status prompt_of_row(cad_trainer *t, size_t r, cad_sample_prompt *out)
{
    const cad_pack *p = t->val_pack;
    size_t len;
    const char *caption = cad_pack_caption(p, r, &len);
    CAD_TRY(cad_arena_strdup(t->rows, caption, len, &out->caption));
    if (p->rag_k && t->cfg->prompt.loss_on == CAD_PROMPT_LOSS_ON_answer) { /* the caption alone does not make it */
        out->ids = p->tokens + p->row_offset[r];
        out->n_ids = p->span[p->span_offset[r]][0];
    }
    cad_buf text = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    /* a dry run may be without tokenizer: then without reference */
    for (uint64_t k = p->span_offset[r]; s == CAD_OK && t->tokenizer && k < p->span_offset[r + 1]; k++)
        s = cad_tokenizer_decode(t->tokenizer, p->tokens + p->row_offset[r] + p->span[k][0], p->span[k][1] - p->span[k][0],
                                 true, &text);
    if (s == CAD_OK)
        s = cad_arena_strdup(t->rows, cad_buf_cstr(&text), text.len, &out->reference);
    cad_buf_deinit(&text);
    return s;
}

/* Whether two rows of the evaluation pack have the same answer, as two wordings of one part have. */
static bool same_answer(const cad_pack *p, size_t a, size_t b)
{
    uint64_t i = p->span_offset[a], k = p->span_offset[b];
    bool same = p->span_offset[a + 1] - i == p->span_offset[b + 1] - k;
    for (; same && i < p->span_offset[a + 1]; i++, k++) {
        uint32_t len = p->span[i][1] - p->span[i][0];
        same = len == p->span[k][1] - p->span[k][0] &&
               !memcmp(p->tokens + p->row_offset[a] + p->span[i][0], p->tokens + p->row_offset[b] + p->span[k][0],
                       len * sizeof *p->tokens);
    }
    return same;
}

/* The first rows of the evaluation pack, one of each part. */
static cad_status prompts_of_pack(cad_trainer *t)
{
    size_t *row;
    CAD_TRY(cad_arena_zalloc(t->rows, (size_t)t->cfg->sample.n, sizeof *row, "prompt rows", &row));
    for (size_t r = 0; t->val_pack && r < t->val_pack->n_rows && t->n_prompts < t->cfg->sample.n; r++) {
        bool again = false;
        for (int64_t i = 0; i < t->n_prompts && !again; i++)
            again = same_answer(t->val_pack, row[i], r);
        if (again)
            continue;
        row[t->n_prompts] = r;
        CAD_TRY(prompt_of_row(t, r, &t->prompt[t->n_prompts++]));
    }
    return CAD_OK;
}

/* The first lines of sample.prompts, read as cadgen reads them. */
static cad_status prompts_of_file(cad_trainer *t, const char *path)
{
    if (t->template_ && t->template_->has_retrieved)
        CAD_FAIL(CAD_ECONFIG,
                 "sample.prompts = %s: prompts of template %s show retrieved parts; expected none: rows of data.val", path,
                 t->template_->name);
    cad_buf text = CAD_BUF_INIT;
    cad_prompts all;
    cad_status s = cad_fs_read(path, MAX_PROMPT_BYTES, &text);
    if (s == CAD_OK)
        s = cad_prompts_lines(cad_buf_cstr(&text), text.len, path, t->rows, &all);
    cad_buf_deinit(&text);
    CAD_TRY(s);
    for (; t->n_prompts < all.n && t->n_prompts < t->cfg->sample.n; t->n_prompts++)
        t->prompt[t->n_prompts].caption = all.item[t->n_prompts].caption;
    return CAD_OK;
}

/* Lines of sample.prompts, or rows of the evaluation pack. */
static cad_status read_prompts(cad_trainer *t)
{
    const cad_config *c = t->cfg;
    CAD_TRY(cad_arena_zalloc(t->rows, (size_t)c->sample.n, sizeof *t->prompt, "prompts", &t->prompt));
    return c->sample.prompts[0] ? prompts_of_file(t, c->sample.prompts) : prompts_of_pack(t);
}

static cad_status measure_prompts(cad_trainer *t)
{
    cad_ids ids = CAD_IDS_INIT;
    cad_status s = CAD_OK;
    for (int64_t i = 0; s == CAD_OK && i < t->n_prompts; i++) {
        cad_ids_clear(&ids);
        if (t->prompt[i].ids)
            s = cad_ids_add(&ids, t->prompt[i].ids, (size_t)t->prompt[i].n_ids);
        else
            s = cad_template_encode(t->template_, &(cad_prompt_slots){.caption = t->prompt[i].caption}, t->tokenizer, &ids);
        if ((int64_t)ids.n + 1 > t->longest_prompt)
            t->longest_prompt = (int64_t)ids.n + 1; /* BOS */
    }
    cad_ids_deinit(&ids);
    return s;
}

cad_status cad_trainer_read_prompts(cad_trainer *t)
{
    CAD_TRY(read_prompts(t));
    return t->template_ && t->tokenizer ? measure_prompts(t) : CAD_OK;
}
