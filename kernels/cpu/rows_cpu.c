/* fill, axpy, gather_rows, scatter_rows, embed_fwd, embed_bwd, CPU.
 *
 * math      y = value; y += a x; y_m = x[i_m]; y[i_m] = x_m; y_n = E[id_n]; dE[id_n] += dy_n
 * shapes    as the argument structs
 * layout    row-major, dense
 * dtypes    f32 or bf16; dE f32
 * grads     embed_bwd "+="
 * limits    indices are checked before anything is written
 * mapping   chunks of elements or rows; embed_bwd: columns in blocks, each thread all rows of its block
 * order     elementwise; embed_bwd adds the rows of an id in the given order: class R
 * cost      bound by memory
 * source    none
 * test      tests/kernels/check_rows.c
 */
#include "kernels/cpu/storage_cpu.h"

enum { GRAIN = 16384 };

static void fill_part(void *ctx, int64_t begin, int64_t end)
{
    const cad_fill_args *a = ctx;
    for (int64_t i = begin; i < end; i++)
        estore((elem *)a->y.data + i, a->value);
}

CAD_STORED_OP(fill)
{
    CAD_TRY(cad_fill_validate(a));
    cad_parallel_for(cad_tensor_count(&a->y), GRAIN, fill_part, (void *)(uintptr_t)a);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(fill)

static void axpy_part(void *ctx, int64_t begin, int64_t end)
{
    const cad_axpy_args *a = ctx;
    const elem *x = a->x.data;
    elem *y = a->y.data;
    for (int64_t i = begin; i < end; i++)
        estore(y + i, eload(y + i) + a->a * eload(x + i));
}

CAD_STORED_OP(axpy)
{
    CAD_TRY(cad_axpy_validate(a));
    cad_parallel_for(cad_tensor_count(&a->y), GRAIN, axpy_part, (void *)(uintptr_t)a);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(axpy)

typedef struct move_job {
    const uint32_t *index;
    const elem *from;
    elem *to;
    int64_t c;
    int scatter;
} move_job;

static void move_rows(void *ctx, int64_t begin, int64_t end)
{
    const move_job *j = ctx;
    for (int64_t m = begin; m < end; m++) {
        int64_t other = j->index[m], src = j->scatter ? m : other, dst = j->scatter ? other : m;
        memcpy(j->to + dst * j->c, j->from + src * j->c, (size_t)j->c * sizeof(elem));
    }
}

CAD_STORED_OP(gather_rows)
{
    CAD_TRY(cad_gather_rows_validate(a));
    CAD_TRY(cad_ids_check("gather_rows", "i", &a->i, a->x.dim[0]));
    move_job j = {a->i.data, a->x.data, a->y.data, a->x.dim[1], 0};
    cad_parallel_for(a->i.dim[0], cad_row_grain(j.c), move_rows, &j);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(gather_rows)

CAD_STORED_OP(scatter_rows)
{
    CAD_TRY(cad_scatter_rows_validate(a));
    CAD_TRY(cad_ids_check("scatter_rows", "i", &a->i, a->y.dim[0]));
    move_job j = {a->i.data, a->x.data, a->y.data, a->x.dim[1], 1};
    cad_parallel_for(a->i.dim[0], cad_row_grain(j.c), move_rows, &j);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(scatter_rows)

CAD_STORED_OP(embed_fwd)
{
    CAD_TRY(cad_embed_fwd_validate(a));
    CAD_TRY(cad_ids_check("embed_fwd", "id", &a->id, a->e.dim[0]));
    move_job j = {a->id.data, a->e.data, a->y.data, a->e.dim[1], 0};
    cad_parallel_for(a->id.dim[0], cad_row_grain(j.c), move_rows, &j);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(embed_fwd)

enum { COLUMNS = 64 };

static void add_embed(void *ctx, int64_t begin, int64_t end)
{
    const cad_embed_bwd_args *a = ctx;
    const uint32_t *id = a->id.data, *order = a->order.data;
    int64_t rows = a->id.dim[0], width = a->de.dim[1];
    for (int64_t b = begin; b < end; b++) {
        int64_t c0 = b * COLUMNS, n = cad_min64(COLUMNS, width - c0);
        for (int64_t r = 0; r < rows; r++) {
            const elem *dy = (const elem *)a->dy.data + (int64_t)order[r] * width + c0;
            float *de = (float *)a->de.data + (int64_t)id[order[r]] * width + c0;
            CAD_LANES(i, w, n)
            vput(de + i, vadd(vget(de + i, w), eget(dy + i, w)), w);
        }
    }
}

CAD_STORED_OP(embed_bwd)
{
    CAD_TRY(cad_embed_bwd_validate(a));
    CAD_TRY(cad_ids_check("embed_bwd", "id", &a->id, a->de.dim[0]));
    CAD_TRY(cad_ids_check("embed_bwd", "order", &a->order, a->id.dim[0]));
    if (a->id.dim[0] > 0)
        cad_parallel_for(cad_ceil_div(a->de.dim[1], COLUMNS), 1, add_embed, (void *)(uintptr_t)a);
    return CAD_OK;
}
CAD_STORED_NO_SCRATCH(embed_bwd)
