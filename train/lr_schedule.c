#include "train/lr_schedule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

cad_status cad_lr_parse_warmup(const char *text, int64_t total, int64_t *out)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || !(value >= 0.0 && value <= 1e15))
        CAD_FAIL(CAD_ECONFIG, "train.warmup = '%s'; expected N, 'N steps' or N%%", text);
    while (*end == ' ')
        end++;
    if (!strcmp(end, "%") && value <= 100.0)
        *out = (int64_t)llround(value / 100.0 * (double)total);
    else if ((*end == '\0' || !strcmp(end, "steps") || !strcmp(end, "step")) && value == floor(value))
        *out = (int64_t)value;
    else
        CAD_FAIL(CAD_ECONFIG, "train.warmup = '%s'; expected N, 'N steps' or N%%", text);
    return CAD_OK;
}
