#include "core/hash.h"

#include <pthread.h>
#include <sys/random.h>
#include <time.h>
#include <xxhash.h>

static void to_hex(XXH128_hash_t h, char out[CAD_HASH_HEX])
{
    static const char digit[] = "0123456789abcdef";
    XXH128_canonical_t c;
    XXH128_canonicalFromHash(&c, h);
    for (size_t i = 0; i < 16; i++) {
        out[2 * i] = digit[c.digest[i] >> 4];
        out[2 * i + 1] = digit[c.digest[i] & 15];
    }
    out[32] = '\0';
}

static pthread_once_t secret_once = PTHREAD_ONCE_INIT;
static uint64_t secret;

static void make_secret(void)
{
    struct timespec now;
    if (getrandom(&secret, sizeof secret, GRND_NONBLOCK) == (ssize_t)sizeof secret)
        return;
    clock_gettime(CLOCK_REALTIME, &now); /* early in the life of a machine, or under a filter of system calls */
    secret = (uint64_t)now.tv_nsec * 0x9E3779B97F4A7C15u ^ (uint64_t)(uintptr_t)&now ^ (uint64_t)now.tv_sec;
}

uint64_t cad_hash_secret(void)
{
    (void)pthread_once(&secret_once, make_secret);
    return secret;
}

uint64_t cad_hash64(const void *data, size_t len, uint64_t seed)
{
    return XXH3_64bits_withSeed(data, len, seed);
}

void cad_hash128_hex(const void *data, size_t len, char out[CAD_HASH_HEX])
{
    to_hex(XXH3_128bits(data, len), out);
}

cad_hasher *cad_hasher_create(void)
{
    XXH3_state_t *s = XXH3_createState();
    if (s)
        XXH3_128bits_reset(s);
    return (cad_hasher *)s;
}

void cad_hasher_add(cad_hasher *h, const void *data, size_t len)
{
    XXH3_128bits_update((XXH3_state_t *)h, data, len);
}

void cad_hasher_hex(const cad_hasher *h, char out[CAD_HASH_HEX])
{
    to_hex(XXH3_128bits_digest((const XXH3_state_t *)h), out);
}

void cad_hasher_destroy(cad_hasher *h)
{
    XXH3_freeState((XXH3_state_t *)h);
}

uint32_t cad_crc32(const void *data, size_t len)
{
    const unsigned char *p = data;
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < len; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
    }
    return ~crc;
}

/* Half a byte at a time: entry i is what the polynomial 0x82F63B78 makes of i in four steps. */
uint32_t cad_crc32c(const void *data, size_t len)
{
    static const uint32_t table[16] = {
        0x00000000u, 0x105ec76fu, 0x20bd8edeu, 0x30e349b1u, 0x417b1dbcu, 0x5125dad3u, 0x61c69362u, 0x7198540du,
        0x82f63b78u, 0x92a8fc17u, 0xa24bb5a6u, 0xb21572c9u, 0xc38d26c4u, 0xd3d3e1abu, 0xe330a81au, 0xf36e6f75u,
    };
    const unsigned char *p = data;
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < len; i++) {
        crc ^= p[i];
        crc = (crc >> 4) ^ table[crc & 15u];
        crc = (crc >> 4) ^ table[crc & 15u];
    }
    return ~crc;
}
