#include "dataprep/prep_cmd.h"
#include "dataprep/prep_job.h"

#include "core/file_kind.h"
#include "core/fs.h"
#include "core/path.h"

cad_status cad_cmd_text(cad_cli *cli)
{
    cad_config *cfg = NULL;
    bool done = false;
    cad_prep_job j;
    const char *out = cad_cli_value(cli, "output");
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    if (cad_cli_nargs(cli) != 1)
        CAD_FAIL(CAD_EUSAGE, "text: %zu arguments; expected one corpus of STEP files", cad_cli_nargs(cli));
    const char *in = cad_cli_arg(cli, 0);
    if (!out || !cad_path_ends(out, ".jsonl"))
        CAD_FAIL(CAD_EUSAGE, "text: expected -o and a name ending in .jsonl\nhint: cadprep text %s -o text.jsonl", in);
    CAD_TRY(cad_file_expect(in, CAD_FILE_corpus));
    if (cad_fs_same(in, out))
        CAD_FAIL(CAD_EUSAGE, "text: %s is what is read; expected another name behind -o", out);
    CAD_TRY(cad_prep_job_open(cfg, ".", cad_cli_arena(cli), &j));
    CAD_TRY(cad_shard_parse(cad_cli_value(cli, "shard"), &j.shard));
    CAD_TRY(cad_make_parent(out));
    return cad_prep_text(&j, in, out);
}
