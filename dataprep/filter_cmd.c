#include "dataprep/captions_csv.h"
#include "dataprep/prep_cmd.h"
#include "dataprep/prep_job.h"
#include "dataprep/stage_split.h"
#include "dataprep/stage_stats.h"

#include "core/file_kind.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "core/threads.h"

#include <stdio.h>

cad_status cad_cmd_corpus_to_corpus(cad_cli *cli, const char *name, const char **in, const char **out)
{
    *out = cad_cli_value(cli, "output");
    if (cad_cli_nargs(cli) != 1)
        CAD_FAIL(CAD_EUSAGE, "%s: %zu arguments; expected one corpus", name, cad_cli_nargs(cli));
    *in = cad_cli_arg(cli, 0);
    if (!*out)
        CAD_FAIL(CAD_EUSAGE, "%s: no output\nhint: cadprep %s %s -o OUT.jsonl", name, name, *in);
    if (!cad_path_ends(*out, ".jsonl"))
        CAD_FAIL(CAD_EUSAGE, "%s: -o %s; expected a name ending in .jsonl", name, *out);
    CAD_TRY(cad_file_expect(*in, CAD_FILE_corpus));
    if (cad_fs_same(*in, *out))
        CAD_FAIL(CAD_EUSAGE, "%s: %s is what is read; expected another name behind -o", name, *out);
    return cad_make_parent(*out);
}

/* ---- filter and dedup ---- */

static cad_status filter(const cad_prep_job *j, const char *in, const char *out)
{
    int by = CAD_PREP_FILTER_ENTITIES | CAD_PREP_FILTER_TOKENS;
    if (j->cfg->prep.require_valid && cad_config_is_set(j->cfg, "prep.require_valid"))
        by |= CAD_PREP_FILTER_VALID;
    return cad_prep_filter(j, in, out, by);
}

static cad_status run(cad_cli *cli, const char *name, cad_status (*stage)(const cad_prep_job *, const char *, const char *))
{
    cad_config *cfg = NULL;
    cad_prep_job j;
    const char *in, *out;
    bool done = false;
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(cad_cmd_corpus_to_corpus(cli, name, &in, &out));
    CAD_TRY(cad_prep_job_open(cfg, ".", cad_cli_arena(cli), &j));
    CAD_TRY(cad_shard_parse(cad_cli_value(cli, "shard"), &j.shard));
    return stage(&j, in, out);
}

cad_status cad_cmd_filter(cad_cli *cli)
{
    return run(cli, "filter", filter);
}

cad_status cad_cmd_dedup(cad_cli *cli)
{
    return run(cli, "dedup", cad_prep_dedup);
}

cad_status cad_cmd_text(cad_cli *cli)
{
    return run(cli, "text", cad_prep_text);
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

/* Of a corpus or of the first split of a folder; a list of captions has no rows. */
static cad_status template_of(cad_prep_job *j, const char *in)
{
    if (!cad_fs_is_dir(in))
        return cad_captions_is(in) ? CAD_OK : cad_prep_template_of(j, in);
    for (int k = 0; k < CAD_SPLIT_COUNT; k++) {
        char name[32];
        const char *path;
        snprintf(name, sizeof name, "%s.jsonl", cad_split_name[k]);
        CAD_TRY(cad_path_join(j->arena, in, name, &path));
        if (cad_fs_is_file(path))
            return cad_prep_template_of(j, path);
    }
    return CAD_OK;
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
    if (cad_config_is_set(cfg, "tokenizer.path")) {
        CAD_TRY(template_of(&j, cad_cli_arg(cli, 0)));
        CAD_TRY(cad_tokenizer_load_dir(j.tokenizer_dir, &t));
    }
    cad_status s = cad_stage_stats(&(cad_stage_stats_args){.in = cad_cli_arg(cli, 0),
                                                           .tokenizer = t,
                                                           .tokenizer_name = j.tokenizer_dir,
                                                           .tpl = j.tpl,
                                                           .retrieved_tokens = cfg->rag.max_tokens,
                                                           .rag = cfg->rag.enabled,
                                                           .steplm = cfg->prep.profile == CAD_PREP_PROFILE_steplm,
                                                           .loss_on_all = cfg->prompt.loss_on == CAD_PROMPT_LOSS_ON_all,
                                                           .bos = cfg->prompt.bos != CAD_PROMPT_BOS_off,
                                                           .eos = cfg->prompt.eos == CAD_PROMPT_EOS_append},
                                   &stats);
    cad_tokenizer_destroy(t);
    if (s == CAD_OK)
        s = print_stats(cli, stats);
    json_decref(stats);
    return s;
}
