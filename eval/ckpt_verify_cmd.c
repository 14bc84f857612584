/* cadtool ckpt verify: reading all of a checkpoint, an adapter or a model. */
#include "core/fs.h"
#include "eval/ckpt_cmd.h"
#include "kernels/ops.h"
#include "model/hf/bnb.h"
#include "model/hf/safetensors.h"
#include "model/text/template.h"
#include "train/ckpt_manifest.h"

#include <string.h>

enum { TEXT_LIMIT = 1 << 20 };

typedef cad_ckpt_job job;

/* Values and identity of weights. */
static cad_status verify_weights(const cad_safetensors *f, json_t *o)
{
    char hex[CAD_HASH_HEX];
    CAD_TRY(cad_st_examine(f, cad_bnb_is_codes, hex));
    return cad_ckpt_put(o, "xxh3", json_string(hex));
}

static cad_status verify_model(job *j, json_t **out_xxh3)
{
    const cad_ops *ops;
    cad_decoder *d = NULL;
    cad_safetensors *f = NULL;
    cad_decoder_opts opts = {.max_tokens = 1};
    json_t *o = json_object_get(j->facts, "model");
    CAD_TRY(cad_ops_get("cpu", &ops));
    cad_status s = cad_decoder_sketch(&j->parts.model, ops, &opts, &d);
    if (s == CAD_OK)
        s = cad_st_open_dir(j->parts.base, &f);
    if (s == CAD_OK)
        s = cad_decoder_check_files(d, f);
    if (s == CAD_OK)
        s = verify_weights(f, o);
    cad_st_close(f);
    cad_decoder_destroy(d);
    *out_xxh3 = json_object_get(o, "xxh3");
    return s;
}

static cad_status verify_adapter(job *j)
{
    cad_safetensors *f;
    CAD_TRY(cad_peft_open(j->parts.adapter, &f));
    cad_status s = cad_peft_check_file(f, &j->parts.lora, &j->parts.model);
    if (s == CAD_OK)
        s = verify_weights(f, json_object_get(j->facts, "adapter"));
    cad_st_close(f);
    return s;
}

/* The text of these ids, which must be `want`; `ids` names them in the message. */
static cad_status comes_back(const cad_tokenizer *t, const char *path, const cad_ids *ids, const char *want, size_t len)
{
    cad_buf back = CAD_BUF_INIT;
    cad_status s = cad_tokenizer_decode(t, ids->id, ids->n, false, &back);
    if (s == CAD_OK && (back.len != len || memcmp(cad_buf_cstr(&back), want, len) != 0))
        s = cad_fail(CAD_EDATA, "tokenizer.json of %s: %zu tokens from id %u on come back otherwise: %.200s", path, ids->n,
                     ids->n ? ids->id[0] : 0, cad_buf_cstr(&back));
    cad_buf_deinit(&back);
    return s;
}

/* Every token's bytes come back from its id, and a text of many characters from its ids. */
static cad_status check_tokens(const cad_tokenizer *t, const char *path)
{
    static const char text[] = "C 40 20 5\nplate, four 4 mm holes: #12 = CARTESIAN_POINT('', (0., -1.5E-3)); \xC3\x98 12.5\n";
    cad_ids ids = CAD_IDS_INIT;
    cad_status s = cad_tokenizer_encode(t, text, sizeof text - 1, CAD_SPECIALS_text, &ids);
    if (s == CAD_OK)
        s = comes_back(t, path, &ids, text, sizeof text - 1);
    for (uint32_t i = 0; s == CAD_OK && i < cad_tokenizer_vocab_size(t); i++) {
        size_t len;
        const char *bytes = cad_tokenizer_bytes(t, i, &len);
        cad_ids_clear(&ids);
        s = cad_ids_add(&ids, &i, 1);
        if (s == CAD_OK)
            s = comes_back(t, path, &ids, bytes, len);
    }
    cad_ids_deinit(&ids);
    return s;
}

static cad_status verify_tokenizer(job *j)
{
    cad_tokenizer *t;
    CAD_TRY(cad_ckpt_parts_tokenizer(&j->parts, j->arena, &t));
    cad_status s = check_tokens(t, j->parts.path);
    if (s == CAD_OK)
        s = cad_ckpt_put(j->facts, "tokens", json_integer(cad_tokenizer_vocab_size(t)));
    cad_tokenizer_destroy(t);
    return s;
}

static cad_status verify_template(job *j)
{
    const char *path;
    const cad_template *tpl;
    CAD_TRY(cad_ckpt_parts_file(&j->parts, "template.txt", j->arena, &path));
    if (!cad_fs_exists(path))
        return CAD_OK;
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_fs_read(path, TEXT_LIMIT, &text);
    if (s == CAD_OK)
        s = cad_template_parse(path, cad_buf_cstr(&text), text.len, j->arena, &tpl);
    cad_buf_deinit(&text);
    return s;
}

cad_status cad_ckpt_verify(job *j)
{
    json_t *found, *recorded = json_object_get(j->facts, "base_xxh3");
    if (cad_ckpt_has(j, CAD_MANIFEST_NAME))
        CAD_TRY(cad_manifest_check(j->parts.path, true));
    if (!j->has_base)
        return cad_ckpt_parts_no_base(&j->parts);
    CAD_TRY(verify_model(j, &found));
    if (j->parts.adapter)
        CAD_TRY(verify_adapter(j));
    if (j->parts.adapter && recorded && strcmp(json_string_value(recorded), json_string_value(found)) != 0)
        CAD_FAIL(CAD_EDATA, "%s: its tensors have XXH3-128 %s; %s learnt on %s", j->parts.base, json_string_value(found),
                 j->parts.path, json_string_value(recorded));
    CAD_TRY(verify_tokenizer(j));
    CAD_TRY(verify_template(j));
    return cad_ckpt_put(j->facts, "sound", json_true());
}
