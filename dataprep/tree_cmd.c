#include "dataprep/prep_cmd.h"
#include "dataprep/stage_tree.h"

#include "core/log.h"
#include "core/progress.h"
#include "core/threads.h"

static const size_t NAMES = (size_t)16 << 30; /* address space until it is used */

static void tell(const cad_stage_tree_args *args, const cad_stage_tree_result *r)
{
    char files[32], in[16], out[16], count[32], rate[16];
    cad_progress_grouped(r->files - r->refused, files);
    cad_progress_count((double)r->bytes_in, in);
    cad_progress_count((double)r->bytes_out, out);
    cad_progress_grouped(r->count, count);
    cad_progress_count((double)r->files / (r->seconds > 0 ? r->seconds : 1), rate);
    cad_log(CAD_LOG_INFO, "%s: %s files, %sB to %sB, %s %s, %s files/s", args->out, files, in, out, count,
            args->order ? "entities lost" : "numbers rounded", rate);
    if (r->others)
        cad_log(CAD_LOG_INFO, "%s: %lld others, which are no files named .step or .stp, were left alone", args->in,
                (long long)r->others);
}

static cad_status run(cad_cli *cli, bool order)
{
    cad_config *cfg = NULL;
    bool done = false;
    const char *name = order ? "reorder" : "round", *out = cad_cli_value(cli, "output");
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    if (cad_cli_nargs(cli) != 1)
        CAD_FAIL(CAD_EUSAGE, "%s: %zu arguments; expected a STEP file or a folder", name, cad_cli_nargs(cli));
    if (!out)
        CAD_FAIL(CAD_EUSAGE, "%s: no output\nhint: cadprep %s %s -o DIR", name, name, cad_cli_arg(cli, 0));
    if (cfg->prep.profile != CAD_PREP_PROFILE_steplm)
        CAD_FAIL(CAD_EUNSUPPORTED,
                 "%s: prep.profile = strict is not in this version\nhint: --profile=steplm gives the bytes of STEP-LLM's tools",
                 name);
    CAD_TRY(cad_threads_init((int)cfg->prep.jobs));
    cad_stage_tree_args args = {.in = cad_cli_arg(cli, 0), .out = out, .order = order, .max_bad = cfg->prep.max_bad};
    cad_stage_tree_result r;
    cad_arena *a;
    CAD_TRY(cad_arena_create("names of files", NAMES, &a));
    cad_status s = cad_stage_tree(&args, a, &r);
    cad_arena_destroy(a);
    if (s == CAD_OK || r.seconds > 0)
        tell(&args, &r);
    return s;
}

cad_status cad_cmd_round(cad_cli *cli)
{
    return run(cli, false);
}

cad_status cad_cmd_reorder(cad_cli *cli)
{
    return run(cli, true);
}
