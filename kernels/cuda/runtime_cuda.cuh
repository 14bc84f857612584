/* The one device that a process computes on: its state, shared by runtime_cuda.cu and memory_cuda.cu. */
#ifndef CADLM_KERNELS_CUDA_RUNTIME_CUDA_CUH
#define CADLM_KERNELS_CUDA_RUNTIME_CUDA_CUH

#include "kernels/backend.h"
#include "kernels/cuda/fault.h"
#include "kernels/cuda/table_cuda.h"

#include <cuda_runtime.h>
#ifdef __CUDACC__
#include "kernels/cuda/launch.cuh" /* the same declarations, seen by what launches */
#endif

#include <cstddef>
#include <cstdint>

/* Pinned memory through which all copies go, in pieces: a copy of 2 MiB takes about ten times as long as its start. */
enum { CAD_STAGES = 16 };
constexpr size_t CAD_STAGE_BYTES = (size_t)2 << 20;

struct cad_cuda_state {
    bool open;
    bool sync_every_op; /* CAD_SYNC_EVERY_OP=1 */
    cudaStream_t stream;
    unsigned char *stage;           /* (CAD_STAGES, CAD_STAGE_BYTES) pinned */
    cudaEvent_t staged[CAD_STAGES]; /* the copy from or to that piece is done */
    int turn;                       /* the piece that is used next */
    unsigned long long *fault;      /* the word that kernels lower (fault.h), in device memory */
    unsigned long long *fault_seen; /* its pinned copy */
    int64_t launched;               /* kernels since the last sync */
    const char *last;               /* the last of them */
    cad_cuda_facts facts;
};
extern cad_cuda_state cad_cuda;

/* The device is current in the calling thread: each thread has its own. */
void cad_cuda_enter();
/* CAD_OK, or what `e` means: CAD_ENOMEM, CAD_EIO (the device failed), CAD_EINTERNAL; "cuda:0: <doing>: an illegal .. ". */
cad_status cad_cuda_status(cudaError_t e, const char *doing);
/* Staging pieces, the fault word and its copy; and gives them back. */
cad_status cad_cuda_staging_open();
void cad_cuda_staging_close();

extern "C" {
/* What launch.cuh and gpu.cuh ask for. */
cudaStream_t cad_cuda_stream(void *stream);
cad_status cad_cuda_launched(const char *kernel);
cad_status cad_cuda_shared(const void *kernel, const char *name, size_t bytes);
unsigned long long *cad_cuda_fault_key(void);
}

#define CAD_CUDA_TRY(call, doing) CAD_TRY(cad_cuda_status((call), (doing)))

#endif
