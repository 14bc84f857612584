/* Kernels that are right: what they answer is compared with plain loops. */
#include "tests/kernels/emu/emu_case.cuh"

template <class T>
static void four_shuffles(T *out, T v, int by)
{
    out[0 * 32 + emu_lane()] = __shfl_sync(EVERY_LANE, v, (int)(emu_lane() * 3) + by);
    out[1 * 32 + emu_lane()] = __shfl_xor_sync(EVERY_LANE, v, by);
    out[2 * 32 + emu_lane()] = __shfl_up_sync(EVERY_LANE, v, by);
    out[3 * 32 + emu_lane()] = __shfl_down_sync(EVERY_LANE, v, by);
}

EMU_CASE(shuffles32, 1, 32, 0)
{
    four_shuffles(emu_floats(d.out), emu_floats(d.in)[threadIdx.x], d.by);
}

EMU_CASE(shuffles64, 1, 32, 0)
{
    four_shuffles(reinterpret_cast<double *>(d.out), reinterpret_cast<double *>(d.in)[threadIdx.x], d.by);
}

EMU_CASE(votes, 1, 64, 0)
{
    uint32_t *out = emu_words(d.out) + 3 * threadIdx.x;
    bool p = d.in[threadIdx.x] < d.by;
    out[0] = __ballot_sync(EVERY_LANE, p);
    out[1] = __any_sync(EVERY_LANE, p);
    out[2] = __all_sync(EVERY_LANE, p);
}

/* Through static, dynamic and static shared memory, with barriers between. */
EMU_CASE(reversed, 3, 96, 96 * 4)
{
    CAD_SHARED(uint16_t, sOne, 96);
    CAD_SHARED(double, sTwo, 96);
    CAD_DYN_SMEM(uint32_t, s);
    unsigned i = threadIdx.x;
    if ((uintptr_t)s % 1024 || (uintptr_t)sTwo % 8)
        return;
    sOne[i] = reinterpret_cast<const uint16_t *>(d.in)[blockIdx.x * 96 + i];
    __syncthreads();
    s[i] = sOne[95 - i];
    __syncthreads();
    sTwo[i] = s[(i + 1) % 96];
    __syncthreads();
    emu_words(d.out)[blockIdx.x * 96 + i] = (uint32_t)sTwo[95 - i];
}

/* Who is who: each thread writes its own place and its place in the grid. */
static void place(const emu_data &d)
{
    dim3 t = threadIdx, b = blockIdx, n = blockDim, g = gridDim;
    unsigned in_block = t.x + n.x * (t.y + n.y * t.z), block = b.x + g.x * (b.y + g.y * b.z);
    unsigned i = block * (n.x * n.y * n.z) + in_block;
    emu_words(d.out)[i] = t.x | t.y << 4 | t.z << 8 | b.x << 12 | b.y << 16 | b.z << 20;
}

CAD_KERNEL(1024) void grids(emu_data d)
{
    place(d);
}

extern "C" cad_status emu_grids(const emu_data *d)
{
    return CAD_LAUNCH(grids, (2, 3, 2), (4, 2, 8), 0, nullptr, *d);
}

extern "C" cad_status emu_launch_as(const unsigned grid[3], const unsigned block[3], size_t smem, const emu_data *d)
{
    return CAD_LAUNCH(grids, (grid[0], grid[1], grid[2]), (block[0], block[1], block[2]), smem, nullptr, *d);
}

/* out: the order in which blocks and, inside of each, warps came first. */
EMU_CASE(block_order, 13, 128, 4)
{
    CAD_DYN_SMEM(uint32_t, s);
    if (threadIdx.x == 0)
        s[0] = 0;
    __syncthreads();
    if (emu_lane() == 0)
        emu_words(d.out)[16 + blockIdx.x * 4 + emu_warp()] = atomicAdd(&s[0], 1u);
    if (threadIdx.x == 0)
        emu_words(d.out)[blockIdx.x] = atomicAdd(emu_words(d.in), 1u);
}

/* in: eight words that all threads change */
EMU_CASE(atomics, 3, 64, 0)
{
    uint32_t *word = emu_words(d.in);
    unsigned i = blockIdx.x * 64 + threadIdx.x;
    emu_words(d.out)[i] = atomicAdd(&word[0], 1u);
    atomicMin(&word[1], 500 - i);
    atomicMax(&word[2], i);
    atomicOr(&word[3], 1u << i % 32);
    atomicAnd(&word[4], ~(1u << i % 16));
    atomicMin(reinterpret_cast<int *>(&word[5]), -(int)i);
    atomicAdd(reinterpret_cast<unsigned long long *>(&word[6]), 1ull << 30);
    atomicExch(&word[8], i);
}

/* A tile of 32 rows of 8, read in the four ways; in: 256 elements. */
EMU_CASE(ldmatrix, 1, 32, 512)
{
    CAD_DYN_SMEM(uint16_t, s);
    uint32_t *out = emu_words(d.out) + 12 * threadIdx.x;
    for (unsigned i = threadIdx.x; i < 256; i += 32)
        s[i] = reinterpret_cast<const uint16_t *>(d.in)[i];
    __syncthreads();
    unsigned row = (emu_lane() * 5 + 3) % 32; /* a permutation */
    cad_ldmatrix4(out, s + 8 * row);
    cad_ldmatrix4_trans(out + 4, s + 8 * row);
    cad_ldmatrix2(out + 8, s + 8 * row);
    cad_ldmatrix2_trans(out + 10, s + 8 * row);
}

/* A (16,16) row by row, B (16,8) column by column, both bf16, then C (16,8) f32: D = C + A B A B. */
EMU_CASE(mma, 1, 32, 0)
{
    const auto *a = reinterpret_cast<const uint32_t *>(d.in), *b = a + 128;
    const float *c = emu_floats(d.in) + 128 + 64;
    unsigned g = emu_lane() / 4, t = emu_lane() % 4;
    uint32_t fa[4] = {a[g * 8 + t], a[(g + 8) * 8 + t], a[g * 8 + t + 4], a[(g + 8) * 8 + t + 4]};
    uint32_t fb[2] = {b[g * 8 + t], b[g * 8 + t + 4]};
    float sum[4] = {c[g * 8 + 2 * t], c[g * 8 + 2 * t + 1], c[(g + 8) * 8 + 2 * t], c[(g + 8) * 8 + 2 * t + 1]};
    cad_mma(sum, fa, fb);
    cad_mma(sum, fa, fb);
    float *out = emu_floats(d.out);
    out[g * 8 + 2 * t] = sum[0];
    out[g * 8 + 2 * t + 1] = sum[1];
    out[(g + 8) * 8 + 2 * t] = sum[2];
    out[(g + 8) * 8 + 2 * t + 1] = sum[3];
}

/* Thread t copies t % 17 bytes, the rest is zero; the copies lie in three groups that are waited for one by one. */
EMU_CASE(copies, 2, 96, 96 * 16)
{
    CAD_DYN_SMEM(uint4, s);
    unsigned i = threadIdx.x, n = i % 17;
    for (unsigned group = 0; group < 3; group++) {
        if (i % 3 == group)
            cad_copy_async16(&s[i], d.in + 16 * ((i + blockIdx.x) % 96), (int)n);
        cad_copy_commit();
    }
    cad_copy_wait<2>();
    uint4 first = i % 3 == 0 ? s[i] : make_uint4(0, 0, 0, 0);
    cad_copy_wait<1>();
    uint4 second = i % 3 == 1 ? s[i] : first;
    cad_copy_wait<0>();
    uint4 v = i % 3 == 2 ? s[i] : second;
    __syncthreads();
    if (s[95 - i].x != 0x01010101) /* every thread may read all of them now */
        reinterpret_cast<uint4 *>(d.out)[blockIdx.x * 96 + i] = v;
}

/* The usual way: two buffers, the next tile on its way while this one is summed up by other threads. */
EMU_CASE(pipeline, 2, 64, 2 * 64 * 16)
{
    CAD_DYN_SMEM(uint4, s);
    unsigned i = threadIdx.x, sum = 0;
    const int tiles = 3;
    cad_copy_async16(&s[i], d.in + 16 * i, 16);
    cad_copy_commit();
    for (int k = 0; k < tiles; k++) {
        if (k + 1 < tiles)
            cad_copy_async16(&s[64 * ((k + 1) % 2) + i], d.in + 16 * (64 * (k + 1) + i), 16);
        cad_copy_commit();
        cad_copy_wait<1>();
        __syncthreads();
        uint4 v = s[64 * (k % 2) + 63 - i];
        sum += (v.x ^ v.y) + (v.z ^ v.w);
        __syncthreads();
    }
    emu_words(d.out)[blockIdx.x * 64 + i] = sum;
}

/* Lanes hand numbers on through shared memory with nothing but __syncwarp; the last step changes what all have read. */
EMU_CASE(exchange_in_a_warp, 1, 64, 256)
{
    CAD_DYN_SMEM(uint32_t, s);
    uint32_t *mine = s + 32 * emu_warp(), sum = 0;
    mine[emu_lane()] = emu_words(d.in)[threadIdx.x];
    __syncwarp();
    for (int i = 1; i < 5; i++) {
        sum += mine[(emu_lane() + (unsigned)i) % 32];
        __syncwarp();
        mine[emu_lane()] += sum;
        __syncwarp(EVERY_LANE);
    }
    for (unsigned i = 0; i < 32; i++)
        sum += mine[i];
    __syncwarp();
    if (emu_lane() == 7)
        mine[7] += sum;
    __syncwarp();
    emu_words(d.out)[threadIdx.x] = sum + mine[7];
}

/* Neighbours change neighbouring bytes and halves, in shared and in device memory. */
EMU_CASE(bytes_in_place, 2, 64, 64 + 128)
{
    CAD_DYN_SMEM(unsigned char, s);
    auto *halves = reinterpret_cast<uint16_t *>(s + 64);
    unsigned char *in = d.in + 64 * blockIdx.x;
    unsigned i = threadIdx.x;
    s[i] = in[i];
    in[i] = (unsigned char)(in[i] + 1);
    s[i] = (unsigned char)(s[i] * 3);
    halves[i] = s[i];
    halves[i] = (uint16_t)(halves[i] + in[i]);
    __syncthreads();
    uint32_t pair = reinterpret_cast<uint32_t *>(halves)[i / 2];
    __syncthreads();
    s[63 - i] = (unsigned char)(pair >> (i % 2 * 16));
    d.out[64 * blockIdx.x + i] = (unsigned char)(s[63 - i] + s[63 - i] / 2);
}

/* 16 counters: set, barrier, counted by all, barrier, read by all. */
EMU_CASE(histogram, 2, 64, 64)
{
    CAD_DYN_SMEM(uint32_t, s);
    if (threadIdx.x < 16)
        s[threadIdx.x] = 0;
    __syncthreads();
    for (int i = 0; i < 4; i++)
        atomicAdd(&s[d.in[i * 64 + (int)threadIdx.x] % 16], 1u);
    __syncthreads();
    emu_words(d.out)[blockIdx.x * 64 + threadIdx.x] = s[threadIdx.x % 16];
}

/* What a block finds in its shared memory.  Only where nobody watches the loads (AddressSanitizer). */
EMU_CASE(poison, 3, 32, 128)
{
    CAD_DYN_SMEM(uint32_t, s);
    CAD_SHARED(uint32_t, sMore, 32);
    emu_words(d.out)[blockIdx.x * 64 + threadIdx.x] = s[threadIdx.x];
    emu_words(d.out)[blockIdx.x * 64 + 32 + threadIdx.x] = sMore[threadIdx.x];
    s[threadIdx.x] = sMore[threadIdx.x] = 1;
}

/* Two launches: the second reads what other blocks of the first have written. */
CAD_KERNEL(32) void launched_first(emu_data d)
{
    emu_words(d.out)[32 + blockIdx.x * 32 + threadIdx.x] = blockIdx.x * 100 + threadIdx.x;
}

CAD_KERNEL(32) void launched_second(emu_data d)
{
    const uint32_t *v = emu_words(d.out) + 32;
    emu_words(d.out)[threadIdx.x] = v[threadIdx.x] + v[32 + 31 - threadIdx.x] + v[64 + (threadIdx.x + 1) % 32];
}

extern "C" cad_status emu_launched(const emu_data *d)
{
    CAD_TRY(CAD_LAUNCH(launched_first, (3), (32), 0, nullptr, *d));
    return CAD_LAUNCH(launched_second, (1), (32), 0, nullptr, *d);
}

/* Tables that are constant in the source, and its own stack. */
EMU_CASE(from_the_host, 1, 32, 0)
{
    static const uint32_t table[4] = {5, 7, 11, 13};
    uint32_t own[8];
    for (unsigned i = 0; i < 8; i++)
        own[i] = table[(i + threadIdx.x) % 4] * i;
    emu_words(d.out)[threadIdx.x] = own[threadIdx.x % 8] + own[(unsigned)d.by % 8];
}
