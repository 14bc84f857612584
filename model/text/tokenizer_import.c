/* model/text/tokenizer.h: a tokenizer by folder; a tokenizer.json put together from vocab.json, merges.txt and
 * tokenizer_config.json where a folder has none.  Those files leave out normaliser and split pattern, which the class named in
 * tokenizer_config.json stands for, as in transformers' convert_slow_tokenizer.py. */
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/json.h"
#include "model/text/split_scan.h"
#include "model/text/tokenizer.h"

#include <stdlib.h>
#include <string.h>

static const char gpt2_pattern[] = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

static cad_status path_of(const char *dir, const char *name, cad_buf *out)
{
    cad_buf_clear(out);
    return cad_buf_printf(out, "%s/%s", dir, name);
}

static cad_status read_object(const char *dir, const char *name, json_t **out)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = path_of(dir, name, &path);
    if (s == CAD_OK)
        s = cad_json_read(path.data, CAD_TOKENIZER_MAX_BYTES, out);
    if (s == CAD_OK && !json_is_object(*out)) {
        json_decref(*out);
        *out = NULL;
        s = cad_fail(CAD_EDATA, "%s: not a JSON object", path.data);
    }
    cad_buf_deinit(&path);
    return s;
}

/* Lines "a b" in the order of rank; the first may name a version. */
static cad_status read_merges(const char *dir, json_t *list)
{
    static const char version[] = "#version";
    cad_buf path = CAD_BUF_INIT, text = CAD_BUF_INIT;
    cad_status s = path_of(dir, "merges.txt", &path);
    if (s == CAD_OK)
        s = cad_fs_read(path.data, CAD_TOKENIZER_MAX_BYTES, &text);
    const char *p = cad_buf_cstr(&text), *end = p + text.len;
    for (size_t line = 1; s == CAD_OK && p < end; line++) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t len = (size_t)((stop ? stop : end) - p);
        if (len > 0 && p[len - 1] == '\r')
            len--;
        bool comment = line == 1 && len >= sizeof version - 1 && !memcmp(p, version, sizeof version - 1);
        const char *blank = memchr(p, ' ', len);
        if (len > 0 && !comment && (!blank || blank == p || memchr(blank + 1, ' ', (size_t)(p + len - blank - 1))))
            s = cad_fail(CAD_EDATA, "%s:%zu: not two tokens with one blank between", path.data, line);
        else if (len > 0 && !comment && json_array_append_new(list, json_stringn(p, len)))
            s = cad_fail(CAD_EDATA, "%s:%zu: not UTF-8", path.data, line);
        p = stop ? stop + 1 : end;
    }
    cad_buf_deinit(&path);
    cad_buf_deinit(&text);
    return s;
}

static cad_status add_token(json_t *list, const char *text, json_int_t id, const json_t *flags, bool special)
{
    json_t *e =
        json_pack("{s:I,s:s,s:b,s:b,s:b,s:b,s:b}", "id", id, "content", text, "single_word",
                  json_is_true(json_object_get(flags, "single_word")), "lstrip", json_is_true(json_object_get(flags, "lstrip")),
                  "rstrip", json_is_true(json_object_get(flags, "rstrip")), "normalized",
                  json_is_true(json_object_get(flags, "normalized")), "special", special);
    return json_array_append_new(list, e) ? cad_fail(CAD_ENOMEM, "out of memory for an added token") : CAD_OK;
}

/* Whether tokenizer_config.json names the token as one of a purpose: "eos_token" and the like, or additional_special_tokens. */
static bool has_purpose(const json_t *config, const char *text)
{
    static const char *const keys[] = {"bos_token", "eos_token", "unk_token", "pad_token"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *v = json_object_get(config, keys[i]);
        const char *s = json_string_value(json_is_object(v) ? json_object_get(v, "content") : v);
        if (s && !strcmp(s, text))
            return true;
    }
    size_t i;
    const json_t *v, *more = json_object_get(config, "additional_special_tokens");
    json_array_foreach(more, i, v)
    {
        const char *s = json_string_value(json_is_object(v) ? json_object_get(v, "content") : v);
        if (s && !strcmp(s, text))
            return true;
    }
    return false;
}

/* added_tokens_decoder of the config, by id; else added_tokens.json and the end token of the vocabulary. */
static cad_status read_added(const char *dir, const json_t *config, const json_t *vocab, json_t *list)
{
    const char *key;
    json_t *v, *file = NULL;
    const json_t *table = json_object_get(config, "added_tokens_decoder");
    cad_status s = CAD_OK;
    json_object_foreach((json_t *)(uintptr_t)table, key, v)
    {
        char *end;
        const char *text = json_string_value(json_object_get(v, "content"));
        long id = strtol(key, &end, 10);
        if (!text || !*key || *end || id < 0)
            CAD_FAIL(CAD_EDATA, "%s/tokenizer_config.json: added_tokens_decoder: '%.32s' is not an id with content", dir, key);
        CAD_TRY(add_token(list, text, id, v, json_is_true(json_object_get(v, "special"))));
    }
    if (table)
        return CAD_OK;
    cad_buf path = CAD_BUF_INIT;
    s = path_of(dir, "added_tokens.json", &path);
    if (s == CAD_OK && cad_fs_exists(path.data))
        s = read_object(dir, "added_tokens.json", &file);
    cad_buf_deinit(&path);
    json_object_foreach(file, key, v)
    {
        if (s == CAD_OK && !json_is_integer(v))
            s = cad_fail(CAD_EDATA, "%s/added_tokens.json: the id of '%.64s' is not an integer", dir, key);
        if (s == CAD_OK)
            s = add_token(list, key, json_integer_value(v), NULL, has_purpose(config, key));
    }
    json_decref(file);
    const json_t *end = json_object_get(vocab, "<|endoftext|>");
    if (s == CAD_OK && json_is_integer(end))
        s = add_token(list, "<|endoftext|>", json_integer_value(end), NULL, true);
    return s;
}

/* What the class of the config stands for. */
static cad_status family_of(const char *dir, const json_t *config, const char **pattern, bool *nfc)
{
    const char *name = json_string_value(json_object_get(config, "tokenizer_class"));
    *nfc = name && !strncmp(name, "Qwen2Tokenizer", 14);
    *pattern = *nfc ? cad_split_scan_pattern(1) : gpt2_pattern;
    if (!*nfc && (!name || strncmp(name, "GPT2Tokenizer", 13) != 0))
        CAD_FAIL(CAD_EREFUSED,
                 "%s: no tokenizer.json, and tokenizer_class in tokenizer_config.json is %.64s; without tokenizer.json "
                 "Qwen2Tokenizer and GPT2Tokenizer are read\nhint: save_pretrained of transformers' AutoTokenizer writes one",
                 dir, name ? name : "missing");
    if (json_is_true(json_object_get(config, "add_prefix_space")))
        CAD_FAIL(CAD_EREFUSED, "%s/tokenizer_config.json: add_prefix_space is not supported", dir);
    return CAD_OK;
}

static cad_status put_together(const char *dir, json_t *config, json_t *vocab, cad_buf *out)
{
    const char *pattern;
    bool nfc;
    CAD_TRY(family_of(dir, config, &pattern, &nfc));
    json_t *merges = json_array(), *added = json_array();
    cad_status s = read_merges(dir, merges);
    if (s == CAD_OK)
        s = read_added(dir, config, vocab, added);
    json_t *bytes =
        json_pack("{s:s,s:b,s:b,s:b}", "type", "ByteLevel", "add_prefix_space", 0, "trim_offsets", 0, "use_regex", 0);
    json_t *o = s != CAD_OK
                    ? NULL
                    : json_pack("{s:s,s:n,s:n,s:O,s:o?,s:{s:s,s:[{s:s,s:{s:s},s:s,s:b},O]},s:n,s:O,s:{s:s,s:n,s:n,s:s,s:"
                                "s,s:b,s:b,s:b,s:O,s:O}}",
                                "version", "1.0", "truncation", "padding", "added_tokens", added, "normalizer",
                                nfc ? json_pack("{s:s}", "type", "NFC") : NULL, "pre_tokenizer", "type", "Sequence",
                                "pretokenizers", "type", "Split", "pattern", "Regex", pattern, "behavior", "Isolated", "invert",
                                0, bytes, "post_processor", "decoder", bytes, "model", "type", "BPE", "dropout", "unk_token",
                                "continuing_subword_prefix", "", "end_of_word_suffix", "", "fuse_unk", 0, "byte_fallback", 0,
                                "ignore_merges", 0, "vocab", vocab, "merges", merges);
    if (s == CAD_OK)
        s = o ? cad_json_print_pretty(o, out) : cad_fail(CAD_ENOMEM, "%s: out of memory for a tokenizer.json", dir);
    json_decref(o);
    json_decref(bytes);
    json_decref(merges);
    json_decref(added);
    return s;
}

cad_status cad_tokenizer_json_of(const char *dir, cad_buf *out)
{
    cad_buf path = CAD_BUF_INIT;
    json_t *config = NULL, *vocab = NULL;
    CAD_TRY(cad_file_expect(dir, CAD_FILE_tokenizer));
    cad_status s = path_of(dir, "tokenizer.json", &path);
    bool whole = s == CAD_OK && cad_fs_exists(path.data);
    if (whole)
        s = cad_fs_read(path.data, CAD_TOKENIZER_MAX_BYTES, out);
    if (s == CAD_OK && !whole)
        s = read_object(dir, "vocab.json", &vocab);
    if (s == CAD_OK && !whole)
        s = read_object(dir, "tokenizer_config.json", &config);
    if (s == CAD_OK && !whole)
        s = put_together(dir, config, vocab, out);
    json_decref(config);
    json_decref(vocab);
    cad_buf_deinit(&path);
    return s;
}

cad_status cad_tokenizer_load_dir(const char *dir, cad_tokenizer **out)
{
    cad_buf path = CAD_BUF_INIT, text = CAD_BUF_INIT;
    cad_status s = cad_tokenizer_json_of(dir, &text);
    if (s == CAD_OK)
        s = path_of(dir, "tokenizer.json", &path);
    if (s == CAD_OK)
        s = cad_tokenizer_parse(cad_buf_cstr(&text), text.len, path.data, out);
    cad_buf_deinit(&path);
    cad_buf_deinit(&text);
    return s;
}
