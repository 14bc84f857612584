/* Matrices into NF4: quantised by the back end in pieces of whole blocks, so that neither side holds a matrix twice. */
#include "core/mem.h"
#include "kernels/nf4.h"
#include "model/decoder/decoder_impl.h"

/* One projection between its file and its place, in host memory. */
typedef struct matrix {
    int64_t n, blocks;
    uint8_t *codes;
    float *absmax, *shift;
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
        CAD_TRY(cad_decoder_fetch(d, m->codes + at / 2, p->codes, (size_t)bytes));
        CAD_TRY(cad_decoder_fetch(d, m->absmax + at / CAD_NF4_BLOCK, p->absmax, (size_t)blocks * sizeof *p->absmax));
    }
    return CAD_OK;
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
        CAD_TRY(d->ops->nf4_absmax_expand(
            &(cad_nf4_absmax_expand_args){
                .q = codes, .map = map, .absmax2 = outer, .offset = offset, .absmax = cad_f1(p->absmax, n)},
            NULL));
        CAD_TRY(cad_decoder_fetch(d, m->absmax + at, p->absmax, (size_t)n * sizeof *p->absmax));
    }
    return CAD_OK;
}

/* Held as codes: rows of the projection to their places in the fused matrix. */
static cad_status place_codes(cad_decoder *d, const cad_named *t, const matrix *m)
{
    const cad_nf4 *q = &t->lin->q;
    int64_t at, run, half = q->in / 2, scales = q->in / CAD_NF4_BLOCK;
    for (int64_t r = 0; r < t->dim[0]; r += run) {
        run = cad_named_run(d, t, r, &at);
        CAD_TRY(d->ops->mem_put((uint8_t *)q->codes.data + at * half, m->codes + r * half, (size_t)(run * half), NULL));
        CAD_TRY(d->ops->mem_put((float *)q->absmax.data + at * scales, m->absmax + r * scales,
                                (size_t)(run * scales) * sizeof(float), NULL));
    }
    return CAD_OK;
}

/* Held dequantised. */
static cad_status place_values(cad_decoder *d, const cad_named *t, const piece *p, const matrix *m)
{
    for (int64_t at = 0, n; at < m->n; at += n) {
        n = piece_at(at, m->n, d->stage_size);
        int64_t blocks = (n + CAD_NF4_BLOCK - 1) / CAD_NF4_BLOCK, bytes = (n + 1) / 2;
        CAD_TRY(d->ops->mem_put(p->codes, m->codes + at / 2, (size_t)bytes, NULL));
        CAD_TRY(d->ops->mem_put(p->absmax, m->absmax + at / CAD_NF4_BLOCK, (size_t)blocks * sizeof *p->absmax, NULL));
        CAD_TRY(d->ops->nf4_dequant(&(cad_nf4_dequant_args){.q = {.out = 1,
                                                                  .in = n,
                                                                  .block = CAD_NF4_BLOCK,
                                                                  .codes = cad_tensor_1d(CAD_U8, p->codes, bytes),
                                                                  .absmax = cad_f1(p->absmax, blocks)},
                                                            .w = cad_s2(d, p->w, 1, n)},
                                    NULL));
        CAD_TRY(cad_named_copy(d, t, at, p->w, n));
    }
    return CAD_OK;
}

cad_status cad_named_fill_nf4(cad_decoder *d, const cad_named *t, cad_source source, void *ctx)
{
    matrix m = {.n = t->dim[0] * t->dim[1]};
    m.blocks = (m.n + CAD_NF4_BLOCK - 1) / CAD_NF4_BLOCK;
    piece p;
    cad_status s;
    lay_piece(d, d->scratch.data, &p);
    CAD_TRY_GOTO(s, cad_mem_alloc((size_t)(m.n + 1) / 2, "NF4 codes", &m.codes), done);
    CAD_TRY_GOTO(s, cad_mem_alloc((size_t)m.blocks * sizeof *m.absmax, "NF4 scales", &m.absmax), done);
    CAD_TRY_GOTO(s, cad_mem_alloc((size_t)m.blocks * sizeof *m.shift, "NF4 scales", &m.shift), done);
    s = quantise(d, t, source, ctx, &p, &m);
    if (s == CAD_OK && d->opt.double_quant)
        s = nest_scales(d, &p, &m);
    if (s == CAD_OK)
        s = t->lin->q.out ? place_codes(d, t, &m) : place_values(d, t, &p, &m);
done:
    cad_mem_free(m.codes);
    cad_mem_free(m.absmax);
    cad_mem_free(m.shift);
    return s;
}
