#include "model/decoder/engine.h"
#include "cad/step/step_answer.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/size.h"
#include "core/utf8.h"
#include "model/decoder/engine_impl.h"

#include <inttypes.h>
#include <string.h>

typedef struct job {
    cad_engine *e;
    const cad_decode *o;
    cad_gen_request *req; /* (n * samples) */
    cad_step_end *end;    /* (n * samples) how far the text of each is from its end */
    int64_t samples;
    cad_ids ids;         /* all prompts end to end */
    cad_buf bytes, text; /* of one answer: as decoded, and as UTF-8 */
    cad_answer_fn done;
    cad_gen_step step;
    void *ctx;
    double start;
} job;

cad_status cad_engine_encode(const cad_engine *e, const cad_prompt *p, cad_ids *out)
{
    const cad_prompt_slots slots = {.caption = p->caption, .retrieved = &p->retrieved, .n_retrieved = p->retrieved != NULL};
    if (p->ids)
        return cad_ids_add(out, p->ids, (size_t)p->n_ids);
    if (e->bos >= 0) {
        uint32_t bos = (uint32_t)e->bos;
        CAD_TRY(cad_ids_add(out, &bos, 1));
    }
    return cad_template_encode(e->tpl, &slots, e->tokenizer, out);
}

static cad_status encode_prompt(job *j, const cad_prompt *p, int64_t i, int64_t *begin)
{
    *begin = (int64_t)j->ids.n;
    CAD_TRY(cad_engine_encode(j->e, p, &j->ids));
    int64_t n = (int64_t)j->ids.n - *begin;
    const cad_decoder_opts *o = cad_decoder_options(j->e->decoder);
    int64_t most = o->context - 1 < o->max_tokens ? o->context - 1 : o->max_tokens;
    if (n < 1 || n > most)
        CAD_FAIL(CAD_EINVAL, "prompt %" PRId64 " (\"%.40s\"): %" PRId64 " tokens; expected 1..%" PRId64, i + 1, p->caption, n,
                 most);
    return CAD_OK;
}

/* The seed of one answer: a function of the run's seed, the prompt's name and the sample alone. */
static uint64_t answer_seed(const cad_prompt *p, uint64_t seed, int64_t sample)
{
    const char *name = p->id ? p->id : p->caption;
    uint64_t words[2] = {cad_hash64(name, strlen(name), seed), (uint64_t)sample};
    return cad_hash64(words, sizeof words, seed);
}

static cad_status prepare(job *j, const cad_prompt *prompts, int64_t n)
{
    int64_t *at, max_new = j->o->max_new > 0 ? j->o->max_new : 4096;
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_mul((size_t)n, (size_t)j->samples), sizeof *j->req), "requests", &j->req));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_mul((size_t)n, (size_t)j->samples), sizeof *j->end), "requests", &j->end));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add((size_t)n, 1), sizeof *at), "prompts", &at));
    cad_status s = CAD_OK;
    for (int64_t i = 0; i < n && s == CAD_OK; i++)
        s = encode_prompt(j, &prompts[i], i, &at[i]);
    at[n] = (int64_t)j->ids.n;
    for (int64_t i = 0; i < n && s == CAD_OK; i++)
        for (int64_t k = 0; k < j->samples; k++)
            j->req[i * j->samples + k] = (cad_gen_request){.prompt = j->ids.id + at[i],
                                                           .n_prompt = at[i + 1] - at[i],
                                                           .max_new = max_new,
                                                           .seed = answer_seed(&prompts[i], j->o->seed, k)};
    cad_mem_free(at);
    return s;
}

/* What follows the end of an exchange file counts for nothing: it is not drawn. */
static cad_status took(void *ctx, int64_t request, uint32_t id, bool *ended)
{
    job *j = ctx;
    cad_step_end *e = &j->end[request];
    if (e->begun < 0)
        return CAD_OK;
    cad_buf_clear(&j->bytes);
    CAD_TRY(cad_tokenizer_decode(j->e->tokenizer, &id, 1, true, &j->bytes));
    *ended = cad_step_end_seen(e, j->bytes.data, j->bytes.len);
    return CAD_OK;
}

static cad_status answered(void *ctx, int64_t request, const cad_gen_result *r)
{
    job *j = ctx;
    cad_buf_clear(&j->bytes);
    cad_buf_clear(&j->text);
    CAD_TRY(cad_tokenizer_decode(j->e->tokenizer, r->ids, (size_t)r->n, true, &j->bytes));
    CAD_TRY(cad_utf8_lossy(cad_buf_cstr(&j->bytes), j->bytes.len, &j->text));
    j->text.len = cad_step_answer_len(cad_buf_cstr(&j->text), j->text.len); /* the last token may hold more than the end */
    cad_answer a = {.prompt = request / j->samples,
                    .sample = request % j->samples,
                    .text = cad_buf_cstr(&j->text),
                    .len = j->text.len,
                    .n_tokens = r->n_drawn,
                    .logprob = r->logprob,
                    .finish = r->finish,
                    .seed = j->req[request].seed,
                    .ms = 1e3 * (cad_clock_now() - j->start)};
    return j->done(j->ctx, &a);
}

static cad_status stepped(void *ctx, int64_t tokens, int64_t done)
{
    job *j = ctx;
    return j->step ? j->step(j->ctx, tokens, done) : CAD_OK;
}

cad_status cad_engine_generate(cad_engine *e, const cad_prompt *prompts, int64_t n, const cad_decode *o, cad_answer_fn done,
                               cad_gen_step step, void *ctx)
{
    job j = {.e = e,
             .o = o,
             .samples = o->samples > 0 ? o->samples : 1,
             .done = done,
             .step = step,
             .ctx = ctx,
             .start = cad_clock_now()};
    if (n < 1)
        return CAD_OK;
    cad_status s = prepare(&j, prompts, n);
    if (s == CAD_OK) {
        const cad_gen_opts g = {.sampling = o->sampling,
                                .stop = e->stop,
                                .n_stop = e->n_stop,
                                .vocab = cad_tokenizer_vocab_size(e->tokenizer),
                                .took = took};
        s = cad_generate(e->decoder, j.req, n * j.samples, &g, answered, stepped, &j);
    }
    cad_mem_free(j.req);
    cad_mem_free(j.end);
    cad_ids_deinit(&j.ids);
    cad_buf_deinit(&j.bytes);
    cad_buf_deinit(&j.text);
    return s;
}

cad_engine_info cad_engine_get_info(const cad_engine *e)
{
    const cad_decoder_opts *o = cad_decoder_options(e->decoder);
    return (cad_engine_info){.path = e->parts.path,
                             .base = e->parts.base,
                             .adapter = e->parts.adapter,
                             .hash = e->hash,
                             .tokenizer_hash = cad_tokenizer_hash(e->tokenizer),
                             .template_hash = e->tpl->hash,
                             .template_text = e->tpl->text,
                             .kind = cad_engine_kind(&e->parts, e->tpl),
                             .rag_index = e->parts.rag_index,
                             .has_retrieved = e->tpl->has_retrieved,
                             .parameters = cad_decoder_parameters(e->decoder),
                             .context = o->context,
                             .slots = o->slots};
}

cad_decoder *cad_engine_decoder(cad_engine *e)
{
    return e->decoder;
}

void cad_engine_close(cad_engine *e)
{
    if (!e)
        return;
    cad_decoder_destroy(e->own_decoder);
    cad_tokenizer_destroy(e->own_tokenizer);
    cad_arena_destroy(e->arena);
    cad_mem_free(e);
}
