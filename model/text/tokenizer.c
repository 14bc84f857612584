/* What a loaded tokenizer answers without encoding: sizes, tokens by id and by bytes, added tokens in a text. */
#include "model/text/tokenizer.h"

#include "core/mem.h"
#include "model/text/tokenizer_impl.h"

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

void cad_tokenizer_destroy(cad_tokenizer *t)
{
    if (!t)
        return;
    cad_mem_free(t->pool);
    cad_mem_free(t->off);
    cad_mem_free(t->flags);
    cad_mem_free(t->by_bytes);
    cad_mem_free(t->merge);
    cad_mem_free(t->added);
    cad_splitter_destroy(t->split);
    cad_mem_free(t);
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

size_t cad_tokenizer_match_added(const cad_tokenizer *t, const char *text, size_t len, uint32_t *out_id)
{
    if (len == 0)
        return 0;
    unsigned first = (unsigned char)text[0];
    for (uint32_t i = t->added_begin[first]; i < t->added_begin[first + 1]; i++) {
        size_t n;
        const char *p = cad_tokenizer_bytes(t, t->added[i], &n);
        if (n <= len && !memcmp(p, text, n)) {
            *out_id = t->added[i];
            return n;
        }
    }
    return 0;
}
