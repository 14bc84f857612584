/* What the made-up driver is like, and what was asked of it. */
#ifndef CADLM_TESTS_FAKE_CUDART_H
#define CADLM_TESTS_FAKE_CUDART_H

#include "tests/kernels/fake_cudart/cuda_runtime.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fake_cuda {
    int driver;        /* 0: none */
    cudaError_t count; /* what cudaGetDeviceCount answers */
    int devices;
    int major, minor;
    size_t memory;      /* bytes of each device */
    cudaError_t create; /* what making a stream answers: the call that makes the context */
    cudaError_t later;  /* what the next wait for the stream answers: work that failed meanwhile */
    cudaError_t launch; /* what the next cudaGetLastError answers; a failed allocation stays there too */
    int fail_after;     /* calls that allocate (memory, events) until one fails with cudaErrorMemoryAllocation; 0: none does */

    /* asked */
    int current;          /* device of cudaSetDevice, -1: never */
    size_t held;          /* bytes of device memory */
    int blocks;           /* of device and pinned memory, streams and events that live */
    int waits;            /* for events that were not done */
    size_t pending;       /* pieces of work that have not happened */
    size_t static_shared; /* of every kernel */
    int attributes;       /* calls of cudaFuncSetAttribute */
    int dynamic_shared;   /* what the last of them asked for */
    const char *wrong;    /* a call that a real driver would not take as it was meant; NULL: none */
} fake_cuda;
extern fake_cuda fake;

#ifdef __cplusplus
}
#endif
#endif
