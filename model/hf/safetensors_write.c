/* Writing a safetensors file: the library's order, a padded header, the data converted in blocks. */
#include "core/fs.h"
#include "core/mem.h"
#include "core/size.h"
#include "core/stop_signal.h"
#include "model/hf/hfjson.h"
#include "model/hf/safetensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 8192 };

static bool storable(cad_dtype from, cad_st_dtype to)
{
    switch (from) {
    case CAD_F32:
        return to == CAD_ST_F32 || to == CAD_ST_BF16 || to == CAD_ST_F16;
    case CAD_BF16:
        return to == CAD_ST_BF16;
    case CAD_F16:
        return to == CAD_ST_F16;
    case CAD_F64:
        return to == CAD_ST_F64;
    case CAD_U8:
        return true;
    case CAD_I32:
        return to == CAD_ST_I32;
    case CAD_U32:
        return to == CAD_ST_U32;
    case CAD_I64:
        return to == CAD_ST_I64;
    case CAD_U64:
        return to == CAD_ST_U64;
    }
    return false;
}

static uint64_t bytes_of(const cad_st_item *it)
{
    uint64_t n = 1;
    for (int i = 0; i < it->ndim; i++)
        n *= (uint64_t)it->dim[i];
    return n * cad_st_dtype_bits(it->to) / 8;
}

/* Elements that the caller gives: of the tensor, or its bytes. */
static int64_t count_of(const cad_st_item *it)
{
    return (int64_t)(it->from == CAD_U8 ? bytes_of(it) : bytes_of(it) / (cad_st_dtype_bits(it->to) / 8));
}

uint64_t cad_st_items_bytes(const cad_st_item *items, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += bytes_of(&items[i]);
    return sum;
}

static int in_file_order(const void *pa, const void *pb)
{
    const cad_st_item *a = *(const cad_st_item *const *)pa, *b = *(const cad_st_item *const *)pb;
    if (a->to != b->to)
        return a->to > b->to ? -1 : 1;
    return strcmp(a->name, b->name);
}

static cad_status header_text(const cad_st_item *const *it, size_t n, const char *const (*meta)[2], size_t n_meta, cad_buf *out)
{
    CAD_TRY(cad_buf_str(out, "{\"__metadata__\":{\"format\":\"pt\""));
    for (size_t i = 0; i < n_meta; i++) {
        CAD_TRY(cad_buf_str(out, ","));
        CAD_TRY(cad_hfjson_string(out, meta[i][0], strlen(meta[i][0])));
        CAD_TRY(cad_buf_str(out, ":"));
        CAD_TRY(cad_hfjson_string(out, meta[i][1], strlen(meta[i][1])));
    }
    CAD_TRY(cad_buf_str(out, "}"));
    uint64_t at = 0;
    for (size_t i = 0; i < n; i++) {
        CAD_TRY(cad_buf_str(out, ","));
        CAD_TRY(cad_hfjson_string(out, it[i]->name, strlen(it[i]->name)));
        CAD_TRY(cad_buf_printf(out, ":{\"dtype\":\"%s\",\"shape\":[", cad_st_dtype_name(it[i]->to)));
        for (int d = 0; d < it[i]->ndim; d++)
            CAD_TRY(cad_buf_printf(out, d ? ",%" PRId64 : "%" PRId64, it[i]->dim[d]));
        CAD_TRY(cad_buf_printf(out, "],\"data_offsets\":[%" PRIu64 ",%" PRIu64 "]}", at, at + bytes_of(it[i])));
        at += bytes_of(it[i]);
    }
    CAD_TRY(cad_buf_str(out, "}"));
    while (out->len % 8 != 0)
        CAD_TRY(cad_buf_str(out, " "));
    if (out->len > CAD_ST_MAX_HEADER)
        CAD_FAIL(CAD_EINVAL, "safetensors: header of %zu bytes; the limit is %" PRIu64, out->len, CAD_ST_MAX_HEADER);
    return CAD_OK;
}

static cad_status write_halves(cad_writer *w, const cad_st_item *it, const float *src, int64_t count)
{
    uint16_t block[BLOCK];
    for (int64_t done = 0; done < count;) {
        int64_t n = count - done < BLOCK ? count - done : BLOCK;
        for (int64_t i = 0; i < n; i++)
            block[i] = it->to == CAD_ST_BF16 ? cad_f32_to_bf16(src[done + i]) : cad_f32_to_f16(src[done + i]);
        CAD_TRY(cad_writer_add(w, block, (size_t)n * 2));
        done += n;
    }
    return CAD_OK;
}

static cad_status write_part(cad_writer *w, const cad_st_item *it, const void *data, int64_t count)
{
    if (it->from == CAD_F32 && it->to != CAD_ST_F32)
        return write_halves(w, it, data, count);
    return cad_writer_add(w, data, (size_t)count * cad_dtype_size(it->from));
}

static cad_status write_item(cad_writer *w, const cad_st_item *it)
{
    int64_t count = count_of(it);
    if (count == 0)
        return CAD_OK;
    if (it->data)
        return write_part(w, it, it->data, count);
    if (!it->window)
        CAD_FAIL(CAD_EINVAL, "safetensors: %s has neither data nor a window", it->name);
    for (int64_t at = 0, n; at < count; at += n) {
        const void *data;
        CAD_TRY(cad_stop_abandoned());
        CAD_TRY(it->window(it->ctx, at, count - at, &data, &n));
        CAD_TRY(write_part(w, it, data, n));
    }
    return CAD_OK;
}

static cad_status write_all(cad_writer *w, const cad_st_item *const *it, size_t n, const cad_buf *header)
{
    unsigned char le[8];
    for (int i = 0; i < 8; i++)
        le[i] = (unsigned char)((uint64_t)header->len >> (8 * i));
    CAD_TRY(cad_writer_add(w, le, sizeof le));
    CAD_TRY(cad_writer_add(w, header->data, header->len));
    for (size_t i = 0; i < n; i++)
        CAD_TRY(write_item(w, it[i]));
    return CAD_OK;
}

static int by_item_name(const void *pa, const void *pb)
{
    return strcmp((*(const cad_st_item *const *)pa)->name, (*(const cad_st_item *const *)pb)->name);
}

/* Fills `order` with the items as they go into the file; refuses what the reader would refuse. */
static cad_status check_items(const cad_st_item *items, size_t n, const cad_st_item **order)
{
    for (size_t i = 0; i < n; i++) {
        const cad_st_item *it = order[i] = &items[i];
        if (!storable(it->from, it->to))
            CAD_FAIL(CAD_EINVAL, "tensor '%s': %s cannot be stored as %s", it->name, cad_dtype_name(it->from),
                     cad_st_dtype_name(it->to));
        if (strlen(it->name) > CAD_ST_MAX_NAME || !strcmp(it->name, "__metadata__") || it->ndim > CAD_ST_MAX_DIMS)
            CAD_FAIL(CAD_EINVAL, "tensor '%.64s': a name or shape that cannot be stored", it->name);
    }
    qsort(order, n, sizeof *order, by_item_name);
    for (size_t i = 1; i < n; i++) {
        if (!strcmp(order[i - 1]->name, order[i]->name))
            CAD_FAIL(CAD_EINVAL, "tensor '%s' is given twice", order[i]->name);
    }
    qsort(order, n, sizeof *order, in_file_order);
    return CAD_OK;
}

cad_status cad_st_write(const char *path, const cad_st_item *items, size_t n, const char *const (*meta)[2], size_t n_meta)
{
    const cad_st_item **order;
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(n, 1), sizeof *order), "order of tensors", &order));
    cad_buf header = CAD_BUF_INIT;
    cad_writer *w = NULL;
    cad_status s = check_items(items, n, order);
    if (s == CAD_OK)
        s = header_text(order, n, meta, n_meta, &header);
    if (s == CAD_OK)
        s = cad_writer_open(path, &w);
    if (s == CAD_OK)
        s = write_all(w, order, n, &header);
    if (s == CAD_OK)
        s = cad_writer_commit(w);
    else
        cad_writer_abort(w);
    cad_buf_deinit(&header);
    cad_mem_free(order);
    return s;
}
