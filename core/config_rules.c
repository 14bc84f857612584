#include "core/config_impl.h"
#include "core/path.h"

#include <string.h>

/* "A = 1 (my.ini:3)": a key with its value and origin, for messages over several keys. */
static cad_status add_key(const cad_config *cfg, const char *key, cad_buf *out)
{
    CAD_TRY(cad_buf_printf(out, "%s = ", key));
    CAD_TRY(cad_config_value(cfg, key, out));
    return cad_buf_printf(out, " (%s)", cad_config_origin(cfg, key));
}

static cad_status add_problem(const cad_config *cfg, const char *a, const char *b, const char *expected, cad_buf *out,
                              size_t *n)
{
    (*n)++;
    CAD_TRY(cad_buf_str(out, "error: "));
    CAD_TRY(add_key(cfg, a, out));
    if (b) {
        CAD_TRY(cad_buf_str(out, " and "));
        CAD_TRY(add_key(cfg, b, out));
    }
    return cad_buf_printf(out, "; expected %s\n", expected);
}

/* Keys that cannot act while another has a certain value: "lora.*" all of the section but the other. */
static const struct {
    const char *key, *other, *value;
} idle[] = {
    {"model.layers", "model.init", "pretrained"},
    {"model.width", "model.init", "pretrained"},
    {"model.heads", "model.init", "pretrained"},
    {"model.kv_heads", "model.init", "pretrained"},
    {"model.ffn", "model.init", "pretrained"},
    {"model.rope_theta", "model.init", "pretrained"},
    {"model.tie", "model.init", "pretrained"},
    {"model.qkv_bias", "model.init", "pretrained"},
    {"model.init_scheme", "model.init", "pretrained"},
    {"model.double_quant", "model.weights", "fp32"},
    {"model.double_quant", "model.weights", "bf16"},
    {"lora.*", "lora.enabled", "off"},
    {"train.min_lr", "train.schedule", "constant"},
    {"prompt.context_until", "prompt.context_weight", "0"},
    {"eval.batches", "eval.every", "off"},
    {"sample.*", "sample.every", "off"},
    {"synth.captions", "synth.kind", "step"},
    {"synth.primitives", "synth.kind", "step"},
    {"decode.top_p", "decode.temp", "0"},
    {"decode.min_p", "decode.temp", "0"},
    {"decode.top_k", "decode.temp", "0"},
};

static bool matches(const char *pattern, const cad_key *k)
{
    size_t n = strlen(pattern);
    return pattern[n - 1] == '*' ? !strncmp(pattern, k->full, n - 1) : !strcmp(pattern, k->full);
}

/* Set by hand, and to something else than the default: complete files state every key. */
static cad_status differs(const cad_config *cfg, const cad_config *defaults, const cad_key *k, bool *out)
{
    *out = false;
    if (!cad_config_is_set(cfg, k->full))
        return CAD_OK;
    cad_buf value = CAD_BUF_INIT, other = CAD_BUF_INIT;
    cad_status s = cad_value_print(k, cfg, &value);
    if (s == CAD_OK)
        s = cad_value_print(k, defaults, &other);
    *out = s == CAD_OK && strcmp(cad_buf_cstr(&value), cad_buf_cstr(&other)) != 0;
    cad_buf_deinit(&value);
    cad_buf_deinit(&other);
    return s;
}

static cad_status add_warnings(const cad_config *cfg, const cad_config *defaults, cad_buf *out)
{
    size_t n;
    const cad_key *k = cad_schema(&n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < sizeof idle / sizeof *idle; j++) {
            if (!matches(idle[j].key, &k[i]) || !strcmp(k[i].full, idle[j].other))
                continue;
            bool set;
            CAD_TRY(differs(cfg, defaults, &k[i], &set));
            cad_buf other = CAD_BUF_INIT;
            cad_status s = CAD_OK;
            if (set)
                s = cad_config_value(cfg, idle[j].other, &other);
            if (s == CAD_OK && set && !strcmp(cad_buf_cstr(&other), idle[j].value))
                s = cad_buf_printf(out, "%s (%s) has no effect while %s = %s\n", k[i].full, cad_config_origin(cfg, k[i].full),
                                   idle[j].other, idle[j].value);
            cad_buf_deinit(&other);
            CAD_TRY(s);
        }
    return CAD_OK;
}

/* Built-in templates with a slot for retrieved parts are those that end in -rag; a file is looked at where it is read. */
static bool names_template(const char *name)
{
    return *name && strncmp(name, "file", 4) != 0;
}

cad_status cad_config_rules(const cad_config *cfg, const cad_config *defaults, cad_buf *problems, size_t *n, cad_buf *warnings)
{
    if ((cfg->train.batch_rows > 0) == (cfg->train.batch_tokens > 0))
        CAD_TRY(add_problem(cfg, "train.batch_rows", "train.batch_tokens", "exactly one of them above 0", problems, n));
    if (cfg->train.min_lr > cfg->train.lr)
        CAD_TRY(add_problem(cfg, "train.min_lr", "train.lr", "min_lr <= lr", problems, n));
    if (!cfg->lora.enabled && cfg->model.weights == CAD_MODEL_WEIGHTS_nf4)
        CAD_TRY(add_problem(cfg, "lora.enabled", "model.weights", "weights fp32 or bf16, since all of them are trained",
                            problems, n));
    if (cfg->model.init == CAD_MODEL_INIT_random) {
        if (cfg->model.width % cfg->model.heads != 0)
            CAD_TRY(add_problem(cfg, "model.heads", "model.width", "heads that divide width", problems, n));
        if (cfg->model.heads % cfg->model.kv_heads != 0)
            CAD_TRY(add_problem(cfg, "model.kv_heads", "model.heads", "kv_heads that divide heads", problems, n));
    }
    if (!strcmp(cfg->prompt.template_, "file") && !*cfg->prompt.file)
        CAD_TRY(add_problem(cfg, "prompt.template", "prompt.file", "the name of the template file", problems, n));
    if (names_template(cfg->prompt.template_) && cad_path_ends(cfg->prompt.template_, "-rag") != cfg->rag.enabled)
        CAD_TRY(add_problem(cfg, "prompt.template", "rag.enabled", "rag.enabled on exactly when the template has {retrieved}",
                            problems, n));
    return add_warnings(cfg, defaults, warnings);
}

cad_status cad_config_require(const cad_config *cfg, const char *const *keys, size_t n)
{
    cad_buf missing = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (size_t i = 0; i < n && s == CAD_OK; i++) {
        cad_buf value = CAD_BUF_INIT;
        s = cad_config_value(cfg, keys[i], &value);
        if (s == CAD_OK && !value.len) {
            const cad_key *k = cad_schema_find_full(keys[i]);
            s = cad_buf_printf(&missing, "%s%s (%s)", missing.len ? ", " : "", keys[i], k->help);
        }
        cad_buf_deinit(&value);
    }
    if (s == CAD_OK && missing.len)
        s = cad_fail(CAD_ECONFIG, "not given: %s", missing.data);
    cad_buf_deinit(&missing);
    return s;
}
