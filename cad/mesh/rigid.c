/* Rigid motions: the best one for pairs of points.
 *
 * Source: B. K. P. Horn, "Closed-form solution of absolute orientation using unit quaternions", J. Opt. Soc. Am. A 4 (1987). */
#include "cad/mesh/align_impl.h"

#include <math.h>
#include <string.h>

cad_rigid cad_rigid_identity(void)
{
    return (cad_rigid){{1, 0, 0, 0, 1, 0, 0, 0, 1}, {0, 0, 0}};
}

void cad_rigid_apply(const cad_rigid *t, const double p[3], double out[3])
{
    const double *r = t->turn;
    for (size_t i = 0; i < 3; i++)
        out[i] = r[3 * i] * p[0] + r[3 * i + 1] * p[1] + r[3 * i + 2] * p[2] + t->move[i];
}

cad_rigid cad_rigid_inverse(const cad_rigid *t)
{
    cad_rigid b;
    for (int i = 0; i < 3; i++) {
        b.move[i] = 0;
        for (int k = 0; k < 3; k++) {
            b.turn[3 * i + k] = t->turn[3 * k + i];
            b.move[i] -= t->turn[3 * k + i] * t->move[k];
        }
    }
    return b;
}

/* One rotation that makes m[p][q] zero. */
static void rotate(double *m, double *v, int n, int p, int q)
{
    double theta = (m[q * n + q] - m[p * n + p]) / (2 * m[p * n + q]);
    double t = (theta < 0 ? -1.0 : 1.0) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1), s = t * c;
    for (int k = 0; k < n; k++) {
        double a = m[k * n + p], b = m[k * n + q];
        m[k * n + p] = c * a - s * b;
        m[k * n + q] = s * a + c * b;
    }
    for (int k = 0; k < n; k++) {
        double a = m[p * n + k], b = m[q * n + k];
        m[p * n + k] = c * a - s * b;
        m[q * n + k] = s * a + c * b;
        a = v[k * n + p];
        b = v[k * n + q];
        v[k * n + p] = c * a - s * b;
        v[k * n + q] = s * a + c * b;
    }
}

void cad_eigen_symmetric(double *m, int n, double *value, double *vector)
{
    enum { SWEEPS = 60 };
    double size = 0;
    for (int i = 0; i < n * n; i++) {
        vector[i] = i % (n + 1) == 0;
        size = fmax(size, fabs(m[i]));
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double off = 0;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                off = fmax(off, fabs(m[p * n + q]));
        if (!(off > 1e-16 * size))
            break;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                if (fabs(m[p * n + q]) > 1e-300)
                    rotate(m, vector, n, p, q);
    }
    for (int i = 0; i < n; i++)
        value[i] = m[i * n + i];
    for (int i = 1; i < n; i++) /* few: by insertion */
        for (int k = i; k && value[k - 1] < value[k]; k--) {
            double t = value[k];
            value[k] = value[k - 1];
            value[k - 1] = t;
            for (int r = 0; r < n; r++) {
                t = vector[r * n + k];
                vector[r * n + k] = vector[r * n + k - 1];
                vector[r * n + k - 1] = t;
            }
        }
}

static void turn_of(const double q[4], double r[9])
{
    double w = q[0], x = q[1], y = q[2], z = q[3];
    const double turn[9] = {w * w + x * x - y * y - z * z, 2 * (x * y - w * z),           2 * (x * z + w * y),
                            2 * (x * y + w * z),           w * w - x * x + y * y - z * z, 2 * (y * z - w * x),
                            2 * (x * z - w * y),           2 * (y * z + w * x),           w * w - x * x - y * y + z * z};
    memcpy(r, turn, sizeof turn);
}

cad_rigid cad_rigid_fit(const double *a, const double *b, int64_t n)
{
    double ma[3], mb[3], rms, s[9] = {0}, value[4], vector[16];
    cad_cloud_moments(a, n, ma, &rms);
    cad_cloud_moments(b, n, mb, &rms);
    for (int64_t i = 0; i < n; i++)
        for (int r = 0; r < 3; r++)
            for (int c = 0; c < 3; c++)
                s[3 * r + c] += (a[3 * i + r] - ma[r]) * (b[3 * i + c] - mb[c]);
    double m[16] = {s[0] + s[4] + s[8], s[5] - s[7], s[6] - s[2], s[1] - s[3],        s[5] - s[7],         s[0] - s[4] - s[8],
                    s[1] + s[3],        s[6] + s[2], s[6] - s[2], s[1] + s[3],        -s[0] + s[4] - s[8], s[5] + s[7],
                    s[1] - s[3],        s[6] + s[2], s[5] + s[7], -s[0] - s[4] + s[8]};
    cad_eigen_symmetric(m, 4, value, vector);
    const double q[4] = {vector[0], vector[4], vector[8], vector[12]};
    cad_rigid t;
    turn_of(q, t.turn);
    for (size_t i = 0; i < 3; i++)
        t.move[i] = mb[i] - (t.turn[3 * i] * ma[0] + t.turn[3 * i + 1] * ma[1] + t.turn[3 * i + 2] * ma[2]);
    return t;
}
