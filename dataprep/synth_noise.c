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

static bool is_one_of(const char *const *list, size_t n_list, const char *s, size_t n)
{
    for (size_t i = 0; i < n_list; i++)
        if (strlen(list[i]) == n && !strncasecmp(list[i], s, n))
            return true;
    return false;
}

#define ONE_OF(list, s, n) is_one_of(list, sizeof(list) / sizeof *(list), s, n)

/* Whether a caption would say another part, or nothing definite, without this word. */
static bool is_kept(const char *s, size_t n)
{
    static const char *const sense[] = {
        "no",    "not",     "without", "none",   "nothing",   "only",      "free",    "open",      "closed",  "solid", "hollow",
        "blind", "lid",     "floor",   "half",   "quarter",   "same",      "single",  "pair",      "each",    "every", "both",
        "total", "overall", "whole",   "entire", "included",  "apothem",   "rad",     "including", "x",       "by",    "and",
        "an",    "or",      "minus",   "circle", "inscribed", "excluding", "lidless", "uncovered", "topless", "all",   "sided",
    };
    static const char *const place[] = {
        "top",      "bottom",     "base",     "upright", "upper",   "lower",  "above",    "below", "under",
        "up",       "down",       "corner",   "corners", "center",  "centre", "middle",   "from",  "central",
        "centered", "centred",    "between",  "centers", "centres", "edge",   "edges",    "end",   "ends",
        "apart",    "horizontal", "vertical", "pitch",   "spacing", "spaced", "opposite", "row",   "rows",
        "grid",     "columns",    "standing", "lying",   "first",   "second", "diagonal", "line",
    };
    static const char *const shape[] = {
        "hex",     "cube",      "cubes",     "square",  "round",  "circular", "cone",  "ball", "ring",
        "cup",     "can",       "pot",       "jar",     "pin",    "pins",     "peg",   "pegs", "stud",
        "boss",    "bracket",   "angle",     "pipe",    "bucket", "beaker",   "knob",  "bowl", "orb",
        "frustum", "truncated", "container", "pointed", "taper",  "tapered",  "globe", "tray", "point",
    };
    static const char *const unit[] = {
        "mm",         "cm",         "in",          "inch",        "inches",     "one",         "two",
        "three",      "four",       "five",        "six",         "seven",      "eight",       "nine",
        "ten",        "eleven",     "twelve",      "thirteen",    "fourteen",   "fifteen",     "sixteen",
        "seventeen",  "eighteen",   "nineteen",    "twenty",      "thirty",     "forty",       "fifty",
        "sixty",      "seventy",    "eighty",      "ninety",      "hundred",    "millimeters", "millimetres",
        "millimeter", "millimetre", "centimeters", "centimetres", "centimeter", "centimetre",
    };
    static const char *const stem[] = {"octa", "hexa",  "penta", "hepta", "deca",  "dodec", "triang", "spher",
                                       "cubi", "conic", "tub",   "wall",  "shell", "notch", "radi"};
    if (ONE_OF(sense, s, n) || ONE_OF(place, s, n) || ONE_OF(shape, s, n) || ONE_OF(unit, s, n))
        return true;
    for (size_t k = 0; k < sizeof stem / sizeof *stem; k++) /* also inside: inradius */
        for (size_t i = 0; i + strlen(stem[k]) <= n; i++)
            if (!strncasecmp(s + i, stem[k], strlen(stem[k])))
                return true;
    bool capitals = true; /* OD, PCD, AF: labels */
    for (size_t i = 0; i < n; i++)
        capitals = capitals && isupper((unsigned char)s[i]);
    return capitals;
}

/* Words that say which size a number is.  With one of them lost the others, and what sizes are left, still tell; with two lost
 * a bore and a height could change places. */
static bool is_label(const char *s, size_t n)
{
    static const char *const word[] = {
        "diameter", "dia",   "across",  "wide",  "width",     "tall",     "high",   "height",  "long",  "length",
        "len",      "deep",  "depth",   "thick", "thickness", "bore",     "bored",  "hole",    "holes", "inner",
        "inside",   "outer", "outside", "leg",   "legs",      "hub",      "flange", "flanges", "head",  "shank",
        "shaft",    "body",  "flats",   "flat",  "sleeve",    "post",     "size",   "sides",   "side",  "brim",
        "core",     "disc",  "bolt",    "inset", "key",       "distance", "step",
    };
    return ONE_OF(word, s, n);
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

/* ---- whole clauses, capitals and punctuation ---- */

/* Clauses that say nothing of the part; `*` is a made-up word. */
static const char *const clauses[] = {
    "for the * project",
    "for project *",
    "client: *",
    "customer: *",
    "urgent!!",
    "urgent",
    "made in wood",
    "made in * grey",
    "painted blue",
    "colour: *",
    "color: *",
    "ref. *",
    "job *",
    "order *",
    "for *",
    "for my *",
    "the * one",
    "made in polished *",
    "a * for *",
    "same day please",
    "attn. *",
    "for mister *",
    "from * and sons",
    "see mail from *",
    "department *",
    "the * version",
    "name: *",
    "file: *",
    "project: *",
    "made in recycled *",
    "made of *",
    "* finish",
    "* quality",
    "goes on the * later",
    "* wants this by friday",
    "part of the * thing",
    "new for *",
    "deadline monday",
    "hurry * please",
    "for our * stand",
    "to be anodised",
    "light grey please",
    "on behalf of *",
    "greetings from *",
    "hope this makes sense",
    "ask me who * is",
    "cheap please",
    "of good * quality",
    "* says hi",
    "ask * if unsure",
};

static cad_status clause(cad_rng *r, cad_buf *out)
{
    const char *s = clauses[cad_rng_range(r, 0, sizeof clauses / sizeof *clauses - 1)];
    for (; *s; s++)
        CAD_TRY(*s == '*' ? made_up(r, out) : cad_buf_add(out, s, 1));
    return CAD_OK;
}

/* Words changed in `text`, and appended. */
static cad_status changed_words(const char *text, cad_rng *r, cad_buf *out)
{
    span word[MAX_WORDS];
    bool chosen[MAX_WORDS] = {false}, label = false;
    int n = find_words(text, word), changes = 1 + cad_rng_chance(r, 0.45);
    changes += changes == 2 && cad_rng_chance(r, 0.45);
    for (int i = 0; i < changes && n; i++) {
        int64_t at = cad_rng_range(r, 0, n - 1);
        bool is = is_label(word[at].begin, word[at].n);
        if (is && label)
            continue;
        label |= is;
        chosen[at] = true;
    }
    const char *s = text;
    for (int i = 0; i < n; i++) {
        if (!chosen[i])
            continue;
        CAD_TRY(cad_buf_add(out, s, (size_t)(word[i].begin - s)));
        CAD_TRY(change(word[i], r, out));
        s = word[i].begin + word[i].n;
    }
    return cad_buf_str(out, s);
}

/* Whether two labels of one letter differ by its case alone: D=20, d=10. */
static bool case_tells(const char *text)
{
    bool seen[2][26] = {{false}};
    for (const char *s = text; *s; s++) {
        int c = tolower((unsigned char)*s) - 'a';
        bool alone =
            isalpha((unsigned char)*s) && (s == text || !isalpha((unsigned char)s[-1])) && !isalpha((unsigned char)s[1]);
        if (!alone)
            continue;
        seen[isupper((unsigned char)*s) != 0][c] = true;
        if (seen[0][c] && seen[1][c])
            return true;
    }
    return false;
}

static void recase(cad_rng *r, char *s, size_t n)
{
    double kind = cad_rng_uniform(r);
    if (kind >= 0.24 || case_tells(s))
        return;
    for (size_t i = 0; i < n; i++)
        s[i] = (char)(kind < 0.18 ? tolower((unsigned char)s[i]) : toupper((unsigned char)s[i]));
}

/* Whether each comma stands between a letter and a digit: then "20 tall, 5 thick, 8 wide" is as clear without them. */
static bool commas_can_go(const char *text)
{
    for (const char *s = text; *s; s++)
        if (*s == ',' && (s == text || !isalpha((unsigned char)s[-1]) || s[1] != ' ' || !isdigit((unsigned char)s[2])))
            return false;
    return true;
}

/* Semicolons for commas, no commas, or wider blanks. */
static cad_status repunctuated(const char *text, cad_rng *r, cad_buf *out)
{
    double kind = cad_rng_uniform(r);
    bool semicolons = kind < 0.06, none = kind >= 0.06 && kind < 0.14 && commas_can_go(text), blanks = kind >= 0.94;
    for (const char *s = text; *s; s++) {
        bool comma = *s == ',' && s[1] == ' ';
        if (comma && none)
            continue;
        CAD_TRY(cad_buf_add(out, comma && semicolons ? ";" : s, 1));
        if (*s == ' ' && blanks && !isdigit((unsigned char)s[1]) && cad_rng_chance(r, 0.3))
            CAD_TRY(cad_buf_str(out, " "));
    }
    return CAD_OK;
}

/* A clause in front of `text` or behind, set off as the text sets off its own. */
static cad_status with_clause(const char *text, cad_rng *r, cad_buf *out)
{
    static const char *const off[] = {", ", ", ", ", ", "; ", ". ", "\n"};
    const char *sep = strchr(text, '\n') || *text == '-' ? "\n" : off[cad_rng_range(r, 0, sizeof off / sizeof *off - 1)];
    if (cad_rng_chance(r, 0.4)) {
        CAD_TRY(clause(r, out));
        CAD_TRY(cad_buf_str(out, sep));
        return cad_buf_str(out, text);
    }
    size_t n = strlen(text);
    CAD_TRY(cad_buf_str(out, text));
    CAD_TRY(cad_buf_str(out, n && strchr(".!?", text[n - 1]) && sep[0] != '\n' ? " " : sep));
    return clause(r, out);
}

static cad_status noise(const char *text, cad_rng *r, cad_buf *one, cad_buf *two, cad_buf *out)
{
    bool more = cad_rng_chance(r, 0.3);
    if (!more || cad_rng_chance(r, 0.5))
        CAD_TRY(changed_words(text, r, one));
    else
        CAD_TRY(cad_buf_str(one, text));
    CAD_TRY(more ? with_clause(cad_buf_cstr(one), r, two) : cad_buf_str(two, cad_buf_cstr(one)));
    size_t start = out->len;
    CAD_TRY(repunctuated(cad_buf_cstr(two), r, out));
    if (out->len > start)
        recase(r, out->data + start, out->len - start);
    return CAD_OK;
}

cad_status cad_caption_noise(const char *text, cad_rng *rng, cad_buf *out)
{
    cad_buf one = CAD_BUF_INIT, two = CAD_BUF_INIT;
    cad_status s = noise(text, rng, &one, &two, out);
    cad_buf_deinit(&one);
    cad_buf_deinit(&two);
    return s;
}
