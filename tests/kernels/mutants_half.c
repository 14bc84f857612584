/* Teeth of the passes in bf16 and with twisted inputs: ops broken on purpose, each seen by the pass that is named beside it. */
#include "tests/kernels/mutants.h"

#include <math.h>
#include <string.h>

static uint16_t *half(const cad_tensor *t)
{
    return t->data;
}

static float *data(const cad_tensor *t)
{
    return t->data;
}

static float value(const cad_tensor *t, int64_t i)
{
    return t->dtype == CAD_BF16 ? cad_bf16_to_f32(half(t)[i]) : data(t)[i];
}

static void put(const cad_tensor *t, int64_t i, float x)
{
    if (t->dtype == CAD_BF16)
        half(t)[i] = cad_f32_to_bf16(x);
    else
        data(t)[i] = x;
}

/* ---- bf16 ---- */

static cad_status one_unit_too_high(const cad_linear_fwd_args *a, void *s)
{
    cad_status st = co_real->linear_fwd(a, s);
    for (int64_t i = 0; st == CAD_OK && i < cad_tensor_count(&a->y); i++)
        half(&a->y)[i]++;
    return st;
}

static cad_status half_past_the_end(const cad_linear_fwd_args *a, void *s)
{
    cad_status st = co_real->linear_fwd(a, s);
    half(&a->y)[cad_tensor_count(&a->y)] = 0;
    return st;
}

static cad_status half_before_the_start(const cad_rmsnorm_bwd_args *a, void *s)
{
    cad_status st = co_real->rmsnorm_bwd(a, s);
    half(&a->dx)[-1] = 0;
    return st;
}

static cad_status half_forgotten(const cad_swiglu_fwd_args *a, void *s)
{
    uint16_t *last = half(&a->h) + cad_tensor_count(&a->h) - 1, kept = *last;
    cad_status st = co_real->swiglu_fwd(a, s);
    *last = kept;
    return st;
}

static cad_status half_input_clobbered(const cad_attn_bwd_args *a, void *s)
{
    cad_status st = co_real->attn_bwd(a, s);
    half(&a->q)[0]++;
    return st;
}

/* One twentieth of a gradient is lost where dP and delta cancel. */
static cad_status half_gradient_short(const cad_attn_bwd_args *a, void *s)
{
    cad_status st = co_real->attn_bwd(a, s);
    for (int64_t i = 0; i < cad_tensor_count(&a->dk); i++)
        put(&a->dk, i, 0.95f * value(&a->dk, i));
    return st;
}

static cad_status cut_instead_of_rounded(const cad_axpy_args *a, void *s)
{
    (void)s;
    for (int64_t i = 0; i < cad_tensor_count(&a->x); i++) {
        float y = value(&a->y, i) + a->a * value(&a->x, i);
        uint32_t bits;
        memcpy(&bits, &y, 4);
        half(&a->y)[i] = (uint16_t)(bits >> 16);
    }
    return CAD_OK;
}

static cad_status gradient_rounded(const cad_linear_bwd_w_args *a, void *s)
{
    cad_status st = co_real->linear_bwd_w(a, s);
    for (int64_t i = 0; i < cad_tensor_count(&a->dw); i++)
        data(&a->dw)[i] = cad_bf16_to_f32(cad_f32_to_bf16(data(&a->dw)[i]));
    return st;
}

static cad_status weights_short_of_one(const cad_attn_fwd_args *a, void *s)
{
    cad_status st = co_real->attn_fwd(a, s);
    for (int64_t i = 0; i < cad_tensor_count(&a->o); i++)
        half(&a->o)[i] = (uint16_t)(half(&a->o)[i] - (value(&a->o, i) == 1.0f));
    return st;
}

/* ---- twisted inputs ---- */

static cad_status nan_hidden(const cad_swiglu_fwd_args *a, void *s)
{
    cad_status st = co_real->swiglu_fwd(a, s);
    for (int64_t i = 0; i < cad_tensor_count(&a->h); i++)
        if (isnan(value(&a->h, i)))
            put(&a->h, i, 0);
    return st;
}

/* A NaN takes the next element along, as a sum that does not stop at the end of its row would. */
static cad_status nan_spreads(const cad_linear_bwd_x_args *a, void *s)
{
    cad_status st = co_real->linear_bwd_x(a, s);
    for (int64_t i = cad_tensor_count(&a->dx) - 2; i >= 0; i--)
        if (isnan(value(&a->dx, i)))
            put(&a->dx, i + 1, (float)NAN);
    return st;
}

static cad_status denormals_flushed(const cad_gather_rows_args *a, void *s)
{
    cad_status st = co_real->gather_rows(a, s);
    for (int64_t i = 0; i < cad_tensor_count(&a->y); i++)
        if (fpclassify(value(&a->y, i)) == FP_SUBNORMAL)
            put(&a->y, i, 0);
    return st;
}

static cad_status range_of_f16(const cad_linear_fwd_args *a, void *s)
{
    cad_status st = co_real->linear_fwd(a, s);
    for (int64_t i = 0; i < cad_tensor_count(&a->y); i++)
        put(&a->y, i, fminf(fmaxf(value(&a->y, i), -65504.0f), 65504.0f));
    return st;
}

static cad_status last_of_equals(const cad_linear_xent_eval_args *a, void *s)
{
    cad_status st = co_real->linear_xent_eval(a, s);
    for (int64_t i = 0; i < a->x.dim[0]; i++)
        if (fabsf(data(&a->nll)[i] - logf((float)a->w.dim[0])) < 1e-5f)
            ((uint32_t *)a->top.data)[i] = (uint32_t)a->w.dim[0] - 1;
    return st;
}

/* ---- rules of single ops ---- */

static cad_status last_k_forgotten(const cad_nf4_linear_fwd_args *a, void *s)
{
    float kept[256];
    int64_t n = a->x.dim[0], in = a->x.dim[1];
    for (int64_t i = 0; i < n && i < 256; i++) {
        kept[i] = value(&a->x, (i + 1) * in - 1);
        put(&a->x, (i + 1) * in - 1, 0);
    }
    cad_status st = co_real->nf4_linear_fwd(a, s);
    for (int64_t i = 0; i < n && i < 256; i++)
        put(&a->x, (i + 1) * in - 1, kept[i]);
    return st;
}

static cad_status small_gradient_lost(const cad_linear_xent_args *a, void *s)
{
    float before[4096];
    int64_t n = cad_tensor_count(&a->dw);
    bool fits = n <= 4096 && a->x.dim[0] == 1;
    if (fits)
        memcpy(before, a->dw.data, (size_t)n * 4);
    cad_status st = co_real->linear_xent(a, s);
    if (fits && data(&a->nll)[0] < 1e-3f)
        memcpy(a->dw.data, before, (size_t)n * 4);
    return st;
}

static cad_status pair_shrinks(const cad_rope_args *a, void *s)
{
    cad_status st = co_real->rope_fwd(a, s);
    for (int64_t i = 0; i < a->x.dim[2]; i++)
        data(&a->x)[i] *= 1 - 2e-6f;
    return st;
}

static cad_status one_head_of_q_less(const cad_qk_norm_fwd_args *a, void *s)
{
    cad_qk_norm_fwd_args b = *a;
    b.heads -= b.heads > 0;
    return co_real->qk_norm_fwd(&b, s);
}

static cad_status part_along_x(const cad_rmsnorm_bwd_args *a, void *s)
{
    cad_status st = co_real->rmsnorm_bwd(a, s);
    for (int64_t i = 0; i < cad_tensor_count(&a->dx); i++)
        data(&a->dx)[i] += 1e-4f * data(&a->x)[i];
    return st;
}

static cad_status norm_in_f32(const cad_grad_norm2_args *a, void *s)
{
    cad_status st = co_real->grad_norm2(a, s);
    *(double *)a->norm2.data = (double)(float)*(double *)a->norm2.data;
    return st;
}

static cad_status higher_of_ties(const cad_sample_args *a, void *s)
{
    cad_status st = co_real->sample(a, s);
    int64_t v = a->logits.dim[1];
    for (int64_t n = 0; n < a->logits.dim[0]; n++) {
        const float *z = data(&a->logits) + n * v;
        uint32_t *id = (uint32_t *)a->id.data + n, first = *id;
        for (uint32_t j = first + 1; j < v && data(&a->temperature)[n] <= 0; j++)
            *id = z[j] >= z[first] ? j : *id;
    }
    return st;
}

static cad_status code_off_by_one(const cad_adamw8bit_step_args *a, void *s)
{
    cad_status st = co_real->adamw8bit_step(a, s);
    for (int64_t i = 0; a->h.t == 1 && i < a->m8.dim[0]; i += 200)
        ((uint8_t *)a->m8.data)[i] ^= 1;
    return st;
}

static cad_status wrong_part(const cad_linear_lora_fwd_args *a, void *s)
{
    cad_linear_lora_fwd_args b = *a;
    if (b.parts.n > 1 && b.parts.group == 0)
        b.parts.end[0]--;
    return co_real->linear_lora_fwd(&b, s);
}

const co_mutant co_mutants_half[] = {
    CO_MUTANT(linear_fwd, one_unit_too_high, CAD_BF16, CO_AS_IS, 0),
    CO_MUTANT(linear_fwd, half_past_the_end, CAD_BF16, CO_AS_IS, 0),
    CO_MUTANT(rmsnorm_bwd, half_before_the_start, CAD_BF16, CO_AS_IS, 0),
    CO_MUTANT(swiglu_fwd, half_forgotten, CAD_BF16, CO_AS_IS, 0),
    CO_MUTANT(attn_bwd, half_input_clobbered, CAD_BF16, CO_AS_IS, 0),
    CO_MUTANT(attn_bwd, half_gradient_short, CAD_BF16, CO_AS_IS, 0),
    CO_MUTANT(axpy, cut_instead_of_rounded, CAD_BF16, CO_AS_IS, 0),
    CO_MUTANT(linear_bwd_w, gradient_rounded, CAD_BF16, CO_AS_IS, 0),
    CO_MUTANT(attn_fwd, weights_short_of_one, CAD_BF16, CO_AS_IS, 0),
    CO_MUTANT(swiglu_fwd, nan_hidden, CAD_F32, CO_NAN, 0),
    CO_MUTANT(swiglu_fwd, nan_hidden, CAD_BF16, CO_NAN, 0),
    CO_MUTANT(linear_bwd_x, nan_spreads, CAD_F32, CO_NAN, 0),
    CO_MUTANT(linear_bwd_x, nan_spreads, CAD_BF16, CO_NAN, 1),
    CO_MUTANT(gather_rows, denormals_flushed, CAD_F32, CO_DENORMAL, 0),
    CO_MUTANT(gather_rows, denormals_flushed, CAD_BF16, CO_DENORMAL, 0),
    CO_MUTANT(linear_fwd, range_of_f16, CAD_F32, CO_BIG, 0),
    CO_MUTANT(linear_fwd, range_of_f16, CAD_BF16, CO_BIG, 1),
    CO_MUTANT(linear_xent_eval, last_of_equals, CAD_F32, CO_ALL_EQUAL, 0),
    CO_MUTANT(nf4_linear_fwd, last_k_forgotten, CAD_BF16, CO_AS_IS, 0),
    CO_MUTANT(linear_xent, small_gradient_lost, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(rope_fwd, pair_shrinks, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(rmsnorm_bwd, part_along_x, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(qk_norm_fwd, one_head_of_q_less, CAD_BF16, CO_AS_IS, 0),
    CO_MUTANT(grad_norm2, norm_in_f32, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(sample, higher_of_ties, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(adamw8bit_step, code_off_by_one, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(linear_lora_fwd, wrong_part, CAD_BF16, CO_AS_IS, 0),
};
const int co_n_mutants_half = sizeof co_mutants_half / sizeof co_mutants_half[0];
