/* The parsers that are fuzzed: lists that end in an entry without a name. */
#ifndef CADLM_TESTS_FUZZ_FUZZ_TARGETS_H
#define CADLM_TESTS_FUZZ_FUZZ_TARGETS_H

#include "tests/robust/fuzz.h"

extern const fuzz_target fuzz_data[];   /* fuzz_data.c: what people and programs write */
extern const fuzz_target fuzz_models[]; /* fuzz_models.c: folders of models, adapters, checkpoints */

/* What is printed from a value and what is printed from its reading are the same bytes. */
void same_text(const cad_buf *a, const cad_buf *b);

#endif
