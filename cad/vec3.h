/* Vectors of three doubles. */
#ifndef CADLM_CAD_VEC3_H
#define CADLM_CAD_VEC3_H

#include <math.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

static inline double cad_dot3(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* out may be a or b. */
static inline void cad_cross3(const double a[3], const double b[3], double out[3])
{
    double x = a[1] * b[2] - a[2] * b[1], y = a[2] * b[0] - a[0] * b[2], z = a[0] * b[1] - a[1] * b[0];
    out[0] = x;
    out[1] = y;
    out[2] = z;
}

/* a + s b; out may be a or b. */
static inline void cad_along3(const double a[3], double s, const double b[3], double out[3])
{
    for (int k = 0; k < 3; k++)
        out[k] = a[k] + s * b[k];
}

/* Its length, without overflow for any double. */
static inline double cad_norm3(const double v[3])
{
    return hypot(hypot(v[0], v[1]), v[2]);
}

static inline double cad_distance3(const double a[3], const double b[3])
{
    double d[3];
    cad_along3(a, -1, b, d);
    return sqrt(cad_dot3(d, d));
}

/* Length 1; false, and v as it was, where it has no direction. */
static inline bool cad_unit3(double v[3])
{
    double n = sqrt(cad_dot3(v, v));
    if (!(n > 0) || !isfinite(n))
        return false;
    for (int k = 0; k < 3; k++)
        v[k] /= n;
    return true;
}

#ifdef __cplusplus
}
#endif
#endif
