/* SHA-256, for figures that were published with it. */
#ifndef CADLM_TESTS_SHA256_H
#define CADLM_TESTS_SHA256_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t sha256_turn(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* The first bits of the fractional part of the (1/root)-th power of the k-th prime. */
static uint32_t sha256_prime_bits(int k, int root)
{
    uint32_t p = 1;
    for (int found = -1; found < k;) {
        bool prime = ++p > 1;
        for (uint32_t d = 2; d * d <= p; d++)
            prime = prime && p % d != 0;
        found += prime;
    }
    /* floor(p^(1/root) 2^32), by bits */
    uint64_t x = 0;
    for (int b = 36; b >= 0; b--) {
        unsigned __int128 t = x | (uint64_t)1 << b, power = root == 2 ? t * t : t * t * t;
        if (power <= (unsigned __int128)p << 32 * root)
            x |= (uint64_t)1 << b;
    }
    return (uint32_t)x;
}

static void sha256_block(uint32_t h[8], const unsigned char *p)
{
    static uint32_t k[64];
    uint32_t w[64], v[8];
    for (int i = 0; k[63] == 0 && i < 64; i++)
        k[i] = sha256_prime_bits(i, 3);
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + w[i - 7] + (sha256_turn(w[i - 15], 7) ^ sha256_turn(w[i - 15], 18) ^ w[i - 15] >> 3) +
               (sha256_turn(w[i - 2], 17) ^ sha256_turn(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(v, h, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t a = v[0], e = v[4];
        uint32_t t1 =
            v[7] + (sha256_turn(e, 6) ^ sha256_turn(e, 11) ^ sha256_turn(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + k[i] + w[i];
        uint32_t t2 = (sha256_turn(a, 2) ^ sha256_turn(a, 13) ^ sha256_turn(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        h[i] += v[i];
}

static void sha256_hex(const char *data, size_t len, char out[65])
{
    uint32_t h[8];
    unsigned char last[128] = {0};
    size_t whole = len / 64 * 64, rest = len - whole, end = rest < 56 ? 64 : 128;
    for (int i = 0; i < 8; i++)
        h[i] = sha256_prime_bits(i, 2);
    for (size_t at = 0; at < whole; at += 64)
        sha256_block(h, (const unsigned char *)data + at);
    memcpy(last, data + whole, rest);
    last[rest] = 0x80;
    for (size_t i = 0; i < 8; i++)
        last[end - 1 - i] = (unsigned char)((uint64_t)len * 8 >> 8 * i);
    for (size_t at = 0; at < end; at += 64)
        sha256_block(h, last + at);
    for (int i = 0; i < 8; i++)
        snprintf(out + 8 * i, 9, "%08x", h[i]);
}

#endif
