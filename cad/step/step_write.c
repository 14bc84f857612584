#include "cad/step/step_write.h"

#include "cad/step/step_number.h"
#include "cad/step/step_text.h"
#include "core/mem.h"
#include "core/size.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct named_part {
    const char *name;
    uint32_t param;
} named_part;

typedef struct writer {
    const cad_step *m;
    const cad_step_write_opts *o;
    cad_buf *out;
    cad_buf text;     /* of a string, decoded */
    named_part *part; /* of a complex instance */
    uint32_t cap_parts;
    uint32_t *place; /* by instance: its place in the order; NULL: that of the model */
} writer;

static cad_status add(writer *w, const char *text)
{
    return cad_buf_put(w->out, text, strlen(text));
}

/* Digits of a number, behind a sign or a mark. */
static cad_status put_digits(char mark, uint64_t rest, cad_buf *out)
{
    char text[24], *p = text + sizeof text;
    for (; rest >> 32; rest /= 10)
        *--p = (char)('0' + rest % 10);
    uint32_t low = (uint32_t)rest;
    do
        *--p = (char)('0' + low % 10);
    while (low /= 10);
    if (mark)
        *--p = mark;
    return cad_buf_put(out, p, (size_t)(text + sizeof text - p));
}

static cad_status add_id(writer *w, uint32_t instance)
{
    return put_digits(
        '#', w->o->keep_ids ? w->m->instance[instance].id : (w->place ? w->place[instance] : instance) + (uint64_t)1, w->out);
}

static cad_status add_upper(const cad_step *m, const cad_step_param *p, cad_buf *out)
{
    size_t from = out->len;
    CAD_TRY(cad_buf_put(out, m->text + p->at, p->len));
    for (char *c = out->data + from; c < out->data + out->len; c++)
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    return CAD_OK;
}

static cad_status add_string(const cad_step *m, uint32_t p, cad_buf *scratch, cad_buf *out)
{
    const cad_step_param *it = &m->param[p];
    if (!it->escaped)
        return cad_buf_put(out, m->text + it->at, it->len);
    cad_buf_clear(scratch);
    CAD_TRY(cad_step_string(m, p, scratch));
    return cad_step_text_encode(cad_buf_cstr(scratch), scratch->len, out);
}

/* Into the buffer itself: with the decimals of core/decimal.c and cad_buf_put, 120 MB/s of text became 490. */
static cad_status add_real(double value, cad_buf *out)
{
    if (out->cap - out->len <= CAD_STEP_NUMBER_TEXT)
        CAD_TRY(cad_buf_reserve(out, CAD_STEP_NUMBER_TEXT));
    out->len += cad_step_number_text(value, out->data + out->len);
    out->data[out->len] = '\0';
    return CAD_OK;
}

cad_status cad_step_write_value(const cad_step *m, uint32_t p, cad_buf *scratch, cad_buf *out)
{
    const cad_step_param *it = &m->param[p];
    switch ((cad_step_kind)it->kind) {
    case CAD_STEP_UNSET:
        return cad_buf_put(out, "$", 1);
    case CAD_STEP_DERIVED:
        return cad_buf_put(out, "*", 1);
    case CAD_STEP_INTEGER:
        return put_digits(it->integer < 0 ? '-' : '\0', it->integer < 0 ? 0 - (uint64_t)it->integer : (uint64_t)it->integer,
                          out);
    case CAD_STEP_REAL:
        return add_real(it->real, out);
    case CAD_STEP_STRING:
        return add_string(m, p, scratch, out);
    case CAD_STEP_ENUM:
    case CAD_STEP_BINARY:
    case CAD_STEP_CONSTANT:
        return add_upper(m, it, out);
    case CAD_STEP_RESOURCE:
        return cad_buf_put(out, m->text + it->at, it->len);
    default:
        CAD_FAIL(CAD_EINTERNAL, "parameter of kind %u is no value", it->kind);
    }
}

static cad_status add_type(writer *w, uint32_t k)
{
    return cad_buf_put(w->out, cad_step_name(w->m, k), w->m->type[k].len);
}

/* A parameter, of those that hold others the beginning. */
static cad_status add_param(writer *w, uint32_t p)
{
    const cad_step_param *it = &w->m->param[p];
    switch ((cad_step_kind)it->kind) {
    case CAD_STEP_REF:
        return it->ref == CAD_STEP_NONE ? add(w, "$") : add_id(w, it->ref);
    case CAD_STEP_LIST:
        return add(w, "(");
    case CAD_STEP_TYPED:
    case CAD_STEP_PART:
        CAD_TRY(add_type(w, it->holds.of));
        return add(w, "(");
    default:
        return cad_step_write_value(w->m, p, &w->text, w->out);
    }
}

/* (a,(b,c),D(e)) from `size` parameters at `first`. */
static cad_status add_params(writer *w, uint32_t first, uint32_t size)
{
    uint32_t end[CAD_STEP_NESTING_MAX + 2], n = 0, p = first;
    bool begins = true;
    end[n++] = first + size;
    CAD_TRY(add(w, "("));
    while (n > 0) {
        if (p == end[n - 1]) {
            CAD_TRY(add(w, ")"));
            n--;
            begins = false;
            continue;
        }
        if (!begins)
            CAD_TRY(add(w, ","));
        CAD_TRY(add_param(w, p));
        begins = w->m->param[p].kind >= CAD_STEP_LIST;
        if (begins)
            end[n++] = p + 1 + w->m->param[p].holds.size;
        p++;
    }
    return CAD_OK;
}

/* ---- complex instances ---- */

static int by_name(const void *a, const void *b)
{
    const named_part *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->param > y->param) - (x->param < y->param);
}

static cad_status add_parts(writer *w, const cad_step_instance *it)
{
    uint32_t n = 0, end = it->param + it->size;
    for (uint32_t p = it->param; p < end; p = cad_step_next(w->m, p))
        n++;
    if (n > w->cap_parts) {
        CAD_TRY(cad_mem_resize(cad_size_mul(n, sizeof *w->part), "partial types of a STEP file", &w->part));
        w->cap_parts = n;
    }
    n = 0;
    for (uint32_t p = it->param; p < end; p = cad_step_next(w->m, p))
        w->part[n++] = (named_part){cad_step_name(w->m, w->m->param[p].holds.of), p};
    if (n > 1)
        qsort(w->part, n, sizeof *w->part, by_name);
    CAD_TRY(add(w, "("));
    for (uint32_t i = 0; i < n; i++) {
        CAD_TRY(add(w, w->part[i].name));
        CAD_TRY(add_params(w, w->part[i].param + 1, w->m->param[w->part[i].param].holds.size));
    }
    return add(w, ")");
}

static cad_status add_instance(writer *w, uint32_t i)
{
    const cad_step_instance *it = &w->m->instance[i];
    CAD_TRY(add_id(w, i));
    CAD_TRY(add(w, "="));
    if (it->type == CAD_STEP_NONE) {
        CAD_TRY(add_parts(w, it));
    } else {
        CAD_TRY(add_type(w, it->type));
        CAD_TRY(add_params(w, it->param, it->size));
    }
    return add(w, ";\n");
}

/* ---- the file ---- */

static cad_status add_header_entity(writer *w, const cad_step_entity *e)
{
    CAD_TRY(add(w, cad_step_name(w->m, e->type)));
    CAD_TRY(add_params(w, e->param, e->size));
    return add(w, ";\n");
}

static cad_status add_note(writer *w, const char *what, uint32_t run)
{
    uint32_t type = w->m->instance[w->o->order->at[w->o->order->run[run]]].type;
    const char *name = type == CAD_STEP_NONE ? "COMPLEX_ENTITY" : cad_step_name(w->m, type);
    return cad_buf_printf(w->out, "/* %s %s %u */\n", what, name, run + 1);
}

static cad_status add_ordered(writer *w)
{
    const cad_step_order *o = w->o->order;
    for (uint32_t r = 0, k = 0; r < o->n_runs; r++) {
        uint32_t end = r + 1 < o->n_runs ? o->run[r + 1] : o->n;
        if (w->o->annotate)
            CAD_TRY(add_note(w, "BEGIN", r));
        for (; k < end; k++)
            CAD_TRY(add_instance(w, o->at[k]));
        if (w->o->annotate)
            CAD_TRY(add_note(w, "END", r));
    }
    return CAD_OK;
}

static cad_status add_sections(writer *w)
{
    const cad_step *m = w->m;
    uint32_t i = 0, n_sections = w->o->plain || m->n_sections == 0 ? 1 : m->n_sections;
    for (uint32_t s = 0; s < n_sections; s++) {
        CAD_TRY(add(w, "DATA"));
        if (!w->o->plain && s < m->n_sections && m->section[s].size)
            CAD_TRY(add_params(w, m->section[s].param, m->section[s].size));
        CAD_TRY(add(w, ";\n"));
        for (; i < m->n && (w->o->plain || m->instance[i].section == s); i++)
            CAD_TRY(add_instance(w, i));
        CAD_TRY(add(w, "ENDSEC;\n"));
    }
    return CAD_OK;
}

static cad_status write_all(writer *w)
{
    CAD_TRY(add(w, "ISO-10303-21;\nHEADER;\n"));
    for (uint32_t i = 0; i < w->m->n_header; i++)
        CAD_TRY(add_header_entity(w, &w->m->header[i]));
    CAD_TRY(add(w, "ENDSEC;\n"));
    if (w->o->order) {
        CAD_TRY(add(w, "DATA;\n"));
        CAD_TRY(add_ordered(w));
        CAD_TRY(add(w, "ENDSEC;\n"));
    } else {
        CAD_TRY(add_sections(w));
    }
    return add(w, "END-ISO-10303-21;\n");
}

static cad_status find_places(writer *w)
{
    const cad_step_order *o = w->o->order;
    if (!o)
        return CAD_OK;
    assert(o->n == w->m->n);
    CAD_TRY(cad_mem_alloc(cad_size_mul(o->n, sizeof *w->place), "order of a STEP file", &w->place));
    for (uint32_t k = 0; k < o->n; k++)
        w->place[o->at[k]] = k;
    return CAD_OK;
}

cad_status cad_step_write(const cad_step *m, const cad_step_write_opts *o, cad_buf *out)
{
    writer w = {.m = m, .o = o, .out = out, .text = CAD_BUF_INIT};
    CAD_TRY(cad_step_verdict(m));
    CAD_TRY(cad_buf_reserve(out, m->len));
    cad_status s = find_places(&w);
    if (s == CAD_OK)
        s = write_all(&w);
    cad_buf_deinit(&w.text);
    cad_mem_free(w.part);
    cad_mem_free(w.place);
    return s;
}
