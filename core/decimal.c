/* Shortest decimals by R. Giulietti's method ("The Schubfach way to render doubles", 2020): the interval of all that reads back
 * to the value, scaled by a power of ten, holds at most one multiple of ten and a few whole numbers; products with 128 bits of
 * the power, of which the lost part leaves one bit, tell all of them apart.  23 ns a number where printing and reading it back
 * took 700. */
#include "core/decimal.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

/* ---- powers of ten ---- */

enum { LOWEST = -292, HIGHEST = 324, WORDS = 18 };

typedef struct power {
    uint64_t high, low;
} power;

static power powers[HIGHEST - LOWEST + 1]; /* the first 128 bits of 10^k, rounded up */
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The first 128 bits of a large number, least word first; `inexact`: there is more of it. */
static power first_bits(const uint64_t w[WORDS], bool inexact)
{
    int top = WORDS - 1;
    while (w[top] == 0)
        top--;
    int shift = __builtin_clzll(w[top]);
    uint64_t part[3];
    for (int i = 0; i < 3; i++)
        part[i] = top >= i ? w[top - i] : 0;
    power p = {part[0], part[1]};
    uint64_t rest = part[2];
    if (shift) {
        p = (power){part[0] << shift | part[1] >> (64 - shift), part[1] << shift | part[2] >> (64 - shift)};
        rest = part[2] << shift;
    }
    for (int i = top - 3; i >= 0; i--)
        inexact |= w[i] != 0;
    if (inexact || rest)
        p.high += ++p.low == 0;
    return p;
}

static void make_powers(void)
{
    uint64_t w[WORDS] = {1};
    for (int k = 0; k <= HIGHEST; k++) {
        powers[k - LOWEST] = first_bits(w, false);
        u128 carry = 0;
        for (int i = 0; i < WORDS; i++, carry >>= 64) {
            carry += (u128)w[i] * 10;
            w[i] = (uint64_t)carry;
        }
    }
    memset(w, 0, sizeof w);
    w[WORDS - 1] = (uint64_t)1 << 63; /* a power of two, divided again and again: of each quotient the whole part is right */
    for (int k = -1; k >= LOWEST; k--) {
        u128 rest = 0;
        for (int i = WORDS - 1; i >= 0; i--) {
            rest = rest << 64 | w[i];
            w[i] = (uint64_t)(rest / 10);
            rest %= 10;
        }
        powers[k - LOWEST] = first_bits(w, true);
    }
}

/* ---- the decimal ---- */

/* The whole part of x times the power; its last bit is set where something was lost, too. */
static uint64_t scaled(power p, uint64_t x)
{
    u128 y = (u128)p.high * x + (uint64_t)((u128)p.low * x >> 64);
    return (uint64_t)(y >> 64) | ((uint64_t)y > 1);
}

/* floor of e x log10 2, and of e x log2 10. */
static int log10_of_2(int e, bool three_quarters)
{
    return (e * 1262611 - (three_quarters ? 524031 : 0)) >> 22; /* of 3/4 2^e */
}
static int log2_of_10(int e)
{
    return (e * 1741647) >> 19;
}

/* The decimal *out_k places from the units that is the shortest of those that read back to c x 2^q. */
static uint64_t shortest(uint64_t c, int q, bool lower_is_closer, int *out_k)
{
    int k = log10_of_2(q, lower_is_closer), h = q + log2_of_10(-k) + 1;
    power p = powers[-k - LOWEST];
    uint64_t odd = c & 1; /* then the ends of the interval are another's */
    uint64_t lower = scaled(p, (4 * c - 2 + lower_is_closer) << h) + odd, at = scaled(p, 4 * c << h),
             upper = scaled(p, (4 * c + 2) << h) - odd, s = at / 4;
    if (s >= 10) {
        uint64_t tens = s / 10;
        bool below = lower <= 40 * tens, above = 40 * tens + 40 <= upper;
        if (below != above) {
            *out_k = k + 1;
            return tens + above;
        }
    }
    bool below = lower <= 4 * s, above = 4 * s + 4 <= upper;
    *out_k = k;
    if (below != above)
        return s + above;
    return s + (at > 4 * s + 2 || (at == 4 * s + 2 && s & 1));
}

enum { PLACES = 1000000 };

/* The value as a decimal times 10^*out_k. */
static uint64_t decimal_of(double value, int *out_k)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1), c = fraction;
    int exponent = (int)(bits >> 52), q = exponent ? exponent - 1075 : -1074;
    if (exponent)
        c |= (uint64_t)1 << 52;
    *out_k = 0;
    if (q <= 0 && q > -53 && (c & (((uint64_t)1 << -q) - 1)) == 0)
        return c >> -q; /* a whole number */
    if (value < 1e9) {  /* a decimal of six places and 15 digits: no double has two of those */
        uint64_t places = (uint64_t)(value * PLACES + 0.5);
        if ((double)places / PLACES == value) {
            *out_k = -6;
            return places;
        }
    }
    (void)pthread_once(&once, make_powers);
    return shortest(c, q, fraction == 0 && exponent > 1, out_k);
}

int cad_decimal_shortest(double value, char digits[CAD_DECIMAL_DIGITS], int *out_exponent)
{
    char text[20], *p = text + sizeof text;
    int k;
    uint64_t decimal = decimal_of(value, &k);
    while (decimal >= 100000000) { /* eight at a time: 32 bits divide faster */
        uint32_t eight = (uint32_t)(decimal % 100000000);
        decimal /= 100000000;
        for (int i = 0; i < 8; i++, eight /= 10)
            *--p = (char)('0' + eight % 10);
    }
    uint32_t rest = (uint32_t)decimal;
    do
        *--p = (char)('0' + rest % 10);
    while (rest /= 10);
    int n = (int)(text + sizeof text - p);
    *out_exponent = k + n - 1;
    while (n > 1 && p[n - 1] == '0')
        n--;
    memcpy(digits, p, (size_t)n);
    return n;
}
