/* Reading tensors: by pread, widened to f32 where asked. */
#include "core/mem.h"
#include "core/stop_signal.h"
#include "model/hf/safetensors_impl.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HASH_BLOCK = 1 << 20, DOUBLES = 1024 };

static void shape_text(int ndim, const int64_t *dim, char *out, size_t size)
{
    size_t at = 0;
    at += (size_t)snprintf(out, size, "(");
    for (int i = 0; i < ndim && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, i ? ", %" PRId64 : "%" PRId64, dim[i]);
    if (at < size)
        snprintf(out + at, size - at, ")");
}

cad_status cad_st_expect(const cad_safetensors *f, const char *name, int ndim, const int64_t *dim, const cad_st_tensor **out)
{
    const cad_st_tensor *t = cad_st_find(f, name);
    if (!t)
        CAD_FAIL(CAD_EDATA, "%s: no tensor '%s'", cad_file_path(f->file[0].file), name);
    if (t->ndim != ndim || (ndim > 0 && memcmp(t->dim, dim, (size_t)ndim * sizeof *dim) != 0)) {
        char found[200], wanted[200];
        shape_text(t->ndim, t->dim, found, sizeof found);
        shape_text(ndim, dim, wanted, sizeof wanted);
        CAD_FAIL(CAD_EDATA, "%s: tensor '%s' has shape %s; expected %s", cad_st_path(f, t), name, found, wanted);
    }
    *out = t;
    return CAD_OK;
}

cad_status cad_st_read_raw(const cad_safetensors *f, const cad_st_tensor *t, uint64_t offset, void *out, size_t len)
{
    uint64_t bytes = t->end - t->begin;
    if (offset > bytes || len > bytes - offset)
        CAD_FAIL(CAD_EINVAL, "tensor '%s': bytes %" PRIu64 " + %zu of %" PRIu64, t->name, offset, len, bytes);
    CAD_TRY(cad_stop_abandoned());
    const cad_st_file *file = &f->file[t->shard];
    return cad_file_read_at(file->file, file->data_start + t->begin + offset, out, len);
}

/* The 16-bit values lie in the upper half of `out` and are widened from the first on: value i is read at byte 2 (count + i),
 * which is never below the end 4 i + 4 of what was written before it. */
static void widen16(float *out, int64_t count, cad_st_dtype dtype)
{
    const char *src = (const char *)out + 2 * (size_t)count;
    for (int64_t i = 0; i < count; i++) {
        uint16_t v;
        memcpy(&v, src + 2 * i, sizeof v);
        float wide = dtype == CAD_ST_BF16 ? cad_bf16_to_f32(v) : cad_f16_to_f32(v);
        memcpy(&out[i], &wide, sizeof wide);
    }
}

static cad_status read_f64(const cad_safetensors *f, const cad_st_tensor *t, int64_t first, float *out, int64_t count)
{
    double block[DOUBLES];
    for (int64_t done = 0; done < count;) {
        int64_t n = count - done < DOUBLES ? count - done : DOUBLES;
        CAD_TRY(cad_st_read_raw(f, t, (uint64_t)(first + done) * 8, block, (size_t)n * 8));
        for (int64_t i = 0; i < n; i++)
            out[done + i] = (float)block[i];
        done += n;
    }
    return CAD_OK;
}

cad_status cad_st_read_f32(const cad_safetensors *f, const cad_st_tensor *t, int64_t first, float *out, int64_t count)
{
    if (first < 0 || count < 0 || first > t->count || count > t->count - first)
        CAD_FAIL(CAD_EINVAL, "tensor '%s': elements %" PRId64 " + %" PRId64 " of %" PRId64, t->name, first, count, t->count);
    switch (t->dtype) {
    case CAD_ST_F32:
        return cad_st_read_raw(f, t, (uint64_t)first * 4, out, (size_t)count * 4);
    case CAD_ST_F64:
        return read_f64(f, t, first, out, count);
    case CAD_ST_BF16:
    case CAD_ST_F16:
        CAD_TRY(cad_st_read_raw(f, t, (uint64_t)first * 2, (char *)out + 2 * count, (size_t)count * 2));
        widen16(out, count, t->dtype);
        return CAD_OK;
    default:
        CAD_FAIL(CAD_EREFUSED, "%s: tensor '%s' has type %s; expected F32, BF16, F16 or F64", cad_st_path(f, t), t->name,
                 cad_st_dtype_name(t->dtype));
    }
}

/* ---- all of it ---- */

/* The first of the n elements that is not finite; n: all are. */
static size_t first_bad16(const unsigned char *p, size_t n, unsigned exponent)
{
    for (size_t i = 0; i < n; i++) {
        uint16_t v;
        memcpy(&v, p + 2 * i, sizeof v);
        if ((v & exponent) == exponent)
            return i;
    }
    return n;
}

static size_t first_bad32(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t v;
        memcpy(&v, p + 4 * i, sizeof v);
        if ((v & 0x7F800000u) == 0x7F800000u)
            return i;
    }
    return n;
}

static size_t first_bad64(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double v;
        memcpy(&v, p + 8 * i, sizeof v);
        if (!isfinite((float)v))
            return i;
    }
    return n;
}

/* HASH_BLOCK is a multiple of each element's size, so a block holds whole ones. */
static cad_status look_at(const cad_safetensors *f, const cad_st_tensor *t, uint64_t at, const unsigned char *block, size_t len)
{
    unsigned size = cad_st_dtype_bits(t->dtype) / 8;
    size_t n, bad;
    switch (t->dtype) {
    case CAD_ST_BF16:
        bad = first_bad16(block, n = len / 2, 0x7F80u);
        break;
    case CAD_ST_F16:
        bad = first_bad16(block, n = len / 2, 0x7C00u);
        break;
    case CAD_ST_F32:
        bad = first_bad32(block, n = len / 4);
        break;
    case CAD_ST_F64:
        bad = first_bad64(block, n = len / 8);
        break;
    default:
        return CAD_OK;
    }
    if (bad < n)
        CAD_FAIL(CAD_ENUMERIC, "%s: tensor '%s': element %" PRIu64 " is not finite", cad_st_path(f, t), t->name,
                 at / size + bad);
    return CAD_OK;
}

/* 187 MB of BF16 in the page cache: 0.10 s of CPU with the values looked at, where a pass for each took 0.24 s. */
static cad_status pass(const cad_safetensors *f, bool values, bool (*no_values)(const cad_safetensors *, const cad_st_tensor *),
                       char out[CAD_HASH_HEX])
{
    unsigned char *block;
    CAD_TRY(cad_mem_alloc(HASH_BLOCK, "block of tensors", &block));
    cad_hasher *h = cad_hasher_create();
    cad_status s = h ? CAD_OK : cad_fail(CAD_ENOMEM, "hash state: out of memory");
    for (size_t i = 0; s == CAD_OK && i < f->n; i++) {
        const cad_st_tensor *t = &f->tensor[i];
        uint64_t bytes = t->end - t->begin;
        bool look = values && !(no_values && no_values(f, t));
        for (uint64_t at = 0; s == CAD_OK && at < bytes; at += HASH_BLOCK) {
            size_t n = bytes - at < HASH_BLOCK ? (size_t)(bytes - at) : HASH_BLOCK;
            s = cad_st_read_raw(f, t, at, block, n);
            if (s == CAD_OK && look)
                s = look_at(f, t, at, block, n);
            if (s == CAD_OK)
                cad_hasher_add(h, block, n);
        }
    }
    if (s == CAD_OK)
        cad_hasher_hex(h, out);
    cad_hasher_destroy(h);
    cad_mem_free(block);
    return s;
}

cad_status cad_st_hash(const cad_safetensors *f, char out[CAD_HASH_HEX])
{
    return pass(f, false, NULL, out);
}

cad_status cad_st_examine(const cad_safetensors *f, bool (*no_values)(const cad_safetensors *, const cad_st_tensor *),
                          char out[CAD_HASH_HEX])
{
    return pass(f, true, no_values, out);
}
