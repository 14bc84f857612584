#include "dataprep/import_check.h"
#include "dataprep/prep_cmd.h"
#include "dataprep/prep_job.h"
#include "dataprep/stage_filter.h"
#include "dataprep/stage_stats.h"

#include "core/file_kind.h"
#include "core/log.h"
#include "core/path.h"
#include "core/progress.h"
#include "core/threads.h"

#include <inttypes.h>
#include <string.h>

/* One corpus in, one out, which are not the same file. */
static cad_status check_files(cad_cli *cli, const char *name)
{
    const char *out = cad_cli_value(cli, "output");
    if (cad_cli_nargs(cli) != 1)
        CAD_FAIL(CAD_EUSAGE, "%s: %zu arguments; expected one corpus", name, cad_cli_nargs(cli));
    if (!out)
        CAD_FAIL(CAD_EUSAGE, "%s: no output\nhint: cadprep %s %s -o OUT.jsonl", name, name, cad_cli_arg(cli, 0));
    if (!cad_path_ends(out, ".jsonl"))
        CAD_FAIL(CAD_EUSAGE, "%s: -o %s; expected a name ending in .jsonl", name, out);
    CAD_TRY(cad_file_expect(cad_cli_arg(cli, 0), CAD_FILE_corpus));
    return cad_make_parent(out);
}

/* ---- filter ---- */

static cad_status field_of(const char *name, cad_filter_field *out)
{
    static const char *const names[] = {"row", "caption-step", "output", "whole-data"};
    for (int k = 0; k < 4; k++)
        if (!strcmp(names[k], name)) {
            *out = (cad_filter_field)k;
            return CAD_OK;
        }
    CAD_FAIL(CAD_ECONFIG, "prep.filter_field: found '%s'; expected row, caption-step, output or whole-data", name);
}

static cad_status run_filter(const cad_prep_job *j, cad_stage_filter_args *args, cad_stage_filter_result *r)
{
    cad_tokenizer *t = NULL;
    if (args->tokens > 0)
        CAD_TRY(cad_tokenizer_load_dir(j->tokenizer_dir, &t));
    args->tokenizer = t;
    args->tpl = j->tpl;
    args->bos = j->cfg->prompt.bos != CAD_PROMPT_BOS_off;
    args->eos = j->cfg->prompt.eos == CAD_PROMPT_EOS_append;
    cad_status s = cad_stage_filter(args, r);
    cad_tokenizer_destroy(t);
    return s;
}

static void tell_filter(const cad_stage_filter_args *a, const cad_stage_filter_result *r)
{
    char kept[32], rows[32];
    cad_progress_grouped(r->kept, kept);
    cad_progress_grouped(r->rows, rows);
    cad_log(CAD_LOG_INFO, "filter: %s: %s of %s rows", a->out, kept, rows);
    if (r->many)
        cad_log(CAD_LOG_INFO, "  %-16s%12" PRId64 "   more than %" PRId64 " instances", "max_entities", r->many,
                a->max_entities);
    if (r->few)
        cad_log(CAD_LOG_INFO, "  %-16s%12" PRId64 "   fewer than %" PRId64 " instances", "min_entities", r->few,
                a->min_entities);
    if (r->tokens)
        cad_log(CAD_LOG_INFO, "  %-16s%12" PRId64 "   more than %" PRId64 " tokens", "filter_tokens", r->tokens, a->tokens);
    if (r->invalid)
        cad_log(CAD_LOG_INFO, "  %-16s%12" PRId64 "   no valid solid", "require_valid", r->invalid);
}

cad_status cad_cmd_filter(cad_cli *cli)
{
    cad_config *cfg = NULL;
    cad_prep_job j;
    bool done = false;
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(check_files(cli, "filter"));
    CAD_TRY(cad_prep_job_open(cfg, ".", cad_cli_arena(cli), &j));
    cad_stage_filter_args args = {.in = cad_cli_arg(cli, 0),
                                  .out = cad_cli_value(cli, "output"),
                                  .min_entities = cfg->prep.min_entities,
                                  .max_entities = cfg->prep.max_entities,
                                  .tokens = cfg->prep.filter_tokens,
                                  .kernel = cfg->prep.require_valid && cad_config_is_set(cfg, "prep.require_valid"),
                                  .jobs = (int)cfg->prep.jobs};
    CAD_TRY(field_of(cfg->prep.filter_field, &args.field));
    if (args.kernel && !cad_import_check_able())
        CAD_FAIL(CAD_EUNSUPPORTED, "filter: --require-valid needs the geometry kernel (CADLM_OCCT)");
    CAD_TRY(cad_threads_init(args.jobs));
    cad_stage_filter_result r;
    CAD_TRY(run_filter(&j, &args, &r));
    tell_filter(&args, &r);
    return CAD_OK;
}

/* ---- dedup ---- */

static cad_status take_keys(const cad_list *l, cad_stage_dedup_args *args)
{
    for (size_t i = 0; i < l->n; i++) {
        bool *to = !strcmp(l->item[i], "id")         ? &args->id
                   : !strcmp(l->item[i], "caption")  ? &args->caption
                   : !strcmp(l->item[i], "geometry") ? &args->geometry
                   : !strcmp(l->item[i], "program")  ? &args->program
                                                     : NULL;
        if (!to)
            CAD_FAIL(CAD_ECONFIG, "prep.dedup: found '%s'; expected of id caption geometry program\nhint: --explain=prep.dedup",
                     l->item[i]);
        *to = true;
    }
    return l->n ? CAD_OK : cad_fail(CAD_ECONFIG, "prep.dedup is empty; expected of id caption geometry program");
}

static void tell_dedup(const cad_stage_dedup_args *a, const cad_stage_dedup_result *r)
{
    char kept[32], rows[32], captions[32], geometries[32];
    cad_progress_grouped(r->kept, kept);
    cad_progress_grouped(r->rows, rows);
    cad_progress_grouped(r->captions, captions);
    cad_progress_grouped(r->geometries, geometries);
    cad_log(CAD_LOG_INFO, "dedup: %s: %s of %s rows; %s caption groups, %s geometry groups", a->out, kept, rows, captions,
            geometries);
    if (r->ids)
        cad_log(CAD_LOG_INFO, "  %-16s%12" PRId64 "   an id that was there before", "id", r->ids);
    if (r->twins)
        cad_log(CAD_LOG_INFO, "  %-16s%12" PRId64 "   the same%s%s%s as a row before", "same", r->twins,
                a->caption ? " caption" : "", a->geometry ? " geometry" : "", a->program ? " program" : "");
    if (r->capped)
        cad_log(CAD_LOG_INFO, "  %-16s%12" PRId64 "   more than %" PRId64 " of one caption in val or test", "cap_caption",
                r->capped, a->cap_caption);
}

cad_status cad_cmd_dedup(cad_cli *cli)
{
    cad_config *cfg = NULL;
    bool done = false;
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(check_files(cli, "dedup"));
    cad_stage_dedup_args args = {
        .in = cad_cli_arg(cli, 0), .out = cad_cli_value(cli, "output"), .cap_caption = cfg->prep.cap_caption};
    CAD_TRY(take_keys(&cfg->prep.dedup, &args));
    cad_stage_dedup_result r;
    CAD_TRY(cad_stage_dedup(&args, &r));
    tell_dedup(&args, &r);
    return CAD_OK;
}

/* ---- stats ---- */

static cad_status print_stats(const cad_cli *cli, const json_t *stats)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_cli_json(cli) ? cad_json_print(stats, &text) : cad_stats_block(stats, &text);
    if (s == CAD_OK && cad_cli_json(cli))
        s = cad_buf_str(&text, "\n");
    if (s == CAD_OK)
        s = cad_out(text.data, text.len);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_cmd_stats(cad_cli *cli)
{
    cad_config *cfg = NULL;
    cad_prep_job j;
    bool done = false;
    cad_tokenizer *t = NULL;
    json_t *stats = NULL;
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    if (cad_cli_nargs(cli) != 1)
        CAD_FAIL(CAD_EUSAGE, "stats: %zu arguments; expected a corpus, a folder of splits, or a list of captions",
                 cad_cli_nargs(cli));
    CAD_TRY(cad_prep_job_open(cfg, ".", cad_cli_arena(cli), &j));
    CAD_TRY(cad_threads_init((int)cfg->prep.jobs));
    if (cad_config_is_set(cfg, "tokenizer.path"))
        CAD_TRY(cad_tokenizer_load_dir(j.tokenizer_dir, &t));
    cad_status s = cad_stage_stats(&(cad_stage_stats_args){.in = cad_cli_arg(cli, 0),
                                                           .tokenizer = t,
                                                           .tokenizer_name = j.tokenizer_dir,
                                                           .tpl = j.tpl,
                                                           .bos = cfg->prompt.bos != CAD_PROMPT_BOS_off,
                                                           .eos = cfg->prompt.eos == CAD_PROMPT_EOS_append},
                                   &stats);
    cad_tokenizer_destroy(t);
    if (s == CAD_OK)
        s = print_stats(cli, stats);
    json_decref(stats);
    return s;
}
