#include "dataprep/synth_grammar.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 24, MAX_ALTERNATIVES = 128 };

/* ---- reading names and brackets ---- */

static size_t name_length(const char *s)
{
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_')
        n++;
    return n;
}

/* Byte after the bracket that closes the one at s[0]; NULL when none does. */
static const char *closing(const char *s, const char *end)
{
    int depth = 0;
    for (; s < end; s++) {
        depth += *s == '[' || *s == '{';
        depth -= *s == ']' || *s == '}';
        if (!depth)
            return s;
    }
    return NULL;
}

typedef struct scope {
    const char *arg; /* what `_` stands for */
    size_t arg_len;
    int depth;
} scope;

static cad_status expand(cad_expander *e, const char *s, const char *end, scope sc, cad_buf *out);

/* The parameter whose name is the longest prefix of the `n` bytes at `name`; *used = its length there. */
static cad_status lookup(cad_expander *e, const char *name, size_t n, scope sc, cad_param **out, size_t *used)
{
    for (size_t k = n; k > 0; k--) {
        cad_param *q =
            k == 1 && *name == '_' && sc.arg ? cad_part_find(e->part, sc.arg, sc.arg_len) : cad_part_find(e->part, name, k);
        if (q) {
            *out = q;
            *used = k;
            return CAD_OK;
        }
    }
    CAD_FAIL(CAD_EINTERNAL, "caption grammar: no parameter '%.*s'", (int)n, name);
}

/* ---- sizes, counts ---- */

static cad_status fraction(double v, cad_buf *out, bool *done)
{
    int sixteenths = (int)lround(v * 16), den = 16;
    *done = fabs(v * 16 - sixteenths) < 1e-9 && sixteenths % 16 != 0;
    if (!*done)
        return CAD_OK;
    int whole = sixteenths / 16, num = sixteenths % 16;
    while (num % 2 == 0) {
        num /= 2;
        den /= 2;
    }
    if (whole)
        return cad_buf_printf(out, "%d %d/%d", whole, num, den);
    return cad_buf_printf(out, "%d/%d", num, den);
}

/* `slashed`: the text has a slash on one side of the number, where a fraction would read as two sizes. */
static cad_status number(cad_expander *e, double v, bool slashed, cad_buf *out)
{
    bool done = false;
    if (e->unit.fractions && !slashed)
        CAD_TRY(fraction(v, out, &done));
    return done ? CAD_OK
                : cad_buf_number(out, floor(v * 1e6 + 0.5) / 1e6); /* a size that follows from others has rounding in it */
}

static const char *const words[] = {"zero",     "one",     "two",     "three",     "four",     "five",    "six",
                                    "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
                                    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
static const char *const tens[] = {"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};

/* Whole and half numbers below a hundred as words, where a word can stand: after a blank. */
static cad_status in_words(cad_expander *e, double v, cad_buf *out, bool *done)
{
    int whole = (int)v;
    bool half = v - whole == 0.5;
    bool inch = !strcmp(e->unit.text, " inch") || !strcmp(e->unit.text, " in");
    *done = e->unit.words && v < 100 && (whole || inch) && (half || v == whole) &&
            (!out->len || strchr(" \n", out->data[out->len - 1])) && cad_rng_chance(e->rng, 0.6);
    if (!*done)
        return CAD_OK;
    if (half && !whole)
        return cad_buf_str(out, "half ~");
    CAD_TRY(cad_buf_str(out, whole < 20 ? words[whole] : tens[whole / 10 - 2]));
    if (whole >= 20 && whole % 10)
        CAD_TRY(cad_buf_printf(out, "%c%s", cad_rng_chance(e->rng, 0.6) ? '-' : ' ', words[whole % 10]));
    return half ? cad_buf_str(out, " and a half") : CAD_OK;
}

/* Some sizes in another unit than the rest of the caption. */
static cad_status elsewhere(cad_expander *e, double v, cad_buf *out, bool *done)
{
    double other = v * e->unit.other_size;
    *done = fabs(other * 100 - round(other * 100)) < 1e-7 && other >= 1 && other < 1000 && cad_rng_chance(e->rng, 0.5);
    if (!*done)
        return CAD_OK;
    CAD_TRY(cad_buf_number(out, round(other * 100) / 100));
    return cad_buf_str(out, e->unit.other);
}

static cad_status unit(cad_expander *e, bool of_size, cad_buf *out)
{
    if (of_size && e->unit.here_and_there && cad_rng_chance(e->rng, 0.5))
        return CAD_OK;
    if (of_size && e->unit.first_only && e->unit.text[0]) {
        CAD_TRY(cad_buf_str(out, e->unit.text));
        e->unit.text = "";
        return CAD_OK;
    }
    return cad_buf_str(out, e->unit.text);
}

static cad_status size(cad_expander *e, const char **s, bool with_unit, scope sc, cad_buf *out)
{
    bool half = **s == '/';
    *s += half;
    size_t n = 0;
    cad_param *q = NULL;
    CAD_TRY(lookup(e, *s, name_length(*s), sc, &q, &n));
    *s += n;
    q->used = true;
    bool slashed = **s == '/' || (out->len && out->data[out->len - 1] == '/');
    double v = half ? q->shown / 2 : q->shown;
    bool done = false;
    if (with_unit && e->unit.other)
        CAD_TRY(elsewhere(e, v, out, &done));
    if (done)
        return CAD_OK;
    if (with_unit)
        CAD_TRY(in_words(e, v, out, &done));
    if (!done)
        CAD_TRY(number(e, v, slashed, out));
    return with_unit ? unit(e, true, out) : CAD_OK;
}

static cad_status count(cad_expander *e, const char **s, bool digits, scope sc, cad_buf *out)
{
    size_t n = 0;
    cad_param *q = NULL;
    CAD_TRY(lookup(e, *s, name_length(*s), sc, &q, &n));
    *s += n;
    q->used = true;
    int v = (int)q->mm;
    if (!digits && v <= 12 && cad_rng_chance(e->rng, 0.5))
        return cad_buf_str(out, words[v]);
    return cad_buf_printf(out, "%d", v);
}

/* ---- choices ---- */

static bool metric_thread(const cad_expander *e, const cad_param *q)
{
    static const double thread[] = {2, 2.5, 3, 4, 5, 6, 8, 10, 12};
    bool metric = e->part->unit == CAD_UNIT_mm || e->part->unit == CAD_UNIT_none;
    for (size_t i = 0; metric && !q->omitted && i < sizeof thread / sizeof *thread; i++)
        if (q->mm == thread[i])
            return true;
    return false;
}

typedef struct alternative {
    const char *begin, *end;
    bool held, eligible;
} alternative;

/* Each size has its unit, and none reads as one number with a count before it ("4 1/4"). */
static bool every_size_apart(const cad_unit_style *u)
{
    return u->text[0] && !u->first_only && !u->here_and_there && !u->fractions;
}

/* Reads the conditions in front of one alternative. */
static cad_status conditions(cad_expander *e, alternative *a, scope sc)
{
    for (a->eligible = true;;) {
        const char *s = a->begin;
        if (s < a->end && *s == '^') {
            a->held = true;
            a->begin++;
            continue;
        }
        if (s + 1 < a->end && s[0] == 'u' && s[1] == ';') {
            a->eligible = a->eligible && every_size_apart(&e->unit);
            a->begin += 2;
            continue;
        }
        if (s >= a->end || !strchr("+-&12<", *s))
            return CAD_OK;
        size_t n = name_length(s + 1), m = 0;
        const char *after = s + 1 + n;
        bool less = *s == '<';
        if (less && *after == ',')
            m = name_length(after + 1);
        const char *stop = less ? after + 1 + m : after;
        if (!n || stop >= a->end || *stop != ';')
            return CAD_OK; /* plain text that happens to begin with such a character */
        cad_param *q = NULL, *r = NULL;
        size_t used = 0;
        CAD_TRY(lookup(e, s + 1, n, sc, &q, &used));
        if (less)
            CAD_TRY(lookup(e, after + 1, m, sc, &r, &used));
        bool holds = less        ? q->mm < r->mm
                     : *s == '+' ? !q->omitted
                     : *s == '-' ? q->omitted
                     : *s == '&' ? metric_thread(e, q)
                     : *s == '1' ? q->mm == 1
                                 : q->mm > 1;
        a->eligible = a->eligible && holds;
        a->begin = stop + 1;
    }
}

static cad_status choice(cad_expander *e, const char *s, const char *end, scope sc, cad_buf *out)
{
    alternative list[MAX_ALTERNATIVES];
    int n = 0, plain = 0, held = 0;
    for (const char *from = s, *c = s;; c++) {
        if (c < end && (*c == '[' || *c == '{'))
            c = closing(c, end);
        if (c < end && *c != '|')
            continue;
        if (n == MAX_ALTERNATIVES)
            CAD_FAIL(CAD_EINTERNAL, "caption grammar: more than %d alternatives: %.40s", MAX_ALTERNATIVES, s);
        list[n] = (alternative){.begin = from, .end = c};
        CAD_TRY(conditions(e, &list[n], sc));
        list[n].eligible = list[n].eligible && (!list[n].held || e->held_allowed);
        plain += list[n].eligible && !list[n].held;
        held += list[n].eligible && list[n].held;
        n++;
        from = c + 1;
        if (c >= end)
            break;
    }
    if (!plain && !held)
        return CAD_OK;
    bool take_held = held && (!plain || cad_rng_chance(e->rng, 0.35));
    int64_t at = cad_rng_range(e->rng, 0, (take_held ? held : plain) - 1);
    for (int i = 0; i < n; i++) {
        if (!list[i].eligible || list[i].held != take_held || at-- > 0)
            continue;
        e->held_used |= take_held;
        return expand(e, list[i].begin, list[i].end, sc, out);
    }
    return CAD_OK;
}

static const char *rule_text(const cad_expander *e, const char *name, size_t n)
{
    for (int k = 0; k < 3; k++)
        for (const cad_rule *r = e->rules[k]; r && r->name; r++)
            if (strlen(r->name) == n && !memcmp(r->name, name, n))
                return r->text;
    return NULL;
}

static cad_status rule(cad_expander *e, const char *s, const char *end, scope sc, cad_buf *out)
{
    size_t n = name_length(s);
    const char *text = rule_text(e, s, n);
    if (!text)
        CAD_FAIL(CAD_EINTERNAL, "caption grammar: no rule '%.*s'", (int)(end - s), s);
    scope inner = sc;
    if (s[n] == ':' && !(s[n + 1] == '_' && s + n + 2 == end)) {
        inner.arg = s + n + 1;
        inner.arg_len = (size_t)(end - inner.arg);
    }
    return expand(e, text, text + strlen(text), inner, out);
}

static cad_status expand(cad_expander *e, const char *s, const char *end, scope sc, cad_buf *out)
{
    if (++sc.depth > MAX_DEPTH)
        CAD_FAIL(CAD_EINTERNAL, "caption grammar: rules nest deeper than %d: %.40s", MAX_DEPTH, s);
    while (s < end) {
        char c = *s;
        if (c == '[' || c == '{') {
            const char *stop = closing(s, end);
            if (!stop)
                CAD_FAIL(CAD_EINTERNAL, "caption grammar: '%c' is not closed: %.40s", c, s);
            CAD_TRY(c == '[' ? choice(e, s + 1, stop, sc, out) : rule(e, s + 1, stop, sc, out));
            s = stop + 1;
        } else if (c == '$' || c == '#') {
            s++;
            CAD_TRY(size(e, &s, c == '$', sc, out));
        } else if (c == '%' || c == '!') {
            s++;
            CAD_TRY(count(e, &s, c == '!', sc, out));
        } else if (c == '@') {
            s++;
            CAD_TRY(unit(e, false, out));
        } else {
            CAD_TRY(cad_buf_add(out, s++, 1));
        }
    }
    return CAD_OK;
}

cad_status cad_grammar_expand(cad_expander *e, const char *text, cad_buf *out)
{
    return expand(e, text, text + strlen(text), (scope){0}, out);
}

/* ---- articles ---- */

/* Whether the sound at the start of `s` is a vowel: letters, and numbers as they are read. */
static bool vowel_sound(const char *s)
{
    if (isdigit((unsigned char)*s)) {
        char *stop = NULL;
        long v = strtol(s, &stop, 10);
        return *s == '8' || v == 11 || v == 18;
    }
    if ((s[0] == 'M' && isdigit((unsigned char)s[1])) || (s[0] == 'L' && !isalpha((unsigned char)s[1])) ||
        (s[0] == 'R' && isdigit((unsigned char)s[1])) || !strncmp(s, "hour", 4) || !strncmp(s, "OD", 2))
        return true;
    if (!strncmp(s, "uni", 3) || !strncmp(s, "use", 3) || !strncmp(s, "one", 3))
        return false;
    return *s && strchr("aeiouAEIOU", *s) != NULL;
}

/* Words in front of which an article would be one too many: they bring their own. */
static bool has_article(const char *s)
{
    return *s == '~' || !strncmp(s, "just ", 5) || !strncmp(s, "nothing ", 8);
}

cad_status cad_grammar_finish(const char *text, cad_buf *out)
{
    size_t start = out->len;
    for (const char *s = text; *s; s++) {
        const char *next = s + 1;
        while (*next == ' ')
            next++;
        char last = out->len > start ? out->data[out->len - 1] : '\n';
        if (*s == ' ' && (last == ' ' || last == '\n' || !*next || strchr(",.;\n", *next)))
            continue; /* blanks that an empty choice left */
        if (*s == '.' && last == '.')
            continue; /* the stop of an abbreviation ends the sentence as well */
        if (*s != '~')
            CAD_TRY(cad_buf_add(out, s, 1));
        else if (has_article(next))
            s = next - 1;
        else
            CAD_TRY(cad_buf_str(out, vowel_sound(next) ? "an" : "a"));
    }
    return CAD_OK;
}

/* The same way of writing, of the other metric unit. */
static void mix(cad_unit_style *s, cad_synth_unit u)
{
    static const char *const pair[][2] = {
        {" mm", " cm"}, {"mm", "cm"}, {" millimeters", " centimeters"}, {" millimetres", " centimetres"}};
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        if (!strcmp(s->text, pair[i][u == CAD_UNIT_cm]))
            s->other = pair[i][u == CAD_UNIT_mm];
    s->other_size = u == CAD_UNIT_mm ? 0.1 : 10;
}

cad_unit_style cad_grammar_unit(cad_rng *rng, cad_synth_unit u)
{
    static const char *const mm[] = {" mm", " mm", " mm", " mm", "mm", "mm", "mm", "mm", " millimeters", " millimetres"};
    static const char *const cm[] = {" cm", " cm", "cm", "cm", " centimeters", " cm", "cm", " centimetres"};
    static const char *const in[] = {" in", " in", "in", "\"", "\"", " inch", " inches", " inch"};
    cad_unit_style s = {.text = ""};
    if (u == CAD_UNIT_none)
        return s;
    if (u == CAD_UNIT_mm)
        s.text = mm[cad_rng_range(rng, 0, cad_rng_chance(rng, 0.2) ? 9 : 7)];
    else if (u == CAD_UNIT_cm)
        s.text = cm[cad_rng_range(rng, 0, 7)];
    else
        s.text = in[cad_rng_range(rng, 0, 7)];
    s.first_only = cad_rng_chance(rng, 0.15);
    s.here_and_there = u == CAD_UNIT_mm && !s.first_only && cad_rng_chance(rng, 0.12);
    s.fractions = u == CAD_UNIT_in && cad_rng_chance(rng, 0.2);
    s.words = !s.fractions && s.text[0] == ' ' && cad_rng_chance(rng, u == CAD_UNIT_in ? 0.1 : 0.04);
    if (!s.first_only && !s.here_and_there && !s.words &&
        cad_rng_chance(rng, u == CAD_UNIT_mm   ? 0.04
                            : u == CAD_UNIT_cm ? 0.3
                                               : 0))
        mix(&s, u);
    return s;
}
