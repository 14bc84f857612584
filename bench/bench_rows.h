/* Rows of the generator as token ids of a model's tokenizer: what the training and the decoding bench work on. */
#ifndef CADLM_BENCH_BENCH_ROWS_H
#define CADLM_BENCH_BENCH_ROWS_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/json.h"
#include "core/status.h"
#include "dataprep/synth.h"
#include "model/text/template.h"
#include "model/text/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_PRIMITIVES 0.1 /* share of plain bodies: fewer than in a corpus (synth.primitives), so the harder parts count */

typedef struct bench_rows {
    cad_tokenizer *tokenizer;
    const cad_template *tpl;
    cad_synth_opts synth;
    uint32_t eos;
} bench_rows;

/* Tokenizer and template of the model directory `model`; rows of this seed, all families but those that no base has seen. */
CAD_MUST_USE cad_status bench_rows_open(const char *model, uint64_t seed, cad_arena *a, bench_rows *out);
void bench_rows_close(bench_rows *r);

/* Appends the prompt's ids of row i to *ids, and with `answer` the program and the end token; *begin = ids of the prompt.
 * *caption (may be NULL) lives in `a`. */
CAD_MUST_USE cad_status bench_rows_get(const bench_rows *r, uint64_t i, bool answer, cad_arena *a, cad_ids *ids, size_t *begin,
                                       const char **caption);

/* Writes the object and releases it; NULL is CAD_ENOMEM. */
CAD_MUST_USE cad_status bench_write_json(json_t *o, const char *path);

#ifdef __cplusplus
}
#endif
#endif
