#include "cad/step/text_form.h"

#include "cad/step/text_impl.h"
#include "cad/step/text_lean.h"

#include "core/size.h"

#include <inttypes.h>
#include <string.h>

static const char HEADER[] = "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\n"
                             "FILE_NAME('part','2000-01-01T00:00:00',(''),(''),'','cadlm','');\n"
                             "FILE_SCHEMA(('AUTOMOTIVE_DESIGN { 1 0 10303 214 1 1 1 1 }'));\nENDSEC;\nDATA;\n";

/* What stands around the solids of every part: our own, in the fewest instances that readers ask for. */
static const char TEMPLATE[] = "#1=APPLICATION_CONTEXT('core data for automotive mechanical design processes');\n"
                               "#2=APPLICATION_PROTOCOL_DEFINITION('international standard','automotive_design',2000,#1);\n"
                               "#3=PRODUCT_CONTEXT('',#1,'mechanical');\n"
                               "#4=PRODUCT('part','part','',(#3));\n"
                               "#5=PRODUCT_RELATED_PRODUCT_CATEGORY('part',$,(#4));\n"
                               "#6=PRODUCT_DEFINITION_FORMATION('','',#4);\n"
                               "#7=PRODUCT_DEFINITION_CONTEXT('part definition',#1,'design');\n"
                               "#8=PRODUCT_DEFINITION('design','',#6,#7);\n"
                               "#9=PRODUCT_DEFINITION_SHAPE('','',#8);\n"
                               "#10=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.));\n"
                               "#11=(NAMED_UNIT(*)PLANE_ANGLE_UNIT()SI_UNIT($,.RADIAN.));\n"
                               "#12=(NAMED_UNIT(*)SI_UNIT($,.STERADIAN.)SOLID_ANGLE_UNIT());\n"
                               "#13=UNCERTAINTY_MEASURE_WITH_UNIT(LENGTH_MEASURE(1.E-07),#10,'distance_accuracy_value','');\n"
                               "#14=(GEOMETRIC_REPRESENTATION_CONTEXT(3)GLOBAL_UNCERTAINTY_ASSIGNED_CONTEXT((#13))"
                               "GLOBAL_UNIT_ASSIGNED_CONTEXT((#10,#11,#12))REPRESENTATION_CONTEXT('',''));\n";
enum { TEMPLATE_INSTANCES = 14 };

cad_step_form cad_step_form_default(void)
{
    return (cad_step_form){
        .order = CAD_STEP_ORDER_DFS, .ids = CAD_STEP_IDS_nested, .boilerplate = true, .share = true, .mm = true};
}

/* ---- making ---- */

static void drop_names(cad_text *t, const uint8_t *kept)
{
    for (uint32_t i = 0; i < t->m.n; i++) {
        cad_step_entity_id id = cad_text_known(t, i);
        if (!kept[i] || !cad_text_is_named(id) || t->m.instance[i].size == 0)
            continue;
        uint32_t p = t->m.instance[i].param;
        if (t->m.param[p].kind == CAD_STEP_STRING || t->m.param[p].kind == CAD_STEP_UNSET)
            cad_text_drop(&t->m, i, p, 1);
    }
}

/* All but `kept` of the instances: those of the colours, and what the template replaces. */
static void count_others(const cad_text *t, const uint8_t *kept, cad_step_text_report *r)
{
    r->instances = t->m.n;
    for (uint32_t i = 0; i < t->m.n; i++) {
        r->templated += t->plain[i] && !kept[i];
        r->styles += !t->plain[i] && !kept[i];
    }
}

/* No text says what a constant of another file is, or a name that nothing has; and A(PLANE(1.)) would be read as an instance
 * in an instance. */
static cad_status refuse_lost(const cad_text *t, uint32_t i)
{
    const cad_step *m = &t->m;
    for (uint32_t p = m->instance[i].param; p < m->instance[i].param + m->instance[i].size; p++) {
        const cad_step_param *v = &m->param[p];
        if (v->kind == CAD_STEP_CONSTANT || (v->kind == CAD_STEP_REF && v->ref == CAD_STEP_NONE))
            CAD_FAIL(CAD_EDATA, "#%" PRIu64 " refers to '%.*s', which the file does not hold", m->instance[i].id,
                     (int)(v->len < 40 ? v->len : 40), m->text + v->at);
        if (v->kind == CAD_STEP_TYPED && cad_step_signature_find(cad_step_name(m, v->holds.of)) != CAD_STEP_IS_UNKNOWN)
            CAD_FAIL(CAD_EDATA, "#%" PRIu64 " has a parameter of type %s; expected the name of a measure", m->instance[i].id,
                     cad_step_name(m, v->holds.of));
    }
    return CAD_OK;
}

static cad_status make(cad_text *t, const cad_step_form *f, cad_buf *out, cad_step_text_report *r)
{
    uint8_t *kept;
    uint32_t n = 0;
    const char *misfit;
    CAD_TRY(cad_text_fit(t, f, &misfit));
    CAD_TRY(cad_arena_zalloc(t->a, cad_size_add(t->m.n, 1), 1, "instances", &kept));
    CAD_TRY(cad_text_reach(t, t->root, t->n_roots, kept, 1, &n));
    for (uint32_t i = 0; i < t->m.n; i++)
        if (kept[i])
            CAD_TRY(refuse_lost(t, i));
    *r = (cad_step_text_report){0};
    count_others(t, kept, r);
    cad_text_scale(t, kept);
    r->misfit = misfit;
    if (f->derive == CAD_STEP_DERIVE_lean)
        cad_text_lean_axes(t, kept);
    if (f->derive != CAD_STEP_DERIVE_off && f->ids == CAD_STEP_IDS_nested)
        CAD_TRY(cad_text_reduce(t, kept, f->derive, &r->derived));
    if (r->derived) {
        uint32_t before = n;
        memset(kept, 0, t->m.n);
        CAD_TRY(cad_text_reach(t, t->root, t->n_roots, kept, 1, &n));
        r->derivable = before - n;
    }
    if (f->derive == CAD_STEP_DERIVE_lean) {
        CAD_TRY(cad_text_lean_print(t, f, out, &r->kept, &r->lean));
        r->derivable += n - r->kept;
        return CAD_OK;
    }
    if (f->share)
        CAD_TRY(cad_text_share(t, kept, f->names));
    if (!f->names)
        drop_names(t, kept);
    CAD_TRY(cad_text_print(t, f, out, &r->kept, &r->flat));
    r->shared = n - r->kept; /* with what only those refer to that went */
    return CAD_OK;
}

static cad_status begin_and_make(cad_arena *a, const cad_step *m, const cad_step_form *f, cad_buf *out, cad_step_text_report *r)
{
    cad_text t;
    CAD_TRY(cad_text_begin(a, m, &t));
    return make(&t, f, out, r);
}

cad_status cad_step_text_make(cad_arena *a, const cad_step *m, const cad_step_form *f, cad_buf *out,
                              cad_step_text_report *out_report)
{
    cad_step_text_report r;
    CAD_TRY(cad_step_verdict(m));
    cad_frame mark = cad_arena_mark(a);
    size_t before = out->len;
    cad_status s = begin_and_make(a, m, f, out, &r);
    if (s == CAD_OK && f->derive == CAD_STEP_DERIVE_lean &&
        !r.lean) { /* no lean text says it: with its seams, from the start */
        cad_step_form seam = *f;
        seam.derive = CAD_STEP_DERIVE_seam;
        cad_arena_rewind(a, mark);
        s = begin_and_make(a, m, &seam, out, &r);
    }
    if (s != CAD_OK) {
        out->len = before;
        return s;
    }
    if (!r.misfit)
        cad_arena_rewind(a, mark);
    *out_report = r;
    return CAD_OK;
}

/* ---- expanding ---- */

/* Whether solids stand at the top and nothing else: then the template goes around them, else the text brings its own. */
static bool top_is_solids(const cad_step *m)
{
    uint32_t solids = 0, others = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        bool solid = cad_step_is_type(m, i, "MANIFOLD_SOLID_BREP") || cad_step_is_type(m, i, "BREP_WITH_VOIDS");
        solids += solid;
        others += m->in.first[i] == m->in.first[i + 1] && !solid;
    }
    return solids && !others;
}

/* The representation of all solids, behind an instance of id next - 1. */
static cad_status add_representation(const cad_step *m, uint32_t first, uint32_t next, cad_buf *out)
{
    const char *comma = "";
    CAD_TRY(cad_buf_printf(out, "#%u=ADVANCED_BREP_SHAPE_REPRESENTATION('',(", next));
    for (uint32_t i = 0; i < m->n; i++) {
        if (!cad_step_is_type(m, i, "MANIFOLD_SOLID_BREP") && !cad_step_is_type(m, i, "BREP_WITH_VOIDS"))
            continue;
        CAD_TRY(cad_buf_printf(out, "%s#%u", comma, first + i));
        comma = ",";
    }
    return cad_buf_printf(out, "),#14);\n#%u=SHAPE_DEFINITION_REPRESENTATION(#9,#%u);\n", next + 1, next);
}

static cad_status add_body(cad_arena *a, const cad_step *m, cad_buf *out)
{
    bool template = top_is_solids(m);
    uint32_t first = TEMPLATE_INSTANCES + 1, next = 0;
    if (template)
        CAD_TRY(cad_buf_str(out, TEMPLATE));
    CAD_TRY(cad_text_restore(a, m, first, out, &next));
    return template ? add_representation(m, first, next, out) : CAD_OK;
}

static cad_status expand(cad_arena *a, const char *text, size_t len, cad_buf *flat, cad_buf *out)
{
    uint32_t n = 0;
    cad_step *m;
    if (cad_text_is_lean(text, len))
        CAD_TRY(cad_text_lean_read(a, text, len, TEMPLATE_INSTANCES + 1, flat, &n));
    else
        CAD_TRY(cad_text_flatten(a, text, len, TEMPLATE_INSTANCES + 1, flat, &n));
    CAD_TRY(cad_step_read(flat->data, flat->len, &(cad_step_opts){.input = CAD_STEP_INSTANCES}, &m));
    cad_status s = cad_step_verdict(m);
    if (s == CAD_OK)
        s = cad_buf_str(out, HEADER);
    if (s == CAD_OK)
        s = add_body(a, m, out);
    if (s == CAD_OK)
        s = cad_buf_str(out, "ENDSEC;\nEND-ISO-10303-21;\n");
    cad_step_close(m);
    return s;
}

cad_status cad_step_text_expand(cad_arena *a, const char *text, size_t len, cad_buf *out)
{
    cad_frame mark = cad_arena_mark(a);
    cad_buf flat = CAD_BUF_INIT;
    size_t before = out->len;
    cad_status s = expand(a, text, len, &flat, out);
    cad_buf_deinit(&flat);
    if (s == CAD_OK)
        cad_arena_rewind(a, mark);
    else
        out->len = before;
    return s;
}
