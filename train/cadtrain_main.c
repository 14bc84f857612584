/* cadtrain: fine-tunes a decoder to write CAD. */
#include "core/cli.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/stop_signal.h"
#include "train/dry_run.h"
#include "train/sample_task.h"
#include "train/trainer.h"

#include <string.h>

static cad_status print_facts(const cad_cli *cli, const cad_trainer *t)
{
    cad_trainer_facts f = cad_trainer_get_facts(t);
    cad_buf text = CAD_BUF_INIT;
    cad_status s;
    if (cad_cli_json(cli)) {
        json_t *o = json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "ok", 1, "parameters",
                              (json_int_t)f.parameters, "trained", (json_int_t)f.trained, "rows", (json_int_t)f.rows, "tokens",
                              (json_int_t)f.tokens, "loss_tokens", (json_int_t)f.loss_tokens, "steps", (json_int_t)f.steps,
                              "steps_per_epoch", (json_int_t)f.steps_per_epoch, "max_pass_tokens",
                              (json_int_t)f.max_pass_tokens, "resume_step", (json_int_t)f.resume_step, "run_dir", f.run_dir);
        s = o ? cad_json_print(o, &text) : cad_fail(CAD_ENOMEM, "out of memory");
        json_decref(o);
        if (s == CAD_OK)
            s = cad_buf_str(&text, "\n");
    } else {
        s = cad_buf_printf(&text,
                           "ok: %lld rows, %lld tokens, %lld in the loss; %lld parameters, %lld trained; %lld steps, "
                           "starts after step %lld\n",
                           (long long)f.rows, (long long)f.tokens, (long long)f.loss_tokens, (long long)f.parameters,
                           (long long)f.trained, (long long)f.steps, (long long)f.resume_step);
    }
    if (s == CAD_OK)
        s = cad_out(text.data, text.len);
    cad_buf_deinit(&text);
    return s;
}

/* Packs that are not there yet are made by the command before this one: a better hint than how packs are made. */
static cad_status with_hint(const cad_cli *cli, const cad_config *cfg, cad_status s)
{
    cad_kept_error failure;
    cad_error_keep(&failure);
    char *hint = strstr(failure.text, "\nhint: ");
    if (hint)
        *hint = '\0';
    if (s != CAD_ENOTFOUND || !*cfg->data.train || cad_fs_exists(cfg->data.train) || !cad_cli_arg(cli, 0))
        return s;
    const char *made_by = *cfg->prep.out ? cad_cli_arg(cli, 0) : "the configuration whose prep.out is the folder of that pack";
    return cad_fail(s, "%.1800s\nhint: cadprep run %s", failure.text, made_by);
}

static cad_status train(cad_cli *cli, const cad_config *cfg)
{
    enum { MOST_ALLOWED = 64 };
    const char *allow[MOST_ALLOWED];
    cad_trainer_opts o = {.run_dir = cad_cli_value(cli, "run-dir"),
                          .resume = cad_cli_value(cli, "resume"),
                          .allow = allow,
                          .force_unlock = cad_cli_has(cli, "force-unlock"),
                          .check = cad_cli_has(cli, "check"),
                          .stop = cad_stop_signal()};
    for (const char *key; o.n_allow < MOST_ALLOWED && (key = cad_cli_value_at(cli, "allow-change", o.n_allow));) {
        if (!cad_config_origin(cfg, key))
            CAD_FAIL(CAD_EUSAGE, "--allow-change=%s: no such key", key);
        allow[o.n_allow++] = key;
    }
    cad_buf command = CAD_BUF_INIT;
    CAD_TRY(cad_cli_command(cli, &command));
    o.command = command.data;
    cad_trainer *t = NULL;
    if (!o.check)
        cad_stop_signals_catch();
    cad_status s = with_hint(cli, cfg, cad_trainer_open(cfg, &o, &t));
    if (s == CAD_OK)
        s = o.check ? print_facts(cli, t) : cad_trainer_run(t);
    cad_trainer_close(t);
    cad_buf_deinit(&command);
    return s;
}

/* The figures; of --check --assume, where what is not here may lie on another machine, one line. */
static cad_status dry_run(cad_cli *cli, const cad_config *cfg)
{
    cad_dry_report r;
    CAD_TRY(cad_dry_run(cfg, cad_cli_value(cli, "run-dir"), cad_cli_value(cli, "assume"), &r));
    cad_buf text = CAD_BUF_INIT;
    bool check = cad_cli_has(cli, "check");
    cad_status s = cad_cli_json(cli) ? cad_dry_json(&r, &text) : (check ? cad_dry_print_check : cad_dry_print)(&r, &text);
    if (s == CAD_OK)
        s = cad_out(text.data, text.len);
    cad_buf_deinit(&text);
    return s == CAD_OK ? cad_dry_verdict(&r) : s;
}

static cad_status run(cad_cli *cli)
{
    enum { MOST_FILES = 64 };
    const char *file[MOST_FILES];
    size_t n = cad_cli_nargs(cli);
    if (n > MOST_FILES)
        CAD_FAIL(CAD_EUSAGE, "%zu configuration files; expected at most %d", n, MOST_FILES);
    for (size_t i = 0; i < n; i++)
        file[i] = cad_cli_arg(cli, i);
    cad_config *cfg;
    bool done;
    CAD_TRY(cad_cli_config(cli, NULL, 0, file, n, &cfg, &done));
    bool dry = cad_cli_has(cli, "dry-run"), check = cad_cli_has(cli, "check"), assume = cad_cli_has(cli, "assume");
    if (assume && !dry && !check)
        CAD_FAIL(CAD_EUSAGE, "--assume is for --check and --dry-run");
    if (dry && check)
        CAD_FAIL(CAD_EUSAGE, "--check and --dry-run; expected one of them");
    if (done)
        return CAD_OK;
    return assume || dry ? dry_run(cli, cfg) : train(cli, cfg);
}

static const cad_cli_option options[] = {
    {.name = "run-dir", .arg = "DIR", .help = "where to write [<run.out_root>/<run.name>]"},
    {.name = "resume", .arg = "auto|no|DIR", .help = "continue a run [auto]"},
    {.name = "allow-change", .arg = "S.K", .help = "let this key differ on resume; repeatable"},
    {.name = "check", .help = "validate config and files, list every problem, exit"},
    {.name = "dry-run", .help = "audit, memory, disk, time; start nothing"},
    {.name = "assume", .arg = "DEVICE", .help = "h100-80g h200-141g a100-80g cpu, or GiB:TFLOPS"},
    {.name = "force-unlock", .help = "take over a run directory whose owner is gone"},
    {0},
};

static const cad_cli_spec spec = {
    .name = "cadtrain",
    .usage = "CONFIG.ini [OVERLAY.ini...]",
    .doc = "Fine-tune a decoder to write CAD.\n"
           "  cadtrain configs/tiny_qlora.ini                       # a laptop\n"
           "  cadtrain configs/tiny_qlora.ini --check               # would it run\n"
           "  cadtrain configs/tiny_qlora.ini --dry-run             # does it fit, how long\n"
           "  cadtrain configs/tiny_qlora.ini --set=train.lr=1e-4   # change one key\n"
           "The same command again continues a run that was stopped or killed.",
    .options = options,
    .run = run,
    .min_args = 1,
    .max_args = -1,
};

int main(int argc, char **argv)
{
    cad_sample_register();
    return cad_cli_main(&spec, argc, argv);
}
