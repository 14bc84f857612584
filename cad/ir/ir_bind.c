#include "cad/ir/ir_parse.h"
#include "core/size.h"

#include <string.h>

/* The highest id that nothing references; all referenced: 0 in vcad, none in cadlm, where the check names the cycle. */
static int32_t unreferenced(const cad_ir *ir, const uint8_t *referenced)
{
    for (int32_t i = ir->n_nodes - 1; i >= 0; i--)
        if (!referenced[i])
            return i;
    return ir->dialect == CAD_IR_DIALECT_upstream && ir->n_nodes ? 0 : -1;
}

/* Post-order from the result with an explicit stack; a reference back into the path is passed over. */
static cad_status walk(cad_ir *ir, cad_arena *arena)
{
    if (ir->root < 0)
        return CAD_OK;
    cad_frame f = cad_arena_mark(arena);
    int32_t *stack;
    uint8_t *next;
    CAD_TRY(cad_arena_alloc(arena, cad_size_mul((size_t)ir->n_nodes, sizeof *stack), "stack of nodes", &stack));
    CAD_TRY(cad_arena_zalloc(arena, (size_t)ir->n_nodes, 1, "operands seen", &next));
    int32_t depth = 0;
    stack[depth++] = ir->root;
    ir->used[ir->root] = 1;
    while (depth > 0) {
        int32_t id = stack[depth - 1];
        if (next[id] < cad_ir_op_refs(ir->node[id].op)) {
            int32_t c = ir->node[id].child[next[id]++];
            if (c >= 0 && !ir->used[c]) {
                ir->used[c] = 1;
                stack[depth++] = c;
            }
            continue;
        }
        ir->order[ir->n_order++] = id;
        depth--;
    }
    cad_arena_rewind(arena, f);
    return CAD_OK;
}

cad_status cad_ir_bind(cad_ir *ir, cad_arena *arena)
{
    size_t n = (size_t)ir->n_nodes;
    CAD_TRY(cad_arena_zalloc(arena, cad_size_add(n, 1), 1, "used nodes", &ir->used));
    CAD_TRY(cad_arena_zalloc(arena, cad_size_add(n, 1), sizeof *ir->order, "order of nodes", &ir->order));
    cad_frame f = cad_arena_mark(arena);
    uint8_t *referenced;
    CAD_TRY(cad_arena_zalloc(arena, cad_size_add(n, 1), 1, "referenced nodes", &referenced));
    for (int32_t i = 0; i < ir->n_nodes; i++) {
        cad_ir_node *node = &ir->node[i];
        for (int k = 0; k < cad_ir_op_refs(node->op); k++) {
            bool there = node->child[k] == 0 && node->ref[k] < n;
            node->child[k] = there ? (int32_t)node->ref[k] : -1;
            if (there)
                referenced[node->ref[k]] = 1;
        }
    }
    ir->n_order = 0;
    if (ir->root_doc >= 0) {
        ir->has_root_ref = true;
        ir->root_ref = ir->doc[ir->root_doc].arg[0].integer;
        ir->root = ir->root_ref < n ? (int32_t)ir->root_ref : -1;
    } else {
        ir->root = unreferenced(ir, referenced);
        ir->has_root_ref = ir->root >= 0;
        ir->root_ref = ir->root >= 0 ? (uint64_t)ir->root : 0;
    }
    cad_arena_rewind(arena, f);
    return walk(ir, arena);
}
