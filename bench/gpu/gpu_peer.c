#include "bench/gpu/gpu_peer.h"

#include <stddef.h>

#ifndef CADLM_HAVE_CUDA
cad_status gb_peer_open(gb_peer **out, const char **why)
{
    *out = NULL;
    *why = "this build has no CUDA";
    return CAD_OK;
}

void gb_peer_close(gb_peer *p)
{
    (void)p;
}

const char *gb_peer_name(const gb_peer *p)
{
    (void)p;
    return "";
}

cad_status gb_peer_plan(gb_peer *p, const gb_product *g)
{
    (void)p;
    (void)g;
    CAD_FAIL(CAD_EUNSUPPORTED, "no peer");
}

cad_status gb_peer_run(gb_peer *p)
{
    (void)p;
    CAD_FAIL(CAD_EUNSUPPORTED, "no peer");
}
#else
#include "core/mem.h"
#include "kernels/backend.h"

#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

cudaStream_t cad_cuda_stream(void *stream);

/* The interface, as its reference states it; the header is not part of every toolkit. */
typedef int status;
typedef struct heuristic {
    uint64_t algo[8];
    size_t workspace;
    status state;
    float waves;
    int reserved[4];
} heuristic;
enum {
    R_32F = 0,
    R_16BF = 14,
    COMPUTE_32F = 68,
    DESC_TRANS_A = 3,
    PREFERENCE_WORKSPACE = 1,
    OP_N = 0,
    OP_T = 1,
    ASKED = 8,
    WORKSPACE = 32 << 20
};

#define SYMBOLS(X)                                                                                                             \
    X(cublasLtCreate, status (*)(void **))                                                                                     \
    X(cublasLtDestroy, status (*)(void *))                                                                                     \
    X(cublasLtGetVersion, size_t (*)(void))                                                                                    \
    X(cublasLtMatmulDescCreate, status (*)(void **, int, int))                                                                 \
    X(cublasLtMatmulDescDestroy, status (*)(void *))                                                                           \
    X(cublasLtMatmulDescSetAttribute, status (*)(void *, int, const void *, size_t))                                           \
    X(cublasLtMatrixLayoutCreate, status (*)(void **, int, uint64_t, uint64_t, int64_t))                                       \
    X(cublasLtMatrixLayoutDestroy, status (*)(void *))                                                                         \
    X(cublasLtMatmulPreferenceCreate, status (*)(void **))                                                                     \
    X(cublasLtMatmulPreferenceDestroy, status (*)(void *))                                                                     \
    X(cublasLtMatmulPreferenceSetAttribute, status (*)(void *, int, const void *, size_t))                                     \
    X(cublasLtMatmulAlgoGetHeuristic,                                                                                          \
      status (*)(void *, void *, void *, void *, void *, void *, void *, int, heuristic *, int *))                             \
    X(cublasLtMatmul, status (*)(void *, void *, const void *, const void *, void *, const void *, void *, const void *,       \
                                 const void *, void *, void *, void *, const void *, void *, size_t, cudaStream_t))

struct gb_peer {
    void *library, *handle, *workspace;
#define X(name, type) __typeof__((type)0) name;
    SYMBOLS(X)
#undef X
    void *desc, *a, *b, *d; /* of the product that was planned */
    gb_product g;
    heuristic best;
    char name[64];
};

static cad_status check(status s, const char *what)
{
    if (s != 0)
        CAD_FAIL(CAD_EINTERNAL, "cuBLASLt: %s: status %d", what, s);
    return CAD_OK;
}

static void *open_library(void)
{
    static const char *const names[] = {"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so"};
    void *l = NULL;
    for (size_t i = 0; !l && i < sizeof names / sizeof *names; i++)
        l = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    return l;
}

cad_status gb_peer_open(gb_peer **out, const char **why)
{
    gb_peer *p;
    void *library = open_library();
    *out = NULL;
    *why = "libcublasLt is not on the library path";
    if (!library)
        return CAD_OK;
    CAD_TRY(cad_mem_alloc(sizeof *p, "peer", &p));
    p->library = library;
#define X(symbol, type)                                                                                                        \
    *(void **)(void *)&p->symbol = dlsym(library, #symbol);                                                                    \
    if (!p->symbol) {                                                                                                          \
        *why = "libcublasLt lacks " #symbol;                                                                                   \
        gb_peer_close(p);                                                                                                      \
        return CAD_OK;                                                                                                         \
    }
    SYMBOLS(X)
#undef X
    size_t version = p->cublasLtGetVersion();
    snprintf(p->name, sizeof p->name, "cuBLASLt %zu.%zu.%zu", version / 10000, version % 10000 / 100, version % 100);
    cad_status s = check(p->cublasLtCreate(&p->handle), "create");
    if (s == CAD_OK && cudaMalloc(&p->workspace, WORKSPACE) != cudaSuccess)
        s = cad_fail(CAD_ENOMEM, "cuBLASLt: no room for its working memory");
    if (s != CAD_OK) {
        gb_peer_close(p);
        return s;
    }
    *out = p;
    return CAD_OK;
}

static void drop_plan(gb_peer *p)
{
    void **layout[] = {&p->a, &p->b, &p->d};
    if (p->desc)
        p->cublasLtMatmulDescDestroy(p->desc);
    for (int i = 0; i < 3; i++) {
        if (*layout[i])
            p->cublasLtMatrixLayoutDestroy(*layout[i]);
        *layout[i] = NULL;
    }
    p->desc = NULL;
}

void gb_peer_close(gb_peer *p)
{
    if (!p)
        return;
    drop_plan(p);
    if (p->handle)
        p->cublasLtDestroy(p->handle);
    if (p->workspace)
        cudaFree(p->workspace);
    if (p->library)
        dlclose(p->library);
    cad_mem_free(p);
}

const char *gb_peer_name(const gb_peer *p)
{
    return p->name;
}

/* Its matrices stand by columns, so ours are their transposes: y^T (m,n) = op(w)^T x^T. */
static cad_status describe(gb_peer *p, const gb_product *g)
{
    int32_t op = g->transposed ? OP_N : OP_T;
    uint64_t wr = (uint64_t)(g->transposed ? g->m : g->k), wc = (uint64_t)(g->transposed ? g->k : g->m);
    CAD_TRY(check(p->cublasLtMatmulDescCreate(&p->desc, COMPUTE_32F, R_32F), "description"));
    CAD_TRY(check(p->cublasLtMatmulDescSetAttribute(p->desc, DESC_TRANS_A, &op, sizeof op), "transpose"));
    CAD_TRY(check(p->cublasLtMatrixLayoutCreate(&p->a, R_16BF, wr, wc, (int64_t)wr), "layout"));
    CAD_TRY(check(p->cublasLtMatrixLayoutCreate(&p->b, R_16BF, (uint64_t)g->k, (uint64_t)g->n, g->k), "layout"));
    return check(p->cublasLtMatrixLayoutCreate(&p->d, R_16BF, (uint64_t)g->m, (uint64_t)g->n, g->m), "layout");
}

static cad_status start(gb_peer *p, const heuristic *h)
{
    static const float one = 1.0f, zero = 0.0f;
    return check(p->cublasLtMatmul(p->handle, p->desc, &one, p->g.w, p->a, p->g.x, p->b, &zero, p->g.y, p->d, p->g.y, p->d,
                                   h->algo, p->workspace, WORKSPACE, cad_cuda_stream(NULL)),
                 "product");
}

/* The fastest of what the library proposes: each runs three times, the best of them counts. */
static cad_status choose(gb_peer *p, const heuristic *h, int n)
{
    cudaEvent_t from, to;
    float best = -1.0f;
    cudaEventCreate(&from);
    cudaEventCreate(&to);
    for (int i = 0; i < 4 * n; i++) {
        const heuristic *one = &h[i / 4];
        float ms = 0.0f;
        cudaEventRecord(from, cad_cuda_stream(NULL));
        cad_status s = one->state == 0 ? start(p, one) : CAD_EUNSUPPORTED;
        cudaEventRecord(to, cad_cuda_stream(NULL));
        cudaEventSynchronize(to);
        cudaEventElapsedTime(&ms, from, to);
        if (s == CAD_OK && i % 4 > 0 && (best < 0.0f || ms < best)) {
            best = ms;
            p->best = *one;
        }
    }
    cudaEventDestroy(from);
    cudaEventDestroy(to);
    if (best < 0.0f)
        CAD_FAIL(CAD_EUNSUPPORTED, "cuBLASLt: none of %d proposals runs", n);
    return CAD_OK;
}

cad_status gb_peer_plan(gb_peer *p, const gb_product *g)
{
    static heuristic h[ASKED];
    size_t workspace = WORKSPACE;
    void *preference;
    int n = 0;
    drop_plan(p);
    p->g = *g;
    CAD_TRY(describe(p, g));
    CAD_TRY(check(p->cublasLtMatmulPreferenceCreate(&preference), "preference"));
    cad_status s =
        check(p->cublasLtMatmulPreferenceSetAttribute(preference, PREFERENCE_WORKSPACE, &workspace, sizeof workspace),
              "working memory");
    if (s == CAD_OK)
        s = check(p->cublasLtMatmulAlgoGetHeuristic(p->handle, p->desc, p->a, p->b, p->d, p->d, preference, ASKED, h, &n),
                  "heuristics");
    p->cublasLtMatmulPreferenceDestroy(preference);
    CAD_TRY(s);
    return choose(p, h, n);
}

cad_status gb_peer_run(gb_peer *p)
{
    return start(p, &p->best);
}
#endif
