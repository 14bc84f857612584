/* cadtool convert quantize: a model with its linears in NF4, as transformers and bitsandbytes load it. */
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/utf8.h"
#include "eval/models_cmd.h"
#include "model/decoder/model_compare.h"
#include "model/hf/bnb.h"
#include "model/hf/model_dir.h"

#include <inttypes.h>
#include <string.h>

static const size_t CARD_LIMIT = (size_t)4 << 20;

typedef struct job {
    cad_arena *arena;
    const char *from, *to;
    uint64_t shard_bytes;
    bool nested;
    cad_ckpt_parts parts;
    cad_model_config model; /* of `from` */
    cad_model_files files;
    cad_bnb_sizes sizes;
    cad_decoder *sketch;
    const cad_ops *ops;
    bool comparable, compared;
    cad_model_change change; /* the model before is the reference */
} job;

/* The model of `from` without values. */
static cad_status open_sketch(job *j)
{
    cad_decoder_opts o = {.max_tokens = 1};
    CAD_TRY(cad_ops_get("cpu", &j->ops));
    return cad_decoder_sketch(&j->model, j->ops, &o, &j->sketch);
}

static cad_bnb_kind kind_of(void *ctx, const cad_st_tensor *t)
{
    cad_tensor_role role = cad_decoder_role(ctx, t->name);
    return role == CAD_TENSOR_linear ? CAD_BNB_linear : role == CAD_TENSOR_other ? CAD_BNB_plain : CAD_BNB_left_out;
}

static cad_status write_config(const job *j, const char *dir)
{
    cad_model_config c = j->model;
    c.quant = (cad_quant){.nf4 = true, .nested = j->nested, .storage = CAD_ST_U8};
    c.dtype = CAD_BF16;
    return cad_model_config_rewrite(j->from, &c, dir);
}

/* The card goes along with a section about what was done to it. */
static cad_status write_card(const job *j, const char *dir)
{
    const cad_model_change *c = &j->change;
    cad_buf path = CAD_BUF_INIT, card = CAD_BUF_INIT;
    const cad_model_file *before = cad_model_files_get(&j->files, "README.md");
    cad_status s = before ? cad_fs_read(before->path, CARD_LIMIT, &card) : CAD_OK;
    if (s == CAD_OK)
        s = cad_buf_printf(&card,
                           "%s## Quantised\n\nMade by `cadtool convert quantize`: the %" PRId64
                           " linears are NF4 in blocks of 64 with %s scales, in the format of bitsandbytes, the rest is bf16. "
                           "Any figures above\nare those of the model before.",
                           card.len ? "\n" : "", j->sizes.matrices, j->nested ? "nested" : "plain");
    if (s == CAD_OK && j->compared)
        s = cad_buf_printf(&card,
                           " On %d prompts and %" PRId64 " greedy tokens of that model logits move by %.3g at most and %.3g on "
                           "average (they spread\nby %.3g); the likeliest token stays at %.1f %%.",
                           CAD_COMPARE_PROMPTS, c->greedy_tokens, c->max_difference, c->mean_difference, c->spread,
                           100.0 * (double)c->agree / (double)c->positions);
    if (s == CAD_OK)
        s = cad_buf_str(&card, "\n");
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/README.md", dir);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, card.data, card.len);
    cad_buf_deinit(&path);
    cad_buf_deinit(&card);
    return s;
}

/* What can not be compared is quantised all the same: without a tokenizer there are no prompts, and both models must fit, one
 * after the other. */
static cad_status find_prompts(job *j)
{
    cad_tokenizer *t = NULL;
    cad_status s = cad_ckpt_parts_tokenizer(&j->parts, j->arena, &t);
    j->comparable = s == CAD_OK;
    cad_tokenizer_destroy(t);
    if (s != CAD_ENOTFOUND)
        return s;
    cad_log(CAD_LOG_WARN, "logits will not be compared: %s", cad_error_text());
    return CAD_OK;
}

static cad_status compare(job *j, const char *dir)
{
    if (!j->comparable)
        return CAD_OK;
    cad_status s = cad_model_compare(&j->parts, dir, j->arena, &j->change);
    j->compared = s == CAD_OK;
    if (s != CAD_ENOMEM)
        return s;
    cad_log(CAD_LOG_WARN, "logits were not compared: %s", cad_error_text());
    return CAD_OK;
}

static cad_status fill(job *j, const cad_safetensors *f, const char *dir)
{
    CAD_TRY(cad_bnb_write(dir, f, j->nested, j->shard_bytes, kind_of, j->sketch, j->ops, &j->sizes));
    CAD_TRY(write_config(j, dir));
    CAD_TRY(cad_model_files_copy(&j->files, CAD_MODEL_FILES_all, dir));
    CAD_TRY(compare(j, dir));
    return write_card(j, dir);
}

/* All that can be wrong with the model is told before anything is written. */
static cad_status convert(job *j, const cad_safetensors *f)
{
    cad_new_dir d;
    CAD_TRY(cad_model_files_find(j->from, j->arena, &j->files));
    CAD_TRY(open_sketch(j));
    CAD_TRY(cad_decoder_check_files(j->sketch, f));
    CAD_TRY(find_prompts(j));
    CAD_TRY(cad_bnb_measure(f, j->nested, kind_of, j->sketch, &j->sizes));
    CAD_TRY(cad_new_dir_open(j->to, j->sizes.after + j->files.bytes, &d));
    cad_status s = fill(j, f, cad_buf_cstr(&d.temp));
    if (s == CAD_OK)
        return cad_new_dir_commit(&d);
    cad_new_dir_abort(&d);
    return s;
}

/* ---- what it came to ---- */

static cad_status print_text(const job *j, cad_buf *out)
{
    const cad_bnb_sizes *z = &j->sizes;
    const cad_model_change *c = &j->change;
    CAD_TRY(cad_utf8_escape(j->to, strlen(j->to), out));
    CAD_TRY(cad_buf_printf(out, ": %" PRId64 " linears in NF4, %s scales; the rest in bf16\n", z->matrices,
                           j->nested ? "nested" : "plain"));
    CAD_TRY(cad_buf_printf(out, "size        %.1f MB, was %.1f MB (%.1f %%)\n", (double)z->after / 1e6, (double)z->before / 1e6,
                           100.0 * (double)z->after / (double)z->before));
    if (!j->compared)
        return CAD_OK;
    return cad_buf_printf(out,
                          "logits      move by at most %.4g, on average %.4g, at a spread of %.4g\n"
                          "top-1       %" PRId64 " of %" PRId64 " positions the same, %.2f %%\n"
                          "greedy      %" PRId64 " of %d texts the same, %" PRId64 " tokens\n",
                          c->max_difference, c->mean_difference, c->spread, c->agree, c->positions,
                          100.0 * (double)c->agree / (double)c->positions, c->greedy_same, CAD_COMPARE_PROMPTS,
                          c->greedy_tokens);
}

static cad_status print_json(const job *j, cad_buf *out)
{
    const cad_model_change *c = &j->change;
    json_t *logits = json_null();
    if (j->compared)
        logits = json_pack("{s:I, s:f, s:f, s:f, s:f, s:I, s:i, s:I}", "positions", (json_int_t)c->positions, "max_difference",
                           c->max_difference, "mean_difference", c->mean_difference, "spread", c->spread, "agreement",
                           (double)c->agree / (double)c->positions, "greedy_same", (json_int_t)c->greedy_same, "prompts",
                           CAD_COMPARE_PROMPTS, "greedy_tokens", (json_int_t)c->greedy_tokens);
    json_t *o = json_pack("{s:o, s:s, s:b, s:I, s:I, s:I, s:o}", "path", cad_json_text(j->to), "to", "nf4", "double_quant",
                          (int)j->nested, "linears", (json_int_t)j->sizes.matrices, "bytes_before", (json_int_t)j->sizes.before,
                          "bytes_after", (json_int_t)j->sizes.after, "logits", logits);
    if (!o)
        CAD_FAIL(CAD_ENOMEM, "out of memory for an answer");
    cad_status s = cad_json_print(o, out);
    json_decref(o);
    return s == CAD_OK ? cad_buf_str(out, "\n") : s;
}

/* A model directory, or a run or checkpoint that is one. */
static cad_status read_parts(cad_cli *cli, job *j)
{
    const char *path = cad_cli_arg(cli, 0);
    CAD_TRY(cad_file_expect(path, CAD_FILE_model));
    CAD_TRY(cad_ckpt_parts_find(path, j->arena, &j->parts));
    CAD_TRY(cad_ckpt_parts_read(&j->parts, NULL, j->arena));
    if (j->parts.adapter)
        CAD_FAIL(CAD_EDATA, "%s: an adapter; expected a model\nhint: cadtool convert merge %s -o DIR", j->parts.path, path);
    j->from = j->parts.base;
    j->model = j->parts.model;
    if (j->model.quant.nf4)
        CAD_FAIL(CAD_EDATA, "%s/config.json: quantization_config: the model is NF4 already", j->from);
    return CAD_OK;
}

static cad_status read_nested(const cad_cli *cli, bool *out)
{
    const char *text = cad_cli_value(cli, "double-quant");
    *out = text && !strcmp(text, "on");
    if (text && !*out && strcmp(text, "off") != 0)
        CAD_FAIL(CAD_EUSAGE, "--double-quant=%s; expected on or off", text);
    return CAD_OK;
}

cad_status cad_cmd_quantize(cad_cli *cli)
{
    const char *form = cad_cli_value(cli, "to");
    job j = {.arena = cad_cli_arena(cli), .to = cad_cli_value(cli, "output")};
    cad_config *config;
    cad_safetensors *f;
    bool done;
    if (cad_cli_nargs(cli) != 1 || !j.to)
        CAD_FAIL(CAD_EUSAGE, "convert quantize takes one model directory and -o DIR");
    if (form && strcmp(form, "nf4") != 0)
        CAD_FAIL(CAD_EUSAGE, "--to=%s; expected nf4", form);
    CAD_TRY(read_nested(cli, &j.nested));
    CAD_TRY(cad_cmd_shard_size(cli, &j.shard_bytes));
    CAD_TRY(cad_cmd_settings(cli, &config, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(cad_cmd_on_cpu(config, "convert quantize"));
    CAD_TRY(read_parts(cli, &j));
    CAD_TRY(cad_st_open_dir(j.from, &f));
    cad_status s = convert(&j, f);
    cad_decoder_destroy(j.sketch);
    cad_st_close(f);
    CAD_TRY(s);
    cad_buf out = CAD_BUF_INIT;
    s = cad_cli_json(cli) ? print_json(&j, &out) : print_text(&j, &out);
    if (s == CAD_OK)
        s = cad_out(out.data, out.len);
    cad_buf_deinit(&out);
    return s;
}
