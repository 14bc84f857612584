#include "cad/step/step_read.h"

#include "core/mem.h"
#include "core/size.h"

#include <inttypes.h>
#include <string.h>

/* ---- what the stages share ---- */

cad_status cad_step_grow(void *items, uint32_t least, uint32_t *cap, size_t size, const char *what)
{
    if (*cap > UINT32_MAX / 2)
        CAD_FAIL(CAD_ENOMEM, "%s: more than %" PRIu32, what, *cap);
    uint32_t more = *cap ? *cap * 2 : 64;
    more = more > least ? more : least;
    CAD_TRY(cad_mem_resize(cad_size_mul(more, size), what, items));
    *cap = more;
    return CAD_OK;
}

cad_status cad_step_expected(cad_step_reader *r, cad_step_code code, const char *what)
{
    char found[48];
    if (r->t.kind == CAD_STEP_TOK_BAD)
        return CAD_OK; /* told by the lexer */
    return cad_step_diags_add(&r->m->diags, code, r->t.at, r->t.len, r->lex.id, "expected %s, found %s", what,
                              cad_step_token_text(&r->lex, &r->t, found));
}

/* Whether r->t, an id, begins an instance; the lexer stays behind it. */
static cad_status begins_instance(cad_step_reader *r, bool *out)
{
    cad_step_token next;
    uint32_t at = r->lex.at;
    CAD_TRY(cad_step_lex(&r->lex, &next));
    r->lex.at = at;
    *out = cad_step_is_mark(&next, '=');
    return CAD_OK;
}

cad_status cad_step_recover(cad_step_reader *r)
{
    bool found = false;
    cad_status s = CAD_OK;
    r->lex.mute = true;
    while (s == CAD_OK && !found) {
        found = r->t.kind == CAD_STEP_TOK_END || r->t.kind == CAD_STEP_TOK_FILE_END || cad_step_is_mark(&r->t, ';') ||
                cad_step_is_word(&r->lex, &r->t, "ENDSEC");
        if (!found && r->t.kind == CAD_STEP_TOK_NAME)
            s = begins_instance(r, &found);
        if (s == CAD_OK && !found)
            s = cad_step_advance(r);
    }
    r->lex.mute = false;
    return s;
}

/* Whether a name, which is in upper case, is that of t. */
static bool is_type(const cad_step_reader *r, const cad_step_type *type)
{
    const cad_step_token *t = &r->t;
    const char *name = r->m->names + type->name;
    return type->hash == t->hash && type->len == t->len &&
           (!memcmp(name, r->m->text + t->at, t->len) || cad_step_is_word(&r->lex, t, name));
}

static void rehash(cad_step_store *s)
{
    for (uint32_t i = 0; i <= s->types.mask; i++)
        s->types.slot[i] = CAD_STEP_NONE;
    for (uint32_t i = 0; i < s->model.n_types; i++) {
        uint32_t k = s->model.type[i].hash & s->types.mask;
        while (s->types.slot[k] != CAD_STEP_NONE)
            k = (k + 1) & s->types.mask;
        s->types.slot[k] = i;
    }
}

static cad_status add_type(cad_step_reader *r, uint32_t *out)
{
    cad_step_store *s = r->s;
    cad_step *m = r->m;
    const cad_step_token *t = &r->t;
    CAD_TRY(cad_step_room(&m->type, m->n_types, &s->cap_types, sizeof *m->type, "types of a STEP file"));
    while (s->cap_names - s->n_names <= t->len)
        CAD_TRY(cad_step_room(&m->names, s->cap_names, &s->cap_names, 1, "types of a STEP file"));
    if (m->n_types >= s->types.mask / 2) {
        uint32_t mask = s->types.mask * 2 + 1;
        CAD_TRY(cad_mem_resize(cad_size_mul(cad_size_add(mask, 1), sizeof(uint32_t)), "types of a STEP file", &s->types.slot));
        s->types.mask = mask;
        rehash(s);
    }
    char *name = m->names + s->n_names;
    for (uint32_t i = 0; i < t->len; i++) {
        char c = m->text[t->at + i];
        name[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    name[t->len] = '\0';
    m->type[m->n_types] = (cad_step_type){s->n_names, t->len, t->hash};
    s->n_names += t->len + 1;
    *out = m->n_types++;
    uint32_t k = t->hash & s->types.mask;
    while (s->types.slot[k] != CAD_STEP_NONE)
        k = (k + 1) & s->types.mask;
    s->types.slot[k] = *out;
    return CAD_OK;
}

cad_status cad_step_type_of(cad_step_reader *r, uint32_t *out)
{
    const cad_step *m = r->m;
    for (uint32_t k = r->t.hash & r->s->types.mask; r->s->types.slot[k] != CAD_STEP_NONE; k = (k + 1) & r->s->types.mask) {
        uint32_t i = r->s->types.slot[k];
        if (is_type(r, &m->type[i])) {
            *out = i;
            return CAD_OK;
        }
    }
    return add_type(r, out);
}

/* ---- sections ---- */

/* A semicolon that only closes a word: its absence is told and nothing else. */
static cad_status end_of_line(cad_step_reader *r)
{
    return cad_step_is_mark(&r->t, ';') ? cad_step_advance(r) : cad_step_expected(r, CAD_STEP_S06, "';'");
}

/* ENDSEC; or what tells that it is missing.  *at_end: the section ends here. */
static cad_status section_end(cad_step_reader *r, bool *at_end)
{
    *at_end = true;
    if (cad_step_is_word(&r->lex, &r->t, "ENDSEC")) {
        CAD_TRY(cad_step_advance(r));
        return end_of_line(r);
    }
    if (r->t.kind == CAD_STEP_TOK_END || r->t.kind == CAD_STEP_TOK_FILE_END || cad_step_is_word(&r->lex, &r->t, "DATA")) {
        r->m->incomplete |= r->t.kind == CAD_STEP_TOK_END;
        return cad_step_expected(r, CAD_STEP_S08, "ENDSEC;");
    }
    *at_end = false;
    return CAD_OK;
}

/* From r->t, which is passed in any case, to behind a semicolon. */
static cad_status skip_statement(cad_step_reader *r)
{
    if (!cad_step_is_mark(&r->t, ';')) {
        CAD_TRY(cad_step_advance(r));
        CAD_TRY(cad_step_recover(r));
    }
    return cad_step_is_mark(&r->t, ';') ? cad_step_advance(r) : CAD_OK;
}

static cad_status header(cad_step_reader *r)
{
    bool at_end = false;
    CAD_TRY(cad_step_advance(r));
    CAD_TRY(end_of_line(r));
    for (;;) {
        CAD_TRY(section_end(r, &at_end));
        if (at_end)
            return CAD_OK;
        if (r->t.kind == CAD_STEP_TOK_KEYWORD) {
            CAD_TRY(cad_step_header_entity(r));
            continue;
        }
        CAD_TRY(cad_step_expected(r, CAD_STEP_S04, "a header entity or ENDSEC"));
        CAD_TRY(skip_statement(r));
    }
}

static cad_status begin_section(cad_step_reader *r, cad_step_section *s)
{
    cad_step *m = r->m;
    if (m->n_sections == r->s->limits.sections)
        return cad_step_diags_add(&m->diags, CAD_STEP_X01, r->t.at, r->t.len, 0, "more DATA sections than the limit, %" PRId64,
                                  r->s->limits.sections);
    CAD_TRY(cad_step_room(&m->section, m->n_sections, &r->s->cap_sections, sizeof *m->section, "DATA sections"));
    *s = (cad_step_section){.at = r->t.at, .param = m->n_params};
    m->section[m->n_sections++] = *s;
    return CAD_OK;
}

/* Instances up to the end of the section. */
static cad_status instances(cad_step_reader *r, bool bare)
{
    bool at_end = false;
    while (!at_end && !(bare && r->t.kind == CAD_STEP_TOK_END)) {
        if (r->t.kind == CAD_STEP_TOK_NAME) {
            CAD_TRY(cad_step_instances(r));
            if (r->full) {
                r->lex.at = r->lex.len; /* what follows is not read */
                r->t.kind = CAD_STEP_TOK_END;
                return CAD_OK;
            }
            continue;
        }
        CAD_TRY(section_end(r, &at_end));
        if (at_end)
            return CAD_OK;
        CAD_TRY(cad_step_expected(r, CAD_STEP_S04, "an instance or ENDSEC"));
        CAD_TRY(skip_statement(r));
    }
    return CAD_OK;
}

static cad_status data(cad_step_reader *r)
{
    uint32_t k = r->m->n_sections;
    cad_step_section s = {0};
    CAD_TRY(begin_section(r, &s));
    CAD_TRY(cad_step_advance(r));
    if (cad_step_is_mark(&r->t, '(')) {
        r->failed = false;
        CAD_TRY(cad_step_params(r));
        if (r->failed)
            CAD_TRY(cad_step_recover(r));
    }
    s.size = r->m->n_params - s.param;
    CAD_TRY(end_of_line(r));
    CAD_TRY(instances(r, false));
    if (k < r->m->n_sections) {
        s.end = r->t.at;
        r->m->section[k] = s;
    }
    return CAD_OK;
}

/* ANCHOR and REFERENCE: passed over, but for the ids that the latter binds. */
static cad_status bindings(cad_step_reader *r, bool reference)
{
    bool at_end = false;
    CAD_TRY(cad_step_advance(r));
    CAD_TRY(end_of_line(r));
    for (;;) {
        CAD_TRY(section_end(r, &at_end));
        if (at_end)
            return CAD_OK;
        bool value = r->t.kind == CAD_STEP_TOK_CONSTANT && cad_step_is_value(r->m->text + r->t.at, r->t.len);
        if (reference && (r->t.kind == CAD_STEP_TOK_NAME || value)) {
            CAD_TRY(cad_step_room(&r->external, r->n_external, &r->cap_external, sizeof *r->external,
                                  "names of a REFERENCE section"));
            r->external[r->n_external++] = r->t.id | (value ? CAD_STEP_VALUE : 0);
        }
        CAD_TRY(skip_statement(r));
    }
}

/* Base 64 up to ENDSEC: never looked at. */
static cad_status signature(cad_step_reader *r)
{
    bool at_end = false;
    const char *end = memmem(r->m->text + r->lex.at, r->lex.len - r->lex.at, "ENDSEC", 6);
    r->lex.at = end ? (uint32_t)(end - r->m->text) : r->lex.len;
    CAD_TRY(cad_step_advance(r));
    return section_end(r, &at_end);
}

static cad_status file_end(cad_step_reader *r)
{
    CAD_TRY(cad_step_advance(r));
    r->lex.mute = true; /* nobody asks how what follows is written */
    CAD_TRY(end_of_line(r));
    r->lex.mute = false;
    if (r->t.kind != CAD_STEP_TOK_END && !cad_step_is_word(&r->lex, &r->t, "SIGNATURE"))
        CAD_TRY(cad_step_diags_add(&r->m->diags, CAD_STEP_S03, r->t.at, r->t.len, 0, "bytes behind the end"));
    r->t.kind = CAD_STEP_TOK_END;
    return CAD_OK;
}

static cad_status sections(cad_step_reader *r)
{
    for (;;) {
        if (r->t.kind == CAD_STEP_TOK_FILE_END)
            return file_end(r);
        if (r->t.kind == CAD_STEP_TOK_END) {
            r->m->incomplete = true;
            return cad_step_expected(r, CAD_STEP_S08, "END-ISO-10303-21;");
        }
        if (cad_step_is_word(&r->lex, &r->t, "HEADER"))
            CAD_TRY(header(r));
        else if (cad_step_is_word(&r->lex, &r->t, "DATA"))
            CAD_TRY(data(r));
        else if (cad_step_is_word(&r->lex, &r->t, "ANCHOR") || cad_step_is_word(&r->lex, &r->t, "REFERENCE"))
            CAD_TRY(bindings(r, cad_step_is_word(&r->lex, &r->t, "REFERENCE")));
        else if (cad_step_is_word(&r->lex, &r->t, "SIGNATURE"))
            CAD_TRY(signature(r));
        else {
            CAD_TRY(cad_step_expected(r, CAD_STEP_S04, "a section"));
            CAD_TRY(skip_statement(r));
        }
    }
}

/* ---- all ---- */

static cad_step_input input_of(const cad_step_reader *r)
{
    if (r->t.kind == CAD_STEP_TOK_NAME)
        return CAD_STEP_INSTANCES;
    return cad_step_is_word(&r->lex, &r->t, "DATA") ? CAD_STEP_SECTION : CAD_STEP_FILE;
}

static cad_status read_text(cad_step_reader *r)
{
    cad_step *m = r->m;
    CAD_TRY(cad_step_advance(r));
    if (m->input == CAD_STEP_AUTO)
        m->input = input_of(r);
    if (m->input == CAD_STEP_INSTANCES) {
        cad_step_section whole;
        CAD_TRY(begin_section(r, &whole));
        CAD_TRY(instances(r, true));
        m->section[0].end = r->t.at;
        return r->t.kind == CAD_STEP_TOK_END ? CAD_OK : sections(r);
    }
    if (r->t.kind == CAD_STEP_TOK_FILE) {
        CAD_TRY(cad_step_advance(r));
        CAD_TRY(end_of_line(r));
    } else if (m->input == CAD_STEP_FILE) {
        bool close = cad_step_is_word(&r->lex, &r->t, "HEADER") || cad_step_is_word(&r->lex, &r->t, "DATA");
        CAD_TRY(cad_step_diags_add(&m->diags, close ? CAD_STEP_S08 : CAD_STEP_S01, r->t.at, r->t.len, 0,
                                   "expected 'ISO-10303-21;' at the beginning"));
        if (!close && !memmem(m->text, m->len, "DATA", 4)) {
            m->incomplete = true;
            return CAD_OK; /* no STEP file at all */
        }
    }
    CAD_TRY(sections(r));
    if (m->n_sections == 0)
        CAD_TRY(cad_step_diags_add(&m->diags, CAD_STEP_S02, (uint32_t)m->len, 0, 0, "expected a DATA section"));
    return m->input == CAD_STEP_FILE ? cad_step_check_header(m) : CAD_OK;
}

static void take_limits(cad_step_limits *l, const cad_step_limits *given)
{
#define X(name, value, what) l->name = given->name ? given->name : (value);
    CAD_STEP_LIMITS(X)
#undef X
    l->bytes = l->bytes < UINT32_MAX ? l->bytes : UINT32_MAX - 1;
    l->instances = l->instances < UINT32_MAX / 4 ? l->instances : UINT32_MAX / 4;
    l->nesting = l->nesting < CAD_STEP_NESTING_MAX ? l->nesting : CAD_STEP_NESTING_MAX;
    l->id_digits = l->id_digits < CAD_STEP_ID_DIGITS ? l->id_digits : CAD_STEP_ID_DIGITS;
    l->scopes = l->scopes < CAD_STEP_SCOPES_MAX ? l->scopes : CAD_STEP_SCOPES_MAX;
    l->sections = l->sections < CAD_STEP_SECTIONS_MAX ? l->sections : CAD_STEP_SECTIONS_MAX;
}

enum { INSTANCE_BYTES = 48, PARAM_BYTES = 12 }; /* of usual text: tables are made for so many, and grow where there are more */

/* Gives back what the tables grew beyond their need. */
static cad_status shrink(cad_step *m)
{
    CAD_TRY(cad_mem_resize(cad_size_mul(cad_size_add(m->n, 1), sizeof *m->instance), "instances of a STEP file", &m->instance));
    return cad_mem_resize(cad_size_mul(cad_size_add(m->n_params, 1), sizeof *m->param), "parameters of a STEP file", &m->param);
}

static cad_status read_model(cad_step_store *s, cad_step_reader *r)
{
    cad_step *m = &s->model;
    s->types.mask = 255;
    CAD_TRY(cad_mem_alloc(256 * sizeof(uint32_t), "types of a STEP file", &s->types.slot));
    rehash(s);
    if (m->len > (size_t)s->limits.bytes) {
        CAD_TRY(cad_step_diags_add(&m->diags, CAD_STEP_X01, 0, 0, 0, "%zu bytes; limit %" PRId64, m->len, s->limits.bytes));
        m->len = 0;
        m->incomplete = true;
    } else {
        cad_step_lexer_init(&r->lex, m->text, (uint32_t)m->len, &m->diags, &s->limits);
        CAD_TRY(cad_step_grow(&m->instance, (uint32_t)(m->len / INSTANCE_BYTES), &s->cap, sizeof *m->instance,
                              "instances of a STEP file"));
        CAD_TRY(cad_step_grow(&m->param, (uint32_t)(m->len / PARAM_BYTES), &s->cap_params, sizeof *m->param,
                              "parameters of a STEP file"));
        CAD_TRY(read_text(r));
    }
    CAD_TRY(shrink(m));
    CAD_TRY(cad_step_link(r));
    cad_step_diags_sort(&m->diags);
    return CAD_OK;
}

cad_status cad_step_read(const char *text, size_t len, const cad_step_opts *o, cad_step **out)
{
    cad_step_store *s;
    cad_step_reader r = {0};
    CAD_TRY(cad_mem_alloc(sizeof *s, "STEP file", &s));
    s->model.text = text;
    s->model.len = len;
    s->model.input = o->input;
    s->model.diags.conformant = o->conformant;
    take_limits(&s->limits, &o->limits);
    r.s = s;
    r.m = &s->model;
    cad_status status = read_model(s, &r);
    cad_mem_free(r.external);
    if (status != CAD_OK) {
        cad_step_close(&s->model);
        return status;
    }
    *out = &s->model;
    return CAD_OK;
}
