/* The checks of section 14 that need no kernel.  One pass over the nodes per code, so that codes come in the order of the
 * table. */
#include "cad/ir/ir_sketch.h"
#include "core/size.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct checker {
    const cad_ir *ir;
    cad_diags *diags;
    cad_arena *scratch;
} checker;

static cad_place place_of(const cad_ir *ir, int32_t id)
{
    const cad_ir_node *n = &ir->node[id];
    return (cad_place){n->line, n->column, id};
}

/* An error where the result uses the node, a warning on an orphan. */
static cad_severity weight(const cad_ir *ir, int32_t id)
{
    return ir->used[id] ? CAD_SEVERITY_error : CAD_SEVERITY_warning;
}

static cad_status check_result(checker *c)
{
    const cad_ir *ir = c->ir;
    cad_place top = {0, 1, -1};
    if (ir->root_doc >= 0 && ir->root < 0) {
        const cad_ir_doc *d = &ir->doc[ir->root_doc];
        cad_place at = {d->line, d->column, -1};
        return cad_diags_add(c->diags, CAD_SEVERITY_error, "no-result", at, "ROOT names node %" PRIu64 "; there are %d nodes",
                             ir->root_ref, ir->n_nodes);
    }
    if (ir->n_nodes == 0)
        return cad_diags_add(c->diags, CAD_SEVERITY_error, "no-result", top, "the program has no geometry");
    if (ir->root >= 0 && ir->node[ir->root].op == CAD_IR_SK)
        return cad_diags_add(c->diags, CAD_SEVERITY_error, "no-result", place_of(ir, ir->root),
                             "the result is node %d, a sketch", ir->root);
    return CAD_OK;
}

static cad_status check_dangling(checker *c)
{
    const cad_ir *ir = c->ir;
    for (int32_t i = 0; i < ir->n_nodes; i++) {
        const cad_ir_node *n = &ir->node[i];
        for (int k = 0; k < cad_ir_op_refs(n->op); k++) {
            if (n->child[k] >= 0)
                continue;
            cad_place at = {n->line, n->ref_column[k], i};
            if (ir->n_nodes == 1)
                CAD_TRY(cad_diags_add(c->diags, weight(ir, i), "dangling-ref", at,
                                      "node %" PRIu64 " does not exist; there is 1 node (0)", n->ref[k]));
            else
                CAD_TRY(cad_diags_add(c->diags, weight(ir, i), "dangling-ref", at,
                                      "node %" PRIu64 " does not exist; there are %d nodes (0..%d)", n->ref[k], ir->n_nodes,
                                      ir->n_nodes - 1));
        }
    }
    return CAD_OK;
}

/* ---- cycles ---- */

enum { SHOWN = 16 }; /* ids of a cycle that its message lists */

static cad_status report_cycle(checker *c, const int32_t *path, int32_t len, int operand)
{
    const cad_ir *ir = c->ir;
    int32_t from = path[len - 1];
    if (c->diags->n == CAD_DIAGS_KEPT && c->diags->n_errors > 0) /* only counted */
        return cad_diags_add(c->diags, weight(ir, from), "cycle", place_of(ir, from), "cycle");
    cad_buf b = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&b, "%d", path[0]);
    for (int32_t i = 1; i < len && s == CAD_OK; i++) {
        if (i == SHOWN - 1 && len > SHOWN) {
            s = cad_buf_str(&b, " -> ..");
            i = len - 2;
            continue;
        }
        s = cad_buf_printf(&b, " -> %d", path[i]);
    }
    /* Where every node is referenced, cadlm has no result, and the cycle is why. */
    bool all = ir->root < 0 && ir->root_doc < 0;
    cad_place at = {ir->node[from].line, ir->node[from].ref_column[operand], from};
    if (s == CAD_OK)
        s = cad_diags_add(c->diags, all ? CAD_SEVERITY_error : weight(ir, from), "cycle", at,
                          "node %d reaches itself: %s -> %d (%d node%s)", path[0], cad_buf_cstr(&b), path[0], len,
                          len == 1 ? "" : "s");
    cad_buf_deinit(&b);
    return s;
}

static cad_status check_cycles(checker *c)
{
    const cad_ir *ir = c->ir;
    size_t n = (size_t)ir->n_nodes;
    int32_t *path, *place;
    uint8_t *next;
    CAD_TRY(cad_arena_alloc(c->scratch, cad_size_add(cad_size_mul(n, sizeof *path), 1), "path", &path));
    CAD_TRY(cad_arena_zalloc(c->scratch, cad_size_add(n, 1), sizeof *place, "places on the path",
                             &place)); /* 0 new, >0 on path, <0 done */
    CAD_TRY(cad_arena_zalloc(c->scratch, cad_size_add(n, 1), 1, "operands seen", &next));
    for (int32_t k = -1; k < ir->n_nodes; k++) {
        int32_t start = k < 0 ? ir->root : k, depth = 0;
        if (start < 0 || place[start])
            continue;
        path[depth++] = start;
        place[start] = depth;
        while (depth > 0) {
            int32_t id = path[depth - 1];
            if (next[id] >= cad_ir_op_refs(ir->node[id].op)) {
                place[id] = -1;
                depth--;
                continue;
            }
            int operand = next[id]++;
            int32_t child = ir->node[id].child[operand];
            if (child < 0 || place[child] < 0)
                continue;
            if (place[child] > 0) {
                CAD_TRY(report_cycle(c, path + place[child] - 1, depth - place[child] + 1, operand));
                continue;
            }
            path[depth++] = child;
            place[child] = depth;
        }
    }
    return CAD_OK;
}

/* ---- node by node ---- */

static cad_status check_references(checker *c, int pass)
{
    static const char *const codes[3] = {"forward-ref", "sketch-as-solid", "not-a-sketch"};
    const cad_ir *ir = c->ir;
    for (int32_t i = 0; i < ir->n_nodes; i++) {
        const cad_ir_node *n = &ir->node[i];
        bool sweeps = n->op == CAD_IR_E || n->op == CAD_IR_V;
        for (int k = 0; k < cad_ir_op_refs(n->op); k++) {
            int32_t to = n->child[k];
            if (to < 0)
                continue;
            bool sketch = ir->node[to].op == CAD_IR_SK;
            bool found = pass == 0 ? to > i : pass == 1 ? sketch && !sweeps : !sketch && sweeps;
            if (!found)
                continue;
            cad_place at = {n->line, n->ref_column[k], i};
            cad_severity s = pass == 0 ? CAD_SEVERITY_warning : weight(ir, i);
            if (pass == 0)
                CAD_TRY(cad_diags_add(c->diags, s, codes[0], at, "node %d refers to the later node %d", i, to));
            else if (pass == 1)
                CAD_TRY(cad_diags_add(c->diags, s, codes[1], at, "%s needs a solid; node %d is a sketch", cad_ir_op_name(n->op),
                                      to));
            else
                CAD_TRY(cad_diags_add(c->diags, s, codes[2], at, "%s needs a sketch; node %d is %s", cad_ir_op_name(n->op), to,
                                      cad_ir_op_name(ir->node[to].op)));
        }
    }
    return CAD_OK;
}

/* What section 5 asks of the sizes of a node: NULL when it is met. */
static const char *size_problem(const cad_ir *ir, const cad_ir_node *n)
{
    const double *a = n->arg;
    switch (n->op) {
    case CAD_IR_C:
        if (ir->dialect == CAD_IR_DIALECT_upstream)
            return a[0] != 0 && a[1] != 0 && a[2] != 0 && isfinite(a[0] + a[1] + a[2]) ? NULL : "sizes other than 0";
        return a[0] > 0 && a[1] > 0 && a[2] > 0 ? NULL : "sizes above 0";
    case CAD_IR_Y:
        return a[0] > 0 && a[1] > 0 ? NULL : "a radius and a height above 0";
    case CAD_IR_K:
        return a[0] >= 0 && a[1] >= 0 && a[0] + a[1] > 0 && a[2] > 0 ? NULL
                                                                     : "radii of at least 0, one above 0, and a height above 0";
    case CAD_IR_P:
        return n->count >= 3 && n->count <= CAD_IR_MAX_SIDES && a[0] > 0 && a[1] > 0
                   ? NULL
                   : "3 to 360 sides, a radius and a height above 0";
    case CAD_IR_S:
    case CAD_IR_FI:
        return a[0] > 0 ? NULL : "a radius above 0";
    case CAD_IR_SH:
        return a[0] > 0 ? NULL : "a thickness above 0";
    case CAD_IR_CH:
        return a[0] > 0 ? NULL : "a distance above 0";
    default:
        return NULL;
    }
}

static bool zero3(const double v[3])
{
    return v[0] == 0 && v[1] == 0 && v[2] == 0;
}

static cad_status check_values(checker *c, int pass)
{
    const cad_ir *ir = c->ir;
    for (int32_t i = 0; i < ir->n_nodes; i++) {
        const cad_ir_node *n = &ir->node[i];
        const double *a = n->arg;
        cad_place at = place_of(ir, i);
        const char *want = pass == 0 ? size_problem(ir, n) : NULL;
        if (want)
            CAD_TRY(cad_diags_add(c->diags, weight(ir, i), "nonpositive-size", at, "%s needs %s", cad_ir_op_name(n->op), want));
        if (pass == 1 && n->op == CAD_IR_X && !(a[0] != 0 && a[1] != 0 && a[2] != 0))
            CAD_TRY(cad_diags_add(c->diags, weight(ir, i), "zero-scale", at, "X needs factors other than 0"));
        if (pass == 2 && n->op == CAD_IR_V && !(a[6] > 0 && a[6] <= 360 + 1e-9))
            CAD_TRY(cad_diags_add(c->diags, weight(ir, i), "bad-angle", at,
                                  "V needs an angle above 0 and at most 360, got %.9g", a[6]));
        if (pass == 3 && (n->op == CAD_IR_LP || n->op == CAD_IR_CP)) {
            bool line = n->op == CAD_IR_LP;
            const char *why = n->count < 2                ? "the count is below 2"
                              : zero3(line ? a : a + 3)   ? (line ? "the direction is zero" : "the axis is zero")
                              : (line ? a[3] : a[6]) == 0 ? (line ? "the spacing is 0" : "the angle is 0")
                                                          : NULL;
            if (why)
                CAD_TRY(cad_diags_add(c->diags, CAD_SEVERITY_warning, "idle-pattern", at, "%s changes nothing: %s",
                                      cad_ir_op_name(n->op), why));
        }
    }
    return CAD_OK;
}

/* ---- sketches and what sweeps them ---- */

static cad_status check_sketches(checker *c, bool *sound)
{
    static const char *const codes[] = {"bad-frame", "open-profile", "zero-segment", "bad-arc", "crossing-profile"};
    const cad_ir *ir = c->ir;
    cad_ir_flaw *flaws; /* (n_nodes) those of sketches are set */
    CAD_TRY(cad_arena_alloc(c->scratch, cad_size_mul(cad_size_add((size_t)ir->n_nodes, 1), sizeof *flaws), "flaws", &flaws));
    for (int32_t i = 0; i < ir->n_nodes; i++) {
        if (ir->node[i].op != CAD_IR_SK)
            continue;
        CAD_TRY(cad_ir_sketch_flaw(ir, &ir->node[i], c->scratch, &flaws[i]));
        sound[i] = flaws[i].code == NULL;
    }
    for (size_t k = 0; k < sizeof codes / sizeof *codes; k++)
        for (int32_t i = 0; i < ir->n_nodes; i++) {
            const cad_ir_node *n = &ir->node[i];
            if (n->op != CAD_IR_SK || sound[i] || strcmp(flaws[i].code, codes[k]) != 0)
                continue;
            cad_place at = {flaws[i].line, flaws[i].line == n->line ? n->column : 1, i};
            CAD_TRY(cad_diags_add(c->diags, weight(ir, i), codes[k], at, "%s", flaws[i].text));
        }
    return CAD_OK;
}

static cad_status check_sweeps(checker *c, const bool *sound, cad_ir_op op)
{
    const cad_ir *ir = c->ir;
    for (int32_t i = 0; i < ir->n_nodes; i++) {
        const cad_ir_node *n = &ir->node[i];
        if (n->op != op || n->child[0] < 0 || ir->node[n->child[0]].op != CAD_IR_SK || !sound[n->child[0]])
            continue;
        cad_ir_flaw f;
        if (op == CAD_IR_E)
            cad_ir_extrude_flaw(ir, n, &f);
        else
            cad_ir_revolve_flaw(ir, n, &f);
        if (f.code)
            CAD_TRY(cad_diags_add(c->diags, weight(ir, i), f.code, place_of(ir, i), "%s", f.text));
    }
    return CAD_OK;
}

/* ---- orphans ---- */

static int32_t find_group(int32_t *group, int32_t i)
{
    while (group[i] != i) {
        group[i] = group[group[i]];
        i = group[i];
    }
    return i;
}

/* One warning per connected group of unused nodes, at its highest id: the end of what was forgotten. */
static cad_status check_orphans(checker *c)
{
    const cad_ir *ir = c->ir;
    int32_t *group;
    if (ir->root < 0)
        return CAD_OK;
    CAD_TRY(cad_arena_alloc(c->scratch, cad_size_mul(cad_size_add((size_t)ir->n_nodes, 1), sizeof *group), "groups", &group));
    for (int32_t i = 0; i < ir->n_nodes; i++)
        group[i] = i;
    for (int32_t i = 0; i < ir->n_nodes; i++)
        for (int k = 0; k < cad_ir_op_refs(ir->node[i].op); k++) {
            int32_t to = ir->node[i].child[k];
            if (to < 0 || ir->used[i] || ir->used[to])
                continue;
            int32_t a = find_group(group, i), b = find_group(group, to);
            group[a < b ? a : b] = a < b ? b : a; /* the highest id leads */
        }
    for (int32_t i = 0; i < ir->n_nodes; i++)
        if (!ir->used[i] && group[i] == i)
            CAD_TRY(cad_diags_add(c->diags, CAD_SEVERITY_warning, "orphan", place_of(ir, i),
                                  "node %d (%s) is not part of the result", i, cad_ir_op_name(ir->node[i].op)));
    return CAD_OK;
}

static cad_status check_roots(checker *c)
{
    const cad_ir *ir = c->ir;
    for (int32_t i = 0, seen = 0; i < ir->n_docs; i++) {
        if (ir->doc[i].op != CAD_IR_DOC_ROOT || seen++ != 1)
            continue;
        cad_place at = {ir->doc[i].line, ir->doc[i].column, -1};
        CAD_TRY(cad_diags_add(c->diags, CAD_SEVERITY_warning, "many-roots", at, "only the first ROOT counts"));
    }
    return CAD_OK;
}

/* ---- limits ---- */

static bool is_size(cad_ir_op op)
{
    return op == CAD_IR_C || op == CAD_IR_Y || op == CAD_IR_S || op == CAD_IR_K || op == CAD_IR_P || op == CAD_IR_SH ||
           op == CAD_IR_FI || op == CAD_IR_CH;
}

static cad_status limit(checker *c, int32_t id, int64_t line, const char *before, double value, const char *after)
{
    cad_place at = place_of(c->ir, id);
    if (line != at.line)
        at = (cad_place){line, 1, id};
    return cad_diags_add(c->diags, weight(c->ir, id), "limit", at, "%s%.9g%s", before, value, after);
}

static cad_status check_limits(checker *c)
{
    const cad_ir *ir = c->ir;
    int64_t *copies;
    CAD_TRY(cad_ir_all_copies(ir, c->scratch, &copies));
    for (int32_t i = 0; i < ir->n_nodes; i++) {
        const cad_ir_node *n = &ir->node[i];
        bool pattern = n->op == CAD_IR_LP || n->op == CAD_IR_CP;
        for (int k = 0; k < cad_ir_op_numbers(n->op); k++) {
            double v = n->arg[k];
            if (!(fabs(v) <= CAD_IR_MAX_SIZE))
                CAD_TRY(limit(c, i, n->line, "", v, " is beyond 1000000 in size"));
            else if (is_size(n->op) && v != 0 && fabs(v) < CAD_IR_MIN_SIZE)
                CAD_TRY(limit(c, i, n->line, "size ", v, " is below 0.0001"));
        }
        for (int32_t k = n->seg_begin; k < n->seg_begin + n->n_segs; k++) {
            const cad_ir_seg *s = &ir->seg[k];
            const double v[6] = {s->p[0], s->p[1], s->q[0], s->q[1], s->c[0], s->c[1]};
            for (int j = 0; j < 6; j++)
                if (!(fabs(v[j]) <= CAD_IR_MAX_SIZE))
                    CAD_TRY(limit(c, i, s->line, "", v[j], " is beyond 1000000 in size"));
        }
        if (pattern && n->count > CAD_IR_MAX_COUNT)
            CAD_TRY(limit(c, i, n->line, "a pattern of ", n->count, "; at most 1000"));
        else if (pattern && copies[i] > CAD_IR_MAX_COPIES)
            CAD_TRY(limit(c, i, n->line, "nested patterns make ", (double)copies[i], " copies; at most 10000"));
        if (n->name && strlen(n->name) > CAD_IR_MAX_NAME)
            CAD_TRY(limit(c, i, n->line, "a name of ", (double)strlen(n->name), " bytes; at most 256"));
    }
    return CAD_OK;
}

cad_status cad_ir_check(const cad_ir *ir, cad_diags *diags)
{
    if (!ir->ok)
        return CAD_OK;
    checker c = {ir, diags, NULL};
    /* Its own scratch: the list's arena keeps messages, which must outlive this call. */
    size_t room = ((size_t)256 << 10) + (size_t)ir->n_nodes * (64 + sizeof(cad_ir_flaw)) + (size_t)ir->n_segs * 256;
    CAD_TRY(cad_arena_create("ir check", room, &c.scratch));
    bool *sound;
    cad_status s = cad_arena_zalloc(c.scratch, cad_size_add((size_t)ir->n_nodes, 1), sizeof *sound, "sound sketches", &sound);
    if (s == CAD_OK)
        s = check_result(&c);
    if (s == CAD_OK)
        s = check_dangling(&c);
    if (s == CAD_OK)
        s = check_cycles(&c);
    for (int pass = 0; pass < 3 && s == CAD_OK; pass++)
        s = check_references(&c, pass);
    for (int pass = 0; pass < 3 && s == CAD_OK; pass++)
        s = check_values(&c, pass);
    if (s == CAD_OK)
        s = check_sketches(&c, sound);
    if (s == CAD_OK)
        s = check_sweeps(&c, sound, CAD_IR_E);
    if (s == CAD_OK)
        s = check_sweeps(&c, sound, CAD_IR_V);
    if (s == CAD_OK)
        s = check_values(&c, 3);
    if (s == CAD_OK)
        s = check_orphans(&c);
    if (s == CAD_OK)
        s = check_roots(&c);
    if (s == CAD_OK)
        s = check_limits(&c);
    cad_arena_destroy(c.scratch);
    return s;
}

cad_status cad_ir_load(const char *text, size_t len, cad_ir_dialect dialect, cad_arena *arena, cad_ir **out)
{
    cad_diags *d;
    CAD_TRY(cad_arena_alloc(arena, sizeof *d, "diagnostics", &d));
    cad_diags_init(d, arena);
    cad_ir *ir;
    CAD_TRY(cad_ir_parse(text, len, dialect, arena, d, &ir));
    CAD_TRY(cad_ir_check(ir, d));
    const cad_diag *e = cad_diags_first_error(d);
    if (e)
        CAD_FAIL(CAD_EPARSE, "line %" PRId64 ", column %d: %s [%s]", e->line + 1, e->column, e->message, e->code);
    *out = ir;
    return CAD_OK;
}
