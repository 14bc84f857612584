#include "train/trainer_parts.h"

#include "core/clock.h"
#include "core/file_kind.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/problems.h"
#include "dataprep/audit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MB ((size_t)1 << 20)
enum { PADDING = 4096 };

bool cad_trainer_has_eval(const cad_trainer *t)
{
    return t->val_loader.n_rows > 0 && t->cfg->eval.every.unit != CAD_INTERVAL_OFF;
}

bool cad_trainer_has_samples(const cad_trainer *t)
{
    return t->cfg->sample.every.unit != CAD_INTERVAL_OFF && t->cfg->sample.n > 0;
}

/* ---- inputs: each is tried, whatever became of the others ---- */

static cad_status open_tokenizer(cad_trainer *t)
{
    return cad_tokenizer_load_dir(t->cfg->tokenizer.path, &t->tokenizer);
}

static cad_status open_template(cad_trainer *t)
{
    const cad_config *c = t->cfg;
    if (c->prompt.template_[0])
        return cad_template_get(c->prompt.template_, c->prompt.file, t->rows, &t->template_);
    return CAD_OK; /* that of the pack */
}

static cad_status open_pack(const cad_trainer *t, const char *path, cad_pack **out)
{
    cad_pack_want want = {.tokenizer_xxh3 = t->tokenizer ? cad_tokenizer_hash(t->tokenizer) : NULL,
                          .template_xxh3 = t->template_ ? t->template_->hash : NULL,
                          .vocab_rows = t->model.vocab};
    return cad_pack_open(path, &want, out);
}

static cad_status open_train(cad_trainer *t)
{
    CAD_TRY(open_pack(t, t->cfg->data.train, &t->train_pack));
    return cad_loader_init(t->train_pack, t->cfg->data.limit, (cad_loss_norm)t->cfg->train.loss_norm, t->rows, &t->loader);
}

static cad_status open_val(cad_trainer *t)
{
    if (!t->cfg->data.val[0])
        return CAD_OK;
    CAD_TRY(open_pack(t, t->cfg->data.val, &t->val_pack));
    return cad_loader_init(t->val_pack, 0, CAD_LOSS_NORM_tokens, t->rows, &t->val_loader);
}

/* An input: its path, and whether the audit wants it. */
typedef struct input {
    cad_status (*open)(cad_trainer *);
    const char *path;
    bool *absent;
    bool audited;
} input;

/* What another machine may have: all of it, or the rest of a folder. */
static bool may_lie_elsewhere(const char *path)
{
    cad_file_kind kind = cad_file_kind_of(path);
    return kind == CAD_FILE_absent || kind == CAD_FILE_folder || kind == CAD_FILE_model || kind == CAD_FILE_tokenizer;
}

/* Of inputs from `first` to `in`.  Takes the failure of this thread as the reason; the message's first line. */
static cad_status note_absent(cad_trainer_absent *a, const input *first, const input *in)
{
    cad_kept_error why;
    bool told = false; /* a model's folder may be its tokenizer's */
    cad_error_keep(&why);
    for (const input *one = first; one < in; one++)
        told |= *one->absent && !strcmp(one->path, in->path);
    *in->absent = true;
    if (!told)
        CAD_TRY(cad_buf_printf(&a->paths, "%s%s", a->paths.len ? ", " : "", in->path));
    if (!in->audited)
        return CAD_OK;
    return cad_buf_printf(&a->unaudited, "%s%.*s", a->unaudited.len ? "; " : "", (int)strcspn(why.text, "\n"), why.text);
}

static const char *template_path(const cad_config *c)
{
    const char *name = c->prompt.template_;
    return strncmp(name, "file:", 5) != 0 ? c->prompt.file : name + 5;
}

static cad_status open_inputs(cad_trainer *t)
{
    const cad_config *c = t->cfg;
    cad_trainer_absent none, *a = t->absent ? t->absent : &none;
    const input part[] = {{open_tokenizer, c->tokenizer.path, &a->tokenizer, true},
                          {cad_trainer_open_model, c->model.path, &a->model, false},
                          {open_template, template_path(c), &a->template_, true},
                          {open_train, c->data.train, &a->train, true},
                          {open_val, c->data.val, &a->val, false}};
    cad_problems problems = CAD_PROBLEMS_INIT;
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        cad_status one = part[i].open(t);
        if (one == CAD_ENOTFOUND && t->absent && may_lie_elsewhere(part[i].path))
            one = note_absent(a, part, &part[i]);
        cad_problems_add(&problems, one);
    }
    return cad_problems_end(&problems);
}

/* ---- what follows from the inputs ---- */

/* The template of the packs, when the configuration names none; both packs must agree with it and with each other. */
static cad_status settle_template(cad_trainer *t)
{
    const cad_pack_info *i = &t->train_pack->info;
    if (!t->template_)
        CAD_TRY(cad_template_parse(i->template_name, i->template_text, strlen(i->template_text), t->rows, &t->template_));
    if (t->val_pack && strcmp(t->val_pack->info.template_xxh3, i->template_xxh3) != 0)
        CAD_FAIL(CAD_EDATA, "%s has template %s (%s), %s has %s (%s); repack one of them", t->cfg->data.train, i->template_name,
                 i->template_xxh3, t->cfg->data.val, t->val_pack->info.template_name, t->val_pack->info.template_xxh3);
    return CAD_OK;
}

static cad_status check_vocabulary(const cad_trainer *t)
{
    int64_t ids = cad_tokenizer_vocab_size(t->tokenizer), eos = t->train_pack->info.eos_id;
    if (ids > t->model.vocab)
        CAD_FAIL(CAD_EDATA, "%s: %lld tokens; the model has %lld rows", t->cfg->tokenizer.path, (long long)ids,
                 (long long)t->model.vocab);
    if (eos >= 0 && eos == t->model.pad)
        CAD_FAIL(
            CAD_EDATA,
            "%s/config.json: pad_token_id is the end token %lld; expected another token, or null\nhint: who pads with it and "
            "masks pads learns no end: \"pad_token_id\": null",
            t->cfg->model.path, (long long)eos);
    return CAD_OK;
}

/* A checkpoint answers with the begin token that prompt.bos asks for, so its rows must have had the same. */
static cad_status check_begin(const cad_trainer *t, const char *path, const cad_pack *p)
{
    int64_t bos = t->cfg->prompt.bos == CAD_PROMPT_BOS_off ? -1 : cad_tokenizer_bos(t->tokenizer);
    if (p->info.bos_id != bos)
        CAD_FAIL(CAD_EDATA, "%s: rows begin with token %lld; prompt.bos and the tokenizer say %lld (-1: none); repack", path,
                 (long long)p->info.bos_id, (long long)bos);
    return CAD_OK;
}

/* Longer rows than data.max_tokens would train positions that the configuration rules out. */
static cad_status check_length(const cad_trainer *t, const char *path, const cad_pack *p, const cad_loader *l)
{
    int64_t most = t->cfg->data.max_tokens;
    if (!p || l->longest <= most)
        return CAD_OK;
    char name[64];
    cad_loader_row_name(l, l->longest_row, name);
    CAD_FAIL(CAD_EDATA,
             "%s: row '%s' has %lld tokens; data.max_tokens = %lld, and the pack was made with %lld\n"
             "hint: raise data.max_tokens, or pack again",
             path, name, (long long)l->longest, (long long)most, (long long)p->info.max_tokens);
}

/* Beyond its positions a model learns what no prompt will reach: engines end there. */
static cad_status check_positions(const cad_trainer *t, const char *path, const cad_pack *p, const cad_loader *l)
{
    if (!p || l->longest <= t->model.max_pos)
        return CAD_OK;
    char name[64];
    cad_loader_row_name(l, l->longest_row, name);
    CAD_FAIL(CAD_EDATA,
             "%s: row '%s' has %lld tokens; the model has %lld positions (max_position_embeddings of its config.json)\n"
             "hint: pack again with data.max_tokens = %lld",
             path, name, (long long)l->longest, (long long)t->model.max_pos, (long long)t->model.max_pos);
}

static cad_status make_plan(cad_trainer *t)
{
    const cad_config *c = t->cfg;
    if (c->train.micro_tokens && t->loader.longest > c->train.micro_tokens) {
        char name[64];
        cad_loader_row_name(&t->loader, t->loader.longest_row, name);
        CAD_FAIL(CAD_EDATA, "row '%s' has %lld tokens; a pass holds train.micro_tokens = %lld", name,
                 (long long)t->loader.longest, (long long)c->train.micro_tokens);
    }
    cad_plan_opts o = cad_trainer_plan_opts(t);
    CAD_TRY(cad_plan_create(&o, t->rows, &t->plan));
    t->total = c->train.max_steps > 0 ? c->train.max_steps : cad_plan_count_steps(t->plan, c->train.epochs);
    if (t->total < 1)
        CAD_FAIL(CAD_ECONFIG, "train.epochs = 0 and train.max_steps = 0; expected one of them above 0");
    return CAD_OK;
}

/* ---- the decoder and its trainer ---- */

static cad_status fill_weights(cad_trainer *t)
{
    const cad_config *c = t->cfg;
    uint64_t seed = (uint64_t)c->run.seed;
    if (c->model.init == CAD_MODEL_INIT_random)
        CAD_TRY(cad_decoder_init_random(
            t->decoder, c->model.init_scheme == CAD_MODEL_INIT_SCHEME_hf ? CAD_INIT_hf : CAD_INIT_fan_in, seed));
    else
        CAD_TRY(cad_decoder_load(t->decoder, c->model.path));
    if (!c->lora.enabled)
        return CAD_OK;
    CAD_TRY(
        cad_decoder_init_lora(t->decoder, c->lora.init == CAD_LORA_INIT_gaussian ? CAD_LORA_gaussian : CAD_LORA_kaiming, seed));
    return c->model.adapter[0] ? cad_decoder_load_adapter(t->decoder, c->model.adapter) : CAD_OK;
}

static cad_status make_decoder(cad_trainer *t)
{
    CAD_TRY(cad_decoder_create(&t->model, t->ops, &t->sizes.decoder, &t->decoder));
    CAD_TRY(fill_weights(t));
    t->params = cad_decoder_params(t->decoder);
    if (t->n_prompts > 0)
        CAD_TRY(cad_engine_wrap(t->decoder, t->tokenizer, t->template_, t->train_pack->info.bos_id, &t->engine));
    return CAD_OK;
}

static cad_status make_stepper(cad_trainer *t)
{
    const cad_config *c = t->cfg;
    cad_trainer_size_state(t, &t->params);
    const cad_trainer_sizes *z = &t->sizes;
    CAD_TRY(cad_arena_create("trainer", 8 * MB + z->optimizer_host + z->batches, &t->state));
    CAD_TRY(cad_ops_arena(t->ops, "trainer", (size_t)PADDING + z->moments + z->lanes, &t->moments));
    CAD_TRY(cad_optimizer_create(&z->optimizer, &t->params, t->ops, t->state, t->moments, &t->optimizer));
    int64_t warmup;
    CAD_TRY(cad_config_steps(c->train.warmup, t->total, &warmup));
    static const cad_lr_shape shape[] = {[CAD_TRAIN_SCHEDULE_linear] = CAD_LR_linear,
                                         [CAD_TRAIN_SCHEDULE_cosine] = CAD_LR_cosine,
                                         [CAD_TRAIN_SCHEDULE_constant] = CAD_LR_constant};
    t->stepper = (cad_stepper){.decoder = t->decoder,
                               .optimizer = t->optimizer,
                               .plan = t->plan,
                               .loader = &t->loader,
                               .schedule = {.shape = shape[c->train.schedule],
                                            .peak = c->train.lr,
                                            .floor = c->train.min_lr,
                                            .warmup = warmup,
                                            .total = t->total},
                               .context_weight = c->prompt.context_weight,
                               .context_steps = (int64_t)(c->prompt.context_until * (double)t->total + 0.5)};
    CAD_TRY(cad_stepper_init(&t->stepper, t->state, t->moments));
    if (!z->eval_tokens)
        return CAD_OK;
    return cad_evaluator_init(&t->evaluator, t->decoder, &t->val_loader, t->tokenizer, z->eval_tokens, t->state);
}

static cad_status set_paths(cad_trainer *t)
{
    const cad_config *c = t->cfg;
    if (t->o.run_dir)
        CAD_TRY(cad_buf_str(&t->run_path, t->o.run_dir));
    else
        CAD_TRY(cad_buf_printf(&t->run_path, "%s/%s", c->run.out_root, c->run.name));
    while (t->run_path.len > 1 && t->run_path.data[t->run_path.len - 1] == '/') /* the folder may have to be renamed */
        t->run_path.data[--t->run_path.len] = '\0';
    return cad_buf_printf(&t->ckpt_path, "%s/ckpt", t->run_path.data);
}

static void start_state(cad_trainer *t)
{
    t->at = (cad_train_state){
        .metric = (double)NAN, .best = (double)NAN, .seed = (uint64_t)t->cfg->run.seed, .lanes = CAD_PLAN_LANES, .ranks = 1};
    const cad_pack_info *i = &t->train_pack->info;
    cad_train_state_waive(&t->at, i->waived);
    if (cad_audit_retrieved_count(t->retrieved[0]) || cad_audit_retrieved_count(t->retrieved[1]))
        cad_train_state_waive(&t->at, CAD_PACK_LEAKY);
    snprintf(t->at.kind, sizeof t->at.kind, "%s", i->kind);
    snprintf(t->at.form, sizeof t->at.form, "%s", i->representation);
    snprintf(t->at.rag_index, sizeof t->at.rag_index, "%s", i->rag_index_xxh3);
}

cad_status cad_trainer_read_inputs(cad_trainer *t)
{
    static const char *const needed[] = {"run.name", "data.train"};
    CAD_TRY(cad_config_require(t->cfg, needed, sizeof needed / sizeof *needed));
    CAD_TRY(cad_device_open(t->device_key ? t->device_key : t->cfg->run.device, &t->device));
    t->ops = t->device.ops;
    cad_ops_set_matmul((cad_matmul)t->cfg->model.matmul);
    bool wanted = t->cfg->model.matmul == CAD_MATMUL_bf16 && !strcmp(t->ops->name, "cpu"); /* other back ends have one way */
    if (wanted && cad_ops_matmul() != CAD_MATMUL_bf16)
        cad_log(CAD_LOG_INFO, "model.matmul = bf16: no AVX512-BF16 with %s on this processor, products stay in f32",
                t->ops->isa);
    CAD_TRY(set_paths(t));
    CAD_TRY(cad_trainer_read_best(t->cfg->checkpoint.best_metric, &t->best_metric));
    CAD_TRY(cad_arena_create("rows", 1024 * MB, &t->rows));
    CAD_TRY(cad_arena_create("trainer scratch", 64 * MB, &t->scratch));
    CAD_TRY(open_inputs(t));
    return cad_config_print(t->cfg, &t->config_text);
}

cad_status cad_trainer_settle(cad_trainer *t)
{
    if (t->cfg->model.init == CAD_MODEL_INIT_random)
        CAD_TRY(cad_trainer_random_model(t));
    if (t->train_pack)
        CAD_TRY(settle_template(t));
    if (t->train_pack && t->tokenizer) {
        CAD_TRY(check_vocabulary(t));
        CAD_TRY(check_begin(t, t->cfg->data.train, t->train_pack));
    }
    if (t->val_pack && t->tokenizer)
        CAD_TRY(check_begin(t, t->cfg->data.val, t->val_pack));
    CAD_TRY(cad_trainer_check_retrieval(t));
    CAD_TRY(cad_trainer_audit(t));
    CAD_TRY(check_length(t, t->cfg->data.train, t->train_pack, &t->loader));
    CAD_TRY(check_length(t, t->cfg->data.val, t->val_pack, &t->val_loader));
    CAD_TRY(check_positions(t, t->cfg->data.train, t->train_pack, &t->loader));
    CAD_TRY(check_positions(t, t->cfg->data.val, t->val_pack, &t->val_loader));
    CAD_TRY(make_plan(t));
    if (!cad_trainer_has_samples(t))
        return CAD_OK;
    return cad_trainer_read_prompts(t);
}

static cad_status open_all(cad_trainer *t)
{
    CAD_TRY(cad_trainer_read_inputs(t));
    CAD_TRY(cad_trainer_settle(t));
    CAD_TRY(cad_trainer_size(t));
    CAD_TRY(cad_trainer_check_memory(t));
    start_state(t);
    /* Whoever has the directory may be writing the checkpoint that a look without the lock would miss. */
    if (!t->o.check)
        CAD_TRY(cad_run_dir_open(t->run_path.data, t->cfg->run.name, t->o.force_unlock, &t->run));
    CAD_TRY(cad_trainer_find_resume(t));
    CAD_TRY(make_decoder(t));
    CAD_TRY(make_stepper(t));
    CAD_TRY(cad_trainer_load_resume(t));
    t->at.micro_tokens = cad_plan_max_pass_tokens(t->plan);
    memcpy(t->at.base_hash, cad_decoder_base_hash(t->decoder), CAD_HASH_HEX);
    memcpy(t->at.data_hash, t->train_pack->info.tokens_xxh3, CAD_HASH_HEX);
    cad_hash128_hex(t->config_text.data, t->config_text.len, t->at.config_hash);
    snprintf(t->at.backend, sizeof t->at.backend, "%s", t->ops->name);
    return CAD_OK;
}

cad_status cad_trainer_open(const cad_config *cfg, const cad_trainer_opts *o, cad_trainer **out)
{
    cad_trainer *t;
    CAD_TRY(cad_mem_alloc(sizeof *t, "trainer", &t));
    t->cfg = cfg;
    t->o = *o;
    t->last_eval_step = -1;
    t->started = cad_clock_now();
    cad_status s = open_all(t);
    if (s != CAD_OK) {
        cad_trainer_close(t);
        return s;
    }
    *out = t;
    return CAD_OK;
}

cad_trainer_facts cad_trainer_get_facts(const cad_trainer *t)
{
    return (cad_trainer_facts){.parameters = cad_decoder_parameters(t->decoder),
                               .trained = t->params.count,
                               .rows = t->loader.n_rows,
                               .tokens = t->loader.n_tokens,
                               .loss_tokens = t->loader.n_targets,
                               .steps = t->total,
                               .steps_per_epoch = cad_plan_batches(t->plan, 0),
                               .max_pass_tokens = cad_plan_max_pass_tokens(t->plan),
                               .resume_step = t->at.step,
                               .run_dir = t->run_path.data};
}

void cad_trainer_close(cad_trainer *t)
{
    if (!t)
        return;
    cad_progress_destroy(t->progress);
    cad_metrics_close(t->metrics);
    if (t->run && !t->ran)
        cad_run_dir_withdraw(t->run);
    cad_run_dir_close(t->run);
    cad_engine_close(t->engine);
    cad_decoder_destroy(t->decoder);
    cad_pack_close(t->val_pack);
    json_decref(t->leaks);
    json_decref(t->retrieved[0]);
    json_decref(t->retrieved[1]);
    cad_pack_close(t->train_pack);
    cad_tokenizer_destroy(t->tokenizer);
    cad_buf *const text[] = {&t->run_path,        &t->ckpt_path,    &t->config_text, &t->model_json,
                             &t->generation_json, &t->resumed_from, &t->resume_named};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        cad_buf_deinit(text[i]);
    cad_arena_destroy(t->scratch);
    cad_arena_destroy(t->moments);
    cad_arena_destroy(t->state);
    cad_arena_destroy(t->rows);
    cad_mem_free(t);
}
