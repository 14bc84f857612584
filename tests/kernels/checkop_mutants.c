/* Teeth: ops broken on purpose.  Each must make its check fail; one that passes is a hole in the harness. */
#include "tests/kernels/mutants.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const cad_ops *co_real;

static float *data(const cad_tensor *t)
{
    return t->data;
}

static cad_status nan_in_the_last_element(const cad_linear_fwd_args *a, void *s)
{
    cad_status st = co_real->linear_fwd(a, s);
    if (st == CAD_OK)
        data(&a->y)[cad_tensor_count(&a->y) - 1] = (float)NAN;
    return st;
}

static cad_status nan_in_the_first_element(const cad_attn_bwd_args *a, void *s)
{
    cad_status st = co_real->attn_bwd(a, s);
    if (st == CAD_OK)
        data(&a->dq)[0] = (float)NAN;
    return st;
}

static cad_status write_past_the_end(const cad_linear_fwd_args *a, void *s)
{
    cad_status st = co_real->linear_fwd(a, s);
    data(&a->y)[cad_tensor_count(&a->y)] = 0;
    return st;
}

static cad_status last_element_forgotten(const cad_swiglu_fwd_args *a, void *s)
{
    float *last = data(&a->h) + cad_tensor_count(&a->h) - 1, kept = *last;
    cad_status st = co_real->swiglu_fwd(a, s);
    *last = kept;
    return st;
}

static cad_status input_clobbered(const cad_rmsnorm_fwd_args *a, void *s)
{
    cad_status st = co_real->rmsnorm_fwd(a, s);
    data(&a->x)[0] += 1;
    return st;
}

static cad_status other_bits_each_time(const cad_rmsnorm_fwd_args *a, void *s)
{
    static uint32_t turn;
    cad_status st = co_real->rmsnorm_fwd(a, s);
    uint32_t bits;
    memcpy(&bits, data(&a->y), 4);
    bits ^= turn++ & 1;
    memcpy(data(&a->y), &bits, 4);
    return st;
}

static cad_status bf16_result(const cad_linear_fwd_args *a, void *s)
{
    cad_status st = co_real->linear_fwd(a, s);
    for (int64_t i = 0; st == CAD_OK && i < cad_tensor_count(&a->y); i++)
        data(&a->y)[i] = cad_bf16_to_f32(cad_f32_to_bf16(data(&a->y)[i]));
    return st;
}

static cad_status mask_turned_round(const cad_attn_fwd_args *a, void *s)
{
    cad_attn_fwd_args b = *a;
    b.causal = !a->causal;
    return co_real->attn_fwd(&b, s);
}

/* The first row of the second segment belongs to the first one. */
static cad_status mask_off_by_one(const cad_attn_fwd_args *a, void *s)
{
    int32_t *seg = a->seg.data;
    bool moves = a->seg.dim[0] > 2 && seg[1] < seg[2];
    seg[1] += moves;
    cad_status st = co_real->attn_fwd(a, s);
    seg[1] -= moves;
    return st;
}

static cad_status sum_overwritten(const cad_linear_bwd_w_args *a, void *s)
{
    memset(data(&a->dw), 0, cad_tensor_bytes(&a->dw));
    return co_real->linear_bwd_w(a, s);
}

static cad_status residual_forgotten(const cad_linear_bwd_x_args *a, void *s)
{
    cad_linear_bwd_x_args b = *a;
    b.res.data = NULL;
    return co_real->linear_bwd_x(&b, s);
}

static cad_status nibbles_swapped(const cad_nf4_dequant_args *a, void *s)
{
    cad_status st = co_real->nf4_dequant(a, s);
    float *w = data(&a->w);
    for (int64_t i = 0; st == CAD_OK && i + 1 < cad_tensor_count(&a->w); i += 2) {
        float x = w[i];
        w[i] = w[i + 1];
        w[i + 1] = x;
    }
    return st;
}

static cad_status mask_of_dropout_redrawn(const cad_lora_down_bwd_args *a, void *s)
{
    cad_lora_down_bwd_args b = *a;
    b.drop.step++;
    return co_real->lora_down_bwd(&b, s);
}

static cad_status scale_of_the_first_part_down(const cad_lora_down_fwd_args *a, void *s)
{
    cad_lora_down_fwd_args b = *a;
    for (int p = 1; p < CAD_MAX_PARTS; p++)
        b.s[p] = b.s[0];
    return co_real->lora_down_fwd(&b, s);
}

static cad_status scale_of_the_first_part_up(const cad_lora_up_bwd_args *a, void *s)
{
    cad_lora_up_bwd_args b = *a;
    for (int p = 1; p < CAD_MAX_PARTS; p++)
        b.s[p] = b.s[0];
    return co_real->lora_up_bwd(&b, s);
}

static cad_status weight_decay_forgotten(const cad_adamw_step_args *a, void *s)
{
    cad_adamw_step_args b = *a;
    b.h.weight_decay = 0;
    return co_real->adamw_step(&b, s);
}

static cad_status one_row_short(const cad_embed_bwd_args *a, void *s)
{
    cad_embed_bwd_args b = *a;
    b.id.dim[0]--;
    b.order.dim[0]--;
    b.dy.dim[0]--;
    return b.id.dim[0] > 0 ? co_real->embed_bwd(&b, s) : CAD_OK;
}

static cad_status one_key_too_few(const cad_attn_decode_args *a, void *s)
{
    int32_t *len = a->len.data, kept = len[0];
    len[0] = kept > 1 ? kept - 1 : kept;
    cad_status st = co_real->attn_decode(a, s);
    len[0] = kept;
    return st;
}

/* The rest, for bf16 and twisted inputs, stands in mutants_half.c. */
static const co_mutant mutants[] = {
    CO_MUTANT(linear_fwd, nan_in_the_last_element, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(attn_bwd, nan_in_the_first_element, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(linear_fwd, write_past_the_end, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(swiglu_fwd, last_element_forgotten, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(rmsnorm_fwd, input_clobbered, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(rmsnorm_fwd, other_bits_each_time, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(linear_fwd, bf16_result, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(attn_fwd, mask_turned_round, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(attn_fwd, mask_off_by_one, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(linear_bwd_w, sum_overwritten, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(linear_bwd_x, residual_forgotten, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(nf4_dequant, nibbles_swapped, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(lora_down_bwd, mask_of_dropout_redrawn, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(lora_down_fwd, scale_of_the_first_part_down, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(lora_up_bwd, scale_of_the_first_part_up, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(adamw_step, weight_decay_forgotten, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(embed_bwd, one_row_short, CAD_F32, CO_AS_IS, 0),
    CO_MUTANT(attn_decode, one_key_too_few, CAD_F32, CO_AS_IS, 0),
};

/* Failures of a mutant's check in its pass, with the op broken or as it is. */
static int64_t failures_of(const co_mutant *m, bool broken, uint64_t seed, char *pass, size_t size)
{
    cad_ops ops = *co_real;
    if (broken)
        memcpy((char *)&ops + m->place, &m->fn, sizeof(co_any_op));
    checkop t = {.ops = &ops, .op = m->name, .seed = seed, .quiet = broken};
    t.store = m->store;
    t.twist = m->twist;
    t.pick = m->pick;
    if (cad_arena_create("mutant", (size_t)4 << 30, &t.arena) != CAD_OK)
        return -1;
    m->check(&t);
    cad_arena_destroy(t.arena);
    co_pass_name(&t, pass, size);
    return t.failures;
}

/* A mutant counts as caught when its check passes without it: otherwise anything would be caught. */
static int run_all(const co_mutant *list, int n, uint64_t seed)
{
    int survived = 0;
    for (int i = 0; i < n; i++) {
        char pass[64];
        int64_t sound = failures_of(&list[i], false, seed, pass, sizeof pass);
        bool caught = sound == 0 && failures_of(&list[i], true, seed, pass, sizeof pass) > 0;
        printf("mutant %-24s (%s) %s\n", list[i].name, pass, caught ? "caught" : sound ? "FAILS WITHOUT IT" : "SURVIVED");
        survived += !caught;
    }
    return survived;
}

int co_mutants(const cad_ops *ops, uint64_t seed)
{
    co_real = ops;
    int first = run_all(mutants, (int)(sizeof mutants / sizeof mutants[0]), seed);
    int second = run_all(co_mutants_half, co_n_mutants_half, seed);
    return first + second;
}
