/* Mutations: of bytes, of lines, of JSON values, of the parts of a safetensors file. */
#include "tests/robust/fuzz.h"

#include "tests/unit.h"

#include <jansson.h>

/* What parsers of numbers, strings, JSON, INI and binary heads may trip over. */
static const char *const piece[] = {"0",
                                    "-1",
                                    "1e999",
                                    "-0",
                                    "nan",
                                    "2147483647",
                                    "2147483648",
                                    "4294967296",
                                    "9223372036854775807",
                                    "9223372036854775808",
                                    "18446744073709551615",
                                    "1e-320",
                                    "0.1e",
                                    "\"",
                                    "\\",
                                    "\\u0000",
                                    "\\ud800",
                                    "\xC0\xAF",
                                    "\xED\xA0\x80",
                                    "\xEF\xBB\xBF",
                                    "\xFF",
                                    "{",
                                    "}",
                                    "[",
                                    "]",
                                    "[[[[[[[[",
                                    ":",
                                    ",",
                                    "=",
                                    ";",
                                    "#",
                                    "\n",
                                    "\r\n",
                                    "\t",
                                    " ",
                                    "null",
                                    "true",
                                    "{}",
                                    "[]",
                                    "\"\"",
                                    "${HOME}",
                                    "${",
                                    "..",
                                    "/",
                                    "{caption}",
                                    "{output}",
                                    "((((((((",
                                    "(?:a*)*"};
/* Values that may stand anywhere in JSON. */
static const char *const value[] = {"null",
                                    "true",
                                    "false",
                                    "0",
                                    "-1",
                                    "1",
                                    "7",
                                    "0.5",
                                    "-0.0",
                                    "1e308",
                                    "1e-320",
                                    "65536",
                                    "1000001",
                                    "2147483647",
                                    "2147483648",
                                    "4294967296",
                                    "281474976710656",
                                    "9223372036854775807",
                                    "-9223372036854775808",
                                    "\"\"",
                                    "\"a\"",
                                    "\"\\u0000\"",
                                    "\"a\\u0000b\"",
                                    "\"..\"",
                                    "\"../x.safetensors\"",
                                    "\"/proc/self/mem\"",
                                    "\"\\ud83d\\ude00\"",
                                    "\"\\u00a0\\u0130\\u212a\"",
                                    "\"(((((((((((((((((((\"",
                                    "\"(a*)*b|[^\\\\p{L}]{1,65535}\"",
                                    "\"1e999\"",
                                    "[]",
                                    "{}",
                                    "[[]]",
                                    "[{}]",
                                    "[0,0]",
                                    "[\"a\",\"a\"]",
                                    "{\"\":0}",
                                    "{\"type\":null}",
                                    "{\"a\":{\"b\":[1]}}"};
#define ANY(r, list) list[cad_rng_range(r, 0, (int64_t)(sizeof(list) / sizeof *(list)) - 1)]

static void add(cad_buf *b, const char *data, size_t len)
{
    ok(cad_buf_add(b, data, len));
}

/* 0..n - 1; 0 where n is 0. */
static size_t below(cad_rng *r, size_t n)
{
    return n ? (size_t)cad_rng_range(r, 0, (int64_t)n - 1) : 0;
}

static const cad_buf *any_seed(cad_rng *r, const fuzz_seeds *s)
{
    return &s->text[below(r, s->n)];
}

/* ---- bytes ---- */

static void mutate_bytes(cad_rng *r, const fuzz_seeds *others, const cad_buf *from, cad_buf *out)
{
    size_t at = below(r, from->len + 1), rest = from->len - at, len = below(r, (rest < 40 ? rest : 40) + 1);
    add(out, from->data, at);
    switch (cad_rng_range(r, 0, 6)) {
    case 0: { /* another byte, or another bit of it */
        unsigned char c = (unsigned char)cad_rng_u32(r);
        if (rest && cad_rng_chance(r, 0.5))
            c = (unsigned char)((unsigned char)from->data[at] ^ (1u << cad_rng_range(r, 0, 7)));
        add(out, (const char *)&c, 1);
        len = rest ? 1 : 0;
        break;
    }
    case 1: { /* a piece in the place of a part */
        const char *p = ANY(r, piece);
        add(out, p, strlen(p));
        len = len > 8 ? 0 : len;
        break;
    }
    case 2: /* a part twice */
        add(out, from->data + at, len);
        len = 0;
        break;
    case 3: { /* a part of another seed */
        const cad_buf *o = any_seed(r, others);
        size_t begin = below(r, o->len + 1), n = o->len - begin;
        add(out, o->data + begin, below(r, (n < 200 ? n : 200) + 1));
        break;
    }
    case 4: /* cut off */
        len = rest;
        break;
    case 5: { /* a number of a head */
        uint64_t v = cad_rng_chance(r, 0.5) ? (uint64_t)1 << cad_rng_range(r, 0, 63) : (uint64_t)cad_rng_range(r, 0, 70000);
        v -= cad_rng_chance(r, 0.5) ? 1 : 0;
        size_t n = rest < 8 ? rest : cad_rng_chance(r, 0.5) ? 8 : rest < 4 ? rest : 4;
        add(out, (const char *)&v, n);
        len = n;
        break;
    }
    default: /* taken out */
        break;
    }
    add(out, from->data + at + len, rest - len);
}

/* ---- lines ---- */

static size_t line_end(const cad_buf *b, size_t at)
{
    const char *lf = at < b->len ? memchr(b->data + at, '\n', b->len - at) : NULL;
    return lf ? (size_t)(lf - b->data) + 1 : b->len;
}

/* The begin of the line that holds byte `at`. */
static size_t line_begin(const cad_buf *b, size_t at)
{
    while (at > 0 && b->data[at - 1] != '\n')
        at--;
    return at;
}

/* A line of another place or seed instead of one, before it, or nothing instead of it. */
static void mutate_lines(cad_rng *r, const fuzz_seeds *others, const cad_buf *from, cad_buf *out)
{
    const cad_buf *o = cad_rng_chance(r, 0.5) ? from : any_seed(r, others);
    size_t begin = line_begin(from, below(r, from->len)), end = line_end(from, begin);
    size_t b = line_begin(o, below(r, o->len)), e = line_end(o, b);
    int64_t what = cad_rng_range(r, 0, 2);
    add(out, from->data, begin);
    if (what > 0)
        add(out, o->data + b, e - b);
    size_t on = what == 2 ? begin : end;
    add(out, from->data + on, from->len - on);
}

/* ---- JSON ---- */

static json_t *parse(const char *text, size_t len)
{
    return json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &(json_error_t){0});
}

/* A member of an object or of a list: where it stands. */
typedef struct slot {
    json_t *in;      /* NULL: there is none */
    const char *key; /* NULL: in a list */
    size_t at;
} slot;

/* A member of v, or one further down: each level has its share, however many there are below. */
static slot pick(cad_rng *r, json_t *v)
{
    slot s = {0};
    for (;;) {
        size_t n = json_is_array(v) ? json_array_size(v) : json_object_size(v), at = below(r, n);
        if (!n)
            return s;
        s = (slot){.in = v, .at = at};
        if (json_is_object(v)) {
            void *i = json_object_iter(v);
            for (; at > 0; at--)
                i = json_object_iter_next(v, i);
            s.key = json_object_iter_key(i);
        }
        v = s.key ? json_object_get(s.in, s.key) : json_array_get(s.in, s.at);
        if (cad_rng_chance(r, 0.3))
            return s;
    }
}

static json_t *held(const slot *s)
{
    return s->key ? json_object_get(s->in, s->key) : json_array_get(s->in, s->at);
}

static void hold(const slot *s, json_t *v)
{
    if (s->key)
        json_object_set_new(s->in, s->key, v);
    else
        json_array_set_new(s->in, s->at, v);
}

/* The same kind of value, a little another. */
static json_t *nudge(cad_rng *r, const json_t *v)
{
    if (json_is_integer(v)) {
        uint64_t x = (uint64_t)json_integer_value(v);
        const uint64_t to[] = {x + 1, x - 1, 2 * x, x / 2, x ^ (uint64_t)1 << cad_rng_range(r, 0, 62), 0 - x};
        return json_integer((json_int_t)ANY(r, to));
    }
    if (json_is_real(v)) {
        const double to[] = {-json_real_value(v), 1e-30, 1e30, 1.0, json_real_value(v) / 3};
        return json_real(ANY(r, to));
    }
    if (json_is_string(v)) {
        size_t n = json_string_length(v), at = below(r, n + 1);
        cad_buf b = CAD_BUF_INIT;
        add(&b, json_string_value(v), at);
        if (cad_rng_chance(r, 0.5))
            add(&b, &(char){(char)cad_rng_range(r, 1, 126)}, 1);
        if (cad_rng_chance(r, 0.03))
            for (int i = 0; i < 5000; i++)
                add(&b, "x", 1);
        size_t on = at + below(r, n - at + 1);
        add(&b, json_string_value(v) + on, n - on);
        json_t *s = json_stringn(cad_buf_cstr(&b), b.len); /* NULL where a character was cut: nothing changes */
        cad_buf_deinit(&b);
        return s;
    }
    return json_is_boolean(v) ? json_boolean(!json_is_true(v)) : json_deep_copy(v);
}

/* A member of another seed, or of the same. */
static json_t *foreign(cad_rng *r, const fuzz_seeds *others, json_t *root, char key[64])
{
    const cad_buf *o = any_seed(r, others);
    json_t *other = cad_rng_chance(r, 0.5) ? parse(cad_buf_cstr(o), o->len) : json_incref(root), *v = NULL;
    slot s = other ? pick(r, other) : (slot){0};
    if (s.in)
        v = json_deep_copy(held(&s));
    snprintf(key, 64, "%s", s.key ? s.key : "x");
    json_decref(other);
    return v ? v : json_null();
}

static void change(cad_rng *r, const fuzz_seeds *others, json_t *root)
{
    slot s = pick(r, root);
    if (!s.in)
        return;
    char name[64] = "";
    json_t *v;
    switch (cad_rng_range(r, 0, 8)) {
    case 0: /* an odd value */
    case 1: {
        const char *text = ANY(r, value);
        hold(&s, parse(text, strlen(text)));
        break;
    }
    case 2:
    case 3:
        hold(&s, nudge(r, held(&s)));
        break;
    case 4: /* what stands elsewhere */
        v = foreign(r, others, root, name);
        hold(&s, v);
        break;
    case 5: /* beside it what stands elsewhere */
        v = foreign(r, others, root, name);
        if (s.key)
            json_object_set_new(s.in, name, v);
        else
            json_array_insert_new(s.in, s.at, v);
        break;
    case 6: /* a list or an object around it */
        v = json_incref(held(&s));
        hold(&s, cad_rng_chance(r, 0.5) ? json_pack("[o]", v) : json_pack("{s:o}", "a", v));
        break;
    case 7: /* another name for it */
        if (s.key) {
            v = json_incref(held(&s));
            snprintf(name, sizeof name, "%.60s%s", s.key, cad_rng_chance(r, 0.5) ? "x" : "");
            size_t at = below(r, strlen(name));
            name[at] = (char)(name[at] ^ 1);
            json_object_del(s.in, s.key);
            json_object_set_new(s.in, name, v);
            break;
        }    /* fallthrough */
    default: /* gone */
        if (s.key)
            json_object_del(s.in, s.key);
        else
            json_array_remove(s.in, s.at);
    }
}

/* Rarely a name twice, which the tree cannot hold: the first member once more in front. */
static void print(cad_rng *r, const json_t *root, cad_buf *out)
{
    size_t flags = JSON_ENCODE_ANY | (cad_rng_chance(r, 0.5) ? JSON_COMPACT : JSON_INDENT(1)) |
                   (cad_rng_chance(r, 0.1) ? JSON_ENSURE_ASCII : 0);
    char *text = json_dumps(root, flags);
    const char *key = NULL;
    json_t *v;
    if (text && json_is_object(root) && cad_rng_chance(r, 0.02)) {
        json_object_foreach((json_t *)(uintptr_t)root, key, v)
        {
            if (cad_rng_chance(r, 0.3))
                break;
        }
        v = key ? json_pack("{s:O}", key, json_object_get(root, key)) : NULL;
        char *first = v ? json_dumps(v, JSON_COMPACT) : NULL;
        if (first) {
            add(out, first, strlen(first) - 1);
            add(out, ",", 1);
            add(out, text + 1, strlen(text) - 1);
            free(first);
            free(text);
            text = NULL;
        }
        json_decref(v);
    }
    if (text)
        add(out, text, strlen(text));
    free(text);
}

static bool mutate_json(cad_rng *r, const fuzz_seeds *others, const cad_buf *from, cad_buf *out)
{
    json_t *root = parse(cad_buf_cstr(from), from->len);
    if (!root)
        return false;
    change(r, others, root);
    print(r, root, out);
    json_decref(root);
    return true;
}

static bool mutate_json_line(cad_rng *r, const fuzz_seeds *others, const cad_buf *from, cad_buf *out)
{
    size_t begin = line_begin(from, below(r, from->len)), end = line_end(from, begin);
    json_t *root = parse(from->data + begin, end - begin);
    if (!root)
        return false;
    change(r, others, root);
    char *text = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(root);
    add(out, from->data, begin);
    if (text)
        add(out, text, strlen(text));
    free(text);
    add(out, "\n", 1);
    add(out, from->data + end, from->len - end);
    return true;
}

/* ---- safetensors: u64 n, n bytes of JSON, data ---- */

static bool mutate_safetensors(cad_rng *r, const fuzz_seeds *others, const cad_buf *from, cad_buf *out)
{
    static const uint64_t odd[] = {0,         1,         7, 8, 100000000, 100000001, (uint64_t)1 << 31, (uint64_t)1 << 32,
                                   INT64_MAX, UINT64_MAX};
    uint64_t n = 0;
    if (from->len >= 8)
        memcpy(&n, from->data, 8);
    if (from->len < 8 || n > from->len - 8)
        return false;
    cad_buf head = CAD_BUF_INIT, next = CAD_BUF_INIT;
    add(&head, from->data + 8, (size_t)n);
    const char *data = from->data + 8 + n;
    size_t held_bytes = from->len - 8 - (size_t)n, bytes = held_bytes;
    int64_t what = cad_rng_range(r, 0, 9);
    if (what < 7) {
        json_t *root = parse(cad_buf_cstr(&head), head.len);
        if (root && what < 5) {
            for (int64_t k = cad_rng_range(r, 1, 2); k > 0; k--)
                change(r, others, root);
            print(r, root, &next);
        } else {
            mutate_bytes(r, others, &head, &next);
        }
        json_decref(root);
        for (int64_t k = cad_rng_range(r, -8, 8); k > 0; k--)
            add(&next, " ", 1);
    } else {
        add(&next, cad_buf_cstr(&head), head.len);
    }
    if (what == 7)
        bytes = below(r, bytes + 1);
    uint64_t says = next.len;
    if (what == 8)
        says = cad_rng_chance(r, 0.5) ? ANY(r, odd) : says + (uint64_t)cad_rng_range(r, 0, 16) - 8;
    add(out, (const char *)&says, 8);
    add(out, cad_buf_cstr(&next), next.len);
    add(out, data, bytes);
    if (what == 9)
        add(out, data, below(r, held_bytes + 1));
    cad_buf_deinit(&head);
    cad_buf_deinit(&next);
    return true;
}

void fuzz_mutate(cad_rng *r, fuzz_kind kind, const fuzz_seeds *others, const cad_buf *from, cad_buf *out)
{
    cad_buf next = CAD_BUF_INIT;
    cad_buf_clear(out);
    add(out, cad_buf_cstr(from), from->len);
    for (int64_t n = cad_rng_range(r, 1, 4); n > 0; n--) {
        bool done = false;
        cad_buf_clear(&next);
        if (cad_rng_chance(r, 0.6))
            switch (kind) {
            case FUZZ_TEXT:
                mutate_lines(r, others, out, &next);
                done = true;
                break;
            case FUZZ_JSON:
                done = mutate_json(r, others, out, &next);
                break;
            case FUZZ_JSON_LINES:
                done = cad_rng_chance(r, 0.3) ? (mutate_lines(r, others, out, &next), true)
                                              : mutate_json_line(r, others, out, &next);
                break;
            case FUZZ_SAFETENSORS:
                done = mutate_safetensors(r, others, out, &next);
            }
        if (!done)
            mutate_bytes(r, others, out, &next);
        cad_buf swap = *out;
        *out = next;
        next = swap;
    }
    cad_buf_deinit(&next);
}
