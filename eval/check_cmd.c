/* eval/parts_cmd.h: cadtool check. */
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/problems.h"
#include "eval/parts_cmd.h"
#include "eval/parts_impl.h"

#include <string.h>

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

static bool is_compact(const json_t *report)
{
    const char *form = json_string_value(json_object_get(report, "form"));
    return form && !strcmp(form, "compact");
}

/* Places of a compact text are those of the file that it stands for. */
static cad_status print_step(const char *path, bool compact, const json_t *step, cad_buf *out)
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
            CAD_TRY(cad_buf_printf(out, "%s%s:%s: %s\n", path, compact ? " as a file" : "",
                                   json_string_value(json_object_get(d, "at")), json_string_value(json_object_get(d, "text"))));
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

/* Why it is not valid, what the kernel alone says, and class and level as an evaluation tells them. */
static cad_status print_refusal(const char *path, const json_t *report, cad_buf *out)
{
    const json_t *reason = json_object_get(report, "reason"), *facts = json_object_get(report, "facts");
    const char *stage = json_string_value(json_object_get(reason, "stage"));
    const char *kernel = json_string_value(json_object_get(report, "kernel"));
    long long level = (long long)json_integer_value(json_object_get(report, "level"));
    bool alone = !stage || !strcmp(stage, "kernel") || !strcmp(stage, "program");
    CAD_TRY(cad_buf_printf(out, "%s: NOT VALID: %s%s%s", path, alone ? "" : stage, alone ? "" : ": ",
                           json_string_value(json_object_get(reason, "text"))));
    if (kernel && !alone)
        CAD_TRY(cad_buf_printf(out, " (%s)", kernel));
    else if (level < 3 && json_integer_value(json_object_get(facts, "level")) >= 8)
        CAD_TRY(cad_buf_str(out, " (the kernel alone makes a valid solid of it)"));
    return cad_buf_printf(out, " [%s, level %lld]\n", json_string_value(json_object_get(report, "class")), level);
}

static cad_status print_verdict(const char *path, const json_t *report, cad_buf *out)
{
    const json_t *f = json_object_get(report, "facts");
    if (!json_is_true(json_object_get(report, "ok")))
        return print_refusal(path, report, out);
    double b[6];
    for (size_t i = 0; i < 6; i++)
        b[i] = json_number_value(json_array_get(json_object_get(f, "bbox"), i));
    return cad_buf_printf(
        out, "%s: valid, %lld solid%s, %.6g mm3, box %.6g x %.6g x %.6g mm, %lld faces, genus %lld%s\n", path,
        (long long)json_integer_value(json_object_get(f, "solids")),
        json_integer_value(json_object_get(f, "solids")) == 1 ? "" : "s", json_number_value(json_object_get(f, "volume")),
        b[3] - b[0], b[4] - b[1], b[5] - b[2], (long long)json_integer_value(json_object_get(f, "faces")),
        (long long)json_integer_value(json_object_get(f, "genus")), is_compact(report) ? ", from compact text" : "");
}

/* One part: its report as JSON object, also when the worker died. */
static cad_status report(cad_cli *cli, cad_pool *pool, const char *path, json_t **out)
{
    cad_format from;
    cad_buf text = CAD_BUF_INIT, answer = CAD_BUF_INIT;
    CAD_TRY(cad_parts_format(path, &from));
    CAD_TRY(cad_fs_read(path, CAD_PARTS_FILE_LIMIT, &text));
    cad_convert_job job = cad_convert_defaults(from, CAD_FORMAT_report);
    job.strict = cad_cli_has(cli, "strict");
    cad_status s = cad_parts_dialect(cli, &job.dialect_in);
    if (s == CAD_OK)
        s = cad_convert_report(pool, &job, cad_buf_cstr(&text), text.len, &answer);
    if (s == CAD_OK)
        s = cad_json_parse(answer.data, answer.len, path, out);
    cad_buf_deinit(&text);
    cad_buf_deinit(&answer);
    if (s == CAD_OK)
        json_object_set_new(*out, "file", cad_json_text(path));
    return s;
}

static cad_status print_report(const char *path, const json_t *r)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = print_program(path, json_object_get(r, "program"), &text);
    if (s == CAD_OK)
        s = print_step(path, is_compact(r), json_object_get(r, "step"), &text);
    if (s == CAD_OK)
        s = print_verdict(path, r, &text);
    if (s == CAD_OK)
        s = cad_out(text.data, text.len);
    cad_buf_deinit(&text);
    return s;
}

static cad_status print_reports(const json_t *all)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_json_print(all, &text);
    if (s == CAD_OK)
        s = cad_buf_str(&text, "\n");
    if (s == CAD_OK)
        s = cad_out(text.data, text.len);
    cad_buf_deinit(&text);
    return s;
}

/* In the list of reports: {"file","ok":false,"error":{code,name,message}}. */
static json_t *unread(const char *path, cad_status s)
{
    const char *text = cad_error_text();
    return json_pack("{so,sb,s{si,ss,so}}", "file", cad_json_text(path), "ok", 0, "error", "code", cad_status_exit_code(s),
                     "name", cad_status_name(s), "message", cad_json_text(text));
}

/* Of a failure over one file: whether the others can still be looked at. */
static bool is_of_the_file(cad_status s)
{
    return s == CAD_EUSAGE || s == CAD_ENOTFOUND || s == CAD_EDATA || s == CAD_EINVAL || s == CAD_EIO || s == CAD_ECORRUPT;
}

/* The exit code is the worst: of a file that cannot be read before that of a part which is not valid. */
static void take_problem(cad_problems *p, cad_status s)
{
    cad_problems_add(p, s);
    if (cad_status_exit_code(s) > cad_status_exit_code(p->first))
        p->first = s;
}

/* All files; those that cannot be read are told behind the others. */
static cad_status check_all(cad_cli *cli, cad_pool *pool, json_t *all, cad_problems *problems)
{
    size_t bad = 0, read = 0, n = cad_cli_nargs(cli);
    for (size_t i = 0; i < n; i++) {
        const char *path = cad_cli_arg(cli, i);
        json_t *r = NULL;
        cad_status s = cad_parts_named(path, report(cli, pool, path, &r));
        if (s != CAD_OK && !is_of_the_file(s))
            return s;
        json_array_append_new(all, s == CAD_OK ? r : unread(path, s));
        if (s != CAD_OK) {
            take_problem(problems, s);
            continue;
        }
        read++;
        bad += !json_is_true(json_object_get(r, "ok"));
        if (!cad_cli_json(cli))
            CAD_TRY(print_report(path, r));
    }
    if (cad_cli_json(cli) && read > 0) /* else the failure is the document */
        CAD_TRY(print_reports(all));
    if (bad > 0)
        take_problem(problems, cad_fail(CAD_EGEOM, "%zu of %zu parts are not valid", bad, n));
    return CAD_OK;
}

cad_status cad_cmd_check(cad_cli *cli)
{
    cad_pool *pool;
    cad_problems problems = CAD_PROBLEMS_INIT;
    if (cad_cli_nargs(cli) == 0)
        CAD_FAIL(CAD_EUSAGE, "check takes one part or more, as part.ir or part.step");
    CAD_TRY(cad_parts_open_pool(cli, &pool));
    if (!pool)
        return CAD_OK;
    json_t *all = json_array();
    cad_status s = check_all(cli, pool, all, &problems);
    json_decref(all);
    cad_pool_destroy(pool);
    if (s != CAD_OK) {
        cad_buf_deinit(&problems.text);
        return s;
    }
    return cad_problems_end(&problems);
}
