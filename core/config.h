/* Typed configuration: built-in defaults < files left to right < environment CADLM_S__K < command line.
 *
 * Strict: unknown sections and keys (with the nearest name), wrong types, ranges, duplicates and malformed lines are errors;
 * all of one pass are collected, each with file:line, and nothing is started.  Every value knows where it came from.  The keys
 * are stated in core/config_keys.h; spec: one struct member per section, one field per key (cfg->train.lr). */
#ifndef CADLM_CORE_CONFIG_H
#define CADLM_CORE_CONFIG_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/config_keys.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- types of values ---- */
typedef struct cad_list {
    const char **item; /* trimmed, none empty */
    size_t n;
} cad_list;

typedef enum cad_interval_unit {
    CAD_INTERVAL_OFF,
    CAD_INTERVAL_STEPS,
    CAD_INTERVAL_EPOCHS,
    CAD_INTERVAL_SECONDS
} cad_interval_unit;

typedef struct cad_interval {
    double value;
    cad_interval_unit unit;
} cad_interval;

/* ---- the structs, made from the table ---- */
/* Text is never NULL: "" means not given.  Integers whose default is "auto" hold 0 for auto.  Enumerations are int. */
#define CAD_CONFIG_C_s const char *
#define CAD_CONFIG_C_p const char *
#define CAD_CONFIG_C_i int64_t
#define CAD_CONFIG_C_f double
#define CAD_CONFIG_C_b bool
#define CAD_CONFIG_C_l cad_list
#define CAD_CONFIG_C_d double
#define CAD_CONFIG_C_v cad_interval

/* One constant per choice: CAD_EACH(p, a, b) is p_a, p_b, */
#define CAD_EACH_1(p, a) p##_##a,
#define CAD_EACH_2(p, a, ...) p##_##a, CAD_EACH_1(p, __VA_ARGS__)
#define CAD_EACH_3(p, a, ...) p##_##a, CAD_EACH_2(p, __VA_ARGS__)
#define CAD_EACH_4(p, a, ...) p##_##a, CAD_EACH_3(p, __VA_ARGS__)
#define CAD_EACH_5(p, a, ...) p##_##a, CAD_EACH_4(p, __VA_ARGS__)
#define CAD_EACH_6(p, a, ...) p##_##a, CAD_EACH_5(p, __VA_ARGS__)
#define CAD_EACH_N(a, b, c, d, e, f, n, ...) CAD_EACH_##n
#define CAD_EACH_PICK(...) CAD_EACH_N(__VA_ARGS__, 6, 5, 4, 3, 2, 1, 0)
#define CAD_EACH_UNPACK(...) __VA_ARGS__
#define CAD_EACH_CALL(macro, ...) macro(__VA_ARGS__)
#define CAD_EACH(p, tuple) CAD_EACH_CALL(CAD_EACH_PICK tuple, p, CAD_EACH_UNPACK tuple)

#define CAD_NO_X(type, key, def, range, help)
#define CAD_ENUM_E(key, prefix, def, choices, help) enum { CAD_EACH(prefix, choices) };
#define CAD_ENUM_S(section, keys) keys(CAD_NO_X, CAD_ENUM_E)
CAD_CONFIG_SECTIONS(CAD_ENUM_S)

#define CAD_FIELD_X(type, key, def, range, help) CAD_CONFIG_C_##type key;
#define CAD_FIELD_E(key, prefix, def, choices, help) int key;
#define CAD_STRUCT_S(section, keys)                                                                                            \
    typedef struct cad_config_##section {                                                                                      \
        keys(CAD_FIELD_X, CAD_FIELD_E)                                                                                         \
    } cad_config_##section;
CAD_CONFIG_SECTIONS(CAD_STRUCT_S)

typedef struct cad_config_origin_t {
    const char *text; /* "default", "my.ini:14", "CADLM_TRAIN__LR", "--set", "--threads" */
    bool is_default;
} cad_config_origin_t;

typedef struct cad_config {
#define CAD_MEMBER_S(section, keys) cad_config_##section section;
    CAD_CONFIG_SECTIONS(CAD_MEMBER_S)
#undef CAD_MEMBER_S
    cad_config_origin_t *origins; /* one per key, in the order of the table */
    const char *warnings;         /* whole lines, "" when none: keys set by hand that cannot act */
} cad_config;

/* ---- loading ---- */
typedef enum cad_config_kind {
    CAD_CONFIG_FILE, /* name: path of an INI file */
    CAD_CONFIG_TEXT, /* name: what messages call it; text: INI text (NUL-terminated) */
    CAD_CONFIG_ENV,  /* all variables CADLM_<SECTION>__<KEY> */
    CAD_CONFIG_PAIR  /* name: origin such as "--set" or "--threads"; text: "train.lr=1e-4" */
} cad_config_kind;

typedef struct cad_config_source {
    cad_config_kind kind;
    const char *name;
    const char *text;
    const char *only; /* sections taken, as "prompt decode"; others are passed over.  NULL: all */
} cad_config_source;

/* Applies n sources, low to high, over the defaults.  All memory of the result is in `arena`.
 * Errors: CAD_ECONFIG; the text holds every problem, one a line, and "N errors; nothing was started" at the end.  Where that is
 * longer than an error text can be, *problems (may be NULL; owned by the caller) holds all of it.  A missing file is
 * CAD_ENOTFOUND where it is the only problem. */
CAD_MUST_USE cad_status cad_config_load(const cad_config_source *sources, size_t n, cad_arena *arena, cad_buf *problems,
                                        cad_config **out);

/* Keys without which a command cannot work: CAD_ECONFIG naming all that are not given. */
CAD_MUST_USE cad_status cad_config_require(const cad_config *cfg, const char *const *keys, size_t n);

/* ---- asking ---- */
/* "train.lr" -> "my.ini:14".  NULL for a key that does not exist. */
const char *cad_config_origin(const cad_config *cfg, const char *key);
bool cad_config_is_set(const cad_config *cfg, const char *key); /* not the default */
bool cad_list_has(const cad_list *l, const char *item);
/* Appends the value as a file would say it.  CAD_ENOTFOUND for an unknown key. */
CAD_MUST_USE cad_status cad_config_value(const cad_config *cfg, const char *key, cad_buf *out);

/* The resolved configuration as INI text: all keys, paths absolute, a line that is not a default ends in its origin.  Reading
 * it back gives the same values.  Errors: CAD_ECONFIG naming a value too long for a line (198 bytes). */
CAD_MUST_USE cad_status cad_config_print(const cad_config *cfg, cad_buf *out);
/* Type, range, default, meaning, value and origin of one key, for --explain.  cfg may be NULL. */
CAD_MUST_USE cad_status cad_config_explain(const cad_config *cfg, const char *key, cad_buf *out);
/* The whole schema, for --help-all (`markdown` false) and the reference page. */
CAD_MUST_USE cad_status cad_config_schema(bool markdown, cad_buf *out);
/* The same as one JSON document: {"train.lr": {"value", "origin", "default": false}, ..} for the keys named (n > 0), else for
 * all; numbers and on/off are typed, everything else is text as a file would say it; paths are absolute.  Errors: CAD_ENOTFOUND
 * for an unknown key. */
CAD_MUST_USE cad_status cad_config_json(const cad_config *cfg, const char *const *keys, size_t n, cad_buf *out);
/* The schema: [{"key","type","default","values","meaning","required"}, ..]. */
CAD_MUST_USE cad_status cad_config_schema_json(cad_buf *out);
/* Calls fn for each key whose value differs; what a resumed run may not change is the caller's rule. */
CAD_MUST_USE cad_status cad_config_diff(const cad_config *a, const cad_config *b,
                                        void (*fn)(void *ctx, const char *key, const char *a, const char *b), void *ctx);

/* Text of range "steps": "120" or "5%" of `total`, rounded to the nearest step. */
CAD_MUST_USE cad_status cad_config_steps(const char *text, int64_t total, int64_t *out);

#ifdef __cplusplus
}
#endif
#endif
