/* What the Python side of the tests interop.* compares with: logits, token ids, adapters, as raw little-endian files.
 *
 *   interop_dump logits MODEL ADAPTER|- fp32|bf16|nf4|nf4dq IDS.u32 OUT.f32      (n, V) logits of one sequence
 *   interop_dump tokens TOKENIZER.json TEXT OUT.u32                              ids of the whole file, specials as text
 *   interop_dump adapter MODEL OUT_DIR SEED                                   a LoRA r 8 with random A and B, as PEFT reads it
 */
#include "core/buf.h"
#include "core/fs.h"
#include "core/rng.h"
#include "kernels/ops.h"
#include "model/decoder/decoder.h"
#include "model/text/tokenizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cad_status open_decoder(const char *dir, const char *adapter, const char *weights, int64_t max_tokens,
                               const cad_lora_config *fresh, cad_arena *a, cad_decoder **out)
{
    const cad_ops *ops;
    cad_model_config cfg;
    cad_decoder_opts o = {.train = CAD_TRAIN_none, .max_tokens = max_tokens, .weights = CAD_WEIGHTS_fp32};
    if (!strcmp(weights, "bf16"))
        o.weights = CAD_WEIGHTS_bf16;
    if (!strncmp(weights, "nf4", 3)) {
        o.weights = CAD_WEIGHTS_nf4;
        o.double_quant = !strcmp(weights, "nf4dq");
    }
    CAD_TRY(cad_ops_get("cpu", &ops));
    CAD_TRY(cad_model_config_load(dir, &cfg));
    if (fresh)
        o.lora = *fresh;
    else if (adapter)
        CAD_TRY(cad_peft_read_config(adapter, a, &o.lora));
    o.lora.dropout = 0;
    CAD_TRY(cad_decoder_create(&cfg, ops, &o, out));
    CAD_TRY(cad_decoder_load(*out, dir));
    return adapter ? cad_decoder_load_adapter(*out, adapter) : CAD_OK;
}

static cad_status logits(char **arg, cad_arena *a)
{
    cad_buf ids = CAD_BUF_INIT;
    CAD_TRY(cad_fs_read(arg[3], 0, &ids));
    int64_t n = (int64_t)(ids.len / 4);
    cad_decoder *d;
    cad_batch *b;
    CAD_TRY(open_decoder(arg[0], strcmp(arg[1], "-") ? arg[1] : NULL, arg[2], n, NULL, a, &d));
    CAD_TRY(cad_batch_create(a, n, 1, &b));
    cad_batch_row row = {.ids = (const uint32_t *)(const void *)ids.data, .n = n, .weight = 1};
    CAD_TRY(cad_batch_add(b, &row));
    int64_t vocab = cad_decoder_config(d)->vocab;
    uint32_t *rows;
    float *out;
    CAD_TRY(cad_arena_zalloc(a, (size_t)n, sizeof *rows, "rows", &rows));
    CAD_TRY(cad_arena_zalloc(a, (size_t)(n * vocab), sizeof *out, "logits", &out));
    for (int64_t i = 0; i < n; i++)
        rows[i] = (uint32_t)i;
    CAD_TRY(cad_decoder_logits(d, b, rows, n, out));
    cad_decoder_destroy(d);
    cad_buf_deinit(&ids);
    return cad_fs_write(arg[4], out, (size_t)(n * vocab) * sizeof *out);
}

static cad_status tokens(char **arg)
{
    cad_tokenizer *t;
    cad_buf text = CAD_BUF_INIT;
    cad_ids ids = CAD_IDS_INIT;
    CAD_TRY(cad_tokenizer_load(arg[0], &t));
    CAD_TRY(cad_fs_read(arg[1], 0, &text));
    CAD_TRY(cad_tokenizer_encode(t, cad_buf_cstr(&text), text.len, CAD_SPECIALS_text, &ids));
    CAD_TRY(cad_fs_write(arg[2], ids.id, ids.n * sizeof *ids.id));
    cad_ids_deinit(&ids);
    cad_buf_deinit(&text);
    cad_tokenizer_destroy(t);
    return CAD_OK;
}

static cad_status adapter(char **arg, cad_arena *a)
{
    cad_lora_config lora = {.rank = 8, .alpha = 16, .targets = CAD_LORA_ALL, .base_model = arg[0]};
    cad_decoder *d;
    CAD_TRY(open_decoder(arg[0], NULL, "fp32", 8, &lora, a, &d));
    cad_params p = cad_decoder_params(d);
    cad_rng r = cad_rng_make(strtoull(arg[2], NULL, 10), "interop", 0);
    for (int64_t i = 0; i < p.n; i++)
        for (int64_t k = 0; k < p.item[i].count; k++)
            p.p[p.item[i].offset + k] = (float)(0.05 * cad_rng_normal(&r));
    CAD_TRY(cad_fs_mkdirs(arg[1]));
    CAD_TRY(cad_decoder_save_adapter(d, arg[1]));
    cad_decoder_destroy(d);
    return CAD_OK;
}

int main(int argc, char **argv)
{
    cad_arena *a;
    cad_status s = cad_arena_create("interop", (size_t)8 << 30, &a);
    if (s == CAD_OK && argc == 7 && !strcmp(argv[1], "logits"))
        s = logits(argv + 2, a);
    else if (s == CAD_OK && argc == 5 && !strcmp(argv[1], "tokens"))
        s = tokens(argv + 2);
    else if (s == CAD_OK && argc == 5 && !strcmp(argv[1], "adapter"))
        s = adapter(argv + 2, a);
    else if (s == CAD_OK)
        s = cad_fail(CAD_EUSAGE, "see the comment of interop_dump.c");
    if (s != CAD_OK)
        fprintf(stderr, "interop_dump: error: %s\n", cad_error_text());
    cad_arena_destroy(a);
    return cad_status_exit_code(s);
}
