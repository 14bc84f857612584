#include "cad/ir/ir_parse.h"
#include "core/size.h"

#include <stdio.h>
#include <string.h>

bool cad_ir_next_line(cad_ir_parser *p)
{
    p->line_no++;
    if (p->next >= p->end) {
        p->line = (cad_line){p->end, p->end, 0, 0};
        return false;
    }
    const char *eol = memchr(p->next, '\n', (size_t)(p->end - p->next));
    size_t len = (size_t)((eol ? eol : p->end) - p->next);
    size_t drop = eol && len && p->next[len - 1] == '\r';
    p->line = cad_lex_trim(p->next, len - drop);
    p->next = eol ? eol + 1 : p->end;
    return true;
}

cad_status cad_ir_error_at(cad_ir_parser *p, const char *at, int32_t node, const char *code, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    p->ir->ok = false;
    cad_place place = {p->line_no, cad_lex_column(p->line, at), node};
    return cad_diags_add(p->diags, CAD_SEVERITY_error, code, place, "%s", text);
}

cad_status cad_ir_error_token(cad_ir_parser *p, const cad_token *t, int32_t node, const char *code, const char *what,
                              const char *tail)
{
    cad_buf shown = CAD_BUF_INIT;
    cad_status s = cad_diag_visible(&shown, t->s, t->len);
    if (s == CAD_OK) {
        p->ir->ok = false;
        cad_place place = {p->line_no, cad_lex_column(p->line, t->s), node};
        s = cad_diags_add(p->diags, CAD_SEVERITY_error, code, place, "%s: %s%s", what, cad_buf_cstr(&shown), tail);
    }
    cad_buf_deinit(&shown);
    return s;
}

cad_status cad_ir_take_number(cad_ir_parser *p, const cad_token *t, int32_t node, double *out, bool *good)
{
    *good = cad_lex_number(t, p->ir->dialect, out);
    return *good ? CAD_OK : cad_ir_error_token(p, t, node, "bad-number", "invalid number", "");
}

cad_status cad_ir_take_ref(cad_ir_parser *p, const cad_token *t, int32_t node, uint64_t *out, bool *good)
{
    *good = cad_lex_unsigned(t, UINT64_MAX, out);
    return *good ? CAD_OK : cad_ir_error_token(p, t, node, "bad-ref", "invalid node id", "");
}

cad_status cad_ir_take_count(cad_ir_parser *p, const cad_token *t, int32_t node, uint64_t *out, bool *good)
{
    *good = cad_lex_unsigned(t, UINT32_MAX, out);
    return *good ? CAD_OK : cad_ir_error_token(p, t, node, "bad-count", "invalid integer", "");
}

cad_status cad_ir_take_text(cad_ir_parser *p, const cad_token *t, int32_t node, const char **out, bool *good)
{
    CAD_TRY(cad_lex_text(t, p->ir->dialect, p->arena, out, good));
    return *good ? CAD_OK : cad_ir_error_token(p, t, node, "bad-number", "invalid text", "");
}

/* ---- geometry ---- */

static cad_ir_node *add_node(cad_ir_parser *p, cad_ir_op op)
{
    cad_ir *ir = p->ir;
    cad_ir_node *n = &ir->node[ir->n_nodes];
    *n = (cad_ir_node){.op = op,
                       .child = {-1, -1},
                       .line = p->line_no,
                       .column = (uint16_t)cad_lex_column(p->line, p->line.s),
                       .seg_begin = ir->n_segs};
    ir->stmt[ir->n_stmts++] = ir->n_nodes++;
    return n;
}

/* Takes the name off the end of the tokens (section 2); *good is false when it was reported as faulty. */
static cad_status take_name(cad_ir_parser *p, cad_ir_node *n, int32_t id, bool *good)
{
    *good = true;
    const cad_token *last = &p->tok[p->n_tok - 1];
    bool cadlm = p->ir->dialect == CAD_IR_DIALECT_cadlm;
    if (last->kind == CAD_TOKEN_open && cadlm) {
        *good = false;
        return cad_ir_error_at(p, last->s, id, "unterminated-name", "unterminated name");
    }
    if (last->kind == CAD_TOKEN_plain || (last->kind == CAD_TOKEN_open && last->s[last->len - 1] != '"'))
        return CAD_OK;
    if (p->n_tok > 1)
        p->n_tok--; /* a line that is nothing but a string has it for an opcode */
    return cad_ir_take_text(p, last, id, &n->name, good);
}

static cad_status wrong_arity(cad_ir_parser *p, int32_t id, const char *op, int want)
{
    return cad_ir_error_at(p, p->tok[0].s, id, "arity", "%s requires %d arg%s, got %d", op, want, want == 1 ? "" : "s",
                           p->n_tok - 1);
}

static cad_status take_faces(cad_ir_parser *p, cad_ir_node *n, int32_t id, bool *good)
{
    static const char *const names[6] = {"+X", "-X", "+Y", "-Y", "+Z", "-Z"};
    for (int i = 3; i < p->n_tok; i++) {
        int f = 0;
        while (f < 6 && !cad_lex_is(&p->tok[i], names[f]))
            f++;
        *good = f < 6 && !(n->faces & 1u << f);
        if (!*good)
            return cad_ir_error_token(p, &p->tok[i], id, "bad-face", "invalid face",
                                      f < 6 ? "; given twice" : "; expected +X -X +Y -Y +Z -Z");
        n->faces = (uint8_t)(n->faces | 1u << f);
    }
    return CAD_OK;
}

/* Arguments left to right: P and the patterns have their count inside the numbers. */
static cad_status take_arguments(cad_ir_parser *p, cad_ir_node *n, int32_t id, bool *good)
{
    int at = 1, numbers = cad_ir_op_numbers(n->op);
    for (int i = 0; i < cad_ir_op_refs(n->op); i++, at++) {
        CAD_TRY(cad_ir_take_ref(p, &p->tok[at], id, &n->ref[i], good));
        if (!*good)
            return CAD_OK;
        n->child[i] = 0; /* bound later */
        n->ref_column[i] = (uint16_t)cad_lex_column(p->line, p->tok[at].s);
    }
    int before = n->op == CAD_IR_P ? 0 : numbers - 1;
    for (int i = 0; i <= numbers; i++) {
        if (cad_ir_op_counts(n->op) && i == before) {
            uint64_t count = 0;
            CAD_TRY(cad_ir_take_count(p, &p->tok[at++], id, &count, good));
            n->count = (uint32_t)count;
            if (!*good)
                return CAD_OK;
        }
        if (i == numbers)
            break;
        CAD_TRY(cad_ir_take_number(p, &p->tok[at++], id, &n->arg[i], good));
        if (!*good)
            return CAD_OK;
    }
    return n->op == CAD_IR_SH ? take_faces(p, n, id, good) : CAD_OK;
}

static cad_status take_segment(cad_ir_parser *p, cad_ir_seg *s, int32_t id, bool *good)
{
    bool arc = cad_lex_is(&p->tok[0], "A");
    int want = arc ? 7 : 4;
    *good = false;
    if (!arc && !cad_lex_is(&p->tok[0], "L"))
        return cad_ir_error_token(p, &p->tok[0], id, "sketch-op", "unknown sketch segment opcode", "");
    if (p->n_tok - 1 != want)
        return wrong_arity(p, id, arc ? "A" : "L", want);
    *s = (cad_ir_seg){.arc = arc, .line = p->line_no};
    double *to[6] = {&s->p[0], &s->p[1], &s->q[0], &s->q[1], &s->c[0], &s->c[1]};
    for (int i = 0; i < (arc ? 6 : 4); i++) {
        CAD_TRY(cad_ir_take_number(p, &p->tok[i + 1], id, to[i], good));
        if (!*good)
            return CAD_OK;
    }
    uint64_t turn = 0;
    if (arc)
        CAD_TRY(cad_ir_take_count(p, &p->tok[7], id, &turn, good));
    s->ccw = turn != 0;
    return CAD_OK;
}

static cad_status too_long(cad_ir_parser *p, int32_t node, bool *out)
{
    *out = p->line.raw_len > CAD_IR_MAX_LINE;
    if (!*out)
        return CAD_OK;
    return cad_ir_error_at(p, p->line.raw, node, "limit", "line of %zu bytes; at most %d", p->line.raw_len, CAD_IR_MAX_LINE);
}

/* The lines after SK up to END. */
static cad_status parse_sketch(cad_ir_parser *p, int32_t id)
{
    cad_ir *ir = p->ir;
    cad_ir_node *n = &ir->node[id];
    bool cadlm = ir->dialect == CAD_IR_DIALECT_cadlm, skip;
    while (cad_ir_next_line(p)) {
        CAD_TRY(too_long(p, id, &skip));
        if (skip) {
            n->faulty = true;
            continue;
        }
        p->n_tok = cad_lex_split(p->line, ir->dialect, false, p->tok, CAD_IR_MAX_LINE);
        if (p->n_tok == 0)
            continue;
        if (p->n_tok == 1 && cad_lex_is(&p->tok[0], "END") && (cadlm || p->line.len == 3))
            return CAD_OK;
        cad_ir_seg seg;
        bool good;
        CAD_TRY(take_segment(p, &seg, id, &good));
        if (good && n->n_segs == CAD_IR_MAX_SEGS) {
            CAD_TRY(cad_ir_error_at(p, p->line.s, id, "limit", "more than %d segments in one sketch", CAD_IR_MAX_SEGS));
            good = false;
        }
        if (good) {
            ir->seg[ir->n_segs++] = seg;
            n->n_segs++;
        } else {
            n->faulty = true;
        }
    }
    n->faulty = true;
    return cad_ir_error_at(p, p->line.raw, id, "sketch-end", "unexpected end of sketch block");
}

static int find_op(const cad_token *t)
{
    if (cad_lex_is(t, "F"))
        return CAD_IR_FI;
    for (int op = 0; op < CAD_IR_N_OPS; op++)
        if (cad_lex_is(t, cad_ir_op_name((cad_ir_op)op)))
            return op;
    return -1;
}

static cad_status parse_geometry(cad_ir_parser *p)
{
    int op = find_op(&p->tok[0]);
    bool extension = cad_lex_is(&p->tok[0], "F") || op == CAD_IR_P, cadlm = p->ir->dialect == CAD_IR_DIALECT_cadlm;
    if (op < 0)
        return cad_ir_error_token(p, &p->tok[0], -1, "unknown-opcode", "unknown opcode", "");
    if (p->ir->n_nodes == CAD_IR_MAX_NODES) {
        p->full = true;
        return cad_ir_error_at(p, p->line.s, -1, "limit", "more than %d nodes", CAD_IR_MAX_NODES);
    }
    int32_t id = p->ir->n_nodes;
    cad_ir_node *n = add_node(p, (cad_ir_op)op);
    bool good = true;
    cad_status s = CAD_OK;
    if (extension && !cadlm) {
        good = false;
        s = cad_ir_error_token(p, &p->tok[0], id, "unknown-opcode", "unknown opcode", "");
    } else {
        s = take_name(p, n, id, &good);
        int want = cad_ir_op_refs(n->op) + cad_ir_op_numbers(n->op) + (cad_ir_op_counts(n->op) ? 1 : 0);
        int got = p->n_tok - 1, most = n->op == CAD_IR_SH && cadlm ? CAD_IR_MAX_LINE : want;
        if (s == CAD_OK && good && (got < want || got > most)) {
            good = false;
            s = wrong_arity(p, id, p->tok[0].s[0] == 'F' && p->tok[0].len == 1 ? "F" : cad_ir_op_name(n->op), want);
        }
        if (s == CAD_OK && good)
            s = take_arguments(p, n, id, &good);
    }
    n->faulty = !good;
    if (s == CAD_OK && n->op == CAD_IR_SK)
        s = parse_sketch(p, id);
    return s;
}

/* ---- the whole text ---- */

/* Upper bounds of what the text can hold, so that each array is allocated once. */
static cad_status reserve(cad_ir_parser *p)
{
    size_t segs = 0, nodes = 0, docs = 0;
    cad_ir_parser scan = *p;
    while (cad_ir_next_line(&scan)) {
        cad_token t;
        int n = cad_lex_split(scan.line, CAD_IR_DIALECT_upstream, false, &t, 1);
        if (n == 0 || t.s[0] == '#')
            continue;
        segs += (cad_lex_is(&t, "L") || cad_lex_is(&t, "A")) && scan.line.len >= 9;
        if (cad_ir_find_doc_op(&t) >= 0)
            docs++;
        else if (find_op(&t) >= 0 && nodes < CAD_IR_MAX_NODES)
            nodes++;
        else if (memchr(t.s, '"', t.len)) { /* C"x" is two tokens for the parser */
            docs++;
            nodes += nodes < CAD_IR_MAX_NODES;
        }
    }
    cad_ir *ir = p->ir;
    ir->n_lines = scan.line_no;
    CAD_TRY(cad_arena_zalloc(p->arena, cad_size_add(nodes, 1), sizeof *ir->node, "nodes", &ir->node));
    CAD_TRY(cad_arena_zalloc(p->arena, cad_size_add(segs, 1), sizeof *ir->seg, "sketch segments", &ir->seg));
    CAD_TRY(cad_arena_zalloc(p->arena, cad_size_add(docs, 1), sizeof *ir->doc, "document statements", &ir->doc));
    CAD_TRY(cad_arena_zalloc(p->arena, cad_size_add(cad_size_add(nodes, docs), 1), sizeof *ir->stmt, "statements", &ir->stmt));
    return cad_arena_alloc(p->arena, CAD_IR_MAX_LINE * sizeof *p->tok, "tokens of a line", &p->tok);
}

cad_status cad_ir_parse(const char *text, size_t len, cad_ir_dialect dialect, cad_arena *arena, cad_diags *diags, cad_ir **out)
{
    cad_ir *ir;
    CAD_TRY(cad_arena_zalloc(arena, 1, sizeof *ir, "program", &ir));
    *ir = (cad_ir){.dialect = dialect, .ok = true, .root = -1, .root_doc = -1};
    cad_ir_parser p = {.text = text, .end = text + len, .next = text, .line_no = -1, .ir = ir, .arena = arena, .diags = diags};
    if (len > CAD_IR_MAX_TEXT) {
        p.line = (cad_line){text, text, 0, 0};
        p.line_no = 0;
        p.end = text;
        CAD_TRY(cad_ir_error_at(&p, text, -1, "limit", "program of %zu bytes; at most %d", len, CAD_IR_MAX_TEXT));
        p.line_no = -1;
    }
    CAD_TRY(reserve(&p));
    while (!p.full && cad_ir_next_line(&p)) {
        if (p.line.len == 0 || p.line.s[0] == '#')
            continue;
        bool skip;
        CAD_TRY(too_long(&p, -1, &skip));
        if (skip)
            continue;
        p.n_tok = cad_lex_split(p.line, dialect, true, p.tok, CAD_IR_MAX_LINE);
        int doc = cad_ir_find_doc_op(&p.tok[0]);
        if (doc >= 0)
            CAD_TRY(cad_ir_parse_doc(&p, (cad_ir_doc_op)doc));
        else
            CAD_TRY(parse_geometry(&p));
    }
    CAD_TRY(cad_ir_bind(ir, arena));
    *out = ir;
    return CAD_OK;
}
