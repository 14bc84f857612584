/* Stage stats: what a corpus, a folder of splits or a list of captions holds, in numbers.
 *
 *   {"rows":n,"kinds":{..},"families":{..},
 *    "splits":{"train":{"rows","captions","geometries"},..}                groups; rows before a split stand under ""
 *    "captions":{"distinct","duplicate_share","groups","largest_group","words":{..},"with_digits","top":[{"caption","rows"}]},
 *    "list":{"rows","describable","values":{"False":n,..}}                 of a list of captions (CSV) instead of rows
 *    "step":{"rows","broken","instances":{..},"faces":{..},"bytes":{..},"size_mm":{..},"units_mm":{"1":n,..},"types":{..}},
 *                                                                          size: diagonal of the box of all points
 *    "tokens":{"tokenizer","template","prompt":{..},"retrieved":{..},"without":n,"answer":{..},"row":{..},"loss_share",
 *              "above":{"2k":n,..}},
 *    "retrieval":{"rows","distinct","most":{"id","times"},"score":{..}},   rows that were looked up, what they were shown, and
 *                                                                          the cosine of the nearest
 *    "status":{"ok":n,"parse":n,..},                                       where the lists of stages lie beside: of import,
 *    "misfits":{reason:n,..},"digits":{"6":n,..,"all":n}}                  of text, of round (stats_lists.h)
 *
 * Tokens are those of a row as it is packed, but for data.max_tokens, which neither trims nor drops here: "above" is over 2048,
 * 4096, 8192, 16384 of them.  With retrieval the prompt's are with those of the slot {retrieved}, which "retrieved" counts, and
 * "without" are rows that retrieved nothing, so that no pack has them: they are not among the tokens.
 * {..} of numbers: min mean median p90 p95 p99 max (nearest rank).  Parts that do not apply are absent.
 * Memory: 150 bytes a row, the texts of distinct captions, and 64 MiB of rows; with retrieval 48 bytes for each
 * row that may be retrieved. */
#ifndef CADLM_DATAPREP_STAGE_STATS_H
#define CADLM_DATAPREP_STAGE_STATS_H

#include "core/json.h"
#include "model/text/template.h"
#include "model/text/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_stage_stats_args {
    const char *in;                 /* corpus, folder of splits, or captions CSV */
    const cad_tokenizer *tokenizer; /* NULL: tokens are not counted */
    const char *tokenizer_name;
    const cad_template *tpl;
    int64_t retrieved_tokens; /* as cad_stage_pack_args, like those below */
    bool rag, steplm, loss_on_all;
    bool bos, eos; /* begin and end token, where the tokenizer has one */
} cad_stage_stats_args;

/* *out: new reference.  Errors: CAD_ENOTFOUND (nothing there, zero rows), CAD_ECONFIG (rag without a slot in the template,
 * or the reverse), CAD_EDATA (what rows retrieved is not there), those of readers, CAD_EINTR. */
CAD_MUST_USE cad_status cad_stage_stats(const cad_stage_stats_args *args, json_t **out);
/* The same for people, appended: blocks of lines, at most 90 columns. */
CAD_MUST_USE cad_status cad_stats_block(const json_t *stats, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
