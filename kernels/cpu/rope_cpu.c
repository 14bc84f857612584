/* rope_fwd, rope_bwd, CPU.
 *
 * math      x_j' = x_j cos - x_{j+D/2} sin; x_{j+D/2}' = x_{j+D/2} cos + x_j sin; backward with sin negated
 * shapes    x (N,heads,D), pos (N), table (P,D)
 * layout    rows may be strided; table row = D/2 cosines, then D/2 sines
 * dtypes    x f32 or bf16; table f32; the rotation in f32
 * grads     in place
 * limits    D even, pos < P
 * mapping   rows in chunks
 * order     elementwise: class I
 * cost      one pass over x
 * source    Su et al. 2021, rotate-half pairing of Hugging Face
 * test      tests/kernels/check_rope.c
 */
#include "kernels/cpu/storage_cpu.h"

typedef struct rope_job {
    const cad_rope_args *a;
    float sign;
} rope_job;

static void rotate_rows(void *ctx, int64_t begin, int64_t end)
{
    const rope_job *j = ctx;
    const cad_rope_args *a = j->a;
    int64_t heads = a->x.dim[1], d = a->x.dim[2], half = d / 2, ld = a->ld ? a->ld : heads * d;
    vf sign = vset(j->sign);
    for (int64_t n = begin; n < end; n++) {
        const float *cs = (const float *)a->table.data + (int64_t)((const int32_t *)a->pos.data)[n] * d, *sn = cs + half;
        for (int64_t h = 0; h < heads; h++) {
            elem *lo = (elem *)a->x.data + n * ld + h * d, *hi = lo + half;
            CAD_LANES(i, w, half)
            {
                vf c = vget(cs + i, w), s = vmul(vget(sn + i, w), sign), x = eget(lo + i, w), y = eget(hi + i, w);
                eput(lo + i, vsub(vmul(x, c), vmul(y, s)), w);
                eput(hi + i, vadd(vmul(y, c), vmul(x, s)), w);
            }
        }
    }
}

static cad_status rotate(const char *op, const cad_rope_args *a, float sign)
{
    CAD_TRY(cad_ids_check(op, "pos", &a->pos, a->table.dim[0]));
    rope_job j = {a, sign};
    cad_parallel_for(a->x.dim[0], cad_row_grain(a->x.dim[1] * a->x.dim[2]), rotate_rows, &j);
    return CAD_OK;
}

CAD_STORED_OP(rope_fwd)
{
    CAD_TRY(cad_rope_fwd_validate(a));
    return rotate("rope_fwd", a, 1.0f);
}
CAD_STORED_NO_SCRATCH(rope_fwd)

CAD_STORED_OP(rope_bwd)
{
    CAD_TRY(cad_rope_bwd_validate(a));
    return rotate("rope_bwd", a, -1.0f);
}
CAD_STORED_NO_SCRATCH(rope_bwd)
