/* Learning merges: the most frequent pair first, ties by the bytes of its left, then of its right side.
 *
 * Each distinct piece is a row of symbols with a count.  A table holds for each pair how often it may be merged (in the heads
 * of IR lines: at the first place only) and which pieces hold it; a heap orders the pairs.  Heap entries go stale when counts
 * fall; a stale one is put back with the present count.  A learned pair is merged wherever it stands, as the encoder will. */
#include "core/hash.h"
#include "core/mem.h"
#include "core/progress.h"
#include "core/size.h"
#include "model/text/bpe_count.h"
#include "model/text/byte_alphabet.h"

#include <string.h>

enum { MAX_TOKEN_BYTES = 256, NO_NODE = -1 };

typedef struct slot {
    uint64_t pair; /* left << 32 | right; NO_PAIR: empty */
    int64_t count;
    int64_t pieces; /* first node of the list, or NO_NODE */
    bool queued;    /* in `changed` */
    bool learned;
} slot;
#define NO_PAIR UINT64_MAX

typedef struct node {
    uint32_t piece;
    int64_t next;
} node;

typedef struct entry {
    int64_t count;
    uint64_t pair;
} entry;

typedef struct learner {
    const cad_piece *piece;
    uint32_t *symbols; /* of all pieces, piece i from piece[i].off on */
    uint32_t *length;  /* symbols of piece i now */
    slot *table;
    size_t mask, used;
    node *nodes;
    size_t n_nodes, cap_nodes;
    entry *heap;
    size_t n_heap, cap_heap;
    uint64_t *changed; /* pairs whose count grew during one merge */
    cad_progress *progress;
    size_t n_changed, cap_changed;
    uint32_t *by_bytes; /* token + 1 by hash of its bytes */
    size_t by_mask;
    cad_bpe_model *m;
} learner;

static cad_status grow(void *array, size_t used, size_t *cap, size_t size, const char *what)
{
    if (used < *cap)
        return CAD_OK;
    size_t bytes, n = *cap + *cap / 2 + 64;
    CAD_TRY(cad_mul(n, size, what, &bytes));
    CAD_TRY(cad_mem_resize(bytes, what, array));
    *cap = n;
    return CAD_OK;
}

/* ---- tokens ---- */

static const char *bytes_of(const learner *l, uint32_t token, size_t *len)
{
    *len = l->m->off[token + 1] - l->m->off[token];
    return l->m->bytes.data + l->m->off[token];
}

static cad_status add_token(learner *l, const char *bytes, size_t len, size_t at)
{
    CAD_TRY(cad_buf_add(&l->m->bytes, bytes, len));
    l->m->off[++l->m->n_tokens] = l->m->bytes.len;
    l->by_bytes[at] = (uint32_t)l->m->n_tokens;
    return CAD_OK;
}

/* The token with these bytes, made when there is none. */
static cad_status token_for(learner *l, const char *bytes, size_t len, uint32_t *out)
{
    size_t at = cad_hash64(bytes, len, 0) & l->by_mask;
    for (; l->by_bytes[at]; at = (at + 1) & l->by_mask) {
        size_t n;
        const char *p = bytes_of(l, l->by_bytes[at] - 1, &n);
        if (n == len && !memcmp(p, bytes, len)) {
            *out = l->by_bytes[at] - 1;
            return CAD_OK;
        }
    }
    CAD_TRY(add_token(l, bytes, len, at));
    *out = (uint32_t)l->m->n_tokens - 1;
    return CAD_OK;
}

static int compare_bytes(const learner *l, uint32_t a, uint32_t b)
{
    size_t na, nb;
    const char *pa = bytes_of(l, a, &na), *pb = bytes_of(l, b, &nb);
    int c = memcmp(pa, pb, na < nb ? na : nb);
    return c ? c : na < nb ? -1 : na > nb;
}

/* ---- heap: highest count first, then by bytes ---- */

static bool before(const learner *l, const entry *a, const entry *b)
{
    if (a->count != b->count)
        return a->count > b->count;
    int c = compare_bytes(l, (uint32_t)(a->pair >> 32), (uint32_t)(b->pair >> 32));
    return c ? c < 0 : compare_bytes(l, (uint32_t)a->pair, (uint32_t)b->pair) < 0;
}

static cad_status push(learner *l, int64_t count, uint64_t pair)
{
    CAD_TRY(grow(&l->heap, l->n_heap, &l->cap_heap, sizeof *l->heap, "heap of pairs"));
    entry e = {count, pair};
    size_t i = l->n_heap++;
    for (; i > 0 && before(l, &e, &l->heap[(i - 1) / 2]); i = (i - 1) / 2)
        l->heap[i] = l->heap[(i - 1) / 2];
    l->heap[i] = e;
    return CAD_OK;
}

static entry pop(learner *l)
{
    entry top = l->heap[0], last = l->heap[--l->n_heap];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= l->n_heap)
            break;
        if (child + 1 < l->n_heap && before(l, &l->heap[child + 1], &l->heap[child]))
            child++;
        if (!before(l, &l->heap[child], &last))
            break;
        l->heap[i] = l->heap[child];
        i = child;
    }
    l->heap[i] = last;
    return top;
}

/* ---- table of pairs ---- */

static size_t home(const learner *l, uint64_t pair)
{
    return cad_hash64(&pair, sizeof pair, 1) & l->mask;
}

static cad_status rehash(learner *l)
{
    size_t old_size = l->table ? l->mask + 1 : 0, size = old_size ? 2 * old_size : 4096;
    slot *old = l->table;
    l->table = NULL;
    size_t bytes;
    cad_status s = cad_mul(size, sizeof *old, "table of pairs", &bytes);
    if (s == CAD_OK)
        s = cad_mem_alloc(bytes, "table of pairs", &l->table);
    if (s != CAD_OK) {
        l->table = old;
        return s;
    }
    l->mask = size - 1;
    for (size_t i = 0; i < size; i++)
        l->table[i].pair = NO_PAIR;
    for (size_t i = 0; i < old_size; i++) {
        if (old[i].pair == NO_PAIR)
            continue;
        size_t at = home(l, old[i].pair);
        while (l->table[at].pair != NO_PAIR)
            at = (at + 1) & l->mask;
        l->table[at] = old[i];
    }
    cad_mem_free(old);
    return CAD_OK;
}

/* The slot of a pair, made when there is none; valid until the next call. */
static cad_status slot_for(learner *l, uint64_t pair, slot **out)
{
    if (!l->table || 2 * l->used > l->mask)
        CAD_TRY(rehash(l));
    size_t at = home(l, pair);
    while (l->table[at].pair != NO_PAIR && l->table[at].pair != pair)
        at = (at + 1) & l->mask;
    if (l->table[at].pair == NO_PAIR) {
        l->table[at] = (slot){.pair = pair, .pieces = NO_NODE};
        l->used++;
    }
    *out = &l->table[at];
    return CAD_OK;
}

/* ---- pieces ---- */

/* Adds sign times the count of every pair of piece i; with `fresh` >= 0 the lists and the queue learn of pairs with it. */
static cad_status count_piece(learner *l, uint32_t i, int sign, int64_t fresh)
{
    const cad_piece *p = &l->piece[i];
    const uint32_t *s = l->symbols + p->off;
    for (uint32_t k = 0; k + 1 < l->length[i]; k++) {
        slot *e;
        CAD_TRY(slot_for(l, (uint64_t)s[k] << 32 | s[k + 1], &e));
        if (k == 0 || !p->head)
            e->count += sign * p->count;
        if (sign < 0 || (fresh >= 0 && s[k] != fresh && s[k + 1] != fresh))
            continue;
        if (e->pieces == NO_NODE || l->nodes[e->pieces].piece != i) {
            CAD_TRY(grow(&l->nodes, l->n_nodes, &l->cap_nodes, sizeof *l->nodes, "lists of pieces"));
            l->nodes[l->n_nodes] = (node){i, e->pieces};
            e->pieces = (int64_t)l->n_nodes++;
        }
        if (!e->queued) {
            CAD_TRY(grow(&l->changed, l->n_changed, &l->cap_changed, sizeof *l->changed, "changed pairs"));
            l->changed[l->n_changed++] = e->pair;
            e->queued = true;
        }
    }
    return CAD_OK;
}

static cad_status flush_changed(learner *l)
{
    for (size_t i = 0; i < l->n_changed; i++) {
        slot *e;
        CAD_TRY(slot_for(l, l->changed[i], &e));
        e->queued = false;
        if (e->count >= 2)
            CAD_TRY(push(l, e->count, e->pair));
    }
    l->n_changed = 0;
    return CAD_OK;
}

static cad_status merge_in_piece(learner *l, uint32_t i, uint32_t left, uint32_t right, uint32_t result)
{
    uint32_t *s = l->symbols + l->piece[i].off, n = l->length[i], k = 0;
    while (k + 1 < n && !(s[k] == left && s[k + 1] == right))
        k++;
    if (k + 1 >= n)
        return CAD_OK; /* the list is a superset */
    CAD_TRY(count_piece(l, i, -1, -1));
    uint32_t to = k;
    for (; k < n; to++) {
        bool hit = k + 1 < n && s[k] == left && s[k + 1] == right;
        s[to] = hit ? result : s[k];
        k += hit ? 2 : 1;
    }
    l->length[i] = to;
    return count_piece(l, i, 1, result);
}

static cad_status merge_everywhere(learner *l, uint64_t pair)
{
    uint32_t left = (uint32_t)(pair >> 32), right = (uint32_t)pair, result;
    size_t a, b;
    char joined[MAX_TOKEN_BYTES]; /* a + b fits: too_long was asked */
    const char *pa = bytes_of(l, left, &a), *pb = bytes_of(l, right, &b);
    memcpy(joined, pa, a);
    memcpy(joined + a, pb, b);
    CAD_TRY(token_for(l, joined, a + b, &result));
    slot *e;
    CAD_TRY(slot_for(l, pair, &e));
    if (!e->learned) { /* a pair stands again when one of its sides was reached by other merges */
        size_t cap = (size_t)l->m->cap_merges;
        CAD_TRY(grow(&l->m->merge, (size_t)l->m->n_merges, &cap, sizeof *l->m->merge, "merges"));
        l->m->cap_merges = (int64_t)cap;
        l->m->merge[l->m->n_merges++] = (struct cad_pair){left, right};
        e->learned = true;
    }
    for (int64_t n = e->pieces; n != NO_NODE; n = l->nodes[n].next)
        CAD_TRY(merge_in_piece(l, l->nodes[n].piece, left, right, result));
    CAD_TRY(slot_for(l, pair, &e));
    e->pieces = NO_NODE;
    return flush_changed(l);
}

static bool too_long(const learner *l, uint64_t pair)
{
    size_t a, b;
    bytes_of(l, (uint32_t)(pair >> 32), &a);
    bytes_of(l, (uint32_t)pair, &b);
    return a + b > MAX_TOKEN_BYTES;
}

static cad_status learn(learner *l, size_t n, int64_t max_tokens)
{
    for (uint32_t i = 0; i < n; i++)
        CAD_TRY(count_piece(l, i, 1, -1));
    CAD_TRY(flush_changed(l));
    CAD_TRY(cad_progress_create("learn", l->m->n_tokens, max_tokens, 0, &l->progress));
    cad_progress_work(l->progress, "tokens");
    while (l->n_heap > 0 && l->m->n_tokens < max_tokens) {
        entry e = pop(l);
        slot *now;
        CAD_TRY(slot_for(l, e.pair, &now));
        if (e.count > now->count && now->count >= 2)
            CAD_TRY(push(l, now->count, e.pair));
        if (e.count == now->count && !too_long(l, e.pair))
            CAD_TRY(merge_everywhere(l, e.pair));
        cad_progress_show(l->progress, l->m->n_tokens, NULL);
    }
    return CAD_OK;
}

static cad_status prepare(learner *l, const char *pool, const cad_piece *piece, size_t n, int64_t max_tokens)
{
    size_t total = 0, slots = 1024;
    for (size_t i = 0; i < n; i++)
        total = piece[i].off + piece[i].len > total ? piece[i].off + piece[i].len : total;
    while (slots < 4 * (size_t)max_tokens)
        slots *= 2;
    l->piece = piece;
    l->by_mask = slots - 1;
    CAD_TRY(cad_mem_alloc(cad_size_mul(slots, sizeof *l->by_bytes), "learned tokens", &l->by_bytes));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add((size_t)max_tokens, 1), sizeof *l->m->off), "learned tokens", &l->m->off));
    CAD_TRY(cad_mem_alloc(cad_size_add(cad_size_mul(total, sizeof *l->symbols), 1), "symbols of all pieces", &l->symbols));
    CAD_TRY(cad_mem_alloc(cad_size_add(cad_size_mul(n, sizeof *l->length), 1), "symbols of all pieces", &l->length));
    uint32_t code[256], token_of_byte[256];
    unsigned char byte_of_id[256];
    cad_byte_alphabet(code, byte_of_id);
    for (unsigned id = 0; id < 256; id++) {
        char c = (char)byte_of_id[id];
        CAD_TRY(token_for(l, &c, 1, &token_of_byte[byte_of_id[id]]));
    }
    for (size_t i = 0; i < n; i++) {
        l->length[i] = piece[i].len;
        for (size_t k = 0; k < piece[i].len; k++)
            l->symbols[piece[i].off + k] = token_of_byte[(unsigned char)pool[piece[i].off + k]];
    }
    return CAD_OK;
}

cad_status cad_bpe_learn(const char *pool, const cad_piece *piece, size_t n, int64_t max_tokens, cad_bpe_model *out)
{
    learner l = {.m = out};
    cad_status s = n < UINT32_MAX ? CAD_OK : cad_fail(CAD_EDATA, "tokenizer: %zu different pieces", n);
    if (s == CAD_OK)
        s = prepare(&l, pool, piece, n, max_tokens);
    if (s == CAD_OK)
        s = learn(&l, n, max_tokens);
    cad_progress_destroy(l.progress);
    cad_mem_free(l.symbols);
    cad_mem_free(l.length);
    cad_mem_free(l.table);
    cad_mem_free(l.nodes);
    cad_mem_free(l.heap);
    cad_mem_free(l.changed);
    cad_mem_free(l.by_bytes);
    return s;
}

void cad_bpe_model_deinit(cad_bpe_model *m)
{
    cad_buf_deinit(&m->bytes);
    cad_mem_free(m->off);
    cad_mem_free(m->merge);
    *m = (cad_bpe_model){0};
}
