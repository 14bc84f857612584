/* What a loaded tokenizer answers without encoding: sizes, tokens by id and by bytes, added tokens in a text. */
#include "model/text/tokenizer.h"

#include "core/mem.h"
#include "model/text/encoder.h"

#include <assert.h>
#include <string.h>

cad_status cad_ids_add(cad_ids *v, const uint32_t *id, size_t n)
{
    if (v->cap - v->n < n) {
        size_t cap, bytes;
        CAD_TRY(cad_add(v->n + v->n / 2 + 16, n, "token ids", &cap));
        CAD_TRY(cad_mul(cap, sizeof *v->id, "token ids", &bytes));
        CAD_TRY(cad_mem_resize(bytes, "token ids", &v->id));
        v->cap = cap;
    }
    if (n)
        memcpy(v->id + v->n, id, n * sizeof *id);
    v->n += n;
    return CAD_OK;
}

void cad_ids_clear(cad_ids *v)
{
    v->n = 0;
}

void cad_ids_deinit(cad_ids *v)
{
    cad_mem_free(v->id);
    *v = (cad_ids)CAD_IDS_INIT;
}

cad_status cad_spans_add(cad_spans *v, size_t begin, size_t end)
{
    if (v->cap == v->n) {
        size_t cap, bytes;
        CAD_TRY(cad_add(v->n + v->n / 2, 16, "places of tokens", &cap));
        CAD_TRY(cad_mul(cap, sizeof *v->span, "places of tokens", &bytes));
        CAD_TRY(cad_mem_resize(bytes, "places of tokens", &v->span));
        v->cap = cap;
    }
    v->span[v->n++] = (cad_span){begin, end};
    return CAD_OK;
}

void cad_spans_clear(cad_spans *v)
{
    v->n = 0;
}

void cad_spans_deinit(cad_spans *v)
{
    cad_mem_free(v->span);
    *v = (cad_spans)CAD_SPANS_INIT;
}

void cad_tokenizer_destroy(cad_tokenizer *t)
{
    if (!t)
        return;
    cad_mem_free(t->pool);
    cad_mem_free(t->off);
    cad_mem_free(t->flags);
    cad_mem_free(t->by_bytes);
    cad_mem_free(t->merge);
    cad_mem_free(t->result);
    cad_mem_free(t->added);
    cad_encoder_pool_destroy(t->encoders);
    cad_wordpiece_destroy(t->wordpiece);
    cad_splitter_destroy(t->split);
    cad_mem_free(t);
}

bool cad_tokenizer_keeps_bytes(const cad_tokenizer *t)
{
    return !t->wordpiece;
}

int64_t cad_tokenizer_vocab_size(const cad_tokenizer *t)
{
    return t->n;
}

int64_t cad_tokenizer_eos(const cad_tokenizer *t)
{
    return t->eos;
}

int64_t cad_tokenizer_bos(const cad_tokenizer *t)
{
    return t->bos;
}

int64_t cad_tokenizer_tail(const cad_tokenizer *t)
{
    return t->tail;
}

const char *cad_tokenizer_hash(const cad_tokenizer *t)
{
    return t->hash;
}

const char *cad_tokenizer_bytes(const cad_tokenizer *t, uint32_t id, size_t *out_len)
{
    assert(id < t->n);
    *out_len = t->off[id + 1] - t->off[id];
    return t->pool + t->off[id];
}

bool cad_tokenizer_is_special(const cad_tokenizer *t, uint32_t id)
{
    return id < t->n && (t->flags[id] & CAD_TOKEN_SPECIAL);
}

int64_t cad_tokenizer_find(const cad_tokenizer *t, const char *bytes, size_t len)
{
    for (uint32_t i = (uint32_t)cad_hash64(bytes, len, 0) & t->by_mask;; i = (i + 1) & t->by_mask) {
        uint32_t slot = t->by_bytes[i];
        if (slot == 0)
            return -1;
        size_t n;
        const char *p = cad_tokenizer_bytes(t, slot - 1, &n);
        if (n == len && !memcmp(p, bytes, len))
            return slot - 1;
    }
}

/* Byte `at` of the added token in place i, which is longer than that. */
static unsigned byte_of_added(const cad_tokenizer *t, uint32_t i, size_t at)
{
    return (unsigned char)t->pool[t->off[t->added[i]] + at];
}

/* The first place in [low, high) whose byte `at` is `least` or more; the bytes before it are the same in all of them. */
static uint32_t first_added(const cad_tokenizer *t, uint32_t low, uint32_t high, size_t at, unsigned least)
{
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (byte_of_added(t, mid, at) < least)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* [low, high) are the tokens that begin as the text does, narrowed byte by byte: a list of any length costs its logarithm. */
size_t cad_tokenizer_match_added(const cad_tokenizer *t, const char *text, size_t len, uint32_t *out_id)
{
    size_t found = 0;
    if (len == 0)
        return 0;
    uint32_t low = t->added_begin[(unsigned char)text[0]], high = t->added_begin[(unsigned char)text[0] + 1];
    for (size_t at = 1; low < high; at++) {
        size_t n;
        (void)cad_tokenizer_bytes(t, t->added[low], &n);
        if (n == at) {
            *out_id = t->added[low++];
            found = at;
        }
        if (at == len)
            break;
        unsigned c = (unsigned char)text[at];
        if (low < high && byte_of_added(t, low, at) != c)
            low = first_added(t, low, high, at, c);
        if (low < high && byte_of_added(t, high - 1, at) != c)
            high = first_added(t, low, high, at, c + 1);
    }
    return found;
}
