/* Small real inputs for trainer tests: a tokenizer learnt from the rows, packs of simple parts, a configuration. */
#ifndef CADLM_TESTS_TRAIN_TRAIN_FIXTURE_H
#define CADLM_TESTS_TRAIN_TRAIN_FIXTURE_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fixture_pack_opts {
    int64_t rows;
    uint64_t seed;
    int copies;         /* each row this many times, one after the other; 0: 1 */
    float weight;       /* of every row, stored when not 0 */
    int long_row;       /* > 0: the last row's caption has this many words more */
    int64_t bos_id;     /* that the pack claims; 0: -1, none */
    const char *waived; /* that the pack claims; NULL: nothing */
} fixture_pack_opts;

/* Writes `dir`/tok/tokenizer.json. */
CAD_MUST_USE cad_status fixture_tokenizer(const char *dir);
/* Writes `dir`/`name` with the tokenizer of that folder. */
CAD_MUST_USE cad_status fixture_pack(const char *dir, const char *name, const fixture_pack_opts *o);
/* Writes tokenizer, train.pack.h5 (96 rows), val.pack.h5 (16 rows) and run.ini: 2 layers x 64 from scratch, 20 steps, a
 * checkpoint every 5 steps, run directory `dir`/runs/small. */
CAD_MUST_USE cad_status fixture_run(const char *dir);

#endif
