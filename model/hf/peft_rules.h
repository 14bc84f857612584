/* Inside of the PEFT files of model/hf: what adapter_config.json says of single modules, and the regular expressions in it. */
#ifndef CADLM_MODEL_HF_PEFT_RULES_H
#define CADLM_MODEL_HF_PEFT_RULES_H

#include "model/hf/peft.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Entries of a list or of a pattern table in one file, keys of such a table that are more than a name, bytes of one text. */
enum { CAD_PEFT_MAX_ENTRIES = 8192, CAD_PEFT_MAX_REGEX_KEYS = 256, CAD_PEFT_MAX_TEXT = 16384 };

typedef struct cad_peft_pattern {
    const char *key; /* regular expression for (.*\.)?(key)$ */
    double value;    /* rank or alpha */
} cad_peft_pattern;

typedef struct cad_peft_patterns {
    const cad_peft_pattern *item; /* in the order of the file */
    size_t n;
} cad_peft_patterns;

/* All of it lives in the arena of the reader. */
struct cad_peft_rules {
    const char *where;        /* the file, for messages */
    const char *target;       /* target_modules as a regular expression; NULL: the list */
    const char *const *entry; /* (n_entries) target_modules as a list */
    size_t n_entries;
    const int64_t *layer; /* (n_layers) layers_to_transform; none: all */
    size_t n_layers;
    bool layers_named; /* layers_pattern is "layers", else null: the same modules */
    cad_peft_patterns rank, alpha;
};

/* Letters, digits, _ and points alone. */
bool cad_peft_key_is_plain(const char *key);
/* A regular expression, for the whole of a module name, or as a key of a pattern table.  `what` names it in messages: "FILE:
 * rank_pattern".  Errors: CAD_EDATA (PCRE2 refuses it), CAD_ENOMEM. */
typedef struct cad_peft_regex cad_peft_regex;
CAD_MUST_USE cad_status cad_peft_regex_create(const char *pattern, bool whole, const char *where, const char *what,
                                              cad_peft_regex **out);
void cad_peft_regex_destroy(cad_peft_regex *r);
/* CAD_EDATA: no answer within the limits. */
CAD_MUST_USE cad_status cad_peft_regex_match(const cad_peft_regex *r, const char *name, bool *out);

/* peft_config.c: ranges of the numbers; `where` names the source. */
CAD_MUST_USE cad_status cad_peft_check(const cad_lora_config *c, const char *where);
/* peft_match.c: the key of rank_pattern that gives this module its rank; NULL: none, or no rules.  For messages. */
const char *cad_peft_rank_key(const cad_lora_config *c, int64_t layer, cad_lora_target t);

#ifdef __cplusplus
}
#endif
#endif
