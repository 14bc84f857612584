/* Encoding: cut out added tokens, normalise, split, merge. */
#include "core/mem.h"
#include "core/utf8.h"
#include "model/text/tokenizer_impl.h"

#include <string.h>
#include <utf8proc.h>

/* Up to this many bytes the pair of lowest rank is searched in a row of ranks; longer pieces use a heap. */
enum { SHORT_PIECE = 64 };

typedef struct heap_entry {
    uint32_t rank, left, right;
    uint32_t at; /* index of the left symbol */
} heap_entry;

typedef struct symbol {
    uint32_t id;
    uint32_t prev, next; /* indices; NO_SYMBOL at the ends */
} symbol;
#define NO_SYMBOL UINT32_MAX

/* ---- short pieces ---- */

static uint32_t rank_of(const cad_tokenizer *t, uint32_t left, uint32_t right)
{
    const cad_merge *m = cad_merge_find(t, left, right);
    return m ? m->rank : CAD_NO_RANK;
}

static cad_status merge_short(const cad_tokenizer *t, const char *piece, size_t len, cad_ids *out)
{
    uint32_t id[SHORT_PIECE], rank[SHORT_PIECE]; /* rank[i]: of the pair i, i + 1 */
    size_t n = len;
    for (size_t i = 0; i < n; i++)
        id[i] = t->byte_id[(unsigned char)piece[i]];
    for (size_t i = 0; i + 1 < n; i++)
        rank[i] = rank_of(t, id[i], id[i + 1]);
    while (n > 1) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < n; i++) {
            if (rank[i] < rank[best])
                best = i;
        }
        if (rank[best] == CAD_NO_RANK)
            break;
        id[best] = cad_merge_find(t, id[best], id[best + 1])->result;
        memmove(id + best + 1, id + best + 2, (n - best - 2) * sizeof *id);
        n--;
        if (best + 2 < n)
            memmove(rank + best + 1, rank + best + 2, (n - best - 2) * sizeof *rank);
        if (best + 1 < n)
            rank[best] = rank_of(t, id[best], id[best + 1]);
        if (best > 0)
            rank[best - 1] = rank_of(t, id[best - 1], id[best]);
    }
    return cad_ids_add(out, id, n);
}

/* ---- long pieces ---- */

static bool before(const heap_entry *a, const heap_entry *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->at < b->at;
}

static void heap_push(heap_entry *h, size_t *n, heap_entry e)
{
    size_t i = (*n)++;
    for (; i > 0 && before(&e, &h[(i - 1) / 2]); i = (i - 1) / 2)
        h[i] = h[(i - 1) / 2];
    h[i] = e;
}

static heap_entry heap_pop(heap_entry *h, size_t *n)
{
    heap_entry top = h[0], last = h[--*n];
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

static void push_pair(const cad_tokenizer *t, const symbol *s, uint32_t at, heap_entry *h, size_t *n)
{
    if (at == NO_SYMBOL || s[at].next == NO_SYMBOL)
        return;
    uint32_t left = s[at].id, right = s[s[at].next].id, rank = rank_of(t, left, right);
    if (rank != CAD_NO_RANK)
        heap_push(h, n, (heap_entry){rank, left, right, at});
}

static cad_status merge_symbols(const cad_tokenizer *t, symbol *s, heap_entry *h, uint32_t len, cad_ids *out)
{
    size_t n = 0;
    for (uint32_t i = 0; i < len; i++)
        push_pair(t, s, i, h, &n);
    while (n > 0) {
        heap_entry e = heap_pop(h, &n);
        /* An entry is stale when either side has been merged since; merged-away symbols have no id. */
        uint32_t next = s[e.at].id == e.left ? s[e.at].next : NO_SYMBOL;
        if (next == NO_SYMBOL || s[next].id != e.right)
            continue;
        s[e.at].id = cad_merge_find(t, e.left, e.right)->result;
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

static cad_status merge_long(const cad_tokenizer *t, const char *piece, size_t len, cad_ids *out)
{
    if (len >= UINT32_MAX / 4)
        CAD_FAIL(CAD_EDATA, "tokenizer: a piece of %zu bytes; the limit is %u", len, UINT32_MAX / 4);
    symbol *s = NULL;
    heap_entry *h = NULL;
    cad_status st = cad_mem_alloc(len * sizeof *s, "symbols of a long piece", &s);
    if (st == CAD_OK) /* len - 1 pairs at first, and at most two more for each merge */
        st = cad_mem_alloc(3 * len * sizeof *h, "heap of a long piece", &h);
    if (st == CAD_OK) {
        for (uint32_t i = 0; i < len; i++)
            s[i] = (symbol){t->byte_id[(unsigned char)piece[i]], i ? i - 1 : NO_SYMBOL, i + 1 < len ? i + 1 : NO_SYMBOL};
        st = merge_symbols(t, s, h, (uint32_t)len, out);
    }
    cad_mem_free(h);
    cad_mem_free(s);
    return st;
}

static cad_status encode_piece(const cad_tokenizer *t, const char *piece, size_t len, cad_ids *out)
{
    if (len == 1)
        return cad_ids_add(out, &t->byte_id[(unsigned char)piece[0]], 1);
    if (t->ignore_merges) {
        int64_t id = cad_tokenizer_find(t, piece, len);
        if (id >= 0 && (t->flags[id] & CAD_TOKEN_MODEL)) {
            uint32_t whole = (uint32_t)id;
            return cad_ids_add(out, &whole, 1);
        }
    }
    return len <= SHORT_PIECE ? merge_short(t, piece, len, out) : merge_long(t, piece, len, out);
}

/* ---- text ---- */

/* Everything below U+0300 is in form C already. */
static bool needs_nfc(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] >= 0xCC)
            return true;
    }
    return false;
}

/* *out = the text in form C, on the heap, owned by the caller. */
static cad_status to_nfc(const char *text, size_t len, char **out, size_t *out_len)
{
    const utf8proc_option_t form = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    const utf8proc_uint8_t *src = (const utf8proc_uint8_t *)text;
    utf8proc_ssize_t n = utf8proc_decompose(src, (utf8proc_ssize_t)len, NULL, 0, form);
    if (n < 0)
        CAD_FAIL(CAD_EDATA, "tokenizer: form C: %s", utf8proc_errmsg(n));
    size_t bytes;
    CAD_TRY(cad_mul((size_t)n + 1, sizeof(utf8proc_int32_t), "text in form C", &bytes));
    utf8proc_int32_t *cp;
    CAD_TRY(cad_mem_alloc(bytes, "text in form C", &cp));
    n = utf8proc_decompose(src, (utf8proc_ssize_t)len, cp, n, form);
    if (n >= 0)
        n = utf8proc_reencode(cp, n, form);
    if (n < 0) {
        cad_mem_free(cp);
        CAD_FAIL(CAD_EDATA, "tokenizer: form C: %s", utf8proc_errmsg(n));
    }
    *out = (char *)cp;
    *out_len = (size_t)n;
    return CAD_OK;
}

static cad_status encode_split(const cad_tokenizer *t, cad_split_run *run, const char *text, size_t len, cad_ids *out)
{
    for (size_t at = 0; at < len;) {
        size_t end;
        CAD_TRY(cad_split_next(t->split, run, text, len, at, &end));
        CAD_TRY(encode_piece(t, text + at, end - at, out));
        at = end;
    }
    return CAD_OK;
}

/* A stretch without added tokens. */
static cad_status encode_plain(const cad_tokenizer *t, cad_split_run *run, const char *text, size_t len, cad_ids *out)
{
    if (!t->nfc || !needs_nfc(text, len))
        return encode_split(t, run, text, len, out);
    char *form_c = NULL;
    size_t n = 0;
    CAD_TRY(to_nfc(text, len, &form_c, &n));
    cad_status s = encode_split(t, run, form_c, n, out);
    cad_mem_free(form_c);
    return s;
}

static cad_status encode_parsed(const cad_tokenizer *t, cad_split_run *run, const char *text, size_t len, cad_ids *out)
{
    size_t from = 0;
    for (size_t at = 0; at < len;) {
        uint32_t id;
        size_t n = cad_tokenizer_match_added(t, text + at, len - at, &id);
        if (n == 0) {
            at++;
            continue;
        }
        CAD_TRY(encode_plain(t, run, text + from, at - from, out));
        CAD_TRY(cad_ids_add(out, &id, 1));
        from = at += n;
    }
    return encode_plain(t, run, text + from, len - from, out);
}

cad_status cad_tokenizer_encode(const cad_tokenizer *t, const char *text, size_t len, cad_specials specials, cad_ids *out)
{
    size_t bad = cad_utf8_check(text, len), before_call = out->n;
    if (bad < len)
        CAD_FAIL(CAD_EDATA, "tokenizer: the text is not UTF-8 at byte %zu", bad);
    cad_split_run *run;
    CAD_TRY(cad_split_begin(t->split, &run));
    cad_status s =
        specials == CAD_SPECIALS_parse ? encode_parsed(t, run, text, len, out) : encode_plain(t, run, text, len, out);
    cad_split_end(run);
    if (s != CAD_OK)
        out->n = before_call;
    return s;
}
