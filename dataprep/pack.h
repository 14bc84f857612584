/* The corpus pack: rows as tokens in HDF5, schema 1 (spec: formats.md 11).  cadprep writes it, the trainer reads it.
 *
 * Row r is tokens[row_offset[r] .. row_offset[r+1]), special tokens included, no padding.  A span [begin, end) counts inside
 * its row and holds the tokens trained as targets; a target at position t is predicted from t-1, so begin >= 1.  The last
 * target of a row is its end token.  Texts are bytes plus offsets: HDF5 compresses no variable-length strings.
 * Nothing in the file depends on the time or the machine: equal input gives equal bytes. */
#ifndef CADLM_DATAPREP_PACK_H
#define CADLM_DATAPREP_PACK_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a pack says of itself.  Texts are NUL-terminated and never NULL when read; NULL counts as "" when written. */
typedef struct cad_pack_info {
    const char *created; /* time of SOURCE_DATE_EPOCH, or "-": a clock would make equal input give unequal bytes */
    const char *tool_version, *tool_commit;
    const char *kind;                            /* "ir" or "step" */
    const char *split;                           /* "train", "val", "test", or "" */
    const char *split_group;                     /* "caption,geometry" */
    const char *tokenizer_xxh3, *tokenizer_name; /* XXH3-128 of tokenizer.json in hex */
    int64_t vocab_rows, bos_id, eos_id;          /* bos_id -1: rows have none */
    const char *template_name, *template_xxh3, *template_text;
    const char *representation; /* the form of the rows' text: of stage text its settings, "order=dfs ids=nested .." */
    int64_t max_tokens;         /* longest row that was let in */
    const char *on_overflow;    /* error, drop, trim_context */
    const char *waived;         /* comma list of audit.waive words, and CAD_PACK_LEAKY, "" = none; every result carries it on */
    const char *const *source_name, *const *source_xxh3; /* the corpus files this was made from */
    size_t n_sources;
    const char *rag_index_xxh3; /* "" without retrieval */
    const char *retrieval;      /* JSON object of encoder, k, ties, max_tokens and such; "" without, and of earlier builds */
    const char *dropped;        /* JSON object: reason -> count */
    /* filled by the writer and verified by the reader */
    int64_t n_rows, n_tokens, n_loss_tokens;
    int64_t length_p50, length_p90, length_p99, length_max;
    char tokens_xxh3[33];
} cad_pack_info;

/* The word among `waived` of a pack whose rows may show what they are asked for (dataprep/stage_rag.h), or stand in another
 * split too where none of the rules that keep them apart was in force. */
#define CAD_PACK_LEAKY "leaky"
bool cad_pack_waives(const cad_pack_info *info, const char *word);

/* Among the numbers of retrieved rows: the row brought the text with it (dataprep/row_sources.h), from nobody knows where. */
enum { CAD_PACK_CARRIED = -2 };

/* An open pack in memory, wholly or without its tokens.  All pointers are borrowed from it. */
typedef struct cad_pack {
    cad_pack_info info;
    size_t n_rows, n_tokens, n_spans, rag_k, n_families;
    const uint32_t *tokens;         /* (n_tokens); NULL where they were not wanted */
    const uint64_t *row_offset;     /* (n_rows + 1) */
    const uint64_t *span_offset;    /* (n_rows + 1) */
    const uint32_t (*span)[2];      /* (n_spans) [begin, end) inside the row, ascending, disjoint */
    const uint64_t *id_offset;      /* (n_rows + 1) */
    const char *id_bytes;           /* row id, unique */
    const uint64_t *caption_offset; /* (n_rows + 1) */
    const char *caption_bytes;
    const int64_t *retrieved;      /* (n_rows, rag_k), -1 = none, CAD_PACK_CARRIED; NULL when rag_k is 0 */
    const uint32_t *trimmed;       /* (n_rows) bytes of retrieved text that did not fit; NULL when rag_k is 0 */
    const uint64_t *caption_hash;  /* (n_rows), 0 = unknown */
    const uint64_t *geometry_hash; /* (n_rows), 0 = unknown */
    const uint64_t *answer_hash;   /* (n_rows) of the tokens that are trained as targets; not in the file: by the opener */
    const uint16_t *family;        /* (n_rows) index into family_name */
    const float *weight;           /* (n_rows) factor on the row's loss, or NULL: all 1 */
    const char *const *family_name;
} cad_pack;

/* What the opener insists on; NULL or "" fields are not compared. */
typedef struct cad_pack_want {
    const char *tokenizer_xxh3, *template_xxh3, *split;
    int64_t vocab_rows; /* > 0: every token must be below it */
    uint64_t ram_limit; /* bytes, 0 = none; a larger pack is CAD_ENOMEM with the key data.ram_limit named */
    bool no_tokens;     /* they are read and verified like the rest, a block at a time, and not held */
} cad_pack_want;

/* Reads and verifies: schema, hashes against `want` (may be NULL), monotone offsets, spans inside their rows, at least one
 * target in every row, the end token as the last target of every row (unless the pack records the waiver no_eos or
 * cut_answer), tokens_xxh3.  Errors: CAD_ENOTFOUND; CAD_ECORRUPT (truncated, not HDF5, a dataset missing or misshapen, hash
 * of the content differs); CAD_EDATA (other tokenizer or template: both values and the command that rebuilds; a row without
 * a target: its id). */
CAD_MUST_USE cad_status cad_pack_open(const char *path, const cad_pack_want *want, cad_pack **out);
void cad_pack_close(cad_pack *p); /* NULL is fine */
/* What a pack says of itself, without its rows, which nobody looks at; texts live in `a`.  Errors: as above, of a file that is
 * no pack. */
CAD_MUST_USE cad_status cad_pack_peek(const char *path, cad_arena *a, cad_pack_info *out);

/* Borrowed text of row r and its length in bytes (not NUL-terminated). */
const char *cad_pack_id(const cad_pack *p, size_t r, size_t *len);
const char *cad_pack_caption(const cad_pack *p, size_t r, size_t *len);
/* Number of targets in row r. */
int64_t cad_pack_targets(const cad_pack *p, size_t r);
/* Bytes that the columns of an open pack hold in memory. */
uint64_t cad_pack_bytes(const cad_pack *p);

/* ---- writing ---- */
typedef struct cad_pack_row {
    const char *id, *caption, *family;
    const uint32_t *tokens;
    size_t n_tokens;
    const uint32_t (*span)[2];
    size_t n_spans;
    uint64_t caption_hash, geometry_hash;
    const int64_t *retrieved; /* (rag_k) or NULL: all -1 */
    uint32_t trimmed;         /* only kept with rag_k */
    float weight;
} cad_pack_row;

typedef struct cad_pack_opts {
    size_t rag_k;
    bool weights; /* store /weight */
} cad_pack_opts;

typedef struct cad_pack_writer cad_pack_writer;
/* Begins a file beside `path`, into which tokens go as they come; the other columns wait in memory. */
CAD_MUST_USE cad_status cad_pack_writer_create(const cad_pack_opts *opts, const char *path, cad_pack_writer **out);
/* Copies the row.  A row without a target, or whose spans leave the row: CAD_EDATA with its id.  Behind any error but
 * CAD_EDATA only abort is left. */
CAD_MUST_USE cad_status cad_pack_writer_add(cad_pack_writer *w, const cad_pack_row *row);
/* Gives the whole its name, by rename; frees w in any case.  `info` is not kept.  Zero rows: CAD_ENOTFOUND. */
CAD_MUST_USE cad_status cad_pack_writer_commit(cad_pack_writer *w, const cad_pack_info *info);
void cad_pack_writer_abort(cad_pack_writer *w); /* NULL is fine; takes the file away */

/* Adds CAD_PACK_LEAKY to what the pack at `path` waives, if it is not there: what an audit found when the rows were written. */
CAD_MUST_USE cad_status cad_pack_mark_leaky(const char *path);

#ifdef __cplusplus
}
#endif
#endif
