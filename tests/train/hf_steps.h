/* A Hugging Face model trained on batches from a file: what tests compare with the same job in PyTorch.
 *
 * A file of batches is little-endian u32: the number of batches; for each the number of its rows; for each row its length, the
 * position of the first trained token (>= 1), and its ids.  Rows of a batch are packed into one batch of as many segments. */
#ifndef CADLM_TESTS_HF_STEPS_H
#define CADLM_TESTS_HF_STEPS_H

#include "model/decoder/decoder.h"

typedef struct hf_batches {
    cad_batch **item; /* (n) */
    int64_t n, max_tokens, max_segments;
} hf_batches;

typedef struct hf_job {
    const char *model, *adapter; /* folders; adapter NULL: every tensor is trained.  NF4 is kept as codes */
    bool bf16;                   /* storage */
    bool train;                  /* false: for logits and text alone */
    int64_t slots, context;      /* of generation */
} hf_job;

typedef struct hf_train {
    double lr;           /* AdamW of betas 0.9, 0.999, eps 1e-8, decay 0.1 before the update; no clipping */
    const char *out_dir; /* existing; gradients/ of the first batch and trained/ go there, as f32 */
    double *loss;        /* (batches) mean over the trained tokens, before the update */
} hf_train;

CAD_MUST_USE cad_status hf_batches_read(const char *path, cad_arena *a, hf_batches *out);
CAD_MUST_USE cad_status hf_open(const hf_job *job, const hf_batches *b, cad_arena *a, cad_decoder **out);
/* One step for each batch. */
CAD_MUST_USE cad_status hf_train_run(cad_decoder *d, const hf_batches *b, cad_arena *a, const hf_train *t);

#endif
