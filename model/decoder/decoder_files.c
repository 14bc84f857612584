/* Base weights from and to safetensors. */
#include "core/mem.h"
#include "model/decoder/decoder_impl.h"
#include "model/hf/safetensors.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct file_ctx {
    const cad_safetensors *file;
    const cad_st_tensor *tensor;
} file_ctx;

static cad_status file_values(void *ctx, const cad_named *t, int64_t first, float *out, int64_t count)
{
    (void)t;
    file_ctx *x = ctx;
    return cad_st_read_f32(x->file, x->tensor, first, out, count);
}

static bool is_named(cad_decoder *d, const char *name)
{
    for (int64_t i = 0; i < cad_named_count(d); i++) {
        cad_named t;
        cad_named_get(d, i, &t);
        if (!strcmp(t.name, name))
            return true;
    }
    return false;
}

/* A tied model may carry its head twice, if it is the same. */
static cad_status check_tied_head(const cad_decoder *d, const cad_safetensors *f, const cad_st_tensor *head)
{
    const cad_st_tensor *e = cad_st_find(f, "model.embed_tokens.weight");
    enum { BLOCK = 4096 };
    float x[BLOCK], y[BLOCK];
    if (!e || e->count != head->count)
        CAD_FAIL(CAD_EDATA, "%s: lm_head.weight beside a tied embedding of another size", cad_st_path(f, head));
    (void)d;
    for (int64_t i = 0; i < e->count; i += BLOCK) {
        int64_t n = e->count - i < BLOCK ? e->count - i : BLOCK;
        CAD_TRY(cad_st_read_f32(f, e, i, x, n));
        CAD_TRY(cad_st_read_f32(f, head, i, y, n));
        if (memcmp(x, y, (size_t)n * sizeof *x) != 0)
            CAD_FAIL(CAD_EDATA, "%s: lm_head.weight differs from model.embed_tokens.weight, but config.json says tied",
                     cad_st_path(f, head));
    }
    return CAD_OK;
}

static cad_status check_extra(cad_decoder *d, const cad_safetensors *f)
{
    for (size_t i = 0; i < cad_st_count(f); i++) {
        const cad_st_tensor *t = cad_st_at(f, i);
        size_t len = strlen(t->name);
        static const char tail[] = "rotary_emb.inv_freq"; /* of old files: computed, never read */
        if (len >= sizeof tail - 1 && !strcmp(t->name + len - (sizeof tail - 1), tail))
            continue;
        if (d->cfg.tie && !strcmp(t->name, "lm_head.weight"))
            CAD_TRY(check_tied_head(d, f, t));
        else if (!is_named(d, t->name))
            CAD_FAIL(CAD_EDATA, "%s: tensor %s is not part of a %s model of this configuration", cad_st_path(f, t), t->name,
                     cad_arch_name(d->cfg.arch));
    }
    return CAD_OK;
}

static cad_status load_from(cad_decoder *d, const cad_safetensors *f)
{
    CAD_TRY(check_extra(d, f));
    for (int64_t i = 0; i < cad_named_count(d); i++) {
        cad_named t;
        file_ctx x = {.file = f};
        cad_named_get(d, i, &t);
        CAD_TRY(cad_st_expect(f, t.name, t.ndim, t.dim, &x.tensor));
        CAD_TRY(cad_named_fill(d, &t, file_values, &x));
    }
    d->loaded = true;
    return CAD_OK;
}

cad_status cad_decoder_load(cad_decoder *d, const char *dir)
{
    cad_safetensors *f;
    CAD_TRY(cad_st_open_dir(dir, &f));
    char hash[CAD_HASH_HEX];
    cad_status s = load_from(d, f);
    if (s == CAD_OK)
        s = cad_st_hash(f, hash);
    if (s == CAD_OK)
        memcpy(d->hash, hash, sizeof hash);
    cad_st_close(f);
    return s;
}

cad_status cad_decoder_load_master(cad_decoder *d, const char *path)
{
    cad_safetensors *f;
    if (d->opt.train != CAD_TRAIN_full)
        CAD_FAIL(CAD_EINVAL, "%s: masters of all weights; the decoder does not train them", path);
    CAD_TRY(cad_st_open(path, &f));
    cad_status s = load_from(d, f);
    cad_st_close(f);
    return s;
}

/* ---- saving ---- */

typedef struct save_ctx {
    cad_st_item *item;
    char (*name)[CAD_NAME_BYTES];
    float **copy; /* rows of tensors that do not stand together */
    int64_t n;
} save_ctx;

static void free_save(save_ctx *x)
{
    for (int64_t i = 0; x->copy && i < x->n; i++)
        cad_mem_free(x->copy[i]);
    cad_mem_free(x->copy);
    cad_mem_free(x->item);
    cad_mem_free(x->name);
}

/* A full model copies what gather copies; an adapter all its factors B (decoder_adapter.c). */
size_t cad_decoder_saving(cad_decoder *d)
{
    size_t sum = 0;
    for (int64_t i = 0; d->opt.train == CAD_TRAIN_full && i < cad_named_count(d); i++) {
        cad_named t;
        int64_t at;
        cad_named_get(d, i, &t);
        if (cad_named_run(d, &t, 0, &at) != t.dim[0])
            sum += (size_t)(t.dim[0] * t.dim[1]) * sizeof(float);
    }
    for (int i = 0; d->opt.lora.rank > 0 && i < CAD_LORA_TARGET_COUNT; i++) {
        int64_t rows, cols;
        cad_lora_target_shape(&d->cfg, (cad_lora_target)i, &rows, &cols);
        if (d->opt.lora.targets >> i & 1)
            sum += (size_t)(d->cfg.layers * rows * d->opt.lora.rank) * sizeof(float);
    }
    return sum;
}

/* *out = the tensor's elements in file order, copied only where its rows are scattered. */
static cad_status gather(const cad_decoder *d, const cad_named *t, float **copy, const float **out)
{
    int64_t at, cols = t->ndim == 2 ? t->dim[1] : 1, run = cad_named_run(d, t, 0, &at);
    const float *from = t->v->t.data;
    if (run == t->dim[0]) {
        *out = from + at * cols;
        return CAD_OK;
    }
    CAD_TRY(cad_mem_alloc((size_t)(t->dim[0] * cols) * sizeof(float), t->name, copy));
    for (int64_t r = 0; r < t->dim[0]; r += run) {
        run = cad_named_run(d, t, r, &at);
        memcpy(*copy + r * cols, from + at * cols, (size_t)(run * cols) * sizeof(float));
    }
    *out = *copy;
    return CAD_OK;
}

static cad_status add_item(const cad_decoder *d, save_ctx *x, int64_t i, bool bf16)
{
    cad_named t;
    const float *data;
    /* Only names and addresses are taken from the decoder here. */
    cad_named_get((cad_decoder *)(uintptr_t)d, i, &t);
    memcpy(x->name[i], t.name, sizeof t.name);
    CAD_TRY(gather(d, &t, &x->copy[i], &data));
    int64_t count = t.dim[0] * (t.ndim == 2 ? t.dim[1] : 1);
    for (int64_t k = 0; k < count; k++)
        if (!isfinite(data[k]) || (bf16 && fabsf(data[k]) >= 0x1.ffp127f)) /* from there on bf16 rounds to infinity */
            CAD_FAIL(CAD_ENUMERIC, "%s: element %lld is not finite; nothing was saved", t.name, (long long)k);
    x->item[i] = (cad_st_item){.name = x->name[i],
                               .data = data,
                               .ndim = t.ndim,
                               .dim = {t.dim[0], t.dim[1]},
                               .from = CAD_F32,
                               .to = bf16 ? CAD_ST_BF16 : CAD_ST_F32};
    return CAD_OK;
}

static cad_status save_to(const cad_decoder *d, const char *path, bool bf16)
{
    if (d->opt.weights == CAD_WEIGHTS_nf4)
        CAD_FAIL(CAD_EINVAL, "%s: the base is held in NF4; only its adapter can be saved", path);
    save_ctx x = {.n = cad_named_count(d)};
    size_t n = (size_t)x.n;
    cad_status s;
    CAD_TRY_GOTO(s, cad_mem_alloc(n * sizeof *x.item, "tensors to save", &x.item), done);
    CAD_TRY_GOTO(s, cad_mem_alloc(n * sizeof *x.name, "tensors to save", &x.name), done);
    CAD_TRY_GOTO(s, cad_mem_alloc(n * sizeof *x.copy, "tensors to save", &x.copy), done);
    for (int64_t i = 0; i < x.n; i++)
        CAD_TRY_GOTO(s, add_item(d, &x, i, bf16), done);
    s = cad_st_write(path, x.item, n, NULL, 0);
done:
    free_save(&x);
    return s;
}

cad_status cad_decoder_save_master(const cad_decoder *d, const char *path)
{
    return save_to(d, path, false);
}

cad_status cad_decoder_save_model(const cad_decoder *d, const char *dir, bool bf16)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/model.safetensors", dir);
    if (s == CAD_OK)
        s = save_to(d, cad_buf_cstr(&path), bf16);
    cad_buf_deinit(&path);
    return s;
}
