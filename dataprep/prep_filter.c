/* Stages filter and dedup of a job: the settings of section [prep], and what came out. */
#include "core/log.h"
#include "core/path.h"
#include "core/progress.h"
#include "core/threads.h"
#include "dataprep/import_check.h"
#include "dataprep/prep_keys.h"
#include "dataprep/prep_share.h"
#include "dataprep/stage_filter.h"

#include <inttypes.h>
#include <string.h>

/* ---- filter ---- */

static const char FILTER_KEYS[] = CAD_PREP_ENTITIES_KEYS " " CAD_PREP_TOKENS_KEYS " prep.require_valid";

static cad_status run_filter(const cad_prep_job *j, cad_stage_filter_args *args, cad_stage_filter_result *r)
{
    cad_prep_job job = *j;
    cad_tokenizer *t = NULL;
    if (args->tokens > 0) {
        CAD_TRY(cad_prep_template_of(&job, args->in));
        CAD_TRY(cad_tokenizer_load_dir(j->tokenizer_dir, &t));
    }
    args->tokenizer = t;
    args->tpl = job.tpl;
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

cad_status cad_prep_filter(const cad_prep_job *j, const char *in, const char *out, int by)
{
    const cad_config_prep *p = &j->cfg->prep;
    cad_prep_share share;
    const char *inputs[2] = {in, NULL};
    if (by & CAD_PREP_FILTER_TOKENS && p->filter_tokens > 0)
        CAD_TRY(cad_path_join(j->arena, j->tokenizer_dir, "tokenizer.json", &inputs[1]));
    CAD_TRY(cad_prep_share_open(j, "filter", FILTER_KEYS, inputs, 2, out, &share));
    if (share.done)
        return CAD_OK;
    static const cad_filter_field field[] = {[CAD_PREP_FILTER_FIELD_row] = CAD_FILTER_row,
                                             [CAD_PREP_FILTER_FIELD_caption_step] = CAD_FILTER_caption_step,
                                             [CAD_PREP_FILTER_FIELD_output] = CAD_FILTER_output,
                                             [CAD_PREP_FILTER_FIELD_whole_data] = CAD_FILTER_whole_data};
    bool sizes = by & CAD_PREP_FILTER_ENTITIES;
    cad_stage_filter_args args = {.in = in,
                                  .out = share.out,
                                  .shard = share.rows,
                                  .min_entities = sizes ? p->min_entities : 0,
                                  .max_entities = sizes ? p->max_entities : 0,
                                  .tokens = by & CAD_PREP_FILTER_TOKENS ? p->filter_tokens : 0,
                                  .field = field[p->filter_field],
                                  .retrieved_tokens = j->cfg->rag.max_tokens,
                                  .kernel = by & CAD_PREP_FILTER_VALID,
                                  .jobs = (int)p->jobs};
    if (args.kernel && !cad_import_check_able())
        CAD_FAIL(CAD_EUNSUPPORTED, "filter: --require-valid needs the geometry kernel (CADLM_OCCT)");
    CAD_TRY(cad_threads_init(args.jobs));
    cad_stage_filter_result r;
    CAD_TRY(run_filter(j, &args, &r));
    tell_filter(&args, &r);
    return cad_prep_share_close(j, &share, (cad_shard_tally){r.kept, 0, 0, r.rows}, CAD_OK);
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

cad_status cad_prep_dedup(const cad_prep_job *j, const char *in, const char *out)
{
    const cad_config_prep *p = &j->cfg->prep;
    cad_stage_dedup_args args = {.in = in, .out = out, .cap_caption = p->cap_caption};
    CAD_TRY(take_keys(&p->dedup, &args));
    cad_stage_dedup_result r;
    CAD_TRY(cad_stage_dedup(&args, &r));
    tell_dedup(&args, &r);
    return CAD_OK;
}
