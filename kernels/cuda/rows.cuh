/* Rows of bf16: 8 numbers in one access where the row allows it, one by one where it does not. */
#ifndef CADLM_KERNELS_CUDA_ROWS_CUH
#define CADLM_KERNELS_CUDA_ROWS_CUH

#include "kernels/cuda/flat.cuh"

/* Calls step(at, count) for the pieces of a row of c elements that belong to this thread of THREADS: 8 elements where `wide`
 * (the host looks: rows a multiple of 8, arrays aligned to 16 bytes), else one. */
template <int THREADS, class F> static __device__ __forceinline__ void for_row(int64_t c, bool wide, F step)
{
    if (wide)
        for (int64_t at = (int64_t)threadIdx.x * 8; at < c; at += (int64_t)THREADS * 8)
            step(at, 8);
    else
        for (int64_t at = threadIdx.x; at < c; at += THREADS)
            step(at, 1);
}

static __device__ __forceinline__ void row_get(float v[8], const bf16 *p, int count)
{
    if (count == 8)
        widen8(load8(p), v);
    else
        v[0] = to_f32(*p);
}

/* W elements as they stand in memory, W = 8 or 1: for kernels compiled once for each. */
template <int W> struct piece;
template <> struct piece<8> {
    bf16x8 bits;
};
template <> struct piece<1> {
    bf16 bits;
};

template <int W> static __device__ __forceinline__ piece<W> get_piece(const bf16 *p)
{
    return *reinterpret_cast<const piece<W> *>(p);
}

static __device__ __forceinline__ void widen(float v[8], const piece<8> &r)
{
    widen8(r.bits, v);
}

static __device__ __forceinline__ void widen(float v[1], const piece<1> &r)
{
    v[0] = to_f32(r.bits);
}

template <int W> static __device__ __forceinline__ void put_piece(bf16 *p, const float *v)
{
    if (W == 8)
        store8(p, narrow8(v));
    else
        *p = to_bf16(v[0]);
}

/* W f32, as many. */
template <int W> static __device__ __forceinline__ void get_floats(float *v, const float *p)
{
    if (W == 1)
        v[0] = p[0];
#pragma unroll
    for (int i = 0; i + 4 <= W; i += 4)
        flat_get4(v + i, p, i, W, true);
}

template <int W> static __device__ __forceinline__ void put_floats(float *p, const float *v)
{
    if (W == 1)
        p[0] = v[0];
#pragma unroll
    for (int i = 0; i + 4 <= W; i += 4)
        flat_put4(p, i, W, true, v + i);
}

static __device__ __forceinline__ void row_put(bf16 *p, const float v[8], int count)
{
    if (count == 8)
        store8(p, narrow8(v));
    else
        *p = to_bf16(v[0]);
}

#endif
