#include "eval/models_cmd.h"

#include "core/file_kind.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "model/decoder/checkpoint_parts.h"
#include "model/hf/model_dir.h"
#include "model/hf/safetensors.h"

#include <string.h>

cad_status cad_cmd_settings(cad_cli *cli, cad_config **config, bool *done)
{
    return cad_cli_config(cli, NULL, 0, NULL, 0, config, done);
}

cad_status cad_cmd_shard_size(const cad_cli *cli, uint64_t *out)
{
    int64_t bytes;
    CAD_TRY(cad_cli_int(cli, "shard-size", 0, &bytes));
    if (bytes < 0)
        CAD_FAIL(CAD_EUSAGE, "--shard-size=%s; expected bytes, as 2G, or 0 for one file", cad_cli_value(cli, "shard-size"));
    *out = (uint64_t)bytes;
    return CAD_OK;
}

cad_status cad_cmd_on_cpu(const cad_config *config, const char *command)
{
    const char *device = config->run.device;
    if (strcmp(device, "auto") != 0 && strcmp(device, "cpu") != 0)
        CAD_FAIL(CAD_EUSAGE, "--device=%s: %s works on the CPU; expected auto or cpu", device, command);
    return CAD_OK;
}

static cad_status print_json(const char *dir, const cad_safetensors *f, uint64_t bytes, uint32_t files)
{
    cad_buf out = CAD_BUF_INIT;
    json_t *o = json_pack("{s:o, s:I, s:I, s:I}", "path", cad_json_text(dir), "tensors", (json_int_t)cad_st_count(f), "bytes",
                          (json_int_t)bytes, "files", (json_int_t)files);
    cad_status s = o ? cad_json_print(o, &out) : cad_fail(CAD_ENOMEM, "out of memory for an answer");
    if (s == CAD_OK)
        s = cad_buf_str(&out, "\n");
    if (s == CAD_OK)
        s = cad_out(out.data, out.len);
    json_decref(o);
    cad_buf_deinit(&out);
    return s;
}

/* How many files, after the fact. */
static cad_status tell_written(const cad_cli *cli, const char *dir)
{
    cad_safetensors *f;
    uint64_t bytes = 0;
    uint32_t files = 0;
    CAD_TRY(cad_st_open_dir(dir, &f));
    for (size_t i = 0; i < cad_st_count(f); i++) {
        const cad_st_tensor *t = cad_st_at(f, i);
        bytes += t->end - t->begin;
        files = t->shard >= files ? t->shard + 1 : files;
    }
    cad_log(CAD_LOG_INFO, "%s: %zu tensors, %.1f MB in %u file%s", dir, cad_st_count(f), (double)bytes / 1e6, files,
            files == 1 ? "" : "s");
    cad_status s = cad_cli_json(cli) ? print_json(dir, f, bytes, files) : CAD_OK;
    cad_st_close(f);
    return s;
}

cad_status cad_cmd_reshard(cad_cli *cli)
{
    const char *from = cad_cli_arg(cli, 0), *to = cad_cli_value(cli, "output");
    uint64_t bytes = 0;
    cad_config *config;
    cad_ckpt_parts parts;
    bool done;
    if (cad_cli_nargs(cli) != 1 || !to)
        CAD_FAIL(CAD_EUSAGE, "convert reshard takes one model directory and -o DIR");
    CAD_TRY(cad_cmd_shard_size(cli, &bytes));
    CAD_TRY(cad_cmd_settings(cli, &config, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(cad_cmd_on_cpu(config, "convert reshard"));
    CAD_TRY(cad_file_expect(from, CAD_FILE_model));
    CAD_TRY(cad_ckpt_parts_find(from, cad_cli_arena(cli), &parts));
    if (parts.adapter)
        CAD_FAIL(CAD_EDATA, "%s: an adapter; expected a model\nhint: cadtool convert merge %s -o DIR", parts.path, from);
    CAD_TRY(cad_model_dir_reshard(parts.base, to, bytes));
    return tell_written(cli, to);
}
