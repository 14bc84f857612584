/* Small kernels that try the emulator: some are right, each of the others has one mistake. */
#ifndef CADLM_TESTS_EMU_CASES_H
#define CADLM_TESTS_EMU_CASES_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* in: device memory that has been filled; out: device memory; n bytes each.  by: what the kernel likes. */
typedef struct emu_data {
    unsigned char *in, *out;
    int n, by;
} emu_data;

/* X(kernel, part of the text of its fault) */
#define EMU_FAULTS_OF_MEETING(X)                                                                                               \
    X(barrier_missed, "a barrier that not all threads of the block reach: [threads 0-31: __syncthreads at")                    \
    X(barrier_elsewhere, "a barrier that not all threads of the block reach")                                                  \
    X(barrier_by_half_a_warp, "[threads 16-31: has ended]")                                                                    \
    X(barrier_after_the_end, "[threads 32-63: has ended]")                                                                     \
    X(barrier_against_shuffle, "a warp operation that not all lanes of the warp reach")                                        \
    X(shuffle_by_half_a_warp, "a warp operation that not all lanes of the warp reach")                                         \
    X(shuffle_elsewhere, "a warp operation that not all lanes of the warp reach")                                              \
    X(shuffle_against_vote, "a warp operation that not all lanes of the warp reach")                                           \
    X(vote_after_the_end, "[threads 31-31: has ended]")                                                                        \
    X(mma_by_half_a_warp, "[threads 0-15: mma.sync at")                                                                        \
    X(mask_of_shuffle, "__shfl_xor_sync with mask 0000ffff: our kernels name all lanes")                                       \
    X(mask_of_vote, "a vote with mask 7fffffff")                                                                               \
    X(mask_of_syncwarp, "__syncwarp with mask 00000001")                                                                       \
    X(shuffle_too_far, "__shfl_down_sync by 32: 0 to 31")                                                                      \
    X(endless, "turn")
#define EMU_FAULTS_OF_ORDER(X)                                                                                                 \
    X(race_read_write, "race on byte")                                                                                         \
    X(race_two_writers, "of shared memory: write of thread")                                                                   \
    X(race_buffer_used_again, "race on byte")                                                                                  \
    X(race_in_a_warp, "race on byte")                                                                                          \
    X(race_in_a_warp_with_shuffle, "race on byte")                                                                             \
    X(race_of_a_byte, "race on byte 1 of shared memory")                                                                       \
    X(race_of_a_half, "race on byte 2 of shared memory")                                                                       \
    X(race_behind_another_reader, "race on byte")                                                                              \
    X(race_behind_a_later_reader, "race on byte")                                                                              \
    X(race_atomic_beside_store, "race on byte")                                                                                \
    X(race_atomic_hides_store, "race on byte")                                                                                 \
    X(race_load_beside_atomic, "race on byte")                                                                                 \
    X(race_of_ldmatrix, "race on byte")                                                                                        \
    X(race_of_blocks_writing, "and write of another block")                                                                    \
    X(race_of_blocks_reading, "another block")                                                                                 \
    X(race_of_blocks_in_place, "another block")                                                                                \
    X(race_in_device_memory, "of device memory (a block of 4088)")                                                             \
    X(race_in_device_memory_in_a_warp, "of device memory (a block of 4088)")
#define EMU_FAULTS_OF_MEMORY(X)                                                                                                \
    X(uninitialised_dynamic, "load of byte 64 of shared memory, which nothing has written")                                    \
    X(uninitialised_static, "of shared memory, which nothing has written")                                                     \
    X(uninitialised_half, "load of byte 2 of shared memory, which nothing has written")                                        \
    X(uninitialised_by_other_block, "of shared memory, which nothing has written")                                             \
    X(uninitialised_ldmatrix, "ldmatrix of byte 126 of shared memory, which nothing has written")                              \
    X(uninitialised_atomic, "atomicAdd of byte 0 of shared memory, which nothing has written")                                 \
    X(uninitialised_device, "load of byte 12 of a block of device memory, which nothing has written")                          \
    X(dynamic_read_past, "load of 1 bytes at byte 100 of shared memory: outside of every array of the block (100 dynamic)")    \
    X(dynamic_write_past, "store of 1 bytes at byte 100 of shared memory: outside")                                            \
    X(dynamic_word_over_the_end, "store of 4 bytes at byte 100 of shared memory: outside")                                     \
    X(dynamic_not_asked_for, "outside of every array of the block (0 dynamic)")                                                \
    X(static_write_past, "of shared memory: outside of every array of the block")                                              \
    X(static_read_before, "of shared memory: outside of every array of the block")                                             \
    X(over_two_arrays, "of shared memory: outside of every array of the block")                                                \
    X(device_read_past, "load of 1 bytes at")                                                                                  \
    X(device_write_past, "outside of device memory (0 bytes past the end of a block of 4088)")                                 \
    X(device_read_before, "outside of device memory (1 bytes before a block of 4088)")                                         \
    X(device_row_over_the_end, "outside of device memory (it runs over the end of a block of 4088)")                           \
    X(device_loop_past, "of a block of 4088)")                                                                                 \
    X(device_memset_past, "outside of device memory (it runs over the end of a block of 4088)")                                \
    X(device_struct_past, "outside of device memory (it runs over the end of a block of 4088)")                                \
    X(device_atomic_past, "atomicAdd of 4 bytes at")                                                                           \
    X(null_pointer, "outside of device memory (nowhere near)")                                                                 \
    X(variable_of_the_host, "outside of device memory (a variable of the host)")                                               \
    X(misaligned_load, "load of 16 bytes at")                                                                                  \
    X(misaligned_store, "store of 4 bytes at")                                                                                 \
    X(misaligned_static, "not aligned")                                                                                        \
    X(read_by_host, "host code reads 4 bytes of device memory (a block of 4088)")                                              \
    X(static_too_large, "bytes of static shared memory; a kernel has at most 49152")                                           \
    X(static_and_dynamic_too_large, "bytes of static and 232448 of dynamic shared memory; a block has 232448")
#define EMU_FAULTS_OF_COPIES(X)                                                                                                \
    X(copy_not_waited_for, "into which an asynchronous copy of thread")                                                        \
    X(copy_not_committed, "into which an asynchronous copy of thread")                                                         \
    X(copy_of_newest_group, "of shared memory, into which an asynchronous copy of thread")                                     \
    X(copy_of_another_thread, "race on byte")                                                                                  \
    X(copy_read_by_ldmatrix, "of shared memory, into which an asynchronous copy")                                              \
    X(copy_into_what_is_read, "race on byte")                                                                                  \
    X(copy_into_what_arrives, "of shared memory, into which an asynchronous copy")                                             \
    X(store_into_what_arrives, "of shared memory, into which an asynchronous copy")                                            \
    X(copy_left, "ended with 1 cp.async copies that it never waited for")                                                      \
    X(copy_to_odd_place, "not aligned")                                                                                        \
    X(copy_from_odd_place, "not aligned")                                                                                      \
    X(copy_of_17, "cp.async of 16 bytes, 17 valid")                                                                            \
    X(copy_to_device, "outside of every array of shared memory")                                                               \
    X(copy_from_shared, "which is shared memory")                                                                              \
    X(copy_past_shared, "outside of every array of shared memory")                                                             \
    X(copy_past_device, "cp.async of 16 bytes at")                                                                             \
    X(ldmatrix_of_odd_place, "ldmatrix: row 3 of matrix 1 at")                                                                 \
    X(ldmatrix_of_device, "is not in shared memory")                                                                           \
    X(ldmatrix_past_the_end, "ldmatrix of 16 bytes at byte 512 of shared memory: outside")
#define EMU_RIGHT(X)                                                                                                           \
    X(shuffles32)                                                                                                              \
    X(shuffles64)                                                                                                              \
    X(votes)                                                                                                                   \
    X(reversed)                                                                                                                \
    X(grids)                                                                                                                   \
    X(block_order)                                                                                                             \
    X(atomics)                                                                                                                 \
    X(ldmatrix)                                                                                                                \
    X(mma)                                                                                                                     \
    X(copies)                                                                                                                  \
    X(pipeline)                                                                                                                \
    X(exchange_in_a_warp)                                                                                                      \
    X(bytes_in_place)                                                                                                          \
    X(histogram)                                                                                                               \
    X(poison)                                                                                                                  \
    X(launched)                                                                                                                \
    X(from_the_host)

#define X(name, ...) CAD_MUST_USE cad_status emu_##name(const emu_data *d);
EMU_FAULTS_OF_MEETING(X)
EMU_FAULTS_OF_ORDER(X)
EMU_FAULTS_OF_MEMORY(X)
EMU_FAULTS_OF_COPIES(X)
EMU_RIGHT(X)
X(stack_past) /* seen by AddressSanitizer alone */
X(written_by_host)
#undef X

/* What reads a launch configuration of its own: grid and block (x,y,z), dynamic bytes. */
CAD_MUST_USE cad_status emu_launch_as(const unsigned grid[3], const unsigned block[3], size_t smem, const emu_data *d);

#ifdef __cplusplus
}
#endif
#endif
