/* What the reader of one file and the reader of shards share; no one else includes this. */
#ifndef CADLM_MODEL_HF_SAFETENSORS_IMPL_H
#define CADLM_MODEL_HF_SAFETENSORS_IMPL_H

#include "core/fs.h"
#include "model/hf/safetensors.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_st_file {
    cad_file *file;
    json_t *header;      /* owns the names */
    uint64_t data_start; /* 8 + header length */
} cad_st_file;

struct cad_safetensors {
    cad_st_file *file; /* n_files */
    size_t n_files;
    cad_st_tensor *tensor; /* n, sorted by name */
    size_t n;
};

/* Opens one more file and appends its tensors, sorted by name among themselves, with shard = n_files before the call. */
CAD_MUST_USE cad_status cad_st_add_file(cad_safetensors *f, const char *path);
/* Sorts all tensors by name; the same name in two files is CAD_ECORRUPT. */
CAD_MUST_USE cad_status cad_st_sort(cad_safetensors *f);

#ifdef __cplusplus
}
#endif
#endif
