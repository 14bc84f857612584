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

void cad_named_widen(float *x, int64_t n)
{
    for (int64_t i = n; i-- > 0;) {
        uint16_t half;
        memcpy(&half, (const char *)x + 2 * i, sizeof half);
        x[i] = cad_bf16_to_f32(half);
    }
}

/* Whether rows are longer where they are stored: B of a lower rank than its neighbours.  Such a tensor is trained, so f32. */
static bool is_narrow(const cad_named *t)
{
    return t->ndim == 2 && t->v->t.dim[1] > t->dim[1];
}

/* Whole rows go as whole rows, zeros at their ends, as many as stand together and find room in d->stage. */
static cad_status write_narrow(cad_decoder *d, const cad_named *t, int64_t first, const float *x, int64_t n)
{
    const int64_t cols = t->dim[1], wide = t->v->t.dim[1];
    for (int64_t done = 0, run; done < n; done += run) {
        int64_t row = (first + done) / cols, inside = (first + done) % cols, at;
        int64_t rows = cad_named_run(d, t, row, &at), whole = (n - done) / cols;
        const float *from = x + done;
        if (inside > 0 || whole == 0) {
            run = cols - inside < n - done ? cols - inside : n - done;
            CAD_TRY(d->ops->mem_put(place_of(d, t->v, at * wide + inside), from, (size_t)run * sizeof *from, NULL));
            continue;
        }
        rows = rows < whole ? rows : whole;
        rows = rows < d->stage_size / wide ? rows : d->stage_size / wide;
        memset(d->stage, 0, (size_t)(rows * wide) * sizeof *d->stage);
        for (int64_t i = 0; i < rows; i++)
            memcpy(d->stage + i * wide, from + i * cols, (size_t)cols * sizeof *from);
        CAD_TRY(d->ops->mem_put(place_of(d, t->v, at * wide), d->stage, (size_t)(rows * wide) * sizeof *d->stage, NULL));
        run = rows * cols;
    }
    return CAD_OK;
}

static cad_status read_narrow(const cad_decoder *d, const cad_named *t, int64_t first, int64_t most, int64_t *n)
{
    const int64_t cols = t->dim[1], wide = t->v->t.dim[1], row = first / cols, inside = first % cols;
    int64_t at, rows = cad_named_run(d, t, row, &at), wanted = (inside + most + cols - 1) / cols;
    rows = rows < wanted ? rows : wanted;
    rows = rows < d->stage_size / wide ? rows : d->stage_size / wide;
    CAD_TRY(cad_ops_fetch(d->ops, d->stage, place_of(d, t->v, at * wide), (size_t)(rows * wide) * sizeof *d->stage));
    for (int64_t i = 1; i < rows; i++)
        memmove(d->stage + i * cols, d->stage + i * wide, (size_t)cols * sizeof *d->stage);
    *n = rows * cols - inside < most ? rows * cols - inside : most;
    memmove(d->stage, d->stage + inside, (size_t)*n * sizeof *d->stage);
    return CAD_OK;
}

cad_status cad_named_write(cad_decoder *d, const cad_named *t, int64_t first, float *x, int64_t n)
{
    if (is_narrow(t))
        return write_narrow(d, t, first, x, n);
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
    if (is_narrow(t))
        return read_narrow(d, t, first, most, n);
    bool half = is_half(d, t->v);
    int64_t at, run = run_from(d, t, first, &at);
    run = run < most ? run : most;
    run = run < d->stage_size ? run : d->stage_size;
    CAD_TRY(cad_ops_fetch(d->ops, d->stage, place_of(d, t->v, at), (size_t)run * (half ? sizeof(uint16_t) : sizeof(float))));
    if (half)
        cad_named_widen(d->stage, run);
    *n = run;
    return CAD_OK;
}
