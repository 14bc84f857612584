/* A checked program to an exact solid: nodes once, operands first, and the codes that need the geometry
 * (spec/compact-ir.md 14, 17). */
#include "cad/occt/compiler.hpp"

#include <BRepCheck_Analyzer.hxx>
#include <TopExp.hxx>
#include <TopTools_IndexedMapOfShape.hxx>
#include <TopoDS.hxx>

#include <cstdio>
#include <cstring>

using namespace cad_occt;

namespace
{

cad_place place_of(const cad_ir_node &n, int32_t id)
{
    return cad_place{n.line, (int32_t)n.column, id};
}

bool sound(const TopoDS_Shape &s)
{
    const timed here(CAD_SOLID_STEP_check);
    return BRepCheck_Analyzer(s).IsValid();
}

} // namespace

namespace cad_occt
{

double volume_of(const part &p)
{
    double v = 0.0;
    for (const TopoDS_Solid &s : p.solids)
        v += volume_of(s);
    return v;
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

} // namespace cad_occt

namespace
{

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
