#include "eval/parts_cmd.h"

#include "cad/step/step.h"
#include "cad/step/step_answer.h"
#include "cad/step/steplm.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "eval/parts_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cad_status cad_parts_dialect(const cad_cli *cli, cad_ir_dialect *out)
{
    const char *text = cad_cli_value(cli, "dialect");
    *out = CAD_IR_DIALECT_cadlm;
    if (!text || !strcmp(text, "cadlm"))
        return CAD_OK;
    if (strcmp(text, "upstream") != 0)
        CAD_FAIL(CAD_EUSAGE, "--dialect=%s; expected cadlm or upstream", text);
    *out = CAD_IR_DIALECT_upstream;
    return CAD_OK;
}

cad_status cad_parts_open_pool(cad_cli *cli, cad_pool **out)
{
    cad_config *config;
    bool done;
    CAD_TRY(cad_cli_config(cli, NULL, 0, NULL, 0, &config, &done));
    if (done) {
        *out = NULL;
        return CAD_OK;
    }
    cad_pool_opts o = {.workers = 1, .cpu_s = config->metrics.timeout_s, .mem_bytes = config->metrics.mem};
    return cad_pool_create(&o, out);
}

cad_status cad_parts_format(const char *path, cad_format *out)
{
    bool known = cad_format_of(path, out) == CAD_OK;
    if (!known || !cad_fs_exists(path)) {
        CAD_TRY(cad_file_expect(path, CAD_FILE_part));
        CAD_FAIL(CAD_EUSAGE, "%s: unknown format; expected a name ending in .ir .step .stp .p21", path);
    }
    if (*out != CAD_FORMAT_ir && *out != CAD_FORMAT_step)
        CAD_FAIL(CAD_EUSAGE, "%s: cannot be read; expected .ir or .step", path);
    return CAD_OK;
}

cad_status cad_parts_named(const char *path, cad_status s)
{
    if (s == CAD_OK || s == CAD_EUSAGE)
        return s;
    return strncmp(cad_error_text(), path, strlen(path)) ? cad_fail(s, "%s: %s", path, cad_error_text()) : s;
}

/* ---- render, convert ---- */

static cad_status read_size(const cad_cli *cli, cad_convert_job *job)
{
    const char *text = cad_cli_value(cli, "size");
    if (!text)
        return CAD_OK;
    char *x, *end;
    long w = strtol(text, &x, 10), h = *x == 'x' ? strtol(x + 1, &end, 10) : 0;
    if (*x != 'x' || *end || w < 16 || h < 16 || w > 4096 || h > 4096)
        CAD_FAIL(CAD_EUSAGE, "--size=%s; expected WxH, 16 to 4096 pixels each", text);
    job->width = (int32_t)w;
    job->height = (int32_t)h;
    return CAD_OK;
}

static cad_status read_views(const cad_cli *cli, cad_convert_job *job)
{
    const char *text = cad_cli_value(cli, "views");
    if (!text)
        return CAD_OK;
    char list[128];
    if ((size_t)snprintf(list, sizeof list, "%s", text) >= sizeof list)
        CAD_FAIL(CAD_EUSAGE, "--views: too long");
    job->n_views = 0;
    char *rest = list;
    for (char *one; (one = strsep(&rest, ","));) {
        if (job->n_views == CAD_CONVERT_VIEWS)
            CAD_FAIL(CAD_EUSAGE, "--views: at most %d", CAD_CONVERT_VIEWS);
        if (cad_view_parse(one, &job->view[job->n_views++]) != CAD_OK)
            return cad_fail(CAD_EUSAGE, "--views: %s", cad_error_text());
    }
    return CAD_OK;
}

/* The product name: the file's own, without folder and ending. */
static void name_after(const char *path, char name[64])
{
    const char *base = cad_path_base(path), *dot = strrchr(base, '.');
    snprintf(name, 64, "%.*s", dot && dot - base < 63 ? (int)(dot - base) : 63, base);
}

/* Text of STEP-LLM's tools, or an answer of its models, as a legal exchange file. */
static cad_status restore(cad_cli *cli, const char *in, cad_buf *text)
{
    cad_buf whole = CAD_BUF_INIT, legal = CAD_BUF_INIT;
    cad_step *m = NULL;
    cad_status s = cad_step_answer(cad_cli_arena(cli), cad_buf_cstr(text), text->len, &whole);
    if (s == CAD_OK)
        s = cad_steplm_legal(cad_cli_arena(cli), whole.data, whole.len, &legal);
    if (s == CAD_OK)
        s = cad_step_read(legal.data, legal.len, &(cad_step_opts){.conformant = cad_cli_has(cli, "strict")}, &m);
    if (s == CAD_OK)
        s = cad_step_verdict(m);
    if (s == CAD_OK) {
        cad_buf_clear(text);
        s = cad_buf_add(text, legal.data, legal.len);
    }
    cad_step_close(m);
    cad_buf_deinit(&whole);
    cad_buf_deinit(&legal);
    return cad_parts_named(in, s);
}

/* From STEP to STEP it is the text that is wanted, which no kernel has to write. */
static cad_status restore_file(cad_cli *cli, const char *in, const char *out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_fs_read(in, CAD_PARTS_FILE_LIMIT, &text);
    if (s == CAD_OK)
        s = restore(cli, in, &text);
    if (s == CAD_OK)
        s = cad_fs_write(out, text.data, text.len);
    if (s == CAD_OK)
        cad_log(CAD_LOG_INFO, "%s: %zu bytes", out, text.len);
    cad_buf_deinit(&text);
    return s;
}

static cad_status convert_file(cad_cli *cli, const char *in, const char *out, cad_convert_job *job)
{
    cad_pool *pool;
    cad_buf text = CAD_BUF_INIT, bytes = CAD_BUF_INIT;
    CAD_TRY(cad_parts_open_pool(cli, &pool));
    if (!pool)
        return CAD_OK;
    job->strict = cad_cli_has(cli, "strict");
    name_after(in, job->name);
    cad_status s = read_size(cli, job);
    if (s == CAD_OK)
        s = cad_fs_read(in, CAD_PARTS_FILE_LIMIT, &text);
    if (s == CAD_OK && cad_cli_has(cli, "restore"))
        s = restore(cli, in, &text);
    if (s == CAD_OK)
        s = cad_parts_named(in, cad_convert_one(pool, job, cad_buf_cstr(&text), text.len, &bytes));
    if (s == CAD_OK && job->to == CAD_FORMAT_ir)
        s = cad_buf_str(&bytes, "\n");
    if (s == CAD_OK)
        s = cad_fs_write(out, bytes.data, bytes.len);
    if (s == CAD_OK)
        cad_log(CAD_LOG_INFO, "%s: %zu bytes", out, bytes.len);
    cad_buf_deinit(&text);
    cad_buf_deinit(&bytes);
    cad_pool_destroy(pool);
    return s;
}

cad_status cad_cmd_render(cad_cli *cli)
{
    const char *in = cad_cli_arg(cli, 0), *out = cad_cli_value(cli, "output");
    cad_format from, to;
    if (!out && cad_cli_nargs(cli) == 2)
        CAD_FAIL(CAD_EUSAGE, "render takes one part and -o FILE.png\nhint: cadtool render %s -o %s", in, cad_cli_arg(cli, 1));
    if (!out || cad_cli_nargs(cli) != 1)
        CAD_FAIL(CAD_EUSAGE, "render takes one part and -o FILE.png");
    CAD_TRY(cad_parts_format(in, &from));
    CAD_TRY(cad_format_of(out, &to));
    if (to != CAD_FORMAT_png)
        CAD_FAIL(CAD_EUSAGE, "render writes .png; found %s\nhint: cadtool convert %s %s", out, in, out);
    CAD_TRY(cad_convert_check_out(out));
    cad_convert_job job = cad_convert_defaults(from, to);
    CAD_TRY(read_views(cli, &job));
    CAD_TRY(cad_parts_dialect(cli, &job.dialect_in));
    return convert_file(cli, in, out, &job);
}

cad_status cad_cmd_convert(cad_cli *cli)
{
    const char *in = cad_cli_arg(cli, 0), *given = cad_cli_value(cli, "output"), *out = given ? given : cad_cli_arg(cli, 1);
    bool legal = cad_cli_has(cli, "restore");
    cad_format from, to;
    if (cad_cli_nargs(cli) != (given ? 1 : 2))
        CAD_FAIL(CAD_EUSAGE, "convert takes two files: IN OUT, or IN -o OUT");
    if (cad_fs_same(in, out))
        CAD_FAIL(CAD_EUSAGE, "convert: %s would replace itself\nhint: cadtool fmt %s", in, in);
    CAD_TRY(cad_parts_format(in, &from));
    CAD_TRY(cad_format_of(out, &to));
    CAD_TRY(cad_convert_check_out(out));
    if (legal && from != CAD_FORMAT_step)
        CAD_FAIL(CAD_EUSAGE, "--restore: %s is Compact IR; expected STEP", in);
    if (legal && to == CAD_FORMAT_step)
        return restore_file(cli, in, out);
    cad_convert_job job = cad_convert_defaults(from, to);
    CAD_TRY(cad_parts_dialect(cli, &job.dialect_out));
    return convert_file(cli, in, out, &job);
}

/* ---- fmt: text only, no kernel and no worker ---- */

static cad_status canonical(cad_cli *cli, const char *path, cad_arena *arena, cad_buf *out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_ir_dialect dialect;
    cad_ir *ir;
    CAD_TRY(cad_parts_dialect(cli, &dialect));
    CAD_TRY(cad_fs_read(path, CAD_IR_MAX_TEXT, &text));
    cad_status s = cad_ir_load(cad_buf_cstr(&text), text.len, dialect, arena, &ir);
    cad_buf_deinit(&text);
    CAD_TRY(s);
    CAD_TRY(cad_ir_canon(ir, out));
    return cad_buf_str(out, "\n");
}

cad_status cad_cmd_fmt(cad_cli *cli)
{
    const char *path = cad_cli_arg(cli, 0), *to = cad_cli_value(cli, "output");
    cad_buf out = CAD_BUF_INIT;
    cad_format format;
    if (cad_cli_nargs(cli) != 1)
        CAD_FAIL(CAD_EUSAGE, "fmt takes one .ir file");
    CAD_TRY(cad_file_expect(path, CAD_FILE_part));
    if (cad_format_of(path, &format) == CAD_OK && format != CAD_FORMAT_ir)
        CAD_FAIL(CAD_EUSAGE, "fmt takes one .ir file; found %s", path);
    if (to)
        CAD_TRY(cad_convert_check_out(to));
    cad_status s = cad_parts_named(path, canonical(cli, path, cad_cli_arena(cli), &out));
    if (s == CAD_OK)
        s = to ? cad_fs_write(to, out.data, out.len) : cad_out(out.data, out.len);
    cad_buf_deinit(&out);
    return s;
}
