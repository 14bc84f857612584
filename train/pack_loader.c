#include "train/pack_loader.h"

#include <math.h>
#include <string.h>

cad_status cad_loader_init(const cad_pack *pack, int64_t limit, cad_loss_norm norm, cad_arena *a, cad_loader *out)
{
    int64_t n = (int64_t)pack->n_rows;
    if (limit > 0 && limit < n)
        n = limit;
    cad_loader l = {.pack = pack, .n_rows = n, .norm = norm};
    CAD_TRY(cad_arena_zalloc(a, (size_t)n, sizeof *l.row_tokens, "lengths of rows", &l.row_tokens));
    CAD_TRY(cad_arena_zalloc(a, (size_t)n, sizeof *l.row_targets, "lengths of answers", &l.row_targets));
    for (int64_t r = 0; r < n; r++) {
        l.row_tokens[r] = (int64_t)(pack->row_offset[r + 1] - pack->row_offset[r]);
        l.row_targets[r] = cad_pack_targets(pack, (size_t)r);
        if (l.row_targets[r] < 1) {
            char name[64];
            cad_loader_row_name(&l, r, name);
            CAD_FAIL(CAD_EDATA, "row '%s' has no loss token", name);
        }
        if (pack->weight && !(pack->weight[r] >= 0.0f && isfinite(pack->weight[r]))) {
            char name[64];
            cad_loader_row_name(&l, r, name);
            CAD_FAIL(CAD_EDATA, "row '%s' has weight %g; expected a finite number >= 0", name, (double)pack->weight[r]);
        }
        l.n_tokens += l.row_tokens[r];
        l.n_targets += l.row_targets[r];
        if (l.row_tokens[r] > l.longest) {
            l.longest = l.row_tokens[r];
            l.longest_row = r;
        }
    }
    *out = l;
    return CAD_OK;
}

double cad_loader_divisor(const cad_loader *l, const int64_t *row, int64_t n)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += l->norm == CAD_LOSS_NORM_tokens ? l->row_targets[row[i]] : 1;
    return (double)sum;
}

cad_status cad_loader_fill(const cad_loader *l, const int64_t *row, int64_t n, double context_weight, cad_batch *b)
{
    const cad_pack *p = l->pack;
    cad_batch_clear(b);
    for (int64_t i = 0; i < n; i++) {
        size_t r = (size_t)row[i];
        double weight = p->weight ? (double)p->weight[r] : 1.0;
        if (l->norm == CAD_LOSS_NORM_rows)
            weight /= (double)l->row_targets[r];
        const cad_batch_row seg = {.ids = p->tokens + p->row_offset[r],
                                   .n = l->row_tokens[r],
                                   .span = p->span[p->span_offset[r]],
                                   .n_spans = (int64_t)(p->span_offset[r + 1] - p->span_offset[r]),
                                   .weight = (float)weight,
                                   .context_weight = (float)context_weight,
                                   .row = (uint64_t)r};
        CAD_TRY(cad_batch_add(b, &seg));
    }
    return CAD_OK;
}

cad_answer_loss cad_loader_sum(const cad_loader *l, const cad_batch *b, const float *nll, const uint32_t *top)
{
    const cad_pack *p = l->pack;
    cad_answer_loss sum = {.bad_row = -1, .rows = b->n_seg};
    int64_t k = 0;
    for (int64_t s = 0; s < b->n_seg; s++) {
        size_t r = (size_t)b->row[s];
        uint64_t span = p->span_offset[r], end = p->span_offset[r + 1];
        bool exact = true;
        for (; k < b->n_loss && (int64_t)b->loss_row[k] < b->seg[s + 1]; k++) {
            uint32_t at = b->loss_row[k] - (uint32_t)b->seg[s] + 1; /* place of the target inside the row */
            if (!isfinite(nll[k]) && sum.bad_row < 0)
                sum.bad_row = (int64_t)r;
            while (span < end && p->span[span][1] <= at)
                span++;
            if (span == end || at < p->span[span][0])
                continue; /* a context token */
            sum.nll += (double)nll[k];
            sum.tokens++;
            exact = exact && top && top[k] == b->target[k];
        }
        sum.exact += exact;
    }
    return sum;
}

void cad_loader_row_name(const cad_loader *l, int64_t r, char out[64])
{
    size_t len;
    const char *id = cad_pack_id(l->pack, (size_t)r, &len);
    if (len > 63)
        for (len = 63; len > 0 && ((unsigned char)id[len] & 0xC0) == 0x80; len--) /* whole characters only */
            ;
    for (size_t i = 0; i < len; i++)
        out[i] = (unsigned char)id[i] < 0x20 || id[i] == 0x7f ? '?' : id[i];
    out[len] = '\0';
}
