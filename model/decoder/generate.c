/* The loop of batched generation: admit requests into free slots (one packed prefill), then one token per busy slot and step.
 */
#include "model/decoder/generate.h"
#include "core/mem.h"
#include "core/size.h"
#include "model/decoder/decoder_impl.h"

#include <inttypes.h>
#include <string.h>

typedef struct slot_state {
    int64_t request; /* -1: free */
    int64_t length;  /* tokens whose keys stand in the cache */
    int64_t drawn;
    double logprob;
    uint32_t next; /* token drawn last, not yet in the cache */
} slot_state;

typedef struct gen {
    cad_decoder *d;
    const cad_gen_request *req;
    const cad_gen_opts *opt;
    int64_t n, next; /* requests; the first one not admitted */
    int64_t slots, busy, done, tokens;
    slot_state *slot; /* (slots) */
    uint32_t *answer; /* (slots, context) */
    int32_t *who;     /* (slots) slot of each drawn row */
    cad_gen_done on_done;
    cad_gen_step on_step;
    void *ctx;
} gen;

const char *cad_finish_name(cad_finish f)
{
    return f == CAD_FINISH_stop ? "stop" : "length";
}

static cad_status check_requests(const cad_decoder *d, const cad_gen_request *req, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t len = req[i].n_prompt;
        if (len < 1 || len >= d->kv.tokens || len > d->opt.max_tokens)
            CAD_FAIL(CAD_EINVAL,
                     "generate: request %" PRId64 " has a prompt of %" PRId64 " tokens; expected 1..%" PRId64
                     " (context %" PRId64 ", tokens per pass %" PRId64 ")",
                     i, len, d->kv.tokens - 1 < d->opt.max_tokens ? d->kv.tokens - 1 : d->opt.max_tokens, d->kv.tokens,
                     d->opt.max_tokens);
        for (int64_t k = 0; k < len; k++)
            if ((int64_t)req[i].prompt[k] >= d->cfg.vocab)
                CAD_FAIL(CAD_EINVAL,
                         "generate: request %" PRId64 ", token %" PRId64 " is %" PRIu32 "; the model has %" PRId64 " rows", i,
                         k, req[i].prompt[k], d->cfg.vocab);
    }
    return CAD_OK;
}

static cad_status set_mask(cad_decoder *d, int64_t vocab)
{
    int64_t v = d->cfg.vocab, allowed = vocab > 0 && vocab < v ? vocab : v;
    size_t bytes = (size_t)((v + 31) / 32) * sizeof *d->mask;
    memset(d->mask, 0, bytes);
    for (int64_t i = 0; i < allowed; i++)
        d->mask[i / 32] |= (uint32_t)1 << (i % 32);
    return d->ops->mem_put(d->kv.mask, d->mask, bytes, NULL);
}

/* Draw `k` of the pass is that of slot s, from row `row`; what it needs to know about its request. */
static void set_draw(gen *g, cad_input *in, int64_t k, int32_t s, int64_t row)
{
    const cad_sampling *o = &g->opt->sampling;
    in->loss_row[k] = (uint32_t)row;
    in->temp[k] = (float)o->temp;
    in->top_p[k] = (float)o->top_p;
    in->min_p[k] = (float)o->min_p;
    in->top_k[k] = (int32_t)o->top_k;
    in->seed[k] = g->req[g->slot[s].request].seed;
    in->position[k] = (uint32_t)g->slot[s].drawn;
    g->who[k] = s;
}

static bool stops(const gen *g, uint32_t id)
{
    for (int64_t i = 0; i < g->opt->n_stop; i++)
        if (g->opt->stop[i] == id)
            return true;
    return false;
}

/* The answer of slot s: its first n tokens. */
static cad_status finish(gen *g, int32_t s, int64_t n, cad_finish why)
{
    slot_state *t = &g->slot[s];
    cad_gen_result r = {
        .ids = g->answer + s * g->d->kv.tokens, .n = n, .n_drawn = t->drawn, .logprob = t->logprob, .finish = why};
    int64_t request = t->request;
    t->request = -1;
    g->busy--;
    g->done++;
    return g->on_done(g->ctx, request, &r);
}

/* Takes in the tokens just drawn for rows 0..n-1. */
static cad_status take_draws(gen *g, int64_t n)
{
    for (int64_t k = 0; k < n; k++) {
        int32_t s = g->who[k];
        slot_state *t = &g->slot[s];
        uint32_t id = g->d->kv.host.id[k];
        g->answer[s * g->d->kv.tokens + t->drawn++] = id;
        g->tokens++;
        t->logprob += (double)g->d->kv.host.logp[k];
        t->next = id;
        bool stop = stops(g, id), ended = false;
        if (!stop && g->opt->took)
            CAD_TRY(g->opt->took(g->ctx, t->request, id, &ended));
        if (stop || ended)
            CAD_TRY(finish(g, s, t->drawn - stop, CAD_FINISH_stop));
        else if (t->drawn >= g->req[t->request].max_new || t->length >= g->d->kv.tokens)
            CAD_TRY(finish(g, s, t->drawn, CAD_FINISH_length));
    }
    return g->on_step ? g->on_step(g->ctx, g->tokens, g->done) : CAD_OK;
}

static cad_status skip_empty(gen *g)
{
    while (g->next < g->n && g->req[g->next].max_new < 1) {
        cad_gen_result r = {.ids = g->answer, .finish = CAD_FINISH_length};
        g->done++;
        CAD_TRY(g->on_done(g->ctx, g->next++, &r));
    }
    return CAD_OK;
}

/* A pass over what stands in `in`, one draw for each of the first n rows that it names. */
static cad_status run_pass(gen *g, const cad_inputs *in, const cad_pass *p, int64_t n)
{
    cad_decoder *d = g->d;
    CAD_TRY(cad_decoder_send(d, in));
    CAD_TRY(cad_decoder_forward(d, p));
    CAD_TRY(cad_decoder_draw(d, p, n));
    CAD_TRY(cad_ops_fetch(d->ops, d->kv.host.id, d->kv.device.id, d->kv.drawn)); /* the first of the block */
    return take_draws(g, n);
}

/* Packs as many waiting prompts as there is room for; keys and values go into the cache, each prompt's last row is drawn from.
 */
static cad_status prefill(gen *g)
{
    cad_decoder *d = g->d;
    cad_input *in = &d->in.host;
    cad_pass p = {.cache = true, .in = &d->in.device};
    int64_t rows = 0;
    in->seg[0] = 0;
    for (int32_t s = 0; s < g->slots; s++) {
        CAD_TRY(skip_empty(g));
        if (g->next == g->n)
            break;
        const cad_gen_request *r = &g->req[g->next];
        if (g->slot[s].request >= 0)
            continue;
        if (p.n + r->n_prompt > d->opt.max_tokens)
            break;
        for (int64_t i = 0; i < r->n_prompt; i++) {
            in->ids[p.n + i] = r->prompt[i];
            in->pos[p.n + i] = (int32_t)i;
            in->slot[p.n + i] = s;
            in->row[p.n + i] = 0;
        }
        p.n += r->n_prompt;
        in->seg[++p.n_seg] = (int32_t)p.n;
        g->slot[s] = (slot_state){.request = g->next++, .length = r->n_prompt};
        g->busy++;
        set_draw(g, in, rows++, s, p.n - 1);
    }
    p.n_tile = cad_attn_tiles(in->seg, p.n_seg, in->tile);
    return rows == 0 ? CAD_OK : run_pass(g, &d->in, &p, rows);
}

static cad_status one_step(gen *g)
{
    cad_decoder *d = g->d;
    cad_input *in = &d->step.host;
    cad_pass p = {.cache = true, .decode = true, .in = &d->step.device};
    for (int32_t s = 0; s < g->slots; s++) {
        slot_state *t = &g->slot[s];
        if (t->request < 0)
            continue;
        in->ids[p.n] = t->next;
        in->pos[p.n] = (int32_t)t->length;
        in->slot[p.n] = s;
        in->row[p.n] = 0;
        in->len[p.n] = (int32_t)++t->length;
        set_draw(g, in, p.n, s, p.n);
        p.n++;
    }
    return run_pass(g, &d->step, &p, p.n);
}

static cad_status run(gen *g)
{
    /* A prefill of many prompts costs little more than one of a few, so free slots are collected first. */
    int64_t enough = g->slots / 8 > 1 ? g->slots / 8 : 1;
    for (int32_t s = 0; s < g->slots; s++)
        g->slot[s].request = -1;
    CAD_TRY(skip_empty(g));
    while (g->done < g->n) {
        if (g->next < g->n && (g->slots - g->busy >= enough || g->busy == 0))
            CAD_TRY(prefill(g));
        if (g->busy > 0)
            CAD_TRY(one_step(g));
    }
    return CAD_OK;
}

cad_status cad_generate(cad_decoder *d, const cad_gen_request *req, int64_t n, const cad_gen_opts *o, cad_gen_done done,
                        cad_gen_step step, void *ctx)
{
    if (d->opt.slots < 1)
        CAD_FAIL(CAD_EINVAL, "generate: the decoder was opened without slots for generation");
    CAD_TRY(check_requests(d, req, n));
    gen g = {.d = d, .req = req, .opt = o, .n = n, .slots = d->opt.slots, .on_done = done, .on_step = step, .ctx = ctx};
    size_t slots = (size_t)g.slots;
    cad_status s;
    CAD_TRY(set_mask(d, o->vocab));
    CAD_TRY_GOTO(s, cad_mem_alloc(cad_size_mul(slots, sizeof *g.slot), "generation slots", &g.slot), end);
    CAD_TRY_GOTO(
        s,
        cad_mem_alloc(cad_size_mul(cad_size_mul(slots, (size_t)d->kv.tokens), sizeof *g.answer), "generated tokens", &g.answer),
        end);
    CAD_TRY_GOTO(s, cad_mem_alloc(cad_size_mul(slots, sizeof *g.who), "generation slots", &g.who), end);
    s = run(&g);
end:
    cad_mem_free(g.slot);
    cad_mem_free(g.answer);
    cad_mem_free(g.who);
    return s;
}
