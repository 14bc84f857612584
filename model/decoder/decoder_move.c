/* Values between the host and the places of named tensors, piece by piece: masters where a tensor is trained, else what is
 * stored of it. */
#include "model/decoder/decoder_impl.h"

#include <string.h>

/* A run of a tensor's elements from `first` on that stand together, at element `at` of its storage. */
static int64_t run_from(const cad_decoder *d, const cad_named *t, int64_t first, int64_t *at)
{
    int64_t cols = t->ndim == 2 ? t->dim[1] : 1, row = first / cols, inside = first % cols, at_row;
    int64_t rows = cad_named_run(d, t, row, &at_row);
    *at = at_row * cols + inside;
    return rows * cols - inside;
}

static bool is_half(const cad_decoder *d, const cad_value *v)
{
    return v->at < 0 && d->store == CAD_BF16;
}

static void *place_of(const cad_decoder *d, const cad_value *v, int64_t at)
{
    return v->at >= 0 ? (void *)(d->p + v->at + at) : cad_at(d, v->t.data, at);
}

/* x becomes n numbers of bf16, from its start. */
static void narrow(float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        uint16_t half = cad_f32_to_bf16(x[i]);
        memcpy((char *)x + 2 * i, &half, sizeof half);
    }
}

/* The same back. */
static void widen(float *x, int64_t n)
{
    for (int64_t i = n; i-- > 0;) {
        uint16_t half;
        memcpy(&half, (const char *)x + 2 * i, sizeof half);
        x[i] = cad_bf16_to_f32(half);
    }
}

cad_status cad_named_write(cad_decoder *d, const cad_named *t, int64_t first, float *x, int64_t n)
{
    bool half = is_half(d, t->v);
    size_t each = half ? sizeof(uint16_t) : sizeof(float);
    if (half)
        narrow(x, n);
    for (int64_t done = 0, run, at; done < n; done += run) {
        run = run_from(d, t, first + done, &at);
        run = run < n - done ? run : n - done;
        const char *from = (const char *)x + (size_t)done * each;
        CAD_TRY(d->ops->mem_put(place_of(d, t->v, at), from, (size_t)run * each, NULL));
    }
    return CAD_OK;
}

cad_status cad_named_copy(cad_decoder *d, const cad_named *t, int64_t first, void *x, int64_t n)
{
    for (int64_t done = 0, run, at; done < n; done += run) {
        run = run_from(d, t, first + done, &at);
        run = run < n - done ? run : n - done;
        cad_tensor from = cad_s2(d, cad_at(d, x, done), 1, run), to = cad_s2(d, cad_at(d, t->v->t.data, at), 1, run);
        CAD_TRY(d->ops->copy(&(cad_copy_args){.x = from, .y = to}, NULL));
    }
    return CAD_OK;
}

cad_status cad_named_read(const cad_decoder *d, const cad_named *t, int64_t first, int64_t most, int64_t *n)
{
    bool half = is_half(d, t->v);
    int64_t at, run = run_from(d, t, first, &at);
    run = run < most ? run : most;
    run = run < d->stage_size ? run : d->stage_size;
    CAD_TRY(cad_decoder_fetch(d, d->stage, place_of(d, t->v, at), (size_t)run * (half ? sizeof(uint16_t) : sizeof(float))));
    if (half)
        widen(d->stage, run);
    *n = run;
    return CAD_OK;
}
