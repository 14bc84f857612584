#include "model/text/wordpiece.h"

#include "core/mem.h"
#include "core/utf8.h"
#include "model/text/bert_ranges.h"
#include "model/text/tokenizer_impl.h"

#include <string.h>

enum { REMOVED = 1, BLANK = 2, MARK = 4, PUNCTUATION = 8, CJK = 16, CAPITAL = 32 };
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- one word ---- */

/* A word as it grows: its characters as bytes behind room for a prefix, and where each comes from. */
enum { ROOM = CAD_WORDPIECE_MAX_PREFIX };
typedef struct word {
    char bytes[ROOM + 4 * CAD_WORDPIECE_MAX_CHARS];
    uint16_t at[CAD_WORDPIECE_MAX_CHARS + 1]; /* first byte of each character, and the end */
    cad_span from[CAD_WORDPIECE_MAX_CHARS];
    int n;           /* characters; more than max_chars are counted, not kept */
    size_t last_end; /* where the last one ends, kept or not */
} word;

typedef struct walk {
    const cad_tokenizer *t;
    const cad_wordpiece *w;
    cad_units *units;
    size_t base;
    cad_ids *out;
    cad_spans *spans;
    word word;
} walk;

static cad_status put(walk *k, uint32_t id, size_t begin, size_t end)
{
    CAD_TRY(cad_ids_add(k->out, &id, 1));
    return k->spans ? cad_spans_add(k->spans, begin + k->base, end + k->base) : CAD_OK;
}

/* The longest token of the model that starts at character `from`; *to = the character behind it; -1: none. */
static int64_t longest(const walk *k, int from, int *to)
{
    const word *d = &k->word;
    size_t prefix = from ? strlen(k->w->prefix) : 0;
    const char *begin = d->bytes + d->at[from] - prefix;
    for (int end = d->n; end > from; end--) {
        size_t len = (size_t)(d->at[end] - d->at[from]) + prefix;
        int64_t id = len <= k->w->longest ? cad_tokenizer_find(k->t, begin, len) : -1;
        if (id >= 0 && (k->t->flags[id] & CAD_TOKEN_MODEL)) {
            *to = end;
            return id;
        }
    }
    return -1;
}

static cad_status end_word(walk *k)
{
    word *d = &k->word;
    size_t ids = k->out->n, spans = k->spans ? k->spans->n : 0;
    int n = d->n;
    if (n == 0)
        return CAD_OK;
    bool known = n <= k->w->max_chars;
    for (int from = 0, to = 0; known && from < n; from = to) {
        if (from) /* what stood there is matched already */
            memcpy(d->bytes + d->at[from] - strlen(k->w->prefix), k->w->prefix, strlen(k->w->prefix));
        int64_t id = longest(k, from, &to);
        known = id >= 0;
        if (known)
            CAD_TRY(put(k, (uint32_t)id, d->from[from].begin, d->from[to - 1].end));
    }
    d->n = 0;
    if (known)
        return CAD_OK;
    k->out->n = ids;
    if (k->spans)
        k->spans->n = spans;
    return put(k, k->w->unknown, d->from[0].begin, d->last_end);
}

static void add_char(walk *k, uint32_t cp, const cad_unit *u)
{
    word *d = &k->word;
    d->last_end = u->end;
    if (d->n < k->w->max_chars) {
        uint16_t at = d->n ? d->at[d->n] : ROOM;
        d->at[0] = ROOM;
        d->from[d->n] = (cad_span){u->begin, u->end};
        d->at[d->n + 1] = (uint16_t)(at + cad_utf8_put(cp, d->bytes + at));
        d->n++;
    } else if (d->n == k->w->max_chars) {
        d->n++;
    }
}

/* ---- a stretch without blanks ---- */

static uint32_t lower_of(uint32_t cp)
{
    size_t lo = 0, hi = COUNT(BERT_LOWER);
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (BERT_LOWER[mid][0] <= (int32_t)cp)
            lo = mid;
        else
            hi = mid;
    }
    return (uint32_t)((int32_t)cp + BERT_LOWER[lo][3]);
}

static cad_status end_stretch(walk *k)
{
    enum { I_WITH_DOT = 0x130, DOT_ABOVE = 0x307 };
    const cad_wordpiece *w = k->w;
    cad_units *u = k->units;
    if (w->strip)
        cad_units_order(u, 0);
    for (size_t i = 0; i < u->n; i++) {
        const cad_unit *c = &u->unit[i];
        unsigned bits = cad_chars_of(w->chars, c->cp);
        if (w->strip && (bits & MARK))
            continue;
        if (bits & PUNCTUATION) {
            CAD_TRY(end_word(k));
            add_char(k, c->cp, c);
            CAD_TRY(end_word(k));
        } else if (cad_chars_of(w->unicode, c->cp) & CAD_CHAR_SPACE) {
            CAD_TRY(end_word(k));
        } else if (w->lower && c->cp == I_WITH_DOT) {
            add_char(k, 'i', c);
            add_char(k, DOT_ABOVE, c);
        } else {
            add_char(k, w->lower && (bits & CAPITAL) ? lower_of(c->cp) : c->cp, c);
        }
    }
    u->n = 0;
    return end_word(k);
}

static cad_status add_unit(walk *k, uint32_t cp, size_t begin, size_t end)
{
    if (k->w->strip)
        return cad_units_add(k->units, k->w->unicode, cp, begin, end);
    return cad_units_add_whole(k->units, cp, begin, end);
}

cad_status cad_wordpiece_encode(const cad_tokenizer *t, cad_word *work, const char *text, size_t len, size_t base, cad_ids *out,
                                cad_spans *spans)
{
    const cad_wordpiece *w = t->wordpiece;
    walk k;
    k.t = t;
    k.w = w;
    k.units = &work->units;
    k.base = base;
    k.out = out;
    k.spans = spans;
    k.word.n = 0;
    k.units->n = 0;
    for (size_t at = 0; at < len;) {
        unsigned n;
        uint32_t cp = cad_chars_decode((const unsigned char *)text + at, &n);
        unsigned bits = cad_chars_of(w->chars, cp);
        size_t end = at + n;
        if (w->clean && (bits & (REMOVED | BLANK))) {
            if (bits & BLANK)
                CAD_TRY(end_stretch(&k));
        } else if (cp == ' ') {
            CAD_TRY(end_stretch(&k));
        } else if (w->chinese && (bits & CJK)) {
            CAD_TRY(end_stretch(&k));
            CAD_TRY(add_unit(&k, cp, at, end));
            CAD_TRY(end_stretch(&k));
        } else {
            CAD_TRY(add_unit(&k, cp, at, end));
        }
        at = end;
    }
    return end_stretch(&k);
}

void cad_word_deinit(cad_word *w)
{
    cad_units_deinit(&w->units);
}

/* ---- decoding ---- */

/* What the library's clean-up writes otherwise, in its order; each within one piece and the blank before it. */
static cad_status add_cleaned(const char *piece, size_t len, cad_buf *out)
{
    static const char *const pairs[][2] = {{" .", "."},   {" ?", "?"},     {" !", "!"},    {" ,", ","},
                                           {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},  {" do not", " don't"},
                                           {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
    cad_buf a = CAD_BUF_INIT, b = CAD_BUF_INIT;
    cad_status s = cad_buf_add(&a, piece, len);
    for (size_t i = 0; s == CAD_OK && i < COUNT(pairs); i++) {
        const char *p = a.data, *hit;
        cad_buf_clear(&b);
        for (; s == CAD_OK && (hit = strstr(p, pairs[i][0])); p = hit + strlen(pairs[i][0])) {
            s = cad_buf_add(&b, p, (size_t)(hit - p));
            if (s == CAD_OK)
                s = cad_buf_str(&b, pairs[i][1]);
        }
        if (s == CAD_OK)
            s = cad_buf_str(&b, p);
        cad_buf last = a;
        a = b;
        b = last;
    }
    if (s == CAD_OK)
        s = cad_buf_add(out, cad_buf_cstr(&a), a.len);
    cad_buf_deinit(&a);
    cad_buf_deinit(&b);
    return s;
}

cad_status cad_wordpiece_decode(const cad_tokenizer *t, const uint32_t *id, size_t n, bool skip_special, cad_buf *out)
{
    const cad_wordpiece *w = t->wordpiece;
    size_t prefix = strlen(w->prefix);
    cad_buf one = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    bool first = true;
    for (size_t i = 0; s == CAD_OK && i < n; i++) {
        if (skip_special && cad_tokenizer_is_special(t, id[i]))
            continue;
        size_t len;
        const char *bytes = cad_tokenizer_bytes(t, id[i], &len);
        bool inner = !first && prefix && len >= prefix && !memcmp(bytes, w->prefix, prefix);
        cad_buf_clear(&one);
        if (!first && !inner)
            s = cad_buf_str(&one, " ");
        if (s == CAD_OK)
            s = cad_buf_add(&one, bytes + (inner ? prefix : 0), len - (inner ? prefix : 0));
        if (s == CAD_OK)
            s = w->cleanup ? add_cleaned(cad_buf_cstr(&one), one.len, out) : cad_buf_add(out, cad_buf_cstr(&one), one.len);
        first = false;
    }
    cad_buf_deinit(&one);
    return s;
}

/* ---- the file ---- */

static const json_t *stage(const json_t *o, const char *name, const char *type)
{
    const json_t *v = json_object_get(o, name);
    const char *found = json_string_value(json_object_get(v, "type"));
    return found && !strcmp(found, type) ? v : NULL;
}

static bool is_on(const json_t *o, const char *key)
{
    return json_is_true(json_object_get(o, key));
}

static cad_status create_chars(cad_wordpiece *w)
{
    uint32_t(*row)[2];
    CAD_TRY(cad_mem_alloc(BERT_LOWER_COUNT * sizeof *row, "capitals", &row));
    size_t n = 0;
    for (size_t i = 0; i < COUNT(BERT_LOWER); i++) {
        for (int32_t cp = BERT_LOWER[i][0]; cp <= BERT_LOWER[i][1]; cp += BERT_LOWER[i][2]) {
            row[n][0] = row[n][1] = (uint32_t)cp;
            n++;
        }
    }
    const cad_char_set sets[] = {{BERT_REMOVED, COUNT(BERT_REMOVED), REMOVED},
                                 {BERT_BLANK, COUNT(BERT_BLANK), BLANK},
                                 {BERT_MARK, COUNT(BERT_MARK), MARK},
                                 {BERT_PUNCTUATION, COUNT(BERT_PUNCTUATION), PUNCTUATION},
                                 {BERT_CJK, COUNT(BERT_CJK), CJK},
                                 {(const uint32_t(*)[2])row, n, CAPITAL}};
    cad_status s = cad_chars_create(sets, COUNT(sets), &w->chars);
    cad_mem_free(row);
    return s == CAD_OK ? cad_chars_create(cad_unicode_sets, CAD_UNICODE_SET_COUNT, &w->unicode) : s;
}

static cad_status read_parts(cad_wordpiece *w, const json_t *o, const char *where)
{
    const json_t *normal = stage(o, "normalizer", "BertNormalizer"), *model = json_object_get(o, "model");
    const json_t *decoder = stage(o, "decoder", "WordPiece"), *strip = json_object_get(normal, "strip_accents");
    if (!normal)
        CAD_FAIL(CAD_EREFUSED, "%s: a WordPiece model needs the normalizer BertNormalizer", where);
    if (!stage(o, "pre_tokenizer", "BertPreTokenizer"))
        CAD_FAIL(CAD_EREFUSED, "%s: a WordPiece model needs the pre_tokenizer BertPreTokenizer", where);
    if (!decoder)
        CAD_FAIL(CAD_EREFUSED, "%s: a WordPiece model needs the decoder WordPiece", where);
    w->clean = is_on(normal, "clean_text");
    w->chinese = is_on(normal, "handle_chinese_chars");
    w->lower = is_on(normal, "lowercase");
    w->strip = json_is_boolean(strip) ? json_is_true(strip) : w->lower;
    w->cleanup = is_on(decoder, "cleanup");
    const json_t *most = json_object_get(model, "max_input_chars_per_word");
    if (!json_is_integer(most) || json_integer_value(most) < 1 || json_integer_value(most) > CAD_WORDPIECE_MAX_CHARS)
        CAD_FAIL(CAD_EDATA, "%s: max_input_chars_per_word: expected an integer from 1 to %d", where, CAD_WORDPIECE_MAX_CHARS);
    w->max_chars = (int)json_integer_value(most);
    const json_t *prefix = json_object_get(model, "continuing_subword_prefix");
    const char *text = json_string_value(prefix), *other = json_string_value(json_object_get(decoder, "prefix"));
    if (!text || json_string_length(prefix) > CAD_WORDPIECE_MAX_PREFIX || !other || strcmp(text, other) != 0)
        CAD_FAIL(CAD_EDATA, "%s: continuing_subword_prefix: expected at most %d bytes, the same as the decoder's prefix", where,
                 CAD_WORDPIECE_MAX_PREFIX);
    memcpy(w->prefix, text, strlen(text) + 1);
    return create_chars(w);
}

cad_status cad_wordpiece_create(const json_t *o, const char *where, cad_wordpiece **out)
{
    cad_wordpiece *w;
    CAD_TRY(cad_mem_alloc(sizeof *w, "WordPiece", &w));
    cad_status s = read_parts(w, o, where);
    if (s != CAD_OK) {
        cad_wordpiece_destroy(w);
        return s;
    }
    *out = w;
    return CAD_OK;
}

cad_status cad_wordpiece_bind(cad_wordpiece *w, const cad_tokenizer *t, const json_t *o, const char *where)
{
    const json_t *name = json_object_get(json_object_get(o, "model"), "unk_token");
    const char *text = json_string_value(name);
    int64_t id = text ? cad_tokenizer_find(t, text, json_string_length(name)) : -1;
    if (id < 0 || !(t->flags[id] & CAD_TOKEN_MODEL))
        CAD_FAIL(CAD_EDATA, "%s: unk_token is not in the vocabulary", where);
    w->unknown = (uint32_t)id;
    for (uint32_t i = 0; i < t->n; i++) {
        size_t len = t->off[i + 1] - t->off[i];
        w->longest = len > w->longest ? len : w->longest;
    }
    return CAD_OK;
}

void cad_wordpiece_destroy(cad_wordpiece *w)
{
    if (!w)
        return;
    cad_chars_destroy(w->chars);
    cad_chars_destroy(w->unicode);
    cad_mem_free(w);
}
