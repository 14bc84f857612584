#include "cad/step/steplm_topo_impl.h"

#include "core/size.h"

#include <inttypes.h>

/* ---- lines and blocks ---- */

static steplm_span trimmed(steplm_span t)
{
    while (t.len > 0 && cad_steplm_is_blank(t.s[0])) {
        t.s++;
        t.len--;
    }
    while (t.len > 0 && cad_steplm_is_blank(t.s[t.len - 1]))
        t.len--;
    return t;
}

static bool is_line(steplm_span line, const char *word)
{
    line = trimmed(line);
    if (line.len != strlen(word))
        return false;
    for (size_t i = 0; i < line.len; i++) {
        char c = line.s[i] >= 'a' && line.s[i] <= 'z' ? (char)(line.s[i] - 'a' + 'A') : line.s[i];
        if (c != word[i])
            return false;
    }
    return true;
}

typedef struct sections {
    size_t data, end; /* where the lines of the DATA section begin, and where its ENDSEC; does */
    uint32_t blocks;  /* lines with a semicolon in it */
} sections;

static cad_status find_sections(steplm_span text, sections *out)
{
    bool in_data = false, open = false;
    *out = (sections){0};
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        steplm_span line = cad_steplm_next_line(text.s, &at, text.len);
        if (!in_data) {
            in_data = is_line(line, "DATA;");
            out->data = at;
        } else if (is_line(line, "ENDSEC;")) {
            out->end = from;
            return open ? cad_fail(CAD_EDATA, "the last line of the DATA section holds no semicolon") : CAD_OK;
        } else {
            bool closes = memchr(line.s, ';', line.len) != NULL;
            out->blocks += closes;
            open = !closes;
        }
    }
    CAD_FAIL(CAD_EDATA, "no %s on a line of its own", in_data ? "ENDSEC; behind DATA;" : "DATA;");
}

/* The type behind the first = that blanks, a word of upper case and a blank or ( follow. */
static steplm_span type_of(steplm_span text)
{
    for (size_t at = 0; (at = cad_steplm_find_char(text.s, at, text.len, '=')) < text.len;) {
        size_t from = cad_steplm_skip_blanks(text.s, ++at, text.len), p = from;
        while (p < text.len && ((text.s[p] >= 'A' && text.s[p] <= 'Z') || cad_steplm_is_digit(text.s[p]) || text.s[p] == '_'))
            p++;
        if (p > from && p < text.len && (text.s[p] == '(' || cad_steplm_is_blank(text.s[p])))
            return (steplm_span){text.s + from, p - from};
    }
    return (steplm_span){text.s, 0};
}

static cad_status add_block(topo_graph *g, steplm_span text, uint32_t order)
{
    uint64_t id;
    size_t p = cad_steplm_skip_blanks(text.s, 0, text.len);
    bool good = cad_steplm_id(text.s, p, text.len, &id, &p);
    p = good ? cad_steplm_skip_blanks(text.s, p, text.len) : p;
    if (!good || p == text.len || text.s[p] != '=') {
        steplm_span begin = trimmed(text);
        CAD_FAIL(CAD_EDATA, "'%.*s' begins with no #n =", begin.len < 40 ? (int)begin.len : 40, begin.s);
    }
    if (id == UINT64_MAX)
        CAD_FAIL(CAD_EDATA, "an id of more than 19 digits");
    uint32_t *at = cad_id_map_at(&g->index, id);
    if (*at == UINT32_MAX)
        *at = g->n++;
    topo_node *n = &g->node[*at];
    *n = (topo_node){.id = id, .text = text, .type = type_of(text), .order = order};
    return CAD_OK;
}

static cad_status read_blocks(topo_graph *g, steplm_span text, const sections *of)
{
    uint32_t order = 0;
    CAD_TRY(cad_arena_zalloc(g->arena, cad_size_add(of->blocks, 1), sizeof *g->node, "order of a STEP file", &g->node));
    CAD_TRY(cad_id_map_init(g->arena, of->blocks, &g->index));
    for (size_t at = of->data, from = at; at < of->end;) {
        steplm_span line = cad_steplm_next_line(text.s, &at, text.len);
        if (!memchr(line.s, ';', line.len))
            continue;
        CAD_TRY(add_block(g, (steplm_span){text.s + from, at - from}, order++));
        from = at;
    }
    return CAD_OK;
}

/* ---- references ---- */

/* The next #n that =, a comma or ( and blanks precede, from *at on, which moves behind it; strings between two apostrophes are
 * passed over where `strings` says so.  *out_mark is its #. */
static bool next_reference(steplm_span t, bool strings, size_t *at, size_t *out_mark, uint64_t *out_id)
{
    for (size_t p = *at; p < t.len; p++) {
        char c = t.s[p];
        if (c == '\'' && strings) {
            size_t end = cad_steplm_find_char(t.s, p + 1, t.len, '\'');
            p = end < t.len ? end : p;
            continue;
        }
        if (c != '=' && c != ',' && c != '(')
            continue;
        size_t mark = cad_steplm_skip_blanks(t.s, p + 1, t.len);
        if (!cad_steplm_id(t.s, mark, t.len, out_id, at) || (*at < t.len && cad_steplm_is_word(t.s, *at, t.len)))
            continue;
        *out_mark = mark;
        return true;
    }
    return false;
}

/* What each node refers to, each once; seen[i] is 1 + the node that named i last. */
static cad_status read_references(topo_graph *g, steplm_span text)
{
    uint32_t *seen, n = 0;
    size_t most = 0;
    for (const char *c = text.s; (c = memchr(c, '#', (size_t)(text.s + text.len - c))) != NULL; c++)
        most++;
    CAD_TRY(cad_arena_zalloc(g->arena, g->n, sizeof *seen, "order of a STEP file", &seen));
    CAD_TRY(cad_arena_alloc(g->arena, cad_size_mul(most, sizeof *g->to), "order of a STEP file", &g->to));
    for (uint32_t i = 0; i < g->n; i++) {
        size_t at = 0, mark;
        uint64_t id;
        g->node[i].first = n;
        while (next_reference(g->node[i].text, true, &at, &mark, &id)) {
            uint32_t to = *cad_id_map_at(&g->index, id);
            if (to == UINT32_MAX || to == i || seen[to] == i + 1)
                continue;
            seen[to] = i + 1;
            g->to[n++] = to;
        }
    }
    g->node[g->n].first = n;
    return CAD_OK;
}

/* ---- new ids ---- */

static cad_status add_number(topo_graph *g, uint64_t id, cad_buf *out)
{
    uint32_t at = *cad_id_map_at(&g->index, id);
    return cad_buf_printf(out, "#%" PRIu64, at == UINT32_MAX ? id : (uint64_t)g->node[at].number);
}

/* Those at the beginning of lines, blanks and lines of them included, that = follows. */
static cad_status renumber_lines(topo_graph *g, steplm_span t, cad_buf *out)
{
    size_t from = 0;
    for (size_t line = 0; line < t.len;) {
        uint64_t id;
        size_t mark = cad_steplm_skip_blanks(t.s, line, t.len), end, p;
        if (cad_steplm_id(t.s, mark, t.len, &id, &end) && (p = cad_steplm_skip_blanks(t.s, end, t.len)) < t.len &&
            t.s[p] == '=' && *cad_id_map_at(&g->index, id) != UINT32_MAX) {
            CAD_TRY(cad_buf_add(out, t.s + from, mark - from));
            CAD_TRY(add_number(g, id, out));
            from = end;
            mark = p;
        }
        line = cad_steplm_find_char(t.s, mark, t.len, '\n') + 1; /* the lines up to it are blank: they lead there too */
    }
    return cad_buf_add(out, t.s + from, t.len - from);
}

static cad_status renumber_references(topo_graph *g, steplm_span t, cad_buf *out)
{
    size_t at = 0, from = 0, mark;
    uint64_t id;
    while (next_reference(t, false, &at, &mark, &id)) {
        if (id == UINT64_MAX) /* it names nothing */
            continue;
        CAD_TRY(cad_buf_add(out, t.s + from, mark - from));
        CAD_TRY(add_number(g, id, out));
        from = at;
    }
    return cad_buf_add(out, t.s + from, t.len - from);
}

static cad_status print(topo_graph *g, const uint32_t *order, steplm_span text, const sections *of, cad_buf *out)
{
    cad_buf block = CAD_BUF_INIT;
    cad_status s = cad_buf_reserve(out, text.len);
    if (s == CAD_OK)
        s = cad_buf_add(out, text.s, of->data);
    for (uint32_t k = 0; s == CAD_OK && k < g->n; k++) {
        cad_buf_clear(&block);
        s = renumber_lines(g, g->node[order[k]].text, &block);
        if (s == CAD_OK) /* numbers that stand behind a mark at the end of a line before are replaced again, as there */
            s = renumber_references(g, (steplm_span){block.data, block.len}, out);
    }
    cad_buf_deinit(&block);
    return s == CAD_OK ? cad_buf_add(out, text.s + of->end, text.len - of->end) : s;
}

static cad_status order_text(cad_arena *a, steplm_span text, cad_steplm_group group, cad_buf *out)
{
    topo_graph g = {.arena = a};
    sections of;
    uint32_t *order;
    CAD_TRY(find_sections(text, &of));
    CAD_TRY(read_blocks(&g, text, &of));
    CAD_TRY(read_references(&g, text));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(g.n, sizeof *order), "order of a STEP file", &order));
    CAD_TRY(cad_steplm_topo_sort(&g, group, order));
    return print(&g, order, text, &of, out);
}

cad_status cad_steplm_topo(cad_arena *a, const char *text, size_t len, cad_steplm_group group, cad_buf *out)
{
    cad_buf lines = CAD_BUF_INIT;
    cad_frame mark = cad_arena_mark(a);
    steplm_span whole = {text, len};
    cad_status s = cad_steplm_read_text(&whole, STEPLM_DROP, &lines);
    if (s == CAD_OK)
        s = order_text(a, whole, group, out);
    cad_buf_deinit(&lines);
    cad_arena_rewind(a, mark);
    return s;
}
