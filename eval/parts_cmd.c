#include "eval/parts_cmd.h"

#include "cad/step/step.h"
#include "cad/step/step_answer.h"
#include "cad/step/steplm.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/path.h"
#include "eval/convert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t FILE_LIMIT = (size_t)64 << 20;

static cad_status dialect_of(const cad_cli *cli, cad_ir_dialect *out)
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

static cad_status open_pool(cad_cli *cli, cad_pool **out)
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

static cad_status input_format(const char *path, cad_format *out)
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

/* The name in front of whatever the worker says. */
static cad_status with_name(const char *path, cad_status s)
{
    if (s == CAD_OK || s == CAD_EUSAGE)
        return s;
    return strncmp(cad_error_text(), path, strlen(path)) ? cad_fail(s, "%s: %s", path, cad_error_text()) : s;
}

/* ---- check ---- */

static cad_status print_program(const char *path, const json_t *program, cad_buf *out)
{
    size_t i;
    json_t *d;
    json_array_foreach(json_object_get(program, "diagnostics"), i, d) CAD_TRY(
        cad_buf_printf(out, "%s:%s: %s: %s [%s]\n", path, json_string_value(json_object_get(d, "at")),
                       json_string_value(json_object_get(d, "severity")), json_string_value(json_object_get(d, "message")),
                       json_string_value(json_object_get(d, "code"))));
    return CAD_OK;
}

enum { SHOWN = 8 }; /* of each code; the rest is counted */

static bool is_code(const json_t *finding, const char *code)
{
    return !strcmp(json_string_value(json_object_get(finding, "code")), code);
}

static cad_status print_step(const char *path, const json_t *step, cad_buf *out)
{
    size_t i;
    json_t *d, *entry, *list = json_object_get(step, "diagnostics"), *codes = json_object_get(step, "codes");
    const char *code;
    json_array_foreach(list, i, d)
    {
        size_t before = 0;
        for (size_t k = 0; k < i; k++)
            before += is_code(json_array_get(list, k), json_string_value(json_object_get(d, "code")));
        if (before < SHOWN)
            CAD_TRY(cad_buf_printf(out, "%s:%s: %s\n", path, json_string_value(json_object_get(d, "at")),
                                   json_string_value(json_object_get(d, "text"))));
    }
    json_object_foreach(codes, code, entry)
    {
        long long rest = (long long)json_integer_value(json_object_get(entry, "count"));
        size_t shown = 0;
        json_array_foreach(list, i, d) shown += shown < SHOWN && is_code(d, code);
        rest -= (long long)shown;
        if (rest > 0)
            CAD_TRY(cad_buf_printf(out, "%s: %lld more of %s, %s\n", path, rest, code,
                                   json_string_value(json_object_get(entry, "meaning"))));
    }
    return CAD_OK;
}

static cad_status print_verdict(const char *path, const json_t *report, cad_buf *out)
{
    const json_t *f = json_object_get(report, "facts"), *reason = json_object_get(report, "reason");
    const char *stage = json_string_value(json_object_get(reason, "stage"));
    const char *kernel = json_string_value(json_object_get(report, "kernel"));
    if (!json_is_true(json_object_get(report, "ok"))) {
        bool alone = !stage || !strcmp(stage, "kernel") || !strcmp(stage, "program");
        CAD_TRY(cad_buf_printf(out, "%s: NOT VALID: %s%s%s", path, alone ? "" : stage, alone ? "" : ": ",
                               json_string_value(json_object_get(reason, "text"))));
        return kernel && !alone ? cad_buf_printf(out, " (%s)\n", kernel) : cad_buf_str(out, "\n");
    }
    double b[6];
    for (size_t i = 0; i < 6; i++)
        b[i] = json_number_value(json_array_get(json_object_get(f, "bbox"), i));
    return cad_buf_printf(out, "%s: valid, %lld solid%s, %.6g mm3, box %.6g x %.6g x %.6g mm, %lld faces, genus %lld\n", path,
                          (long long)json_integer_value(json_object_get(f, "solids")),
                          json_integer_value(json_object_get(f, "solids")) == 1 ? "" : "s",
                          json_number_value(json_object_get(f, "volume")), b[3] - b[0], b[4] - b[1], b[5] - b[2],
                          (long long)json_integer_value(json_object_get(f, "faces")),
                          (long long)json_integer_value(json_object_get(f, "genus")));
}

/* The report of a part whose text alone is too much for a worker. */
static cad_status dead(const char *why, cad_format from, json_t **out)
{
    *out = json_pack("{sb,ss,sn,sn,sn,so,s{ss,so}}", "ok", 0, "format", cad_format_name(from), "program", "step", "facts",
                     "kernel", cad_json_text(why), "reason", "stage", "kernel", "text", cad_json_text(why));
    return *out ? CAD_OK : cad_fail(CAD_ENOMEM, "out of memory for a report");
}

/* One part: its report as JSON object, also when the worker died. */
static cad_status report(cad_cli *cli, cad_pool *pool, const char *path, json_t **out)
{
    cad_format from;
    cad_buf text = CAD_BUF_INIT, answer = CAD_BUF_INIT;
    CAD_TRY(input_format(path, &from));
    CAD_TRY(cad_fs_read(path, FILE_LIMIT, &text));
    cad_convert_job job = cad_convert_defaults(from, CAD_FORMAT_report);
    job.strict = cad_cli_has(cli, "strict");
    cad_status s = dialect_of(cli, &job.dialect_in);
    if (s == CAD_OK)
        s = cad_convert_one(pool, &job, cad_buf_cstr(&text), text.len, &answer);
    if (s == CAD_EDATA) { /* the worker died: what the text itself says is still told */
        snprintf(job.died, sizeof job.died, "%s", cad_error_text());
        s = cad_convert_one(pool, &job, cad_buf_cstr(&text), text.len, &answer);
    }
    if (s == CAD_OK)
        s = cad_json_parse(answer.data, answer.len, path, out);
    else if (s == CAD_EDATA)
        s = dead(cad_error_text(), from, out);
    cad_buf_deinit(&text);
    cad_buf_deinit(&answer);
    if (s == CAD_OK)
        json_object_set_new(*out, "file", cad_json_text(path));
    return s;
}

cad_status cad_cmd_check(cad_cli *cli)
{
    cad_pool *pool;
    size_t bad = 0, n = cad_cli_nargs(cli);
    if (n == 0)
        CAD_FAIL(CAD_EUSAGE, "check takes one part or more, as part.ir or part.step");
    CAD_TRY(open_pool(cli, &pool));
    if (!pool)
        return CAD_OK;
    json_t *all = json_array();
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        const char *path = cad_cli_arg(cli, i);
        json_t *r = NULL;
        cad_buf text = CAD_BUF_INIT;
        s = with_name(path, report(cli, pool, path, &r));
        if (s != CAD_OK)
            break;
        bad += !json_is_true(json_object_get(r, "ok"));
        if (!cad_cli_json(cli)) {
            s = print_program(path, json_object_get(r, "program"), &text);
            if (s == CAD_OK)
                s = print_step(path, json_object_get(r, "step"), &text);
            if (s == CAD_OK)
                s = print_verdict(path, r, &text);
            if (s == CAD_OK)
                s = cad_out(text.data, text.len);
        }
        json_array_append_new(all, r);
        cad_buf_deinit(&text);
    }
    if (s == CAD_OK && cad_cli_json(cli)) {
        cad_buf text = CAD_BUF_INIT;
        s = cad_json_print(all, &text);
        if (s == CAD_OK)
            s = cad_buf_str(&text, "\n");
        if (s == CAD_OK)
            s = cad_out(text.data, text.len);
        cad_buf_deinit(&text);
    }
    json_decref(all);
    cad_pool_destroy(pool);
    if (s == CAD_OK && bad > 0)
        CAD_FAIL(CAD_EGEOM, "%zu of %zu parts are not valid", bad, n);
    return s;
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
    return with_name(in, s);
}

/* From STEP to STEP it is the text that is wanted, which no kernel has to write. */
static cad_status restore_file(cad_cli *cli, const char *in, const char *out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_fs_read(in, FILE_LIMIT, &text);
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
    CAD_TRY(open_pool(cli, &pool));
    if (!pool)
        return CAD_OK;
    job->strict = cad_cli_has(cli, "strict");
    name_after(in, job->name);
    cad_status s = read_size(cli, job);
    if (s == CAD_OK)
        s = cad_fs_read(in, FILE_LIMIT, &text);
    if (s == CAD_OK && cad_cli_has(cli, "restore"))
        s = restore(cli, in, &text);
    if (s == CAD_OK)
        s = with_name(in, cad_convert_one(pool, job, cad_buf_cstr(&text), text.len, &bytes));
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
    CAD_TRY(input_format(in, &from));
    CAD_TRY(cad_format_of(out, &to));
    if (to != CAD_FORMAT_png)
        CAD_FAIL(CAD_EUSAGE, "render writes .png; found %s\nhint: cadtool convert %s %s", out, in, out);
    CAD_TRY(cad_convert_check_out(out));
    cad_convert_job job = cad_convert_defaults(from, to);
    CAD_TRY(read_views(cli, &job));
    CAD_TRY(dialect_of(cli, &job.dialect_in));
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
    CAD_TRY(input_format(in, &from));
    CAD_TRY(cad_format_of(out, &to));
    CAD_TRY(cad_convert_check_out(out));
    if (legal && from != CAD_FORMAT_step)
        CAD_FAIL(CAD_EUSAGE, "--restore: %s is Compact IR; expected STEP", in);
    if (legal && to == CAD_FORMAT_step)
        return restore_file(cli, in, out);
    cad_convert_job job = cad_convert_defaults(from, to);
    CAD_TRY(dialect_of(cli, &job.dialect_out));
    return convert_file(cli, in, out, &job);
}

/* ---- fmt: text only, no kernel and no worker ---- */

static cad_status canonical(cad_cli *cli, const char *path, cad_arena *arena, cad_buf *out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_ir_dialect dialect;
    cad_ir *ir;
    CAD_TRY(dialect_of(cli, &dialect));
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
    cad_status s = with_name(path, canonical(cli, path, cad_cli_arena(cli), &out));
    if (s == CAD_OK)
        s = to ? cad_fs_write(to, out.data, out.len) : cad_out(out.data, out.len);
    cad_buf_deinit(&out);
    return s;
}
