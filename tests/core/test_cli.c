#include "tests/unit.h"

#include "core/cli.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/threads.h"

#include <fcntl.h>
#include <unistd.h>

static char dir[] = "/tmp/cadlm-cli-XXXXXX";

/* ---- a command with words ---- */

static char seen[512]; /* what the last run saw */

static cad_status run_show(cad_cli *cli)
{
    cad_config *cfg;
    bool done;
    const char *file = cad_cli_arg(cli, 0);
    CAD_TRY(cad_cli_config(cli, NULL, 0, &file, file != NULL, &cfg, &done));
    if (done)
        return CAD_OK;
    int64_t n;
    CAD_TRY(cad_cli_int(cli, "count", 5, &n));
    const char *out = cad_cli_value(cli, "out");
    snprintf(seen, sizeof seen, "lr %g temp %g threads %d count %d out %s dry %d tags %s+%s (%s)", cfg->train.lr,
             cfg->decode.temp, cad_threads_count(), (int)n, out ? out : "-", cad_cli_has(cli, "dry-run"),
             cad_cli_value_at(cli, "tag", 0) ? cad_cli_value_at(cli, "tag", 0) : "-",
             cad_cli_value_at(cli, "tag", 1) ? cad_cli_value_at(cli, "tag", 1) : "-", cad_config_origin(cfg, "decode.temp"));
    return CAD_OK;
}

static cad_status run_fail(cad_cli *cli)
{
    (void)cli;
    CAD_FAIL(CAD_EGEOM, "part.ir: no solid; expected one\nhint: cadtool check part.ir");
}

static cad_status run_bytes(cad_cli *cli)
{
    (void)cli;
    CAD_FAIL(CAD_EIO, "caf\xe9.ir: cannot open");
}

static cad_status run_judge(cad_cli *cli)
{
    (void)cli;
    CAD_TRY(cad_out("[false]\n", 8));
    CAD_FAIL(CAD_EGEOM, "1 of 1 parts are not valid");
}

static cad_status run_many(cad_cli *cli)
{
    (void)cli;
    CAD_FAIL(CAD_EDATA, "2 problems:\na.h5: short\nb.h5: absent\nhint: cadtest show");
}

static cad_status run_two(cad_cli *cli)
{
    snprintf(seen, sizeof seen, "two words, %zu args", cad_cli_nargs(cli));
    cad_buf b = CAD_BUF_INIT;
    cad_status s = cad_cli_command(cli, &b);
    if (s == CAD_OK)
        s = cad_out(cad_buf_cstr(&b), b.len);
    cad_buf_deinit(&b);
    return s;
}

static const cad_cli_option options[] = {
    {"out", 'o', "FILE", NULL, "where to write", "show rag.embed"},
    {"temp", 0, "T", "decode.temp", "temperature", NULL},
    {"count", 'n', "N", NULL, "how many", NULL},
    {"tag", 0, "WORD", NULL, NULL, NULL},
    {"dry-run", 0, NULL, NULL, "start nothing", NULL},
    {0},
};
static const cad_cli_word words[] = {{"show", run_show, "[FILE]", "Shows what it was told.\n  cadtest show -n 3\n"},
                                     {"fail", run_fail, NULL, NULL},
                                     {"judge", run_judge, NULL, NULL},
                                     {"bytes", run_bytes, NULL, NULL},
                                     {"many", run_many, NULL, NULL},
                                     {"rag embed", run_two, NULL, "Embeds.\n"},
                                     {"show all", run_two, NULL, "Shows all.\n"},
                                     {0}};
static const cad_cli_spec spec = {.name = "cadtest",
                                  .usage = "COMMAND [FILE]",
                                  .doc = "Tries the command line.\n  cadtest show --temp=1\n",
                                  .more = "  --more=LINES   by hand\n",
                                  .options = options,
                                  .words = words,
                                  .max_args = 1};

static cad_buf out, err;

static void into(int fd, const char *path, int *saved)
{
    *saved = dup(fd);
    int to = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(to >= 0);
    dup2(to, fd);
    close(to);
}

/* Runs a command line given as words split by blanks; returns the exit code, fills out and err. */
static int cli(const char *line)
{
    static char text[2048];
    static char *argv[64];
    int argc = 0, saved[2];
    snprintf(text, sizeof text, "%s", line);
    for (char *p = strtok(text, " "); p; p = strtok(NULL, " "))
        argv[argc++] = p;
    argv[argc] = NULL;
    char path[2][64];
    snprintf(path[0], sizeof path[0], "%s/out", dir);
    snprintf(path[1], sizeof path[1], "%s/err", dir);
    seen[0] = '\0';
    into(1, path[0], &saved[0]);
    into(2, path[1], &saved[1]);
    int code = cad_cli_main(&spec, argc, argv);
    for (int i = 0; i < 2; i++) {
        dup2(saved[i], i + 1);
        close(saved[i]);
    }
    cad_buf_clear(&out);
    cad_buf_clear(&err);
    ok(cad_fs_read(path[0], 0, &out));
    ok(cad_fs_read(path[1], 0, &err));
    cad_log_set_color(CAD_COLOR_AUTO);
    return code;
}

static void test_options_arguments_and_words_arrive(void **state)
{
    (void)state;
    assert_int_equal(cli("cadtest show --temp=0.5 -o a.step -n3 --tag=x --tag y --threads=2 --dry-run"), 0);
    assert_string_equal(seen, "lr 0.0002 temp 0.5 threads 2 count 3 out a.step dry 1 tags x+y (--temp)");
    assert_int_equal(cli("cadtest show --out=b --out=c"), 0);
    assert_non_null(strstr(seen, "out c "));
    assert_int_equal(cli("cadtest rag embed"), 0);
    assert_string_equal(seen, "two words, 0 args");
    assert_string_equal(out.data, "cadtest rag embed");
    assert_int_equal(cli("cadtest show all"), 0);
    assert_string_equal(seen, "two words, 0 args");
    assert_int_equal(cli("cadtest rag embed -o x"), 0);
    assert_int_equal(cli("cadtest show all -o x"), 2);
    assert_int_equal(cli("cadtest rag embed it's"), 0);
    assert_string_equal(out.data, "cadtest rag embed 'it'\\''s'");
}

static void test_options_and_set_count_from_left_to_right(void **state)
{
    (void)state;
    assert_int_equal(cli("cadtest show --temp=0.5 --set=decode.temp=0.7 --set=train.lr=0.1"), 0);
    assert_string_equal(seen, "lr 0.1 temp 0.7 threads 2 count 5 out - dry 0 tags -+- (--set)");
    assert_int_equal(cli("cadtest show --set=decode.temp=0.7 --temp=0.5"), 0);
    assert_non_null(strstr(seen, "temp 0.5"));
}

static void test_bad_command_lines_exit_2_and_say_why(void **state)
{
    (void)state;
    static const struct {
        const char *line, *text;
    } bad[] = {
        {"cadtest show --dry", "cadtest: error: unknown option '--dry'\nhint: write it out: --dry-run\n"},
        {"cadtest show --nothing=1", "cadtest: error: unknown option '--nothing'\nhint: cadtest --help\n"},
        {"cadtest show -z", "cadtest: error: unknown option '-z'\nhint: cadtest --help\n"},
        {"cadtest show --temp", "cadtest: error: option --temp needs a value: --temp=T\nhint: cadtest --help\n"},
        {"cadtest show -o", "cadtest: error: option -o needs a value: -o FILE\nhint: cadtest --help\n"},
        {"cadtest show --dry-run=yes", "cadtest: error: option --dry-run takes no value\nhint: cadtest --help\n"},
        {"cadtest", "cadtest: error: no command given\nhint: cadtest --help\n"},
        {"cadtest show --dry-rnu", "cadtest: error: unknown option '--dry-rnu'\nhint: did you mean --dry-run?\n"},
        {"cadtest show --max-steps=5",
         "cadtest: error: unknown option '--max-steps'; it is a key\nhint: --set=train.max_steps=5\n"},
        {"cadtest show --lr", "cadtest: error: unknown option '--lr'; it is a key\nhint: --set=train.lr=VALUE\n"},
        {"cadtest shwo", "cadtest: error: unknown command 'shwo'; did you mean show?\nhint: cadtest show --help\n"},
        {"cadtest part.ir", "cadtest: error: unknown command 'part.ir'\nhint: cadtest --help\n"},
        {"cadtest rag", "cadtest: error: unknown command 'rag'; expected rag embed\nhint: cadtest rag embed --help\n"},
        {"cadtest rag query", "cadtest: error: unknown command 'rag query'; expected rag embed\nhint: cadtest rag embed --help\n"},
        {"cadtest shwo --help", "cadtest: error: unknown command 'shwo'; did you mean show?\nhint: cadtest show --help\n"},
        {"cadtest show a b", "cadtest: error: unexpected argument 'b'\nhint: cadtest show --help\n"},
        {"cadtest fail -o x",
         "cadtest: error: option --out has no meaning for 'fail'; it belongs to: show, rag embed\nhint: cadtest fail --help\n"},
        {"cadtest show --count=many", "cadtest: error: --count=many; expected an integer, as 16k or 16K\nhint: cadtest show --help\n"},
        {"cadtest show --color=sometimes",
         "cadtest: error: --color=sometimes; expected auto, always or never\nhint: cadtest --help\n"},
        {"cadtest show --explain=train.lrr",
         "cadtest: error: --explain: no key 'train.lrr'; did you mean train.lr?\nhint: cadtest --help-all\n"},
        {"cadtest --completion=csh", "cadtest: error: --completion=csh; expected bash, zsh or fish\nhint: cadtest --help\n"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(cli(bad[i].line), 2);
        assert_string_equal(cad_buf_cstr(&err), bad[i].text);
        assert_int_equal(out.len, 0);
        assert_string_equal(seen, "");
    }
}

static void test_a_bad_configuration_exits_65_with_every_problem(void **state)
{
    (void)state;
    char file[64], line[256];
    snprintf(file, sizeof file, "%s/bad.ini", dir);
    ok(cad_fs_write(file, "[train]\nlrr = 1\n[x]\n", 20));
    snprintf(line, sizeof line, "cadtest show %s --set=lora.rank=0", file);
    assert_int_equal(cli(line), 65);
    assert_non_null(strstr(err.data, "bad.ini:2: error: unknown key 'lrr' in [train]; did you mean lr?\n"));
    assert_non_null(strstr(err.data, "bad.ini:3: error: unknown section [x]\n"));
    assert_non_null(strstr(err.data, "--set: error: lora.rank = 0; expected 1..1024"));
    assert_non_null(strstr(err.data, "\n3 errors; nothing was started\n"));
    assert_int_equal(cli("cadtest show /nonexistent/a.ini"), 66);
    assert_int_equal(cli("cadtest show --threads=many"), 65);
    assert_non_null(strstr(err.data, "--threads: error: run.threads = 'many'"));
}

static void test_failures_have_one_line_a_hint_and_the_code_of_the_table(void **state)
{
    (void)state;
    assert_int_equal(cli("cadtest fail"), 3);
    assert_string_equal(err.data, "cadtest: error: part.ir: no solid; expected one\nhint: cadtool check part.ir\n");
    assert_int_equal(cli("cadtest fail --json"), 3);
    json_t *doc, *e;
    ok(cad_json_parse(out.data, out.len, "stdout", &doc));
    ok(cad_json_get_object(doc, "error", "stdout", &e));
    assert_int_equal(json_integer_value(json_object_get(e, "code")), 3);
    assert_string_equal(json_string_value(json_object_get(e, "message")), "part.ir: no solid; expected one");
    assert_string_equal(json_string_value(json_object_get(e, "hint")), "cadtool check part.ir");
    json_decref(doc);
    assert_int_equal(cli("cadtest bytes --json"), 74);
    assert_non_null(strstr(out.data, "\"message\":\"caf\xef\xbf\xbd.ir: cannot open\""));
    assert_string_equal(err.data, "cadtest: error: caf\\xe9.ir: cannot open\n");
    assert_int_equal(cli("cadtest show --json --nothing"), 2); /* what does not parse has a document too */
    ok(cad_json_parse(out.data, out.len, "stdout", &doc));
    ok(cad_json_get_object(doc, "error", "stdout", &e));
    assert_int_equal(json_integer_value(json_object_get(e, "code")), 2);
    json_decref(doc);
    assert_int_equal(cli("cadtest show --nothing -- --json"), 2);
    assert_int_equal(out.len, 0);
    assert_int_equal(cli("cadtest many"), 65);
    assert_string_equal(err.data, "cadtest: error: 2 problems:\na.h5: short\nb.h5: absent\nhint: cadtest show\n");
    assert_int_equal(cli("cadtest judge --json"), 3);
    assert_string_equal(out.data, "[false]\n"); /* the document was there: no second one */
    assert_string_equal(err.data, "cadtest: error: 1 of 1 parts are not valid\n");
    assert_int_equal(cli("cadtest fail --color=always"), 3);
    assert_non_null(strstr(err.data, "\x1b[31merror:\x1b[0m"));
}

static void test_help_goes_to_stdout_and_fits_a_screen(void **state)
{
    (void)state;
    assert_int_equal(cli("cadtest show --nonsense=1 --help"), 2);
    assert_int_equal(cli("cadtest --help"), 0);
    assert_int_equal(err.len, 0);
    assert_non_null(strstr(out.data, "Usage: cadtest [OPTION...] COMMAND [FILE]\nTries the command line.\n"));
    assert_non_null(strstr(out.data, "  -o, --out=FILE          where to write\n"));
    assert_non_null(strstr(out.data, "  --temp=T                temperature                                        [0]\n"));
    assert_null(strstr(out.data, "--tag"));
    size_t lines = 0, width = 0;
    for (const char *p = out.data; *p; p++) {
        width = *p == '\n' ? 0 : width + 1;
        lines += *p == '\n';
        assert_true(width <= 80);
    }
    assert_true(lines <= 40);
    assert_int_equal(cli("cadtest --help-all"), 0);
    assert_non_null(strstr(out.data, "--tag=WORD"));
    assert_non_null(strstr(out.data, "\n[train]\n"));
    assert_int_equal(cli("cadtest --version"), 0);
    assert_memory_equal(out.data, "cadtest 0.", 10);
}

static void test_help_of_a_word_is_about_that_word(void **state)
{
    (void)state;
    assert_int_equal(cli("cadtest show --help"), 0);
    assert_ptr_equal(strstr(out.data, "Usage: cadtest show [OPTION...] [FILE]\nShows what it was told.\n"), out.data);
    assert_non_null(strstr(out.data, "--out=FILE"));
    assert_non_null(strstr(out.data, "  --tag=WORD\n")); /* those that the short help leaves out, too */
    assert_null(strstr(out.data, "--more"));
    assert_int_equal(cli("cadtest fail --help"), 0);
    assert_ptr_equal(strstr(out.data, "Usage: cadtest fail [OPTION...]\n"), out.data);
    assert_null(strstr(out.data, "--out"));
    assert_int_equal(cli("cadtest rag --help"), 0);
    assert_ptr_equal(strstr(out.data, "Usage: cadtest rag embed [OPTION...]\nEmbeds.\n"), out.data);
    assert_int_equal(cli("cadtest show all --help"), 0);
    assert_ptr_equal(strstr(out.data, "Usage: cadtest show all [OPTION...]\nShows all.\n"), out.data);
    assert_null(strstr(out.data, "--out"));
    assert_int_equal(cli("cadtest show --help-all"), 0);
    assert_non_null(strstr(out.data, "\n[train]\n"));
    assert_non_null(strstr(out.data, "  --log-file=FILE"));
}

/* In the list of exit codes, which is the last but one section: the text belongs to this code. */
static void told_by_man(int exit_code, const char *text)
{
    char head[32];
    snprintf(head, sizeof head, "\n.B %d\n", exit_code);
    const char *list = strstr(out.data, "\n.SH EXIT STATUS\n"), *item = list ? strstr(list, head) : NULL;
    assert_non_null(item);
    item += strlen(head);
    const char *end = strchr(item, '\n'), *found = strstr(item, text);
    if (!found || !end || found > end)
        fail_msg("the man page does not tell '%s' at %d", text, exit_code);
    assert_null(strstr(item, head)); /* each code once */
}

static void test_man_page_and_completions_hold_every_option(void **state)
{
    (void)state;
    static const char *const lines[] = {"cadtest --man", "cadtest --completion=bash", "cadtest --completion=zsh",
                                        "cadtest --completion=fish"};
    static const char *const names[] = {"out",  "temp",     "count",    "tag",   "dry-run", "config",     "set",
                                        "json", "log-file", "help-all", "quiet", "device",  "completion", "explain"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(cli(lines[i]), 0);
        assert_int_equal(err.len, 0);
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            char text[64], *c = text;
            c += snprintf(text, sizeof text, i == 3 ? "-l " : "--");
            for (const char *p = names[k]; *p; p++) {
                if (*p == '-' && i == 0)
                    *c++ = '\\';
                *c++ = *p;
            }
            *c = '\0';
            assert_non_null(strstr(out.data, i == 0 ? text + 2 : text));
        }
    }
    assert_int_equal(cli("cadtest --man"), 0);
    assert_non_null(strstr(out.data, "\n.SH EXIT STATUS\n.TP\n.B 0\nok\n.TP\n.B 1\ninternal error\n"));
#define X(name, value, exit_code, text) told_by_man(exit_code, text);
    CAD_STATUS_TABLE(X)
#undef X
    assert_non_null(strstr(out.data, ".SS cadtest show "));
    assert_int_equal(cli("cadtest --completion=bash"), 0);
    assert_non_null(strstr(out.data, "words='show fail judge bytes many rag'"));
    assert_non_null(strstr(out.data, "\n    show) options='--out= "));
    assert_non_null(strstr(out.data, "\n    rag) options='--out= "));
    assert_null(strstr(strstr(out.data, "\n    show) ") + 1, "\n    show) "));
    assert_non_null(strstr(out.data, " train.lr= "));
    assert_int_equal(cli("cadtest --completion=fish"), 0);
    assert_non_null(strstr(out.data, "-l out -s o -n '__fish_seen_subcommand_from show rag' -r -d 'where to write'\n"));
}

static json_t *document(const char *line)
{
    json_t *doc;
    assert_int_equal(cli(line), 0);
    ok(cad_json_parse(out.data, out.len, "stdout", &doc));
    return doc;
}

static void test_answers_about_keys_and_version_are_documents_too(void **state)
{
    (void)state;
    json_t *doc = document("cadtest --explain=train.lr --explain=lora.enabled --json --set=train.lr=3e-3"), *lr;
    assert_int_equal(json_object_size(doc), 2);
    lr = json_object_get(doc, "train.lr");
    assert_true(json_number_value(json_object_get(lr, "value")) == 3e-3);
    assert_string_equal(json_string_value(json_object_get(lr, "origin")), "--set");
    assert_true(json_is_false(json_object_get(lr, "default")));
    assert_true(json_is_true(json_object_get(json_object_get(doc, "lora.enabled"), "value")));
    json_decref(doc);
    doc = document("cadtest show --print-config --json --seed=9");
    assert_true(json_object_size(doc) > 50);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(doc, "run.seed"), "value")), 9);
    assert_string_equal(json_string_value(json_object_get(json_object_get(doc, "train.warmup"), "value")), "5%");
    json_decref(doc);
    doc = document("cadtest --version --json");
    assert_string_equal(json_string_value(json_object_get(doc, "name")), "cadtest");
    json_decref(doc);
    assert_int_equal(cli("cadtest --explain=train.lrr --json"), 2);
    ok(cad_json_parse(out.data, out.len, "stdout", &doc));
    assert_non_null(json_object_get(doc, "error"));
    json_decref(doc);
}

static void test_questions_about_keys_need_no_command(void **state)
{
    (void)state;
    assert_int_equal(cli("cadtest --explain=lora.rank --set=lora.rank=8"), 0);
    assert_non_null(strstr(out.data, "lora.rank = 8   (--set)\n"));
    assert_int_equal(cli("cadtest show --print-config --seed=9"), 0);
    assert_non_null(strstr(out.data, "seed = 9                                ; --seed\n"));
    assert_string_equal(seen, "");
}

static void test_quiet_and_verbose_set_the_level(void **state)
{
    (void)state;
    assert_int_equal(cli("cadtest show -q"), 0);
    assert_int_equal(cad_log_get_level(), CAD_LOG_WARN);
    assert_int_equal(cli("cadtest show -vv"), 0);
    assert_int_equal(cad_log_get_level(), CAD_LOG_TRACE);
    assert_int_equal(cli("cadtest show --set=log.level=error"), 0);
    assert_int_equal(cad_log_get_level(), CAD_LOG_ERROR);
    assert_int_equal(cli("cadtest rag embed --set=train.lr=1"), 0);
    assert_non_null(strstr(err.data, "warning: this command reads no configuration"));
}

int main(void)
{
    unsetenv("ARGP_HELP_FMT");
    if (!mkdtemp(dir))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_arguments_and_words_arrive),
        cmocka_unit_test(test_options_and_set_count_from_left_to_right),
        cmocka_unit_test(test_bad_command_lines_exit_2_and_say_why),
        cmocka_unit_test(test_a_bad_configuration_exits_65_with_every_problem),
        cmocka_unit_test(test_failures_have_one_line_a_hint_and_the_code_of_the_table),
        cmocka_unit_test(test_help_goes_to_stdout_and_fits_a_screen),
        cmocka_unit_test(test_help_of_a_word_is_about_that_word),
        cmocka_unit_test(test_man_page_and_completions_hold_every_option),
        cmocka_unit_test(test_answers_about_keys_and_version_are_documents_too),
        cmocka_unit_test(test_questions_about_keys_need_no_command),
        cmocka_unit_test(test_quiet_and_verbose_set_the_level),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cad_buf_deinit(&out);
    cad_buf_deinit(&err);
    return cad_fs_remove_tree(dir) == CAD_OK ? failed : 1;
}
