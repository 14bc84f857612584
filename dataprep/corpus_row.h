/* The corpus as JSON lines: one header, then one row per line (schema 1).
 *
 *   {"info":{..},"kind":"corpus","name":..,"schema":1}
 *   {"id":..,"caption":..,"target":..,"kind":"ir","source":"synth","split":"train","group":{"caption":hex,"geometry":hex},
 *    "rag":[{"id":..,"score":..}],
 *    "expect":{..},"meta":{"family":..,"phrasing":"seen|noisy|held","units":"mm|cm|in|none","params":{..},"held":..}}
 *
 * Keys are written sorted and without blanks, so equal rows give equal bytes.  Readers skip fields they do not know.
 * `group` holds the two hashes by which splits and leak checks compare rows; 16 hex digits, absent when unknown.  `rag` names
 * the rows whose captions are nearest, best first, with their cosines; absent before cadprep rag build, [] where none may be
 * shown.  What made them stands in the header's info.rag.  Rows that were imported with what they retrieved carry it, as "text"
 * beside the id; info.rag.scope is then "row". */
#ifndef CADLM_DATAPREP_CORPUS_ROW_H
#define CADLM_DATAPREP_CORPUS_ROW_H

#include "core/arena.h"
#include "core/json.h"
#include "core/progress.h"
#include "core/shard.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A borrowed view of one row; every text is NUL-terminated UTF-8.  "" stands for an absent optional text. */
typedef struct cad_row {
    const char *id;      /* unique in its corpus */
    const char *caption; /* the sentence; may hold line feeds */
    const char *target;  /* the answer: canonical Compact IR, no line end after the last statement */
    const char *kind;    /* "ir" or "step" */
    const char *source;  /* "synth", or where an import came from */
    const char *split;   /* "train", "val", "test", or "" before the split */
    const char *family;  /* meta.family */
    const char
        *phrasing;     /* meta.phrasing: "seen", "noisy" (made-up or misspelt words in it), "held" (never in training), or "" */
    const char *units; /* meta.units: "mm", "cm", "in", "none" (a bare number is mm), or "" */
    const char *params; /* meta.params: JSON object, parameter name -> true value in mm, degrees or count; "" if absent */
    const char *held;   /* meta.held: a second caption of the same part in held wording; only before the split */
    const char *expect; /* JSON object: the checks that an answer must pass, made from the true parameters; "" if absent */
    const char *rag;    /* JSON array of {"id","score"}, with "text" if carried, best first; "" if absent */
    uint64_t caption_hash, geometry_hash; /* 0 = unknown */
} cad_row;

/* XXH64 of the caption after folding what does not make another sentence: ASCII letters to lower case, runs of white space
 * to one blank, none at the ends, no final full stop.  Never 0. */
uint64_t cad_caption_hash(const char *caption);

enum { CAD_CORPUS_LINE = 64 << 20 }; /* longest line of a corpus */

typedef struct cad_corpus_reader cad_corpus_reader;
/* Opens a .jsonl corpus and checks its header.  Errors: CAD_ENOTFOUND, CAD_EPARSE, CAD_EDATA (another kind or schema),
 * CAD_EUNSUPPORTED (a name that does not end in .jsonl). */
CAD_MUST_USE cad_status cad_corpus_open(const char *path, cad_corpus_reader **out);
/* The same for a share of the rows, or {0, 0}: all; their number is found by one pass over the bytes of the file. */
CAD_MUST_USE cad_status cad_corpus_open_share(const char *path, cad_shard shard, cad_corpus_reader **out);
/* The header object, borrowed. */
const json_t *cad_corpus_header(const cad_corpus_reader *r);
/* The next row, its texts copied into `a`; *more = false (and no row) at the end.  Errors name file and line. */
CAD_MUST_USE cad_status cad_corpus_next(cad_corpus_reader *r, cad_arena *a, cad_row *out, bool *more);
/* The same as a JSON object that may hold fields unknown here; new reference.  `where` (borrowed until the next call) names
 * file and line. */
CAD_MUST_USE cad_status cad_corpus_next_object(cad_corpus_reader *r, json_t **out, const char **where, bool *more);
/* Where the line of that row stands in the file, in bytes, without its end. */
void cad_corpus_place(const cad_corpus_reader *r, uint64_t *at, size_t *len);
void cad_corpus_close(cad_corpus_reader *r);
/* A progress line over the rows of r ("LABEL 300/9000  .. rows/s"), counted by one pass over the bytes of the file. */
CAD_MUST_USE cad_status cad_corpus_progress(const cad_corpus_reader *r, const char *label, cad_progress **out);
/* All rows at once, in `a`.  A file without rows is CAD_ENOTFOUND ("zero rows"). */
CAD_MUST_USE cad_status cad_corpus_load(const char *path, cad_arena *a, cad_row **out, size_t *count);

typedef struct cad_corpus_writer cad_corpus_writer;
/* Replaces `path` at commit.  `info` (borrowed, may be NULL) becomes the header's "info". */
CAD_MUST_USE cad_status cad_corpus_create(const char *path, const char *name, const json_t *info, cad_corpus_writer **out);
CAD_MUST_USE cad_status cad_corpus_add(cad_corpus_writer *w, const cad_row *row);
CAD_MUST_USE cad_status cad_corpus_add_object(cad_corpus_writer *w, const json_t *row);
/* The same for a row that cad_row_print has printed; its line is at most CAD_CORPUS_LINE bytes long, or nobody could read it.
 */
CAD_MUST_USE cad_status cad_corpus_add_line(cad_corpus_writer *w, const cad_buf *line);
/* Where the line of the row stands that cad_corpus_add or cad_corpus_add_object wrote last, in bytes, without its end. */
void cad_corpus_written(const cad_corpus_writer *w, uint64_t *at, size_t *len);
CAD_MUST_USE cad_status cad_corpus_commit(cad_corpus_writer *w); /* frees w in any case */
void cad_corpus_abort(cad_corpus_writer *w);                     /* NULL is fine */

/* One row as canonical JSON without line end, appended to *out. */
CAD_MUST_USE cad_status cad_row_print(const cad_row *row, cad_buf *out);
/* One row from a parsed object; `where` names file and line in messages. */
CAD_MUST_USE cad_status cad_row_parse(const json_t *o, const char *where, cad_arena *a, cad_row *out);
/* Its groups alone, as cad_row_parse has them. */
CAD_MUST_USE cad_status cad_row_groups(const json_t *o, const char *where, uint64_t *caption, uint64_t *geometry);

#ifdef __cplusplus
}
#endif
#endif
