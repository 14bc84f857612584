/* LoRA pairs from and to PEFT directories.  A stands as in the file; B of gate and up is interleaved like their rows. */
#include "core/mem.h"
#include "model/decoder/decoder_impl.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct pairs {
    cad_lora_factors *f;
    cad_linear **lin;
    int *part;
    float *b; /* every B in file order */
    size_t n;
} pairs;

static void free_pairs(pairs *x)
{
    cad_mem_free(x->f);
    cad_mem_free(x->lin);
    cad_mem_free(x->part);
    cad_mem_free(x->b);
}

static cad_status make_pairs(cad_decoder *d, pairs *x)
{
    const cad_lora_config *c = &d->opt.lora;
    size_t most = (size_t)d->cfg.layers * CAD_LORA_TARGET_COUNT;
    int64_t floats = 0;
    CAD_TRY(cad_mem_alloc(most * sizeof *x->f, "adapter list", &x->f));
    CAD_TRY(cad_mem_alloc(most * sizeof *x->lin, "adapter list", &x->lin));
    CAD_TRY(cad_mem_alloc(most * sizeof *x->part, "adapter list", &x->part));
    for (int round = 0; round < 2; round++) {
        x->n = 0;
        floats = 0;
        for (int64_t i = 0; i < d->cfg.layers; i++) {
            cad_linear *const all[] = {&d->layer[i].qkv, &d->layer[i].o, &d->layer[i].gu, &d->layer[i].down};
            for (size_t j = 0; j < sizeof all / sizeof *all; j++)
                for (int k = 0; k < all[j]->n; k++) {
                    cad_linear *l = all[j];
                    if (!(c->targets >> l->proj[k] & 1))
                        continue;
                    x->lin[x->n] = l;
                    x->part[x->n] = k;
                    x->f[x->n++] = (cad_lora_factors){.layer = i,
                                                      .target = l->proj[k],
                                                      .a = (float *)l->a.t.data + k * c->rank * l->in,
                                                      .b = round ? x->b + floats : NULL};
                    floats += l->rows[k] * c->rank;
                }
        }
        if (round == 0)
            CAD_TRY(cad_mem_alloc((size_t)floats * sizeof *x->b, "adapter B", &x->b));
    }
    return CAD_OK;
}

static void move_b(const cad_decoder *d, const pairs *x, bool into_decoder)
{
    int64_t rank = d->opt.lora.rank, at, run;
    for (size_t i = 0; i < x->n; i++) {
        cad_linear *l = x->lin[i];
        cad_named t = {.dim = {l->rows[x->part[i]], rank}, .ndim = 2, .lin = l, .part = x->part[i]};
        float *ours = l->bl.t.data, *file = x->f[i].b;
        for (int64_t r = 0; r < t.dim[0]; r += run) {
            run = cad_named_run(d, &t, r, &at);
            size_t bytes = (size_t)(run * rank) * sizeof(float);
            if (into_decoder)
                memcpy(ours + at * rank, file + r * rank, bytes);
            else
                memcpy(file + r * rank, ours + at * rank, bytes);
        }
    }
}

static cad_status check_same(const cad_decoder *d, const char *dir, const cad_lora_config *c)
{
    const cad_lora_config *o = &d->opt.lora;
    if (c->rank != o->rank || c->alpha != o->alpha || c->rslora != o->rslora || c->targets != o->targets)
        CAD_FAIL(CAD_EDATA,
                 "%s: adapter of rank %" PRId64 ", alpha %g, targets 0x%x; the decoder was opened for rank %" PRId64
                 ", alpha %g, targets 0x%x",
                 dir, c->rank, c->alpha, c->targets, o->rank, o->alpha, o->targets);
    return CAD_OK;
}

cad_status cad_decoder_load_adapter(cad_decoder *d, const char *dir)
{
    cad_arena *a;
    cad_lora_config c;
    pairs x = {0};
    if (d->opt.lora.rank < 1)
        CAD_FAIL(CAD_EINVAL, "%s: the decoder was opened without LoRA", dir);
    CAD_TRY(cad_arena_create("adapter", 1 << 20, &a));
    cad_status s = cad_peft_read_config(dir, a, &c);
    if (s == CAD_OK)
        s = check_same(d, dir, &c);
    if (s == CAD_OK)
        s = make_pairs(d, &x);
    if (s == CAD_OK)
        s = cad_peft_read(dir, &c, &d->cfg, x.f, x.n);
    if (s == CAD_OK)
        move_b(d, &x, true);
    free_pairs(&x);
    cad_arena_destroy(a);
    return s;
}

cad_status cad_decoder_save_adapter(const cad_decoder *d, const char *dir)
{
    pairs x = {0};
    if (d->opt.lora.rank < 1)
        CAD_FAIL(CAD_EINVAL, "%s: the decoder has no LoRA pairs to save", dir);
    for (int64_t i = 0; i < d->n_param; i++)
        for (int64_t k = 0; k < d->param[i].count; k++)
            if (!isfinite(d->p[d->param[i].offset + k]))
                CAD_FAIL(CAD_ENUMERIC, "%s: element %" PRId64 " is not finite; nothing was saved", d->param[i].name, k);
    /* Addresses alone are taken; nothing of the decoder changes. */
    cad_status s = make_pairs((cad_decoder *)(uintptr_t)d, &x);
    if (s == CAD_OK) {
        move_b(d, &x, false);
        s = cad_peft_write(dir, &d->opt.lora, &d->cfg, x.f, x.n);
    }
    free_pairs(&x);
    return s;
}
