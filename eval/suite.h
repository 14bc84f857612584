/* Evaluation suites: JSON lines, a header and one prompt per line (spec/cli.md 8).
 *
 *   {"schema":1,"kind":"suite","name":..,"version":..,"rows_sha":hex}
 *   {"id":..,"prompt":..,"reference":{"ir"|"step"|"path":..},"expect":{..},"family":..,"phrasing":..,"units":..,"seven":1..7,"cluster":hex}
 *
 * A reference is a program, STEP text, or the path of a file that ends in .ir, .step or .stp, seen from the suite's folder.
 * `reference` and `expect` are optional; `seven` selects a judge of eval/seven.h.  rows_sha, when there, is checked: XXH3-128
 * over the rows as canonical JSON (keys sorted, no blanks), one LF after each. */
#ifndef CADLM_EVAL_SUITE_H
#define CADLM_EVAL_SUITE_H

#include "core/arena.h"
#include "core/json.h"
#include "core/status.h"
#include "eval/part_kind.h"
#include "eval/reference.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_suite_row {
    const char *id, *prompt;
    const char *reference; /* text of the part, NULL: none */
    cad_part_kind reference_kind;
    cad_reference_counts counts; /* of a STEP reference */
    const char *family;          /* "" when not given */
    const char *phrasing;        /* "seen", "held", "natural" or "" */
    const char *units;           /* "mm", .. or "" */
    const json_t *expect;        /* borrowed from the suite; NULL: none */
    int seven;                   /* 0: not a prompt of cad0-seven */
    uint64_t cluster;            /* equal for captions of one part: resampled together */
} cad_suite_row;

typedef struct cad_suite {
    const char *name, *version, *path;
    cad_part_kind kind; /* of its references, all alike; ir without any */
    char hash[33];      /* over the rows, as rows_sha; where references are files, over their hashes too */
    cad_suite_row *row;
    size_t n;
    json_t *keep; /* owns the expectations */
} cad_suite;

/* Reads and checks a suite; texts live in `arena`.  Errors: CAD_ENOTFOUND (no file, zero rows), CAD_EDATA naming file and line
 * (wrong kind, missing id or prompt, an id twice, a bad expectation, references in two languages, another rows_sha), those of
 * cad_reference_read. */
CAD_MUST_USE cad_status cad_suite_load(const char *path, cad_arena *arena, cad_suite *out);
void cad_suite_deinit(cad_suite *s);

/* The files of a folder tree as a suite without prompts: a row for each, named by the file.  Their ids are those of
 * cad_step_files_find where none is there twice, else the names below the folder without their endings.
 * `apart`: see there.  Errors: those of cad_step_files_find and cad_reference_read; CAD_EDATA (two files of one name). */
CAD_MUST_USE cad_status cad_suite_of_files(const char *dir, const char *apart, cad_arena *arena, cad_suite *out);

#ifdef __cplusplus
}
#endif
#endif
