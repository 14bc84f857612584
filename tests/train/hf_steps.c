#include "tests/train/hf_steps.h"

#include "core/fs.h"
#include "train/optimizer.h"

#include <string.h>

typedef struct words {
    const uint32_t *at;
    size_t left;
    const char *path;
} words;

static cad_status take(words *w, size_t n, const uint32_t **out)
{
    if (n > w->left)
        CAD_FAIL(CAD_EDATA, "%s: ends too early", w->path);
    *out = w->at;
    w->at += n;
    w->left -= n;
    return CAD_OK;
}

static cad_status read_batch(words *w, cad_arena *a, cad_batch **out)
{
    const uint32_t *rows = NULL, *head = NULL, *ids = NULL;
    CAD_TRY(take(w, 1, &rows));
    words ahead = *w;
    int64_t tokens = 0;
    for (uint32_t r = 0; r < *rows; r++) {
        CAD_TRY(take(&ahead, 2, &head));
        CAD_TRY(take(&ahead, head[0], &ids));
        tokens += head[0];
    }
    CAD_TRY(cad_batch_create(a, tokens, *rows, out));
    for (uint32_t r = 0; r < *rows; r++) {
        CAD_TRY(take(w, 2, &head));
        CAD_TRY(take(w, head[0], &ids));
        const uint32_t span[2] = {head[1], head[0]};
        CAD_TRY(
            cad_batch_add(*out, &(cad_batch_row){.ids = ids, .n = head[0], .span = span, .n_spans = 1, .weight = 1, .row = r}));
    }
    return CAD_OK;
}

cad_status hf_batches_read(const char *path, cad_arena *a, hf_batches *out)
{
    cad_buf file = CAD_BUF_INIT;
    const uint32_t *n = NULL;
    CAD_TRY(cad_fs_read(path, 0, &file));
    words w = {.at = (const uint32_t *)(const void *)file.data, .left = file.len / 4, .path = path};
    CAD_TRY(take(&w, 1, &n));
    *out = (hf_batches){.n = *n};
    CAD_TRY(cad_arena_zalloc(a, *n, sizeof *out->item, "batches", &out->item));
    for (int64_t i = 0; i < out->n; i++) {
        CAD_TRY(read_batch(&w, a, &out->item[i]));
        const cad_batch *b = out->item[i];
        out->max_tokens = b->n > out->max_tokens ? b->n : out->max_tokens;
        out->max_segments = b->n_seg > out->max_segments ? b->n_seg : out->max_segments;
    }
    cad_buf_deinit(&file);
    return CAD_OK;
}

cad_status hf_open(const hf_job *job, const hf_batches *b, cad_arena *a, cad_decoder **out)
{
    const cad_ops *ops;
    cad_model_config cfg;
    cad_decoder_opts o = {.weights = CAD_WEIGHTS_fp32,
                          .bf16 = job->bf16,
                          .train = !job->train    ? CAD_TRAIN_none
                                   : job->adapter ? CAD_TRAIN_lora
                                                  : CAD_TRAIN_full,
                          .max_tokens = b->max_tokens,
                          .max_segments = b->max_segments,
                          .slots = job->slots,
                          .context = job->context};
    CAD_TRY(cad_ops_get("cpu", &ops));
    CAD_TRY(cad_model_config_load(job->model, &cfg));
    if (cfg.quant.nf4) {
        o.weights = CAD_WEIGHTS_nf4;
        o.nf4_base = CAD_NF4_scratch;
        o.double_quant = cfg.quant.nested;
    }
    if (job->adapter)
        CAD_TRY(cad_peft_read_config(job->adapter, a, &o.lora));
    o.lora.dropout = 0;
    CAD_TRY(cad_decoder_create(&cfg, ops, &o, out));
    CAD_TRY(cad_decoder_load(*out, job->model));
    return job->adapter ? cad_decoder_load_adapter(*out, job->adapter) : CAD_OK;
}

/* p by the names of files: model.safetensors, or an adapter's. */
static cad_status save(cad_decoder *d, const char *parent, const char *name)
{
    cad_buf path = CAD_BUF_INIT;
    CAD_TRY(cad_buf_printf(&path, "%s/%s", parent, name));
    CAD_TRY(cad_fs_mkdirs(path.data));
    if (cad_decoder_options(d)->train == CAD_TRAIN_full) {
        CAD_TRY(cad_buf_printf(&path, "/model.safetensors"));
        CAD_TRY(cad_decoder_save_master(d, path.data));
    } else {
        CAD_TRY(cad_decoder_save_adapter(d, path.data));
    }
    cad_buf_deinit(&path);
    return CAD_OK;
}

/* The gradient by the names of files: it stands in the place of the values while they are saved. */
static cad_status save_gradient(cad_decoder *d, cad_arena *a, const char *dir)
{
    cad_params p = cad_decoder_params(d);
    const cad_ops *ops = cad_decoder_ops(d);
    size_t bytes = (size_t)p.size * sizeof(float);
    float *kept, *g;
    CAD_TRY(cad_arena_zalloc(a, (size_t)p.size, sizeof *kept, "values", &kept));
    CAD_TRY(cad_arena_zalloc(a, (size_t)p.size, sizeof *g, "gradient", &g));
    CAD_TRY(cad_ops_fetch(ops, kept, p.p, bytes));
    CAD_TRY(cad_ops_fetch(ops, g, p.g, bytes));
    CAD_TRY(ops->mem_put(p.p, g, bytes, NULL));
    CAD_TRY(save(d, dir, "gradients"));
    CAD_TRY(ops->mem_put(p.p, kept, bytes, NULL));
    return cad_decoder_refresh(d);
}

cad_status hf_train_run(cad_decoder *d, const hf_batches *b, cad_arena *a, const hf_train *t)
{
    const cad_optimizer_opts o = {.decay_before = true, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.1};
    const cad_ops *ops = cad_decoder_ops(d);
    cad_params p = cad_decoder_params(d);
    cad_optimizer_need need = cad_optimizer_plan(&o, &p, ops);
    cad_arena *device;
    cad_optimizer *opt;
    CAD_TRY(cad_ops_arena(ops, "moments", need.device + 65536, &device));
    CAD_TRY(cad_optimizer_create(&o, &p, ops, a, device, &opt));
    for (int64_t i = 0; i < b->n; i++) {
        double sum;
        CAD_TRY(ops->fill(&(cad_fill_args){.y = cad_tensor_1d(CAD_F32, p.g, p.size)}, NULL));
        CAD_TRY(cad_decoder_forward_backward(d, b->item[i], 1.0f / (float)b->item[i]->n_answer, (uint64_t)i, &sum));
        t->loss[i] = sum / (double)b->item[i]->n_answer;
        if (i == 0)
            CAD_TRY(save_gradient(d, a, t->out_dir));
        CAD_TRY(cad_optimizer_step(opt, i + 1, t->lr, 1));
    }
    CAD_TRY(save(d, t->out_dir, "trained"));
    cad_arena_destroy(device);
    return CAD_OK;
}
