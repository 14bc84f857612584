/* safetensors files: one file or the shards of a directory, read by pread, written whole.
 *
 * Layout: u64 little-endian header length n, n bytes of JSON, then the data.  All offsets are relative to the data.  The
 * reader trusts nothing: each rule of the format has its check and its own message before a byte of data is touched.  A broken
 * or short file is CAD_ECORRUPT. */
#ifndef CADLM_MODEL_HF_SAFETENSORS_H
#define CADLM_MODEL_HF_SAFETENSORS_H

#include "core/hash.h"
#include "core/status.h"
#include "core/tensor.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, bits): the order of the safetensors library, ascending alignment; files are written in descending order of it. */
#define CAD_ST_DTYPES(X)                                                                                                       \
    X(BOOL, 8)                                                                                                                 \
    X(F4, 4)                                                                                                                   \
    X(F6_E2M3, 6)                                                                                                              \
    X(F6_E3M2, 6)                                                                                                              \
    X(U8, 8)                                                                                                                   \
    X(I8, 8)                                                                                                                   \
    X(F8_E5M2, 8)                                                                                                              \
    X(F8_E4M3, 8) X(F8_E8M0, 8) X(F8_E4M3FNUZ, 8) X(F8_E5M2FNUZ, 8) X(I16, 16) X(U16, 16) X(F16, 16) X(BF16, 16) X(I32, 32)    \
        X(U32, 32) X(F32, 32) X(C64, 64) X(F64, 64) X(I64, 64) X(U64, 64)
typedef enum cad_st_dtype {
#define X(name, bits) CAD_ST_##name,
    CAD_ST_DTYPES(X)
#undef X
        CAD_ST_COUNT
} cad_st_dtype;
const char *cad_st_dtype_name(cad_st_dtype t); /* "BF16" */
unsigned cad_st_dtype_bits(cad_st_dtype t);    /* of one element: 16 */

enum { CAD_ST_MAX_DIMS = 8, CAD_ST_MAX_TENSORS = 1000000, CAD_ST_MAX_NAME = 4096, CAD_ST_MAX_SHARDS = 10000 };
#define CAD_ST_MAX_HEADER ((uint64_t)100000000)
#define CAD_ST_MAX_DIM ((int64_t)1 << 48) /* each dimension is below */

typedef struct cad_st_tensor {
    const char *name; /* borrowed from the file object */
    cad_st_dtype dtype;
    int ndim;
    int64_t dim[CAD_ST_MAX_DIMS];
    int64_t count;       /* elements */
    uint64_t begin, end; /* bytes, relative to the data of its file */
    uint32_t shard;
} cad_st_tensor;

typedef struct cad_safetensors cad_safetensors;

/* ---- reading ---- */
/* Owner: the caller, by close.  Errors: CAD_ENOTFOUND, CAD_EIO, CAD_ECORRUPT (which rule, with the numbers). */
CAD_MUST_USE cad_status cad_st_open(const char *path, cad_safetensors **out);
/* `dir`/model.safetensors, else the shards named by `dir`/model.safetensors.index.json: every mapped name is in its shard, no
 * shard holds another tensor, total_size agrees.  A directory with *.bin weights alone is CAD_EREFUSED. */
CAD_MUST_USE cad_status cad_st_open_dir(const char *dir, cad_safetensors **out);
void cad_st_close(cad_safetensors *f); /* NULL is fine */

size_t cad_st_count(const cad_safetensors *f);
const cad_st_tensor *cad_st_at(const cad_safetensors *f, size_t i);           /* sorted by name (bytes) */
const cad_st_tensor *cad_st_find(const cad_safetensors *f, const char *name); /* NULL: absent */
const char *cad_st_metadata(const cad_safetensors *f, const char *key);       /* of the first file; NULL: absent */
const char *cad_st_path(const cad_safetensors *f, const cad_st_tensor *t);    /* the file that holds it; NULL: the first */

/* Finds `name` with exactly this shape.  Errors: CAD_EDATA naming tensor, file and both shapes, or the missing name. */
CAD_MUST_USE cad_status cad_st_expect(const cad_safetensors *f, const char *name, int ndim, const int64_t *dim,
                                      const cad_st_tensor **out);
/* Bytes [offset, offset + len) of the tensor as stored.  Errors: CAD_ECORRUPT when the file became shorter; CAD_EINTR
 * (cad_stop_abandoned), of the other readers and the writers too. */
CAD_MUST_USE cad_status cad_st_read_raw(const cad_safetensors *f, const cad_st_tensor *t, uint64_t offset, void *out,
                                        size_t len);
/* Elements [first, first + count) of an F32, BF16, F16 or F64 tensor as f32; other types are CAD_EREFUSED by name. */
CAD_MUST_USE cad_status cad_st_read_f32(const cad_safetensors *f, const cad_st_tensor *t, int64_t first, float *out,
                                        int64_t count);
/* XXH3-128 over the tensors' bytes in name order, 32 hex digits: the identity of base weights. */
CAD_MUST_USE cad_status cad_st_hash(const cad_safetensors *f, char out[CAD_HASH_HEX]);
/* That, and a look at every value of the types F32, BF16, F16 and F64, in one pass over the files.  `no_values` (may be NULL)
 * says of which tensors the bytes are something else.  Errors: CAD_ENUMERIC naming file, tensor and element of the first that
 * is not finite; an F64 beyond the range of F32 is none, as nothing here computes with it. */
CAD_MUST_USE cad_status cad_st_examine(const cad_safetensors *f,
                                       bool (*no_values)(const cad_safetensors *, const cad_st_tensor *),
                                       char out[CAD_HASH_HEX]);

/* ---- writing ---- */
/* Elements of one tensor from `first` on: *count of them, 1 .. `most`, at *data until the next call.  A failure ends the write,
 * and is passed on. */
typedef cad_status (*cad_st_window)(void *ctx, int64_t first, int64_t most, const void **data, int64_t *count);

/* One tensor to write: dense row-major elements of type `from`, stored as `to`.  f32 may be stored as F32, BF16, F16 (nearest
 * even; f16 overflow becomes infinity); u8 as any type: its elements, also those of a window, are the bytes as stored; every
 * other type only as itself. */
typedef struct cad_st_item {
    const char *name;
    const void *data; /* borrowed during the call; NULL: window(ctx) tells it, called for ascending elements, each once */
    int ndim;
    int64_t dim[CAD_ST_MAX_DIMS];
    cad_dtype from;
    cad_st_dtype to;
    cad_st_window window;
    void *ctx;
} cad_st_item;

/* Replaces `path` as a whole.  Items are written in the library's order (type, then name), the header is padded by spaces to
 * a multiple of 8, metadata is {"format": "pt"} and the pairs key, value of `meta` (n_meta pairs; may be NULL).
 * Errors: CAD_EINVAL (a name twice, a type that cannot be stored so), CAD_EWRITE. */
CAD_MUST_USE cad_status cad_st_write(const char *path, const cad_st_item *items, size_t n, const char *const (*meta)[2],
                                     size_t n_meta);

/* Writes the tensors into the existing folder `dir`, in the order given: model.safetensors where all of them take at most
 * `shard_bytes` (0: no limit), else model-00001-of-0000N.safetensors, each filled up to the limit (a larger tensor has a file
 * of its own), and model.safetensors.index.json.  Each file is replaced as a whole, the index last; a folder that must appear
 * as a whole is the caller's (cad_fs_commit_dir).  Errors: as cad_st_write; CAD_EINVAL (more than CAD_ST_MAX_SHARDS files). */
CAD_MUST_USE cad_status cad_st_write_dir(const char *dir, const cad_st_item *items, size_t n, uint64_t shard_bytes);
/* Bytes of the tensors as stored, headers not counted. */
uint64_t cad_st_items_bytes(const cad_st_item *items, size_t n);

/* f16, as IEEE binary16: widening is exact, narrowing rounds to nearest even, NaN stays NaN. */
float cad_f16_to_f32(uint16_t v);
uint16_t cad_f32_to_f16(float v);

#ifdef __cplusplus
}
#endif
#endif
