/* Parameters of entities against their signatures. */
#include "cad/step/step_check_impl.h"

#include <inttypes.h>
#include <string.h>

/* What is checked, for findings: an instance or a part of one, and the parameter. */
typedef struct place {
    cad_step_checker *c;
    const cad_step_instance *it;
    const char *part; /* name of the part of a complex instance, or NULL */
    uint32_t nth;     /* parameter, from 1 */
    bool sound;
} place;

static const char *found(const cad_step *m, uint32_t p)
{
    static const char *const words[] = {"$",        "*",           "an integer", "a real",     "a string", "an enumeration",
                                        "a binary", "an instance", "a constant", "a resource", "a list",   "a typed value",
                                        "an entity"};
    _Static_assert(sizeof words / sizeof *words == CAD_STEP_PART + 1, "a word for each kind");
    return words[m->param[p].kind];
}

/* The parameter is not what its slot asks for. */
static cad_status tell(place *at, const cad_step_slot *slot, uint32_t p, const char *expected)
{
    cad_step *m = at->c->m;
    bool link = slot->letter == '#', unset = m->param[p].kind == CAD_STEP_UNSET;
    cad_step_code code = unset ? link ? CAD_STEP_T04 : CAD_STEP_T04_value : link ? CAD_STEP_T02 : CAD_STEP_T02_value;
    if (slot->letter == 'R' && m->param[p].kind == CAD_STEP_INTEGER)
        code = CAD_STEP_T05;
    at->sound &= code == CAD_STEP_T05 || slot->letter == 'S';
    return cad_step_diags_add(&m->diags, code, m->param[p].at, m->param[p].len, at->it->id,
                              "%s%sparameter %u: expected %s, found %s", at->part ? at->part : "", at->part ? ", " : "",
                              at->nth, expected, found(m, p));
}

/* The groups that an instance may belong to; all of them where it does not parse. */
static uint64_t groups_of(const cad_step_checker *c, const cad_step_instance *it)
{
    const cad_step *m = c->m;
    if (it->broken)
        return UINT64_MAX;
    if (it->type != CAD_STEP_NONE)
        return c->groups[it->type];
    uint64_t all = 0;
    for (uint32_t p = it->param; p < it->param + it->size; p = cad_step_next(m, p))
        all |= c->groups[m->param[p].holds.of];
    return all;
}

static const char *name_of(const cad_step *m, const cad_step_instance *it)
{
    return cad_step_name(m, it->type != CAD_STEP_NONE ? it->type : m->param[it->param].holds.of);
}

static cad_status check_reference(place *at, const cad_step_slot *slot, uint32_t p)
{
    cad_step *m = at->c->m;
    const cad_step_param *v = &m->param[p];
    if (v->kind == CAD_STEP_CONSTANT || (v->kind == CAD_STEP_REF && v->ref == CAD_STEP_NONE))
        return CAD_OK; /* told by the reader, or bound outside of the file */
    if (v->kind != CAD_STEP_REF)
        return tell(at, slot, p, cad_step_class_words(slot->class_));
    const cad_step_instance *to = &m->instance[v->ref];
    if (groups_of(at->c, to) & cad_step_class_groups(slot->class_))
        return CAD_OK;
    at->sound = false;
    return cad_step_diags_add(&m->diags, CAD_STEP_T03, v->at, v->len, at->it->id,
                              "%s%sparameter %u: expected %s, found #%" PRIu64 ", %s", at->part ? at->part : "",
                              at->part ? ", " : "", at->nth, cad_step_class_words(slot->class_), to->id, name_of(m, to));
}

enum { TRUTH = 1, UNKNOWN = 2, NAME = 4 };

/* What an enumeration is: .T. or .F., .U., or another. */
static unsigned enum_kind(const cad_step *m, uint32_t p)
{
    const char *text = m->text + m->param[p].at;
    char c = (char)(text[1] & ~0x20);
    if (m->param[p].len != 3)
        return NAME;
    return c == 'T' || c == 'F' ? TRUTH : c == 'U' ? UNKNOWN : NAME;
}

static cad_status check_enum(place *at, const cad_step_slot *slot, uint32_t p, unsigned allowed, const char *words)
{
    const cad_step *m = at->c->m;
    return m->param[p].kind == CAD_STEP_ENUM && enum_kind(m, p) & allowed ? CAD_OK : tell(at, slot, p, words);
}

static cad_status check_kind(place *at, const cad_step_slot *slot, uint32_t p, cad_step_kind kind, const char *words)
{
    return at->c->m->param[p].kind == kind ? CAD_OK : tell(at, slot, p, words);
}

static cad_status check_value(place *at, const cad_step_slot *slot, uint32_t p)
{
    cad_step_kind kind = (cad_step_kind)at->c->m->param[p].kind;
    if (slot->letter == 'V' || (kind == CAD_STEP_DERIVED && slot->derived))
        return CAD_OK;
    if (kind == CAD_STEP_UNSET && slot->letter != 'D')
        return slot->optional ? CAD_OK : tell(at, slot, p, "a value");
    switch (slot->letter) {
    case '#':
        return check_reference(at, slot, p);
    case 'S':
        return check_kind(at, slot, p, CAD_STEP_STRING, "a string");
    case 'R':
        return check_kind(at, slot, p, CAD_STEP_REAL, "a real");
    case 'I':
        return check_kind(at, slot, p, CAD_STEP_INTEGER, "an integer");
    case 'B':
        return check_enum(at, slot, p, TRUTH, ".T. or .F.");
    case 'L':
        return check_enum(at, slot, p, TRUTH | UNKNOWN, ".T., .F. or .U.");
    case 'E':
        return check_enum(at, slot, p, NAME, "the name of an enumeration");
    case 'M':
        return check_kind(at, slot, p, CAD_STEP_TYPED, "a measure, as LENGTH_MEASURE(1.)");
    default:
        return check_kind(at, slot, p, CAD_STEP_DERIVED, "*");
    }
}

static cad_status check_list(place *at, const cad_step_slot *slot, uint32_t p)
{
    const cad_step *m = at->c->m;
    if (m->param[p].kind != CAD_STEP_LIST)
        return tell(at, slot, p, "a list");
    for (uint32_t q = p + 1; q < cad_step_next(m, p); q = cad_step_next(m, q))
        CAD_TRY(check_value(at, slot, q));
    return CAD_OK;
}

/* Lists in a list are the rows of an array, each as long as the first (ISO 10303-42, make_array_of_array). */
static cad_status check_rows(place *at, uint32_t p)
{
    cad_step *m = at->c->m;
    uint32_t end = cad_step_next(m, p), first = p + 1;
    for (uint32_t q = first; q < end; q = cad_step_next(m, q)) {
        if (m->param[first].kind != CAD_STEP_LIST || m->param[q].kind != CAD_STEP_LIST)
            return CAD_OK; /* told before */
        uint32_t n = cad_step_count(m, q + 1, cad_step_next(m, q)), as = cad_step_count(m, first + 1, cad_step_next(m, first));
        if (n == as)
            continue;
        at->sound = false;
        return cad_step_diags_add(&m->diags, CAD_STEP_T01, m->param[q].at, 1, at->it->id,
                                  "%s%sparameter %u: a row of %u; expected %u, as in the first row", at->part ? at->part : "",
                                  at->part ? ", " : "", at->nth, n, as);
    }
    return CAD_OK;
}

static cad_status check_slot(place *at, const cad_step_slot *slot, uint32_t p)
{
    const cad_step *m = at->c->m;
    if (slot->depth == 0)
        return check_value(at, slot, p);
    if (slot->depth == 1 || m->param[p].kind != CAD_STEP_LIST)
        return check_list(at, slot, p);
    for (uint32_t q = p + 1; q < cad_step_next(m, p); q = cad_step_next(m, q))
        CAD_TRY(check_list(at, slot, q));
    return check_rows(at, p);
}

/* The parameters p .. end of an instance, or of the part of one that begins at `begin`. */
static cad_status check_entity(place *at, const cad_step_slot *slot, uint32_t begin, uint32_t p, uint32_t end)
{
    cad_step *m = at->c->m;
    uint32_t n = cad_step_count(m, p, end), expected = 0;
    if (!slot) {
        at->sound = false;
        return CAD_OK;
    }
    while (slot[expected].letter)
        expected++;
    if (n != expected) {
        at->sound = false;
        return cad_step_diags_add(&m->diags, CAD_STEP_T01, begin, 1, at->it->id, "%s%s%u parameter%s; expected %u",
                                  at->part ? at->part : "", at->part ? " has " : "", n, n == 1 ? "" : "s", expected);
    }
    for (at->nth = 1; p < end; p = cad_step_next(m, p), at->nth++, slot++)
        CAD_TRY(check_slot(at, slot, p));
    return CAD_OK;
}

static cad_status check_complex(place *at)
{
    const cad_step *m = at->c->m;
    for (uint32_t p = at->it->param; p < at->it->param + at->it->size; p = cad_step_next(m, p)) {
        cad_step_entity_id e = (cad_step_entity_id)at->c->entity[m->param[p].holds.of];
        if (e == CAD_STEP_IS_UNKNOWN)
            continue;
        at->part = cad_step_signature_at(e)->name;
        CAD_TRY(check_entity(at, cad_step_signature_at(e)->part, m->param[p].at, p + 1, cad_step_next(m, p)));
    }
    return CAD_OK;
}

cad_status cad_step_check_types(cad_step_checker *c)
{
    const cad_step *m = c->m;
    for (uint32_t i = 0; i < m->n; i++) {
        const cad_step_instance *it = &m->instance[i];
        cad_step_entity_id e = it->type == CAD_STEP_NONE ? CAD_STEP_IS_UNKNOWN : (cad_step_entity_id)c->entity[it->type];
        place at = {.c = c, .it = it, .sound = !it->broken && !it->repeated};
        if (it->type == CAD_STEP_NONE)
            CAD_TRY(check_complex(&at));
        else if (e != CAD_STEP_IS_UNKNOWN && !it->broken)
            CAD_TRY(check_entity(&at, cad_step_signature_at(e)->whole, it->at, it->param, it->param + it->size));
        c->sound[i] = at.sound && (it->type == CAD_STEP_NONE || e != CAD_STEP_IS_UNKNOWN);
    }
    return CAD_OK;
}
