/* Writing the tensors of a bnb-4bit checkpoint: linears quantised one at a time, when their turn in the file comes.
 *
 * The order inside a file is by type, so that a matrix is read and quantised once for its F32 tensors and once for its codes;
 * with nested scales once more before, since the length of its JSON, which names their offset, stands in the header. */
#include "core/arena.h"
#include "core/mem.h"
#include "core/size.h"
#include "kernels/nf4.h"
#include "model/hf/bnb.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { PIECE = 1 << 16, PARTS = 6 };

/* One linear in host memory, quantised. */
typedef struct held {
    const cad_st_tensor *t; /* NULL: none yet */
    uint8_t *codes, *q8;
    float *absmax, *outer;
    float offset;
} held;

typedef struct job {
    const cad_safetensors *f;
    const cad_ops *ops; /* NULL: sizes alone are asked for */
    bool nested;
    held held;
    float *shift; /* (scales) */
    float *piece; /* (PIECE) */
} job;

typedef enum what { CODES, SCALES, OUTER, PLAIN } what;

/* Where the data of one item come from. */
typedef struct source {
    job *j;
    const cad_st_tensor *t;
    what what;
} source;

static int64_t blocks_of(int64_t n, int64_t block)
{
    return (n + block - 1) / block;
}

static cad_status read_piece(job *j, const cad_st_tensor *t, int64_t first, int64_t n)
{
    CAD_TRY(cad_st_read_f32(j->f, t, first, j->piece, n));
    for (int64_t i = 0; i < n; i++)
        if (!cad_bf16_holds(j->piece[i]))
            CAD_FAIL(CAD_ENUMERIC, "%s: %s: element %" PRId64 " is %g; nothing was written", cad_st_path(j->f, t), t->name,
                     first + i, (double)j->piece[i]);
    return CAD_OK;
}

/* absmax as 8-bit codes around its mean (formats.md 2). */
static cad_status nest(job *j, int64_t scales)
{
    held *h = &j->held;
    h->offset = cad_nf4_offset(h->absmax, scales);
    for (int64_t i = 0; i < scales; i++)
        j->shift[i] = h->absmax[i] - h->offset;
    /* an op does not write to its inputs */
    float *map = (float *)(uintptr_t)cad_q8_signed_map();
    return j->ops->q8_quant(&(cad_q8_quant_args){.x = cad_tensor_1d(CAD_F32, j->shift, scales),
                                                 .map = cad_tensor_1d(CAD_F32, map, 256),
                                                 .codes = cad_tensor_1d(CAD_U8, h->q8, scales),
                                                 .absmax = cad_tensor_1d(CAD_F32, h->outer, blocks_of(scales, CAD_Q8_BLOCK))},
                            NULL);
}

static cad_status hold(job *j, const cad_st_tensor *t)
{
    held *h = &j->held;
    if (h->t == t)
        return CAD_OK;
    h->t = NULL;
    for (int64_t at = 0, n; at < t->count; at += n) {
        n = t->count - at < PIECE ? t->count - at : PIECE;
        int64_t scales = blocks_of(n, CAD_NF4_BLOCK);
        CAD_TRY(read_piece(j, t, at, n));
        CAD_TRY(
            j->ops->nf4_quant(&(cad_nf4_quant_args){.w = cad_tensor_2d(CAD_F32, j->piece, 1, n),
                                                    .codes = cad_tensor_1d(CAD_U8, h->codes + at / 2, (n + 1) / 2),
                                                    .absmax = cad_tensor_1d(CAD_F32, h->absmax + at / CAD_NF4_BLOCK, scales),
                                                    .block = CAD_NF4_BLOCK},
                              NULL));
    }
    if (j->nested)
        CAD_TRY(nest(j, blocks_of(t->count, CAD_NF4_BLOCK)));
    h->t = t;
    return CAD_OK;
}

static cad_status window(void *ctx, int64_t first, int64_t most, const void **data, int64_t *count)
{
    const source *s = ctx;
    const held *h = &s->j->held;
    *count = most;
    if (s->what == PLAIN) {
        *count = most < PIECE ? most : PIECE;
        *data = s->j->piece;
        return read_piece(s->j, s->t, first, *count);
    }
    CAD_TRY(hold(s->j, s->t));
    switch (s->what) {
    case CODES:
        *data = h->codes + first;
        break;
    case SCALES:
        *data = s->j->nested ? (const void *)(h->q8 + first) : (const void *)(h->absmax + first);
        break;
    default:
        *data = h->outer + first;
    }
    return CAD_OK;
}

static cad_status name_of(cad_arena *a, const char *name, const char *suffix, const char **out)
{
    cad_buf b = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&b, "%s%s", name, suffix);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, b.data, b.len, out);
    cad_buf_deinit(&b);
    return s;
}

/* An item whose data the window tells. */
static cad_status told(cad_arena *a, job *j, const cad_st_tensor *t, what w, cad_st_item *item)
{
    source *s;
    CAD_TRY(cad_arena_zalloc(a, 1, sizeof *s, "tensors to write", &s));
    *s = (source){.j = j, .t = t, .what = w};
    item->window = window;
    item->ctx = s;
    return CAD_OK;
}

static cad_status state_text(cad_arena *a, const job *j, const cad_st_tensor *t, cad_st_item *item)
{
    cad_bnb_state state = {.out = t->dim[0],
                           .in = t->dim[1],
                           .block = CAD_NF4_BLOCK,
                           .nested = j->nested,
                           .offset = j->held.offset,
                           .from = CAD_BF16};
    cad_buf b = CAD_BUF_INIT;
    const char *text = NULL;
    cad_status s = cad_bnb_print_state(&state, &b);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, b.data, b.len, &text);
    item->data = text;
    item->dim[0] = (int64_t)b.len;
    cad_buf_deinit(&b);
    return s;
}

/* The tensors of one linear: `item` has room for PARTS. */
static cad_status linear_items(cad_arena *a, job *j, const cad_st_tensor *t, cad_st_item *item, size_t *n)
{
    int64_t scales = blocks_of(t->count, CAD_NF4_BLOCK);
    cad_st_item *codes = &item[0], *absmax = &item[1], *levels = &item[2], *state = &item[3], *outer = &item[4];
    cad_st_item *map = &item[5];
    if (j->nested && j->ops)
        CAD_TRY(hold(j, t));
    *codes = (cad_st_item){.name = t->name, .ndim = 2, .dim = {(t->count + 1) / 2, 1}, .from = CAD_U8, .to = CAD_ST_U8};
    *absmax = (cad_st_item){
        .ndim = 1, .dim = {scales}, .from = j->nested ? CAD_U8 : CAD_F32, .to = j->nested ? CAD_ST_U8 : CAD_ST_F32};
    *levels = (cad_st_item){.data = cad_nf4_level, .ndim = 1, .dim = {16}, .from = CAD_F32, .to = CAD_ST_F32};
    *state = (cad_st_item){.ndim = 1, .from = CAD_U8, .to = CAD_ST_U8};
    CAD_TRY(name_of(a, t->name, ".absmax", &absmax->name));
    CAD_TRY(name_of(a, t->name, ".quant_map", &levels->name));
    CAD_TRY(name_of(a, t->name, ".quant_state.bitsandbytes__nf4", &state->name));
    CAD_TRY(told(a, j, t, CODES, codes));
    CAD_TRY(told(a, j, t, SCALES, absmax));
    CAD_TRY(state_text(a, j, t, state));
    *n = 4;
    if (!j->nested)
        return CAD_OK;
    *outer = (cad_st_item){.ndim = 1, .dim = {blocks_of(scales, CAD_Q8_BLOCK)}, .from = CAD_F32, .to = CAD_ST_F32};
    *map = (cad_st_item){.data = cad_q8_signed_map(), .ndim = 1, .dim = {256}, .from = CAD_F32, .to = CAD_ST_F32};
    CAD_TRY(name_of(a, t->name, ".nested_absmax", &outer->name));
    CAD_TRY(name_of(a, t->name, ".nested_quant_map", &map->name));
    *n = PARTS;
    return told(a, j, t, OUTER, outer);
}

static cad_status plain_item(cad_arena *a, job *j, const cad_st_tensor *t, cad_st_item *item)
{
    *item = (cad_st_item){.name = t->name, .ndim = t->ndim, .from = CAD_F32, .to = CAD_ST_BF16};
    memcpy(item->dim, t->dim, sizeof item->dim);
    return told(a, j, t, PLAIN, item);
}

static cad_status make_items(cad_arena *a, job *j, cad_bnb_kind_of kind_of, void *ctx, cad_st_item *item, size_t *n,
                             cad_bnb_sizes *sizes)
{
    *n = 0;
    for (size_t i = 0; i < cad_st_count(j->f); i++) {
        const cad_st_tensor *t = cad_st_at(j->f, i);
        cad_bnb_kind kind = kind_of(ctx, t);
        size_t added = 0;
        if (kind == CAD_BNB_linear)
            CAD_TRY(linear_items(a, j, t, item + *n, &added));
        else if (kind == CAD_BNB_plain)
            CAD_TRY(plain_item(a, j, t, item + *n));
        sizes->matrices += kind == CAD_BNB_linear;
        *n += kind == CAD_BNB_plain ? 1 : added;
        sizes->before += t->end - t->begin;
    }
    sizes->after = cad_st_items_bytes(item, *n);
    return CAD_OK;
}

/* *largest: elements of the largest linear; *most: items that there may be. */
static cad_status count(const job *j, cad_bnb_kind_of kind_of, void *ctx, int64_t *largest, size_t *most)
{
    *largest = 0;
    *most = 1;
    for (size_t i = 0; i < cad_st_count(j->f); i++) {
        const cad_st_tensor *t = cad_st_at(j->f, i);
        cad_bnb_kind kind = kind_of(ctx, t);
        *most += kind == CAD_BNB_linear ? PARTS : 1;
        if (kind == CAD_BNB_linear && t->ndim != 2)
            CAD_FAIL(CAD_EDATA, "%s: %s has %d dimensions; expected (out, in)", cad_st_path(j->f, t), t->name, t->ndim);
        if (kind == CAD_BNB_linear && t->count > *largest)
            *largest = t->count;
    }
    return CAD_OK;
}

static cad_status make_buffers(job *j, int64_t largest)
{
    int64_t scales = blocks_of(largest, CAD_NF4_BLOCK);
    held *h = &j->held;
    CAD_TRY(cad_mem_alloc(PIECE * sizeof *j->piece, "weights to quantise", &j->piece));
    CAD_TRY(cad_mem_alloc((size_t)blocks_of(largest, 2), "NF4 codes", &h->codes));
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)scales, sizeof *h->absmax), "NF4 scales", &h->absmax));
    if (!j->nested)
        return CAD_OK;
    CAD_TRY(cad_mem_alloc((size_t)scales, "NF4 scales", &h->q8));
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)scales, sizeof *j->shift), "NF4 scales", &j->shift));
    return cad_mem_alloc(cad_size_mul((size_t)blocks_of(scales, CAD_Q8_BLOCK), sizeof *h->outer), "NF4 scales", &h->outer);
}

static void free_buffers(job *j)
{
    void *const all[] = {j->piece, j->shift, j->held.codes, j->held.q8, j->held.absmax, j->held.outer};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        cad_mem_free(all[i]);
}

/* dir NULL: sizes alone. */
static cad_status work(job *j, const char *dir, uint64_t shard_bytes, cad_bnb_kind_of kind_of, void *ctx, cad_bnb_sizes *out)
{
    cad_bnb_sizes sizes = {0};
    cad_st_item *item = NULL;
    cad_arena *a = NULL;
    int64_t largest = 0;
    size_t most = 0, n = 0;
    cad_status s = cad_arena_create("tensors to write", (size_t)64 << 20, &a);
    if (s == CAD_OK)
        s = count(j, kind_of, ctx, &largest, &most);
    if (s == CAD_OK && dir)
        s = make_buffers(j, largest);
    if (s == CAD_OK)
        s = cad_mem_alloc(cad_size_mul(most, sizeof *item), "tensors to write", &item);
    if (s == CAD_OK)
        s = make_items(a, j, kind_of, ctx, item, &n, &sizes);
    if (s == CAD_OK && dir)
        s = cad_st_write_dir(dir, item, n, shard_bytes);
    if (s == CAD_OK)
        *out = sizes;
    cad_mem_free(item);
    free_buffers(j);
    cad_arena_destroy(a);
    return s;
}

cad_status cad_bnb_measure(const cad_safetensors *f, bool nested, cad_bnb_kind_of kind_of, void *ctx, cad_bnb_sizes *out)
{
    /* no offset prints longer than this one */
    job j = {.f = f, .nested = nested, .held.offset = -0x1.99999ap-126f};
    return work(&j, NULL, 0, kind_of, ctx, out);
}

cad_status cad_bnb_write(const char *dir, const cad_safetensors *f, bool nested, uint64_t shard_bytes, cad_bnb_kind_of kind_of,
                         void *ctx, const cad_ops *ops, cad_bnb_sizes *out)
{
    job j = {.f = f, .ops = ops, .nested = nested};
    return work(&j, dir, shard_bytes, kind_of, ctx, out);
}
