/* Accesses to what is not there, not aligned, or holds no value. */
#include "tests/kernels/emu/emu_case.cuh"

#include <cstring>

static int variable_of_the_host_itself = 3;

EMU_CASE(uninitialised_dynamic, 1, 32, 128)
{
    CAD_DYN_SMEM(uint32_t, s);
    if (emu_lane() != 16)
        s[emu_lane()] = 1;
    __syncthreads();
    d.out[threadIdx.x] = (unsigned char)s[16];
}

EMU_CASE(uninitialised_static, 1, 32, 0)
{
    CAD_SHARED(float, sSum, 32);
    if (emu_lane() < 31)
        sSum[emu_lane()] = 1;
    __syncthreads();
    emu_floats(d.out)[threadIdx.x] = sSum[31 - emu_lane()];
}

EMU_CASE(uninitialised_half, 1, 32, 4)
{
    CAD_DYN_SMEM(uint32_t, s);
    if (threadIdx.x == 0)
        *reinterpret_cast<uint16_t *>(s) = 1;
    __syncthreads();
    d.out[threadIdx.x] = (unsigned char)s[0];
}

/* Block 0 writes and reads, block 1 reads: nothing lives on from one block to the next. */
EMU_CASE(uninitialised_by_other_block, 2, 32, 128)
{
    CAD_DYN_SMEM(uint32_t, s);
    if (blockIdx.x == 0)
        s[emu_lane()] = 1;
    __syncthreads();
    d.out[blockIdx.x * 32 + threadIdx.x] = (unsigned char)s[emu_lane()];
}

EMU_CASE(uninitialised_ldmatrix, 1, 32, 512)
{
    CAD_DYN_SMEM(uint16_t, s);
    uint32_t r[4];
    for (unsigned i = threadIdx.x; i < 256; i += 32)
        if (i != 63)
            s[i] = 1;
    __syncthreads();
    cad_ldmatrix4(r, s + 8 * emu_lane());
    d.out[threadIdx.x] = (unsigned char)r[0];
}

EMU_CASE(uninitialised_atomic, 1, 32, 4)
{
    CAD_DYN_SMEM(uint32_t, s);
    atomicAdd(s, 1u);
}

EMU_CASE(uninitialised_device, 1, 32, 0)
{
    if (threadIdx.x == 3)
        emu_words(d.in)[0] = emu_words(d.out)[3];
}

EMU_CASE(dynamic_read_past, 1, 32, 100)
{
    CAD_DYN_SMEM(unsigned char, s);
    for (unsigned i = threadIdx.x; i < 100; i += 32)
        s[i] = 1;
    __syncthreads();
    if (threadIdx.x == 5)
        d.out[0] = s[95 + threadIdx.x];
}

EMU_CASE(dynamic_write_past, 1, 32, 100)
{
    CAD_DYN_SMEM(unsigned char, s);
    for (unsigned i = threadIdx.x; i < 101; i += 32)
        s[i] = 1;
}

EMU_CASE(dynamic_word_over_the_end, 1, 32, 102)
{
    CAD_DYN_SMEM(uint32_t, s);
    if (threadIdx.x < 26)
        s[threadIdx.x] = 1;
}

EMU_CASE(dynamic_not_asked_for, 1, 32, 0)
{
    CAD_DYN_SMEM(uint32_t, s);
    s[threadIdx.x] = 1;
}

EMU_CASE(static_write_past, 1, 32, 0)
{
    CAD_SHARED(float, sSum, 31);
    sSum[threadIdx.x] = 1;
}

EMU_CASE(static_read_before, 1, 32, 128)
{
    CAD_SHARED(float, sSum, 32);
    sSum[threadIdx.x] = 1;
    emu_floats(d.out)[threadIdx.x] = sSum[(int)threadIdx.x - 1 + (int)(threadIdx.x > 0)];
}

EMU_CASE(over_two_arrays, 1, 32, 0)
{
    CAD_SHARED(float, sOne, 32);
    CAD_SHARED(float, sTwo, 32);
    sTwo[threadIdx.x] = 1;
    sOne[threadIdx.x] = 1;
    __syncthreads();
    char *low = (char *)(sOne < sTwo ? sOne : sTwo), *high = (char *)(sOne < sTwo ? sTwo : sOne);
    if (threadIdx.x == 0)
        memset(low, 0, (size_t)(high - low) + 4);
}

EMU_CASE(device_read_past, 1, 32, 0)
{
    d.out[threadIdx.x] = d.in[d.n - 31 + (int)threadIdx.x];
}

EMU_CASE(device_write_past, 1, 32, 0)
{
    d.out[d.n - 31 + (int)threadIdx.x] = 1;
}

EMU_CASE(device_read_before, 1, 32, 0)
{
    d.out[threadIdx.x] = d.in[(int)threadIdx.x - 1];
}

/* n = 4088: of the last 16 bytes half are there. */
EMU_CASE(device_row_over_the_end, 1, 256, 0)
{
    reinterpret_cast<uint4 *>(d.out)[threadIdx.x] = make_uint4(1, 2, 3, 4);
}

EMU_CASE(device_loop_past, 1, 32, 0)
{
    if (threadIdx.x == 0)
        for (int i = 0; i <= d.n; i++)
            d.out[i] = 0;
}

EMU_CASE(device_memset_past, 1, 32, 0)
{
    if (threadIdx.x == 0)
        memset(d.out, 0, (size_t)d.n + 1);
}

struct record {
    uint64_t part[3];
};

EMU_CASE(device_struct_past, 1, 32, 0)
{
    if (threadIdx.x == 0)
        reinterpret_cast<record *>(d.out)[d.n / 24] = reinterpret_cast<record *>(d.in)[0];
}

EMU_CASE(device_atomic_past, 1, 32, 0)
{
    atomicAdd(&emu_words(d.in)[d.n / 4 - 31 + (int)threadIdx.x], 1u);
}

EMU_CASE(null_pointer, 1, 32, 0)
{
    auto *nothing = reinterpret_cast<unsigned char *>((uintptr_t)(d.by - 32));
    d.out[0] = nothing[threadIdx.x];
}

EMU_CASE(variable_of_the_host, 1, 32, 0)
{
    emu_words(d.out)[threadIdx.x] = (unsigned)variable_of_the_host_itself++;
}

EMU_CASE(misaligned_load, 1, 32, 0)
{
    uint4 v = *reinterpret_cast<const uint4 *>(d.in + 8 * threadIdx.x);
    d.out[threadIdx.x] = (unsigned char)(v.x ^ v.y ^ v.z ^ v.w);
}

EMU_CASE(misaligned_store, 1, 32, 256)
{
    CAD_DYN_SMEM(unsigned char, s);
    *reinterpret_cast<uint32_t *>(s + 6 * threadIdx.x) = 1;
}

/* An array of two-byte elements promises nothing more than two bytes. */
EMU_CASE(misaligned_static, 1, 32, 0)
{
    CAD_SHARED(uint16_t, sRow, 256);
    reinterpret_cast<uint4 *>(sRow)[threadIdx.x] = make_uint4(1, 2, 3, 4);
}

EMU_CASE(static_too_large, 1, 32, 0)
{
    CAD_SHARED(float, sOne, 6 << 10);
    CAD_SHARED(float, sTwo, (6 << 10) + 1);
    sOne[threadIdx.x] = sTwo[threadIdx.x] = 1;
}

EMU_CASE(static_and_dynamic_too_large, 1, 32, 227 << 10)
{
    CAD_SHARED(float, sSum, 1);
    sSum[0] = 1;
}

EMU_CASE(stack_past, 1, 32, 0)
{
    uint32_t own[8];
    volatile uint32_t *at = own;
    for (int i = 0; i < 8; i++)
        at[i] = threadIdx.x;
    at += d.by / 4;
    *at = 1;
    emu_words(d.out)[threadIdx.x] = own[threadIdx.x % 8];
}

/* Not a kernel but its launcher is wrong. */
CAD_KERNEL(32) void read_by_host(emu_data d)
{
    d.out[threadIdx.x] = 1;
}

extern "C" cad_status emu_read_by_host(const emu_data *d)
{
    emu_data mine = *d;
    mine.by = emu_words(d->in)[3] != 0 ? 1 : 2;
    return CAD_LAUNCH(read_by_host, (1), (32), 0, nullptr, mine);
}

extern "C" cad_status emu_written_by_host(const emu_data *d)
{
    d->out[7] = 1;
    return CAD_OK;
}
