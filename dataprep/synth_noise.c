#include "dataprep/synth_noise.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { MAX_WORDS = 128, LONGEST = 24 };

typedef struct span {
    const char *begin;
    size_t n;
} span;

/* Whether a caption would say another part, or nothing definite, without this word. */
static bool is_kept(const char *s, size_t n)
{
    static const char *const word[] = {
        "rad",        "apothem",     "half",        "no",         "not",        "without",     "none",        "nothing",
        "only",       "open",        "closed",      "solid",      "hollow",     "blind",       "top",         "bottom",
        "both",       "base",        "upright",     "each",       "every",      "corner",      "corners",     "center",
        "centre",     "middle",      "x",           "by",         "mm",         "cm",          "in",          "inch",
        "inches",     "one",         "two",         "three",      "four",       "five",        "six",         "seven",
        "eight",      "nine",        "ten",         "eleven",     "twelve",     "millimeters", "millimetres", "millimeter",
        "millimetre", "centimeters", "centimetres", "centimeter", "centimetre",
    };
    for (size_t i = 0; i < sizeof word / sizeof *word; i++)
        if (strlen(word[i]) == n && !strncasecmp(word[i], s, n))
            return true;
    for (size_t i = 0; i + 4 <= n; i++) /* inradius, radially .. */
        if (!strncasecmp(s + i, "radi", 4))
            return true;
    bool capitals = true; /* OD, PCD, AF: labels */
    for (size_t i = 0; i < n; i++)
        capitals = capitals && isupper((unsigned char)s[i]);
    return capitals;
}

/* Runs of two and more letters that touch no digit, sign or letter outside of ASCII. */
static int find_words(const char *text, span *list)
{
    int n = 0;
    for (const char *s = text; *s && n < MAX_WORDS;) {
        if (!isalpha((unsigned char)*s)) {
            s++;
            continue;
        }
        const char *begin = s;
        while (isalpha((unsigned char)*s))
            s++;
        bool free_before = begin == text || strchr(" ,.;:\n(-", begin[-1]), free_after = !*s || strchr(" ,.;:\n)-", *s);
        size_t len = (size_t)(s - begin);
        if (free_before && free_after && len >= 2 && len <= LONGEST && !is_kept(begin, len))
            list[n++] = (span){begin, len};
    }
    return n;
}

static char pick(cad_rng *r, const char *from)
{
    return from[cad_rng_range(r, 0, (int64_t)strlen(from) - 1)];
}

/* Two or three syllables that can be spoken, now and then with an ending; single ones would too often be words. */
static cad_status made_up(cad_rng *r, cad_buf *out)
{
    static const char *const onset[] = {"b",  "bl", "br", "c",  "ch", "cl", "cr", "d", "dr", "f",  "fl", "fr", "g", "gl",
                                        "gr", "h",  "j",  "k",  "l",  "m",  "n",  "p", "pl", "pr", "qu", "r",  "s", "sc",
                                        "sh", "sl", "sp", "st", "t",  "th", "tr", "v", "w",  "wh", "y",  "z",  "",  ""};
    static const char *const coda[] = {"",  "",  "",  "",   "",   "",  "",   "",  "ck", "d",
                                       "l", "m", "n", "nd", "nt", "r", "rd", "s", "st", "t"};
    static const char *const ending[] = {"ing", "ed", "s", "er", "al", "age", "ion", "ment"};
    for (int i = 2 + cad_rng_chance(r, 0.2); i > 0; i--) {
        CAD_TRY(cad_buf_str(out, onset[cad_rng_range(r, 0, sizeof onset / sizeof *onset - 1)]));
        CAD_TRY(cad_buf_printf(out, "%c", pick(r, "aeiou")));
        CAD_TRY(cad_buf_str(out, coda[cad_rng_range(r, 0, sizeof coda / sizeof *coda - 1)]));
    }
    if (cad_rng_chance(r, 0.3))
        CAD_TRY(cad_buf_str(out, ending[cad_rng_range(r, 0, sizeof ending / sizeof *ending - 1)]));
    return CAD_OK;
}

/* Two letters exchanged, one left out, one doubled, or one wrong. */
static cad_status misspelt(span w, cad_rng *r, cad_buf *out)
{
    size_t at = (size_t)cad_rng_range(r, 1, (int64_t)w.n - 1);
    CAD_TRY(cad_buf_add(out, w.begin, at - 1));
    const char two[2] = {w.begin[at], w.begin[at - 1]};
    switch (cad_rng_range(r, 0, 3)) {
    case 0:
        CAD_TRY(cad_buf_add(out, two, 2));
        break;
    case 1:
        CAD_TRY(cad_buf_add(out, w.begin + at - 1, 1));
        break;
    case 2:
        CAD_TRY(cad_buf_printf(out, "%c%c%c", two[1], two[0], two[0]));
        break;
    default:
        CAD_TRY(cad_buf_printf(out, "%c%c", two[1], pick(r, "abcdefghijklmnopqrstuvwxyz")));
        break;
    }
    return cad_buf_add(out, w.begin + at + 1, w.n - at - 1);
}

static cad_status change(span w, cad_rng *r, cad_buf *out)
{
    double kind = cad_rng_uniform(r);
    if (kind < 0.62)
        return made_up(r, out);
    if (kind < 0.82 && w.n >= 4)
        return misspelt(w, r, out);
    CAD_TRY(cad_buf_add(out, w.begin, w.n));
    CAD_TRY(cad_buf_str(out, " "));
    return made_up(r, out);
}

static void recase(cad_rng *r, char *s, size_t n)
{
    double kind = cad_rng_uniform(r);
    for (size_t i = 0; i < n; i++)
        if (kind < 0.12)
            s[i] = (char)tolower((unsigned char)s[i]);
        else if (kind < 0.16)
            s[i] = (char)toupper((unsigned char)s[i]);
}

cad_status cad_caption_noise(const char *text, cad_rng *rng, cad_buf *out)
{
    span word[MAX_WORDS];
    bool chosen[MAX_WORDS] = {false};
    size_t start = out->len;
    int n = find_words(text, word), changes = 1 + cad_rng_chance(rng, 0.45);
    changes += changes == 2 && cad_rng_chance(rng, 0.45);
    for (int i = 0; i < changes && n; i++)
        chosen[cad_rng_range(rng, 0, n - 1)] = true;
    const char *s = text;
    for (int i = 0; i < n; i++) {
        if (!chosen[i])
            continue;
        CAD_TRY(cad_buf_add(out, s, (size_t)(word[i].begin - s)));
        CAD_TRY(change(word[i], rng, out));
        s = word[i].begin + word[i].n;
    }
    CAD_TRY(cad_buf_str(out, s));
    recase(rng, out->data + start, out->len - start);
    return CAD_OK;
}
