/* train/checkpoint.h, writing and removing. */
#include "train/checkpoint.h"
#include "train/ckpt_manifest.h"
#include "train/ckpt_names.h"

#include "core/fs.h"
#include "core/log.h"
#include "model/hf/hfconfig.h"
#include "model/text/tokenizer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEMP_PREFIX ".tmp-"

/* ---- writing ---- */

static cad_status write_in(const char *dir, const char *name, const char *data, size_t len)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, name);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, data, len);
    cad_buf_deinit(&path);
    return s;
}

static cad_status write_tokenizer_config(const cad_checkpoint_source *src, const char *dir)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_tokenizer_config_of(src->tokenizer_dir, &text);
    if (s == CAD_OK)
        s = write_in(dir, "tokenizer_config.json", text.data, text.len);
    cad_buf_deinit(&text);
    return s;
}

/* The file as it is, or as it was put together from files of another kind. */
static cad_status write_tokenizer(const cad_checkpoint_source *src, const char *dir)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_tokenizer_json_of(src->tokenizer_dir, &text);
    if (s == CAD_OK)
        s = write_in(dir, "tokenizer.json", cad_buf_cstr(&text), text.len);
    cad_buf_deinit(&text);
    return s;
}

/* Full training: the model in bf16 for inference, its f32 masters for the resume. */
static cad_status write_model(const cad_checkpoint_source *src, const char *dir)
{
    cad_model_config config = *cad_decoder_config(src->decoder);
    config.dtype = CAD_BF16;
    config.quant.nf4 = false; /* what was dequantised and trained is plain */
    cad_buf text = CAD_BUF_INIT, path = CAD_BUF_INIT;
    cad_status s = cad_model_config_print(&config, src->model_json, src->model_json ? strlen(src->model_json) : 0, &text);
    if (s == CAD_OK)
        s = write_in(dir, "config.json", text.data, text.len);
    cad_buf_clear(&text);
    if (s == CAD_OK)
        s = src->generation_json ? cad_buf_str(&text, src->generation_json) : cad_model_generation_print(&config, &text);
    if (s == CAD_OK)
        s = write_in(dir, "generation_config.json", text.data, text.len);
    if (s == CAD_OK)
        s = cad_decoder_save_model(src->decoder, dir, true);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/master.safetensors", dir);
    if (s == CAD_OK)
        s = cad_decoder_save_master(src->decoder, path.data);
    cad_buf_deinit(&path);
    cad_buf_deinit(&text);
    return s;
}

static cad_status write_files(const cad_checkpoint_source *src, const cad_train_state *state, const char *dir)
{
    if (cad_decoder_options(src->decoder)->train == CAD_TRAIN_lora)
        CAD_TRY(cad_decoder_save_adapter(src->decoder, dir));
    else
        CAD_TRY(write_model(src, dir));
    CAD_TRY(write_tokenizer(src, dir));
    CAD_TRY(write_tokenizer_config(src, dir));
    CAD_TRY(write_in(dir, "template.txt", src->template_text, strlen(src->template_text)));
    CAD_TRY(write_in(dir, "config.ini", src->config_text, strlen(src->config_text)));
    if (src->card)
        CAD_TRY(write_in(dir, "README.md", src->card, strlen(src->card)));
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/optimizer.safetensors", dir);
    if (s == CAD_OK)
        s = cad_optimizer_save(src->optimizer, path.data);
    cad_buf_clear(&path);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/trainer_state.json", dir);
    if (s == CAD_OK)
        s = cad_train_state_save(state, path.data);
    cad_buf_deinit(&path);
    return s;
}

uint64_t cad_checkpoint_bytes(const cad_params *params, bool full, size_t moments)
{
    /* bf16 weights beside their f32 masters, or the pairs in f32; moments; tokenizer and texts */
    return (uint64_t)params->count * (full ? 6 : 4) + moments + (1 << 20);
}

cad_status cad_checkpoint_check_space(const char *dir, const cad_decoder *d, const cad_optimizer *o)
{
    cad_params p = cad_decoder_params(d);
    bool full = cad_decoder_options(d)->train == CAD_TRAIN_full;
    uint64_t need = cad_checkpoint_bytes(&p, full, cad_optimizer_bytes(o)), left;
    CAD_TRY(cad_fs_free_bytes(dir, &left));
    if (left < 2 * need)
        CAD_FAIL(CAD_EWRITE, "%s: %.1f MB free; a checkpoint needs twice its %.1f MB", dir, (double)left / 1e6,
                 (double)need / 1e6);
    return CAD_OK;
}

static cad_status link_to(const char *dir, const char *link, const char *target)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, link);
    if (s == CAD_OK)
        s = cad_fs_symlink_replace(target, path.data);
    cad_buf_deinit(&path);
    return s;
}

/* What a failed save left behind holds space that the next one needs.  The text of the failure stays. */
static void remove_failed(const char *temp)
{
    cad_kept_error failure;
    cad_error_keep(&failure);
    if (cad_fs_remove_tree(temp) != CAD_OK)
        cad_log(CAD_LOG_WARN, "%s", cad_error_text());
    cad_error_restore(&failure);
}

cad_status cad_checkpoint_save(const cad_checkpoint_source *src, const cad_train_state *state, bool is_best, cad_arena *scratch)
{
    char name[CAD_STEP_NAME];
    cad_step_name(state->step, name);
    CAD_TRY(cad_fs_mkdirs(src->dir));
    CAD_TRY(cad_checkpoint_check_space(src->dir, src->decoder, src->optimizer));
    cad_buf temp = CAD_BUF_INIT, path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&temp, "%s/" TEMP_PREFIX "%s", src->dir, name);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/%s", src->dir, name);
    if (s == CAD_OK)
        s = cad_fs_remove_tree(temp.data);
    if (s == CAD_OK)
        s = cad_fs_mkdirs(temp.data);
    if (s == CAD_OK)
        s = write_files(src, state, temp.data);
    if (s == CAD_OK)
        s = cad_manifest_write(temp.data, src->commit, scratch);
    /* A folder of that name is a damaged or abandoned checkpoint of this step: a sound one would have been resumed from. */
    if (s == CAD_OK)
        s = cad_fs_remove_tree(path.data);
    if (s == CAD_OK)
        s = cad_fs_commit_dir(temp.data, path.data);
    if (s == CAD_OK)
        s = cad_manifest_check(path.data, false);
    if (s == CAD_OK)
        s = link_to(src->dir, "latest", name);
    if (s == CAD_OK && is_best)
        s = link_to(src->dir, "best", name);
    if (s != CAD_OK && temp.len > 0)
        remove_failed(temp.data);
    cad_buf_deinit(&path);
    cad_buf_deinit(&temp);
    return s;
}

/* ---- rotation ---- */

typedef struct kept {
    const char *name;
    double metric;
    bool keep;
} kept;

static int by_step(const void *a, const void *b)
{
    return cad_step_name_compare(((const kept *)a)->name, ((const kept *)b)->name);
}

static cad_status linked_name(const char *dir, const char *link, kept *c, size_t n)
{
    cad_buf path = CAD_BUF_INIT, target = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, link);
    if (s == CAD_OK && cad_fs_readlink(path.data, &target) == CAD_OK)
        for (size_t i = 0; i < n; i++)
            c[i].keep = c[i].keep || !strcmp(c[i].name, target.data);
    cad_buf_deinit(&target);
    cad_buf_deinit(&path);
    return s;
}

static cad_status read_metric(const char *dir, kept *c)
{
    cad_train_state state;
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s/trainer_state.json", dir, c->name);
    c->metric = (double)NAN;
    if (s == CAD_OK && cad_train_state_load(path.data, &state) == CAD_OK)
        c->metric = state.metric;
    cad_buf_deinit(&path);
    return s;
}

static void keep_best_of(kept *c, size_t n, int64_t count, bool maximise)
{
    bool taken[4096] = {false};
    for (; count > 0; count--) {
        size_t best = n;
        for (size_t i = 0; i < n && i < 4096; i++)
            if (!taken[i] && isfinite(c[i].metric) &&
                (best == n || (maximise ? c[i].metric > c[best].metric : c[i].metric < c[best].metric)))
                best = i;
        if (best == n)
            return;
        c[best].keep = taken[best] = true;
    }
}

static cad_status remove_in(const char *dir, const char *name)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, name);
    if (s == CAD_OK)
        s = cad_fs_remove_tree(path.data);
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_checkpoint_rotate(const char *dir, int64_t keep_last, int64_t keep_best, bool maximise, cad_arena *scratch)
{
    cad_frame mark = cad_arena_mark(scratch);
    const char **name;
    size_t n, n_steps = 0;
    kept *c;
    CAD_TRY(cad_fs_list(dir, scratch, &name, &n));
    CAD_TRY(cad_arena_zalloc(scratch, n, sizeof *c, "checkpoints", &c));
    for (size_t i = 0; i < n; i++) {
        if (!strncmp(name[i], TEMP_PREFIX, strlen(TEMP_PREFIX)))
            CAD_TRY(remove_in(dir, name[i]));
        else if (cad_step_name_is(name[i]))
            c[n_steps++].name = name[i];
    }
    if (n_steps > 1)
        qsort(c, n_steps, sizeof *c, by_step);
    for (size_t i = 0; i < n_steps; i++) {
        c[i].keep = (int64_t)(n_steps - i) <= keep_last;
        CAD_TRY(read_metric(dir, &c[i]));
    }
    keep_best_of(c, n_steps, keep_best, maximise);
    CAD_TRY(linked_name(dir, "latest", c, n_steps));
    CAD_TRY(linked_name(dir, "best", c, n_steps));
    for (size_t i = 0; i < n_steps; i++)
        if (!c[i].keep)
            CAD_TRY(remove_in(dir, c[i].name));
    cad_arena_rewind(scratch, mark);
    return CAD_OK;
}
