/* Learning rate as a function of the step: warm-up, then linear, cosine or no decay.  No state, so nothing to save.
 *
 * Steps count from 1 (the first update).  With W warm-up steps of T in all and peak P, floor M:
 *   t <= W   P t / W
 *   t >  W   x = (t - 1 - W) / (T - W) in [0, 1);  linear M + (P - M)(1 - x);  cosine M + (P - M)(1 + cos(pi x)) / 2;  constant
 * P so no update is spent at rate 0, and step W + 1 still has the peak. */
#ifndef CADLM_TRAIN_LR_SCHEDULE_H
#define CADLM_TRAIN_LR_SCHEDULE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_lr_shape { CAD_LR_linear, CAD_LR_cosine, CAD_LR_constant } cad_lr_shape;

typedef struct cad_lr_schedule {
    cad_lr_shape shape;
    double peak, floor;    /* 0 <= floor <= peak */
    int64_t warmup, total; /* steps; 0 <= warmup, 1 <= total */
} cad_lr_schedule;

double cad_lr_at(const cad_lr_schedule *s, int64_t step);

#ifdef __cplusplus
}
#endif
#endif
