/* AdamW steps of the CPU's ops for interop_adamw.py, on tensors that stand one after another, each padded to 256 elements.
 *
 *   interop_adamw f32|8bit STEPS LR DECAY before|after sign|no-sign P.f32 G.f32 OUT_DIR COUNT..
 *
 * P: values of all tensors, padded; G: as many for each step in turn, then from the start again.  Betas 0.9, 0.999, eps 1e-8.
 * OUT_DIR gets p.f32, m.f32, v.f32; of 8 bits m8.u8, v8.u8, ma.f32, va.f32 and the small tensors' m.f32, v.f32. */
#include "core/buf.h"
#include "core/fs.h"
#include "kernels/ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct job {
    const cad_ops *ops;
    cad_arena *arena;
    cad_opt_tensor *tensor;
    int64_t n_tensors, n, small;
    cad_tensor p, m, v, m8, v8, ma, va;
} job;

static cad_status make(job *j, cad_dtype type, int64_t n, cad_tensor *out)
{
    void *x;
    CAD_TRY(cad_arena_zalloc(j->arena, (size_t)(n ? n : 1), cad_dtype_size(type), "buffer", &x));
    *out = cad_tensor_1d(type, x, n);
    return CAD_OK;
}

static cad_status put(const char *dir, const char *name, const cad_tensor *t)
{
    cad_buf path = CAD_BUF_INIT;
    CAD_TRY(cad_buf_printf(&path, "%s/%s", dir, name));
    CAD_TRY(cad_fs_write(path.data, t->data, (size_t)t->dim[0] * cad_dtype_size(t->dtype)));
    cad_buf_deinit(&path);
    return CAD_OK;
}

static cad_status layout(job *j, bool eight, char **count, int n)
{
    CAD_TRY(cad_arena_zalloc(j->arena, (size_t)n, sizeof *j->tensor, "tensors", &j->tensor));
    for (j->n_tensors = 0; j->n_tensors < n; j->n_tensors++) {
        int64_t c = strtoll(count[j->n_tensors], NULL, 10);
        j->tensor[j->n_tensors] = (cad_opt_tensor){.offset = j->n, .count = c, .decay = 1};
        j->n += (c + 255) / 256 * 256;
    }
    j->small = cad_adamw8bit_small(j->tensor, j->n_tensors);
    CAD_TRY(make(j, CAD_F32, eight ? j->small : j->n, &j->m));
    CAD_TRY(make(j, CAD_F32, eight ? j->small : j->n, &j->v));
    CAD_TRY(make(j, CAD_U8, j->n, &j->m8));
    CAD_TRY(make(j, CAD_U8, j->n, &j->v8));
    CAD_TRY(make(j, CAD_F32, j->n / 256, &j->ma));
    return make(j, CAD_F32, j->n / 256, &j->va);
}

static cad_status run(char **arg, int n_tensors, cad_arena *a)
{
    bool eight = !strcmp(arg[0], "8bit");
    job j = {.arena = a};
    cad_buf p = CAD_BUF_INIT, g = CAD_BUF_INIT;
    CAD_TRY(cad_ops_get("cpu", &j.ops));
    CAD_TRY(layout(&j, eight, arg + 9, n_tensors));
    CAD_TRY(cad_fs_read(arg[6], 0, &p));
    CAD_TRY(cad_fs_read(arg[7], 0, &g));
    size_t bytes = (size_t)j.n * sizeof(float);
    if (p.len != bytes || g.len == 0 || g.len % bytes != 0)
        CAD_FAIL(CAD_EDATA, "%zu bytes of values, %zu of gradients; expected %zu and a multiple of it", p.len, g.len, bytes);
    cad_adamw_hyper h = {.lr = strtod(arg[2], NULL), .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8};
    h.weight_decay = strtod(arg[3], NULL);
    h.decay_before = !strcmp(arg[4], "before");
    h.no_sign_rule = !strcmp(arg[5], "no-sign");
    j.p = cad_tensor_1d(CAD_F32, p.data, j.n);
    int64_t steps = strtoll(arg[1], NULL, 10), cycle = (int64_t)(g.len / bytes);
    for (h.t = 1; h.t <= steps; h.t++) {
        cad_tensor gt = cad_tensor_1d(CAD_F32, g.data + (size_t)((h.t - 1) % cycle) * bytes, j.n);
        if (eight)
            CAD_TRY(j.ops->adamw8bit_step(&(cad_adamw8bit_step_args){.p = j.p,
                                                                     .g = gt,
                                                                     .m8 = j.m8,
                                                                     .v8 = j.v8,
                                                                     .ma = j.ma,
                                                                     .va = j.va,
                                                                     .m32 = j.m,
                                                                     .v32 = j.v,
                                                                     .tensor = j.tensor,
                                                                     .n_tensors = j.n_tensors,
                                                                     .h = h},
                                          NULL));
        else
            CAD_TRY(j.ops->adamw_step(
                &(cad_adamw_step_args){
                    .p = j.p, .g = gt, .m = j.m, .v = j.v, .tensor = j.tensor, .n_tensors = j.n_tensors, .h = h},
                NULL));
    }
    const struct {
        const char *name;
        const cad_tensor *t;
    } all[] = {{"p.f32", &j.p},  {"m.f32", &j.m},   {"v.f32", &j.v},  {"m8.u8", &j.m8},
               {"v8.u8", &j.v8}, {"ma.f32", &j.ma}, {"va.f32", &j.va}};
    for (size_t i = 0; i < (eight ? sizeof all / sizeof *all : 3); i++)
        CAD_TRY(put(arg[8], all[i].name, all[i].t));
    cad_buf_deinit(&p);
    cad_buf_deinit(&g);
    return CAD_OK;
}

int main(int argc, char **argv)
{
    cad_arena *a;
    cad_status s = cad_arena_create("interop", (size_t)64 << 20, &a);
    if (s == CAD_OK && argc > 10)
        s = run(argv + 1, argc - 10, a);
    else if (s == CAD_OK)
        s = cad_fail(CAD_EUSAGE, "see the comment of interop_adamw.c");
    if (s != CAD_OK)
        fprintf(stderr, "interop_adamw: error: %s\n", cad_error_text());
    cad_arena_destroy(a);
    return cad_status_exit_code(s);
}
