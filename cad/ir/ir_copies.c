/* How many copies of a part its patterns make. */
#include "cad/ir/ir.h"
#include "core/size.h"

/* Operands come before their users; nodes on a cycle keep 1. */
cad_status cad_ir_all_copies(const cad_ir *ir, cad_arena *scratch, int64_t **out)
{
    int64_t *copies;
    int32_t *stack;
    uint8_t *state;
    size_t n = (size_t)ir->n_nodes + 1;
    CAD_TRY(cad_arena_alloc(scratch, cad_size_mul(n, sizeof *copies), "copies", &copies));
    CAD_TRY(cad_arena_alloc(scratch, cad_size_mul(n, sizeof *stack), "stack of nodes", &stack));
    CAD_TRY(cad_arena_zalloc(scratch, n, 1, "operands seen", &state));
    for (int32_t start = 0; start < ir->n_nodes; start++) {
        int32_t depth = 0;
        if (!state[start])
            stack[depth++] = start;
        while (depth > 0) {
            int32_t id = stack[depth - 1];
            const cad_ir_node *node = &ir->node[id];
            if (!state[id])
                copies[id] = 1;
            if (state[id] < cad_ir_op_refs(node->op)) {
                int32_t child = node->child[state[id]++];
                if (child >= 0 && !state[child])
                    stack[depth++] = child;
                continue;
            }
            for (int k = 0; k < cad_ir_op_refs(node->op); k++)
                if (node->child[k] >= 0 && copies[node->child[k]] > copies[id])
                    copies[id] = copies[node->child[k]];
            if ((node->op == CAD_IR_LP || node->op == CAD_IR_CP) && node->count > 1)
                copies[id] = copies[id] > 1000000000 / node->count ? 1000000000 : copies[id] * node->count;
            state[id] = 3;
            depth--;
        }
    }
    *out = copies;
    return CAD_OK;
}

cad_status cad_ir_copies(const cad_ir *ir, cad_arena *scratch, int32_t node, int64_t *out)
{
    cad_frame f = cad_arena_mark(scratch);
    int64_t *copies;
    CAD_TRY(cad_ir_all_copies(ir, scratch, &copies));
    *out = copies[node];
    cad_arena_rewind(scratch, f);
    return CAD_OK;
}
