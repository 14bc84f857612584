#include "core/rng.h"

#include "core/hash.h"

#include <math.h>
#include <string.h>

void cad_philox(uint64_t key, const uint32_t counter[4], uint32_t out[4])
{
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

cad_rng cad_rng_make(uint64_t seed, const char *purpose, uint64_t index)
{
    uint64_t parts[2] = {seed, index};
    uint64_t key = cad_hash64(parts, sizeof parts, cad_hash64(purpose, strlen(purpose), 0));
    return (cad_rng){.key = key};
}

uint32_t cad_rng_u32(cad_rng *r)
{
    if (r->have == 0) {
        uint32_t counter[4] = {(uint32_t)r->block, (uint32_t)(r->block >> 32), 0, 0};
        cad_philox(r->key, counter, r->word);
        r->block++;
        r->have = 4;
    }
    return r->word[4 - r->have--];
}

uint64_t cad_rng_u64(cad_rng *r)
{
    uint64_t low = cad_rng_u32(r);
    return low | (uint64_t)cad_rng_u32(r) << 32;
}

double cad_rng_uniform(cad_rng *r)
{
    return (double)(cad_rng_u64(r) >> 11) * 0x1p-53;
}

double cad_rng_normal(cad_rng *r)
{
    double u = 1.0 - cad_rng_uniform(r), v = cad_rng_uniform(r);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}

int64_t cad_rng_range(cad_rng *r, int64_t lo, int64_t hi)
{
    uint64_t span = (uint64_t)hi - (uint64_t)lo + 1;
    if (span == 0)
        return (int64_t)cad_rng_u64(r);
    uint64_t limit = UINT64_MAX - UINT64_MAX % span, x;
    do
        x = cad_rng_u64(r);
    while (x >= limit);
    return (int64_t)((uint64_t)lo + x % span);
}

int cad_rng_chance(cad_rng *r, double p)
{
    return cad_rng_uniform(r) < p;
}
