#include "bench/gpu/gpu_case.h"

#include "core/rng.h"
#include "core/threads.h"
#include "kernels/nf4.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { POOL = 1 << 20, HOT = 1000 };

gb_case *gb_add(gb_list *l, const char *group, const char *op, const char *model, int64_t n, gb_call call,
                const gb_buffer *buffers, int n_buffers)
{
    if (l->n == l->cap)
        return NULL;
    gb_case *c = &l->item[l->n++];
    *c = (gb_case){.group = group, .op = op, .n = n, .call = call, .n_buffers = n_buffers};
    snprintf(c->model, sizeof c->model, "%s", model);
    memcpy(c->buffer, buffers, (size_t)n_buffers * sizeof *buffers);
    for (int i = 0; i < n_buffers; i++) /* what is changed in place is read and written */
        c->bytes +=
            (double)gb_bytes(&buffers[i], n, CAD_BF16) * (gb_is_result(&buffers[i]) && buffers[i].fill != GB_OUT ? 2.0 : 1.0);
    return c;
}

static cad_dtype type_of(const gb_buffer *b, cad_dtype store)
{
    return b->dtype == CAD_BF16 ? store : b->dtype;
}

static int64_t count_of(const gb_buffer *b, int64_t n)
{
    return b->rows ? n * b->count : b->count;
}

size_t gb_bytes(const gb_buffer *b, int64_t n, cad_dtype store)
{
    return (size_t)count_of(b, n) * cad_dtype_size(type_of(b, store));
}

/* ---- values: a pool of normal numbers, from which each row takes a stretch of its own ---- */

static float pool[POOL];

static void make_pool(void)
{
    static bool made;
    if (made)
        return;
    cad_rng r = cad_rng_make(17, "bench", 0);
    for (int i = 0; i < POOL; i++)
        pool[i] = (float)cad_rng_normal(&r);
    made = true;
}

/* Mixes a row's number (splitmix64): rows are alike only by chance. */
static uint64_t mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static float value_of(gb_fill fill, float normal, int64_t column, uint64_t key)
{
    switch (fill) {
    case GB_ACTIVATION:
        return column % HOT == 7 ? 20.0f * normal : normal;
    case GB_WEIGHT:
        return 0.02f * normal;
    case GB_GRADIENT:
        return 1e-3f * normal;
    case GB_POSITIVE:
        return 1.0f + 0.5f * fminf(1.0f, fmaxf(-1.0f, 0.4f * normal));
    case GB_LOGITS:
        return 2.0f * normal + (column == (int64_t)(key % 997) ? 12.0f : 0.0f);
    default:
        return 0.0f;
    }
}

typedef struct fill_job {
    const gb_buffer *b;
    cad_dtype type;
    uint64_t key;
    int64_t columns;
    unsigned char *out;
} fill_job;

/* Rows of numbers; a buffer that has no rows is cut into rows of 4096 columns. */
static void fill_rows(void *ctx, int64_t begin, int64_t end)
{
    const fill_job *j = ctx;
    int64_t total = j->b->rows ? INT64_MAX : j->b->count;
    for (int64_t r = begin; r < end; r++) {
        uint64_t key = mix(j->key ^ (uint64_t)r), start = key % POOL;
        for (int64_t c = 0; c < j->columns && r * j->columns + c < total; c++) {
            float v = value_of(j->b->fill, pool[(start + (uint64_t)c) % POOL], c, key);
            size_t at = (size_t)(r * j->columns + c);
            if (j->type == CAD_BF16)
                ((uint16_t *)j->out)[at] = cad_f32_to_bf16(v);
            else /* the numbers that bf16 has, where the buffer is of the storage type */
                ((float *)j->out)[at] = j->b->dtype == CAD_BF16 ? cad_bf16_to_f32(cad_f32_to_bf16(v)) : v;
        }
    }
}

static void fill_numbers(const gb_case *c, int i, int64_t n, cad_dtype type, unsigned char *out)
{
    enum { CUT = 4096 };
    const gb_buffer *b = &c->buffer[i];
    fill_job j = {.b = b, .type = type, .key = mix((uint64_t)i * 7919 + 1), .columns = b->rows ? b->count : CUT, .out = out};
    int64_t rows = b->rows ? n : (b->count + CUT - 1) / CUT;
    make_pool();
    cad_parallel_for(rows, 4, fill_rows, &j);
}

static void fill_integers(const gb_buffer *b, int64_t n, unsigned char *out)
{
    int64_t count = count_of(b, n);
    uint32_t *u = (uint32_t *)(void *)out;
    int32_t *s = (int32_t *)(void *)out;
    for (int64_t i = 0; i < count; i++) {
        int64_t row = b->rows ? i / b->count : i;
        if (b->fill == GB_ID)
            u[i] = (uint32_t)(mix((uint64_t)i) % (uint64_t)b->limit);
        else if (b->fill == GB_ROW)
            u[i] = (uint32_t)(n - 1 - row);
        else if (b->fill == GB_POSITION)
            s[i] = (int32_t)(row % b->limit);
        else if (b->fill == GB_SEGMENTS)
            s[i] = (int32_t)(row * b->limit);
        else if (b->fill == GB_NUMBER)
            s[i] = (int32_t)row;
        else
            s[i] = (int32_t)b->limit;
    }
}

/* The list of tiles needs the segments, which are 0, limit, 2 limit, .. up to n. */
static void fill_tiles(const gb_buffer *b, int64_t n, unsigned char *out)
{
    enum { MOST = 4096 };
    static int32_t seg[MOST + 1];
    int64_t segments = n / b->limit;
    for (int64_t i = 0; i <= segments && i <= MOST; i++)
        seg[i] = (int32_t)(i * b->limit);
    cad_attn_tiles(seg, segments, (int32_t *)(void *)out);
}

void gb_fill_buffer(const gb_case *c, int i, int64_t n, cad_dtype store, unsigned char *out)
{
    const gb_buffer *b = &c->buffer[i];
    size_t bytes = gb_bytes(b, n, store);
    switch (b->fill) {
    case GB_OUT:
        memset(out, 0xFF, bytes);
        break;
    case GB_SUM:
    case GB_ZERO:
        memset(out, 0, bytes);
        break;
    case GB_CODES:
        for (size_t k = 0; k < bytes; k++)
            out[k] = (unsigned char)mix(k / 8);
        break;
    case GB_ROPE:
        cad_rope_table(&(cad_rope_config){.theta = 1e6}, b->count / b->limit, b->limit, (float *)(void *)out);
        break;
    case GB_MAP:
        memcpy(out, b->limit ? cad_q8_signed_map() : cad_q8_unsigned_map(), bytes);
        break;
    case GB_TILES:
        fill_tiles(b, n, out);
        break;
    case GB_ACTIVATION:
    case GB_WEIGHT:
    case GB_GRADIENT:
    case GB_POSITIVE:
    case GB_LOGITS:
        fill_numbers(c, i, n, type_of(b, store), out);
        break;
    default:
        fill_integers(b, n, out);
    }
}
