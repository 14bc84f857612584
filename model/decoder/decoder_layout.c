/* Shapes of all tensors, their places in the flat buffers, and the addresses of everything inside the arenas. */
#include "core/mem.h"
#include "core/size.h"
#include "kernels/nf4.h"
#include "model/decoder/decoder_impl.h"

#include <stdio.h>

static int64_t pad(int64_t n)
{
    return (n + CAD_PARAM_ALIGN - 1) / CAD_PARAM_ALIGN * CAD_PARAM_ALIGN;
}

/* Enters a tensor into the flat buffers. */
static void train_value(cad_decoder *d, cad_value *v, bool decay, int64_t count, int64_t layer, const char *name)
{
    cad_param *p = &d->param[d->n_param];
    char *text = d->names[d->n_param].name;
    if (layer < 0)
        snprintf(text, CAD_NAME_BYTES, "%s", name);
    else
        snprintf(text, CAD_NAME_BYTES, "model.layers.%lld.%s", (long long)layer, name);
    *p = (cad_param){.name = text,
                     .offset = d->p_size,
                     .count = cad_tensor_count(&v->t),
                     .dim = {v->t.dim[0], v->t.dim[1]},
                     .ndim = v->t.ndim,
                     .decay = decay};
    v->at = d->p_size;
    d->p_size += pad(p->count);
    d->p_count += count;
    d->n_param++;
}

static cad_value vector_value(const cad_decoder *d, int64_t n)
{
    return (cad_value){.t = cad_tensor_1d(d->store, NULL, n), .at = -1};
}

static cad_value matrix_value(const cad_decoder *d, int64_t n, int64_t m)
{
    return (cad_value){.t = cad_tensor_2d(d->store, NULL, n, m), .at = -1};
}

static void train_if_full(cad_decoder *d, cad_value *v, int64_t layer, const char *name)
{
    if (d->opt.train == CAD_TRAIN_full)
        train_value(d, v, v->t.ndim == 2, cad_tensor_count(&v->t), layer, name);
}

static void shape_lora(cad_decoder *d, cad_linear *l, int64_t layer, const char *name)
{
    int64_t count_a = 0, count_b = 0;
    float some = 0;
    for (int i = 0; i < l->n; i++) {
        cad_lora_pair p = cad_lora_pair_of(&d->opt.lora, layer, l->proj[i]);
        l->pair_rank[i] = p.rank;
        l->s[i] = (float)p.scale;
        l->rank = p.rank > l->rank ? p.rank : l->rank;
        some = p.rank > 0 ? l->s[i] : some;
        count_a += p.rank * l->in;
        count_b += p.rank * l->rows[i];
    }
    if (l->rank == 0)
        return;
    for (int i = 0; i < l->n; i++) /* one scale for all, where it can be, is one product */
        l->s[i] = l->pair_rank[i] > 0 ? l->s[i] : some;
    char text[CAD_NAME_BYTES];
    l->a = matrix_value(d, l->n * l->rank, l->in);
    snprintf(text, sizeof text, "%s.lora_A", name);
    train_value(d, &l->a, true, count_a, layer, text);
    l->bl = matrix_value(d, l->out, l->rank);
    snprintf(text, sizeof text, "%s.lora_B", name);
    train_value(d, &l->bl, true, count_b, layer, text);
}

/* `first` and `n`: the projections of the product, in the order of cad_lora_target. */
static void shape_linear(cad_decoder *d, cad_linear *l, int64_t layer, cad_lora_target first, int n, const char *name)
{
    char text[CAD_NAME_BYTES];
    *l = (cad_linear){.n = n};
    for (int i = 0; i < n; i++) {
        l->proj[i] = (cad_lora_target)((int)first + i);
        cad_lora_target_shape(&d->cfg, l->proj[i], &l->rows[i], &l->in);
        l->out += l->rows[i];
        l->parts.end[i] = l->out;
    }
    l->parts.n = n;
    l->parts.group = first == CAD_LORA_gate ? d->group : 0;
    l->w = matrix_value(d, l->out, l->in);
    snprintf(text, sizeof text, "%s.weight", name);
    train_if_full(d, &l->w, layer, text);
    l->b = vector_value(d, l->out);
    if (first == CAD_LORA_q && d->cfg.qkv_bias) {
        snprintf(text, sizeof text, "%s.bias", name);
        train_if_full(d, &l->b, layer, text);
    } else {
        l->b.t.ndim = 0;
    }
    shape_lora(d, l, layer, name);
}

cad_status cad_decoder_shape(cad_decoder *d)
{
    const cad_model_config *c = &d->cfg;
    size_t n = (size_t)c->layers;
    CAD_TRY(cad_mem_alloc(cad_size_mul(n, sizeof *d->layer), "decoder layers", &d->layer));
    CAD_TRY(cad_mem_alloc(cad_size_mul(n, sizeof *d->saved), "decoder activations", &d->saved));
    CAD_TRY(cad_mem_alloc(cad_size_mul(n, sizeof *d->kv.layer), "decoder cache", &d->kv.layer));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(cad_size_mul(15, n), 3), sizeof *d->param), "parameter list", &d->param));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(cad_size_mul(15, n), 3), sizeof *d->names), "parameter names", &d->names));
    d->group = c->ffn % CAD_GATE_GROUP ? c->ffn : CAD_GATE_GROUP;
    d->embed = matrix_value(d, c->vocab, c->width);
    train_if_full(d, &d->embed, -1, "model.embed_tokens.weight");
    for (int64_t i = 0; i < c->layers; i++) {
        cad_layer *l = &d->layer[i];
        l->norm1 = vector_value(d, c->width);
        l->norm2 = vector_value(d, c->width);
        train_if_full(d, &l->norm1, i, "input_layernorm.weight");
        if (c->qk_norm) {
            l->norm_q = vector_value(d, c->head_dim);
            l->norm_k = vector_value(d, c->head_dim);
            train_if_full(d, &l->norm_q, i, "self_attn.q_norm.weight");
            train_if_full(d, &l->norm_k, i, "self_attn.k_norm.weight");
        }
        shape_linear(d, &l->qkv, i, CAD_LORA_q, 3, "self_attn.qkv_proj");
        shape_linear(d, &l->o, i, CAD_LORA_o, 1, "self_attn.o_proj");
        train_if_full(d, &l->norm2, i, "post_attention_layernorm.weight");
        shape_linear(d, &l->gu, i, CAD_LORA_gate, 2, "mlp.gate_up_proj");
        shape_linear(d, &l->down, i, CAD_LORA_down, 1, "mlp.down_proj");
    }
    d->norm = vector_value(d, c->width);
    train_if_full(d, &d->norm, -1, "model.norm.weight");
    d->head = matrix_value(d, c->vocab, c->width);
    if (!c->tie)
        train_if_full(d, &d->head, -1, "lm_head.weight");
    return CAD_OK;
}

/* ---- addresses ---- */

typedef struct lay {
    unsigned char *base;
    size_t used;
} lay;

static void *take(lay *l, int64_t count, size_t size)
{
    unsigned char *p = l->base + l->used;
    l->used += ((size_t)count * size + 63) / 64 * 64;
    return p;
}

static float *take_f(lay *l, int64_t count)
{
    return take(l, count, sizeof(float));
}

/* Elements of the storage type. */
static void *take_s(const cad_decoder *d, lay *l, int64_t count)
{
    return take(l, count, cad_dtype_size(d->store));
}

static void bind_value(const cad_decoder *d, cad_value *v, lay *weights)
{
    if (v->t.ndim == 0)
        return;
    if (v->at < 0)
        v->t.data = take_s(d, weights, cad_tensor_count(&v->t));
    else
        v->t.data = d->p_bf16 ? (void *)(d->p_bf16 + v->at) : (void *)(d->p + v->at);
}

static void bind_linear(const cad_decoder *d, cad_linear *l, lay *weights)
{
    if (d->opt.weights == CAD_WEIGHTS_nf4 && d->opt.nf4_base == CAD_NF4_scratch) {
        int64_t n = l->out * l->in;
        l->q = (cad_nf4){.out = l->out,
                         .in = l->in,
                         .block = CAD_NF4_BLOCK,
                         .codes = cad_tensor_1d(CAD_U8, take(weights, n / 2, 1), n / 2),
                         .absmax = cad_f1(take_f(weights, n / CAD_NF4_BLOCK), n / CAD_NF4_BLOCK)};
    } else {
        bind_value(d, &l->w, weights);
    }
    bind_value(d, &l->b, weights);
    if (l->rank > 0) {
        bind_value(d, &l->a, weights);
        bind_value(d, &l->bl, weights);
    }
}

static void bind_weights(cad_decoder *d, lay *l)
{
    bind_value(d, &d->embed, l);
    for (int64_t i = 0; i < d->cfg.layers; i++) {
        cad_layer *y = &d->layer[i];
        bind_value(d, &y->norm1, l);
        bind_value(d, &y->norm_q, l);
        bind_value(d, &y->norm_k, l);
        bind_linear(d, &y->qkv, l);
        bind_linear(d, &y->o, l);
        bind_value(d, &y->norm2, l);
        bind_linear(d, &y->gu, l);
        bind_linear(d, &y->down, l);
    }
    bind_value(d, &d->norm, l);
    if (d->cfg.tie)
        d->head = d->embed;
    else
        bind_value(d, &d->head, l);
    d->rope = take_f(l, d->positions * d->cfg.head_dim);
}

/* Columns of u that a product takes, in one layer. */
typedef struct lora_columns {
    int64_t qkv, o, gu, down;
} lora_columns;

static void widen(int64_t *columns, const cad_linear *l)
{
    *columns = l->n * l->rank > *columns ? l->n * l->rank : *columns;
}

/* The most that any layer takes. */
static lora_columns most_columns(const cad_decoder *d)
{
    lora_columns most = {0};
    for (int64_t i = 0; i < d->cfg.layers; i++) {
        const cad_layer *l = &d->layer[i];
        widen(&most.qkv, &l->qkv);
        widen(&most.o, &l->o);
        widen(&most.gu, &l->gu);
        widen(&most.down, &l->down);
    }
    return most;
}

static void *take_u(const cad_decoder *d, lay *a, int64_t columns)
{
    return columns > 0 ? take_s(d, a, d->opt.max_tokens * columns) : NULL;
}

static void bind_saved(cad_decoder *d, lay *a)
{
    const cad_model_config *c = &d->cfg;
    int64_t n = d->opt.max_tokens, q = c->heads * c->head_dim, kv = c->kv_heads * c->head_dim;
    bool keep = d->opt.train != CAD_TRAIN_none;
    const lora_columns most = most_columns(d);
    void *r = take_s(d, a, n * c->width);
    for (int64_t i = 0; i < c->layers; i++) {
        cad_saved *s = &d->saved[i];
        if (!keep && i > 0) {
            *s = d->saved[0];
            continue;
        }
        const cad_layer *l = &d->layer[i];
        *s = (cad_saved){.r_in = r, .r_mid = r, .r_out = r};
        if (keep) {
            s->r_mid = take_s(d, a, n * c->width);
            s->r_out = r = take_s(d, a, n * c->width);
        }
        s->rstd1 = take_f(a, n);
        s->rstd2 = take_f(a, n);
        s->qkv = take_s(d, a, n * (q + 2 * kv));
        s->o = take_s(d, a, n * q);
        s->lse = take_f(a, n * c->heads);
        s->gu = take_s(d, a, n * 2 * c->ffn);
        s->u_qkv = take_u(d, a, keep ? l->qkv.n * l->qkv.rank : most.qkv);
        s->u_o = take_u(d, a, keep ? l->o.rank : most.o);
        s->u_gu = take_u(d, a, keep ? l->gu.n * l->gu.rank : most.gu);
        s->u_down = take_u(d, a, keep ? l->down.rank : most.down);
    }
}

static void bind_work(cad_decoder *d, lay *a)
{
    const cad_model_config *c = &d->cfg;
    int64_t n = d->opt.max_tokens, m = d->opt.max_loss_rows;
    const lora_columns most = most_columns(d);
    const int64_t columns[] = {most.qkv, most.o, most.gu, most.down};
    int64_t widest = 0;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        widest = columns[i] > widest ? columns[i] : widest;
    cad_work *w = &d->work;
    w->n = take_s(d, a, n * c->width);
    w->h = take_s(d, a, n * c->ffn);
    if (c->qk_norm) {
        w->qk = take_s(d, a, n * (c->heads + c->kv_heads) * c->head_dim);
        w->qk_rstd = take_f(a, n * (c->heads + c->kv_heads));
    }
    if (d->opt.train != CAD_TRAIN_none) {
        w->dr = take_s(d, a, n * c->width);
        w->dn = take_s(d, a, n * c->width);
        w->dh = take_s(d, a, n * c->ffn);
        w->dqkv = take_s(d, a, n * (c->heads + 2 * c->kv_heads) * c->head_dim);
        w->d_o = take_s(d, a, n * c->heads * c->head_dim);
        w->v = take_s(d, a, n * widest);
        w->dx = take_s(d, a, m * c->width);
    }
    w->x = take_s(d, a, m * c->width);
    w->xn = take_s(d, a, m * c->width);
    w->rstd = take_f(a, m);
    w->nll = take_f(a, m);
    w->top = take(a, m, sizeof *w->top);
    w->logits = take_f(a, (d->opt.slots > 0 ? d->opt.slots : 1) * c->vocab);
}

/* Room for passes of n tokens, s segments and m loss rows. */
static void lay_input(const cad_decoder *d, int64_t n, int64_t s, int64_t m, lay *a, cad_input *in)
{
    int64_t slots = d->opt.slots;
    in->ids = take(a, n, sizeof *in->ids);
    in->row = take(a, n, sizeof *in->row);
    in->pos = take(a, n, sizeof *in->pos);
    in->seg = take(a, s + 1, sizeof *in->seg);
    in->tile = take(a, 4 * cad_attn_tiles_most(n, s), sizeof *in->tile);
    in->loss_row = take(a, m, sizeof *in->loss_row);
    if (d->opt.train == CAD_TRAIN_full)
        in->order = take(a, n, sizeof *in->order);
    in->target = take(a, m, sizeof *in->target);
    in->weight = take_f(a, m);
    if (slots == 0)
        return;
    in->slot = take(a, n, sizeof *in->slot);
    in->len = take(a, n, sizeof *in->len);
    in->temp = take_f(a, slots);
    in->top_p = take_f(a, slots);
    in->min_p = take_f(a, slots);
    in->top_k = take(a, slots, sizeof *in->top_k);
    in->seed = take(a, slots, sizeof *in->seed);
    in->position = take(a, slots, sizeof *in->position);
}

static void bind_inputs(cad_decoder *d, lay *a, lay *host)
{
    const cad_decoder_opts *o = &d->opt;
    size_t before = host->used;
    lay_input(d, o->max_tokens, o->max_segments, o->max_loss_rows, a, &d->in.device);
    lay_input(d, o->max_tokens, o->max_segments, o->max_loss_rows, host, &d->in.host);
    d->in.bytes = host->used - before;
    before = host->used;
    lay_input(d, o->slots, 0, o->slots, a, &d->step.device);
    lay_input(d, o->slots, 0, o->slots, host, &d->step.host);
    d->step.bytes = host->used - before;
}

static size_t lay_drawn(lay *a, int64_t slots, cad_drawn *out)
{
    size_t before = a->used;
    out->id = take(a, slots, sizeof *out->id);
    out->logp = take_f(a, slots);
    return a->used - before;
}

static void bind_cache(cad_decoder *d, lay *a)
{
    const cad_model_config *c = &d->cfg;
    cad_cache *k = &d->kv;
    int64_t s = d->opt.slots, t = k->tokens, cells = s * c->kv_heads * c->head_dim * t;
    if (s == 0)
        return;
    for (int64_t i = 0; i < c->layers; i++)
        k->layer[i] =
            (cad_kv){.k = {.data = take_s(d, a, cells), .dim = {s, c->kv_heads, c->head_dim, t}, .ndim = 4, .dtype = d->store},
                     .v = {.data = take_s(d, a, cells), .dim = {s, c->kv_heads, t, c->head_dim}, .ndim = 4, .dtype = d->store}};
    k->drawn = lay_drawn(a, s, &k->device);
    k->mask = take(a, (c->vocab + 31) / 32, sizeof *k->mask);
}

/* Values pass in pieces of this many; small models need less.  A multiple of the blocks of NF4 and of its nested scales. */
static int64_t stage_size(const cad_decoder *d)
{
    enum { MOST = 1 << 18, STEP = CAD_NF4_BLOCK * CAD_Q8_BLOCK };
    int64_t most = d->cfg.vocab * d->cfg.width;
    for (int t = 0; t < CAD_LORA_TARGET_COUNT; t++) {
        int64_t rows, cols;
        cad_lora_target_shape(&d->cfg, (cad_lora_target)t, &rows, &cols);
        most = rows * cols > most ? rows * cols : most;
    }
    return most < MOST ? (most + STEP - 1) / STEP * STEP : MOST;
}

static void bind_host(cad_decoder *d, lay *host)
{
    int64_t v = d->cfg.vocab;
    d->stage_size = stage_size(d);
    d->stage = take_f(host, d->stage_size);
    d->nll = take_f(host, d->opt.max_loss_rows);
    if (d->opt.train == CAD_TRAIN_full)
        d->order_sum = take(host, v + 1, sizeof *d->order_sum);
    if (d->opt.slots == 0)
        return;
    d->mask = take(host, (v + 31) / 32, sizeof *d->mask);
    lay_drawn(host, d->opt.slots, &d->kv.host);
}

void cad_decoder_bind(cad_decoder *d, unsigned char *const base[CAD_ARENAS])
{
    lay w = {.base = base[CAD_ARENA_weights]}, s = {.base = base[CAD_ARENA_state]};
    lay a = {.base = base[CAD_ARENA_activations]}, host = {.base = base[CAD_ARENA_host]};
    cad_decoder_bytes *b = &d->bytes;
    d->p = take_f(&s, d->p_size);
    d->p_bf16 = d->store == CAD_BF16 && d->p_size > 0 ? take_s(d, &s, d->p_size) : NULL;
    b->values = s.used;
    d->own_g = d->opt.train == CAD_TRAIN_none ? NULL : take_f(&s, d->p_size);
    d->g = d->own_g;
    b->gradients = s.used - b->values;
    bind_weights(d, &w);
    bind_saved(d, &a);
    b->saved = a.used;
    bind_work(d, &a);
    b->work = a.used - b->saved;
    bind_inputs(d, &a, &host);
    b->inputs = a.used - b->saved - b->work;
    bind_cache(d, &a);
    b->cache = a.used - b->saved - b->work - b->inputs;
    b->weights = w.used;
    b->state = s.used;
    b->activations = a.used;
    bind_host(d, &host);
    b->host = host.used;
}
