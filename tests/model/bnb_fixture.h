/* Small bnb-4bit files, made by hand. */
#ifndef CADLM_TESTS_MODEL_BNB_FIXTURE_H
#define CADLM_TESTS_MODEL_BNB_FIXTURE_H

#include "core/rng.h"
#include "kernels/nf4.h"
#include "kernels/ops.h"
#include "model/hf/bnb.h"
#include "tests/scratch_dir.h"

enum { BNB_MOST = 64 * 192 };

/* The tensors of one linear: changed by a test before they are written. */
typedef struct bnb_parts {
    cad_bnb_state state;
    char text[2 * CAD_BNB_MAX_STATE]; /* of the JSON */
    int64_t text_len;
    uint8_t codes[BNB_MOST / 2], q8[BNB_MOST / 32];
    float absmax[BNB_MOST / 32], outer[8], map[256], level[16];
    cad_st_item item[6]; /* codes, absmax, quant_map, state; nested_absmax, nested_quant_map */
    char name[6][96];
    size_t n;
} bnb_parts;

static inline void bnb_name(bnb_parts *p, int i, const char *name, const char *suffix)
{
    snprintf(p->name[i], sizeof p->name[i], "%s%s", name, suffix);
    p->item[i].name = p->name[i];
}

static inline void bnb_text(bnb_parts *p, const char *text)
{
    p->text_len = (int64_t)strlen(text);
    assert_true(p->text_len < (int64_t)sizeof p->text);
    memcpy(p->text, text, (size_t)p->text_len + 1);
    p->item[3].dim[0] = p->text_len;
}

/* w (out, in) in blocks of `block`. */
static inline void bnb_make(bnb_parts *p, const char *name, const float *w, int64_t out, int64_t in, int64_t block, bool nested)
{
    const cad_ops *ops;
    float *copy = malloc((size_t)(out * in) * sizeof *copy), shift[BNB_MOST / 32];
    int64_t n = out * in, scales = (n + block - 1) / block, outer = (scales + 255) / 256;
    cad_buf b = CAD_BUF_INIT;
    assert_true(n <= BNB_MOST && copy);
    memset(p, 0, sizeof *p);
    memcpy(copy, w, (size_t)n * sizeof *copy);
    ok(cad_ops_get("cpu", &ops));
    ok(ops->nf4_quant(&(cad_nf4_quant_args){.w = cad_tensor_2d(CAD_F32, copy, out, in),
                                            .codes = cad_tensor_1d(CAD_U8, p->codes, (n + 1) / 2),
                                            .absmax = cad_tensor_1d(CAD_F32, p->absmax, scales),
                                            .block = block},
                      NULL));
    free(copy);
    p->state = (cad_bnb_state){.out = out, .in = in, .block = block, .nested = nested, .from = CAD_BF16};
    memcpy(p->level, cad_nf4_level, sizeof p->level);
    memcpy(p->map, cad_q8_signed_map(), sizeof p->map);
    if (nested) {
        p->state.offset = cad_nf4_offset(p->absmax, scales);
        for (int64_t i = 0; i < scales; i++)
            shift[i] = p->absmax[i] - p->state.offset;
        ok(ops->q8_quant(&(cad_q8_quant_args){.x = cad_tensor_1d(CAD_F32, shift, scales),
                                              .map = cad_tensor_1d(CAD_F32, p->map, 256),
                                              .codes = cad_tensor_1d(CAD_U8, p->q8, scales),
                                              .absmax = cad_tensor_1d(CAD_F32, p->outer, outer)},
                         NULL));
    }
    p->item[0] = (cad_st_item){.data = p->codes, .ndim = 2, .dim = {(n + 1) / 2, 1}, .from = CAD_U8, .to = CAD_ST_U8};
    p->item[1] = nested ? (cad_st_item){.data = p->q8, .ndim = 1, .dim = {scales}, .from = CAD_U8, .to = CAD_ST_U8}
                        : (cad_st_item){.data = p->absmax, .ndim = 1, .dim = {scales}, .from = CAD_F32, .to = CAD_ST_F32};
    p->item[2] = (cad_st_item){.data = p->level, .ndim = 1, .dim = {16}, .from = CAD_F32, .to = CAD_ST_F32};
    p->item[3] = (cad_st_item){.data = p->text, .ndim = 1, .from = CAD_U8, .to = CAD_ST_U8};
    p->item[4] = (cad_st_item){.data = p->outer, .ndim = 1, .dim = {outer}, .from = CAD_F32, .to = CAD_ST_F32};
    p->item[5] = (cad_st_item){.data = p->map, .ndim = 1, .dim = {256}, .from = CAD_F32, .to = CAD_ST_F32};
    static const char *const suffix[] = {
        "", ".absmax", ".quant_map", ".quant_state.bitsandbytes__nf4", ".nested_absmax", ".nested_quant_map"};
    for (int i = 0; i < 6; i++)
        bnb_name(p, i, name, suffix[i]);
    p->n = nested ? 6 : 4;
    ok(cad_bnb_print_state(&p->state, &b));
    bnb_text(p, cad_buf_cstr(&b));
    cad_buf_deinit(&b);
}

#endif
