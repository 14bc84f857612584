/* The largest of distances, where one that is no number is the largest there is: comparisons and fmax forget it. */
#ifndef CADLM_TESTS_WORST_H
#define CADLM_TESTS_WORST_H

#include <stdbool.h>

/* `next` takes the place of `worst`, which begins as 0. */
static inline bool is_worse(double next, double worst)
{
    return worst == worst && !(next <= worst);
}

static inline double worse_of(double next, double worst)
{
    return is_worse(next, worst) ? next : worst;
}

#endif
