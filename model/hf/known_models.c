#include "model/hf/known_models.h"

#include <string.h>

typedef struct known {
    const char *name;
    int64_t layers, width, heads, kv_heads, head_dim, ffn, vocab, max_pos;
    cad_arch arch;
    bool tie;
} known;

/* clang-format off */
static const known model[] = {
    {"Qwen2.5-0.5B",     24,  896, 14, 2,  64,  4864, 151936,  32768, CAD_ARCH_qwen2, true},
    {"Qwen2.5-1.5B",     28, 1536, 12, 2, 128,  8960, 151936, 131072, CAD_ARCH_qwen2, true},
    {"Qwen2.5-3B",       36, 2048, 16, 2, 128, 11008, 151936,  32768, CAD_ARCH_qwen2, true},
    {"Qwen2.5-Coder-7B", 28, 3584, 28, 4, 128, 18944, 152064,  32768, CAD_ARCH_qwen2, false},
    {"Llama-3.2-3B",     28, 3072, 24, 8, 128,  8192, 128256, 131072, CAD_ARCH_llama, true},
};
/* clang-format on */

static cad_model_config config_of(const known *k)
{
    bool llama = k->arch == CAD_ARCH_llama;
    cad_model_config c = {.arch = k->arch,
                          .layers = k->layers,
                          .width = k->width,
                          .heads = k->heads,
                          .kv_heads = k->kv_heads,
                          .head_dim = k->head_dim,
                          .ffn = k->ffn,
                          .vocab = k->vocab,
                          .max_pos = k->max_pos,
                          .theta = llama ? 5e5 : 1e6,
                          .eps = llama ? 1e-5 : 1e-6,
                          .tie = k->tie,
                          .qkv_bias = !llama,
                          .dtype = CAD_BF16,
                          .bos = llama ? 128000 : -1,
                          .pad = -1,
                          .eos = {llama ? 128001 : 151643},
                          .n_eos = 1};
    if (llama) {
        c.rope = CAD_ROPE_llama3;
        c.rope_factor = 32;
        c.rope_low = 1;
        c.rope_high = 4;
        c.rope_original = 8192;
    }
    return c;
}

cad_status cad_model_known(const char *path, cad_model_config *out)
{
    static const char tuned[] = "-Instruct";
    size_t len = strlen(path), tail = sizeof tuned - 1;
    while (len > 0 && path[len - 1] == '/')
        len--;
    const char *name = path + len;
    while (name > path && name[-1] != '/')
        name--;
    size_t n = (size_t)(path + len - name);
    if (n > tail && !strncmp(name + n - tail, tuned, tail))
        n -= tail;
    for (size_t i = 0; i < sizeof model / sizeof *model; i++)
        if (strlen(model[i].name) == n && !strncmp(model[i].name, name, n)) {
            *out = config_of(&model[i]);
            return CAD_OK;
        }
    CAD_FAIL(CAD_ENOTFOUND, "%s: no config.json, and none of the models whose shape is known: %s, %s, %s, %s, %s", path,
             model[0].name, model[1].name, model[2].name, model[3].name, model[4].name);
}
