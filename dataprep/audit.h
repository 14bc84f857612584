/* What must hold of packs before a run may cost time: inside one pack, and between the splits of one folder. */
#ifndef CADLM_DATAPREP_AUDIT_H
#define CADLM_DATAPREP_AUDIT_H

#include "core/buf.h"
#include "core/config.h"
#include "core/json.h"
#include "core/status.h"
#include "dataprep/pack.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Appends to `out` (a JSON object) rows, tokens, loss share, lengths, longest rows, families, drops of an open pack. */
CAD_MUST_USE cad_status cad_audit_pack(const cad_pack *p, json_t *out);

/* The facts of cad_audit_pack for people, appended: one line without its end (for logs), or a block of lines. */
CAD_MUST_USE cad_status cad_audit_line(const json_t *facts, cad_buf *out);
CAD_MUST_USE cad_status cad_audit_block(const json_t *facts, cad_buf *out);

/* CAD_ECONFIG for a word in audit.waive that waives nothing. */
CAD_MUST_USE cad_status cad_audit_check_waivers(const cad_list *waive);

/* CAD_EDATA when more of a pack's rows were dropped than the share `most`.  `name`: the pack, for the message. */
CAD_MUST_USE cad_status cad_audit_drops(const cad_pack *p, const char *name, double most);

/* CAD_EDATA unless all packs, those of one run or of one folder, hold the same kind of rows in the same form; `name`: their
 * files, for the message. */
CAD_MUST_USE cad_status cad_audit_forms(const cad_pack *const *pack, const char *const *name, size_t n);

/* CAD_EDATA when a corpus file that the pack was made from lies in `dir` with other bytes: both hashes and the command that
 * rebuilds. */
CAD_MUST_USE cad_status cad_audit_sources(const cad_pack *p, const char *dir);

/* Counts rows whose caption, geometry or answer stands in an earlier pack too; `name` are the splits for messages.  *out, an
 * object for the report that the caller owns: {"caption":n,"geometry":n,"answer":n,"ungrouped":n,"first":..}; answer: the same
 * target tokens, whatever geometry the rows name; ungrouped: rows whose geometry is unknown. */
CAD_MUST_USE cad_status cad_audit_leaks(const cad_pack *const *pack, const char *const *name, size_t n, json_t **out);

/* That report for people, appended: "in two splits: 1 captions, 0 geometries, 0 answers; 0 rows of unknown geometry". */
CAD_MUST_USE cad_status cad_audit_leaks_line(const json_t *report, cad_buf *out);

/* Whether any of the packs says that it was split by `word`, caption or geometry: then that may not lie in two of them. */
bool cad_audit_grouped(const cad_pack *const *pack, size_t n, const char *word);

/* CAD_EDATA when the report of cad_audit_leaks holds what may not be; `name`: folder or files, for the message. */
CAD_MUST_USE cad_status cad_audit_refuse_leaks(const json_t *report, const char *name, bool captions, bool geometry);

/* Leaks through retrieval, of the packs that hold any: rows that were shown a row outside of train, themselves, or one of their
 * caption or geometry group, by the corpora in `dir` (those that the packs were made from: cad_audit_sources).  *out, owned by
 * the caller: {"checked","rows","shown","first","outside":n,"itself":n,"caption":n,"geometry":n}; checked is false where the
 * corpora are not there, or are not the splits of a folder; NULL where no pack holds retrieved text.  Errors: CAD_EDATA (other
 * corpora, an index other than the packs'). */
CAD_MUST_USE cad_status cad_audit_retrieved(const cad_pack *const *pack, const char *const *name, size_t n, const char *dir,
                                            json_t **out);
/* "60 shown; 0 outside, 0 itself, 0 caption, 0 geometry", appended. */
CAD_MUST_USE cad_status cad_audit_retrieved_line(const json_t *report, cad_buf *out);
int64_t cad_audit_retrieved_count(const json_t *report); /* leaks that it counts; NULL: none */
/* CAD_EDATA when it counts one; `name`: the folder. */
CAD_MUST_USE cad_status cad_audit_refuse_retrieved(const json_t *report, const char *name);

typedef struct cad_verify_args {
    const char *dir;                            /* {train,val,test}.pack.h5, perhaps .jsonl files and synth-test.jsonl */
    const char *tokenizer_xxh3, *template_xxh3; /* NULL: not compared */
    bool captions, geometry;                    /* what may not be in two splits .. */
    bool as_packed;                             /* .. is what the packs say that they were split by, instead */
    bool allow_leak;                            /* leaks through retrieval are told, not refused */
    const char *against; /* another folder: no prompt of the suite may be in its train or val; NULL: none */
} cad_verify_args;

/* Opens every pack of a folder (hashes, spans, end tokens: cad_pack_open), compares each with the corpus file it was made from
 * where that is there, looks for leaks between the splits and from train and val into the suite.  *report (owned by the caller)
 * is filled on success and when leaks were found.  Errors: CAD_ENOTFOUND (no pack), CAD_EDATA (leak, stale source: both values
 * and the command that rebuilds), and those of cad_pack_open. */
CAD_MUST_USE cad_status cad_verify_dir(const cad_verify_args *args, json_t **report);
/* Its report for people, appended: a line for each split, the leaks between them, the suite. */
CAD_MUST_USE cad_status cad_verify_block(const json_t *report, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
