/* embed_fwd, embed_bwd, gather_rows, scatter_rows, CUDA.
 *
 * math      y_n = E[id_n]; dE[id_n] += dy_n; y_m = x[i_m]; y[i_m] = x_m
 * shapes    E, dE (V,C), y, dy (N,C), id, order (N); x (N,C), y (M,C), i (M), and the other way round
 * layout    rows dense
 * dtypes    bf16; dE f32; numbers of rows u32
 * grads     dE "+="
 * limits    any N, C; rows that are no multiple of 8, or do not start at 16 bytes, go element by element; numbers of rows are
 *           checked by whoever uploads them
 * mapping   rows: one warp each, four accesses of 16 bytes a lane under way.  embed_bwd: one warp per run of equal ids in
 *           `order` and 256 columns, eight rows under way; warps whose place starts no run end at once
 * order     repeatable; a row that is moved depends on itself alone; the rows of an id are added to dE in the order given
 * cost      rows 4 C bytes each; embed_bwd 2 C bytes a row and 8 C an id that occurs; bound by memory, embed_bwd by its longest
 *           run when one id is common; never measured
 * source    none
 * test      tests/kernels/check_rows.c
 */
#include "kernels/cuda/rows.cuh"

enum { THREADS = 256, WARPS = THREADS / CAD_LANES, MOVES = 4, ADDS = 8 };

/* Row m: from row index[m] (gather) or to it (scatter).  V: uint4, or the two bytes of an element; c of them a row. */
template <class V>
struct row_move {
    const uint32_t *index;
    const V *from;
    V *to;
    int64_t rows;
    int c;
    bool scatter;
};

template <class V>
CAD_KERNEL(THREADS)
void move_kernel(row_move<V> p)
{
    int64_t m = (int64_t)blockIdx.x * WARPS + threadIdx.x / CAD_LANES;
    if (m >= p.rows)
        return;
    int64_t other = p.index[m];
    const V *from = p.from + (p.scatter ? m : other) * p.c;
    V *to = p.to + (p.scatter ? other : m) * p.c, v[MOVES];
    int i = threadIdx.x % CAD_LANES;
    for (; i + (MOVES - 1) * CAD_LANES < p.c; i += MOVES * CAD_LANES) {
#pragma unroll
        for (int k = 0; k < MOVES; k++)
            v[k] = from[i + k * CAD_LANES];
#pragma unroll
        for (int k = 0; k < MOVES; k++)
            to[i + k * CAD_LANES] = v[k];
    }
    for (; i < p.c; i += CAD_LANES)
        to[i] = from[i];
}

struct embed_back {
    const uint32_t *id, *order;
    const bf16 *dy;
    float *de;
    int64_t n, c;
};

/* Adds to sum (W) the rows row[0..count-1], which lane k < count holds; no loads where !live. */
template <int W>
static __device__ __forceinline__ void add_rows(float *sum, const embed_back &p, int64_t column, bool live, uint32_t row,
                                                int count)
{
    for (int k = 0; k < count; k += ADDS) {
        piece<W> v[ADDS];
#pragma unroll
        for (int i = 0; i < ADDS; i++) {
            int64_t at = __shfl_sync(0xFFFFFFFFu, row, (k + i) % CAD_LANES);
            if (live && k + i < count)
                v[i] = get_piece<W>(p.dy + at * p.c + column);
        }
#pragma unroll
        for (int i = 0; i < ADDS; i++) {
            float x[W];
            widen(x, v[i]);
#pragma unroll
            for (int j = 0; j < W; j++)
                if (live && k + i < count)
                    sum[j] += x[j];
        }
    }
}

template <int W>
CAD_KERNEL(THREADS)
void embed_back_kernel(embed_back p)
{
    int lane = threadIdx.x % CAD_LANES;
    int64_t first = (int64_t)blockIdx.x * WARPS + threadIdx.x / CAD_LANES;
    int64_t column = ((int64_t)blockIdx.y * CAD_LANES + lane) * W;
    if (first >= p.n)
        return;
    uint32_t id = p.id[p.order[first]];
    if (first > 0 && p.id[p.order[first - 1]] == id) /* a warp before this one has the run */
        return;
    bool live = column < p.c;
    float sum[W] = {}, *de = p.de + (int64_t)id * p.c + column;
    if (live)
        get_floats<W>(sum, de);
    for (int64_t from = first;; from += CAD_LANES) {
        bool in = from + lane < p.n;
        uint32_t row = in ? p.order[from + lane] : 0;
        uint32_t same = __ballot_sync(0xFFFFFFFFu, in && p.id[row] == id);
        int count = same == 0xFFFFFFFFu ? CAD_LANES : __ffs((int)~same) - 1;
        add_rows<W>(sum, p, column, live, row, count);
        if (count < CAD_LANES)
            break;
    }
    if (live)
        put_floats<W>(de, sum);
}

/* -------------------------------------------------------------------------------------------------------------- */

template <class V>
static cad_status move(const cad_tensor &index, const cad_tensor &from, const cad_tensor &to, bool scatter, void *stream)
{
    constexpr int64_t elements = sizeof(V) / sizeof(bf16);
    row_move<V> p = {};
    p.index = cad_ptr<uint32_t>(index);
    p.from = cad_ptr<V>(from);
    p.to = cad_ptr<V>(to);
    p.rows = index.dim[0];
    p.c = (int)(from.dim[1] / elements);
    p.scatter = scatter;
    return CAD_LAUNCH((move_kernel<V>), ((unsigned)cad_ceil_div(p.rows, WARPS)), (THREADS), 0, stream, p);
}

static cad_status move_rows(const cad_tensor &index, const cad_tensor &from, const cad_tensor &to, bool scatter, void *stream)
{
    bool wide = from.dim[1] % 8 == 0 && cad_aligned16(from.data) && cad_aligned16(to.data);
    return wide ? move<uint4>(index, from, to, scatter, stream) : move<bf16>(index, from, to, scatter, stream);
}

CAD_GPU_NO_SCRATCH(embed_fwd)
CAD_GPU_OP(embed_fwd)
{
    CAD_TRY(cad_embed_fwd_validate(a));
    CAD_GPU_NEED_BF16(embed_fwd, e);
    return move_rows(a->id, a->e, a->y, false, stream);
}

CAD_GPU_NO_SCRATCH(gather_rows)
CAD_GPU_OP(gather_rows)
{
    CAD_TRY(cad_gather_rows_validate(a));
    CAD_GPU_NEED_BF16(gather_rows, x);
    return move_rows(a->i, a->x, a->y, false, stream);
}

CAD_GPU_NO_SCRATCH(scatter_rows)
CAD_GPU_OP(scatter_rows)
{
    CAD_TRY(cad_scatter_rows_validate(a));
    CAD_GPU_NEED_BF16(scatter_rows, y);
    return move_rows(a->i, a->x, a->y, true, stream);
}

CAD_GPU_NO_SCRATCH(embed_bwd)
CAD_GPU_OP(embed_bwd)
{
    CAD_TRY(cad_embed_bwd_validate(a));
    CAD_GPU_NEED_BF16(embed_bwd, dy);
    embed_back p = {};
    p.id = cad_ptr<uint32_t>(a->id);
    p.order = cad_ptr<uint32_t>(a->order);
    p.dy = cad_ptr<bf16>(a->dy);
    p.de = cad_ptr<float>(a->de);
    p.n = a->id.dim[0];
    p.c = a->de.dim[1];
    unsigned places = (unsigned)cad_ceil_div(p.n, WARPS);
    if (p.c % 8 == 0 && cad_aligned16(p.dy) && cad_aligned16(p.de))
        return CAD_LAUNCH((embed_back_kernel<8>), (places, (unsigned)cad_ceil_div(p.c, 8 * CAD_LANES)), (THREADS), 0, stream,
                          p);
    return CAD_LAUNCH((embed_back_kernel<1>), (places, (unsigned)cad_ceil_div(p.c, CAD_LANES)), (THREADS), 0, stream, p);
}
