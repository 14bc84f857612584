/* What a run takes: the options of its decoder and optimizer, and the bytes beside them.  Stated once, for the run, which makes
 * them, and for a dry run, which prints them. */
#include "core/fs.h"
#include "train/trainer_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MAX_SLOTS = 16 };

cad_plan_opts cad_trainer_plan_opts(const cad_trainer *t)
{
    const cad_config *c = t->cfg;
    return (cad_plan_opts){.n_rows = t->loader.n_rows,
                           .row_tokens = t->loader.row_tokens,
                           .seed = (uint64_t)c->run.seed,
                           .order = (cad_plan_order)c->data.order,
                           .packing = (cad_plan_packing)c->data.packing,
                           .batch_rows = c->train.batch_rows,
                           .batch_tokens = c->train.batch_tokens,
                           .micro_tokens = c->train.micro_tokens};
}

static int64_t at_least(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static cad_status target_words(unsigned targets, cad_buf *out)
{
    for (int i = 0; i < CAD_LORA_TARGET_COUNT; i++) {
        const char *name = cad_lora_target_name((cad_lora_target)i);
        if (targets >> i & 1)
            CAD_TRY(cad_buf_printf(out, "%s%.*s", out->len ? "," : "", (int)strcspn(name, "_"), name));
    }
    return CAD_OK;
}

/* The factors to start from have ranks, scales and targets; those of single linears (patterns) stand in its file alone. */
static cad_status from_adapter(const cad_trainer *t, cad_lora_config *c)
{
    const char *dir = t->cfg->model.adapter;
    cad_lora_config is;
    CAD_TRY(cad_peft_read_config(dir, t->rows, &is));
    CAD_TRY(cad_peft_resolve(&is, &t->model, t->rows));
    if (is.rank != c->rank || is.alpha != c->alpha || is.rslora != c->rslora || is.targets != c->targets) {
        cad_buf words = CAD_BUF_INIT;
        cad_status s = target_words(is.targets, &words);
        if (s == CAD_OK)
            s = cad_fail(CAD_ECONFIG,
                         "model.adapter = %s has other factors than [lora] says\nhint: --set=lora.rank=%" PRId64
                         " --set=lora.alpha=%.10g --set=lora.rslora=%s --set=lora.targets=%s",
                         dir, is.rank, is.alpha, is.rslora ? "on" : "off", words.data);
        cad_buf_deinit(&words);
        return s;
    }
    c->pair = is.pair;
    c->rules = is.rules;
    return CAD_OK;
}

static cad_status lora_config(const cad_trainer *t, cad_lora_config *out)
{
    const cad_config *c = t->cfg;
    *out = (cad_lora_config){
        .rank = c->lora.rank, .alpha = c->lora.alpha, .dropout = c->lora.dropout, .rslora = c->lora.rslora, .base_model = ""};
    cad_buf base = CAD_BUF_INIT; /* absolute, as in config.ini: an adapter is opened from anywhere */
    cad_status s = cad_fs_absolute(c->model.path, &base);
    if (s == CAD_OK)
        s = cad_arena_strdup(t->rows, base.data, base.len, &out->base_model);
    cad_buf_deinit(&base);
    CAD_TRY(s);
    for (size_t i = 0; i < c->lora.targets.n; i++) {
        char name[64];
        snprintf(name, sizeof name, "%.40s_proj", c->lora.targets.item[i]);
        int target = cad_lora_target_find(name);
        if (target < 0)
            CAD_FAIL(CAD_ECONFIG, "lora.targets: '%s'; expected some of q, k, v, o, gate, up, down", c->lora.targets.item[i]);
        out->targets |= 1u << target;
    }
    if (!out->targets)
        CAD_FAIL(CAD_ECONFIG, "lora.targets is empty; expected some of q, k, v, o, gate, up, down");
    return c->model.adapter[0] ? from_adapter(t, out) : CAD_OK;
}

/* Passes are planned as long as the longest that the steps, the evaluation and the prompts have. */
static void size_passes(cad_trainer *t, cad_decoder_opts *o)
{
    bool context = t->cfg->prompt.context_weight > 0.0 && t->cfg->prompt.context_until > 0.0;
    cad_plan_extent pass = cad_plan_survey(t->plan, t->total, t->loader.row_targets);
    if (t->o.n_allow) /* a plan that changes on resume may reach epochs that no run from step 0 would: the bound */
        pass.tokens = pass.targets = cad_plan_max_pass_tokens(t->plan);
    cad_eval_extent eval = {0};
    t->sizes.eval_tokens = 0;
    if (cad_trainer_has_eval(t)) {
        t->sizes.eval_tokens = at_least(pass.tokens, t->val_loader.longest);
        eval = cad_evaluator_survey(&t->val_loader, t->sizes.eval_tokens);
    }
    t->sizes.eval_batch = eval.bytes;
    o->max_tokens = at_least(at_least(pass.tokens, eval.tokens), t->longest_prompt);
    /* with context every token but the first of a row may be a target */
    o->max_loss_rows = at_least(context ? pass.tokens : pass.targets, eval.targets);
}

cad_status cad_trainer_size(cad_trainer *t)
{
    const cad_config *c = t->cfg;
    cad_trainer_sizes *z = &t->sizes;
    z->decoder = (cad_decoder_opts){.weights = c->lora.enabled ? (cad_weights)c->model.weights : CAD_WEIGHTS_fp32,
                                    .double_quant = c->model.double_quant,
                                    .nf4_base = CAD_NF4_resident,
                                    .train = c->lora.enabled ? CAD_TRAIN_lora : CAD_TRAIN_full,
                                    .seed = (uint64_t)c->run.seed};
    size_passes(t, &z->decoder);
    if (c->lora.enabled)
        CAD_TRY(lora_config(t, &z->decoder.lora));
    if (t->n_prompts > 0) {
        z->decoder.slots = t->n_prompts < MAX_SLOTS ? t->n_prompts : MAX_SLOTS;
        z->decoder.context = t->longest_prompt + c->sample.max_new;
        if (z->decoder.context > t->model.max_pos)
            z->decoder.context = t->model.max_pos;
    }
    z->optimizer = (cad_optimizer_opts){.eight_bit = c->train.optimizer == CAD_TRAIN_OPTIMIZER_adamw8bit,
                                        .decay_before = c->train.decay == CAD_TRAIN_DECAY_before,
                                        .beta1 = c->train.beta1,
                                        .beta2 = c->train.beta2,
                                        .eps = c->train.eps,
                                        .weight_decay = c->train.weight_decay,
                                        .clip = c->train.grad_clip};
    return CAD_OK;
}

void cad_trainer_size_state(cad_trainer *t, const cad_params *params)
{
    cad_trainer_sizes *z = &t->sizes;
    cad_optimizer_need need = cad_optimizer_plan(&z->optimizer, params, t->ops);
    z->moments = need.device;
    z->optimizer_host = need.host;
    z->lanes = cad_grad_tree_bytes(params->size, cad_plan_many_passes(t->plan));
    z->batches = z->eval_batch + cad_batch_bytes(cad_plan_max_pass_tokens(t->plan), cad_plan_max_pass_rows(t->plan));
}
