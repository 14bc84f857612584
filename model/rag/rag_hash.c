/* The hashed caption encoder: features of words and numbers, hashed with a sign into a fixed number of buckets. */
#include "core/buf.h"
#include "core/hash.h"
#include "core/mem.h"
#include "model/rag/rag_encoder.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Weights of the classes of features.  Words lead; numbers count, since the nearest part should also have the nearest sizes. */
#define WORD_WEIGHT 1.0
#define PAIR_WEIGHT 0.6
#define GRAM_WEIGHT 0.3
#define NUMBER_WEIGHT 0.5
#define MAGNITUDE_WEIGHT 0.3

enum { GRAM_MIN = 3, GRAM_MAX = 5, MAX_WORD = 128, SLOTS = 2 * CAD_RAG_HASH_DIM };
typedef enum feature { WORD = 1, PAIR, GRAM, NUMBER, MAGNITUDE } feature;

/* Occurrences of each signed bucket; two features of one bucket and sign count together, as in any hashing. */
typedef struct counts {
    double n[MAGNITUDE + 1][SLOTS];
} counts;

static void add(counts *c, feature kind, const char *text, size_t len)
{
    c->n[kind][cad_hash64(text, len, (uint64_t)kind) % SLOTS] += 1;
}

/* ---- words and numbers ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ASCII letters and everything beyond ASCII. */
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static size_t take_number(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && is_digit(s[n]))
        n++;
    if (n + 1 < len && (s[n] == '.' || s[n] == ',') && is_digit(s[n + 1])) {
        n++;
        while (n < len && is_digit(s[n]))
            n++;
    }
    return n;
}

/* "4,50" and "4.5" are one number, and so are "04.5" and "4.5". */
static size_t normal_number(const char *s, size_t len, char out[64])
{
    char text[48];
    size_t n = len < sizeof text - 1 ? len : sizeof text - 1;
    for (size_t i = 0; i < n; i++)
        text[i] = s[i] == ',' ? '.' : s[i];
    text[n] = '\0';
    size_t first = 0;
    while (first + 1 < n && text[first] == '0' && is_digit(text[first + 1]))
        first++;
    if (memchr(text, '.', n)) {
        while (n > 1 && text[n - 1] == '0')
            n--;
        if (n > 1 && text[n - 1] == '.')
            n--;
    }
    memcpy(out, text + first, n - first);
    return n - first;
}

/* Which quarter of an octave: 0.5 mm to 500 mm make about 40 of them. */
static void add_magnitude(counts *c, const char *number, size_t len)
{
    double v = 0, unit = 0;
    for (size_t i = 0; i < len; i++) {
        if (number[i] == '.')
            unit = 1;
        else {
            v = v * 10 + (number[i] - '0');
            unit *= 10;
        }
    }
    if (unit > 0)
        v /= unit;
    int quarter = -1000;
    if (v > 0) {
        int e;
        double m = frexp(v, &e); /* 0.5 <= m < 1; thresholds 2^(k/4) / 2 */
        quarter = 4 * e + (m >= 0.8408964152537145) + (m >= 0.7071067811865476) + (m >= 0.5946035575013605);
    }
    char text[16];
    int n = snprintf(text, sizeof text, "%d", quarter);
    add(c, MAGNITUDE, text, (size_t)n);
}

static void add_grams(counts *c, const char *word, size_t len)
{
    char framed[MAX_WORD + 2];
    framed[0] = '<';
    memcpy(framed + 1, word, len);
    framed[len + 1] = '>';
    for (size_t k = GRAM_MIN; k <= GRAM_MAX; k++) {
        for (size_t i = 0; i + k <= len + 2; i++)
            add(c, GRAM, framed + i, k);
    }
}

/* A word or number behind the word before it. */
static void add_pair(counts *c, const char *last, size_t last_len, const char *next, size_t len)
{
    char pair[2 * MAX_WORD + 1];
    memcpy(pair, last, last_len);
    pair[last_len] = ' ';
    memcpy(pair + last_len + 1, next, len);
    add(c, PAIR, pair, last_len + 1 + len);
}

/* The word before tells diameters from heights. */
static void add_number(counts *c, const char *s, size_t len, const char *last, size_t last_len)
{
    char number[64];
    size_t n = normal_number(s, len, number);
    add(c, NUMBER, number, n);
    add_magnitude(c, number, n);
    add_pair(c, last, last_len, number, n);
}

static void add_word(counts *c, const char *word, size_t len, char *last, size_t *last_len)
{
    add(c, WORD, word, len);
    add_grams(c, word, len);
    if (*last_len)
        add_pair(c, last, *last_len, word, len);
    memcpy(last, word, len);
    *last_len = len;
}

static void count_caption(counts *c, const char *s, size_t len)
{
    char last[MAX_WORD];
    size_t last_len = 0;
    for (size_t at = 0; at < len;) {
        if (is_digit(s[at])) {
            size_t n = take_number(s + at, len - at);
            add_number(c, s + at, n, last, last_len);
            at += n;
        } else if (is_letter(s[at])) {
            char word[MAX_WORD];
            size_t n = 0;
            for (; at < len && is_letter(s[at]); at++) {
                if (n < MAX_WORD)
                    word[n++] = s[at] >= 'A' && s[at] <= 'Z' ? (char)(s[at] - 'A' + 'a') : s[at];
            }
            add_word(c, word, n, last, &last_len);
        } else {
            at++;
        }
    }
}

/* ---- the vector ---- */

static void to_vector(const counts *c, double v[CAD_RAG_HASH_DIM])
{
    static const double weight[] = {[WORD] = WORD_WEIGHT,
                                    [PAIR] = PAIR_WEIGHT,
                                    [GRAM] = GRAM_WEIGHT,
                                    [NUMBER] = NUMBER_WEIGHT,
                                    [MAGNITUDE] = MAGNITUDE_WEIGHT};
    memset(v, 0, CAD_RAG_HASH_DIM * sizeof *v);
    for (int kind = WORD; kind <= MAGNITUDE; kind++) {
        for (int i = 0; i < SLOTS; i++) {
            double n = c->n[kind][i];
            if (n > 0) /* the square root, unlike the logarithm, has the same bits everywhere */
                v[i / 2] += (i % 2 ? -weight[kind] : weight[kind]) * sqrt(n);
        }
    }
}

cad_status cad_rag_hash_encode(const char *caption, size_t len, float out[CAD_RAG_HASH_DIM])
{
    counts *c;
    CAD_TRY(cad_mem_alloc(sizeof *c, "features of a caption", &c));
    double v[CAD_RAG_HASH_DIM], norm = 0;
    count_caption(c, caption, len);
    to_vector(c, v);
    cad_mem_free(c);
    for (int i = 0; i < CAD_RAG_HASH_DIM; i++)
        norm += v[i] * v[i];
    double scale = norm > 0 ? 1 / sqrt(norm) : 0;
    for (int i = 0; i < CAD_RAG_HASH_DIM; i++)
        out[i] = (float)(v[i] * scale);
    return CAD_OK;
}
