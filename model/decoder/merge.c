#include "model/decoder/merge.h"

#include "core/fs.h"
#include "core/mem.h"
#include "core/size.h"
#include "model/decoder/decoder_impl.h"
#include "model/hf/model_dir.h"
#include "model/hf/safetensors.h"

#include <math.h>
#include <string.h>

typedef struct job {
    const cad_ckpt_parts *parts;
    cad_safetensors *file;   /* of the base */
    cad_decoder *whole;      /* a sketch: names and shapes of the model */
    cad_decoder *one;        /* one layer of it: what training holds of a matrix */
    int64_t per_layer;       /* named tensors of a layer; layer l begins at 1 + l per_layer */
    cad_lora_factors *pairs; /* (n_pairs) all factors of the adapter */
    size_t n_pairs;
    float *sum; /* one window */
} job;

/* One tensor to write. */
typedef struct source {
    job *j;
    cad_named t; /* of `whole` */
    int64_t at;  /* its index there */
} source;

const char *cad_merge_base_name(cad_merge_base b)
{
    return b == CAD_MERGE_original ? "original" : "trained";
}

cad_status cad_merge_choose(cad_ckpt_parts *p, cad_merge_base base)
{
    if (base == CAD_MERGE_trained) {
        p->other_base = false;
        return CAD_OK;
    }
    if (p->model.quant.nf4)
        CAD_FAIL(CAD_EINVAL,
                 "%s: its files are NF4, there is no original\nhint: --base=trained, or the model that it was made from",
                 p->base);
    p->weights = CAD_WEIGHTS_fp32;
    p->double_quant = false;
    return CAD_OK;
}

/* ---- the adapter ---- */

/* A (rank,in), B (out,rank) and s of one linear; rank 0: it has none. */
typedef struct pair {
    const float *a, *b;
    int64_t rank;
    float scale;
} pair;

static pair pair_of(const job *j, int64_t layer, cad_lora_target t)
{
    const cad_lora_pair is = cad_lora_pair_of(&j->parts->lora, layer, t);
    for (size_t i = 0; i < j->n_pairs; i++)
        if (j->pairs[i].layer == layer && j->pairs[i].target == t)
            return (pair){.a = j->pairs[i].a, .b = j->pairs[i].b, .rank = is.rank, .scale = (float)is.scale};
    return (pair){0};
}

static cad_status read_adapter(job *j)
{
    const cad_lora_config *c = &j->parts->lora;
    const cad_model_config *m = &j->parts->model;
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_mul((size_t)m->layers, CAD_LORA_TARGET_COUNT), sizeof *j->pairs),
                          "pairs of an adapter", &j->pairs));
    for (int64_t layer = 0; layer < m->layers; layer++)
        for (int t = 0; t < CAD_LORA_TARGET_COUNT; t++) {
            int64_t rows, cols, rank = cad_lora_pair_of(c, layer, (cad_lora_target)t).rank;
            if (rank == 0)
                continue;
            cad_lora_factors *f = &j->pairs[j->n_pairs++];
            *f = (cad_lora_factors){.layer = layer, .target = (cad_lora_target)t};
            cad_lora_target_shape(m, f->target, &rows, &cols);
            CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_mul((size_t)rank, (size_t)cols), sizeof *f->a), "factor A", &f->a));
            CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_mul((size_t)rows, (size_t)rank), sizeof *f->b), "factor B", &f->b));
        }
    return cad_peft_read(j->parts->adapter, c, m, j->pairs, j->n_pairs, NULL);
}

/* x[i] += s (B A)[first + i] of a row-major (out,in), the sum over the rank in f32. */
static void add_update(const pair *p, int64_t in, int64_t first, float *x, int64_t n, float *sum)
{
    for (int64_t done = 0, run; done < n; done += run) {
        int64_t row = (first + done) / in, col = (first + done) % in;
        run = in - col < n - done ? in - col : n - done;
        memset(sum, 0, (size_t)run * sizeof *sum);
        for (int64_t k = 0; k < p->rank; k++) {
            const float b = p->b[row * p->rank + k], *a = p->a + k * in + col;
            for (int64_t i = 0; i < run; i++)
                sum[i] += b * a[i];
        }
        for (int64_t i = 0; i < run; i++)
            x[done + i] += p->scale * sum[i];
    }
}

/* ---- tensors ---- */

static cad_status file_values(void *ctx, const cad_named *t, int64_t first, float *out, int64_t count)
{
    const cad_safetensors *f = ctx;
    const cad_st_tensor *found;
    CAD_TRY(cad_st_expect(f, t->name, t->ndim, t->dim, &found));
    return cad_st_read_f32(f, found, first, out, count);
}

/* The matrix into the place of its kind in `one`, under its name in the file. */
static cad_status hold(const job *j, const source *s, cad_named *out)
{
    cad_named_get(j->one, 1 + (s->at - 1) % j->per_layer, out);
    memcpy(out->name, s->t.name, sizeof out->name);
    return j->parts->model.quant.nf4 ? cad_named_fill_bnb(j->one, out, j->file)
                                     : cad_named_fill(j->one, out, file_values, j->file);
}

static cad_status check(const source *s, const float *v, int64_t first, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        if (!cad_bf16_holds(v[k]))
            CAD_FAIL(CAD_ENUMERIC, "%s: element %lld is not finite", s->t.name, (long long)(first + k));
    return CAD_OK;
}

static cad_status window(void *ctx, int64_t first, int64_t most, const void **data, int64_t *count)
{
    source *s = ctx;
    job *j = s->j;
    float *v = j->one->stage;
    if (s->t.kind == CAD_KIND_matrix) {
        cad_named held;
        if (first == 0)
            CAD_TRY(hold(j, s, &held));
        cad_named_get(j->one, 1 + (s->at - 1) % j->per_layer, &held);
        CAD_TRY(cad_named_read(j->one, &held, first, most, count));
        pair p = pair_of(j, (s->at - 1) / j->per_layer, s->t.lin->proj[s->t.part]);
        if (p.rank > 0)
            add_update(&p, s->t.dim[1], first, v, *count, j->sum);
    } else {
        *count = most < j->one->stage_size ? most : j->one->stage_size;
        CAD_TRY(file_values(j->file, &s->t, first, v, *count));
    }
    *data = v;
    return check(s, v, first, *count);
}

static cad_status write_weights(job *j, const char *dir, uint64_t shard_bytes)
{
    size_t n = (size_t)cad_named_count(j->whole);
    source *x = NULL;
    cad_st_item *item = NULL;
    cad_status s = cad_mem_alloc(cad_size_mul(n, sizeof *x), "tensors to merge", &x);
    if (s == CAD_OK)
        s = cad_mem_alloc(cad_size_mul(n, sizeof *item), "tensors to merge", &item);
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        x[i] = (source){.j = j, .at = (int64_t)i};
        cad_named_get(j->whole, (int64_t)i, &x[i].t);
        item[i] = (cad_st_item){.name = x[i].t.name,
                                .ndim = x[i].t.ndim,
                                .dim = {x[i].t.dim[0], x[i].t.dim[1]},
                                .from = CAD_F32,
                                .to = CAD_ST_BF16,
                                .window = window,
                                .ctx = &x[i]};
    }
    if (s == CAD_OK)
        s = cad_st_write_dir(dir, item, n, shard_bytes);
    cad_mem_free(item);
    cad_mem_free(x);
    return s;
}

/* ---- the rest of the directory ---- */

static cad_status write_config(const cad_ckpt_parts *p, const char *dir)
{
    cad_model_config c = p->model;
    c.dtype = CAD_BF16;
    c.quant = (cad_quant){0};
    return cad_model_config_rewrite(p->base, &c, dir);
}

static cad_status open_job(job *j)
{
    const cad_ckpt_parts *p = j->parts;
    const cad_ops *ops;
    cad_decoder_opts o = {.max_tokens = 1, .weights = p->weights, .double_quant = p->double_quant};
    cad_model_config layer = p->model;
    CAD_TRY(cad_ops_get("cpu", &ops));
    CAD_TRY(cad_decoder_sketch(&p->model, ops, &o, &j->whole));
    layer.layers = layer.vocab = 1;
    layer.tie = true;
    layer.bos = layer.pad = -1;
    layer.n_eos = 0;
    CAD_TRY(cad_decoder_create(&layer, ops, &o, &j->one));
    j->per_layer = cad_named_count(j->one) - 2; /* embedding and final norm */
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)j->one->stage_size, sizeof *j->sum), "window", &j->sum));
    CAD_TRY(cad_st_open_dir(p->base, &j->file));
    CAD_TRY(cad_decoder_check_files(j->whole, j->file));
    return read_adapter(j);
}

static void close_job(job *j)
{
    for (size_t i = 0; i < j->n_pairs; i++) {
        cad_mem_free(j->pairs[i].a);
        cad_mem_free(j->pairs[i].b);
    }
    cad_mem_free(j->pairs);
    cad_mem_free(j->sum);
    cad_st_close(j->file);
    cad_decoder_destroy(j->one);
    cad_decoder_destroy(j->whole);
}

bool cad_merge_agrees(const cad_model_change *c)
{
    return (double)c->agree >= CAD_MERGE_AGREEMENT * (double)c->positions;
}

static cad_status no_adapter(const cad_ckpt_parts *p)
{
    CAD_FAIL(CAD_EINVAL, "%s: no adapter; expected one, or a checkpoint of a run that trained one", p->path);
}

cad_status cad_merge_prepare(const cad_ckpt_parts *p, cad_arena *a, cad_merge_plan *out)
{
    const cad_ops *ops;
    cad_decoder *d;
    cad_decoder_opts o = {.max_tokens = 1};
    cad_merge_plan plan;
    if (!p->adapter)
        return no_adapter(p);
    CAD_TRY(cad_model_files_find(p->adapter, a, &plan.adapter));
    CAD_TRY(cad_model_files_find(p->base, a, &plan.base));
    CAD_TRY(cad_ops_get("cpu", &ops));
    CAD_TRY(cad_decoder_sketch(&p->model, ops, &o, &d));
    plan.bytes = 2 * (uint64_t)cad_decoder_parameters(d) + plan.adapter.bytes + plan.base.bytes;
    cad_decoder_destroy(d);
    *out = plan;
    return CAD_OK;
}

cad_status cad_merge_write(const cad_ckpt_parts *p, const cad_merge_plan *plan, const char *dir, uint64_t shard_bytes)
{
    job j = {.parts = p};
    if (!p->adapter)
        return no_adapter(p);
    cad_status s = open_job(&j);
    if (s == CAD_OK)
        s = write_weights(&j, dir, shard_bytes);
    close_job(&j);
    if (s == CAD_OK)
        s = write_config(p, dir);
    if (s == CAD_OK)
        s = cad_model_files_copy(&plan->adapter, CAD_MODEL_FILES_all, dir);
    return s == CAD_OK ? cad_model_files_copy(&plan->base, CAD_MODEL_FILES_of_any_weights, dir) : s;
}
