/* eval/answers.h: answers from a model, or from a function in its place. */
#include "core/progress.h"
#include "eval/answers_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct generating {
    cad_answers *a;
    size_t *slot_of; /* prompt of the call -> slot */
    cad_appender *file;
    cad_progress *progress;
    int64_t done;
    int64_t tokens, before; /* drawn by this call, and by its calls of the engine before the present one */
} generating;

static cad_status append_prediction(const cad_answers *a, const cad_answer_slot *t, const cad_answer *answer,
                                    cad_appender *file)
{
    static const char *const finish[] = {"stop", "length"};
    char seed[24], sha[CAD_HASH_HEX];
    const cad_retrieved *found = a->retrieved ? &a->retrieved[t->row - a->suite->row] : NULL;
    cad_answers_prompt_sha(t->row->prompt, found ? found->text : NULL, sha);
    snprintf(seed, sizeof seed, "%" PRIu64, answer ? answer->seed : 0); /* 64 bits do not survive as a JSON number */
    json_t *text = json_stringn(t->text, t->len);
    json_t *o = json_pack("{ss,ss,sI,ss,so,so,sI,ss,sf,sf,ss}", "key", t->key, "id", t->row->id, "sample",
                          (json_int_t)t->sample, "prompt_sha", sha, "rag_ids", cad_answers_rag_ids(found), "text", text,
                          "n_tokens", (json_int_t)t->tokens, "finish", finish[t->stopped ? 0 : 1], "ms",
                          answer ? answer->ms : 0.0, "logprob", answer ? answer->logprob : 0.0, "seed", seed);
    if (!o || (t->too_large && json_object_set_new(o, "too_large", json_integer((json_int_t)t->too_large))))
        CAD_FAIL(CAD_ENOMEM, "out of memory for a prediction");
    cad_buf line = CAD_BUF_INIT;
    cad_status s = cad_json_print(o, &line);
    if (s == CAD_OK)
        s = cad_appender_line(file, line.data, line.len);
    cad_buf_deinit(&line);
    json_decref(o);
    return s;
}

static cad_status answered(void *ctx, const cad_answer *answer)
{
    generating *g = ctx;
    cad_answer_slot *t = &g->a->slot[g->slot_of[answer->prompt]];
    CAD_TRY(cad_arena_strdup(g->a->arena, answer->text, answer->len, &t->text));
    t->len = answer->len;
    t->tokens = answer->n_tokens;
    t->stopped = answer->finish == CAD_FINISH_stop;
    g->done++;
    return append_prediction(g->a, t, answer, g->file);
}

static cad_status stepped(void *ctx, int64_t tokens, int64_t done)
{
    generating *g = ctx;
    (void)done;
    g->tokens = g->before + tokens;
    cad_progress_also(g->progress, "tok", g->tokens);
    cad_progress_show(g->progress, g->done, NULL);
    return cad_answers_go_on(g->a);
}

cad_prompt cad_answers_prompt(const cad_answers *a, const cad_suite_row *row)
{
    return (cad_prompt){
        .caption = row->prompt, .id = row->id, .retrieved = a->retrieved ? a->retrieved[row - a->suite->row].text : NULL};
}

/* One call of the engine for all missing answers of sample k, each with a seed of its own. */
static cad_status generate_sample(generating *g, cad_engine *e, const cad_decode *o, int64_t k, cad_prompt *prompts)
{
    cad_answers *a = g->a;
    int64_t n = 0;
    for (size_t i = (size_t)k; i < a->n; i += (size_t)a->samples)
        if (!a->slot[i].text) {
            g->slot_of[n] = i;
            prompts[n++] = cad_answers_prompt(a, a->slot[i].row);
        }
    if (n == 0)
        return CAD_OK;
    cad_decode one = *o;
    one.samples = 1;
    one.seed = o->seed + (uint64_t)k;
    g->before = g->tokens;
    return cad_engine_generate(e, prompts, n, &one, answered, stepped, g);
}

cad_status cad_answers_generate(cad_answers *a, cad_engine *e, const cad_decode *o)
{
    generating g = {.a = a};
    cad_prompt *prompts;
    for (size_t i = 0; i < a->n; i++)
        g.done += a->slot[i].text != NULL;
    if (g.done == (int64_t)a->n)
        return CAD_OK;
    CAD_TRY(cad_arena_zalloc(a->arena, a->n, sizeof *g.slot_of, "prompt map", &g.slot_of));
    CAD_TRY(cad_arena_zalloc(a->arena, a->n, sizeof *prompts, "prompts", &prompts));
    CAD_TRY(cad_answers_append(a, "predictions.jsonl", "predictions", &g.file));
    cad_status s = cad_progress_create("generate", g.done, (int64_t)a->n, 0, &g.progress);
    if (s == CAD_OK)
        cad_progress_work(g.progress, a->samples > 1 ? "answers" : "prompts");
    for (int64_t k = 0; s == CAD_OK && k < a->samples; k++)
        s = generate_sample(&g, e, o, k, prompts);
    cad_progress_destroy(g.progress);
    if (s == CAD_OK)
        s = cad_appender_sync(g.file);
    cad_appender_close(g.file);
    return s;
}

cad_status cad_answers_take(cad_answers *a, cad_answer_source source, void *ctx)
{
    cad_appender *file;
    CAD_TRY(cad_answers_append(a, "predictions.jsonl", "predictions", &file));
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < a->n; i++) {
        cad_answer_slot *t = &a->slot[i];
        if (t->text)
            continue;
        cad_answer_text answer = {0};
        s = source(ctx, t->row, &answer);
        t->stopped = answer.text || answer.ended;
        t->len = answer.text ? answer.len : 0;
        t->too_large = answer.too_large;
        if (s == CAD_OK)
            s = cad_arena_strdup(a->arena, answer.text ? answer.text : "", t->len, &t->text);
        if (s == CAD_OK)
            s = append_prediction(a, t, NULL, file);
    }
    if (s == CAD_OK)
        s = cad_appender_sync(file);
    cad_appender_close(file);
    return s;
}
