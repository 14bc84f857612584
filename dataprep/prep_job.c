#include "dataprep/prep_job.h"

#include "core/file_kind.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/progress.h"
#include "core/stop_signal.h"
#include "dataprep/audit.h"
#include "dataprep/stage_pack.h"
#include "dataprep/stage_split.h"
#include "dataprep/stage_synth.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

cad_status cad_prep_path(const cad_prep_job *j, const char *name, const char **out)
{
    char path[4200];
    int n = snprintf(path, sizeof path, "%s/%s", j->dir, name);
    if (n < 0 || (size_t)n >= sizeof path)
        CAD_FAIL(CAD_EINVAL, "path too long: %s/%s", j->dir, name);
    return cad_arena_strdup(j->arena, path, (size_t)n, out);
}

cad_status cad_prep_job_open(const cad_config *cfg, const char *dir, cad_arena *arena, cad_prep_job *out)
{
    cad_prep_job j = {.cfg = cfg, .arena = arena, .dir = dir, .tokenizer_dir = cfg->tokenizer.path};
    const char *name = *cfg->prompt.template_ ? cfg->prompt.template_ : "ir";
    CAD_TRY(cad_template_get(name, *cfg->prompt.file ? cfg->prompt.file : NULL, arena, &j.tpl));
    if (cfg->tokenizer.own_bpe > 0 && !cad_config_is_set(cfg, "tokenizer.path"))
        CAD_TRY(cad_prep_path(&j, "tokenizer", &j.tokenizer_dir));
    *out = j;
    return CAD_OK;
}

cad_status cad_prep_settings(const cad_prep_job *j, const char *keys, cad_buf *text)
{
    for (const char *k = keys; *k;) {
        char key[64];
        size_t n = strcspn(k, " ");
        snprintf(key, sizeof key, "%.*s", (int)n, k);
        CAD_TRY(cad_buf_printf(text, "%s=", key));
        CAD_TRY(cad_config_value(j->cfg, key, text));
        CAD_TRY(cad_buf_str(text, "\n"));
        k += n + (k[n] == ' ');
    }
    return CAD_OK;
}

static cad_synth_names names(const cad_list *l)
{
    return (cad_synth_names){l->item, l->n};
}

static cad_status synth_opts(const cad_prep_job *j, cad_synth_opts *out)
{
    const cad_config_synth *c = &j->cfg->synth;
    uint64_t seed = (uint64_t)j->cfg->run.seed;
    if (c->kind == CAD_SYNTH_KIND_ir) {
        CAD_TRY(cad_synth_opts_make(seed, names(&c->families), names(&c->units), names(&c->captions), c->primitives, out));
    } else {
        if (c->captions_each != 1)
            CAD_FAIL(CAD_ECONFIG, "synth.captions_each = %" PRId64 "; expected 1 with synth.kind = step: a STEP file has one",
                     c->captions_each);
        if (c->n > 99999999)
            CAD_FAIL(CAD_ECONFIG, "synth.n = %" PRId64 "; expected at most 99999999 with synth.kind = step: ids of 8 digits",
                     c->n);
        CAD_TRY(cad_synth_step_opts_make(seed, names(&c->families), names(&c->units), out));
    }
    out->captions = (int)c->captions_each;
    out->noise = c->noise;
    return CAD_OK;
}

static void tell_synth(const cad_stage_synth_args *args, const cad_stage_synth_result *r)
{
    if (!args->opts.step) {
        cad_log(CAD_LOG_INFO,
                "synth: %" PRId64 " rows of %" PRId64 " parts in %s%s; %" PRId64 " parts and %" PRId64
                " ambiguous captions left out",
                r->rows, args->n - r->failed, args->out, r->checked ? ", all compiled and checked" : ", none compiled",
                r->failed, r->ambiguous);
        return;
    }
    char rate[16];
    cad_progress_count((double)args->n / (r->seconds > 0 ? r->seconds : 1), rate);
    cad_log(CAD_LOG_INFO,
            "synth: %" PRId64 " parts in %s, all compiled and checked, %s parts/s; %" PRId64
            " repeat the geometry of another; %" PRId64 " parts and %" PRId64 " ambiguous captions left out",
            r->rows, args->out, rate, r->repeated, r->failed, r->ambiguous);
}

cad_status cad_prep_synth(const cad_prep_job *j, const char *out)
{
    cad_stage_synth_args args = {.n = j->cfg->synth.n,
                                 .jobs = (int)j->cfg->prep.jobs,
                                 .max_bad = j->cfg->prep.max_bad,
                                 .out = out,
                                 .stop = cad_stop_signal()};
    cad_stage_synth_result r;
    CAD_TRY(synth_opts(j, &args.opts));
    cad_stop_interrupt_catch();
    cad_status s = cad_stage_synth(&args, &r);
    cad_stop_interrupt_release();
    CAD_TRY(s);
    if (*args.stop)
        CAD_FAIL(CAD_EINTR, "interrupted; %s is written", out);
    tell_synth(&args, &r);
    return CAD_OK;
}

cad_status cad_prep_join(const cad_prep_job *j, const cad_list *l, const char **out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < l->n; i++)
        s = cad_buf_printf(&text, "%s%s", i ? "," : "", l->item[i]);
    if (s == CAD_OK)
        s = cad_arena_strdup(j->arena, cad_buf_cstr(&text), text.len, out);
    cad_buf_deinit(&text);
    return s;
}

static cad_status check_groups(const cad_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->item[i], "caption") != 0 && strcmp(l->item[i], "geometry") != 0)
            CAD_FAIL(CAD_ECONFIG, "prep.group: found '%s'; expected of caption geometry\nhint: --explain=prep.group",
                     l->item[i]);
    return CAD_OK;
}

/* More than this share of the rows in one group, and the shares of the splits are luck. */
static const double LARGE_GROUP = 0.05;

static void tell_split(const cad_stage_split_args *args, const cad_stage_split_result *r)
{
    int64_t rows = r->rows[0] + r->rows[1] + r->rows[2] + r->left + r->repeated;
    cad_log(CAD_LOG_INFO,
            "split: train %" PRId64 ", val %" PRId64 ", test %" PRId64 " rows of %" PRId64 " groups; %" PRId64
            " %s left out; suite of %" PRId64 " prompts in %" PRId64 " families",
            r->rows[0], r->rows[1], r->rows[2], r->groups, r->step ? r->left : r->repeated,
            r->step ? "rows" : "repeated captions", r->suite_rows, r->suite_families);
    if (!r->step)
        return;
    cad_log(CAD_LOG_INFO,
            "split: groups in train %" PRId64 ", val %" PRId64 ", test %" PRId64 "; the largest has %" PRId64 " rows",
            r->groups_in[0], r->groups_in[1], r->groups_in[2], r->largest);
    if (r->left)
        cad_log(CAD_LOG_INFO, "split: %s/split.dropped.csv names the rows that were left out", args->out);
    if (!args->steplm && args->by_caption && args->by_geometry && (double)r->largest > LARGE_GROUP * (double)rows) {
        cad_log(CAD_LOG_WARN, "one group has %" PRId64 " of %" PRId64 " rows: captions and geometry tie them together",
                r->largest, rows);
        cad_log_note("hint: cadprep split %s -o %s --group=caption", args->in, args->out);
    }
}

cad_status cad_prep_split(const cad_prep_job *j, const char *in, const char *list)
{
    const cad_config_prep *c = &j->cfg->prep;
    CAD_TRY(check_groups(&c->group));
    cad_stage_split_args args = {.in = in,
                                 .out = j->dir,
                                 .by_caption = cad_list_has(&c->group, "caption"),
                                 .by_geometry = cad_list_has(&c->group, "geometry"),
                                 .steplm = c->profile == CAD_PREP_PROFILE_steplm,
                                 .seed = (uint64_t)j->cfg->run.seed,
                                 .cap_caption = c->cap_caption,
                                 .list = list,
                                 .suite_rows = c->suite_rows};
    cad_split_shares(&c->split, args.share);
    cad_stage_split_result r;
    CAD_TRY(cad_split_corpus(&args, &r));
    tell_split(&args, &r);
    return CAD_OK;
}

cad_status cad_prep_tokenizer(const cad_prep_job *j)
{
    cad_prep_job job = *j;
    const char *train = NULL;
    int64_t vocab = 0;
    if (j->cfg->tokenizer.own_bpe <= 0)
        CAD_FAIL(CAD_ECONFIG, "tokenizer.own_bpe is 0; expected the size of the vocabulary to learn\nhint: --own-bpe=1024");
    if (cad_file_kind_of(j->tokenizer_dir) == CAD_FILE_model)
        CAD_FAIL(CAD_ECONFIG, "%s: a model; the tokenizer to learn would replace its own\nhint: --tokenizer=%s/tokenizer",
                 j->tokenizer_dir, j->dir);
    CAD_TRY(cad_prep_path(j, "train.jsonl", &train));
    CAD_TRY(cad_prep_template_of(&job, train));
    CAD_TRY(cad_stage_tokenizer(train, job.tpl, j->cfg->tokenizer.own_bpe, j->tokenizer_dir, &vocab));
    cad_log(CAD_LOG_INFO, "tokenizer: %" PRId64 " tokens in %s", vocab, j->tokenizer_dir);
    return CAD_OK;
}

/* Without a word on the tokenizer, the one that was learnt beside the rows. */
cad_status cad_prep_own_tokenizer(cad_prep_job *j, const char *corpus_dir)
{
    const cad_config *c = j->cfg;
    char dir[4200], file[4300];
    if (cad_config_is_set(c, "tokenizer.path") || cad_config_is_set(c, "model.path") || c->tokenizer.own_bpe > 0)
        return CAD_OK;
    snprintf(dir, sizeof dir, "%s/tokenizer", corpus_dir);
    snprintf(file, sizeof file, "%s/tokenizer.json", dir);
    if (cad_fs_exists(file))
        CAD_TRY(cad_arena_strdup(j->arena, dir, strlen(dir), &j->tokenizer_dir));
    cad_log(CAD_LOG_INFO, "tokenizer: %s (%s; --tokenizer=DIR takes another)", j->tokenizer_dir,
            j->tokenizer_dir == c->tokenizer.path ? "the shipped model's: none lies beside the rows"
                                                  : "it lies beside the rows");
    return CAD_OK;
}

/* Whether rows of a pack may have lost their ends. */
static bool has_cut(const json_t *report)
{
    const char *name;
    json_t *facts;
    json_object_foreach((json_t *)(uintptr_t)report, name, facts)
    {
        const char *waived = json_string_value(json_object_get(facts, "waived"));
        if (waived && strstr(waived, "cut_answer"))
            return true;
    }
    return false;
}

static void tell_verified(const cad_prep_job *j, const json_t *report)
{
    const json_t *leaks = json_object_get(report, "leaks");
    json_int_t captions = json_integer_value(json_object_get(leaks, "caption")),
               geometries = json_integer_value(json_object_get(leaks, "geometry")),
               ungrouped = json_integer_value(json_object_get(leaks, "ungrouped"));
    if (ungrouped)
        cad_log(CAD_LOG_WARN,
                "verify: %s: %" JSON_INTEGER_FORMAT
                " rows have no geometry group: whether their parts lie in two splits is unknown",
                j->dir, ungrouped);
    int64_t shown = cad_audit_retrieved_count(json_object_get(report, "retrieval"));
    if (shown)
        cad_log(CAD_LOG_WARN, "verify: %s: %" PRId64 " leaks through retrieval, which rag.allow_leak lets pass", j->dir, shown);
    const char *holds = has_cut(report) ? "hashes and spans hold, and of rows that were not cut (audit.waive) end tokens"
                                        : "hashes, spans and end tokens hold";
    if (captions || geometries)
        cad_log(CAD_LOG_WARN,
                "verify: %s: %s; %" JSON_INTEGER_FORMAT " captions and %" JSON_INTEGER_FORMAT
                " geometries lie in two splits, which were not made to keep them apart (prep.group)",
                j->dir, holds, captions, geometries);
    else
        cad_log(CAD_LOG_INFO, "verify: %s: %s; nothing lies in two splits", j->dir, holds);
}

cad_status cad_prep_verify(const cad_prep_job *j, const char *against, json_t **report)
{
    char path[4200];
    cad_tokenizer *t = NULL;
    const cad_list *group = &j->cfg->prep.group;
    CAD_TRY(check_groups(group));
    cad_verify_args args = {.dir = j->dir,
                            .captions = cad_list_has(group, "caption"),
                            .geometry = cad_list_has(group, "geometry"),
                            .as_packed = !cad_config_is_set(j->cfg, "prep.group"),
                            .allow_leak = j->cfg->rag.allow_leak,
                            .against = against};
    snprintf(path, sizeof path, "%s/tokenizer.json", j->tokenizer_dir);
    if (cad_fs_exists(path) && (cad_config_is_set(j->cfg, "tokenizer.path") || j->cfg->tokenizer.own_bpe > 0)) {
        CAD_TRY(cad_tokenizer_load_dir(j->tokenizer_dir, &t));
        args.tokenizer_xxh3 = cad_tokenizer_hash(t);
    }
    if (*j->cfg->prompt.template_)
        args.template_xxh3 = j->tpl->hash;
    cad_status s = cad_verify_dir(&args, report);
    cad_tokenizer_destroy(t);
    if (s == CAD_OK)
        tell_verified(j, *report);
    return s;
}
