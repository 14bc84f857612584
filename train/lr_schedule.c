#include "train/lr_schedule.h"

#include <math.h>

double cad_lr_at(const cad_lr_schedule *s, int64_t step)
{
    if (step <= s->warmup)
        return s->peak * (double)step / (double)s->warmup;
    if (s->shape == CAD_LR_constant)
        return s->peak;
    double span = (double)(s->total - s->warmup), x = 1.0;
    if (step <= s->total)
        x = (double)(step - 1 - s->warmup) / span;
    double share = s->shape == CAD_LR_linear ? 1.0 - x : 0.5 * (1.0 + cos(3.14159265358979323846 * x));
    return s->floor + (s->peak - s->floor) * share;
}
