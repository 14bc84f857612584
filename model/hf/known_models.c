#include "model/hf/known_models.h"

#include <stdio.h>
#include <string.h>

typedef struct known {
    const char *name;
    int64_t layers, width, heads, kv_heads, head_dim, ffn, vocab, max_pos;
    cad_arch arch;
    bool tie;
    double factor; /* of llama3 RoPE */
} known;

/* clang-format off */
static const known model[] = {
    {"Qwen2.5-0.5B",       24,  896, 14, 2,  64,  4864, 151936,  32768, CAD_ARCH_qwen2, true,   0},
    {"Qwen2.5-1.5B",       28, 1536, 12, 2, 128,  8960, 151936, 131072, CAD_ARCH_qwen2, true,   0},
    {"Qwen2.5-3B",         36, 2048, 16, 2, 128, 11008, 151936,  32768, CAD_ARCH_qwen2, true,   0},
    {"Qwen2.5-7B",         28, 3584, 28, 4, 128, 18944, 152064, 131072, CAD_ARCH_qwen2, false,  0},
    {"Qwen2.5-Coder-0.5B", 24,  896, 14, 2,  64,  4864, 151936,  32768, CAD_ARCH_qwen2, true,   0},
    {"Qwen2.5-Coder-1.5B", 28, 1536, 12, 2, 128,  8960, 151936,  32768, CAD_ARCH_qwen2, true,   0},
    {"Qwen2.5-Coder-3B",   36, 2048, 16, 2, 128, 11008, 151936,  32768, CAD_ARCH_qwen2, true,   0},
    {"Qwen2.5-Coder-7B",   28, 3584, 28, 4, 128, 18944, 152064,  32768, CAD_ARCH_qwen2, false,  0},
    {"Qwen3-0.6B",         28, 1024, 16, 8, 128,  3072, 151936,  40960, CAD_ARCH_qwen3, true,   0},
    {"Qwen3-1.7B",         28, 2048, 16, 8, 128,  6144, 151936,  40960, CAD_ARCH_qwen3, true,   0},
    {"Qwen3-4B",           36, 2560, 32, 8, 128,  9728, 151936,  40960, CAD_ARCH_qwen3, true,   0},
    {"Qwen3-8B",           36, 4096, 32, 8, 128, 12288, 151936,  40960, CAD_ARCH_qwen3, false,  0},
    {"Llama-3.2-1B",       16, 2048, 32, 8,  64,  8192, 128256, 131072, CAD_ARCH_llama, true,  32},
    {"Llama-3.2-3B",       28, 3072, 24, 8, 128,  8192, 128256, 131072, CAD_ARCH_llama, true,  32},
    {"Llama-3.1-8B",       32, 4096, 32, 8, 128, 14336, 128256, 131072, CAD_ARCH_llama, false,  8},
};
/* clang-format on */
enum { MODELS = sizeof model / sizeof *model };

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
                          .qkv_bias = cad_arch_qkv_bias(k->arch),
                          .qk_norm = cad_arch_qk_norm(k->arch),
                          .dtype = CAD_BF16,
                          .bos = llama ? 128000 : -1,
                          .pad = -1,
                          .eos = {llama ? 128001 : 151643},
                          .n_eos = 1};
    if (llama) {
        c.rope = CAD_ROPE_llama3;
        c.rope_factor = k->factor;
        c.rope_low = 1;
        c.rope_high = 4;
        c.rope_original = 8192;
    }
    return c;
}

/* The last part of a path, without what only says how the weights were trained; returns its length. */
static size_t name_in(const char *path, const char **out)
{
    static const char *const tuned[] = {"-Instruct", "-Base"};
    size_t len = strlen(path);
    while (len > 0 && path[len - 1] == '/')
        len--;
    const char *name = path + len;
    while (name > path && name[-1] != '/')
        name--;
    size_t n = (size_t)(path + len - name);
    for (size_t i = 0; i < sizeof tuned / sizeof *tuned; i++) {
        size_t tail = strlen(tuned[i]);
        if (n > tail && !strncmp(name + n - tail, tuned[i], tail)) {
            n -= tail;
            break;
        }
    }
    *out = name;
    return n;
}

cad_status cad_model_known(const char *path, cad_model_config *out)
{
    const char *name;
    size_t n = name_in(path, &name), used = 0;
    char list[512];
    for (size_t i = 0; i < MODELS; i++)
        if (strlen(model[i].name) == n && !strncmp(model[i].name, name, n)) {
            *out = config_of(&model[i]);
            return CAD_OK;
        }
    for (size_t i = 0; i < MODELS; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", model[i].name);
    CAD_FAIL(CAD_ENOTFOUND, "%s: no config.json, and none of the models whose shape is known: %s", path, list);
}
