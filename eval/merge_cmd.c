/* cadtool convert merge: an adapter and its base as one model, checked before it is kept. */
#include "core/build_info.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/utf8.h"
#include "eval/ckpt_cmd.h"
#include "eval/models_cmd.h"
#include "model/decoder/merge.h"
#include "model/decoder/model_compare.h"
#include "model/hf/hfjson.h"
#include "model/hf/licence.h"
#include "model/hf/model_dir.h"

#include <inttypes.h>
#include <string.h>

typedef struct job {
    cad_arena *arena;
    cad_ckpt_parts parts;
    cad_merge_base base;
    cad_merge_plan plan;
    uint64_t shard_bytes;
    const char *to;
    bool force;
    cad_model_change change;
    const char *base_shown, *adapter_shown, *named_shown; /* their paths, as they are told to people; NULL: no other is named */
    json_t *ranks;                                        /* rank and scale */
} job;

static cad_status read_base(const cad_cli *cli, cad_merge_base *out)
{
    const char *text = cad_cli_value(cli, "base");
    *out = CAD_MERGE_trained;
    if (text && !strcmp(text, cad_merge_base_name(CAD_MERGE_original)))
        *out = CAD_MERGE_original;
    else if (text && strcmp(text, cad_merge_base_name(CAD_MERGE_trained)) != 0)
        CAD_FAIL(CAD_EUSAGE, "--base=%s; expected trained or original", text);
    return CAD_OK;
}

/* How the weights were held that the adapter is added to. */
static const char *held_as(const job *j)
{
    if (j->parts.model.quant.nf4)
        return "its NF4 files, dequantised";
    if (j->parts.weights != CAD_WEIGHTS_nf4)
        return j->parts.weights == CAD_WEIGHTS_bf16 ? "its weights in bf16" : "its weights as they are";
    return j->parts.double_quant ? "NF4 with nested scales, dequantised" : "NF4, dequantised";
}

/* "2..8": rank or scale of the adapter's pairs. */
static cad_status print_rank(const job *j, const char *key, cad_buf *out)
{
    return cad_ckpt_print_value(key, json_object_get(j->ranks, key), out);
}

/* Which weights the adapter was added to, and what is known of those that it was trained on. */
static cad_status card_base(const job *j, cad_buf *text)
{
    const bool trained = j->base == CAD_MERGE_trained;
    if (j->named_shown)
        return cad_buf_printf(text,
                              "Base: put on %s (%s%s); its adapter_config.json names %s. Nothing tells that these are the "
                              "weights that it was trained on.\n\n",
                              j->base_shown, trained ? "" : "the original weights: ", held_as(j), j->named_shown);
    return cad_buf_printf(
        text,
        trained ? "Base: the weights that the adapter was trained on (%s). This is the model that was trained, "
                  "rounded to bf16 once.\n\n"
                : "Base: the original weights (%s), which are not those that the adapter was trained on where training "
                  "held them otherwise. This is another model than was trained.\n\n",
        held_as(j));
}

/* README.md: which base, and how far the merged model is from base and adapter. */
static cad_status write_card(const job *j, const char *dir)
{
    const cad_model_change *r = &j->change;
    cad_buf text = CAD_BUF_INIT, path = CAD_BUF_INIT;
    cad_status s = cad_buf_str(&text, "---\nlibrary_name: transformers\nbase_model: ");
    if (s == CAD_OK)
        s = cad_hfjson_card_value(&text, j->parts.base);
    if (s == CAD_OK)
        s = cad_buf_str(&text, "\n");
    if (s == CAD_OK)
        s = cad_model_licence_card(j->parts.base, &text);
    if (s == CAD_OK)
        s = cad_buf_printf(&text,
                           "base_model_relation: merge\ntags:\n- cad\n---\n\n# A merged adapter\n\n"
                           "Made by `cadtool convert merge --base=%s` (cadlm %s): the LoRA adapter %s (rank ",
                           cad_merge_base_name(j->base), cad_build_version(), j->adapter_shown);
    if (s == CAD_OK)
        s = print_rank(j, "rank", &text);
    if (s == CAD_OK)
        s = cad_buf_printf(&text, ") added to %s.\n\n", j->base_shown);
    if (s == CAD_OK)
        s = card_base(j, &text);
    if (s == CAD_OK)
        s = cad_buf_printf(
            &text,
            "Against base and adapter, %d prompts and %" PRId64 " greedy tokens, %" PRId64
            " positions: same likeliest token at %.2f %%, logits %.3g apart at most, %.3g on average (they spread by "
            "%.3g), %" PRId64 " of %d greedy texts the same.%s\n",
            CAD_COMPARE_PROMPTS, r->greedy_tokens, r->positions, 100.0 * (double)r->agree / (double)r->positions,
            r->max_difference, r->mean_difference, r->spread, r->greedy_same, CAD_COMPARE_PROMPTS,
            cad_merge_agrees(r) ? "" : " That is below what a merge must reach; it was kept because `--force` was given.");
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/README.md", dir);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, text.data, text.len);
    cad_buf_deinit(&path);
    cad_buf_deinit(&text);
    return s;
}

static cad_status print_json(const job *j, cad_buf *out)
{
    const cad_model_change *r = &j->change;
    json_t *o = json_pack("{s:o, s:s, s:o, s:o, s:I, s:f, s:f, s:f, s:f, s:I, s:i, s:I, s:b, s:s, s:s}", "path",
                          cad_json_text(j->to), "base", cad_merge_base_name(j->base), "base_path", cad_json_text(j->parts.base),
                          "adapter", cad_json_text(j->parts.adapter), "positions", (json_int_t)r->positions, "max_difference",
                          r->max_difference, "mean_difference", r->mean_difference, "spread", r->spread, "agreement",
                          (double)r->agree / (double)r->positions, "greedy_same", (json_int_t)r->greedy_same, "prompts",
                          CAD_COMPARE_PROMPTS, "greedy_tokens", (json_int_t)r->greedy_tokens, "passed", cad_merge_agrees(r),
                          "base_xxh3", r->before_hash, "merged_xxh3", r->after_hash);
    if (!o)
        CAD_FAIL(CAD_ENOMEM, "out of memory for a report");
    cad_status s = CAD_OK;
    if (json_object_update(o, j->ranks) != 0)
        s = cad_fail(CAD_ENOMEM, "out of memory for a report");
    if (s == CAD_OK && j->named_shown)
        s = cad_ckpt_put(o, "named_base", cad_json_text(j->parts.named_base));
    if (s == CAD_OK)
        s = cad_json_print(o, out);
    json_decref(o);
    return s == CAD_OK ? cad_buf_str(out, "\n") : s;
}

static cad_status print_text(const job *j, cad_buf *out)
{
    const cad_model_change *r = &j->change;
    CAD_TRY(cad_buf_printf(out, "base        %s (%s: %s)\nadapter     %s, rank ", j->base_shown, cad_merge_base_name(j->base),
                           held_as(j), j->adapter_shown));
    CAD_TRY(print_rank(j, "rank", out));
    CAD_TRY(cad_buf_str(out, ", scale "));
    CAD_TRY(print_rank(j, "scale", out));
    return cad_buf_printf(out,
                          "\n"
                          "logits      differ by at most %.4g, on average %.4g, at a spread of %.4g\n"
                          "top-1       %" PRId64 " of %" PRId64 " positions the same, %.2f %% (must: %.1f %%)\n"
                          "greedy      %" PRId64 " of %d texts the same, %" PRId64 " tokens\n",
                          r->max_difference, r->mean_difference, r->spread, r->agree, r->positions,
                          100.0 * (double)r->agree / (double)r->positions, 100.0 * CAD_MERGE_AGREEMENT, r->greedy_same,
                          CAD_COMPARE_PROMPTS, r->greedy_tokens);
}

static cad_status tell(cad_cli *cli, const job *j)
{
    cad_buf out = CAD_BUF_INIT;
    cad_status s = cad_cli_json(cli) ? print_json(j, &out) : print_text(j, &out);
    if (s == CAD_OK)
        s = cad_out(out.data, out.len);
    cad_buf_deinit(&out);
    return s;
}

/* Into the new folder `dir`, which is not kept unless all of this succeeds. */
static cad_status fill(cad_cli *cli, job *j, const char *dir)
{
    CAD_TRY(cad_merge_write(&j->parts, &j->plan, dir, j->shard_bytes));
    CAD_TRY(cad_model_compare(&j->parts, dir, j->arena, &j->change));
    CAD_TRY(tell(cli, j));
    if (!cad_merge_agrees(&j->change) && !j->force)
        CAD_FAIL(CAD_ENUMERIC,
                 "%s: the merged model has the same likeliest token at %.2f %% of %" PRId64
                 " positions; expected %.1f %%; nothing was kept\nhint: --force keeps it all the same",
                 j->to, 100.0 * (double)j->change.agree / (double)j->change.positions, j->change.positions,
                 100.0 * CAD_MERGE_AGREEMENT);
    return write_card(j, dir);
}

static cad_status shown(cad_arena *a, const char *path, const char **out)
{
    cad_buf b = CAD_BUF_INIT;
    cad_status s = cad_utf8_escape(path, strlen(path), &b);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, cad_buf_cstr(&b), b.len, out);
    cad_buf_deinit(&b);
    return s;
}

static cad_status run_merge(cad_cli *cli, job *j)
{
    cad_new_dir d;
    CAD_TRY(cad_ckpt_parts_find(cad_cli_arg(cli, 0), j->arena, &j->parts));
    CAD_TRY(cad_ckpt_parts_read(&j->parts, cad_cli_value(cli, "adapter"), j->arena));
    if (!j->parts.adapter)
        CAD_FAIL(CAD_EDATA, "%s: no adapter; expected one, or a checkpoint of a run that trained one\nhint: --adapter=DIR",
                 j->parts.path);
    CAD_TRY(shown(j->arena, j->parts.base, &j->base_shown));
    CAD_TRY(shown(j->arena, j->parts.adapter, &j->adapter_shown));
    if (j->parts.named_base)
        CAD_TRY(shown(j->arena, j->parts.named_base, &j->named_shown));
    j->ranks = json_object();
    CAD_TRY(cad_ckpt_put_ranks(j->ranks, &j->parts.lora, &j->parts.model));
    CAD_TRY(cad_merge_choose(&j->parts, j->base));
    CAD_TRY(cad_merge_prepare(&j->parts, j->arena, &j->plan));
    CAD_TRY(cad_new_dir_open(j->to, j->plan.bytes, &d));
    cad_status s = fill(cli, j, d.temp.data);
    if (s == CAD_OK)
        return cad_new_dir_commit(&d);
    cad_new_dir_abort(&d);
    return s;
}

cad_status cad_cmd_merge(cad_cli *cli)
{
    cad_config *config;
    bool done;
    job j = {.arena = cad_cli_arena(cli), .to = cad_cli_value(cli, "output"), .force = cad_cli_has(cli, "force")};
    if (cad_cli_nargs(cli) != 1 || !j.to)
        CAD_FAIL(CAD_EUSAGE, "convert merge takes one adapter, or a model and --adapter=DIR, and -o DIR");
    CAD_TRY(read_base(cli, &j.base));
    CAD_TRY(cad_cmd_shard_size(cli, &j.shard_bytes));
    CAD_TRY(cad_cmd_settings(cli, &config, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(cad_cmd_on_cpu(config, "convert merge"));
    CAD_TRY(cad_file_expect(cad_cli_arg(cli, 0), CAD_FILE_model));
    cad_status s = run_merge(cli, &j);
    json_decref(j.ranks);
    CAD_TRY(s);
    cad_log(CAD_LOG_INFO, "%s: merged", j.to);
    return CAD_OK;
}
