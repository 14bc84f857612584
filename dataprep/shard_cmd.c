#include "dataprep/prep_cmd.h"
#include "dataprep/stage_merge.h"

#include "core/log.h"
#include "core/progress.h"
#include "core/size.h"

cad_status cad_cmd_merge(cad_cli *cli)
{
    cad_config *cfg = NULL;
    bool done = false;
    const char *out = cad_cli_value(cli, "output"), **in;
    size_t n = cad_cli_nargs(cli);
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    if (!out)
        CAD_FAIL(CAD_EUSAGE, "merge: no output\nhint: cadprep merge -o raw.jsonl takes raw.0-of-8.jsonl and its brothers");
    CAD_TRY(cad_arena_alloc(cad_cli_arena(cli), cad_size_mul(cad_size_add(n, 1), sizeof *in), "names of shares", &in));
    for (size_t i = 0; i < n; i++)
        in[i] = cad_cli_arg(cli, i);
    CAD_TRY(cad_make_parent(out));
    cad_stage_merge_result r = {.shards = 0};
    cad_status s = cad_stage_merge(&(cad_stage_merge_args){in, n, out}, cad_cli_arena(cli), &r);
    char rows[32];
    cad_progress_grouped(r.tally.rows, rows);
    if (r.shards)
        cad_log(CAD_LOG_INFO, "merge: %s: %s rows of stage %s, from %lld shares", out, rows, r.stage, (long long)r.shards);
    return s;
}
