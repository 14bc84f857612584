#include "train/dry_assume.h"

#include "core/build_info.h"
#include "dataprep/stage_split.h"
#include "model/hf/known_models.h"

/* Of a model by its keys. */
static cad_status check_vocabulary_is_known(const cad_trainer *t)
{
    if (t->absent->tokenizer && t->cfg->tokenizer.own_bpe < 1)
        CAD_FAIL(CAD_ENOTFOUND, "%s: no tokenizer.json, which says how many rows the embedding has", t->cfg->tokenizer.path);
    return CAD_OK;
}

/* A model that is not there: by its name, or as [model] describes it where arch is given. */
static cad_status assume_model(cad_trainer *t, cad_dry_report *r)
{
    const char *path = t->cfg->model.path;
    cad_buf found = CAD_BUF_INIT;
    cad_status s = cad_share_find(path, &found);
    if (s == CAD_OK)
        s = cad_model_config_load(found.data, &t->model);
    cad_buf_deinit(&found);
    if (s != CAD_ENOTFOUND)
        return s;
    r->model.assumed = true;
    s = cad_model_known(path, &t->model);
    if (s != CAD_ENOTFOUND || t->cfg->model.arch == CAD_MODEL_ARCH_auto)
        return s;
    CAD_TRY(check_vocabulary_is_known(t));
    return cad_trainer_keys_model(t);
}

/* The last row is as long as any may be, the others share what is left of the tokens; what does not divide is spread evenly. */
static cad_status assume_rows(cad_trainer *t, int64_t rows, int64_t tokens, int64_t longest, cad_loader *out)
{
    cad_loader l = {.n_rows = rows, .longest_row = rows - 1};
    CAD_TRY(cad_arena_zalloc(t->rows, (size_t)rows, sizeof *l.row_tokens, "lengths of rows", &l.row_tokens));
    CAD_TRY(cad_arena_zalloc(t->rows, (size_t)rows, sizeof *l.row_targets, "lengths of answers", &l.row_targets));
    int64_t others = rows - 1, rest = tokens > longest ? tokens - longest : 0, carry = 0;
    for (int64_t i = 0; i < rows; i++) {
        int64_t n = i == others ? longest : rest / others;
        carry += i == others ? 0 : rest % others;
        if (i < others && carry >= others) {
            carry -= others;
            n++;
        }
        n = n < 2 ? 2 : n;
        l.row_tokens[i] = n;
        l.row_targets[i] = n - 1;
        l.n_tokens += n;
        l.n_targets += n - 1;
        l.longest = n > l.longest ? n : l.longest;
    }
    *out = l;
    return CAD_OK;
}

static cad_status assume_data(cad_trainer *t)
{
    const cad_config *c = t->cfg;
    int64_t rows = c->data.expect_rows, tokens = c->data.expect_tokens, longest = c->data.max_tokens;
    if (rows < 1 || tokens < rows)
        CAD_FAIL(CAD_ENOTFOUND,
                 "%s: no such pack; expected it, or data.expect_rows and data.expect_tokens to plan without it\n"
                 "hint: cadprep run CONFIG.ini makes the pack",
                 c->data.train);
    if (c->data.limit > 0 && c->data.limit < rows) {
        tokens = (int64_t)((double)tokens * (double)c->data.limit / (double)rows);
        rows = c->data.limit;
    }
    if (c->train.micro_tokens > 0 && longest > c->train.micro_tokens)
        longest = c->train.micro_tokens;
    return assume_rows(t, rows, tokens, longest, &t->loader);
}

/* The evaluation rows by the shares of [prep] split, as long as the training rows are. */
static cad_status assume_val(cad_trainer *t)
{
    double share[CAD_SPLIT_COUNT];
    cad_split_shares(&t->cfg->prep.split, share);
    int64_t rows =
        share[CAD_SPLIT_train] > 0.0 ? (int64_t)((double)t->loader.n_rows * share[CAD_SPLIT_val] / share[CAD_SPLIT_train]) : 0;
    if (rows < 1)
        return CAD_OK;
    int64_t mean = t->loader.n_tokens / t->loader.n_rows;
    return assume_rows(t, rows, rows * mean, t->loader.longest, &t->val_loader);
}

/* Prompts that could not be read are as many as asked for, half as long as a mean row. */
static void assume_prompts(cad_trainer *t)
{
    if (!cad_trainer_has_samples(t) || (!t->absent->tokenizer && !t->absent->train && !t->absent->val))
        return;
    if (t->n_prompts == 0 && (t->absent->val || t->cfg->sample.prompts[0]))
        t->n_prompts = t->cfg->sample.n;
    if (t->n_prompts > 0 && t->longest_prompt == 0)
        t->longest_prompt = 1 + t->loader.n_tokens / t->loader.n_rows / 2;
}

cad_status cad_dry_open(cad_trainer *t, cad_dry_report *r)
{
    CAD_TRY(cad_trainer_read_inputs(t));
    bool random = t->cfg->model.init == CAD_MODEL_INIT_random;
    if (t->absent->model)
        CAD_TRY(assume_model(t, r));
    if (random)
        CAD_TRY(check_vocabulary_is_known(t));
    r->model.assumed = r->model.assumed || (random && t->absent->tokenizer);
    r->data.assumed = t->absent->train;
    if (t->absent->train)
        CAD_TRY(assume_data(t));
    if (t->absent->val)
        CAD_TRY(assume_val(t));
    CAD_TRY(cad_trainer_settle(t));
    assume_prompts(t);
    return CAD_OK;
}
