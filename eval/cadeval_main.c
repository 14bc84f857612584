/* cadeval: benchmark tables. */
#include "core/cli.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/stop_signal.h"
#include "eval/convert.h"
#include "eval/eval_rows_cmd.h"
#include "eval/score.h"

#include <string.h>

enum { MOST_ON_SHEET = 120 }; /* a picture has at most 32768 rows */

static const cad_cli_option OPTIONS[] = {
    {"ckpt", 0, "[LABEL=]DIR", NULL, "checkpoint or model; repeatable  [models/tiny]", NULL},
    {"suite", 0, "NAME|FILE", NULL, "synth-test, cad0-seven, natural, or a .jsonl file", NULL},
    {"pred", 0, "[LABEL=]DIR", NULL, "STEP files made elsewhere, one a row; repeatable", NULL},
    {"gt", 0, "DIR", NULL, "STEP files to compare them with, by name", NULL},
    {"samples", 'n', "K", "decode.samples", "answers per prompt", NULL},
    {"temp", 0, "T", "decode.temp", "temperature; 0 = greedy", NULL},
    {"top-p", 0, "P", "decode.top_p", NULL, NULL},
    {"max-new", 0, "N", "decode.max_new", "longest answer in tokens", NULL},
    {"preset", 0, "LIST", "metrics.preset", "cadlm, steplm: whose columns to print", NULL},
    {"limit", 0, "N", "metrics.limit", "first N prompts only; watermarked", NULL},
    {"workers", 0, "N", "metrics.workers", "worker processes", NULL},
    {"timeout", 0, "S", "metrics.timeout_s", "CPU time of one part", NULL},
    {"mem", 0, "BYTES", "metrics.mem", "memory of one worker", NULL},
    {"ci", 0, "PERCENT", "metrics.ci", "covered by an interval", NULL},
    {"require", 0, "GATES", "metrics.require", "[LABEL:]valid>=0.9,..: 3 when not met", NULL},
    {"rag", 0, "INDEX|off", NULL, "what prompts retrieve from  [as recorded]", NULL},
    {"pack", 0, "FILE", NULL, "training pack for retrieval-copy", NULL},
    {"format", 'o', "LIST", NULL, "md,csv,json: what to print  [md]; all are written", NULL},
    {"out", 0, "DIR", NULL, "where to write  [runs/eval/SUITE]", NULL},
    {"sheet", 0, "N", NULL, "prompts on the contact sheet  [12]; 0 = none", NULL},
    {"fresh", 0, NULL, NULL, "ignore answers and scores that are there", NULL},
    {"no-baselines", 0, NULL, NULL, "models only", NULL},
    {NULL, 0, NULL, NULL, NULL, NULL},
};

static cad_status print_table(const bool wanted[CAD_TABLE_FORMATS], const cad_evaluation *e, bool sheet)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (int i = 0; s == CAD_OK && i < CAD_TABLE_FORMATS; i++)
        if (wanted[i])
            s = cad_table_formats[i].print(&e->table, &text);
    if (s == CAD_OK)
        s = cad_out(text.data, text.len);
    cad_buf_deinit(&text);
    if (s == CAD_OK)
        cad_log(CAD_LOG_INFO, "written: %s/table.md .csv .json%s", e->out, sheet ? ", contact.png" : "");
    return s;
}

static cad_status run(cad_cli *cli)
{
    cad_eval_model model[CAD_EVAL_MAX_ROWS];
    cad_eval_opts o = {.suite = cad_cli_value(cli, "suite"),
                       .gt = cad_cli_value(cli, "gt"),
                       .out = cad_cli_value(cli, "out"),
                       .pack = cad_cli_value(cli, "pack"),
                       .rag = cad_cli_value(cli, "rag"),
                       .stop = cad_stop_signal(),
                       .fresh = cad_cli_has(cli, "fresh"),
                       .baselines = !cad_cli_has(cli, "no-baselines")};
    int64_t sheet;
    bool wanted[CAD_TABLE_FORMATS] = {false};
    if (o.suite && o.gt)
        CAD_FAIL(CAD_EUSAGE, "--suite=%s and --gt=%s: expected one of them", o.suite, o.gt);
    if (!o.suite && !o.gt)
        CAD_FAIL(CAD_EUSAGE, "no suite given\nhint: --suite=synth-test, cad0-seven, natural or FILE.jsonl%s",
                 cad_cli_has(cli, "pred") ? "; or a folder to compare with, --gt=DIR" : "");
    CAD_TRY(cad_cli_int(cli, "sheet", 12, &sheet));
    if (sheet < 0 || sheet > MOST_ON_SHEET)
        CAD_FAIL(CAD_EUSAGE, "--sheet=%lld; expected 0..%d", (long long)sheet, MOST_ON_SHEET);
    o.sheet_rows = (size_t)sheet;
    const char *formats = cad_cli_value(cli, "format"), *usual = cad_cli_json(cli) ? "json" : "md";
    CAD_TRY(cad_table_read_formats(formats ? formats : usual, wanted));
    CAD_TRY(cad_eval_rows_read(cli, model, &o));

    /* What the first checkpoint recorded of decoding lies below everything that was said here. */
    cad_buf recorded = CAD_BUF_INIT;
    cad_status s = model[0].pred ? CAD_OK : cad_engine_resolve(model[0].ckpt, &recorded);
    if (s == CAD_OK)
        s = cad_buf_str(&recorded, "/config.ini");
    const cad_config_source below = {.kind = CAD_CONFIG_FILE, .name = cad_buf_cstr(&recorded), .only = "prompt rag decode"};
    bool has = s == CAD_OK && !model[0].pred && cad_fs_exists(below.name);
    cad_config *config = NULL;
    bool done = false;
    if (s == CAD_OK)
        s = cad_cli_config(cli, &below, has ? 1 : 0, NULL, 0, &config, &done);
    /* That the training was allowed to leak is no word about this evaluation. */
    if (config && config->rag.allow_leak)
        o.allow_leak = !has || strncmp(cad_config_origin(config, "rag.allow_leak"), below.name, strlen(below.name)) != 0;
    cad_buf_deinit(&recorded);
    if (s != CAD_OK || done)
        return s;
    o.config = config;

    cad_evaluation *e;
    CAD_TRY(cad_arena_zalloc(cad_cli_arena(cli), 1, sizeof *e, "evaluation", &e));
    cad_arena *arena;
    CAD_TRY(cad_arena_create("evaluation", (size_t)64 << 30, &arena));
    cad_stop_interrupt_catch();
    s = cad_eval_run(&o, arena, e);
    cad_stop_interrupt_release();
    if (s == CAD_OK) {
        s = print_table(wanted, e, o.sheet_rows > 0);
        if (s == CAD_OK)
            s = cad_eval_gates(e, &config->metrics.require);
        cad_eval_deinit(e);
    }
    cad_arena_destroy(arena);
    return s;
}

int main(int argc, char **argv)
{
    static const cad_cli_spec spec = {
        .name = "cadeval",
        .usage = "--suite=NAME|FILE",
        .doc = "Generate, compile, score, tabulate.  A second call does only what is missing.\n"
               "  cadeval --ckpt=runs/tiny/ckpt/best --suite=synth-test\n"
               "  cadeval --ckpt=base=models/tiny --ckpt=ours=runs/tiny/ckpt/best \\\n"
               "          --suite=synth-test --require='ours:valid>=0.9'\n"
               "  cadeval --suite=cad0-seven -o json\n"
               "  cadeval --pred=their/step --gt=data/abc/step\n",
        .options = OPTIONS,
        .run = run,
        .min_args = 0,
        .max_args = 0,
    };
    cad_score_register();
    cad_convert_register();
    return cad_cli_main(&spec, argc, argv);
}
