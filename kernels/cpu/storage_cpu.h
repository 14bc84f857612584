/* The storage type of the file that includes this: f32 or bf16.
 *
 * A kernel with tensors of storage type is written once, with `elem` for what stands in memory and f32 in registers, and
 * compiled twice for each instruction set: CAD_STORE_BF16 makes elem bf16.  Reading widens, writing rounds to nearest even, so
 * an op rounds each output once.  With elem == float every helper here is the plain load or store. */
#ifndef CADLM_KERNELS_CPU_STORAGE_CPU_H
#define CADLM_KERNELS_CPU_STORAGE_CPU_H

#include "kernels/cpu/backend_cpu.h"
#include "kernels/cpu/simd_bf16.h"

#ifndef CAD_STORE_SUFFIX
#error "compile this file through kernels/CMakeLists.txt as one with a storage type: CAD_STORE_SUFFIX is missing"
#endif

#define CAD_STORED(name) CAD_PASTE(CAD_PASTE(cad_cpu_##name, CAD_STORE_SUFFIX), CAD_ISA_SUFFIX)

/* Heads of an op in one storage type; stored_cpu.c chooses between the two. */
#define CAD_STORED_OP(op)                                                                                                      \
    cad_status CAD_STORED(op)(const cad_##op##_args *a, void *stream);                                                         \
    cad_status CAD_STORED(op)(const cad_##op##_args *a, void *stream __attribute__((unused)))
#define CAD_STORED_SCRATCH(op)                                                                                                 \
    size_t CAD_STORED(op##_scratch)(const cad_##op##_args *a);                                                                 \
    size_t CAD_STORED(op##_scratch)(const cad_##op##_args *a)
#define CAD_STORED_NO_SCRATCH(op)                                                                                              \
    CAD_STORED_SCRATCH(op)                                                                                                     \
    {                                                                                                                          \
        (void)a;                                                                                                               \
        return 0;                                                                                                              \
    }

#ifdef CAD_STORE_BF16
enum { NARROW = 1 };
typedef uint16_t elem;

CAD_INLINE vf eget(const elem *p, int64_t w)
{
    return vget_half(p, w);
}

CAD_INLINE void eput(elem *p, vf x, int64_t w)
{
    vput_half(p, x, w);
}

CAD_INLINE float eload(const elem *p)
{
    uint32_t bits = (uint32_t)*p << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

CAD_INLINE void estore(elem *p, float x)
{
    *p = cad_f32_to_bf16(x);
}

/* The same memory as f32, NULL where it has to be widened first. */
CAD_INLINE const float *as_f32(const elem *p)
{
    (void)p;
    return NULL;
}

CAD_INLINE float *as_f32_out(elem *p)
{
    (void)p;
    return NULL;
}
#else
enum { NARROW = 0 };
typedef float elem;

CAD_INLINE vf eget(const elem *p, int64_t w)
{
    return vget(p, w);
}

CAD_INLINE void eput(elem *p, vf x, int64_t w)
{
    vput(p, x, w);
}

CAD_INLINE float eload(const elem *p)
{
    return *p;
}

CAD_INLINE void estore(elem *p, float x)
{
    *p = x;
}

CAD_INLINE const float *as_f32(const elem *p)
{
    return p;
}

CAD_INLINE float *as_f32_out(elem *p)
{
    return p;
}
#endif

/* n elements to and from f32. */
CAD_INLINE void widen_row(const elem *x, int64_t n, float *out)
{
    CAD_LANES(c, w, n)
    vput(out + c, eget(x + c, w), w);
}

CAD_INLINE void narrow_row(const float *x, int64_t n, elem *out)
{
    CAD_LANES(c, w, n)
    eput(out + c, vget(x + c, w), w);
}

/* n rows of d elements as f32: in place, or widened into `copy` (n*d floats).  *ld: their stride, before and after. */
CAD_INLINE const float *rows_in(const elem *x, int64_t *ld, int64_t n, int64_t d, float *copy)
{
    if (!NARROW)
        return as_f32(x);
    for (int64_t i = 0; i < n; i++)
        widen_row(x + i * *ld, d, copy + i * d);
    *ld = d;
    return copy;
}

/* Where to sum rows of d elements in f32: in place, or in `copy` until rows_done. */
CAD_INLINE float *rows_out(elem *x, int64_t *ld, int64_t d, float *copy)
{
    if (!NARROW)
        return as_f32_out(x);
    *ld = d;
    return copy;
}

CAD_INLINE void rows_done(const float *sum, int64_t n, int64_t d, elem *x, int64_t ld)
{
    for (int64_t i = 0; NARROW && i < n; i++)
        narrow_row(sum + i * d, d, x + i * ld);
}

#endif
