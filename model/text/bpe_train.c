/* From texts to a tokenizer.json: count pieces, learn, write. */
#include "model/text/bpe_train.h"

#include "core/hash.h"
#include "core/mem.h"
#include "core/size.h"
#include "core/utf8.h"
#include "model/hf/hfjson.h"
#include "model/text/bpe_count.h"
#include "model/text/byte_alphabet.h"
#include "model/text/splitter.h"

#include <inttypes.h>
#include <string.h>

#define LLAMA_SINGLE_DIGITS                                                                                                    \
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"                                                       \
    " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define IR_HEADS "\\n(?:U|D|I|T|R|X|LP|CP|SH|FI|CH|E|V) [0-9]+|\\n[A-Z]+(?= )|"

#define STEP_RUNS "#[0-9]+:?|[-(),.$*'=&:;\\nA-Z_]{2,}|"

static const char end_token[] = "<|endoftext|>";

struct cad_bpe_trainer {
    cad_bpe_kind kind;
    int64_t vocab_size;
    cad_splitter *split;
    cad_split_run *run;
    cad_buf pool;
    cad_piece *piece;
    size_t n, cap;
    uint64_t *table; /* piece + 1, open addressing over the bytes */
    size_t mask;
};

const char *cad_bpe_pattern(cad_bpe_kind kind)
{
    return kind == CAD_BPE_ir ? IR_HEADS LLAMA_SINGLE_DIGITS : STEP_RUNS LLAMA_SINGLE_DIGITS;
}

cad_status cad_bpe_create(cad_bpe_kind kind, int64_t vocab_size, cad_bpe_trainer **out)
{
    if (vocab_size < 257 || vocab_size > 65536)
        CAD_FAIL(CAD_EINVAL, "own_bpe: vocabulary of %" PRId64 "; expected 257..65536", vocab_size);
    cad_bpe_trainer *t;
    CAD_TRY(cad_mem_alloc(sizeof *t, "tokenizer training", &t));
    const char *pattern = cad_bpe_pattern(kind);
    t->kind = kind;
    t->vocab_size = vocab_size;
    cad_status s = cad_splitter_create(pattern, strlen(pattern), "own_bpe", &t->split);
    if (s == CAD_OK)
        s = cad_split_begin(t->split, &t->run);
    if (s != CAD_OK) {
        cad_bpe_destroy(t);
        return s;
    }
    *out = t;
    return CAD_OK;
}

void cad_bpe_destroy(cad_bpe_trainer *t)
{
    if (!t)
        return;
    cad_split_end(t->run);
    cad_splitter_destroy(t->split);
    cad_buf_deinit(&t->pool);
    cad_mem_free(t->piece);
    cad_mem_free(t->table);
    cad_mem_free(t);
}

/* ---- counting ---- */

static cad_status grow_pieces(cad_bpe_trainer *t)
{
    size_t cap = t->cap ? 2 * t->cap : 1024, bytes;
    CAD_TRY(cad_mul(cap, sizeof *t->piece, "pieces", &bytes));
    CAD_TRY(cad_mem_resize(bytes, "pieces", &t->piece));
    uint64_t *table;
    CAD_TRY(cad_mem_alloc(cad_size_mul(cad_size_mul(2, cap), sizeof *table), "pieces", &table));
    cad_mem_free(t->table);
    t->table = table;
    t->mask = 2 * cap - 1;
    t->cap = cap;
    for (size_t i = 0; i < t->n; i++) {
        size_t at = cad_hash64(t->pool.data + t->piece[i].off, t->piece[i].len, 0) & t->mask;
        while (t->table[at])
            at = (at + 1) & t->mask;
        t->table[at] = i + 1;
    }
    return CAD_OK;
}

/* No other piece of the pattern starts with LF and a capital. */
static bool is_head(const cad_bpe_trainer *t, const char *piece, size_t len)
{
    return t->kind == CAD_BPE_ir && len > 1 && piece[0] == '\n' && piece[1] >= 'A' && piece[1] <= 'Z';
}

static cad_status count_piece(cad_bpe_trainer *t, const char *piece, size_t len)
{
    if (t->n == t->cap)
        CAD_TRY(grow_pieces(t));
    if (len > UINT32_MAX)
        CAD_FAIL(CAD_EDATA, "own_bpe: a piece of %zu bytes", len);
    size_t at = cad_hash64(piece, len, 0) & t->mask;
    for (; t->table[at]; at = (at + 1) & t->mask) {
        cad_piece *p = &t->piece[t->table[at] - 1];
        if (p->len == len && !memcmp(t->pool.data + p->off, piece, len)) {
            p->count++;
            return CAD_OK;
        }
    }
    size_t off = t->pool.len;
    CAD_TRY(cad_buf_add(&t->pool, piece, len));
    t->piece[t->n] = (cad_piece){off, (uint32_t)len, is_head(t, piece, len), 1};
    t->table[at] = ++t->n;
    return CAD_OK;
}

cad_status cad_bpe_add(cad_bpe_trainer *t, const char *text, size_t len)
{
    size_t bad = cad_utf8_check(text, len);
    if (bad < len)
        CAD_FAIL(CAD_EDATA, "own_bpe: the text is not UTF-8 at byte %zu", bad);
    for (size_t at = 0; at < len;) {
        size_t end;
        CAD_TRY(cad_split_next(t->split, t->run, text, len, at, &end));
        if (end - at > 1) /* a single byte is a token already */
            CAD_TRY(count_piece(t, text + at, end - at));
        at = end;
    }
    return CAD_OK;
}

/* ---- writing ---- */

/* The token in the byte alphabet, without quotes; the alphabet holds '"' and '\', which JSON escapes. */
static cad_status write_token(const cad_bpe_model *m, const uint32_t *code, uint32_t token, cad_buf *out)
{
    for (size_t i = m->off[token]; i < m->off[token + 1]; i++) {
        char c[4];
        size_t n = cad_utf8_put(code[(unsigned char)m->bytes.data[i]], c);
        if (c[0] == '"' || c[0] == '\\')
            CAD_TRY(cad_buf_str(out, "\\"));
        CAD_TRY(cad_buf_add(out, c, n));
    }
    return CAD_OK;
}

static cad_status write_model(const cad_bpe_model *m, cad_buf *out)
{
    uint32_t code[256];
    unsigned char byte_of_id[256];
    cad_byte_alphabet(code, byte_of_id);
    CAD_TRY(cad_buf_str(out, "  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": null,\n    \"unk_token\": null,\n"
                             "    \"continuing_subword_prefix\": null,\n    \"end_of_word_suffix\": null,\n"
                             "    \"fuse_unk\": false,\n    \"byte_fallback\": false,\n    \"ignore_merges\": false,\n"
                             "    \"vocab\": {"));
    for (uint32_t i = 0; i < m->n_tokens; i++) {
        CAD_TRY(cad_buf_str(out, i ? ",\n      \"" : "\n      \""));
        CAD_TRY(write_token(m, code, i, out));
        CAD_TRY(cad_buf_printf(out, "\": %u", i));
    }
    CAD_TRY(cad_buf_str(out, "\n    },\n    \"merges\": ["));
    for (int64_t i = 0; i < m->n_merges; i++) {
        CAD_TRY(cad_buf_str(out, i ? ",\n      \"" : "\n      \""));
        CAD_TRY(write_token(m, code, m->merge[i].left, out));
        CAD_TRY(cad_buf_str(out, " "));
        CAD_TRY(write_token(m, code, m->merge[i].right, out));
        CAD_TRY(cad_buf_str(out, "\""));
    }
    return cad_buf_str(out, "\n    ]\n  }\n}\n");
}

static cad_status write_json(const cad_bpe_model *m, cad_bpe_kind kind, cad_buf *out)
{
    const char *pattern = cad_bpe_pattern(kind);
    CAD_TRY(cad_buf_printf(out,
                           "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n  \"added_tokens\": [\n"
                           "    {\n      \"id\": %" PRId64 ",\n      \"content\": \"%s\",\n      \"single_word\": false,\n"
                           "      \"lstrip\": false,\n      \"rstrip\": false,\n      \"normalized\": false,\n"
                           "      \"special\": true\n    }\n  ],\n  \"normalizer\": null,\n",
                           m->n_tokens, end_token));
    CAD_TRY(cad_buf_str(out, "  \"pre_tokenizer\": {\n    \"type\": \"Sequence\",\n    \"pretokenizers\": [\n      {\n"
                             "        \"type\": \"Split\",\n        \"pattern\": {\n          \"Regex\": "));
    CAD_TRY(cad_hfjson_string(out, pattern, strlen(pattern)));
    CAD_TRY(cad_buf_str(out, "\n        },\n        \"behavior\": \"Isolated\",\n        \"invert\": false\n      },\n"
                             "      {\n        \"type\": \"ByteLevel\",\n        \"add_prefix_space\": false,\n"
                             "        \"trim_offsets\": true,\n        \"use_regex\": false\n      }\n    ]\n  },\n"
                             "  \"post_processor\": null,\n  \"decoder\": {\n    \"type\": \"ByteLevel\",\n"
                             "    \"add_prefix_space\": true,\n    \"trim_offsets\": true,\n    \"use_regex\": true\n  },\n"));
    return write_model(m, out);
}

cad_status cad_bpe_finish(cad_bpe_trainer *t, cad_buf *out, int64_t *out_vocab)
{
    cad_bpe_model m = {0};
    cad_status s = cad_bpe_learn(t->pool.data, t->piece, t->n, t->vocab_size - 1, &m);
    if (s == CAD_OK)
        s = write_json(&m, t->kind, out);
    if (s == CAD_OK && out_vocab)
        *out_vocab = m.n_tokens + 1;
    cad_bpe_model_deinit(&m);
    return s;
}
