/* Stages round and reorder of a job, over a tree: the settings of section [prep], and what came out. */
#include "core/log.h"
#include "core/progress.h"
#include "core/threads.h"
#include "dataprep/prep_keys.h"
#include "dataprep/prep_share.h"
#include "dataprep/stage_tree.h"

#include <stdio.h>

static const size_t NAMES = (size_t)16 << 30; /* address space until it is used */

/* ---- telling ---- */

static const char *what_is_counted(const cad_stage_tree_args *args)
{
    return args->round != CAD_TREE_ROUND_none ? "numbers rounded" : "references that close a cycle";
}

/* "digits kept: 6 in 1,203 files, 7 in 12, all in 3" */
static cad_status tell_digits(const char *out, const cad_stage_tree_result *r)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (int k = 1; s == CAD_OK && k <= CAD_TREE_K; k++) {
        int64_t n = r->k[k % CAD_TREE_K];
        char count[32], digits[16];
        cad_progress_grouped(n, count);
        snprintf(digits, sizeof digits, "%d", k);
        if (n > 0)
            s = cad_buf_printf(&text, "%s%s in %s%s", text.len ? ", " : "", k < CAD_TREE_K ? digits : "all", count,
                               text.len ? "" : " files");
    }
    if (text.len)
        cad_log(CAD_LOG_INFO, "%s: digits kept: %s", out, text.data);
    cad_buf_deinit(&text);
    return s;
}

static cad_status tell(const cad_stage_tree_args *args, const cad_stage_tree_result *r)
{
    char files[32], in[32], out[32], count[32], rate[16];
    cad_progress_grouped(r->files - r->refused, files);
    cad_progress_count((double)r->bytes_in, in);
    cad_progress_count((double)r->bytes_out, out);
    cad_progress_grouped(r->count, count);
    cad_progress_count((double)r->files / (r->seconds > 0 ? r->seconds : 1), rate);
    cad_log(CAD_LOG_INFO, "%s: %s files, %sB to %sB, %s %s, %s files/s", args->out, files, in, out, count,
            what_is_counted(args), rate);
    if (args->order == CAD_TREE_ORDER_steplm) {
        cad_progress_grouped(r->lost, count);
        cad_log(CAD_LOG_INFO, "%s: %s entities lost by the order of STEP-LLM's tool", args->out, count);
    }
    if (args->tokenizer) {
        cad_progress_grouped(r->tokens_in, in);
        cad_progress_grouped(r->tokens_out, out);
        cad_log(CAD_LOG_INFO, "%s: %s tokens to %s", args->out, in, out);
    }
    if (r->others)
        cad_log(CAD_LOG_INFO, "%s: %lld others, which are no files named .step or .stp, were left alone", args->in,
                (long long)r->others);
    if (r->unwanted) {
        cad_progress_grouped(r->unwanted, files);
        cad_log(CAD_LOG_INFO, "%s: %s parts that no caption describes were left alone", args->in, files);
    }
    return tell_digits(args->out, r);
}

/* ---- what is asked for ---- */

/* A key whose value belongs to the other profile; what nobody set is the profile's own. */
static cad_status other_profile(const cad_config *cfg, const char *key, bool steplm)
{
    cad_buf value = CAD_BUF_INIT;
    CAD_TRY(cad_config_value(cfg, key, &value));
    cad_status s = cad_fail(CAD_ECONFIG, "%s = %s goes with prep.profile = %s", key, value.data, steplm ? "steplm" : "strict");
    cad_buf_deinit(&value);
    return s;
}

static cad_status take_round(const cad_config *cfg, bool steplm, cad_stage_tree_args *args)
{
    static const cad_tree_round way[] = {[CAD_PREP_ROUND_relative] = CAD_TREE_ROUND_relative,
                                         [CAD_PREP_ROUND_decimals] = CAD_TREE_ROUND_decimals,
                                         [CAD_PREP_ROUND_steplm] = CAD_TREE_ROUND_steplm,
                                         [CAD_PREP_ROUND_off] = CAD_TREE_ROUND_none};
    args->round = way[cfg->prep.round];
    if (steplm && !cad_config_is_set(cfg, "prep.round"))
        args->round = CAD_TREE_ROUND_steplm;
    if (steplm != (args->round == CAD_TREE_ROUND_steplm))
        return other_profile(cfg, "prep.round", !steplm);
    return CAD_OK;
}

static cad_status take_order(const cad_config *cfg, bool steplm, cad_stage_tree_args *args)
{
    static const cad_tree_order way[] = {[CAD_PREP_ORDER_dfs] = CAD_TREE_ORDER_dfs,
                                         [CAD_PREP_ORDER_defs_first] = CAD_TREE_ORDER_defs_first,
                                         [CAD_PREP_ORDER_steplm] = CAD_TREE_ORDER_steplm,
                                         [CAD_PREP_ORDER_steplm_topo] = CAD_TREE_ORDER_steplm_topo,
                                         [CAD_PREP_ORDER_none] = CAD_TREE_ORDER_none};
    args->order = way[cfg->prep.order];
    if (steplm && !cad_config_is_set(cfg, "prep.order"))
        args->order = CAD_TREE_ORDER_steplm;
    if (steplm != (args->order >= CAD_TREE_ORDER_steplm_topo))
        return other_profile(cfg, "prep.order", !steplm);
    return CAD_OK;
}

cad_status cad_prep_tree(const cad_prep_job *j, const char *in, const char *captions, const char *out, bool round, bool order)
{
    static const cad_steplm_group group[] = {[CAD_PREP_TOPO_GROUP_strict] = CAD_STEPLM_GROUP_strict,
                                             [CAD_PREP_TOPO_GROUP_type] = CAD_STEPLM_GROUP_type,
                                             [CAD_PREP_TOPO_GROUP_none] = CAD_STEPLM_GROUP_none};
    const cad_config *cfg = j->cfg;
    bool counts = cad_config_is_set(cfg, "tokenizer.path") && !cfg->tokenizer.own_bpe; /* not one that is yet to be learnt */
    cad_prep_share share;
    CAD_TRY(cad_prep_share_open(j,
                                round && order ? "files"
                                : round        ? "round"
                                               : "reorder",
                                CAD_PREP_TREE_KEYS, &in, 1, out, &share));
    if (share.done)
        return CAD_OK;
    cad_stage_tree_args args = {.in = in,
                                .out = share.out,
                                .shard = share.rows,
                                .share = j->part,
                                .digits = (int32_t)cfg->prep.digits,
                                .verify = cfg->prep.require_valid,
                                .group = group[cfg->prep.topo_group],
                                .annotate = cfg->prep.annotate,
                                .jobs = (int)cfg->prep.jobs,
                                .tokenizer = counts ? cfg->tokenizer.path : NULL,
                                .max_bad = share.max_bad};
    bool steplm = cfg->prep.profile == CAD_PREP_PROFILE_steplm;
    if (round)
        CAD_TRY(take_round(cfg, steplm, &args));
    if (order)
        CAD_TRY(take_order(cfg, steplm, &args));
    CAD_TRY(cad_threads_init((int)cfg->prep.jobs));
    cad_stage_tree_result r = {0};
    cad_arena *a;
    cad_wanted_parts *wanted = NULL;
    if (captions)
        CAD_TRY(cad_wanted_parts_open(captions, &wanted));
    args.wanted = wanted;
    cad_status s = cad_arena_create("names of files", NAMES, &a);
    if (s == CAD_OK) {
        s = cad_stage_tree(&args, a, &r);
        cad_arena_destroy(a);
    }
    cad_wanted_parts_close(wanted);
    if (s == CAD_OK || r.seconds > 0) {
        cad_kept_error why;
        cad_error_keep(&why);
        CAD_TRY(tell(&args, &r));
        cad_error_restore(&why);
    }
    return cad_prep_share_close(j, &share, (cad_shard_tally){r.files - r.refused, r.refused, r.refused, r.files}, s);
}
