/* Races. */
#include "tests/kernels/emu/emu_case.cuh"

/* Most start from shared memory that has been written, so that only the order is wrong. */
static void begin(uint32_t *s, unsigned words)
{
    for (unsigned i = threadIdx.x; i < words; i += blockDim.x)
        s[i] = i;
    __syncthreads();
}

EMU_CASE(race_read_write, 1, 64, 256)
{
    CAD_DYN_SMEM(uint32_t, s);
    begin(s, 64);
    if (emu_warp() == 0)
        s[emu_lane()] = 7;
    else
        d.out[threadIdx.x] = (unsigned char)s[31 - emu_lane()];
}

EMU_CASE(race_two_writers, 1, 64, 256)
{
    CAD_DYN_SMEM(uint32_t, s);
    s[emu_lane()] = 7;
}

EMU_CASE(race_buffer_used_again, 1, 64, 256)
{
    CAD_DYN_SMEM(uint32_t, s);
    for (int i = 0; i < 2; i++) {
        s[threadIdx.x] = (unsigned)i;
        __syncthreads();
        d.out[threadIdx.x] = (unsigned char)s[63 - threadIdx.x];
    }
}

EMU_CASE(race_in_a_warp, 1, 32, 128)
{
    CAD_DYN_SMEM(uint32_t, s);
    begin(s, 32);
    s[emu_lane()] = 7;
    d.out[threadIdx.x] = (unsigned char)s[emu_lane() ^ 1];
}

EMU_CASE(race_in_a_warp_with_shuffle, 1, 32, 128)
{
    CAD_DYN_SMEM(uint32_t, s);
    begin(s, 32);
    s[emu_lane()] = 7;
    unsigned other = __shfl_xor_sync(EVERY_LANE, emu_lane(), 1); /* orders nothing */
    d.out[threadIdx.x] = (unsigned char)s[other];
}

EMU_CASE(race_of_a_byte, 1, 64, 256)
{
    CAD_DYN_SMEM(uint32_t, s);
    begin(s, 64);
    auto *bytes = reinterpret_cast<unsigned char *>(s);
    if (threadIdx.x == 0)
        bytes[0] = 1;
    if (threadIdx.x == 1 || threadIdx.x == 32)
        bytes[1] = 1;
}

EMU_CASE(race_of_a_half, 1, 64, 256)
{
    CAD_DYN_SMEM(uint32_t, s);
    begin(s, 64);
    if (threadIdx.x == 0)
        reinterpret_cast<uint16_t *>(s)[1] = 1;
    if (threadIdx.x == 32)
        d.out[0] = (unsigned char)s[0];
}

/* Warp 1 reads, and writes what it alone has read as it believes. */
EMU_CASE(race_behind_another_reader, 1, 64, 256)
{
    CAD_DYN_SMEM(uint32_t, s);
    begin(s, 64);
    unsigned v = s[5];
    if (threadIdx.x == 40)
        s[5] = v + 1;
    d.out[threadIdx.x] = (unsigned char)v;
}

/* The writer's own warp is in order with the writer, another warp is not. */
EMU_CASE(race_behind_a_later_reader, 1, 64, 256)
{
    CAD_DYN_SMEM(uint32_t, s);
    begin(s, 64);
    unsigned v = s[5];
    __syncwarp();
    v += s[5];
    __syncwarp();
    if (threadIdx.x == 0)
        s[5] = v;
    d.out[threadIdx.x] = (unsigned char)v;
}

EMU_CASE(race_atomic_beside_store, 1, 64, 256)
{
    CAD_DYN_SMEM(uint32_t, s);
    begin(s, 64);
    if (threadIdx.x == 0)
        s[0] = 0;
    if (emu_warp() == 1)
        atomicAdd(&s[0], 1u);
}

/* Thread 0 sets the counter and counts, all others count: the store has no barrier behind it. */
EMU_CASE(race_atomic_hides_store, 1, 64, 256)
{
    CAD_DYN_SMEM(uint32_t, s);
    begin(s, 64);
    if (threadIdx.x == 0)
        s[0] = 0;
    __syncwarp();
    atomicAdd(&s[0], 1u);
}

EMU_CASE(race_load_beside_atomic, 1, 64, 256)
{
    CAD_DYN_SMEM(uint32_t, s);
    begin(s, 64);
    unsigned mine = atomicAdd(&s[0], 1u);
    if (threadIdx.x == 63)
        d.out[0] = (unsigned char)(s[0] + mine);
}

EMU_CASE(race_of_ldmatrix, 1, 64, 512)
{
    CAD_DYN_SMEM(uint4, s);
    uint32_t r[4];
    if (emu_warp() == 0)
        s[emu_lane()] = make_uint4(1, 2, 3, 4);
    __syncthreads();
    if (emu_warp() == 0) {
        __syncwarp();
        s[emu_lane()] = make_uint4(1, 2, 3, 4);
    } else {
        cad_ldmatrix4(r, &s[emu_lane()]);
        d.out[threadIdx.x] = (unsigned char)r[0];
    }
}

EMU_CASE(race_of_blocks_writing, 3, 32, 0)
{
    if (threadIdx.x == blockIdx.x)
        emu_words(d.out)[7] = 1;
}

EMU_CASE(race_of_blocks_reading, 3, 32, 0)
{
    auto *word = emu_words(d.in);
    word[blockIdx.x * 32 + threadIdx.x] = 1;
    if (threadIdx.x == 0)
        emu_words(d.out)[blockIdx.x] = word[(blockIdx.x + 1) % 3 * 32];
}

/* Every block reads the first word, one changes it afterwards. */
EMU_CASE(race_of_blocks_in_place, 4, 32, 0)
{
    auto *word = emu_words(d.in);
    unsigned v = word[0];
    __syncthreads();
    if (threadIdx.x == 0 && blockIdx.x == 2)
        word[0] = v + 1;
    emu_words(d.out)[blockIdx.x * 32 + threadIdx.x] = v;
}

EMU_CASE(race_in_device_memory, 1, 64, 0)
{
    auto *word = emu_words(d.in);
    word[threadIdx.x] = threadIdx.x;
    emu_words(d.out)[threadIdx.x] = word[63 - threadIdx.x];
}

EMU_CASE(race_in_device_memory_in_a_warp, 1, 32, 0)
{
    d.in[threadIdx.x] = (unsigned char)threadIdx.x;
    d.out[threadIdx.x] = d.in[threadIdx.x ^ 1];
}
