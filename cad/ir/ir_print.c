#include "cad/ir/ir_print.h"

#include "cad/ir/ir_lex.h"
#include "core/mem.h"
#include "core/size.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

cad_status cad_ir_need_ok(const cad_ir *ir)
{
    if (!ir->ok)
        CAD_FAIL(CAD_EDATA, "a program with parse errors has no text form");
    return CAD_OK;
}

cad_status cad_ir_print_number(double v, cad_buf *out)
{
    if (isnan(v)) /* dialect upstream alone lets these through */
        return cad_buf_str(out, "NaN");
    if (isinf(v))
        return cad_buf_str(out, v > 0 ? "inf" : "-inf");
    return cad_buf_number(out, v);
}

cad_status cad_ir_print_quoted(const char *text, cad_buf *out)
{
    CAD_TRY(cad_buf_str(out, "\""));
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            CAD_TRY(cad_buf_str(out, "\\"));
        CAD_TRY(cad_buf_add(out, c, 1));
    }
    return cad_buf_str(out, "\"");
}

cad_status cad_ir_print_id(const char *id, cad_buf *out)
{
    /* Beyond section 11: "#" would open a comment in dialect cadlm, and a bare _ means no parent. */
    bool quote = id[0] == '\0' || (id[0] >= '0' && id[0] <= '9') || id[0] == '#' || !strcmp(id, "_");
    for (const char *c = id; *c && !quote; c++)
        quote = *c == '"' || cad_lex_space(c, strlen(c)) > 0;
    return quote ? cad_ir_print_quoted(id, out) : cad_buf_str(out, id);
}

static cad_status print_ref(uint64_t ref, const int32_t *ids, cad_buf *out)
{
    if (ids)
        return cad_buf_printf(out, " %d", ids[ref]);
    return cad_buf_printf(out, " %" PRIu64, ref);
}

static cad_status print_segments(const cad_ir *ir, const cad_ir_node *n, cad_buf *out)
{
    for (int32_t i = n->seg_begin; i < n->seg_begin + n->n_segs; i++) {
        const cad_ir_seg *s = &ir->seg[i];
        const double v[6] = {s->p[0], s->p[1], s->q[0], s->q[1], s->c[0], s->c[1]};
        CAD_TRY(cad_buf_str(out, s->arc ? "A" : "L"));
        for (int k = 0; k < (s->arc ? 6 : 4); k++) {
            CAD_TRY(cad_buf_str(out, " "));
            CAD_TRY(cad_ir_print_number(v[k], out));
        }
        CAD_TRY(cad_buf_str(out, !s->arc ? "\n" : s->ccw ? " 1\n" : " 0\n"));
    }
    return cad_buf_str(out, "END\n");
}

cad_status cad_ir_print_node(const cad_ir *ir, const cad_ir_node *n, const int32_t *ids, bool names, const char *gap,
                             cad_buf *out)
{
    static const char *const faces[6] = {" +X", " -X", " +Y", " -Y", " +Z", " -Z"};
    CAD_TRY(cad_buf_str(out, cad_ir_op_name(n->op)));
    for (int k = 0; k < cad_ir_op_refs(n->op); k++)
        CAD_TRY(print_ref(n->ref[k], ids, out));
    int numbers = cad_ir_op_numbers(n->op), count_at = n->op == CAD_IR_P ? 0 : numbers - 1;
    for (int k = 0; k < numbers; k++) {
        if (cad_ir_op_counts(n->op) && k == count_at)
            CAD_TRY(cad_buf_printf(out, " %" PRIu32, n->count));
        CAD_TRY(cad_buf_str(out, n->op == CAD_IR_SK && k && k % 3 == 0 ? gap : " "));
        CAD_TRY(cad_ir_print_number(n->arg[k], out));
    }
    for (int f = 0; f < 6; f++)
        if (n->faces & 1u << f)
            CAD_TRY(cad_buf_str(out, faces[f]));
    if (names && n->name) {
        CAD_TRY(cad_buf_str(out, " "));
        CAD_TRY(cad_ir_print_quoted(n->name, out));
    }
    CAD_TRY(cad_buf_str(out, "\n"));
    return n->op == CAD_IR_SK ? print_segments(ir, n, out) : CAD_OK;
}

cad_status cad_ir_print_doc(const cad_ir *ir, const cad_ir_doc *d, const int32_t *ids, cad_buf *out)
{
    CAD_TRY(cad_buf_str(out, cad_ir_doc_op_name(d->op)));
    for (int32_t i = 0; i < d->n_args; i++) {
        const cad_ir_arg *a = &d->arg[i];
        if (a->kind == CAD_IR_ARG_node) {
            CAD_TRY(print_ref(a->integer, a->integer < (uint64_t)ir->n_nodes ? ids : NULL, out));
            continue;
        }
        CAD_TRY(cad_buf_str(out, " "));
        switch (a->kind) {
        case CAD_IR_ARG_number:
            CAD_TRY(cad_ir_print_number(a->number, out));
            break;
        case CAD_IR_ARG_count:
            CAD_TRY(cad_buf_printf(out, "%" PRIu64, a->integer));
            break;
        case CAD_IR_ARG_text:
            CAD_TRY(cad_ir_print_quoted(a->text, out));
            break;
        case CAD_IR_ARG_word:
            CAD_TRY(cad_buf_str(out, a->text));
            break;
        default:
            CAD_TRY(cad_ir_print_id(a->text, out));
            break;
        }
    }
    return cad_buf_str(out, "\n");
}

static void drop_last_line_end(cad_buf *out, size_t from)
{
    while (out->len > from && out->data[out->len - 1] == '\n')
        out->data[--out->len] = '\0';
}

cad_status cad_ir_print(const cad_ir *ir, cad_buf *out)
{
    CAD_TRY(cad_ir_need_ok(ir));
    size_t from = out->len;
    for (int32_t i = 0; i < ir->n_stmts; i++) {
        int32_t s = ir->stmt[i];
        if (s >= 0)
            CAD_TRY(cad_ir_print_node(ir, &ir->node[s], NULL, true, " ", out));
        else
            CAD_TRY(cad_ir_print_doc(ir, &ir->doc[~s], NULL, out));
    }
    drop_last_line_end(out, from);
    return CAD_OK;
}

/* ---- canon ---- */

/* In a post-order every operand comes before its user, unless there is a cycle. */
static cad_status need_sound(const cad_ir *ir, const int32_t *order, int32_t n, int32_t *place)
{
    for (int32_t i = 0; i < n; i++) {
        const cad_ir_node *node = &ir->node[order[i]];
        for (int k = 0; k < cad_ir_op_refs(node->op); k++) {
            if (node->child[k] < 0)
                CAD_FAIL(CAD_EDATA, "node %d refers to node %" PRIu64 ", which does not exist", order[i], node->ref[k]);
            if (place[node->child[k]] < 0)
                CAD_FAIL(CAD_EDATA, "node %d reaches itself", node->child[k]);
        }
        place[order[i]] = i;
    }
    return CAD_OK;
}

cad_status cad_ir_canon(const cad_ir *ir, cad_buf *out)
{
    CAD_TRY(cad_ir_need_ok(ir));
    if (ir->root < 0)
        CAD_FAIL(CAD_EDATA, ir->n_nodes ? "the program has no result" : "the program has no geometry");
    int32_t *place;
    CAD_TRY(cad_mem_alloc(cad_size_mul((size_t)ir->n_nodes, sizeof *place), "new ids", &place));
    memset(place, 0xFF, (size_t)ir->n_nodes * sizeof *place);
    cad_status s = need_sound(ir, ir->order, ir->n_order, place);
    size_t from = out->len;
    for (int32_t i = 0; i < ir->n_order && s == CAD_OK; i++)
        s = cad_ir_print_node(ir, &ir->node[ir->order[i]], place, false, " ", out);
    if (s == CAD_OK)
        drop_last_line_end(out, from);
    cad_mem_free(place);
    return s;
}

cad_status cad_ir_sort_all(const cad_ir *ir, cad_arena *a, int32_t **order)
{
    size_t n = (size_t)ir->n_nodes + 1;
    int32_t *stack, *place, count = 0;
    uint8_t *next;
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof **order), "order of nodes", order));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *stack), "stack of nodes", &stack));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(n, sizeof *place), "places", &place));
    CAD_TRY(cad_arena_zalloc(a, n, 1, "operands seen", &next));
    memset(place, 0xFF, n * sizeof *place);
    for (int32_t start = 0; start < ir->n_nodes; start++) {
        int32_t depth = 0;
        if (!next[start])
            stack[depth++] = start;
        while (depth > 0) {
            int32_t id = stack[depth - 1];
            if (next[id] < cad_ir_op_refs(ir->node[id].op)) {
                int32_t child = ir->node[id].child[next[id]++];
                if (child >= 0 && !next[child])
                    stack[depth++] = child;
                continue;
            }
            next[id] = 3;
            (*order)[count++] = id;
            depth--;
        }
    }
    return need_sound(ir, *order, count, place);
}

/* ---- the one-line report of section 13 ---- */

cad_status cad_ir_report_json(const cad_ir *ir, const cad_diags *diags, cad_buf *out)
{
    CAD_TRY(cad_buf_printf(out, "{\"ok\":%s,\"dialect\":\"%s\",\"nodes\":%d,\"root\":", diags->n_errors ? "false" : "true",
                           ir->dialect == CAD_IR_DIALECT_cadlm ? "cadlm" : "upstream", ir->n_nodes));
    if (ir->has_root_ref && ir->root_ref <= INT64_MAX) /* larger ones name no node, and few readers of JSON take them */
        CAD_TRY(cad_buf_printf(out, "%" PRIu64, ir->root_ref));
    else
        CAD_TRY(cad_buf_str(out, "null"));
    CAD_TRY(cad_buf_str(out, ",\"diagnostics\":"));
    CAD_TRY(cad_diags_json(diags, out));
    return cad_buf_str(out, "}");
}
