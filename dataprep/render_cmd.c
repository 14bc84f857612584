#include "dataprep/prep_cmd.h"
#include "dataprep/prep_share.h"
#include "dataprep/stage_render.h"

#include "core/log.h"
#include "core/progress.h"
#include "core/stop_signal.h"

static void tell(const cad_stage_render_args *args, const cad_stage_render_result *r)
{
    char parts[32], kept[32], none[32], rate[16];
    cad_progress_grouped(r->parts, parts);
    cad_progress_grouped(r->kept, kept);
    cad_progress_grouped(r->no_mesh, none);
    cad_progress_count((double)(r->parts - r->kept) / (r->seconds > 0 ? r->seconds : 1), rate);
    cad_log(CAD_LOG_INFO, "render: %s parts in %s; %s were there, %s have no mesh, %s parts/s", parts, args->out, kept, none,
            rate);
}

cad_status cad_cmd_render(cad_cli *cli)
{
    cad_config *cfg = NULL;
    bool done = false;
    const char *out = cad_cli_value(cli, "output");
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    if (cad_cli_nargs(cli) != 1)
        CAD_FAIL(CAD_EUSAGE, "render: %zu arguments; expected a corpus, a folder of STEP files or one of them",
                 cad_cli_nargs(cli));
    if (!out)
        CAD_FAIL(CAD_EUSAGE, "render: no output\nhint: cadprep render %s -o DIR", cad_cli_arg(cli, 0));
    cad_prep_job j;
    cad_prep_share share;
    const char *in = cad_cli_arg(cli, 0);
    CAD_TRY(cad_prep_job_open(cfg, ".", cad_cli_arena(cli), &j));
    CAD_TRY(cad_shard_parse(cad_cli_value(cli, "shard"), &j.shard));
    CAD_TRY(cad_prep_share_open(&j, "render", "prep.max_bad", &in, 1, out, &share));
    if (share.done)
        return CAD_OK;
    cad_stage_render_args args = {.in = in,
                                  .out = share.out,
                                  .shard = j.shard,
                                  .jobs = (int)cfg->prep.jobs,
                                  .max_bad = share.max_bad,
                                  .stop = cad_stop_signal()};
    cad_stage_render_result r = {.parts = 0};
    cad_stop_interrupt_catch();
    cad_status s = cad_stage_render(&args, &r);
    cad_stop_interrupt_release();
    if (s == CAD_OK || r.parts > 0)
        tell(&args, &r);
    return cad_prep_share_close(&j, &share, (cad_shard_tally){r.parts - r.no_mesh, r.no_mesh, r.no_mesh, r.parts}, s);
}
