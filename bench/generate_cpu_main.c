/* Batched greedy decoding of a model on prompts of the generator: tokens a second, loading not counted.
 *
 *     generate_cpu MODEL PROMPTS SLOTS THREADS OUT_DIR
 *
 * OUT_DIR gets prompts.u32 (for each prompt: number of ids, the ids) and ours.json (answers in the order of the prompts, rate):
 * what bench/generate_cpu.py puts to transformers. */
#include "bench/bench_rows.h"
#include "bench/blas_peak.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/threads.h"
#include "model/decoder/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20261, MAX_NEW = 160, PROMPT_ROOM = 224, MAX_PROMPTS = 100000 };

typedef struct bench {
    const char *model, *dir;
    int64_t n, slots, tokens, prompt_tokens, layers, head; /* weights of the linears: of all layers, of the output */
    cad_arena *arena;
    bench_rows rows;
    cad_prompt *prompt;
    const char **answer;
    cad_buf file;
    double seconds, peak; /* GFLOP/s */
} bench;

static cad_status make_prompts(bench *b)
{
    cad_ids ids = CAD_IDS_INIT;
    cad_status s = CAD_OK;
    for (int64_t i = 0; s == CAD_OK && i < b->n; i++) {
        size_t n = 0;
        uint32_t count;
        cad_ids_clear(&ids);
        s = bench_rows_get(&b->rows, (uint64_t)i, false, b->arena, &ids, &n, &b->prompt[i].caption);
        count = (uint32_t)n;
        b->prompt_tokens += count;
        if (s == CAD_OK)
            s = cad_buf_add(&b->file, &count, sizeof count);
        if (s == CAD_OK)
            s = cad_buf_add(&b->file, ids.id, n * sizeof *ids.id);
    }
    cad_ids_deinit(&ids);
    return s;
}

static cad_status take(void *ctx, const cad_answer *a)
{
    bench *b = ctx;
    b->tokens += a->n_tokens;
    return cad_arena_strdup(b->arena, a->text, a->len, &b->answer[a->prompt]);
}

static cad_status generate(bench *b)
{
    const cad_engine_opts e = {.slots = b->slots, .context = MAX_NEW + PROMPT_ROOM};
    const cad_decode o = {.sampling = {.temp = 0, .top_p = 1}, .max_new = MAX_NEW, .samples = 1, .seed = SEED};
    cad_engine *engine;
    CAD_TRY(cad_engine_open(b->model, &e, &engine));
    const cad_model_config *m = cad_decoder_config(cad_engine_decoder(engine));
    b->layers = m->layers * m->width * ((2 * m->heads + 2 * m->kv_heads) * m->head_dim + 3 * m->ffn);
    b->head = m->width * m->vocab;
    double start = cad_clock_now();
    cad_status s = cad_engine_generate(engine, b->prompt, b->n, &o, take, NULL, b);
    b->seconds = cad_clock_now() - start;
    cad_engine_close(engine);
    return s;
}

/* The layers see every token but the last one drawn of an answer; the output layer has one row for each token drawn. */
static double flops_of(const bench *b)
{
    return 2.0 * ((double)b->layers * (double)(b->prompt_tokens + b->tokens - b->n) + (double)b->head * (double)b->tokens);
}

static cad_status write_files(const bench *b)
{
    cad_buf path = CAD_BUF_INIT;
    json_t *text = json_array();
    for (int64_t i = 0; i < b->n; i++)
        json_array_append_new(text, json_string(b->answer[i]));
    json_t *o = json_pack("{s:f, s:f, s:f, s:I, s:f, s:i, s:o}", "tokens_s", (double)b->tokens / b->seconds, "peak_gflops",
                          b->peak, "flops", flops_of(b), "tokens", (json_int_t)b->tokens, "seconds", b->seconds, "max_new",
                          MAX_NEW, "answers", text);
    cad_status s = cad_buf_printf(&path, "%s/ours.json", b->dir);
    if (s == CAD_OK)
        s = bench_write_json(o, path.data);
    else
        json_decref(o);
    cad_buf_clear(&path);
    if (s == CAD_OK)
        s = cad_buf_printf(&path, "%s/prompts.u32", b->dir);
    if (s == CAD_OK)
        s = cad_fs_write(path.data, b->file.data, b->file.len);
    cad_buf_deinit(&path);
    return s;
}

static cad_status run(bench *b, int threads)
{
    CAD_TRY(cad_threads_init(threads));
    CAD_TRY(cad_arena_create("bench", (size_t)1 << 30, &b->arena));
    CAD_TRY(bench_blas_peak(b->arena, &b->peak));
    CAD_TRY(cad_arena_zalloc(b->arena, (size_t)b->n, sizeof *b->prompt, "prompts", &b->prompt));
    CAD_TRY(cad_arena_zalloc(b->arena, (size_t)b->n, sizeof *b->answer, "answers", &b->answer));
    CAD_TRY(cad_fs_mkdirs(b->dir));
    CAD_TRY(bench_rows_open(b->model, SEED, b->arena, &b->rows));
    CAD_TRY(make_prompts(b));
    CAD_TRY(generate(b));
    printf("%lld prompts, %lld at once, %d threads: %.0f tokens/s\n", (long long)b->n, (long long)b->slots, cad_threads_count(),
           (double)b->tokens / b->seconds);
    return write_files(b);
}

int main(int argc, char **argv)
{
    bench b = {.file = CAD_BUF_INIT};
    cad_status s = CAD_OK;
    if (argc != 6)
        s = cad_fail(CAD_EUSAGE, "generate_cpu MODEL PROMPTS SLOTS THREADS OUT_DIR");
    if (s == CAD_OK) {
        b.model = argv[1];
        b.n = atoll(argv[2]);
        b.slots = atoll(argv[3]);
        b.dir = argv[5];
        if (b.n < 1 || b.n > MAX_PROMPTS)
            s = cad_fail(CAD_EUSAGE, "1 to %d prompts", MAX_PROMPTS);
    }
    if (s == CAD_OK)
        s = run(&b, atoi(argv[4]));
    if (s != CAD_OK)
        fprintf(stderr, "generate_cpu: error: %s\n", cad_error_text());
    bench_rows_close(&b.rows);
    cad_buf_deinit(&b.file);
    cad_arena_destroy(b.arena);
    return cad_status_exit_code(s);
}
