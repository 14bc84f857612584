/* The form of vcad's own writer (section 16): sections in its order, ids in a topological order, ROOT always written. */
#include "cad/ir/ir_print.h"
#include "core/size.h"

#include <inttypes.h>
#include <string.h>

typedef struct writer {
    const cad_ir *ir;
    const int32_t *ids; /* old id -> new id */
    cad_buf *out;
} writer;

static cad_status blank(writer *w)
{
    return cad_buf_str(w->out, "\n");
}

/* vcad keeps definitions by name: the last one of a name counts. */
static bool redefined(const cad_ir *ir, int32_t i, bool by_name)
{
    for (int32_t k = i + 1; k < ir->n_docs; k++)
        if (ir->doc[k].op == ir->doc[i].op && (!by_name || !strcmp(ir->doc[k].arg[0].text, ir->doc[i].arg[0].text)))
            return true;
    return false;
}

/* Statements of one kind sorted by their first argument, under a heading. */
static cad_status sorted_section(writer *w, cad_ir_doc_op op, const char *heading, cad_arena *scratch)
{
    const cad_ir *ir = w->ir;
    int32_t *list, n = 0;
    CAD_TRY(cad_arena_alloc(scratch, cad_size_mul(cad_size_add((size_t)ir->n_docs, 1), sizeof *list), "definitions", &list));
    for (int32_t i = 0; i < ir->n_docs; i++) {
        if (ir->doc[i].op != op || redefined(ir, i, true))
            continue;
        int32_t k = n++;
        for (; k > 0 && strcmp(ir->doc[list[k - 1]].arg[0].text, ir->doc[i].arg[0].text) > 0; k--)
            list[k] = list[k - 1];
        list[k] = i;
    }
    if (n == 0)
        return CAD_OK;
    CAD_TRY(cad_buf_str(w->out, heading));
    for (int32_t i = 0; i < n; i++)
        CAD_TRY(cad_ir_print_doc(ir, &ir->doc[list[i]], w->ids, w->out));
    return blank(w);
}

/* Statements of several kinds in the order of the text. */
static cad_status plain_section(writer *w, uint32_t ops, const char *heading)
{
    bool any = false;
    for (int32_t i = 0; i < w->ir->n_docs; i++) {
        if (!(ops & 1u << w->ir->doc[i].op))
            continue;
        if (!any)
            CAD_TRY(cad_buf_str(w->out, heading));
        any = true;
        CAD_TRY(cad_ir_print_doc(w->ir, &w->ir->doc[i], w->ids, w->out));
    }
    return any ? blank(w) : CAD_OK;
}

/* The last statement of a kind, the one vcad keeps. */
static cad_status last_of(writer *w, cad_ir_doc_op op, bool *any)
{
    for (int32_t i = w->ir->n_docs - 1; i >= 0; i--)
        if (w->ir->doc[i].op == op) {
            if (!*any && op != CAD_IR_DOC_GROUND)
                CAD_TRY(cad_buf_str(w->out, "# Scene Settings\n"));
            *any = true;
            return cad_ir_print_doc(w->ir, &w->ir->doc[i], w->ids, w->out);
        }
    return CAD_OK;
}

#define BIT(op) (1u << CAD_IR_DOC_##op)

static cad_status scene_settings(writer *w)
{
    static const cad_ir_doc_op after[] = {CAD_IR_DOC_AO, CAD_IR_DOC_BLOOM, CAD_IR_DOC_VIG, CAD_IR_DOC_TONE, CAD_IR_DOC_EXP};
    const cad_ir *ir = w->ir;
    bool any = false;
    CAD_TRY(last_of(w, CAD_IR_DOC_ENV, &any));
    CAD_TRY(last_of(w, CAD_IR_DOC_BG, &any));
    for (int pass = 0; pass < 2; pass++) {
        uint32_t ops = pass == 0 ? BIT(LDIR) | BIT(LPNT) | BIT(LSPT) | BIT(LAREA) : BIT(CAM);
        for (int32_t i = 0; i < ir->n_docs; i++) {
            if (!(ops & 1u << ir->doc[i].op))
                continue;
            if (!any)
                CAD_TRY(cad_buf_str(w->out, "# Scene Settings\n"));
            any = true;
            CAD_TRY(cad_ir_print_doc(ir, &ir->doc[i], w->ids, w->out));
        }
        for (size_t k = 0; pass == 0 && k < sizeof after / sizeof *after; k++)
            CAD_TRY(last_of(w, after[k], &any));
    }
    return CAD_OK;
}

static const char *first_material(const cad_ir *ir)
{
    for (int32_t i = 0; i < ir->n_docs; i++)
        if (ir->doc[i].op == CAD_IR_DOC_M)
            return ir->doc[i].arg[0].text;
    return NULL;
}

static cad_status write_all(writer *w, const int32_t *order, cad_arena *scratch)
{
    const cad_ir *ir = w->ir;
    bool implicit = ir->root_doc < 0 && ir->n_nodes > 0;
    const char *material = first_material(ir);
    CAD_TRY(cad_buf_str(w->out, "# vcad 0.2\n\n"));
    if (implicit && !material)
        CAD_TRY(cad_buf_str(w->out, "# Materials\nM default 0.8 0.8 0.8 0 0.5\n\n"));
    CAD_TRY(sorted_section(w, CAD_IR_DOC_M, "# Materials\n", scratch));
    if (ir->n_nodes) {
        CAD_TRY(cad_buf_str(w->out, "# Geometry\n"));
        for (int32_t i = 0; i < ir->n_nodes; i++)
            CAD_TRY(cad_ir_print_node(ir, &ir->node[order[i]], w->ids, true, "  ", w->out));
        CAD_TRY(blank(w));
        if (implicit) {
            CAD_TRY(cad_buf_printf(w->out, "# Scene\nROOT %d ", w->ids[ir->root]));
            CAD_TRY(cad_ir_print_id(material ? material : "default", w->out));
            CAD_TRY(cad_buf_str(w->out, "\n\n"));
        }
        CAD_TRY(plain_section(w, BIT(ROOT), "# Scene\n"));
    }
    CAD_TRY(sorted_section(w, CAD_IR_DOC_PDEF, "# Parts\n", scratch));
    CAD_TRY(plain_section(w, BIT(INST), "# Instances\n"));
    CAD_TRY(plain_section(w, BIT(JFIX) | BIT(JREV) | BIT(JSLD) | BIT(JCYL) | BIT(JBAL), "# Joints\n"));
    bool ground = false;
    CAD_TRY(last_of(w, CAD_IR_DOC_GROUND, &ground));
    if (ground)
        CAD_TRY(blank(w));
    return scene_settings(w);
}

cad_status cad_ir_print_upstream(const cad_ir *ir, cad_buf *out)
{
    CAD_TRY(cad_ir_need_ok(ir));
    for (int32_t i = 0; i < ir->n_docs; i++)
        for (int32_t k = 0; k < ir->doc[i].n_args; k++)
            if (ir->doc[i].arg[k].kind == CAD_IR_ARG_node && ir->doc[i].arg[k].integer >= (uint64_t)ir->n_nodes)
                CAD_FAIL(CAD_EDATA, "%s names node %" PRIu64 ", which does not exist", cad_ir_doc_op_name(ir->doc[i].op),
                         ir->doc[i].arg[k].integer);
    for (int32_t i = 0; i < ir->n_nodes; i++)
        if (ir->node[i].op == CAD_IR_P || ir->node[i].faces)
            CAD_FAIL(CAD_EDATA, "node %d (%s) is an extension; lower the program first", i, cad_ir_op_name(ir->node[i].op));
    cad_arena *scratch;
    CAD_TRY(cad_arena_create("ir writer", ((size_t)64 << 10) + ((size_t)ir->n_nodes + (size_t)ir->n_docs) * 64, &scratch));
    int32_t *order = NULL, *ids = NULL;
    cad_status s = cad_ir_sort_all(ir, scratch, &order);
    if (s == CAD_OK)
        s = cad_arena_alloc(scratch, cad_size_mul(cad_size_add((size_t)ir->n_nodes, 1), sizeof *ids), "new ids", &ids);
    for (int32_t i = 0; i < ir->n_nodes && s == CAD_OK; i++)
        ids[order[i]] = i;
    writer w = {ir, ids, out};
    size_t from = out->len;
    if (s == CAD_OK)
        s = write_all(&w, order, scratch);
    while (s == CAD_OK && out->len > from && out->data[out->len - 1] == '\n')
        out->data[--out->len] = '\0';
    cad_arena_destroy(scratch);
    return s;
}
