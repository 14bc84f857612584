/* What every cmocka program includes, in the order cmocka wants. */
#ifndef CADLM_TESTS_UNIT_H
#define CADLM_TESTS_UNIT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/status.h"

/* A call that must succeed; prints the error text when it does not. */
#define ok(expr)                                                                                                               \
    do {                                                                                                                       \
        cad_status ok_ = (expr);                                                                                               \
        if (ok_ != CAD_OK)                                                                                                     \
            fail_msg("%s: %s: %s", #expr, cad_status_name(ok_), cad_error_text());                                             \
    } while (0)
/* A call that must fail with `code` and a text that holds `part`. */
#define fails(expr, code, part)                                                                                                \
    do {                                                                                                                       \
        cad_status f_ = (expr);                                                                                                \
        if (f_ != (code))                                                                                                      \
            fail_msg("%s: %s, expected %s (%s)", #expr, cad_status_name(f_), #code, f_ ? cad_error_text() : "");               \
        if (!strstr(cad_error_text(), (part)))                                                                                 \
            fail_msg("%s: text '%s' does not hold '%s'", #expr, cad_error_text(), (part));                                     \
    } while (0)
/* |a - b| <= tol, and NaN fails. */
#define near(a, b, tol)                                                                                                        \
    do {                                                                                                                       \
        double a_ = (a), b_ = (b), t_ = (tol);                                                                                 \
        if (!(fabs(a_ - b_) <= t_))                                                                                            \
            fail_msg("%s = %.17g, expected %.17g within %g", #a, a_, b_, t_);                                                  \
    } while (0)

/* Mutations of a fuzz loop: `usual`, or more where CADLM_FUZZ_CASES says so (scripts/nightly.sh). */
static inline int fuzz_cases(int usual)
{
    const char *more = getenv("CADLM_FUZZ_CASES");
    int n = more ? atoi(more) : 0;
    return n > usual ? n : usual;
}

/* CADLM_SHARED_REQUIRED=1: a test that lacks a real input fails instead of skipping. */
static inline bool shared_required(void)
{
    const char *required = getenv("CADLM_SHARED_REQUIRED");
    return required && !strcmp(required, "1");
}

/* The folder of real inputs from other software: CADLM_SHARED, else ../shared beside the source tree.  NULL when absent
 * (the test then skips and says so), unless it is required. */
static inline const char *shared_dir(void)
{
    static char path[4096];
    const char *env = getenv("CADLM_SHARED"), *source = getenv("CADLM_SOURCE");
    if (env)
        snprintf(path, sizeof path, "%s", env);
    else
        snprintf(path, sizeof path, "%s/../shared", source ? source : ".");
    FILE *f = fopen(strcat(strcpy((char[4200]){0}, path), "/conformance/README.md"), "r");
    if (f) {
        fclose(f);
        return path;
    }
    if (shared_required())
        fail_msg("%s: no conformance files there, and CADLM_SHARED_REQUIRED=1", path);
    print_message("skipped: no such folder: %s/conformance\n", path);
    return NULL;
}

#endif
