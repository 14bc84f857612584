/* fill, copy, axpy, cast, CUDA.
 *
 * math      y = value; y = x; y += a x; y = (type) x
 * shapes    any
 * layout    dense
 * dtypes    fill, axpy f32 or bf16, the sum in f32; copy any; cast f32 and bf16, narrowing to nearest even
 * grads     axpy "+="
 * limits    none; arrays that do not start at a multiple of 16 bytes go element by element
 * mapping   one block of 256 threads per 1024 packs of 16 bytes, a thread four of them
 * order     repeatable; elementwise: an element's bits depend on it alone
 * cost      fill 2 or 4 bytes an element, copy twice its size, axpy 6 or 12, cast 6; bound by memory; never measured
 * source    none
 * test      tests/kernels/check_rows.c
 */
#include "kernels/cuda/flat.cuh"

struct fill_half {
    enum { WIDTH = 8 };
    struct pack {
    };
    bf16 *y;
    float value;
    __device__ pack get(int64_t) const
    {
        return pack();
    }
    __device__ void put(int64_t i, const pack &) const
    {
        uint32_t two = to_pair(value, value);
        store8(y + i, bf16x8{{two, two, two, two}});
    }
    __device__ void one(int64_t i) const
    {
        y[i] = to_bf16(value);
    }
};

struct fill_f32 {
    enum { WIDTH = 4 };
    struct pack {
    };
    float *y, value;
    __device__ pack get(int64_t) const
    {
        return pack();
    }
    __device__ void put(int64_t i, const pack &) const
    {
        *reinterpret_cast<float4 *>(y + i) = make_float4(value, value, value, value);
    }
    __device__ void one(int64_t i) const
    {
        y[i] = value;
    }
};

struct copy_bytes {
    enum { WIDTH = 16 };
    typedef uint4 pack;
    const uint8_t *x;
    uint8_t *y;
    __device__ pack get(int64_t i) const
    {
        return *reinterpret_cast<const uint4 *>(x + i);
    }
    __device__ void put(int64_t i, const pack &r) const
    {
        *reinterpret_cast<uint4 *>(y + i) = r;
    }
    __device__ void one(int64_t i) const
    {
        y[i] = x[i];
    }
};

/* Product and sum are rounded one after the other, as everywhere. */
static __device__ __forceinline__ float plus_product(float y, float a, float x)
{
    return __fadd_rn(y, __fmul_rn(a, x));
}

struct axpy_half {
    enum { WIDTH = 8 };
    struct pack {
        bf16x8 x, y;
    };
    const bf16 *x;
    bf16 *y;
    float a;
    __device__ pack get(int64_t i) const
    {
        return {load8(x + i), load8(y + i)};
    }
    __device__ void put(int64_t i, const pack &r) const
    {
        float v[8], sum[8];
        widen8(r.x, v);
        widen8(r.y, sum);
#pragma unroll
        for (int k = 0; k < 8; k++)
            sum[k] = plus_product(sum[k], a, v[k]);
        store8(y + i, narrow8(sum));
    }
    __device__ void one(int64_t i) const
    {
        y[i] = to_bf16(plus_product(to_f32(y[i]), a, to_f32(x[i])));
    }
};

struct axpy_f32 {
    enum { WIDTH = 4 };
    struct pack {
        float4 x, y;
    };
    const float *x;
    float *y, a;
    __device__ pack get(int64_t i) const
    {
        return {*reinterpret_cast<const float4 *>(x + i), *reinterpret_cast<const float4 *>(y + i)};
    }
    __device__ void put(int64_t i, const pack &r) const
    {
        *reinterpret_cast<float4 *>(y + i) = make_float4(plus_product(r.y.x, a, r.x.x), plus_product(r.y.y, a, r.x.y),
                                                         plus_product(r.y.z, a, r.x.z), plus_product(r.y.w, a, r.x.w));
    }
    __device__ void one(int64_t i) const
    {
        y[i] = plus_product(y[i], a, x[i]);
    }
};

struct narrow_f32 {
    enum { WIDTH = 8 };
    struct pack {
        float4 low, high;
    };
    const float *x;
    bf16 *y;
    __device__ pack get(int64_t i) const
    {
        const float4 *four = reinterpret_cast<const float4 *>(x + i);
        return {four[0], four[1]};
    }
    __device__ void put(int64_t i, const pack &r) const
    {
        store8(y + i, bf16x8{{to_pair(r.low.x, r.low.y), to_pair(r.low.z, r.low.w), to_pair(r.high.x, r.high.y),
                              to_pair(r.high.z, r.high.w)}});
    }
    __device__ void one(int64_t i) const
    {
        y[i] = to_bf16(x[i]);
    }
};

struct widen_half {
    enum { WIDTH = 8 };
    typedef bf16x8 pack;
    const bf16 *x;
    float *y;
    __device__ pack get(int64_t i) const
    {
        return load8(x + i);
    }
    __device__ void put(int64_t i, const pack &r) const
    {
        float4 *four = reinterpret_cast<float4 *>(y + i);
        float v[8];
        widen8(r, v);
        four[0] = make_float4(v[0], v[1], v[2], v[3]);
        four[1] = make_float4(v[4], v[5], v[6], v[7]);
    }
    __device__ void one(int64_t i) const
    {
        y[i] = to_f32(x[i]);
    }
};

/* -------------------------------------------------------------------------------------------------------------- */

CAD_GPU_NO_SCRATCH(fill)
CAD_GPU_OP(fill)
{
    CAD_TRY(cad_fill_validate(a));
    int64_t n = cad_tensor_count(&a->y);
    bool wide = cad_aligned16(a->y.data);
    if (a->y.dtype == CAD_F32) {
        fill_f32 s = {cad_ptr<float>(a->y), a->value};
        return CAD_LAUNCH((flat_kernel<fill_f32>), (flat_blocks<fill_f32>(n)), (FLAT_THREADS), 0, stream, s, n, wide);
    }
    fill_half s = {cad_ptr<bf16>(a->y), a->value};
    return CAD_LAUNCH((flat_kernel<fill_half>), (flat_blocks<fill_half>(n)), (FLAT_THREADS), 0, stream, s, n, wide);
}

static cad_status copy_all(const cad_tensor *x, const cad_tensor *y, void *stream)
{
    int64_t n = (int64_t)cad_tensor_bytes(x);
    copy_bytes s = {cad_ptr<uint8_t>(*x), cad_ptr<uint8_t>(*y)};
    return CAD_LAUNCH((flat_kernel<copy_bytes>), (flat_blocks<copy_bytes>(n)), (FLAT_THREADS), 0, stream, s, n,
                      cad_aligned16(s.x) && cad_aligned16(s.y));
}

CAD_GPU_NO_SCRATCH(copy)
CAD_GPU_OP(copy)
{
    CAD_TRY(cad_copy_validate(a));
    return copy_all(&a->x, &a->y, stream);
}

CAD_GPU_NO_SCRATCH(axpy)
CAD_GPU_OP(axpy)
{
    CAD_TRY(cad_axpy_validate(a));
    int64_t n = cad_tensor_count(&a->y);
    bool wide = cad_aligned16(a->x.data) && cad_aligned16(a->y.data);
    if (a->y.dtype == CAD_F32) {
        axpy_f32 s = {cad_ptr<float>(a->x), cad_ptr<float>(a->y), a->a};
        return CAD_LAUNCH((flat_kernel<axpy_f32>), (flat_blocks<axpy_f32>(n)), (FLAT_THREADS), 0, stream, s, n, wide);
    }
    axpy_half s = {cad_ptr<bf16>(a->x), cad_ptr<bf16>(a->y), a->a};
    return CAD_LAUNCH((flat_kernel<axpy_half>), (flat_blocks<axpy_half>(n)), (FLAT_THREADS), 0, stream, s, n, wide);
}

CAD_GPU_NO_SCRATCH(cast)
CAD_GPU_OP(cast)
{
    CAD_TRY(cad_cast_validate(a));
    if (a->x.dtype == a->y.dtype)
        return copy_all(&a->x, &a->y, stream);
    int64_t n = cad_tensor_count(&a->y);
    bool wide = cad_aligned16(a->x.data) && cad_aligned16(a->y.data);
    if (a->x.dtype == CAD_F32) {
        narrow_f32 s = {cad_ptr<float>(a->x), cad_ptr<bf16>(a->y)};
        return CAD_LAUNCH((flat_kernel<narrow_f32>), (flat_blocks<narrow_f32>(n)), (FLAT_THREADS), 0, stream, s, n, wide);
    }
    widen_half s = {cad_ptr<bf16>(a->x), cad_ptr<float>(a->y)};
    return CAD_LAUNCH((flat_kernel<widen_half>), (flat_blocks<widen_half>(n)), (FLAT_THREADS), 0, stream, s, n, wide);
}
