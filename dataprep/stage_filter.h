/* Stages filter and dedup: one corpus into another with fewer rows, in the same order; fields that are unknown here stay.
 *
 * OUT.dropped.csv (OUT without .jsonl) names what was left out:
 *   filter   id_original,token_count,threshold,field_type    the columns of STEP-LLM's tool; field_type also min_entities and
 *            max_entities, where the count is that of instances, and require_valid, without numbers
 *   dedup    id,kept,reason                                  kept: the row that stands for it
 * Memory: 64 MiB of rows, and for each thread twenty times the row that it looks at; dedup: 150 bytes a row; with the kernel,
 * and after a call that was killed, what it said (import_check.h): as an import. */
#ifndef CADLM_DATAPREP_STAGE_FILTER_H
#define CADLM_DATAPREP_STAGE_FILTER_H

#include "core/config.h"
#include "core/shard.h"
#include "core/status.h"
#include "model/text/template.h"
#include "model/text/tokenizer.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_filter_field {
    CAD_FILTER_row,          /* as packed: template, begin and end token */
    CAD_FILTER_caption_step, /* caption and retrieved text, one behind the other, each on its own: no template, no special token
                              */
    CAD_FILTER_output,       /* the target alone */
    CAD_FILTER_whole_data    /* caption, retrieved text and target */
} cad_filter_field;

typedef struct cad_stage_filter_args {
    const char *in, *out;               /* .jsonl */
    cad_shard shard;                    /* of the rows; {0, 0}: all */
    int64_t min_entities, max_entities; /* instances of a STEP target; 0: no bound */
    int64_t tokens;                     /* of the field at most; 0: not counted */
    cad_filter_field field;
    int64_t retrieved_tokens;       /* CAD_FILTER_row: of the slot {retrieved} at most; 0: any number */
    const cad_tokenizer *tokenizer; /* with tokens */
    const cad_template *tpl;        /* with tokens and CAD_FILTER_row */
    bool bos, eos;                  /* what a packed row begins and ends with, where the tokenizer has it */
    bool kernel;                    /* STEP: valid solids alone (import_check.h) */
    int jobs;                       /* worker processes */
} cad_stage_filter_args;

typedef struct cad_stage_filter_result {
    int64_t rows, kept, few, many, tokens, invalid; /* left out: too few or many instances, too many tokens, no valid solid */
} cad_stage_filter_result;

/* Errors: CAD_ENOTFOUND (zero rows, or none left, with the reasons: nothing is written), CAD_EDATA (no retrieved text where
 * that counts), CAD_EINTR. */
CAD_MUST_USE cad_status cad_stage_filter(const cad_stage_filter_args *args, cad_stage_filter_result *out);

typedef struct cad_stage_dedup_args {
    const char *in, *out;
    bool id, caption, geometry, program; /* rows that agree in all that is set but id are one; so are rows of one id */
    int64_t cap_caption;                 /* rows of split val or test with one caption; 0: any number */
} cad_stage_dedup_args;

typedef struct cad_stage_dedup_result {
    int64_t rows, kept, ids, twins, capped;
    int64_t captions, geometries; /* groups among all rows */
} cad_stage_dedup_result;

/* The first of several stays.  A row whose caption or geometry is unknown equals none in it.  Errors: CAD_ENOTFOUND (zero
 * rows). */
CAD_MUST_USE cad_status cad_stage_dedup(const cad_stage_dedup_args *args, cad_stage_dedup_result *out);

#ifdef __cplusplus
}
#endif
#endif
