/* Byte-level BPE and WordPiece from a Hugging Face tokenizer.json: encode, decode, decode while tokens arrive.
 *
 * Byte-level BPE (Qwen2, Qwen2.5, Llama 3, what cadlm learns): cut out added tokens -> NFC where the file asks for it -> split
 * by the file's pattern -> bytes -> merges, lowest rank first and leftmost on ties; both notations of merges, ignore_merges.
 * WordPiece (BERT, all-MiniLM): wordpiece.h.  Ids equal those of the tokenizers library for any text.  Anything else in the
 * file (another model, normaliser, splitter) is CAD_EREFUSED and named, never ignored.
 *
 * A loaded tokenizer is immutable for its callers: every function that takes it const may run in many threads at once. */
#ifndef CADLM_MODEL_TEXT_TOKENIZER_H
#define CADLM_MODEL_TEXT_TOKENIZER_H

#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bounds of a tokenizer.json; the message of a breach names the bound. */
#define CAD_TOKENIZER_MAX_BYTES ((size_t)64 << 20)
#define CAD_TOKENIZER_MAX_TOKENS 1000000
#define CAD_TOKENIZER_MAX_MERGES 2000000
#define CAD_TOKENIZER_MAX_ADDED 65536
#define CAD_TOKENIZER_MAX_PATTERN ((size_t)64 << 10)

typedef struct cad_tokenizer cad_tokenizer;

/* A growable list of token ids on the heap; the caller owns it. */
typedef struct cad_ids {
    uint32_t *id; /* NULL while empty */
    size_t n, cap;
} cad_ids;
#define CAD_IDS_INIT                                                                                                           \
    {                                                                                                                          \
        0                                                                                                                      \
    }
CAD_MUST_USE cad_status cad_ids_add(cad_ids *v, const uint32_t *id, size_t n);
void cad_ids_clear(cad_ids *v);  /* keeps the memory */
void cad_ids_deinit(cad_ids *v); /* releases it; the list may be used again */

/* Bytes [begin, end) of a text, one for each id; a growable list on the heap; the caller owns it. */
typedef struct cad_span {
    size_t begin, end;
} cad_span;
typedef struct cad_spans {
    cad_span *span; /* NULL while empty */
    size_t n, cap;
} cad_spans;
#define CAD_SPANS_INIT                                                                                                         \
    {                                                                                                                          \
        0                                                                                                                      \
    }
CAD_MUST_USE cad_status cad_spans_add(cad_spans *v, size_t begin, size_t end);
void cad_spans_clear(cad_spans *v);  /* keeps the memory */
void cad_spans_deinit(cad_spans *v); /* releases it; the list may be used again */

/* How the text of an added token ("<|endoftext|>") inside the input is read: as plain text (captions, programs, everything
 * that a user or a corpus wrote), or as that token (as the tokenizers library does by default). */
typedef enum cad_specials { CAD_SPECIALS_text, CAD_SPECIALS_parse } cad_specials;

/* `path` names the tokenizer.json itself.  Owner: the caller.  Errors: CAD_ENOTFOUND, CAD_EPARSE (not JSON), CAD_EDATA (breaks
 * a rule of the format), CAD_EREFUSED (a kind of model, normaliser or splitter that cadlm does not have, by its name). */
CAD_MUST_USE cad_status cad_tokenizer_load(const char *path, cad_tokenizer **out);
/* The tokenizer.json of a folder; where there is none, vocab.json and merges.txt (cad_tokenizer_json_of).  A folder or file of
 * another kind is told as such. */
CAD_MUST_USE cad_status cad_tokenizer_load_dir(const char *dir, cad_tokenizer **out);
/* The same from memory; `where` names the source in messages. */
CAD_MUST_USE cad_status cad_tokenizer_parse(const char *json, size_t len, const char *where, cad_tokenizer **out);
void cad_tokenizer_destroy(cad_tokenizer *t); /* NULL is fine */

/* Appends the ids of `text` to *out.  No BOS and no end token is added.  Errors: CAD_EDATA with the byte offset when the text
 * is not UTF-8 or the split pattern runs into a limit; *out then keeps what it had. */
CAD_MUST_USE cad_status cad_tokenizer_encode(const cad_tokenizer *t, const char *text, size_t len, cad_specials specials,
                                             cad_ids *out);
/* The same with the place of each token in `text`, although NFC may have changed it: a token that holds a part of a changed
 * character stands for all bytes from which that character was made.  For WordPiece the place of a piece is from the beginning
 * of its first character to the end of its last.  Both as the tokenizers library tells them, but where marks change their
 * order. */
CAD_MUST_USE cad_status cad_tokenizer_encode_spans(const cad_tokenizer *t, const char *text, size_t len, cad_specials specials,
                                                   cad_ids *out, cad_spans *spans);
/* What the file's post-processor makes of it: cad_tokenizer_bos in front, cad_tokenizer_tail behind, and of the text only as
 * many ids that `most` are not exceeded; 0: all. */
CAD_MUST_USE cad_status cad_tokenizer_encode_whole(const cad_tokenizer *t, const char *text, size_t len, cad_specials specials,
                                                   size_t most, cad_ids *out);
/* Many texts at once by cad_parallel_for: out[i] gets the ids of text[i] appended.  The first text in order that fails decides
 * the error, which names its number; out then keeps what it had. */
CAD_MUST_USE cad_status cad_tokenizer_encode_many(const cad_tokenizer *t, const char *const *text, const size_t *len, size_t n,
                                                  cad_specials specials, cad_ids *out);
/* Appends the bytes of the tokens; special tokens are left out when `skip_special`.  The result need not be UTF-8: bytes are
 * what the tokens say.  WordPiece: text as the file's decoder puts it together.  Rows of the model beyond the vocabulary are
 * CAD_EDATA. */
CAD_MUST_USE cad_status cad_tokenizer_decode(const cad_tokenizer *t, const uint32_t *id, size_t n, bool skip_special,
                                             cad_buf *out);

/* Whether decoding gives back what was encoded (NFC aside), as byte-level BPE does; WordPiece keeps words, not their blanks. */
bool cad_tokenizer_keeps_bytes(const cad_tokenizer *t);
/* Ids run from 0 to vocab_size - 1 without a gap. */
int64_t cad_tokenizer_vocab_size(const cad_tokenizer *t);
/* The end of a text: "<|endoftext|>", else "<|end_of_text|>"; -1 when the file has neither.  A model's own generation config
 * may name others. */
int64_t cad_tokenizer_eos(const cad_tokenizer *t);
/* The token that the file's post-processor puts in front; -1 when it puts none. */
int64_t cad_tokenizer_bos(const cad_tokenizer *t);
/* The token that it puts behind, as [SEP]; -1 when it puts none. */
int64_t cad_tokenizer_tail(const cad_tokenizer *t);
/* XXH3-128 of the bytes of tokenizer.json (also of one that was put together), 32 hex digits. */
const char *cad_tokenizer_hash(const cad_tokenizer *t);
/* The id whose bytes are exactly these (a plain or an added token); -1 when there is none. */
int64_t cad_tokenizer_find(const cad_tokenizer *t, const char *bytes, size_t len);
/* Borrowed bytes of token `id` < vocab_size, not NUL-terminated. */
const char *cad_tokenizer_bytes(const cad_tokenizer *t, uint32_t id, size_t *out_len);
/* Added tokens: whether one is special (left out when decoding for people), and the longest one that starts the text (its
 * length in bytes and id; length 0: none). */
bool cad_tokenizer_is_special(const cad_tokenizer *t, uint32_t id);
size_t cad_tokenizer_match_added(const cad_tokenizer *t, const char *text, size_t len, uint32_t *out_id);

/* Appends the tokenizer.json of `dir`: as it is, or put together from vocab.json, merges.txt and tokenizer_config.json, whose
 * tokenizer_class must be that of Qwen2 or GPT-2: CAD_EREFUSED names another. */
CAD_MUST_USE cad_status cad_tokenizer_json_of(const char *dir, cad_buf *out);

/* A token made for padding; -1: there is none.  Never the end token: who pads with it and takes pads out of the loss teaches no
 * model to stop. */
int64_t cad_tokenizer_pad(const cad_tokenizer *t);
/* Appends a tokenizer_config.json with which transformers loads the tokenizer.json beside it. */
CAD_MUST_USE cad_status cad_tokenizer_print_config(const cad_tokenizer *t, cad_buf *out);
/* What a copy of the tokenizer in `dir` says: dir/tokenizer_config.json as it is, except that a pad which is the end token
 * gives way to cad_tokenizer_pad (null: none); without the file as cad_tokenizer_print_config. */
CAD_MUST_USE cad_status cad_tokenizer_config_of(const char *dir, cad_buf *out);

/* Decoding while tokens arrive: every call appends only whole UTF-8 sequences and holds back up to 3 bytes of one that is
 * not finished; bytes that cannot become UTF-8 any more come out as U+FFFD.  `finish` does the same to the rest.  Byte-level
 * BPE only: CAD_EREFUSED for WordPiece. */
typedef struct cad_detok {
    unsigned char held[4];
    size_t n;
} cad_detok;
#define CAD_DETOK_INIT                                                                                                         \
    {                                                                                                                          \
        {0}, 0                                                                                                                 \
    }
CAD_MUST_USE cad_status cad_detok_add(cad_detok *d, const cad_tokenizer *t, uint32_t id, cad_buf *out);
CAD_MUST_USE cad_status cad_detok_finish(cad_detok *d, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
