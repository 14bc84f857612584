/* Random programs that parse, for the properties of section 16 and as seeds of the fuzz test. */
#ifndef CADLM_TESTS_CAD_IR_RANDOM_H
#define CADLM_TESTS_CAD_IR_RANDOM_H

#include "tests/cad/ir_util.h"

#include "core/rng.h"

typedef struct random_program {
    cad_rng rng;
    cad_buf text;
    cad_ir_dialect dialect;
    bool names, docs, forward;
    int n_nodes;
    bool sketch[64];
} random_program;

static inline void random_number(random_program *r, double lo, double hi)
{
    double v = lo + (hi - lo) * cad_rng_uniform(&r->rng);
    ok(cad_buf_str(&r->text, cad_rng_chance(&r->rng, 0.2) ? "\t" : ""));
    char text[64];
    switch (cad_rng_range(&r->rng, 0, 4)) {
    case 0:
        snprintf(text, sizeof text, " %.3f", v);
        break;
    case 1:
        snprintf(text, sizeof text, " %.0f.", v + 1);
        break;
    case 2:
        snprintf(text, sizeof text, " %+.6g", v);
        break;
    case 3:
        snprintf(text, sizeof text, " %.2e", v);
        break;
    default:
        snprintf(text, sizeof text, " %.17g", v);
        break;
    }
    ok(cad_buf_str(&r->text, text));
}

/* An operand of the wanted kind among the nodes so far; -1: none. */
static inline int random_operand(random_program *r, bool sketch)
{
    for (int tries = 0; tries < 20 && r->n_nodes > 0; tries++) {
        int id = (int)cad_rng_range(&r->rng, 0, r->n_nodes - 1);
        id = cad_rng_chance(&r->rng, 0.5) && r->n_nodes > 4 ? r->n_nodes - 1 - id % 4 : id; /* deep programs */
        if (r->sketch[id] == sketch)
            return id;
    }
    return -1;
}

static inline void random_end(random_program *r)
{
    static const char *const names[] = {" \"plate\"", " \"a \\\"b\\\" \\\\ c\"", "\"\"", " \"\xC3\xA9t\xC3\xA9 # 1\""};
    if (r->names && cad_rng_chance(&r->rng, 0.3))
        ok(cad_buf_str(&r->text, names[cad_rng_range(&r->rng, 0, 3)]));
    if (r->dialect == CAD_IR_DIALECT_cadlm && cad_rng_chance(&r->rng, 0.1))
        ok(cad_buf_str(&r->text, "  # said \"so"));
    ok(cad_buf_str(&r->text, cad_rng_chance(&r->rng, 0.1) ? " \r\n\n" : "\n"));
}

static inline void random_sketch(random_program *r)
{
    ok(cad_buf_str(&r->text, "SK 0 0 0 1 0 0 0 1 0"));
    random_end(r);
    int w = (int)cad_rng_range(&r->rng, 1, 40), h = (int)cad_rng_range(&r->rng, 1, 40);
    ok(cad_buf_printf(&r->text, "L 0 0 %d 0\nA %d 0 %d %d %d %g %d\n  L %d %d 0 %d\nL 0 %d 0 0\nEND\n", w, w, w, h, w, h / 2.0,
                      (int)cad_rng_range(&r->rng, 0, 3), w, h, h, h));
    r->sketch[r->n_nodes++] = true;
}

static inline void random_doc(random_program *r)
{
    static const char *const docs[] = {
        "M steel 0.5 .5 5e-1 1 0.25 7850",
        "M \"my steel\" 1 1 1 0 0",
        "ROOT 0 steel hidden",
        "ROOT +0 default",
        "PDEF \"1a\" \"Base \\\"x\\\"\" 0 steel",
        "INST i1 1a \"n\" 0 0 0 90 0 0 1 1 1",
        "JFIX j _ i1 0 0 0 1 2 3",
        "JREV j \"_\" i1 0 0 0 1 2 3 0 0 1 -90 90",
        "GROUND i1",
        "ENV studio 1.50",
        "ENV none",
        "ENV http://x/y 2",
        "BG env",
        "BG solid 1 1 1",
        "BG gradient 1 1 1 0 0 0",
        "LDIR l 1 1 1 2 0 0 -1 shadow",
        "LSPT s 1 1 1 2 0 0 0 1 1 1 30",
        "LAREA a 1 1 1 2 0 0 0 1 1 1 3 4",
        "AO 1 .5 2",
        "TONE agX",
        "EXP 1.0",
        "CAM c 1 2 3 4 5 6 45 \"top view\"",
    };
    ok(cad_buf_printf(&r->text, "%s\n", docs[cad_rng_range(&r->rng, 0, sizeof docs / sizeof *docs - 1)]));
}

/* A program of 1..60 nodes, each legal as text; geometry may make no sense. */
static inline void random_make(random_program *r)
{
    int want = (int)cad_rng_range(&r->rng, 1, 60);
    while (r->n_nodes < want) {
        int ext = r->dialect == CAD_IR_DIALECT_cadlm;
        cad_ir_op op = (cad_ir_op)cad_rng_range(&r->rng, 0, CAD_IR_N_OPS - 1);
        if (r->docs && cad_rng_chance(&r->rng, 0.15))
            random_doc(r);
        if (cad_rng_chance(&r->rng, 0.05))
            ok(cad_buf_str(&r->text, "\t# comment\n"));
        if (op == CAD_IR_SK) {
            random_sketch(r);
            continue;
        }
        if (op == CAD_IR_P && !ext)
            continue;
        int refs[2] = {-1, -1};
        bool missing = false;
        for (int k = 0; k < cad_ir_op_refs(op); k++) {
            refs[k] = random_operand(r, op == CAD_IR_E || op == CAD_IR_V);
            missing = missing || refs[k] < 0;
        }
        if (missing)
            continue;
        ok(cad_buf_str(&r->text, ext && op == CAD_IR_FI && cad_rng_chance(&r->rng, 0.5) ? "F" : cad_ir_op_name(op)));
        for (int k = 0; k < cad_ir_op_refs(op); k++)
            ok(cad_buf_printf(&r->text, " %s%d", cad_rng_chance(&r->rng, 0.1) ? "+" : "00", refs[k]));
        int numbers = cad_ir_op_numbers(op), count_at = op == CAD_IR_P ? 0 : numbers - 1;
        for (int k = 0; k < numbers; k++) {
            if (cad_ir_op_counts(op) && k == count_at)
                ok(cad_buf_printf(&r->text, " %d", (int)cad_rng_range(&r->rng, 3, 12)));
            random_number(r, 0.5, 90);
        }
        if (ext && op == CAD_IR_SH && cad_rng_chance(&r->rng, 0.7))
            ok(cad_buf_str(&r->text, cad_rng_chance(&r->rng, 0.5) ? " +Z" : " -Y +X"));
        random_end(r);
        r->n_nodes++;
    }
}

#endif
