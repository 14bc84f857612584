/* logits_mask, argmax, CUDA.
 *
 * math      logits += add, then -inf where the bit is 0; id of the largest logit, ties to the lower id; log softmax(logits)[id]
 * shapes    logits (n,V); add (n,V) or (V); bits (n,W) or (W), W = ceil(V/32); id, logp (n)
 * layout    bit i of a mask = bit i%32 of word i/32
 * dtypes    f32 logits and sums, u32 bits and ids
 * limits    any V >= 1; n to 65535; a row with a NaN or without a finite choice is reported at the next sync
 * mapping   mask: one thread per logit; argmax: one block of 512 threads per row
 * order     class I: the largest of (logit, id) does not depend on any order, sums run over threads, then warps
 * cost      mask 8.1 V bytes a row, argmax 4 V (8 V with logp); bound by memory; never measured
 * source    own derivation
 * test      tests/kernels/check_sample.c
 */
#include "kernels/cuda/logits.cuh"

enum { MASK_THREADS = 256 };

struct masker {
    float *logits;
    const float *add;
    const uint32_t *bits;
    int64_t v, add_ld, bits_ld; /* 0: one row for all */
};

CAD_KERNEL(MASK_THREADS) void mask_kernel(masker p)
{
    int64_t n = blockIdx.y, i = (int64_t)blockIdx.x * MASK_THREADS + threadIdx.x;
    if (i >= p.v)
        return;
    float z = p.logits[n * p.v + i];
    if (p.add)
        z += p.add[n * p.add_ld + i];
    if (p.bits && !(p.bits[n * p.bits_ld + i / 32] >> (i % 32) & 1u))
        z = -INFINITY;
    p.logits[n * p.v + i] = z;
}

CAD_KERNEL(LOGITS_THREADS)
void argmax_kernel(const float *logits, uint32_t *id, float *logp, unsigned long long *fault, int64_t v)
{
    int64_t n = blockIdx.x;
    const float *z = logits + n * v;
    logit_key best = best_of(z, v);
    if (!has_choice(best)) {
        if (threadIdx.x == 0)
            atomicMin(fault, CAD_GPU_FAULT_KEY(CAD_GPU_FAULT_ARGMAX_ROW, n));
        return;
    }
    if (threadIdx.x == 0)
        id[n] = (uint32_t)id_of(best);
    if (!logp)
        return;
    float p = log_prob(z, v, id_of(best), id_of(best));
    if (threadIdx.x == 0)
        logp[n] = p;
}

/* -------------------------------------------------------------------------------------------------------------- */

CAD_GPU_NO_SCRATCH(logits_mask)
CAD_GPU_OP(logits_mask)
{
    CAD_TRY(cad_logits_mask_validate(a));
    int64_t n = a->logits.dim[0], words = cad_ceil_div(a->logits.dim[1], 32);
    masker p = {};
    p.logits = cad_ptr<float>(a->logits);
    p.add = cad_ptr<const float>(a->add);
    p.bits = cad_ptr<const uint32_t>(a->bits);
    p.v = a->logits.dim[1];
    p.add_ld = a->add.ndim == 2 ? p.v : 0;
    p.bits_ld = a->bits.ndim == 2 ? words : 0;
    if (n > 65535)
        CAD_FAIL(CAD_EUNSUPPORTED, "logits_mask: %lld rows of logits; the GPU back end takes 65535", (long long)n);
    return CAD_LAUNCH(mask_kernel, ((unsigned)cad_ceil_div(p.v, MASK_THREADS), (unsigned)n), (MASK_THREADS), 0, stream, p);
}

CAD_GPU_NO_SCRATCH(argmax)
CAD_GPU_OP(argmax)
{
    CAD_TRY(cad_argmax_validate(a));
    return CAD_LAUNCH(argmax_kernel, ((unsigned)a->logits.dim[0]), (LOGITS_THREADS), 0, stream, cad_ptr<const float>(a->logits),
                      cad_ptr<uint32_t>(a->id), cad_ptr<float>(a->logp), CAD_GPU(fault_key)(), a->logits.dim[1]);
}
