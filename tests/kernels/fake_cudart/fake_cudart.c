#include "tests/kernels/fake_cudart/fake_cudart.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

fake_cuda fake = {.current = -1};

/* ---- memory: a list of blocks ---- */

typedef struct block {
    struct block *next;
    unsigned char *p;
    size_t bytes;
    bool pinned;
} block;
static block *blocks;

static bool inside(const void *p, size_t bytes, bool pinned)
{
    for (const block *b = blocks; b; b = b->next)
        if (b->pinned == pinned && (const unsigned char *)p >= b->p && (const unsigned char *)p + bytes <= b->p + b->bytes)
            return true;
    return false;
}

static bool runs_out(void)
{
    return fake.fail_after > 0 && --fake.fail_after == 0;
}

static cudaError_t get(void **out, size_t bytes, bool pinned)
{
    if (runs_out() || (!pinned && bytes > fake.memory - fake.held))
        return fake.launch = cudaErrorMemoryAllocation;
    block *b = malloc(sizeof *b);
    *b = (block){blocks, malloc(bytes), bytes, pinned};
    memset(b->p, 0xCD, bytes); /* new memory holds anything */
    blocks = b;
    fake.held += pinned ? 0 : bytes;
    fake.blocks++;
    *out = b->p;
    return cudaSuccess;
}

static cudaError_t give_back(void *p, bool pinned)
{
    if (!p)
        return cudaSuccess;
    for (block **at = &blocks; *at; at = &(*at)->next) {
        block *b = *at;
        if (b->p != p || b->pinned != pinned)
            continue;
        *at = b->next;
        fake.held -= pinned ? 0 : b->bytes;
        fake.blocks--;
        free(b->p);
        free(b);
        return cudaSuccess;
    }
    fake.wrong = "free of something else";
    return cudaErrorInvalidValue;
}

cudaError_t cudaMalloc(void **out, size_t bytes)
{
    return get(out, bytes, false);
}

cudaError_t cudaFree(void *p)
{
    return give_back(p, false);
}

cudaError_t cudaHostAlloc(void **out, size_t bytes, unsigned flags)
{
    (void)flags;
    return get(out, bytes, true);
}

cudaError_t cudaFreeHost(void *p)
{
    return give_back(p, true);
}

cudaError_t cudaMemGetInfo(size_t *left, size_t *total)
{
    *left = fake.memory - fake.held;
    *total = fake.memory;
    return cudaSuccess;
}

/* ---- one stream: a queue of work, done as late as it may be ---- */

typedef struct work {
    struct work *next;
    void *to;
    const void *from; /* NULL: value instead */
    int value;
    size_t bytes;
    cudaEvent_t event; /* instead of a copy */
} work;
struct fake_event {
    bool done;
};
struct fake_stream {
    work *first, **last;
};
static struct fake_stream the_stream = {NULL, &the_stream.first};

static void add(work w)
{
    work *one = malloc(sizeof *one);
    *one = w;
    one->next = NULL;
    *the_stream.last = one;
    the_stream.last = &one->next;
    fake.pending++;
}

/* Until `event` has happened; NULL: all. */
static void work_off(cudaEvent_t event)
{
    while (the_stream.first && !(event && event->done)) {
        work *w = the_stream.first;
        the_stream.first = w->next;
        if (!w->next)
            the_stream.last = &the_stream.first;
        if (w->event)
            w->event->done = true;
        else if (w->from)
            memcpy(w->to, w->from, w->bytes);
        else
            memset(w->to, w->value, w->bytes);
        free(w);
        fake.pending--;
    }
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind, cudaStream_t s)
{
    bool up = kind == cudaMemcpyHostToDevice;
    if (s != &the_stream)
        fake.wrong = "a copy beside the stream";
    if (!inside(up ? to : from, bytes, false))
        fake.wrong = "a copy beyond device memory";
    if (!inside(up ? from : to, bytes, true))
        fake.wrong = "a copy with memory that is not pinned: it would not be asynchronous";
    add((work){.to = to, .from = from, .bytes = bytes});
    return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void *p, int value, size_t bytes, cudaStream_t s)
{
    if (s != &the_stream || !inside(p, bytes, false))
        fake.wrong = "a memset beyond device memory or beside the stream";
    add((work){.to = p, .value = value, .bytes = bytes});
    return cudaSuccess;
}

static cudaError_t take(cudaError_t *e)
{
    cudaError_t was = *e;
    *e = cudaSuccess;
    return was;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *out, unsigned flags)
{
    if (fake.create != cudaSuccess)
        return fake.create;
    if (flags != cudaStreamNonBlocking)
        fake.wrong = "a stream that waits for the default one";
    fake.blocks++;
    *out = &the_stream;
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t s)
{
    (void)s;
    work_off(NULL);
    fake.blocks--;
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t s)
{
    if (s != &the_stream)
        fake.wrong = "a wait for another stream";
    work_off(NULL);
    return take(&fake.later);
}

cudaError_t cudaDeviceSynchronize(void)
{
    return cudaStreamSynchronize(&the_stream);
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *out, unsigned flags)
{
    (void)flags;
    if (runs_out())
        return cudaErrorMemoryAllocation;
    *out = malloc(sizeof **out);
    (*out)->done = true; /* one that was never recorded is no reason to wait */
    fake.blocks++;
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t e)
{
    work_off(NULL);
    free(e);
    fake.blocks--;
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t s)
{
    if (s != &the_stream)
        fake.wrong = "an event of another stream";
    e->done = false;
    add((work){.event = e});
    return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t e)
{
    fake.waits += !e->done;
    work_off(e);
    return cudaSuccess;
}

/* ---- what there is ---- */

cudaError_t cudaDriverGetVersion(int *version)
{
    *version = fake.driver;
    return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *version)
{
    *version = 13000;
    return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int *count)
{
    *count = fake.devices;
    return fake.count;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *p, int device)
{
    if (device < 0 || device >= fake.devices)
        return cudaErrorInvalidDevice;
    *p = (cudaDeviceProp){.name = "Made-up GPU",
                          .totalGlobalMem = fake.memory,
                          .sharedMemPerBlockOptin = 232448,
                          .major = fake.major,
                          .minor = fake.minor,
                          .multiProcessorCount = 132,
                          .l2CacheSize = 50 << 20};
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device)
{
    fake.current = device;
    return device < fake.devices ? cudaSuccess : cudaErrorInvalidDevice;
}

cudaError_t cudaGetLastError(void)
{
    return take(&fake.launch);
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *out, const void *kernel)
{
    (void)kernel;
    out->sharedSizeBytes = fake.static_shared;
    return cudaSuccess;
}

cudaError_t cudaFuncSetAttribute(const void *kernel, cudaFuncAttribute what, int value)
{
    (void)kernel;
    (void)what;
    fake.attributes++;
    fake.dynamic_shared = value;
    return value > 0 ? cudaSuccess : cudaErrorInvalidValue;
}

const char *cudaGetErrorString(cudaError_t e)
{
    return e == cudaErrorIllegalAddress     ? "an illegal memory access was encountered"
           : e == cudaErrorMemoryAllocation ? "out of memory"
                                            : "an error";
}

const char *cudaGetErrorName(cudaError_t e)
{
    return e == cudaErrorIllegalAddress         ? "cudaErrorIllegalAddress"
           : e == cudaErrorDevicesUnavailable   ? "cudaErrorDevicesUnavailable"
           : e == cudaErrorLaunchOutOfResources ? "cudaErrorLaunchOutOfResources"
                                                : "cudaError";
}
