#include "dataprep/pack_scan.h"

#include "core/buf.h"
#include "core/hash.h"
#include "core/size.h"
#include "dataprep/pack_h5.h"
#include "dataprep/pack_layout.h"

enum { BLOCK = 1 << 20 }; /* tokens */

static uint64_t hash_targets(const cad_pack *p, size_t r, const uint32_t *row)
{
    uint64_t h = 0, len = p->row_offset[r + 1] - p->row_offset[r];
    for (uint64_t s = p->span_offset[r]; s < p->span_offset[r + 1]; s++) {
        uint32_t begin = p->span[s][0], end = p->span[s][1];
        if (end < begin || end > len)
            return 0;
        h = cad_hash64(row + begin, (end - begin) * sizeof *row, h);
    }
    return h;
}

static void see_row(const cad_pack *p, size_t r, const uint32_t *row, cad_pack_scan *out)
{
    uint64_t at = p->row_offset[r], len = p->row_offset[r + 1] - at;
    if (out->unended == (size_t)-1 && (!len || row[len - 1] != p->info.eos_id))
        out->unended = r;
    for (uint64_t i = 0; i < len; i++)
        if (row[i] > out->largest) {
            out->largest = row[i];
            out->largest_at = (size_t)(at + i);
        }
}

/* The end of the rows from `r` that fit a block; at least one. */
static size_t block_end(const cad_pack *p, size_t r)
{
    size_t end = r + 1;
    while (end < p->n_rows && p->row_offset[end + 1] - p->row_offset[r] <= BLOCK)
        end++;
    return end;
}

cad_status cad_pack_scan_tokens(hid_t file, const char *path, const cad_pack *p, uint32_t *keep, uint64_t *answer,
                                cad_pack_scan *out)
{
    cad_buf block = CAD_BUF_INIT;
    cad_hasher *h = cad_hasher_create();
    cad_status s = h ? CAD_OK : cad_fail(CAD_ENOMEM, "%s: no memory for a hash", path);
    *out = (cad_pack_scan){.unended = (size_t)-1};
    for (size_t r = 0, end; s == CAD_OK && r < p->n_rows; r = end) {
        end = block_end(p, r);
        uint64_t at = p->row_offset[r], n = p->row_offset[end] - at;
        if (!keep)
            s = cad_buf_reserve(&block, cad_size_mul((size_t)n, sizeof *keep));
        uint32_t *tokens = keep ? keep + at : (void *)block.data;
        if (s == CAD_OK && n)
            s = cad_h5_get_part(file, path, "tokens", CAD_H5_u32, (size_t)at, (size_t)n, tokens);
        if (s != CAD_OK)
            break;
        cad_hasher_add(h, tokens, (size_t)n * sizeof *tokens);
        for (size_t i = r; i < end; i++) {
            see_row(p, i, tokens + (p->row_offset[i] - at), out);
            answer[i] = hash_targets(p, i, tokens + (p->row_offset[i] - at));
        }
    }
    if (s == CAD_OK)
        cad_pack_hash_tokens(h, p, out->tokens_xxh3);
    cad_hasher_destroy(h);
    cad_buf_deinit(&block);
    return s;
}
