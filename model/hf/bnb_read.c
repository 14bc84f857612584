/* One linear of a bnb-4bit checkpoint: its tensors, checked against each other and against what config.json says. */
#include "core/mem.h"
#include "kernels/nf4.h"
#include "model/hf/bnb.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char state_suffix[] = ".quant_state.bitsandbytes__nf4", fp4_suffix[] = ".quant_state.bitsandbytes__fp4";
static const char *const suffixes[] = {".absmax",           ".quant_map", ".nested_absmax",
                                       ".nested_quant_map", state_suffix, fp4_suffix};

size_t cad_bnb_part_of(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t k = strlen(suffixes[i]);
        if (n > k && !strcmp(name + n - k, suffixes[i]))
            return n - k;
    }
    return 0;
}

static const cad_st_tensor *beside(const cad_safetensors *f, const char *name, const char *suffix)
{
    char full[CAD_ST_MAX_NAME + 1];
    int n = snprintf(full, sizeof full, "%s%s", name, suffix);
    return n > 0 && (size_t)n < sizeof full ? cad_st_find(f, full) : NULL;
}

bool cad_bnb_is_codes(const cad_safetensors *f, const cad_st_tensor *t)
{
    return beside(f, t->name, state_suffix) != NULL;
}

/* name + suffix, of one dimension of `count`, as `type`. */
static cad_status expect(const cad_safetensors *f, const char *name, const char *suffix, cad_st_dtype type, int64_t count,
                         const cad_st_tensor **out)
{
    char full[CAD_ST_MAX_NAME + 1];
    snprintf(full, sizeof full, "%.4000s%s", name, suffix);
    CAD_TRY(cad_st_expect(f, full, 1, &count, out));
    if ((*out)->dtype != type)
        CAD_FAIL(CAD_EDATA, "%s: %s is %s; expected %s", cad_st_path(f, *out), full, cad_st_dtype_name((*out)->dtype),
                 cad_st_dtype_name(type));
    return CAD_OK;
}

/* Why there is no NF4 state beside the tensor. */
static cad_status say_plain(const cad_safetensors *f, const char *name, const cad_st_tensor *w)
{
    if (beside(f, name, fp4_suffix))
        CAD_FAIL(CAD_EREFUSED, "%s: %s%s: FP4 is not read; NF4 is", cad_st_path(f, w), name, fp4_suffix);
    if (w->dtype == CAD_ST_I8)
        CAD_FAIL(CAD_EREFUSED, "%s: %s is I8: int8 checkpoints are not read; NF4 ones are", cad_st_path(f, w), name);
    CAD_FAIL(CAD_EDATA, "%s: %s is %s without %s%s; quantization_config of config.json says that every linear is NF4",
             cad_st_path(f, w), name, cad_st_dtype_name(w->dtype), name, state_suffix);
}

static cad_status read_state(const cad_safetensors *f, const char *name, cad_bnb_state *out)
{
    char text[CAD_BNB_MAX_STATE], where[512];
    const cad_st_tensor *t = beside(f, name, state_suffix);
    snprintf(where, sizeof where, "%.200s: %.200s", cad_st_path(f, t), t->name);
    if (t->dtype != CAD_ST_U8 || t->ndim != 1)
        CAD_FAIL(CAD_EDATA, "%s: %s of %d dimensions; expected the bytes of a JSON text", where, cad_st_dtype_name(t->dtype),
                 t->ndim);
    if (t->count > CAD_BNB_MAX_STATE)
        CAD_FAIL(CAD_EDATA, "%s: %" PRId64 " bytes; the limit is %d", where, t->count, CAD_BNB_MAX_STATE);
    CAD_TRY(cad_st_read_raw(f, t, 0, text, (size_t)t->count));
    return cad_bnb_parse_state(text, (size_t)t->count, where, out);
}

/* (bytes/size, 1), of the type that quantization_config names. */
static cad_status check_codes(const cad_safetensors *f, const cad_quant *q, const cad_bnb_matrix *m)
{
    const cad_st_tensor *t = m->codes;
    if (t->dtype != q->storage)
        CAD_FAIL(CAD_EDATA, "%s: %s is %s; bnb_4bit_quant_storage of config.json says %s", cad_st_path(f, t), t->name,
                 cad_st_dtype_name(t->dtype), cad_st_dtype_name(q->storage));
    if (t->ndim != 2 || t->dim[1] != 1 || t->end - t->begin != (uint64_t)m->bytes)
        CAD_FAIL(CAD_EDATA, "%s: %s has %" PRIu64 " bytes; expected a column of %" PRId64 ", two codes a byte",
                 cad_st_path(f, t), t->name, t->end - t->begin, m->bytes);
    return CAD_OK;
}

static cad_status read_f32(const cad_safetensors *f, const cad_st_tensor *t, float *out)
{
    CAD_TRY(cad_st_read_f32(f, t, 0, out, t->count));
    for (int64_t i = 0; i < t->count; i++)
        if (!(fabsf(out[i]) <= FLT_MAX))
            CAD_FAIL(CAD_EDATA, "%s: %s: element %" PRId64 " is not finite", cad_st_path(f, t), t->name, i);
    return CAD_OK;
}

static cad_status check_levels(const cad_safetensors *f, const char *name)
{
    const double slack = 1e-6; /* formats.md 1 */
    float level[16];
    const cad_st_tensor *t;
    CAD_TRY(expect(f, name, ".quant_map", CAD_ST_F32, 16, &t));
    CAD_TRY(read_f32(f, t, level));
    for (int i = 0; i < 16; i++)
        if (!(fabs((double)level[i] - (double)cad_nf4_level[i]) <= slack))
            CAD_FAIL(CAD_EDATA, "%s: %s: level %d is %.9g; that of NF4 is %.9g", cad_st_path(f, t), t->name, i,
                     (double)level[i], (double)cad_nf4_level[i]);
    return CAD_OK;
}

static cad_status find_scales(const cad_safetensors *f, const char *name, cad_bnb_matrix *m)
{
    if (!m->state.nested) {
        const cad_st_tensor *extra = beside(f, name, ".nested_absmax");
        extra = extra ? extra : beside(f, name, ".nested_quant_map");
        if (extra)
            CAD_FAIL(CAD_EDATA, "%s: %s, but the state of %s has no nested scales", cad_st_path(f, extra), extra->name, name);
        return expect(f, name, ".absmax", CAD_ST_F32, m->blocks, &m->scales);
    }
    const cad_st_tensor *map;
    CAD_TRY(expect(f, name, ".absmax", CAD_ST_U8, m->blocks, &m->scales));
    CAD_TRY(expect(f, name, ".nested_absmax", CAD_ST_F32, (m->blocks + CAD_Q8_BLOCK - 1) / CAD_Q8_BLOCK, &m->outer));
    CAD_TRY(expect(f, name, ".nested_quant_map", CAD_ST_F32, 256, &map));
    return read_f32(f, map, m->map);
}

cad_status cad_bnb_find(const cad_safetensors *f, const cad_quant *q, const char *name, int64_t out, int64_t in,
                        cad_bnb_matrix *m)
{
    *m = (cad_bnb_matrix){.codes = cad_st_find(f, name)};
    if (!m->codes)
        CAD_FAIL(CAD_EDATA, "%s: no tensor %s", cad_st_count(f) ? cad_st_path(f, cad_st_at(f, 0)) : "safetensors", name);
    if (!beside(f, name, state_suffix))
        return say_plain(f, name, m->codes);
    CAD_TRY(read_state(f, name, &m->state));
    const cad_bnb_state *s = &m->state;
    if (s->out != out || s->in != in)
        CAD_FAIL(CAD_EDATA, "%s: %s%s: shape [%" PRId64 ", %" PRId64 "]; expected [%" PRId64 ", %" PRId64 "]",
                 cad_st_path(f, m->codes), name, state_suffix, s->out, s->in, out, in);
    if (s->nested != q->nested)
        CAD_FAIL(CAD_EDATA, "%s: %s%s: scales are %snested; bnb_4bit_use_double_quant of config.json says %s",
                 cad_st_path(f, m->codes), name, state_suffix, s->nested ? "" : "not ", q->nested ? "true" : "false");
    int64_t n = out * in;
    m->bytes = (n + 1) / 2;
    m->blocks = (n + s->block - 1) / s->block;
    CAD_TRY(check_codes(f, q, m));
    CAD_TRY(check_levels(f, name));
    return find_scales(f, name, m);
}

cad_status cad_bnb_read_codes(const cad_safetensors *f, const cad_bnb_matrix *m, uint8_t *codes)
{
    return cad_st_read_raw(f, m->codes, 0, codes, (size_t)m->bytes);
}

cad_status cad_bnb_read_scales(const cad_safetensors *f, const cad_bnb_matrix *m, float *absmax)
{
    return read_f32(f, m->scales, absmax);
}

cad_status cad_bnb_read_nested(const cad_safetensors *f, const cad_bnb_matrix *m, uint8_t *q, float *outer)
{
    CAD_TRY(cad_st_read_raw(f, m->scales, 0, q, (size_t)m->blocks));
    return read_f32(f, m->outer, outer);
}
