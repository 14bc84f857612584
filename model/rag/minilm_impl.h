/* What loading and running share; no one else includes this. */
#ifndef CADLM_MODEL_RAG_MINILM_IMPL_H
#define CADLM_MODEL_RAG_MINILM_IMPL_H

#include "core/arena.h"
#include "kernels/ops.h"
#include "model/rag/minilm.h"
#include "model/text/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_minilm_norm {
    float *w, *b; /* (C) */
} cad_minilm_norm;

typedef struct cad_minilm_linear {
    float *w, *b; /* (out,in), (out) */
    int64_t out, in;
} cad_minilm_linear;

typedef struct cad_minilm_layer {
    cad_minilm_linear qkv, out, up, down; /* qkv: rows of q, then k, then v */
    cad_minilm_norm norm, norm2;          /* behind attention, behind the feed-forward */
} cad_minilm_layer;

struct cad_minilm {
    int64_t layers, width, heads, ffn, words, positions, most; /* most: pieces of a caption */
    float eps;
    char xxh3[CAD_HASH_HEX];
    cad_tokenizer *tokenizer;
    cad_arena *arena; /* weights */
    float *word;      /* (words, C) */
    float *position;  /* (positions, C), row 0 of the token types added */
    cad_minilm_norm norm;
    cad_minilm_layer *layer;
};

/* Loops over rows (minilm_rows.c), compiled once per instruction set. */
typedef struct cad_minilm_rows {
    /* y = (x - mean) / sqrt(variance + eps) w + b, for n rows; y may be x.  Sums in a fixed order: a row's bits are its own. */
    void (*normalise)(const cad_minilm *m, const cad_minilm_norm *norm, const float *x, int64_t n, float *y);
    /* x = x/2 (1 + erf(x / sqrt 2)), for n numbers */
    void (*gelu)(float *x, int64_t n);
} cad_minilm_rows;
extern const cad_minilm_rows cad_minilm_rows_v2, cad_minilm_rows_v3, cad_minilm_rows_v4;

#ifdef __cplusplus
}
#endif
#endif
