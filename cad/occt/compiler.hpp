/* What turns a checked program into an exact solid, shared by compile.cpp (the order, the end) and compile_node.cpp (each
 * node). */
#ifndef CADLM_CAD_OCCT_COMPILER_HPP
#define CADLM_CAD_OCCT_COMPILER_HPP

#include "cad/occt/occt_impl.hpp"

#include <vector>

namespace cad_occt
{

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

double volume_of(const part &p);

} // namespace cad_occt

#endif
