/* model/text/tokenizer.h: what transformers wants to know beside tokenizer.json. */
#include "core/fs.h"
#include "core/json.h"
#include "model/hf/hfjson.h"
#include "model/text/tokenizer_impl.h"

#include <string.h>

enum { MOST_BYTES = 16 << 20 };

/* The pad tokens of the families that are read; "<|vision_pad|>" is what fine-tunes of Qwen2.5 take. */
int64_t cad_tokenizer_pad(const cad_tokenizer *t)
{
    static const char *const names[] = {"<|pad|>", "<pad>", "[PAD]", "<|finetune_right_pad_id|>", "<|vision_pad|>"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int64_t id = cad_tokenizer_find(t, names[i], strlen(names[i]));
        if (id >= 0 && id != t->eos && cad_tokenizer_is_special(t, (uint32_t)id))
            return id;
    }
    return -1;
}

/* "key": the text of a token, or null. */
static cad_status print_token(const cad_tokenizer *t, const char *key, int64_t id, cad_buf *out)
{
    CAD_TRY(cad_buf_printf(out, "  \"%s\": ", key));
    if (id < 0)
        return cad_buf_str(out, "null,\n");
    size_t len;
    const char *text = cad_tokenizer_bytes(t, (uint32_t)id, &len);
    CAD_TRY(cad_hfjson_string(out, text, len));
    return cad_buf_str(out, ",\n");
}

cad_status cad_tokenizer_print_config(const cad_tokenizer *t, cad_buf *out)
{
    CAD_TRY(cad_buf_str(out, "{\n"));
    CAD_TRY(print_token(t, "bos_token", t->bos, out));
    /* Deleting blanks before punctuation would alter programs. */
    CAD_TRY(cad_buf_str(out, "  \"clean_up_tokenization_spaces\": false,\n"));
    CAD_TRY(print_token(t, "eos_token", t->eos, out));
    CAD_TRY(print_token(t, "pad_token", cad_tokenizer_pad(t), out));
    return cad_buf_str(out, "  \"tokenizer_class\": \"PreTrainedTokenizerFast\"\n}\n");
}

/* A token stands as its text or as an object with "content". */
static const char *token_text(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_string_value(json_is_object(v) ? json_object_get(v, "content") : v);
}

static cad_status replace_pad(const cad_tokenizer *t, json_t *o, const char *where, cad_buf *out)
{
    int64_t pad = cad_tokenizer_pad(t);
    size_t len = 0;
    const char *text = pad >= 0 ? cad_tokenizer_bytes(t, (uint32_t)pad, &len) : NULL;
    if (json_object_set_new(o, "pad_token", text ? json_stringn(text, len) : json_null()))
        CAD_FAIL(CAD_ENOMEM, "%s: out of memory", where);
    CAD_TRY(cad_hfjson_print(o, false, out));
    return cad_buf_str(out, "\n");
}

static cad_status without_end_as_pad(const char *dir, const char *where, const cad_buf *text, cad_buf *out)
{
    json_t *o = NULL;
    cad_tokenizer *t = NULL;
    CAD_TRY(cad_json_parse(cad_buf_cstr(text), text->len, where, &o));
    const char *pad = token_text(o, "pad_token"), *end = token_text(o, "eos_token");
    cad_status s;
    if (!pad || !end || strcmp(pad, end) != 0) {
        s = cad_buf_add(out, cad_buf_cstr(text), text->len);
    } else {
        s = cad_tokenizer_load_dir(dir, &t);
        if (s == CAD_OK)
            s = replace_pad(t, o, where, out);
    }
    cad_tokenizer_destroy(t);
    json_decref(o);
    return s;
}

cad_status cad_tokenizer_config_of(const char *dir, cad_buf *out)
{
    cad_buf path = CAD_BUF_INIT, text = CAD_BUF_INIT;
    cad_tokenizer *t = NULL;
    cad_status s = cad_buf_printf(&path, "%s/tokenizer_config.json", dir);
    if (s == CAD_OK && cad_fs_exists(path.data)) {
        s = cad_fs_read(path.data, MOST_BYTES, &text);
        if (s == CAD_OK)
            s = without_end_as_pad(dir, path.data, &text, out);
    } else if (s == CAD_OK) {
        s = cad_tokenizer_load_dir(dir, &t);
        if (s == CAD_OK)
            s = cad_tokenizer_print_config(t, out);
    }
    cad_tokenizer_destroy(t);
    cad_buf_deinit(&text);
    cad_buf_deinit(&path);
    return s;
}
