/* Inside of core/config: the schema as a flat table, values, the strict INI reader.
 * Included by core/config*.c and core/cli_*.c only. */
#ifndef CADLM_CORE_CONFIG_IMPL_H
#define CADLM_CORE_CONFIG_IMPL_H

#include "core/config.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_KEYS_MAX = 256, CAD_INI_LINE = 198 };

typedef struct cad_key {
    char name[24], full[40]; /* "lr", "train.lr" */
    const char *section;
    char type; /* of the list in core/config_keys.h; 'e' for choices */
    const char *def;
    const char *range; /* 'e': "(linear, cosine, constant)" */
    const char *help;
    size_t offset; /* in cad_config */
} cad_key;

static inline void *cad_key_field(const cad_key *k, const cad_config *cfg)
{
    return (char *)(uintptr_t)cfg + k->offset;
}

/* ---- config_schema.c ---- */
const cad_key *cad_schema(size_t *count); /* in the order of core/config_keys.h */
const cad_key *cad_schema_find(const char *section, size_t section_len, const char *name);
const cad_key *cad_schema_find_full(const char *full);             /* "train.lr" */
const cad_key *cad_schema_find_name(const char *name, size_t len); /* "lr" or "max-new", the first of any section; NULL: none */
bool cad_schema_has_section(const char *name, size_t len);
/* The key of this section whose name is near, or else one of that very name elsewhere; NULL: none. */
const cad_key *cad_schema_near_key(const char *section, const char *name);
/* Texts for "did you mean", "" when nothing is near; a key of the section goes by its short name. */
void cad_schema_suggest_section(const char *name, char out[64]);
void cad_schema_suggest_key(const char *section, const char *name, char out[64]);

/* ---- config_value.c ---- */
/* "16k" as 16000, "16K" as 16384: digits, an optional sign, an optional suffix; no blanks.  False: it is not so. */
bool cad_value_int(const char *text, int64_t *out);
/* Reads `text` into the field of `k`.  On failure the error text is "train.lr = 'x'; expected ...". */
CAD_MUST_USE cad_status cad_value_parse(const cad_key *k, const char *text, cad_arena *arena, cad_config *cfg);

/* ---- config_value_print.c ---- */
CAD_MUST_USE cad_status cad_value_print(const cad_key *k, const cad_config *cfg, cad_buf *out);
/* What a value of this key looks like: "one of linear cosine constant", "1..1024". */
CAD_MUST_USE cad_status cad_value_expected(const cad_key *k, cad_buf *out);
const char *cad_value_type_name(const cad_key *k);
/* The i-th name of "(linear, cosine, constant)"; false beyond the end. */
bool cad_value_choice(const char *choices, int i, const char **name, size_t *len);

/* ---- config_expand.c ---- */
/* Appends `value` with ${VAR} and ${VAR:-text} replaced.  CAD_ECONFIG names the variable that is missing. */
CAD_MUST_USE cad_status cad_config_expand(const char *value, cad_buf *out);

/* ---- config_ini.c ---- */
typedef struct cad_ini_sink {
    void *ctx;
    /* One problem of a line (or of the file as a whole: line 0). */
    void (*problem)(void *ctx, const char *file, int line, const char *text);
    /* A new section; returns whether its keys are wanted. */
    bool (*section)(void *ctx, const char *file, int line, const char *name);
    /* section is "" before the first header; the value is trimmed, not expanded. */
    void (*key)(void *ctx, const char *file, int line, const char *section, const char *name, const char *value);
} cad_ini_sink;

/* Feeds INI text through inih under the strict rules; never fails, all goes to the sink. */
void cad_ini_parse(const char *file, const char *text, size_t len, const cad_ini_sink *sink);

/* ---- config_print.c ---- */
/* CAD_ENOTFOUND with the nearest name. */
CAD_MUST_USE cad_status cad_config_no_key(const char *key);

/* ---- config_rules.c ---- */
/* Rules over several keys: appends whole lines to `problems` and counts them; values that cannot act go to `warnings`. */
CAD_MUST_USE cad_status cad_config_rules(const cad_config *cfg, const cad_config *defaults, cad_buf *problems, size_t *n,
                                         cad_buf *warnings);

#ifdef __cplusplus
}
#endif
#endif
