#include "eval/config_cmd.h"

#include "core/log.h"

static const char PAGE[] =
    "# Configuration keys\n"
    "\n"
    "Made by `cadtool config schema --md` from `core/config_keys.h`; do not edit. One configuration file may serve all "
    "commands: each\n"
    "checks every section of it and reads those it needs.\n"
    "\n"
    "Values come, low to high, from the built-in default, what the checkpoint recorded (`[prompt] [decode]`, for `cadgen` and\n"
    "`cadeval`), configuration files from left to right, the environment (`CADLM_TRAIN__LR`), and the command line\n"
    "(`--set=train.lr=1e-4`). `--explain=train.lr` prints one key with its value and origin, `--print-config` all of them.\n"
    "\n"
    "Suffixes k m g are powers of 1000, K M G powers of 1024. Durations: `90`, `30min`, `8h`. Intervals: `300 steps`, `1 "
    "epoch`,\n"
    "`30 min`, `off`. A default in angle brackets is the value of that key.\n"
    "\n";

cad_status cad_cmd_config_schema(cad_cli *cli)
{
    bool page = cad_cli_has(cli, "md");
    cad_buf out = CAD_BUF_INIT;
    if (cad_cli_nargs(cli) != 0)
        CAD_FAIL(CAD_EUSAGE, "config schema takes no argument; found '%s'", cad_cli_arg(cli, 0));
    if (page && cad_cli_json(cli))
        CAD_FAIL(CAD_EUSAGE, "--md and --json; expected one of them");
    cad_status s = page ? cad_buf_str(&out, PAGE) : CAD_OK;
    if (s == CAD_OK)
        s = cad_cli_json(cli) ? cad_config_schema_json(&out) : cad_config_schema(page, &out);
    if (s == CAD_OK)
        s = cad_out(out.data, out.len);
    cad_buf_deinit(&out);
    return s;
}
