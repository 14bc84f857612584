/* The stages of cadprep run and what is remembered of each; private to prep_run.c, prep_stages.c and prep_record.c. */
#ifndef CADLM_DATAPREP_PREP_STAGE_H
#define CADLM_DATAPREP_PREP_STAGE_H

#include "core/hash.h"
#include "dataprep/prep_job.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CAD_PREP_STAGE_FILES = 6 };

/* One stage: the settings and files that decide its result, the files it makes. */
typedef struct cad_prep_stage {
    const char *name;
    const char *keys;                     /* settings, by one blank */
    const char *in[CAD_PREP_STAGE_FILES]; /* in the job's folder, or with @ in front: cad_prep_hash_input knows it */
    const char *out[CAD_PREP_STAGE_FILES];
    const char *again; /* a stage that writes these files once more, NULL: none */
    cad_status (*run)(const cad_prep_job *j);
    bool (*wanted)(const cad_prep_job *j);
} cad_prep_stage;

/* All of them in their order; those that a job does not want are passed over. */
const cad_prep_stage *cad_prep_stages(size_t *n);
/* Settings that contradict each other or what prep.stages lists: CAD_ECONFIG, before anything is made. */
CAD_MUST_USE cad_status cad_prep_stages_check(const cad_prep_job *j);
/* Whether prep.stages lists it: every name of that list is known here. */
bool cad_prep_stage_listed(const cad_prep_job *j, const char *name);
/* An input or output of a stage as a path. */
CAD_MUST_USE cad_status cad_prep_stage_file(const cad_prep_job *j, const char *name, const char **out);
/* The hash of an input, and the name by which a key remembers it: packs record the folder of their tokenizer. */
CAD_MUST_USE cad_status cad_prep_hash_input(const cad_prep_job *j, const char *name, const char **out_name,
                                            char out[CAD_HASH_HEX]);

/* Hash over the build, the settings and the inputs of a stage. */
CAD_MUST_USE cad_status cad_prep_stage_key(const cad_prep_job *j, const cad_prep_stage *s, char out[33]);
/* Whether the record of the stage agrees with the key and with the bytes of all outputs, as it or the stage that writes them
 * again left them.  *partial: it lost rows. */
bool cad_prep_stage_finished(const cad_prep_job *j, const cad_prep_stage *s, const char *key, bool *partial);
CAD_MUST_USE cad_status cad_prep_stage_remember(const cad_prep_job *j, const cad_prep_stage *s, const char *key, bool partial);

#ifdef __cplusplus
}
#endif
#endif
