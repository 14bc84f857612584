/* Continuing a run: which checkpoint, whether the configuration is the same, and loading it. */
#include "train/trainer_parts.h"

#include "core/file_kind.h"
#include "core/fs.h"
#include "core/log.h"

#include <inttypes.h>
#include <string.h>

/* What does not change the result of training, or does not belong to it. */
static bool may_differ(const char *key)
{
    static const char *const section[] = {"log.", "checkpoint.", "eval.", "sample.", "decode.", "metrics.", "synth.", "prep."};
    static const char *const single[] = {"run.threads",  "run.notes",        "run.tags",          "run.name",
                                         "run.out_root", "data.expect_rows", "data.expect_tokens"};
    for (size_t i = 0; i < sizeof section / sizeof *section; i++)
        if (!strncmp(key, section[i], strlen(section[i])))
            return true;
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (!strcmp(key, single[i]))
            return true;
    return false;
}

typedef struct comparison {
    cad_trainer *t;
    cad_buf refused; /* lines */
    cad_buf hint;
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
    return cad_buf_printf(&c->hint, " --allow-change=%s", key);
}

static void take_difference(void *ctx, const char *key, const char *a, const char *b)
{
    comparison *c = ctx;
    if (c->status != CAD_OK || may_differ(key))
        return;
    c->status = is_allowed(c->t, key) ? add_change(c->t, key, a, b) : refuse(c, key, a, b);
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
    if (s == CAD_OK && c.refused.len > 0)
        s = cad_fail(CAD_ECONFIG,
                     "cannot continue %s: the configuration differs:\n%shint: --resume=no starts afresh; accept with%s",
                     t->resumed_from.data, c.refused.data, c.hint.data);
    cad_buf_deinit(&c.refused);
    cad_buf_deinit(&c.hint);
    CAD_TRY(s);
    cad_arena_rewind(t->scratch, mark);
    return CAD_OK;
}

cad_status cad_trainer_find_resume(cad_trainer *t)
{
    const char *how = t->o.resume ? t->o.resume : "auto";
    if (!strcmp(how, "no"))
        return CAD_OK;
    if (!strcmp(how, "auto")) {
        cad_status s = cad_checkpoint_find(t->ckpt_path.data, t->scratch, &t->resumed_from);
        if (s == CAD_ENOTFOUND)
            return CAD_OK;
        CAD_TRY(s);
    } else if (cad_fs_is_dir(how)) {
        CAD_TRY(cad_file_expect(how, CAD_FILE_model));
        CAD_TRY(cad_buf_str(&t->resumed_from, how));
    } else {
        CAD_FAIL(CAD_ENOTFOUND,
                 "--resume=%s: no such folder; expected auto, no, or the folder of a checkpoint\nhint: "
                 "--resume=runs/NAME/ckpt/latest",
                 how);
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

/* What the checkpoint learnt from before stays told, and so does what this run's pack waives: words of either, each once. */
static void join_waived(char list[CAD_WAIVED_MAX], const char *more)
{
    for (size_t n; *more; more += n + (more[n] == ',')) {
        n = strcspn(more, ",");
        bool there = false;
        for (const char *word = list; *word && !there; word += strcspn(word, ","), word += *word == ',')
            there = strcspn(word, ",") == n && !strncmp(word, more, n);
        size_t len = strlen(list);
        if (!there)
            snprintf(list + len, CAD_WAIVED_MAX - len, "%s%.*s", len ? "," : "", (int)n, more);
    }
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
    join_waived(s.waived, t->at.waived);
    t->at = s;
    t->wall_before = s.wall_s;
    return CAD_OK;
}
