/* What lies under a name that a person typed, so that a file given in the place of another is told as such, with the command
 * that takes it.  Kinds are seen by the first bytes of a file, by what a folder holds, and for parts by the ending of the name.
 */
#ifndef CADLM_CORE_FILE_KIND_H
#define CADLM_CORE_FILE_KIND_H

#include "core/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The order counts: lines and JSON end with json, folders begin with folder, those of a known kind with splits. */
typedef enum cad_file_kind {
    CAD_FILE_absent,
    CAD_FILE_unknown, /* empty, unreadable, or no kind that is known here */
    CAD_FILE_config,
    CAD_FILE_corpus,
    CAD_FILE_suite,
    CAD_FILE_prompts, /* is never found, only wanted: text, a corpus or a suite */
    CAD_FILE_answers, /* predictions or scores of cadeval, metrics of cadtrain */
    CAD_FILE_json,    /* any other JSON: tokenizer.json, results.json */
    CAD_FILE_pack,
    CAD_FILE_part,     /* .ir, STEP */
    CAD_FILE_shape,    /* .stl, glTF: a part that cannot be read back */
    CAD_FILE_picture,  /* PNG */
    CAD_FILE_weights,  /* safetensors */
    CAD_FILE_folder,   /* of no kind below */
    CAD_FILE_splits,   /* a folder with train.jsonl or train.pack.h5 */
    CAD_FILE_run,      /* a run directory, or its ckpt folder */
    CAD_FILE_model,    /* a folder with config.json or adapter_config.json */
    CAD_FILE_tokenizer /* a folder with tokenizer.json, or vocab.json and merges.txt, and no model */
} cad_file_kind;

cad_file_kind cad_file_kind_of(const char *path);
/* "a pack (HDF5)", "a configuration (INI)" */
const char *cad_file_kind_name(cad_file_kind kind);

/* CAD_OK when `path` is of this kind or of none that is known: its reader then says what is wrong with it.  Otherwise what it
 * is, what was expected, and a hint: the file that was meant, or the command that takes this one.  Errors: CAD_ENOTFOUND
 * (absent, or a folder without what is wanted of it), CAD_EDATA. */
CAD_MUST_USE cad_status cad_file_expect(const char *path, cad_file_kind want);

#ifdef __cplusplus
}
#endif
#endif
