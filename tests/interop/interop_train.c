/* The jobs that the Python side of interop.train_* does too: logits of packed batches, gradients and steps of training, text.
 *
 *   interop_train logits MODEL ADAPTER|- f32|bf16 BATCHES OUT.f32      (N, V) of the first batch
 *   interop_train train MODEL ADAPTER|- f32|bf16 BATCHES LR OUT_DIR    losses.f64 (batches), gradients/, trained/
 *   interop_train text MODEL ADAPTER|- f32|bf16 BATCHES NEW OUT.u32    NEW greedy ids behind each row of the first batch
 *
 * BATCHES, and what is trained how: tests/train/hf_steps.h. */
#include "core/fs.h"
#include "model/decoder/generate.h"
#include "tests/interop/jobs.h"
#include "tests/train/hf_steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cad_status open_job(char **arg, hf_job job, const hf_batches *b, cad_arena *a, cad_decoder **out)
{
    job.model = arg[0];
    job.adapter = strcmp(arg[1], "-") ? arg[1] : NULL;
    job.bf16 = !strcmp(arg[2], "bf16");
    return hf_open(&job, b, a, out);
}

static cad_status logits(char **arg, cad_arena *a)
{
    hf_batches b;
    cad_decoder *d;
    CAD_TRY(hf_batches_read(arg[3], a, &b));
    CAD_TRY(open_job(arg, (hf_job){0}, &b, a, &d));
    int64_t n = b.item[0]->n, vocab = cad_decoder_config(d)->vocab;
    uint32_t *rows;
    float *out;
    CAD_TRY(cad_arena_zalloc(a, (size_t)n, sizeof *rows, "rows", &rows));
    CAD_TRY(cad_arena_zalloc(a, (size_t)(n * vocab), sizeof *out, "logits", &out));
    for (int64_t i = 0; i < n; i++)
        rows[i] = (uint32_t)i;
    CAD_TRY(cad_decoder_logits(d, b.item[0], rows, n, out));
    cad_decoder_destroy(d);
    return cad_fs_write(arg[4], out, (size_t)(n * vocab) * sizeof *out);
}

static cad_status train(char **arg, cad_arena *a)
{
    hf_batches b;
    cad_decoder *d;
    hf_train t = {.lr = strtod(arg[4], NULL), .out_dir = arg[5]};
    cad_buf path = CAD_BUF_INIT;
    CAD_TRY(hf_batches_read(arg[3], a, &b));
    CAD_TRY(open_job(arg, (hf_job){.train = true}, &b, a, &d));
    CAD_TRY(cad_arena_zalloc(a, (size_t)b.n, sizeof *t.loss, "losses", &t.loss));
    CAD_TRY(cad_fs_mkdirs(arg[5]));
    CAD_TRY(hf_train_run(d, &b, a, &t));
    CAD_TRY(cad_buf_printf(&path, "%s/losses.f64", arg[5]));
    CAD_TRY(cad_fs_write(path.data, t.loss, (size_t)b.n * sizeof *t.loss));
    cad_buf_deinit(&path);
    cad_decoder_destroy(d);
    return CAD_OK;
}

typedef struct answers {
    uint32_t *ids; /* (rows, most) */
    int64_t most;
} answers;

static cad_status keep(void *ctx, int64_t request, const cad_gen_result *r)
{
    answers *x = ctx;
    memcpy(x->ids + request * x->most, r->ids, (size_t)r->n * sizeof *r->ids);
    return CAD_OK;
}

static cad_status text(char **arg, cad_arena *a)
{
    hf_batches all;
    cad_decoder *d;
    CAD_TRY(hf_batches_read(arg[3], a, &all));
    const cad_batch *b = all.item[0];
    answers x = {.most = strtoll(arg[4], NULL, 10)};
    CAD_TRY(open_job(arg, (hf_job){.slots = 2, .context = b->n + x.most}, &all, a, &d));
    cad_gen_request *req;
    CAD_TRY(cad_arena_zalloc(a, (size_t)b->n_seg, sizeof *req, "requests", &req));
    CAD_TRY(cad_arena_zalloc(a, (size_t)(b->n_seg * x.most), sizeof *x.ids, "answers", &x.ids));
    for (int64_t i = 0; i < b->n_seg; i++)
        req[i] = (cad_gen_request){
            .prompt = b->ids + b->seg[i], .n_prompt = b->seg[i + 1] - b->seg[i], .max_new = x.most, .seed = 1};
    const cad_gen_opts o = {.sampling = {.top_p = 1}};
    CAD_TRY(cad_generate(d, req, b->n_seg, &o, keep, NULL, &x));
    cad_decoder_destroy(d);
    return cad_fs_write(arg[5], x.ids, (size_t)(b->n_seg * x.most) * sizeof *x.ids);
}

int main(int argc, char **argv)
{
    static const interop_job jobs[] = {{"logits", 5, 5, logits}, {"train", 6, 6, train}, {"text", 6, 6, text}};
    return run_job("interop_train", (size_t)1 << 30, jobs, sizeof jobs / sizeof *jobs, argc, argv);
}
