#include "train/train_step.h"

#include "core/clock.h"

#include <math.h>

cad_status cad_stepper_init(cad_stepper *s, cad_arena *host, cad_arena *device)
{
    s->params = cad_decoder_params(s->decoder);
    CAD_TRY(cad_grad_tree_init(cad_decoder_ops(s->decoder), s->params.g, s->params.size, cad_plan_many_passes(s->plan), device,
                               &s->tree));
    return cad_batch_create(host, cad_plan_max_pass_tokens(s->plan), cad_plan_max_pass_rows(s->plan), &s->batch);
}

cad_status cad_stepper_gradient(cad_stepper *s, int64_t step, int64_t epoch, int64_t batch, cad_step_result *out)
{
    cad_plan_step plan;
    double start = cad_clock_now();
    cad_plan_get(s->plan, epoch, batch, &plan);
    cad_step_result r = {.rows = plan.n_rows,
                         .tokens = plan.n_tokens,
                         .passes = plan.n_passes,
                         .lr = cad_lr_at(&s->schedule, step),
                         .finite = true,
                         .bad_row = -1};
    double scale = 1.0 / cad_loader_divisor(s->loader, plan.row, plan.n_rows), nll = 0.0;
    double context = step <= s->context_steps ? s->context_weight : 0.0;
    int group = -1;
    CAD_TRY(cad_grad_tree_begin(&s->tree));
    for (int64_t i = 0; i < plan.n_passes; i++) {
        const cad_plan_pass *pass = &plan.pass[i];
        if (pass->lane0 != group)
            CAD_TRY(cad_grad_tree_group(&s->tree, pass->lane0));
        group = pass->lane0;
        double weighted;
        CAD_TRY(cad_loader_fill(s->loader, pass->row, pass->n_rows, context, s->batch));
        r.host_s += cad_clock_now() - start;
        CAD_TRY(cad_decoder_forward_backward(s->decoder, s->batch, (float)scale, (uint64_t)step, &weighted));
        cad_answer_loss sum = cad_loader_sum(s->loader, s->batch, cad_decoder_last_nll(s->decoder), NULL);
        nll += sum.nll;
        r.loss_tokens += sum.tokens;
        r.finite = r.finite && isfinite(weighted) && sum.bad_row < 0;
        if (r.bad_row < 0)
            r.bad_row = sum.bad_row;
        start = cad_clock_now();
    }
    CAD_TRY(cad_grad_tree_end(&s->tree));
    r.loss = nll / (double)r.loss_tokens;
    *out = r;
    return CAD_OK;
}

cad_status cad_stepper_step(cad_stepper *s, int64_t step, int64_t epoch, int64_t batch, cad_step_result *out)
{
    cad_step_result r;
    cad_grad_stats g;
    CAD_TRY(cad_stepper_gradient(s, step, epoch, batch, &r));
    CAD_TRY(cad_optimizer_measure(s->optimizer, &g));
    r.grad_norm = g.norm;
    r.clip = g.clip;
    r.finite = r.finite && g.finite;
    if (r.finite)
        CAD_TRY(cad_optimizer_step(s->optimizer, step, r.lr, g.clip));
    *out = r;
    return CAD_OK;
}

cad_status cad_stepper_name_rows(cad_stepper *s, int64_t epoch, int64_t batch, cad_buf *out)
{
    enum { MOST = 8 };
    cad_plan_step plan;
    cad_plan_get(s->plan, epoch, batch, &plan);
    for (int64_t i = 0; i < plan.n_rows && i < MOST; i++) {
        char name[64];
        cad_loader_row_name(s->loader, plan.row[i], name);
        CAD_TRY(cad_buf_printf(out, "%s%s", i ? ", " : "", name));
    }
    if (plan.n_rows > MOST)
        CAD_TRY(cad_buf_printf(out, ", .. (%lld rows)", (long long)plan.n_rows));
    return CAD_OK;
}
