#include "dataprep/prep_cmd.h"

#include "core/file_kind.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "dataprep/audit.h"
#include "dataprep/pack.h"
#include "dataprep/prep_job.h"
#include "dataprep/rag_current.h"

#include <stdio.h>
#include <string.h>

/* Configuration and job of a command whose folder is `dir` (NULL: prep.out). */
static cad_status begin(cad_cli *cli, const char *dir, const char *const *files, size_t n_files, cad_prep_job *j, bool *done)
{
    cad_config *cfg = NULL;
    CAD_TRY(cad_cli_config(cli, NULL, 0, files, n_files, &cfg, done));
    if (*done)
        return CAD_OK;
    if (!dir && (!*cfg->prep.out || !strcmp(cfg->prep.out, "*")))
        CAD_FAIL(CAD_ECONFIG, "prep.out is not set; expected the folder to write\nhint: --set=prep.out=DIR (split: -o DIR)");
    return cad_prep_job_open(cfg, dir ? dir : cfg->prep.out, cad_cli_arena(cli), j);
}

static cad_status need_args(cad_cli *cli, size_t n, const char *what)
{
    if (cad_cli_nargs(cli) != n)
        CAD_FAIL(CAD_EUSAGE, "%zu arguments; expected %s", cad_cli_nargs(cli), what);
    return CAD_OK;
}

cad_status cad_make_parent(const char *path)
{
    cad_buf dir = CAD_BUF_INIT;
    cad_status s = cad_path_parent(path, &dir);
    if (s == CAD_OK)
        s = cad_fs_mkdirs(dir.data);
    cad_buf_deinit(&dir);
    return s;
}

/* Length of a path without the ending of its name. */
static size_t stem_of(const char *path)
{
    const char *base = cad_path_base(path), *dot = strrchr(base, '.');
    return dot && dot > base ? (size_t)(dot - path) : strlen(path);
}

cad_status cad_cmd_synth(cad_cli *cli)
{
    cad_prep_job j;
    bool done = false;
    const char *out = cad_cli_value(cli, "output");
    if (cad_cli_nargs(cli))
        CAD_FAIL(CAD_EUSAGE, "synth: unexpected argument '%s'\nhint: cadprep synth -o %s", cad_cli_arg(cli, 0),
                 cad_cli_arg(cli, 0));
    CAD_TRY(begin(cli, ".", NULL, 0, &j, &done));
    if (done)
        return CAD_OK;
    bool step = j.cfg->synth.kind == CAD_SYNTH_KIND_step;
    if (!out)
        CAD_FAIL(CAD_EUSAGE, "synth: no output\nhint: cadprep synth %s",
                 step ? "--kind=step -o data/parts" : "-o data/s.jsonl -n 20k");
    if (step && cad_path_ends(out, ".jsonl"))
        CAD_FAIL(CAD_EUSAGE, "synth: -o %s; expected a folder with synth.kind = step\nhint: -o %.*s", out, (int)stem_of(out),
                 out);
    if (step)
        return cad_prep_synth(&j, out);
    if (!cad_path_ends(out, ".jsonl"))
        CAD_FAIL(CAD_EUSAGE, "synth: -o %s; expected a name ending in .jsonl\nhint: -o %.*s.jsonl", out, (int)stem_of(out),
                 out);
    CAD_TRY(cad_make_parent(out));
    return cad_prep_synth(&j, out);
}

cad_status cad_cmd_split(cad_cli *cli)
{
    cad_prep_job j;
    bool done = false, stale;
    CAD_TRY(need_args(cli, 1, "one corpus"));
    CAD_TRY(begin(cli, cad_cli_value(cli, "output"), NULL, 0, &j, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(cad_file_expect(cad_cli_arg(cli, 0), CAD_FILE_corpus));
    CAD_TRY(cad_prep_split(&j, cad_cli_arg(cli, 0), cad_cli_value(cli, "assign")));
    CAD_TRY(cad_rag_left_behind(j.dir, &stale));
    if (stale) {
        cad_log(CAD_LOG_WARN, "%s/" CAD_RAG_INDEX_NAME " is of rows that lay there before", j.dir);
        cad_log_note("hint: cadprep rag build %s", j.dir);
    }
    return CAD_OK;
}

cad_status cad_cmd_tokenizer(cad_cli *cli)
{
    cad_prep_job j;
    bool done = false;
    CAD_TRY(need_args(cli, 1, "a folder with train.jsonl"));
    CAD_TRY(begin(cli, cad_cli_arg(cli, 0), NULL, 0, &j, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(cad_file_expect(cad_cli_arg(cli, 0), CAD_FILE_splits));
    return cad_prep_tokenizer(&j);
}

/* A tokenizer that was learnt lies beside the rows. */
static cad_status use_own_tokenizer(const char *in, bool folder, cad_prep_job *j)
{
    cad_buf dir = CAD_BUF_INIT;
    cad_status s = folder ? cad_buf_str(&dir, in) : cad_path_parent(in, &dir);
    if (s == CAD_OK)
        s = cad_prep_own_tokenizer(j, dir.data);
    cad_buf_deinit(&dir);
    return s;
}

cad_status cad_cmd_pack(cad_cli *cli)
{
    cad_prep_job j;
    bool done = false;
    const char *out = cad_cli_value(cli, "output");
    CAD_TRY(need_args(cli, 1, "a folder of splits, or one corpus"));
    const char *in = cad_cli_arg(cli, 0);
    bool folder = cad_fs_is_dir(in);
    CAD_TRY(begin(cli, folder ? in : ".", NULL, 0, &j, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(cad_file_expect(in, folder ? CAD_FILE_splits : CAD_FILE_corpus));
    if (!folder && !out)
        CAD_FAIL(CAD_EUSAGE, "pack: no output\nhint: cadprep pack %s -o data/p.pack.h5", in);
    CAD_TRY(use_own_tokenizer(in, folder, &j));
    if (folder)
        return cad_prep_pack_splits(&j);
    CAD_TRY(cad_make_parent(out));
    return cad_prep_pack(&j, in, out);
}

/* ---- looking at packs ---- */

/* A report as JSON, or through `block`, which appends lines for people. */
static cad_status print_report(const json_t *report, bool json, cad_status (*block)(const json_t *, cad_buf *))
{
    cad_buf out = CAD_BUF_INIT;
    cad_status s = json ? cad_json_print(report, &out) : block(report, &out);
    if (s == CAD_OK && json)
        s = cad_buf_str(&out, "\n");
    if (s == CAD_OK)
        s = cad_out(out.data, out.len);
    cad_buf_deinit(&out);
    return s;
}

cad_status cad_refuse_corpus(const char *path)
{
    if (cad_path_ends(path, ".jsonl") && cad_fs_exists(path))
        CAD_FAIL(CAD_EDATA, "%s: a corpus; expected a pack\nhint: cadprep pack %s -o %.*s.pack.h5", path, path,
                 (int)stem_of(path), path);
    return CAD_OK;
}

cad_status cad_cmd_audit(cad_cli *cli)
{
    CAD_TRY(need_args(cli, 1, "one pack"));
    CAD_TRY(cad_refuse_corpus(cad_cli_arg(cli, 0)));
    cad_pack *p = NULL;
    CAD_TRY(cad_pack_open(cad_cli_arg(cli, 0), &(cad_pack_want){.no_tokens = true}, &p));
    json_t *report = json_object();
    cad_status s = cad_audit_pack(p, report);
    cad_pack_close(p);
    if (s == CAD_OK)
        s = print_report(report, cad_cli_json(cli), cad_audit_block);
    json_decref(report);
    return s;
}

cad_status cad_cmd_verify(cad_cli *cli)
{
    cad_prep_job j;
    bool done = false;
    json_t *report = NULL;
    CAD_TRY(need_args(cli, 1, "a folder with packs"));
    CAD_TRY(begin(cli, cad_cli_arg(cli, 0), NULL, 0, &j, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(cad_file_expect(cad_cli_arg(cli, 0), CAD_FILE_splits));
    cad_status s = cad_prep_verify(&j, cad_cli_value(cli, "against"), &report);
    if (s == CAD_OK)
        s = print_report(report, cad_cli_json(cli), cad_verify_block);
    json_decref(report);
    return s;
}

/* The command line without --shard. */
static cad_status whole_command(const cad_cli *cli, cad_buf *out)
{
    static const char option[] = " --shard";
    CAD_TRY(cad_cli_command(cli, out));
    for (char *at; (at = strstr(out->data, option));) {
        char *end = at + strlen(option) + 1; /* behind = or a blank */
        end += strcspn(end, " ");
        memmove(at, end, strlen(end) + 1);
        out->len = strlen(out->data);
    }
    return CAD_OK;
}

static cad_status tell_share(const cad_cli *cli, cad_shard shard)
{
    cad_buf line = CAD_BUF_INIT;
    cad_status s = whole_command(cli, &line);
    if (s == CAD_OK)
        cad_log(CAD_LOG_INFO, "share %lld of %lld: done; when all are: %s", (long long)shard.index, (long long)shard.of,
                cad_buf_cstr(&line));
    cad_buf_deinit(&line);
    return s;
}

cad_status cad_cmd_run(cad_cli *cli)
{
    cad_prep_job j;
    bool done = false;
    const char *files[64];
    size_t n = cad_cli_nargs(cli);
    if ((!n && !cad_cli_has(cli, "config")) || n > sizeof files / sizeof *files)
        CAD_FAIL(CAD_EUSAGE, "%zu arguments; expected CONFIG.ini and perhaps overlays", n);
    for (size_t i = 0; i < n; i++)
        files[i] = cad_cli_arg(cli, i);
    CAD_TRY(begin(cli, NULL, files, n, &j, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(cad_shard_parse(cad_cli_value(cli, "shard"), &j.shard));
    CAD_TRY(cad_prep_run(&j));
    return j.shard.of ? tell_share(cli, j.shard) : CAD_OK;
}
