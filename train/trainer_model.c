/* The model of a run: that of a folder, or a new one by its keys. */
#include "train/trainer_parts.h"

#include "core/file_kind.h"
#include "core/fs.h"
#include "core/log.h"

enum { MAX_JSON = 1 << 20 };

static cad_status read_text(const char *dir, const char *name, cad_buf *out)
{
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, name);
    if (s == CAD_OK && cad_fs_exists(path.data))
        s = cad_fs_read(path.data, MAX_JSON, out);
    cad_buf_deinit(&path);
    return s;
}

/* Whether the scales of an NF4 base are nested is a fact of its files; the key says it for a base that is quantised here. */
static cad_status settle_scales(cad_trainer *t)
{
    const cad_config *c = t->cfg;
    const cad_quant *q = &t->model.quant;
    if (!q->nf4)
        return CAD_OK;
    if (c->model.weights != CAD_MODEL_WEIGHTS_nf4) {
        cad_log(CAD_LOG_INFO, "%s: NF4, held dequantised (model.weights = %s)", c->model.path,
                c->model.weights == CAD_MODEL_WEIGHTS_fp32 ? "fp32" : "bf16");
        return CAD_OK;
    }
    if (cad_config_is_set(c, "model.double_quant") && c->model.double_quant != q->nested)
        CAD_FAIL(CAD_ECONFIG,
                 "model.double_quant = %s (%s); %s/config.json: bnb_4bit_use_double_quant is %s\n"
                 "hint: leave the key out: a base that is NF4 is taken as it is",
                 c->model.double_quant ? "on" : "off", cad_config_origin(c, "model.double_quant"), c->model.path,
                 q->nested ? "true" : "false");
    t->settled = *c;
    t->settled.model.double_quant = q->nested;
    t->cfg = &t->settled;
    return CAD_OK;
}

/* What model.arch says; false: nothing. */
static bool family(const cad_config *c, cad_arch *out)
{
    static const cad_arch of[] = {[CAD_MODEL_ARCH_qwen2] = CAD_ARCH_qwen2,
                                  [CAD_MODEL_ARCH_llama] = CAD_ARCH_llama,
                                  [CAD_MODEL_ARCH_qwen3] = CAD_ARCH_qwen3};
    if (c->model.arch == CAD_MODEL_ARCH_auto)
        return false;
    *out = of[c->model.arch];
    return true;
}

cad_status cad_trainer_open_model(cad_trainer *t)
{
    const char *dir = t->cfg->model.path;
    if (t->cfg->model.init == CAD_MODEL_INIT_random)
        return CAD_OK; /* its vocabulary is the tokenizer's: see below */
    CAD_TRY(cad_file_expect(dir, CAD_FILE_model));
    CAD_TRY(cad_model_config_load(dir, &t->model));
    CAD_TRY(read_text(dir, "config.json", &t->model_json));
    CAD_TRY(read_text(dir, "generation_config.json", &t->generation_json));
    cad_arch arch;
    if (family(t->cfg, &arch) && arch != t->model.arch)
        CAD_FAIL(CAD_ECONFIG, "%s: model of family %s; model.arch says otherwise", dir, cad_arch_name(t->model.arch));
    return settle_scales(t);
}

cad_status cad_trainer_random_model(cad_trainer *t)
{
    if (t->cfg->lora.enabled)
        CAD_FAIL(CAD_ECONFIG, "model.init = random and lora.enabled = on; random weights are trained as a whole");
    return cad_trainer_keys_model(t);
}

cad_status cad_trainer_keys_model(cad_trainer *t)
{
    const cad_config *c = t->cfg;
    cad_arch arch = c->model.qkv_bias ? CAD_ARCH_qwen2 : CAD_ARCH_llama;
    family(c, &arch);
    if (cad_arch_qkv_bias(arch) != c->model.qkv_bias)
        CAD_FAIL(CAD_ECONFIG, "model.qkv_bias = %s; expected on for qwen2 and off for llama and qwen3",
                 c->model.qkv_bias ? "on" : "off");
    t->model = (cad_model_config){.arch = arch,
                                  .layers = c->model.layers,
                                  .width = c->model.width,
                                  .heads = c->model.heads,
                                  .kv_heads = c->model.kv_heads,
                                  .head_dim = c->model.width / c->model.heads,
                                  .ffn = c->model.ffn,
                                  .vocab = t->tokenizer ? cad_tokenizer_vocab_size(t->tokenizer) : c->tokenizer.own_bpe,
                                  .max_pos = c->data.max_tokens,
                                  .theta = c->model.rope_theta,
                                  .rope = CAD_ROPE_plain,
                                  .eps = 1e-6,
                                  .tie = c->model.tie,
                                  .qkv_bias = c->model.qkv_bias,
                                  .qk_norm = cad_arch_qk_norm(arch),
                                  .dtype = CAD_BF16,
                                  .bos = t->train_pack ? t->train_pack->info.bos_id : -1,
                                  .pad = -1,
                                  .eos = {t->train_pack ? t->train_pack->info.eos_id : 0},
                                  .n_eos = 1};
    return cad_model_config_check(&t->model, "[model]");
}
