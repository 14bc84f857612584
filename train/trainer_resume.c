/* Continuing a run: which checkpoint, whether the configuration is the same, and loading it. */
#include "train/trainer_parts.h"

#include "core/file_kind.h"
#include "core/fs.h"
#include "core/log.h"

#include <inttypes.h>
#include <string.h>

/* What does not change the result of training, or does not belong to it.  run.device is but a word: see compare_backends. */
static bool may_differ(const char *key)
{
    static const char *const section[] = {"log.", "checkpoint.", "eval.", "sample.", "decode.", "metrics.", "synth.", "prep."};
    static const char *const single[] = {"run.threads", "run.device",   "run.notes",        "run.tags",
                                         "run.name",    "run.out_root", "data.expect_rows", "data.expect_tokens"};
    for (size_t i = 0; i < sizeof section / sizeof *section; i++)
        if (!strncmp(key, section[i], strlen(section[i])))
            return true;
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (!strcmp(key, single[i]))
            return true;
    return false;
}

static bool is_one_of(const char *const *list, const char *key)
{
    for (; *list; list++)
        if (!strcmp(key, *list))
            return true;
    return false;
}

/* Whether the weights, the adapter or the moments of a checkpoint are what they are by this key, so that none fits another
 * value of it.  What belongs to a random model or to an adapter does so only where one is trained. */
static bool is_fixed(const cad_config *c, const char *key)
{
    static const char *const always[] = {"model.init", "model.arch", "lora.enabled", "train.optimizer", NULL};
    static const char *const random[] = {"model.layers",   "model.width",       "model.heads",
                                         "model.kv_heads", "model.ffn",         "model.tie",
                                         "model.qkv_bias", "tokenizer.own_bpe", NULL};
    static const char *const adapter[] = {"lora.rank", "lora.alpha", "lora.rslora", "lora.targets", NULL};
    return is_one_of(always, key) || (c->model.init == CAD_MODEL_INIT_random && is_one_of(random, key)) ||
           (c->lora.enabled && is_one_of(adapter, key));
}

typedef struct comparison {
    cad_trainer *t;
    cad_buf refused; /* lines */
    cad_buf hint;
    cad_buf fixed; /* those of them that no word lets differ: "a, b" */
    cad_status status;
} comparison;

static cad_status add_change(cad_trainer *t, const char *key, const char *from, const char *to)
{
    if (t->n_changes == t->cap_changes) {
        cad_allowed_change *more;
        size_t cap = t->cap_changes ? t->cap_changes * 2 : 16;
        CAD_TRY(cad_arena_zalloc(t->rows, cap, sizeof *more, "allowed changes", &more));
        if (t->n_changes)
            memcpy(more, t->change, t->n_changes * sizeof *more);
        t->change = more;
        t->cap_changes = cap;
    }
    cad_allowed_change *c = &t->change[t->n_changes++];
    CAD_TRY(cad_arena_strdup(t->rows, key, strlen(key), &c->key));
    CAD_TRY(cad_arena_strdup(t->rows, from, strlen(from), &c->from));
    return cad_arena_strdup(t->rows, to, strlen(to), &c->to);
}

static bool is_allowed(const cad_trainer *t, const char *key)
{
    for (size_t i = 0; i < t->o.n_allow; i++)
        if (!strcmp(t->o.allow[i], key))
            return true;
    return false;
}

static cad_status refuse(comparison *c, const char *key, const char *from, const char *to)
{
    CAD_TRY(cad_buf_printf(&c->refused, "%s: '%s' in the checkpoint, '%s' now\n", key, from, to));
    if (is_fixed(c->t->cfg, key))
        return cad_buf_printf(&c->fixed, "%s%s", c->fixed.len ? ", " : "", key);
    return cad_buf_printf(&c->hint, " --allow-change=%s", key);
}

static cad_status take_change(comparison *c, const char *key, const char *from, const char *to)
{
    bool allowed = is_allowed(c->t, key) && !is_fixed(c->t->cfg, key);
    return allowed ? add_change(c->t, key, from, to) : refuse(c, key, from, to);
}

static void take_difference(void *ctx, const char *key, const char *a, const char *b)
{
    comparison *c = ctx;
    if (c->status == CAD_OK && !may_differ(key))
        c->status = take_change(c, key, a, b);
}

/* The state in a checkpoint; of one that cannot be read the step is -1. */
static cad_status look_at(const char *checkpoint, cad_train_state *out)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/trainer_state.json", checkpoint);
    *out = (cad_train_state){.step = -1};
    if (s == CAD_OK)
        s = cad_train_state_load(path.data, out);
    cad_buf_deinit(&path);
    return s == CAD_ENOMEM ? s : CAD_OK;
}

/* The same word, auto, may mean another back end on another machine, and another word the same one. */
static cad_status compare_backends(comparison *c)
{
    const char *now = c->t->ops->name;
    cad_train_state then;
    CAD_TRY(look_at(c->t->resumed_from.data, &then));
    return then.step < 0 || !strcmp(then.backend, now) ? CAD_OK : take_change(c, "run.device", then.backend, now);
}

/* Both sides are read from their printed form, in which paths are absolute. */
static cad_status compare(cad_trainer *t, const char *file)
{
    cad_frame mark = cad_arena_mark(t->scratch);
    const cad_config_source then = {.kind = CAD_CONFIG_FILE, .name = file};
    const cad_config_source now = {.kind = CAD_CONFIG_TEXT, .name = "this run", .text = t->config_text.data};
    cad_config *a, *b;
    CAD_TRY(cad_config_load(&then, 1, t->scratch, NULL, &a));
    CAD_TRY(cad_config_load(&now, 1, t->scratch, NULL, &b));
    comparison c = {.t = t};
    cad_status s = cad_config_diff(a, b, take_difference, &c);
    if (s == CAD_OK)
        s = c.status;
    if (s == CAD_OK)
        s = compare_backends(&c);
    if (s == CAD_OK && c.fixed.len > 0)
        s = cad_fail(CAD_ECONFIG,
                     "cannot continue %s: the configuration differs:\n%shint: a checkpoint fixes %s: --resume=no or another "
                     "run.name starts afresh",
                     t->resumed_from.data, c.refused.data, c.fixed.data);
    else if (s == CAD_OK && c.refused.len > 0)
        s = cad_fail(CAD_ECONFIG,
                     "cannot continue %s: the configuration differs:\n%shint: --resume=no starts afresh; accept with%s",
                     t->resumed_from.data, c.refused.data, c.hint.data);
    cad_buf_deinit(&c.refused);
    cad_buf_deinit(&c.hint);
    cad_buf_deinit(&c.fixed);
    CAD_TRY(s);
    cad_arena_rewind(t->scratch, mark);
    return CAD_OK;
}

/* ---- --resume=DIR ---- */

/* What DIR names: absolute, without a slash at its end, and behind `latest` or `best`. */
static cad_status name_checkpoint(const char *dir, cad_buf *out)
{
    cad_buf target = CAD_BUF_INIT;
    cad_status s = cad_fs_absolute(dir, out);
    while (s == CAD_OK && out->len > 1 && out->data[out->len - 1] == '/')
        out->data[--out->len] = '\0';
    if (s == CAD_OK && cad_fs_readlink(out->data, &target) == CAD_OK && !strchr(target.data, '/')) {
        out->len = (size_t)(strrchr(out->data, '/') - out->data) + 1;
        s = cad_buf_str(out, target.data);
    }
    cad_buf_deinit(&target);
    return s;
}

/* Whether the last start of this run was told the same. */
static cad_status was_named(const cad_trainer *t, bool *out)
{
    enum { MAX_RUN_JSON = 16 << 20 };
    cad_buf path = CAD_BUF_INIT;
    json_t *run = NULL;
    cad_status s = cad_buf_printf(&path, "%s/run.json", t->run_path.data);
    if (s == CAD_OK)
        s = cad_json_read(path.data, MAX_RUN_JSON, &run);
    const json_t *list = json_object_get(run, "restarts"), *last = json_array_get(list, json_array_size(list) - 1);
    const char *from = json_string_value(json_object_get(last, "from"));
    *out = from && !strcmp(from, t->resume_named.data);
    json_decref(run);
    cad_buf_deinit(&path);
    return s == CAD_ENOMEM ? s : CAD_OK; /* without a run.json nothing was named */
}

/* The newest checkpoint of this run, where DIR was taken by the start before and training went on from there. */
static cad_status find_behind(cad_trainer *t, const char *dir)
{
    bool again;
    cad_train_state then, now;
    CAD_TRY(was_named(t, &again));
    cad_status s = again ? cad_checkpoint_find(t->ckpt_path.data, t->scratch, &t->resumed_from) : CAD_ENOTFOUND;
    if (s == CAD_ENOTFOUND)
        return CAD_OK;
    CAD_TRY(s);
    CAD_TRY(look_at(dir, &then));
    CAD_TRY(look_at(t->resumed_from.data, &now));
    if (now.step <= then.step) {
        cad_buf_clear(&t->resumed_from);
        return CAD_OK;
    }
    cad_log(CAD_LOG_INFO,
            "--resume=%s was done by the last start: this one goes on from there; another --run-dir starts from it again", dir);
    return CAD_OK;
}

static cad_status take_named(cad_trainer *t, const char *dir)
{
    bool there = cad_fs_is_dir(dir); /* the rotation may have removed it */
    if (there)
        CAD_TRY(cad_file_expect(dir, CAD_FILE_model));
    CAD_TRY(name_checkpoint(dir, &t->resume_named));
    CAD_TRY(find_behind(t, dir));
    if (t->resumed_from.len)
        return CAD_OK;
    if (there)
        return cad_buf_str(&t->resumed_from, dir);
    CAD_FAIL(CAD_ENOTFOUND,
             "--resume=%s: no such folder; expected auto, no, or the folder of a checkpoint\nhint: "
             "--resume=runs/NAME/ckpt/latest",
             dir);
}

bool cad_trainer_starts_afresh(const cad_trainer *t)
{
    return t->o.resume && !strcmp(t->o.resume, "no");
}

cad_status cad_trainer_find_resume(cad_trainer *t)
{
    const char *how = t->o.resume ? t->o.resume : "auto";
    if (cad_trainer_starts_afresh(t))
        return CAD_OK;
    if (!strcmp(how, "auto")) {
        cad_status s = cad_checkpoint_find(t->ckpt_path.data, t->scratch, &t->resumed_from);
        if (s == CAD_ENOTFOUND)
            return CAD_OK;
        CAD_TRY(s);
    } else {
        CAD_TRY(take_named(t, how));
    }
    cad_buf file = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&file, "%s/config.ini", t->resumed_from.data);
    if (s == CAD_OK)
        s = compare(t, file.data);
    cad_buf_deinit(&file);
    return s;
}

static cad_status check_hash(const cad_trainer *t, const char *what, const char *key, const char *then, const char *now)
{
    if (!strcmp(then, now) || is_allowed(t, key))
        return CAD_OK;
    CAD_FAIL(CAD_EDATA, "cannot continue %s: %s had hash %s, now %s\nhint: accept with --allow-change=%s", t->resumed_from.data,
             what, then, now, key);
}

cad_status cad_trainer_load_resume(cad_trainer *t)
{
    if (t->resumed_from.len == 0)
        return CAD_OK;
    cad_train_state s;
    CAD_TRY(cad_checkpoint_load(t->resumed_from.data, t->decoder, t->optimizer, &s));
    CAD_TRY(check_hash(t, t->cfg->data.train, "data.train", s.data_hash, t->train_pack->info.tokens_xxh3));
    CAD_TRY(check_hash(t, t->cfg->model.path, "model.path", s.base_hash, cad_decoder_base_hash(t->decoder)));
    if (s.seed != (uint64_t)t->cfg->run.seed)
        cad_log(CAD_LOG_WARN, "the checkpoint was made with seed %" PRIu64 "; rows and masks now follow seed %" PRId64, s.seed,
                t->cfg->run.seed);
    /* A plan that was allowed to change may have fewer batches than the one that was left. */
    if (s.batch >= cad_plan_batches(t->plan, s.epoch)) {
        s.epoch++;
        s.batch = 0;
    }
    s.lanes = CAD_PLAN_LANES;
    s.ranks = 1;
    /* What the checkpoint learnt from before stays told, and so does what this run's pack waives. */
    cad_train_state_waive(&s, t->at.waived);
    memcpy(s.kind, t->at.kind, sizeof s.kind);
    memcpy(s.form, t->at.form, sizeof s.form);
    memcpy(s.rag_index, t->at.rag_index, sizeof s.rag_index);
    t->at = s;
    t->wall_before = s.wall_s;
    return CAD_OK;
}
