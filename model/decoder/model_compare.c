#include "model/decoder/model_compare.h"

#include "core/mem.h"
#include "core/size.h"
#include "core/stop_signal.h"
#include "kernels/device.h"
#include "model/decoder/generate.h"
#include "model/decoder/memory_plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_PROMPT = 256 };

/* Captions as people write them, short and long. */
static const char *const captions[CAD_COMPARE_PROMPTS] = {
    "plate 40x20x5 mm, four 4 mm holes in the corners",
    "A round spacer, outer diameter 12 mm, bore 6.5 mm, 8 mm long.",
    "hex nut M8",
    "An L-shaped bracket of 3 mm sheet with legs of 40 mm and 25 mm, each with two holes of 5.5 mm, edges rounded by 1 mm.",
    "ring",
    "Cylinder of radius 10 and height 30 with a through hole of diameter 4 along its axis and a chamfer of 1 mm at the top.",
    "box 10 x 10 x 10",
    "flange: disc 80 mm wide and 10 mm thick, six 6.6 mm holes on a circle of 60 mm, central bore 25 mm",
};

typedef struct text {
    uint32_t id[MOST_PROMPT + CAD_COMPARE_GREEDY];
    int64_t n_prompt, n;
} text;

typedef struct job {
    cad_arena *arena;
    text text[CAD_COMPARE_PROMPTS];
    cad_gen_opts gen;
    uint32_t stop[CAD_CKPT_STOPS];
    float *logits;  /* (positions, V) of the reference */
    float *one;     /* (longest, V) */
    uint32_t *rows; /* 0, 1, .. */
    int64_t positions, longest, vocab;
} job;

/* ---- prompts ---- */

static cad_status encode(job *j, const cad_ckpt_parts *p, const cad_tokenizer *t, const cad_template *tpl, cad_ids *ids)
{
    uint32_t bos = (uint32_t)cad_tokenizer_bos(t);
    int64_t room = p->model.max_pos - CAD_COMPARE_GREEDY;
    room = room < 1 ? 1 : room < MOST_PROMPT ? room : MOST_PROMPT;
    for (size_t i = 0; i < CAD_COMPARE_PROMPTS; i++) {
        text *x = &j->text[i];
        cad_ids_clear(ids);
        if (p->bos && cad_tokenizer_bos(t) >= 0)
            CAD_TRY(cad_ids_add(ids, &bos, 1));
        CAD_TRY(cad_template_encode(tpl, &(cad_prompt_slots){.caption = captions[i]}, t, ids));
        x->n_prompt = (int64_t)ids->n < room ? (int64_t)ids->n : room;
        memcpy(x->id, ids->id, (size_t)x->n_prompt * sizeof *x->id);
    }
    return CAD_OK;
}

static cad_status make_prompts(job *j, const cad_ckpt_parts *p)
{
    cad_tokenizer *t;
    const cad_template *tpl;
    cad_ids ids = CAD_IDS_INIT;
    CAD_TRY(cad_ckpt_parts_tokenizer(p, j->arena, &t));
    cad_status s = cad_ckpt_parts_template(p, j->arena, &tpl);
    if (s == CAD_OK && !tpl)
        s = cad_template_get("ir", NULL, j->arena, &tpl);
    if (s == CAD_OK)
        s = encode(j, p, t, tpl, &ids);
    j->gen.n_stop = cad_ckpt_stops(&p->model, t, j->stop);
    j->gen.stop = j->stop;
    cad_ids_deinit(&ids);
    cad_tokenizer_destroy(t);
    return s;
}

/* ---- the two models ---- */

static cad_status check_memory(const cad_ckpt_parts *p, const cad_decoder_opts *o, const cad_device *device, const char *who)
{
    cad_memory_plan m = {0};
    CAD_TRY(cad_memory_add_model(&m, &p->model, device->ops, o, NULL));
    cad_memory_add(&m, "", "logits of the first model",
                   (double)(CAD_COMPARE_PROMPTS + 1) * (double)o->max_tokens * (double)p->model.vocab * 4.0);
    return cad_memory_check(&m, device, who);
}

static cad_status open_model(const cad_ckpt_parts *p, cad_decoder **out)
{
    cad_device device;
    int64_t context = p->model.max_pos < MOST_PROMPT + CAD_COMPARE_GREEDY ? p->model.max_pos : MOST_PROMPT + CAD_COMPARE_GREEDY;
    cad_decoder_opts o = {
        .max_tokens = context, .max_segments = CAD_COMPARE_PROMPTS, .slots = CAD_COMPARE_PROMPTS, .context = context};
    cad_ckpt_parts_options(p, &o);
    CAD_TRY(cad_device_open("cpu", &device));
    CAD_TRY(check_memory(p, &o, &device, p->path));
    CAD_TRY(cad_decoder_create(&p->model, device.ops, &o, out));
    return cad_ckpt_parts_load(p, *out);
}

static cad_status keep_answer(void *ctx, int64_t request, const cad_gen_result *r)
{
    job *j = ctx;
    text *x = &j->text[request];
    memcpy(x->id + x->n_prompt, r->ids, (size_t)r->n * sizeof *x->id);
    x->n = x->n_prompt + r->n;
    return CAD_OK;
}

static cad_status look_up(void *ctx, int64_t tokens, int64_t done)
{
    (void)ctx;
    (void)tokens;
    (void)done;
    return cad_stop_abandoned();
}

static cad_status generate(job *j, cad_decoder *d)
{
    cad_gen_request req[CAD_COMPARE_PROMPTS];
    for (size_t i = 0; i < CAD_COMPARE_PROMPTS; i++) {
        int64_t room = cad_decoder_options(d)->context - j->text[i].n_prompt;
        req[i] = (cad_gen_request){.prompt = j->text[i].id,
                                   .n_prompt = j->text[i].n_prompt,
                                   .max_new = room < CAD_COMPARE_GREEDY ? room : CAD_COMPARE_GREEDY};
    }
    return cad_generate(d, req, CAD_COMPARE_PROMPTS, &j->gen, keep_answer, look_up, j);
}

static cad_status logits_of(job *j, cad_decoder *d, const text *x, cad_batch *b, float *out)
{
    CAD_TRY(cad_stop_abandoned());
    cad_batch_clear(b);
    CAD_TRY(cad_batch_add(b, &(cad_batch_row){.ids = x->id, .n = x->n, .weight = 1}));
    return cad_decoder_logits(d, b, j->rows, x->n, out);
}

static cad_status make_buffers(job *j)
{
    for (size_t i = 0; i < CAD_COMPARE_PROMPTS; i++) {
        j->positions += j->text[i].n;
        j->longest = j->text[i].n > j->longest ? j->text[i].n : j->longest;
    }
    size_t row = cad_size_mul((size_t)j->vocab, sizeof(float));
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)j->positions, row), "logits", &j->logits));
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)j->longest, row), "logits", &j->one));
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)j->longest, sizeof *j->rows), "rows", &j->rows));
    for (int64_t i = 0; i < j->longest; i++)
        j->rows[i] = (uint32_t)i;
    return CAD_OK;
}

static cad_status read_reference(job *j, const cad_ckpt_parts *p, cad_decoder *d, cad_model_change *r)
{
    cad_batch *b;
    float *at;
    CAD_TRY(generate(j, d));
    CAD_TRY(make_buffers(j));
    CAD_TRY(cad_batch_create(j->arena, j->longest, 1, &b));
    at = j->logits;
    for (size_t i = 0; i < CAD_COMPARE_PROMPTS; i++) {
        CAD_TRY(logits_of(j, d, &j->text[i], b, at));
        at += j->text[i].n * p->model.vocab;
        r->greedy_tokens += j->text[i].n - j->text[i].n_prompt;
    }
    snprintf(r->before_hash, sizeof r->before_hash, "%s", cad_decoder_base_hash(d));
    return CAD_OK;
}

/* ---- comparing ---- */

typedef struct sums {
    double difference, square, value;
} sums;

static int64_t likeliest(const float *v, int64_t n)
{
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
        best = v[i] > v[best] ? i : best;
    return best;
}

/* One position; *out_top: the merged model's likeliest token. */
static cad_status compare_row(const float *was, const float *is, int64_t vocab, sums *s, cad_model_change *r, int64_t *out_top)
{
    for (int64_t i = 0; i < vocab; i++) {
        double d = fabs((double)was[i] - (double)is[i]);
        if (!isfinite(d))
            CAD_FAIL(CAD_ENUMERIC, "a logit is not finite: %g of the base with its adapter, %g of the merged model",
                     (double)was[i], (double)is[i]);
        r->max_difference = d > r->max_difference ? d : r->max_difference;
        s->difference += d;
        s->value += (double)was[i];
        s->square += (double)was[i] * (double)was[i];
    }
    *out_top = likeliest(is, vocab);
    r->agree += *out_top == likeliest(was, vocab);
    return CAD_OK;
}

static cad_status compare(job *j, cad_decoder *d, cad_model_change *r)
{
    cad_batch *b;
    sums s = {0};
    const float *was = j->logits;
    CAD_TRY(cad_batch_create(j->arena, j->longest, 1, &b));
    for (size_t i = 0; i < CAD_COMPARE_PROMPTS; i++) {
        const text *x = &j->text[i];
        bool same = true;
        CAD_TRY(logits_of(j, d, x, b, j->one));
        for (int64_t k = 0; k < x->n; k++, was += j->vocab) {
            int64_t top = 0;
            CAD_TRY(compare_row(was, j->one + k * j->vocab, j->vocab, &s, r, &top));
            same = same && (k + 1 < x->n_prompt || k + 1 == x->n || top == x->id[k + 1]);
        }
        r->greedy_same += same;
    }
    double n = (double)j->positions * (double)j->vocab, mean = s.value / n, variance = s.square / n - mean * mean;
    r->positions = j->positions;
    r->mean_difference = s.difference / n;
    r->spread = variance > 0 ? sqrt(variance) : 0;
    snprintf(r->after_hash, sizeof r->after_hash, "%s", cad_decoder_base_hash(d));
    return CAD_OK;
}

static cad_status run(job *j, const cad_ckpt_parts *p, const char *after, cad_model_change *r)
{
    cad_decoder *d = NULL;
    cad_ckpt_parts m;
    CAD_TRY(make_prompts(j, p));
    cad_status s = open_model(p, &d);
    if (s == CAD_OK)
        s = read_reference(j, p, d, r);
    cad_decoder_destroy(d);
    CAD_TRY(s);
    d = NULL;
    CAD_TRY(cad_ckpt_parts_find(after, j->arena, &m));
    CAD_TRY(cad_ckpt_parts_read(&m, NULL, j->arena));
    s = open_model(&m, &d);
    if (s == CAD_OK)
        s = compare(j, d, r);
    cad_decoder_destroy(d);
    return s;
}

cad_status cad_model_compare(const cad_ckpt_parts *before, const char *after, cad_arena *a, cad_model_change *out)
{
    job *j;
    cad_model_change r = {0};
    CAD_TRY(cad_mem_alloc(sizeof *j, "comparison of models", &j));
    j->arena = a;
    j->gen.sampling.top_p = 1;
    j->vocab = before->model.vocab;
    cad_status s = run(j, before, after, &r);
    cad_mem_free(j->logits);
    cad_mem_free(j->one);
    cad_mem_free(j->rows);
    cad_mem_free(j);
    if (s == CAD_OK)
        *out = r;
    return s;
}
