/* Values between the host and the places of named tensors, piece by piece. */
#include "model/decoder/decoder_impl.h"

/* A run of a tensor's elements from `first` on that stand together, at element `at` of its storage. */
static int64_t run_from(const cad_decoder *d, const cad_named *t, int64_t first, int64_t *at)
{
    int64_t cols = t->ndim == 2 ? t->dim[1] : 1, row = first / cols, inside = first % cols, at_row;
    int64_t rows = cad_named_run(d, t, row, &at_row);
    *at = at_row * cols + inside;
    return rows * cols - inside;
}

cad_status cad_named_write(cad_decoder *d, const cad_named *t, int64_t first, float *x, int64_t n)
{
    float *to = t->v->t.data;
    for (int64_t done = 0, run, at; done < n; done += run) {
        run = run_from(d, t, first + done, &at);
        run = run < n - done ? run : n - done;
        CAD_TRY(d->ops->mem_put(to + at, x + done, (size_t)run * sizeof *x, NULL));
    }
    return CAD_OK;
}

cad_status cad_named_copy(cad_decoder *d, const cad_named *t, int64_t first, float *x, int64_t n)
{
    float *to = t->v->t.data;
    for (int64_t done = 0, run, at; done < n; done += run) {
        run = run_from(d, t, first + done, &at);
        run = run < n - done ? run : n - done;
        CAD_TRY(d->ops->copy(&(cad_copy_args){.x = cad_f1(x + done, run), .y = cad_f1(to + at, run)}, NULL));
    }
    return CAD_OK;
}

cad_status cad_named_read(const cad_decoder *d, const cad_named *t, int64_t first, int64_t most, int64_t *n)
{
    const float *from = t->v->t.data;
    int64_t at, run = run_from(d, t, first, &at);
    run = run < most ? run : most;
    run = run < d->stage_size ? run : d->stage_size;
    CAD_TRY(d->ops->mem_get(d->stage, from + at, (size_t)run * sizeof *from, NULL));
    *n = run;
    return CAD_OK;
}
