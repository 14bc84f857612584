/* F3: the limits of the readers, in tables that end with a reader NULL. */
#ifndef CADLM_TESTS_ROBUST_LIMITS_H
#define CADLM_TESTS_ROBUST_LIMITS_H

#include "tests/robust/fuzz.h"
#include "tests/train/train_tmp.h"

typedef struct limit {
    const char *reader, *what, *name; /* name: in a header; "" where it stands beside the check */
    long long most;
    cad_status (*give)(long long n);
    const char *says;  /* of what is beyond, and of nothing else */
    cad_status at;     /* of what is at it: CAD_OK; or, where a valid input would be costly, that of a later check.. */
    const char *cause; /* ..which says this */
} limit;

#define CONSTANT(x) #x, (long long)(x)
#define BESIDE(x) "", (long long)(x)
#define TAKEN CAD_OK, NULL

extern const limit limits_models[], limits_data[];

/* ---- test_limits.c ---- */

extern cad_buf text; /* of the input that is made; empty when a case begins */
void times(long long n, const char *part);
/* A file of n zero bytes that takes no space. */
const char *zeros(const char *name, long long n);
/* A path of the sources. */
const char *source(const char *name);

#endif
