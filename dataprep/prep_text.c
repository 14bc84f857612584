/* Stage text of a job: the settings of section [prep], and what came out. */
#include "core/log.h"
#include "core/progress.h"
#include "core/stop_signal.h"
#include "core/threads.h"
#include "dataprep/prep_keys.h"
#include "dataprep/prep_share.h"
#include "dataprep/stage_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static cad_status form_of(const cad_config *c, cad_step_form *out)
{
    const cad_config_prep *p = &c->prep;
    if (p->order != CAD_PREP_ORDER_dfs && p->order != CAD_PREP_ORDER_defs_first)
        CAD_FAIL(CAD_ECONFIG, "prep.order (%s): the stage text knows dfs and defs_first", cad_config_origin(c, "prep.order"));
    if (p->derive != CAD_PREP_DERIVE_off && p->ids != CAD_PREP_IDS_nested)
        CAD_FAIL(CAD_ECONFIG, "prep.derive needs prep.ids = nested");
    if (p->derive == CAD_PREP_DERIVE_lean &&
        (p->boilerplate != CAD_PREP_BOILERPLATE_template || p->names != CAD_PREP_NAMES_drop))
        CAD_FAIL(CAD_ECONFIG, "prep.derive = lean needs prep.boilerplate = template and prep.names = drop");
    *out = (cad_step_form){.order = p->order == CAD_PREP_ORDER_dfs ? CAD_STEP_ORDER_DFS : CAD_STEP_ORDER_DEFS_FIRST,
                           .ids = (cad_step_ids)p->ids,
                           .derive = (cad_step_derive)p->derive,
                           .boilerplate = p->boilerplate == CAD_PREP_BOILERPLATE_template,
                           .style = p->style == CAD_PREP_STYLE_keep,
                           .share = p->share == CAD_PREP_SHARE_geometry,
                           .names = p->names == CAD_PREP_NAMES_keep,
                           .mm = p->unit == CAD_PREP_UNIT_mm};
    return CAD_OK;
}

/* "order=dfs ids=nested ..": what packs keep as their representation. */
static cad_status represents(const cad_prep_job *j, const char **out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (const char *k = CAD_PREP_FORM_KEYS; s == CAD_OK && *k;) {
        char key[64];
        int n = 0;
        sscanf(k, "%63s%n", key, &n);
        s = cad_buf_printf(&text, "%s%s=", text.len ? " " : "", key + sizeof "prep." - 1);
        if (s == CAD_OK)
            s = cad_config_value(j->cfg, key, &text);
        k += n;
        k += *k == ' ';
    }
    if (s == CAD_OK)
        s = cad_arena_strdup(j->arena, text.data, text.len, out);
    cad_buf_deinit(&text);
    return s;
}

static void tell(const cad_stage_text_args *a, const cad_stage_text_result *r)
{
    char in[16], out[16], rate[16], instances[32];
    cad_progress_count((double)r->bytes_in, in);
    cad_progress_count((double)r->bytes_out, out);
    cad_progress_count((double)r->rows / (r->seconds > 0 ? r->seconds : 1), rate);
    cad_progress_grouped(r->instances, instances);
    if (a->steplm) {
        cad_log(CAD_LOG_INFO, "text: %" PRId64 " rows in %s, %sB to %sB, %s rows/s", r->rows - r->lost, a->out, in, out, rate);
        return;
    }
    cad_log(CAD_LOG_INFO,
            "text: %" PRId64 " rows in %s, %sB to %sB, %s rows/s; of %s instances %" PRId64 " kept, %" PRId64
            " left to the template, %" PRId64 " of colours dropped, %" PRId64 " shared, %" PRId64 " derived again",
            r->rows - r->lost, a->out, in, out, rate, instances, r->kept, r->templated, r->styles, r->shared, r->derivable);
    if (r->misfits || r->flat)
        cad_log(CAD_LOG_INFO, "text: %" PRId64 " rows keep their boilerplate, %" PRId64 " refer in circles (status.jsonl)",
                r->misfits, r->flat);
}

cad_status cad_prep_text(const cad_prep_job *j, const char *in, const char *out)
{
    cad_prep_share share;
    CAD_TRY(cad_prep_share_open(j, "text", CAD_PREP_TEXT_KEYS, &in, 1, out, &share));
    if (share.done)
        return CAD_OK;
    cad_stage_text_args args = {
        .in = in, .out = share.out, .shard = share.rows, .max_bad = share.max_bad, .stop = cad_stop_signal()};
    cad_stage_text_result r = {0};
    args.steplm = j->cfg->prep.profile == CAD_PREP_PROFILE_steplm;
    args.represents = "DATA section, rounded and ordered as STEP-LLM's tools do";
    if (!args.steplm) {
        CAD_TRY(form_of(j->cfg, &args.form));
        CAD_TRY(represents(j, &args.represents));
    }
    CAD_TRY(cad_threads_init((int)j->cfg->prep.jobs));
    cad_stop_interrupt_catch();
    cad_status s = cad_stage_text(&args, &r);
    cad_stop_interrupt_release();
    if (s == CAD_OK || s == CAD_EPARTIAL)
        tell(&args, &r);
    return cad_prep_share_close(j, &share, (cad_shard_tally){r.rows - r.lost, r.lost, r.lost, r.rows}, s);
}
