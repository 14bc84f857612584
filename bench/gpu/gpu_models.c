#include "bench/gpu/gpu_models.h"

#include "model/hf/known_models.h"

#include <stdlib.h>
#include <string.h>

cad_status gb_model(const char *name, cad_model_config *out)
{
    if (strcmp(name, "tiny") != 0)
        return cad_model_known(name, out);
    CAD_TRY(cad_model_known("Qwen2.5-0.5B", out));
    out->layers = 2;
    out->width = 128;
    out->heads = 2;
    out->kv_heads = 1;
    out->head_dim = 64;
    out->ffn = 256;
    out->vocab = 512;
    out->n_eos = 0;
    return CAD_OK;
}

const char *gb_value(const char *word, const char *option)
{
    size_t n = strlen(option);
    return !strncmp(word, option, n) && word[n] == '=' ? word + n + 1 : NULL;
}

cad_status gb_number(const char *option, const char *text, int64_t *out)
{
    char *end;
    *out = strtoll(text, &end, 10);
    if (end == text || *end)
        CAD_FAIL(CAD_EUSAGE, "%s=%s: expected a number", option, text);
    return CAD_OK;
}
