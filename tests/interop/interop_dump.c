/* What the Python side of the tests interop.* compares with: logits, token ids, adapters, as raw little-endian files.
 *
 *   interop_dump logits MODEL ADAPTER|- fp32|bf16|nf4|nf4dq IDS.u32 OUT.f32      (n, V) logits of one sequence
 *   interop_dump tokens TOKENIZER.json TEXT OUT.u32                              ids of the whole file, specials as text
 *   interop_dump nf4 W.f32 BLOCK CODES ABSMAX.f32 VALUES.bf16                   W quantised; its values
 *   interop_dump plain MODEL OUT_DIR                                             model.safetensors, held and saved in bf16
 *   interop_dump adapter MODEL OUT_DIR SEED [DIR]      a LoRA with random A and B, of rank 8 or as DIR/adapter_config.json says
 */
#include "core/buf.h"
#include "core/fs.h"
#include "core/rng.h"
#include "kernels/ops.h"
#include "model/decoder/decoder.h"
#include "model/text/tokenizer.h"
#include "tests/interop/jobs.h"

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
    CAD_TRY(cad_peft_resolve(&o.lora, &cfg, a));
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

static cad_status tokens(char **arg, cad_arena *a)
{
    (void)a;
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
    const char *like = arg[3];
    cad_lora_config lora = {.rank = 8, .alpha = 16, .targets = CAD_LORA_ALL, .base_model = arg[0]};
    cad_decoder *d;
    if (like)
        CAD_TRY(cad_peft_read_config(like, a, &lora));
    lora.base_model = arg[0];
    CAD_TRY(open_decoder(arg[0], NULL, "fp32", 8, &lora, a, &d));
    cad_params p = cad_decoder_params(d);
    cad_rng r = cad_rng_make(strtoull(arg[2], NULL, 10), "interop", 0);
    for (int64_t i = 0; i < p.n; i++) /* what pairs of a lower rank are padded with too: that is not saved */
        for (int64_t k = 0; k < p.item[i].count; k++)
            p.p[p.item[i].offset + k] = (float)(0.05 * cad_rng_normal(&r));
    CAD_TRY(cad_fs_mkdirs(arg[1]));
    CAD_TRY(cad_decoder_save_adapter(d, arg[1]));
    cad_decoder_destroy(d);
    return CAD_OK;
}

static cad_status nf4(char **arg, cad_arena *a)
{
    const cad_ops *ops;
    cad_buf w = CAD_BUF_INIT;
    uint8_t *codes;
    float *absmax;
    uint16_t *values;
    CAD_TRY(cad_ops_get("cpu", &ops));
    CAD_TRY(cad_fs_read(arg[0], 0, &w));
    int64_t n = (int64_t)(w.len / sizeof(float)), block = strtoll(arg[1], NULL, 10), blocks = (n + block - 1) / block;
    CAD_TRY(cad_arena_zalloc(a, (size_t)(n + 1) / 2, 1, "codes", &codes));
    CAD_TRY(cad_arena_zalloc(a, (size_t)blocks, sizeof *absmax, "scales", &absmax));
    CAD_TRY(cad_arena_zalloc(a, (size_t)n, sizeof *values, "values", &values));
    cad_tensor c = cad_tensor_1d(CAD_U8, codes, (n + 1) / 2), s = cad_tensor_1d(CAD_F32, absmax, blocks);
    CAD_TRY(ops->nf4_quant(
        &(cad_nf4_quant_args){.w = cad_tensor_2d(CAD_F32, w.data, 1, n), .codes = c, .absmax = s, .block = block}, NULL));
    CAD_TRY(ops->nf4_dequant(&(cad_nf4_dequant_args){.q = {.out = 1, .in = n, .block = block, .codes = c, .absmax = s},
                                                     .w = cad_tensor_2d(CAD_BF16, values, 1, n)},
                             NULL));
    cad_buf_deinit(&w);
    CAD_TRY(cad_fs_write(arg[2], codes, (size_t)(n + 1) / 2));
    CAD_TRY(cad_fs_write(arg[3], absmax, (size_t)blocks * sizeof *absmax));
    return cad_fs_write(arg[4], values, (size_t)n * sizeof *values);
}

static cad_status plain(char **arg, cad_arena *a)
{
    cad_decoder *d;
    CAD_TRY(open_decoder(arg[0], NULL, "bf16", 8, NULL, a, &d));
    CAD_TRY(cad_fs_mkdirs(arg[1]));
    CAD_TRY(cad_decoder_save_model(d, arg[1], true));
    cad_decoder_destroy(d);
    return CAD_OK;
}

int main(int argc, char **argv)
{
    static const interop_job jobs[] = {{"logits", 5, 5, logits},
                                       {"tokens", 3, 3, tokens},
                                       {"nf4", 5, 5, nf4},
                                       {"plain", 2, 2, plain},
                                       {"adapter", 3, 4, adapter}};
    return run_job("interop_dump", (size_t)8 << 30, jobs, sizeof jobs / sizeof *jobs, argc, argv);
}
