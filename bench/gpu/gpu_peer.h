/* The product of another library on the same buffers: cuBLASLt, opened at run time where it is there. */
#ifndef CADLM_BENCH_GPU_GPU_PEER_H
#define CADLM_BENCH_GPU_GPU_PEER_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gb_peer gb_peer; /* NULL: there is none */

/* *out = the library, or NULL with *why where this build or this machine has none. */
CAD_MUST_USE cad_status gb_peer_open(gb_peer **out, const char **why);
void gb_peer_close(gb_peer *p);
const char *gb_peer_name(const gb_peer *p); /* "cuBLASLt 13.0.2" */

/* y (n,m) = x (n,k) w (m,k)^T, or with `transposed` y (n,m) = x (n,k) w (k,m); bf16, sums in f32.  plan asks for the best of
 * the library's heuristics with 32 MiB of working memory; run starts it on the back end's stream. */
typedef struct gb_product {
    int64_t n, m, k;
    bool transposed;
    const void *x, *w;
    void *y;
} gb_product;
CAD_MUST_USE cad_status gb_peer_plan(gb_peer *p, const gb_product *g);
CAD_MUST_USE cad_status gb_peer_run(gb_peer *p);

#ifdef __cplusplus
}
#endif
#endif
