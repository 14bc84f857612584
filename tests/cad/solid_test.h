/* Shared by the tests of cad/occt: text of a program to a solid with its facts. */
#ifndef CADLM_TESTS_CAD_SOLID_TEST_H
#define CADLM_TESTS_CAD_SOLID_TEST_H

#include "tests/cad/ir_util.h"

#include "cad/occt/solid.h"

typedef struct built {
    program p;
    cad_solid *solid; /* NULL: an error, see p.diags */
    cad_facts facts;
} built;

static inline built build_dialect(const char *text, cad_ir_dialect dialect)
{
    built b = {.p = check_text(text, dialect)};
    if (b.p.diags.n_errors)
        return b;
    cad_status s = cad_solid_from_ir(b.p.ir, &b.p.diags, &b.solid);
    if (s == CAD_OK) {
        ok(cad_solid_facts(b.solid, b.p.arena, &b.facts));
        return b;
    }
    b.solid = NULL;
    if (s != CAD_EGEOM)
        fail_msg("%s: %s: %s", text, cad_status_name(s), cad_error_text());
    if (!b.p.diags.n_errors)
        fail_msg("%s: refused without a finding: %s", text, cad_error_text());
    return b;
}

static inline built build_any(const char *text)
{
    return build_dialect(text, CAD_IR_DIALECT_cadlm);
}

/* Must give a solid. */
static inline built build(const char *text)
{
    built b = build_any(text);
    if (!b.solid)
        fail_msg("%s: %s", text, cad_diags_first_error(&b.p.diags)->message);
    return b;
}

static inline void drop_built(built *b)
{
    cad_solid_destroy(b->solid);
    drop(&b->p);
}

/* The code of the only error, "" when there is a solid. */
static inline void expect_error(const char *text, const char *code)
{
    built b = build_any(text);
    const cad_diag *d = cad_diags_first_error(&b.p.diags);
    const char *got = d ? d->code : "";
    if (strcmp(got, code) != 0)
        fail_msg("%s: '%s', expected '%s'", text, got, code);
    drop_built(&b);
}

static inline bool has_finding(const built *b, const char *code)
{
    return cad_diags_find(&b->p.diags, code) != NULL;
}

/* |a - b| <= rel |b|, and NaN fails; `what` and `text` for the message. */
static inline void close_to(double a, double b, double rel, const char *what, const char *text)
{
    if (!(fabs(a - b) <= rel * fabs(b)))
        fail_msg("%s: %s is %.12g, expected %.12g", text, what, a, b);
}

#endif
