/* The stages of cadprep as a configuration describes them: which files, which settings.  The commands and `run` share it. */
#ifndef CADLM_DATAPREP_PREP_JOB_H
#define CADLM_DATAPREP_PREP_JOB_H

#include "core/arena.h"
#include "core/config.h"
#include "core/json.h"
#include "core/shard.h"
#include "dataprep/stage_import.h"
#include "model/text/template.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_prep_job {
    const cad_config *cfg;
    cad_arena *arena;
    const char *dir;            /* folder of the corpus: prep.out, or what the command line names */
    const char *tokenizer_dir;  /* tokenizer.path; with own_bpe and no path of its own: DIR/tokenizer */
    const cad_template *tpl;    /* as named, else ir: see cad_prep_template */
    cad_shard shard;            /* of the rows, of stages that work row by row (prep_share.h); {0, 0}: all */
    const cad_step_share *part; /* of cadprep run: the share's files in prep.parts; its stages take all of what those before
                                   them left to it.  NULL: the share is that of the input of one command */
} cad_prep_job;

CAD_MUST_USE cad_status cad_prep_job_open(const cad_config *cfg, const char *dir, cad_arena *arena, cad_prep_job *out);
/* For a job without a configuration file of its own: where the command line names no tokenizer, no model and no own_bpe,
 * corpus_dir/tokenizer if it is there; tells which tokenizer it is, and why. */
CAD_MUST_USE cad_status cad_prep_own_tokenizer(cad_prep_job *j, const char *corpus_dir);
/* The template of rows of a kind, "ir" or "step": where the configuration names none, the built-in one for them (step-rag where
 * rag.enabled is on).  CAD_ECONFIG: the one that it names is for the other kind, or there is none.  `where`: whose rows, for
 * the message.  The second: by the kind of the first row. */
CAD_MUST_USE cad_status cad_prep_template(cad_prep_job *j, const char *kind, const char *where);
CAD_MUST_USE cad_status cad_prep_template_of(cad_prep_job *j, const char *corpus);
/* dir/name, in the job's arena. */
CAD_MUST_USE cad_status cad_prep_path(const cad_prep_job *j, const char *name, const char **out);

/* Lines "KEY=VALUE" of keys that stand behind one another by one blank, appended. */
CAD_MUST_USE cad_status cad_prep_settings(const cad_prep_job *j, const char *keys, cad_buf *text);

/* A list by commas, in the job's arena. */
CAD_MUST_USE cad_status cad_prep_join(const cad_prep_job *j, const cad_list *l, const char **out);

/* Each logs one line about what it made. */
CAD_MUST_USE cad_status cad_prep_synth(const cad_prep_job *j, const char *out);
/* A STEP file or a tree of them, rounded, put into order, or both in one pass, into the folder `out` (stage_tree.h).
 * `captions`: a list without which a part is left alone; NULL: all are made.  CAD_ECONFIG: a setting that goes with the other
 * profile. */
CAD_MUST_USE cad_status cad_prep_tree(const cad_prep_job *j, const char *in, const char *captions, const char *out, bool round,
                                      bool order);
/* A folder of STEP files with captions, or JSON, as one corpus: of `inputs` in, captions, parts and out are taken, the rest is
 * the configuration's.  CAD_EPARTIAL: some were left out. */
CAD_MUST_USE cad_status cad_prep_import(const cad_prep_job *j, cad_stage_import_args inputs);
/* A corpus of STEP files as one of texts (stage_text.h). */
CAD_MUST_USE cad_status cad_prep_text(const cad_prep_job *j, const char *in, const char *out);
/* Rows that are too large, have too many tokens, or are no valid solids, left out; rows that are one (stage_filter.h). */
enum { CAD_PREP_FILTER_ENTITIES = 1, CAD_PREP_FILTER_TOKENS = 2, CAD_PREP_FILTER_VALID = 4 };
CAD_MUST_USE cad_status cad_prep_filter(const cad_prep_job *j, const char *in, const char *out, int by);
CAD_MUST_USE cad_status cad_prep_dedup(const cad_prep_job *j, const char *in, const char *out);
CAD_MUST_USE cad_status cad_prep_split(const cad_prep_job *j, const char *in, const char *list); /* list: may be NULL */
CAD_MUST_USE cad_status cad_prep_tokenizer(const cad_prep_job *j); /* CAD_ECONFIG for the folder of a model: it keeps its own */
/* `in`: a folder of splits, or one corpus (stage_rag.h).  CAD_ECONFIG also where prep.profile = steplm and a key of [rag] says
 * otherwise. */
CAD_MUST_USE cad_status cad_prep_rag(const cad_prep_job *j, const char *in);
/* A pack is opened again and audited (dataprep/audit.h): OUT.audit.json, or DIR/audit.json with the leaks between the splits,
 * which end the command (CAD_EDATA) where prep.group names their kind. */
CAD_MUST_USE cad_status cad_prep_pack(const cad_prep_job *j, const char *in, const char *out);
CAD_MUST_USE cad_status cad_prep_pack_splits(const cad_prep_job *j);
/* *report as cad_verify_dir; NULL where it failed early.  `against`: see cad_verify_args; may be NULL. */
CAD_MUST_USE cad_status cad_prep_verify(const cad_prep_job *j, const char *against, json_t **report);

/* The stages that prep.stages lists, as far as the rows know them, in order.  A stage is skipped when its settings, its inputs
 * and the bytes of its outputs are those that its record DIR/.stages/NAME.json remembers; a run that was killed and is repeated
 * ends with the bytes of one that was not.
 *
 * With a share, the first stages on prep.parts, which work row by row: files, import, filter and text, each from what the one
 * before left to the share, into raw.2-of-8.jsonl and such.  A call without a share takes those in the place of its own stages,
 * with the same bytes.  Errors: CAD_EUSAGE (a share without prep.parts), CAD_EPARTIAL (rows were lost; or shares are missing,
 * then nothing is written), CAD_EDATA (shares of other settings or files). */
CAD_MUST_USE cad_status cad_prep_run(const cad_prep_job *j);

#ifdef __cplusplus
}
#endif
#endif
