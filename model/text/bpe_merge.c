/* One piece of bytes to ids: merges, lowest rank first and leftmost on ties. */
#include "core/mem.h"
#include "core/size.h"
#include "model/text/encoder.h"

#include <string.h>

/* Up to this many bytes the pair of lowest rank is searched in a row of ranks; longer pieces use a heap. */
enum { SHORT_PIECE = 64 };
#define NO_SYMBOL UINT32_MAX

/* ---- short pieces ---- */

static size_t merge_short(const cad_tokenizer *t, const char *piece, size_t len, uint32_t id[SHORT_PIECE])
{
    uint32_t rank[SHORT_PIECE]; /* rank[i]: of the pair i, i + 1 */
    size_t n = len;
    for (size_t i = 0; i < n; i++)
        id[i] = t->byte_id[(unsigned char)piece[i]];
    for (size_t i = 0; i + 1 < n; i++)
        rank[i] = cad_merge_rank(t, id[i], id[i + 1]);
    while (n > 1) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < n; i++) {
            if (rank[i] < rank[best])
                best = i;
        }
        if (rank[best] == CAD_NO_RANK)
            break;
        id[best] = t->result[rank[best]];
        memmove(id + best + 1, id + best + 2, (n - best - 2) * sizeof *id);
        n--;
        if (best + 2 < n)
            memmove(rank + best + 1, rank + best + 2, (n - best - 2) * sizeof *rank);
        if (best + 1 < n)
            rank[best] = cad_merge_rank(t, id[best], id[best + 1]);
        if (best > 0)
            rank[best - 1] = cad_merge_rank(t, id[best - 1], id[best]);
    }
    return n;
}

/* ---- long pieces ---- */

static bool before(const cad_pair *a, const cad_pair *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->at < b->at;
}

static void heap_push(cad_pair *h, size_t *n, cad_pair e)
{
    size_t i = (*n)++;
    for (; i > 0 && before(&e, &h[(i - 1) / 2]); i = (i - 1) / 2)
        h[i] = h[(i - 1) / 2];
    h[i] = e;
}

static cad_pair heap_pop(cad_pair *h, size_t *n)
{
    cad_pair top = h[0], last = h[--*n];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= *n)
            break;
        if (child + 1 < *n && before(&h[child + 1], &h[child]))
            child++;
        if (!before(&h[child], &last))
            break;
        h[i] = h[child];
        i = child;
    }
    h[i] = last;
    return top;
}

static void push_pair(const cad_tokenizer *t, const cad_symbol *s, uint32_t at, cad_pair *h, size_t *n)
{
    if (at == NO_SYMBOL || s[at].next == NO_SYMBOL)
        return;
    uint32_t left = s[at].id, right = s[s[at].next].id, rank = cad_merge_rank(t, left, right);
    if (rank != CAD_NO_RANK)
        heap_push(h, n, (cad_pair){rank, left, right, at});
}

static cad_status merge_symbols(const cad_tokenizer *t, cad_symbol *s, cad_pair *h, uint32_t len, cad_ids *out)
{
    size_t n = 0;
    for (uint32_t i = 0; i < len; i++)
        push_pair(t, s, i, h, &n);
    while (n > 0) {
        cad_pair e = heap_pop(h, &n);
        /* An entry is stale when either side has been merged since; merged-away symbols have no id. */
        uint32_t next = s[e.at].id == e.left ? s[e.at].next : NO_SYMBOL;
        if (next == NO_SYMBOL || s[next].id != e.right)
            continue;
        s[e.at].id = t->result[e.rank];
        s[e.at].next = s[next].next;
        if (s[next].next != NO_SYMBOL)
            s[s[next].next].prev = e.at;
        s[next].id = UINT32_MAX;
        push_pair(t, s, s[e.at].prev, h, &n);
        push_pair(t, s, e.at, h, &n);
    }
    for (uint32_t i = 0; i != NO_SYMBOL; i = s[i].next)
        CAD_TRY(cad_ids_add(out, &s[i].id, 1));
    return CAD_OK;
}

static cad_status merge_long(const cad_tokenizer *t, cad_encoder *e, const char *piece, size_t len, cad_ids *out)
{
    if (len >= UINT32_MAX / 4)
        CAD_FAIL(CAD_EDATA, "tokenizer: a piece of %zu bytes; the limit is %u", len, UINT32_MAX / 4);
    if (e->long_cap < len) {
        size_t cap = len + len / 2;
        e->long_cap = 0;
        CAD_TRY(cad_mem_resize(cad_size_mul(cap, sizeof *e->symbol), "symbols of a long piece", &e->symbol));
        /* len - 1 pairs at first, and at most two more for each merge */
        CAD_TRY(cad_mem_resize(cad_size_mul(cad_size_mul(3, cap), sizeof *e->pair), "heap of a long piece", &e->pair));
        e->long_cap = cap;
    }
    for (uint32_t i = 0; i < len; i++)
        e->symbol[i] =
            (cad_symbol){t->byte_id[(unsigned char)piece[i]], i ? i - 1 : NO_SYMBOL, i + 1 < len ? i + 1 : NO_SYMBOL};
    return merge_symbols(t, e->symbol, e->pair, (uint32_t)len, out);
}

/* ---- any piece ---- */

/* With ignore_merges a piece that is a token itself is that token. */
static bool is_whole(const cad_tokenizer *t, const char *piece, size_t len, uint32_t *out)
{
    int64_t id = t->ignore_merges ? cad_tokenizer_find(t, piece, len) : -1;
    *out = (uint32_t)id;
    return id >= 0 && (t->flags[id] & CAD_TOKEN_MODEL);
}

/* 0 < len <= CAD_PIECE_BYTES */
static cad_piece *slot_of(cad_encoder *e, const char *p, size_t len)
{
    uint64_t h = len * UINT64_C(0x9E3779B97F4A7C15), a, b;
    while (len > 8) {
        memcpy(&a, p, 8);
        h = (h ^ a) * UINT64_C(0xD6E8FEB86659FD93);
        h ^= h >> 32;
        p += 8;
        len -= 8;
    }
    if (len >= 4) {
        uint32_t lo, hi;
        memcpy(&lo, p, 4);
        memcpy(&hi, p + len - 4, 4);
        b = (uint64_t)hi << 32 | lo;
    } else {
        b = (uint64_t)(unsigned char)p[0] | (uint64_t)(unsigned char)p[len / 2] << 8 |
            (uint64_t)(unsigned char)p[len - 1] << 16;
    }
    h = (h ^ b) * UINT64_C(0xD6E8FEB86659FD93);
    return &e->piece[(h >> 40) % CAD_PIECE_SLOTS];
}

cad_status cad_bpe_encode(const cad_tokenizer *t, cad_encoder *e, const char *piece, size_t len, cad_ids *out)
{
    uint32_t id[SHORT_PIECE];
    size_t n = 1;
    if (len == 1)
        return cad_ids_add(out, &t->byte_id[(unsigned char)piece[0]], 1);
    cad_piece *seen = len <= CAD_PIECE_BYTES ? slot_of(e, piece, len) : NULL;
    if (seen && seen->len == len && !memcmp(seen->bytes, piece, len))
        return cad_ids_add(out, seen->id, seen->n);
    if (!is_whole(t, piece, len, id)) {
        if (len > SHORT_PIECE)
            return merge_long(t, e, piece, len, out);
        n = merge_short(t, piece, len, id);
    }
    if (seen && n <= CAD_PIECE_IDS) {
        seen->len = (unsigned char)len;
        seen->n = (unsigned char)n;
        memcpy(seen->bytes, piece, len);
        memcpy(seen->id, id, n * sizeof *id);
    }
    return cad_ids_add(out, id, n);
}
