#include "bench/emu_speed.h"

#include "kernels/cuda/gpu.cuh"

enum { WORK = 65536, TILE = 64, STEP = 16 };

CAD_KERNEL(1024) void nothing_kernel(float *, int) {}

CAD_KERNEL(1024) void arithmetic_kernel(float *work, int n)
{
    float x = 1.0f + (float)threadIdx.x;
    for (int i = 0; i < n; i++)
#pragma unroll
        for (int k = 0; k < 16; k++)
            x = __fmul_rn(x, 0.5f) + 1.0f;
    work[blockIdx.x * (WORK / 4) + threadIdx.x] = x;
}

CAD_KERNEL(1024) void shuffle_kernel(float *work, int n)
{
    float x = (float)threadIdx.x;
    for (int i = 0; i < n; i++)
        x = __shfl_xor_sync(0xFFFFFFFFu, x, 1 << i % 5);
    work[blockIdx.x * (WORK / 4) + threadIdx.x] = x;
}

CAD_KERNEL(1024) void barrier_kernel(float *, int n)
{
    for (int i = 0; i < n; i++)
        __syncthreads();
}

CAD_KERNEL(1024) void syncwarp_kernel(float *, int n)
{
    for (int i = 0; i < n; i++)
        __syncwarp();
}

CAD_KERNEL(1024) void mma_kernel(float *work, int n)
{
    uint32_t a[4] = {1, 2, 3, 4}, b[2] = {5, 6};
    float d[4] = {0, 0, 0, 0};
    for (int i = 0; i < n; i++)
        cad_mma(d, a, b);
    work[blockIdx.x * (WORK / 4) + threadIdx.x] = d[0];
}

CAD_KERNEL(1024) void ldmatrix_kernel(float *work, int n)
{
    CAD_DYN_SMEM(uint4, sTile);
    uint32_t r[4], all = 0;
    sTile[threadIdx.x] = make_uint4(1, 2, 3, 4);
    __syncthreads();
    for (int i = 0; i < n; i++) {
        cad_ldmatrix4(r, &sTile[(threadIdx.x + (unsigned)i) % blockDim.x]);
        all ^= r[i % 4];
    }
    work[blockIdx.x * (WORK / 4) + threadIdx.x] = (float)all;
}

template <class T>
static __device__ uint32_t first_of(T v)
{
    uint32_t w[(sizeof(T) + 3) / 4] = {0}, all = 0;
    __builtin_memcpy(w, &v, sizeof v);
    for (uint32_t x : w)
        all ^= x;
    return all;
}

template <class T>
CAD_KERNEL(1024)
void shared_load_kernel(float *work, int n)
{
    CAD_DYN_SMEM(uint4, sTile);
    const T *s = reinterpret_cast<const T *>(sTile);
    uint32_t all = 0;
    sTile[threadIdx.x] = make_uint4(1, 2, 3, 4);
    __syncthreads();
    for (int i = 0; i < n; i++)
        all ^= first_of(s[(threadIdx.x + (unsigned)i * 8) % blockDim.x]);
    work[blockIdx.x * (WORK / 4) + threadIdx.x] = (float)all;
}

CAD_KERNEL(1024) void shared_store_kernel(float *, int n)
{
    CAD_DYN_SMEM(float, sTile);
    for (int i = 0; i < n; i++)
        sTile[threadIdx.x + (unsigned)(i & 1) * 1024] = (float)i;
}

template <class T>
CAD_KERNEL(1024)
void device_load_kernel(float *work, int n)
{
    const T *s = reinterpret_cast<const T *>(work + WORK / 8);
    uint32_t all = 0;
    for (int i = 0; i < n; i++)
        all ^= first_of(s[(threadIdx.x + (unsigned)i * 8) % blockDim.x]);
    work[blockIdx.x * (WORK / 4) + threadIdx.x] = (float)all;
}

CAD_KERNEL(1024) void device_store_kernel(float *work, int n)
{
    for (int i = 0; i < n; i++)
        work[blockIdx.x * (WORK / 4) + threadIdx.x + (unsigned)(i & 1) * 1024] = (float)i;
}

CAD_KERNEL(1024) void copy_kernel(float *work, int n)
{
    CAD_DYN_SMEM(uint4, sTile);
    for (int i = 0; i < n; i++) {
        cad_copy_async16(&sTile[threadIdx.x], work + 4 * threadIdx.x, 16);
        cad_copy_commit();
        cad_copy_wait<0>();
    }
}

/* Each of 4 warps 32 x 32 of the tile: 2 + 2 ldmatrix, 8 mma. */
CAD_KERNEL(128) void product_kernel(float *work, int n)
{
    CAD_DYN_SMEM(bf16, sTile); /* A 64 x 16, B 64 x 16, two of each */
    int warp = (int)threadIdx.x / 32, lane = (int)threadIdx.x % 32;
    float acc[2][4][4] = {};
    for (int i = 0; i < n; i++) {
        bf16 *sA = sTile + (i & 1) * 2 * TILE * STEP, *sB = sA + TILE * STEP;
        cad_copy_async16(sA + threadIdx.x * 8, work + 4 * threadIdx.x, 16);
        cad_copy_async16(sB + threadIdx.x * 8, work + 4 * threadIdx.x, 16);
        cad_copy_commit();
        cad_copy_wait<0>();
        __syncthreads();
        uint32_t a[2][4], b[2][4];
        for (int m = 0; m < 2; m++) {
            cad_ldmatrix4(a[m], sA + (warp % 2 * 32 + m * 16 + lane % 16) * STEP + lane / 16 * 8);
            cad_ldmatrix4(b[m], sB + (warp / 2 * 32 + m * 16 + lane % 16) * STEP + lane / 16 * 8);
        }
        for (int m = 0; m < 2; m++)
            for (int k = 0; k < 4; k++) {
                uint32_t bk[2] = {b[k / 2][k % 2], b[k / 2][k % 2 + 2]};
                cad_mma(acc[m][k], a[m], bk);
            }
    }
    float sum = 0;
    for (int m = 0; m < 2; m++)
        for (int k = 0; k < 4; k++)
            sum += acc[m][k][0];
    work[blockIdx.x * (WORK / 4) + 4096 + threadIdx.x] = sum;
}

/* -------------------------------------------------------------------------------------------------------------- */

#define SPEED(name, kernel, smem)                                                                                              \
    extern "C" cad_status emu_speed_##name(void *work, int blocks, int threads, int n)                                         \
    {                                                                                                                          \
        return CAD_LAUNCH(kernel, ((unsigned)blocks), ((unsigned)threads), smem, nullptr, (float *)work, n);                   \
    }

SPEED(nothing, nothing_kernel, 0)
SPEED(arithmetic, arithmetic_kernel, 0)
SPEED(shuffle, shuffle_kernel, 0)
SPEED(barrier, barrier_kernel, 0)
SPEED(syncwarp, syncwarp_kernel, 0)
SPEED(mma, mma_kernel, 0)
SPEED(ldmatrix, ldmatrix_kernel, 16384)
SPEED(shared2, (shared_load_kernel<uint16_t>), 16384)
SPEED(shared4, (shared_load_kernel<uint32_t>), 16384)
SPEED(shared16, (shared_load_kernel<uint4>), 16384)
SPEED(shared_store4, shared_store_kernel, 16384)
SPEED(device2, (device_load_kernel<uint16_t>), 0)
SPEED(device4, (device_load_kernel<uint32_t>), 0)
SPEED(device16, (device_load_kernel<uint4>), 0)
SPEED(device_store4, device_store_kernel, 0)
SPEED(copy16, copy_kernel, 16384)
SPEED(product, product_kernel, 16384)
