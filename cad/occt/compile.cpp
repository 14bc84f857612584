/* A checked program to an exact solid: nodes once, operands first, chains of D and U in one kernel call, and the codes that
 * need the geometry (spec/compact-ir.md 14, 17). */
#include "cad/occt/occt_impl.hpp"

#include <BRepCheck_Analyzer.hxx>
#include <TopExp.hxx>
#include <TopTools_IndexedMapOfShape.hxx>
#include <TopoDS.hxx>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

using namespace cad_occt;

namespace
{

/* Relative change of volume below which a boolean counts as without effect. */
constexpr double same_volume = 1e-9;

class compiler
{
  public:
    compiler(const cad_ir &program, cad_diags *list, ways way)
        : ir(program), diags(list), how(way), value((size_t)program.n_nodes), uses((size_t)program.n_nodes, 0),
          inner((size_t)program.n_nodes, 0), emptied((size_t)program.n_nodes, -1)
    {
    }

    cad_status run(cad_solid *out);

  private:
    const cad_ir &ir;
    cad_diags *diags;
    ways how;
    std::vector<part> value;
    std::vector<int> uses;
    std::vector<char> inner;
    std::vector<int32_t> emptied; /* the node in which an empty value became empty, else -1 */
    std::vector<int32_t> origins; /* those nodes */

    const cad_ir_node &at(int32_t id) const
    {
        return ir.node[id];
    }
    cad_status error(int32_t id, const char *code, const char *what);
    cad_status warn(int32_t id, const char *code, const char *what);
    cad_status build(int32_t id);
    cad_status build_cut(int32_t id);
    cad_status build_fuse(int32_t id);
    cad_status build_common(int32_t id);
    cad_status build_copies(int32_t id);
    part build_transform(const cad_ir_node &n);
    cad_status build_sketched(int32_t id);
    cad_status step_cut(int32_t base, const std::vector<int32_t> &chain);
    cad_status step_fuse(int32_t id);
    cad_status finish(cad_solid *out);
    void plan();
    void mark_empty(int32_t id);
};

cad_place place_of(const cad_ir_node &n, int32_t id)
{
    return cad_place{n.line, (int32_t)n.column, id};
}

double volume_of(const part &p)
{
    double v = 0.0;
    for (const TopoDS_Solid &s : p.solids)
        v += cad_occt::volume_of(s);
    return v;
}

bool sound(const TopoDS_Shape &s)
{
    const timed here(CAD_SOLID_STEP_check);
    return BRepCheck_Analyzer(s).IsValid();
}

bool same(double a, double b)
{
    return std::fabs(a - b) <= same_volume * std::fmax(std::fabs(a), std::fabs(b));
}

cad_status compiler::error(int32_t id, const char *code, const char *what)
{
    CAD_TRY(cad_diags_add(diags, CAD_SEVERITY_error, code, place_of(at(id), id), "node %d (%s): %s", (int)id,
                          cad_ir_op_name(at(id).op), what));
    CAD_FAIL(CAD_EGEOM, "%s: node %d (%s): %s", code, (int)id, cad_ir_op_name(at(id).op), what);
}

cad_status compiler::warn(int32_t id, const char *code, const char *what)
{
    return cad_diags_add(diags, CAD_SEVERITY_warning, code, place_of(at(id), id), "node %d (%s): %s", (int)id,
                         cad_ir_op_name(at(id).op), what);
}

/* How often each value is used, and which U and D only feed a chain of their own kind. */
void compiler::plan()
{
    for (int32_t k = 0; k < ir.n_order; ++k)
        for (int c = 0; c < cad_ir_op_refs(at(ir.order[k]).op); ++c)
            uses[(size_t)at(ir.order[k]).child[c]]++;
    for (int32_t k = 0; k < ir.n_order; ++k) {
        const cad_ir_node &n = at(ir.order[k]);
        if (n.op == CAD_IR_D && at(n.child[0]).op == CAD_IR_D && uses[(size_t)n.child[0]] == 1)
            inner[(size_t)n.child[0]] = 1;
        for (int c = 0; c < 2 && n.op == CAD_IR_U; ++c)
            if (at(n.child[c]).op == CAD_IR_U && uses[(size_t)n.child[c]] == 1)
                inner[(size_t)n.child[c]] = 1;
    }
}

void compiler::mark_empty(int32_t id)
{
    int32_t *where = &emptied[(size_t)id];
    if (!value[(size_t)id].empty()) {
        *where = -1;
        return;
    }
    for (int c = 0; c < cad_ir_op_refs(at(id).op) && *where < 0; ++c)
        *where = emptied[(size_t)at(id).child[c]];
    if (*where < 0)
        *where = id;
    if (*where != id && !inner[(size_t)*where])
        return;
    origins.push_back(*where);
}

/* One by one, because some tool's surface is gone from the result: did it cut anything, and where did the part vanish? */
cad_status compiler::step_cut(int32_t base, const std::vector<int32_t> &chain)
{
    part now = value[(size_t)base];
    double v = volume_of(now);
    for (const int32_t id : chain) {
        const int32_t tool = at(id).child[1];
        if (now.empty() || value[(size_t)tool].empty()) {
            CAD_TRY(warn(id, "no-effect", "an operand is empty"));
            continue;
        }
        now = cut(now, {&value[(size_t)tool]}, {false, false}).value;
        const double w = volume_of(now);
        if (now.empty() && emptied[(size_t)chain.back()] < 0)
            emptied[(size_t)chain.back()] = id;
        else if (same(v, w))
            CAD_TRY(warn(id, "no-effect", "the tool cuts nothing"));
        v = w;
    }
    return CAD_OK;
}

cad_status compiler::build_cut(int32_t id)
{
    std::vector<int32_t> chain{id};
    while (inner[(size_t)at(chain.back()).child[0]] && at(at(chain.back()).child[0]).op == CAD_IR_D)
        chain.push_back(at(chain.back()).child[0]);
    const int32_t base = at(chain.back()).child[0];
    std::reverse(chain.begin(), chain.end());
    std::vector<const part *> tools;
    for (const int32_t d : chain)
        tools.push_back(&value[(size_t)at(d).child[1]]);
    if (value[(size_t)base].empty()) {
        emptied[(size_t)id] = emptied[(size_t)base];
        return CAD_OK;
    }
    boolean_result r = cut(value[(size_t)base], tools, how);
    bool all = !r.value.empty();
    for (const char shows : r.shows)
        all = all && shows;
    value[(size_t)id] = r.value;
    if (!all)
        CAD_TRY(step_cut(base, chain));
    return CAD_OK;
}

/* The same for a fuse: each U of the chain on its own operands, in the order of ids' post-order. */
cad_status compiler::step_fuse(int32_t id)
{
    struct frame {
        int32_t id;
        int next;
    };
    std::vector<frame> stack{{id, 0}};
    std::vector<part> done((size_t)ir.n_nodes);
    while (!stack.empty()) {
        frame &f = stack.back();
        if (f.next < 2) {
            const int32_t c = at(f.id).child[f.next++];
            if (at(c).op == CAD_IR_U && inner[(size_t)c])
                stack.push_back({c, 0});
            continue;
        }
        const part *operand[2];
        for (int k = 0; k < 2; ++k) {
            const int32_t c = at(f.id).child[k];
            operand[k] = at(c).op == CAD_IR_U && inner[(size_t)c] ? &done[(size_t)c] : &value[(size_t)c];
        }
        part both = fuse({operand[0], operand[1]}, {false, false}).value;
        const double v = volume_of(both);
        if (same(v, volume_of(*operand[0])) || same(v, volume_of(*operand[1])))
            CAD_TRY(warn(f.id, "no-effect", "one operand lies inside the other"));
        done[(size_t)f.id] = both;
        stack.pop_back();
    }
    return CAD_OK;
}

cad_status compiler::build_fuse(int32_t id)
{
    std::vector<int32_t> todo{id};
    std::vector<const part *> operands;
    while (!todo.empty()) {
        const cad_ir_node &n = at(todo.back());
        todo.pop_back();
        for (int c = 1; c >= 0; --c) {
            const int32_t child = n.child[c];
            if (at(child).op == CAD_IR_U && inner[(size_t)child])
                todo.push_back(child);
            else
                operands.push_back(&value[(size_t)child]);
        }
    }
    const boolean_result r = fuse(operands, how);
    value[(size_t)id] = r.value;
    for (const char shows : r.shows)
        if (!shows)
            return step_fuse(id);
    return CAD_OK;
}

cad_status compiler::build_common(int32_t id)
{
    const part &a = value[(size_t)at(id).child[0]], &b = value[(size_t)at(id).child[1]];
    value[(size_t)id] = common(a, b, how.merge);
    const part &r = value[(size_t)id];
    if (r.empty())
        return CAD_OK;
    const double v = volume_of(r);
    if (same(v, volume_of(a)) || same(v, volume_of(b)))
        CAD_TRY(warn(id, "no-effect", "one operand lies inside the other"));
    return CAD_OK;
}

/* All copies in one fuse; where most of them overlap, by doubling: the union of m copies and itself moved by m steps. */
cad_status compiler::build_copies(int32_t id)
{
    const part &child = value[(size_t)at(id).child[0]];
    const uint32_t n = copies_of(at(id));
    if (child.empty() || n == 1) {
        value[(size_t)id] = child;
        return CAD_OK;
    }
    std::vector<part> copies;
    std::vector<const part *> operands;
    for (uint32_t k = 0; k < n; ++k)
        copies.push_back(make_copy(at(id), child, k));
    for (const part &p : copies)
        operands.push_back(&p);
    if (!crowded(operands)) {
        value[(size_t)id] = fuse(operands, how).value;
        return CAD_OK;
    }
    uint32_t bit = 1;
    while (bit <= n / 2)
        bit *= 2;
    part all = child;
    for (uint32_t m = 1; (bit /= 2) != 0;) {
        const part next = make_copy(at(id), all, m);
        all = fuse({&all, &next}, how).value;
        m *= 2;
        if (n & bit) {
            all = fuse({&all, &copies[m]}, how).value;
            ++m;
        }
    }
    value[(size_t)id] = all;
    return CAD_OK;
}

cad_status compiler::build_sketched(int32_t id)
{
    value[(size_t)id] = at(id).op == CAD_IR_E ? make_extrusion(ir, at(id)) : make_revolution(ir, at(id));
    return value[(size_t)id].empty() ? error(id, "invalid-solid", "sweeping the profile gives no solid") : CAD_OK;
}

/* A cylinder or cone that stays round is made at its new size; what is left to do is the mirroring. */
part compiler::build_transform(const cad_ir_node &n)
{
    const cad_ir_node &child = at(n.child[0]);
    const double *f = n.arg;
    const bool round = child.op == CAD_IR_Y || child.op == CAD_IR_K;
    if (n.op != CAD_IR_X || !round || std::fabs(f[0]) != std::fabs(f[1]) || std::fabs(f[1]) == std::fabs(f[2]))
        return make_transform(n, value[(size_t)n.child[0]]);
    cad_ir_node sized = child, mirror = n;
    const int height = child.op == CAD_IR_Y ? 1 : 2;
    for (int i = 0; i < height; ++i)
        sized.arg[i] *= std::fabs(f[0]);
    sized.arg[height] *= std::fabs(f[2]);
    for (int i = 0; i < 3; ++i)
        mirror.arg[i] = f[i] < 0 ? -1.0 : 1.0;
    return make_transform(mirror, make_primitive(sized));
}

cad_status compiler::build(int32_t id)
{
    const cad_ir_node &n = at(id);
    switch (n.op) {
    case CAD_IR_C:
    case CAD_IR_Y:
    case CAD_IR_S:
    case CAD_IR_K:
    case CAD_IR_P:
        value[(size_t)id] = make_primitive(n);
        return value[(size_t)id].empty() ? error(id, "invalid-solid", "the primitive gives no solid") : CAD_OK;
    case CAD_IR_U:
        return build_fuse(id);
    case CAD_IR_D:
        return build_cut(id);
    case CAD_IR_I:
        return build_common(id);
    case CAD_IR_T:
    case CAD_IR_R:
    case CAD_IR_X:
        value[(size_t)id] = build_transform(n);
        return CAD_OK;
    case CAD_IR_LP:
    case CAD_IR_CP:
        return build_copies(id);
    case CAD_IR_SH:
    case CAD_IR_FI:
    case CAD_IR_CH: {
        const part &child = value[(size_t)n.child[0]];
        if (child.empty())
            return CAD_OK;
        blend_result r = n.op == CAD_IR_SH ? make_shell(n, child, how.direct) : make_blend(n, child);
        if (r.code)
            return error(id, r.code, r.why);
        value[(size_t)id] = std::move(r.value);
        return CAD_OK;
    }
    case CAD_IR_SK:
        return CAD_OK;
    case CAD_IR_E:
    case CAD_IR_V:
        return build_sketched(id);
    default:
        return error(id, "invalid-solid", "no such operation");
    }
}

cad_status compiler::finish(cad_solid *out)
{
    const int32_t root = ir.root;
    const part &result = value[(size_t)root];
    if (result.empty()) {
        const int32_t where = emptied[(size_t)root] >= 0 ? emptied[(size_t)root] : root;
        return error(where, "empty", "no volume is left");
    }
    const TopoDS_Shape shape = shape_of(result.solids);
    if (!(volume_of(result) > 0.0))
        return error(root, "invalid-solid", "the volume is not positive");
    if (!sound(shape))
        return error(root, "invalid-solid", "the kernel's check refuses the shape");
    TopTools_IndexedMapOfShape shells;
    TopExp::MapShapes(shape, TopAbs_SHELL, shells);
    char text[96];
    if (result.solids.size() > 1) {
        snprintf(text, sizeof text, "the result has %zu bodies", result.solids.size());
        CAD_TRY(warn(root, "many-bodies", text));
    }
    if ((size_t)shells.Extent() > result.solids.size())
        CAD_TRY(warn(root, "cavity", "the result has a closed void inside"));
    for (const int32_t id : origins)
        CAD_TRY(warn(id, "empty", "no volume is left, but the result does not need it"));
    out->shape = shape;
    out->box = result.box;
    out->has_box = result.has_box;
    out->merged = result.merged;
    out->checked = true;
    return CAD_OK;
}

cad_status compiler::run(cad_solid *out)
{
    plan();
    int32_t id = ir.root;
    try {
        for (int32_t k = 0; k < ir.n_order; ++k) {
            id = ir.order[k];
            if (inner[(size_t)id])
                continue;
            CAD_TRY(build(id));
            if (at(id).op != CAD_IR_SK)
                mark_empty(id);
        }
        id = ir.root;
        return finish(out);
    } catch (const Standard_OutOfMemory &) {
        throw;
    } catch (const Standard_Failure &e) {
        return error(id, "invalid-solid",
                     e.GetMessageString() && *e.GetMessageString() ? e.GetMessageString() : e.DynamicType()->Name());
    }
}

/* A shape that is not sound is tried again by the kernel alone.  Its merge of neighbours can spoil what the booleans left sound
 * too; then the faces stay as they are cut. */
cad_status compile(const cad_ir &ir, bool direct, cad_diags *diags, cad_solid *out)
{
    const cad_diags before = *diags;
    const cad_solid_ways ways_before = cad_solid_count();
    const cad_status first = compiler(ir, diags, {true, direct}).run(out);
    const cad_diag *found = cad_diags_first_error(diags);
    if (first != CAD_EGEOM || !found || strcmp(found->code, "invalid-solid") != 0)
        return first;
    const cad_diags merged = *diags;
    const bool was_direct = cad_solid_count().direct > ways_before.direct;
    for (const ways how : {ways{true, false}, ways{false, false}}) {
        if (how.merge && !was_direct)
            continue;
        *diags = before;
        if (compiler(ir, diags, how).run(out) == CAD_OK)
            return CAD_OK;
    }
    *diags = merged;
    CAD_FAIL(CAD_EGEOM, "%s: %s", found->code, found->message);
}

} // namespace

static cad_status from_ir(const cad_ir *ir, bool direct, cad_diags *diags, cad_solid **out)
{
    return guard("compile", [&]() -> cad_status {
        init();
        if (ir->root < 0 || !ir->n_order || ir->node[ir->root].op == CAD_IR_SK)
            CAD_FAIL(CAD_EINVAL, "compile: the program has no result that is a solid");
        cad_solid value;
        CAD_TRY(compile(*ir, direct, diags, &value));
        return wrap(value, out);
    });
}

extern "C" cad_status cad_solid_from_ir(const cad_ir *ir, cad_diags *diags, cad_solid **out)
{
    return from_ir(ir, true, diags, out);
}

extern "C" cad_status cad_solid_from_ir_plain(const cad_ir *ir, cad_diags *diags, cad_solid **out)
{
    return from_ir(ir, false, diags, out);
}
