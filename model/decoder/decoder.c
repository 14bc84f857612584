#include "model/decoder/decoder.h"
#include "core/mem.h"
#include "kernels/nf4.h"
#include "model/decoder/decoder_impl.h"

#include <inttypes.h>

enum { KV_STEP = 64 }; /* the cache's capacity is a multiple of this */

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static cad_status check_options(const cad_decoder_opts *o)
{
    if (o->max_tokens < 1 || o->max_segments < 0 || o->max_loss_rows < 0 || o->slots < 0 || o->context < 0)
        CAD_FAIL(CAD_EINVAL, "decoder: planned for %" PRId64 " tokens, %" PRId64 " segments, %" PRId64 " loss rows",
                 o->max_tokens, o->max_segments, o->max_loss_rows);
    if (!o->slots != !o->context)
        CAD_FAIL(CAD_EINVAL, "decoder: %" PRId64 " slots of %" PRId64 " tokens; expected both or neither", o->slots,
                 o->context);
    if (o->train == CAD_TRAIN_lora && o->lora.rank < 1)
        CAD_FAIL(CAD_EINVAL, "decoder: train = lora with rank %" PRId64 "; expected 1 or more", o->lora.rank);
    if (o->train == CAD_TRAIN_full && (o->lora.rank > 0 || o->weights == CAD_WEIGHTS_nf4))
        CAD_FAIL(CAD_EINVAL, "decoder: all weights are trained; LoRA and NF4 are for frozen ones");
    if (o->lora.rank > 0 && (o->lora.rank > 1024 || !(o->lora.dropout >= 0 && o->lora.dropout < 1)))
        CAD_FAIL(CAD_EINVAL, "decoder: LoRA rank %" PRId64 ", dropout %g; expected 1..1024 and 0 <= dropout < 1", o->lora.rank,
                 o->lora.dropout);
    if (o->lora.rank > 0 && o->lora.rules && !o->lora.pair)
        CAD_FAIL(CAD_EINVAL, "decoder: the rules of an adapter were not applied to the model (cad_peft_resolve)");
    return CAD_OK;
}

/* Rows of codes stand in fused matrices, so a block must not go on in the next row. */
static cad_status check_codes(cad_decoder *d)
{
    if (d->opt.weights != CAD_WEIGHTS_nf4 || d->opt.nf4_base != CAD_NF4_scratch)
        return CAD_OK;
    for (int64_t i = 0; i < cad_named_count(d); i++) {
        cad_named t;
        cad_named_get(d, i, &t);
        if (t.kind == CAD_KIND_matrix && t.dim[1] % CAD_NF4_BLOCK)
            CAD_FAIL(CAD_EREFUSED,
                     "decoder: %s has rows of %" PRId64
                     "; nf4_base = scratch holds rows in multiples of %d; use nf4_base = resident",
                     t.name, t.dim[1], CAD_NF4_BLOCK);
    }
    return CAD_OK;
}

static cad_decoder_opts filled(const cad_decoder_opts *in)
{
    cad_decoder_opts o = *in;
    if (o.lora.rank > 0 && o.lora.targets == 0)
        o.lora.targets = CAD_LORA_ALL;
    if (o.lora.rank < 1)
        o.lora = (cad_lora_config){0};
    o.max_tokens = max64(o.max_tokens, o.slots);
    o.max_segments = o.max_segments ? max64(o.max_segments, o.slots) : o.max_tokens;
    o.max_loss_rows = o.max_loss_rows ? max64(o.max_loss_rows, o.slots) : o.max_tokens;
    o.context = (o.context + KV_STEP - 1) / KV_STEP * KV_STEP;
    return o;
}

/* Round one: shapes, and the bytes of each arena. */
static cad_status measure(const cad_model_config *cfg, const cad_ops *ops, const cad_decoder_opts *o, cad_decoder *d)
{
    CAD_TRY(cad_model_config_check(cfg, "decoder"));
    CAD_TRY(check_options(o));
    d->cfg = *cfg;
    d->opt = filled(o);
    d->ops = ops;
    d->store = o->bf16 ? CAD_BF16 : ops->store;
    d->kv.tokens = d->opt.context;
    d->positions = max64(d->opt.max_tokens, d->opt.context);
    CAD_TRY(cad_decoder_shape(d));
    CAD_TRY(check_codes(d));
    /* Any address that is not NULL: nothing is read or written there. */
    static unsigned char nowhere[64] __attribute__((aligned(64)));
    unsigned char *const base[CAD_ARENAS] = {nowhere, nowhere, nowhere, nowhere, nowhere};
    cad_decoder_bind(d, base);
    d->measuring = true;
    CAD_TRY(cad_decoder_measure(d));
    d->measuring = false;
    size_t nf4 = d->opt.weights == CAD_WEIGHTS_nf4 || d->cfg.quant.nf4 ? cad_nf4_work_bytes(d) : 0;
    d->bytes.scratch = d->scratch_need > nf4 ? d->scratch_need : nf4;
    return CAD_OK;
}

/* The table of angles is made once, so what it takes here goes back at once. */
static cad_status send_rope(cad_decoder *d)
{
    const cad_model_config *c = &d->cfg;
    cad_rope_config rope = {.theta = c->theta};
    if (c->rope == CAD_ROPE_llama3)
        rope = (cad_rope_config){.theta = c->theta,
                                 .factor = c->rope_factor,
                                 .low = c->rope_low,
                                 .high = c->rope_high,
                                 .original = (double)c->rope_original};
    size_t bytes = (size_t)(d->positions * c->head_dim) * sizeof(float);
    float *table;
    CAD_TRY(cad_mem_alloc(bytes, "rotary angles", &table));
    cad_rope_table(&rope, d->positions, c->head_dim, table);
    cad_status s = d->ops->mem_put(d->rope, table, bytes, NULL);
    cad_mem_free(table);
    return s;
}

/* The padding between tensors is read with them, by sums and copies of whole buffers. */
static cad_status zero_values(cad_decoder *d)
{
    CAD_TRY(d->ops->fill(&(cad_fill_args){.y = cad_f1(d->p, d->p_size)}, NULL));
    if (d->g)
        CAD_TRY(d->ops->fill(&(cad_fill_args){.y = cad_f1(d->g, d->p_size)}, NULL));
    return cad_decoder_refresh(d);
}

static cad_status build(cad_decoder *d)
{
    static const char *const name[CAD_ARENAS] = {"weights", "state", "activations", "scratch", "host"};
    const size_t want[CAD_ARENAS] = {d->bytes.weights, d->bytes.state, d->bytes.activations, d->bytes.scratch, d->bytes.host};
    unsigned char *base[CAD_ARENAS];
    for (int i = 0; i < CAD_ARENAS; i++) {
        size_t room = want[i] + 64;
        CAD_TRY(i == CAD_ARENA_host ? cad_arena_create(name[i], room, &d->arena[i])
                                    : cad_ops_arena(d->ops, name[i], room, &d->arena[i]));
        CAD_TRY(cad_arena_alloc(d->arena[i], want[i], "decoder", &base[i]));
    }
    cad_decoder_bind(d, base);
    d->scratch = (cad_scratch){.data = base[CAD_ARENA_scratch], .bytes = want[CAD_ARENA_scratch]};
    CAD_TRY(zero_values(d));
    return send_rope(d);
}

cad_status cad_decoder_sketch(const cad_model_config *cfg, const cad_ops *ops, const cad_decoder_opts *o, cad_decoder **out)
{
    cad_decoder *d;
    CAD_TRY(cad_mem_alloc(sizeof *d, "decoder", &d));
    cad_status s = measure(cfg, ops, o, d);
    if (s != CAD_OK) {
        cad_decoder_destroy(d);
        return s;
    }
    d->p = d->g = d->own_g = NULL;
    d->p_bf16 = NULL;
    *out = d;
    return CAD_OK;
}

cad_decoder_bytes cad_decoder_plan(const cad_decoder *d)
{
    return d->bytes;
}

cad_status cad_decoder_create(const cad_model_config *cfg, const cad_ops *ops, const cad_decoder_opts *o, cad_decoder **out)
{
    cad_decoder *d;
    CAD_TRY(cad_decoder_sketch(cfg, ops, o, &d));
    cad_status s = build(d);
    if (s != CAD_OK) {
        cad_decoder_destroy(d);
        return s;
    }
    *out = d;
    return CAD_OK;
}

void cad_decoder_destroy(cad_decoder *d)
{
    if (!d)
        return;
    for (int i = 0; i < CAD_ARENAS; i++)
        cad_arena_destroy(d->arena[i]);
    cad_mem_free(d->layer);
    cad_mem_free(d->saved);
    cad_mem_free(d->kv.layer);
    cad_mem_free(d->param);
    cad_mem_free(d->names);
    cad_mem_free(d);
}

const cad_model_config *cad_decoder_config(const cad_decoder *d)
{
    return &d->cfg;
}

const cad_decoder_opts *cad_decoder_options(const cad_decoder *d)
{
    return &d->opt;
}

const cad_ops *cad_decoder_ops(const cad_decoder *d)
{
    return d->ops;
}

const cad_arena *cad_decoder_arena(const cad_decoder *d, int i)
{
    return d->arena[i];
}

const char *cad_decoder_base_hash(const cad_decoder *d)
{
    return d->hash;
}

cad_params cad_decoder_params(const cad_decoder *d)
{
    return (cad_params){.item = d->param,
                        .n = d->n_param,
                        .p = d->p,
                        .g = d->own_g,
                        .p_bf16 = d->p_bf16,
                        .size = d->p_size,
                        .count = d->p_count};
}

cad_status cad_decoder_refresh(cad_decoder *d)
{
    if (!d->p_bf16)
        return CAD_OK;
    cad_tensor half = cad_tensor_1d(CAD_BF16, d->p_bf16, d->p_size);
    return d->ops->cast(&(cad_cast_args){.x = cad_f1(d->p, d->p_size), .y = half}, NULL);
}

void cad_decoder_set_grad(cad_decoder *d, float *g)
{
    d->g = g ? g : d->own_g;
}
