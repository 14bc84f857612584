#include "cad/step/step_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- parameters ---- */

static cad_status push(cad_step_reader *r, cad_step_param p)
{
    CAD_TRY(cad_step_room(&r->m->param, r->m->n_params, &r->s->cap_params, sizeof *r->m->param, "parameters of a STEP file"));
    r->m->param[r->m->n_params++] = p;
    return CAD_OK;
}

/* Kind and value of a parameter that is one token; false: the token is none. */
static bool plain(const cad_step_token *t, cad_step_param *p)
{
    switch (t->kind) {
    case CAD_STEP_TOK_NAME:
        p->kind = CAD_STEP_REF;
        p->integer = (int64_t)t->id; /* until step_link.c */
        return true;
    case CAD_STEP_TOK_INTEGER:
        p->kind = CAD_STEP_INTEGER;
        p->integer = t->integer;
        return true;
    case CAD_STEP_TOK_REAL:
        p->kind = CAD_STEP_REAL;
        p->real = t->real;
        return true;
    case CAD_STEP_TOK_STRING:
        p->kind = CAD_STEP_STRING;
        p->escaped = t->escaped;
        return true;
    case CAD_STEP_TOK_ENUM:
        p->kind = CAD_STEP_ENUM;
        return true;
    case CAD_STEP_TOK_BINARY:
        p->kind = CAD_STEP_BINARY;
        return true;
    case CAD_STEP_TOK_CONSTANT:
        p->kind = CAD_STEP_CONSTANT;
        return true;
    case CAD_STEP_TOK_RESOURCE:
        p->kind = CAD_STEP_RESOURCE;
        return true;
    case CAD_STEP_TOK_PUNCTUATION:
        p->kind = t->mark == '*' ? CAD_STEP_DERIVED : CAD_STEP_UNSET;
        return t->mark == '$' || t->mark == '*';
    default:
        return false;
    }
}

static cad_status fail(cad_step_reader *r, cad_step_code code, const char *expected)
{
    r->failed = true;
    return cad_step_expected(r, code, expected);
}

static cad_status empty_parameter(cad_step_reader *r)
{
    CAD_TRY(cad_step_expected(r, CAD_STEP_S07, "a parameter; read as $"));
    return push(r, (cad_step_param){.at = r->t.at, .kind = CAD_STEP_UNSET});
}

/* The brackets that are open around the next parameter. */
enum { OPEN_MAX = CAD_STEP_NESTING_MAX + 1 }; /* and those of the entity itself */
typedef struct brackets {
    uint32_t owner[OPEN_MAX]; /* index of the LIST or TYPED parameter, or CAD_STEP_NONE for the entity itself */
    uint32_t count[OPEN_MAX]; /* parameters so far */
    int n;
} brackets;

static cad_status open_bracket(cad_step_reader *r, brackets *b, uint32_t owner)
{
    if (b->n > r->s->limits.nesting) {
        r->failed = true;
        return cad_step_diags_add(&r->m->diags, CAD_STEP_X01, r->t.at, 1, r->lex.id, "more than %d nested lists; limit %d",
                                  (int)r->s->limits.nesting, (int)r->s->limits.nesting);
    }
    b->owner[b->n] = owner;
    b->count[b->n++] = 0;
    return cad_step_advance(r);
}

static void close_bracket(cad_step_reader *r, brackets *b)
{
    uint32_t owner = b->owner[--b->n];
    if (owner == CAD_STEP_NONE)
        return;
    cad_step_param *p = &r->m->param[owner];
    p->holds.size = r->m->n_params - owner - 1;
    if (p->kind == CAD_STEP_LIST)
        p->holds.of = b->count[b->n];
}

static bool in_type(const cad_step_reader *r, const brackets *b)
{
    uint32_t owner = b->owner[b->n - 1];
    return owner != CAD_STEP_NONE && r->m->param[owner].kind == CAD_STEP_TYPED;
}

/* One parameter with the comma right behind it, or the opening of one that holds others: *ready, r->t is where a parameter may
 * begin.  Else what stands behind it is to be looked at. */
static cad_status parameter(cad_step_reader *r, brackets *b, bool *ready)
{
    cad_step_param p = {.at = r->t.at, .len = r->t.len & CAD_STEP_LEN_MAX};
    *ready = false;
    b->count[b->n - 1]++;
    if (plain(&r->t, &p)) {
        CAD_TRY(push(r, p));
        if (r->lex.at < r->lex.len && r->lex.text[r->lex.at] == ',' && !in_type(r, b)) { /* a token less for most parameters */
            *ready = true;
            r->lex.at++;
        }
        return cad_step_advance(r);
    }
    *ready = true;
    uint32_t owner = r->m->n_params;
    if (cad_step_is_mark(&r->t, '(')) {
        p.kind = CAD_STEP_LIST;
        CAD_TRY(push(r, p));
        return open_bracket(r, b, owner);
    }
    if (r->t.kind != CAD_STEP_TOK_KEYWORD)
        return fail(r, CAD_STEP_S04, "a parameter");
    p.kind = CAD_STEP_TYPED;
    CAD_TRY(cad_step_type_of(r, &p.holds.of));
    CAD_TRY(push(r, p));
    CAD_TRY(cad_step_advance(r));
    return cad_step_is_mark(&r->t, '(') ? open_bracket(r, b, owner)
                                        : fail(r, CAD_STEP_S04, "'(' behind the type of a parameter");
}

/* Between two parameters: a comma, or the brackets that close here. */
static cad_status behind_parameter(cad_step_reader *r, brackets *b)
{
    while (b->n > 0 && cad_step_is_mark(&r->t, ')')) {
        close_bracket(r, b);
        CAD_TRY(cad_step_advance(r));
    }
    if (b->n == 0)
        return CAD_OK;
    if (in_type(r, b))
        return fail(r, CAD_STEP_S04, "')' behind the one parameter of a type");
    if (cad_step_is_mark(&r->t, ','))
        return cad_step_advance(r);
    return fail(r, cad_step_is_mark(&r->t, ';') ? CAD_STEP_S05 : CAD_STEP_S04, "',' or ')'");
}

cad_status cad_step_params(cad_step_reader *r)
{
    brackets b;
    uint32_t first = r->m->n_params;
    b.n = 0;
    CAD_TRY(open_bracket(r, &b, CAD_STEP_NONE));
    while (b.n > 0 && !r->failed) {
        bool ready = false, begins = b.count[b.n - 1] == 0;
        if (cad_step_is_mark(&r->t, ',') || (cad_step_is_mark(&r->t, ')') && (!begins || in_type(r, &b)))) {
            b.count[b.n - 1]++;
            CAD_TRY(empty_parameter(r));
        } else if (!cad_step_is_mark(&r->t, ')')) {
            CAD_TRY(parameter(r, &b, &ready));
        }
        if (!ready && !r->failed)
            CAD_TRY(behind_parameter(r, &b));
        if (r->m->n_params - first > r->s->limits.params && !r->failed) {
            r->failed = true;
            CAD_TRY(cad_step_diags_add(&r->m->diags, CAD_STEP_X01, r->t.at, 1, r->lex.id,
                                       "more parameters than the limit, %" PRId64, r->s->limits.params));
        }
    }
    return CAD_OK;
}

/* ---- instances ---- */

static cad_status part(cad_step_reader *r, uint32_t *out_type)
{
    cad_step_param p = {.at = r->t.at, .len = r->t.len & CAD_STEP_LEN_MAX, .kind = CAD_STEP_PART};
    uint32_t owner = r->m->n_params;
    if (r->t.kind != CAD_STEP_TOK_KEYWORD)
        return fail(r, CAD_STEP_S04, "a type, or ')' at the end of a complex instance");
    CAD_TRY(cad_step_type_of(r, out_type));
    p.holds.of = *out_type;
    CAD_TRY(push(r, p));
    CAD_TRY(cad_step_advance(r));
    if (!cad_step_is_mark(&r->t, '('))
        return fail(r, CAD_STEP_S04, "'(' behind the type");
    CAD_TRY(cad_step_params(r));
    r->m->param[owner].holds.size = r->m->n_params - owner - 1;
    return CAD_OK;
}

/* ( A(..) B(..) ) */
static cad_status complex_instance(cad_step_reader *r)
{
    uint32_t last = CAD_STEP_NONE;
    bool told = false;
    CAD_TRY(cad_step_advance(r));
    if (cad_step_is_mark(&r->t, ')'))
        return fail(r, CAD_STEP_S04, "a type");
    while (!cad_step_is_mark(&r->t, ')')) {
        uint32_t type = CAD_STEP_NONE, at = r->t.at, len = r->t.len;
        CAD_TRY(part(r, &type));
        if (r->failed)
            return CAD_OK;
        if (last != CAD_STEP_NONE && !told && strcmp(cad_step_name(r->m, last), cad_step_name(r->m, type)) > 0) {
            told = true;
            CAD_TRY(cad_step_diags_add(&r->m->diags, CAD_STEP_S09, at, len, r->lex.id,
                                       "%s stands behind %s; expected ascending order", cad_step_name(r->m, type),
                                       cad_step_name(r->m, last)));
        }
        last = type;
    }
    return cad_step_advance(r);
}

/* Behind "=": what the instance is. */
static cad_status body(cad_step_reader *r, cad_step_instance *i)
{
    if (cad_step_is_mark(&r->t, '('))
        return complex_instance(r);
    if (r->t.kind != CAD_STEP_TOK_KEYWORD)
        return fail(r, CAD_STEP_S04, "a type, or '(' of a complex instance");
    CAD_TRY(cad_step_type_of(r, &i->type));
    CAD_TRY(cad_step_advance(r));
    return cad_step_is_mark(&r->t, '(') ? cad_step_params(r) : fail(r, CAD_STEP_S04, "'(' behind the type");
}

/* The end of an entity; *out_end is behind it.  r->failed: something in it was wrong, n_bad tokens were before it. */
static cad_status semicolon(cad_step_reader *r, uint32_t n_bad, uint32_t *out_end)
{
    r->failed |= r->lex.n_bad != n_bad;
    if (!r->failed && !cad_step_is_mark(&r->t, ';')) {
        *out_end = r->t.at;
        CAD_TRY(fail(r, CAD_STEP_S06, "';'"));
        if (r->t.kind == CAD_STEP_TOK_NAME || r->t.kind == CAD_STEP_TOK_KEYWORD) {
            r->lex.id = 0;
            return CAD_OK; /* it begins what follows */
        }
    }
    if (r->failed)
        CAD_TRY(cad_step_recover(r));
    r->lex.id = 0;
    *out_end = r->t.at;
    if (!cad_step_is_mark(&r->t, ';'))
        return CAD_OK;
    ++*out_end;
    return cad_step_advance(r);
}

static cad_status begin_instance(cad_step_reader *r, cad_step_instance *i)
{
    *i = (cad_step_instance){.id = r->t.id,
                             .at = r->t.at,
                             .type = CAD_STEP_NONE,
                             .section = (uint16_t)(r->m->n_sections ? r->m->n_sections - 1 : 0)};
    r->lex.id = i->id;
    r->failed = false;
    CAD_TRY(cad_step_advance(r));
    if (!cad_step_is_mark(&r->t, '='))
        return fail(r, CAD_STEP_S04, "'=' behind the id of an instance");
    return cad_step_advance(r);
}

static cad_status end_instance(cad_step_reader *r, cad_step_instance *i)
{
    uint32_t n_bad = r->lex.n_bad - (r->t.kind == CAD_STEP_TOK_BAD);
    i->param = r->m->n_params;
    if (!r->failed)
        CAD_TRY(body(r, i));
    CAD_TRY(semicolon(r, n_bad, &i->end));
    i->broken = r->failed;
    if (i->broken)
        r->m->n_params = i->param;
    i->size = r->m->n_params - i->param;
    r->failed = false;
    if (r->m->n >= r->s->limits.instances) {
        bool told = r->full;
        r->full = true;
        return told ? CAD_OK
                    : cad_step_diags_add(&r->m->diags, CAD_STEP_X01, i->at, 1, i->id, "more instances than the limit, %" PRId64,
                                         r->s->limits.instances);
    }
    CAD_TRY(cad_step_room(&r->m->instance, r->m->n, &r->s->cap, sizeof *r->m->instance, "instances of a STEP file"));
    r->m->instance[r->m->n++] = *i;
    return CAD_OK;
}

/* Behind ENDSCOPE: / #1, #2 /, which is dropped. */
static cad_status export_list(cad_step_reader *r)
{
    CAD_TRY(cad_step_advance(r));
    if (!cad_step_is_mark(&r->t, '/'))
        return CAD_OK;
    do {
        CAD_TRY(cad_step_advance(r));
    } while (r->t.kind == CAD_STEP_TOK_NAME || cad_step_is_mark(&r->t, ','));
    return cad_step_is_mark(&r->t, '/') ? cad_step_advance(r) : fail(r, CAD_STEP_S04, "'/' at the end of the export list");
}

cad_status cad_step_instances(cad_step_reader *r)
{
    cad_step_instance owner[CAD_STEP_SCOPES_MAX];
    int n = 0;
    do {
        cad_step_instance i;
        if (r->t.kind == CAD_STEP_TOK_NAME) {
            CAD_TRY(begin_instance(r, &i));
            if (!r->failed && r->t.kind == CAD_STEP_TOK_SCOPE && n == r->s->limits.scopes) {
                r->failed = true;
                CAD_TRY(cad_step_diags_add(&r->m->diags, CAD_STEP_X01, r->t.at, r->t.len, i.id,
                                           "more nested SCOPEs than the limit, %d", n));
            } else if (!r->failed && r->t.kind == CAD_STEP_TOK_SCOPE) {
                CAD_TRY(cad_step_expected(r, CAD_STEP_S10, "a type; instances of a SCOPE are read as if they stood in front"));
                owner[n++] = i;
                CAD_TRY(cad_step_advance(r));
                continue;
            }
        } else if (n > 0 && cad_step_is_word(&r->lex, &r->t, "ENDSCOPE")) {
            i = owner[--n];
            r->lex.id = i.id;
            r->failed = false;
            CAD_TRY(export_list(r));
        } else if (n > 0) {
            i = owner[--n]; /* its SCOPE is not closed */
            r->lex.id = i.id;
            CAD_TRY(fail(r, CAD_STEP_S04, "an instance or ENDSCOPE"));
        } else {
            break;
        }
        CAD_TRY(end_instance(r, &i));
    } while (n > 0);
    return CAD_OK;
}

cad_status cad_step_header_entity(cad_step_reader *r)
{
    cad_step_entity e = {.at = r->t.at, .param = r->m->n_params};
    uint32_t n_bad = r->lex.n_bad, end;
    r->failed = false;
    CAD_TRY(cad_step_type_of(r, &e.type));
    CAD_TRY(cad_step_advance(r));
    if (cad_step_is_mark(&r->t, '('))
        CAD_TRY(cad_step_params(r));
    else
        CAD_TRY(fail(r, CAD_STEP_S04, "'(' behind the name of a header entity"));
    CAD_TRY(semicolon(r, n_bad, &end));
    if (r->failed) {
        r->m->n_params = e.param;
        r->failed = false;
        return CAD_OK;
    }
    e.size = r->m->n_params - e.param;
    CAD_TRY(cad_step_room(&r->m->header, r->m->n_header, &r->s->cap_header, sizeof *r->m->header, "header of a STEP file"));
    r->m->header[r->m->n_header++] = e;
    return CAD_OK;
}
