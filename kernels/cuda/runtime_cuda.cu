/* Opening a device, and what launches ask of it.  libcuda is not linked: the static CUDA runtime loads the driver when it is
 * first called, and answers with an error code where there is none, so one binary serves machines with and without a GPU. */
#include "kernels/cuda/runtime_cuda.cuh"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#ifndef CADLM_CUDA_ARCHS
#error "compile this file through kernels/cuda/CMakeLists.txt: CADLM_CUDA_ARCHS is missing"
#endif

cad_cuda_state cad_cuda;
static cad_ops table; /* cad_cuda_table() with the device's architecture */
static char isa[16];

void cad_cuda_enter()
{
    static thread_local bool entered;
    if (!entered)
        entered = cudaSetDevice(cad_cuda.facts.index) == cudaSuccess;
}

/* ---- errors ---- */

static cad_status code_of(cudaError_t e)
{
    switch (e) {
    case cudaErrorMemoryAllocation:
        return CAD_ENOMEM;
    case cudaErrorECCUncorrectable:
    case cudaErrorNvlinkUncorrectable:
    case cudaErrorContained:
    case cudaErrorDevicesUnavailable:
    case cudaErrorSystemNotReady:
    case cudaErrorInitializationError:
        return CAD_EIO;
    default:
        return CAD_EINTERNAL;
    }
}

cad_status cad_cuda_status(cudaError_t e, const char *doing)
{
    char where[200] = "";
    if (e == cudaSuccess)
        return CAD_OK;
    cudaGetLastError(); /* errors that do not stick are not to be found by the next call */
    if (cad_cuda.launched > 0)
        snprintf(where, sizeof where, "; %lld kernels since the last sync, the last %.60s%s", (long long)cad_cuda.launched,
                 cad_cuda.last, cad_cuda.sync_every_op ? "" : "\nhint: CAD_SYNC_EVERY_OP=1 names the kernel");
    CAD_FAIL(code_of(e), "cuda:%d: %s: %s (%s)%s", cad_cuda.facts.index, doing, cudaGetErrorString(e), cudaGetErrorName(e),
             where);
}

/* ---- what launches ask ---- */

cudaStream_t cad_cuda_stream(void *stream)
{
    cad_cuda_enter();
    return stream ? static_cast<cudaStream_t>(stream) : cad_cuda.stream;
}

unsigned long long *cad_cuda_fault_key(void)
{
    return cad_cuda.fault;
}

/* What a launch itself can be refused for; the rest is the end of a kernel that ran before it, found here. */
static bool of_launch(cudaError_t e)
{
    switch (e) {
    case cudaErrorInvalidConfiguration:
    case cudaErrorInvalidValue:
    case cudaErrorInvalidDeviceFunction:
    case cudaErrorLaunchOutOfResources:
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorInvalidKernelImage:
    case cudaErrorUnsupportedPtxVersion:
        return true;
    default:
        return false;
    }
}

cad_status cad_cuda_launched(const char *kernel)
{
    cudaError_t e = cudaGetLastError();
    if (e != cudaSuccess && of_launch(e))
        CAD_FAIL(code_of(e), "cuda:%d: launch of %s: %s (%s)", cad_cuda.facts.index, kernel, cudaGetErrorString(e),
                 cudaGetErrorName(e));
    CAD_CUDA_TRY(e, "a kernel that ran before");
    cad_cuda.launched++;
    cad_cuda.last = kernel;
    if (!cad_cuda.sync_every_op)
        return CAD_OK;
    e = cudaDeviceSynchronize();
    cad_cuda.launched = 0;
    return cad_cuda_status(e, kernel);
}

/* A launch without a word before it has 48 KB, static arrays included. */
cad_status cad_cuda_shared(const void *kernel, const char *name, size_t bytes)
{
    enum { KNOWN = 256, UNASKED = 48 * 1024 };
    static struct {
        const void *kernel;
        size_t bytes;
    } known[KNOWN]; /* the most that was asked for, so that it is asked once; what is allowed never shrinks */
    static int n;
    cudaFuncAttributes has;
    int i = 0;
    while (i < n && known[i].kernel != kernel)
        i++;
    if (i < n && bytes <= known[i].bytes)
        return CAD_OK;
    cad_cuda_enter();
    CAD_CUDA_TRY(cudaFuncGetAttributes(&has, kernel), name);
    size_t all = has.sharedSizeBytes + bytes;
    if (all > cad_cuda.facts.shared)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: a block takes %zu bytes of shared memory; cuda:%d gives it %zu", name, all,
                 cad_cuda.facts.index, (size_t)cad_cuda.facts.shared);
    if (all > UNASKED)
        CAD_CUDA_TRY(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)bytes), name);
    if (i < KNOWN) {
        known[i].kernel = kernel;
        known[i].bytes = bytes;
        n += i == n;
    }
    return CAD_OK;
}

/* ---- opening ---- */

static cad_status count_devices(int *n, cad_cuda_facts *f)
{
    int driver = 0, toolkit = 0;
    cudaDriverGetVersion(&driver); /* 0: there is none */
    cudaRuntimeGetVersion(&toolkit);
    f->driver = driver;
    f->toolkit = toolkit;
    if (driver == 0)
        CAD_FAIL(CAD_EUNSUPPORTED, "no NVIDIA driver found");
    cudaError_t e = cudaGetDeviceCount(n);
    cudaGetLastError();
    if (e == cudaSuccess && *n > 0)
        return CAD_OK;
    const char *visible = getenv("CUDA_VISIBLE_DEVICES");
    if (e == cudaErrorNoDevice || e == cudaSuccess)
        CAD_FAIL(CAD_EUNSUPPORTED, "the NVIDIA driver finds no GPU%s%.80s", visible ? "; CUDA_VISIBLE_DEVICES=" : "",
                 visible ? visible : "");
    if (e == cudaErrorInsufficientDriver)
        CAD_FAIL(CAD_EUNSUPPORTED,
                 "the NVIDIA driver serves CUDA %d.%d; this build needs %d.%d or a later one\n"
                 "hint: a newer driver, or run.device = cpu",
                 driver / 1000, driver % 1000 / 10, toolkit / 1000, toolkit % 1000 / 10);
    CAD_FAIL(e == cudaErrorSystemDriverMismatch || e == cudaErrorCompatNotSupportedOnDevice ? CAD_EUNSUPPORTED : CAD_EIO,
             "the NVIDIA driver: %s (%s)", cudaGetErrorString(e), cudaGetErrorName(e));
}

/* "80,90a": code for sm_80 serves all of 8.x, code for sm_90a serves 9.0 alone. */
static bool has_code(int major, int minor)
{
    for (const char *p = CADLM_CUDA_ARCHS; *p;) {
        char *end;
        long arch = strtol(p, &end, 10);
        bool only = *end == 'a';
        if (major == arch / 10 && (only ? minor == arch % 10 : minor >= arch % 10))
            return true;
        p = end + only;
        p += *p == ',';
    }
    return false;
}

static cad_status read_facts(int index, cad_cuda_facts *f)
{
    static cudaDeviceProp p; /* a kilobyte */
    CAD_CUDA_TRY(cudaGetDeviceProperties(&p, index), "properties");
    snprintf(f->name, sizeof f->name, "%.127s", p.name);
    f->index = index;
    f->major = p.major;
    f->minor = p.minor;
    f->sms = p.multiProcessorCount;
    f->total = p.totalGlobalMem;
    f->l2 = (uint64_t)p.l2CacheSize;
    f->shared = p.sharedMemPerBlockOptin;
    if (!has_code(p.major, p.minor))
        CAD_FAIL(CAD_EUNSUPPORTED,
                 "%.60s has compute capability %d.%d; this build has code for %s\n"
                 "hint: cmake -DCADLM_CUDA_ARCHS=.., or run.device = cpu",
                 p.name, p.major, p.minor, CADLM_CUDA_ARCHS);
    return CAD_OK;
}

/* The first call that needs a context makes it. */
static cad_status make_context()
{
    CAD_CUDA_TRY(cudaSetDevice(cad_cuda.facts.index), "opening");
    CAD_CUDA_TRY(cudaStreamCreateWithFlags(&cad_cuda.stream, cudaStreamNonBlocking), "opening");
    CAD_TRY(cad_cuda_staging_open());
    return cad_cuda_status(cudaStreamSynchronize(cad_cuda.stream), "opening");
}

static cad_status open_device(int index)
{
    int n = 0;
    cad_cuda.facts.index = index;
    CAD_TRY(count_devices(&n, &cad_cuda.facts));
    if (index >= n)
        CAD_FAIL(CAD_EUNSUPPORTED, "no such GPU; the NVIDIA driver finds %d, from cuda:0", n);
    CAD_TRY(read_facts(index, &cad_cuda.facts));
    return make_context();
}

static void close_device()
{
    cad_cuda_staging_close();
    if (cad_cuda.stream)
        cudaStreamDestroy(cad_cuda.stream);
    cudaGetLastError();
    cad_cuda = cad_cuda_state();
}

cad_status cad_cuda_open(int index, const cad_ops **out)
{
    if (cad_cuda.open && cad_cuda.facts.index != index)
        CAD_FAIL(CAD_EINVAL, "cuda:%d: this process computes on cuda:%d already", index, cad_cuda.facts.index);
    if (!cad_cuda.open) {
        cad_status s = open_device(index);
        if (s != CAD_OK) {
            close_device();
            return s;
        }
        const char *every = getenv("CAD_SYNC_EVERY_OP");
        cad_cuda.sync_every_op = every && !strcmp(every, "1");
        cad_cuda.open = true;
        snprintf(isa, sizeof isa, "sm_%d%d", cad_cuda.facts.major, cad_cuda.facts.minor);
        table = *cad_cuda_table();
        table.isa = isa;
    }
    *out = &table;
    return CAD_OK;
}

cad_status cad_cuda_facts_get(cad_cuda_facts *out)
{
    if (!cad_cuda.open)
        CAD_FAIL(CAD_EINVAL, "no CUDA device is open");
    size_t left = 0, total = 0;
    cad_cuda_enter();
    CAD_CUDA_TRY(cudaMemGetInfo(&left, &total), "memory");
    *out = cad_cuda.facts;
    out->available = left;
    out->total = total;
    return CAD_OK;
}
