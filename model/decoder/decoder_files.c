/* Base weights from and to safetensors. */
#include "core/mem.h"
#include "core/size.h"
#include "model/decoder/decoder_impl.h"
#include "model/hf/safetensors.h"

#include <math.h>
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

/* Whether the first `len` bytes of `name` are a tensor's name. */
static bool find_named(cad_decoder *d, const char *name, size_t len, cad_named *out)
{
    for (int64_t i = 0; i < cad_named_count(d); i++) {
        cad_named_get(d, i, out);
        if (strlen(out->name) == len && !memcmp(out->name, name, len))
            return true;
    }
    return false;
}

/* A tensor beside the codes of an NF4 matrix. */
static cad_status check_part(cad_decoder *d, const cad_safetensors *f, const cad_st_tensor *t, size_t len, bool nf4)
{
    cad_named of;
    if (!nf4)
        CAD_FAIL(CAD_EDATA, "%s: %s is of a bnb-4bit checkpoint, but config.json has no quantization_config", cad_st_path(f, t),
                 t->name);
    if (!find_named(d, t->name, len, &of) || of.kind != CAD_KIND_matrix)
        CAD_FAIL(CAD_EDATA, "%s: %s quantises what is no linear of a layer; expected the seven of each layer alone",
                 cad_st_path(f, t), t->name);
    return CAD_OK;
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

static cad_status check_extra(cad_decoder *d, const cad_safetensors *f, bool nf4)
{
    cad_named ignored;
    for (size_t i = 0; i < cad_st_count(f); i++) {
        const cad_st_tensor *t = cad_st_at(f, i);
        size_t len = strlen(t->name), part = cad_bnb_part_of(t->name);
        static const char tail[] = "rotary_emb.inv_freq"; /* of old files: computed, never read */
        if (len >= sizeof tail - 1 && !strcmp(t->name + len - (sizeof tail - 1), tail))
            continue;
        if (d->cfg.tie && !strcmp(t->name, "lm_head.weight"))
            CAD_TRY(check_tied_head(d, f, t));
        else if (part)
            CAD_TRY(check_part(d, f, t, part, nf4));
        else if (!find_named(d, t->name, len, &ignored))
            CAD_FAIL(CAD_EDATA, "%s: tensor %s is not part of a %s model of this configuration", cad_st_path(f, t), t->name,
                     cad_arch_name(d->cfg.arch));
    }
    return CAD_OK;
}

cad_status cad_decoder_check_files(cad_decoder *d, const cad_safetensors *f)
{
    bool nf4 = d->cfg.quant.nf4;
    CAD_TRY(check_extra(d, f, nf4));
    for (int64_t i = 0; i < cad_named_count(d); i++) {
        cad_named t;
        cad_bnb_matrix codes;
        const cad_st_tensor *plain;
        cad_named_get(d, i, &t);
        if (nf4 && t.kind == CAD_KIND_matrix)
            CAD_TRY(cad_bnb_find(f, &d->cfg.quant, t.name, t.dim[0], t.dim[1], &codes));
        else
            CAD_TRY(cad_st_expect(f, t.name, t.ndim, t.dim, &plain));
    }
    return CAD_OK;
}

cad_tensor_role cad_decoder_role(cad_decoder *d, const char *name)
{
    cad_named t;
    if (!find_named(d, name, strlen(name), &t))
        return CAD_TENSOR_none;
    return t.kind == CAD_KIND_matrix ? CAD_TENSOR_linear : CAD_TENSOR_other;
}

/* `nf4`: the linears are codes. */
static cad_status load_from(cad_decoder *d, const cad_safetensors *f, bool nf4)
{
    CAD_TRY(check_extra(d, f, nf4));
    for (int64_t i = 0; i < cad_named_count(d); i++) {
        cad_named t;
        file_ctx x = {.file = f};
        cad_named_get(d, i, &t);
        if (nf4 && t.kind == CAD_KIND_matrix) {
            CAD_TRY(cad_named_fill_bnb(d, &t, f));
            continue;
        }
        CAD_TRY(cad_st_expect(f, t.name, t.ndim, t.dim, &x.tensor));
        CAD_TRY(cad_named_fill(d, &t, file_values, &x));
    }
    d->loaded = true;
    return cad_decoder_refresh(d);
}

cad_status cad_decoder_load(cad_decoder *d, const char *dir)
{
    cad_safetensors *f;
    CAD_TRY(cad_st_open_dir(dir, &f));
    char hash[CAD_HASH_HEX];
    cad_status s = load_from(d, f, d->cfg.quant.nf4);
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
    cad_status s = load_from(d, f, false);
    cad_st_close(f);
    return s;
}

/* ---- saving ---- */

typedef struct save_item {
    const cad_decoder *d;
    cad_named t;
    bool bf16;
} save_item;

/* The tensor's elements in file order. */
static cad_status window(void *ctx, int64_t first, int64_t most, const void **data, int64_t *count)
{
    const save_item *x = ctx;
    const float *v = x->d->stage;
    CAD_TRY(cad_named_read(x->d, &x->t, first, most, count));
    for (int64_t k = 0; k < *count; k++)
        if (!isfinite(v[k]) || (x->bf16 && !cad_bf16_holds(v[k])))
            CAD_FAIL(CAD_ENUMERIC, "%s: element %lld is not finite; nothing was saved", x->t.name, (long long)(first + k));
    *data = v;
    return CAD_OK;
}

static cad_status save_to(const cad_decoder *d, const char *path, bool bf16)
{
    if (d->opt.weights == CAD_WEIGHTS_nf4)
        CAD_FAIL(CAD_EINVAL, "%s: the base is held in NF4; only its adapter can be saved", path);
    size_t n = (size_t)cad_named_count(d);
    save_item *x = NULL;
    cad_st_item *item = NULL;
    cad_status s;
    CAD_TRY_GOTO(s, cad_mem_alloc(cad_size_mul(n, sizeof *x), "tensors to save", &x), done);
    CAD_TRY_GOTO(s, cad_mem_alloc(cad_size_mul(n, sizeof *item), "tensors to save", &item), done);
    for (size_t i = 0; i < n; i++) {
        x[i] = (save_item){.d = d, .bf16 = bf16};
        /* Only names and addresses are taken from the decoder here. */
        cad_named_get((cad_decoder *)(uintptr_t)d, (int64_t)i, &x[i].t);
        item[i] = (cad_st_item){.name = x[i].t.name,
                                .ndim = x[i].t.ndim,
                                .dim = {x[i].t.dim[0], x[i].t.dim[1]},
                                .from = CAD_F32,
                                .to = bf16 ? CAD_ST_BF16 : CAD_ST_F32,
                                .window = window,
                                .ctx = &x[i]};
    }
    s = cad_st_write(path, item, n, NULL, 0);
done:
    cad_mem_free(item);
    cad_mem_free(x);
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
