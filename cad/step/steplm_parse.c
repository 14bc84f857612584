#include "cad/step/steplm_impl.h"

#include "core/size.h"

const char *cad_steplm_type_name(steplm_type t)
{
    static const char *const name[] = {"",
#define X(type) #type,
                                       STEPLM_TYPES(X)
#undef X
    };
    return name[t];
}

static steplm_type type_of(steplm_span name)
{
#define X(type)                                                                                                                \
    if (name.len == sizeof #type - 1 && !memcmp(name.s, #type, sizeof #type - 1))                                              \
        return STEPLM_##type;
    STEPLM_TYPES(X)
#undef X
    return STEPLM_OTHER;
}

/* An upper-case keyword at `at`, and what stands behind it and blanks; len + 1: none. */
static size_t behind_keyword(const char *text, size_t at, size_t len, steplm_span *out)
{
    size_t p = at;
    while (p < len && ((text[p] >= 'A' && text[p] <= 'Z') || text[p] == '_' || (p > at && cad_steplm_is_digit(text[p]))))
        p++;
    *out = (steplm_span){text + at, p - at};
    return p > at ? cad_steplm_skip_blanks(text, p, len) : len + 1;
}

/* The next # digits blanks = of the line from `at` on: what stands behind it and blanks, and *out_id; SIZE_MAX: none.  A line
 * is all from # to its semicolon; the entity in it may begin at a later #, where the first has no type. */
static size_t next_definition(steplm_span line, size_t at, uint64_t *out_id)
{
    while ((at = cad_steplm_find_char(line.s, at, line.len, '=')) < line.len) {
        size_t id = at, end;
        while (id > 0 && cad_steplm_is_blank(line.s[id - 1]))
            id--;
        while (id > 0 && cad_steplm_is_digit(line.s[id - 1]))
            id--;
        at++;
        if (id > 0 && cad_steplm_id(line.s, id - 1, line.len, out_id, &end))
            return cad_steplm_skip_blanks(line.s, at, line.len);
    }
    return SIZE_MAX;
}

static bool complex_line(steplm_span line)
{
    uint64_t id;
    for (size_t p = 0; (p = next_definition(line, p, &id)) != SIZE_MAX;)
        if (line.s[p] == '(')
            return true;
    return false;
}

/* The entity must stand on one line, but for blanks behind the =. */
static bool complex_id(steplm_span line, uint64_t *out)
{
    const char *feed = memrchr(line.s, '\n', line.len);
    size_t from = feed ? (size_t)(feed - line.s) + 1 : 0;
    for (size_t p = 0; (p = next_definition(line, p, out)) != SIZE_MAX;) {
        size_t entity = p;
        if (p == line.len - 1 && line.s[p - 1] != '=') /* nothing but blanks: the last of them is the entity */
            entity--;
        if (entity >= from && entity < line.len - 1)
            return true;
    }
    return false;
}

static bool simple_id(steplm_span line, uint64_t *out, steplm_span *type)
{
    size_t last = line.len - 1; /* of the semicolon */
    while (last > 0 && cad_steplm_is_blank(line.s[last - 1]))
        last--;
    if (last == 0 || line.s[last - 1] != ')')
        return false;
    for (size_t p = 0; (p = next_definition(line, p, out)) != SIZE_MAX;) {
        size_t open = behind_keyword(line.s, p, line.len, type);
        if (open < last - 1 && line.s[open] == '(')
            return true;
    }
    return false;
}

/* What stands in the brackets of a simple line; empty: nothing, or no brackets. */
static steplm_span params_of(steplm_span line)
{
    steplm_span type;
    size_t last = line.len - 1;
    while (last > 0 && cad_steplm_is_blank(line.s[last - 1]))
        last--;
    for (size_t at = 0; (at = cad_steplm_find_char(line.s, at, line.len, '=')) < line.len; at++) {
        size_t p = behind_keyword(line.s, cad_steplm_skip_blanks(line.s, at + 1, line.len), line.len, &type);
        if (p + 2 < last && line.s[p] == '(')
            return (steplm_span){line.s + p + 1, last - 1 - (p + 1)};
    }
    return (steplm_span){line.s, 0};
}

/* The next line of data[*at..): from a # with digits and = to the next semicolon, with something between.  *out_equals: where
 * its first = stands, *out_id the id in front of that. */
static bool next_line(steplm_span data, size_t *at, steplm_span *out, size_t *out_equals, uint64_t *out_id)
{
    for (size_t k = *at; (k = cad_steplm_find_char(data.s, k, data.len, '#')) < data.len; k++) {
        uint64_t id;
        size_t p;
        if (!cad_steplm_id(data.s, k, data.len, &id, &p))
            continue;
        p = cad_steplm_skip_blanks(data.s, p, data.len);
        if (p >= data.len || data.s[p] != '=')
            continue;
        size_t end = cad_steplm_find_char(data.s, p + 1, data.len, ';');
        if (end == data.len)
            return false;
        if (end == p + 1)
            continue;
        *out = (steplm_span){data.s + k, end + 1 - k};
        *at = end + 1;
        *out_equals = p - k;
        *out_id = id;
        return true;
    }
    return false;
}

/* What a line defines. */
typedef struct definition {
    uint64_t id;
    bool complex_;
    steplm_type type;
    steplm_span params;
} definition;

/* Of a line that the general rules below may see otherwise, as it holds a second =; false: it defines nothing. */
static bool read_any(steplm_span line, definition *d)
{
    steplm_span type;
    d->complex_ = complex_line(line);
    if (d->complex_)
        return complex_id(line, &d->id);
    if (!simple_id(line, &d->id, &type))
        return false;
    d->type = type_of(type);
    d->params = params_of(line);
    return true;
}

/* The same in one pass where the line holds one =, as nearly all do.  With ids that need no hash (id_map.h) and digits without
 * a point passed over (steplm_round.c), 3.9 thousand files of 13 KB a second of a core became 9.0. */
static bool read_definition(steplm_span line, size_t equals, uint64_t first_id, definition *d)
{
    steplm_span type;
    size_t p = cad_steplm_skip_blanks(line.s, equals + 1, line.len), last = line.len - 1; /* of the semicolon */
    if (line.s[p] == '(' || cad_steplm_find_char(line.s, p, line.len, '=') < line.len)
        return read_any(line, d);
    while (last > p && cad_steplm_is_blank(line.s[last - 1]))
        last--;
    size_t open = behind_keyword(line.s, p, line.len, &type);
    if (open + 1 >= last || line.s[open] != '(' || line.s[last - 1] != ')')
        return false;
    *d = (definition){.id = first_id, .type = type_of(type), .params = {line.s + open + 1, last - 2 - open}};
    return true;
}

/* The node of an id; it is made when it is new. */
static cad_status node_of(steplm_file *f, uint64_t id, uint32_t *out)
{
    if (id == UINT64_MAX)
        CAD_FAIL(CAD_EDATA, "an id of more than 19 digits");
    uint32_t *slot = cad_id_map_at(&f->index, id);
    if (*slot == UINT32_MAX) {
        *slot = f->n;
        f->node[f->n++] = (steplm_node){.id = id};
    }
    *out = *slot;
    return CAD_OK;
}

static cad_status read_entities(steplm_file *f, steplm_span data)
{
    size_t at = 0, equals;
    uint64_t first_id;
    for (steplm_span line; next_line(data, &at, &line, &equals, &first_id);) {
        uint32_t lead = 0, k = 0;
        definition d = {0};
        if (!read_definition(line, equals, first_id, &d))
            continue;
        CAD_TRY(node_of(f, first_id, &lead));
        CAD_TRY(node_of(f, d.id, &k));
        steplm_node *n = &f->node[k];
        if (d.complex_) {
            n->complex_ = line;
        } else {
            n->simple = line;
            n->type = d.type;
            n->params = d.params;
        }
        if (!d.complex_ || !n->simple.s)
            n->lead = lead;
    }
    return CAD_OK;
}

/* Defined ids of `text` but n's own, behind those there are. */
static void add_refs(steplm_file *f, steplm_node *n, steplm_span text)
{
    for (size_t at = 0; (at = cad_steplm_find_char(text.s, at, text.len, '#')) < text.len;) {
        uint64_t id;
        if (!cad_steplm_id(text.s, at, text.len, &id, &at)) {
            at++;
            continue;
        }
        if (id == UINT64_MAX || id == n->id)
            continue;
        uint32_t to = *cad_id_map_at(&f->index, id);
        if (to == UINT32_MAX || !cad_steplm_is_defined(&f->node[to]))
            continue;
        f->refs[f->n_refs++] = to;
        f->node[to].referenced = true;
    }
}

static void read_refs(steplm_file *f)
{
    for (uint32_t i = 0; i < f->n; i++) {
        steplm_node *n = &f->node[i];
        n->param_first = f->n_refs;
        if (n->simple.s)
            add_refs(f, n, n->params);
        n->param_count = f->n_refs - n->param_first;
        n->first = n->param_first;
        n->count = n->param_count;
        if (!n->complex_.s)
            continue;
        uint32_t first = f->n_refs;
        add_refs(f, n, n->complex_);
        if (!n->simple.s) {
            n->first = first;
            n->count = f->n_refs - first;
        }
    }
}

cad_status cad_steplm_parse(steplm_span text, cad_arena *a, steplm_file *f)
{
    size_t begin = cad_steplm_find(text.s, 0, text.len, "ISO-10303-21;"), data = cad_steplm_find(text.s, 0, text.len, "DATA;");
    size_t head_end = cad_steplm_find(text.s, begin, text.len, "DATA;"),
           end = cad_steplm_find(text.s, data, text.len, "ENDSEC;");
    *f = (steplm_file){.arena = a};
    if (end == text.len)
        CAD_FAIL(CAD_EDATA, "no DATA section that ENDSEC; closes");
    if (head_end < text.len)
        f->header = (steplm_span){text.s + begin, head_end + 5 - begin};
    steplm_span body = {text.s + data + 5, end - data - 5};
    size_t lines = 1;
    for (size_t i = 0; (i = cad_steplm_find_char(body.s, i, body.len, ';')) < body.len; i++)
        lines++;
    size_t nodes = 2 * lines; /* a line may define another id than it begins with */
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(nodes, sizeof *f->node), "entities", &f->node));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_add(body.len / 2, 1), sizeof *f->refs), "references", &f->refs));
    CAD_TRY(cad_id_map_init(a, nodes, &f->index));
    CAD_TRY(read_entities(f, body));
    read_refs(f);
    return CAD_OK;
}
