#include "model/decoder/batch.h"
#include "core/size.h"

#include <inttypes.h>

size_t cad_batch_bytes(int64_t max_tokens, int64_t max_segments)
{
    const cad_batch *b = NULL;
    size_t token = sizeof *b->ids + sizeof *b->pos + sizeof *b->loss_row + sizeof *b->target + sizeof *b->weight;
    return sizeof *b + (size_t)max_tokens * token + ((size_t)max_segments + 1) * (sizeof *b->seg + sizeof *b->row);
}

cad_status cad_batch_create(cad_arena *a, int64_t max_tokens, int64_t max_segments, cad_batch **out)
{
    if (max_tokens < 1 || max_segments < 1)
        CAD_FAIL(CAD_EINVAL, "batch: room for %" PRId64 " tokens in %" PRId64 " segments; expected at least 1 of each",
                 max_tokens, max_segments);
    size_t n = (size_t)max_tokens, s = (size_t)max_segments;
    cad_batch *b;
    CAD_TRY(cad_arena_zalloc(a, 1, sizeof *b, "batch", &b));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *b->ids, "batch ids", &b->ids));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *b->pos, "batch positions", &b->pos));
    CAD_TRY(cad_arena_zalloc(a, cad_size_add(s, 1), sizeof *b->seg, "batch segments", &b->seg));
    CAD_TRY(cad_arena_zalloc(a, s, sizeof *b->row, "batch rows", &b->row));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *b->loss_row, "batch loss rows", &b->loss_row));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *b->target, "batch targets", &b->target));
    CAD_TRY(cad_arena_zalloc(a, n, sizeof *b->weight, "batch loss weights", &b->weight));
    b->cap_tokens = max_tokens;
    b->cap_segments = max_segments;
    *out = b;
    return CAD_OK;
}

void cad_batch_clear(cad_batch *b)
{
    b->n = b->n_seg = b->n_loss = b->n_answer = 0;
    b->weight_sum = 0;
    b->seg[0] = 0;
}

static cad_status check_row(const cad_batch *b, const cad_batch_row *r)
{
    if (r->n < 1)
        CAD_FAIL(CAD_EINVAL, "batch: row %" PRIu64 " has no tokens", r->row);
    if (r->n > b->cap_tokens - b->n || b->n_seg == b->cap_segments)
        CAD_FAIL(CAD_EINVAL,
                 "batch: row %" PRIu64 " has %" PRId64 " tokens; %" PRId64 " of %" PRId64 " tokens and %" PRId64 " of %" PRId64
                 " segments are left",
                 r->row, r->n, b->cap_tokens - b->n, b->cap_tokens, b->cap_segments - b->n_seg, b->cap_segments);
    int64_t last = 1;
    for (int64_t i = 0; i < r->n_spans; i++) {
        int64_t begin = r->span[2 * i], end = r->span[2 * i + 1];
        if (begin < last || end <= begin || end > r->n)
            CAD_FAIL(CAD_EINVAL,
                     "batch: row %" PRIu64 " has the span [%" PRId64 ",%" PRId64
                     "); expected sorted, disjoint spans in [1,%" PRId64 ")",
                     r->row, begin, end, r->n);
        last = end;
    }
    return CAD_OK;
}

static void add_target(cad_batch *b, int64_t base, int64_t t, uint32_t id, float weight)
{
    b->loss_row[b->n_loss] = (uint32_t)(base + t - 1);
    b->target[b->n_loss] = id;
    b->weight[b->n_loss++] = weight;
    b->weight_sum += (double)weight;
}

cad_status cad_batch_add(cad_batch *b, const cad_batch_row *r)
{
    CAD_TRY(check_row(b, r));
    int64_t base = b->n, span = 0;
    for (int64_t t = 0; t < r->n; t++) {
        b->ids[base + t] = r->ids[t];
        b->pos[base + t] = (int32_t)t;
        while (span < r->n_spans && t >= (int64_t)r->span[2 * span + 1])
            span++;
        if (t == 0)
            continue;
        if (span < r->n_spans && t >= (int64_t)r->span[2 * span]) {
            add_target(b, base, t, r->ids[t], r->weight);
            b->n_answer++;
        } else if (r->context_weight > 0) {
            add_target(b, base, t, r->ids[t], r->weight * r->context_weight);
        }
    }
    b->row[b->n_seg++] = r->row;
    b->n += r->n;
    b->seg[b->n_seg] = (int32_t)b->n;
    return CAD_OK;
}
