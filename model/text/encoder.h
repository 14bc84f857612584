/* What one thread needs while it encodes: memory that grows once, and the ids of pieces seen before.  A tokenizer keeps a few,
 * so that a call of cad_tokenizer_encode allocates nothing but its answer.  Private to model/text. */
#ifndef CADLM_MODEL_TEXT_ENCODER_H
#define CADLM_MODEL_TEXT_ENCODER_H

#include "model/text/normal.h"
#include "model/text/tokenizer_impl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pieces of programs and of prose repeat: 8,192 of them in 512 KiB, one line of the processor's cache each. */
enum { CAD_PIECE_SLOTS = 8192, CAD_PIECE_BYTES = 30, CAD_PIECE_IDS = 8 };
typedef struct cad_piece {
    unsigned char len; /* 0: empty */
    unsigned char n;
    char bytes[CAD_PIECE_BYTES];
    uint32_t id[CAD_PIECE_IDS];
} cad_piece;

typedef struct cad_symbol {
    uint32_t id;
    uint32_t prev, next; /* indices */
} cad_symbol;

typedef struct cad_pair {
    uint32_t rank, left, right;
    uint32_t at; /* index of the left symbol */
} cad_pair;

struct cad_encoder {
    cad_piece *piece;     /* CAD_PIECE_SLOTS, by hash; NULL: WordPiece */
    cad_split_run *split; /* NULL: WordPiece */
    cad_form_c form;
    cad_symbol *symbol; /* of one long piece */
    cad_pair *pair;
    size_t long_cap;
    cad_word word;
};

CAD_MUST_USE cad_status cad_encoder_pool_create(cad_encoder_pool **out);
void cad_encoder_pool_destroy(cad_encoder_pool *p); /* NULL is fine; all encoders must have been given back */
/* An encoder that no other thread has; goes back by cad_encoder_give. */
CAD_MUST_USE cad_status cad_encoder_take(const cad_tokenizer *t, cad_encoder **out);
void cad_encoder_give(const cad_tokenizer *t, cad_encoder *e);

/* Appends the ids of one piece of bytes, len > 0. */
CAD_MUST_USE cad_status cad_bpe_encode(const cad_tokenizer *t, cad_encoder *e, const char *piece, size_t len, cad_ids *out);

#ifdef __cplusplus
}
#endif
#endif
