#include "dataprep/prep_cmd.h"
#include "dataprep/prep_job.h"
#include "dataprep/stage_stats.h"

#include "core/file_kind.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "core/threads.h"

/* One corpus in, one out, which are not the same file. */
static cad_status check_files(cad_cli *cli, const char *name)
{
    const char *out = cad_cli_value(cli, "output");
    if (cad_cli_nargs(cli) != 1)
        CAD_FAIL(CAD_EUSAGE, "%s: %zu arguments; expected one corpus", name, cad_cli_nargs(cli));
    if (!out)
        CAD_FAIL(CAD_EUSAGE, "%s: no output\nhint: cadprep %s %s -o OUT.jsonl", name, name, cad_cli_arg(cli, 0));
    if (!cad_path_ends(out, ".jsonl"))
        CAD_FAIL(CAD_EUSAGE, "%s: -o %s; expected a name ending in .jsonl", name, out);
    CAD_TRY(cad_file_expect(cad_cli_arg(cli, 0), CAD_FILE_corpus));
    if (cad_fs_same(cad_cli_arg(cli, 0), out))
        CAD_FAIL(CAD_EUSAGE, "%s: %s is what is read; expected another name behind -o", name, out);
    return cad_make_parent(out);
}

/* ---- filter and dedup ---- */

cad_status cad_cmd_filter(cad_cli *cli)
{
    cad_config *cfg = NULL;
    cad_prep_job j;
    bool done = false;
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(check_files(cli, "filter"));
    CAD_TRY(cad_prep_job_open(cfg, ".", cad_cli_arena(cli), &j));
    CAD_TRY(cad_shard_parse(cad_cli_value(cli, "shard"), &j.shard));
    int by = CAD_PREP_FILTER_ENTITIES | CAD_PREP_FILTER_TOKENS;
    if (cfg->prep.require_valid && cad_config_is_set(cfg, "prep.require_valid"))
        by |= CAD_PREP_FILTER_VALID;
    return cad_prep_filter(&j, cad_cli_arg(cli, 0), cad_cli_value(cli, "output"), by);
}

cad_status cad_cmd_dedup(cad_cli *cli)
{
    cad_config *cfg = NULL;
    cad_prep_job j;
    bool done = false;
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(check_files(cli, "dedup"));
    CAD_TRY(cad_prep_job_open(cfg, ".", cad_cli_arena(cli), &j));
    return cad_prep_dedup(&j, cad_cli_arg(cli, 0), cad_cli_value(cli, "output"));
}

/* ---- stats ---- */

static cad_status print_stats(const cad_cli *cli, const json_t *stats)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_cli_json(cli) ? cad_json_print(stats, &text) : cad_stats_block(stats, &text);
    if (s == CAD_OK && cad_cli_json(cli))
        s = cad_buf_str(&text, "\n");
    if (s == CAD_OK)
        s = cad_out(text.data, text.len);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_cmd_stats(cad_cli *cli)
{
    cad_config *cfg = NULL;
    cad_prep_job j;
    bool done = false;
    cad_tokenizer *t = NULL;
    json_t *stats = NULL;
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    if (cad_cli_nargs(cli) != 1)
        CAD_FAIL(CAD_EUSAGE, "stats: %zu arguments; expected a corpus, a folder of splits, or a list of captions",
                 cad_cli_nargs(cli));
    CAD_TRY(cad_prep_job_open(cfg, ".", cad_cli_arena(cli), &j));
    CAD_TRY(cad_threads_init((int)cfg->prep.jobs));
    if (cad_config_is_set(cfg, "tokenizer.path"))
        CAD_TRY(cad_tokenizer_load_dir(j.tokenizer_dir, &t));
    cad_status s = cad_stage_stats(&(cad_stage_stats_args){.in = cad_cli_arg(cli, 0),
                                                           .tokenizer = t,
                                                           .tokenizer_name = j.tokenizer_dir,
                                                           .tpl = j.tpl,
                                                           .bos = cfg->prompt.bos != CAD_PROMPT_BOS_off,
                                                           .eos = cfg->prompt.eos == CAD_PROMPT_EOS_append},
                                   &stats);
    cad_tokenizer_destroy(t);
    if (s == CAD_OK)
        s = print_stats(cli, stats);
    json_decref(stats);
    return s;
}
