/* The value of one node from those of its operands: chains of D and U in one kernel call, and what of them has no effect. */
#include "cad/occt/compiler.hpp"

#include <algorithm>
#include <cmath>

namespace
{

/* Relative change of volume below which a boolean counts as without effect. */
constexpr double same_volume = 1e-9;

bool same(double a, double b)
{
    return std::fabs(a - b) <= same_volume * std::fmax(std::fabs(a), std::fabs(b));
}

} // namespace

namespace cad_occt
{

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

} // namespace cad_occt
