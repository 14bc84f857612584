/* The few HDF5 calls that the pack needs, with cad_status instead of handles left open.  Private to dataprep. */
#ifndef CADLM_DATAPREP_PACK_H5_H
#define CADLM_DATAPREP_PACK_H5_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Element types of a pack; in the file they are little-endian. */
typedef enum cad_h5_type { CAD_H5_u8, CAD_H5_u16, CAD_H5_u32, CAD_H5_u64, CAD_H5_i64, CAD_H5_f32 } cad_h5_type;
size_t cad_h5_size(cad_h5_type t);

/* Before any other call of the library: it prints nothing, and it does not go through open files at exit, where a file whose
 * close had failed (a full disk) would crash the process.  Everything is closed by whoever opened it. */
void cad_h5_quiet(void);
/* CAD_EWRITE from the text of the failure so far: path, what the system said since cad_h5_quiet, what to do. */
CAD_MUST_USE cad_status cad_h5_write_failed(const char *path);

/* A new file without time stamps whose metadata carry checksums (HDF5 1.10 format): the library reads the older format
 * without looking, and a flipped bit there can crash it.  Negative: failed. */
hid_t cad_h5_create(const char *path);

/* `chunk` elements per chunk with shuffle and deflate 1, or 0: contiguous.  cols 0: one dimension. */
CAD_MUST_USE cad_status cad_h5_put(hid_t file, const char *name, cad_h5_type t, const void *data, size_t rows, size_t cols,
                                   size_t chunk);
/* A dataset of one dimension that grows, in chunks as above; the caller closes it.  Negative: failed. */
hid_t cad_h5_grow(hid_t file, const char *name, cad_h5_type t, size_t chunk);
/* Writes n elements behind the `at` that the dataset has. */
CAD_MUST_USE cad_status cad_h5_append(hid_t set, const char *name, cad_h5_type t, const void *data, size_t at, size_t n);
/* A file that cad_h5_create made, for a change of its attributes.  Negative: failed. */
hid_t cad_h5_reopen(const char *path);
CAD_MUST_USE cad_status cad_h5_put_text(hid_t where, const char *name, const char *text);
CAD_MUST_USE cad_status cad_h5_put_int(hid_t where, const char *name, int64_t value);
CAD_MUST_USE cad_status cad_h5_put_texts(hid_t where, const char *name, const char *const *text, size_t n);

/* Rows of a dataset and, for two dimensions, its columns (else 0); CAD_ECORRUPT when it is absent or has another type. */
CAD_MUST_USE cad_status cad_h5_shape(hid_t file, const char *path, const char *name, cad_h5_type t, size_t *rows, size_t *cols);
/* Reads the whole dataset into `out` of exactly rows * max(cols, 1) elements. */
CAD_MUST_USE cad_status cad_h5_get(hid_t file, const char *path, const char *name, cad_h5_type t, void *out);
/* Reads elements [at, at + n) of a dataset of one dimension. */
CAD_MUST_USE cad_status cad_h5_get_part(hid_t file, const char *path, const char *name, cad_h5_type t, size_t at, size_t n,
                                        void *out);
CAD_MUST_USE cad_status cad_h5_get_text(hid_t where, const char *path, const char *name, cad_arena *a, const char **out);
bool cad_h5_has(hid_t where, const char *name); /* an attribute */
CAD_MUST_USE cad_status cad_h5_get_int(hid_t where, const char *path, const char *name, int64_t *out);
CAD_MUST_USE cad_status cad_h5_get_texts(hid_t where, const char *path, const char *name, cad_arena *a, const char *const **out,
                                         size_t *n);

#ifdef __cplusplus
}
#endif
#endif
