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
        CAD_FAIL(CAD_EREFUSED, "%s: model %.32s; supported: BPE, WordPiece", where, type);
    const json_t *dropout = json_object_get(model, "dropout");
    if (!absent(dropout) && json_number_value(dropout) != 0)
        CAD_FAIL(CAD_EREFUSED, "%s: BPE dropout is not supported", where);
    static const char *const affixes[] = {"continuing_subword_prefix", "end_of_word_suffix"};
    for (int i = 0; i < 2; i++) {
        const json_t *v = json_object_get(model, affixes[i]);
        if (!absent(v) && json_string_length(v) != 0)
            CAD_FAIL(CAD_EREFUSED, "%s: %s is not supported", where, affixes[i]);
    }
    if (json_is_true(json_object_get(model, "byte_fallback")))
        CAD_FAIL(CAD_EREFUSED, "%s: byte_fallback is not supported", where);
    *out_ignore_merges = json_is_true(json_object_get(model, "ignore_merges"));
    return CAD_OK;
}

cad_status cad_stage_normalizer(const json_t *v, const char *where, bool *out_nfc)
{
    *out_nfc = !absent(v);
    if (!absent(v) && strcmp(type_of(v), "NFC") != 0)
        CAD_FAIL(CAD_EREFUSED, "%s: normalizer %.32s; supported: none, NFC", where, type_of(v));
    return CAD_OK;
}

cad_status cad_stage_decoder(const json_t *v, const char *where)
{
    if (absent(v) || strcmp(type_of(v), "ByteLevel") != 0)
        CAD_FAIL(CAD_EREFUSED, "%s: decoder %.32s; supported: ByteLevel", where, absent(v) ? "none" : type_of(v));
    return CAD_OK;
}

static cad_status check_byte_level(const json_t *v, const char *where)
{
    if (strcmp(type_of(v), "ByteLevel") != 0)
        CAD_FAIL(CAD_EREFUSED, "%s: second pre_tokenizer %.32s; supported: ByteLevel", where, type_of(v));
    if (!json_is_false(json_object_get(v, "add_prefix_space")) || !json_is_false(json_object_get(v, "use_regex")))
        CAD_FAIL(CAD_EREFUSED, "%s: ByteLevel with add_prefix_space or use_regex is not supported", where);
    return CAD_OK;
}

cad_status cad_stage_split(const json_t *v, const char *where, cad_splitter **out)
{
    const json_t *list = json_object_get(v, "pretokenizers");
    const json_t *split = json_array_get(list, 0), *bytes = json_array_get(list, 1);
    if (absent(v) || strcmp(type_of(v), "Sequence") != 0 || json_array_size(list) != 2)
        CAD_FAIL(CAD_EREFUSED, "%s: pre_tokenizer %.32s; supported: a Sequence of Split and ByteLevel", where,
                 absent(v) ? "none" : type_of(v));
    if (strcmp(type_of(split), "Split") != 0)
        CAD_FAIL(CAD_EREFUSED, "%s: first pre_tokenizer %.32s; supported: Split", where, type_of(split));
    CAD_TRY(check_byte_level(bytes, where));
    const json_t *regex = json_object_get(json_object_get(split, "pattern"), "Regex");
    const char *behaviour = json_string_value(json_object_get(split, "behavior"));
    if (!json_is_string(regex))
        CAD_FAIL(CAD_EREFUSED, "%s: Split without a Regex pattern is not supported", where);
    if (!behaviour || strcmp(behaviour, "Isolated") != 0 || json_is_true(json_object_get(split, "invert")))
        CAD_FAIL(CAD_EREFUSED, "%s: Split with behavior %.32s%s; supported: Isolated", where, behaviour ? behaviour : "?",
                 json_is_true(json_object_get(split, "invert")) ? ", inverted" : "");
    if (json_string_length(regex) > CAD_TOKENIZER_MAX_PATTERN)
        CAD_FAIL(CAD_EDATA, "%s: split pattern of %zu bytes; the limit is %zu", where, json_string_length(regex),
                 CAD_TOKENIZER_MAX_PATTERN);
    return cad_splitter_create(json_string_value(regex), json_string_length(regex), where, out);
}

/* What the post-processors put around a text, while they are read. */
typedef struct around {
    const char *where;
    uint32_t n_tokens;
    int64_t bos, tail;
} around;

static cad_status set_token(around *a, const json_t *id, const char *what, int64_t *out)
{
    if (!json_is_integer(id) || json_integer_value(id) < 0 || json_integer_value(id) >= a->n_tokens)
        CAD_FAIL(CAD_EDATA, "%s: post_processor: the token %s has no id in the vocabulary", a->where, what);
    if (*out >= 0)
        CAD_FAIL(CAD_EDATA, "%s: two post-processors put a token %s", a->where, what);
    *out = json_integer_value(id);
    return CAD_OK;
}

static cad_status set_special(around *a, const json_t *v, const json_t *special, const char *what, int64_t *out)
{
    const char *name = json_string_value(json_object_get(special, "id"));
    const json_t *ids = json_object_get(json_object_get(json_object_get(v, "special_tokens"), name ? name : ""), "ids");
    return set_token(a, json_array_size(ids) == 1 ? json_array_get(ids, 0) : NULL, what, out);
}

/* TemplateProcessing: "single" must be the sequence, with at most one special token in front and one behind. */
static cad_status read_template(around *a, const json_t *v)
{
    const json_t *single = json_object_get(v, "single");
    size_t n = json_array_size(single), text = 0;
    while (text < n && !json_object_get(json_array_get(single, text), "Sequence"))
        text++;
    const json_t *front = json_object_get(json_array_get(single, 0), "SpecialToken");
    const json_t *behind = json_object_get(json_array_get(single, n - 1), "SpecialToken");
    if (text == n || text > 1 || n - text > 2 || (text == 1 && !front) || (n - text == 2 && !behind))
        CAD_FAIL(CAD_EREFUSED, "%s: TemplateProcessing other than one token in front and one behind is not supported",
                 a->where);
    if (text == 1)
        CAD_TRY(set_special(a, v, front, "in front", &a->bos));
    return n - text == 2 ? set_special(a, v, behind, "behind", &a->tail) : CAD_OK;
}

static cad_status read_post(around *a, const json_t *v)
{
    if (!strcmp(type_of(v), "ByteLevel")) /* moves offsets only */
        return CAD_OK;
    if (!strcmp(type_of(v), "TemplateProcessing"))
        return read_template(a, v);
    if (!strcmp(type_of(v), "BertProcessing")) { /* "cls": ["[CLS]", 101] */
        CAD_TRY(set_token(a, json_array_get(json_object_get(v, "cls"), 1), "in front", &a->bos));
        return set_token(a, json_array_get(json_object_get(v, "sep"), 1), "behind", &a->tail);
    }
    CAD_FAIL(CAD_EREFUSED, "%s: post_processor %.32s; supported: ByteLevel, TemplateProcessing, BertProcessing", a->where,
             type_of(v));
}

cad_status cad_stage_post(const json_t *v, const char *where, uint32_t n_tokens, int64_t *out_bos, int64_t *out_tail)
{
    around a = {where, n_tokens, -1, -1};
    if (!absent(v) && strcmp(type_of(v), "Sequence") != 0) {
        CAD_TRY(read_post(&a, v));
    } else if (!absent(v)) {
        const json_t *list = json_object_get(v, "processors"), *e;
        size_t i;
        json_array_foreach(list, i, e) CAD_TRY(read_post(&a, e));
    }
    *out_bos = a.bos;
    *out_tail = a.tail;
    return CAD_OK;
}
