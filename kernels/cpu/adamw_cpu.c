/* adamw_step, adamw8bit_step, CPU.
 *
 * math      m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; p -= lr (c2/c1) m / (sqrt(v) + c2 eps); p *= 1 - lr wd
 *           c1 = 1 - b1^t, c2 = sqrt(1 - b2^t)
 * shapes    flat buffers, tensors as (offset, count)
 * layout    tensors start at multiples of 256 elements, so an 8-bit block never crosses from one to the next
 * dtypes    f32; moments f32, or u8 on a map with one f32 absmax per 256 elements
 * limits    8-bit: tensors below 4096 elements keep f32 moments
 * mapping   chunks of 256-element blocks of one tensor
 * order     elementwise, absmax by block: class I
 * cost      bound by memory: 28 B per element f32, 16 B and two 8-step searches in 8 bits
 * source    spec formats.md 3, 4; Dettmers et al. 2022
 * test      tests/kernels/check_adamw.c
 */
#include "kernels/adamw.h"
#include "kernels/cpu/backend_cpu.h"
#include "kernels/cpu/q8_cpu.h"
#include "kernels/nf4.h"

enum { BLOCK = CAD_Q8_BLOCK, GRAIN = 32 };

typedef struct rule {
    cad_adamw_rule c;
    float scale, first, last; /* of the gradient; of p before and after the update */
} rule;

static rule rule_of(const cad_adamw_hyper *h, const cad_tensor *gscale, int decay)
{
    rule r = {.c = cad_adamw_rule_of(h)};
    float shrink = decay ? r.c.shrink : 1.0f;
    r.scale = gscale->data ? *(const float *)gscale->data : 1.0f;
    r.first = h->decay_before ? shrink : 1.0f;
    r.last = h->decay_before ? 1.0f : shrink;
    return r;
}

/* n elements; m and v are updated in place. */
static void update(const rule *k, int64_t n, float *p, const float *g, float *m, float *v)
{
    const cad_adamw_rule *c = &k->c;
    for (int64_t i = 0; i < n; i++) {
        float x = g[i] * k->scale;
        int fine = fabsf(x) <= FLT_MAX;
        float mi = c->b1 * m[i] + c->b1c * x, vi = c->b2 * v[i] + c->b2c * (x * x);
        float next = (p[i] * k->first - c->rate * mi / (sqrtf(vi) + c->eps)) * k->last;
        m[i] = fine ? mi : 0.0f;
        v[i] = fine ? vi : 0.0f;
        p[i] = fine ? next : p[i];
    }
}

static void narrow(const cad_tensor *half, const float *p, int64_t e, int64_t n)
{
    if (!half->data)
        return;
    for (int64_t i = 0; i < n; i++)
        ((uint16_t *)half->data)[e + i] = cad_f32_to_bf16(p[e + i]);
}

typedef struct step_job {
    rule k;
    const cad_opt_tensor *t;
    float *p, *m, *v; /* m, v: f32 moments of this tensor, from its first element */
    const float *g;
    const cad_tensor *half;
    const cad_adamw8bit_step_args *a8;
    const float *map_m, *map_v;
    float mid_m[256], mid_v[256];
} step_job;

static void blocks_f32(void *ctx, int64_t begin, int64_t end)
{
    const step_job *j = ctx;
    int64_t e = begin * BLOCK, n = cad_min64(end * BLOCK, j->t->count) - e, at = j->t->offset + e;
    update(&j->k, n, j->p + at, j->g + at, j->m + e, j->v + e);
    narrow(j->half, j->p, at, n);
}

CAD_CPU_OP(adamw_step)
{
    CAD_TRY(cad_adamw_step_validate(a));
    for (int64_t i = 0; i < a->n_tensors; i++) {
        const cad_opt_tensor *t = &a->tensor[i];
        step_job j = {.k = rule_of(&a->h, &a->gscale, t->decay), .t = t, .p = a->p.data, .g = a->g.data};
        j.m = (float *)a->m.data + t->offset;
        j.v = (float *)a->v.data + t->offset;
        j.half = &a->p_bf16;
        cad_parallel_for(cad_ceil_div(t->count, BLOCK), GRAIN, blocks_f32, &j);
    }
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(adamw_step)

/* An encoded m must not change its sign: one code towards the sign of m. */
static void keep_sign(uint8_t *code, const float *m, int64_t n, const float *map)
{
    for (int64_t i = 0; i < n; i++) {
        int stored = signbit(map[code[i]]) != 0, wanted = signbit(m[i]) != 0;
        if (stored != wanted)
            code[i] = (uint8_t)(wanted ? code[i] - (code[i] > 0) : code[i] + (code[i] < 255));
    }
}

static void blocks_q8(void *ctx, int64_t begin, int64_t end)
{
    const step_job *j = ctx;
    const cad_adamw8bit_step_args *a = j->a8;
    for (int64_t b = begin; b < end; b++) {
        int64_t e = b * BLOCK, n = cad_min64(BLOCK, j->t->count - e), at = j->t->offset + e;
        uint8_t *m8 = (uint8_t *)a->m8.data + at, *v8 = (uint8_t *)a->v8.data + at;
        float *ma = (float *)a->ma.data + at / BLOCK, *va = (float *)a->va.data + at / BLOCK;
        float m[BLOCK], v[BLOCK];
        for (int64_t i = 0; i < n; i++) {
            m[i] = j->map_m[m8[i]] * *ma;
            v[i] = j->map_v[v8[i]] * *va;
        }
        update(&j->k, n, j->p + at, j->g + at, m, v);
        *ma = cad_q8_encode_block(m, n, j->map_m, j->mid_m, m8);
        *va = cad_q8_encode_block(v, n, j->map_v, j->mid_v, v8);
        if (!a->h.no_sign_rule && *ma > 0.0f)
            keep_sign(m8, m, n, j->map_m);
        narrow(j->half, j->p, at, n);
    }
}

CAD_CPU_OP(adamw8bit_step)
{
    CAD_TRY(cad_adamw8bit_step_validate(a));
    step_job j = {.p = a->p.data, .g = a->g.data, .half = &a->p_bf16, .a8 = a};
    j.map_m = a->map_m.data ? a->map_m.data : cad_q8_signed_map();
    j.map_v = a->map_v.data ? a->map_v.data : cad_q8_unsigned_map();
    cad_q8_midpoints(j.map_m, j.mid_m);
    cad_q8_midpoints(j.map_v, j.mid_v);
    int64_t small = 0;
    for (int64_t i = 0; i < a->n_tensors; i++) {
        const cad_opt_tensor *t = &a->tensor[i];
        j.k = rule_of(&a->h, &a->gscale, t->decay);
        j.t = t;
        if (t->count < CAD_ADAMW8_MIN) {
            j.m = (float *)a->m32.data + small;
            j.v = (float *)a->v32.data + small;
            small += cad_ceil_div(t->count, BLOCK) * BLOCK;
            cad_parallel_for(cad_ceil_div(t->count, BLOCK), GRAIN, blocks_f32, &j);
        } else {
            cad_parallel_for(cad_ceil_div(t->count, BLOCK), GRAIN / 4, blocks_q8, &j);
        }
    }
    return CAD_OK;
}
CAD_CPU_NO_SCRATCH(adamw8bit_step)
