/* Judging of the op checks: results against references (checkop.h states the rules). */
#include "tests/kernels/checkop.h"
#include "tests/worst.h"

#include <math.h>
#include <string.h>

/* Distance of neighbours at size x in the type of an output; below the normal range it stays the same. */
static double ulp_at(double x, bool half)
{
    double least = ldexp(1, half ? -133 : -149);
    return x > 0 ? fmax(ldexp(1, ilogb(x) - (half ? 7 : 23)), least) : 0;
}

/* Q compares two root mean squares of rounding errors.  Both errors are about uniform, so with n elements each estimate has a
 * relative deviation of at least sqrt(1/(5n)), more when a few large elements carry the sum: with 90 elements ratios of 1.25
 * come up by chance, with 256 they are beyond four deviations. */
enum { Q_LEAST = 256 };

/* least: an error that is allowed in any case; whole: also compare by Q. */
static void close(checkop *t, const char *what, const float *got, const double *r, const float *n32, int64_t n, double least,
                  bool whole)
{
    double top = 0, ea = 0, en = 0, qa = 0, qn = 0, norm = 0;
    int64_t worst = 0;
    bool half = co_type_of(t, got) == CAD_BF16;
    double c = half ? 1 : 8;
    for (int64_t i = 0; i < n; i++) {
        if (r[i] != r[i] && t->twist == CO_NAN) {
            if (got[i] == got[i]) {
                co_fail(t, "%s[%lld]: %.9g, but the NaN reaches it", what, (long long)i, (double)got[i]);
                return;
            }
            continue;
        }
        double a = fabs((double)got[i] - r[i]), b = fabs((double)n32[i] - r[i]);
        if (is_worse(a, ea)) {
            ea = a;
            worst = i;
        }
        en = fmax(en, b);
        qa += a * a;
        qn += b * b;
        norm += r[i] * r[i];
        top = fmax(top, fabs(r[i]));
    }
    double floor = fmax(c * ulp_at(top, half), least);
    if (!(ea <= 2 * en + floor))
        co_fail(t, "%s[%lld]: %.9g, reference %.9g; error %.3g, naive %.3g, floor %.3g", what, (long long)worst,
                (double)got[worst], r[worst], ea, en, floor);
    else if (norm > 0 && whole && n >= Q_LEAST && !(sqrt(qa / norm) <= 1.25 * sqrt(qn / norm) + 1e-6))
        co_fail(t, "%s: relative error %.3g, naive %.3g", what, sqrt(qa / norm), sqrt(qn / norm));
}

void co_close(checkop *t, const char *what, const float *got, const double *r, const float *n32, int64_t n)
{
    close(t, what, got, r, n32, n, 0, true);
}

void co_close_terms(checkop *t, const char *what, const float *got, const double *r, const float *n32, int64_t n, double terms)
{
    close(t, what, got, r, n32, n, 8 * ulp_at(terms, false), terms == 0);
}

double co_largest(const float *x, int64_t n)
{
    double top = 0;
    for (int64_t i = 0; i < n; i++)
        top = fmax(top, fabs((double)x[i]));
    return top;
}

void co_close_least(checkop *t, const char *what, const float *got, const double *r, const float *n32, int64_t n, double least)
{
    close(t, what, got, r, n32, n, least, true);
}

void co_exact(checkop *t, const char *what, const float *got, const double *r, int64_t n)
{
    bool half = co_type_of(t, got) == CAD_BF16;
    for (int64_t i = 0; i < n; i++) {
        double ulp = ulp_at(fabs(r[i]), half);
        if (!((double)got[i] == r[i])) {
            co_fail(t, "%s[%lld]: %.9g, expected exactly %.9g", what, (long long)i, (double)got[i], r[i]);
            return;
        }
        if (ulp > 0 && !(r[i] / ulp == rint(r[i] / ulp))) {
            co_fail(t, "%s[%lld]: %.17g is no number of its type", what, (long long)i, r[i]);
            return;
        }
    }
}

void co_near(checkop *t, const char *what, int64_t i, double got, double want, double tol)
{
    if (t->twist == CO_NAN && got != got && want != want)
        return;
    if (!(fabs(got - want) <= tol))
        co_fail(t, "%s[%lld]: %.9g, expected %.9g within %.3g", what, (long long)i, got, want, tol);
}

void co_within(checkop *t, const char *what, double got, double want, double rel)
{
    if (t->twist == CO_NAN && got != got && want != want)
        return;
    if (!(fabs(got - want) <= rel * fabs(want)))
        co_fail(t, "%s: %.17g, expected %.17g within %g", what, got, want, rel);
}

void co_equal(checkop *t, const char *what, const void *got, const void *want, size_t bytes)
{
    const unsigned char *a = got, *b = want;
    for (size_t i = 0; i < bytes; i++)
        if (a[i] != b[i]) {
            co_fail(t, "%s: byte %zu of %zu is %02x, expected %02x", what, i, bytes, a[i], b[i]);
            return;
        }
}

void co_same(checkop *t, const char *what, const float *got, const float *want, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (memcmp(&got[i], &want[i], 4) != 0 && !(got[i] != got[i] && want[i] != want[i])) {
            co_fail(t, "%s[%lld]: %.9g, expected %.9g bit for bit", what, (long long)i, (double)got[i], (double)want[i]);
            return;
        }
}

void co_gradient(checkop *t, const char *what, co_scalar f, void *ctx, const double *x, const double *g, int64_t n)
{
    double *d = co_f64(t, n), *y = co_f64(t, n), size = 1, norm = 0;
    for (int64_t i = 0; i < n; i++) {
        size = fmax(size, fabs(x[i]));
        norm += g[i] * g[i];
    }
    double step = 1e-5 * size;
    for (int k = 0; k < 64; k++) {
        double dot = 0, length = 0;
        for (int64_t i = 0; i < n; i++) {
            d[i] = cad_rng_normal(&t->rng);
            length += d[i] * d[i];
        }
        for (int64_t i = 0; i < n; i++) {
            d[i] /= sqrt(length);
            dot += d[i] * g[i];
            y[i] = x[i] + step * d[i];
        }
        double up = f(ctx, y);
        for (int64_t i = 0; i < n; i++)
            y[i] = x[i] - step * d[i];
        double slope = (up - f(ctx, y)) / (2 * step);
        if (!(fabs(slope - dot) <= 1e-6 * fmax(sqrt(norm), 1e-3))) {
            co_fail(t, "%s: slope %.12g along direction %d, gradient says %.12g (norm %.3g)", what, slope, k, dot, sqrt(norm));
            return;
        }
    }
}
