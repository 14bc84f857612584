/* Evaluation suites: JSON lines, a header and one prompt per line (spec/cli.md 8).
 *
 *   {"schema":1,"kind":"suite","name":..,"version":..,"rows_sha":hex}
 *   {"id":..,"prompt":..,"reference":{"ir":..},"expect":{..},"family":..,"phrasing":..,"units":..,"seven":1..7,"cluster":hex}
 *
 * `reference` and `expect` are optional; `seven` selects a judge of eval/seven.h.  rows_sha, when there, is checked: XXH3-128
 * over the rows as canonical JSON (keys sorted, no blanks), one LF after each. */
#ifndef CADLM_EVAL_SUITE_H
#define CADLM_EVAL_SUITE_H

#include "core/arena.h"
#include "core/json.h"
#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_suite_row {
    const char *id, *prompt;
    const char *reference; /* Compact IR, NULL: none */
    const char *family;    /* "" when not given */
    const char *phrasing;  /* "seen", "held", "natural" or "" */
    const char *units;     /* "mm", .. or "" */
    const json_t *expect;  /* borrowed from the suite; NULL: none */
    int seven;             /* 0: not a prompt of cad0-seven */
    uint64_t cluster;      /* equal for captions of one part: resampled together */
} cad_suite_row;

typedef struct cad_suite {
    const char *name, *version, *path;
    char hash[33]; /* over the rows, as rows_sha */
    cad_suite_row *row;
    size_t n;
    json_t *keep; /* owns the expectations */
} cad_suite;

/* Reads and checks a suite; texts live in `arena`.  Errors: CAD_ENOTFOUND (no file, zero rows), CAD_EDATA naming file and line
 * (wrong kind, missing id or prompt, an id twice, a bad expectation, another rows_sha). */
CAD_MUST_USE cad_status cad_suite_load(const char *path, cad_arena *arena, cad_suite *out);
void cad_suite_deinit(cad_suite *s);

#ifdef __cplusplus
}
#endif
#endif
