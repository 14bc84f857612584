#include "dataprep/import_check.h"
#include "dataprep/prep_cmd.h"
#include "dataprep/stage_import.h"

#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "core/progress.h"
#include "core/threads.h"

#include <stdio.h>
#include <string.h>

static const size_t NAMES = (size_t)16 << 30; /* address space until it is used */

/* The table line by line, as records of the log. */
static void tell_lines(const char *text)
{
    for (const char *end; (end = strchr(text, '\n')); text = end + 1)
        cad_log(CAD_LOG_INFO, "%.*s", (int)(end - text), text);
}

static cad_status tell(const char *path, const cad_stage_import_result *r)
{
    char rows[32], bytes[16], rate[16], time[16];
    cad_buf table = CAD_BUF_INIT;
    cad_progress_grouped(r->counts.of[CAD_IMPORT_ok], rows);
    cad_progress_count((double)r->counts.bytes, bytes);
    cad_progress_count((double)r->counts.models / (r->seconds > 0 ? r->seconds : 1), rate);
    cad_progress_duration(r->seconds, time);
    cad_status s = cad_import_table(&r->counts, &r->captions, &table);
    cad_log(CAD_LOG_INFO, "import: %s: %s rows, %sB of targets, in %s, %s models/s", path, rows, bytes, time, rate);
    if (s == CAD_OK)
        tell_lines(cad_buf_cstr(&table));
    cad_buf_deinit(&table);
    return s;
}

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

static bool wants_kernel(const cad_config *cfg)
{
    bool wanted = cfg->prep.profile == CAD_PREP_PROFILE_strict && cfg->prep.require_valid;
    if (wanted && !cad_import_check_able())
        cad_log(CAD_LOG_WARN, "built without OCCT (CADLM_OCCT): no part is looked at by the kernel (prep.require_valid)");
    return wanted && cad_import_check_able();
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
                                  .out = cad_cli_value(cli, "output"),
                                  .strict = cfg->prep.profile == CAD_PREP_PROFILE_strict,
                                  .kernel = wants_kernel(cfg),
                                  .jobs = (int)cfg->prep.jobs,
                                  .max_bad = cfg->prep.max_bad};
    if (cad_cli_nargs(cli) == 1 && cad_fs_is_dir(cad_cli_arg(cli, 0)))
        CAD_TRY(take_folder(cli, cad_cli_arg(cli, 0), &args));
    else if (cad_cli_nargs(cli) == 1)
        args.in = cad_cli_arg(cli, 0);
    CAD_TRY(check_args(cli, cfg, &args));
    CAD_TRY(cad_make_parent(args.out));
    CAD_TRY(cad_threads_init((int)cfg->prep.jobs));
    cad_stage_import_result r;
    cad_arena *a = NULL;
    CAD_TRY(cad_arena_create("names of models", NAMES, &a));
    cad_status s = args.in ? cad_stage_import_json(&args, &r) : cad_stage_import(&args, a, &r), told = CAD_OK;
    if (r.counts.models > 0) {
        cad_kept_error why;
        cad_error_keep(&why);
        told = tell(args.out, &r);
        if (told == CAD_OK)
            cad_error_restore(&why);
    }
    cad_captions_deinit(&r.captions);
    cad_arena_destroy(a);
    return told != CAD_OK ? told : s;
}
