/* The stages of cadprep run and what is remembered of each; private to prep_run.c, prep_stages.c, prep_hash.c, prep_record.c
 * and prep_array.c. */
#ifndef CADLM_DATAPREP_PREP_STAGE_H
#define CADLM_DATAPREP_PREP_STAGE_H

#include "core/hash.h"
#include "dataprep/prep_job.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_PREP_STAGE_FILES = 6 };

/* Inputs that lie elsewhere or are no single file: the tokenizer in use; the list of captions; which parts it describes,
 * whatever it says of them; all STEP files, as one hash; those that were made again; the files of rag.encoder; what synth knows
 * of the parts; the template. */
#define CAD_PREP_TOKENIZER "@tokenizer"
#define CAD_PREP_CAPTIONS "@captions"
#define CAD_PREP_WANTED "@wanted"
#define CAD_PREP_PARTS "@parts"
#define CAD_PREP_FILES "@files"
#define CAD_PREP_ENCODER "@encoder"
#define CAD_PREP_FACTS "@facts"
#define CAD_PREP_TEMPLATE "@template"

/* One stage: the settings and files that decide its result, the files it makes. */
typedef struct cad_prep_stage {
    const char *name;                     /* of its record: two stages may be one word of prep.stages, or one stage two */
    const char *listed;                   /* these words, by one blank; as people are told of it: cad_prep_stage_title */
    const char *keys;                     /* settings, by one blank */
    const char *in[CAD_PREP_STAGE_FILES]; /* in the job's folder, or with @ in front: cad_prep_hash_input knows it */
    const char *out[CAD_PREP_STAGE_FILES];
    const char *again; /* a stage that writes these files once more, NULL: none */
    cad_status (*run)(const cad_prep_job *j);
    bool (*wanted)(const cad_prep_job *j);
    bool by_row; /* a share of its rows can be made alone; its last output is what shares are joined to */
} cad_prep_stage;

/* All of them in their order; those that a job does not want are passed over. */
const cad_prep_stage *cad_prep_stages(size_t *n);
/* The template of the rows that a run makes, where one of its stages wants it. */
CAD_MUST_USE cad_status cad_prep_stages_template(cad_prep_job *j);
/* Settings that contradict each other or what prep.stages lists: CAD_ECONFIG, before anything is made. */
CAD_MUST_USE cad_status cad_prep_stages_check(const cad_prep_job *j);
/* Its name for people: the words of prep.stages that the job wants of it. */
const char *cad_prep_stage_title(const cad_prep_job *j, const cad_prep_stage *s);
/* Whether prep.stages lists it: every name of that list is known here. */
bool cad_prep_stage_listed(const cad_prep_job *j, const char *name);
/* The user's folder of STEP files, or synth's; their captions, NULL: there are none; whether the files are made again. */
CAD_MUST_USE cad_status cad_prep_stage_parts(const cad_prep_job *j, const char **out);
CAD_MUST_USE cad_status cad_prep_stage_captions(const cad_prep_job *j, const char **out);
bool cad_prep_stage_remakes(const cad_prep_job *j);
/* A name that depends on the settings ("@whole") as that of the file in the job's folder; others stay. */
const char *cad_prep_stage_name(const cad_prep_job *j, const char *name);
/* An input or output of a stage as a path; of a share its own. */
CAD_MUST_USE cad_status cad_prep_stage_file(const cad_prep_job *j, const char *name, const char **out);
/* The hash of an input, and the name by which a key remembers it: packs record the folder of their tokenizer. */
CAD_MUST_USE cad_status cad_prep_hash_input(const cad_prep_job *j, const char *name, const char **out_name,
                                            char out[CAD_HASH_HEX]);

/* Hash over the build, the settings and the inputs of a stage. */
CAD_MUST_USE cad_status cad_prep_stage_key(const cad_prep_job *j, const cad_prep_stage *s, char out[33]);
/* Whether the record of the stage agrees with the key and with the bytes of all outputs, as it or the stage that writes them
 * again, where the job wants that, left them.  *partial: it lost rows. */
bool cad_prep_stage_finished(const cad_prep_job *j, const cad_prep_stage *s, const char *key, bool *partial);
/* Whether a file lies there as the stage of that name left it. */
bool cad_prep_stage_left(const cad_prep_job *j, const char *stage, const char *name);
/* Whether the stage was ever finished. */
bool cad_prep_stage_has_record(const cad_prep_job *j, const cad_prep_stage *s);
CAD_MUST_USE cad_status cad_prep_stage_remember(const cad_prep_job *j, const cad_prep_stage *s, const char *key, bool partial);

/* ---- shares ---- */

/* The files of prep.parts by id, in `a`. */
CAD_MUST_USE cad_status cad_prep_array_tree(const cad_prep_job *j, cad_arena *a, cad_step_files *out);
/* Before a share begins: the folder holds shares of its count alone.  Errors: CAD_EDATA. */
CAD_MUST_USE cad_status cad_prep_array_check(const cad_prep_job *j);
/* A share begins: from now on the folder knows of it (.stages/share.I-of-N.json), should it be killed in its first stage. */
CAD_MUST_USE cad_status cad_prep_array_begin(const cad_prep_job *j);
/* How many shares calls with --shard left in the folder, 0: none; all are whole and of these settings and files.  Errors:
 * CAD_EPARTIAL (which are missing), CAD_EDATA (of other settings or files, or of several counts). */
CAD_MUST_USE cad_status cad_prep_array_find(const cad_prep_job *j, int64_t *of);
/* The shares of a stage become its output.  *lost: rows were.  Errors: those of cad_stage_merge. */
CAD_MUST_USE cad_status cad_prep_array_join(const cad_prep_job *j, const cad_prep_stage *s, int64_t of, bool *lost);

#ifdef __cplusplus
}
#endif
#endif
