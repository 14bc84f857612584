#include "train/eval_loss.h"

static int64_t most_rows(const cad_loader *l, int64_t max_tokens)
{
    int64_t shortest = l->longest;
    for (int64_t r = 0; r < l->n_rows; r++)
        shortest = l->row_tokens[r] < shortest ? l->row_tokens[r] : shortest;
    return max_tokens / shortest;
}

/* Rows from `at` on that one pass takes. */
static int64_t rows_of_pass(const cad_loader *l, int64_t at, int64_t max_tokens, int64_t max_rows)
{
    int64_t n = 0, tokens = 0;
    while (at + n < l->n_rows && n < max_rows && tokens + l->row_tokens[at + n] <= max_tokens)
        tokens += l->row_tokens[at + n++];
    return n;
}

cad_eval_extent cad_evaluator_survey(const cad_loader *l, int64_t max_tokens)
{
    const cad_evaluator *e = NULL;
    cad_eval_extent most = {.rows = most_rows(l, max_tokens)};
    for (int64_t at = 0, n; (n = rows_of_pass(l, at, max_tokens, most.rows)) > 0; at += n) {
        int64_t tokens = 0, targets = 0;
        for (int64_t r = at; r < at + n; r++) {
            tokens += l->row_tokens[r];
            targets += l->row_targets[r];
        }
        most.tokens = tokens > most.tokens ? tokens : most.tokens;
        most.targets = targets > most.targets ? targets : most.targets;
    }
    most.bytes = cad_batch_bytes(max_tokens, most.rows) + (size_t)max_tokens * (sizeof *e->nll + sizeof *e->top) +
                 (size_t)most.rows * sizeof *e->row;
    return most;
}

cad_status cad_evaluator_init(cad_evaluator *e, cad_decoder *d, const cad_loader *l, const cad_tokenizer *t, int64_t max_tokens,
                              cad_arena *a)
{
    if (l->longest > max_tokens) {
        char name[64];
        cad_loader_row_name(l, l->longest_row, name);
        CAD_FAIL(CAD_EDATA, "data.val: row '%s' has %lld tokens; a pass holds %lld", name, (long long)l->longest,
                 (long long)max_tokens);
    }
    *e = (cad_evaluator){.decoder = d, .loader = l, .tokenizer = t, .max_tokens = max_tokens};
    e->max_rows = most_rows(l, max_tokens);
    CAD_TRY(cad_batch_create(a, max_tokens, e->max_rows, &e->batch));
    CAD_TRY(cad_arena_zalloc(a, (size_t)max_tokens, sizeof *e->nll, "evaluation", &e->nll));
    CAD_TRY(cad_arena_zalloc(a, (size_t)max_tokens, sizeof *e->top, "evaluation", &e->top));
    return cad_arena_zalloc(a, (size_t)e->max_rows, sizeof *e->row, "evaluation", &e->row);
}

/* Bytes that the targets of the batch stand for; the end token and other special ones stand for none. */
static int64_t answer_bytes(const cad_evaluator *e)
{
    int64_t sum = 0;
    for (int64_t k = 0; k < e->batch->n_loss; k++) {
        uint32_t id = e->batch->target[k];
        size_t len = 0;
        if ((int64_t)id < cad_tokenizer_vocab_size(e->tokenizer) && !cad_tokenizer_is_special(e->tokenizer, id))
            cad_tokenizer_bytes(e->tokenizer, id, &len);
        sum += (int64_t)len;
    }
    return sum;
}

cad_status cad_evaluator_run(cad_evaluator *e, int64_t passes, cad_eval_result *out)
{
    const cad_loader *l = e->loader;
    cad_eval_result r = {0};
    double nll = 0.0;
    int64_t bytes = 0, exact = 0;
    for (int64_t at = 0; at < l->n_rows && (passes == 0 || r.passes < passes); r.passes++) {
        int64_t n = rows_of_pass(l, at, e->max_tokens, e->max_rows);
        for (int64_t i = 0; i < n; i++)
            e->row[i] = at++;
        CAD_TRY(cad_loader_fill(l, e->row, n, 0.0, e->batch));
        CAD_TRY(cad_decoder_eval(e->decoder, e->batch, e->nll, e->top));
        cad_answer_loss sum = cad_loader_sum(l, e->batch, e->nll, e->top);
        nll += sum.nll;
        r.tokens += sum.tokens;
        r.rows += sum.rows;
        exact += sum.exact;
        bytes += answer_bytes(e);
    }
    r.loss = nll / (double)r.tokens;
    r.nll_per_char = nll / (double)(bytes > 0 ? bytes : 1);
    r.exact = (double)exact / (double)r.rows;
    *out = r;
    return CAD_OK;
}
