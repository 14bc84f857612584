#include "dataprep/prep_cmd.h"
#include "dataprep/prep_job.h"

static cad_status run(cad_cli *cli, bool order)
{
    cad_config *cfg = NULL;
    cad_prep_job j;
    bool done = false;
    const char *name = order ? "reorder" : "round", *out = cad_cli_value(cli, "output");
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    if (cad_cli_nargs(cli) != 1)
        CAD_FAIL(CAD_EUSAGE, "%s: %zu arguments; expected a STEP file or a folder", name, cad_cli_nargs(cli));
    if (!out)
        CAD_FAIL(CAD_EUSAGE, "%s: no output\nhint: cadprep %s %s -o DIR", name, name, cad_cli_arg(cli, 0));
    CAD_TRY(cad_prep_job_open(cfg, ".", cad_cli_arena(cli), &j));
    CAD_TRY(cad_shard_parse(cad_cli_value(cli, "shard"), &j.shard));
    return cad_prep_tree(&j, cad_cli_arg(cli, 0), NULL, out, !order, order);
}

cad_status cad_cmd_round(cad_cli *cli)
{
    return run(cli, false);
}

cad_status cad_cmd_reorder(cad_cli *cli)
{
    return run(cli, true);
}
