#include "train/optimizer.h"

#include "core/buf.h"
#include "core/json.h"
#include "kernels/nf4.h"
#include "model/hf/safetensors.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { BLOCK = 256, STAGE = 1 << 18 };

struct cad_optimizer {
    cad_optimizer_opts o;
    const cad_params *params;
    const cad_ops *ops;
    cad_opt_tensor *tensor; /* (params->n) */
    /* f32: m, v hold size elements; 8 bit: those of small tensors */
    float *m, *v;
    int64_t n_f32;
    uint8_t *m_code, *v_code;   /* (size) */
    float *m_absmax, *v_absmax; /* (n_blocks) */
    int64_t n_blocks;
    float *map_m, *map_v; /* (256) the maps of the codes: ours, or those of the file that was loaded */
    double *norm2;
    uint32_t *finite;
    float *gscale;
    cad_scratch scratch;
    char *stage; /* (STAGE) bytes of the host, for moments on their way to a file and back */
};

static cad_grad_norm2_args norm_args(const cad_optimizer *o)
{
    return (cad_grad_norm2_args){.g = cad_tensor_1d(CAD_F32, o->params->g, o->params->size),
                                 .norm2 = cad_tensor_1d(CAD_F64, o->norm2, 1),
                                 .finite = cad_tensor_1d(CAD_U32, o->finite, 1),
                                 .scratch = o->scratch};
}

static cad_opt_tensor tensor_of(const cad_param *p)
{
    return (cad_opt_tensor){.offset = p->offset, .count = p->count, .decay = p->decay};
}

/* Elements with f32 moments, and blocks of those in 8 bits. */
static void count_moments(bool eight_bit, const cad_params *p, int64_t *n_f32, int64_t *n_blocks)
{
    *n_f32 = p->size;
    *n_blocks = 0;
    if (!eight_bit)
        return;
    *n_f32 = 0;
    for (int64_t i = 0; i < p->n; i++) {
        cad_opt_tensor one = tensor_of(&p->item[i]);
        *n_f32 += cad_adamw8bit_small(&one, 1);
    }
    *n_blocks = (p->size + BLOCK - 1) / BLOCK;
}

static size_t moment_bytes(int64_t n_f32, int64_t n_blocks, int64_t size)
{
    size_t f32 = 2 * (size_t)n_f32 * sizeof(float);
    return n_blocks ? f32 + 2 * (size_t)size + 2 * (size_t)n_blocks * sizeof(float) : f32;
}

size_t cad_optimizer_moments(const cad_optimizer_opts *o, const cad_params *params)
{
    int64_t n_f32, n_blocks;
    count_moments(o->eight_bit, params, &n_f32, &n_blocks);
    return moment_bytes(n_f32, n_blocks, params->size);
}

/* `bytes` of the back end's memory, a multiple of 4, zeroed. */
static cad_status zeroed(const cad_optimizer *o, cad_arena *a, size_t bytes, const char *what, void *out)
{
    void *p;
    CAD_TRY(cad_arena_alloc(a, bytes, what, &p));
    CAD_TRY(o->ops->fill(&(cad_fill_args){.y = cad_tensor_1d(CAD_F32, p, (int64_t)(bytes / sizeof(float)))}, NULL));
    memcpy(out, &p, sizeof p);
    return CAD_OK;
}

static cad_status alloc_moments(cad_optimizer *o, cad_arena *a)
{
    const size_t size = (size_t)o->params->size, map = BLOCK * sizeof(float);
    count_moments(o->o.eight_bit, o->params, &o->n_f32, &o->n_blocks);
    CAD_TRY(zeroed(o, a, (size_t)o->n_f32 * sizeof(float), "first moments", &o->m));
    CAD_TRY(zeroed(o, a, (size_t)o->n_f32 * sizeof(float), "second moments", &o->v));
    if (!o->o.eight_bit)
        return CAD_OK;
    CAD_TRY(zeroed(o, a, size, "first moments in 8 bits", &o->m_code)); /* tensors are padded to whole blocks */
    CAD_TRY(zeroed(o, a, size, "second moments in 8 bits", &o->v_code));
    CAD_TRY(zeroed(o, a, (size_t)o->n_blocks * sizeof(float), "scales of moments", &o->m_absmax));
    CAD_TRY(zeroed(o, a, (size_t)o->n_blocks * sizeof(float), "scales of moments", &o->v_absmax));
    CAD_TRY(cad_arena_alloc(a, map, "signed map", &o->map_m));
    CAD_TRY(cad_arena_alloc(a, map, "unsigned map", &o->map_v));
    CAD_TRY(o->ops->mem_put(o->map_m, cad_q8_signed_map(), map, NULL));
    return o->ops->mem_put(o->map_v, cad_q8_unsigned_map(), map, NULL);
}

cad_status cad_optimizer_create(const cad_optimizer_opts *opts, const cad_params *params, const cad_ops *ops, cad_arena *host,
                                cad_arena *device, cad_optimizer **out)
{
    cad_optimizer *o;
    CAD_TRY(cad_arena_zalloc(host, 1, sizeof *o, "optimizer", &o));
    o->o = *opts;
    o->params = params;
    o->ops = ops;
    CAD_TRY(cad_arena_zalloc(host, (size_t)params->n, sizeof *o->tensor, "optimizer tensors", &o->tensor));
    for (int64_t i = 0; i < params->n; i++)
        o->tensor[i] = tensor_of(&params->item[i]);
    CAD_TRY(cad_arena_alloc(host, STAGE, "moments of a file", &o->stage));
    CAD_TRY(alloc_moments(o, device));
    CAD_TRY(cad_arena_alloc(device, sizeof *o->norm2, "gradient norm", &o->norm2));
    CAD_TRY(cad_arena_alloc(device, sizeof *o->finite, "gradient norm", &o->finite));
    CAD_TRY(cad_arena_alloc(device, sizeof *o->gscale, "clip factor", &o->gscale));
    cad_grad_norm2_args n = norm_args(o);
    o->scratch.bytes = ops->grad_norm2_scratch(&n);
    CAD_TRY(cad_arena_alloc(device, o->scratch.bytes, "gradient norm", &o->scratch.data));
    *out = o;
    return CAD_OK;
}

cad_optimizer_need cad_optimizer_plan(const cad_optimizer_opts *opts, const cad_params *params, const cad_ops *ops)
{
    const cad_optimizer o = {.params = params};
    cad_grad_norm2_args n = norm_args(&o);
    size_t maps = opts->eight_bit ? (size_t)2 * BLOCK * sizeof(float) : 0;
    return (cad_optimizer_need){.host = (size_t)params->n * sizeof *o.tensor + STAGE,
                                .device = cad_optimizer_moments(opts, params) + ops->grad_norm2_scratch(&n) + maps};
}

size_t cad_optimizer_bytes(const cad_optimizer *o)
{
    return moment_bytes(o->n_f32, o->n_blocks, o->params->size);
}

cad_status cad_optimizer_measure(cad_optimizer *o, cad_grad_stats *out)
{
    cad_grad_norm2_args a = norm_args(o);
    double norm2, clip = 1.0;
    uint32_t finite;
    CAD_TRY(o->ops->grad_norm2(&a, NULL));
    CAD_TRY(cad_ops_fetch(o->ops, &norm2, o->norm2, sizeof norm2));
    CAD_TRY(cad_ops_fetch(o->ops, &finite, o->finite, sizeof finite));
    double norm = sqrt(norm2);
    if (o->o.clip > 0.0 && norm > o->o.clip)
        clip = o->o.clip / norm;
    *out = (cad_grad_stats){.norm = norm, .clip = clip, .finite = finite && isfinite(norm)};
    return CAD_OK;
}

static cad_adamw_hyper hyper(const cad_optimizer *o, int64_t t, double lr)
{
    return (cad_adamw_hyper){.lr = (float)lr,
                             .beta1 = (float)o->o.beta1,
                             .beta2 = (float)o->o.beta2,
                             .eps = (float)o->o.eps,
                             .weight_decay = (float)o->o.weight_decay,
                             .t = t,
                             .decay_before = o->o.decay_before};
}

cad_status cad_optimizer_step(cad_optimizer *o, int64_t t, double lr, double clip)
{
    const cad_params *p = o->params;
    const float factor = (float)clip;
    CAD_TRY(o->ops->mem_put(o->gscale, &factor, sizeof factor, NULL));
    cad_tensor gscale = cad_tensor_1d(CAD_F32, o->gscale, 1), values = cad_tensor_1d(CAD_F32, p->p, p->size),
               grad = cad_tensor_1d(CAD_F32, p->g, p->size), half = cad_tensor_1d(CAD_BF16, p->p_bf16, p->size);
    if (!o->o.eight_bit) {
        cad_adamw_step_args a = {.p = values,
                                 .g = grad,
                                 .m = cad_tensor_1d(CAD_F32, o->m, o->n_f32),
                                 .v = cad_tensor_1d(CAD_F32, o->v, o->n_f32),
                                 .p_bf16 = half,
                                 .gscale = gscale,
                                 .tensor = o->tensor,
                                 .n_tensors = p->n,
                                 .h = hyper(o, t, lr)};
        return o->ops->adamw_step(&a, NULL);
    }
    cad_adamw8bit_step_args a = {.p = values,
                                 .g = grad,
                                 .m8 = cad_tensor_1d(CAD_U8, o->m_code, p->size),
                                 .v8 = cad_tensor_1d(CAD_U8, o->v_code, p->size),
                                 .ma = cad_tensor_1d(CAD_F32, o->m_absmax, o->n_blocks),
                                 .va = cad_tensor_1d(CAD_F32, o->v_absmax, o->n_blocks),
                                 .map_m = cad_tensor_1d(CAD_F32, o->map_m, BLOCK),
                                 .map_v = cad_tensor_1d(CAD_F32, o->map_v, BLOCK),
                                 .p_bf16 = half,
                                 .gscale = gscale,
                                 .tensor = o->tensor,
                                 .n_tensors = p->n,
                                 .h = hyper(o, t, lr)};
    if (o->n_f32 > 0) {
        a.m32 = cad_tensor_1d(CAD_F32, o->m, o->n_f32);
        a.v32 = cad_tensor_1d(CAD_F32, o->v, o->n_f32);
    }
    return o->ops->adamw8bit_step(&a, NULL);
}

/* ---- optimizer.safetensors ---- */

/* [[name, offset, count, "q8" or "f32"], ..] */
static cad_status print_layout(const cad_optimizer *o, cad_buf *out)
{
    json_t *list = json_array();
    cad_status s = list ? CAD_OK : cad_fail(CAD_ENOMEM, "out of memory for the layout");
    for (int64_t i = 0; s == CAD_OK && i < o->params->n; i++) {
        const cad_param *t = &o->params->item[i];
        const char *kind = o->o.eight_bit && t->count >= CAD_ADAMW8_MIN ? "q8" : "f32";
        json_t *entry = json_pack("[s, I, I, s]", t->name, (json_int_t)t->offset, (json_int_t)t->count, kind);
        if (!entry || json_array_append_new(list, entry) != 0)
            s = cad_fail(CAD_ENOMEM, "out of memory for the layout");
    }
    if (s == CAD_OK)
        s = cad_json_print(list, out);
    json_decref(list);
    return s;
}

/* Names, places and sizes of all that is saved. */
enum { MAX_ITEMS = 8 };
typedef struct saved {
    const char *name;
    cad_dtype dtype;
    int64_t count;
    char *data; /* of the back end */
    const cad_optimizer *o;
} saved;

static int list_saved(const cad_optimizer *o, saved item[MAX_ITEMS])
{
    int n = 0;
    if (o->n_f32 > 0) {
        item[n++] = (saved){"m.f32", CAD_F32, o->n_f32, (char *)o->m, o};
        item[n++] = (saved){"v.f32", CAD_F32, o->n_f32, (char *)o->v, o};
    }
    if (o->o.eight_bit) {
        item[n++] = (saved){"m.code", CAD_U8, o->params->size, (char *)o->m_code, o};
        item[n++] = (saved){"v.code", CAD_U8, o->params->size, (char *)o->v_code, o};
        item[n++] = (saved){"m.absmax", CAD_F32, o->n_blocks, (char *)o->m_absmax, o};
        item[n++] = (saved){"v.absmax", CAD_F32, o->n_blocks, (char *)o->v_absmax, o};
        item[n++] = (saved){"map.signed", CAD_F32, BLOCK, (char *)o->map_m, o};
        item[n++] = (saved){"map.unsigned", CAD_F32, BLOCK, (char *)o->map_v, o};
    }
    return n;
}

/* A piece of one item for its file, in the stage. */
static cad_status window(void *ctx, int64_t first, int64_t most, const void **data, int64_t *count)
{
    const saved *s = ctx;
    size_t each = cad_dtype_size(s->dtype);
    int64_t n = STAGE / (int64_t)each;
    const float *x = (const float *)(const void *)s->o->stage;
    n = n < most ? n : most;
    CAD_TRY(cad_ops_fetch(s->o->ops, s->o->stage, s->data + first * (int64_t)each, (size_t)n * each));
    for (int64_t k = 0; s->dtype == CAD_F32 && k < n; k++)
        if (!isfinite(x[k]))
            CAD_FAIL(CAD_ENUMERIC, "optimizer: %s[%" PRId64 "] is not finite; nothing was saved", s->name, first + k);
    *data = s->o->stage;
    *count = n;
    return CAD_OK;
}

cad_status cad_optimizer_save(const cad_optimizer *o, const char *path)
{
    saved item[MAX_ITEMS];
    cad_st_item st[MAX_ITEMS];
    int n = list_saved(o, item);
    for (int i = 0; i < n; i++)
        st[i] = (cad_st_item){.name = item[i].name,
                              .ndim = 1,
                              .dim = {item[i].count},
                              .from = item[i].dtype,
                              .to = item[i].dtype == CAD_U8 ? CAD_ST_U8 : CAD_ST_F32,
                              .window = window,
                              .ctx = &item[i]};
    cad_buf layout = CAD_BUF_INIT;
    cad_status s = print_layout(o, &layout);
    if (s == CAD_OK) {
        const char *meta[2][2] = {{"layout", layout.data}, {"optimizer", o->o.eight_bit ? "adamw8bit" : "adamw"}};
        s = cad_st_write(path, st, (size_t)n, meta, 2);
    }
    cad_buf_deinit(&layout);
    return s;
}

/* The first entry in which two layouts differ, by name. */
static cad_status layouts_differ(const char *path, const char *found, const char *expected)
{
    json_t *a = NULL, *b = NULL;
    char text[600] = "another list of tensors";
    if (cad_json_parse(found, strlen(found), path, &a) == CAD_OK &&
        cad_json_parse(expected, strlen(expected), path, &b) == CAD_OK) {
        size_t i = 0;
        while (i < json_array_size(a) && json_equal(json_array_get(a, i), json_array_get(b, i)))
            i++;
        cad_buf x = CAD_BUF_INIT, y = CAD_BUF_INIT;
        const json_t *ai = json_array_get(a, i), *bi = json_array_get(b, i);
        if ((!ai || cad_json_print(ai, &x) == CAD_OK) && (!bi || cad_json_print(bi, &y) == CAD_OK))
            snprintf(text, sizeof text, "tensor %zu is %s; expected %s", i, ai ? cad_buf_cstr(&x) : "missing",
                     bi ? cad_buf_cstr(&y) : "none");
        cad_buf_deinit(&x);
        cad_buf_deinit(&y);
    }
    json_decref(a);
    json_decref(b);
    CAD_FAIL(CAD_EDATA, "%s: state of other parameters: %s", path, text);
}

static cad_status check_kind(const cad_optimizer *o, const cad_safetensors *f, const char *path)
{
    const char *kind = cad_st_metadata(f, "optimizer"), *layout = cad_st_metadata(f, "layout");
    const char *mine = o->o.eight_bit ? "adamw8bit" : "adamw";
    if (!kind || !layout)
        CAD_FAIL(CAD_EDATA, "%s: no optimizer state: metadata without 'optimizer' and 'layout'", path);
    if (strcmp(kind, mine) != 0)
        CAD_FAIL(CAD_EDATA, "%s: state of %s; train.optimizer = %s", path, kind, mine);
    cad_buf expected = CAD_BUF_INIT;
    cad_status s = print_layout(o, &expected);
    if (s == CAD_OK && strcmp(layout, expected.data) != 0)
        s = layouts_differ(path, layout, expected.data);
    cad_buf_deinit(&expected);
    return s;
}

static cad_status read_item(const cad_safetensors *f, const cad_st_tensor *t, const saved *s)
{
    size_t bytes = (size_t)s->count * cad_dtype_size(s->dtype);
    for (size_t at = 0, n; at < bytes; at += n) {
        n = bytes - at < STAGE ? bytes - at : STAGE;
        CAD_TRY(cad_st_read_raw(f, t, at, s->o->stage, n));
        CAD_TRY(s->o->ops->mem_put(s->data + at, s->o->stage, n, NULL));
    }
    return CAD_OK;
}

cad_status cad_optimizer_load(cad_optimizer *o, const char *path)
{
    cad_safetensors *f;
    CAD_TRY(cad_st_open(path, &f));
    saved item[MAX_ITEMS];
    int n = list_saved(o, item);
    cad_status s = check_kind(o, f, path);
    for (int i = 0; s == CAD_OK && i < n; i++) {
        const cad_st_tensor *t;
        cad_st_dtype type = item[i].dtype == CAD_U8 ? CAD_ST_U8 : CAD_ST_F32;
        s = cad_st_expect(f, item[i].name, 1, &item[i].count, &t);
        if (s == CAD_OK && t->dtype != type)
            s = cad_fail(CAD_EDATA, "%s: %s is %s; expected %s", path, item[i].name, cad_st_dtype_name(t->dtype),
                         cad_st_dtype_name(type));
        if (s == CAD_OK)
            s = read_item(f, t, &item[i]);
    }
    cad_st_close(f);
    return s;
}
