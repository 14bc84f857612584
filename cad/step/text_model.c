#include "cad/step/text_impl.h"

#include "core/size.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool cad_text_is_named(cad_step_entity_id id)
{
    if (id == CAD_STEP_IS_UNKNOWN)
        return false;
    const cad_step_signature *sig = cad_step_signature_at(id);
    return sig->group >= CAD_STEP_GROUP_point && sig->group <= CAD_STEP_GROUP_solid && sig->whole &&
           sig->whole[0].letter == 'S';
}

uint32_t cad_text_value(const cad_step *m, uint32_t i, uint32_t k)
{
    uint32_t first = cad_step_nth(m, i, 0);
    bool named = first != CAD_STEP_NONE && m->param[first].kind == CAD_STEP_STRING;
    return cad_step_nth(m, i, k + named);
}

bool cad_text_is_enum(const cad_step *m, uint32_t p, const char *text)
{
    return p != CAD_STEP_NONE && m->param[p].kind == CAD_STEP_ENUM && m->param[p].len == strlen(text) &&
           !strncasecmp(m->text + m->param[p].at, text, m->param[p].len);
}

void cad_text_drop(cad_step *m, uint32_t i, uint32_t p, uint32_t n)
{
    cad_step_instance *it = &m->instance[i];
    uint32_t end = it->param + it->size, q = p;
    for (; n && q < end; n--)
        q = cad_step_next(m, q);
    memmove(m->param + p, m->param + q, (end - q) * sizeof *m->param);
    it->size -= q - p;
}

typedef struct part {
    const char *name;
    uint32_t param;
} part;

static int by_name(const void *a, const void *b)
{
    const part *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->param > y->param) - (x->param < y->param);
}

/* Partial types of a complex instance in ascending order, as the standard wants them. */
static void sort_parts(cad_text *t, uint32_t i, part *parts, cad_step_param *room)
{
    cad_step *m = &t->m;
    const cad_step_instance *it = &m->instance[i];
    uint32_t n = 0, end = it->param + it->size, to = 0;
    for (uint32_t p = it->param; p < end; p = cad_step_next(m, p))
        parts[n++] = (part){cad_step_name(m, m->param[p].holds.of), p};
    if (n < 2)
        return;
    qsort(parts, n, sizeof *parts, by_name);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t p = parts[k].param, size = cad_step_next(m, p) - p;
        memcpy(room + to, m->param + p, size * sizeof *room);
        to += size;
    }
    memcpy(m->param + it->param, room, to * sizeof *room);
}

cad_status cad_text_fail_at(const char *text, size_t at, const char *what)
{
    uint32_t line = 1, column = 1;
    for (size_t i = 0; i < at; i++) {
        bool end = text[i] == '\n';
        line += end;
        column = end ? 1 : column + 1;
    }
    CAD_FAIL(CAD_EPARSE, "line %u, column %u: %s", line, column, what);
}

cad_status cad_text_begin(cad_arena *a, const cad_step *m, cad_text *out)
{
    *out = (cad_text){.m = *m, .a = a};
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_add(m->n, 1), sizeof *m->instance), "instances", &out->m.instance));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_add(m->n_params, 1), sizeof *m->param), "parameters", &out->m.param));
    CAD_TRY(cad_arena_alloc(a, cad_size_add(m->n_types, 1), "types", &out->known));
    memcpy(out->m.instance, m->instance, m->n * sizeof *m->instance);
    memcpy(out->m.param, m->param, m->n_params * sizeof *m->param);
    for (uint32_t k = 0; k < m->n_types; k++)
        out->known[k] = (uint8_t)cad_step_signature_find(cad_step_name(m, k));
    uint32_t longest = 0;
    for (uint32_t i = 0; i < m->n; i++)
        if (m->instance[i].type == CAD_STEP_NONE && m->instance[i].size > longest)
            longest = m->instance[i].size;
    cad_step_param *room;
    part *parts;
    cad_frame f = cad_arena_mark(a);
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_add(longest, 1), sizeof *room), "partial types", &room));
    CAD_TRY(cad_arena_alloc(a, cad_size_mul(cad_size_add(longest, 1), sizeof *parts), "partial types", &parts));
    for (uint32_t i = 0; i < m->n; i++)
        if (m->instance[i].type == CAD_STEP_NONE)
            sort_parts(out, i, parts, room);
    cad_arena_rewind(a, f);
    return CAD_OK;
}

cad_status cad_text_reach(const cad_text *t, const uint32_t *from, uint32_t n_from, uint8_t *mark, uint8_t value,
                          uint32_t *out_count)
{
    cad_frame f = cad_arena_mark(t->a);
    const cad_step *m = &t->m;
    uint32_t *stack, n = 0, count = 0;
    CAD_TRY(cad_arena_alloc(t->a, cad_size_mul(cad_size_add(m->n, 1), sizeof *stack), "walk", &stack));
    for (uint32_t r = 0; r < n_from; r++) {
        if (!mark[from[r]]) {
            mark[from[r]] = value;
            stack[n++] = from[r];
        }
        while (n) {
            const cad_step_instance *it = &m->instance[stack[--n]];
            count++;
            for (uint32_t p = it->param; p < it->param + it->size; p++) {
                uint32_t to = cad_step_ref(m, p);
                if (to != CAD_STEP_NONE && !mark[to]) {
                    mark[to] = value;
                    stack[n++] = to;
                }
            }
        }
    }
    cad_arena_rewind(t->a, f);
    *out_count = count;
    return CAD_OK;
}
