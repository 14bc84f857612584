/* The stages of a tokenizer.json around the vocabulary.  Each function reads one member (NULL or null: absent) and refuses by
 * name what is not implemented. */
#ifndef CADLM_MODEL_TEXT_TOKENIZER_STAGES_H
#define CADLM_MODEL_TEXT_TOKENIZER_STAGES_H

#include "core/status.h"
#include "model/text/splitter.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

CAD_MUST_USE cad_status cad_stage_model(const json_t *model, const char *where, bool *out_ignore_merges);
CAD_MUST_USE cad_status cad_stage_normalizer(const json_t *v, const char *where, bool *out_nfc);
CAD_MUST_USE cad_status cad_stage_split(const json_t *v, const char *where, cad_splitter **out);
CAD_MUST_USE cad_status cad_stage_decoder(const json_t *v, const char *where);
/* The ids that a TemplateProcessing or BertProcessing puts in front and behind, below n_tokens; -1 where it puts none. */
CAD_MUST_USE cad_status cad_stage_post(const json_t *v, const char *where, uint32_t n_tokens, int64_t *out_bos,
                                       int64_t *out_tail);

#ifdef __cplusplus
}
#endif
#endif
