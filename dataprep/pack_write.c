#include "dataprep/pack.h"

#include "core/fs.h"
#include "core/mem.h"
#include "core/size.h"
#include "dataprep/pack_h5.h"
#include "dataprep/pack_layout.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_FAMILIES = 4096, PART = 16 * CAD_PACK_CHUNK /* tokens that are written at once */ };

struct cad_pack_writer {
    cad_pack_opts opts;
    char *path;
    cad_writer *file;
    hid_t h5, tokens; /* the file and the dataset; -1: not open */
    cad_hasher *hash; /* of the tokens */
    size_t n_tokens;  /* with those that wait */
    cad_buf waiting;  /* tokens that are not in the file yet, fewer than PART after a row */
    cad_buf row_offset, span_offset, span, id_offset, id, caption_offset, caption;
    cad_buf retrieved, trimmed, caption_hash, geometry_hash, family, weight;
    char *family_name[MAX_FAMILIES];
    size_t n_families;
};

static cad_status add_u64(cad_buf *b, uint64_t v)
{
    return cad_buf_add(b, &v, sizeof v);
}

/* What the library failed at, told with the reason that the system gave. */
static cad_status write_failed(const cad_pack_writer *w, cad_status s)
{
    return s == CAD_EWRITE ? cad_h5_write_failed(w->path) : s;
}

static cad_status open_output(cad_pack_writer *w, const char *path)
{
    size_t n = strlen(path) + 1;
    CAD_TRY(cad_mem_alloc(n, "path of a pack", &w->path));
    memcpy(w->path, path, n);
    w->hash = cad_hasher_create();
    if (!w->hash)
        CAD_FAIL(CAD_ENOMEM, "%s: no memory for a hash", path);
    CAD_TRY(cad_writer_open(path, &w->file));
    cad_h5_quiet();
    w->h5 = cad_h5_create(cad_writer_temp_path(w->file));
    if (w->h5 < 0)
        return write_failed(w, cad_fail(CAD_EWRITE, "HDF5 cannot create the file"));
    w->tokens = cad_h5_grow(w->h5, "tokens", CAD_H5_u32, CAD_PACK_CHUNK);
    return w->tokens < 0 ? write_failed(w, cad_fail(CAD_EWRITE, "tokens: HDF5 cannot begin the dataset")) : CAD_OK;
}

cad_status cad_pack_writer_create(const cad_pack_opts *opts, const char *path, cad_pack_writer **out)
{
    cad_pack_writer *w = NULL;
    CAD_TRY(cad_mem_alloc(sizeof *w, "pack writer", &w));
    w->opts = *opts;
    w->h5 = w->tokens = -1;
    cad_buf *offsets[] = {&w->row_offset, &w->span_offset, &w->id_offset, &w->caption_offset};
    cad_status s = open_output(w, path);
    for (size_t i = 0; s == CAD_OK && i < 4; i++)
        s = add_u64(offsets[i], 0);
    if (s != CAD_OK) {
        cad_pack_writer_abort(w);
        return s;
    }
    *out = w;
    return CAD_OK;
}

static cad_status family_index(cad_pack_writer *w, const char *name, uint16_t *out)
{
    for (size_t i = 0; i < w->n_families; i++)
        if (!strcmp(w->family_name[i], name)) {
            *out = (uint16_t)i;
            return CAD_OK;
        }
    if (w->n_families == MAX_FAMILIES)
        CAD_FAIL(CAD_EDATA, "more than %d families", MAX_FAMILIES);
    size_t n = strlen(name) + 1;
    CAD_TRY(cad_mem_alloc(n, "family name", &w->family_name[w->n_families]));
    memcpy(w->family_name[w->n_families], name, n);
    *out = (uint16_t)w->n_families++;
    return CAD_OK;
}

static cad_status check_spans(const cad_pack_row *r)
{
    uint32_t from = 1;
    if (!r->n_spans)
        CAD_FAIL(CAD_EDATA, "row %s: no loss token", r->id);
    for (size_t i = 0; i < r->n_spans; i++) {
        uint32_t b = r->span[i][0], e = r->span[i][1];
        if (b < from || e <= b || e > r->n_tokens)
            CAD_FAIL(CAD_EDATA, "row %s: span [%u,%u) does not fit a row of %zu tokens", r->id, b, e, r->n_tokens);
        from = e;
    }
    return CAD_OK;
}

/* Whole chunks of what waits, or all of it. */
static cad_status write_tokens(cad_pack_writer *w, bool all)
{
    size_t n = w->waiting.len / sizeof(uint32_t), now = all ? n : n - n % CAD_PACK_CHUNK;
    cad_status s = cad_h5_append(w->tokens, "tokens", CAD_H5_u32, w->waiting.data, w->n_tokens - n, now);
    if (s != CAD_OK)
        return write_failed(w, s);
    memmove(w->waiting.data, w->waiting.data + now * sizeof(uint32_t), (n - now) * sizeof(uint32_t));
    w->waiting.len = (n - now) * sizeof(uint32_t);
    return CAD_OK;
}

static cad_status add_tokens(cad_pack_writer *w, const cad_pack_row *r)
{
    CAD_TRY(cad_buf_add(&w->waiting, r->tokens, r->n_tokens * sizeof *r->tokens));
    cad_hasher_add(w->hash, r->tokens, r->n_tokens * sizeof *r->tokens);
    w->n_tokens += r->n_tokens;
    return w->waiting.len / sizeof(uint32_t) < PART ? CAD_OK : write_tokens(w, false);
}

cad_status cad_pack_writer_add(cad_pack_writer *w, const cad_pack_row *r)
{
    uint16_t family = 0;
    CAD_TRY(check_spans(r));
    CAD_TRY(family_index(w, r->family ? r->family : "", &family));
    CAD_TRY(add_tokens(w, r));
    CAD_TRY(add_u64(&w->row_offset, w->n_tokens));
    CAD_TRY(cad_buf_add(&w->span, r->span, r->n_spans * sizeof *r->span));
    CAD_TRY(add_u64(&w->span_offset, w->span.len / sizeof *r->span));
    CAD_TRY(cad_buf_str(&w->id, r->id));
    CAD_TRY(add_u64(&w->id_offset, w->id.len));
    CAD_TRY(cad_buf_str(&w->caption, r->caption));
    CAD_TRY(add_u64(&w->caption_offset, w->caption.len));
    int64_t none = -1;
    for (size_t k = 0; k < w->opts.rag_k; k++)
        CAD_TRY(cad_buf_add(&w->retrieved, r->retrieved ? &r->retrieved[k] : &none, sizeof none));
    if (w->opts.rag_k)
        CAD_TRY(cad_buf_add(&w->trimmed, &r->trimmed, sizeof r->trimmed));
    CAD_TRY(add_u64(&w->caption_hash, r->caption_hash));
    CAD_TRY(add_u64(&w->geometry_hash, r->geometry_hash));
    CAD_TRY(cad_buf_add(&w->weight, &r->weight, sizeof r->weight));
    return cad_buf_add(&w->family, &family, sizeof family);
}

static cad_pack view_of(const cad_pack_writer *w)
{
    return (cad_pack){
        .n_rows = w->family.len / sizeof(uint16_t),
        .n_tokens = w->n_tokens,
        .n_spans = w->span.len / (2 * sizeof(uint32_t)),
        .rag_k = w->opts.rag_k,
        .n_families = w->n_families,
        .row_offset = (const void *)w->row_offset.data,
        .span_offset = (const void *)w->span_offset.data,
        .span = (const void *)w->span.data,
        .id_offset = (const void *)w->id_offset.data,
        .id_bytes = cad_buf_cstr(&w->id),
        .caption_offset = (const void *)w->caption_offset.data,
        .caption_bytes = cad_buf_cstr(&w->caption),
        .retrieved = w->opts.rag_k ? (const void *)w->retrieved.data : NULL,
        .trimmed = w->opts.rag_k ? (const void *)w->trimmed.data : NULL,
        .caption_hash = (const void *)w->caption_hash.data,
        .geometry_hash = (const void *)w->geometry_hash.data,
        .family = (const void *)w->family.data,
        .weight = w->opts.weights ? (const void *)w->weight.data : NULL,
        .family_name = (const char *const *)w->family_name,
    };
}

static int by_length(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Nearest-rank percentiles of the row lengths, and the counts. */
static cad_status count(const cad_pack *p, cad_pack_info *info)
{
    int64_t *length = NULL;
    CAD_TRY(cad_mem_alloc(cad_size_mul(p->n_rows, sizeof *length), "row lengths", &length));
    info->n_loss_tokens = 0;
    for (size_t r = 0; r < p->n_rows; r++) {
        length[r] = (int64_t)(p->row_offset[r + 1] - p->row_offset[r]);
        info->n_loss_tokens += cad_pack_targets(p, r);
    }
    qsort(length, p->n_rows, sizeof *length, by_length);
    info->n_rows = (int64_t)p->n_rows;
    info->n_tokens = (int64_t)p->n_tokens;
    info->length_p50 = length[(p->n_rows * 50 + 99) / 100 - 1];
    info->length_p90 = length[(p->n_rows * 90 + 99) / 100 - 1];
    info->length_p99 = length[(p->n_rows * 99 + 99) / 100 - 1];
    info->length_max = length[p->n_rows - 1];
    cad_mem_free(length);
    return CAD_OK;
}

/* All but the tokens. */
static cad_status put_columns(hid_t f, const cad_pack *p)
{
    size_t n = p->n_rows, chunk = CAD_PACK_CHUNK;
    CAD_TRY(cad_h5_put(f, "row_offset", CAD_H5_u64, p->row_offset, n + 1, 0, 0));
    CAD_TRY(cad_h5_put(f, "span_offset", CAD_H5_u64, p->span_offset, n + 1, 0, 0));
    CAD_TRY(cad_h5_put(f, "span", CAD_H5_u32, p->span, p->n_spans, 2, 0));
    CAD_TRY(cad_h5_put(f, "id_offset", CAD_H5_u64, p->id_offset, n + 1, 0, 0));
    CAD_TRY(cad_h5_put(f, "id_bytes", CAD_H5_u8, p->id_bytes, p->id_offset[n], 0, chunk));
    CAD_TRY(cad_h5_put(f, "caption_offset", CAD_H5_u64, p->caption_offset, n + 1, 0, 0));
    CAD_TRY(cad_h5_put(f, "caption_bytes", CAD_H5_u8, p->caption_bytes, p->caption_offset[n], 0, chunk));
    if (p->rag_k) {
        CAD_TRY(cad_h5_put(f, "retrieved", CAD_H5_i64, p->retrieved, n, p->rag_k, 0));
        CAD_TRY(cad_h5_put(f, "trimmed", CAD_H5_u32, p->trimmed, n, 0, 0));
    }
    CAD_TRY(cad_h5_put(f, "caption_hash", CAD_H5_u64, p->caption_hash, n, 0, 0));
    CAD_TRY(cad_h5_put(f, "geometry_hash", CAD_H5_u64, p->geometry_hash, n, 0, 0));
    CAD_TRY(cad_h5_put(f, "family", CAD_H5_u16, p->family, n, 0, 0));
    if (p->weight)
        CAD_TRY(cad_h5_put(f, "weight", CAD_H5_f32, p->weight, n, 0, 0));
    hid_t set = H5Dopen2(f, "family", H5P_DEFAULT);
    if (set < 0)
        CAD_FAIL(CAD_EWRITE, "HDF5 cannot reopen /family");
    cad_status s = cad_h5_put_texts(set, "names", p->family_name, p->n_families);
    (void)H5Dclose(set);
    return s;
}

static cad_status put_attributes(hid_t f, cad_hasher *tokens, const cad_pack *p, const cad_pack_info *i)
{
    char hash[33];
    CAD_TRY(cad_h5_put_text(f, "format", CAD_PACK_FORMAT));
    CAD_TRY(cad_h5_put_int(f, "schema", CAD_PACK_SCHEMA));
#define X(m) CAD_TRY(cad_h5_put_text(f, #m, i->m));
    CAD_PACK_TEXTS(X)
#undef X
#define X(m) CAD_TRY(cad_h5_put_int(f, #m, i->m));
    CAD_PACK_INTS(X)
#undef X
    if (i->retrieval && *i->retrieval)
        CAD_TRY(cad_h5_put_text(f, CAD_PACK_RETRIEVAL, i->retrieval));
    CAD_TRY(cad_h5_put_texts(f, "source_names", i->source_name, i->n_sources));
    CAD_TRY(cad_h5_put_texts(f, "source_xxh3", i->source_xxh3, i->n_sources));
    cad_pack_hash_tokens(tokens, p, hash);
    CAD_TRY(cad_h5_put_text(f, "tokens_xxh3", hash));
    CAD_TRY(cad_pack_hash_columns(p, hash));
    return cad_h5_put_text(f, "columns_xxh3", hash);
}

/* Also of a file that nobody wants any more: whatever is open in it must be closed. */
static cad_status close_h5(cad_pack_writer *w)
{
    herr_t e = 0;
    if (w->tokens >= 0)
        e = H5Dclose(w->tokens);
    if (w->h5 >= 0 && H5Fclose(w->h5) < 0)
        e = -1;
    w->tokens = w->h5 = -1;
    if (e < 0)
        CAD_FAIL(CAD_EWRITE, "HDF5 cannot close the file");
    return CAD_OK;
}

static cad_status write_rest(cad_pack_writer *w, const cad_pack_info *given)
{
    cad_pack p = view_of(w);
    cad_pack_info info = *given;
    if (!p.n_rows)
        CAD_FAIL(CAD_ENOTFOUND, "%s: zero rows to pack", w->path);
    CAD_TRY(count(&p, &info));
    CAD_TRY(write_tokens(w, true));
    cad_status s = put_columns(w->h5, &p);
    if (s == CAD_OK)
        s = put_attributes(w->h5, w->hash, &p, &info);
    if (s == CAD_OK)
        s = close_h5(w);
    return write_failed(w, s);
}

cad_status cad_pack_writer_commit(cad_pack_writer *w, const cad_pack_info *info)
{
    cad_status s = write_rest(w, info);
    if (s == CAD_OK) {
        s = cad_writer_commit(w->file);
        w->file = NULL;
    }
    cad_pack_writer_abort(w);
    return s;
}

void cad_pack_writer_abort(cad_pack_writer *w)
{
    if (!w)
        return;
    cad_kept_error why;
    cad_error_keep(&why);
    (void)close_h5(w);
    cad_error_restore(&why);
    if (w->file)
        cad_writer_abort(w->file);
    cad_hasher_destroy(w->hash);
    cad_mem_free(w->path);
    cad_buf *all[] = {&w->waiting,      &w->row_offset,     &w->span_offset, &w->span,      &w->id_offset,
                      &w->id,           &w->caption_offset, &w->caption,     &w->retrieved, &w->trimmed,
                      &w->caption_hash, &w->geometry_hash,  &w->family,      &w->weight};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        cad_buf_deinit(all[i]);
    for (size_t i = 0; i < w->n_families; i++)
        cad_mem_free(w->family_name[i]);
    cad_mem_free(w);
}

static cad_status add_word(hid_t f, const char *path, cad_arena *a)
{
    const char *words = NULL;
    cad_buf all = CAD_BUF_INIT;
    CAD_TRY(cad_h5_get_text(f, path, "waived", a, &words));
    if (cad_pack_waives(&(cad_pack_info){.waived = words}, CAD_PACK_LEAKY))
        return CAD_OK;
    cad_status s = cad_buf_printf(&all, "%s%s" CAD_PACK_LEAKY, words, *words ? "," : "");
    if (s == CAD_OK && H5Adelete(f, "waived") < 0)
        s = cad_fail(CAD_EWRITE, "%s: HDF5 cannot replace attribute waived", path);
    if (s == CAD_OK)
        s = cad_h5_put_text(f, "waived", cad_buf_cstr(&all));
    cad_buf_deinit(&all);
    return s;
}

cad_status cad_pack_mark_leaky(const char *path)
{
    cad_arena *a = NULL;
    CAD_TRY(cad_arena_create("words", 1 << 20, &a));
    cad_h5_quiet();
    hid_t f = cad_h5_reopen(path);
    cad_status s = f < 0 ? cad_fail(CAD_EWRITE, "%s: HDF5 cannot change it", path) : add_word(f, path, a);
    if (f >= 0 && H5Fclose(f) < 0 && s == CAD_OK)
        s = cad_h5_write_failed(path);
    cad_arena_destroy(a);
    return s;
}
