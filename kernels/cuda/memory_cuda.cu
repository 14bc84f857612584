/* Memory of the device, and copies to and from it through pinned staging pieces.
 *
 * put    copies the host's bytes into a piece and starts the piece on its way: the host's memory is free to be reused at once
 * get    has several pieces on their way at a time, copies each out as it arrives, and returns when all have
 * order  copies stand in the stream among kernels: no other wait is needed */
#include "kernels/cuda/runtime_cuda.cuh"

#include <cstdio>
#include <cstring>

static const double gib = 1073741824.0;

cad_status cad_cuda_staging_open()
{
    const char *doing = "staging memory";
    void *p;
    CAD_CUDA_TRY(cudaHostAlloc(&p, CAD_STAGES * CAD_STAGE_BYTES, cudaHostAllocDefault), doing);
    cad_cuda.stage = static_cast<unsigned char *>(p);
    for (int i = 0; i < CAD_STAGES; i++)
        CAD_CUDA_TRY(cudaEventCreateWithFlags(&cad_cuda.staged[i], cudaEventDisableTiming), doing);
    CAD_CUDA_TRY(cudaHostAlloc(&p, sizeof *cad_cuda.fault_seen, cudaHostAllocDefault), doing);
    cad_cuda.fault_seen = static_cast<unsigned long long *>(p);
    CAD_CUDA_TRY(cudaMalloc(&p, sizeof *cad_cuda.fault), doing);
    cad_cuda.fault = static_cast<unsigned long long *>(p);
    CAD_CUDA_TRY(cudaMemsetAsync(p, 0xFF, sizeof *cad_cuda.fault, cad_cuda.stream), doing);
    return CAD_OK;
}

/* What an open that failed halfway has got by then. */
void cad_cuda_staging_close()
{
    for (int i = 0; i < CAD_STAGES; i++)
        if (cad_cuda.staged[i])
            cudaEventDestroy(cad_cuda.staged[i]);
    cudaFreeHost(cad_cuda.stage);
    cudaFreeHost(cad_cuda.fault_seen);
    cudaFree(cad_cuda.fault);
}

cad_status cad_cuda_mem_alloc(size_t bytes, void **out)
{
    void *p = nullptr;
    size_t left = 0, total = 0;
    cad_cuda_enter();
    cudaError_t e = cudaMalloc(&p, bytes > 0 ? bytes : 1);
    if (e == cudaErrorMemoryAllocation) {
        cudaGetLastError(); /* not to be found by the next launch */
        cudaMemGetInfo(&left, &total);
        CAD_FAIL(CAD_ENOMEM, "cuda:%d: %.2f GiB asked for; %.2f of %.2f GiB are free", cad_cuda.facts.index,
                 (double)bytes / gib, (double)left / gib, (double)total / gib);
    }
    CAD_CUDA_TRY(e, "memory");
    cad_status s = cad_cuda_status(cudaMemsetAsync(p, 0, bytes, cad_cuda.stream), "zeros");
    if (s == CAD_OK)
        s = cad_cuda_status(cudaStreamSynchronize(cad_cuda.stream), "zeros"); /* other streams may use it next */
    if (s != CAD_OK) {
        cudaFree(p);
        return s;
    }
    *out = p;
    return CAD_OK;
}

void cad_cuda_mem_free(void *p)
{
    if (!p)
        return;
    cad_cuda_enter();
    cudaFree(p); /* an error of earlier work: the next sync tells it */
}

/* *piece = memory that no copy uses any more. */
static cad_status take_stage(int *turn, unsigned char **piece)
{
    int i = cad_cuda.turn;
    cad_cuda.turn = (i + 1) % CAD_STAGES;
    CAD_CUDA_TRY(cudaEventSynchronize(cad_cuda.staged[i]), "a copy");
    *turn = i;
    *piece = cad_cuda.stage + (size_t)i * CAD_STAGE_BYTES;
    return CAD_OK;
}

static size_t piece_bytes(size_t bytes, size_t at)
{
    return bytes - at < CAD_STAGE_BYTES ? bytes - at : CAD_STAGE_BYTES;
}

cad_status cad_cuda_mem_put(void *device, const void *host, size_t bytes, void *stream)
{
    cudaStream_t on = cad_cuda_stream(stream);
    for (size_t at = 0; at < bytes; at += CAD_STAGE_BYTES) {
        size_t n = piece_bytes(bytes, at);
        unsigned char *piece;
        int turn;
        CAD_TRY(take_stage(&turn, &piece));
        memcpy(piece, static_cast<const unsigned char *>(host) + at, n);
        CAD_CUDA_TRY(cudaMemcpyAsync(static_cast<unsigned char *>(device) + at, piece, n, cudaMemcpyHostToDevice, on),
                     "a copy to the device");
        CAD_CUDA_TRY(cudaEventRecord(cad_cuda.staged[turn], on), "a copy to the device");
    }
    return CAD_OK;
}

cad_status cad_cuda_mem_get(void *host, const void *device, size_t bytes, void *stream)
{
    cudaStream_t on = cad_cuda_stream(stream);
    int turns[CAD_STAGES];
    size_t pieces = (bytes + CAD_STAGE_BYTES - 1) / CAD_STAGE_BYTES, started = 0;
    for (size_t done = 0; done < pieces; done++) {
        for (; started < pieces && started - done < CAD_STAGES; started++) {
            size_t at = started * CAD_STAGE_BYTES;
            unsigned char *piece;
            int turn;
            CAD_TRY(take_stage(&turn, &piece));
            CAD_CUDA_TRY(cudaMemcpyAsync(piece, static_cast<const unsigned char *>(device) + at, piece_bytes(bytes, at),
                                         cudaMemcpyDeviceToHost, on),
                         "a copy from the device");
            CAD_CUDA_TRY(cudaEventRecord(cad_cuda.staged[turn], on), "a copy from the device");
            turns[started % CAD_STAGES] = turn;
        }
        int turn = turns[done % CAD_STAGES];
        size_t at = done * CAD_STAGE_BYTES;
        CAD_CUDA_TRY(cudaEventSynchronize(cad_cuda.staged[turn]), "a copy from the device");
        memcpy(static_cast<unsigned char *>(host) + at, cad_cuda.stage + (size_t)turn * CAD_STAGE_BYTES,
               piece_bytes(bytes, at));
    }
    return CAD_OK;
}

/* The fault word travels behind the work that may have lowered it. */
cad_status cad_cuda_sync(void *stream)
{
    cudaStream_t on = cad_cuda_stream(stream);
    CAD_CUDA_TRY(cudaMemcpyAsync(cad_cuda.fault_seen, cad_cuda.fault, sizeof *cad_cuda.fault, cudaMemcpyDeviceToHost, on),
                 "sync");
    CAD_CUDA_TRY(cudaStreamSynchronize(on), "sync");
    cad_cuda.launched = 0;
    unsigned long long key = *cad_cuda.fault_seen;
    if (key == CAD_GPU_NO_FAULT)
        return CAD_OK;
    CAD_CUDA_TRY(cudaMemsetAsync(cad_cuda.fault, 0xFF, sizeof *cad_cuda.fault, on), "sync");
    return cad_gpu_fault_status(key);
}
