/* LoRA pairs from and to PEFT directories.  A stands as in the file; B of gate and up is interleaved like their rows. */
#include "core/mem.h"
#include "core/size.h"
#include "model/decoder/decoder_impl.h"

#include <inttypes.h>
#include <math.h>

typedef struct factor {
    cad_decoder *d;
    cad_named t;
} factor;

typedef struct pairs {
    cad_lora_factors *f;
    factor *half; /* A and B of each */
    size_t n;
} pairs;

static void free_pairs(pairs *x)
{
    cad_mem_free(x->f);
    cad_mem_free(x->half);
}

static void add_pairs(cad_decoder *d, cad_linear *l, int64_t layer, pairs *x)
{
    for (int k = 0; k < l->n; k++) {
        int64_t rank = l->pair_rank[k];
        if (rank == 0)
            continue;
        factor *a = &x->half[2 * x->n], *b = a + 1;
        *a = (factor){.d = d, .t = {.v = &l->a, .ndim = 2, .dim = {rank, l->in}, .row0 = k * l->rank}};
        *b = (factor){.d = d, .t = {.v = &l->bl, .ndim = 2, .dim = {l->rows[k], rank}, .lin = l, .part = k}};
        x->f[x->n++] = (cad_lora_factors){.layer = layer, .target = l->proj[k], .a_ctx = a, .b_ctx = b};
    }
}

static cad_status make_pairs(cad_decoder *d, pairs *x)
{
    size_t most = (size_t)d->cfg.layers * CAD_LORA_TARGET_COUNT;
    CAD_TRY(cad_mem_alloc(cad_size_mul(most, sizeof *x->f), "adapter list", &x->f));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_mul(2, most), sizeof *x->half), "adapter list", &x->half));
    for (int64_t i = 0; i < d->cfg.layers; i++) {
        cad_layer *y = &d->layer[i];
        add_pairs(d, &y->qkv, i, x);
        add_pairs(d, &y->o, i, x);
        add_pairs(d, &y->gu, i, x);
        add_pairs(d, &y->down, i, x);
    }
    return CAD_OK;
}

static cad_status sink(void *ctx, int64_t first, float *v, int64_t n)
{
    const factor *x = ctx;
    return cad_named_write(x->d, &x->t, first, v, n);
}

static cad_status window(void *ctx, int64_t first, int64_t most, const void **data, int64_t *count)
{
    const factor *x = ctx;
    CAD_TRY(cad_named_read(x->d, &x->t, first, most, count));
    *data = x->d->stage;
    return CAD_OK;
}

static cad_status check_same(const cad_decoder *d, const char *dir, const cad_lora_config *c)
{
    for (int64_t i = 0; i < d->cfg.layers; i++)
        for (int t = 0; t < CAD_LORA_TARGET_COUNT; t++) {
            cad_lora_pair is = cad_lora_pair_of(c, i, (cad_lora_target)t);
            cad_lora_pair was = cad_lora_pair_of(&d->opt.lora, i, (cad_lora_target)t);
            if (is.rank != was.rank || is.scale != was.scale)
                CAD_FAIL(CAD_EDATA,
                         "%s: layer %" PRId64 " %s has rank %" PRId64 " and scale %g; the decoder was opened for rank %" PRId64
                         " and scale %g (rank 0: not adapted)",
                         dir, i, cad_lora_target_module((cad_lora_target)t), is.rank, is.scale, was.rank, was.scale);
        }
    return CAD_OK;
}

cad_status cad_decoder_load_adapter(cad_decoder *d, const char *dir)
{
    cad_arena *a;
    cad_lora_config c;
    pairs x = {0};
    if (d->opt.lora.rank < 1)
        CAD_FAIL(CAD_EINVAL, "%s: the decoder was opened without LoRA", dir);
    CAD_TRY(cad_arena_create("adapter", CAD_PEFT_ARENA, &a));
    cad_status s = cad_peft_read_config(dir, a, &c);
    if (s == CAD_OK)
        s = cad_peft_resolve(&c, &d->cfg, a);
    if (s == CAD_OK)
        s = check_same(d, dir, &c);
    if (s == CAD_OK)
        s = make_pairs(d, &x);
    if (s == CAD_OK)
        s = cad_peft_read(dir, &c, &d->cfg, x.f, x.n, sink);
    if (s == CAD_OK)
        s = cad_decoder_refresh(d);
    free_pairs(&x);
    cad_arena_destroy(a);
    return s;
}

/* Before any file is there. */
static cad_status check_finite(const cad_decoder *d, const cad_param *p)
{
    for (int64_t at = 0, n; at < p->count; at += n) {
        n = p->count - at < d->stage_size ? p->count - at : d->stage_size;
        CAD_TRY(cad_ops_fetch(d->ops, d->stage, d->p + p->offset + at, (size_t)n * sizeof *d->stage));
        for (int64_t k = 0; k < n; k++)
            if (!isfinite(d->stage[k]))
                CAD_FAIL(CAD_ENUMERIC, "%s: element %" PRId64 " is not finite; nothing was saved", p->name, at + k);
    }
    return CAD_OK;
}

cad_status cad_decoder_save_adapter(const cad_decoder *d, const char *dir)
{
    pairs x = {0};
    if (d->opt.lora.rank < 1)
        CAD_FAIL(CAD_EINVAL, "%s: the decoder has no LoRA pairs to save", dir);
    for (int64_t i = 0; i < d->n_param; i++)
        CAD_TRY(check_finite(d, &d->param[i]));
    /* Addresses alone are taken; nothing of the decoder changes. */
    cad_status s = make_pairs((cad_decoder *)(uintptr_t)d, &x);
    if (s == CAD_OK)
        s = cad_peft_write(dir, &d->opt.lora, &d->cfg, x.f, x.n, window);
    free_pairs(&x);
    return s;
}
