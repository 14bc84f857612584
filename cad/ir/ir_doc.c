/* Document statements (section 11): argument types, arities and the wording of vcad, statement by statement. */
#include "cad/ir/ir_parse.h"

#include <string.h>

/* One letter per argument: i identifier, p parent (identifier or a bare _), t text, f number, c count, n node id,
 * k keyword that switches something on.  `more` are optional ones; `pair`: they count only when all are there. */
typedef struct schema {
    const char *need, *more;
    bool at_least; /* the wording of the arity message */
    bool pair;
    bool more_first; /* vcad reads the optional numbers before the others */
    const char *keyword;
} schema;

static const schema schemas[CAD_IR_N_DOC_OPS] = {
    [CAD_IR_DOC_M] = {"ifffff", "ff", .at_least = true},
    [CAD_IR_DOC_ROOT] = {"ni", "k", .at_least = true, .keyword = "hidden"},
    [CAD_IR_DOC_PDEF] = {"itn", "i", .at_least = true},
    [CAD_IR_DOC_INST] = {"iitfffffffff", "i", .at_least = true},
    [CAD_IR_DOC_JFIX] = {"ipiffffff", ""},
    [CAD_IR_DOC_JBAL] = {"ipiffffff", ""},
    [CAD_IR_DOC_JCYL] = {"ipifffffffff", ""},
    [CAD_IR_DOC_JREV] = {"ipifffffffff", "ff", .at_least = true, .pair = true, .more_first = true},
    [CAD_IR_DOC_JSLD] = {"ipifffffffff", "ff", .at_least = true, .pair = true, .more_first = true},
    [CAD_IR_DOC_GROUND] = {"i", ""},
    [CAD_IR_DOC_LDIR] = {"ifffffff", "k", .at_least = true, .keyword = "shadow"},
    [CAD_IR_DOC_LPNT] = {"ifffffff", "f", .at_least = true, .more_first = true},
    [CAD_IR_DOC_LSPT] = {"iffffffffff", "ff", .at_least = true, .more_first = true},
    [CAD_IR_DOC_LAREA] = {"iffffffffffff", ""},
    [CAD_IR_DOC_AO] = {"cff", ""},
    [CAD_IR_DOC_BLOOM] = {"cff", ""},
    [CAD_IR_DOC_VIG] = {"cff", ""},
    [CAD_IR_DOC_CAM] = {"iffffff", "ft", .at_least = true, .more_first = true},
};

static const char *const presets[] = {"studio", "warehouse", "apartment", "park",   "city",
                                      "dawn",   "night",     "sunset",    "forest", "neutral"};
static const char *const tones[] = {"none", "reinhard", "cineon", "acesFilmic", "agX", "neutral"};

int cad_ir_find_doc_op(const cad_token *t)
{
    for (int op = 0; op < CAD_IR_N_DOC_OPS; op++)
        if (cad_lex_is(t, cad_ir_doc_op_name((cad_ir_doc_op)op)))
            return op;
    return -1;
}

static bool one_of(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(text, words[i]))
            return true;
    return false;
}

static cad_status warn_extra(cad_ir_parser *p, const cad_token *t)
{
    cad_place at = {p->line_no, cad_lex_column(p->line, t->s), -1};
    return cad_diags_add(p->diags, CAD_SEVERITY_warning, "extra-args", at, "ignored from here to the end of the line");
}

static cad_status take_one(cad_ir_parser *p, char type, const cad_token *t, cad_ir_arg *a, bool *good)
{
    *good = true;
    switch (type) {
    case 'f':
        a->kind = CAD_IR_ARG_number;
        return cad_ir_take_number(p, t, -1, &a->number, good);
    case 'c':
        a->kind = CAD_IR_ARG_count;
        return cad_ir_take_count(p, t, -1, &a->integer, good);
    case 'n':
        a->kind = CAD_IR_ARG_node;
        return cad_ir_take_ref(p, t, -1, &a->integer, good);
    default:
        a->kind = type == 't' ? CAD_IR_ARG_text : CAD_IR_ARG_id;
        if (type == 'k' || (type == 'p' && cad_lex_is(t, "_")))
            a->kind = CAD_IR_ARG_word;
        return cad_ir_take_text(p, t, -1, &a->text, good);
    }
}

/* Fills doc->arg for a list of types beginning at token `at`. */
static cad_status take_list(cad_ir_parser *p, const char *types, int n, int at, cad_ir_arg *arg, bool *good)
{
    *good = true;
    for (int i = 0; i < n && *good; i++)
        CAD_TRY(take_one(p, types[i], &p->tok[at + i], &arg[i], good));
    return CAD_OK;
}

static cad_status take_by_schema(cad_ir_parser *p, const schema *s, cad_ir_doc *d, bool *good)
{
    int need = (int)strlen(s->need), most = (int)strlen(s->more), got = p->n_tok - 1;
    const char *name = cad_ir_doc_op_name(d->op);
    *good = false;
    if (got < need || (d->op == CAD_IR_DOC_GROUND && got > need))
        return cad_ir_error_at(p, p->tok[0].s, -1, "arity", "%s requires %s%d arg%s, got %d", name,
                               s->at_least ? "at least " : "", need, need == 1 ? "" : "s", got);
    int more = got - need < most ? got - need : most;
    if ((s->pair && more < most) || (s->keyword && more && !cad_lex_is(&p->tok[need + 1], s->keyword)))
        more = 0;
    d->n_args = need + more;
    CAD_TRY(cad_arena_zalloc(p->arena, (size_t)d->n_args, sizeof *d->arg, "arguments", &d->arg));
    bool first = s->more_first && p->ir->dialect == CAD_IR_DIALECT_upstream;
    int lead = first && d->op == CAD_IR_DOC_CAM && more > 1 ? 1 : more; /* of CAM only the angle comes first */
    *good = true;
    if (first)
        CAD_TRY(take_list(p, s->more, lead, need + 1, d->arg + need, good));
    if (*good)
        CAD_TRY(take_list(p, s->need, need, 1, d->arg, good));
    if (*good && (!first || lead < more))
        CAD_TRY(take_list(p, s->more, more, need + 1, d->arg + need, good));
    if (*good && got > d->n_args)
        CAD_TRY(warn_extra(p, &p->tok[d->n_args + 1]));
    return CAD_OK;
}

/* ENV, BG, TONE, EXP: the first word decides about the rest. */
static cad_status take_setting(cad_ir_parser *p, cad_ir_doc *d, bool *good)
{
    int got = p->n_tok - 1, numbers = d->op == CAD_IR_DOC_ENV ? 1 : 0;
    const char *name = cad_ir_doc_op_name(d->op);
    const cad_token *t = &p->tok[1];
    bool bg = d->op == CAD_IR_DOC_BG, env = d->op == CAD_IR_DOC_ENV;
    *good = false;
    if (got < 1)
        return cad_ir_error_at(p, p->tok[0].s, -1, "arity",
                               env  ? "%s requires at least 1 arg, got 0"
                               : bg ? "%s requires at least 1 arg"
                                    : "%s requires 1 arg",
                               name);
    CAD_TRY(cad_arena_zalloc(p->arena, 7, sizeof *d->arg, "arguments", &d->arg));
    cad_ir_arg *a = &d->arg[0];
    if (d->op == CAD_IR_DOC_EXP) {
        CAD_TRY(take_one(p, 'f', t, a, good));
    } else {
        CAD_TRY(take_one(p, 'k', t, a, good));
    }
    if (!*good)
        return CAD_OK;
    *good = false;
    if (env && !strcmp(a->text, "none"))
        numbers = 0;
    else if (env && !one_of(a->text, presets, sizeof presets / sizeof *presets))
        a->kind = CAD_IR_ARG_text;
    if (env && got < 1 + numbers)
        return cad_ir_error_at(p, p->tok[0].s, -1, "arity", "ENV requires 2 args, got %d", got);
    if (bg) {
        numbers = cad_lex_is(t, "solid") ? 3 : cad_lex_is(t, "gradient") ? 6 : 0;
        if (numbers == 0 && !cad_lex_is(t, "env") && !cad_lex_is(t, "transparent"))
            return cad_ir_error_token(p, t, -1, "bad-word", "unknown BG type", "");
        if (got < 1 + numbers)
            return cad_ir_error_at(p, p->tok[0].s, -1, "arity", "BG %s requires %d color values", a->text, numbers);
    }
    if (d->op == CAD_IR_DOC_TONE && (t->kind != CAD_TOKEN_plain || !one_of(a->text, tones, sizeof tones / sizeof *tones)))
        return cad_ir_error_token(p, t, -1, "bad-word", "unknown tone mapping", "");
    d->n_args = 1 + numbers;
    CAD_TRY(take_list(p, "ffffff", numbers, 2, d->arg + 1, good));
    return *good && got > d->n_args ? warn_extra(p, &p->tok[d->n_args + 1]) : CAD_OK;
}

cad_status cad_ir_parse_doc(cad_ir_parser *p, cad_ir_doc_op op)
{
    cad_ir *ir = p->ir;
    cad_ir_doc d = {.op = op, .line = p->line_no, .column = (uint16_t)cad_lex_column(p->line, p->line.s)};
    bool good;
    if (schemas[op].need)
        CAD_TRY(take_by_schema(p, &schemas[op], &d, &good));
    else
        CAD_TRY(take_setting(p, &d, &good));
    if (!good)
        return CAD_OK;
    if (op == CAD_IR_DOC_ROOT && ir->root_doc < 0)
        ir->root_doc = ir->n_docs;
    ir->stmt[ir->n_stmts++] = ~ir->n_docs;
    ir->doc[ir->n_docs++] = d;
    return CAD_OK;
}
