#include "dataprep/prep_cmd.h"

#include "core/fs.h"
#include "core/log.h"
#include "dataprep/audit.h"
#include "dataprep/pack.h"
#include "dataprep/prep_job.h"
#include "dataprep/preview.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Configuration and job of a command whose folder is `dir` (NULL: prep.out). */
static cad_status begin(cad_cli *cli, const char *dir, const char *const *files, size_t n_files, cad_prep_job *j, bool *done)
{
    cad_config *cfg = NULL;
    CAD_TRY(cad_cli_config(cli, NULL, 0, files, n_files, &cfg, done));
    if (*done)
        return CAD_OK;
    if (!dir && (!*cfg->prep.out || !strcmp(cfg->prep.out, "*")))
        CAD_FAIL(CAD_ECONFIG, "prep.out is not set; expected the folder to write");
    return cad_prep_job_open(cfg, dir ? dir : cfg->prep.out, cad_cli_arena(cli), j);
}

static cad_status need_args(cad_cli *cli, size_t n, const char *what)
{
    if (cad_cli_nargs(cli) != n)
        CAD_FAIL(CAD_EUSAGE, "%zu arguments; expected %s", cad_cli_nargs(cli), what);
    return CAD_OK;
}

/* Folders of a file that a command names need not exist yet. */
static cad_status make_parent(const char *path)
{
    char dir[4200];
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return CAD_OK;
    snprintf(dir, sizeof dir, "%.*s", (int)(slash - path), path);
    return cad_fs_mkdirs(dir);
}

cad_status cad_cmd_synth(cad_cli *cli)
{
    cad_prep_job j;
    bool done = false;
    const char *out = cad_cli_value(cli, "output");
    CAD_TRY(need_args(cli, 0, "none"));
    CAD_TRY(begin(cli, ".", NULL, 0, &j, &done));
    if (done)
        return CAD_OK;
    if (!out)
        CAD_FAIL(CAD_EUSAGE, "synth: no output\nhint: cadprep synth -o data/s.jsonl -n 20k");
    CAD_TRY(make_parent(out));
    return cad_prep_synth(&j, out);
}

cad_status cad_cmd_split(cad_cli *cli)
{
    cad_prep_job j;
    bool done = false;
    CAD_TRY(need_args(cli, 1, "one corpus"));
    CAD_TRY(begin(cli, cad_cli_value(cli, "output"), NULL, 0, &j, &done));
    return done ? CAD_OK : cad_prep_split(&j, cad_cli_arg(cli, 0));
}

cad_status cad_cmd_tokenizer(cad_cli *cli)
{
    cad_prep_job j;
    bool done = false;
    CAD_TRY(need_args(cli, 1, "a folder with train.jsonl"));
    CAD_TRY(begin(cli, cad_cli_arg(cli, 0), NULL, 0, &j, &done));
    return done ? CAD_OK : cad_prep_tokenizer(&j);
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
    if (folder)
        return cad_prep_pack_splits(&j);
    if (!out)
        CAD_FAIL(CAD_EUSAGE, "pack: no output\nhint: cadprep pack %s -o data/p.pack.h5", in);
    CAD_TRY(make_parent(out));
    return cad_prep_pack(&j, in, out);
}

/* ---- looking at packs ---- */

/* The tokenizer that made a pack: --tokenizer, else where the pack says, else the usual places; its hash must agree. */
static cad_status tokenizer_of(cad_cli *cli, const cad_pack *p, const char *pack_path, cad_tokenizer **out)
{
    char path[4200], first[600] = "";
    const char *slash = strrchr(pack_path, '/'), *given = cad_cli_value(cli, "tokenizer");
    int dir = slash ? (int)(slash - pack_path) : 1;
    for (int i = given ? 0 : 1; i < 4; i++) {
        if (i == 2)
            snprintf(path, sizeof path, "%.*s/tokenizer/tokenizer.json", dir, slash ? pack_path : ".");
        else
            snprintf(path, sizeof path, "%s/tokenizer.json", i == 0 ? given : i == 1 ? p->info.tokenizer_name : "models/tiny");
        cad_tokenizer *t = NULL;
        cad_status s = cad_tokenizer_load(path, &t);
        if (given)
            CAD_TRY(s);
        if (s == CAD_OK && !strcmp(cad_tokenizer_hash(t), p->info.tokenizer_xxh3)) {
            *out = t;
            return CAD_OK;
        }
        if (!*first && s == CAD_OK)
            snprintf(first, sizeof first, "; %.300s is %s", path, cad_tokenizer_hash(t));
        cad_tokenizer_destroy(t);
        if (given)
            break;
    }
    CAD_FAIL(CAD_EDATA, "%s: its tokenizer is %s%s\nhint: --tokenizer=DIR", pack_path, p->info.tokenizer_xxh3, first);
}

static cad_status json_rows(const cad_pack *p, const cad_tokenizer *t, int64_t n, cad_buf *out)
{
    json_t *list = json_array();
    cad_buf text = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (size_t r = 0; s == CAD_OK && r < p->n_rows && (int64_t)r < n; r++) {
        size_t len = 0;
        const char *id = cad_pack_id(p, r, &len);
        cad_buf_clear(&text);
        s = cad_preview_row(p, r, t, (cad_preview_opts){0}, &text);
        if (s == CAD_OK && json_array_append_new(list, json_pack("{s:s%, s:s, s:I}", "id", id, len, "text", text.data,
                                                                 "targets", (json_int_t)cad_pack_targets(p, r))))
            s = cad_fail(CAD_EDATA, "row %.*s is not valid UTF-8", (int)len, id);
    }
    if (s == CAD_OK)
        s = cad_json_print(list, out);
    if (s == CAD_OK)
        s = cad_buf_str(out, "\n");
    cad_buf_deinit(&text);
    json_decref(list);
    return s;
}

static cad_status preview(cad_cli *cli, const cad_pack *p, const cad_tokenizer *t, int64_t n)
{
    cad_buf out = CAD_BUF_INIT;
    cad_preview_opts o = {.color = cad_log_has_color(STDOUT_FILENO), .ids = cad_cli_has(cli, "ids")};
    cad_status s = CAD_OK;
    if (cad_cli_json(cli))
        s = json_rows(p, t, n, &out);
    for (size_t r = 0; s == CAD_OK && !cad_cli_json(cli) && r < p->n_rows && (int64_t)r < n; r++) {
        s = r ? cad_buf_str(&out, "\n") : CAD_OK;
        if (s == CAD_OK)
            s = cad_preview_row(p, r, t, o, &out);
    }
    if (s == CAD_OK)
        s = cad_out(out.data, out.len);
    cad_buf_deinit(&out);
    return s;
}

cad_status cad_cmd_preview(cad_cli *cli)
{
    int64_t n = 0;
    cad_config *cfg = NULL;
    bool done = false;
    CAD_TRY(need_args(cli, 1, "one pack"));
    CAD_TRY(cad_cli_int(cli, "count", 5, &n));
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &cfg, &done));
    if (done)
        return CAD_OK;
    const char *path = cad_cli_arg(cli, 0);
    cad_pack *p = NULL;
    cad_tokenizer *t = NULL;
    CAD_TRY(cad_pack_open(path, NULL, &p));
    cad_status s = tokenizer_of(cli, p, path, &t);
    if (s == CAD_OK)
        s = preview(cli, p, t, n);
    cad_tokenizer_destroy(t);
    cad_pack_close(p);
    return s;
}

static cad_status print_report(const json_t *report, bool compact)
{
    cad_buf out = CAD_BUF_INIT;
    cad_status s = compact ? cad_json_print(report, &out) : cad_json_print_pretty(report, &out);
    if (s == CAD_OK)
        s = cad_buf_str(&out, "\n");
    if (s == CAD_OK)
        s = cad_out(out.data, out.len);
    cad_buf_deinit(&out);
    return s;
}

cad_status cad_cmd_audit(cad_cli *cli)
{
    CAD_TRY(need_args(cli, 1, "one pack"));
    cad_pack *p = NULL;
    CAD_TRY(cad_pack_open(cad_cli_arg(cli, 0), NULL, &p));
    json_t *report = json_object();
    cad_status s = cad_audit_pack(p, report);
    cad_pack_close(p);
    if (s == CAD_OK)
        s = print_report(report, cad_cli_json(cli));
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
    cad_status s = cad_prep_verify(&j, cad_cli_value(cli, "against"), &report);
    if (s == CAD_OK)
        s = print_report(report, cad_cli_json(cli));
    json_decref(report);
    return s;
}

cad_status cad_cmd_run(cad_cli *cli)
{
    cad_prep_job j;
    bool done = false;
    const char *files[64];
    size_t n = cad_cli_nargs(cli);
    if (!n || n > sizeof files / sizeof *files)
        CAD_FAIL(CAD_EUSAGE, "%zu arguments; expected CONFIG.ini and perhaps overlays", n);
    for (size_t i = 0; i < n; i++)
        files[i] = cad_cli_arg(cli, i);
    CAD_TRY(begin(cli, NULL, files, n, &j, &done));
    return done ? CAD_OK : cad_prep_run(&j);
}
