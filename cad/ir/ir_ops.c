#include "cad/ir/ir.h"

static const struct {
    const char *name;
    signed char refs, numbers, counts;
} ops[CAD_IR_N_OPS] = {
#define X(name, refs, numbers, count) [CAD_IR_##name] = {#name, refs, numbers, count},
    CAD_IR_OPS(X)
#undef X
};

static const char *const doc_ops[CAD_IR_N_DOC_OPS] = {
#define X(name) [CAD_IR_DOC_##name] = #name,
    CAD_IR_DOC_OPS(X)
#undef X
};

const char *cad_ir_op_name(cad_ir_op op)
{
    return ops[op].name;
}

const char *cad_ir_doc_op_name(cad_ir_doc_op op)
{
    return doc_ops[op];
}

int cad_ir_op_refs(cad_ir_op op)
{
    return ops[op].refs;
}

int cad_ir_op_numbers(cad_ir_op op)
{
    return ops[op].numbers;
}

bool cad_ir_op_counts(cad_ir_op op)
{
    return ops[op].counts != 0;
}
