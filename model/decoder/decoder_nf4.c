/* Matrices into NF4: quantised by the back end in pieces of whole blocks, so that neither side holds a matrix twice; or as the
 * codes and scales of a bnb-4bit file. */
#include "core/mem.h"
#include "core/size.h"
#include "kernels/nf4.h"
#include "model/decoder/decoder_impl.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

/* One projection between its file and its place, in host memory. */
typedef struct matrix {
    int64_t n, block, blocks;
    uint8_t *codes;
    float *absmax;
    float *shift; /* quantised here: absmax less the offset.  Of a file: outer scales */
    uint8_t *q8;  /* of a file */
} matrix;

/* The piece at work, on the device. */
typedef struct piece {
    float *w, *absmax; /* of up to stage_size elements */
    uint8_t *codes;
    float *shift, *absmax2, *map; /* of up to `scales` scales */
    uint8_t *q8;
} piece;

static unsigned char *take(unsigned char **base, int64_t bytes)
{
    unsigned char *p = *base;
    *base += (bytes + 63) / 64 * 64;
    return p;
}

/* Scales of a piece: whole blocks of nested scales, and few enough to fit where a piece of the matrix was. */
static int64_t scales_of_piece(const cad_decoder *d)
{
    return d->stage_size / CAD_NF4_BLOCK;
}

static unsigned char *lay_piece(const cad_decoder *d, unsigned char *base, piece *out)
{
    int64_t n = d->stage_size, scales = scales_of_piece(d);
    out->w = (float *)(void *)take(&base, n * (int64_t)sizeof(float));
    out->codes = take(&base, n / 2);
    out->absmax = (float *)(void *)take(&base, scales * (int64_t)sizeof(float));
    out->shift = (float *)(void *)take(&base, scales * (int64_t)sizeof(float));
    out->q8 = take(&base, scales);
    out->absmax2 = (float *)(void *)take(&base, scales / CAD_Q8_BLOCK * (int64_t)sizeof(float));
    out->map = (float *)(void *)take(&base, 256 * (int64_t)sizeof(float));
    return base;
}

size_t cad_nf4_work_bytes(const cad_decoder *d)
{
    static unsigned char nowhere[64] __attribute__((aligned(64)));
    piece p;
    return (size_t)(lay_piece(d, nowhere, &p) - nowhere);
}

static int64_t piece_at(int64_t at, int64_t n, int64_t size)
{
    return n - at < size ? n - at : size;
}

/* Codes and scales of the whole matrix. */
static cad_status quantise(cad_decoder *d, const cad_named *t, cad_source source, void *ctx, const piece *p, matrix *m)
{
    for (int64_t at = 0, n; at < m->n; at += n) {
        n = piece_at(at, m->n, d->stage_size);
        int64_t blocks = (n + CAD_NF4_BLOCK - 1) / CAD_NF4_BLOCK, bytes = (n + 1) / 2;
        CAD_TRY(source(ctx, t, at, d->stage, n));
        CAD_TRY(d->ops->mem_put(p->w, d->stage, (size_t)n * sizeof *p->w, NULL));
        CAD_TRY(d->ops->nf4_quant(&(cad_nf4_quant_args){.w = cad_f2(p->w, 1, n),
                                                        .codes = cad_tensor_1d(CAD_U8, p->codes, bytes),
                                                        .absmax = cad_f1(p->absmax, blocks),
                                                        .block = CAD_NF4_BLOCK},
                                  NULL));
        CAD_TRY(cad_ops_fetch(d->ops, m->codes + at / 2, p->codes, (size_t)bytes));
        CAD_TRY(cad_ops_fetch(d->ops, m->absmax + at / CAD_NF4_BLOCK, p->absmax, (size_t)blocks * sizeof *p->absmax));
    }
    return CAD_OK;
}

/* Scales [at, at+n) from nested ones on the device. */
static cad_status expand(cad_decoder *d, const piece *p, float offset, int64_t at, int64_t n, matrix *m)
{
    CAD_TRY(d->ops->nf4_absmax_expand(
        &(cad_nf4_absmax_expand_args){.q = cad_tensor_1d(CAD_U8, p->q8, n),
                                      .map = cad_f1(p->map, 256),
                                      .absmax2 = cad_f1(p->absmax2, (n + CAD_Q8_BLOCK - 1) / CAD_Q8_BLOCK),
                                      .offset = offset,
                                      .absmax = cad_f1(p->absmax, n)},
        NULL));
    return cad_ops_fetch(d->ops, m->absmax + at, p->absmax, (size_t)n * sizeof *p->absmax);
}

/* absmax becomes what reading the nested scales back gives (formats.md 2). */
static cad_status nest_scales(cad_decoder *d, const piece *p, matrix *m)
{
    float offset = cad_nf4_offset(m->absmax, m->blocks);
    for (int64_t i = 0; i < m->blocks; i++)
        m->shift[i] = m->absmax[i] - offset;
    CAD_TRY(d->ops->mem_put(p->map, cad_q8_signed_map(), 256 * sizeof *p->map, NULL));
    cad_tensor map = cad_f1(p->map, 256);
    for (int64_t at = 0, n; at < m->blocks; at += n) {
        n = piece_at(at, m->blocks, scales_of_piece(d));
        cad_tensor codes = cad_tensor_1d(CAD_U8, p->q8, n), outer = cad_f1(p->absmax2, (n + CAD_Q8_BLOCK - 1) / CAD_Q8_BLOCK);
        CAD_TRY(d->ops->mem_put(p->shift, m->shift + at, (size_t)n * sizeof *p->shift, NULL));
        CAD_TRY(d->ops->q8_quant(&(cad_q8_quant_args){.x = cad_f1(p->shift, n), .map = map, .codes = codes, .absmax = outer},
                                 NULL));
        CAD_TRY(expand(d, p, offset, at, n, m));
    }
    return CAD_OK;
}

/* The same for the nested scales of a file, with its own map. */
static cad_status unnest_scales(cad_decoder *d, const piece *p, const cad_bnb_matrix *b, matrix *m)
{
    CAD_TRY(d->ops->mem_put(p->map, b->map, sizeof b->map, NULL));
    for (int64_t at = 0, n; at < m->blocks; at += n) {
        n = piece_at(at, m->blocks, scales_of_piece(d));
        int64_t outer = (n + CAD_Q8_BLOCK - 1) / CAD_Q8_BLOCK;
        CAD_TRY(d->ops->mem_put(p->q8, m->q8 + at, (size_t)n, NULL));
        CAD_TRY(d->ops->mem_put(p->absmax2, m->shift + at / CAD_Q8_BLOCK, (size_t)outer * sizeof *p->absmax2, NULL));
        CAD_TRY(expand(d, p, b->state.offset, at, n, m));
    }
    for (int64_t i = 0; i < m->blocks; i++)
        if (!(fabsf(m->absmax[i]) <= FLT_MAX))
            CAD_FAIL(CAD_EDATA, "%s: scale %" PRId64 " is not finite", b->scales->name, i);
    return CAD_OK;
}

/* Codes are held with a scale for each 64: the scales of larger blocks once for each. */
static cad_status repeat_scales(const cad_named *t, matrix *m)
{
    int64_t times = m->block / CAD_NF4_BLOCK, blocks = (m->n + CAD_NF4_BLOCK - 1) / CAD_NF4_BLOCK;
    float *all;
    if (times == 0)
        CAD_FAIL(CAD_EREFUSED,
                 "%s: blocks of %" PRId64 " cannot be held as codes, only those of %d or more; use nf4_base = "
                 "resident",
                 t->name, m->block, CAD_NF4_BLOCK);
    if (times == 1)
        return CAD_OK;
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)blocks, sizeof *all), "NF4 scales", &all));
    for (int64_t i = 0; i < blocks; i++)
        all[i] = m->absmax[i / times];
    cad_mem_free(m->absmax);
    m->absmax = all;
    m->block = CAD_NF4_BLOCK;
    m->blocks = blocks;
    return CAD_OK;
}

/* Held as codes: rows of the projection to their places in the fused matrix. */
static cad_status place_codes(cad_decoder *d, const cad_named *t, matrix *m)
{
    const cad_nf4 *q = &t->lin->q;
    CAD_TRY(repeat_scales(t, m));
    int64_t at, run, half = q->in / 2, scales = q->in / CAD_NF4_BLOCK;
    for (int64_t r = 0; r < t->dim[0]; r += run) {
        run = cad_named_run(d, t, r, &at);
        CAD_TRY(d->ops->mem_put((uint8_t *)q->codes.data + at * half, m->codes + r * half, (size_t)(run * half), NULL));
        CAD_TRY(d->ops->mem_put((float *)q->absmax.data + at * scales, m->absmax + r * scales,
                                (size_t)(run * scales) * sizeof(float), NULL));
    }
    return CAD_OK;
}

/* Elements [at, at+n) as values on the device, of the type of storage. */
static cad_status dequantise(cad_decoder *d, const piece *p, const matrix *m, int64_t at, int64_t n)
{
    int64_t blocks = (n + m->block - 1) / m->block, bytes = (n + 1) / 2;
    CAD_TRY(d->ops->mem_put(p->codes, m->codes + at / 2, (size_t)bytes, NULL));
    CAD_TRY(d->ops->mem_put(p->absmax, m->absmax + at / m->block, (size_t)blocks * sizeof *p->absmax, NULL));
    return d->ops->nf4_dequant(&(cad_nf4_dequant_args){.q = {.out = 1,
                                                             .in = n,
                                                             .block = m->block,
                                                             .codes = cad_tensor_1d(CAD_U8, p->codes, bytes),
                                                             .absmax = cad_f1(p->absmax, blocks)},
                                                       .w = cad_s2(d, p->w, 1, n)},
                               NULL);
}

/* Held dequantised, or trained from there. */
static cad_status place_values(cad_decoder *d, const cad_named *t, const piece *p, const matrix *m)
{
    bool trained = t->v->at >= 0;
    int64_t size = m->block < CAD_NF4_BLOCK ? d->stage_size / 2 : d->stage_size; /* scales of a piece have room for that */
    for (int64_t at = 0, n; at < m->n; at += n) {
        n = piece_at(at, m->n, size);
        CAD_TRY(dequantise(d, p, m, at, n));
        if (!trained) {
            CAD_TRY(cad_named_copy(d, t, at, p->w, n));
            continue;
        }
        CAD_TRY(cad_ops_fetch(d->ops, d->stage, p->w, (size_t)n * cad_dtype_size(d->store)));
        if (d->store == CAD_BF16)
            cad_named_widen(d->stage, n);
        CAD_TRY(cad_named_write(d, t, at, d->stage, n));
    }
    return CAD_OK;
}

static cad_status place(cad_decoder *d, const cad_named *t, const piece *p, matrix *m)
{
    return t->lin->q.out ? place_codes(d, t, m) : place_values(d, t, p, m);
}

static cad_status make_matrix(const cad_named *t, int64_t block, matrix *m)
{
    m->n = t->dim[0] * t->dim[1];
    m->block = block;
    m->blocks = (m->n + block - 1) / block;
    CAD_TRY(cad_mem_alloc(cad_size_add((size_t)m->n, 1) / 2, "NF4 codes", &m->codes));
    return cad_mem_alloc(cad_size_mul((size_t)m->blocks, sizeof *m->absmax), "NF4 scales", &m->absmax);
}

static void free_matrix(matrix *m)
{
    cad_mem_free(m->codes);
    cad_mem_free(m->absmax);
    cad_mem_free(m->shift);
    cad_mem_free(m->q8);
}

cad_status cad_named_fill_nf4(cad_decoder *d, const cad_named *t, cad_source source, void *ctx)
{
    matrix m = {0};
    piece p;
    lay_piece(d, d->scratch.data, &p);
    cad_status s = make_matrix(t, CAD_NF4_BLOCK, &m);
    if (s == CAD_OK && d->opt.double_quant)
        s = cad_mem_alloc(cad_size_mul((size_t)m.blocks, sizeof *m.shift), "NF4 scales", &m.shift);
    if (s == CAD_OK)
        s = quantise(d, t, source, ctx, &p, &m);
    if (s == CAD_OK && d->opt.double_quant)
        s = nest_scales(d, &p, &m);
    if (s == CAD_OK)
        s = place(d, t, &p, &m);
    free_matrix(&m);
    return s;
}

static cad_status read_matrix(cad_decoder *d, const piece *p, const cad_safetensors *f, const cad_bnb_matrix *b, matrix *m)
{
    CAD_TRY(cad_bnb_read_codes(f, b, m->codes));
    if (!b->state.nested)
        return cad_bnb_read_scales(f, b, m->absmax);
    CAD_TRY(cad_mem_alloc((size_t)m->blocks, "NF4 scales", &m->q8));
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)b->outer->count, sizeof *m->shift), "NF4 scales", &m->shift));
    CAD_TRY(cad_bnb_read_nested(f, b, m->q8, m->shift));
    return unnest_scales(d, p, b, m);
}

cad_status cad_named_fill_bnb(cad_decoder *d, const cad_named *t, const cad_safetensors *f)
{
    cad_bnb_matrix b;
    matrix m = {0};
    piece p;
    CAD_TRY(cad_bnb_find(f, &d->cfg.quant, t->name, t->dim[0], t->dim[1], &b));
    lay_piece(d, d->scratch.data, &p);
    cad_status s = make_matrix(t, b.state.block, &m);
    if (s == CAD_OK)
        s = read_matrix(d, &p, f, &b, &m);
    if (s == CAD_OK)
        s = place(d, t, &p, &m);
    free_matrix(&m);
    return s;
}
