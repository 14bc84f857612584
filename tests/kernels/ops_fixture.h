/* Shared by the kernel tests: every instruction set the machine has, both ways to form products, random data, and central
 * differences of a scalar objective. */
#ifndef CADLM_TESTS_KERNELS_OPS_FIXTURE_H
#define CADLM_TESTS_KERNELS_OPS_FIXTURE_H

#include "core/rng.h"
#include "core/threads.h"
#include "kernels/ops.h"
#include "tests/unit.h"

static inline size_t fixture_tables(const cad_ops *out[3])
{
    static const char *const names[] = {"x86-64-v2", "x86-64-v3", "x86-64-v4"};
    size_t n = 0;
    for (size_t i = 0; i < 3; i++) {
        setenv("CADLM_ISA", names[i], 1);
        const cad_ops *t;
        if (cad_ops_get("cpu", &t) == CAD_OK)
            out[n++] = t;
    }
    unsetenv("CADLM_ISA");
    assert_true(n > 0);
    return n;
}

/* Runs body(ops) for every table with own and library products. */
static inline void fixture_each(void (*body)(const cad_ops *ops))
{
    const cad_ops *tables[3];
    size_t n = fixture_tables(tables);
    for (size_t i = 0; i < n; i++)
        for (int m = CAD_MATMUL_own; m <= CAD_MATMUL_library; m++) {
            cad_ops_set_matmul((cad_matmul)m);
            body(tables[i]);
        }
    cad_ops_set_matmul(CAD_MATMUL_auto);
}

/* Runs body(ops, type) for every table with f32 and bf16, once each: what forms no products. */
static inline void fixture_each_type(void (*body)(const cad_ops *ops, cad_dtype type))
{
    const cad_ops *tables[3];
    size_t n = fixture_tables(tables);
    for (size_t i = 0; i < n; i++) {
        body(tables[i], CAD_F32);
        body(tables[i], CAD_BF16);
    }
}

static inline void fixture_normal(uint64_t seed, float *x, int64_t n, float scale)
{
    cad_rng r = cad_rng_make(seed, "kernel-test", 0);
    for (int64_t i = 0; i < n; i++)
        x[i] = scale * (float)cad_rng_normal(&r);
}

static inline double fixture_dot(const float *a, const float *b, int64_t n)
{
    double s = 0.0;
    for (int64_t i = 0; i < n; i++)
        s += (double)a[i] * (double)b[i];
    return s;
}

/* grad[i] = d loss / d x[i] for every i, by central differences of step h, within tol of the largest gradient. */
static inline void fixture_gradient(const char *what, double (*loss)(void *ctx), void *ctx, float *x, int64_t n,
                                    const float *grad, float h, double tol)
{
    double top = 1e-3;
    for (int64_t i = 0; i < n; i++)
        top = fmax(top, fabs((double)grad[i]));
    for (int64_t i = 0; i < n; i++) {
        float keep = x[i], up = keep + h, down = keep - h;
        x[i] = up;
        double a = loss(ctx);
        x[i] = down;
        double b = loss(ctx);
        x[i] = keep;
        double numeric = (a - b) / ((double)up - (double)down);
        if (!(fabs(numeric - (double)grad[i]) <= tol * top))
            fail_msg("%s: element %lld has gradient %g, central difference %g (largest %g)", what, (long long)i,
                     (double)grad[i], numeric, top);
    }
}

#define T1(t, p, a) cad_tensor_1d(t, p, a)
#define F1(p, a) cad_tensor_1d(CAD_F32, p, a)
#define F2(p, a, b) cad_tensor_2d(CAD_F32, p, a, b)
#define F3(p, a, b, c) cad_tensor_3d(CAD_F32, p, a, b, c)

#endif
