/* cadeval: benchmark tables. */
#include "core/cli.h"
#include "core/fs.h"
#include "core/log.h"
#include "eval/convert.h"
#include "eval/evaluation.h"
#include "eval/score.h"

#include <stdio.h>
#include <string.h>

static const cad_cli_option OPTIONS[] = {
    {"ckpt", 0, "[LABEL=]DIR", NULL, "checkpoint or model; repeatable  [models/tiny]", NULL},
    {"suite", 0, "NAME|FILE", NULL, "prompts: synth-test, cad0-seven, or a .jsonl file", NULL},
    {"samples", 'n', "K", "decode.samples", "answers per prompt", NULL},
    {"temp", 0, "T", "decode.temp", "temperature; 0 = greedy", NULL},
    {"top-p", 0, "P", "decode.top_p", NULL, NULL},
    {"max-new", 0, "N", "decode.max_new", "longest answer in tokens", NULL},
    {"limit", 0, "N", "metrics.limit", "first N prompts only; watermarked", NULL},
    {"workers", 0, "N", "metrics.workers", "worker processes", NULL},
    {"timeout", 0, "S", "metrics.timeout_s", "CPU time of one part", NULL},
    {"mem", 0, "BYTES", "metrics.mem", "memory of one worker", NULL},
    {"ci", 0, "PERCENT", "metrics.ci", "covered by an interval", NULL},
    {"require", 0, "GATES", "metrics.require", "[LABEL:]valid>=0.9,..: 3 when not met", NULL},
    {"pack", 0, "FILE", NULL, "training pack for retrieval-copy", NULL},
    {"format", 'o', "LIST", NULL, "md,csv,json: what to print  [md]; all are written", NULL},
    {"out", 0, "DIR", NULL, "where to write  [runs/eval/SUITE]", NULL},
    {"sheet", 0, "N", NULL, "prompts on the contact sheet  [12]; 0 = none", NULL},
    {"fresh", 0, NULL, NULL, "ignore answers and scores that are there", NULL},
    {"no-baselines", 0, NULL, NULL, "models only", NULL},
    {NULL, 0, NULL, NULL, NULL, NULL},
};

/* "LABEL=DIR" or "DIR"; a plain directory is named by its last two parts that say something. */
static cad_status read_model(const char *text, size_t index, cad_arena *a, cad_eval_model *out)
{
    const char *eq = strchr(text, '=');
    if (eq && eq > text) {
        out->ckpt = eq + 1;
        return cad_arena_strdup(a, text, (size_t)(eq - text), &out->label);
    }
    char label[32];
    snprintf(label, sizeof label, "model%zu", index + 1);
    out->ckpt = text;
    return cad_arena_strdup(a, label, strlen(label), &out->label);
}

static cad_status check_labels(const cad_eval_opts *o)
{
    for (size_t i = 0; i < o->n_models; i++) {
        const char *l = o->model[i].label;
        if (strspn(l, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != strlen(l) || l[0] == '.')
            CAD_FAIL(CAD_EUSAGE, "--ckpt: label '%s'; expected letters, digits, . _ -", l);
        for (size_t k = 0; k < i; k++)
            if (!strcmp(l, o->model[k].label))
                CAD_FAIL(CAD_EUSAGE, "--ckpt: two models are called '%s'\nhint: name them, --ckpt=LABEL=DIR", l);
    }
    return CAD_OK;
}

static cad_status read_models(cad_cli *cli, cad_eval_model *model, cad_eval_opts *o)
{
    const char *text;
    while ((text = cad_cli_value_at(cli, "ckpt", o->n_models))) {
        if (o->n_models == CAD_EVAL_MAX_ROWS - 4)
            CAD_FAIL(CAD_EUSAGE, "--ckpt: at most %d models in one table", CAD_EVAL_MAX_ROWS - 4);
        CAD_TRY(read_model(text, o->n_models, cad_cli_arena(cli), &model[o->n_models]));
        o->n_models++;
    }
    if (o->n_models == 0)
        model[o->n_models++] = (cad_eval_model){"tiny", NULL};
    o->model = model;
    return check_labels(o);
}

static cad_status print_table(cad_cli *cli, const cad_evaluation *e)
{
    const char *format = cad_cli_value(cli, "format");
    if (!format)
        format = cad_cli_json(cli) ? "json" : "md";
    cad_buf text = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    if (strstr(format, "md"))
        s = cad_table_markdown(&e->table, &text);
    if (s == CAD_OK && strstr(format, "csv"))
        s = cad_table_csv(&e->table, &text);
    if (s == CAD_OK && strstr(format, "json"))
        s = cad_table_json(&e->table, &text);
    if (s == CAD_OK)
        s = cad_out(text.data, text.len);
    cad_buf_deinit(&text);
    if (s == CAD_OK)
        cad_log(CAD_LOG_INFO, "written: %s/table.md .csv .json%s", e->out, cad_cli_has(cli, "sheet") ? "" : ", contact.png");
    return s;
}

static cad_status run(cad_cli *cli)
{
    cad_eval_model model[CAD_EVAL_MAX_ROWS];
    cad_eval_opts o = {.suite = cad_cli_value(cli, "suite"),
                       .out = cad_cli_value(cli, "out"),
                       .pack = cad_cli_value(cli, "pack"),
                       .fresh = cad_cli_has(cli, "fresh"),
                       .baselines = !cad_cli_has(cli, "no-baselines")};
    int64_t sheet;
    if (!o.suite)
        CAD_FAIL(CAD_EUSAGE, "no suite given\nhint: --suite=synth-test, --suite=cad0-seven or --suite=FILE.jsonl");
    CAD_TRY(cad_cli_int(cli, "sheet", 12, &sheet));
    if (sheet < 0 || sheet > 200)
        CAD_FAIL(CAD_EUSAGE, "--sheet=%lld; expected 0..200", (long long)sheet);
    o.sheet_rows = (size_t)sheet;
    CAD_TRY(read_models(cli, model, &o));

    /* What the first checkpoint recorded of decoding lies below everything that was said here. */
    cad_buf recorded = CAD_BUF_INIT;
    cad_config_source below = {.kind = CAD_CONFIG_FILE, .only = "prompt decode"};
    cad_status s = CAD_OK;
    if (model[0].ckpt)
        s = cad_buf_printf(&recorded, "%s/config.ini", model[0].ckpt);
    bool has = s == CAD_OK && recorded.data && cad_fs_exists(recorded.data);
    below.name = recorded.data;
    cad_config *config = NULL;
    bool done = false;
    if (s == CAD_OK)
        s = cad_cli_config(cli, &below, has ? 1 : 0, NULL, 0, &config, &done);
    cad_buf_deinit(&recorded);
    if (s != CAD_OK || done)
        return s;
    o.config = config;

    cad_evaluation *e;
    CAD_TRY(cad_arena_zalloc(cad_cli_arena(cli), 1, sizeof *e, "evaluation", &e));
    cad_arena *arena;
    CAD_TRY(cad_arena_create("evaluation", (size_t)64 << 30, &arena));
    s = cad_eval_run(&o, arena, e);
    if (s == CAD_OK) {
        s = print_table(cli, e);
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
               "  cadeval --suite=cad0-seven -o json\n",
        .options = OPTIONS,
        .run = run,
        .min_args = 0,
        .max_args = 0,
    };
    cad_score_register();
    cad_convert_register();
    return cad_cli_main(&spec, argc, argv);
}
