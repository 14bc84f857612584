/* What the host makes for the ops: NF4, 8-bit maps, rotary angles, embedding order, row blocks, coefficients of AdamW. */
#include "core/hash.h"
#include "kernels/adamw.h"
#include "kernels/nf4.h"
#include "kernels/ops.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const float cad_nf4_level[16] = {-1.0f,
                                 -0.6961928009986877f,
                                 -0.5250730514526367f,
                                 -0.39491748809814453f,
                                 -0.28444138169288635f,
                                 -0.18477343022823334f,
                                 -0.09105003625154495f,
                                 0.0f,
                                 0.07958029955625534f,
                                 0.16093020141124725f,
                                 0.24611230194568634f,
                                 0.33791524171829224f,
                                 0.44070982933044434f,
                                 0.5626170039176941f,
                                 0.7229568362236023f,
                                 1.0f};

const float cad_nf4_threshold[15] = {
    -0.8480964004993439f,  -0.6106329262256622f,   -0.4599952697753906f, -0.33967943489551544f, -0.23460740596055984f,
    -0.13791173323988914f, -0.045525018125772476f, 0.03979014977812767f, 0.1202552504837513f,   0.2035212516784668f,
    0.2920137718319893f,   0.3893125355243683f,    0.5016634166240692f,  0.6427869200706482f,   0.8614784178118011f};

static float signed_map[256], unsigned_map[256];
static pthread_once_t maps_once = PTHREAD_ONCE_INIT;

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* For i = 0..6 the midpoints of 2^i (signed) or 2^(i+1) intervals of [0.1, 1], times 10^(i-6); 0 and 1 (formats.md 3). */
static void build_map(int is_signed, float *out)
{
    double all[256];
    size_t count = 0;
    for (int i = 0; i < 7; i++) {
        int n = 1 << (is_signed ? i : i + 1);
        for (int k = 0; k < n; k++) {
            double low = 0.1 + 0.9 * k / n, high = 0.1 + 0.9 * (k + 1) / n;
            double value = (low + high) / 2 * pow(10.0, i - 6);
            all[count++] = value;
            if (is_signed)
                all[count++] = -value;
        }
    }
    all[count++] = 0.0;
    all[count++] = 1.0;
    qsort(all, count, sizeof all[0], ascending);
    for (size_t i = 0; i < 256; i++)
        out[i] = (float)all[i];
}

static void build_maps(void)
{
    build_map(1, signed_map);
    build_map(0, unsigned_map);
}

const float *cad_q8_signed_map(void)
{
    pthread_once(&maps_once, build_maps);
    return signed_map;
}

const float *cad_q8_unsigned_map(void)
{
    pthread_once(&maps_once, build_maps);
    return unsigned_map;
}

static double pairwise(const float *x, int64_t n)
{
    if (n <= 32) {
        double s = 0.0;
        for (int64_t i = 0; i < n; i++)
            s += (double)x[i];
        return s;
    }
    return pairwise(x, n / 2) + pairwise(x + n / 2, n - n / 2);
}

float cad_nf4_offset(const float *absmax, int64_t n)
{
    return n > 0 ? (float)(pairwise(absmax, n) / (double)n) : 0.0f;
}

void cad_embed_order(const uint32_t *id, int64_t n, int64_t v, uint32_t *order, uint32_t *count)
{
    memset(count, 0, (size_t)(v + 1) * sizeof *count);
    for (int64_t i = 0; i < n; i++)
        count[id[i] + 1]++;
    for (int64_t i = 0; i < v; i++)
        count[i + 1] += count[i];
    for (int64_t i = 0; i < n; i++)
        order[count[id[i]]++] = (uint32_t)i;
}

static bool comes_before(const int32_t *x, const int32_t *y)
{
    return x[3] != y[3] ? x[3] > y[3] : x[2] < y[2];
}

/* Most rows up to the block's end first, then in the order of rows.  In place: qsort would take memory in each step. */
static void sort_tiles(int32_t *tile, int64_t n)
{
    int32_t one[4];
    for (int64_t gap = n / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11)
        for (int64_t i = gap, k; i < n; i++) {
            memcpy(one, tile + 4 * i, sizeof one);
            for (k = i; k >= gap && comes_before(one, tile + 4 * (k - gap)); k -= gap)
                memcpy(tile + 4 * k, tile + 4 * (k - gap), sizeof one);
            memcpy(tile + 4 * k, one, sizeof one);
        }
}

int64_t cad_attn_tiles(const int32_t *seg, int64_t n_seg, int32_t *tile)
{
    int64_t n = 0;
    for (int64_t s = 0; s < n_seg; s++)
        for (int32_t row = seg[s]; row < seg[s + 1]; row += CAD_ATTN_ROWS) {
            int32_t *t = tile + 4 * n++, left = seg[s + 1] - row;
            t[0] = seg[s];
            t[1] = seg[s + 1];
            t[2] = row;
            t[3] = row - seg[s] + (left < CAD_ATTN_ROWS ? left : CAD_ATTN_ROWS);
        }
    sort_tiles(tile, n);
    return n;
}

/* Each segment may have one block that is not full; no block is empty. */
int64_t cad_attn_tiles_most(int64_t n, int64_t n_seg)
{
    int64_t most = (n + (CAD_ATTN_ROWS - 1) * n_seg) / CAD_ATTN_ROWS;
    return most < n ? most : n;
}

static double frequency(const cad_rope_config *c, int64_t j, int64_t d)
{
    const double two_pi = 6.283185307179586;
    double f = pow(c->theta, -2.0 * (double)j / (double)d);
    if (c->factor == 0.0 || c->factor == 1.0)
        return f;
    double wave = two_pi / f;
    if (wave < c->original / c->high)
        return f;
    if (wave > c->original / c->low)
        return f / c->factor;
    double s = (c->original / wave - c->low) / (c->high - c->low);
    return (1.0 - s) * f / c->factor + s * f;
}

void cad_rope_table(const cad_rope_config *c, int64_t positions, int64_t d, float *table)
{
    int64_t half = d / 2;
    for (int64_t j = 0; j < half; j++) {
        double f = frequency(c, j, d);
        for (int64_t p = 0; p < positions; p++) {
            table[p * d + j] = (float)cos((double)p * f);
            table[p * d + half + j] = (float)sin((double)p * f);
        }
    }
}

uint64_t cad_dropout_key(uint64_t seed, uint64_t step)
{
    uint64_t parts[2] = {seed, step};
    return cad_hash64(parts, sizeof parts, 0x64726f70ULL);
}

int64_t cad_adamw8bit_small(const cad_opt_tensor *tensor, int64_t n)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        if (tensor[i].count < CAD_ADAMW8_MIN)
            sum += (tensor[i].count + 255) / 256 * 256;
    return sum;
}

cad_adamw_rule cad_adamw_rule_of(const cad_adamw_hyper *h)
{
    double c1 = 1.0 - pow(h->beta1, (double)h->t), c2 = sqrt(1.0 - pow(h->beta2, (double)h->t));
    return (cad_adamw_rule){.b1 = (float)h->beta1,
                            .b1c = (float)(1.0 - h->beta1),
                            .b2 = (float)h->beta2,
                            .b2c = (float)(1.0 - h->beta2),
                            .rate = (float)(h->lr * c2 / c1),
                            .eps = (float)(c2 * h->eps),
                            .shrink = (float)(1.0 - h->lr * h->weight_decay)};
}
