/* Lowering of the extensions to plain Compact IR (section 10). */
#include "cad/ir/ir_parse.h"
#include "core/size.h"

#include <inttypes.h>
#include <math.h>

#define PI 3.14159265358979323846

typedef struct lowering {
    const cad_ir *from;
    cad_ir *to;
    cad_arena *arena;
    int32_t *id; /* (from->n_nodes) node of `to` that stands for it */
} lowering;

static int32_t put(lowering *l, cad_ir_node n)
{
    n.child[0] = cad_ir_op_refs(n.op) > 0 ? 0 : -1; /* bound at the end */
    n.child[1] = cad_ir_op_refs(n.op) > 1 ? 0 : -1;
    l->to->node[l->to->n_nodes] = n;
    l->to->stmt[l->to->n_stmts++] = l->to->n_nodes;
    return l->to->n_nodes++;
}

static int32_t put_op(lowering *l, cad_ir_op op, int32_t a, int32_t b, double x, double y, double z)
{
    return put(l, (cad_ir_node){.op = op, .ref = {(uint64_t)a, (uint64_t)b}, .arg = {x, y, z}, .column = 1});
}

/* Vertex i of the prism: a coordinate that is 0 but for rounding is written as 0. */
static void corner(const cad_ir_node *n, uint32_t i, double out[2])
{
    double r = n->arg[0] / cos(PI / n->count), a = 2 * PI * (i % n->count) / n->count;
    out[0] = fabs(cos(a)) < 1e-15 ? 0 : r * cos(a);
    out[1] = fabs(sin(a)) < 1e-15 ? 0 : r * sin(a);
}

static int32_t lower_prism(lowering *l, const cad_ir_node *n)
{
    cad_ir *to = l->to;
    cad_ir_node sk = {.op = CAD_IR_SK, .arg = {0, 0, 0, 1, 0, 0, 0, 1, 0}, .seg_begin = to->n_segs, .column = 1};
    for (uint32_t i = 0; i < n->count; i++) {
        cad_ir_seg *seg = &to->seg[to->n_segs++];
        *seg = (cad_ir_seg){.arc = false};
        corner(n, i, seg->p);
        corner(n, i + 1, seg->q);
        sk.n_segs++;
    }
    int32_t s = put(l, sk);
    return put_op(l, CAD_IR_E, s, 0, 0, 0, n->arg[1]);
}

/* An open shell is its child minus an inner body that sticks out by 1 mm where faces are open. */
static cad_status lower_shell(lowering *l, const cad_ir_node *n, int32_t id, int32_t *out)
{
    const cad_ir_node *child = &l->from->node[n->child[0]];
    bool box = child->op == CAD_IR_C, cylinder = child->op == CAD_IR_Y;
    uint8_t ends = CAD_IR_FACE_PZ | CAD_IR_FACE_NZ;
    if (!box && !(cylinder && !(n->faces & ~ends)))
        CAD_FAIL(CAD_EUNSUPPORTED, "node %d: an open shell of %s has no exact lowering; only C, and Y with +Z -Z", id,
                 cad_ir_op_name(child->op));
    double t = n->arg[0], lo[3], hi[3];
    for (int k = 0; k < 3; k++) {
        double size = box ? child->arg[k] : child->arg[1];
        lo[k] = n->faces & CAD_IR_FACE_NX << 2 * k ? -1 : t;
        hi[k] = n->faces & CAD_IR_FACE_PX << 2 * k ? size + 1 : size - t;
        if (!(hi[k] > lo[k]) && (box || k == 2))
            CAD_FAIL(CAD_EUNSUPPORTED, "node %d: wall %g leaves no room inside", id, t);
    }
    if (cylinder && !(child->arg[0] > t))
        CAD_FAIL(CAD_EUNSUPPORTED, "node %d: wall %g leaves no room inside", id, t);
    int32_t inner = box ? put_op(l, CAD_IR_C, 0, 0, hi[0] - lo[0], hi[1] - lo[1], hi[2] - lo[2])
                        : put_op(l, CAD_IR_Y, 0, 0, child->arg[0] - t, hi[2] - lo[2], 0);
    int32_t moved = put_op(l, CAD_IR_T, inner, 0, box ? lo[0] : 0, box ? lo[1] : 0, lo[2]);
    *out = put_op(l, CAD_IR_D, l->id[n->child[0]], moved, 0, 0, 0);
    return CAD_OK;
}

/* What the checks let pass on a node that the result does not use. */
static cad_status need_sound(const cad_ir_node *n, int32_t id)
{
    for (int k = 0; k < cad_ir_op_refs(n->op); k++)
        if (n->child[k] < 0)
            CAD_FAIL(CAD_EDATA, "node %d refers to node %" PRIu64 ", which does not exist", id, n->ref[k]);
    if (n->op == CAD_IR_P && (n->count < 3 || n->count > CAD_IR_MAX_SIDES))
        CAD_FAIL(CAD_EDATA, "node %d: a prism of %" PRIu32 " sides; expected 3 to %d", id, n->count, CAD_IR_MAX_SIDES);
    return CAD_OK;
}

/* Nodes may be printed before their operands (forward references): ids are handed out first, in order of the program. */
static cad_status plan(lowering *l, size_t *nodes, size_t *segs)
{
    *nodes = 0;
    *segs = (size_t)l->from->n_segs;
    for (int32_t i = 0; i < l->from->n_nodes; i++) {
        const cad_ir_node *n = &l->from->node[i];
        CAD_TRY(need_sound(n, i));
        size_t add = n->op == CAD_IR_P ? 2 : n->op == CAD_IR_SH && n->faces ? 3 : 1;
        if (n->op == CAD_IR_P)
            *segs += n->count;
        *nodes += add;
        l->id[i] = (int32_t)(*nodes - 1); /* the last of its nodes carries the result */
    }
    if (*nodes > CAD_IR_MAX_NODES)
        CAD_FAIL(CAD_EUNSUPPORTED, "lowered, the program has %zu nodes; at most %d", *nodes, CAD_IR_MAX_NODES);
    return CAD_OK;
}

static cad_status lower_node(lowering *l, int32_t id)
{
    const cad_ir_node *n = &l->from->node[id];
    int32_t last = 0;
    if (n->op == CAD_IR_P) {
        last = lower_prism(l, n);
    } else if (n->op == CAD_IR_SH && n->faces) {
        CAD_TRY(lower_shell(l, n, id, &last));
    } else {
        cad_ir_node copy = *n;
        for (int k = 0; k < cad_ir_op_refs(n->op); k++)
            copy.ref[k] = (uint64_t)l->id[n->child[k]];
        copy.seg_begin = l->to->n_segs;
        for (int32_t i = 0; i < n->n_segs; i++)
            l->to->seg[l->to->n_segs++] = l->from->seg[n->seg_begin + i];
        last = put(l, copy);
    }
    l->to->node[last].name = n->name;
    l->to->node[last].line = n->line;
    return CAD_OK;
}

static cad_status copy_doc(lowering *l, const cad_ir_doc *d)
{
    cad_ir_doc copy = *d;
    CAD_TRY(cad_arena_alloc(l->arena, cad_size_mul((size_t)d->n_args, sizeof *copy.arg), "arguments", &copy.arg));
    for (int32_t i = 0; i < d->n_args; i++) {
        copy.arg[i] = d->arg[i];
        if (d->arg[i].kind != CAD_IR_ARG_node)
            continue;
        if (d->arg[i].integer >= (uint64_t)l->from->n_nodes)
            CAD_FAIL(CAD_EDATA, "%s names node %" PRIu64 ", which does not exist", cad_ir_doc_op_name(d->op),
                     d->arg[i].integer);
        copy.arg[i].integer = (uint64_t)l->id[d->arg[i].integer];
    }
    if (d->op == CAD_IR_DOC_ROOT && l->to->root_doc < 0)
        l->to->root_doc = l->to->n_docs;
    l->to->stmt[l->to->n_stmts++] = ~l->to->n_docs;
    l->to->doc[l->to->n_docs++] = copy;
    return CAD_OK;
}

cad_status cad_ir_lower(const cad_ir *ir, cad_arena *arena, cad_ir **out)
{
    if (!ir->ok)
        CAD_FAIL(CAD_EDATA, "a program with parse errors cannot be lowered");
    cad_ir *to;
    size_t nodes, segs;
    CAD_TRY(cad_arena_zalloc(arena, 1, sizeof *to, "lowered program", &to));
    *to = (cad_ir){.dialect = CAD_IR_DIALECT_upstream, .ok = true, .n_lines = ir->n_lines, .root = -1, .root_doc = -1};
    lowering l = {ir, to, arena, NULL};
    CAD_TRY(cad_arena_alloc(arena, cad_size_mul(cad_size_add((size_t)ir->n_nodes, 1), sizeof *l.id), "new ids", &l.id));
    CAD_TRY(plan(&l, &nodes, &segs));
    CAD_TRY(cad_arena_zalloc(arena, cad_size_add(nodes, 1), sizeof *to->node, "nodes", &to->node));
    CAD_TRY(cad_arena_zalloc(arena, cad_size_add(segs, 1), sizeof *to->seg, "sketch segments", &to->seg));
    CAD_TRY(cad_arena_zalloc(arena, cad_size_add((size_t)ir->n_docs, 1), sizeof *to->doc, "document statements", &to->doc));
    CAD_TRY(cad_arena_zalloc(arena, cad_size_add(cad_size_add(nodes, (size_t)ir->n_docs), 1), sizeof *to->stmt, "statements",
                             &to->stmt));
    for (int32_t i = 0; i < ir->n_stmts; i++) {
        int32_t s = ir->stmt[i];
        if (s >= 0)
            CAD_TRY(lower_node(&l, s));
        else
            CAD_TRY(copy_doc(&l, &ir->doc[~s]));
    }
    CAD_TRY(cad_ir_bind(to, arena));
    *out = to;
    return CAD_OK;
}
