#include "model/text/tokenizer_stages.h"

#include "model/text/tokenizer.h"

#include <string.h>

static const char *type_of(const json_t *v)
{
    const char *t = json_string_value(json_object_get(v, "type"));
    return t ? t : "?";
}

static bool absent(const json_t *v)
{
    return !v || json_is_null(v);
}

cad_status cad_stage_model(const json_t *model, const char *where, bool *out_ignore_merges)
{
    const char *type = json_string_value(json_object_get(model, "type"));
    if (type && strcmp(type, "BPE") != 0) /* old files leave the type out */
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: model %.32s; supported: BPE", where, type);
    const json_t *dropout = json_object_get(model, "dropout");
    if (!absent(dropout) && json_number_value(dropout) != 0)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: BPE dropout is not supported", where);
    static const char *const affixes[] = {"continuing_subword_prefix", "end_of_word_suffix"};
    for (int i = 0; i < 2; i++) {
        const json_t *v = json_object_get(model, affixes[i]);
        if (!absent(v) && json_string_length(v) != 0)
            CAD_FAIL(CAD_EUNSUPPORTED, "%s: %s is not supported", where, affixes[i]);
    }
    if (json_is_true(json_object_get(model, "byte_fallback")))
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: byte_fallback is not supported", where);
    *out_ignore_merges = json_is_true(json_object_get(model, "ignore_merges"));
    return CAD_OK;
}

cad_status cad_stage_normalizer(const json_t *v, const char *where, bool *out_nfc)
{
    *out_nfc = !absent(v);
    if (!absent(v) && strcmp(type_of(v), "NFC") != 0)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: normalizer %.32s; supported: none, NFC", where, type_of(v));
    return CAD_OK;
}

cad_status cad_stage_decoder(const json_t *v, const char *where)
{
    if (absent(v) || strcmp(type_of(v), "ByteLevel") != 0)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: decoder %.32s; supported: ByteLevel", where, absent(v) ? "none" : type_of(v));
    return CAD_OK;
}

static cad_status check_byte_level(const json_t *v, const char *where)
{
    if (strcmp(type_of(v), "ByteLevel") != 0)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: second pre_tokenizer %.32s; supported: ByteLevel", where, type_of(v));
    if (!json_is_false(json_object_get(v, "add_prefix_space")) || !json_is_false(json_object_get(v, "use_regex")))
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: ByteLevel with add_prefix_space or use_regex is not supported", where);
    return CAD_OK;
}

cad_status cad_stage_split(const json_t *v, const char *where, cad_splitter **out)
{
    const json_t *list = json_object_get(v, "pretokenizers");
    const json_t *split = json_array_get(list, 0), *bytes = json_array_get(list, 1);
    if (absent(v) || strcmp(type_of(v), "Sequence") != 0 || json_array_size(list) != 2)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: pre_tokenizer %.32s; supported: a Sequence of Split and ByteLevel", where,
                 absent(v) ? "none" : type_of(v));
    if (strcmp(type_of(split), "Split") != 0)
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: first pre_tokenizer %.32s; supported: Split", where, type_of(split));
    CAD_TRY(check_byte_level(bytes, where));
    const json_t *regex = json_object_get(json_object_get(split, "pattern"), "Regex");
    const char *behaviour = json_string_value(json_object_get(split, "behavior"));
    if (!json_is_string(regex))
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: Split without a Regex pattern is not supported", where);
    if (!behaviour || strcmp(behaviour, "Isolated") != 0 || json_is_true(json_object_get(split, "invert")))
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: Split with behavior %.32s%s; supported: Isolated", where, behaviour ? behaviour : "?",
                 json_is_true(json_object_get(split, "invert")) ? ", inverted" : "");
    if (json_string_length(regex) > CAD_TOKENIZER_MAX_PATTERN)
        CAD_FAIL(CAD_EDATA, "%s: split pattern of %zu bytes; the limit is %zu", where, json_string_length(regex),
                 CAD_TOKENIZER_MAX_PATTERN);
    return cad_splitter_create(json_string_value(regex), json_string_length(regex), where, out);
}

/* TemplateProcessing: "single" must be the sequence, with at most one special token in front. */
static cad_status read_template(const json_t *v, const char *where, uint32_t n_tokens, int64_t *out_bos)
{
    const json_t *single = json_object_get(v, "single");
    size_t n = json_array_size(single);
    const json_t *last = json_array_get(single, n - 1);
    if (n < 1 || n > 2 || !json_object_get(last, "Sequence"))
        CAD_FAIL(CAD_EUNSUPPORTED, "%s: TemplateProcessing other than one token in front is not supported", where);
    if (n == 1)
        return CAD_OK;
    const char *name = json_string_value(json_object_get(json_object_get(json_array_get(single, 0), "SpecialToken"), "id"));
    const json_t *ids = json_object_get(json_object_get(json_object_get(v, "special_tokens"), name ? name : ""), "ids");
    const json_t *id = json_array_get(ids, 0);
    if (json_array_size(ids) != 1 || !json_is_integer(id) || json_integer_value(id) < 0 || json_integer_value(id) >= n_tokens)
        CAD_FAIL(CAD_EDATA, "%s: TemplateProcessing: the token in front has no id in the vocabulary", where);
    if (*out_bos >= 0)
        CAD_FAIL(CAD_EDATA, "%s: two post-processors put a token in front", where);
    *out_bos = json_integer_value(id);
    return CAD_OK;
}

static cad_status read_post(const json_t *v, const char *where, uint32_t n_tokens, int64_t *out_bos)
{
    if (!strcmp(type_of(v), "ByteLevel")) /* moves offsets only */
        return CAD_OK;
    if (!strcmp(type_of(v), "TemplateProcessing"))
        return read_template(v, where, n_tokens, out_bos);
    CAD_FAIL(CAD_EUNSUPPORTED, "%s: post_processor %.32s; supported: ByteLevel, TemplateProcessing", where, type_of(v));
}

cad_status cad_stage_post(const json_t *v, const char *where, uint32_t n_tokens, int64_t *out_bos)
{
    *out_bos = -1;
    if (absent(v))
        return CAD_OK;
    if (strcmp(type_of(v), "Sequence") != 0)
        return read_post(v, where, n_tokens, out_bos);
    const json_t *list = json_object_get(v, "processors"), *e;
    size_t i;
    json_array_foreach(list, i, e) CAD_TRY(read_post(e, where, n_tokens, out_bos));
    return CAD_OK;
}
