/* Mistakes around cp.async and ldmatrix. */
#include "tests/kernels/emu/emu_case.cuh"

EMU_CASE(copy_not_waited_for, 1, 32, 512)
{
    CAD_DYN_SMEM(uint4, s);
    cad_copy_async16(&s[threadIdx.x], d.in + 16 * threadIdx.x, 16);
    cad_copy_commit();
    d.out[threadIdx.x] = (unsigned char)s[threadIdx.x].x;
    cad_copy_wait<0>();
}

EMU_CASE(copy_not_committed, 1, 32, 512)
{
    CAD_DYN_SMEM(uint4, s);
    cad_copy_async16(&s[threadIdx.x], d.in + 16 * threadIdx.x, 16);
    cad_copy_wait<0>();
    d.out[threadIdx.x] = (unsigned char)s[threadIdx.x].x;
}

EMU_CASE(copy_of_newest_group, 1, 32, 1024)
{
    CAD_DYN_SMEM(uint4, s);
    for (int i = 0; i < 2; i++) {
        cad_copy_async16(&s[2 * threadIdx.x + (unsigned)i], d.in + 16 * threadIdx.x, 16);
        cad_copy_commit();
    }
    cad_copy_wait<1>();
    d.out[threadIdx.x] = (unsigned char)(s[2 * threadIdx.x].x + s[2 * threadIdx.x + 1].x);
    cad_copy_wait<0>();
}

EMU_CASE(copy_of_another_thread, 1, 64, 1024)
{
    CAD_DYN_SMEM(uint4, s);
    s[threadIdx.x] = make_uint4(1, 2, 3, 4);
    __syncthreads();
    cad_copy_async16(&s[threadIdx.x], d.in + 16 * threadIdx.x, 16);
    cad_copy_commit();
    cad_copy_wait<0>();
    __syncwarp();
    d.out[threadIdx.x] = (unsigned char)(s[threadIdx.x ^ 1].x + s[threadIdx.x ^ (unsigned)d.by].x);
}

EMU_CASE(copy_read_by_ldmatrix, 1, 32, 512)
{
    CAD_DYN_SMEM(uint4, s);
    uint32_t r[4];
    cad_copy_async16(&s[threadIdx.x], d.in + 16 * threadIdx.x, 16);
    cad_copy_commit();
    cad_ldmatrix4(r, &s[threadIdx.x]);
    d.out[threadIdx.x] = (unsigned char)r[0];
    cad_copy_wait<0>();
}

/* No barrier between the last read of the buffer and its filling. */
EMU_CASE(copy_into_what_is_read, 1, 64, 1024)
{
    CAD_DYN_SMEM(uint4, s);
    unsigned sum = 0;
    for (int i = 0; i < 2; i++) {
        cad_copy_async16(&s[threadIdx.x], d.in + 16 * threadIdx.x, 16);
        cad_copy_commit();
        cad_copy_wait<0>();
        __syncthreads();
        sum += s[63 - threadIdx.x].x;
    }
    d.out[threadIdx.x] = (unsigned char)sum;
}

EMU_CASE(copy_into_what_arrives, 1, 32, 512)
{
    CAD_DYN_SMEM(uint4, s);
    for (int i = 0; i < 2; i++) {
        cad_copy_async16(&s[threadIdx.x], d.in + 16 * threadIdx.x, 16);
        cad_copy_commit();
    }
    cad_copy_wait<0>();
}

EMU_CASE(store_into_what_arrives, 1, 32, 512)
{
    CAD_DYN_SMEM(uint4, s);
    cad_copy_async16(&s[threadIdx.x], d.in + 16 * threadIdx.x, 16);
    cad_copy_commit();
    s[threadIdx.x].y = 0;
    cad_copy_wait<0>();
}

EMU_CASE(copy_left, 1, 32, 512)
{
    CAD_DYN_SMEM(uint4, s);
    cad_copy_async16(&s[threadIdx.x], d.in + 16 * threadIdx.x, 16);
    cad_copy_commit();
}

EMU_CASE(copy_to_odd_place, 1, 32, 1024)
{
    CAD_DYN_SMEM(unsigned char, s);
    cad_copy_async16(s + 24 * threadIdx.x, d.in + 16 * threadIdx.x, 16);
}

EMU_CASE(copy_from_odd_place, 1, 32, 1024)
{
    CAD_DYN_SMEM(uint4, s);
    cad_copy_async16(&s[threadIdx.x], d.in + 8 * threadIdx.x, 16);
}

EMU_CASE(copy_of_17, 1, 32, 1024)
{
    CAD_DYN_SMEM(uint4, s);
    cad_copy_async16(&s[threadIdx.x], d.in, 17);
}

EMU_CASE(copy_to_device, 1, 32, 1024)
{
    cad_copy_async16(d.out + 16 * threadIdx.x, d.in + 16 * threadIdx.x, 16);
}

EMU_CASE(copy_from_shared, 1, 32, 1024)
{
    CAD_DYN_SMEM(uint4, s);
    s[threadIdx.x] = make_uint4(1, 2, 3, 4);
    cad_copy_async16(&s[32 + threadIdx.x], &s[threadIdx.x], 16);
}

EMU_CASE(copy_past_shared, 1, 32, 500)
{
    CAD_DYN_SMEM(uint4, s);
    cad_copy_async16(&s[threadIdx.x], d.in + 16 * threadIdx.x, 16);
}

EMU_CASE(copy_past_device, 1, 32, 512)
{
    CAD_DYN_SMEM(uint4, s);
    cad_copy_async16(&s[threadIdx.x], d.in + 16 * (d.n / 16 - 31 + (int)threadIdx.x), 16);
}

EMU_CASE(ldmatrix_of_odd_place, 1, 32, 1024)
{
    CAD_DYN_SMEM(uint16_t, s);
    uint32_t r[4];
    for (unsigned i = threadIdx.x; i < 512; i += 32)
        s[i] = 1;
    __syncthreads();
    cad_ldmatrix4(r, s + 8 * threadIdx.x + (threadIdx.x == 11 ? 4 : 0));
    d.out[threadIdx.x] = (unsigned char)r[0];
}

EMU_CASE(ldmatrix_of_device, 1, 32, 0)
{
    uint32_t r[2];
    cad_ldmatrix2(r, d.in + 16 * threadIdx.x);
    d.out[threadIdx.x] = (unsigned char)r[0];
}

EMU_CASE(ldmatrix_past_the_end, 1, 32, 512)
{
    CAD_DYN_SMEM(uint4, s);
    uint32_t r[4];
    s[threadIdx.x] = make_uint4(1, 2, 3, 4);
    __syncthreads();
    cad_ldmatrix4(r, &s[threadIdx.x + 1]);
    d.out[threadIdx.x] = (unsigned char)r[0];
}
