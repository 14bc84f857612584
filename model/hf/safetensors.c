/* Opening a safetensors file: the checks, in the order of the format's description. */
#include "model/hf/safetensors.h"

#include "core/json.h"
#include "core/mem.h"
#include "core/path.h"
#include "core/size.h"
#include "core/utf8.h"
#include "model/hf/safetensors_impl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned bits;
} dtypes[CAD_ST_COUNT] = {
#define X(name, bits) {#name, bits},
    CAD_ST_DTYPES(X)
#undef X
};

const char *cad_st_dtype_name(cad_st_dtype t)
{
    return dtypes[t].name;
}

unsigned cad_st_dtype_bits(cad_st_dtype t)
{
    return dtypes[t].bits;
}

static cad_status read_header_text(cad_file *file, cad_buf *text, uint64_t *out_start)
{
    const char *path = cad_file_path(file);
    uint64_t size = cad_file_size(file), n = 0;
    if (size < 8)
        CAD_FAIL(CAD_ECORRUPT, "%s: %" PRIu64 " bytes; a safetensors file has at least 8", path, size);
    unsigned char le[8];
    CAD_TRY(cad_file_read_at(file, 0, le, sizeof le));
    for (int i = 7; i >= 0; i--)
        n = n << 8 | le[i];
    if (n > CAD_ST_MAX_HEADER)
        CAD_FAIL(CAD_ECORRUPT, "%s: header of %" PRIu64 " bytes; the limit is %" PRIu64, path, n, CAD_ST_MAX_HEADER);
    if (n > size - 8)
        CAD_FAIL(CAD_ECORRUPT, "%s: header of %" PRIu64 " bytes, but only %" PRIu64 " follow its length", path, n, size - 8);
    CAD_TRY(cad_buf_reserve(text, (size_t)n));
    CAD_TRY(cad_file_read_at(file, 8, text->data, (size_t)n));
    text->len = (size_t)n;
    size_t bad = cad_utf8_check(text->data, text->len);
    if (bad < text->len)
        CAD_FAIL(CAD_ECORRUPT, "%s: header is not UTF-8 at byte %zu", path, bad + 8);
    if (n == 0 || text->data[0] != '{')
        CAD_FAIL(CAD_ECORRUPT, "%s: header does not start with '{'", path);
    *out_start = 8 + n;
    return CAD_OK;
}

/* JSON errors become those of this format: a duplicate is told from a text that does not parse. */
static cad_status parse_header(const char *path, const cad_buf *text, json_t **out)
{
    cad_status s = cad_json_parse(text->data, text->len, "header", out);
    if (s == CAD_OK || s == CAD_ENOMEM)
        return s;
    const char *why = cad_error_text();
    if (strstr(why, "duplicate object key"))
        CAD_FAIL(CAD_ECORRUPT, "%s: a name occurs twice: %s", path, why);
    CAD_FAIL(CAD_ECORRUPT, "%s: %s", path, why);
}

static cad_status check_metadata(const char *path, const json_t *header)
{
    json_t *meta = json_object_get(header, "__metadata__"), *v;
    const char *key;
    if (!meta)
        return CAD_OK;
    if (!json_is_object(meta))
        CAD_FAIL(CAD_ECORRUPT, "%s: __metadata__ is not an object; expected names with texts", path);
    json_object_foreach(meta, key, v)
    {
        if (!json_is_string(v))
            CAD_FAIL(CAD_ECORRUPT, "%s: __metadata__ key '%.64s' is not a string; expected a text", path, key);
    }
    return CAD_OK;
}

static cad_status read_dtype(const char *path, const char *name, const json_t *entry, cad_st_dtype *out)
{
    const char *text = json_string_value(json_object_get(entry, "dtype"));
    if (!text)
        CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s': dtype is missing or not a string", path, name);
    for (int i = 0; i < CAD_ST_COUNT; i++) {
        if (!strcmp(text, dtypes[i].name)) {
            *out = (cad_st_dtype)i;
            return CAD_OK;
        }
    }
    CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s': unknown dtype '%.32s'", path, name, text);
}

static cad_status read_shape(const char *path, const char *name, const json_t *entry, cad_st_tensor *t)
{
    const json_t *shape = json_object_get(entry, "shape");
    if (!json_is_array(shape))
        CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s': shape is missing or not a list", path, name);
    if (json_array_size(shape) > CAD_ST_MAX_DIMS)
        CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s': %zu dimensions; the limit is %d", path, name, json_array_size(shape),
                 CAD_ST_MAX_DIMS);
    t->ndim = (int)json_array_size(shape);
    for (int i = 0; i < t->ndim; i++) {
        const json_t *d = json_array_get(shape, (size_t)i);
        if (!json_is_integer(d) || json_integer_value(d) < 0 || json_integer_value(d) >= CAD_ST_MAX_DIM)
            CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s': dimension %d is not an integer in 0..2^48-1", path, name, i);
        t->dim[i] = json_integer_value(d);
    }
    return CAD_OK;
}

static cad_status read_offsets(const char *path, const char *name, const json_t *entry, cad_st_tensor *t)
{
    const json_t *pair = json_object_get(entry, "data_offsets");
    const json_t *b = json_array_get(pair, 0), *e = json_array_get(pair, 1);
    if (json_array_size(pair) != 2 || !json_is_integer(b) || !json_is_integer(e) || json_integer_value(b) < 0 ||
        json_integer_value(e) < json_integer_value(b))
        CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s': data_offsets are not two integers in ascending order", path, name);
    t->begin = (uint64_t)json_integer_value(b);
    t->end = (uint64_t)json_integer_value(e);
    return CAD_OK;
}

static const char *other_field(const json_t *entry)
{
    static const char *const known[] = {"dtype", "shape", "data_offsets"};
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)entry, key, v)
    {
        bool found = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            found = found || !strcmp(key, known[i]);
        if (!found)
            return key;
    }
    return NULL;
}

static cad_status read_entry(const char *path, const char *name, const json_t *entry, cad_st_tensor *t)
{
    if (strlen(name) > CAD_ST_MAX_NAME)
        CAD_FAIL(CAD_ECORRUPT, "%s: a name of %zu bytes; the limit is %d", path, strlen(name), CAD_ST_MAX_NAME);
    if (!json_is_object(entry))
        CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s' is not an object; expected dtype, shape and data_offsets", path, name);
    *t = (cad_st_tensor){.name = name};
    CAD_TRY(read_dtype(path, name, entry, &t->dtype));
    CAD_TRY(read_shape(path, name, entry, t));
    CAD_TRY(read_offsets(path, name, entry, t));
    const char *other = other_field(entry);
    if (other)
        CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s': unknown field '%.64s'; expected dtype, shape and data_offsets", path, name,
                 other);
    return CAD_OK;
}

static int by_offset(const void *pa, const void *pb)
{
    const cad_st_tensor *a = pa, *b = pb;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return a->end < b->end ? -1 : a->end > b->end;
}

static int by_name(const void *pa, const void *pb)
{
    return strcmp(((const cad_st_tensor *)pa)->name, ((const cad_st_tensor *)pb)->name);
}

/* Sorts t by offset and demands that the tensors tile the data of the file. */
static cad_status check_tiling(const char *path, cad_st_tensor *t, size_t n, uint64_t data_bytes)
{
    if (n > 1)
        qsort(t, n, sizeof *t, by_offset);
    uint64_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (t[i].begin != at)
            CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s' begins at byte %" PRIu64 " of the data; expected %" PRIu64 " (%s)",
                     path, t[i].name, t[i].begin, at, t[i].begin < at ? "overlap" : "gap");
        at = t[i].end;
    }
    if (at != data_bytes)
        CAD_FAIL(CAD_ECORRUPT, "%s: tensors end at byte %" PRIu64 " of the data, the file holds %" PRIu64 " (%s)", path, at,
                 data_bytes, at > data_bytes ? "truncated file" : "bytes left over");
    return CAD_OK;
}

/* Shape and type must need what the offsets give. */
static cad_status check_size(const char *path, cad_st_tensor *t)
{
    int64_t bits;
    t->count = 1;
    for (int i = 0; i < t->ndim; i++) {
        if (__builtin_mul_overflow(t->count, t->dim[i], &t->count))
            CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s': the product of its shape overflows", path, t->name);
    }
    if (__builtin_mul_overflow(t->count, (int64_t)dtypes[t->dtype].bits, &bits))
        CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s': its size in bits overflows", path, t->name);
    if (bits % 8 != 0)
        CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s': %" PRId64 " bits are no whole number of bytes", path, t->name, bits);
    if (t->end - t->begin != (uint64_t)(bits / 8))
        CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s': offsets span %" PRIu64 " bytes, shape and dtype %s need %" PRId64, path,
                 t->name, t->end - t->begin, dtypes[t->dtype].name, bits / 8);
    return CAD_OK;
}

static cad_status read_tensors(cad_safetensors *f, const char *path, cad_st_file *file, uint32_t shard)
{
    CAD_TRY(check_metadata(path, file->header));
    size_t max = json_object_size(file->header), n = 0;
    if (max > CAD_ST_MAX_TENSORS || f->n + max > CAD_ST_MAX_TENSORS)
        CAD_FAIL(CAD_ECORRUPT, "%s: %zu tensors; the limit is %d", path, f->n + max, CAD_ST_MAX_TENSORS);
    CAD_TRY(cad_mem_resize(cad_size_add(cad_size_mul(cad_size_add(f->n, max), sizeof *f->tensor), 1), "list of tensors",
                           &f->tensor));
    cad_st_tensor *t = f->tensor + f->n;
    const char *name;
    json_t *entry;
    json_object_foreach(file->header, name, entry)
    {
        if (!strcmp(name, "__metadata__"))
            continue;
        CAD_TRY(read_entry(path, name, entry, &t[n]));
        t[n++].shard = shard;
    }
    CAD_TRY(check_tiling(path, t, n, cad_file_size(file->file) - file->data_start));
    for (size_t i = 0; i < n; i++)
        CAD_TRY(check_size(path, &t[i]));
    f->n += n;
    return CAD_OK;
}

cad_status cad_st_add_file(cad_safetensors *f, const char *path)
{
    CAD_TRY(cad_mem_resize(cad_size_mul(cad_size_add(f->n_files, 1), sizeof *f->file), "list of shards", &f->file));
    cad_st_file *file = &f->file[f->n_files];
    *file = (cad_st_file){0};
    CAD_TRY(cad_file_open(path, &file->file));
    f->n_files++; /* from here on close releases it */
    cad_buf text = CAD_BUF_INIT;
    cad_status s = read_header_text(file->file, &text, &file->data_start);
    if (s == CAD_OK)
        s = parse_header(path, &text, &file->header);
    cad_buf_deinit(&text);
    CAD_TRY(s);
    if (!json_is_object(file->header))
        CAD_FAIL(CAD_ECORRUPT, "%s: header is not a JSON object", path);
    return read_tensors(f, path, file, (uint32_t)(f->n_files - 1));
}

cad_status cad_st_sort(cad_safetensors *f)
{
    if (f->n > 1)
        qsort(f->tensor, f->n, sizeof *f->tensor, by_name);
    for (size_t i = 1; i < f->n; i++) {
        if (!strcmp(f->tensor[i - 1].name, f->tensor[i].name))
            CAD_FAIL(CAD_ECORRUPT, "%s: tensor '%.200s' is also in %s", cad_st_path(f, &f->tensor[i]), f->tensor[i].name,
                     cad_st_path(f, &f->tensor[i - 1]));
    }
    return CAD_OK;
}

cad_status cad_st_open(const char *path, cad_safetensors **out)
{
    if (cad_path_ends(path, ".bin") || cad_path_ends(path, ".pt") || cad_path_ends(path, ".pth"))
        CAD_FAIL(CAD_EREFUSED, "%s: pickled weights are not read; convert them to safetensors", path);
    cad_safetensors *f;
    CAD_TRY(cad_mem_alloc(sizeof *f, "safetensors", &f));
    cad_status s = cad_st_add_file(f, path);
    if (s == CAD_OK)
        s = cad_st_sort(f);
    if (s != CAD_OK) {
        cad_st_close(f);
        return s;
    }
    *out = f;
    return CAD_OK;
}

void cad_st_close(cad_safetensors *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n_files; i++) {
        cad_file_close(f->file[i].file);
        json_decref(f->file[i].header);
    }
    cad_mem_free(f->file);
    cad_mem_free(f->tensor);
    cad_mem_free(f);
}

size_t cad_st_count(const cad_safetensors *f)
{
    return f->n;
}

const cad_st_tensor *cad_st_at(const cad_safetensors *f, size_t i)
{
    return &f->tensor[i];
}

const cad_st_tensor *cad_st_find(const cad_safetensors *f, const char *name)
{
    cad_st_tensor key = {.name = name};
    return f->n ? bsearch(&key, f->tensor, f->n, sizeof key, by_name) : NULL;
}

const char *cad_st_metadata(const cad_safetensors *f, const char *key)
{
    return json_string_value(json_object_get(json_object_get(f->file[0].header, "__metadata__"), key));
}

const char *cad_st_path(const cad_safetensors *f, const cad_st_tensor *t)
{
    return cad_file_path(f->file[t ? t->shard : 0].file);
}
