/* tokenizer.json -> tokenizer: vocabulary, merges, added tokens.  The other stages are read in tokenizer_stages.c. */
#include "core/fs.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/size.h"
#include "core/utf8.h"
#include "model/text/byte_alphabet.h"
#include "model/text/encoder.h"
#include "model/text/tokenizer_stages.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One token while the file is read; text is borrowed from the JSON. */
typedef struct raw_token {
    const char *text;
    size_t len;
    unsigned char flags; /* 0: no token has this id yet */
} raw_token;

/* ---- the table of raw tokens ---- */

static cad_status check_id(const char *where, const char *text, const json_t *id, size_t n)
{
    if (!json_is_integer(id) || json_integer_value(id) < 0 || (uint64_t)json_integer_value(id) >= n)
        CAD_FAIL(CAD_EDATA, "%s: the id of '%.64s' is not an integer in 0..%zu (ids have no gap)", where, text, n - 1);
    return CAD_OK;
}

static cad_status collect_vocab(const json_t *vocab, const char *where, raw_token *raw, size_t n)
{
    const char *key;
    json_t *id;
    json_object_foreach((json_t *)(uintptr_t)vocab, key, id)
    {
        CAD_TRY(check_id(where, key, id, n));
        raw_token *r = &raw[json_integer_value(id)];
        if (r->flags)
            CAD_FAIL(CAD_EDATA, "%s: id %" PRId64 " belongs to '%.64s' and '%.64s'", where, (int64_t)json_integer_value(id),
                     r->text, key);
        *r = (raw_token){key, strlen(key), CAD_TOKEN_MODEL};
    }
    return CAD_OK;
}

static cad_status collect_one_added(const json_t *e, const char *where, bool normalises, raw_token *raw, size_t n)
{
    const json_t *text = json_object_get(e, "content"), *id = json_object_get(e, "id");
    if (!json_is_string(text) || json_string_length(text) == 0)
        CAD_FAIL(CAD_EDATA, "%s: an added token without content", where);
    const char *s = json_string_value(text);
    static const char *const flags[] = {"single_word", "lstrip", "rstrip"};
    for (int i = 0; i < 3; i++) {
        if (json_is_true(json_object_get(e, flags[i])))
            CAD_FAIL(CAD_EREFUSED, "%s: added token '%.64s': %s is not supported", where, s, flags[i]);
    }
    if (normalises && json_is_true(json_object_get(e, "normalized")))
        CAD_FAIL(CAD_EREFUSED, "%s: added token '%.64s': normalized is not supported", where, s);
    CAD_TRY(check_id(where, s, id, n));
    raw_token *r = &raw[json_integer_value(id)];
    if (r->flags & CAD_TOKEN_ADDED || (r->flags && strcmp(r->text, s) != 0))
        CAD_FAIL(CAD_EDATA, "%s: id %" PRId64 " belongs to '%.64s' and to the added token '%.64s'", where,
                 (int64_t)json_integer_value(id), r->text, s);
    r->text = s;
    r->len = json_string_length(text);
    bool special = json_is_true(json_object_get(e, "special"));
    r->flags = (unsigned char)(r->flags | CAD_TOKEN_ADDED | (special ? CAD_TOKEN_SPECIAL : 0));
    return CAD_OK;
}

/* Tokens of the model plus those added tokens that it does not hold; every id must then be taken. */
static size_t count_tokens(const json_t *vocab, const json_t *added)
{
    size_t n = json_object_size(vocab), i;
    json_t *e;
    json_array_foreach((json_t *)(uintptr_t)added, i, e)
    {
        const char *s = json_string_value(json_object_get(e, "content"));
        if (!s || !json_object_get(vocab, s))
            n++;
    }
    return n;
}

/* ---- bytes of the tokens ---- */

static cad_status add_bytes(cad_tokenizer *t, const raw_token *r, const short *byte_of_code, const char *where, size_t *at)
{
    /* added tokens stand as plain text, and all of WordPiece */
    if (t->wordpiece || !(r->flags & CAD_TOKEN_MODEL) || (r->flags & CAD_TOKEN_ADDED)) {
        memcpy(t->pool + *at, r->text, r->len);
        *at += r->len;
        return CAD_OK;
    }
    for (size_t i = 0; i < r->len;) {
        uint32_t cp;
        int n = cad_utf8_next(r->text + i, r->len - i, &cp);
        if (n <= 0 || cp >= CAD_BYTE_ALPHABET_END || byte_of_code[cp] < 0)
            CAD_FAIL(CAD_EREFUSED, "%s: token '%.64s' is not in the byte alphabet (only byte-level BPE is supported)", where,
                     r->text);
        t->pool[(*at)++] = (char)byte_of_code[cp];
        i += (size_t)n;
    }
    return CAD_OK;
}

static cad_status insert_bytes(cad_tokenizer *t, uint32_t id, const char *where)
{
    size_t len;
    const char *bytes = cad_tokenizer_bytes(t, id, &len);
    uint32_t i = (uint32_t)cad_hash64(bytes, len, 0) & t->by_mask;
    for (; t->by_bytes[i]; i = (i + 1) & t->by_mask) {
        size_t n;
        const char *other = cad_tokenizer_bytes(t, t->by_bytes[i] - 1, &n);
        if (n == len && !memcmp(other, bytes, len))
            CAD_FAIL(CAD_EDATA, "%s: tokens %u and %u have the same bytes", where, t->by_bytes[i] - 1, id);
    }
    t->by_bytes[i] = id + 1;
    return CAD_OK;
}

static cad_status find_bytes(cad_tokenizer *t, const char *where)
{
    for (unsigned b = 0; b < 256; b++) {
        char c = (char)b;
        int64_t id = cad_tokenizer_find(t, &c, 1);
        if (id < 0 || !(t->flags[id] & CAD_TOKEN_MODEL))
            CAD_FAIL(CAD_EDATA, "%s: no token for byte 0x%02X", where, b);
        t->byte_id[b] = (uint32_t)id;
    }
    return CAD_OK;
}

/* Power of two that keeps an open table at most half full. */
static size_t table_size(size_t n)
{
    size_t size = 16;
    while (size < 2 * n)
        size *= 2;
    return size;
}

static cad_status build_tokens(cad_tokenizer *t, const raw_token *raw, size_t n, const char *where)
{
    uint32_t code_of_byte[256];
    unsigned char byte_of_id[256];
    short byte_of_code[CAD_BYTE_ALPHABET_END];
    cad_byte_alphabet(code_of_byte, byte_of_id);
    memset(byte_of_code, -1, sizeof byte_of_code);
    for (short b = 0; b < 256; b++)
        byte_of_code[code_of_byte[b]] = b;
    size_t total = 0, at = 0;
    for (size_t i = 0; i < n; i++) {
        if (!raw[i].flags)
            CAD_FAIL(CAD_EDATA, "%s: no token has id %zu of %zu", where, i, n);
        CAD_TRY(cad_add(total, raw[i].len, "bytes of a vocabulary", &total));
    }
    CAD_TRY(cad_mem_alloc(cad_size_add(total, 1), "bytes of a vocabulary", &t->pool));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(n, 1), sizeof *t->off), "vocabulary", &t->off));
    CAD_TRY(cad_mem_alloc(n, "vocabulary", &t->flags));
    size_t slots = table_size(n);
    CAD_TRY(cad_mem_alloc(cad_size_mul(slots, sizeof *t->by_bytes), "vocabulary", &t->by_bytes));
    t->by_mask = (uint32_t)slots - 1;
    t->n = (uint32_t)n;
    for (uint32_t i = 0; i < n; i++) {
        t->off[i] = at;
        CAD_TRY(add_bytes(t, &raw[i], byte_of_code, where, &at));
        t->off[i + 1] = at;
        t->flags[i] = raw[i].flags;
        CAD_TRY(insert_bytes(t, i, where));
    }
    return t->wordpiece ? CAD_OK : find_bytes(t, where);
}

/* ---- added tokens, for the search in a text ---- */

typedef struct added_token {
    const char *bytes;
    size_t len;
    uint32_t id;
} added_token;

/* As bytes: a token stands before those that begin with it. */
static int by_bytes(const void *pa, const void *pb)
{
    const added_token *a = pa, *b = pb;
    int d = memcmp(a->bytes, b->bytes, a->len < b->len ? a->len : b->len);
    return d ? d : a->len < b->len ? -1 : a->len > b->len;
}

static cad_status build_added(cad_tokenizer *t)
{
    added_token *list;
    uint32_t n = 0, at = 0;
    for (uint32_t i = 0; i < t->n; i++)
        n += (t->flags[i] & CAD_TOKEN_ADDED) != 0;
    CAD_TRY(cad_mem_alloc(cad_size_add(cad_size_mul(n, sizeof *t->added), 1), "added tokens", &t->added));
    CAD_TRY(cad_mem_alloc(cad_size_add(cad_size_mul(n, sizeof *list), 1), "added tokens", &list));
    for (uint32_t i = 0; i < t->n; i++) {
        if (t->flags[i] & CAD_TOKEN_ADDED) {
            added_token *a = &list[t->n_added++];
            a->id = i;
            a->bytes = cad_tokenizer_bytes(t, i, &a->len);
        }
    }
    if (n > 1)
        qsort(list, n, sizeof *list, by_bytes);
    for (uint32_t i = 0; i < n; i++)
        t->added[i] = list[i].id;
    for (unsigned b = 0; b < 256; b++) {
        t->added_begin[b] = at;
        while (at < n && (unsigned char)list[at].bytes[0] == b)
            at++;
    }
    t->added_begin[256] = at;
    cad_mem_free(list);
    return CAD_OK;
}

/* ---- merges ---- */

/* A side of a merge, in the byte alphabet, as the id of a token of the model. */
static cad_status side_of(const json_t *vocab, const char *text, size_t len, const char *where, size_t rank, uint32_t *out)
{
    char key[1024];
    const json_t *id = NULL;
    if (len < sizeof key) {
        memcpy(key, text, len);
        key[len] = '\0';
        id = strlen(key) == len ? json_object_get(vocab, key) : NULL;
    }
    if (!id)
        CAD_FAIL(CAD_EDATA, "%s: merge %zu: '%.*s' is not in the vocabulary", where, rank, (int)(len < 64 ? len : 64), text);
    *out = (uint32_t)json_integer_value(id);
    return CAD_OK;
}

static cad_status add_merge(cad_tokenizer *t, uint32_t left, uint32_t right, size_t rank, const char *where)
{
    size_t a, b;
    const char *pa = cad_tokenizer_bytes(t, left, &a), *pb = cad_tokenizer_bytes(t, right, &b);
    char joined[2048];
    if (a + b > sizeof joined)
        CAD_FAIL(CAD_EDATA, "%s: merge %zu makes a token of %zu bytes; the limit is %zu", where, rank, a + b, sizeof joined);
    memcpy(joined, pa, a);
    memcpy(joined + a, pb, b);
    int64_t result = cad_tokenizer_find(t, joined, a + b);
    if (result < 0 || !(t->flags[result] & CAD_TOKEN_MODEL))
        CAD_FAIL(CAD_EDATA, "%s: merge %zu: its result is not in the vocabulary", where, rank);
    uint64_t key = cad_merge_key(left, right);
    uint32_t i = cad_merge_slot(key) & t->merge_mask;
    for (; t->merge[i]; i = (i + 1) & t->merge_mask) {
        if ((t->merge[i] ^ key) >> 24 == 0)
            CAD_FAIL(CAD_EDATA, "%s: merge %zu repeats merge %u", where, rank, (uint32_t)(t->merge[i] & 0xFFFFFF) - 1);
    }
    t->merge[i] = key | (rank + 1);
    t->result[rank] = (uint32_t)result;
    return CAD_OK;
}

/* "a b", or ["a", "b"]. */
static cad_status read_merge(const json_t *vocab, const json_t *m, const char *where, size_t rank, uint32_t side[2])
{
    const char *text = json_string_value(m);
    if (text) {
        const char *blank = strchr(text, ' ');
        if (!blank || strchr(blank + 1, ' '))
            CAD_FAIL(CAD_EDATA, "%s: merge %zu is not two tokens with one blank between", where, rank);
        CAD_TRY(side_of(vocab, text, (size_t)(blank - text), where, rank, &side[0]));
        return side_of(vocab, blank + 1, strlen(blank + 1), where, rank, &side[1]);
    }
    for (size_t k = 0; k < 2; k++) {
        const json_t *s = json_array_get(m, k);
        if (json_array_size(m) != 2 || !json_is_string(s))
            CAD_FAIL(CAD_EDATA, "%s: merge %zu is neither a string nor a pair of strings", where, rank);
        CAD_TRY(side_of(vocab, json_string_value(s), json_string_length(s), where, rank, &side[k]));
    }
    return CAD_OK;
}

static cad_status build_merges(cad_tokenizer *t, const json_t *vocab, const json_t *merges, const char *where)
{
    size_t n = json_array_size(merges);
    if (n > CAD_TOKENIZER_MAX_MERGES)
        CAD_FAIL(CAD_EDATA, "%s: %zu merges; the limit is %d", where, n, CAD_TOKENIZER_MAX_MERGES);
    size_t slots = table_size(n);
    CAD_TRY(cad_mem_alloc(cad_size_mul(slots, sizeof *t->merge), "merges", &t->merge));
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(n, 1), sizeof *t->result), "merges", &t->result));
    t->merge_mask = (uint32_t)slots - 1;
    for (size_t rank = 0; rank < n; rank++) {
        uint32_t side[2];
        CAD_TRY(read_merge(vocab, json_array_get(merges, rank), where, rank, side));
        CAD_TRY(add_merge(t, side[0], side[1], rank, where));
    }
    return CAD_OK;
}

/* ---- the whole ---- */

static cad_status build_vocab(cad_tokenizer *t, const json_t *model, const json_t *added, const char *where)
{
    json_t *vocab, *merges = NULL, *e;
    CAD_TRY(cad_json_get_object(model, "vocab", where, &vocab));
    if (!t->wordpiece)
        CAD_TRY(cad_json_get_array(model, "merges", where, &merges));
    if (json_array_size(added) > CAD_TOKENIZER_MAX_ADDED)
        CAD_FAIL(CAD_EDATA, "%s: %zu added tokens; the limit is %d", where, json_array_size(added), CAD_TOKENIZER_MAX_ADDED);
    size_t n = count_tokens(vocab, added), i;
    if (n > CAD_TOKENIZER_MAX_TOKENS)
        CAD_FAIL(CAD_EDATA, "%s: %zu tokens; the limit is %d", where, n, CAD_TOKENIZER_MAX_TOKENS);
    raw_token *raw;
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_add(n, 1), sizeof *raw), "tokens of a file", &raw));
    cad_status s = collect_vocab(vocab, where, raw, n);
    json_array_foreach((json_t *)(uintptr_t)added, i, e)
    {
        if (s == CAD_OK)
            s = collect_one_added(e, where, t->nfc || t->wordpiece, raw, n);
    }
    if (s == CAD_OK)
        s = build_tokens(t, raw, n, where);
    cad_mem_free(raw);
    CAD_TRY(s);
    CAD_TRY(build_added(t));
    return merges ? build_merges(t, vocab, merges, where) : CAD_OK;
}

static cad_status build(cad_tokenizer *t, const json_t *o, const char *where)
{
    json_t *model;
    const json_t *added = json_object_get(o, "added_tokens");
    if (!json_is_object(o))
        CAD_FAIL(CAD_EDATA, "%s: not a JSON object", where);
    CAD_TRY(cad_json_get_object(o, "model", where, &model));
    if (added && !json_is_null(added) && !json_is_array(added))
        CAD_FAIL(CAD_EDATA, "%s: added_tokens is not a list", where);
    CAD_TRY(cad_encoder_pool_create(&t->encoders));
    const char *type = json_string_value(json_object_get(model, "type"));
    if (type && !strcmp(type, "WordPiece")) {
        CAD_TRY(cad_wordpiece_create(o, where, &t->wordpiece));
    } else {
        CAD_TRY(cad_stage_model(model, where, &t->ignore_merges));
        CAD_TRY(cad_stage_normalizer(json_object_get(o, "normalizer"), where, &t->nfc));
        CAD_TRY(cad_stage_decoder(json_object_get(o, "decoder"), where));
        CAD_TRY(cad_stage_split(json_object_get(o, "pre_tokenizer"), where, &t->split));
    }
    CAD_TRY(build_vocab(t, model, added, where));
    if (t->wordpiece)
        CAD_TRY(cad_wordpiece_bind(t->wordpiece, t, o, where));
    t->eos = cad_tokenizer_find(t, "<|endoftext|>", 13);
    if (t->eos < 0)
        t->eos = cad_tokenizer_find(t, "<|end_of_text|>", 15);
    return cad_stage_post(json_object_get(o, "post_processor"), where, t->n, &t->bos, &t->tail);
}

cad_status cad_tokenizer_parse(const char *json, size_t len, const char *where, cad_tokenizer **out)
{
    if (len > CAD_TOKENIZER_MAX_BYTES)
        CAD_FAIL(CAD_EDATA, "%s: %zu bytes; the limit is %zu", where, len, CAD_TOKENIZER_MAX_BYTES);
    json_t *o;
    cad_tokenizer *t = NULL;
    CAD_TRY(cad_json_parse(json, len, where, &o));
    cad_status s = cad_mem_alloc(sizeof *t, "tokenizer", &t);
    if (s == CAD_OK) {
        t->bos = t->tail = t->eos = -1;
        cad_hash128_hex(json, len, t->hash);
        s = build(t, o, where);
    }
    json_decref(o);
    if (s != CAD_OK) {
        cad_tokenizer_destroy(t);
        return s;
    }
    *out = t;
    return CAD_OK;
}

cad_status cad_tokenizer_load(const char *path, cad_tokenizer **out)
{
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_fs_read(path, CAD_TOKENIZER_MAX_BYTES, &text);
    if (s == CAD_OK)
        s = cad_tokenizer_parse(cad_buf_cstr(&text), text.len, path, out);
    cad_buf_deinit(&text);
    return s;
}
