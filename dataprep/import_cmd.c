#include "dataprep/prep_cmd.h"
#include "dataprep/prep_job.h"

#include "core/fs.h"
#include "core/path.h"
#include "dataprep/captions_csv.h"

/* DIR of cadprep synth: DIR/parts and DIR/captions.csv.  Any other folder is the parts themselves. */
static cad_status take_folder(cad_cli *cli, const char *dir, cad_stage_import_args *args)
{
    const char *parts, *captions;
    CAD_TRY(cad_path_join(cad_cli_arena(cli), dir, "parts", &parts));
    CAD_TRY(cad_path_join(cad_cli_arena(cli), dir, "captions.csv", &captions));
    bool both = cad_fs_is_dir(parts) && cad_fs_is_file(captions);
    if (!args->parts)
        args->parts = both ? parts : dir;
    if (!args->captions && both)
        args->captions = captions;
    return CAD_OK;
}

/* A list of captions that is given as rows of JSON. */
static cad_status check_rows(const cad_stage_import_args *args)
{
    bool captions = cad_fs_is_file(args->in) && cad_captions_is(args->in);
    if (captions || (cad_fs_is_file(args->in) && cad_path_ends(args->in, ".csv")))
        CAD_FAIL(CAD_EDATA, "%s: %s; expected rows of JSON\nhint: cadprep import -o %s --captions=%s --parts=%s", args->in,
                 captions ? "a list of captions (CSV)" : "a CSV file", args->out, args->in, args->parts ? args->parts : "DIR");
    return CAD_OK;
}

static cad_status check_args(const cad_cli *cli, cad_config *cfg, const cad_stage_import_args *args)
{
    if (!args->out)
        CAD_FAIL(CAD_EUSAGE, "import: no output\nhint: cadprep import -o raw.jsonl --captions=c.csv --parts=abc");
    if (!cad_path_ends(args->out, ".jsonl"))
        CAD_FAIL(CAD_EUSAGE, "import: -o %s; expected a name ending in .jsonl", args->out);
    if (cad_cli_nargs(cli) > 1)
        CAD_FAIL(CAD_EUSAGE, "import: %zu inputs; expected one at most", cad_cli_nargs(cli));
    if (cfg->prep.from == CAD_PREP_FROM_jsonl && !args->in)
        CAD_FAIL(CAD_EUSAGE, "import: --from=jsonl without a file\nhint: cadprep import rows.json -o %s", args->out);
    if (args->in)
        CAD_TRY(check_rows(args));
    if (args->in && (args->parts || args->captions))
        CAD_FAIL(CAD_EUSAGE, "import: %s and --%s; expected rows of JSON, or captions and parts", args->in,
                 args->parts ? "parts" : "captions");
    if (args->in)
        return CAD_OK;
    if (!args->parts)
        CAD_FAIL(CAD_EUSAGE, "import: no parts\nhint: --parts=DIR, and --captions=FILE.csv; or a file of rows");
    if (cfg->prep.from == CAD_PREP_FROM_steplm && !args->captions)
        CAD_FAIL(CAD_EUSAGE, "import: --from=steplm without captions\nhint: --captions=FILE.csv, or --from=dir");
    return CAD_OK;
}

cad_status cad_cmd_import(cad_cli *cli)
{
    cad_config *cfg = NULL;
    bool done = false;
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    cad_stage_import_args args = {.captions = *cfg->prep.captions ? cfg->prep.captions : NULL,
                                  .parts = *cfg->prep.parts ? cfg->prep.parts : NULL,
                                  .out = cad_cli_value(cli, "output")};
    cad_prep_job job;
    if (cad_cli_nargs(cli) == 1 && cad_fs_is_dir(cad_cli_arg(cli, 0)))
        CAD_TRY(take_folder(cli, cad_cli_arg(cli, 0), &args));
    else if (cad_cli_nargs(cli) == 1)
        args.in = cad_cli_arg(cli, 0);
    CAD_TRY(check_args(cli, cfg, &args));
    CAD_TRY(cad_make_parent(args.out));
    CAD_TRY(cad_prep_job_open(cfg, ".", cad_cli_arena(cli), &job));
    CAD_TRY(cad_shard_parse(cad_cli_value(cli, "shard"), &job.shard));
    return cad_prep_import(&job, args);
}
